//! Drives the built program: what it prints, where, and the code it ends with.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use conformance::matrices::sample;
use insta::assert_snapshot;

mod bulletins;
mod compared;
mod explorer;
mod exports;
mod leaving_out;
mod listed;
mod plans;
mod previous;
mod runs;

/// A catalog of two patches, of which one replaces the other.
const CATALOG: &str = include_str!("catalog.xml");

const VERBS: &[&str] = &[
    "compile",
    "demo",
    "evaluate",
    "explain",
    "facts",
    "report",
    "export",
    "diff",
    "inspect",
    "lint",
    "verify",
    "convert",
    "formats",
    "compat",
    "generate",
    "completions",
    "man",
];

/// A folder with a matrix, a catalog and its index, in which the program runs.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("has a folder");
        std::fs::write(folder.path().join("fleet.matrix"), sample()).expect("writes");
        let place = Place(folder);
        for (name, catalog) in
            [("site", CATALOG.to_owned()), ("other", CATALOG.replace("2001/04/18", "2001/04/19"))]
        {
            std::fs::write(place.path("catalog.xml"), catalog).expect("writes");
            let output = place.run(&format!("compile catalog.xml -o {name}.idx"));
            assert!(output.status.success(), "{}", shown(&output));
        }
        std::fs::write(place.path("catalog.xml"), CATALOG).expect("writes");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &str) -> Command {
        let mut command = program();
        command.current_dir(self.0.path()).args(words.split_whitespace());
        command
    }

    /// Runs the program with these words.
    fn run(&self, words: &str) -> Output {
        self.command(words).output().expect("runs")
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchstate"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// What a run said and how it ended, with escapes made visible.
fn shown(output: &Output) -> String {
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\u{1b}', "\\e").replace("\r\n", "\\r\n");
    let version = concat!("patchstate ", env!("CARGO_PKG_VERSION"));
    let mut out = text(&output.stdout).replace(version, "patchstate VERSION");
    if !output.stderr.is_empty() {
        out.push_str(&format!("\n--- standard error\n{}", text(&output.stderr)));
    }
    match output.status.code() {
        Some(0) => out,
        code => format!("{out}\n--- exit code {code:?}"),
    }
}

macro_rules! snapshots {
    ($($name:ident: $words:literal;)*) => {
        $(#[test] fn $name() { assert_snapshot!(shown(&Place::new().run($words))); })*
    };
}

snapshots! {
    summary_text: "report summary fleet.matrix";
    summary_wide: "report summary fleet.matrix --wide --all";
    summary_csv: "report summary fleet.matrix --format csv --all";
    summary_json: "report summary fleet.matrix --format json";
    client_text: "report client WS-001 fleet.matrix";
    client_all: "report client WS-001 fleet.matrix --all --suppress notes";
    client_history: "report client WS-002 fleet.matrix --history 3";
    client_suppressed: "report client WS-002 fleet.matrix --history 3 --suppress warnings";
    client_unreadable: "report client BAD-001 fleet.matrix";
    client_csv: "report client WS-001 fleet.matrix --format csv";
    client_json: "report client WS-001 fleet.matrix --format json";
    client_color: "report client WS-002 fleet.matrix --history 3 --color always";
    update_text: "report update MS00-093 fleet.matrix --all";
    update_csv: "report update Q296441 fleet.matrix --format csv";
    update_json: "report update fedora:FEDORA-2026-0001 fleet.matrix --format json";
    site_text: "report site fleet.matrix --now 2026-03-01";
    site_without_a_clock: "report site fleet.matrix";
    site_csv: "report site fleet.matrix --now 2026-03-01 --format csv";
    site_json: "report site fleet.matrix --format json";
    coverage_text: "report coverage fleet.matrix";
    coverage_csv: "report coverage fleet.matrix --format csv";
    coverage_json: "report coverage fleet.matrix --format json";
    export_matrix: "export matrix fleet.matrix";
    export_matrix_all_tsv: "export matrix fleet.matrix --format tsv --verdict all";
    export_matrix_ndjson: "export matrix fleet.matrix --format ndjson --verdict installed,missing";
    export_patchstate: "export patchstate fleet.matrix";
    export_patchstate_all: "export patchstate fleet.matrix --all";
    export_sarif: "export sarif fleet.matrix";
    export_sarif_all: "export sarif fleet.matrix --all";
    client_html: "report client WS-001 fleet.matrix --format html --all";
    export_hfnetchk: "export hfnetchk fleet.matrix";
    export_hfnetchk_history: "export hfnetchk fleet.matrix --history 3 --suppress warnings --all";
    verify: "verify fleet.matrix";
    formats: "formats";
    diff_same: "diff fleet.matrix fleet.matrix";

    help: "--help";
    help_short: "-h";
    help_report: "report --help";
    help_report_summary: "report summary --help";
    help_report_client: "report client --help";
    help_report_update: "report update --help";
    help_report_site: "report site --help";
    help_report_coverage: "report coverage --help";
    help_export: "export --help";
    help_export_matrix: "export matrix --help";
    help_export_patchstate: "export patchstate --help";
    help_export_parquet: "export parquet --help";
    help_export_sarif: "export sarif --help";
    help_export_hfnetchk: "export hfnetchk --help";
    help_export_plan: "export plan --help";
    help_diff: "diff --help";
    help_compile: "compile --help";
    help_evaluate: "evaluate --help";
    help_convert: "convert --help";
    help_generate_fleet: "generate fleet --help";
    help_demo: "demo --help";
    help_explain: "explain --help";
    help_facts: "facts --help";
    help_report_list: "report list --help";
    help_lint: "lint --help";
    help_inspect: "inspect --help";
    help_generate: "generate --help";
    help_generate_catalog: "generate catalog --help";
    help_generate_wsusscn2: "generate wsusscn2 --help";
    help_verify: "verify --help";
    help_formats: "formats --help";
    help_report_cves: "report cves --help";
    help_site: "site --help";
    help_site_init: "site init --help";
    help_site_sync: "site sync --help";
    help_site_scan: "site scan --help";
    help_site_watch: "site watch --help";
    help_site_expedite: "site expedite --help";
    help_site_due: "site due --help";
    help_site_revisions: "site revisions --help";
    help_site_rollback: "site rollback --help";
    help_site_bad: "site bad --help";
    help_site_bad_list: "site bad list --help";
    help_site_bad_retry: "site bad retry --help";
    help_site_bad_drop: "site bad drop --help";
    help_site_authorize: "site authorize --help";
    help_compat: "compat --help";
    help_compat_wesng: "compat wesng --help";
    help_compat_wesng_diff: "compat wesng-diff --help";
    help_completions: "completions --help";
    help_man: "man --help";

    lint_text: "lint catalog.xml";
    lint_json: "lint catalog.xml --format json";
    lint_denied: "lint catalog.xml --deny MSS040 --deny not-utf8 --quiet";
    inspect_updates: "inspect site.idx updates";
    inspect_supersedence: "inspect site.idx supersedence";
    diff_indexes: "diff site.idx other.idx";
    diff_of_two_kinds: "diff site.idx fleet.matrix";
    diff_foreign: "diff site.idx catalog.xml";

    error_bad_shard: "evaluate site.idx . --shard 4/3 -o new.matrix";
    error_no_inventory: "evaluate site.idx nowhere -o new.matrix";
    error_bad_feed: "compile --feed Office=a.xml -o new.idx";
    error_unknown_code: "lint catalog.xml --deny no-such";
    error_unknown_format: "lint catalog.xml --input-format rss";
    error_foreign_catalog: "compile fleet.matrix -o new.idx";
    error_index_for_matrix: "report summary site.idx";
    error_matrix_for_index: "inspect fleet.matrix";
    error_no_verb: "";
    error_unknown_verb: "evalute";
    error_unknown_client: "report client ws-001 fleet.matrix";
    error_unknown_update: "report update MS99-999 fleet.matrix";
    error_unknown_encoding: "evaluate site.idx inbox -o new.matrix --encoding utf9";
    error_unknown_likeness: "generate catalog --like fleet";
    error_unknown_verdict: "export matrix fleet.matrix --verdict Patched";
    error_bad_time: "report site fleet.matrix --now tomorrow";
    error_no_file: "report summary nowhere.matrix";
    error_directory: "report summary .";
}

#[test]
fn definitions_of_wesng_are_answered_as_wesng_does() {
    let place = Place::new();
    conformance::wesng::fixture(place.0.path());
    let run = |installed: &str, rest: &str| {
        std::fs::write(place.path("installed.txt"), installed).expect("writes");
        let words = format!("compat wesng definitions.zip --hotfixes installed.txt --filter {rest}");
        shown(&place.run(&words))
    };
    assert_snapshot!("compat_wesng", run("# of the host\nKB5000103\n 5000102 # too\n\n", "Windows"));
    assert_snapshot!("compat_wesng_nothing", run("", "nothing"));
    assert_snapshot!("error_no_article", run("5000101\n  KB50x\n", "Windows"));
    std::fs::write(place.path("definitions.zip"), "no archive").expect("writes");
    assert_snapshot!("error_no_definitions", run("", "Windows"));
}

/// Writes a file beside the sample and runs the program on it.
fn with_file(change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
    let place = Place::new();
    std::fs::write(place.path("bad.matrix"), change(sample())).expect("writes");
    shown(&place.run("report summary bad.matrix"))
}

#[test]
fn damaged_files_are_refused() {
    assert_snapshot!("error_empty", with_file(|_| Vec::new()));
    assert_snapshot!("error_foreign", with_file(|_| b"<updates/>".to_vec()));
    let change = |at: usize, byte: u8| {
        move |mut bytes: Vec<u8>| {
            bytes[at] = byte;
            bytes
        }
    };
    assert_snapshot!("error_version", with_file(change(8, 9)));
    assert_snapshot!("error_flipped", with_file(change(300, b'?')));
    assert_snapshot!("error_cut_off", with_file(|bytes| bytes[..700].to_vec()));
}

#[test]
fn matrices_that_differ_end_with_1() {
    let place = Place::new();
    let other = conformance::matrices::random(1, 2, 3);
    std::fs::write(place.path("other.matrix"), other).expect("writes");
    let output = place.run("diff fleet.matrix other.matrix");
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(shown(&place.run("diff fleet.matrix other.matrix --format csv")));
}

#[test]
fn no_color_wins_over_the_terminal_and_always_wins_over_it() {
    let place = Place::new();
    let colored = |words: &str, variables: &[(&str, &str)]| {
        let output = place.command(words).envs(variables.iter().copied()).output().expect("runs");
        String::from_utf8_lossy(&output.stdout).contains("\u{1b}[0m")
    };
    assert!(!colored("report summary fleet.matrix", &[("TERM", "xterm")]), "a pipe has no colours");
    assert!(!colored("report summary fleet.matrix", &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    assert!(colored("report summary fleet.matrix", &[("CLICOLOR_FORCE", "1")]));
    assert!(colored("report summary fleet.matrix --color always", &[("NO_COLOR", "1")]));
    assert!(!colored("report summary fleet.matrix --color never", &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored("report summary fleet.matrix --format csv --color always", &[]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    std::fs::write(place.path("large.matrix"), conformance::matrices::random(1, 2000, 100)).expect("writes");
    let mut child = place
        .command("export matrix large.matrix --verdict all")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let place = Place::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("is there");
    let output = place.command("report summary fleet.matrix").stdout(full).output().expect("runs");
    assert_snapshot!(shown(&output));
}

#[test]
fn completions_and_manual_name_every_verb() {
    let place = Place::new();
    let verbs = VERBS;
    for words in ["completions bash", "completions zsh", "completions fish", "completions powershell", "man"]
    {
        let output = place.run(words);
        assert!(output.status.success(), "{words}");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(verbs.iter().all(|verb| text.contains(verb)), "{words}");
    }
}

#[test]
fn packages_go_from_a_folder_to_cells() {
    let place = Place::new();
    let packages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/sdp/catalog");
    let compiled = place.run(&format!("compile {} --check-duplicates -o p.idx", packages.display()));
    let told = String::from_utf8_lossy(&compiled.stderr).into_owned();
    assert!(compiled.status.success(), "{told}");
    assert!(told.contains("catalog.xml:") && told.contains("sdp-copy-differs"), "{told}");
    let client = "<inventory version='1' client='c' complete='file'>\
                  <os family='windows' windir='C:\\Windows'/></inventory>";
    std::fs::write(place.path("client.xml"), client).expect("writes");
    for (words, expect) in [
        ("inspect p.idx sources --format json", "\"manifest_entries\":4"),
        ("inspect p.idx sources", "sdp: packages 5"),
        ("evaluate p.idx client.xml -o p.matrix", "4 Missing"),
        ("explain p.idx client.xml --update 5a3d0000-0000-0000-0000-000000000020", "file-absent"),
        ("facts p.idx", "drivers\\example.sys"),
    ] {
        let output = place.run(words);
        let printed = shown(&output);
        assert!(output.status.success() && printed.contains(expect), "{words}: {printed}");
    }
    let exact = place.run(&format!("lint {} --regsz-case exact --deny sdp-v3-ignored", packages.display()));
    assert_eq!(exact.status.code(), Some(1), "{}", shown(&exact));
}

#[test]
fn an_index_is_inspected_and_verified() {
    let place = Place::new();
    let says = |words: &str, part: &str| {
        let output = place.run(words);
        assert!(output.status.success(), "{}", shown(&output));
        assert!(shown(&output).contains(part), "{words}: {}", shown(&output));
    };
    says("verify site.idx", "site.idx: index of 2 updates, ");
    says("inspect site.idx", "replacements                    1\n");
    says("inspect site.idx subjects", "hotfix ");
    says("inspect site.idx sizes", "update_identity ");
    for field in [
        "format path sha256 updates leaf_predicates distinct_predicates nodes distinct_nodes",
        "wql_uses wql_distinct wql_unparsed supersedence_edges supersedence_dangling diagnostics",
    ]
    .iter()
    .flat_map(|fields| fields.split(' '))
    {
        says("inspect site.idx sources --format json", &format!("\"{field}\":"));
    }
}

#[test]
fn every_verb_has_two_examples() {
    let place = Place::new();
    for verb in VERBS {
        let help = String::from_utf8(place.run(&format!("{verb} --help")).stdout).expect("is UTF-8");
        let examples = help.split_once("Examples:").map_or("", |(_, examples)| examples);
        let count = examples.lines().filter(|line| line.trim_start().starts_with("patchstate ")).count();
        assert!(count >= 2, "{verb}: {help}");
    }
}

#[test]
fn nothing_is_written_but_what_is_asked_for() {
    let place = Place::new();
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(place.0.path())
            .expect("lists")
            .map(|entry| entry.expect("is there").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let before = names();
    place.run("report summary fleet.matrix");
    place.run("compile catalog.xml --deny affected-sp-not-available -o new.idx");
    place.run("compile nowhere.xml -o new.idx");
    assert_eq!(names(), before);
    std::fs::write(place.path("kept.idx"), "as it was").expect("writes");
    assert_eq!(place.run("compile nowhere.xml -o kept.idx").status.code(), Some(2));
    assert_eq!(std::fs::read(place.path("kept.idx")).expect("reads"), b"as it was");
}

/// Two clients of the catalog: one that needs a patch, one that has it.
fn inventories(place: &Place) {
    let client = |id: &str, version: &str| {
        format!(
            r#"<inventory version="1" client="{id}" complete="os file registry hotfix product" collected="2026-03-01T00:00:00Z">
                 <os family="windows" version="5.0" build="2195"/>
                 <trait group="env" name="commonprogramfiles" value="C:\Common"/>
                 <product name="Windows 2000 Professional" sp="gold"/>
                 <file path="C:\Common\System\OLE DB\msdaipp.dll" version="{version}"/>
               </inventory>"#
        )
    };
    std::fs::create_dir(place.path("inbox")).expect("makes a folder");
    std::fs::write(place.path("inbox/a.xml"), client("WS-001", "8.102.0.0")).expect("writes");
    std::fs::write(place.path("inbox/b.xml"), client("WS-002", "8.103.2402.0")).expect("writes");
}

#[test]
fn inventories_are_evaluated() {
    let place = Place::new();
    inventories(&place);
    let output = place.run("evaluate site.idx inbox -o new.matrix");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = "2 clients x 2 updates = 4 cells: 2 Missing, 2 Installed, 0 NotApplicable, 0 Unknown\n";
    assert!(said.starts_with(first), "{said}");
    assert_snapshot!("evaluated", shown(&place.run("export matrix new.matrix --verdict all")));
    assert_snapshot!("evaluated_raw", {
        place.run("evaluate site.idx inbox -o raw.matrix --supersedence off --threads 1");
        shown(&place.run("diff new.matrix raw.matrix"))
    });
}

#[test]
fn old_service_packs_are_named() {
    let place = Place::new();
    inventories(&place);
    let current = std::fs::read_to_string(place.path("inbox/b.xml")).expect("reads");
    let current = current.replace(r#"sp="gold""#, r#"sp="Windows 2000 Service Pack 1""#);
    std::fs::write(place.path("inbox/b.xml"), current).expect("writes");
    place.run("evaluate site.idx inbox -o new.matrix");
    let client = |id: &str| shown(&place.run(&format!("report client {id} new.matrix --format json")));
    let old = r#""old_service_packs":["Windows 2000 Professional (the current one is Windows 2000 Service Pack 1)"]"#;
    assert!(client("WS-001").contains(old), "{}", client("WS-001"));
    assert!(client("WS-002").contains(r#""old_service_packs":[]"#), "{}", client("WS-002"));
}

#[test]
fn a_run_says_by_its_code_what_it_found() {
    let place = Place::new();
    inventories(&place);
    std::fs::write(place.path("bad.xml"), "Dear all,\n").expect("writes");
    let check = |words: &str, code: i32| {
        let output = place.run(&format!("evaluate site.idx -o new.matrix {words}"));
        assert_eq!(output.status.code(), Some(code), "{words}: {}", shown(&output));
    };
    check("inbox", 0);
    check("inbox --fail-on missing", 1);
    check("inbox --fail-on critical", 0);
    check("inbox/b.xml --fail-on unknown --strict", 0);
    check("inbox bad.xml", 0);
    check("inbox bad.xml --strict", 4);
    check("inbox bad.xml --fail-on unknown", 1);
    check("inbox --threads 0", 2);
    std::fs::remove_file(place.path("new.matrix")).expect("is there");
    check("bad.xml", 3);
    assert!(!place.path("new.matrix").exists());
    check("inbox --shard 3/3", 3);
}

#[test]
fn what_was_not_found_is_said_even_by_a_quiet_run() {
    let place = Place::new();
    inventories(&place);
    std::fs::create_dir(place.path("empty")).expect("makes a folder");
    let said = |words: &str| String::from_utf8_lossy(&place.run(words).stderr).into_owned();
    let nothing = "error: nothing was evaluated: no inventory was found\n";
    assert_eq!(said("--quiet evaluate site.idx empty -o new.matrix"), nothing);
    let warning = "warning: empty: no inventory is in this folder\n";
    assert_eq!(said("evaluate site.idx empty -o new.matrix"), format!("{warning}{nothing}"));
    assert!(said("evaluate site.idx inbox empty -o new.matrix").starts_with(warning));
    assert_eq!(
        said("evaluate site.idx inbox --shard 3/3 -o part.matrix"),
        "error: nothing was evaluated: no client is in this part\n"
    );
    assert!(
        said("convert empty -o new.xml").ends_with("error: nothing was written: no inventory was found\n")
    );
}

#[test]
fn a_compile_says_what_it_found_and_where() {
    let place = Place::new();
    let catalog = CATALOG.replace("<Products>", "<Surprise/><Products>");
    assert_ne!(catalog, CATALOG);
    std::fs::write(place.path("odd.xml"), catalog).expect("writes");
    let said = |words: &str| String::from_utf8_lossy(&place.run(words).stderr).into_owned();
    let lines = said("compile odd.xml -o new.idx");
    let finding = lines.lines().find(|line| line.contains("Surprise")).expect("is said");
    assert!(finding.starts_with("odd.xml:") && finding.contains(": note: unknown-element: "), "{finding}");
    assert!(lines.contains("\nnote: unknown-element x 1\n"), "{lines}");
    assert_eq!(said("--quiet compile odd.xml -o new.idx"), "");
}

#[test]
fn a_name_that_no_catalog_knows_is_found_in_its_table() {
    let place = Place::new();
    let table = r#"<productDetection version="1">
      <product name="Zork"><when><hotfix id="Q123456"/></when></product>
    </productDetection>"#;
    std::fs::write(place.path("table.xml"), table).expect("writes");
    let output = place.run("lint catalog.xml --products table.xml");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("table.xml:2:7: note: product-name-unknown: product: `Zork`"), "{text}");
}

/// A file is for those who may read what its maker makes.
#[cfg(unix)]
#[test]
fn files_are_as_open_as_the_process_makes_them() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mut command = Command::new("sh");
    command.current_dir(place.0.path()).env("PROGRAM", env!("CARGO_BIN_EXE_patchstate"));
    for (mask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let words = format!("umask {mask}; \"$PROGRAM\" compile catalog.xml -o new.idx");
        assert!(command.args(["-c", &words]).status().expect("runs").success());
        let found = std::fs::metadata(place.path("new.idx")).expect("is there").permissions().mode();
        assert_eq!(found & 0o777, mode, "{mask}");
        command = Command::new("sh");
        command.current_dir(place.0.path()).env("PROGRAM", env!("CARGO_BIN_EXE_patchstate"));
    }
}

#[test]
fn lists_choose_and_hide_updates() {
    let place = Place::new();
    inventories(&place);
    let cells = |words: &str| {
        let output = place.run(&format!("evaluate site.idx inbox -o new.matrix {words}"));
        assert!(output.status.success(), "{}", shown(&output));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (shown(&place.run("export matrix new.matrix --verdict all")), said)
    };
    std::fs::write(place.path("base"), "# ours\nMS01-022 # the newer one\nQ111111\n").expect("writes");
    let (lines, said) = cells("--baseline base");
    assert!(lines.contains("MS01-022") && !lines.contains("MS00-093"), "{lines}");
    assert!(said.contains("base:3: `Q111111` names no update"), "{said}");
    std::fs::write(place.path("ignored"), "Q296441\n").expect("writes");
    let (lines, _) = cells("--ignore-q ignored");
    assert_eq!(lines.matches(",ignored").count(), 2, "{lines}");
    let output = place.run("evaluate site.idx inbox -o new.matrix --ignore-q ignored --fail-on missing");
    assert_eq!(output.status.code(), Some(0), "what is ignored does not fail a run");
}

#[test]
fn a_generated_fleet_is_spoken_of_and_leaves_other_files_alone() {
    let place = Place::new();
    assert!(place.run("generate catalog --updates 20 -o small.xml").status.success());
    place.run("compile small.xml -o small.idx");
    let fleet =
        |words: &str| shown(&place.run(&format!("generate fleet --for small.idx --facts 50 {words}")));
    assert_snapshot!("generated_fleet", fleet("--clients 3 -o a/b"));
    assert_snapshot!("generated_fleet_again", fleet("--clients 2 -o a/b"));
    assert_snapshot!("error_generated_into_file", fleet("-o small.xml"));
    assert_snapshot!("error_no_image", fleet("--images 0 -o c"));
    assert!(!place.path("c").exists());
}

#[test]
#[cfg(unix)]
fn nothing_takes_the_place_of_what_is_no_file() {
    let place = Place::new();
    let socket = std::os::unix::net::UnixListener::bind(place.path("socket")).expect("binds");
    std::os::unix::fs::symlink("socket", place.path("link")).expect("links");
    std::fs::write(place.path("target"), "").expect("writes");
    std::os::unix::fs::symlink("target", place.path("to-target")).expect("links");
    let generate = |name: &str| place.run(&format!("generate catalog --updates 1 -o {name}"));
    assert_snapshot!("error_output_is_no_file", shown(&generate("socket")));
    assert_snapshot!("error_output_in_no_folder", shown(&generate("none/where.xml")));
    assert!(!generate("link").status.success() && !generate(".").status.success());
    drop(socket);
    assert!(generate("to-target").status.success());
    let kind = |name: &str| std::fs::symlink_metadata(place.path(name)).expect("is there").file_type();
    assert!(kind("to-target").is_symlink() && kind("link").is_symlink() && !kind("socket").is_file());
    assert!(std::fs::metadata(place.path("target")).expect("is there").len() > 0);
}

#[test]
fn a_conversion_says_what_it_left_out() {
    let place = Place::new();
    inventories(&place);
    std::fs::write(place.path("web-01.rpm"), "bash 0:5.2.26-3.fc40 x86_64\n").expect("writes");
    assert!(place.run("convert web-01.rpm -o web-01.xml").status.success());
    assert_snapshot!("converted", std::fs::read_to_string(place.path("web-01.xml")).expect("reads"));
    std::fs::write(place.path("bad.xml"), "Dear all,\n").expect("writes");
    assert_eq!(place.run("convert inbox bad.xml -o all.xml").status.code(), Some(1));
    assert_snapshot!("error_nothing_converted", shown(&place.run("convert bad.xml -o none.xml")));
    assert!(!place.path("none.xml").exists());
}

#[test]
fn reports_of_agents_are_converted() {
    let (place, own) = (Place::new(), PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpora/inventory"));
    std::fs::create_dir(place.path("reports")).expect("makes a folder");
    for name in ["printer-agent.xml", "part-agent.json", "hardware-delta.xml", "own.mif", "requests.ndjson"] {
        std::fs::copy(own.join(name), place.path("reports").join(name)).expect("copies");
    }
    assert_snapshot!("reports_converted", shown(&place.run("convert reports --delta-as-full -o all.xml")));
    assert_snapshot!(
        "error_delta_converted",
        shown(&place.run("convert reports/hardware-delta.xml -o a.xml"))
    );
}

#[test]
fn cells_are_explained() {
    let place = Place::new();
    inventories(&place);
    let explain = |words: &str| shown(&place.run(&format!("explain site.idx {words}")));
    assert_snapshot!("explained", explain("inbox/a.xml --update MS01-022"));
    assert_snapshot!("explained_replaced", explain("inbox --client WS-002 --update Q279328"));
    assert_snapshot!("error_several_clients", explain("inbox --update MS01-022"));
    assert_snapshot!("error_no_such_client", explain("inbox --client WS-003 --update MS01-022"));
    assert_snapshot!("error_no_such_update", explain("inbox/a.xml --update MS99-999"));
    assert!(
        explain("inbox/a.xml --update MS01-022 --format json").starts_with("{\n  \"report\": \"explain\",")
    );
}

#[test]
fn facts_are_what_the_catalogs_ask() {
    let text = shown(&Place::new().run("facts site.idx --format csv"));
    assert!(text.starts_with("kind,subject,name,parts,questions\\r\n"), "{text}");
    assert!(text.contains("msdaipp.dll,,existence;version;checksum,"), "{text}");
}

#[test]
fn the_demonstration_runs_and_says_what_to_type_next() {
    let place = Place::new();
    let output = place.run("demo here");
    assert!(output.status.success(), "{}", shown(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("top missing"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, next) = said.split_once("Now try:\n").expect("says what to type next");
    let (next, page) = next.split_once("\nAnd open in a browser:\n").expect("ends with a page");
    let page = page.trim().strip_prefix("file://").expect("is an address");
    assert!(std::path::Path::new(page).is_file() && page.ends_with("/here/explorer/index.html"), "{page}");
    for line in next.lines() {
        // The program is named as it was called, so that the line can be typed as it stands.
        let words = line.trim().strip_prefix(env!("CARGO_BIN_EXE_patchstate"));
        let words = words.expect("is a command line");
        let output = place.run(words);
        assert!(output.status.success(), "{line}: {}", shown(&output));
    }
    assert_eq!(place.run("demo here").status.code(), Some(2));
    assert_snapshot!("error_demo_again", shown(&place.run("demo here")));
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_leaves_no_file() {
    let place = Place::new();
    let mut child = place
        .command("generate catalog --updates 100000000 -o endless.xml")
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let unfinished = || {
        let names = std::fs::read_dir(place.0.path()).expect("lists");
        names.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(".patchstate-"))
    };
    while !unfinished() {
        assert!(child.try_wait().expect("is known").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("runs").success());
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    assert!(!unfinished() && !place.path("endless.xml").exists());
}
