//! What is listed: rows of which view, of which updates, in which form.

use crate::model::update::{Reference, Update};

/// Which rows are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Those that are needed.
    #[default]
    Available,
    /// Those of which something is installed that is not older.
    Installed,
    /// Both; those of the second kind are marked.
    All,
}

impl View {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            View::Available => "available",
            View::Installed => "installed",
            View::All => "all",
        }
    }
}

/// How much is printed of each update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A line per package.
    #[default]
    List,
    /// How many updates of each type there are.
    Summary,
    /// Everything that the catalog says.
    Info,
}

/// What the lines of a list are named after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// The update.
    #[default]
    Update,
    /// Each of its vulnerabilities.
    Vulnerability,
    /// Each of its bugs.
    Bug,
    /// Each of both.
    Both,
}

/// What is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Which rows.
    pub view: View,
    /// In which form.
    pub form: Form,
    /// What lines are named after.
    pub naming: Naming,
    /// Updates of these types: `security`, `bugfix`, `enhancement`, `newpackage`.
    pub kinds: Vec<String>,
    /// Updates that refer to these vulnerabilities.
    pub cves: Vec<String>,
    /// Updates that refer to these bugs.
    pub bugs: Vec<String>,
    /// Updates with these ids.
    pub ids: Vec<String>,
}

fn is_cve(reference: &Reference) -> bool {
    reference.kind.eq_ignore_ascii_case("cve")
}

fn is_bug(reference: &Reference) -> bool {
    reference.kind.eq_ignore_ascii_case("bugzilla")
}

impl Query {
    /// Whether an update is listed: one that any filter names, and every one where there is no filter.
    pub(super) fn names(&self, update: &Update) -> bool {
        if [&self.kinds, &self.cves, &self.bugs, &self.ids].iter().all(|filter| filter.is_empty()) {
            return true;
        }
        let refers = |wanted: &[String], kind: fn(&Reference) -> bool| {
            let named = |one: &Reference| kind(one) && wanted.contains(&one.id);
            update.references.iter().any(named)
        };
        self.kinds.contains(&update.kind)
            || self.ids.iter().any(|id| *id == update.bulletin || *id == update.id.as_str())
            || refers(&self.cves, is_cve)
            || refers(&self.bugs, is_bug)
    }

    /// What the lines of an update are named after; `id` gives its own id.
    pub(super) fn ids_of(&self, update: &Update, id: impl FnOnce() -> String) -> Vec<String> {
        let referred = |kind: &dyn Fn(&Reference) -> bool| {
            update.references.iter().filter(|one| kind(one)).map(|one| one.id.clone()).collect()
        };
        match self.naming {
            Naming::Update => vec![id()],
            Naming::Vulnerability => referred(&is_cve),
            Naming::Bug => referred(&is_bug),
            Naming::Both => referred(&|one| is_cve(one) || is_bug(one)),
        }
    }

    /// The bugs that an update refers to, each with its title, and its vulnerabilities; both sorted.
    pub(super) fn references(update: &Update) -> [Vec<String>; 2] {
        let bugs = update.references.iter().filter(|one| is_bug(one));
        let mut bugs: Vec<_> = bugs.map(|one| format!("{} - {}", one.id, one.title)).collect();
        let mut cves: Vec<_> =
            update.references.iter().filter(|one| is_cve(one)).map(|one| one.id.clone()).collect();
        bugs.sort_unstable();
        cves.sort_unstable();
        [bugs, cves]
    }
}
