//! Reads the real MSSecure catalog, and small ones of our own that have one hazard each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use patchstate::catalog::{Settings, mssecure, recognise};
use patchstate::compile::merge::merge;
use patchstate::diagnostic::Code;
use patchstate::model::expr::{Data, Expr, Operator, Presence, Question, Reasons, Subject};
use patchstate::model::update::{Catalog, Reboot, Rule, Update};

const REAL: &str = "mssecure/mssecure-1.0.1.148-2001-10-04.xml";

fn real() -> Option<Catalog> {
    let path = conformance::corpora(REAL)?;
    Some(mssecure::read(&path, &Settings::default()).expect("the real file is read"))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/mssecure").join(name)
}

fn read(name: &str) -> Catalog {
    mssecure::read(&fixture(name), &Settings::default()).expect("the document is read")
}

fn counts(catalog: &Catalog) -> Vec<(Code, u64)> {
    catalog.diagnostics.counts().collect()
}

#[test]
fn the_real_file_has_exactly_the_findings_of_the_table() {
    let Some(catalog) = real() else { return };
    let expect = [
        (Code::MisplacedElement, 1),
        (Code::DuplicateId, 27),
        (Code::DuplicateFilePath, 6),
        (Code::PatchNamesDifferByCase, 36),
        (Code::DanglingParentReference, 52),
        (Code::SupersedenceTargetByCase, 1),
        (Code::SupersedenceTargetUnresolved, 1),
        (Code::SupersedenceRecordEmpty, 1),
        (Code::SupersedenceBackwards, 1),
        (Code::SupersedenceRecordUnused, 7),
        (Code::ValueTrimmed, 196),
        (Code::NewlineInAttribute, 43),
        (Code::NonAsciiValue, 10),
        (Code::IrregularQNumber, 16),
        (Code::SqNumberNotInBulletin, 29),
        (Code::AffectedSpNotAvailable, 109),
        (Code::FixedInSpNotAvailable, 15),
        (Code::AffectedProductWithoutSp, 5),
        (Code::ProductSpNotAvailable, 9),
        (Code::ProductWithoutSpList, 41),
        (Code::SpOrderDisagrees, 3),
        (Code::PatchWithoutEvidence, 171),
        (Code::PlaceholderPatch, 8),
        (Code::OptionalFilesOnly, 13),
        (Code::UnsupportedFilesOnly, 2),
        (Code::UnsupportedCommand, 6),
        (Code::FileWithoutVersion, 13),
        (Code::Unreferenced, 601),
        (Code::PatchLocationNotUrl, 2),
        (Code::RegistryPathIrregular, 1),
        (Code::HotfixKeyDiffers, 3),
        (Code::BulletinNotSupported, 1),
        (Code::ChecksumConflict, 18),
    ];
    assert_eq!(counts(&catalog), expect);
}

#[test]
fn findings_on_the_real_file_say_where_they_are() {
    let Some(catalog) = real() else { return };
    let text = std::fs::read_to_string(&catalog.source.path).expect("the real file is UTF-8");
    let lines: Vec<&str> = text.split('\n').collect();
    for found in catalog.diagnostics.kept() {
        let line = lines[found.position.line as usize - 1];
        let at = &line[found.position.column as usize - 1..];
        let name = found.element.rsplit(['/', '@']).next().unwrap_or_default();
        let begins = at.trim_start_matches('<').starts_with(name);
        // A finding about a value of a whole record stands at the record.
        let record = found.element.rsplit_once('@').map_or("", |(path, _)| path);
        let at_record = at.starts_with('<') && at[1..].starts_with(record.rsplit('/').next().unwrap_or(""));
        assert!(begins || at_record, "{found}: {at:.40}");
        assert_eq!(found.file, catalog.source.path);
        assert!(text[found.position.offset as usize..].starts_with(at), "{found}");
    }
}

#[test]
fn the_real_file_has_the_shape_that_the_oracle_prints() {
    let Some(catalog) = real() else { return };
    let updates = &catalog.updates;
    let count = |test: &dyn Fn(&Update) -> bool| updates.iter().filter(|update| test(update)).count();
    let edges: usize = updates.iter().map(|update| update.replacements.len()).sum();
    assert_eq!((updates.len(), edges), (393, 105));
    assert_eq!(count(&|update| !update.replacements.is_empty()), 104);
    assert_eq!(count(&|update| update.extra.iter().any(|(name, _)| name == "SBID")), 106);
    assert_eq!(count(&|update| update.reboot == Reboot::Never), 7);
    assert_eq!(count(&|update| hotfix(update).is_none()), 50);
    assert_eq!(count(&|update| hotfix(update).is_some() && items(update) == 0), 132);
    assert_eq!(count(&|update| items(update) == 0), 171);
    let levels: BTreeSet<(&str, &str)> = updates
        .iter()
        .flat_map(|update| &update.products)
        .flat_map(|row| row.levels.iter().map(|level| (row.product.as_str(), level.as_str())))
        .collect();
    assert_eq!(levels.len(), 218);
    let rows = updates.iter().flat_map(|update| &update.products);
    assert_eq!((rows.clone().count(), rows.map(|row| row.levels.len()).sum::<usize>()), (815, 1385));
    assert_eq!(catalog.products.len(), 102);
    assert_eq!(catalog.source.revision, "1.0.1.148 2001-10-04");
    assert_eq!(catalog.source.sha256[..4], [0x12, 0x6c, 0xb9, 0x83]);
    let all = merge(vec![catalog], Vec::new()).expect("one catalog has no conflicts");
    let (depth, pairs) = depth_and_pairs(&all);
    assert_eq!((depth, pairs), (10, 246));
}

/// The longest chain of replacements, and how many pairs of updates they connect.
fn depth_and_pairs(all: &patchstate::model::catalogs::Catalogs) -> (usize, usize) {
    fn depth(all: &patchstate::model::catalogs::Catalogs, at: usize) -> usize {
        let below = all.updates[at].replaced_by.iter().map(|edge| 1 + depth(all, edge.by as usize));
        below.max().unwrap_or(0)
    }
    let reached = |at: usize| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![at]);
        while let Some(at) = todo.pop() {
            let next = all.updates[at].replaced_by.iter().map(|edge| edge.by as usize);
            todo.extend(next.filter(|next| seen.insert(*next)));
        }
        seen.len()
    };
    let places = 0..all.updates.len();
    (places.clone().map(|at| depth(all, at)).max().unwrap_or(0), places.map(reached).sum())
}

fn hotfix(update: &Update) -> Option<u32> {
    let mut found = None;
    leaves(update, &mut |subject, _| {
        if let Subject::Hotfix(id) = subject {
            found = Some(*id);
        }
    });
    found
}

/// How many items of evidence an update has, those that cannot be read included.
fn items(update: &Update) -> usize {
    let Rule::Tests { installed: Expr::Combine { operands, .. }, .. } = &update.rule else { return 0 };
    match &operands[1] {
        Expr::Otherwise(items, _) => match items.as_ref() {
            Expr::Combine { operands, .. } => operands.len(),
            _ => 0,
        },
        _ => 0,
    }
}

fn leaves(update: &Update, visit: &mut dyn FnMut(&Subject, &Question)) {
    let Rule::Tests { installed, .. } = &update.rule else { return };
    installed.leaves(&mut |subject, question, _| visit(subject, question));
}

/// Writes a rule in one line, with the line of the document at each leaf.
fn shown(expr: &Expr) -> String {
    let list = |operands: &[Expr]| operands.iter().map(shown).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::Constant(answer) => format!("{} {}", answer.truth.name(), answer.reason),
        Expr::Test { subject, question, position } => {
            format!("{} {}@{}", subject_text(subject), question_text(question), position.line)
        }
        Expr::Combine { operator: Operator::And, operands, .. } => format!("all[{}]", list(operands)),
        Expr::Combine { reasons: Reasons::Strongest, operands, .. } => format!("rows[{}]", list(operands)),
        Expr::Combine { operands, .. } => format!("any[{}]", list(operands)),
        Expr::Unread(reason, element) => format!("<{element}> {reason}"),
        Expr::Loop { key, body, .. } => format!("below {key}[{}]", shown(body)),
        Expr::Not(operand) => format!("not[{}]", shown(operand)),
        Expr::Otherwise(first, second) => format!("{} otherwise {}", shown(first), shown(second)),
    }
}

fn subject_text(subject: &Subject) -> String {
    match subject {
        Subject::File(path) => path.clone(),
        Subject::RegistryValue { key, name } => format!("{key}::{name}"),
        Subject::Hotfix(id) => format!("hotfix {id}"),
        Subject::Product(name) => name.clone(),
        other => format!("{other:?}"),
    }
}

fn question_text(question: &Question) -> String {
    match question {
        Question::Data(Data::Any) => "any data".to_owned(),
        Question::Data(Data::Number(number)) => format!("= {number}"),
        Question::Data(Data::Text(text)) => format!("= `{text}`"),
        Question::Data(Data::AtLeast(version)) => format!(">= {version}"),
        Question::FileEvidence { presence, version, checksum } => {
            let presence = match presence {
                Presence::Required => "required",
                Presence::Optional => "optional",
                Presence::Removed => "removed",
            };
            let version = version.map_or(String::new(), |version| format!(" {version}"));
            let checksum = checksum.map_or(String::new(), |checksum| format!(" sum {checksum}"));
            format!("{presence}{version}{checksum}")
        }
        Question::Level { affected, fixed } => {
            let fixed = fixed.as_ref().map_or(String::new(), |fixed| format!(" fixed `{fixed}`"));
            format!("at {affected:?}{fixed}")
        }
        Question::Exists => "exists".to_owned(),
        Question::Compare(..) => "compared".to_owned(),
        Question::Applicability(asked) => asked.to_string(),
    }
}

/// The rule of one update: applicability, and what is asked besides it where it is for the client.
fn rule(catalog: &Catalog, id: &str) -> (String, String) {
    let update = catalog.updates.iter().find(|update| update.id.as_str() == id).expect("it has the update");
    let Rule::Tests { installed, applicable } = &update.rule else { panic!("{id} has no tests") };
    let Expr::Combine { operator: Operator::And, operands, .. } = installed else { panic!("{id}") };
    assert_eq!(operands[0], *applicable);
    (shown(applicable), shown(&operands[1]))
}

#[test]
fn a_plain_document_becomes_rules() {
    let catalog = read("plain.xml");
    assert_eq!(recognise(&fixture("plain.xml")).expect("it is recognised").name, "mssecure");
    assert_eq!(catalog.source.revision, "1.0.1.200 2002-01-31");
    assert_eq!((&*catalog.source.feed, &*catalog.source.language), ("mssecure", "en"));
    let (a, e) = rule(&catalog, "XX01-001/q300001_w2k.exe");
    assert_eq!(
        a,
        "rows[windows 2000 professional at [\"Windows 2000 Gold\", \"Windows 2000 Service Pack 1\"] \
         fixed `Windows 2000 Service Pack 2`@16, \
         windows 2000 server at [\"Windows 2000 Service Pack 1\"]@20]"
    );
    assert_eq!(
        e,
        r"all[hklm\software\microsoft\windows nt\currentversion\hotfix\q300001::installed = 1@72, %windir%\system32\spoolss.dll required 5.0.2195.3000 sum 62121@79, %windir%\system32\win32spl.dll optional 5.0.2195.3001@85] otherwise any[unknown no-evidence, hotfix 300001 exists@14]"
    );
    let (_, e) = rule(&catalog, "XX01-001/workaround");
    assert_eq!(e, "any[unknown no-evidence, hotfix 300002 exists@26]");
}

#[test]
fn a_patch_becomes_an_update_with_everything_of_its_bulletin() {
    let catalog = read("plain.xml");
    let [first, workaround, second] = catalog.updates.as_slice() else { panic!("three patches") };
    assert_eq!((&*first.bulletin, &*first.title), ("XX01-001", "A spooler trusts its input"));
    assert_eq!((&*first.summary, &*first.description), ("What it is", "What can happen"));
    assert_eq!((&*first.posted, &*first.revised), ("2001-03-05", "2001-03-09"));
    assert_eq!((first.articles.as_slice(), &*first.kind), ([300_001, 300_002].as_slice(), "Security"));
    assert_eq!(first.payload, "ftp://patches.example/q300001_w2k.exe");
    assert_eq!(first.information, "http://bulletins.example/security");
    assert_eq!(first.replacements.len(), 1);
    assert_eq!((&first.replacements[0].by, first.replacements[0].position.line), (&second.id, 107));
    assert_eq!((workaround.reboot, first.reboot), (Reboot::Never, Reboot::Possible));
    assert_eq!(workaround.articles, [300_002, 300_001]);
    assert_eq!((&*workaround.payload, second.articles.as_slice()), ("", [300_003].as_slice()));
    let extra = |update: &Update, name: &str| -> Vec<String> {
        let found = update.extra.iter().filter(|(known, _)| known == name);
        found.map(|(_, text)| text.clone()).collect()
    };
    assert_eq!(extra(first, "PatchComment"), ["Not for machines without a spooler"]);
    assert_eq!(extra(first, "FAQPageName"), ["fq01-001"]);
    assert_eq!(extra(first, "FileChange")[0], r"%windir%\system32\spoolss.dll 2001/03/01");
    let [professional, server] = catalog.products.as_slice() else { panic!("two products") };
    assert_eq!(professional.levels, professional.available);
    assert_eq!(professional.current.as_deref(), Some("Windows 2000 Service Pack 2"));
    assert_eq!((&*server.name, server.levels.len()), ("Windows  2000 Server", 2));
}

/// What is wrong with each document of our own.
const FIXTURES: &[(&str, &[(Code, u64)])] = &[
    ("plain.xml", &[(Code::PatchWithoutEvidence, 1)]),
    (
        "names.xml",
        &[
            (Code::UnknownElement, 2),
            (Code::UnknownAttribute, 2),
            (Code::UnknownValue, 6),
            (Code::MisplacedElement, 3),
            (Code::PatchWithoutEvidence, 1),
            (Code::FileWithoutVersion, 1),
            (Code::BulletinNotSupported, 1),
        ],
    ),
    (
        "ids.xml",
        &[
            (Code::DuplicateId, 6),
            (Code::DuplicateFilePath, 1),
            (Code::DuplicateUpdateKey, 2),
            (Code::PatchNamesDifferByCase, 1),
            (Code::PatchWithoutEvidence, 4),
        ],
    ),
    (
        "references.xml",
        &[(Code::DanglingParentReference, 1), (Code::DanglingReference, 24), (Code::PatchWithoutEvidence, 1)],
    ),
    (
        "supersedence.xml",
        &[
            (Code::SupersedenceTargetByCase, 1),
            (Code::SupersedenceTargetUnresolved, 2),
            (Code::SupersedenceRecordEmpty, 1),
            (Code::SupersedenceBackwards, 1),
            (Code::SupersedenceRecordUnused, 1),
            (Code::PatchNamesDifferByCase, 1),
            (Code::PatchWithoutEvidence, 11),
        ],
    ),
    (
        "text.xml",
        &[
            (Code::ValueTrimmed, 4),
            (Code::NewlineInAttribute, 1),
            (Code::NonAsciiValue, 2),
            (Code::NotUtf8, 1),
            (Code::PatchWithoutEvidence, 1),
        ],
    ),
    (
        "numbers.xml",
        &[(Code::IrregularQNumber, 5), (Code::SqNumberNotInBulletin, 1), (Code::PatchWithoutEvidence, 4)],
    ),
    (
        "products.xml",
        &[
            (Code::AffectedSpNotAvailable, 2),
            (Code::FixedInSpNotAvailable, 2),
            (Code::AffectedProductWithoutSp, 1),
            (Code::FixedInSpIsAffected, 1),
            (Code::ProductSpNotAvailable, 1),
            (Code::ProductWithoutSpList, 1),
            (Code::SpOrderDisagrees, 1),
            (Code::PatchWithoutEvidence, 2),
            (Code::Unreferenced, 1),
        ],
    ),
    (
        "evidence.xml",
        &[
            (Code::PatchWithoutEvidence, 1),
            (Code::PlaceholderPatch, 1),
            (Code::OptionalFilesOnly, 1),
            (Code::UnsupportedFilesOnly, 1),
            (Code::UnsupportedCommand, 5),
            (Code::FileWithoutVersion, 2),
            (Code::Unreferenced, 2),
            (Code::PatchLocationNotUrl, 1),
            (Code::RegistryPathIrregular, 1),
            (Code::HotfixKeyDiffers, 2),
            (Code::BulletinNotSupported, 1),
            (Code::ChecksumConflict, 1),
            (Code::ValueTrimmed, 1),
        ],
    ),
    ("later.xml", &[(Code::IrregularQNumber, 1), (Code::PatchWithoutEvidence, 2)]),
];

#[test]
fn every_document_of_ours_has_exactly_its_findings() {
    let mut wrong = String::new();
    for (name, expect) in FIXTURES {
        let catalog = read(name);
        let mut expect = expect.to_vec();
        expect.sort_unstable();
        let found = counts(&catalog);
        if found != expect {
            let kept: Vec<String> = catalog.diagnostics.kept().iter().map(ToString::to_string).collect();
            wrong += &format!("{name}: {found:?}\n{}\n", kept.join("\n"));
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn every_code_of_the_format_is_raised_by_a_document_of_ours() {
    let raised: BTreeSet<Code> = FIXTURES
        .iter()
        .flat_map(|(name, _)| {
            let merged = merge(vec![read(name)], Vec::new()).expect("one catalog has no conflicts");
            let found: Vec<Code> = merged.sources[0].diagnostics.counts().map(|(code, _)| code).collect();
            found
        })
        .collect();
    let all = Code::ALL.iter().filter(|code| code.alias().is_some_and(|alias| alias.starts_with("MSS")));
    let missing: Vec<_> = all.filter(|code| !raised.contains(code)).collect();
    assert_eq!(missing, [] as [&Code; 0]);
}

fn update<'c>(catalog: &'c Catalog, id: &str) -> &'c Update {
    catalog.updates.iter().find(|update| update.id.as_str() == id).expect("it has the update")
}

fn evidence(catalog: &Catalog, id: &str) -> String {
    rule(catalog, id).1
}

fn has_extra(extra: &[(String, String)], name: &str, text: &str) -> bool {
    extra.iter().any(|(known, found)| known == name && found == text)
}

#[test]
fn what_the_format_does_not_name_is_kept_and_makes_the_rule_partial() {
    let catalog = read("names.xml");
    let patch = update(&catalog, "XX01-001/alternatives.exe");
    assert_eq!(patch.flags.to_string(), "partial-rule;unsupported-bulletin");
    assert_eq!(
        evidence(&catalog, "XX01-001/alternatives.exe"),
        r"any[all[%windir%\a.dll required@34] otherwise any[unknown no-evidence, hotfix 300001 exists@10], unknown unsupported-rule]"
    );
    let path = "Bulletins/Bulletin/Patches/Patch";
    let alternative = "<Alternative FileChangeID=\"2\"></Alternative>";
    assert!(has_extra(&patch.extra, &format!("{path}/Alternative"), alternative));
    assert!(has_extra(&patch.extra, &format!("{path}@Mood"), "dim"));
    assert!(has_extra(&patch.extra, "Bulletins/Bulletin/Rumours", "<Rumours></Rumours>"));
    let plain = update(&catalog, "XX01-001/plain.exe");
    assert_eq!(plain.flags.to_string(), "unsupported-bulletin");
    assert!(has_extra(&plain.extra, path, "loose text"));
    let rumours = "<Rumours><Rumour Text=\"a &lt; b\">as<b>said</b>&amp; heard</Rumour></Rumours>";
    assert!(has_extra(&catalog.extra, "Rumours", rumours));
    assert!(catalog.extra.iter().any(|(name, _)| name == "MSSeverities"));
    assert_eq!(catalog.products[0].available, ["Windows 98 Gold"]);
    assert_eq!(catalog.source.revision, "1 soon");
}

#[test]
fn the_first_record_of_an_id_is_meant() {
    let catalog = read("ids.xml");
    let ids: Vec<&str> = catalog.updates.iter().map(|update| update.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "XX01-001/a.exe",
            "XX01-001/A.EXE",
            "XX01-001/A.exe",
            "XX01-001/a.exe/2",
            "XX01-001/a.exe/3",
            "XX01-002/a.exe"
        ]
    );
    assert_eq!(update(&catalog, "XX01-001/a.exe/2").title, "first");
    assert_eq!(update(&catalog, "XX01-001/a.exe/2").articles, [300_002, 300_001]);
    let check = |id: &str, expect: &str| {
        let found = evidence(&catalog, id);
        assert!(found.starts_with(expect), "{found}");
    };
    check("XX01-001/a.exe", r"all[hklm\software\x::installed = 1@23]");
    check("XX01-001/A.EXE", r"all[%windir%\system32\a.dll required 1.0.0.0@31]");
    let kept = |text: &str| catalog.extra.iter().any(|(_, found)| found.contains(text));
    assert!(kept(r"HKLM\SOFTWARE\Y") && kept("Version=\"2.0\"") && kept("Title=\"second\""));
}

#[test]
fn what_a_dangling_reference_would_say_is_unknown() {
    let catalog = read("references.xml");
    let (a, e) = rule(&catalog, "XX01-001/a.exe");
    assert_eq!(a, "rows[unknown unsupported-rule, windows 98 at [\"Windows 98 Gold\"]@12]");
    let unread = "unknown unsupported-rule";
    assert_eq!(
        e,
        format!(
            "all[{unread}, {unread}, {unread}, {unread}, {unread}] \
             otherwise any[unknown no-evidence, hotfix 300001 exists@9]"
        )
    );
    assert_eq!(rule(&catalog, "XX01-001/b.exe").0, "rows[unknown unsupported-rule]");
    assert!(has_extra(&update(&catalog, "XX01-001/a.exe").extra, "SBID", "90"));
}

#[test]
fn replacing_patches_are_found_or_kept_as_text() {
    let catalog = read("supersedence.xml");
    let check = |id: &str, expect: &[&str]| {
        let by: Vec<&str> =
            update(&catalog, id).replacements.iter().map(|replacement| replacement.by.as_str()).collect();
        assert_eq!(by, expect, "{id}");
    };
    check("XX01-001/first.exe", &["XX01-002/Second.EXE"]);
    check("XX01-001/lost.exe", &[]);
    check("XX01-001/empty.exe", &[]);
    check("XX01-001/twins.exe", &[]);
    check("XX01-002/backwards.exe", &["XX01-001/pong.exe"]);
    let lost = update(&catalog, "XX01-001/lost.exe");
    assert!(has_extra(&lost.extra, "SupercededPatch", "XX01-003/third.exe"));
    assert!(catalog.extra.iter().any(|(_, text)| text.ends_with("XX01-002/twin.exe")));
    let merged = merge(vec![catalog], Vec::new()).expect("one catalog has no conflicts");
    let found = &merged.sources[0].diagnostics;
    assert_eq!((found.of(Code::SupersedenceCycle), found.of(Code::SupersedenceSelf)), (2, 1));
}

#[test]
fn values_are_decoded_normalised_and_trimmed() {
    let catalog = read("text.xml");
    let [patch] = catalog.updates.as_slice() else { panic!("one patch") };
    assert_eq!((patch.id.as_str(), &*patch.title), ("XX01-001/a.exe", "Two lines"));
    assert_eq!((&*patch.summary, &*patch.description), ("naïve", "a & b"));
    assert!(has_extra(&patch.extra, "ShavlikPatchComment", "café"));
    assert_eq!(catalog.source.revision, "1.0.1.204 2002-02-04");
}

#[test]
fn hotfix_ids_come_from_the_patch_or_from_a_bulletin_with_one_article() {
    let catalog = read("numbers.xml");
    let check = |id: &str, hotfix_id: Option<u32>, articles: &[u32]| {
        let update = update(&catalog, id);
        assert_eq!((hotfix(update), update.articles.as_slice()), (hotfix_id, articles), "{id}");
    };
    check("XX01-001/own.exe", Some(300_009), &[300_009, 216_453, 300_002]);
    check("XX01-001/ambiguous.exe", None, &[216_453, 300_002]);
    check("XX01-001/no-number.exe", None, &[216_453, 300_002]);
    check("XX01-002/only.exe", Some(300_001), &[300_001]);
    let own = update(&catalog, "XX01-001/own.exe");
    assert!(has_extra(&own.extra, "QNumber", "Q216453 (FP98)"));
    assert!(has_extra(&own.extra, "QNumber", "none yet"));
    assert!(!has_extra(&own.extra, "QNumber", "q300002"));
}

#[test]
fn products_of_one_name_are_one_with_all_their_levels() {
    let catalog = read("products.xml");
    let (a, _) = rule(&catalog, "XX01-001/a.exe");
    assert_eq!(
        a,
        "rows[windows 98 at [\"Windows 98 Gold\", \"Windows 98 SP2\"] fixed `Windows 98 SP2`@7, \
         windows 95 at []@10, windows 98 at [\"Windows 98 Gold\"] fixed `Windows 98 SP1`@11]"
    );
    assert_eq!(rule(&catalog, "XX01-001/for-nothing.exe").0, "unknown unsupported-rule");
    let [first, second] = catalog.products.as_slice() else { panic!("two names") };
    assert_eq!((&*first.name, &*second.name), ("Windows 98", "Windows 95"));
    assert_eq!(first.available, ["Windows 98 SP1", "Windows 98 Gold"]);
    assert_eq!(first.levels, ["Windows 98 SP1", "Windows 98 Gold", "Windows 98 SP2"]);
}

#[test]
fn evidence_is_read_by_command_type_and_name() {
    let catalog = read("evidence.xml");
    let check = |id: &str, expect: &str| assert_eq!(evidence(&catalog, id), expect, "{id}");
    let otherwise =
        |reason: &str, line: u32| format!("otherwise any[unknown {reason}, hotfix 300001 exists@{line}]");
    let neutral = "not applicable unsupported-rule";
    check("XX01-001/PlaceHolder", "any[unknown no-evidence, hotfix 300001 exists@7]");
    assert_eq!(
        update(&catalog, "XX01-001/PlaceHolder").flags.to_string(),
        "placeholder;unsupported-bulletin"
    );
    check(
        "XX01-001/optional.exe",
        &format!(
            r"all[%windir%\system32\a.dll optional 1.2.0.0 sum 18@55, {neutral}] {}",
            otherwise("no-evidence", 8)
        ),
    );
    check(
        "XX01-001/unsupported.exe",
        &format!("all[{neutral}, {neutral}] {}", otherwise("unsupported-rule", 11)),
    );
    check(
        "XX01-001/files.exe",
        &format!(
            r"all[%windir%\system32\a.dll required 1.2.0.0 sum 17@54, %windir%\system32\a.dll required sum 19@56, %windir%\system32\a.dll removed@57, %windir%\system32\b.dll optional@65, %variable\w3proxy.exe required 2.0.0.0@69] {}",
            otherwise("no-evidence", 14)
        ),
    );
    check(
        "XX01-001/registry.exe",
        &format!(
            r"all[hklm\software\hotfix\q300002::installed = 1@36, hklm\software\hotfix\q300002::installed any data@37, hklm\software\classes\clsid\x::installed = 31@38, hklm\software\classes\clsid\x::installed = `yes`@39, hklm\software\classes\clsid\x::installedversion >= 5.0.3319.0@46, hklm\software\classes\clsid\x::installedversion = `some text`@47, {neutral}] {}",
            otherwise("no-evidence", 20)
        ),
    );
    // Registry items come first; without them the unsupported file alone is left.
    check(
        "XX01-001/both.exe",
        &format!(
            r"all[hklm\software\hotfix\q300002::installed = 1@36, {neutral}] {}",
            otherwise("unsupported-rule", 26)
        ),
    );
    assert_eq!(update(&catalog, "XX01-001/PlaceHolder").payload, "HTTP://patches.example/a.exe");
    assert_eq!(update(&catalog, "XX01-001/unsupported.exe").payload, "https://patches.example/b.exe");
    let optional = update(&catalog, "XX01-001/optional.exe");
    assert_eq!(optional.payload, "");
    assert!(has_extra(&optional.extra, "PatchLocationID", "Look on the disc."));
}

#[test]
fn later_documents_have_severities_and_vulnerabilities() {
    let catalog = read("later.xml");
    let [first, low] = catalog.updates.as_slice() else { panic!("two patches") };
    assert_eq!(first.urgency.map(|urgency| urgency.name()), Some("Critical"));
    assert_eq!(low.urgency.map(|urgency| urgency.name()), Some("Low"));
    let references: Vec<(&str, &str)> =
        first.references.iter().map(|reference| (&*reference.kind, &*reference.id)).collect();
    assert_eq!(
        references,
        [("cve", "CVE-2003-0352"), ("cve", "cve-2003-0605"), ("cve", "CVE-2003-0715"), ("bugtraq", "8205")]
    );
    assert!(has_extra(&first.extra, "CVEID", "CAN-2003-0352; cve-2003-0605,CVE-2003-0715"));
    assert!(has_extra(&first.extra, "ShavlikPatchComment", "Restart twice"));
}
