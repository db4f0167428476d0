//! A catalog in the Windows rule language: parts with rules, what updates need, bundles, detectoids.

use patchstate::model::applicability::Applicability;
use patchstate::model::applicability::patch::Patch;
use patchstate::model::expr::{Expr, Question, Subject};
use patchstate::model::fact::{Fact, Property, Text, Trait, Wmi};
use patchstate::model::install::{Behavior, File, Impact, Install, ReturnCode};
use patchstate::model::reason::Reason;
use patchstate::model::update::{Catalog, Clause, Item, Reboot, Rule, Source, Update, UpdateId};
use patchstate::model::wql;

use super::{findings, place, source};

/// The update that others need and that has no cell.
const DETECTOID: &str = "D";
/// An update that no catalog has.
const NOWHERE: &str = "nowhere";

/// A catalog whose rules ask for the system, classes, products and files as a whole, whose updates need
/// others, and of which one is a bundle of the others.
pub fn rules(count: u32) -> Catalog {
    let mut updates = vec![detectoid(), bundle(count)];
    updates.extend((0..count).map(update));
    let patches = [1, 2].map(|number| {
        let code = format!("{{00000000-0000-0000-0000-{number:012}}}");
        Patch {
            code,
            obsoletes: vec!["{00000000-0000-0000-0000-000000000003}".to_owned()],
            ..Patch::default()
        }
    });
    Catalog {
        source: Source { reading: "sampled".to_owned(), ..source("rul", None) },
        updates,
        patches: patches.into(),
        diagnostics: findings(),
        ..Catalog::default()
    }
}

fn id(number: u32) -> UpdateId {
    UpdateId::new([&*format!("R{number}")])
}

fn ask(subject: Subject, leaf: &str, line: u32) -> Expr {
    let asked = Applicability::from_text(leaf).expect("is a leaf");
    Expr::test(subject, Question::Applicability(Box::new(asked)), place(line))
}

fn system(line: u32) -> Expr {
    ask(Subject::System, r#"WindowsVersion Comparison="EqualTo" MajorVersion="5" MinorVersion="0""#, line)
}

fn detectoid() -> Update {
    let item = Item { installed: system(1), applicable: system(2), superseded: None, imported: None };
    Update {
        id: UpdateId::new([DETECTOID]),
        detectoid: true,
        rule: Rule::Items(vec![item]),
        position: place(1),
        ..Update::default()
    }
}

fn bundle(count: u32) -> Update {
    let bundled = (0..count).map(id).chain([UpdateId::new([NOWHERE])]).collect();
    Update { id: UpdateId::new(["B"]), bundled, position: place(2), ..Update::default() }
}

fn update(number: u32) -> Update {
    let mut any_of = vec![UpdateId::new([DETECTOID])];
    if number % 4 == 3 {
        any_of.push(UpdateId::new([NOWHERE]));
    }
    let mut items = vec![item(number)];
    if number % 3 == 2 {
        items.push(item(number + 1));
    }
    Update {
        id: id(number),
        edition: "2026-01-01T00:00:00".to_owned(),
        prerequisites: vec![Clause { any_of, position: place(number) }],
        rule: Rule::Items(items),
        position: place(number),
        ..Update::default()
    }
}

fn item(number: u32) -> Item {
    let rest = Expr::Unread(Reason::UnsupportedRule, "Memory Comparison=\"EqualTo\"".to_owned());
    let superseded = (number % 4 == 1).then(|| Expr::Not(Box::new(system(number))));
    let applicable =
        if number % 5 == 4 { rest } else { Expr::all_ranked(vec![system(number), model(number)]) };
    Item { installed: evidence(number), applicable, superseded, imported: None }
}

fn model(line: u32) -> Expr {
    let class = wql::class_key(wql::DEFAULT_NAMESPACE, "Win32_ComputerSystem");
    let leaf = r#"WmiQuery WqlQuery="select * from Win32_ComputerSystem where Model like '%Z4_0%'""#;
    ask(Subject::Wmi(class), leaf, line)
}

/// What shows that an update is there, of another kind for each of four numbers.
fn evidence(number: u32) -> Expr {
    let code = Subject::Msi("{00000000-0000-0000-0000-000000000001}".to_owned());
    let value = Subject::RegistryValue { key: r"hklm\software\a".to_owned(), name: "v".to_owned() };
    let file = Subject::File(format!(r"%windir%\f{}.dll", number / 8));
    match number % 4 {
        0 => ask(file, r#"FileVersion Comparison="GreaterThanOrEqualTo" Version="5.0.2195.101""#, number),
        1 => ask(value, r#"RegSz Comparison="EqualTo" Data="one""#, number),
        2 => ask(code, r#"MsiProductInstalled VersionMin="4.0.0.0""#, number),
        _ => model(number),
    }
}

/// What a client states that these rules ask about.
pub(super) fn facts() -> Vec<Fact<'static>> {
    let text = |text: &str| Text::Owned(text.to_owned());
    let property = Property { name: text("Model"), value: Some(text("HP Z440")), kind: None };
    vec![
        Trait { group: text("cluster"), name: text("member"), value: text("false"), ..Trait::default() }
            .into(),
        Wmi { class: text("Win32_ComputerSystem"), properties: vec![property], ..Wmi::default() }.into(),
    ]
}

/// How an update is installed, with something of everything.
pub fn install(number: u32) -> Install {
    let code = |code, reboots| ReturnCode {
        code,
        result: "Succeeded".to_owned(),
        reboots,
        description: "Done".to_owned(),
    };
    Install {
        variant: if number.is_multiple_of(2) { "DEU" } else { "" }.to_owned(),
        handler: "CommandLineInstallation".to_owned(),
        program: format!("update{number}.exe"),
        arguments: "/quiet".to_owned(),
        attributes: vec![("Language".to_owned(), "de".to_owned())],
        codes: vec![code(0, false), code(-3, true)],
        result: "Failed".to_owned(),
        behavior: Behavior {
            reboot: Reboot::from_number(number as u8 % 3),
            impact: Impact::from_number(number as u8 % 3),
            reboots_otherwise: number.is_multiple_of(2),
            asks: number.is_multiple_of(3),
            needs_network: number.is_multiple_of(4),
            uninstalls: number.is_multiple_of(5),
        },
        files: vec![File {
            name: format!("update{number}.exe"),
            address: format!("https://example.org/{number}"),
            size: "1000".to_owned(),
            modified: "2026-01-01T00:00:00".to_owned(),
            digests: vec![("SHA1".to_owned(), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=".to_owned())],
        }],
    }
}
