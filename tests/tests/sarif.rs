//! SARIF logs have the structure that the standard asks for, and a result for each cell that lists show.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;

use conformance::matrices::{pack, random, sample, update};
use conformance::python;
use patchstate::archive::map::Bytes;
use patchstate::matrix::tables::{Client, Run, Source};
use patchstate::matrix::{self, Matrix};
use patchstate::model::flag::Flags;
use patchstate::model::reason::Reason;
use patchstate::model::update::Urgency;
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::report::sarif::Log;
use patchstate::report::{Form, Hidden, Options, SiteFacts, find_export};
use serde_json::{Map, Value};

fn export(matrix: &Matrix<'_>, hidden: Hidden) -> Vec<u8> {
    let mut out = Vec::new();
    let options = Options { hidden, ..Options::default() };
    let export = find_export("sarif").expect("is an export");
    export.write(matrix, Form::Sarif, &options, &mut out).expect("writes to memory");
    out
}

/// Takes the members of an object apart and leaves none over: each with the name of what checks it.
struct Object<'v>(&'v Map<String, Value>, BTreeSet<&'v str>);

impl<'v> Object<'v> {
    fn new(value: &'v Value) -> Self {
        let object = value.as_object().unwrap_or_else(|| panic!("{value} is no object"));
        Object(object, object.keys().map(String::as_str).collect())
    }

    fn maybe(&mut self, name: &str) -> Option<&'v Value> {
        self.1.remove(name);
        self.0.get(name)
    }

    fn member(&mut self, name: &str) -> &'v Value {
        self.maybe(name).unwrap_or_else(|| panic!("{:?} has no `{name}`", self.0))
    }

    fn text(&mut self, name: &str) -> &'v str {
        self.member(name).as_str().unwrap_or_else(|| panic!("`{name}` is no text"))
    }

    fn list(&mut self, name: &str) -> &'v [Value] {
        self.member(name).as_array().unwrap_or_else(|| panic!("`{name}` is no array"))
    }

    fn end(self) {
        assert!(self.1.is_empty(), "the standard has no {:?} here", self.1);
    }
}

/// A message: text in which no brace and no bracket of others stands.
fn check_message(value: &Value) {
    let mut message = Object::new(value);
    let text = message.text("text");
    message.end();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' => assert_eq!(rest.next(), Some(c), "{text}"),
            '\\' => assert!(matches!(rest.next(), Some('\\' | '[' | ']')), "{text}"),
            '[' | ']' => panic!("a link in {text}"),
            _ => {}
        }
    }
}

/// The client of a `locations`.
fn check_locations(value: &Value) -> String {
    let [location] = value.as_array().expect("is an array").as_slice() else { panic!("{value}") };
    let mut location = Object::new(location);
    let [logical] = location.list("logicalLocations") else { panic!("{value}") };
    location.end();
    let mut logical = Object::new(logical);
    assert!(!logical.text("name").is_empty());
    assert_eq!(logical.text("kind"), "client");
    let client = logical.text("fullyQualifiedName").to_owned();
    logical.end();
    client
}

/// A rule: its id.
fn check_rule(value: &Value, taxa: &[&str]) -> String {
    let mut rule = Object::new(value);
    let id = rule.text("id").to_owned();
    assert!(!rule.text("name").is_empty());
    for name in ["shortDescription", "fullDescription"] {
        let Some(description) = rule.maybe(name) else { continue };
        let mut description = Object::new(description);
        assert!(!description.text("text").is_empty());
        description.end();
    }
    if let Some(address) = rule.maybe("helpUri") {
        assert!(address.as_str().is_some_and(|address| address.starts_with("http")));
    }
    let mut configuration = Object::new(rule.member("defaultConfiguration"));
    assert!(["error", "warning", "note"].contains(&configuration.text("level")));
    configuration.end();
    for relationship in rule.maybe("relationships").and_then(Value::as_array).into_iter().flatten() {
        let mut relationship = Object::new(relationship);
        assert_eq!(relationship.list("kinds"), ["relevant"]);
        let mut target = Object::new(relationship.member("target"));
        let index = target.member("index").as_u64().expect("is a number") as usize;
        assert_eq!(target.text("id"), taxa[index]);
        assert_eq!(*target.member("toolComponent"), serde_json::json!({"name": "CVE", "index": 0}));
        target.end();
        relationship.end();
    }
    let mut properties = Object::new(rule.member("properties"));
    properties.text("severity");
    properties.text("posted");
    properties.end();
    rule.end();
    id
}

/// The taxonomy: the ids of its taxa.
fn check_taxonomies(value: Option<&Value>) -> Vec<&str> {
    let Some(value) = value else { return Vec::new() };
    let [taxonomy] = value.as_array().expect("is an array").as_slice() else { panic!("{value}") };
    let mut taxonomy = Object::new(taxonomy);
    assert_eq!(taxonomy.text("name"), "CVE");
    assert_eq!(taxonomy.text("informationUri"), "https://www.cve.org/");
    taxonomy.member("shortDescription");
    let taxa = taxonomy.list("taxa").iter().map(|taxon| Object::new(taxon).text("id"));
    let taxa: Vec<_> = taxa.collect();
    taxonomy.end();
    assert!(taxa.is_sorted_by(|a, b| a < b));
    taxa
}

/// What a result says.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    client: String,
    update: String,
    verdict: String,
    reason: String,
    level: String,
    suppressed: bool,
}

fn check_result(value: &Value, rules: &[String]) -> (Found, String) {
    let mut result = Object::new(value);
    let update = result.text("ruleId").to_owned();
    let index = result.member("ruleIndex").as_u64().expect("is a number") as usize;
    assert_eq!(rules[index], update);
    let (kind, level) = (result.text("kind"), result.text("level").to_owned());
    check_message(result.member("message"));
    let client = check_locations(result.member("locations"));
    let mut prints = Object::new(result.member("partialFingerprints"));
    let print = prints.text("clientAndUpdate/v1").to_owned();
    prints.end();
    let suppressed = result.maybe("suppressions");
    if let Some(suppressions) = suppressed {
        let [suppression] = suppressions.as_array().expect("is an array").as_slice() else {
            panic!("{value}")
        };
        let mut suppression = Object::new(suppression);
        assert_eq!(suppression.text("kind"), "external");
        suppression.text("justification");
        suppression.end();
    }
    let mut properties = Object::new(result.member("properties"));
    let (verdict, reason) = (properties.text("verdict").to_owned(), properties.text("reason").to_owned());
    properties.list("flags");
    properties.end();
    result.end();
    // What is of another kind than `fail` has no level.
    match verdict.as_str() {
        "Missing" => assert!(kind == "fail" && level != "none"),
        "Unknown" => assert!(kind == "open" && level == "none"),
        verdict => panic!("{verdict} is no result"),
    }
    (Found { client, update, verdict, reason, level, suppressed: suppressed.is_some() }, print)
}

/// What a run says: its results, the clients of its notifications, and how much is hidden.
type Said = (Vec<Found>, Vec<String>, Value);

/// Checks a whole log of one matrix.
fn check(log: &[u8]) -> Said {
    let mut runs = check_runs(log);
    assert_eq!(runs.len(), 1, "a matrix has one run");
    let (category, run) = runs.remove(0);
    assert_eq!(category, None);
    run
}

/// Checks a whole log; gives its runs, each with its category.
fn check_runs(log: &[u8]) -> Vec<(Option<String>, Said)> {
    let log: Value = serde_json::from_slice(log).expect("is JSON");
    let mut log = Object::new(&log);
    assert_eq!(log.text("version"), "2.1.0");
    assert!(log.text("$schema").ends_with("/sarif-schema-2.1.0.json"));
    let runs = log.list("runs").iter().map(check_run).collect();
    log.end();
    runs
}

fn check_run(run: &Value) -> (Option<String>, Said) {
    let mut run = Object::new(run);
    let category = run.maybe("automationDetails").map(|details| {
        let mut details = Object::new(details);
        let id = details.text("id").to_owned();
        details.end();
        id
    });
    let taxa = check_taxonomies(run.maybe("taxonomies"));
    let mut tool = Object::new(run.member("tool"));
    let mut driver = Object::new(tool.member("driver"));
    tool.end();
    assert_eq!(driver.text("name"), "patchstate");
    assert_eq!(driver.text("semanticVersion").split('.').count(), 3);
    assert_eq!(driver.maybe("supportedTaxonomies").is_some(), !taxa.is_empty());
    let rules: Vec<_> = driver.list("rules").iter().map(|rule| check_rule(rule, &taxa)).collect();
    driver.end();
    let [invocation] = run.list("invocations") else { panic!("a run has one invocation") };
    let mut invocation = Object::new(invocation);
    assert_eq!(*invocation.member("executionSuccessful"), true);
    let notification = |value| {
        let mut notification = Object::new(value);
        assert_eq!(notification.text("level"), "error");
        check_message(notification.member("message"));
        let client = check_locations(notification.member("locations"));
        notification.end();
        client
    };
    let unreadable = invocation.list("toolExecutionNotifications").iter().map(notification).collect();
    invocation.end();
    let results = run.list("results").iter().map(|result| check_result(result, &rules));
    let (results, prints): (Vec<_>, Vec<_>) = results.unzip();
    assert_eq!(prints.iter().collect::<BTreeSet<_>>().len(), prints.len(), "a fingerprint is there twice");
    let used: BTreeSet<_> = results.iter().map(|result| &result.update).collect();
    assert!(used == rules.iter().collect(), "a rule without results");
    let mut properties = Object::new(run.member("properties"));
    let hidden = properties.member("hidden").clone();
    properties.end();
    run.end();
    (category, (results, unreadable, hidden))
}

#[test]
fn every_cell_that_is_missing_or_unknown_is_a_result() {
    for seed in 0..20 {
        let bytes = Bytes::copy(&random(seed, 15, 25));
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        for hidden in [Hidden::LeftOut, Hidden::Listed] {
            let (results, ..) = check(&export(&matrix, hidden));
            let mut expect = Vec::new();
            for (at, client) in matrix.clients.iter().enumerate() {
                for (update, cell) in matrix.updates.iter().zip(matrix.row(at)) {
                    let flags = cell.flags | update.flags;
                    let listed = hidden == Hidden::Listed || !flags.is_hidden();
                    if listed && matches!(cell.verdict, Verdict::Missing | Verdict::Unknown) {
                        let level = if cell.verdict == Verdict::Missing { "warning" } else { "none" };
                        expect.push(Found {
                            client: client.id.clone(),
                            update: update.id.clone(),
                            verdict: cell.verdict.name().to_owned(),
                            reason: cell.reason.name().to_owned(),
                            level: level.to_owned(),
                            suppressed: flags.contains(Flags::IGNORED),
                        });
                    }
                }
            }
            assert_eq!(results, expect);
        }
    }
}

#[test]
fn the_sample_says_what_is_hidden_and_who_could_not_be_read() {
    let bytes = Bytes::copy(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let (results, unreadable, hidden) = check(&export(&matrix, Hidden::LeftOut));
    assert_eq!(unreadable, ["BAD-001"]);
    assert_eq!(hidden, serde_json::json!({"superseded": 1, "expired": 2}));
    assert_eq!(results.iter().filter(|result| result.verdict == "Missing").count(), 2);
    let (results, _, hidden) = check(&export(&matrix, Hidden::Listed));
    assert_eq!(hidden, serde_json::json!({}));
    assert_eq!(results.iter().filter(|result| result.verdict == "Missing").count(), 4);
}

/// A matrix with one client, of which one update for each urgency is Missing.
fn urgencies() -> Vec<u8> {
    let urgency = |(at, urgency)| patchstate::matrix::tables::Update {
        urgency,
        cves: ["CVE-2026-0002", "CVE-2026-0001", "CVE-2026-0002"].map(str::to_owned).to_vec(),
        information: if at == 0 { "javascript:alert(1)" } else { "https://example.com/a" }.to_owned(),
        ..update(&format!("one:{at}"), "", "{0} [a](b)")
    };
    let all = [None].into_iter().chain(Urgency::ALL.map(Some));
    let updates: Vec<_> = all.enumerate().map(urgency).collect();
    let row = pack(&updates, &vec![Cell::new(Verdict::Missing, Reason::FileOlder); updates.len()]);
    let client = Client { id: "[a](http://example.com) {0} \\".to_owned(), ..Client::default() };
    let run = Run { sources: vec![Source::default()], ..Run::default() };
    let mut out = std::io::Cursor::new(Vec::new());
    matrix::write(&run, updates.into_iter(), &[(client, row)], &mut out).expect("writes to memory");
    out.into_inner()
}

#[test]
fn levels_follow_the_urgency_and_rules_name_vulnerabilities() {
    let bytes = Bytes::copy(&urgencies());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let log = export(&matrix, Hidden::LeftOut);
    let (results, ..) = check(&log);
    let levels: Vec<_> = results.iter().map(|result| result.level.as_str()).collect();
    assert_eq!(levels, ["warning", "note", "warning", "error", "error"]);
    let log: Value = serde_json::from_slice(&log).expect("is JSON");
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    assert_eq!(rules[0].get("helpUri"), None);
    assert_eq!(rules[1]["helpUri"], "https://example.com/a");
    assert_eq!(rules[0]["relationships"].as_array().map(Vec::len), Some(2));
}

/// A log of two feeds of a site.
fn of_two_feeds() -> Vec<u8> {
    let (mut log, mut out) = (Log::default(), Vec::new());
    for (feed, bytes) in [("security", sample()), ("linux", urgencies())] {
        let bytes = Bytes::copy(&bytes);
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        let site = SiteFacts { feed: feed.to_owned(), ..SiteFacts::default() };
        log.run(&matrix, &Options { site, ..Options::default() }, &mut out).expect("writes to memory");
    }
    log.end(&mut out).expect("writes to memory");
    out
}

#[test]
fn each_feed_is_a_run_with_its_own_rules() {
    let runs = check_runs(&of_two_feeds());
    let categories: Vec<_> = runs.iter().map(|(category, _)| category.as_deref()).collect();
    assert_eq!(categories, [Some("security/"), Some("linux/")]);
    for ((_, said), bytes) in runs.iter().zip([sample(), urgencies()]) {
        let bytes = Bytes::copy(&bytes);
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        assert!(*said == check(&export(&matrix, Hidden::LeftOut)), "as in a log of its own");
    }
}

#[test]
fn the_schema_of_the_standard_takes_the_logs() {
    let Some(schema) = python::file("sarif-2.1.0.json") else { return };
    let of_one = [sample(), urgencies(), random(3, 10, 30), random(3, 0, 0)].map(|bytes| {
        let bytes = Bytes::copy(&bytes);
        export(&Matrix::open(bytes.as_ref()).expect("opens"), Hidden::Listed)
    });
    for log in of_one.into_iter().chain([of_two_feeds()]) {
        let Some(mut command) = python::script("sarif.py", &["jsonschema"]) else { return };
        command.arg(&schema).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("runs");
        child.stdin.take().expect("is piped").write_all(&log).expect("is read");
        let output = child.wait_with_output().expect("ends");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
    }
}
