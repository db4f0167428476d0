//! Reads product tables: what a normalised name of the documents is on a client.
//!
//! A name is a system, a component, or neither; it is compared as a whole and never by a part of it. The
//! built-in table is `products.tsv`. Knows nothing of how a client states what it has. Source of truth:
//! `docs/cvrf.md`, "Product table".

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use super::build::Build;
use super::name;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::applicability::bulletin::WindowsProduct;
pub use crate::model::applicability::bulletin::{Installation, Role};
use crate::model::system::architecture;

/// The table that the program brings along.
const BUILT_IN: &str = include_str!("products.tsv");

/// The line that a table begins with.
const HEADER: &str = "cvrf-products\t1";

/// What stands for each architecture in a name.
const ARCHITECTURES: [(&str, &str); 4] = [
    ("for 32-bit systems", "x86"),
    ("for x64-based systems", "x64"),
    ("for arm64-based systems", "arm64"),
    ("for itanium-based systems", "ia64"),
];

/// What stands for each installation in a name.
const INSTALLATIONS: [(&str, Installation); 2] =
    [("", Installation::Full), (" (server core installation)", Installation::Core)];

/// A system, as a client states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// Major version, minor version and build.
    pub version: Build,
    /// What kind of system it is.
    pub role: Role,
    /// `x86`, `x64`, `arm`, `arm64`, `ia64`; `None` for any.
    pub architecture: Option<String>,
    /// `None` for any.
    pub installation: Option<Installation>,
    /// What the release table calls it, where that has it.
    pub release: Option<String>,
}

/// A component or a product that is no system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// A part of every installation.
    Always,
    /// There where an installed product has this name and a version within these bounds.
    Product {
        /// The name of the fact.
        name: String,
        /// The least version.
        from: Option<Build>,
        /// The version from which on it is another product.
        below: Option<Build>,
    },
}

/// What a name of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'t> {
    /// A system.
    System(&'t System),
    /// A component or a product, on a system or on any.
    Component(&'t Component, Option<&'t System>),
    /// In no table; what it runs on may be.
    Unmapped(Option<&'t System>),
}

impl System {
    /// The system as a leaf of a rule asks for it; without the installation where that does not matter.
    pub fn asked(&self, installation: Option<Installation>) -> WindowsProduct {
        WindowsProduct {
            build: self.version.parts().last().copied().unwrap_or_default(),
            role: self.role,
            architecture: self.architecture.as_deref().and_then(architecture),
            installation,
        }
    }
}

impl<'t> Target<'t> {
    /// The system of it.
    pub fn system(self) -> Option<&'t System> {
        match self {
            Target::System(system) => Some(system),
            Target::Component(_, system) | Target::Unmapped(system) => system,
        }
    }
}

/// A product table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Products {
    systems: BTreeMap<String, System>,
    components: BTreeMap<String, Component>,
}

impl Products {
    /// The table that the program brings along.
    ///
    /// ```
    /// use patchstate::catalog::cvrf::products::{Products, Target};
    /// let products = Products::built_in();
    /// let Target::System(system) = products.target("windows server 2016 (server core installation)") else {
    ///     panic!("is a system");
    /// };
    /// assert_eq!(system.version.to_string(), "10.0.14393");
    /// assert_eq!(products.target("windows server 2016 r2"), Target::Unmapped(None));
    /// ```
    pub fn built_in() -> Products {
        // A test sees that the table is read.
        Products::parse(BUILT_IN).unwrap_or_default()
    }

    /// Reads a table from a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or a line is malformed or says of a name what another one contradicts.
    pub fn read(path: &Path) -> Result<Products> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", error))?;
        Products::parse(&text).map_err(|error| error.in_file(path.to_string_lossy()))
    }

    /// Reads a table from its text.
    ///
    /// # Errors
    ///
    /// As [`Products::read`].
    pub fn parse(text: &str) -> Result<Products> {
        let (mut products, mut begun, mut place) = (Products::default(), false, Position::START);
        for line in text.split_inclusive('\n') {
            let here = place;
            place = place.after(line.as_bytes());
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let taken = match std::mem::replace(&mut begun, true) {
                true => products.line(line),
                false if line == HEADER => Ok(()),
                false => Err("a table that does not begin with `cvrf-products` and version 1".to_owned()),
            };
            taken.map_err(|what| Error::new(Code::BadValue, what).at(here))?;
        }
        Ok(products)
    }

    /// Takes over the lines of another table.
    ///
    /// # Errors
    ///
    /// A name means something else in it.
    pub fn extend(&mut self, other: Products) -> Result<()> {
        let wrong = |what| Error::new(Code::BadValue, what);
        for (name, system) in other.systems {
            self.system(name, system).map_err(wrong)?;
        }
        for (name, component) in other.components {
            self.component(name, component).map_err(wrong)?;
        }
        Ok(())
    }

    /// What a normalised name is.
    pub fn target(&self, name: &str) -> Target<'_> {
        if let Some(system) = self.systems.get(name) {
            return Target::System(system);
        }
        let parts = name::component(name).and_then(|(part, on)| Some((part, self.systems.get(on)?)));
        // A component may be a part of one system and not of another.
        if let Some(component) = self.components.get(name) {
            return Target::Component(component, parts.map(|(_, system)| system));
        }
        match parts {
            None => Target::Unmapped(None),
            Some((part, system)) => match self.components.get(part) {
                Some(component) => Target::Component(component, Some(system)),
                None => Target::Unmapped(Some(system)),
            },
        }
    }

    /// Whether a file is such a table, by its first line.
    pub fn is_table(path: &Path) -> bool {
        let Ok(file) = std::fs::File::open(path) else { return false };
        let lines = std::io::BufReader::new(std::io::Read::take(file, 1 << 16));
        let mut lines = std::io::BufRead::lines(lines).map_while(std::result::Result::ok);
        lines.find(|line| !line.is_empty() && !line.starts_with('#')).is_some_and(|line| line == HEADER)
    }

    /// All systems, each once, as leaves of rules ask for them.
    pub(super) fn all_systems(&self) -> Vec<WindowsProduct> {
        let mut all: Vec<_> = self.systems.values().map(|system| system.asked(system.installation)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How many names of systems and of components there are.
    pub fn len(&self) -> (usize, usize) {
        (self.systems.len(), self.components.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.systems.is_empty() && self.components.is_empty()
    }

    /// Takes a line.
    fn line(&mut self, line: &str) -> std::result::Result<(), String> {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields.as_slice() {
            ["os", name, version, types, architecture, installation, release] => {
                let system = System {
                    version: version_of(version)?,
                    role: role(types)?,
                    architecture: stated(architecture).map(str::to_owned),
                    installation: stated(installation).map(self::installation).transpose()?,
                    release: stated(release).map(str::to_owned),
                };
                self.pattern(name, &system)
            }
            ["component", name, "always"] => self.part(name, &Component::Always),
            ["component", name, "product", fact, from, below] => {
                let component = Component::Product {
                    name: (*fact).to_owned(),
                    from: stated(from).map(build).transpose()?,
                    below: stated(below).map(build).transpose()?,
                };
                self.part(name, &component)
            }
            _ => Err("a line that is neither an `os` nor a `component` with its fields".to_owned()),
        }
    }

    /// Adds every form of a pattern of a system.
    fn pattern(&mut self, pattern: &str, system: &System) -> std::result::Result<(), String> {
        forms(pattern).into_iter().try_for_each(|form| {
            let architecture = form.architecture.map(str::to_owned);
            let system = System {
                architecture: architecture.or_else(|| system.architecture.clone()),
                installation: form.installation.or(system.installation),
                ..system.clone()
            };
            self.system(form.name, system)
        })
    }

    /// Adds every form of a pattern of a component.
    fn part(&mut self, pattern: &str, component: &Component) -> std::result::Result<(), String> {
        forms(pattern).into_iter().try_for_each(|form| self.component(form.name, component.clone()))
    }

    fn system(&mut self, name: String, system: System) -> std::result::Result<(), String> {
        enter(self.systems.entry(name), system)
    }

    fn component(&mut self, name: String, component: Component) -> std::result::Result<(), String> {
        enter(self.components.entry(name), component)
    }
}

/// Fills a place that is empty or says the same.
fn enter<T: PartialEq>(entry: Entry<'_, String, T>, value: T) -> std::result::Result<(), String> {
    match entry {
        Entry::Vacant(entry) => _ = entry.insert(value),
        Entry::Occupied(entry) if *entry.get() == value => {}
        Entry::Occupied(entry) => return Err(format!("`{}` stands twice with two meanings", entry.key())),
    }
    Ok(())
}

/// A name that a pattern stands for, and what it says of a system.
struct Form {
    name: String,
    architecture: Option<&'static str>,
    installation: Option<Installation>,
}

/// Every name that a pattern stands for.
fn forms(pattern: &str) -> Vec<Form> {
    let mut forms = vec![Form { name: name::normalised(pattern), architecture: None, installation: None }];
    if pattern.contains("{arch}") {
        forms = expand(&forms, "{arch}", &ARCHITECTURES, |form, name, architecture| Form {
            name,
            architecture: Some(architecture),
            ..*form
        });
    }
    if pattern.contains("{core}") {
        forms = expand(&forms, "{core}", &INSTALLATIONS, |form, name, installation| Form {
            name,
            installation: Some(installation),
            ..*form
        });
    }
    forms
}

/// Each form with each text in the place of a mark.
fn expand<T: Copy>(
    forms: &[Form],
    mark: &str,
    values: &[(&str, T)],
    with: impl Fn(&Form, String, T) -> Form,
) -> Vec<Form> {
    let each = |form: &Form| -> Vec<Form> {
        values.iter().map(|(text, value)| with(form, form.name.replace(mark, text), *value)).collect()
    };
    forms.iter().flat_map(each).collect()
}

/// What a field says; `-` is nothing.
fn stated<'f>(field: &&'f str) -> Option<&'f str> {
    Some(*field).filter(|field| *field != "-")
}

fn build(text: &str) -> std::result::Result<Build, String> {
    Build::parse(text).ok_or_else(|| format!("`{text}` is no version"))
}

fn version_of(text: &str) -> std::result::Result<Build, String> {
    build(text).ok().filter(|version| version.parts().len() == 3).ok_or_else(|| {
        format!("`{text}` is no version of a system; write major version, minor version and build")
    })
}

fn role(text: &str) -> std::result::Result<Role, String> {
    match text {
        "client" => Ok(Role::Client),
        "server" => Ok(Role::Server),
        _ => Err(format!("`{text}` is neither `client` nor `server`")),
    }
}

fn installation(text: &str) -> std::result::Result<Installation, String> {
    match text {
        "full" => Ok(Installation::Full),
        "core" => Ok(Installation::Core),
        _ => Err(format!("`{text}` is neither `full` nor `core`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_is_read() {
        let products = Products::parse(BUILT_IN).expect("is a table");
        assert_eq!(products, Products::built_in());
        let check = |name: &str, version: &str, architecture: &str, installation: Option<Installation>| {
            let Target::System(system) = products.target(name) else { panic!("{name}") };
            assert_eq!(system.version.to_string(), version, "{name}");
            assert_eq!(system.architecture.as_deref().unwrap_or("-"), architecture, "{name}");
            assert_eq!(system.installation, installation, "{name}");
        };
        let (full, core) = (Some(Installation::Full), Some(Installation::Core));
        check("windows 10 for x64-based systems", "10.0.10240", "x64", None);
        check("windows 11 version 26h1 for arm64-based systems", "10.0.28000", "arm64", None);
        check("windows 7 for 32-bit systems service pack 1", "6.1.7601", "x86", None);
        check("windows vista x64 edition service pack 2", "6.0.6002", "x64", None);
        let longest = "windows server 2008 for itanium-based systems service pack 2";
        check(longest, "6.0.6002", "ia64", full);
        check("windows server 2012 r2 (server core installation)", "6.3.9600", "x64", core);
        check("windows server, version 20h2 (server core installation)", "10.0.19042", "-", core);
        check("windows server 2022, 23h2 edition (server core installation)", "10.0.25398", "x64", core);
        assert!(!BUILT_IN.contains('\r') && BUILT_IN.ends_with('\n'));
    }

    #[test]
    fn names_are_compared_as_a_whole() {
        let table = format!("{HEADER}\ncomponent\tPart\talways\ncomponent\tp on q\tproduct\tP\t1.0\t-\n");
        let mut products = Products::parse(&table).expect("is a table");
        products.extend(Products::built_in()).expect("nothing is contradicted");
        let on = |name: &str| match products.target(name) {
            Target::System(_) => "system",
            Target::Component(_, Some(_)) => "component on a system",
            Target::Component(_, None) => "component",
            Target::Unmapped(Some(_)) => "unmapped on a system",
            Target::Unmapped(None) => "unmapped",
        };
        assert_eq!(on("windows server 2012"), "system");
        assert_eq!(on("part on windows server 2012"), "component on a system");
        assert_eq!(on("internet explorer 11 on windows server 2012 r2"), "component on a system");
        assert_eq!(on("internet explorer 11 on windows server 2012"), "unmapped on a system");
        assert_eq!(on("internet explorer 11"), "unmapped");
        assert_eq!(on("part"), "component");
        assert_eq!(on("p on q"), "component");
        assert_eq!(on("part on part on windows server 2012"), "unmapped on a system");
        assert_eq!(on("part on windows server 2012 r3"), "unmapped");
        assert_eq!(on("windows server 2012 "), "unmapped");
    }

    #[test]
    fn malformed_lines_are_told() {
        let check = |line: &str, expect: &str| {
            let said =
                Products::parse(&format!("{HEADER}\n\n{line}\n")).expect_err("is malformed").to_string();
            assert!(said.starts_with(&format!("3:1: {expect}")), "{said}");
        };
        check("os\tx\t10.0.1\tclient\t-\t-", "a line that is neither");
        check("os\tx\t10.0\tclient\t-\t-\t-", "`10.0` is no version of a system");
        check("os\tx\t10.0.1\tboth\t-\t-\t-", "`both` is neither");
        check("os\tx\t10.0.1\tclient\t-\tsome\t-", "`some` is neither");
        check("component\tx\tproduct\tX\tone\t-", "`one` is no version");
        check("component\tx\tnever", "a line that is neither");
        let twice = format!("{HEADER}\ncomponent\tX\talways\ncomponent\tx \tproduct\tX\t-\t-\n");
        let said = Products::parse(&twice).expect_err("is contradicted").to_string();
        assert_eq!(said, "3:1: `x` stands twice with two meanings");
        assert!(Products::parse("os\n").is_err());
        let mut products = Products::built_in();
        let other = format!("{HEADER}\nos\twindows rt 8.1\t6.3.9601\tclient\tarm\t-\t-\n");
        assert!(products.extend(Products::parse(&other).expect("is a table")).is_err());
    }
}
