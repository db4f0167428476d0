//! Management information files.

use patchstate::diagnostic::Code;
use patchstate::inventory::MAX_TEXT;
use patchstate::model::fact::Fact;
use patchstate::model::inventory::Inventory;

use super::{Place, code, complete, ids, import, one};

fn file(groups: &str) -> String {
    format!("Start Component\n{groups}\nEnd Component\n")
}

/// A group of one attribute.
fn group(class: &str, name: &str, value: &str) -> String {
    format!(
        "Start Group\nClass = \"{class}\"\nStart Attribute\nName = \"{name}\"\nValue = {value}\nEnd Attribute\nEnd Group"
    )
}

/// The instances, as words.
fn instances(inventory: &Inventory) -> Vec<String> {
    let shown = |fact: &Fact<'_>| {
        let Fact::Wmi(instance) = fact else { panic!("{fact:?}") };
        assert_eq!(instance.namespace.as_deref(), Some("mif"));
        let values = instance.properties.iter();
        let values: Vec<_> =
            values.map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap())).collect();
        format!("{} {}", instance.class, values.join(" "))
    };
    inventory.facts.iter().map(|stated| shown(&stated.fact)).collect()
}

#[test]
fn an_idmif_says_whose_it_is_and_a_noidmif_does_not() {
    let id = "MICROSOFT|IDENTIFICATION|1.0";
    let whose = |groups: &str| one(&file(groups)).unwrap().0.header.client.into_owned();
    assert_eq!(whose(&group(id, "Name", "\"WS-1\"")), "WS-1");
    assert_eq!(whose(&group("microsoft|identification|1.0", "NAME", "\"WS\" \"-1\"")), "WS-1");
    assert_eq!(whose(&group(id, "NetBIOS Name", "\"WS-1\"")), "WS-1");
    assert_eq!(whose(&[group(id, "NetBIOS Name", "\"B\""), group(id, "Name", "\"A\"")].join("\n")), "A");
    assert_eq!(whose(&group(id, "Name", "\"\"")), "");
    let place = Place::of(&[("WS-7.mif", file(&group("A|B|1.0", "Name", "\"x\"")).as_bytes())]);
    let intake = place.scan();
    assert_eq!(ids(&intake), ["WS-7"]);
    let (inventory, imported) = import(&intake, "WS-7").unwrap();
    assert_eq!(instances(&inventory), ["A|B|1.0 Name=x"]);
    assert!(complete(&imported).is_empty() && imported.diagnostics.is_empty());
}

#[test]
fn both_unicode_and_ansi_files_are_read() {
    let text = file(&group("A|B|1.0", "Raum", "\"Büro\""));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ansi: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let marked = [&[0xff, 0xfe], &utf16[..]].concat();
    for bytes in [&utf16, &ansi, &marked] {
        let place = Place::of(&[("a.mif", bytes)]);
        let (inventory, _) = import(&place.scan(), "a").unwrap();
        assert_eq!(instances(&inventory), ["A|B|1.0 Raum=Büro"]);
    }
}

#[test]
fn what_is_no_such_file_is_an_error_with_its_line() {
    assert_eq!(
        code("Start Component\nStart Group\nEnd Component\n"),
        (Code::NotWellFormed, "3:1".to_owned())
    );
    assert_eq!(
        code("Start Component\nEnd Component\nEnd Component\n"),
        (Code::NotWellFormed, "3:1".to_owned())
    );
    assert_eq!(code("Start Component\nName = \"a\n"), (Code::NotWellFormed, "2:8".to_owned()));
    assert_eq!(code("Start Component\n"), (Code::NotWellFormed, "1:1".to_owned()));
    assert_eq!(code(&file(&"Start Group\n".repeat(2))), (Code::NotWellFormed, "3:1".to_owned()));
    assert_eq!(code(&"Start Component\n".repeat(70)), (Code::TooLarge, "65:1".to_owned()));
    let long = "x".repeat(MAX_TEXT / 2 + 1);
    assert_eq!(code(&file(&group("A", "b", &format!("\"{long}\" \"{long}\"")))).0, Code::TooLarge);
    assert_eq!(code(&file(&group("A", "b", &format!("\"{long}{long}\"")))).0, Code::TooLarge);
}

#[test]
fn rows_that_have_all_from_their_group_are_bounded() {
    let attribute = "Start Attribute\nName = \"a\"\nValue = 1\nEnd Attribute\n".repeat(2_000);
    let described = format!("Start Group\nClass = \"A\"\n{attribute}End Group\n");
    let table =
        |rows: usize| format!("{described}Start Table\nClass = \"A\"\n{}\nEnd Table", "{}".repeat(rows));
    let (inventory, _) = one(&file(&table(2))).unwrap();
    assert_eq!(instances(&inventory).len(), 2);
    assert_eq!(code(&file(&table(1_001))).0, Code::TooLarge);
}
