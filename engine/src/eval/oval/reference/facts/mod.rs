//! Items that are made of what inventories of other formats state, and the objects that find them.
//!
//! Each module beside this one makes the items of some types; here an object is matched with them, and it is
//! told how well it was collected. What no fact says is not collected, and what is not known to be asked for
//! as it stands is unsupported: nothing is guessed. Source of truth: `docs/oval.md`, "Plain inventories".

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Evaluation;
use super::collection::Collection;
use super::comparison::{Manner, Sense};
use super::values::Values;
use crate::eval::known::{Known, is_wide};
use crate::model::fact::Kind;
use crate::model::inventory::Inventory;
use crate::model::oval::Type;
use crate::model::oval::characteristics::{Item, Value};
use crate::model::oval::entity::Entity;
use crate::model::oval::object::Object;
use crate::model::oval::value::{Datatype, Operation};
use crate::model::oval::words::{Check, Existence, Flag};
use crate::model::registry::View;
use crate::model::truth::{Tally, Truth};

mod behaviors;
mod files;
mod made;
mod management;
mod names;
mod packages;
mod registry;
mod signatures;
mod sort;
mod system;

use packages::Epoch;
use sort::Sort;

/// What inventories state, by key, and the items that were made of it.
#[derive(Debug)]
pub(super) struct Stated<'e> {
    inventory: &'e Inventory,
    known: Known<'e>,
    /// Whether the client has a 32-bit view of its registry beside its own.
    wide: bool,
    /// The items of each group, once they are made.
    groups: RefCell<BTreeMap<Group, Vec<usize>>>,
    /// What is special about the epochs of packages, by item.
    epochs: RefCell<BTreeMap<usize, Epoch>>,
    /// States of which it was told that they have no epoch.
    without_epoch: RefCell<BTreeSet<u32>>,
}

/// Items that are made together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Rpm,
    Deb,
    Files(files::System),
    Hashes,
    /// Of a hive, in normal form, and a view.
    Values(String, View),
    Keys(String, View),
}

/// What an object asks for.
#[derive(Clone, Copy, Debug)]
struct Asked<'o> {
    entities: &'o [Entity],
    /// The view that it names.
    view: Option<View>,
    instance: u32,
}

/// The items among which an object finds its own.
#[derive(Debug)]
struct Candidates<'o> {
    items: Vec<usize>,
    /// The entities that they still have to match.
    left: Vec<&'o Entity>,
    /// Whether there is nothing else.
    whole: bool,
}

/// What an object finds where it is not a matter of matching.
type Looked<'o> = Result<Candidates<'o>, Collection>;

impl<'e> Stated<'e> {
    pub(super) fn new(inventory: &'e Inventory) -> Self {
        let known = Known::new(inventory);
        let wide = is_wide(known.os.and_then(|os| os.record.arch.as_deref()));
        Stated {
            inventory,
            known,
            wide,
            groups: RefCell::default(),
            epochs: RefCell::default(),
            without_epoch: RefCell::default(),
        }
    }

    fn is_complete(&self, kind: Kind) -> bool {
        self.known.complete.contains(kind)
    }

    /// The items of a group, which are made where they are not yet.
    fn group(&self, group: Group, make: impl FnOnce() -> Vec<usize>) -> Vec<usize> {
        if let Some(known) = self.groups.borrow().get(&group) {
            return known.clone();
        }
        let made = make();
        self.groups.borrow_mut().insert(group, made.clone());
        made
    }
}

impl Evaluation<'_> {
    /// The items that an object finds where it is not known what was collected for it.
    pub(super) fn found(&self, object: u32, instance: u32) -> Collection {
        let named = &self.content.objects[object as usize];
        let Object::Items { entities, behaviors, filters } = &named.content else {
            return Collection::of(Flag::Error);
        };
        let Some(sort) = Sort::of(&named.kind) else { return Collection::unsupported() };
        let Some(view) = behaviors::view(sort, behaviors) else { return Collection::unsupported() };
        let asked = Asked { entities, view, instance };
        let mut found = self.look_up(sort, &named.kind, &asked);
        let variables = self.variables_of(&asked);
        // What is not supported is so whatever the variables are.
        if found.open.is_none() && !matches!(variables, Flag::Complete | Flag::Incomplete) {
            found = Collection::of(variables);
        }
        if variables == Flag::Incomplete {
            found.flag = in_part(found.flag);
        }
        filters.iter().for_each(|filter| self.filter(&mut found, filter, instance));
        if found.flag == Flag::Complete && found.items.is_empty() {
            found.flag = Flag::DoesNotExist;
        }
        found
    }

    /// What is known of the variables that an object names.
    fn variables_of(&self, asked: &Asked<'_>) -> Flag {
        let named = asked.entities.iter().filter_map(|entity| entity.variable.as_deref());
        Flag::worst(named.map(|id| self.variable(id, asked.instance).flag))
    }

    fn look_up(&self, sort: Sort, kind: &Type<'_>, asked: &Asked<'_>) -> Collection {
        let looked = match (sort, &self.items.stated) {
            (Sort::Variable, _) => return self.variable_values(asked),
            (_, None) => self.collected(sort, kind, asked),
            (Sort::Rpm, Some(stated)) => Ok(self.rpm_packages(stated, asked)),
            (Sort::Deb, Some(stated)) => Ok(self.deb_packages(stated, asked)),
            (Sort::ReleaseFile, Some(stated)) => self.release_file(stated, asked),
            (Sort::TextFile, Some(stated)) => self.debian_version(stated, asked),
            (Sort::Family, Some(stated)) => Ok(self.family(stated, asked)),
            (Sort::Uname, Some(stated)) => Ok(self.uname(stated, asked)),
            (Sort::Registry, Some(stated)) => self.registry(stated, asked),
            (Sort::WindowsFile | Sort::UnixFile | Sort::File, Some(stated)) => {
                self.files(stated, files::System::of(sort, stated), asked)
            }
            (Sort::FileHash, Some(stated)) => self.file_hashes(stated, asked),
            (Sort::Management | Sort::OldManagement, Some(stated)) => {
                return self.management(stated, sort, asked);
            }
        };
        looked.map_or_else(|collection| collection, |candidates| self.matched(candidates, asked.instance))
    }

    /// Items of system characteristics that do not say what was collected.
    fn collected<'o>(&self, sort: Sort, kind: &Type<'_>, asked: &Asked<'o>) -> Looked<'o> {
        let mut items = self.items.of_type(kind.base());
        items.retain(|item| {
            let schema = &self.items.item(*item).kind.schema;
            *schema == kind.schema || schema.is_empty() || kind.schema.is_empty()
        });
        if items.is_empty() {
            return Err(Collection::of(Flag::NotCollected));
        }
        // The item says what pattern it was found with.
        let is_pattern = |entity: &&Entity| sort == Sort::TextFile && entity.name == "pattern";
        let patterns: Vec<&str> =
            asked.entities.iter().filter(is_pattern).map(|entity| entity.value.as_str()).collect();
        let left = asked.entities.iter().filter(|entity| !is_pattern(entity)).collect();
        for pattern in patterns {
            let wanted = literal_entity("pattern", pattern);
            items.retain(|item| self.belongs(*item, &[&wanted], asked.instance) == Truth::True);
        }
        if let Some(view) = asked.view {
            let wanted = literal_entity("windows_view", behaviors::view_name(view));
            items.retain(|item| self.belongs(*item, &[&wanted], asked.instance) == Truth::True);
        }
        Ok(Candidates { items, left, whole: matches!(sort, Sort::Family | Sort::Uname) })
    }

    /// The candidates that match what is left to be matched.
    fn matched(&self, candidates: Candidates<'_>, instance: u32) -> Collection {
        let (mut items, mut whole, mut failed) = (Vec::new(), candidates.whole, false);
        for item in candidates.items {
            match self.belongs(item, &candidates.left, instance) {
                Truth::True => items.push(item),
                Truth::False => {}
                Truth::Error => failed = true,
                Truth::Unknown | Truth::NotEvaluated | Truth::NotApplicable => whole = false,
            }
        }
        let flag = match (failed, items.is_empty(), whole) {
            (true, ..) => Flag::Error,
            (false, false, true) => Flag::Complete,
            (false, false, false) => Flag::Incomplete,
            (false, true, true) => Flag::DoesNotExist,
            (false, true, false) => Flag::NotCollected,
        };
        Collection { items, ..Collection::of(flag) }
    }

    /// Whether an item matches entities of an object.
    fn belongs(&self, item: usize, entities: &[&Entity], instance: u32) -> Truth {
        let about = self.items.item(item);
        let answers = entities.iter().filter(|entity| constrains(entity)).map(|entity| {
            let name = entity.name.as_str();
            let values: Vec<&Value<'_>> = about.entities.iter().filter(|value| value.name == name).collect();
            let manner = Manner { instance, sense: self.sense(&about, name, None) };
            self.entity(entity, &values, manner).truth
        });
        let tally: Tally = answers.chain([Truth::True]).collect();
        Check::All.combine(&tally)
    }

    /// The values of the variable that an object of values names.
    fn variable_values(&self, asked: &Asked<'_>) -> Collection {
        let [entity] = asked.entities else { return Collection::unsupported() };
        if literal(entity).is_none() || entity.name != "var_ref" {
            return Collection::unsupported();
        }
        let id = entity.value.trim();
        let Values { flag, values, datatype } = self.variable(id, asked.instance);
        if !matches!(flag, Flag::Complete | Flag::Incomplete) || values.is_empty() {
            let flag = if flag == Flag::Complete { Flag::DoesNotExist } else { flag };
            return Collection::of(flag);
        }
        let datatype = datatype.unwrap_or(Datatype::String);
        let values = values.into_iter().map(|value| made::value("value", datatype, value));
        let entities = [made::text("var_ref", id)].into_iter().chain(values).collect();
        let item = self.items.add_made(made::item("independent", "variable", entities));
        Collection { items: vec![item], ..Collection::of(flag) }
    }

    /// What the values of a name of an item are; `state` is what they are compared with.
    pub(super) fn sense(&self, item: &Item<'_>, name: &str, state: Option<u32>) -> Sense {
        if self.items.collected {
            return Sense::Exact;
        }
        match (item.kind.base(), name, state) {
            ("rpminfo" | "dpkginfo", "evr", Some(state)) if self.items.stated.is_some() => {
                Sense::Package(state)
            }
            ("registry", "key", _) => Sense::Key,
            ("registry", "hive" | "name", _) => Sense::Name,
            ("file" | "filehash58", "filepath" | "path", _) => Sense::Path,
            ("file" | "filehash58", "filename", _) if names::is_of_windows(item) => Sense::Name,
            _ => Sense::Exact,
        }
    }
}

/// The flag of an object of which only a part could be asked.
fn in_part(flag: Flag) -> Flag {
    match flag {
        Flag::Complete => Flag::Incomplete,
        Flag::DoesNotExist => Flag::NotCollected,
        Flag::Error | Flag::Incomplete | Flag::NotCollected | Flag::NotApplicable => flag,
    }
}

/// Whether an entity of an object leaves anything out.
fn constrains(entity: &Entity) -> bool {
    let matches_all = entity.operation == Some(Operation::PatternMatch) && entity.value.is_empty();
    !entity.nil && (entity.variable.is_some() || !matches_all)
}

/// The entity of a name.
fn named<'o>(asked: &Asked<'o>, name: &str) -> Option<&'o Entity> {
    asked.entities.iter().find(|entity| entity.name == name)
}

/// The text that an entity stands for, where it is one text as it stands.
fn literal(entity: &Entity) -> Option<&str> {
    let is_literal = entity.datatype == Some(Datatype::String)
        && entity.operation == Some(Operation::Equals)
        && entity.variable.is_none()
        && !entity.nil;
    is_literal.then_some(entity.value.as_str())
}

/// An entity that is one text as it stands.
fn literal_entity(name: &str, value: &str) -> Entity {
    Entity {
        name: name.to_owned(),
        nil: false,
        value: value.to_owned(),
        datatype: Some(Datatype::String),
        operation: Some(Operation::Equals),
        variable: None,
        variable_check: Some(Check::All),
        check: Some(Check::All),
        existence: Some(Existence::AtLeastOneExists),
        mask: false,
        fields: Vec::new(),
    }
}
