//! The elements of the rule language that `rules` does not go through: what is not supported, servicing,
//! releases, loops, folders of the registry; and every spelling of families.

use conformance::run::{open, reference};
use patchstate::catalog::{self, Settings};
use patchstate::compile::compile;
use patchstate::model::expr::Expr;
use patchstate::model::update::Rule;

use super::client;
use super::rules::check;

const THERE: &str = "Installed rule-true";
const OPEN: &str = "Unknown not-collected";
const PART: &str = "Unknown part-not-collected";
const ERROR: &str = "Unknown rule-error";
const UNSUPPORTED: &str = "Unknown unsupported-rule";

#[test]
fn what_is_not_supported_is_unknown_whatever_a_client_states() {
    let value = "Key='HKEY_LOCAL_MACHINE' Subkey='A' Value='V'";
    let cases = [
        "<bar:PlatformVersion Comparison='EqualTo' MajorVersion='6'/>".to_owned(),
        format!("<bar:ClusterResourceOwner {value}/>"),
        format!("<bar:ClusterResourceOwner {value} Prefix='p' Suffix='s'/>"),
        "<bar:InstalledOnce/>".to_owned(),
        "<bar:GenericQuery Namespace='n' Type='t' Parameter='p'/>".to_owned(),
        "<bar:Direct3D HardwareVersion='1'/>".to_owned(),
        "<bar:Memory MinSizeInMB='1'/>".to_owned(),
        "<bar:VideoMemory MinSizeInMB='1'/>".to_owned(),
        "<bar:SensorById Id='1'/>".to_owned(),
        "<bar:NFC/>".to_owned(),
        "<bar:Camera Location='1'/>".to_owned(),
        "<bar:WUv4RegKeySubstring/>".to_owned(),
        "<bar:WUv4RegKeyValue/>".to_owned(),
        "<mar:MsiApplicationSuperseded/>".to_owned(),
        "<d:WindowsDriverInstalled xmlns:d='http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/\
         Installers/WindowsDriver.xsd'/>"
            .to_owned(),
        "<d:WindowsDriver xmlns:d='http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver'/>"
            .to_owned(),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|rule| (rule.as_str(), UNSUPPORTED)).collect();
    check("os registry", "<os family='windows' version='6.1'/>", &cases);
    check("", "", &cases);
}

#[test]
fn files_in_folders_of_the_registry() {
    let value = |name: &str| format!("Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\A' Value='{name}'");
    let facts = "<reg key='HKLM\\SOFTWARE\\A' name='F' type='sz' data='C:\\App\\'/>\
                 <reg key='HKLM\\SOFTWARE\\A' name='V' type='expand' data='%x%\\App'/>\
                 <reg key='HKLM\\SOFTWARE\\A' name='N' type='dword' data='1'/>\
                 <file path='C:\\App\\a.dll' version='1.2.3.4' size='7' created='2020-01-01T00:00:00Z'/>";
    let of = |element: &str, name: &str, asked: &str| {
        format!("<bar:{element}PrependRegSz {} {asked}/>", value(name))
    };
    let version = "Path='a.dll' Comparison='GreaterThanOrEqualTo' Version";
    let cases = [
        (of("FileExists", "F", "Path='\\a.dll'"), THERE),
        (of("FileExists", "F", "Path='b.dll'"), "Missing file-absent"),
        (of("FileExists", "X", "Path='a.dll'"), "Missing file-absent"),
        (of("FileExists", "V", "Path='a.dll'"), PART),
        (of("FileExists", "N", "Path='a.dll'"), ERROR),
        (of("FileVersion", "F", &format!("{version}='1.2.3.4'")), THERE),
        (of("FileVersion", "F", &format!("{version}='1.2.3.5'")), "Missing file-older"),
        (of("FileSize", "F", "Path='a.dll' Comparison='LessThan' Size='7'"), "Missing file-newer"),
        (of("FileCreated", "F", "Path='a.dll' Comparison='EqualTo' Created='2020-01-01T00:00:00'"), THERE),
        (of("FileModified", "F", "Path='a.dll' Comparison='EqualTo' Modified='2020-01-01T00:00:00'"), PART),
        (of("FileModified", "F", "Path='a.dll' Comparison='EqualTo' Modified='soon'"), ERROR),
    ];
    let cases: Vec<_> = cases.iter().map(|(rule, expect)| (rule.as_str(), *expect)).collect();
    check("registry file", facts, &cases);
    let open = of("FileExists", "X", "Path='a.dll'");
    check("file", facts, &[(&open, OPEN)]);
}

#[test]
fn loops_over_sub_keys() {
    let of = |word: &str| {
        format!(
            "<bar:RegKeyLoop Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\A' TrueIf='{word}'><bar:RegDword \
             Key='HKEY_LOOP_TARGET' Subkey='' Value='V' Comparison='EqualTo' Data='1'/></bar:RegKeyLoop>"
        )
    };
    let (any, all, none) = (of("any"), of("All"), of("NONE"));
    let value = |key: &str, data: u32| {
        format!("<reg key='HKLM\\SOFTWARE\\A\\{key}' name='V' type='dword' data='{data}'/>")
    };
    let no = "Missing rule-false";
    for (complete, facts, expect) in [
        ("registry", String::new(), [no, no, THERE]),
        ("registry", value("x", 1), [THERE, THERE, no]),
        ("registry", value("x", 1) + &value("y", 2), [THERE, no, no]),
        ("registry", value("x", 2), [no, no, THERE]),
        ("", value("x", 1), [THERE, OPEN, no]),
        ("", value("x", 2), [OPEN, no, OPEN]),
        ("", String::new(), [OPEN, OPEN, OPEN]),
    ] {
        let cases: Vec<_> = [&any, &all, &none].into_iter().map(String::as_str).zip(expect).collect();
        check(complete, &facts, &cases);
    }
    check(
        "registry",
        "",
        &[
            (&of("Some"), ERROR),
            ("<bar:RegKeyLoop Key='HKEY_LOCAL_MACHINE' Subkey='A' TrueIf='Any'/>", ERROR),
        ],
    );
}

#[test]
fn servicing_and_releases() {
    let space = "xmlns:c='http://schemas.example.org/CbsApplicabilityRules'";
    let package = |version: &str| {
        format!("<c:CbsPackageInstalledByIdentity {space} PackageIdentity='Package~31bf~amd64~~{version}'/>")
    };
    let release = |name: &str, version: &str| {
        format!("<r:ProductReleaseInstalled xmlns:r='urn:r' Name='{name}' Version='{version}'/>")
    };
    let cases = [
        (package("1.0"), THERE),
        (package("2.0"), "Missing package-absent"),
        (package("3.0"), "Missing package-absent reboot-pending"),
        (format!("<c:CbsPackageInstalled {space}/>"), UNSUPPORTED),
        (release("Server.OS.amd64", "10.0.26100.4349"), THERE),
        (release("Server.OS.amd64", "10.0.26100.4350"), "Missing build-older"),
        (release("Server.OS.amd64", "10.0.20348.1"), "Missing platform-differs"),
        (release("Client.OS.amd64", "10.0.26100.1"), "Missing product-absent"),
        (release("Other", "1"), "Missing product-absent"),
    ];
    let cases: Vec<_> = cases.iter().map(|(rule, expect)| (rule.as_str(), *expect)).collect();
    let facts = "<os family='windows' version='10.0.26100' build='26100' ubr='4349' arch='x64' product-type='server'/>\
                 <cbs identity='Package~31bf~amd64~~1.0' state='installed'/>\
                 <cbs identity='Package~31bf~amd64~~3.0' state='install-pending'/>";
    check("os cbs product", facts, &cases);
    check("", facts, &[(&package("2.0"), OPEN), (&release("Other", "1"), OPEN)]);
}

/// The rule of the only update of a document.
fn rule(name: &str, text: &str) -> Expr {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut catalogs = Vec::new();
    let format = catalog::find("wsus").unwrap();
    (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog.unwrap()));
    let catalog = catalogs.remove(0);
    let Rule::Items(items) = &catalog.updates[0].rule else { panic!("{text}: no items") };
    let rule = items[0].installed.clone();
    let compiled = compile(vec![catalog], Vec::new()).unwrap();
    open(&compiled.columns).verify().unwrap();
    let facts = client("os", "<os family='windows' version='6.1'/>");
    assert_eq!(reference(&compiled.catalogs, &Default::default(), &facts).len(), 1);
    rule
}

#[test]
fn families_are_known_by_every_spelling() {
    let fragment = |rule: &str| {
        format!(
            "<UpdateIdentity UpdateID='0a000000-0000-0000-0000-000000000001' RevisionNumber='1'/>\
             <Properties UpdateType='Software'/><ApplicabilityRules><IsInstalled>{rule}</IsInstalled>\
             <IsInstallable><True/></IsInstallable></ApplicabilityRules>"
        )
    };
    let is_asked = |rule: &Expr| !matches!(rule, Expr::Unread(..));
    let product = "MsiProductInstalled ProductCode='{0A000000-0000-0000-0000-00000000000B}'/>";
    for (spelled, expect) in [
        ("<True/>".to_owned(), true),
        ("<lar:True/>".to_owned(), true),
        ("<b.MuiInstalled/>".to_owned(), true),
        ("<bar:MuiInstalled/>".to_owned(), true),
        (format!("<m.{product}"), true),
        (format!("<mar:{product}"), true),
        (format!("<msiar:{product}"), true),
        ("<CbsPackageInstalledByIdentity PackageIdentity='P~1~amd64~~1.0'/>".to_owned(), true),
        ("<cbsar:CbsPackageInstalledByIdentity PackageIdentity='P~1~amd64~~1.0'/>".to_owned(), true),
        ("<DeviceAttribute Name='sku' Type='String' Comparison='EqualTo' Value='4'/>".to_owned(), true),
        // In another family, or in none, it is nothing that is asked.
        ("<MuiInstalled/>".to_owned(), false),
        ("<m.MuiInstalled/>".to_owned(), false),
        ("<x:MuiInstalled/>".to_owned(), false),
        ("<d.WindowsDriverInstalled/>".to_owned(), false),
        ("<drv:WindowsDriverInstalled/>".to_owned(), false),
    ] {
        assert_eq!(is_asked(&rule("c.txt", &fragment(&spelled))), expect, "{spelled}");
    }
    let full = |space: &str, element: &str| {
        format!(
            "<u:Update xmlns:u='http://schemas.microsoft.com/msus/2002/12/Update' xmlns:p='{space}'><u:UpdateIdentity \
             UpdateID='0a000000-0000-0000-0000-000000000001' RevisionNumber='1'/><u:Properties UpdateType='Software'/>\
             <u:ApplicabilityRules><u:IsInstalled><p:{element}/></u:IsInstalled></u:ApplicabilityRules></u:Update>"
        )
    };
    let of = |rest: &str| format!("http://schemas.microsoft.com/msus/2002/12/{rest}");
    for (space, element, expect) in [
        (of("LogicalApplicabilityRules"), "True", true),
        (of("LogicalApplicabilityRules/"), "True", true),
        (of("BaseApplicabilityRules"), "MuiInstalled", true),
        (of("MsiApplicabilityRules"), "MuiInstalled", false),
        (
            "urn:x/CbsApplicabilityRules".to_owned(),
            "CbsPackageInstalledByIdentity PackageIdentity='P~1~amd64~~1.0'",
            true,
        ),
        (of("baseapplicabilityrules"), "MuiInstalled", false),
    ] {
        assert_eq!(is_asked(&rule("u.xml", &full(&space, element))), expect, "{space} {element}");
    }
}
