//! Tests of files, of the registry and of management classes.

use super::{Case, NOT_COLLECTED, PART, UNSUPPORTED};

const OS: &str = r#"<os family="windows" version="10.0" arch="x64" windir="C:\WINNT"/>"#;
const DLL: &str = r#"<file path="C:\WINNT\System32\A.dll" version="5.0.2195.2966" size="12"/>"#;

/// What the test of an object of a file gives.
fn file(complete: &str, object: &str, state: &str, facts: &str) -> String {
    Case::of("windows:file", object, state).over(complete, &format!("{OS}{facts}"))
}

#[test]
fn files_are_found_by_what_their_paths_denote() {
    let check = |object: &str, expect: &str| {
        assert_eq!(file("file", object, "", DLL), expect, "{object}");
        let token = r#"<file path="%windir%\system32\a.dll"/>"#;
        assert_eq!(file("file", object, "", token), expect, "{object}, stated by its token");
    };
    check(r"<~filepath>C:\WINNT\System32\A.dll</~filepath>", "T");
    check(r"<~filepath>c:/winnt/system32\a.DLL</~filepath>", "T");
    check(r"<~filepath>%windir%\system32\a.dll</~filepath>", "T");
    check(r"<~filepath>%SystemRoot%\System32\a.dll</~filepath>", "T");
    check(r#"<~filepath operation="case insensitive equals">C:\winnt\System32\a.dll</~filepath>"#, "T");
    check(r#"<~filepath operation="not equal">C:\winnt\System32\a.dll</~filepath>"#, "F");
    check(r"<~path>C:\WinNT\System32\</~path><~filename>a.dll</~filename>", "T");
    check(r#"<~path>C:\WinNT</~path><~filename operation="pattern match">.*</~filename>"#, "F");
    check(r#"<~path operation="pattern match">^c:\\winnt</~path><~filename>A.DLL</~filename>"#, "T");
    check(r#"<~filepath operation="pattern match">WINNT\\system32\\[ab]\.DLL$</~filepath>"#, "T");
    check(r"<~filepath>C:\WINNT\System32\B.dll</~filepath>", "F");
    check(r"<~filepath>D:\A.dll</~filepath>", "F");
    check(r#"<~path>C:\WINNT</~path><~filename xsi:nil="true"/>"#, UNSUPPORTED);
    check(r"<~path>C:\WINNT</~path>", UNSUPPORTED);
    check(
        r#"<~behaviors recurse_direction="none" max_depth="-1"/><~path>C:\WINNT\system32</~path><~filename>a.dll</~filename>"#,
        "T",
    );
    check(
        r#"<~behaviors recurse_direction="down"/><~path>C:\WINNT</~path><~filename>a.dll</~filename>"#,
        UNSUPPORTED,
    );
    check(
        r#"<~behaviors windows_view="32_bit"/><~path>C:\WINNT</~path><~filename>a.dll</~filename>"#,
        UNSUPPORTED,
    );
}

#[test]
fn files_below_tokens_match_patterns_only_where_the_folder_is_known() {
    let pattern = Case::of("windows:file", r#"<~filepath operation="pattern match">^C:</~filepath>"#, "");
    let over = |os: &str| pattern.over("file", &format!(r#"{os}<file path="%windir%\a.dll"/>"#));
    assert_eq!(over(OS), "T");
    assert_eq!(over(r#"<os family="windows"/>"#), NOT_COLLECTED);
    let literal = Case::of("windows:file", r"<~filepath>C:\Windows\A.dll</~filepath>", "");
    assert_eq!(literal.over("", r#"<os family="windows"/><file path="%windir%\a.dll"/>"#), "T");
}

#[test]
fn proofs_of_absence_count_for_files_that_are_named() {
    let check = |complete: &str, object: &str, facts: &str, expect: &str| {
        assert_eq!(file(complete, object, "", facts), expect, "{object} {facts}");
    };
    let literal = r"<~path>C:\WINNT</~path><~filename>b.dll</~filename>";
    let pattern = r#"<~path>C:\WINNT</~path><~filename operation="pattern match">b</~filename>"#;
    let absent = r#"<absent kind="file" ref="%windir%\b.dll"/>"#;
    let covered = r#"<coverage kind="file" under="C:\WINNT"/>"#;
    check("", literal, "", NOT_COLLECTED);
    check("", literal, absent, "F");
    check("", literal, covered, "F");
    check("file", literal, "", "F");
    check("", pattern, "", NOT_COLLECTED);
    check("", pattern, absent, NOT_COLLECTED);
    check("", pattern, covered, NOT_COLLECTED);
    check("file", pattern, "", "F");
    // Of one path there is one file.
    let all = Case::of("windows:file", literal, "<~filename>B.DLL</~filename>");
    assert_eq!(all.over("", &format!(r#"{OS}<file path="C:\WINNT\b.dll"/>"#)), "T");
    let all = Case::of("windows:file", pattern, "<~filename>B.DLL</~filename>");
    assert_eq!(all.over("", &format!(r#"{OS}<file path="C:\WINNT\b.dll"/>"#)), NOT_COLLECTED);
}

#[test]
fn files_have_the_values_that_are_stated() {
    let object = r"<~filepath>C:\a.dll</~filepath>";
    let check = |state: &str, attributes: &str, expect: &str| {
        let facts = format!(r#"<file path="C:\a.dll" {attributes}/>"#);
        assert_eq!(file("", object, state, &facts), expect, "{state} {attributes}");
    };
    let version = r#"<~version datatype="version" operation="less than">5.0.2195.3000</~version>"#;
    check(version, r#"version="5.0.2195.2966""#, "T");
    check(version, r#"version="5.0.2195.3001""#, "F");
    check(version, r#"version="none""#, "F");
    check(version, "", PART);
    check(r"<~path>c:\</~path>", "", "T");
    check(r"<~filepath>%windir%\a.dll</~filepath>", "", "F");
    check(r#"<~filename operation="pattern match">^A\.dll$</~filename>"#, "", "T");
    check(r#"<~size datatype="int">12</~size>"#, r#"size="12""#, "T");
    check(r#"<~size datatype="int">12</~size>"#, "", PART);
    check("<~company>Contoso</~company>", r#"company="Contoso""#, "T");
    check("<~product_name>Shell</~product_name>", r#"product="Shell""#, "T");
    check("<~language>1033</~language>", r#"language="1033""#, "T");
    check(r#"<~product_version datatype="version">5.1</~product_version>"#, r#"product-version="5.1""#, "T");
    check("<~ms_checksum>4660</~ms_checksum>", r#"checksum="0x1234""#, "T");
    check("<~type>FILE_TYPE_DISK</~type>", "", "T");
    for missing in ["internal_name", "original_filename", "owner", "a_time", "development_class"] {
        check(&format!("<~{missing}>x</~{missing}>"), "", PART);
    }
    let changed = r#"<~m_time datatype="int">133485408000000000</~m_time>"#;
    check(changed, r#"modified="2024-01-01T00:00:00.0000000Z""#, "T");
    check(changed, r#"modified="2024-01-01T00:00:00Z""#, PART);
    check(changed, r#"modified="2024-01-01T00:00:00.0000000""#, PART);
}

#[test]
fn files_of_other_systems_keep_their_case() {
    let check = |object: &str, state: &str, expect: &str| {
        let facts = r#"<os family="linux"/><file path="/etc/Passwd" size="3" modified="2024-01-01T01:00:00.5+01:00"/>"#;
        assert_eq!(Case::of("unix:file", object, state).over("file", facts), expect, "{object} {state}");
    };
    check("<~filepath>/etc/Passwd</~filepath>", r#"<~m_time datatype="int">1704067200</~m_time>"#, "T");
    check("<~filepath>/etc/passwd</~filepath>", "", "F");
    check(r#"<~filepath operation="case insensitive equals">/etc/passwd</~filepath>"#, "", "T");
    check(r#"<~filepath operation="pattern match">passwd</~filepath>"#, "", "F");
    check("<~path>/etc/</~path><~filename>Passwd</~filename>", "<~type>regular</~type>", "T");
    check("<~filepath>/etc/Passwd</~filepath>", "<~path>/etc</~path>", "T");
    check("<~filepath>/etc/Passwd</~filepath>", "<~uread>1</~uread>", PART);
    check("<~filepath>/etc/Passwd</~filepath>", r#"<~c_time datatype="int">1</~c_time>"#, PART);
    let other = Case::of("windows:file", r#"<~filepath operation="pattern match">.</~filepath>"#, "");
    assert_eq!(other.over("file", r#"<file path="/etc/passwd"/>"#), "F");
}

#[test]
fn checksums_of_files_are_those_that_are_stated() {
    let check = |digest: &str, state: &str, expect: &str| {
        let object = format!(r"<~filepath>c:\A.dll</~filepath><~hash_type>{digest}</~hash_type>");
        let facts = format!(r#"{OS}<file path="C:\a.dll" md5="AB" sha256="cd"/>"#);
        assert_eq!(
            Case::of("independent:filehash58", &object, state).over("", &facts),
            expect,
            "{digest} {state}"
        );
    };
    check("MD5", "<~hash>ab</~hash>", "T");
    check("SHA-256", "<~hash>cd</~hash>", "T");
    check("SHA-256", "<~hash>ce</~hash>", "F");
    check("SHA-1", "<~hash>ab</~hash>", PART);
    check("SHA-512", "<~hash>ab</~hash>", PART);
    check("CRC", "<~hash>ab</~hash>", UNSUPPORTED);
    check("MD5", "<~hash_type>MD5</~hash_type>", "T");
}

const KEY: &str = r"<~hive>HKEY_LOCAL_MACHINE</~hive><~key>SOFTWARE\Contoso\App</~key>";

fn registry(complete: &str, object: &str, state: &str, facts: &str) -> String {
    Case::of("windows:registry", object, state).over(complete, facts)
}

#[test]
fn registry_values_are_found_by_hive_key_and_name() {
    let fact = r#"<reg key="HKLM\Software\Contoso\App" name="Version" type="sz" data="1.2"/>"#;
    let check = |object: &str, expect: &str| {
        assert_eq!(registry("registry", object, "", fact), expect, "{object}");
    };
    check(&format!("{KEY}<~name>version</~name>"), "T");
    check(&format!(r#"{KEY}<~name operation="pattern match">^ver</~name>"#), "T");
    check(&format!("{KEY}<~name>other</~name>"), "F");
    check(&format!(r#"{KEY}<~name xsi:nil="true"/>"#), "T");
    let local = "<~hive>HKEY_LOCAL_MACHINE</~hive>";
    check(
        &format!(
            r#"{local}<~key operation="pattern match">^software\\contoso\\[^\\]+$</~key><~name>Version</~name>"#
        ),
        "T",
    );
    check(&format!(r#"{local}<~key operation="pattern match">^contoso</~key><~name>Version</~name>"#), "F");
    check(&format!(r#"{local}<~key>Software\Contoso\</~key><~name xsi:nil="true"/>"#), "T");
    check(&format!(r#"{local}<~key>Software\Fabrikam</~key><~name xsi:nil="true"/>"#), "F");
    check(r"<~hive>HKEY_USERS</~hive><~key>Software\Contoso\App</~key><~name>Version</~name>", "F");
    check(
        r#"<~hive operation="pattern match">HKEY</~hive><~key>x</~key><~name>Version</~name>"#,
        UNSUPPORTED,
    );
    check(
        &format!(r#"<~behaviors max_depth="1" recurse_direction="down"/>{KEY}<~name>version</~name>"#),
        UNSUPPORTED,
    );
    let classes = r#"<reg key="HKCR\.txt" name="" type="sz" data="a"/>"#;
    for object in [
        r"<~hive>HKEY_CLASSES_ROOT</~hive><~key>.TXT</~key><~name></~name>",
        r"<~hive>HKEY_LOCAL_MACHINE</~hive><~key>software\classes\.txt</~key><~name></~name>",
        r#"<~hive>HKEY_CLASSES_ROOT</~hive><~key operation="pattern match">^\.t</~key><~name></~name>"#,
    ] {
        assert_eq!(registry("", object, "", classes), "T", "{object}");
    }
}

#[test]
fn the_32_bit_view_is_another_place() {
    let wide = r#"<os family="windows" arch="x64"/>"#;
    let narrow = r#"<os family="windows" arch="x86"/>"#;
    let own = r#"<reg key="HKLM\SOFTWARE\Contoso\App" name="a"/>"#;
    let other = r#"<reg key="HKLM\SOFTWARE\Wow6432Node\Contoso\App" name="a"/>"#;
    let by_view = r#"<reg key="HKLM\SOFTWARE\Contoso\App" name="a" view="32"/>"#;
    let in_view = |bits: &str, key: &str| {
        format!(
            r#"<~behaviors windows_view="{bits}_bit"/><~hive>HKEY_LOCAL_MACHINE</~hive>{key}<~name>a</~name>"#
        )
    };
    let literal = r"<~key>SOFTWARE\Contoso\App</~key>";
    let pattern = r#"<~key operation="pattern match">^SOFTWARE\\Contoso</~key>"#;
    for key in [literal, pattern] {
        for (bits, system, fact, expect) in [
            ("64", wide, own, "T"),
            ("64", wide, other, "F"),
            ("64", wide, by_view, "F"),
            ("32", wide, own, "F"),
            ("32", wide, other, "T"),
            ("32", wide, by_view, "T"),
            ("64", narrow, own, "T"),
            ("32", narrow, own, "T"),
            ("32", narrow, by_view, "T"),
        ] {
            let found = registry("registry", &in_view(bits, key), "", &format!("{system}{fact}"));
            assert_eq!(found, expect, "{bits} {key} {system} {fact}");
        }
    }
    let node =
        r#"<~hive>HKEY_LOCAL_MACHINE</~hive><~key>SOFTWARE\Wow6432Node\Contoso\App</~key><~name>a</~name>"#;
    assert_eq!(
        registry("", node, r"<~key>software\wow6432node\contoso\app</~key>", &format!("{wide}{by_view}")),
        "T"
    );
}

#[test]
fn registry_values_have_the_forms_of_the_standard() {
    let object = format!("{KEY}<~name>a</~name>");
    let check = |state: &str, attributes: &str, expect: &str| {
        let fact = format!(r#"<reg key="HKLM\Software\Contoso\App" name="A" {attributes}/>"#);
        assert_eq!(registry("", &object, state, &fact), expect, "{state} {attributes}");
    };
    check(
        r#"<~value datatype="int" operation="greater than">30</~value>"#,
        r#"type="dword" data="0x1F""#,
        "T",
    );
    check(r#"<~value datatype="int">31</~value>"#, r#"type="qword" data="31""#, "T");
    check(r#"<~value datatype="binary">0AFF</~value>"#, r#"type="binary" data="0aff""#, "T");
    check("<~value>0aff</~value>", r#"type="binary" data="0AFF""#, "T");
    check(
        r#"<~value datatype="version" operation="less than">1.10</~value>"#,
        r#"type="sz" data="1.9""#,
        "T",
    );
    let multi = r#"type="multi" data="one\0t\\wo""#;
    check(r#"<~value entity_check="at least one">one</~value>"#, multi, "T");
    check(r#"<~value entity_check="at least one">t\wo</~value>"#, multi, "T");
    check("<~value>one</~value>", multi, "F");
    check("<~value>one</~value>", r#"type="sz""#, PART);
    for (kind, word) in
        [("sz", "reg_sz"), ("expand", "reg_expand_sz"), ("multi", "reg_multi_sz"), ("none", "reg_none")]
    {
        check(&format!("<~type>{word}</~type>"), &format!(r#"type="{kind}""#), "T");
    }
    check("<~type>reg_resource_list</~type>", r#"type="resource""#, PART);
    check("<~type>reg_sz</~type>", "", PART);
    check(r"<~key>software\contoso\APP</~key><~name>a</~name><~hive>HKEY_LOCAL_MACHINE</~hive>", "", "T");
    check(r#"<~last_write_time datatype="int">1</~last_write_time>"#, "", PART);
    check("<~expanded_value>1</~expanded_value>", "", PART);
    check("<~windows_view>64_bit</~windows_view>", "", "T");
}

#[test]
fn proofs_of_absence_count_for_registry_names() {
    let literal = format!("{KEY}<~name>a</~name>");
    let pattern = format!(r#"{KEY}<~name operation="pattern match">a</~name>"#);
    let key = format!(r#"{KEY}<~name xsi:nil="true"/>"#);
    let value = r#"<absent kind="registry" ref="HKLM\Software\Contoso\App::A"/>"#;
    let whole = r#"<absent kind="registry" ref="HKLM\Software\Contoso"/>"#;
    let covered = r#"<coverage kind="registry" under="HKEY_LOCAL_MACHINE\Software\Contoso"/>"#;
    for (object, complete, fact, expect) in [
        (&literal, "", "", NOT_COLLECTED),
        (&literal, "", value, "F"),
        (&literal, "", whole, "F"),
        (&literal, "", covered, "F"),
        (&literal, "registry", "", "F"),
        (&pattern, "", covered, NOT_COLLECTED),
        (&pattern, "registry", "", "F"),
        (&key, "", value, NOT_COLLECTED),
        (&key, "", whole, "F"),
        (&key, "", covered, "F"),
        (&key, "", r#"<key key="HKLM\Software\Contoso\App\Below"/>"#, "T"),
    ] {
        assert_eq!(registry(complete, object, "", fact), expect, "{object} {fact}");
    }
}

const BOARDS: &str = r#"<wmi class="Win32_BaseBoard"><p n="Product" v="212B"/><p n="Slots" v="4" t="number"/><p n="Tag"/></wmi>
    <wmi class="Win32_BaseBoard"><p n="Product" v="1998"/><p n="Slots" v="2" t="number"/></wmi>"#;

#[test]
fn queries_of_the_form_that_is_read_are_answered() {
    let check = |wql: &str, field: &str, expect: &str| {
        let object = format!(r"<~namespace>Root\CIMV2</~namespace><~wql>{wql}</~wql>");
        let state = match field {
            "" => String::new(),
            field => format!(r#"<~result datatype="record" entity_check="at least one">{field}</~result>"#),
        };
        assert_eq!(Case::of("windows:wmi57", &object, &state).over("", BOARDS), expect, "{wql} {field}");
    };
    let field = |name: &str, attributes: &str, value: &str| {
        format!(
            r#"<oval:field xmlns:oval="http://oval.mitre.org/XMLSchema/oval-definitions-5" name="{name}" {attributes}>{value}</oval:field>"#
        )
    };
    check("SELECT Product FROM Win32_BaseBoard", &field("product", "", "1998"), "T");
    check("SELECT Product FROM Win32_BaseBoard WHERE Product = '212B'", &field("product", "", "1998"), "F");
    check(
        "select Product, Slots from win32_baseboard where Slots &gt;= '4' and Product like '2%'",
        &field("slots", r#"datatype="int""#, "4"),
        "T",
    );
    check("SELECT Product FROM Win32_BaseBoard WHERE Product = 'x'", "", "F");
    check("SELECT Product FROM Win32_BaseBoard WHERE Tag = 'x'", "", NOT_COLLECTED);
    check("SELECT Tag FROM Win32_BaseBoard WHERE Product = '212B'", &field("tag", "", "x"), "F");
    check("SELECT Tag FROM Win32_BaseBoard WHERE Product = '1998'", &field("tag", "", "x"), PART);
    check("SELECT Product FROM Win32_BIOS", "", NOT_COLLECTED);
    for other in [
        "SELECT * FROM Win32_BaseBoard",
        "SELECT Product FROM Win32_BaseBoard WHERE NOT Product = 'x'",
        "SELECT Product FROM Win32_BaseBoard WHERE Product = 'x' OR Slots = 2",
        "SELECT Product FROM Win32_BaseBoard WHERE Product IS NULL",
        "ASSOCIATORS OF {Win32_BaseBoard}",
    ] {
        check(other, "", UNSUPPORTED);
    }
    let bios = Case::of("windows:wmi57", "<~wql>SELECT Name FROM Win32_BIOS</~wql>", "");
    assert_eq!(bios.over("wmi", ""), "F");
    assert_eq!(bios.over("", r#"<absent kind="wmi" ref="root\cimv2:Win32_BIOS"/>"#), "F");
    assert_eq!(bios.over("", r#"<wmi class="Win32_BIOS" namespace="root\other"/>"#), NOT_COLLECTED);
}

#[test]
fn old_queries_have_one_property() {
    let check = |wql: &str, expect: &str| {
        let object = format!(r"<~namespace>root\cimv2</~namespace><~wql>{wql}</~wql>");
        let state = r#"<~result entity_check="at least one">1998</~result>"#;
        assert_eq!(Case::of("windows:wmi", &object, state).over("", BOARDS), expect, "{wql}");
    };
    check("SELECT Product FROM Win32_BaseBoard", "T");
    check("SELECT Slots FROM Win32_BaseBoard", "F");
    check("SELECT Product, Slots FROM Win32_BaseBoard", UNSUPPORTED);
}
