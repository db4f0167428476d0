//! Tests of the operating system.

use super::{Case, NOT_COLLECTED, PART, UNSUPPORTED};

#[test]
fn the_version_of_a_debian_is_a_line_of_its_file() {
    let object = |pattern: &str, instance: &str| {
        format!(
            r#"<~path>/etc</~path><~filename>debian_version</~filename>
               <~pattern operation="pattern match">{pattern}</~pattern>
               <~instance datatype="int" {instance}</~instance>"#
        )
    };
    let first = object(r"(\d+)\.\d", ">1");
    let debian =
        |version: &str| format!(r#"<os family="linux" name="Debian GNU/Linux" version="{version}"/>"#);
    let check = |object: &str, state: &str, facts: &str, expect: &str| {
        let case = Case::of("independent:textfilecontent54", object, state);
        assert_eq!(case.over("", facts), expect, "{object} {state} {facts}");
    };
    for version in ["12", "12.5", "12 (bookworm)"] {
        check(&first, "<~subexpression>12</~subexpression>", &debian(version), "T");
    }
    check(&first, "<~text>12.0</~text>", &debian("12"), "T");
    check(&first, "<~subexpression>11</~subexpression>", &debian("12.1"), "F");
    check(&object(r"^x", ">1"), "", &debian("12.1"), "F");
    check(&object(r"\d", ">2"), "<~text>2</~text>", &debian("12.1"), "T");
    check(&object(r"\d", ">4"), "", &debian("12.1"), "F");
    let all = object(r"\d", r#"operation="greater than or equal">1"#);
    check(&all, r#"<~text operation="pattern match">^[12]$</~text>"#, &debian("12.1"), "T");
    check(&object("(", ">1"), "", &debian("12.1"), "E");
    check(&first, "", r#"<os family="linux" name="Ubuntu" version="22.04"/>"#, NOT_COLLECTED);
    check(&first, "", r#"<os family="linux" name="Debian"/>"#, NOT_COLLECTED);
    check(&first, "", "", NOT_COLLECTED);
    check(&first.replace("debian_version", "issue"), "", &debian("12"), UNSUPPORTED);
    check(
        &format!(r#"<~behaviors multiline="true" ignore_case="false" max_depth="-1"/>{first}"#),
        "",
        &debian("12"),
        "T",
    );
    check(&format!(r#"<~behaviors ignore_case="true"/>{first}"#), "", &debian("12"), UNSUPPORTED);
    let whole = first.replace(
        "<~path>/etc</~path><~filename>debian_version</~filename>",
        "<~filepath>/etc/debian_version</~filepath>",
    );
    check(&whole, "<~subexpression>12</~subexpression>", &debian("12"), "T");
}

#[test]
fn families_are_those_of_the_standard() {
    for (family, word) in
        [("windows", "windows"), ("linux", "unix"), ("macos", "macos"), ("other", "undefined")]
    {
        let state = format!("<~family>{word}</~family>");
        let case = Case::of("independent:family", "", &state);
        assert_eq!(case.over("", &format!(r#"<os family="{family}"/>"#)), "T", "{family}");
        assert_eq!(case.over("os", ""), NOT_COLLECTED);
    }
}

#[test]
fn uname_prints_what_is_stated() {
    let check = |state: &str, facts: &str, expect: &str| {
        assert_eq!(Case::of("unix:uname", "", state).over("", facts), expect, "{state} {facts}");
    };
    let linux = r#"<os family="linux" version="8" arch="x86_64"/><kernel running="4.18.0-80.el8.x86_64"/>"#;
    check("<~machine_class>x86_64</~machine_class>", linux, "T");
    check("<~processor_type>x86_64</~processor_type>", linux, "T");
    check("<~os_name>Linux</~os_name>", linux, "T");
    check(r#"<~os_release operation="pattern match">^4\.18</~os_release>"#, linux, "T");
    check("<~node_name>c</~node_name>", linux, PART);
    check("<~os_version>8</~os_version>", linux, PART);
    check("<~machine_class>x86_64</~machine_class>", r#"<os family="linux" arch="amd64"/>"#, "T");
    check("<~machine_class>i686</~machine_class>", r#"<os family="linux" arch="i386"/>"#, PART);
    check("<~os_release>6</~os_release>", r#"<os family="linux"/>"#, PART);
    check("<~os_release>6</~os_release>", r#"<kernel running="6"/>"#, "T");
    check("", r#"<os family="windows"/>"#, NOT_COLLECTED);
    check("", "", NOT_COLLECTED);
}
