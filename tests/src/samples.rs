//! A catalog, an inventory and the files made of them, small and with something in every column.
//!
//! Everything is made by counting, so that the same number gives the same bytes on every machine.

use std::io::Cursor;

use patchstate::compile;
use patchstate::diagnostic::{Code, Diagnostics, Position};
use patchstate::error::Result;
use patchstate::index;
use patchstate::matrix::row::Row;
use patchstate::matrix::{self, tables};
use patchstate::model::expr::{Comparison, Data, Expr, Operand, Operator, OsField, Presence, Question};
use patchstate::model::expr::{Reasons, Subject};
use patchstate::model::fact::{self, Fact, FileVersion, Kind, Kinds, PackageKind, Text};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::{Collector, Inventory, Marks};
use patchstate::model::options::Profile;
use patchstate::model::product::{Detection, Level};
use patchstate::model::reason::Reason;
use patchstate::model::supersedence::{self, Replacement};
use patchstate::model::update::{
    Catalog, Collection, ModuleStream, PackageRow, Product, ProductRow, Reboot, Reference, Rule, Source,
    Update, UpdateId, Urgency,
};
use patchstate::model::verdict::{Answer, Cell, Verdict};
use patchstate::version::dotted::Version;

mod applicability;
mod definitions;

pub use applicability::install;
pub use definitions::definitions;

pub use applicability::rules;

/// An index of `count` updates of each of four catalogs, and two more of the third.
///
/// # Errors
///
/// It cannot be compiled, which would be a mistake here.
pub fn index(count: u32) -> Result<Vec<u8>> {
    let catalogs = vec![windows(count), linux(count), rules(count), definitions(count)];
    let compiled = compile::compile(catalogs, vec![detection()])?;
    let mut out = Cursor::new(Vec::new());
    index::write(&compiled.columns, &mut out)?;
    Ok(out.into_inner())
}

fn place(line: u32) -> Position {
    Position { offset: u64::from(line) * 40, line, column: 3 }
}

fn source(feed: &str, profile: Option<Profile>) -> Source {
    let [format, revision, language] = ["sample", "7", "en"].map(str::to_owned);
    let path = format!("{feed}.xml");
    let repository = String::new();
    Source {
        feed: feed.to_owned(),
        format,
        path,
        repository,
        sha256: [7; 32],
        revision,
        language,
        profile,
        assumes_needed: profile.is_some(),
        statistics: vec![("packages".to_owned(), 3)],
        reading: String::new(),
    }
}

fn findings() -> Diagnostics {
    let mut findings = Diagnostics::new();
    findings.count(Code::UnknownElement, 2);
    findings
}

/// A catalog whose rules ask for files, registry, hotfixes, products.
pub fn windows(count: u32) -> Catalog {
    Catalog {
        source: source("win", None),
        updates: (0..count).map(|number| windows_update(number, count)).collect(),
        products: vec![Product {
            name: "Win 9".to_owned(),
            available: vec!["Gold".to_owned(), "SP1".to_owned()],
            levels: vec!["SP1".to_owned()],
            current: Some("SP1".to_owned()),
        }],
        diagnostics: findings(),
        ..Catalog::default()
    }
}

fn windows_update(number: u32, count: u32) -> Update {
    let next = UpdateId::new([&*format!("W{}", number + 1)]);
    let by = Replacement { by: next, source: supersedence::Source::Declared, position: place(number) };
    // The absence of the product settles the first kind and not the second.
    let reasons = if number.is_multiple_of(2) { Reasons::InOrder } else { Reasons::Strongest };
    let applicable = Expr::Combine {
        operator: Operator::And,
        reasons,
        operands: vec![level(number, place(number)), os(number)],
    };
    let installed = Expr::all(vec![applicable.clone(), evidence(number)]);
    Update {
        id: UpdateId::new([&*format!("W{number}")]),
        bulletin: format!("B{number}"),
        title: "Title".to_owned(),
        summary: "Ünicode".to_owned(),
        description: "Text".to_owned(),
        kind: "Security".to_owned(),
        urgency: Urgency::from_number((number % 5) as u8),
        articles: vec![300_000 + number],
        references: vec![Reference {
            kind: "cve".to_owned(),
            id: format!("CVE-2003-{number:04}"),
            title: "T".to_owned(),
            address: "u".to_owned(),
            products: vec![0],
        }],
        posted: "2003-04-16".to_owned(),
        revised: "2003-05-01".to_owned(),
        reboot: Reboot::from_number((number % 3) as u8),
        payload: "p".to_owned(),
        information: "i".to_owned(),
        products: vec![ProductRow { product: "Win 9".to_owned(), levels: vec!["SP1".to_owned()] }],
        presence: vec![level(number, Position::default())],
        flags: if number % 4 == 3 { Flags::EXPIRED } else { Flags::NONE },
        replacements: if number + 1 < count { vec![by] } else { Vec::new() },
        rule: Rule::Tests { installed, applicable },
        installs: vec![applicability::install(number)],
        extra: vec![("x".to_owned(), "y".to_owned())],
        position: place(number),
        ..Update::default()
    }
}

fn level(number: u32, position: Position) -> Expr {
    let fixed = (number % 2 == 1).then(|| "SP2".to_owned());
    let question = Question::Level { affected: vec!["Gold".to_owned(), "SP1".to_owned()], fixed };
    Expr::test(Subject::Product("win 9".to_owned()), question, position)
}

fn os(number: u32) -> Expr {
    let build = Question::Compare(Comparison::Ge, Operand::Number(u64::from(2195 + number)));
    let family = Question::Compare(Comparison::Eq, Operand::Text("windows".to_owned()));
    let one = vec![
        Expr::test(Subject::Os(OsField::Build), build, place(number)),
        Expr::test(Subject::Os(OsField::Family), family, place(number)),
    ];
    Expr::Combine { operator: Operator::Or, reasons: Reasons::InOrder, operands: one }
}

/// What shows that an update is there, of another kind for each of eight numbers.
fn evidence(number: u32) -> Expr {
    let version = Version([5, 0, 2195, 100 + number]);
    let file = |presence, checksum| {
        let question = Question::FileEvidence { presence, version: Some(version), checksum };
        Expr::test(Subject::File(format!(r"%windir%\f{}.dll", number / 8)), question, place(number))
    };
    let value = |data| {
        let subject = Subject::RegistryValue { key: r"hklm\software\a".to_owned(), name: "v".to_owned() };
        Expr::test(subject, Question::Data(data), place(number))
    };
    let code = Subject::Msi("{00000000-0000-0000-0000-000000000001}".to_owned());
    let exists = |subject| Expr::test(subject, Question::Exists, place(number));
    match number % 8 {
        0 => Expr::all(vec![file(Presence::Required, Some(0x1_2345)), value(Data::Number(1))]),
        1 => Expr::any(vec![value(Data::Text("one".to_owned())), file(Presence::Required, None)]),
        2 => Expr::Otherwise(Box::new(file(Presence::Optional, None)), Box::new(value(Data::Any))),
        3 => Expr::Not(Box::new(exists(Subject::RegistryKey(r"hklm\software\b".to_owned())))),
        4 => exists(Subject::Hotfix(300_000 + number)),
        5 => Expr::Combine {
            operator: Operator::One,
            reasons: Reasons::InOrder,
            operands: vec![
                Expr::test(code, Question::Compare(Comparison::Lt, Operand::Version(version)), place(number)),
                Expr::Constant(Answer::UNSUPPORTED),
            ],
        },
        6 => value(Data::AtLeast(version)),
        _ => Expr::Combine {
            operator: Operator::Xor,
            reasons: Reasons::InOrder,
            operands: vec![file(Presence::Removed, None), exists(Subject::File("/etc/a".to_owned()))],
        },
    }
}

/// How the product of the first catalog is detected.
pub fn detection() -> Detection {
    let build = Question::Compare(Comparison::Eq, Operand::Version(Version([5, 0, 2195, 0])));
    let file = Subject::File(r"%windir%\f0.dll".to_owned());
    Detection {
        name: "Win 9".to_owned(),
        when: Expr::test(Subject::Os(OsField::Build), Question::Exists, place(1)),
        levels: vec![
            Level { names: vec!["SP1".to_owned()], test: Some(Expr::test(file, build, place(2))) },
            Level { names: vec!["Gold".to_owned()], test: None },
        ],
        inherit: vec!["Win 8".to_owned()],
        position: place(3),
        table: String::new(),
    }
}

/// A catalog of package rows.
pub fn linux(count: u32) -> Catalog {
    Catalog {
        source: source("lin", Some(Profile::Dnf)),
        updates: (0..count).map(linux_update).collect(),
        module_defaults: vec![("mod".to_owned(), "1".to_owned()), ("mod".to_owned(), "2".to_owned())],
        diagnostics: findings(),
        ..Catalog::default()
    }
}

fn linux_update(number: u32) -> Update {
    let module = |stream: u32| ModuleStream {
        name: "mod".to_owned(),
        stream: stream.to_string(),
        context: "c".to_owned(),
        arch: "x86_64".to_owned(),
    };
    let collections = vec![
        Collection { name: "all".to_owned(), modules: Vec::new() },
        Collection { name: "some".to_owned(), modules: vec![module(number % 3)] },
    ];
    let row = |row: u32, kind, arch: &str, collection| PackageRow {
        kind,
        name: format!("p{}", (number / 2 + row) % 40),
        arch: arch.to_owned(),
        epoch: number % 2,
        version: format!("1.{}", number % 7),
        release: (kind == PackageKind::Rpm).then(|| format!("{number}.el9")),
        collection,
        position: place(row),
    };
    let rows = match number % 4 {
        0 => vec![row(0, PackageKind::Rpm, "x86_64", 0), row(1, PackageKind::Rpm, "noarch", 1)],
        1 => vec![row(0, PackageKind::Rpm, "x86_64", 1)],
        2 => vec![row(0, PackageKind::Deb, "", 0)],
        _ => vec![PackageRow { release: None, ..row(0, PackageKind::Rpm, "i686", 2) }],
    };
    Update {
        id: UpdateId::new([&*format!("L{number}")]),
        retracted: number % 4 == 1,
        rule: Rule::Packages { collections, rows },
        position: place(number),
        ..Update::default()
    }
}

/// A client that has some of what [`windows`] and [`linux`] ask for, to be evaluated with an index of
/// `count`.
pub fn inventory(client: &str, count: u32) -> Inventory {
    let complete: Kinds = [Kind::File, Kind::Registry, Kind::Package].into_iter().collect();
    let mut inventory =
        Inventory::new(client, if client.len().is_multiple_of(2) { complete } else { Kinds::NONE });
    for fact in facts(count) {
        inventory.fact(fact, Position::default());
    }
    inventory
}

fn facts(count: u32) -> Vec<Fact<'static>> {
    let text = |text: &str| Text::Owned(text.to_owned());
    let file = |number: u32| fact::File {
        path: text(&format!(r"C:\WINNT\F{number}.dll")),
        version: FileVersion::Known(Version([5, 0, 2195, 101 + number * 8])),
        checksum: Some(1),
        ..Default::default()
    };
    let package = |number: u32| fact::Package {
        kind: if number % 4 == 2 { PackageKind::Deb } else { PackageKind::Rpm },
        name: text(&format!("p{number}")),
        epoch: (!number.is_multiple_of(3)).then_some(number % 2),
        version: text("1.3"),
        release: (number % 4 != 2).then(|| text("5.el9")),
        arch: (!number.is_multiple_of(5)).then(|| text("x86_64")),
        ..Default::default()
    };
    let mut facts: Vec<Fact<'static>> = vec![
        fact::Os {
            family: text("windows"),
            version: Some(text("5.0")),
            build: Some(2195),
            windir: Some(text(r"C:\WINNT")),
            ..Default::default()
        }
        .into(),
        fact::RegistryValue {
            key: text(r"HKLM\Software\A"),
            name: text("V"),
            data: Some(text("one")),
            ..Default::default()
        }
        .into(),
        fact::Product { name: text("Win 9"), sp: Some(text("SP1")), ..Default::default() }.into(),
        fact::Hotfix { id: text("KB300004"), ..Default::default() }.into(),
        fact::Msi {
            product: text("{00000000-0000-0000-0000-000000000001}"),
            version: Some(text("5.0")),
            ..Default::default()
        }
        .into(),
        fact::Module { name: text("mod"), stream: text("1"), ..Default::default() }.into(),
        fact::Coverage { kind: Some(Kind::File), under: text(r"%windir%"), ..Default::default() }.into(),
        fact::Absent {
            kind: Some(Kind::Registry),
            reference: text(r"HKLM\Software\B"),
            ..Default::default()
        }
        .into(),
    ];
    facts.extend(applicability::facts());
    facts.extend((0..count.div_ceil(8)).map(|number| file(number).into()));
    facts.extend((0..count.min(40)).map(|number| package(number).into()));
    facts
}

/// A matrix of `clients` and `updates`, with something in every table.
///
/// # Errors
///
/// It cannot be written, which would be a mistake here.
pub fn matrix(clients: u32, updates: u32) -> Result<Vec<u8>> {
    let run = tables::Run {
        index: 0x0123_4567_89ab_cdef,
        options: "--supersedence off".to_owned(),
        sources: vec![tables::Source {
            feed: "win".to_owned(),
            format: "sample".to_owned(),
            revision: "7".to_owned(),
            language: "en".to_owned(),
            sha256: [7; 32],
        }],
        retracted: 1,
    };
    let columns: Vec<_> = (0..updates).map(matrix_update).collect();
    let rows: Vec<_> = (0..clients).map(|client| matrix_row(client, updates)).collect();
    let mut out = Cursor::new(Vec::new());
    matrix::write(&run, columns.into_iter(), &rows, &mut out)?;
    Ok(out.into_inner())
}

fn matrix_update(number: u32) -> tables::Update {
    tables::Update {
        id: format!("win:W{number:04}"),
        source: 0,
        bulletin: format!("B{number}"),
        title: "Title".to_owned(),
        summary: "Ünicode".to_owned(),
        kind: "Security".to_owned(),
        urgency: Urgency::from_number((number % 5) as u8),
        articles: vec![300_000 + number],
        cves: vec![format!("CVE-2003-{number:04}")],
        products: vec![ProductRow { product: "Win 9".to_owned(), levels: vec!["SP1".to_owned()] }],
        posted: "2003-04-16".to_owned(),
        revised: "2003-05-01".to_owned(),
        reboot: Reboot::from_number((number % 3) as u8),
        payload: "p".to_owned(),
        information: "i".to_owned(),
        flags: Flags::PLACEHOLDER,
        absent: Cell::new(Verdict::NotApplicable, Reason::ProductAbsent),
        not_collected: Cell::new(Verdict::Unknown, Reason::NotCollected),
    }
}

fn matrix_row(number: u32, updates: u32) -> (tables::Client, Row) {
    let unreadable = number % 4 == 3;
    let client = tables::Client {
        id: format!("c{number:04}"),
        name: "Name".to_owned(),
        group: "Group".to_owned(),
        collector: "collector".to_owned(),
        collected: "2003-06-01T00:00:00Z".to_owned(),
        status: if unreadable { tables::Status::Unreadable } else { tables::Status::Evaluated },
        error: if unreadable { "not well-formed".to_owned() } else { String::new() },
        complete: Kinds::from_bits(if unreadable { 0 } else { 2 }),
        marks: Marks::EPOCH_UNKNOWN,
        facts: u64::from(number),
        products: vec![ProductRow { product: "Win 9".to_owned(), levels: vec!["SP1".to_owned()] }],
        old_service_packs: vec![tables::OldServicePack {
            product: "Win 9".to_owned(),
            current: "SP2".to_owned(),
        }],
        languages: vec![1031, 1033],
        flags: if number == 5 { Flags::STALE } else { Flags::NONE },
        inventory: 7,
    };
    if unreadable {
        return (client, Row::unreadable(updates as usize));
    }
    let mut verdicts = vec![0; matrix::row::width(updates as usize)];
    let mut exceptions = Vec::new();
    for update in 0..updates {
        let cell = match (number + update) % 4 {
            0 => Cell::new(Verdict::Unknown, Reason::NotCollected),
            1 => Cell::new(Verdict::NotApplicable, Reason::ProductAbsent),
            2 => Cell { flags: Flags::SUPERSEDED, ..Cell::new(Verdict::Missing, Reason::FileOlder) },
            _ => Cell::new(Verdict::Installed, Reason::HotfixListed),
        };
        matrix::row::set(&mut verdicts, update as usize, cell.verdict);
        if (number + update) % 4 > 1 {
            exceptions.push((update, cell));
        }
    }
    (client, Row::new(verdicts.into(), updates as usize, exceptions.into_iter()))
}
