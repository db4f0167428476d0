//! What each element of the rule language says of a client, as a table: rule, facts, cell.
//!
//! The rule stands for *installed* of a package for everyone: True is Installed, False Missing.

use conformance::sdp::{catalog, package, rules};
use patchstate::diagnostic::Code;

use super::{COMPLETE, cells, client, compiled, raised, words};

/// Compares the cells of rules, all about one client.
pub(super) fn check(complete: &str, facts: &str, cases: &[(&str, &str)]) {
    let one =
        |(number, (rule, _)): (usize, &(&str, &str))| package(number as u32, &rules(rule, "<lar:True/>"));
    let document: String = cases.iter().enumerate().map(one).collect();
    let found = cells(&compiled(&catalog(&document)), &client(complete, facts));
    for ((rule, expect), (_, cell)) in cases.iter().zip(found) {
        assert_eq!(words(cell), *expect, "{rule}, of {facts}, complete: {complete}");
    }
}

const THERE: &str = "Installed rule-true";
const PLATFORM: &str = "Missing platform-differs";
const OPEN: &str = "Unknown not-collected";
const PART: &str = "Unknown part-not-collected";
const ERROR: &str = "Unknown rule-error";
const UNSUPPORTED: &str = "Unknown unsupported-rule";

#[test]
fn operators() {
    check(
        COMPLETE,
        "",
        &[
            ("<lar:True/>", THERE),
            ("<lar:False/>", "Missing rule-false"),
            ("<lar:Not><lar:False/></lar:Not>", THERE),
            ("<lar:Not><bar:Memory/></lar:Not>", UNSUPPORTED),
            ("<lar:And><bar:Memory/><lar:False/></lar:And>", "Missing rule-false"),
            ("<lar:Or><bar:Memory/><lar:True/></lar:Or>", THERE),
            ("<lar:Or><bar:Memory/><lar:False/></lar:Or>", UNSUPPORTED),
            ("<lar:And/>", ERROR),
            ("<lar:Not/>", ERROR),
            ("<lar:Not><lar:True/><lar:True/></lar:Not>", ERROR),
            ("<bar:And><lar:True/></bar:And>", UNSUPPORTED),
            ("<lar:True Why='x'/>", UNSUPPORTED),
            // Several in one section all have to hold.
            ("<lar:True/><lar:False/>", "Missing rule-false"),
        ],
    );
}

#[test]
fn the_reason_is_the_one_that_says_most_in_any_order() {
    let file = "<bar:FileVersion Path='C:\\a.dll' Comparison='LessThan' Version='1.0'/>";
    let key = "<bar:RegKeyExists Key='HKEY_LOCAL_MACHINE' Subkey='A'/>";
    let system = "<bar:WindowsVersion MajorVersion='9'/>";
    let facts = "<os family='windows' version='6.1'/>";
    for operator in ["And", "Or"] {
        for operands in [[file, key, system], [system, key, file], [key, system, file]] {
            let rule = format!("<lar:{operator}>{}</lar:{operator}>", operands.concat());
            check(COMPLETE, facts, &[(&rule, "Missing file-absent")]);
        }
    }
    let open = format!("<lar:And><bar:Memory/>{file}</lar:And>");
    check("", facts, &[(&open, OPEN)]);
}

#[test]
fn the_operating_system() {
    let facts = "<os family='windows' version='6.1' build='7601' sp='1' sp-minor='0' product-type='workstation' \
                 suite='256' arch='x64' language='en-US' sku='48' ubr='24'/>\
                 <trait group='metric' name='86' value='1'/><trait group='processor' name='count' value='4'/>\
                 <trait group='license' name='Kernel-X' value='1'/><trait group='device' name='Ring' value='Fast'/>";
    check(
        "os",
        facts,
        &[
            ("<bar:WindowsVersion MajorVersion='6' MinorVersion='1'/>", THERE),
            ("<bar:WindowsVersion Comparison='greaterthan' MajorVersion='6' MinorVersion='0'/>", THERE),
            ("<bar:WindowsVersion Comparison='GreaterThan' MajorVersion='6' MinorVersion='1'/>", PLATFORM),
            (
                "<bar:WindowsVersion Comparison='LessThan' MajorVersion='6' MinorVersion='2' ServicePackMajor='0'/>",
                THERE,
            ),
            // The product type is equal, whatever is compared.
            (
                "<bar:WindowsVersion Comparison='GreaterThanOrEqualTo' MajorVersion='5' ProductType='1'/>",
                THERE,
            ),
            (
                "<bar:WindowsVersion Comparison='GreaterThanOrEqualTo' MajorVersion='5' ProductType='2'/>",
                PLATFORM,
            ),
            ("<bar:WindowsVersion Comparison='GreaterThanOrEqualTo' BuildNumber='7600'/>", THERE),
            ("<bar:WindowsVersion SuiteMask='0'/>", THERE),
            ("<bar:WindowsVersion SuiteMask='257'/>", THERE),
            ("<bar:WindowsVersion SuiteMask='257' AllSuitesMustBePresent='true'/>", PLATFORM),
            ("<bar:WindowsVersion/>", ERROR),
            ("<bar:WindowsVersion MajorVersion='six'/>", ERROR),
            ("<bar:Platform PlatformID='Windows'/>", THERE),
            ("<bar:Platform PlatformID='Other'/>", UNSUPPORTED),
            ("<bar:WindowsLanguage Language='en'/>", THERE),
            ("<bar:WindowsLanguage Language='e'/>", PLATFORM),
            ("<bar:WindowsLanguage Language='en-GB'/>", PLATFORM),
            ("<bar:MuiInstalled/>", PLATFORM),
            ("<bar:MuiLanguageInstalled Language='de'/>", PLATFORM),
            ("<bar:SystemMetric Comparison='GreaterThan' Index='86' Value='0'/>", THERE),
            ("<bar:SystemMetric Comparison='GreaterThan' Index='87' Value='0'/>", OPEN),
            ("<bar:Processor Architecture='9'/>", THERE),
            ("<bar:Processor Architecture='0'/>", PLATFORM),
            ("<bar:Processor Architecture='9' Level='6'/>", OPEN),
            ("<bar:Processor Architecture='0' Level='6'/>", PLATFORM),
            ("<bar:NumberOfProcessors Comparison='GreaterThanOrEqualTo' Number='4'/>", THERE),
            ("<bar:ClusteredOS/>", PLATFORM),
            ("<bar:LicenseDword Value='kernel-x' Comparison='EqualTo' Data='1'/>", THERE),
            ("<bar:DeviceAttribute Name='sku' Type='String' Comparison='EqualTo' Value='48'/>", THERE),
            ("<bar:DeviceAttribute Name='ring' Type='String' Comparison='EqualTo' Value='FAST'/>", THERE),
            ("<bar:DeviceAttribute Name='none' Type='String' Comparison='EqualTo' Value='x'/>", PLATFORM),
            ("<bar:DeviceAttribute Name='ring' Type='String' Comparison='LessThan' Value='x'/>", UNSUPPORTED),
            (
                "<bar:DeviceAttribute Name='ProductType' Type='String' Comparison='EqualTo' Value='winnt'/>",
                THERE,
            ),
            (
                "<bar:DeviceAttribute Name='OSVersion' Type='Version' Comparison='GreaterThan' Value='6.1.7601.23'/>",
                THERE,
            ),
            ("<bar:InstalledOnce/>", UNSUPPORTED),
        ],
    );
    check(
        "",
        "<os family='windows' version='6.1'/>",
        &[
            ("<bar:WindowsVersion MajorVersion='7' ServicePackMajor='1'/>", PLATFORM),
            ("<bar:WindowsVersion MajorVersion='6' ServicePackMajor='1'/>", OPEN),
            ("<bar:MuiInstalled/>", OPEN),
            ("<bar:ClusteredOS/>", OPEN),
            ("<lar:Not><bar:ClusteredOS/></lar:Not>", OPEN),
        ],
    );
}

/// An element about a value of the registry.
fn value(element: &str, name: &str, asked: &str) -> String {
    format!("<bar:{element} Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\A' Value='{name}' {asked}/>")
}

#[test]
fn the_registry() {
    let facts = "<reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\A' name='N' type='dword' data='5'/>\
                 <reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\A' name='T' type='sz' data='Straße 6.3'/>\
                 <reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\A' name='V' type='sz' data='6.3'/>\
                 <reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\A' name='E' type='expand' data='%x%\\a'/>\
                 <reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\B' name='W' type='sz' data='1'/>";
    let differs = "Missing registry-differs";
    let missing = "Missing registry-missing";
    let cases = [
        (value("RegDword", "N", "Comparison='GreaterThan' Data='4'"), THERE),
        (value("RegDword", "n", "Comparison='EqualTo' Data='4'"), differs),
        (value("RegDword", "X", "Comparison='EqualTo' Data='4'"), missing),
        (format!("<lar:Not>{}</lar:Not>", value("RegDword", "X", "Comparison='EqualTo' Data='4'")), THERE),
        (value("RegDword", "T", "Comparison='EqualTo' Data='4'"), ERROR),
        (value("RegDword", "N", "Comparison='EqualTo' Data='many'"), ERROR),
        (value("RegSz", "T", "Comparison='BeginsWith' Data='STRASSE'"), differs),
        (value("RegSz", "T", "Comparison='BeginsWith' Data='STRAße'"), THERE),
        (value("RegSz", "T", "Comparison='EndsWith' Data='6.3'"), THERE),
        (value("RegSz", "T", "Comparison='Contains' Data='x'"), differs),
        (value("RegSz", "E", "Comparison='EqualTo' Data='x'"), ERROR),
        (value("RegExpandSz", "E", "Comparison='BeginsWith' Data='%X%'"), THERE),
        (value("RegSzToVersion", "V", "Comparison='EqualTo' Data='6.3.0.0'"), THERE),
        (value("RegSzToVersion", "V", "Comparison='LessThan' Data='6.3.0.0'"), differs),
        (value("RegSzToVersion", "T", "Comparison='LessThan' Data='6.3.0.0'"), ERROR),
        (value("RegValueExists", "N", ""), THERE),
        (value("RegValueExists", "N", "Type='REG_DWORD'"), THERE),
        (value("RegValueExists", "N", "Type='REG_SZ'"), differs),
        ("<bar:RegKeyExists Key='HKEY_LOCAL_MACHINE' Subkey='\\SOFTWARE\\\\a\\'/>".to_owned(), THERE),
        ("<bar:RegKeyExists Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE'/>".to_owned(), THERE),
        (
            "<bar:RegKeyExists Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\A' RegType32='true'/>".to_owned(),
            missing,
        ),
        (
            "<bar:RegKeyExists Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\B' RegType32='yes'/>".to_owned(),
            THERE,
        ),
        (
            "<bar:RegKeyExists Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\Wow6432Node\\B' RegType32='true'/>"
                .to_owned(),
            THERE,
        ),
        ("<bar:RegKeyExists Key='HKEY_CURRENT_USER' Subkey='SOFTWARE'/>".to_owned(), ERROR),
    ];
    let cases: Vec<_> = cases.iter().map(|(rule, expect)| (rule.as_str(), *expect)).collect();
    check(COMPLETE, facts, &cases);
    let absent = format!("<lar:Not>{}</lar:Not>", value("RegDword", "X", "Comparison='EqualTo' Data='4'"));
    check("", facts, &[(&absent, OPEN)]);
}

#[test]
fn files() {
    let facts = "<os family='windows' version='6.1' windir='C:\\Windows'/>\
                 <file path='C:\\Windows\\system32\\a.dll' version='1.2.3.4' size='7' modified='2020-01-01T00:00:00Z' \
                 language='1033'/>\
                 <file path='C:\\Windows\\b.dll' version='none'/><file path='C:\\Windows\\c.dll'/>";
    let older = "Missing file-older";
    let newer = "Missing file-newer";
    let absent = "Missing file-absent";
    check(
        "file",
        facts,
        &[
            ("<bar:FileExists Csidl='37' Path='A.DLL'/>", THERE),
            ("<bar:FileExists Csidl='36' Path='/System32//a.dll'/>", THERE),
            (
                "<bar:FileExists Path='C:\\Windows\\system32\\a.dll' Version='1.2.3.4' Size='7' Language='1033'/>",
                THERE,
            ),
            ("<bar:FileExists Csidl='37' Path='a.dll' Size='8'/>", "Missing rule-false"),
            ("<bar:FileExists Csidl='37' Path='a.dll' Created='2020-01-01T00:00:00'/>", PART),
            (
                "<bar:FileVersion Csidl='37' Path='a.dll' Comparison='GreaterThanOrEqualTo' Version='1.2.3.4'/>",
                THERE,
            ),
            (
                "<bar:FileVersion Csidl='37' Path='a.dll' Comparison='GreaterThanOrEqualTo' Version='1.2.3.5'/>",
                older,
            ),
            ("<bar:FileVersion Csidl='37' Path='a.dll' Comparison='LessThan' Version='1.2'/>", newer),
            ("<bar:FileVersion Csidl='36' Path='b.dll' Comparison='LessThan' Version='1.2'/>", older),
            ("<bar:FileVersion Csidl='36' Path='c.dll' Comparison='LessThan' Version='1.2'/>", PART),
            // What is not there is not below anything.
            ("<bar:FileVersion Csidl='36' Path='d.dll' Comparison='LessThan' Version='1.2'/>", absent),
            ("<bar:FileVersion Csidl='99' Path='a.dll' Comparison='LessThan' Version='1.2'/>", OPEN),
            ("<bar:FileVersion Csidl='36' Path='a.dll' Comparison='LessThan' Version='1,2'/>", ERROR),
            ("<bar:FileSize Csidl='37' Path='a.dll' Comparison='LessThan' Size='8'/>", THERE),
            (
                "<bar:FileModified Csidl='37' Path='a.dll' Comparison='LessThan' Modified='2020-01-01T00:00:00.0000001'/>",
                THERE,
            ),
            ("<bar:FileExists Csidl='42' Path='a.dll'/>", OPEN),
        ],
    );
}

/// A code of Windows Installer.
const CODE: &str = "{0A000000-0000-0000-0000-00000000000B}";

#[test]
fn windows_installer() {
    let facts = format!(
        "<msi product='{CODE}' version='1.5' language='1033' features='Main Help'/>\
         <msi-part product='{CODE}' component='{{0A000000-0000-0000-0000-0000000000C0}}'/>\
         <msp product='{CODE}' patch='{{0A000000-0000-0000-0000-0000000000D0}}' state='superseded'/>\
         <msp product='{CODE}' patch='{{0A000000-0000-0000-0000-0000000000D1}}' state='obsoleted'/>"
    );
    let product =
        |asked: &str| format!("<mar:MsiProductInstalled ProductCode='{}' {asked}/>", CODE.to_lowercase());
    let parts = |kind: &str, asked: &str, parts: &[&str]| {
        let parts: String = parts.iter().map(|part| format!("<mar:{kind}>{part}</mar:{kind}>")).collect();
        format!(
            "<mar:Msi{kind}InstalledForProduct {asked}>{parts}<mar:Product>{CODE}</mar:Product>\
             </mar:Msi{kind}InstalledForProduct>"
        )
    };
    let patch = |code: &str| {
        let patch = format!("{{0A000000-0000-0000-0000-0000000000{code}}}");
        format!("<mar:MsiPatchInstalledForProduct PatchCode='{patch}' ProductCode='{CODE}'/>")
    };
    let absent = "Missing msi-product-absent";
    let cases = [
        (product(""), THERE),
        (product("VersionMin='1.5'"), THERE),
        (product("VersionMin='1.5' ExcludeVersionMin='true'"), "Missing rule-false"),
        (product("VersionMin='1.0' ExcludeVersionMax='true'"), THERE),
        (product("VersionMax='1.5' Language='1031'"), "Missing rule-false"),
        (product("").replace("00b}", "00c}"), absent),
        (product("").replace("{0a", "0a").replace("00b}", "00b"), THERE),
        (product("").replace("00b}", "00b"), ERROR),
        (product("").replace("00b}", "00}"), ERROR),
        (parts("Feature", "", &["main", "none"]), THERE),
        (parts("Feature", "AllFeaturesRequired='1'", &["Main", "none"]), absent),
        (parts("Feature", "", &[]), ERROR),
        (parts("Component", "", &["{0A000000-0000-0000-0000-0000000000C0}"]), THERE),
        (parts("Component", "", &["{0A000000-0000-0000-0000-0000000000C1}"]), absent),
        (patch("D0"), THERE),
        (patch("D1"), "Missing msp-absent"),
        (patch("D2"), "Missing msp-absent"),
        ("<mar:MsiPatchInstalled/>".to_owned(), UNSUPPORTED),
    ];
    let cases: Vec<_> = cases.iter().map(|(rule, expect)| (rule.as_str(), *expect)).collect();
    check(COMPLETE, &facts, &cases);
}

#[test]
fn what_is_not_asked_is_kept_as_it_is_written() {
    let rule = "<bar:Memory Comparison=\"LessThan\" Size='1'/>";
    let compiled = compiled(&package(1, &rules(rule, "<lar:True/>")));
    assert_eq!(raised(&compiled, Code::RuleUnsupported), 1);
    let told = compiled.catalogs.sources[0].diagnostics.kept();
    assert_eq!(told[0].element, "IsInstalled/Memory");
    let shown = format!("{:?}", compiled.catalogs.updates[0].update.rule);
    assert!(shown.contains(r#"Memory Comparison=\"LessThan\" Size=\"1\""#), "{shown}");
}

#[test]
fn upper_and_lower_case_differ_where_that_is_asked_for() {
    use conformance::run::open;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sdp");
    let asked = value("RegSz", "T", "Comparison='EqualTo' Data='DATA'");
    std::fs::write(&path, package(1, &rules(&asked, "<lar:True/>"))).unwrap();
    let facts = "<reg key='HKEY_LOCAL_MACHINE\\SOFTWARE\\A' name='T' type='sz' data='data'/>";
    for (exact_text, expect) in [(false, THERE), (true, "Missing registry-differs")] {
        let settings = patchstate::catalog::Settings { exact_text, ..Default::default() };
        let catalog = conformance::sdp::read(&path, &settings);
        let compiled = patchstate::compile::compile(vec![catalog], Vec::new()).unwrap();
        open(&compiled.columns).verify().unwrap();
        assert_eq!(words(cells(&compiled, &client(COMPLETE, facts))[0].1), expect);
    }
}

/// An element with a query.
fn query(condition: &str) -> String {
    let text = condition.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!("<bar:WmiQuery WqlQuery=\"select * from C where {text}\"/>")
}

#[test]
fn queries() {
    let facts = "<wmi class='c' namespace='ROOT/CIMV2'><p n='a' v='x PCI\\VEN_1002 y'/><p n='N' t='number' v='5'/>\
                 <p n='Z'/><p n='T' t='boolean' v='TRUE'/><p n='O' t='other' v='1'/></wmi>\
                 <wmi class='C'><p n='A' v='Dell Inc.'/><p n='N' t='number' v='10'/><p n='Z'/></wmi>";
    let no = "Missing rule-false";
    let cases = [
        (r"A like '%PCI\\VEN_10%'", THERE),
        (r"A like '%pci\\ven[_]1002%'", THERE),
        ("A like 'PCI%'", no),
        ("A NOT LIKE 'PCI%'", THERE),
        ("(A >= 'Dell' AND A < 'Dell~')", THERE),
        ("A >= 'E' AND A < 'E~'", no),
        ("'dell inc.' = A", THERE),
        ("N > 9", THERE),
        ("N >= '10'", THERE),
        ("N = 'seven'", PART),
        ("N <> 5 and N != 10", no),
        ("Z is null", THERE),
        ("Z like '%'", no),
        ("not (Z like '%z%')", THERE),
        ("T = true", THERE),
        ("T < true", PART),
        ("O = 1", PART),
        ("Missing = 'x'", PART),
        ("Missing = 'x' or A like 'Dell%'", THERE),
        ("Missing = 'x' and A like 'HP%'", no),
        ("A like '['", UNSUPPORTED),
        ("A like '[z-a]'", UNSUPPORTED),
        ("A isa 'x'", UNSUPPORTED),
        ("A =", UNSUPPORTED),
    ];
    let cases: Vec<_> = cases.iter().map(|(condition, expect)| (query(condition), *expect)).collect();
    let cases: Vec<_> = cases.iter().map(|(rule, expect)| (rule.as_str(), *expect)).collect();
    check("", facts, &cases);
    let whole = "<bar:WmiQuery WqlQuery='select A, B from C'/>";
    let nothing = "<absent kind='wmi' ref='root\\cimv2:C'/>";
    check("", facts, &[(whole, THERE)]);
    check("", nothing, &[(whole, no)]);
    check("wmi", "", &[(whole, no)]);
    check("", "", &[(whole, OPEN)]);
    // It is the order of text, not of versions.
    let version = "<wmi class='C'><p n='A' v='9.1'/></wmi>";
    check("", version, &[(&query("A >= '21.20.16.4627'"), THERE)]);
    let odd = compiled(&package(1, &rules(&query(r"A = 'C:\x'"), "<lar:True/>")));
    assert_eq!(raised(&odd, Code::WqlOddEscape), 1);
}
