//! Cases of others about what replaces what, what is for which system, and what is pending: each set of the
//! folder as security bulletins, with the cells of some clients.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use conformance::bulletins::{Client, bulletin, cells, compiled, fix};
use patchstate::catalog::cvrf::Tables;
use patchstate::compile::Compiled;
use patchstate::model::fact::{HotfixState, Kind};
use patchstate::model::options::Options;
use serde_json::Value;

/// What a set says: the products and builds of articles and products, and what replaces what.
#[derive(Default)]
struct Set {
    /// By article: the products that it is for.
    articles: BTreeMap<String, BTreeSet<String>>,
    /// By product: the build from which on it is fixed.
    builds: BTreeMap<String, String>,
    /// What is replaced, and by what.
    edges: BTreeSet<(String, String)>,
}

impl Set {
    /// Reads every document of a set.
    fn read(folder: &Path) -> Set {
        let mut set = Set::default();
        set.folder(folder);
        set
    }

    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.folder(&path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                self.value(&serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap(), None);
            }
        }
    }

    /// Takes what an object and those in it say; `kb` is the article that they are about.
    fn value(&mut self, value: &Value, kb: Option<&str>) {
        let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item, kb)),
            Value::Object(object) => {
                let own = text(value, "kb_id");
                let kb = own.as_deref().or(kb);
                if let (Some(kb), Some(product)) = (kb, text(value, "product")) {
                    self.articles.entry(kb.to_owned()).or_default().insert(product);
                }
                // Only documents of articles have lists of names; those of the update service name families.
                let names = value["products"].as_array().filter(|_| own.is_some()).into_iter().flatten();
                for name in names {
                    let products = self.articles.entry(kb.unwrap().to_owned()).or_default();
                    products.insert(name.as_str().unwrap().to_owned());
                }
                let fixed = &value["affected"]["fixed"][0];
                if let (Some(build), Some(name)) = (fixed.as_str(), text(&value["package"]["binary"], "name"))
                {
                    self.builds.insert(name, build.to_owned());
                }
                for (key, old) in [("superseded_by", true), ("supersedes", false)] {
                    for other in value[key].as_array().into_iter().flatten() {
                        let pair = [kb.unwrap(), other["kb_id"].as_str().unwrap()].map(str::to_owned);
                        let [a, b] = pair;
                        self.edges.insert(if old { (a, b) } else { (b, a) });
                    }
                }
                let others = |key: &str| !["superseded_by", "supersedes"].contains(&key);
                object.iter().filter(|(key, _)| others(key)).for_each(|(_, value)| self.value(value, kb));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The set as a document; an article of which only replacing is known stands at the products of `home`.
    fn document(&self, home: &str) -> String {
        let mut articles = self.articles.clone();
        for kb in self.edges.iter().flat_map(|(old, new)| [old, new]) {
            articles.entry(kb.clone()).or_insert_with(|| BTreeSet::from([home.to_owned()]));
        }
        let products: BTreeSet<&str> =
            articles.values().flatten().chain(self.builds.keys()).map(String::as_str).collect();
        let products: Vec<&str> = products.into_iter().collect();
        let number = |name: &String| products.binary_search(&name.as_str()).unwrap();
        let mut fixes = String::new();
        for (kb, names) in &articles {
            let old = self.edges.iter().filter(|(_, new)| new == kb).map(|(old, _)| old.as_str());
            let old = old.collect::<Vec<_>>().join(";");
            for name in names {
                let build = self.builds.get(name).map_or("", String::as_str);
                fixes += &fix(kb, &old, build, &[number(name)]);
            }
        }
        let is_alone = |name: &&String| !articles.values().any(|names| names.contains(*name));
        for name in self.builds.keys().filter(is_alone) {
            fixes += &fix("Release Notes", "", &self.builds[name], &[number(name)]);
        }
        bulletin(&products, &fixes)
    }
}

/// A set as an index, with one more edge where one is given; `None` where the folder is not there.
fn index(name: &str, edge: Option<(&str, &str)>) -> Option<Compiled> {
    let folder = conformance::corpora("cvrf/vuls2-testdata/fixtures")?.join(name);
    let mut set = Set::read(&folder);
    set.edges.extend(edge.map(|(old, new)| (old.to_owned(), new.to_owned())));
    let document = set.document("Windows 10 Version 2004 for x64-based Systems");
    let folder = tempfile::tempdir().unwrap();
    Some(compiled(folder.path(), &document, Tables::default()))
}

/// A client of Windows 10 of this build, whose list of hotfixes is complete.
fn ten(build: u32, ubr: u32) -> Client {
    let mut client = Client::server(build, ubr).knows_all(Kind::Hotfix);
    client.os.product_type = Some("workstation".into());
    client
}

fn check(compiled: &Compiled, client: &Client, expect: &[(&str, &str)]) {
    let cells = cells(compiled, &Options::default(), client);
    for (update, cell) in expect {
        assert_eq!(cells.get(*update).map(String::as_str), Some(*cell), "{update} of {cells:?}");
    }
}

const REPLACED: &str = "Installed replaced-by-installed";
const LISTED: &str = "Installed hotfix-listed";
const MISSING: &str = "Missing rule-false";
const SUPERSEDED: &str = "Missing rule-false superseded";

#[test]
fn what_replaces_is_followed_whichever_end_states_it() {
    let Some(index) = index("microsoft-supersedes", None) else { return };
    let ten = || ten(19041, 1);
    check(&index, &ten(), &[("kb/7000001", SUPERSEDED), ("kb/7000003", SUPERSEDED), ("kb/7000004", MISSING)]);
    for by in ["KB7000002", "KB7000003", "KB7000004"] {
        check(&index, &ten().has(by), &[("kb/7000001", REPLACED)]);
    }
    check(&index, &ten().has("KB7000002"), &[("kb/7000002", LISTED), ("kb/7000003", SUPERSEDED)]);
    check(&index, &ten().has("KB7000001"), &[("kb/7000001", LISTED), ("kb/7000002", SUPERSEDED)]);
}

#[test]
fn what_is_pending_is_no_evidence_even_where_it_is_applied_too() {
    let Some(index) = index("microsoft-supersedes", None) else { return };
    let pending = |kb| ten(19041, 1).lists(kb, HotfixState::Pending);
    let restart = "Missing rule-false superseded;reboot-pending";
    check(&index, &pending("KB7000001"), &[("kb/7000001", restart)]);
    check(&index, &pending("KB7000001").has("KB7000001"), &[("kb/7000001", restart)]);
    check(
        &index,
        &pending("KB7000004").has("KB7000004"),
        &[("kb/7000004", "Missing rule-false reboot-pending")],
    );
    // What would replace an article does not while it is pending; the next one does.
    check(&index, &pending("KB7000002").has("KB7000003"), &[("kb/7000001", REPLACED)]);
    let failed = ten(19041, 1).lists("KB7000002", HotfixState::Failed);
    check(&index, &failed, &[("kb/7000001", SUPERSEDED), ("kb/7000002", SUPERSEDED)]);
}

#[test]
fn circles_end() {
    let Some(index) = index("microsoft-supersedes", Some(("7000004", "7000001"))) else { return };
    for by in ["KB7000001", "KB7000002", "KB7000003", "KB7000004"] {
        let cells = cells(&index, &Options::default(), &ten(19041, 1).has(by));
        let own = format!("kb/{}", &by[2..]);
        assert!(
            cells.iter().all(|(update, cell)| cell == if *update == own { LISTED } else { REPLACED }),
            "{cells:?}"
        );
        assert_eq!(cells.len(), 4);
    }
    let cells = cells(&index, &Options::default(), &ten(19041, 1));
    assert!(cells.values().all(|cell| cell == SUPERSEDED), "{cells:?}");
}

#[test]
fn chains_of_several_sources_are_one() {
    let Some(index) = index("microsoft-supersession", None) else { return };
    let client = || ten(19041, 1);
    // That of the monthly documents, which ends in an article that only its list names.
    for by in ["KB5001330", "KB5003173", "KB5003637"] {
        check(&index, &client().has(by), &[("kb/5000802", REPLACED)]);
    }
    check(&index, &client().has("KB5001330"), &[("kb/5003173", SUPERSEDED), ("kb/5001330", LISTED)]);
    // That of the older bulletins, on its own system.
    let old = || ten(10240, 1);
    check(&index, &old().has("KB4013429"), &[("kb/4012606", REPLACED)]);
    check(&index, &old(), &[("kb/4012606", SUPERSEDED), ("kb/4013429", MISSING), ("kb/5000802", OTHER)]);
    // That of the update service.
    check(&index, &client().has("KB5005003"), &[("kb/5005001", REPLACED), ("kb/5005002", REPLACED)]);
}

#[test]
fn chains_of_the_update_service_are_followed() {
    let Some(index) = index("microsoft-update-supersedes", None) else { return };
    check(&index, &ten(19041, 1).has("KB8000003"), &[("kb/8000001", REPLACED), ("kb/8000002", REPLACED)]);
    check(&index, &ten(19041, 1), &[("kb/8000001", SUPERSEDED), ("kb/8000003", MISSING)]);
}

const OTHER: &str = "NotApplicable platform-differs";
const UNSUPPORTED: &str = "Unknown unsupported-rule";

#[test]
fn an_article_of_several_products_is_for_each_of_them_and_no_other() {
    let Some(index) = index("microsoft-cross-product", None) else { return };
    let client = ten(19044, 1);
    check(&index, &client, &[("kb/9000001", MISSING), ("kb/9000002", MISSING), ("kb/9000003", UNSUPPORTED)]);
    let mut arm = client.clone();
    arm.os.arch = Some("arm64".into());
    check(&index, &arm, &[("kb/9000001", OTHER), ("kb/9000002", MISSING)]);
    let server = Client::server(9600, 1).knows_all(Kind::Hotfix);
    check(&index, &server, &[("kb/9000001", MISSING), ("kb/9000002", OTHER), ("kb/9000003", UNSUPPORTED)]);
    check(&index, &ten(19045, 1), &[("kb/9000001", OTHER), ("kb/9000002", OTHER)]);
    check(&index, &server.has("KB9000002"), &[("kb/9000002", "Installed hotfix-listed product-conflict")]);
}

#[test]
fn an_application_that_no_table_names_is_not_decided_but_by_its_own_article() {
    let Some(index) = index("microsoft-bare-app-kb", None) else { return };
    check(&index, &ten(19044, 1), &[("kb/8800001", UNSUPPORTED)]);
    check(&index, &ten(19044, 1).has("KB8800001"), &[("kb/8800001", LISTED)]);
}

#[test]
fn builds_of_systems_and_of_applications_decide() {
    let Some(system) = index("microsoft-windows-version", None) else { return };
    let update = "kb/5009543";
    check(&system, &ten(19044, 1466), &[(update, "Installed build-current")]);
    check(&system, &ten(19044, 1415), &[(update, "Missing build-older")]);
    check(&system, &ten(19044, 1415).has("KB5009543"), &[(update, "Installed hotfix-listed build-conflict")]);
    check(&system, &ten(19043, 1415), &[(update, OTHER)]);
    let Some(browser) = index("microsoft-edge", None) else { return };
    let update = "build/microsoft edge (chromium-based)/97.0.1072.55";
    let with = |version| ten(19044, 1).product("Microsoft Edge", version);
    check(&browser, &with("97.0.1072.55"), &[(update, "Installed build-current")]);
    check(&browser, &with("97.0.1072.54"), &[(update, "Missing build-older")]);
    check(&browser, &ten(19044, 1).knows_all(Kind::Product), &[(update, "NotApplicable product-absent")]);
}
