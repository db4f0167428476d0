//! Rules about patches and applications of Windows Installer, by the metadata beside them.

use conformance::sdp::{catalog, package};
use patchstate::diagnostic::Code;
use patchstate::explain::{Explainer, json, text};
use patchstate::model::options::{Options, Supersedence};

use super::{cells, client, compiled, raised, words};

const PRODUCT: &str = "{0A000000-0000-0000-0000-00000000000B}";
const OTHER: &str = "{0A000000-0000-0000-0000-00000000000C}";
const UPGRADE: &str = "{0A000000-0000-0000-0000-0000000000E0}";

/// A code of a patch.
fn code(last: &str) -> String {
    format!("{{0A000000-0000-0000-0000-0000000000{last}}}")
}

/// A target: its version, and what of it is compared.
fn target(product: bool, version: &str, language: bool, upgrade: bool) -> String {
    format!(
        "<TargetProduct MinMsiVersion='200'><TargetProductCode Validate='{product}'>{PRODUCT}</TargetProductCode>\
         {version}<TargetLanguage Validate='{language}'>1033</TargetLanguage>\
         <UpdatedLanguages>1033</UpdatedLanguages><UpgradeCode Validate='{upgrade}'>{UPGRADE}</UpgradeCode>\
         </TargetProduct><TargetProductCode>{PRODUCT}</TargetProductCode>"
    )
}

fn version(comparison: &str, filter: &str, text: &str) -> String {
    format!(
        "<TargetVersion Validate='true' ComparisonType='{comparison}' ComparisonFilter='{filter}'>{text}\
         </TargetVersion>"
    )
}

/// The metadata of a patch.
fn metadata(patch: &str, parts: &str) -> String {
    format!(
        "<Metadata><mar:MsiPatchMetadata><p:MsiPatch xmlns:p='http://www.microsoft.com/msi/patch_applicability.xsd' \
         xmlns='http://www.microsoft.com/msi/patch_applicability.xsd' SchemaVersion='1.0.0.0' PatchGUID='{patch}'>\
         {parts}</p:MsiPatch></mar:MsiPatchMetadata></Metadata>"
    )
}

fn family(name: &str, place: &str, supersedes: bool) -> String {
    format!(
        "<SequenceData><PatchFamily>{name}</PatchFamily><Sequence>{place}</Sequence>\
         <Attributes>{}</Attributes></SequenceData>",
        u8::from(supersedes)
    )
}

/// A package whose one item is ruled by its patch; the metadata stands before or behind the rules.
fn patch(number: u32, metadata: &str) -> String {
    package(
        number,
        &format!(
            "<InstallableItem ID='00000000-0000-0000-0000-00000000ffff'><ApplicabilityRules>\
             <IsInstalled><mar:MsiPatchInstalled/></IsInstalled><IsSuperseded><mar:MsiPatchSuperseded/></IsSuperseded>\
             <IsInstallable><mar:MsiPatchInstallable/></IsInstallable>{metadata}</ApplicabilityRules></InstallableItem>"
        ),
    )
}

const MISSING: &str = "Missing msp-absent";
const FOREIGN: &str = "NotApplicable msi-product-absent";

/// What a client without patches is to a patch for such a target.
fn check(target: &str, complete: &str, facts: &str, expect: &str) {
    let document = patch(1, &metadata(&code("D0"), target));
    let compiled = compiled(&document);
    assert_eq!(raised(&compiled, Code::RuleUnsupported), 0);
    let cell = cells(&compiled, &client(complete, facts))[0].1;
    assert_eq!(words(cell), expect, "{target}, of {facts}, complete: {complete}");
}

fn msi(attributes: &str) -> String {
    format!("<msi product='{PRODUCT}' {attributes}/>")
}

#[test]
fn a_patch_is_for_the_products_that_its_metadata_compares() {
    let all = "msi msp";
    let any = "<TargetVersion>9.9</TargetVersion>";
    let code_only = target(true, any, false, false);
    check(&code_only, all, &msi(""), MISSING);
    check(&code_only, all, "", FOREIGN);
    check(&code_only, "msp", "", "Unknown not-collected");
    check(&code_only, "msp", &format!("<absent kind='msi' ref='{PRODUCT}'/>"), FOREIGN);
    check(&code_only, "msi", &msi(""), "Unknown not-collected");
    let versions = [
        (version("Equal", "None", "1.2.3.4"), "1.2.3.4", MISSING),
        (version("Equal", "None", "1.2.3.4"), "1.2.3", FOREIGN),
        (version("equal", "MajorMinorUpdate", "1.2.3.4"), "1.2.3.9", MISSING),
        (version("Equal", "MajorMinor", "1.2.3.4"), "1.2.9", MISSING),
        (version("Equal", "Major", "1.2.3.4"), "1.9", MISSING),
        (version("Equal", "Major", "1.2.3.4"), "2.2.3.4", FOREIGN),
        (version("LessThan", "MajorMinor", "1.2.3"), "1.2.2", FOREIGN),
        (version("LessThan", "MajorMinor", "1.2.3"), "1.1.9", MISSING),
        (version("LessThanOrEqual", "Major", "1"), "1.9", MISSING),
        (version("GreaterThan", "None", "1.2"), "1.2.0.1", MISSING),
        (version("GreaterThanOrEqual", "MajorMinor", "1.3"), "1.2.9", FOREIGN),
        (version("None", "None", "1.2"), "0.1", MISSING),
    ];
    for (asked, stated, expect) in versions {
        check(&target(true, &asked, false, false), all, &msi(&format!("version='{stated}'")), expect);
    }
    let whole = target(true, &version("Equal", "None", "1.2"), true, true);
    let unknown = "Unknown part-not-collected";
    check(&whole, all, &msi(&format!("version='1.2' language='1033' upgrade-code='{UPGRADE}'")), MISSING);
    check(&whole, all, &msi(&format!("version='1.2' language='1031' upgrade-code='{UPGRADE}'")), FOREIGN);
    check(&whole, all, &msi(&format!("version='1.2' language='1033' upgrade-code='{OTHER}'")), FOREIGN);
    check(&whole, all, &msi("version='1.2' language='1033'"), unknown);
    check(&whole, all, &msi("version='1.3'"), FOREIGN);
    // Where nothing is compared, the list of products counts.
    let listed = target(false, any, false, false);
    check(&listed, all, &msi("version='0.1'"), MISSING);
    check(&listed, all, &format!("<msi product='{OTHER}'/>"), FOREIGN);
    // Where other things are, it does not.
    let upgrade = target(false, any, false, true);
    check(&upgrade, all, &format!("<msi product='{OTHER}' upgrade-code='{UPGRADE}'/>"), MISSING);
    check(&upgrade, all, &msi(&format!("upgrade-code='{OTHER}'")), FOREIGN);
    check(&upgrade, "msp", &msi(&format!("upgrade-code='{OTHER}'")), "Unknown not-collected");
}

#[test]
fn a_patch_is_there_under_either_of_its_codes() {
    let listed = target(true, "<TargetVersion>1</TargetVersion>", false, false);
    let fallback =
        format!("<mar:FallbackPatchCode>{}</mar:FallbackPatchCode></mar:MsiPatchMetadata>", code("D1"));
    let metadata = metadata(&code("D0"), &listed).replace("</mar:MsiPatchMetadata>", &fallback);
    let compiled = compiled(&patch(1, &metadata));
    let check = |complete: &str, facts: &str, expect: &str| {
        let facts = msi("") + facts;
        assert_eq!(words(cells(&compiled, &client(complete, &facts))[0].1), expect, "{facts}, {complete}");
    };
    let msp = |product: &str, last: &str, state: &str| {
        format!("<msp product='{product}' patch='{}' state='{state}'/>", code(last).to_lowercase())
    };
    check("msi msp", &msp(PRODUCT, "D0", "applied"), "Installed rule-true");
    check("", &msp(PRODUCT, "D1", "superseded"), "Installed rule-true");
    check("msi msp", &msp(PRODUCT, "D0", "obsoleted"), MISSING);
    check("msi msp", &msp(PRODUCT, "D1", "registered"), MISSING);
    check("msi msp", &msp(OTHER, "D0", "applied"), MISSING);
    let absent = |last: &str| format!("<absent kind='msp' ref='{PRODUCT}::{}'/>", code(last));
    check("msi", &absent("D0"), "Unknown not-collected");
    // Whether what it lacks was replaced stays open.
    check("msi", &(absent("D0") + &absent("D1")), "Unknown not-collected");
}

#[test]
fn patches_replace_each_other_by_the_metadata_of_all() {
    let listed = target(true, "<TargetVersion>1</TargetVersion>", false, false);
    let of = |number: u32, last: &str, parts: &str| {
        patch(number, &metadata(&code(last), &(listed.clone() + parts)))
    };
    let obsoletes = format!("<ObsoletedPatch>{}</ObsoletedPatch>", code("D0"));
    let document = catalog(
        &[
            of(1, "D0", &family("F", "1.0", true)),
            of(2, "D1", &obsoletes),
            of(3, "D2", &family("F", "2.0", true)),
            of(4, "D3", &family("F", "3.0", false)),
            of(5, "D4", &family("G", "4.0", true)),
        ]
        .concat(),
    );
    let compiled = compiled(&document);
    assert_eq!(compiled.catalogs.patches.len(), 5);
    let first = |complete: &str, patches: &[&str]| {
        let msp = |last: &&str| format!("<msp product='{PRODUCT}' patch='{}'/>", code(last));
        let facts = msi("") + &patches.iter().map(msp).collect::<String>();
        words(cells(&compiled, &client(complete, &facts))[0].1)
    };
    let replaced = "NotApplicable superseded-on-client";
    assert_eq!(first("msi msp", &["D1"]), replaced);
    assert_eq!(first("msi msp", &["D2"]), replaced);
    assert_eq!(first("msi msp", &["D3"]), MISSING);
    assert_eq!(first("msi msp", &["D4"]), MISSING);
    // A patch that no catalog knows may replace it.
    assert_eq!(first("msi msp", &["D4", "D9"]), "Unknown part-not-collected");
    assert_eq!(first("msi msp", &["D2", "D9"]), replaced);
    assert_eq!(first("msi", &["D2"]), "Unknown not-collected");
    assert_eq!(first("msi msp", &["D0", "D2"]), "Installed rule-true");
}

#[test]
fn an_application_is_there_or_may_be_installed() {
    let rules = |product: &str| {
        package(
            1,
            &format!(
                "<InstallableItem ID='00000000-0000-0000-0000-00000000ffff'><ApplicabilityRules><Metadata>\
                 <mar:MsiApplicationMetadata><mar:ProductCode>{product}</mar:ProductCode>\
                 </mar:MsiApplicationMetadata></Metadata><IsInstalled><mar:MsiApplicationInstalled/></IsInstalled>\
                 <IsInstallable><mar:MsiApplicationInstallable/></IsInstallable></ApplicabilityRules></InstallableItem>"
            ),
        )
    };
    let cell =
        |product: &str, complete: &str, facts: &str| super::cell(&rules(product), &client(complete, facts));
    assert_eq!(cell(PRODUCT, "msi", &msi("")), "Installed rule-true");
    assert_eq!(cell(PRODUCT, "msi", ""), "Missing msi-product-absent");
    assert_eq!(cell(PRODUCT, "", ""), "Unknown not-collected");
    assert_eq!(cell("{1}", "msi", ""), "Unknown rule-error");
}

#[test]
fn metadata_that_is_missing_or_malformed_decides_nothing() {
    let listed = target(true, "<TargetVersion>1</TargetVersion>", false, false);
    let good = metadata(&code("D0"), &listed);
    for (metadata, code, expect) in [
        (String::new(), Code::RuleUnsupported, "Unknown unsupported-rule"),
        ("<Metadata><mar:Other/></Metadata>".to_owned(), Code::RuleUnsupported, "Unknown unsupported-rule"),
        (good.replace("PatchGUID=", "Patch="), Code::RuleBadAttribute, "Unknown rule-error"),
        (good.replace(PRODUCT, "{1}"), Code::RuleBadAttribute, "Unknown rule-error"),
        (good.replace("Validate='true'", "Validate='x'"), Code::RuleBadAttribute, "Unknown rule-error"),
        (
            good.replace("TargetProduct ", "Target ").replace("TargetProduct>", "Target>"),
            Code::RuleBadAttribute,
            "Unknown rule-error",
        ),
    ] {
        let compiled = compiled(&patch(1, &metadata));
        assert_eq!(raised(&compiled, code), 3, "{metadata}");
        let cell = cells(&compiled, &client("msi msp", &msi("")))[0].1;
        assert_eq!(words(cell), expect, "{metadata}");
    }
    let document = patch(1, "").replace("MsiPatchSuperseded", "MsiApplicationSuperseded");
    assert_eq!(raised(&compiled(&document), Code::RuleUnsupported), 3);
}

#[test]
fn a_proof_names_the_products_and_patches_that_count() {
    let listed = target(true, "<TargetVersion>1</TargetVersion>", false, false);
    let compiled = compiled(&patch(1, &metadata(&code("D0"), &listed)));
    let facts = format!(
        "<os family='windows'/>{}<msp product='{PRODUCT}' patch='{}'/><msi product='{OTHER}'/>",
        msi("version='1.0'"),
        code("D7")
    );
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let client = client("msi msp", &facts);
    let explainer = Explainer::new(&compiled.catalogs, &options, &client);
    let proof = explainer.proof(0).unwrap();
    assert_eq!(proof.witnesses.keys().copied().collect::<Vec<_>>(), [1, 2]);
    let mut out = Vec::new();
    text::write(&proof, &text::Look::PLAIN, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("Windows Installer meets <MsiPatchSuperseded PatchCode="), "{page}");
    assert!(page.contains("stated: msi"), "{page}");
    let mut out = Vec::new();
    json::write(&proof, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("MsiPatchInstallable PatchCode="));
}
