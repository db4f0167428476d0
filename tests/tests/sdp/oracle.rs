//! An independent evaluator says the same of every package of a real catalog.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::{corpora, sdp, skipped};
use patchstate::catalog::Settings;
use patchstate::compile::compile;
use patchstate::inventory::native;

use super::{cells, client};

/// Where the other evaluator is: beside the corpora.
fn other() -> Option<PathBuf> {
    let path = corpora("")?.join("../peers/sdp_oracle.py");
    if path.is_file() {
        return Some(path);
    }
    skipped("the other evaluator of packages is not there");
    None
}

/// The systems, machines and files of clients, of which each has one.
const SYSTEMS: [&str; 4] = [
    "<os family='windows' version='6.1' build='7601' sp='1' sp-minor='0' product-type='workstation' suite='256' \
     arch='x64' windir='C:\\Windows'/>",
    "<os family='windows' version='10.0' build='17134' sp='0' sp-minor='0' product-type='workstation' suite='256' \
     arch='x64' windir='C:\\Windows'/>\
     <reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion' name='ReleaseId' type='sz' data='1803'/>",
    "<os family='windows' version='10.0' build='16299' sp='0' sp-minor='0' product-type='workstation' suite='256' \
     arch='x86' windir='C:\\Windows'/>",
    "<os family='windows' version='10.0' build='17134' product-type='workstation' arch='x64' windir='C:\\Windows'/>",
];

const MACHINES: [&str; 4] = [
    "<wmi class='Win32_ComputerSystem'><p n='Manufacturer' v='Hewlett-Packard'/><p n='Model' v='HP Z440 Workstation'/></wmi>\
     <wmi class='Win32_BaseBoard'><p n='Product' v='212B'/></wmi>\
     <wmi class='Win32_BIOS'><p n='ReleaseDate' v='20160101000000.000000+000'/></wmi>\
     <absent kind='wmi' ref='root\\cimv2:Win32_PnpEntity'/>",
    "<wmi class='Win32_ComputerSystem'><p n='Manufacturer' v='HP'/><p n='Model' v='HP EliteBook 840 G5'/></wmi>\
     <wmi class='Win32_BaseBoard'><p n='Product' v='83B2'/></wmi>\
     <wmi class='Win32_PnpEntity'><p n='DeviceID' v='PCI\\VEN_8086&amp;DEV_5917&amp;SUBSYS_83B2103C'/></wmi>\
     <wmi class='Win32_PnpEntity'><p n='DeviceID' v='USB\\VID_8087&amp;PID_0A2B'/></wmi>\
     <wmi class='Win32_PnpEntity'><p n='DeviceID' v='ACPI\\IFX0763'/></wmi>",
    "<wmi class='Win32_ComputerSystem'><p n='Manufacturer' v='HP'/><p n='Model'/></wmi>\
     <wmi class='Win32_BaseBoard'><p n='Manufacturer' v='HP'/></wmi>",
    "",
];

const FILES: [&str; 2] = [
    "<file path='C:\\Windows\\System32\\drivers\\iusb3xhc.sys' version='4.0.0.27'/>\
     <file path='C:\\Windows\\System32\\drivers\\e1d62x64.sys' version='12.0.0.0'/>\
     <file path='C:\\Windows\\System32\\drivers\\ibtusb.sys'/>",
    "",
];

/// Clients as numbers of a system, a machine and files, with the kinds that they have completely.
const CLIENTS: [(usize, usize, usize, &str); 7] = [
    (0, 0, 0, "os registry file wmi msi msp"),
    (0, 0, 1, "os registry wmi"),
    (1, 1, 0, "os registry file wmi msi msp"),
    (1, 1, 1, "os file"),
    (1, 2, 1, "registry file"),
    (2, 1, 1, "os registry file wmi msi msp"),
    (3, 3, 1, "file"),
];

const FOLDERS: [(&str, &str); 5] = [
    ("36", "C:\\Windows"),
    ("37", "C:\\Windows\\System32"),
    ("38", "C:\\Program Files"),
    ("41", "C:\\Windows\\SysWOW64"),
    ("42", "C:\\Program Files (x86)"),
];

/// What the other evaluator says of each package: by client and package, the verdict and the reason.
fn asked(oracle: &Path, catalog: &Path, inventories: &Path) -> Option<BTreeMap<(String, String), String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/sdp.py");
    let ran = Command::new("python3").arg(script).arg(oracle).arg(catalog).arg(inventories).output();
    let Ok(ran) = ran else {
        skipped("python3 is not there");
        return None;
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let line = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        let (client, package) = (parts.next()?, parts.next()?);
        Some(((client, package), parts.collect::<Vec<_>>().join(" ")))
    };
    Some(String::from_utf8(ran.stdout).unwrap().lines().filter_map(line).collect())
}

/// Compares both evaluators about clients, given as their facts and the kinds that they have completely;
/// gives how often each answer came.
fn compare(catalog: &Path, oracle: &Path, clients: &[(&str, String)]) -> Option<BTreeMap<String, usize>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.xml");
    let mut document = String::from("<inventories>");
    let mut inventories = Vec::new();
    for (number, (complete, facts)) in clients.iter().enumerate() {
        let mut client = client(complete, facts);
        client.header.client = format!("c{number}").into();
        let mut written = Vec::new();
        native::write(&client, &mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        document.push_str(&written[written.find("<inventory").unwrap()..]);
        inventories.push(client);
    }
    document.push_str("</inventories>");
    std::fs::write(&path, document).unwrap();
    let expected = asked(oracle, catalog, &path)?;
    let compiled = compile(vec![sdp::read(catalog, &Settings::default())], Vec::new()).unwrap();
    let mut answers = BTreeMap::new();
    for client in &inventories {
        for (package, cell) in cells(&compiled, client) {
            let found = format!("{} {}", cell.verdict.name(), cell.reason.name());
            let name = (client.client().to_owned(), package);
            assert_eq!(Some(&found), expected.get(&name), "{name:?}");
            *answers.entry(found).or_insert(0) += 1;
        }
    }
    assert_eq!(expected.len(), answers.values().sum::<usize>());
    Some(answers)
}

#[test]
fn another_evaluator_says_the_same_of_every_package() {
    let Some(catalog) = corpora("sdp/scup_catalog/HpCatalogForSms.latest_V2.zip") else { return };
    let Some(oracle) = other() else { return };
    let folders: String = FOLDERS
        .iter()
        .map(|(name, value)| format!("<trait group='folder' name='{name}' value='{value}'/>"))
        .collect();
    let facts = |(system, machine, files, complete): (usize, usize, usize, &'static str)| {
        (complete, [SYSTEMS[system], &folders, MACHINES[machine], FILES[files]].concat())
    };
    let Some(answers) = compare(&catalog, &oracle, &CLIENTS.map(facts)) else { return };
    assert!(answers.len() > 6, "these clients show few answers: {answers:?}");
}

/// What a client of another publisher states of its drivers.
fn driver(device: &str, version: &str) -> String {
    format!(
        "<wmi class='Dell_SoftwareIdentity' namespace='root\\dell\\sysinv'>\
         <p n='Description' v='Dell:DRVR_{device}'/><p n='VersionString' v='{version}'/></wmi>"
    )
}

#[test]
fn another_evaluator_says_the_same_of_large_queries() {
    let Some(catalog) = corpora("sdp/sdp_dell") else { return };
    let Some(oracle) = other() else { return };
    let system = "<os family='windows' version='10.0' build='17134' sp='0' sp-minor='0' arch='x64'/>";
    let machine = |model: &str| {
        format!(
            "<wmi class='Win32_ComputerSystem'><p n='Manufacturer' v='Dell Inc.'/><p n='Model' v='{model}'/></wmi>\
             <wmi class='Dell_OEMComputerSystem' namespace='root\\dell\\sysinv'><p n='SystemTypeID' v='2098'/></wmi>"
        )
    };
    let device = "0256_10EC_06F0_1028_0001";
    let product = "<msi product='{fb2b7cc0-8307-47e6-a065-11015cc96b99}' version='1.6.6.4'/>";
    let all = "os registry file wmi msi msp";
    let of = |parts: &[&str]| format!("{system}{}", parts.concat());
    let clients = [
        (all, of(&[&machine("Latitude 5490"), &driver(device, "0000.0000.0000.0001"), product])),
        (all, of(&[&machine("Latitude 5490"), &driver(device, "9999.0000.0000.0001")])),
        (all, of(&[&machine("Inspiron"), &product.replace("1.6.6.4", "1.6.6.5")])),
        (all, of(&[&machine("XPS 13"), &driver("none", "1")])),
        ("os", of(&[&machine("OptiPlex 7060")])),
        ("wmi", of(&[])),
        ("", String::new()),
    ];
    let Some(answers) = compare(&catalog, &oracle, &clients) else { return };
    assert!(answers.len() > 3, "these clients show few answers: {answers:?}");
}
