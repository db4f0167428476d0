//! What a package says beside its rules, and how its sections of rules come together.

use conformance::sdp::{id, item, package, rules, special};
use patchstate::diagnostic::Code;
use patchstate::model::flag::Flags;

use super::{COMPLETE, cell, client, compiled, raised};

const YES: &str = "<lar:True/>";
const NO: &str = "<lar:False/>";

#[test]
fn both_levels_hold_or_the_one_there_is_or_none() {
    let client = client(COMPLETE, "");
    let check = |of_package: [&str; 2], of_item: [&str; 2], expect: &str| {
        let [installed, applicable] = of_package;
        let inner = rules(of_item[0], of_item[1]);
        let parts = format!("{}{}", rules(installed, applicable), item(&inner));
        assert_eq!(cell(&package(1, &parts), &client), expect, "package {of_package:?}, item {of_item:?}");
    };
    // Installed.
    check([YES, YES], [YES, YES], "Installed rule-true");
    check([YES, YES], [NO, YES], "Missing rule-false");
    check([NO, YES], [YES, YES], "Missing rule-false");
    check([YES, YES], ["", YES], "Installed rule-true");
    check(["", YES], [YES, YES], "Installed rule-true");
    check(["", YES], ["", YES], "Missing rule-false");
    // Applicable.
    check([NO, YES], [NO, NO], "NotApplicable rule-false");
    check([NO, NO], [NO, YES], "NotApplicable rule-false");
    check([NO, YES], [NO, ""], "Missing rule-false");
    check([NO, ""], [NO, YES], "Missing rule-false");
    check([NO, ""], [NO, ""], "NotApplicable rule-false");
    // Installed is asked first.
    check([YES, NO], ["", ""], "Installed rule-true");
}

#[test]
fn sections_that_are_not_there_are_told() {
    let check = |parts: &str, code: Code, times: u64| {
        assert_eq!(raised(&compiled(&package(1, parts)), code), times, "{code}: {parts}");
    };
    let item_with = |sections: &str| item(sections);
    check(&format!("{}{}", rules(YES, YES), item_with("")), Code::SdpItemInstallableAbsent, 0);
    check(&format!("{}{}", rules(YES, YES), item_with(&rules(YES, ""))), Code::SdpItemInstallableAbsent, 1);
    check(&item_with(&rules(YES, "")), Code::NoInstallableRule, 1);
    check(&item_with(&rules("", YES)), Code::SdpNoInstalledRule, 1);
    check(&rules(YES, YES), Code::SdpNoInstalledRule, 0);
    check("<IsInstalled/><IsInstallable/>", Code::SdpNoInstalledRule, 1);
}

#[test]
fn of_several_items_missing_goes_before_unknown_before_installed() {
    let client = client(COMPLETE, "");
    let unknown = "<bar:Memory/>";
    let part = |installed: &str, applicable: &str| item(&rules(installed, applicable));
    let [missing, unknown, there, foreign] =
        [part(NO, YES), part(unknown, YES), part(YES, YES), part(NO, NO)];
    let check = |items: [&str; 3], expect: &str| {
        assert_eq!(cell(&package(1, &items.concat()), &client), expect);
    };
    check([&there, &unknown, &missing], "Missing rule-false");
    check([&there, &unknown, &foreign], "Unknown unsupported-rule");
    check([&foreign, &there, &foreign], "Installed rule-true");
    check([&foreign, &foreign, &foreign], "NotApplicable rule-false");
}

#[test]
fn an_item_may_be_superseded_on_the_client() {
    let client = client(COMPLETE, "");
    let superseded = format!("{}<IsSuperseded>{YES}</IsSuperseded>", rules(NO, YES));
    assert_eq!(cell(&package(1, &item(&superseded)), &client), "NotApplicable superseded-on-client");
    let open = format!("{}<IsSuperseded><bar:Memory/></IsSuperseded>", rules(NO, YES));
    assert_eq!(cell(&package(1, &item(&open)), &client), "Unknown unsupported-rule");
}

#[test]
fn an_expired_package_is_never_missing() {
    let client = client(COMPLETE, "");
    let expired = |parts: &str| special(1, "PublicationState='Expired'", parts);
    assert_eq!(cell(&expired(&rules(NO, YES)), &client), "NotApplicable declined");
    assert_eq!(cell(&expired(&rules(YES, YES)), &client), "Installed rule-true");
    let update = &compiled(&expired(&rules(NO, YES))).catalogs.updates[0].update;
    assert!(update.flags.contains(Flags::EXPIRED));
}

#[test]
fn a_package_without_rules_and_parts_is_unknown() {
    assert_eq!(cell(&package(1, ""), &client(COMPLETE, "")), "Unknown no-evidence");
}

#[test]
fn what_a_package_says_is_kept() {
    let file = "<OriginFile Digest='2jmj7l5rSw0yVb/vlWAYkK/YBwk=' FileName='a.exe' Size='3' \
                Modified='2026-01-01T00:00:00' OriginUri='https://example.org/a.exe'>\
                <AdditionalDigest Algorithm='SHA256'>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</AdditionalDigest>\
                </OriginFile>";
    let installer = "<MsiInstallerData MsiFile='a.msi' ProductCode='{A}'/>";
    let document = package(
        7,
        &format!(
            "<InstallableItem ID='x'><InstallProperties RebootBehavior='NeverReboots'/>{installer}{file}</InstallableItem>"
        ),
    );
    let compiled = compiled(&document);
    let update = &compiled.catalogs.updates[0].update;
    assert_eq!(compiled.catalogs.updates[0].identity, format!("sdp:{}", id(7)));
    assert_eq!(
        (update.title.as_str(), update.kind.as_str(), update.posted.as_str()),
        ("T", "Updates", "2026-01-01")
    );
    assert_eq!((update.payload.as_str(), update.reboot.name()), ("https://example.org/a.exe", "Never"));
    let [install] = update.installs.as_slice() else { panic!("{:?}", update.installs) };
    let attributes: Vec<_> =
        install.attributes.iter().map(|(name, text)| format!("{name}: {text}")).collect();
    assert_eq!((install.handler.as_str(), install.restart().name()), ("WindowsInstaller", "Never"));
    assert_eq!(attributes, ["MsiFile: a.msi", "ProductCode: {A}"]);
    let [file] = install.files.as_slice() else { panic!("{:?}", install.files) };
    assert_eq!((file.name.as_str(), file.size.as_str()), ("a.exe", "3"));
    let digests: Vec<_> =
        file.digests.iter().map(|(algorithm, text)| format!("{algorithm} {text}")).collect();
    assert_eq!(
        digests,
        ["SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "SHA256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]
    );
    assert_eq!(raised(&compiled, Code::SdpDigest), 0);
}
