//! Which revisions a publication has, what each is, and what relates them.
//!
//! Categories and detectoids come first, then the months: each brings every product that still lives its
//! next update, as a bundle with its parts or as one that stands alone. What a revision says of itself is
//! made of its number when it is written; only what relates revisions is kept.

use super::Settings;
use super::identity::{Of, guid};
use crate::generate::random::Random;

/// The classifications that every publication has, the first two of security and of critical updates.
pub(super) const CLASSIFICATIONS: [&str; 6] = [
    "0fa1201d-4330-4fa8-8ae9-b877473b6441",
    "e6cf1350-c01b-414d-a61f-263d14d133b4",
    "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83",
    "28bc880e-0592-4cbf-8f95-c79b17911d5f",
    "b54e7d24-7add-428f-8b75-90a396fa584f",
    "68c5b0a3-d1a6-4553-ae49-01d3a7827828",
];

/// Architectures as rules number them and as names have them.
pub(super) const ARCHS: [(u16, &str); 3] = [(9, "amd64"), (0, "x86"), (12, "arm64")];
/// How many families of products there are.
const FAMILIES: usize = 12;
/// About how many revisions there are for each product.
const FOR_PRODUCT: usize = 170;
/// The shortest and the longest life of a product, in months.
const LIFE: (usize, usize) = (10, 130);
/// How far apart the numbers of revisions are.
const APART: u64 = 7;

/// What a product is, which decides how its updates are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A build of the system that is serviced by packages.
    Build,
    /// A system whose updates are files and registry keys.
    Files,
    /// A product of Windows Installer.
    Installer,
    /// A server that keeps its version in the registry.
    Server,
    /// A model of a machine, known by what it says of itself.
    Device,
}

/// Kinds of products by how many of 100 are so.
const KINDS: [(Kind, u32); 5] =
    [(Kind::Build, 30), (Kind::Files, 15), (Kind::Installer, 25), (Kind::Server, 20), (Kind::Device, 10)];

/// A product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub(super) kind: Kind,
    pub(super) family: usize,
    /// How many months it lives.
    pub(super) life: usize,
}

/// What a revision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Who publishes all of it.
    Company,
    /// A classification.
    Classification(u8),
    /// A family of products.
    Family(u8),
    /// A detectoid of an architecture.
    Arch(u8),
    /// A detectoid that finds a product.
    Detectoid(u16),
    /// The category of a product.
    Product(u16),
    /// A part of a bundle.
    Part { product: u16, month: u16, part: u8 },
    /// A bundle of so many parts, those that stand before it.
    Bundle { product: u16, month: u16, parts: u8 },
    /// An update that stands alone.
    Single { product: u16, month: u16 },
}

/// A revision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revision {
    pub(super) role: Role,
    /// The bundle of a part; the revision that replaces this one.
    pub(super) bundle: Option<u32>,
    pub(super) after: Option<u32>,
    /// The revision that this one replaces.
    pub(super) before: Option<u32>,
}

/// A publication that is planned.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// The bytes of the largest manifests.
    pub(super) manifest: u64,
    pub(super) products: Vec<Product>,
    pub(super) revisions: Vec<Revision>,
}

/// Where the revisions that stand before the products begin.
const FIRST_ARCH: usize = 1 + CLASSIFICATIONS.len() + FAMILIES;
const FIRST_DETECTOID: usize = FIRST_ARCH + ARCHS.len();

impl Plan {
    pub(super) fn new(settings: &Settings) -> Plan {
        let mut random = Random::new(settings.seed);
        let count = (settings.updates / FOR_PRODUCT).clamp(KINDS.len() * 2, 2000);
        let kinds = random.deal(count, &KINDS);
        let product =
            |kind| Product { kind, family: random.below(FAMILIES), life: random.between(LIFE.0, LIFE.1) };
        let products: Vec<Product> = kinds.into_iter().map(product).collect();
        let mut plan =
            Plan { seed: settings.seed, manifest: settings.manifest, products, revisions: Vec::new() };
        plan.categories();
        plan.months(settings.updates);
        plan.revisions.truncate(settings.updates);
        plan
    }

    fn push(&mut self, role: Role) -> u32 {
        self.revisions.push(Revision { role, bundle: None, after: None, before: None });
        self.revisions.len() as u32 - 1
    }

    fn categories(&mut self) {
        self.push(Role::Company);
        (0..CLASSIFICATIONS.len()).for_each(|at| _ = self.push(Role::Classification(at as u8)));
        (0..FAMILIES).for_each(|at| _ = self.push(Role::Family(at as u8)));
        (0..ARCHS.len()).for_each(|at| _ = self.push(Role::Arch(at as u8)));
        (0..self.products.len()).for_each(|at| _ = self.push(Role::Detectoid(at as u16)));
        (0..self.products.len()).for_each(|at| _ = self.push(Role::Product(at as u16)));
    }

    /// Adds month after month until there are as many revisions as are wanted; a bundle is never cut off
    /// from its parts.
    fn months(&mut self, most: usize) {
        let mut latest: Vec<Option<u32>> = vec![None; self.products.len()];
        for month in 0..u16::MAX {
            for (product, latest) in latest.iter_mut().enumerate() {
                // Products begin one after another, and live again when there is nothing else.
                let life = usize::from(month) % (LIFE.1 + LIFE.0);
                if life >= self.products[product].life {
                    continue;
                }
                let parts = self.parts(product, month);
                let left = most.saturating_sub(self.revisions.len());
                if left == 0 {
                    return;
                }
                let parts = if left <= parts { 0 } else { parts };
                let made = self.release(product as u16, month, parts as u8);
                self.revisions[made as usize].before = *latest;
                if let Some(before) = latest.replace(made) {
                    self.revisions[before as usize].after = Some(made);
                }
            }
        }
    }

    /// How many parts the update of a month has; none where it stands alone.
    fn parts(&self, product: usize, month: u16) -> usize {
        let mut random = self.random(0x7061, (product as u64) << 16 | u64::from(month));
        match self.products[product].kind {
            Kind::Build => 1 + random.below(ARCHS.len()),
            Kind::Installer => 2,
            Kind::Files if random.chance(600) => 2,
            Kind::Files | Kind::Server | Kind::Device => 0,
        }
    }

    fn release(&mut self, product: u16, month: u16, parts: u8) -> u32 {
        if parts == 0 {
            return self.push(Role::Single { product, month });
        }
        let bundle = self.revisions.len() as u32 + u32::from(parts);
        for part in 0..parts {
            let made = self.push(Role::Part { product, month, part });
            self.revisions[made as usize].bundle = Some(bundle);
        }
        self.push(Role::Bundle { product, month, parts })
    }

    /// The number by which files and relations know a revision.
    pub(super) fn number(&self, at: usize) -> u64 {
        1000 + at as u64 * APART
    }

    /// The id of the update of a revision.
    pub(super) fn id(&self, at: usize) -> String {
        match self.revisions[at].role {
            Role::Classification(number) => CLASSIFICATIONS[usize::from(number)].to_owned(),
            _ => guid(self.seed, Of::Revision, at as u64),
        }
    }

    /// The number of the revision of an update.
    pub(super) fn revision_number(&self, at: usize) -> u32 {
        100 * (1 + u32::from(at.is_multiple_of(5))) + u32::from(at.is_multiple_of(11))
    }

    /// Random numbers of a revision, or of something else that has a number, for one purpose.
    pub(super) fn random(&self, purpose: u64, number: u64) -> Random {
        Random::of(self.seed ^ purpose << 32, number)
    }

    /// The place of an architecture's detectoid.
    pub(super) fn arch(&self, arch: usize) -> usize {
        FIRST_ARCH + arch
    }

    /// The place of a product's detectoid.
    pub(super) fn detectoid(&self, product: u16) -> usize {
        FIRST_DETECTOID + usize::from(product)
    }

    /// The place of a product's category.
    pub(super) fn category(&self, product: u16) -> usize {
        FIRST_DETECTOID + self.products.len() + usize::from(product)
    }

    /// The place of a family of products.
    pub(super) fn family(&self, product: u16) -> usize {
        1 + CLASSIFICATIONS.len() + self.products[usize::from(product)].family
    }

    /// The place of the classification of an update.
    pub(super) fn classification(&self, product: u16, month: u16) -> usize {
        let mut random = self.random(0x636c, u64::from(product) << 16 | u64::from(month));
        // Two of three updates are of security.
        1 + if random.chance(660) { 0 } else { random.below(CLASSIFICATIONS.len()) }
    }
}

impl Role {
    /// The product and the month of an update.
    pub(super) fn release(self) -> Option<(u16, u16)> {
        match self {
            Role::Part { product, month, .. }
            | Role::Bundle { product, month, .. }
            | Role::Single { product, month } => Some((product, month)),
            Role::Company
            | Role::Classification(_)
            | Role::Family(_)
            | Role::Arch(_)
            | Role::Detectoid(_)
            | Role::Product(_) => None,
        }
    }

    /// Which part of its bundle an update is; the first where it stands alone.
    pub(super) fn part(self) -> usize {
        match self {
            Role::Part { part, .. } => usize::from(part),
            _ => 0,
        }
    }

    /// Whether it is an update that is downloaded.
    pub(super) fn has_files(self) -> bool {
        matches!(self, Role::Part { .. } | Role::Single { .. })
    }
}

impl Plan {
    /// The places of what a revision needs, clause by clause, each with whether it is of categories.
    pub(super) fn needs(&self, at: usize) -> Vec<(bool, usize)> {
        match self.revisions[at].role {
            Role::Company | Role::Classification(_) | Role::Arch(_) => Vec::new(),
            Role::Family(_) => vec![(true, 0)],
            Role::Detectoid(product) => vec![(false, self.family(product))],
            Role::Product(product) => {
                vec![(true, self.family(product)), (false, self.detectoid(product))]
            }
            role @ (Role::Part { .. } | Role::Bundle { .. } | Role::Single { .. }) => {
                let (product, month) = role.release().unwrap_or_default();
                let mut needs = vec![
                    (true, self.category(product)),
                    (true, self.classification(product, month)),
                    (false, self.detectoid(product)),
                ];
                let is_narrowed = matches!(role, Role::Part { .. })
                    && matches!(self.products[usize::from(product)].kind, Kind::Build | Kind::Files);
                if is_narrowed {
                    needs.push((false, self.arch(role.part())));
                }
                needs
            }
        }
    }

    /// The day of publication.
    pub(super) fn day(&self, at: usize) -> String {
        let (_, month) = self.revisions[at].role.release().unwrap_or_default();
        let (year, month) = (2010 + u32::from(month) / 12 % 17, 1 + u32::from(month) % 12);
        format!("{year:04}-{month:02}-{:02}T17:00:{:02}Z", 8 + at % 7, at % 60)
    }
}
