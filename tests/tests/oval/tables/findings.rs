//! What is found in a definitions file, and where: the table of section 1.

use patchstate::diagnostic::{Code, Diagnostic};

use super::read;

/// A definitions file of lines; the first is the root's.
fn file(lines: &[&str]) -> String {
    let root = r#"<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:i="http://oval.mitre.org/XMLSchema/oval-definitions-5#independent">"#;
    format!("{root}\n{}\n</oval_definitions>", lines.join("\n"))
}

/// The lines on which a code was found, and nothing else.
fn found(lines: &[&str], code: Code) -> Vec<u32> {
    let catalog = read(&file(lines)).unwrap();
    let kept: &[Diagnostic] = catalog.diagnostics.kept();
    assert!(kept.iter().all(|finding| finding.code == code), "{kept:?}");
    kept.iter().map(|finding| finding.position.line).collect()
}

#[test]
fn files_that_give_nothing_say_where() {
    let error = read("<oval_definitions>\n<definitions></oval_definitions>").unwrap_err();
    assert_eq!(error.position().unwrap().line, 2, "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.xml");
    std::fs::write(&path, "\n<other/>").unwrap();
    let error = conformance::oval::catalog(&path).unwrap_err();
    assert_eq!(error.position().unwrap().line, 2, "{error}");
}

#[test]
fn every_finding_has_its_code_and_line() {
    let object = r#"<i:family_object id="o" version="1"/>"#;
    let objects = ["<objects>", object, "</objects>"];
    let wrap = |section: &'static str, content: &'static [&'static str]| {
        let mut lines = vec![section];
        lines.extend(content);
        lines
    };
    for (lines, code, expected) in [
        (
            vec![
                "<objects>",
                object,
                r#"<i:family_object id="o" version="2"><i:a/></i:family_object>"#,
                "</objects>",
            ],
            Code::OvalDuplicateId,
            vec![4],
        ),
        (
            vec!["<objects>", r#"<family_object id="o" version="1"/>"#, "</objects>"],
            Code::OvalNamespace,
            vec![3],
        ),
        (
            [
                &objects[..],
                &[
                    "<tests>",
                    r#"<i:family_test id="t" version="1" check="all">"#,
                    r#"<i:object object_ref="gone"/>"#,
                    "</i:family_test></tests>",
                ],
            ]
            .concat(),
            Code::OvalDanglingRef,
            vec![7],
        ),
        (
            [
                &objects[..],
                &[
                    "<tests>",
                    r#"<i:family_test id="t" version="1" check="some">"#,
                    r#"<i:object object_ref="o"/>"#,
                    "</i:family_test></tests>",
                ],
            ]
            .concat(),
            Code::OvalBadEnum,
            vec![6],
        ),
        (
            [
                &objects[..],
                &[
                    "<tests>",
                    r#"<i:family_test id="t" version="1" check="none exist">"#,
                    r#"<i:object object_ref="o"/>"#,
                    "</i:family_test></tests>",
                ],
            ]
            .concat(),
            Code::OvalDeprecatedCheck,
            vec![6],
        ),
        (
            wrap(
                "<states>",
                &[
                    r#"<i:family_state id="s" version="1">"#,
                    r#"<i:family operation="like">a</i:family>"#,
                    r#"<i:family datatype="text">a</i:family>"#,
                    "</i:family_state></states>",
                ],
            ),
            Code::OvalBadEnum,
            vec![4, 5],
        ),
        (
            wrap(
                "<definitions>",
                &[
                    r#"<definition id="a" version="1" class="patch"><criteria>"#,
                    r#"<extend_definition definition_ref="a"/></criteria></definition>"#,
                    "</definitions>",
                ],
            ),
            Code::OvalDefinitionCycle,
            vec![3],
        ),
        (
            wrap(
                "<variables>",
                &[
                    r#"<local_variable id="v" version="1" datatype="string">"#,
                    r#"<variable_component var_ref="v"/></local_variable>"#,
                    "</variables>",
                ],
            ),
            Code::OvalVariableCycle,
            vec![3],
        ),
        (vec!["<strange/>", "<strange/>"], Code::OvalUnknownPart, vec![2]),
    ] {
        assert_eq!(found(&lines, code), expected, "{code:?} {lines:?}");
    }
}

#[test]
fn of_two_things_of_one_id_the_higher_version_is_used() {
    for (versions, expected) in [(["1", "2"], "b"), (["2", "1"], "a"), (["1", "1"], "a"), (["9", "10"], "b")]
    {
        let state = |version: &str, text: &str| {
            format!(
                r#"<i:family_state id="s" version="{version}"><i:family>{text}</i:family></i:family_state>"#
            )
        };
        let [first, second] = [state(versions[0], "a"), state(versions[1], "b")];
        let catalog = read(&file(&["<states>", &first, &second, "</states>"])).unwrap();
        let states = catalog.oval.unwrap().states;
        assert_eq!(
            (states.len(), states[0].content.entities[0].value.as_str()),
            (1, expected),
            "{versions:?}"
        );
    }
}

#[test]
fn results_of_two_systems_give_two_inventories() {
    let system = |host: &str| {
        format!(
            r#"<system><oval_system_characteristics xmlns="http://oval.mitre.org/XMLSchema/oval-system-characteristics-5"><generator/><system_info><os_name>L</os_name><os_version>1</os_version><architecture>x</architecture><primary_host_name>{host}</primary_host_name><interfaces/></system_info></oval_system_characteristics></system>"#
        )
    };
    let text = format!(
        r#"<oval_results xmlns="http://oval.mitre.org/XMLSchema/oval-results-5"><results>{}{}</results></oval_results>"#,
        system("one"),
        system("two")
    );
    let format = patchstate::inventory::find("oval-sc").unwrap();
    let found = format.units(&text, patchstate::inventory::Look::All).unwrap();
    let patchstate::inventory::Found::Units(units) = found else { panic!("units") };
    let clients: Vec<_> = units.iter().map(|unit| unit.client.as_deref()).collect();
    assert_eq!(clients, [Some("one"), Some("two")]);
}
