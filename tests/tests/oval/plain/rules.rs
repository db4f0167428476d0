//! What objects, sets, filters and variables make of facts, and what is never guessed.

use conformance::oval::{characteristics, content_of, document};
use patchstate::eval::oval::reference::{self, Results};
use patchstate::model::fact::{Fact, Kinds};
use patchstate::model::flag::Flags;
use patchstate::model::options::{Options, Signature};
use patchstate::model::reason::Reason;
use patchstate::model::verdict::{Cell, Verdict};

use super::{Case, NOT_COLLECTED, PART, UNSUPPORTED, native, shown};

const PACKAGES: &str = r#"<pkg name="a" epoch="0" version="1" release="1" arch="x86_64"/>
    <pkg name="b" epoch="0" version="2" release="1" arch="x86_64"/>"#;

#[test]
fn types_that_facts_do_not_answer_are_unsupported() {
    for kind in [
        "unix:process58",
        "linux:partition",
        "independent:environmentvariable58",
        "windows:rpminfo",
        "macos:file",
    ] {
        assert_eq!(Case::of(kind, "", "").over("package file os", PACKAGES), UNSUPPORTED, "{kind}");
    }
    assert_eq!(Case::of("independent:unknown", "", "").over("", ""), "U no-evidence");
    let content = Case::of("linux:partition", "", "").content([""; 3]);
    let cells = reference::evaluate(&content, &native("", ""), &Options::default()).cells;
    assert_eq!(cells, [Cell::new(Verdict::Unknown, Reason::UnsupportedRule)]);
}

/// The answers of tests of package objects over the two packages.
fn answers(objects: &str, states: &str, variables: &str, complete: &str) -> Vec<String> {
    let numbers = 1..=objects.matches("_object id=\"t").count();
    let tests: String = numbers
        .map(|number| format!(r#"<linux:rpminfo_test id="{number}" check="all"><object object_ref="t{number}"/></linux:rpminfo_test>"#))
        .collect();
    let content = content_of(&document("", &tests, objects, states, variables));
    let results: Results = reference::evaluate(&content, &native(complete, PACKAGES), &Options::default());
    results.tests.iter().map(|answers| shown(answers[0].1)).collect()
}

fn object(id: &str, content: &str) -> String {
    format!(r#"<linux:rpminfo_object id="{id}">{content}</linux:rpminfo_object>"#)
}

fn name(name: &str) -> String {
    format!("<linux:name>{name}</linux:name>")
}

#[test]
fn sets_are_made_of_what_is_found() {
    let set = |operator: &str, first: &str, second: &str| {
        format!(
            r#"<set set_operator="{operator}"><object_reference>{first}</object_reference><object_reference>{second}</object_reference></set>"#
        )
    };
    let objects = object("a", &name("a"))
        + &object("all", r#"<linux:name operation="pattern match">.</linux:name>"#)
        + &object("none", &name("c"))
        + &object("t1", &set("INTERSECTION", "a", "all"))
        + &object("t2", &set("COMPLEMENT", "a", "all"))
        + &object("t3", &set("COMPLEMENT", "all", "a"))
        + &object("t4", &set("UNION", "none", "a"));
    assert_eq!(answers(&objects, "", "", "package"), ["T", "F", "T", "T"]);
    assert_eq!(answers(&objects, "", "", ""), ["T", "E", "E", "T"]);
    let unsupported =
        r#"<linux:rpminfo_object id="p"><linux:behaviors filepaths="true"/></linux:rpminfo_object>"#;
    let objects = unsupported.to_owned() + &object("a", &name("a")) + &object("t1", &set("UNION", "a", "p"));
    assert_eq!(answers(&objects, "", "", "package"), [UNSUPPORTED]);
}

#[test]
fn filters_of_objects_apply() {
    let all = r#"<linux:name operation="pattern match">.</linux:name>"#;
    let state = |id: &str, content: &str| {
        format!(r#"<linux:rpminfo_state id="{id}">{content}</linux:rpminfo_state>"#)
    };
    let states =
        state("a", &name("a")) + &state("any", all) + &state("path", "<linux:filepath>/x</linux:filepath>");
    let objects = object("t1", &format!(r#"{all}<filter action="include">a</filter>"#))
        + &object("t2", &format!("{all}<filter>any</filter>"))
        + &object("t3", &format!("{}<filter>a</filter>", name("a")))
        + &object("t4", &format!(r#"{}<filter action="include">path</filter>"#, name("a")));
    assert_eq!(answers(&objects, &states, "", "package"), ["T", "F", "F", "T"]);
}

#[test]
fn variables_name_what_is_looked_for() {
    let variables = r#"<constant_variable id="one" datatype="string"><value>a</value></constant_variable>
        <constant_variable id="two" datatype="string"><value>a</value><value>c</value></constant_variable>
        <external_variable id="none" datatype="string"/>
        <local_variable id="of_file" datatype="string"><object_component object_ref="f" item_field="path"/></local_variable>
        <local_variable id="of_package" datatype="string"><object_component object_ref="b" item_field="name"/></local_variable>
        <local_variable id="of_absent" datatype="string"><object_component object_ref="c" item_field="name"/></local_variable>"#;
    let by = |id: &str, check: &str| format!(r#"<linux:name var_ref="{id}" var_check="{check}"/>"#);
    let mut objects =
        r#"<unix:file_object id="f"><unix:filepath>/x</unix:filepath></unix:file_object>"#.to_owned();
    objects += &object("b", &name("b"));
    objects += &object("c", &name("c"));
    for (number, (id, check)) in [
        ("one", "all"),
        ("two", "all"),
        ("two", "at least one"),
        ("none", "all"),
        ("of_file", "all"),
        ("of_package", "all"),
        ("of_absent", "all"),
    ]
    .iter()
    .enumerate()
    {
        objects += &object(&format!("t{}", number + 1), &by(id, check));
    }
    let found = answers(&objects, "", variables, "package");
    assert_eq!(found, ["T", "F", "T", "E", NOT_COLLECTED, "T", "F"]);
    assert_eq!(answers(&objects, "", variables, "")[5..], ["T".to_owned(), NOT_COLLECTED.to_owned()]);
}

#[test]
fn values_of_variables_are_items() {
    let check = |variable: &str, state: &str, expect: &str| {
        let case = Case::of("independent:variable", "<~var_ref>v</~var_ref>", state);
        let content = case.content(["", "", variable]);
        let results = reference::evaluate(&content, &native("", PACKAGES), &Options::default());
        assert_eq!(shown(results.tests[0][0].1), expect, "{variable}");
    };
    let two =
        r#"<constant_variable id="v" datatype="int"><value>7</value><value>8</value></constant_variable>"#;
    check(two, r#"<~value datatype="int" operation="greater than">6</~value>"#, "T");
    check(two, r#"<~value datatype="int">7</~value>"#, "F");
    check(two, r#"<~value datatype="int" entity_check="at least one">7</~value>"#, "T");
    check(two, "<~var_ref>v</~var_ref>", "T");
    check(r#"<external_variable id="v" datatype="string"/>"#, "", "E");
    check("", "", "E");
    // A variable of its own values is found to be none, not followed.
    let circle = r#"<local_variable id="v" datatype="string"><object_component object_ref="o" item_field="value"/></local_variable>"#;
    check(circle, "", "E");
}

#[test]
fn signatures_that_nobody_stated_are_assumed_or_not_known() {
    let state = "<~signature_keyid>199e2f91fd431d51</~signature_keyid>";
    let case = |state| Case::of("linux:rpminfo", "<~name>a</~name>", state);
    let require = Options { signature: Signature::Require, ..Options::default() };
    let answer = |state, facts: &str, options: &Options| {
        case(state).results(&native("package", facts), options).tests[0][0].1
    };
    let signed = |key: &str| format!(r#"<pkg name="a" epoch="0" version="1" release="1" key="{key}"/>"#);
    let assumed = answer(state, PACKAGES, &Options::default());
    assert_eq!((shown(assumed).as_str(), assumed.flags), ("T", Flags::ASSUMED_SIGNATURE));
    assert_eq!(shown(answer(state, PACKAGES, &require)), PART);
    for options in [&Options::default(), &require] {
        let known = answer(state, &signed("199E2F91FD431D51"), options);
        assert_eq!((shown(known).as_str(), known.flags), ("T", Flags::NONE));
        assert_eq!(shown(answer(state, &signed("aa"), options)), "F");
        assert_eq!(shown(answer(state, "", options)), "F");
        let other = "<~signature_keyid>1</~signature_keyid><~name>a</~name>";
        assert_eq!(shown(answer(other, PACKAGES, options)), PART);
        let unsigned = r#"<~signature_keyid check_existence="none_exist">1</~signature_keyid>"#;
        assert_eq!(shown(answer(unsigned, PACKAGES, options)), PART);
    }
}

#[test]
fn cells_tell_what_was_assumed() {
    let test = |id: &str| {
        format!(
            r#"<linux:rpminfo_test id="t{id}" check="at least one"><object object_ref="o"/><state state_ref="{id}"/></linux:rpminfo_test>"#
        )
    };
    let states = r#"<linux:rpminfo_state id="1"><linux:evr datatype="evr_string" operation="less than">0:2-1</linux:evr></linux:rpminfo_state>
        <linux:rpminfo_state id="2"><linux:signature_keyid>aa</linux:signature_keyid></linux:rpminfo_state>"#;
    let definition = r#"<definition id="d" version="1" class="patch"><metadata><title>d</title></metadata>
        <criteria><criterion test_ref="t1"/><criterion test_ref="t2"/></criteria></definition>"#;
    let content =
        content_of(&document(definition, &(test("1") + &test("2")), &object("o", &name("a")), states, ""));
    let missing = Cell::new(Verdict::Missing, Reason::PackageOlder);
    for (signature, cell) in [
        (Signature::Assume, Cell { flags: Flags::ASSUMED_SIGNATURE, ..missing }),
        (Signature::Require, Cell::new(Verdict::Unknown, Reason::PartNotCollected)),
    ] {
        let options = Options { signature, ..Options::default() };
        assert_eq!(reference::evaluate(&content, &native("package", PACKAGES), &options).cells, [cell]);
    }
}

/// System characteristics of these items that do not say what was collected.
fn uncollected(items: &str) -> String {
    let base = "http://oval.mitre.org/XMLSchema/oval-system-characteristics-5";
    format!(
        r#"<oval_system_characteristics xmlns="{base}" xmlns:linux="{base}#linux" xmlns:windows="{base}#windows" xmlns:independent="{base}#independent">
        <system_info><os_name>Linux</os_name><primary_host_name>h</primary_host_name></system_info>
        <system_data>{items}</system_data></oval_system_characteristics>"#
    )
}

#[test]
fn items_without_the_objects_that_were_collected_are_a_part() {
    let text = uncollected(
        r#"<linux:rpminfo_item id="1"><linux:name>a</linux:name><linux:version>1</linux:version></linux:rpminfo_item>
           <independent:family_item id="2"><independent:family>unix</independent:family></independent:family_item>
           <windows:registry_item id="3"><windows:hive>HKEY_LOCAL_MACHINE</windows:hive><windows:key>A</windows:key>
           <windows:name>b</windows:name><windows:windows_view>32_bit</windows:windows_view></windows:registry_item>"#,
    );
    let inventory = characteristics(&text).unwrap();
    let check = |kind: &str, object: &str, state: &str, expect: &str| {
        assert_eq!(
            shown(Case::of(kind, object, state).answer(&inventory)),
            expect,
            "{kind} {object} {state}"
        );
    };
    check("linux:rpminfo", "<~name>a</~name>", "", "T");
    check("linux:rpminfo", "<~name>a</~name>", "<~version>1</~version>", NOT_COLLECTED);
    check("linux:rpminfo", "<~name>a</~name>", "<~version>2</~version>", "F");
    check("linux:rpminfo", "<~name>c</~name>", "", NOT_COLLECTED);
    check("linux:rpminfo", "<~name>a</~name>", "<~signature_keyid>1</~signature_keyid>", NOT_COLLECTED);
    check("linux:dpkginfo", "<~name>a</~name>", "", NOT_COLLECTED);
    check("independent:family", "", "<~family>unix</~family>", "T");
    check("linux:partition", "", "", UNSUPPORTED);
    let value = "<~hive>HKEY_LOCAL_MACHINE</~hive><~key>a</~key><~name>B</~name>";
    check("windows:registry", value, "", "T");
    check("windows:registry", &format!(r#"<~behaviors windows_view="32_bit"/>{value}"#), "", "T");
    check("windows:registry", &format!(r#"<~behaviors windows_view="64_bit"/>{value}"#), "", NOT_COLLECTED);
}

#[test]
fn items_state_facts_for_other_catalogs() {
    let text = uncollected(
        r#"<linux:rpminfo_item id="1"><linux:name>a</linux:name><linux:epoch>(none)</linux:epoch><linux:version>1</linux:version><linux:release>2</linux:release></linux:rpminfo_item>
           <linux:dpkginfo_item id="2"><linux:name>b</linux:name><linux:version>1</linux:version><linux:release>2</linux:release></linux:dpkginfo_item>
           <linux:rpmverifyfile_item id="3"><linux:name>redhat-release</linux:name><linux:version>8</linux:version><linux:filepath>/etc/redhat-release</linux:filepath></linux:rpmverifyfile_item>
           <windows:registry_item id="4"><windows:hive>HKEY_LOCAL_MACHINE</windows:hive><windows:key>A</windows:key><windows:name>b</windows:name><windows:type>reg_multi_sz</windows:type><windows:value>x\y</windows:value><windows:value>z</windows:value></windows:registry_item>
           <windows:registry_item id="5"><windows:hive>HKEY_LOCAL_MACHINE</windows:hive><windows:key>A</windows:key><windows:windows_view>32_bit</windows:windows_view></windows:registry_item>
           <windows:file_item id="6"><windows:path>C:\</windows:path><windows:filename>a.dll</windows:filename><windows:m_time datatype="int">133485408000000001</windows:m_time><windows:version status="does not exist"/></windows:file_item>
           <windows:file_item id="7"><windows:filepath>C:\b</windows:filepath><windows:type>FILE_ATTRIBUTE_DIRECTORY</windows:type></windows:file_item>
           <linux:rpminfo_item id="8" status="does not exist"><linux:name>c</linux:name><linux:version>1</linux:version></linux:rpminfo_item>"#,
    );
    let inventory = characteristics(&text).unwrap();
    let stated = |fact: &Fact<'_>| match fact {
        Fact::Package(one) => {
            format!("{} {:?}:{}-{:?}", one.name, one.epoch, one.version, one.release.as_deref())
        }
        Fact::RegistryValue(one) => {
            format!("{} {} {:?} {:?}", one.key, one.name, one.kind.as_deref(), one.data.as_deref())
        }
        Fact::RegistryKey(one) => format!("{} {:?}", one.key, one.view),
        Fact::File(one) => format!("{} {:?} {:?}", one.path, one.version, one.modified.as_deref()),
        other => other.element().to_owned(),
    };
    let found: Vec<String> = inventory.facts.iter().map(|one| stated(&one.fact)).collect();
    let expect = [
        "os",
        r#"a Some(0):1-Some("2")"#,
        "b None:1-2-None",
        "redhat-release None:8-None",
        r#"HKEY_LOCAL_MACHINE\A b Some("multi") Some("x\\\\y\\0z")"#,
        r"HKEY_LOCAL_MACHINE\A Narrow",
        r#"C:\a.dll NoResource Some("2024-01-01T00:00:00.0000001Z")"#,
    ];
    assert_eq!(found, expect);
    assert_eq!(inventory.header.complete, Kinds::NONE);
}
