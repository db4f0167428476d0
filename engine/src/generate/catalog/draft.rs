//! The records of a generated catalog, between being made and being written.
//!
//! Records refer to each other by place. Their ids are their places counted from 1, but for those that
//! a hazard may give twice.

use std::collections::HashMap;
use std::ops::Range;

/// A catalog as records.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) bulletins: Vec<Bulletin>,
    pub(super) patches: Vec<Patch>,
    pub(super) products: Vec<Product>,
    /// Names.
    pub(super) service_packs: Vec<String>,
    /// The ids of the product families.
    pub(super) families: Vec<usize>,
    pub(super) registry: Vec<RegChange>,
    pub(super) files: Vec<File>,
    pub(super) changes: Vec<FileChange>,
    /// Addresses, folders and registry keys.
    pub(super) locations: Vec<String>,
    pub(super) superseded: Vec<SupersededBy>,
}

#[derive(Debug, Default)]
pub(super) struct Bulletin {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) issue: String,
    pub(super) posted: String,
    pub(super) supported: Supported,
    pub(super) numbers: Vec<String>,
    pub(super) patches: Range<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Supported {
    #[default]
    Yes,
    No,
}

#[derive(Debug, Default)]
pub(super) struct Patch {
    pub(super) bulletin: usize,
    pub(super) name: String,
    pub(super) location: usize,
    /// Its article number; empty when it has none of its own.
    pub(super) number: String,
    pub(super) restart: Restart,
    pub(super) rows: Vec<Row>,
    /// Places of changes.
    pub(super) files: Vec<usize>,
    /// The place of a change.
    pub(super) registry: Option<usize>,
    /// The place of the record of what replaces it.
    pub(super) superseded: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Restart {
    #[default]
    Needed,
    NotNeeded,
}

/// A product that a patch is for, with places of service packs.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) product: usize,
    pub(super) levels: Vec<usize>,
    /// The service pack that contains the patch.
    pub(super) fixed: Option<usize>,
}

/// A product, with places of service packs.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) version: String,
    /// All of its service packs, oldest first.
    pub(super) levels: Vec<usize>,
    /// Those that it lists, in the order in which it does.
    pub(super) available: Vec<usize>,
    /// How many of the listed ones stand outside their list.
    pub(super) misplaced: usize,
    pub(super) minimum: usize,
    pub(super) current: usize,
}

/// The registry values that evidence looks at: name and type.
pub(super) const VALUES: [(&str, &str); 3] =
    [("Installed", "0x10001"), ("Version", "0"), ("ComponentID", "0")];

/// The place of a registry value among [`VALUES`].
pub(super) const INSTALLED: usize = 0;
/// The place of a registry value among [`VALUES`].
pub(super) const VERSION: usize = 1;

/// The data of a registry value in a key.
#[derive(Debug)]
pub(super) struct RegChange {
    /// Its place among [`VALUES`].
    pub(super) value: usize,
    pub(super) data: String,
    /// The place of the key among the locations.
    pub(super) key: usize,
    pub(super) parent: Parent,
}

/// What a registry change says of the value that it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Parent {
    #[default]
    Unsaid,
    Dangling,
}

#[derive(Debug)]
pub(super) struct File {
    pub(super) id: usize,
    pub(super) name: String,
    /// The place of the folder among the locations.
    pub(super) folder: usize,
}

/// A version of a file.
#[derive(Debug)]
pub(super) struct FileChange {
    pub(super) id: usize,
    pub(super) file: usize,
    pub(super) version: String,
    pub(super) command: &'static str,
    pub(super) checksum: u64,
}

/// What replaces the patches that name this record.
#[derive(Debug, Default)]
pub(super) struct SupersededBy {
    pub(super) targets: Vec<Target>,
}

/// A patch that replaces others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) patch: usize,
    pub(super) spelling: Spelling,
}

/// How a record writes the name of a patch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As the patch has it.
    #[default]
    Own,
    /// In capitals.
    Capitals,
    /// As no patch has it.
    Wrong,
}

impl Target {
    pub(super) fn of(patch: usize) -> Target {
        Target { patch, spelling: Spelling::Own }
    }
}

impl Draft {
    /// Adds a location and gives its place.
    pub(super) fn location(&mut self, path: impl Into<String>) -> usize {
        self.locations.push(path.into());
        self.locations.len() - 1
    }

    /// Adds a product with so many service packs, all of which it lists, and gives its place.
    pub(super) fn product(&mut self, levels: usize) -> usize {
        let product = self.products.len();
        let levels: Vec<usize> = (0..levels.max(1)).map(|level| self.service_pack(product, level)).collect();
        self.products.push(Product {
            name: format!("Product {product}"),
            version: format!("{}.0", major(product)),
            available: levels.clone(),
            misplaced: 0,
            minimum: levels[0],
            current: levels[levels.len() - 1],
            levels,
        });
        product
    }

    /// Adds a service pack of a product, 0 being what it began with, and gives its place.
    pub(super) fn service_pack(&mut self, product: usize, level: usize) -> usize {
        let name = match level {
            0 => format!("Product {product} Gold"),
            level => format!("Product {product} Service Pack {level}"),
        };
        self.service_packs.push(name);
        self.service_packs.len() - 1
    }

    /// Adds a file in one of `folders` and gives its place.
    pub(super) fn file(&mut self, folders: &Range<usize>) -> usize {
        let file = self.files.len();
        let folder = folders.start + file % folders.len().max(1);
        self.files.push(File { id: file + 1, name: format!("part{file:05}.dll"), folder });
        file
    }

    /// Adds a version of a file and gives its place.
    pub(super) fn change(
        &mut self,
        file: usize,
        version: String,
        command: &'static str,
        checksum: u64,
    ) -> usize {
        let id = self.changes.len() + 1;
        self.changes.push(FileChange { id, file, version, command, checksum });
        self.changes.len() - 1
    }

    /// Adds a record of what replaces patches and gives its place.
    pub(super) fn superseded_by(&mut self, targets: Vec<Target>) -> usize {
        self.superseded.push(SupersededBy { targets });
        self.superseded.len() - 1
    }

    /// The patch of each file change that just one patch refers to.
    pub(super) fn owners(&self) -> HashMap<usize, usize> {
        let mut owners = HashMap::new();
        let mut shared = Vec::new();
        for (place, patch) in self.patches.iter().enumerate() {
            for change in &patch.files {
                if owners.insert(*change, place).is_some() {
                    shared.push(*change);
                }
            }
        }
        for change in shared {
            owners.remove(&change);
        }
        owners
    }
}

/// The first part of a product's version, and of the versions of its files.
pub(super) fn major(product: usize) -> usize {
    4 + product % 8
}
