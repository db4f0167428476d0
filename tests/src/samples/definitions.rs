//! A definitions file of OVAL: definitions, tests, objects, states and variables of every shape that an index
//! keeps.

use std::fmt::Write;

use patchstate::catalog::{self, Settings};
use patchstate::model::update::Catalog;

use super::source;

const HEAD: &str = r#"<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"
    xmlns:l="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux">
<generator><schema_version>5.11.2</schema_version></generator>"#;

/// What all definitions share: a system, a set of two objects without the packages of others, a pattern, a
/// value that is computed.
const SHARED: [&str; 5] = [
    r#"<definition id="s:def:0" version="1" class="inventory"><metadata><title>Sample Linux</title></metadata>
        <criteria operator="ONE"><criterion test_ref="s:tst:0" negate="true"/></criteria></definition>"#,
    r#"<l:rpminfo_test id="s:tst:0" version="1" check="none satisfy" check_existence="any_exist" comment="0">
        <l:object object_ref="s:obj:0"/><l:state state_ref="s:ste:0"/></l:rpminfo_test>"#,
    r#"<l:rpminfo_object id="s:obj:0" version="1"><set set_operator="COMPLEMENT">
        <object_reference>s:obj:1</object_reference><object_reference>s:obj:2</object_reference>
        <filter action="include">s:ste:0</filter></set></l:rpminfo_object>"#,
    r#"<l:rpminfo_state id="s:ste:0" version="1" operator="OR"><l:name operation="pattern match">^p\d+$</l:name>
        <l:arch var_ref="s:var:0" var_check="at least one"/></l:rpminfo_state>"#,
    r#"<local_variable id="s:var:0" version="1" datatype="string" comment="0"><concat>
        <literal_component>x86</literal_component><literal_component> &lt;64&gt;</literal_component>
        </concat></local_variable>"#,
];

/// A catalog of `count` definitions that are updates, each about a package of its own, and one of a system.
///
/// # Panics
///
/// The document cannot be read, which would be a mistake here.
pub fn definitions(count: u32) -> Catalog {
    let mut sections = SHARED.map(str::to_owned);
    for number in 1..=count {
        let class = ["patch", "vulnerability"][number as usize % 2];
        let parts = [
            format!(
                r#"<definition id="s:def:{number}" version="{number}" class="{class}" deprecated="{}">
                <metadata><title>Package {number}</title></metadata><criteria>
                <extend_definition definition_ref="s:def:0" applicability_check="true"/>
                <criterion test_ref="s:tst:{number}"/><criterion test_ref="s:tst:none"/>
                </criteria></definition>"#,
                number == 5
            ),
            format!(
                r#"<l:rpminfo_test id="s:tst:{number}" version="1" check="all" comment="{number}">
                <l:object object_ref="s:obj:{number}"/><l:state state_ref="s:ste:{number}"/></l:rpminfo_test>"#
            ),
            format!(
                r#"<l:rpminfo_object id="s:obj:{number}" version="1"><l:name>p{number}</l:name>
                </l:rpminfo_object>"#
            ),
            format!(
                r#"<l:rpminfo_state id="s:ste:{number}" version="1"><l:evr datatype="evr_string"
                operation="less than">0:1.{number}-1</l:evr></l:rpminfo_state>"#
            ),
            format!(
                r#"<constant_variable id="s:var:{number}" version="1" datatype="int" comment="{number}">
                <value>{number}</value></constant_variable>"#
            ),
        ];
        sections.iter_mut().zip(parts).for_each(|(section, part)| section.push_str(&part));
    }
    let mut text = HEAD.to_owned();
    for (name, section) in ["definitions", "tests", "objects", "states", "variables"].iter().zip(sections) {
        write!(text, "<{name}>{section}</{name}>").expect("writes to memory");
    }
    text.push_str("</oval_definitions>");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("def.xml");
    std::fs::write(&path, text).expect("the folder is ours");
    let mut found = Vec::new();
    (catalog::oval::FORMAT.read)(&path, &Settings::default(), &mut |catalog| found.push(catalog));
    let catalog = found.remove(0).expect("is a definitions file");
    Catalog { source: source("def", None), ..catalog }
}
