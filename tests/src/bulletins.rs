//! Security bulletins for tests: documents of a few fixes, what they compile to, and clients to evaluate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use patchstate::catalog::cvrf::Tables;
use patchstate::catalog::{self, Settings};
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Position;
use patchstate::eval::plan::Plan;
use patchstate::model::fact::{Fact, Hotfix, HotfixState, Kind, Os, Product};
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::options::Options;
use patchstate::model::update::Catalog;
use patchstate::model::verdict::Cell;

use crate::run;

/// A document of bulletins with these products and remediations of one vulnerability.
pub fn bulletin(products: &[&str], fixes: &str) -> String {
    bulletins(products, &[("CVE-2024-90001", fixes.to_owned())])
}

/// A document of bulletins with these products, and vulnerabilities with the remediations of each.
pub fn bulletins(products: &[&str], vulnerabilities: &[(&str, String)]) -> String {
    let named = |(number, name): (usize, &&str)| {
        format!("<p:FullProductName ProductID='{number}'>{name}</p:FullProductName>")
    };
    let products: String = products.iter().enumerate().map(named).collect();
    let vulnerability = |(id, fixes): &(&str, String)| {
        format!("<Vulnerability><CVE>{id}</CVE><Remediations>{fixes}</Remediations></Vulnerability>")
    };
    let vulnerabilities: String = vulnerabilities.iter().map(vulnerability).collect();
    format!(
        "<c:cvrfdoc xmlns:c='http://www.icasi.org/CVRF/schema/cvrf/1.1' \
         xmlns:p='http://www.icasi.org/CVRF/schema/prod/1.1' \
         xmlns='http://www.icasi.org/CVRF/schema/vuln/1.1'><p:ProductTree>{products}</p:ProductTree>\
         {vulnerabilities}</c:cvrfdoc>"
    )
}

/// A fix: what it is, what it replaces, its build, and its products by number.
pub fn fix(kb: &str, replaces: &str, build: &str, products: &[usize]) -> String {
    let products: String = products.iter().map(|id| format!("<ProductID>{id}</ProductID>")).collect();
    format!(
        "<Remediation Type='Vendor Fix'><Description>{kb}</Description><Supercedence>{replaces}\
         </Supercedence>{products}<FixedBuild>{build}</FixedBuild></Remediation>"
    )
}

/// Writes a file into a folder.
pub fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("is as it should be");
    path
}

/// Compiles one text with these tables, by way of a file in a folder.
pub fn compiled(folder: &Path, text: &str, bulletins: Tables) -> Compiled {
    let path = write(folder, "month", text);
    compile(read(&path, bulletins), Vec::new()).expect("is as it should be")
}

/// Reads a catalog with these tables.
pub fn read(path: &Path, bulletins: Tables) -> Vec<Catalog> {
    let format = catalog::recognise(path).expect("is as it should be");
    let settings = Settings { bulletins, ..Settings::default() };
    let mut catalogs = Vec::new();
    catalog::read(format, &[path], &settings, &mut |_, catalog| {
        catalogs.push(catalog.expect("is as it should be"))
    });
    catalogs
}

/// A client: its system, what it lists, and which kinds are complete.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its system.
    pub os: Os<'static>,
    facts: Vec<Fact<'static>>,
    complete: Vec<Kind>,
}

impl Client {
    /// A server of this build, not Server Core, of which nothing is complete.
    pub fn server(build: u32, ubr: impl Into<Option<u32>>) -> Client {
        let os = Os {
            family: "windows".into(),
            build: Some(build),
            ubr: ubr.into(),
            arch: Some("x64".into()),
            product_type: Some("server".into()),
            installation: Some("full".into()),
            ..Os::default()
        };
        Client { os, facts: Vec::new(), complete: Vec::new() }
    }

    /// The same, which lists a hotfix in a state.
    pub fn lists(mut self, kb: &'static str, state: HotfixState) -> Client {
        self.facts.push(Hotfix { id: kb.into(), state, ..Hotfix::default() }.into());
        self
    }

    /// The same, which lists a hotfix as installed.
    pub fn has(self, kb: &'static str) -> Client {
        self.lists(kb, HotfixState::Installed)
    }

    /// The same, with a product.
    pub fn product(mut self, name: &'static str, version: &'static str) -> Client {
        let version = Some(version.into());
        self.facts.push(Product { name: name.into(), version, ..Product::default() }.into());
        self
    }

    /// The same, of which a kind is complete.
    pub fn knows_all(mut self, kind: Kind) -> Client {
        self.complete.push(kind);
        self
    }

    /// What it states.
    pub fn inventory(&self) -> Inventory {
        let mut inventory = Inventory::new("client", self.complete.iter().copied().collect());
        inventory.fact(self.os.clone().into(), Position::default());
        self.facts.iter().for_each(|fact| inventory.fact(fact.clone(), Position::default()));
        inventory
    }
}

/// The cells of a client by update, which both evaluations give: verdict, reason, flags.
pub fn cells(compiled: &Compiled, options: &Options, client: &Client) -> BTreeMap<String, String> {
    let index = run::open(&compiled.columns);
    index.verify().expect("means something");
    let plan = Plan::new(index.view().expect("opens"), options, None);
    let cells = run::compare_rows(&plan, &compiled.catalogs, options, &client.inventory());
    let named = plan.updates.iter().map(|update| {
        let entry = &compiled.catalogs.updates[*update as usize];
        entry.update.id.as_str().to_owned()
    });
    let written = |(name, cell): (String, Cell)| {
        let text = format!("{} {} {}", cell.verdict, cell.reason, cell.flags);
        (name, text.trim().to_owned())
    };
    named.zip(cells).map(written).collect()
}
