//! Matrices for the tests of reports: one that is made by hand and one of any size from a seed.

use std::io::Cursor;

use patchstate::matrix;
use patchstate::matrix::row::{Row, implied, set, width};
use patchstate::matrix::tables::{Client, OldServicePack, Run, Source, Status, Update};
use patchstate::model::fact::{Kind, Kinds};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::Marks;
use patchstate::model::reason::Reason;
use patchstate::model::update::{ProductRow, Reboot, Urgency};
use patchstate::model::verdict::{Cell, Verdict};

/// Packs a row: the verdicts, and as exceptions the cells that the updates' defaults do not imply.
pub fn pack(updates: &[Update], cells: &[Cell]) -> Row {
    let mut verdicts = vec![0; width(updates.len())];
    let mut exceptions = Vec::new();
    for (at, (update, cell)) in updates.iter().zip(cells).enumerate() {
        set(&mut verdicts, at, cell.verdict);
        if *cell != implied(cell.verdict, update.absent, update.not_collected) {
            exceptions.push((at as u32, *cell));
        }
    }
    Row::new(verdicts.into(), updates.len(), exceptions.into_iter())
}

/// The bytes of a matrix file.
pub fn bytes(run: &Run, updates: &[Update], clients: &[(Client, Row)]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    matrix::write(run, updates.iter().cloned(), clients, &mut out).expect("writes to memory");
    out.into_inner()
}

fn source(feed: &str, format: &str, revision: &str) -> Source {
    let [feed, format, revision, language] = [feed, format, revision, "en"].map(str::to_owned);
    Source { feed, format, revision, language, sha256: [7; 32] }
}

/// An update of the first source that is NotApplicable where its product is absent.
pub fn update(id: &str, bulletin: &str, title: &str) -> Update {
    Update {
        id: id.to_owned(),
        source: 0,
        bulletin: bulletin.to_owned(),
        title: title.to_owned(),
        summary: String::new(),
        kind: "Security".to_owned(),
        urgency: None,
        articles: Vec::new(),
        cves: Vec::new(),
        products: Vec::new(),
        posted: String::new(),
        revised: String::new(),
        reboot: Reboot::Possible,
        payload: String::new(),
        information: String::new(),
        flags: Flags::NONE,
        absent: Cell::new(Verdict::NotApplicable, Reason::ProductAbsent),
        not_collected: Cell::new(Verdict::Unknown, Reason::NotCollected),
    }
}

fn product(name: &str, levels: &[&str]) -> ProductRow {
    ProductRow { product: name.to_owned(), levels: levels.iter().map(|level| (*level).to_owned()).collect() }
}

const SP1: &str = "Windows 2000 Service Pack 1";
const SP2: &str = "Windows 2000 Service Pack 2";

/// The updates of [`sample`].
fn updates() -> Vec<Update> {
    let both = |name: &str| product(name, &[SP1, SP2]);
    vec![
        Update {
            source: 1,
            kind: "bugfix".to_owned(),
            posted: "2026-02-20".to_owned(),
            absent: Cell::new(Verdict::NotApplicable, Reason::PackageAbsent),
            ..update("fedora:FEDORA-2026-0001", "FEDORA-2026-0001", "zlib-1.3.2-1.fc43")
        },
        Update {
            source: 1,
            kind: "security".to_owned(),
            urgency: Some(Urgency::Critical),
            cves: vec!["CVE-2026-0001".to_owned()],
            posted: "2025-12-24".to_owned(),
            absent: Cell::new(Verdict::NotApplicable, Reason::PackageAbsent),
            ..update("fedora:FEDORA-2026-0002", "FEDORA-2026-0002", "openssl: 日本語の題 \u{1b}[31mred")
        },
        Update {
            articles: vec![279328, 280838],
            products: vec![both("Windows 2000 Professional"), both("Windows 2000 Server")],
            summary: "A \"quoted\" word,\nand a second line".to_owned(),
            urgency: Some(Urgency::Important),
            posted: "2000-12-01".to_owned(),
            revised: "2000-12-04".to_owned(),
            payload: "http://example.com/q279328.exe".to_owned(),
            information: "http://example.com/MS00-093.asp".to_owned(),
            reboot: Reboot::Never,
            ..update(
                "mssecure:MS00-093/q279328.exe",
                "MS00-093",
                "Patch Available for \"Browser Print Template\" and \"File Upload\" Vulnerabilities, Revised",
            )
        },
        Update {
            articles: vec![296441],
            products: vec![both("Windows 2000 Professional")],
            posted: "2001-04-18".to_owned(),
            ..update("mssecure:MS01-022/q296441.exe", "MS01-022", "WebDAV Service Provider")
        },
        Update {
            articles: vec![285851],
            products: vec![product("Windows 2000 Server", &[SP1])],
            flags: Flags::PLACEHOLDER,
            not_collected: Cell::NO_EVIDENCE,
            ..update("mssecure:MS01-024/placeholder", "MS01-024", "Malformed Request to Domain Controller")
        },
        Update {
            articles: vec![299553],
            flags: Flags::EXPIRED,
            ..update("mssecure:MS01-029/q299553.exe", "MS01-029", "Windows Media Player .ASX Processor")
        },
    ]
}

fn cells(cells: [(Verdict, Reason, Flags); 6]) -> [Cell; 6] {
    cells.map(|(verdict, reason, flags)| Cell { verdict, reason, flags })
}

/// A matrix of four clients and six updates that shows every verdict, hidden rows, an unreadable
/// inventory, and text that has to be escaped.
pub fn sample() -> Vec<u8> {
    use Reason::*;
    use Verdict::*;
    let updates = updates();
    let none = Flags::NONE;
    let run = Run {
        index: 0x0123_4567_89ab_cdef,
        options: "--checksum off".to_owned(),
        sources: vec![
            source("mssecure", "mssecure", "1.1.2.409 2005-04-15"),
            source("fedora", "updateinfo", "2026-02-21"),
        ],
        retracted: 0,
    };
    let linux = cells([
        (Missing, PackageOlder, none),
        (Installed, PackageCurrent, Flags::EPOCH_LENT),
        (NotApplicable, ProductAbsent, none),
        (NotApplicable, ProductAbsent, none),
        (NotApplicable, ProductAbsent, none),
        (NotApplicable, ProductAbsent, none),
    ]);
    let first = cells([
        (NotApplicable, PackageAbsent, none),
        (NotApplicable, PackageAbsent, none),
        (Missing, FileOlder, Flags::SUPERSEDED),
        (Missing, RegistryMissing, none),
        (Unknown, NoEvidence, none),
        (Missing, FileAbsent, none),
    ]);
    let second = cells([
        (NotApplicable, PackageAbsent, none),
        (Unknown, NotCollected, none),
        (Installed, FileNewer, none),
        (Installed, ReplacedByInstalled, none),
        (NotApplicable, ServicePackOutOfRange, none),
        (Installed, RuleTrue, none),
    ]);
    let client = |id: &str, name: &str| Client {
        id: id.to_owned(),
        name: name.to_owned(),
        collector: "agent 1.0".to_owned(),
        collected: "2026-02-28T06:00:00Z".to_owned(),
        complete: [Kind::Os, Kind::File, Kind::Registry].into_iter().collect::<Kinds>(),
        facts: 1234,
        ..Client::default()
    };
    let clients = [
        (
            Client {
                status: Status::Unreadable,
                error: "b.xml:3:1: not well-formed".to_owned(),
                complete: Kinds::NONE,
                facts: 0,
                collected: String::new(),
                ..client("BAD-001", "")
            },
            Row::unreadable(updates.len()),
        ),
        (Client { group: "web".to_owned(), ..client("LX-001", "web, front \"1\"") }, pack(&updates, &linux)),
        (
            Client {
                products: vec![product("Windows 2000 Professional", &[SP1])],
                old_service_packs: vec![OldServicePack {
                    product: "Windows 2000 Professional".to_owned(),
                    current: SP2.to_owned(),
                }],
                marks: Marks::HOTFIX_LIST_TRUNCATED,
                ..client("WS-001", "desk-1")
            },
            pack(&updates, &first),
        ),
        (
            Client {
                products: vec![
                    product("Windows 2000 Professional", &[SP2]),
                    product("Windows 2000 Server", &[]),
                ],
                ..client("WS-002", "desk-2")
            },
            pack(&updates, &second),
        ),
    ];
    bytes(&run, &updates, &clients)
}

/// A small generator of numbers, the same on every machine.
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// Begins the sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    /// The next number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ mixed >> 31) * end as u128) >> 64) as usize
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// Any cell whose reason fits its verdict; most are NotApplicable, as they are in life.
fn any_cell(numbers: &mut Numbers) -> Cell {
    let verdict = match numbers.below(10) {
        0 => Verdict::Unknown,
        1 => Verdict::Missing,
        2 => Verdict::Installed,
        _ => Verdict::NotApplicable,
    };
    let fitting: Vec<Reason> =
        Reason::ALL.iter().copied().filter(|reason| reason.verdicts().contains(&verdict)).collect();
    let flags = if numbers.below(5) == 0 { 1 << numbers.below(16) } else { 0 };
    Cell { verdict, reason: numbers.pick(&fitting), flags: Flags::from_bits(flags) }
}

/// A matrix of any cells, with names that have to be escaped in every form.
pub fn random(seed: u64, clients: usize, updates: usize) -> Vec<u8> {
    const WORDS: [&str; 8] =
        ["plain", "a,b", "say \"x\"", "line\nbreak", "tab\tstop", "#1", "\\", "Über; \u{1b}[1m"];
    let numbers = &mut Numbers::new(seed);
    let run =
        Run { sources: vec![source("one", "mssecure", "1"), source("two", "wsus", "2")], ..Run::default() };
    let updates: Vec<Update> = (0..updates)
        .map(|at| Update {
            source: numbers.below(2) as u32,
            articles: (0..numbers.below(3) as u32).map(|article| 100_000 + article).collect(),
            products: (0..numbers.below(3)).map(|_| product(numbers.pick(&WORDS), &["SP1"])).collect(),
            flags: if numbers.below(6) == 0 {
                numbers.pick(&[Flags::EXPIRED, Flags::PLACEHOLDER])
            } else {
                Flags::NONE
            },
            ..update(
                &format!("one:{at:06}/{}", numbers.pick(&WORDS)),
                numbers.pick(&WORDS),
                numbers.pick(&WORDS),
            )
        })
        .collect();
    let clients: Vec<(Client, Row)> = (0..clients)
        .map(|at| {
            let client = Client {
                id: format!("{at:06} {}", numbers.pick(&WORDS)),
                name: numbers.pick(&WORDS).to_owned(),
                products: vec![product(numbers.pick(&WORDS), &["SP1"])],
                ..Client::default()
            };
            if numbers.below(20) == 0 {
                return (Client { status: Status::Unreadable, ..client }, Row::unreadable(updates.len()));
            }
            let cells: Vec<Cell> = updates.iter().map(|_| any_cell(numbers)).collect();
            (client, pack(&updates, &cells))
        })
        .collect();
    bytes(&run, &updates, &clients)
}
