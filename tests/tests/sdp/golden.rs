//! A real catalog, asked of seven clients that differ in one thing each.

use conformance::{corpora, sdp};
use patchstate::catalog::Settings;
use patchstate::compile::{Compiled, compile};

use super::{cells, client, words};

/// A driver for Windows 7: installed where the board is one of three and a file is current.
const DRIVER: &str = "00004850-0000-0000-5350-000000071430";

const COMPLETE: &str = "os registry file wmi msi";

const FOLDERS: &str = r"
    <trait group='folder' name='36' value='C:\Windows'/>
    <trait group='folder' name='37' value='C:\Windows\System32'/>
    <trait group='folder' name='38' value='C:\Program Files'/>
    <trait group='folder' name='41' value='C:\Windows\SysWOW64'/>
    <trait group='folder' name='42' value='C:\Program Files (x86)'/>";

fn os(version: &str, build: u32, sp: u32) -> String {
    format!(
        "<os family='windows' version='{version}' build='{build}' sp='{sp}' sp-minor='0' \
         product-type='workstation' suite='256' arch='x64' windir='C:\\Windows'/>{FOLDERS}"
    )
}

fn file(version: &str) -> String {
    format!(r"<file path='C:\Windows\System32\drivers\iusb3xhc.sys' version='{version}'/>")
}

fn machine(manufacturer: &str) -> String {
    format!(
        "<wmi class='Win32_ComputerSystem'><p n='Manufacturer' v='{manufacturer}'/>\
         <p n='Model' v='HP Z440 Workstation'/></wmi>\
         <wmi class='Win32_BaseBoard'><p n='Product' v='212B'/></wmi>\
         <wmi class='Win32_BIOS'><p n='ReleaseDate' v='20160101000000.000000+000'/></wmi>\
         <absent kind='wmi' ref='root\\cimv2:Win32_PnpEntity'/>\
         <absent kind='wmi' ref='root\\cimv2:Win32_Product'/>"
    )
}

/// The cell of the driver, and how many cells are Installed, Missing, NotApplicable and Unknown.
fn check(compiled: &Compiled, complete: &str, facts: &[String], driver: &str, totals: [usize; 4]) {
    let cells = cells(compiled, &client(complete, &facts.concat()));
    let of_driver = cells.iter().find(|(id, _)| id == DRIVER).map(|(_, cell)| words(*cell));
    let mut counts = [0; 4];
    for (_, cell) in &cells {
        counts[usize::from(cell.verdict.code())] += 1;
    }
    let [unknown, foreign, missing, installed] = counts;
    let found = [installed, missing, foreign, unknown];
    assert_eq!((of_driver.as_deref(), found), (Some(driver), totals), "{complete}: {facts:?}");
}

#[test]
fn seven_clients_of_a_real_catalog() {
    let Some(path) = corpora("sdp/scup_catalog/HpCatalogForSms.latest_V2.zip") else { return };
    let compiled = compile(vec![sdp::read(&path, &Settings::default())], Vec::new()).unwrap();
    let seven = || os("6.1", 7601, 1);
    let hp = || machine("Hewlett-Packard");
    let check = |complete: &str, facts: &[String], driver: &str, totals| {
        check(&compiled, complete, facts, driver, totals);
    };
    check(COMPLETE, &[seven(), file("3.0.5.69"), hp()], "Missing file-older", [0, 9, 1_820, 0]);
    check(COMPLETE, &[seven(), file("4.0.0.27"), hp()], "Installed rule-true", [1, 8, 1_820, 0]);
    let other = machine("Dell Inc.");
    check(COMPLETE, &[seven(), file("3.0.5.69"), other], "NotApplicable rule-false", [0, 0, 1_829, 0]);
    let without_files = "os registry wmi msi";
    check(without_files, &[seven(), hp()], "Unknown not-collected", [0, 2, 1_820, 7]);
    check(COMPLETE, &[seven(), hp()], "Missing file-absent", [0, 9, 1_820, 0]);
    let ten = os("10.0", 7601, 1);
    check(without_files, &[ten, hp()], "NotApplicable platform-differs", [0, 0, 1_829, 0]);
    let without_classes = "os registry file msi";
    check(without_classes, &[seven(), file("3.0.5.69")], "Unknown not-collected", [0, 0, 907, 922]);
}
