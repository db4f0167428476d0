//! Real documents of Windows clients, and what each of them gives.
//!
//! The samples lie beside the repository; where they are not there, one line says so.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use conformance::corpora;
use patchstate::diagnostic::Code;
use patchstate::ingest::{Buffer, Imported, Input, Intake, Settings};
use patchstate::inventory::native;
use patchstate::model::fact::{Fact, Kind, Kinds, Os};
use patchstate::model::hotfix;
use patchstate::model::inventory::Inventory;

const LISTINGS: &str = "wesng/validation";
const AGENT: &str = "inventory/agent-resources/resources/win32";

/// What a document of one client gives.
struct Sample {
    client: String,
    inventory: Inventory,
    imported: Imported,
}

impl Sample {
    fn read(path: &Path) -> Self {
        let intake = Intake::scan(&[Input::from(path)], Settings::default()).unwrap();
        let [client] = intake.clients() else { panic!("{}: {:?}", path.display(), intake.clients()) };
        let mut inventory = Inventory::default();
        let imported = intake.import(client, &mut Buffer::new(), &mut inventory).unwrap();
        assert_eq!(imported.complete, Kinds::NONE, "{}", path.display());
        let sample = Self { client: client.id.clone(), inventory, imported };
        sample.converts();
        sample
    }

    /// The native format holds everything that was read.
    fn converts(&self) {
        let mut inventory = self.inventory.clone();
        inventory.header.client = self.client.clone().into();
        let mut document = Vec::new();
        native::write(&inventory, &mut document).unwrap();
        let mut again = Inventory::default();
        let text = std::str::from_utf8(&document).unwrap();
        native::read(text.into(), &Default::default(), &mut again).unwrap();
        let facts = |of: &Inventory| of.facts.iter().map(|stated| stated.fact.clone()).collect::<Vec<_>>();
        assert_eq!(facts(&again), facts(&inventory));
        assert!(again.diagnostics.is_empty(), "{:?}", again.diagnostics);
    }

    fn encoding(&self) -> &'static str {
        self.imported.sources[0].encoding
    }

    fn format(&self) -> &'static str {
        self.imported.sources[0].format
    }

    fn os(&self) -> Option<&Os<'static>> {
        self.inventory.facts.iter().find_map(|stated| match &stated.fact {
            Fact::Os(os) => Some(os),
            _ => None,
        })
    }

    fn ids(&self) -> BTreeSet<u32> {
        let mut ids = BTreeSet::new();
        for stated in &self.inventory.facts {
            if let Fact::Hotfix(fact) = &stated.fact {
                ids.insert(hotfix::id(&fact.id).unwrap());
            }
        }
        ids
    }

    /// The messages of a code, in order.
    fn messages(&self, code: Code) -> Vec<&str> {
        let findings = self.inventory.diagnostics.kept().iter();
        findings.filter(|finding| finding.code == code).map(|finding| &*finding.message).collect()
    }

    fn marks(&self) -> String {
        self.imported.marks.names().collect::<Vec<_>>().join(" ")
    }

    /// Entries that are called `File 1` or not at all.
    fn unnamed(&self) -> usize {
        self.messages(Code::EntryWithoutFact).iter().filter(|message| **message == "no id").count()
    }
}

/// File, client, encoding, version, service pack, architecture, declared, listed, distinct ids, unnamed.
#[rustfmt::skip]
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, usize, usize, usize, usize);

#[rustfmt::skip]
const SYSTEMINFO: [Row; 33] = [
    ("10_1803_x64_education_en-us", "LAPTOP", "UTF-8", "10.0.17134", "0", "x64", 5, 5, 5, 0),
    ("10_1803_x64_enterprise_es-ar_20190307", "10_1803_x64_enterprise_es-ar_20190307", "UTF-8", "10.0.17134", "0", "x64", 6, 6, 6, 0),
    ("10_1803_x64_proforworkstations_en-us_A_20190305", "DESKTOP-OOF6NB5", "UTF-16LE", "10.0.17134", "0", "x64", 4, 4, 4, 0),
    ("10_1803_x64_proforworkstations_en-us", "DESKTOP-OOF6NB5", "UTF-8", "10.0.17134", "0", "x64", 0, 0, 0, 0),
    ("10_1803_x86_enterprise_nl", "DESKTOP-LFQSJM4", "UTF-8", "10.0.17134", "0", "x86", 4, 4, 4, 0),
    ("10_1809_x64_education_en-us", "LAPTOP", "UTF-8", "10.0.17763", "0", "x64", 6, 6, 6, 0),
    ("10_1809_x64_education_es", "10_1809_x64_education_es", "CP850", "10.0.17763", "0", "x64", 9, 9, 9, 0),
    ("10_1809_x64_enterprise_zh-cn", "DESKTOP-0CQH3P2", "GBK", "10.0.17763", "0", "x64", 1, 1, 1, 0),
    ("10_21H1_x64_enterprise", "DESKTOP-92B51CV", "UTF-8", "10.0.19043", "0", "x64", 4, 4, 4, 0),
    ("10_21H2_x64_pro", "DESKTOP", "UTF-8", "10.0.19044", "0", "x64", 7, 7, 7, 0),
    ("10_rtm_x64_pro_en-us", "DESKTOP-J4ED1CA", "UTF-8", "10.0.10240", "0", "x64", 2, 2, 2, 0),
    ("11_21H2_x64_enterprise", "WINXI21H2", "UTF-8", "10.0.22000", "0", "x64", 4, 4, 4, 0),
    ("11_23H2_x64_enterprise", "DESKTOP-JNEKK9U", "UTF-8", "10.0.22631", "0", "x64", 4, 4, 4, 0),
    ("11_24H2_x64_enterprise", "WINXI24H2LTSC", "UTF-8", "10.0.26100", "0", "x64", 3, 3, 3, 0),
    ("7_sp1_x64_enterprise_en-us_A", "WIN7SP1X64", "UTF-8", "6.1.7601", "1", "x64", 219, 219, 219, 0),
    ("7_sp1_x64_enterprise_en-us_B", "WIN7SP1X64", "UTF-8", "6.1.7601", "1", "x64", 271, 246, 245, 1),
    ("7_sp1_x64_ultimaten_de", "OLI7-PC", "UTF-8", "6.1.7601", "1", "x64", 263, 245, 242, 0),
    ("7_sp1_x86_enterprise_en-us", "WIN7SP1X86", "UTF-8", "6.1.7601", "1", "x86", 2, 2, 2, 0),
    ("srv_2003_rtm_x86_standard_en-us", "WINSRV2K3SP0X86", "UTF-8", "5.2.3790", "0", "x86", 3, 3, 2, 1),
    ("srv_2003_sp1_x64_standard_en-us", "WINSRV2K3SP1X64", "UTF-8", "5.2.3790", "1", "x64", 1, 1, 1, 0),
    ("srv_2003r2_sp2_x86_standard_en-us", "SRV2K3R2SP2X86", "UTF-8", "5.2.3790", "2", "x86", 352, 240, 68, 170),
    ("srv_2008_rtm_x64_standard_en-us", "SRV2K8SP0X64", "UTF-8", "6.0.6001", "1", "x64", 1, 1, 1, 0),
    ("srv_2008r2_sp1_x64_standard_en-us", "SRV2K8R2SP1X64", "UTF-8", "6.1.7601", "1", "x64", 2, 2, 2, 0),
    ("srv_2012r2_u1", "SRV12R2U1X64", "UTF-8", "6.3.9600", "0", "x64", 154, 154, 154, 0),
    ("srv_2012r2_u1_systeminfo2", "SRV12R2U1X64", "UTF-8", "6.3.9600", "0", "x64", 156, 156, 156, 0),
    ("srv_2016_1607_datacenter_en-us", "MYSERVER", "UTF-8", "10.0.14393", "0", "x64", 5, 5, 5, 0),
    ("srv_2019_rtm_datacenter_en-us", "WIN-O863JARO7CM", "UTF-8", "10.0.17763", "0", "x64", 5, 5, 5, 0),
    ("vista_x64_sp0", "WINVISTASP0X64", "UTF-8", "6.0.6000", "0", "x64", 105, 105, 104, 0),
    ("vista_x64_sp1", "WINVISTASP0X64", "UTF-8", "6.0.6001", "1", "x64", 174, 174, 173, 0),
    ("xp_rtm_x86_professional_en-us", "WINXPSP0", "UTF-8", "5.1.2600", "0", "x86", 3, 3, 2, 1),
    ("xp_sp1_x86", "WINXPSP1", "UTF-8", "5.1.2600", "1", "x86", 3, 3, 2, 1),
    ("xp_sp2_x86", "WINXPSP2", "UTF-8", "5.1.2600", "2", "x86", 1, 1, 1, 0),
    ("xp_sp3_x86_professional_en-us", "WINXPSP3", "UTF-8", "5.1.2600", "3", "x86", 262, 220, 93, 127),
];

#[test]
fn listings_of_systeminfo_give_what_stands_in_them() {
    let Some(folder) = corpora(LISTINGS) else { return };
    for (name, client, encoding, version, pack, arch, declared, listed, distinct, unnamed) in SYSTEMINFO {
        let suffix = if name.ends_with("systeminfo2") { ".txt" } else { "_systeminfo.txt" };
        let sample = Sample::read(&folder.join(format!("{name}{suffix}")));
        assert_eq!((sample.format(), sample.encoding()), ("systeminfo", encoding), "{name}");
        assert_eq!(sample.client, client, "{name}");
        let os = sample.os().unwrap();
        let found = [&os.version, &os.sp, &os.arch].map(|field| field.as_deref().unwrap());
        assert_eq!(found, [version, pack, arch], "{name}");
        assert_eq!(os.build.unwrap().to_string(), version.rsplit('.').next().unwrap(), "{name}");
        let role = if name.starts_with("srv") { "server" } else { "workstation" };
        assert_eq!(os.product_type.as_deref(), Some(role), "{name}");
        assert!(os.windir.as_deref().is_some_and(|path| path.eq_ignore_ascii_case(r"C:\WINDOWS")), "{name}");
        let of_list = sample.imported.of(Kind::Hotfix) + sample.imported.without_fact;
        assert_eq!(
            (of_list as usize, sample.ids().len(), sample.unnamed()),
            (listed, distinct, unnamed),
            "{name}"
        );
        let truncated = format!("{declared} declared, {listed} listed");
        let expect: Vec<&str> = if declared == listed { vec![] } else { vec![&truncated] };
        assert_eq!(sample.messages(Code::HotfixListTruncated), expect, "{name}");
        assert_eq!(sample.marks().contains("hotfix-list-truncated"), declared != listed, "{name}");
        assert_eq!(sample.marks().contains("hotfix-unnamed"), unnamed > 0, "{name}");
        assert_eq!(sample.messages(Code::TextUndecodable), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn listings_name_the_system_in_their_own_characters() {
    let Some(folder) = corpora(LISTINGS) else { return };
    let check = |name: &str, expect: &str| {
        let sample = Sample::read(&folder.join(format!("{name}_systeminfo.txt")));
        assert_eq!(sample.os().unwrap().name.as_deref(), Some(expect));
    };
    check("10_1809_x64_enterprise_zh-cn", "Microsoft Windows 10 企业版 LTSC");
    check("7_sp1_x64_ultimaten_de", "Microsoft Windows 7 Ultimate N");
}

#[test]
fn every_listing_of_the_folder_is_in_the_table() {
    let Some(folder) = corpora(LISTINGS) else { return };
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let listings = names.filter(|name| name.to_string_lossy().contains("systeminfo")).count();
    assert_eq!(listings, SYSTEMINFO.len());
}

/// File, client, encoding, rows, distinct ids, rows without id.
type Listed = (&'static str, &'static str, &'static str, usize, usize, usize);

#[rustfmt::skip]
const LISTS: [Listed; 8] = [
    ("10_1803_x64_proforworkstations_en-us_A_20190305", "10_1803_x64_proforworkstations_en-us_A_20190305", "UTF-16LE", 4, 4, 0),
    ("7_sp1_x64_enterprise_en-us_B", "WIN7SP1X64", "UTF-16LE", 271, 271, 0),
    ("srv_2012r2_u1", "SRV12R2U1X64", "UTF-16LE", 154, 154, 0),
    ("vista_x64_sp1", "WINVISTASP0X64", "UTF-16LE", 174, 173, 1),
    ("xp_rtm_x86_professional_en-us", "WINXPSP0", "UTF-8", 3, 2, 0),
    ("xp_sp1_x86", "WINXPSP1", "UTF-8", 3, 2, 0),
    ("xp_sp2_x86", "WINXPSP2", "UTF-16LE", 1, 1, 0),
    ("xp_sp3_x86_professional_en-us", "WINXPSP3", "UTF-16LE", 262, 135, 0),
];

#[test]
fn hotfix_lists_give_their_ids() {
    let Some(folder) = corpora(LISTINGS) else { return };
    for (name, client, encoding, rows, distinct, without) in LISTS {
        let sample = Sample::read(&folder.join(format!("{name}_qfe.txt")));
        assert_eq!((sample.format(), sample.encoding()), ("qfe", encoding), "{name}");
        assert_eq!(sample.client, client, "{name}");
        let facts = sample.imported.of(Kind::Hotfix) as usize;
        let unread = sample.imported.without_fact as usize;
        assert_eq!((facts + unread, sample.ids().len(), unread), (rows, distinct, without), "{name}");
        assert_eq!(sample.marks(), "", "{name}");
    }
    let xp = Sample::read(&folder.join("xp_sp1_x86_qfe.txt"));
    assert_eq!(xp.ids(), [893_803, 147_222].into());
}

#[test]
fn what_windows_update_offers_is_no_inventory() {
    let Some(folder) = corpora(LISTINGS) else { return };
    let names =
        ["10_1803_x64_proforworkstations_en-us_A_20190305_updates.txt", "srv_2012r2_u1_updates_optional.txt"];
    for name in names {
        let intake = Intake::scan(&[Input::from(folder.join(name))], Settings::default()).unwrap();
        let problem = intake.clients()[0].problem().unwrap();
        assert_eq!(problem.code(), Code::InventoryUnknownFormat, "{name}: {problem}");
    }
}

/// Parts of one client are one inventory where they name the same one.
#[test]
fn a_listing_and_a_hotfix_list_of_one_client_are_merged() {
    let Some(folder) = corpora(LISTINGS) else { return };
    let name = "7_sp1_x64_enterprise_en-us_B";
    let paths = ["systeminfo", "qfe"].map(|part| Input::from(folder.join(format!("{name}_{part}.txt"))));
    let intake = Intake::scan(&paths, Settings::default()).unwrap();
    let [client] = intake.clients() else { panic!("{:?}", intake.clients()) };
    let mut inventory = Inventory::default();
    let imported = intake.import(client, &mut Buffer::new(), &mut inventory).unwrap();
    assert_eq!((client.id.as_str(), imported.sources.len()), ("WIN7SP1X64", 2));
    let sample = Sample { client: client.id.clone(), inventory, imported };
    assert_eq!((sample.ids().len(), sample.imported.of(Kind::Os)), (271, 1));
}

#[test]
fn exports_of_powershell_give_their_hotfixes() {
    let Some(path) = corpora("inventory/clixml/get-hotfix-select-exportclixml.xml") else { return };
    let sample = Sample::read(&path);
    assert_eq!((sample.format(), sample.encoding()), ("clixml", "UTF-8"));
    assert_eq!(sample.ids(), [4_515_383, 4_515_530].into());
    let installed = sample.inventory.facts.iter().map(|stated| match &stated.fact {
        Fact::Hotfix(hotfix) => hotfix.installed.as_deref(),
        _ => None,
    });
    assert_eq!(installed.collect::<Vec<_>>(), [Some("2019-09-21"); 2]);
    assert_eq!(sample.imported.without_fact, 0);
}

#[test]
fn dumps_of_hotfixes_give_their_ids() {
    let Some(folder) = corpora(AGENT) else { return };
    let sample = Sample::read(&folder.join("wmi/xp-Win32_QuickFixEngineering.wmi"));
    assert_eq!((sample.format(), sample.encoding()), ("qfe", "UTF-16LE"));
    assert_eq!((sample.imported.of(Kind::Hotfix), sample.ids().len()), (15, 15));
    assert_eq!(sample.messages(Code::EntryWithoutFact), ["XpsEPSC"]);
    assert_eq!(sample.client, "ORDI-DE-GONÉRI");
}

#[test]
fn dumps_of_the_operating_system_state_it() {
    let Some(folder) = corpora(AGENT) else { return };
    for name in ["win7-sp1-x64", "winxp-sp3-x86"] {
        let sample = Sample::read(&folder.join(format!("wmi/{name}-Win32_OperatingSystem.wmi")));
        let os = sample.os().unwrap();
        let fields = [&os.version, &os.sp, &os.arch, &os.language, &os.product_type, &os.windir];
        let expect = ["6.1.7600", "0", "x86", "1036", "workstation", r"C:\Windows"];
        assert_eq!(fields.map(|field| field.as_deref().unwrap()), expect);
        assert_eq!((os.build, os.sku, os.suite, os.sp_minor), (Some(7600), Some(48), Some(272), Some(0)));
        assert_eq!((sample.client.as_str(), sample.inventory.facts.len()), ("LUBIANKA", 1));
    }
    let none = Sample::read(&folder.join("wmi/2008-Enterprise-Win32_OperatingSystem.wmi"));
    assert_eq!((none.inventory.facts.len(), none.format()), (0, "qfe"));
}

/// File, keys, below `Uninstall`, product codes, hotfixes with their distinct ids, values.
type Exported = (&'static str, usize, usize, usize, (usize, usize), usize);

const EXPORTS: [Exported; 4] = [
    ("xp-Uninstall.reg.gz", 536, 534, 62, (258, 254), 6449),
    ("mssql-Uninstall.reg", 8, 7, 1, (0, 0), 94),
    ("mssql_engine-Uninstall.reg", 3, 2, 0, (0, 0), 9),
    ("10_russian-Uninstall.reg", 3, 2, 1, (0, 0), 27),
];

#[test]
fn exports_of_the_registry_give_keys_values_and_products() {
    let Some(folder) = corpora(AGENT) else { return };
    for (name, keys, subkeys, codes, hotfixes, values) in EXPORTS {
        let sample = Sample::read(&folder.join("registry").join(name));
        let count = |element: &str| {
            sample.inventory.facts.iter().filter(|stated| stated.fact.element() == element).count()
        };
        assert_eq!((sample.format(), sample.encoding()), ("reg", "UTF-16LE"), "{name}");
        assert_eq!((count("reg"), count("msi")), (values, codes), "{name}");
        assert_eq!((count("hotfix"), sample.ids().len()), hotfixes, "{name}");
        let mut found = BTreeSet::new();
        for stated in &sample.inventory.facts {
            match &stated.fact {
                Fact::RegistryValue(value) => found.insert(value.key.to_string()),
                Fact::RegistryKey(key) => found.insert(key.key.to_string()),
                _ => false,
            };
        }
        let below =
            |key: &&String| key.split_once(r"\Uninstall\").is_some_and(|(_, key)| !key.contains('\\'));
        assert_eq!((found.len(), found.iter().filter(below).count()), (keys, subkeys), "{name}");
        let covered: Vec<_> = sample
            .inventory
            .facts
            .iter()
            .filter_map(|stated| match &stated.fact {
                Fact::Coverage(coverage) => Some(&*coverage.under),
                _ => None,
            })
            .collect();
        let under = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
        assert_eq!(covered, [under], "{name}");
        assert_eq!(sample.imported.without_fact, 0, "{name}");
        assert_eq!(sample.messages(Code::InventoryBadValue), Vec::<&str>::new(), "{name}");
    }
    let russian = Sample::read(&folder.join("registry/10_russian-Uninstall.reg"));
    assert!(russian.inventory.facts.iter().any(|stated| match &stated.fact {
        Fact::RegistryValue(value) => {
            value.name == "HelpLink"
                && value.kind.as_deref() == Some("expand")
                && value.data.as_deref() == Some("https://support.cryptopro.ru/")
        }
        _ => false,
    }));
}
