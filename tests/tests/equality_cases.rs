//! What the two evaluations once differed in, or both had wrong: a test for each, with its name.

use conformance::compiled::catalog;
use conformance::random::Case;
use conformance::random::rules::Shape;
use conformance::run;
use patchstate::diagnostic::Position;
use patchstate::eval::plan::Plan;
use patchstate::matrix::Matrix;
use patchstate::model::applicability::Applicability;
use patchstate::model::expr::{Comparison, DEPTH, Expr, Operand, Presence, Question, Subject};
use patchstate::model::fact::*;
use patchstate::model::flag::Flags;
use patchstate::model::inventory::{Collector, Header, Inventory};
use patchstate::model::options::{Options, Profile, Supersedence};
use patchstate::model::product::{Detection, Level};
use patchstate::model::reason::Reason;
use patchstate::model::registry::View;
use patchstate::model::supersedence::{Replacement, Source};
use patchstate::model::truth::Truth;
use patchstate::model::update::{
    Catalog, Collection, ModuleStream, PackageRow, Product as CatalogProduct, Rule, Update, UpdateId,
};
use patchstate::model::verdict::{Answer, Cell, Verdict};
use patchstate::version::dotted::Version;

fn inventory(complete: &[Kind], facts: Vec<Fact<'static>>) -> Inventory {
    let mut inventory = Inventory::new("client", complete.iter().copied().collect());
    facts.into_iter().for_each(|fact| inventory.fact(fact, Position::default()));
    inventory
}

fn case(catalogs: Vec<Catalog>, inventories: Vec<Inventory>) -> Case {
    let name = |(number, inventory): (usize, Inventory)| {
        let client = format!("client{number}").into();
        Inventory { header: Header { client, ..inventory.header }, ..inventory }
    };
    let inventories = inventories.into_iter().enumerate().map(name).collect();
    // Rules of any shape may give reasons that no rule of a reader gives.
    Case { shape: Shape::Wild, catalogs, inventories, ..Case::default() }
}

/// The cells of a case, client by client, which both evaluations give.
fn cells(case: &Case) -> Vec<Cell> {
    run::compare(case).unwrap_or_else(|difference| panic!("{difference}"));
    let index = run::open(&run::compiled(case).columns);
    let plan = Plan::new(index.view().expect("opens"), &case.options, None);
    let bytes = run::matrix_bytes(&plan, &run::rows(&plan, &case.inventories));
    let matrix = Matrix::open(&bytes).expect("opens");
    (0..case.inventories.len()).flat_map(|client| matrix.row(client).collect::<Vec<_>>()).collect()
}

/// Checks the first cell of one client and one catalog.
fn check(updates: Vec<Update>, client: Inventory, expect: Cell) {
    check_with(Options::default(), updates, client, expect);
}

fn check_with(options: Options, updates: Vec<Update>, client: Inventory, expect: Cell) {
    let case = Case { options, ..case(vec![catalog("a", updates)], vec![client]) };
    assert_eq!(cells(&case)[0], expect);
}

fn update(id: &str, rule: Rule) -> Update {
    Update { id: UpdateId::from_text(id), rule, ..Update::default() }
}

/// An update that is for every client and there where `installed` holds.
fn installed(expr: Expr) -> Update {
    update("U", Rule::Tests { installed: expr, applicable: Expr::Constant(Answer::TRUE) })
}

fn test(subject: Subject, question: Question) -> Expr {
    Expr::test(subject, question, Position::default())
}

fn dotted(text: &str) -> Version {
    Version::parse(text).expect("is a version")
}

fn file(path: &str) -> Expr {
    test(Subject::File(path.to_owned()), Question::Exists)
}

fn stated(path: &'static str) -> Fact<'static> {
    File { path: path.into(), ..File::default() }.into()
}

fn windows() -> Fact<'static> {
    Os { family: "windows".into(), ..Os::default() }.into()
}

fn row(name: &str, arch: &str) -> PackageRow {
    let release = Some("2".to_owned());
    let [name, arch, version] = [name, arch, "1.0"].map(str::to_owned);
    PackageRow { name, arch, version, release, ..PackageRow::default() }
}

fn packages(id: &str, rows: Vec<PackageRow>) -> Update {
    update(id, Rule::Packages { collections: Vec::new(), rows })
}

fn package(name: &'static str, arch: &'static str, release: &'static str) -> Package<'static> {
    Package {
        name: name.into(),
        epoch: Some(0),
        version: "1.0".into(),
        release: Some(release.into()),
        arch: Some(arch.into()),
        ..Package::default()
    }
}

const MISSING: Cell = Cell::new(Verdict::Missing, Reason::PackageOlder);
const INSTALLED: Cell = Cell::new(Verdict::Installed, Reason::RuleTrue);

#[test]
fn an_anchor_keeps_the_flags_of_constants() {
    let flagged = Answer { flags: Flags::BUILD_CONFLICT, ..Answer::new(Truth::Unknown, Reason::NoEvidence) };
    let rule = Rule::Tests { installed: Expr::Constant(flagged), applicable: file(r"c:\x") };
    let expect = Cell { flags: Flags::BUILD_CONFLICT, ..Cell::NO_EVIDENCE };
    check(vec![update("U", rule)], inventory(&[], vec![]), expect);
}

#[test]
fn a_question_that_does_not_fit_leaves_an_anchor_open() {
    // Whatever the file says, the rule is the Unknown of the hotfix list, but for the error of asking a
    // file for its service pack.
    let level = Question::Level { affected: vec!["Gold".to_owned()], fixed: None };
    let unfit = || test(Subject::File(r"c:\x".to_owned()), level.clone());
    let either = vec![unfit(), Expr::Not(Box::new(unfit())), Expr::Constant(Answer::NOT_COLLECTED)];
    let hotfix = test(Subject::Hotfix(100_001), Question::Exists);
    let applicable = Expr::all(vec![hotfix, Expr::any(either)]);
    let rule = Rule::Tests { installed: Expr::Constant(Answer::FALSE), applicable };
    let client = inventory(&[], vec![stated(r"C:\X")]);
    check(vec![update("U", rule)], client, Cell::new(Verdict::Unknown, Reason::RuleError));
}

#[test]
fn a_row_of_no_collection_is_not_gated_by_the_next_update() {
    let gate = ModuleStream { name: "perl".to_owned(), ..ModuleStream::default() };
    let collections = vec![Collection { name: String::new(), modules: vec![gate] }];
    let gated = Rule::Packages { collections, rows: vec![row("bash", "x86_64")] };
    let kinds = [Kind::Package, Kind::Module];
    for beyond in [0, 7, u32::MAX] {
        let beyond = PackageRow { collection: beyond, ..row("bash", "x86_64") };
        let client = inventory(&kinds, vec![package("bash", "x86_64", "1").into()]);
        check(vec![packages("A", vec![beyond]), update("B", gated.clone())], client, MISSING);
    }
}

#[test]
fn an_arch_for_all_counts_where_no_row_has_it() {
    let options = Options { profile: Some(Profile::Suse), ..Options::default() };
    let client = inventory(&[], vec![package("bash", "noarch", "1").into()]);
    check_with(options, vec![packages("A", vec![row("bash", "x86_64")])], client.clone(), MISSING);
    check(vec![packages("A", vec![row("bash", "")])], client, MISSING);
}

#[test]
fn an_update_without_rows_holds_no_package() {
    let expect = Cell::new(Verdict::NotApplicable, Reason::PackageAbsent);
    check(vec![packages("A", Vec::new())], inventory(&[], vec![]), expect);
}

#[test]
fn keys_of_rpm_are_no_packages() {
    let options = |profile| Options { profile: Some(profile), ..Options::default() };
    let expect = Cell::new(Verdict::NotApplicable, Reason::PackageAbsent);
    for (name, arch) in [("gpg-pubkey", "x86_64"), ("bash", "(none)")] {
        for profile in [Profile::Dnf, Profile::Suse] {
            for wanted in [arch, "noarch", ""] {
                let client = inventory(&[Kind::Package], vec![package(name, arch, "1").into()]);
                check_with(options(profile), vec![packages("A", vec![row(name, wanted)])], client, expect);
            }
        }
    }
}

#[test]
fn an_empty_release_is_no_release() {
    // Of the running kernel's packages the older one decides; its version and arch are all that it has.
    let old = Package { release: Some("".into()), ..package("kernel", "x86_64", "") };
    let new = Package { version: "9.0".into(), ..package("kernel", "x86_64", "1") };
    let running = Kernel { running: "1.0.x86_64".into(), ..Kernel::default() };
    let client = inventory(&[], vec![old.into(), new.into(), running.into()]);
    let row = PackageRow { version: "2.0".to_owned(), ..row("kernel", "x86_64") };
    check(vec![packages("A", vec![row])], client, MISSING);
}

#[test]
fn a_package_that_a_rule_asks_for_is_answered_for_every_client() {
    let subjects =
        [Subject::Package(PackageKind::Rpm, "bash".to_owned()), Subject::Module("perl".to_owned())];
    for subject in subjects {
        let there: [Fact<'static>; 2] = [
            package("bash", "x86_64", "1").into(),
            Module { name: "perl".into(), state: ModuleState::Disabled, ..Module::default() }.into(),
        ];
        let clients = vec![inventory(&[], vec![]), inventory(&[], there.to_vec())];
        let update = installed(test(subject, Question::Exists));
        let cells = cells(&case(vec![catalog("a", vec![update])], clients));
        assert_eq!(cells, [Cell::new(Verdict::Unknown, Reason::NotCollected), INSTALLED]);
    }
}

#[test]
fn a_registry_key_has_nothing_to_compare() {
    let question = Question::Compare(Comparison::Eq, Operand::Number(1));
    let update = installed(test(Subject::RegistryKey(r"hklm\software\a".to_owned()), question));
    let key = RegistryKey { key: r"HKLM\Software\A".into(), ..RegistryKey::default() };
    check(vec![update], inventory(&[], vec![key.into()]), Cell::new(Verdict::Unknown, Reason::RuleError));
}

#[test]
fn a_key_of_the_narrow_view_is_no_value_without_a_name() {
    let name = "\u{0}".to_owned();
    let value = Subject::RegistryValue { key: r"hklm\software\wow6432node\a".to_owned(), name };
    let asks_keys = test(Subject::RegistryKey("hklm".to_owned()), Question::Exists);
    let update = installed(Expr::all(vec![asks_keys, test(value, Question::Exists)]));
    let key = RegistryKey { key: r"HKLM\Software\A".into(), view: View::Narrow, ..RegistryKey::default() };
    let expect = Cell::new(Verdict::Unknown, Reason::NotCollected);
    check(vec![update], inventory(&[], vec![key.into()]), expect);
}

#[test]
fn a_system_of_32_bits_has_one_view_of_its_registry() {
    let subjects = [
        Subject::RegistryKey(r"hklm\software\wow6432node\a".to_owned()),
        Subject::RegistryKey(r"hklm\software\a".to_owned()),
        Subject::RegistryValue { key: r"hklm\software\wow6432node\a".to_owned(), name: "v".to_owned() },
        Subject::RegistryValue { key: r"hklm\software\a".to_owned(), name: "v".to_owned() },
    ];
    for view in [View::Native, View::Narrow] {
        let [key, name] = [r"HKLM\Software\A".into(), "V".into()];
        let value = RegistryValue { key, name, view, ..RegistryValue::default() };
        let os = Os { family: "windows".into(), arch: Some("x86".into()), ..Os::default() };
        let reference = r"HKLM\Software\A".into();
        let absent = Absent { kind: Some(Kind::Registry), reference, view, ..Absent::default() };
        for subject in &subjects {
            let update = || vec![installed(test(subject.clone(), Question::Exists))];
            check(update(), inventory(&[], vec![value.clone().into(), os.clone().into()]), INSTALLED);
            let missing = Cell::new(Verdict::Missing, Reason::RegistryMissing);
            check(update(), inventory(&[], vec![absent.clone().into(), os.clone().into()]), missing);
        }
    }
}

#[test]
fn a_folder_in_another_is_named_by_either() {
    let folder = |name: &'static str, value: &'static str| -> Fact<'static> {
        Trait { group: "folder".into(), name: name.into(), value: value.into(), ..Trait::default() }.into()
    };
    for (arch, outer) in [("x64", r"C:\Program Files (x86)"), ("x86", r"C:\Program Files")] {
        let os = Os { family: "windows".into(), arch: Some(arch.into()), ..Os::default() };
        let inner = if arch == "x64" { r"C:\Program Files (x86)\Shared" } else { r"C:\Program Files\Shared" };
        let path = format!(r"{inner}\Vendor\a.dll").into();
        let facts = vec![
            os.into(),
            folder("42", outer),
            folder("44", inner),
            File { path, ..File::default() }.into(),
        ];
        let named = [r"%programfiles(x86)%\shared\vendor\a.dll", r"%commonprogramfiles(x86)%\vendor\a.dll"];
        for path in named {
            let update = installed(test(Subject::File(path.to_owned()), Question::Exists));
            check(vec![update], inventory(&[Kind::File], facts.clone()), INSTALLED);
        }
    }
}

#[test]
fn a_system_of_32_bits_has_one_folder_of_programs_however_it_names_it() {
    let os = |arch: &'static str| -> Fact<'static> {
        Os { family: "windows".into(), arch: Some(arch.into()), ..Os::default() }.into()
    };
    let file = |path: &'static str| -> Fact<'static> { File { path: path.into(), ..File::default() }.into() };
    let not_collected = Cell::new(Verdict::Unknown, Reason::NotCollected);
    let missing = Cell::new(Verdict::Missing, Reason::FileAbsent);
    for (rule, stated, other) in [
        (r"%programfiles(x86)%\a.dll", r"%ProgramFiles%\a.dll", r"%ProgramFiles%\b.dll"),
        (r"%commonprogramfiles(x86)%\a.dll", r"%CommonProgramFiles%\a.dll", r"%CommonProgramFiles%\b.dll"),
        (r"%windir%\syswow64\a.dll", r"%windir%\System32\a.dll", r"%windir%\System32\b.dll"),
    ] {
        let update = || vec![installed(test(Subject::File(rule.to_owned()), Question::Exists))];
        let asked = |arch, path| inventory(&[Kind::File], vec![file(path), os(arch)]);
        check(update(), asked("x86", stated), INSTALLED);
        check(update(), asked("x86", other), missing);
        let nowhere = if rule.starts_with("%windir%") { missing } else { not_collected };
        check(update(), asked("x64", stated), nowhere);
        check(update(), asked("x86", r"C:\a.dll"), nowhere);
    }
}

#[test]
fn a_pattern_says_nothing_of_an_array() {
    for query in ["select * from C where A like '%text%'", "select * from C where not (A like 'text%')"] {
        let asked = Question::Applicability(Box::new(Applicability::WmiQuery(query.to_owned())));
        let update = installed(test(Subject::Wmi(r"root\cimv2:c".to_owned()), asked));
        let [name, value, kind] = ["A", "2 values", "other"].map(Into::into);
        let property = Property { name, value: Some(value), kind: Some(kind) };
        let instance = Wmi { class: "C".into(), properties: vec![property], ..Wmi::default() };
        let expect = Cell::new(Verdict::Unknown, Reason::PartNotCollected);
        check(vec![update], inventory(&[], vec![instance.into()]), expect);
    }
}

#[test]
fn the_first_detection_that_decides_is_the_one() {
    let detection = |truth: Answer, level: &str| Detection {
        name: "Office".to_owned(),
        when: Expr::Constant(truth),
        levels: vec![Level { names: vec![level.to_owned()], test: None }],
        inherit: Vec::new(),
        position: Position::default(),
        table: String::new(),
    };
    let question = |level: &str| Question::Level { affected: vec![level.to_owned()], fixed: None };
    let asks = |level: &str| installed(test(Subject::Product("office".to_owned()), question(level)));
    let out = Cell::new(Verdict::Missing, Reason::ServicePackOutOfRange);
    let absent = Cell::new(Verdict::Missing, Reason::ProductAbsent);
    let check = |tables: [(Answer, &str); 3], asked: &str, expect: Cell| {
        let product = CatalogProduct { name: "Office".to_owned(), ..CatalogProduct::default() };
        let catalog = Catalog { products: vec![product], ..catalog("a", vec![asks(asked)]) };
        let detections = tables.map(|(truth, level)| detection(truth, level)).to_vec();
        let case = Case { detections, ..case(vec![catalog], vec![inventory(&[], vec![])]) };
        assert_eq!(cells(&case)[0], expect);
    };
    let tables = [(Answer::NOT_COLLECTED, "A"), (Answer::TRUE, "B"), (Answer::TRUE, "C")];
    check(tables, "B", INSTALLED);
    check(tables, "C", out);
    check([(Answer::FALSE, "A"), (Answer::TRUE, "B"), (Answer::TRUE, "C")], "B", absent);
}

#[test]
fn coverage_of_what_has_no_subtree_proves_nothing() {
    let under = |kind| Coverage { kind: Some(kind), under: r"%exchsrvr%\bin".into(), ..Coverage::default() };
    let update = || vec![installed(file(r"%exchsrvr%\a.exe"))];
    let unknown = Cell::new(Verdict::Unknown, Reason::NotCollected);
    for kind in [Kind::Msi, Kind::Registry, Kind::Os] {
        check(update(), inventory(&[Kind::File], vec![under(kind).into()]), unknown);
    }
    let absent = Cell::new(Verdict::Missing, Reason::FileAbsent);
    check(update(), inventory(&[Kind::File], vec![under(Kind::File).into()]), absent);
}

#[test]
fn an_installer_code_needs_no_braces() {
    let code = "{0A000000-0000-0000-0000-00000000000B}";
    let update = || vec![installed(test(Subject::Msi(code.to_owned()), Question::Exists))];
    for spelling in [code, "0a000000-0000-0000-0000-00000000000b"] {
        let msi = Msi { product: spelling.into(), ..Msi::default() };
        check(update(), inventory(&[], vec![msi.into()]), INSTALLED);
        let absent = Absent { kind: Some(Kind::Msi), reference: spelling.into(), ..Absent::default() };
        let expect = Cell::new(Verdict::Missing, Reason::MsiProductAbsent);
        check(update(), inventory(&[], vec![absent.into()]), expect);
    }
}

#[test]
fn a_path_without_token_is_compared_in_token_form() {
    let update = |path: &str| vec![installed(file(path))];
    let complete = [Kind::File];
    let there = |path| inventory(&complete, vec![windows(), stated(path)]);
    let absent = Cell::new(Verdict::Missing, Reason::FileAbsent);
    check(update(r"c:\winnt\a.dll"), there(r"C:\WINNT\A.dll"), INSTALLED);
    check(update(r"c:\winnt\a.dll"), there(r"%SystemRoot%\a.dll"), INSTALLED);
    check(update(r"c:\winnt\a.dll"), there(r"C:\WINNT\b.dll"), absent);
    check(update(r"c:\winnt2\a.dll"), there(r"C:\WINNT2\A.dll"), INSTALLED);
    check(update(r"%windir%\system32\a.dll"), there(r"C:\WINNT\Sysnative\A.dll"), INSTALLED);
    check(update(r"c:\winnt\sysnative\a.dll"), there(r"%windir%\system32\A.dll"), INSTALLED);
    let proved = |fact: Fact<'static>| inventory(&[], vec![windows(), fact]);
    let gone = Absent { kind: Some(Kind::File), reference: r"C:\WINNT\a.dll".into(), ..Absent::default() };
    check(update(r"c:\winnt\a.dll"), proved(gone.into()), absent);
    let under = Coverage { kind: Some(Kind::File), under: r"%windir%".into(), ..Coverage::default() };
    check(update(r"c:\winnt\a.dll"), proved(under.into()), absent);
    let folder = Trait { group: "env".into(), name: "X".into(), value: r"%y%\z".into(), ..Trait::default() };
    let client = inventory(&complete, vec![folder.into(), stated(r"%X%\a.dll")]);
    check(update(r"%y%\z\a.dll"), client, INSTALLED);
}

#[test]
fn the_name_of_a_variable_is_a_token_up_to_255_bytes() {
    let unknown = Cell::new(Verdict::Unknown, Reason::NotCollected);
    for (length, expect) in [(255, INSTALLED), (256, unknown)] {
        let (name, path) = ("x".repeat(length), format!(r"%{}%\a.dll", "x".repeat(length)));
        let folder =
            Trait { group: "env".into(), name: name.into(), value: r"%y%\z".into(), ..Trait::default() };
        let file_there = File { path: path.into(), ..File::default() };
        let client = inventory(&[Kind::File], vec![folder.into(), file_there.into()]);
        check(vec![installed(file(r"%y%\z\a.dll"))], client, expect);
    }
}

#[test]
fn a_folder_that_the_client_states_is_no_file() {
    for asked in ["%windir%", r"C:\WINDOWS"] {
        let absent = Cell::new(Verdict::Missing, Reason::FileAbsent);
        let client = inventory(&[Kind::File], vec![windows(), stated(r"C:\Windows")]);
        check(vec![installed(file(asked))], client, absent);
        let unknown = Cell::new(Verdict::Unknown, Reason::NotCollected);
        check(vec![installed(file(asked))], inventory(&[], vec![stated(r"C:\Windows"), windows()]), unknown);
    }
}

#[test]
fn the_absence_of_a_value_may_be_told_with_a_prefix() {
    let subject = Subject::RegistryValue { key: r"hklm\software\a".to_owned(), name: "v".to_owned() };
    let reference = r"Registry::HKLM\Software\A::V";
    let absent = Absent { kind: Some(Kind::Registry), reference: reference.into(), ..Absent::default() };
    let expect = Cell::new(Verdict::Missing, Reason::RegistryMissing);
    check(vec![installed(test(subject, Question::Exists))], inventory(&[], vec![absent.into()]), expect);
}

#[test]
fn a_proof_does_not_rest_on_what_did_not_arise() {
    let question = Question::FileEvidence { presence: Presence::Optional, version: None, checksum: None };
    let optional = test(Subject::File(r"c:\x".to_owned()), question);
    let expect = Cell::new(Verdict::Missing, Reason::RuleFalse);
    check(vec![installed(optional)], inventory(&[Kind::File], vec![]), expect);
}

#[test]
fn a_feed_may_hold_a_colon() {
    let catalogs = vec![catalog("a:b", vec![update("U", Rule::None)])];
    let index = run::open(&run::compiled(&case(catalogs, vec![])).columns);
    let entry = index.view().expect("opens").entry(0);
    assert_eq!((entry.identity.as_str(), entry.update.id.as_str()), ("a:b:U", "U"));
}

#[test]
fn edges_by_versions_are_the_same_in_every_compile() {
    // By the rows of `a` the newer updates of U2 stand in another order than by the rows of `b`, and one
    // of them follows from the other.
    let update = |id: &str, versions: [&str; 2]| {
        let rows = ["a", "b"].into_iter().zip(versions);
        let version =
            |(name, version): (&str, &str)| PackageRow { version: version.to_owned(), ..row(name, "x86_64") };
        packages(id, rows.map(version).collect())
    };
    let updates = [("U0", ["3", "2"]), ("U1", ["2", "2"]), ("U2", ["1", "1"])];
    let updates = updates.map(|(id, versions)| update(id, versions)).to_vec();
    let compile =
        || run::index_bytes(&run::compiled(&case(vec![catalog("a", updates.clone())], vec![])).columns);
    let first = compile();
    assert!((0..40).all(|_| compile() == first));
}

#[test]
fn packages_of_two_kinds_do_not_replace_each_other() {
    let rpm = row("bash", "x86_64");
    let deb = PackageRow { kind: PackageKind::Deb, version: "9".to_owned(), release: None, ..rpm.clone() };
    let catalogs = vec![catalog("a", vec![packages("A", vec![rpm]), packages("B", vec![deb])])];
    let catalogs = run::compiled(&case(catalogs, vec![])).catalogs;
    assert!(catalogs.updates.iter().all(|entry| entry.replaced_by.is_empty()));
}

#[test]
fn a_rule_of_the_greatest_depth_is_evaluated() {
    let mut rule = file(r"c:\x");
    for _ in 1..DEPTH {
        rule = Expr::Not(Box::new(rule));
    }
    let expect = Cell::new(Verdict::Missing, Reason::RuleFalse);
    check(vec![installed(rule)], inventory(&[], vec![stated(r"c:\x")]), expect);
}

#[test]
fn a_cycle_of_replacements_folds_like_a_chain() {
    let replaced = |id: &str, by: &[&str], row: PackageRow| Update {
        replacements: by
            .iter()
            .map(|by| Replacement {
                by: UpdateId::from_text(*by),
                source: Source::Declared,
                position: Position::default(),
            })
            .collect(),
        ..packages(id, vec![row])
    };
    let updates = || {
        vec![
            replaced("A", &["B"], row("bash", "x86_64")),
            replaced("B", &["A", "C"], row("bash", "x86_64")),
            replaced("C", &["C", "D", "lost"], row("libx", "x86_64")),
            replaced("D", &[], row("zlib", "x86_64")),
        ]
    };
    let client = |zlib| {
        let facts = vec![package("bash", "x86_64", "1").into(), package("zlib", "x86_64", zlib).into()];
        inventory(&[Kind::Package], facts)
    };
    let replaced = Cell::new(Verdict::Installed, Reason::ReplacedByInstalled);
    check(updates(), client("2"), replaced);
    check(updates(), client("1"), Cell { flags: Flags::SUPERSEDED, ..MISSING });
    let off = Options { supersedence: Supersedence::Off, ..Options::default() };
    check_with(off, updates(), client("2"), MISSING);
}

#[test]
fn of_evidence_that_holds_the_reason_is_what_says_most() {
    let one_of = |tests: Vec<Expr>| installed(Expr::all(vec![file(r"c:\product"), Expr::any(tests)]));
    let hotfix = || test(Subject::Hotfix(100_001), Question::Exists);
    let version =
        Question::FileEvidence { presence: Presence::Required, version: Some(dotted("1.0")), checksum: None };
    let newer = || test(Subject::File(r"c:\newer".to_owned()), version.clone());
    let facts = || {
        let known = FileVersion::Known(dotted("2.0"));
        let newer = File { path: r"C:\newer".into(), version: known, ..File::default() };
        let hotfix = Hotfix { id: "Q100001".into(), ..Hotfix::default() };
        inventory(&[], vec![stated(r"C:\product"), newer.into(), hotfix.into()])
    };
    let listed = Cell::new(Verdict::Installed, Reason::HotfixListed);
    let undecided = Expr::Constant(Answer::new(Truth::Unknown, Reason::NoEvidence));
    check(vec![one_of(vec![undecided, hotfix()])], facts(), listed);
    let expect = Cell::new(Verdict::Installed, Reason::FileNewer);
    check(vec![one_of(vec![hotfix(), newer()])], facts(), expect);
}
