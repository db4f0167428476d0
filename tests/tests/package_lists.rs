//! Package lists: the forms of lines, comments, clients, modules, and what ends completeness.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use conformance::corpora;
use patchstate::diagnostic::Code;
use patchstate::inventory::{self, Excerpt, Found, Look, Settings};
use patchstate::model::fact::*;
use patchstate::model::inventory::{Inventory, Marks};

fn read(format: &str, text: &str) -> Vec<Inventory> {
    let format = inventory::find(format).expect("a format of the table");
    let Found::Units(units) = format.units(text, Look::All).unwrap() else { panic!("all was there") };
    let one = |unit: &inventory::Unit| {
        let excerpt = match &unit.place {
            None => Excerpt::from(text),
            Some(place) => {
                let (head, text) = (&text[place.head.clone()], &text[place.body.clone()]);
                Excerpt { head, text, start: place.start, written: None }
            }
        };
        let mut inventory = Inventory::default();
        let facts = format.read(excerpt, &Settings::default(), &mut inventory).unwrap();
        assert_eq!(facts as usize, inventory.facts.len());
        inventory
    };
    units.iter().map(one).collect()
}

fn read_one(format: &str, text: &str) -> Inventory {
    let mut all = read(format, text);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn kinds(inventory: &Inventory) -> Vec<&'static str> {
    inventory.header.complete.iter().map(Kind::name).collect()
}

fn packages(inventory: &Inventory) -> Vec<&Package<'static>> {
    let mut packages = Vec::new();
    for stated in &inventory.facts {
        if let Fact::Package(package) = &stated.fact {
            packages.push(package);
        }
    }
    packages
}

/// The name of the format that recognises a text, or the code of the error.
fn recognised(text: &str) -> &'static str {
    inventory::recognise(text).map_or_else(|error| error.code().name(), |format| format.name)
}

#[test]
fn lists_are_recognised_by_their_lines() {
    let check = |text: &str, expect: &str| assert_eq!(recognised(text), expect, "{text:?}");
    check("bash 0:5.2.26-3.fc40 x86_64\n", "rpm");
    check("bash 5.2.26-3.fc40 x86_64", "rpm");
    check("bash-5.2.26-3.fc40.x86_64\nzlib-1.3-1.fc40.noarch\n", "rpm");
    check("a\t0\t1\t2\tnoarch\ta-1-2.src.rpm\t(none)\n", "rpm");
    check("warning: lock\nbash-5.2.26-3.fc40.x86_64\n", "rpm");
    check("# client: a\n\n@ b\n", "rpm");
    check("bash\t5.2-1\tamd64\tii \n", "dpkg");
    check("bash\t5.2-1\n", "dpkg");
    check("# a comment\nbash 5.2-1\n", "dpkg");
    // The last line may be cut off by what is looked at.
    check("bash\t5.2-1\tamd64\tii \nzli", "dpkg");
    check("", "inventory-unknown-format");
    check("# a comment\n", "inventory-unknown-format");
    check("Dear all,\nplease find below the list of machines\n", "inventory-unknown-format");
    check("{\"a\": 1}\n", "inventory-unknown-format");
    let error = inventory::recognise("\u{1b}[31mred\n").unwrap_err().to_string();
    assert!(error.contains(r"`\u{1b}[31mred\n`"), "{error}");
}

#[test]
fn the_generated_host_is_read_whole() {
    let Some(path) = corpora("updateinfo/host1/host1.inv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(recognised(&text), "rpm");
    let inventory = read_one("rpm", &text);
    assert_eq!((inventory.facts.len(), kinds(&inventory)), (1000, vec!["package"]));
    assert!(inventory.diagnostics.is_empty() && inventory.marks == Marks::NONE);
    assert!(packages(&inventory).iter().all(|package| package.epoch.is_some() && package.arch.is_some()));
    // Each fact stands where its line begins.
    for stated in &inventory.facts {
        let Fact::Package(package) = &stated.fact else { panic!() };
        assert!(text[usize::try_from(stated.position.offset).unwrap()..].starts_with(&*package.name));
    }
}

#[test]
fn dumps_of_agents_are_read_when_asked_for() {
    let check = |format: &str, facts: usize, others: u64| {
        let name = format.strip_prefix("agent-").unwrap();
        let path = corpora(&format!("inventory/agent-resources/resources/linux/packaging/{name}"));
        let Some(path) = path else { return };
        let text = std::fs::read_to_string(path).unwrap();
        let inventory = read_one(format, &text);
        assert_eq!(inventory.facts.len(), facts);
        assert_eq!(inventory.diagnostics.of(Code::EntryWithoutFact), others);
        assert_eq!(inventory.diagnostics.of(Code::PackageLine), 0, "{:?}", inventory.diagnostics);
        assert!(kinds(&inventory).is_empty());
        assert_eq!(packages(&inventory).len(), facts);
    };
    check("agent-rpm", 10, 0);
    check("agent-dpkg", 16, 1);
    let one = read_one("agent-rpm", "gjs\tx86_64\t1.32.0-1.mga2\t1332868101\t1\tMageia.Org\tGjs\tx\n");
    assert_eq!(one.marks, Marks::EPOCH_UNKNOWN);
}

#[test]
fn comments_at_the_head_say_more() {
    let text = "# client: web-01\n# collected: 2026-03-02T08:15:00\n# kernel: 6.8.5-301.fc40.x86_64\n\
                # os-name: Fedora Linux\n# os-version: 40\n# arch: x86_64\n# colour: red\n\
                bash 0:5.2.26-3.fc40 x86_64\r\n\r\nmodule none\r\n# client: too late\r\n";
    let inventory = read_one("rpm", text);
    assert_eq!(inventory.client(), "web-01");
    assert_eq!(inventory.header.collected.as_deref(), Some("2026-03-02T08:15:00"));
    assert_eq!((inventory.marks, kinds(&inventory)), (Marks::TIME_LOCAL, vec!["package", "module"]));
    let [os, kernel, package] = &inventory.facts[..] else { panic!("{:?}", inventory.facts) };
    let Fact::Os(os) = &os.fact else { panic!() };
    let text = |text: &Option<Text<'_>>| text.as_deref().unwrap_or("").to_owned();
    assert_eq!(
        [&*os.family, &text(&os.name), &text(&os.version), &text(&os.arch)],
        ["linux", "Fedora Linux", "40", "x86_64"]
    );
    let Fact::Kernel(kernel) = &kernel.fact else { panic!() };
    assert_eq!(kernel.running, "6.8.5-301.fc40.x86_64");
    assert_eq!(package.fact.element(), "pkg");
    assert!(inventory.diagnostics.is_empty());
}

#[test]
fn several_clients_in_one_list() {
    let text = "# os-version: 12\n\n@ a\n# kernel: 1\nx\t1-1\tamd64\tii \n@ b\ny\t1-1\tamd64\tii \nmodule none\n@ c\n";
    let all = read("dpkg", text);
    let shown: Vec<_> = all.iter().map(|one| (one.client(), one.facts.len(), kinds(one).len())).collect();
    assert_eq!(shown, [("a", 3, 1), ("b", 2, 2), ("c", 1, 0)]);

    // Packages before the first `@` are of a client of their own.
    let all = read("dpkg", "# client: a\n# kernel: 1\nx\t1-1\n@ b\ny\t1-1\n");
    let shown: Vec<_> = all.iter().map(|one| (one.client(), one.facts.len())).collect();
    assert_eq!(shown, [("a", 2), ("b", 1)]);
    let all = read("dpkg", "x\t1-1\n@ b\ny\t1-1\n");
    assert_eq!(all.iter().map(Inventory::client).collect::<Vec<_>>(), ["", "b"]);
}

#[test]
fn modules_are_complete_only_where_they_are_listed() {
    let check = |lines: &str, modules: usize, expect: &[&str]| {
        let inventory = read_one("rpm", &format!("a 0:1-1 noarch\n{lines}"));
        let facts = inventory.facts.iter().filter(|stated| stated.fact.element() == "module").count();
        assert_eq!((facts, kinds(&inventory).as_slice()), (modules, expect), "{lines}");
    };
    check("", 0, &["package"]);
    check("module none\n", 0, &["package", "module"]);
    check("module nodejs:8 enabled\nmodule perl:5.26:20180801:abc default\n", 2, &["package", "module"]);
    check("module nodejs:8 on\n", 0, &[]);
    check("module nodejs:8 enabled\nmodule nodejs enabled\n", 1, &[]);
    check("module 0:1-1 noarch\n", 0, &["package"]);
}

#[test]
fn a_bad_line_ends_completeness() {
    let inventory = read_one("rpm", "a 0:1-1 noarch\n\nnot a package\nb 0:1-1 noarch\nmodule none\n");
    assert_eq!((inventory.facts.len(), kinds(&inventory).len()), (2, 0));
    let [finding] = inventory.diagnostics.kept() else { panic!() };
    assert_eq!(
        (finding.code, finding.position.line, finding.message.as_str()),
        (Code::PackageLine, 3, "not a package")
    );

    let inventory = read_one("dpkg", "a\t1-1\tamd64\tii \nb\t1-1\tamd64\trc \nc\t\tamd64\tun \n");
    assert_eq!((inventory.facts.len(), kinds(&inventory)), (1, vec!["package"]));
    assert_eq!(inventory.diagnostics.of(Code::EntryWithoutFact), 2);
}

#[test]
fn keys_and_packages_without_architecture_are_kept() {
    let text = "gpg-pubkey 0:fd431d51-4ae0493b (none)\nkernel 0:6.8-1 x86_64\nkernel 0:6.9-1 x86_64\n";
    let inventory = read_one("rpm", text);
    assert_eq!((inventory.facts.len(), kinds(&inventory)), (3, vec!["package"]));
    assert_eq!(packages(&inventory)[0].arch.as_deref(), Some("(none)"));
}
