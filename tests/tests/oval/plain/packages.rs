//! Tests of packages, and of the file that says which release a system is.

use conformance::oval::{content_of, document};
use patchstate::diagnostic::Code;
use patchstate::eval::oval::reference;
use patchstate::model::flag::Flags;
use patchstate::model::options::Options;
use patchstate::model::reason::Reason;
use patchstate::model::verdict::{Cell, Verdict};

use super::{Case, NOT_COLLECTED, PART, UNSUPPORTED, native, shown};

const BASH: &str = "<~name>bash</~name>";
const RPM: &str = r#"<pkg name="bash" epoch="0" version="5.1" release="2.el8" arch="x86_64"/>"#;

#[test]
fn flags_follow_from_completeness() {
    for (existence, found, in_part, absent, unknown) in [
        ("at_least_one_exists", "T", "T", "F", NOT_COLLECTED),
        ("none_exist", "F", "F", "T", NOT_COLLECTED),
        ("any_exist", "T", "T", "T", NOT_COLLECTED),
        ("all_exist", "T", NOT_COLLECTED, "F", NOT_COLLECTED),
        ("only_one_exists", "T", NOT_COLLECTED, "F", NOT_COLLECTED),
    ] {
        let attributes = format!("check=\"all\" check_existence=\"{existence}\"");
        let case = Case::of("linux:rpminfo", BASH, "").with(&attributes);
        assert_eq!(case.over("package", RPM), found, "{existence}");
        assert_eq!(case.over("", RPM), in_part, "{existence}");
        assert_eq!(case.over("package", ""), absent, "{existence}");
        assert_eq!(case.over("", ""), unknown, "{existence}");
        assert_eq!(case.over("", r#"<absent kind="package" ref="bash"/>"#), absent, "{existence}");
    }
    let versions = Case::of("linux:rpminfo", BASH, r#"<~version operation="pattern match">^5</~version>"#);
    assert_eq!(versions.over("package", RPM), "T");
    assert_eq!(versions.over("", RPM), NOT_COLLECTED);
    assert_eq!(versions.with("check=\"at least one\"").over("", RPM), "T");
}

#[test]
fn packages_of_rpm_have_their_parts() {
    let check = |state: &str, facts: &str, expect: &str| {
        assert_eq!(
            Case::of("linux:rpminfo", BASH, state).over("package", facts),
            expect,
            "{state} of {facts}"
        );
    };
    for state in [
        "<~name>bash</~name>",
        "<~arch>x86_64</~arch>",
        "<~epoch>0</~epoch>",
        "<~version>5.1</~version>",
        "<~release>2.el8</~release>",
        r#"<~evr datatype="evr_string" operation="less than">0:5.1-3.el8</~evr>"#,
        r#"<~evr datatype="evr_string">0:5.1-2.el8</~evr>"#,
        "<~extended_name>bash-0:5.1-2.el8.x86_64</~extended_name>",
    ] {
        check(state, RPM, "T");
    }
    check(r#"<~evr datatype="evr_string" operation="less than">0:5.1-2.el8</~evr>"#, RPM, "F");
    check("<~filepath>/bin/bash</~filepath>", RPM, PART);
    check("<~arch>x86_64</~arch>", r#"<pkg name="bash" epoch="0" version="5.1" release="2"/>"#, PART);
    let without_release = r#"<pkg name="bash" epoch="0" version="5.1" arch="x86_64"/>"#;
    check(r#"<~evr datatype="evr_string" operation="less than">0:5.1-3</~evr>"#, without_release, PART);
    check("<~name>bash</~name>", r#"<pkg name="bash" version="5" status="half-installed"/>"#, "F");
    check("<~name>bash</~name>", r#"<pkg type="deb" name="bash" version="5"/>"#, "F");
    let keys = Case::of("linux:rpminfo", "<~name>gpg-pubkey</~name>", "<~version>fd431d51</~version>");
    assert_eq!(
        keys.over("package", r#"<pkg name="gpg-pubkey" version="fd431d51" release="4ae0493b"/>"#),
        "T"
    );
}

#[test]
fn packages_are_found_by_operation() {
    let check = |object: &str, expect: &str| {
        assert_eq!(Case::of("linux:rpminfo", object, "").over("package", RPM), expect, "{object}");
    };
    check("<~name>Bash</~name>", "F");
    check(r#"<~name operation="case insensitive equals">Bash</~name>"#, "T");
    check(r#"<~name operation="pattern match">^ba</~name>"#, "T");
    check(r#"<~name operation="not equal">bash</~name>"#, "F");
    check(r#"<~name operation="pattern match">(</~name>"#, "E");
    check(r#"<~name xsi:nil="true"/>"#, "T");
    check(r#"<~behaviors filepaths="false"/><~name>bash</~name>"#, "T");
    check(r#"<~behaviors filepaths="true"/><~name>bash</~name>"#, UNSUPPORTED);
    check(r#"<~behaviors other="1"/><~name>bash</~name>"#, UNSUPPORTED);
    check(r#"<~name operation="less than">bash</~name>"#, "E");
}

#[test]
fn epochs_that_are_not_known_decide_only_where_they_all_agree() {
    const BARE: &str = r#"<pkg name="bash" version="5.1" release="2" arch="x86_64"/>"#;
    let state = |operation: &str, version: &str| {
        format!(r#"<~evr datatype="evr_string" operation="{operation}">{version}</~evr>"#)
    };
    let check = |operation: &str, version: &str, facts: &str, expect: &str| {
        let state = state(operation, version);
        assert_eq!(
            Case::of("linux:rpminfo", BASH, &state).over("package", facts),
            expect,
            "{operation} {version}"
        );
    };
    // All that is asked for has one epoch.
    check("less than", "1:5.1-3", BARE, "T");
    check("less than", "1:5.1-2", BARE, "F");
    check("equals", "3:5.1-2", BARE, "T");
    // Another instance of the same architecture lends its own.
    let other =
        |arch: &str| format!(r#"{BARE}<pkg name="bash" version="4" release="1" epoch="2" arch="{arch}"/>"#);
    check("less than", "2:5.1-3", &other("x86_64"), "T");
    check("less than", "1:9-9", &other("x86_64"), "F");
    let case_state = state("less than", "2:5.1-3");
    let case = Case::of("linux:rpminfo", BASH, &case_state);
    assert_eq!(case.answer(&native("package", &other("x86_64"))).flags, Flags::EPOCH_LENT);
    assert_eq!(case.answer(&native("package", &other("i686"))).flags, Flags::NONE);
    let results = case.results(&native("package", &other("x86_64")), &Options::default());
    assert_eq!(
        results.cells,
        [Cell { flags: Flags::EPOCH_LENT, ..Cell::new(Verdict::Missing, Reason::PackageOlder) }]
    );
    // Epochs are not served where nobody states them.
    assert_eq!(Case::of("linux:rpminfo", BASH, "<~epoch>0</~epoch>").over("package", BARE), PART);
    assert_eq!(
        Case::of("linux:rpminfo", BASH, "<~epoch>2</~epoch>")
            .answer(&native("package", &other("x86_64")))
            .flags,
        Flags::EPOCH_LENT
    );
}

#[test]
fn epochs_are_between_the_least_and_the_greatest_that_is_asked_for() {
    const BARE: &str = r#"<pkg name="bash" version="5.1" release="2" arch="x86_64"/>"#;
    let evr = |id: &str, operation: &str, version: &str| {
        format!(
            r#"<linux:rpminfo_state id="{id}"><linux:evr datatype="evr_string" operation="{operation}">{version}</linux:evr></linux:rpminfo_state>"#
        )
    };
    let test = |id: &str| {
        format!(
            r#"<linux:rpminfo_test id="t{id}" check="all"><object object_ref="o"/><state state_ref="{id}"/></linux:rpminfo_test>"#
        )
    };
    let asked = [
        ("a", "less than", "0:5.1-3", PART),
        ("b", "less than", "2:5.1-3", "T"),
        ("c", "less than", "0:5.1-1", "F"),
        ("d", "equals", "1:5.1-2", PART),
        ("e", "equals", "1:5.1-3", "F"),
        ("f", "not equal", "1:5.1-3", "T"),
        ("g", "greater than or equal", "2:5.1-2", PART),
    ];
    let tests: String = asked.iter().map(|(id, ..)| test(id)).collect();
    let states: String =
        asked.iter().map(|(id, operation, version, _)| evr(id, operation, version)).collect();
    let object = r#"<linux:rpminfo_object id="o"><linux:name>bash</linux:name></linux:rpminfo_object>"#;
    let content = content_of(&document("", &tests, object, &states, ""));
    let results = reference::evaluate(&content, &native("package", BARE), &Options::default());
    for ((id, operation, version, expect), answers) in asked.iter().zip(&results.tests) {
        assert_eq!(shown(answers[0].1), *expect, "{id} {operation} {version}");
    }
}

#[test]
fn states_without_epoch_have_epoch_0_and_are_told_once() {
    let state = r#"<~evr datatype="evr_string" operation="less than">5.1-3</~evr>"#;
    let case = Case::of("linux:rpminfo", BASH, state);
    let two = format!("{RPM}{}", RPM.replace("x86_64", "i686"));
    let results = case.results(&native("package", &two), &Options::default());
    assert_eq!(shown(results.tests[0][0].1), "T");
    assert_eq!(results.diagnostics.of(Code::OvalEvrNoEpoch), 1);
    assert_eq!(case.over("package", &RPM.replace("epoch=\"0\"", "epoch=\"1\"")), "F");
    assert_eq!(case.over("package", &RPM.replace("epoch=\"0\"", "")), "T");
}

#[test]
fn packages_of_debian_are_split_at_their_last_dash() {
    let check = |state: &str, version: &str, expect: &str| {
        let facts = format!(r#"<pkg type="deb" name="bash" epoch="1" version="{version}" arch="amd64"/>"#);
        assert_eq!(
            Case::of("linux:dpkginfo", BASH, state).over("package", &facts),
            expect,
            "{state} of {version}"
        );
    };
    check("<~version>5.1-rc</~version>", "5.1-rc-2", "T");
    check("<~release>2</~release>", "5.1-rc-2", "T");
    check("<~release></~release>", "5.1", "T");
    check("<~version>5.1</~version>", "5.1", "T");
    check("<~epoch>1</~epoch>", "5.1", "T");
    check(r#"<~evr datatype="debian_evr_string" operation="less than">1:5.1-3</~evr>"#, "5.1-2", "T");
    check(r#"<~evr datatype="debian_evr_string" operation="less than">5.1-3</~evr>"#, "5.1-2", "F");
    check(r#"<~evr datatype="debian_evr_string">1:5.1</~evr>"#, "5.1", "T");
    check(r#"<~evr datatype="evr_string" operation="less than">1:5.1-3</~evr>"#, "5.1-2", "T");
    check("<~extended_name>x</~extended_name>", "5.1-2", PART);
    let removed = r#"<pkg type="deb" name="bash" version="5" status="config-files"/>"#;
    assert_eq!(Case::of("linux:dpkginfo", BASH, "").over("package", removed), "F");
}

#[test]
fn the_release_file_belongs_to_the_first_release_package() {
    const OBJECT: &str = r#"<~behaviors nomd5="true" nosize="true" noconfigfiles="true"/>
        <~name operation="pattern match"/><~epoch operation="pattern match"/><~version></~version>
        <~release xsi:nil="true"/><~arch operation="pattern match"/><~filepath>/etc/redhat-release</~filepath>"#;
    let check = |name: &str, version: &str, facts: &str, expect: &str| {
        let state = format!(
            r#"<~name operation="pattern match">{name}</~name><~version operation="pattern match">{version}</~version>"#
        );
        let case = Case::of("linux:rpmverifyfile", OBJECT, &state);
        assert_eq!(case.over("package", facts), expect, "{name} {version}");
    };
    let package =
        |name: &str, version: &str| format!(r#"<pkg name="{name}" version="{version}" release="1"/>"#);
    let list =
        package("epel-release", "9") + &package("redhat-release", "8.4") + &package("fedora-release", "40");
    check("^redhat-release", r"^8[^\d]", &list, "T");
    check("^redhat-release", r"^9[^\d]", &list, "F");
    check("^fedora", "", &list, "F");
    check("^redhat", "", &package("bash", "8"), "F");
    check("^centos-linux-release$", "^8", &package("centos-linux-release", "8.3"), "T");
    let case = |object| Case::of("linux:rpmverifyfile", object, "");
    assert_eq!(case("<~filepath>/etc/passwd</~filepath>").over("package", &list), UNSUPPORTED);
    assert_eq!(
        case(r#"<~filepath operation="pattern match">release</~filepath>"#).over("package", &list),
        UNSUPPORTED
    );
    assert_eq!(case("<~filepath>/etc/redhat-release</~filepath>").over("", ""), NOT_COLLECTED);
    // A name that is asked for has to be that of the package; an epoch that nobody states may be or not.
    for (entity, expect) in [("<~name>fedora-release</~name>", "F"), ("<~epoch>1</~epoch>", NOT_COLLECTED)] {
        let object = format!("{entity}<~filepath>/etc/redhat-release</~filepath>");
        assert_eq!(Case::of("linux:rpmverifyfile", &object, "").over("package", &list), expect, "{entity}");
    }
}
