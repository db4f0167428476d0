//! Generated catalogs in the MSSecure format.
//!
//! [`Shape::Fleet`] is the catalog of the `fleet` workload: many products of which a client has few,
//! about three questions an update. [`Shape::MsSecure`] has the ratios of the real file of 2001. Dirty
//! catalogs have every hazard of that file at its rate.

use std::io::Write;

use super::random::Random;

/// What kind of catalog is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// 15,000 subjects for 20,000 updates of 400 products.
    #[default]
    Fleet,
    /// The ratios of a real MSSecure file.
    MsSecure,
}

/// Whether a catalog has hazards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cleanliness {
    /// Every id is unique and every reference resolves.
    #[default]
    Clean,
    /// The hazards of a real file, at its rate.
    Dirty,
}

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many updates.
    pub updates: usize,
    /// Another seed gives another catalog.
    pub seed: u64,
    /// What kind.
    pub shape: Shape,
    /// Whether with hazards.
    pub cleanliness: Cleanliness,
}

/// How many of what a catalog has.
struct Ratios {
    products: usize,
    files: usize,
    keys: usize,
    /// Of 1,000 updates: how many have file evidence, registry evidence.
    with_files: u32,
    with_registry: u32,
    /// Files of an update that has some, at most.
    files_each: usize,
    /// Product rows of an update, at most.
    rows_each: usize,
    /// Of 1,000 updates: how many are replaced.
    replaced: u32,
    /// Updates of a bulletin, at most.
    bulletin: usize,
}

impl Ratios {
    fn of(settings: &Settings) -> Ratios {
        let n = settings.updates.max(1);
        match settings.shape {
            Shape::Fleet => Ratios {
                products: (n / 50).max(4),
                files: (n * 3 / 20).max(4),
                keys: (n / 20).max(4),
                with_files: 900,
                with_registry: 500,
                files_each: 2,
                rows_each: 1,
                replaced: 300,
                bulletin: 5,
            },
            Shape::MsSecure => Ratios {
                products: (n * 104 / 393).max(4),
                files: (n * 407 / 393).max(4),
                keys: (n * 258 / 393).max(4),
                with_files: 537,
                with_registry: 476,
                files_each: 6,
                rows_each: 3,
                replaced: 270,
                bulletin: 3,
            },
        }
    }
}

/// The service packs that every product of a generated catalog has, oldest first.
const LEVELS: [&str; 4] = ["Gold", "Service Pack 1", "Service Pack 2", "Service Pack 3"];
/// The folders in which files stand.
const FOLDERS: [&str; 4] =
    [r"%windir%\system32", r"%windir%", r"%ProgramFiles%\Common Files\System", r"%ProgramFiles%\Vendor"];

/// One update while a catalog is made.
struct Patch {
    bulletin: usize,
    name: String,
    q: usize,
    /// Product and levels, and the level that contains the fix.
    rows: Vec<(usize, Vec<usize>, Option<usize>)>,
    files: Vec<usize>,
    registry: Option<usize>,
    replaced_by: Option<usize>,
}

/// One record of a file version.
struct FileChange {
    file: usize,
    version: String,
    command: &'static str,
    checksum: u64,
}

/// One record of registry data.
struct RegChange {
    key: String,
    value: usize,
    data: String,
}

/// The value names that registry evidence has, with their types.
const VALUES: [(&str, &str); 3] = [("Installed", "0x10001"), ("Version", "0"), ("ComponentID", "0")];

/// A catalog while it is made.
struct Made {
    ratios: Ratios,
    patches: Vec<Patch>,
    bulletins: usize,
    changes: Vec<FileChange>,
    registry: Vec<RegChange>,
}

/// Writes a generated catalog.
///
/// ```
/// use patchstate::generate::catalog::{self, Cleanliness, Settings, Shape};
///
/// let settings =
///     Settings { updates: 10, seed: 1, shape: Shape::Fleet, cleanliness: Cleanliness::Clean };
/// let mut document = Vec::new();
/// catalog::write(&settings, &mut document)?;
/// assert_eq!(String::from_utf8(document).expect("is UTF-8").matches("<Patch ").count(), 10);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Writing fails.
pub fn write(settings: &Settings, out: &mut impl Write) -> std::io::Result<()> {
    let mut random = Random::new(settings.seed);
    let made = make(settings, &mut random);
    let dirty = settings.cleanliness == Cleanliness::Dirty;
    let mut document = Document { out, made: &made, dirty };
    document.write()
}

fn make(settings: &Settings, random: &mut Random) -> Made {
    let ratios = Ratios::of(settings);
    let mut made =
        Made { ratios, patches: Vec::new(), bulletins: 0, changes: Vec::new(), registry: Vec::new() };
    while made.patches.len() < settings.updates {
        let size = random.between(1, made.ratios.bulletin).min(settings.updates - made.patches.len());
        let product = random.below(made.ratios.products);
        for member in 0..size {
            let patch = make_patch(&mut made, product, member, random);
            made.patches.push(patch);
        }
        made.bulletins += 1;
    }
    link(&mut made, random);
    made
}

fn make_patch(made: &mut Made, product: usize, member: usize, random: &mut Random) -> Patch {
    let number = made.patches.len();
    let rows = random.between(1, made.ratios.rows_each);
    let rows = (0..rows).map(|row| {
        let fixed = random.below(LEVELS.len() + 1);
        let first = random.below(fixed.max(1));
        let levels = (first..fixed.max(first + 1)).collect();
        let product = (product + row * 7) % made.ratios.products;
        (product, levels, (fixed < LEVELS.len() && fixed > first).then_some(fixed))
    });
    let rows: Vec<_> = rows.collect();
    let mut files = Vec::new();
    if random.chance(made.ratios.with_files) {
        for _ in 0..random.between(1, made.ratios.files_each) {
            files.push(make_change(made, product, random));
        }
    }
    let q = 200_000 + made.bulletins;
    let registry = random.chance(made.ratios.with_registry).then(|| make_registry(made, product, q, random));
    let replaced_by = None;
    let name = format!("update-{number:06}-{}-x86.exe", member + 1);
    Patch { bulletin: made.bulletins, name, q, rows, files, registry, replaced_by }
}

/// A file of a product at a new version: every product has its own share of the files.
fn make_change(made: &mut Made, product: usize, random: &mut Random) -> usize {
    let share = (made.ratios.files / made.ratios.products).max(1);
    let file = (product * share + random.below(share)) % made.ratios.files;
    let version = format!("{}.{}.{}.{}", 4 + product % 8, random.below(3), 2195, random.between(1000, 9999));
    let command = match random.below(10) {
        0..=5 => "e",
        6..=8 => "c",
        _ => "a",
    };
    made.changes.push(FileChange { file, version, command, checksum: random.wide() & 0xffff_ffff });
    made.changes.len() - 1
}

fn make_registry(made: &mut Made, product: usize, q: usize, random: &mut Random) -> usize {
    let share = (made.ratios.keys / made.ratios.products).max(1);
    let key = (product * share + random.below(share)) % made.ratios.keys;
    let value = random.below(10);
    let (key, value, data) = match value {
        0..=6 => (format!(r"HKLM\SOFTWARE\Vendor\Updates\Product {product}\Q{q}"), 0, "1".to_owned()),
        7..=8 => {
            (format!(r"HKLM\SOFTWARE\Vendor\Product {product}\Part {key}"), 1, format!("5.0.{}.0", q % 900))
        }
        _ => {
            (format!(r"HKLM\SOFTWARE\Vendor\Product {product}\Part {key}"), 2, format!("PART{:04}", q % 100))
        }
    };
    made.registry.push(RegChange { key, value, data });
    made.registry.len() - 1
}

/// Lets later updates of a product replace earlier ones, in chains.
fn link(made: &mut Made, random: &mut Random) {
    let mut of_product: Vec<Vec<usize>> = vec![Vec::new(); made.ratios.products];
    for (number, patch) in made.patches.iter().enumerate() {
        if let Some((product, ..)) = patch.rows.first() {
            of_product[*product].push(number);
        }
    }
    for list in of_product {
        for pair in list.windows(2) {
            if random.chance(made.ratios.replaced) {
                made.patches[pair[0]].replaced_by = Some(pair[1]);
            }
        }
    }
}

/// A catalog being written.
struct Document<'m, W> {
    out: &'m mut W,
    made: &'m Made,
    dirty: bool,
}

/// Escapes what cannot stand in an attribute value.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// The dates on which bulletins appear: one a day, from the beginning of 1998.
fn date(bulletin: usize) -> String {
    let start = jiff::civil::date(1998, 1, 1);
    let days = i64::try_from(bulletin).unwrap_or(i64::MAX).min(1_000_000);
    let date = start.checked_add(jiff::Span::new().days(days)).unwrap_or(start);
    format!("{:04}/{:02}/{:02}", date.year(), date.month(), date.day())
}

fn bulletin_id(bulletin: usize) -> String {
    format!("MS{:02}-{:03}", 98 + bulletin / 1000, bulletin % 1000)
}

impl<W: Write> Document<'_, W> {
    fn write(&mut self) -> std::io::Result<()> {
        let last = {
            let date = date(self.made.bulletins);
            let (year, rest) = date.split_once('/').unwrap_or((&date, "1/1"));
            format!("{rest}/{year}")
        };
        writeln!(self.out, "<?xml version=\"1.0\"?>")?;
        writeln!(
            self.out,
            "<BulletinDatastore DataVersion=\"1.0.0.1\" LastDataUpdate=\"{last}\" SchemaVersion=\"1.0.0.11\" \
             LastSchemaUpdate=\"6/6/2001\" ToolVersion=\"3.1\" RevisionHistory=\"generated\">"
        )?;
        self.bulletins()?;
        self.products()?;
        self.service_packs()?;
        self.registry()?;
        self.files()?;
        self.tables()?;
        self.replacements()?;
        writeln!(self.out, "</BulletinDatastore>")
    }

    /// Whether this record is one of those that a hazard of the real file befalls: `times` of 1,000.
    fn befalls(&self, hazard: u64, number: usize, times: u32) -> bool {
        self.dirty && Random::of(hazard, number as u64).chance(times)
    }

    fn bulletins(&mut self) -> std::io::Result<()> {
        writeln!(self.out, "\t<Bulletins>")?;
        let mut first = 0;
        for bulletin in 0..self.made.bulletins {
            let size =
                self.made.patches[first..].iter().take_while(|patch| patch.bulletin == bulletin).count();
            self.bulletin(bulletin, first..first + size)?;
            first += size;
        }
        writeln!(self.out, "\t</Bulletins>")
    }

    fn bulletin(&mut self, bulletin: usize, patches: std::ops::Range<usize>) -> std::io::Result<()> {
        let (id, date) = (bulletin_id(bulletin), date(bulletin));
        let title =
            if self.befalls(30, bulletin, 100) { "Patch Available for a Part " } else { "Patch Available" };
        let break_ = if self.befalls(31, bulletin, 150) { "\n" } else { " " };
        let letter = if self.befalls(32, bulletin, 40) { "\u{e9}" } else { "e" };
        let supported = if self.befalls(60, bulletin, 5) { "No" } else { "Yes" };
        writeln!(
            self.out,
            "\t\t<Bulletin BulletinID=\"{id}\" BulletinLocationID=\"1\" FAQLocationID=\"1\" FAQPageName=\"FQ{bulletin}.asp\" \
             Title=\"{title}\" DatePosted=\"{date}\" DateRevised=\"{date}\" Supported=\"{supported}\" Summary=\"\" \
             Issue=\"A part of a product{break_}could be us{letter}d by others.\" ImpactSeverityID=\"0\" \
             PreReqSeverityID=\"0\" MitigationSeverityID=\"0\" PopularitySeverityID=\"0\">"
        )?;
        writeln!(self.out, "\t\t\t<BulletinComments/>\n\t\t\t<QNumbers>")?;
        if let Some(q) = self.made.patches.get(patches.start).map(|patch| patch.q)
            && !self.befalls(34, bulletin, 70)
        {
            let tail = if self.befalls(33, bulletin, 50) { " (FP98)" } else { "" };
            writeln!(self.out, "\t\t\t\t<QNumber QNumber=\"Q{q}{tail}\"/>")?;
        }
        writeln!(self.out, "\t\t\t</QNumbers>\n\t\t\t<Patches>")?;
        for patch in patches {
            self.patch(patch)?;
        }
        writeln!(self.out, "\t\t\t</Patches>\n\t\t</Bulletin>")
    }

    fn patch(&mut self, number: usize) -> std::io::Result<()> {
        let patch = &self.made.patches[number];
        let name = match (self.befalls(51, number, 20), self.befalls(13, number, 190)) {
            (true, _) => "placeholder".to_owned(),
            (_, true) => patch.name.to_uppercase(),
            _ => patch.name.clone(),
        };
        let replaced = patch.replaced_by.map_or("0".to_owned(), |by| (by + 1).to_string());
        let q = if self.befalls(35, number, 400) { String::new() } else { format!("Q{}", patch.q) };
        let restart = u8::from(number % 50 == 7);
        writeln!(
            self.out,
            "\t\t\t\t<Patch PatchName=\"{}\" PatchLocationID=\"2\" SBID=\"{replaced}\" SQNumber=\"{q}\" NoReboot=\"{restart}\">",
            escaped(&name)
        )?;
        writeln!(self.out, "\t\t\t\t\t<PatchComments/>")?;
        for (product, levels, fixed) in &patch.rows {
            let fixed = fixed.map_or(0, |level| level_id(*product, level));
            writeln!(
                self.out,
                "\t\t\t\t\t<AffectedProduct ProductID=\"{}\" FixedInSP=\"{fixed}\">",
                product + 1
            )?;
            let none = self.befalls(42, number, 6);
            for level in levels.iter().filter(|_| !none) {
                let id = level_id(*product, *level);
                writeln!(self.out, "\t\t\t\t\t\t<AffectedServicePack ServicePackID=\"{id}\"/>")?;
            }
            writeln!(self.out, "\t\t\t\t\t</AffectedProduct>")?;
        }
        writeln!(self.out, "\t\t\t\t\t<FileChgs>")?;
        for change in &patch.files {
            writeln!(self.out, "\t\t\t\t\t\t<FileChg FileChangeID=\"{}\"/>", change + 1)?;
        }
        writeln!(self.out, "\t\t\t\t\t</FileChgs>\n\t\t\t\t\t<RegChgs>")?;
        if let Some(change) = patch.registry {
            writeln!(self.out, "\t\t\t\t\t\t<RegChg RegChangeID=\"{}\"/>", change + 1)?;
        }
        writeln!(self.out, "\t\t\t\t\t</RegChgs>\n\t\t\t\t</Patch>")
    }

    fn products(&mut self) -> std::io::Result<()> {
        writeln!(self.out, "\t<Products>")?;
        for product in 0..self.made.ratios.products {
            let newest = level_id(product, LEVELS.len() - 1);
            writeln!(
                self.out,
                "\t\t<Product ProductID=\"{}\" Name=\"Product {product}\" MinimumSupportedServicePackID=\"{}\" \
                 CurrentServicePackID=\"{newest}\" CurrentVersion=\"{}.0\">",
                product + 1,
                level_id(product, 0),
                4 + product % 8
            )?;
            let family = "<ProductFamilies><ProductFamily ProductFamilyID=\"1\"/></ProductFamilies>";
            writeln!(self.out, "\t\t\t{family}")?;
            // Four of ten products of the real file list no service pack.
            let lists = !self.befalls(45, product, 390);
            writeln!(self.out, "\t\t\t<AvailableSPs>")?;
            for level in (0..LEVELS.len()).filter(|_| lists) {
                writeln!(self.out, "\t\t\t\t<AvailableSP ServicePackID=\"{}\"/>", level_id(product, level))?;
            }
            writeln!(self.out, "\t\t\t</AvailableSPs>\n\t\t</Product>")?;
        }
        writeln!(self.out, "\t</Products>")?;
        let twice = if self.dirty { 2 } else { 1 };
        writeln!(self.out, "\t<ProductFamilies>")?;
        for _ in 0..twice {
            let family =
                "<ProductFamily ProductFamilyID=\"1\" Name=\"Products\" RecentProductVersionID=\"1\"/>";
            writeln!(self.out, "\t\t{family}")?;
        }
        writeln!(self.out, "\t</ProductFamilies>")
    }

    fn service_packs(&mut self) -> std::io::Result<()> {
        writeln!(self.out, "\t<ServicePacks>")?;
        for product in 0..self.made.ratios.products {
            for (level, name) in LEVELS.iter().enumerate() {
                writeln!(
                    self.out,
                    "\t\t<ServicePack ServicePackID=\"{}\" Name=\"Product {product} {name}\" URL=\"\" ReleaseDate=\"\"/>",
                    level_id(product, level)
                )?;
            }
        }
        writeln!(self.out, "\t</ServicePacks>")
    }

    fn registry(&mut self) -> std::io::Result<()> {
        writeln!(self.out, "\t<RegKeys>")?;
        for (value, (name, kind)) in VALUES.iter().enumerate() {
            writeln!(
                self.out,
                "\t\t<RegKey RegKeyID=\"{}\" Name=\"{name}\" Type=\"{kind}\">\n\t\t\t<RegChanges>",
                value + 1
            )?;
            for (number, change) in self.made.registry.iter().enumerate().filter(|(_, c)| c.value == value) {
                let parent = if self.befalls(20, number, 150) { " RegKeyID=\"9999\"" } else { "" };
                writeln!(
                    self.out,
                    "\t\t\t\t<RegChange RegChangeID=\"{}\" RegChangeValue=\"{}\" CommandID=\"r\"{parent} LocationID=\"{}\"/>",
                    number + 1,
                    escaped(&change.data),
                    self.key_location(number)
                )?;
            }
            writeln!(self.out, "\t\t\t</RegChanges>\n\t\t</RegKey>")?;
        }
        writeln!(self.out, "\t</RegKeys>")
    }

    fn key_location(&self, change: usize) -> usize {
        10 + FOLDERS.len() + change
    }

    fn files(&mut self) -> std::io::Result<()> {
        let mut of_file: Vec<Vec<usize>> = vec![Vec::new(); self.made.ratios.files];
        for (number, change) in self.made.changes.iter().enumerate() {
            of_file[change.file].push(number);
        }
        writeln!(self.out, "\t<Files>")?;
        for (file, changes) in of_file.iter().enumerate() {
            let id = if self.befalls(10, file, 60) { 1 } else { file + 1 };
            let blank = if self.befalls(36, file, 5) { " " } else { "" };
            let folder = 10 + file % FOLDERS.len();
            writeln!(
                self.out,
                "\t\t<File FileID=\"{id}\" Name=\"{blank}part{file:05}.dll\" LocationID=\"{folder}\">"
            )?;
            writeln!(self.out, "\t\t\t<FileChanges>")?;
            for number in changes {
                let change = &self.made.changes[*number];
                let version = if self.befalls(55, *number, 17) { "na" } else { &change.version };
                let command = if self.befalls(54, *number, 8) { "u" } else { change.command };
                writeln!(
                    self.out,
                    "\t\t\t\t<FileChange FileChangeID=\"{}\" Date=\"2001/01/01\" Version=\"{version}\" Size=\"\" \
                     CommandID=\"{command}\" Checksum=\"{}\"/>",
                    number + 1,
                    change.checksum
                )?;
            }
            writeln!(self.out, "\t\t\t</FileChanges>\n\t\t</File>")?;
        }
        writeln!(self.out, "\t</Files>")
    }

    fn tables(&mut self) -> std::io::Result<()> {
        writeln!(self.out, "\t<Commands>")?;
        for (id, name) in [
            ("u", "unsupported"),
            ("r", "registry"),
            ("c", "change"),
            ("a", "add"),
            ("e", "change if exists, ignore if not"),
            ("d", "delete"),
        ] {
            writeln!(self.out, "\t\t<Command CommandID=\"{id}\" Name=\"{name}\"/>")?;
        }
        writeln!(self.out, "\t</Commands>\n\t<Locations>")?;
        let mut location = |id: usize, path: &str| {
            writeln!(
                self.out,
                "\t\t<Location LocationID=\"{id}\" Path=\"{}\" AbsolutePath=\"\"/>",
                escaped(path)
            )
        };
        location(1, "http://bulletins.example/")?;
        location(2, "http://downloads.example/update.exe")?;
        for (folder, path) in FOLDERS.iter().enumerate() {
            location(10 + folder, path)?;
        }
        for (number, change) in self.made.registry.iter().enumerate() {
            location(10 + FOLDERS.len() + number, &change.key)?;
        }
        writeln!(self.out, "\t</Locations>\n\t<Comments/>")?;
        writeln!(
            self.out,
            "\t<Severities>\n\t\t<Severity SeverityID=\"0\" Description=\"NA\"/>\n\t</Severities>"
        )
    }

    fn replacements(&mut self) -> std::io::Result<()> {
        let mut targets: Vec<usize> =
            self.made.patches.iter().filter_map(|patch| patch.replaced_by).collect();
        targets.sort_unstable();
        targets.dedup();
        writeln!(self.out, "\t<SupercededBys>")?;
        for by in targets {
            let patch = &self.made.patches[by];
            let bulletin = bulletin_id(patch.bulletin);
            let name = match (self.befalls(22, by, 15), self.befalls(51, by, 20), self.befalls(13, by, 190)) {
                (true, ..) => "not-there.exe".to_owned(),
                (_, true, _) => "placeholder".to_owned(),
                // Every tenth of them is found without regard to case only.
                (.., true) if by % 10 != 0 => patch.name.to_uppercase(),
                _ => patch.name.clone(),
            };
            writeln!(
                self.out,
                "\t\t<SupercededBy SBID=\"{}\" Description=\"{bulletin}\">\n\t\t\t<SupercededBulletins>\n\t\t\t\t\
                 <SupercededBulletin BulletinID=\"{bulletin}\">\n\t\t\t\t\t<SupercededPatches>\n\t\t\t\t\t\t\
                 <SupercededPatch PatchName=\"{}\"/>\n\t\t\t\t\t</SupercededPatches>\n\t\t\t\t</SupercededBulletin>\n\t\t\t\
                 </SupercededBulletins>\n\t\t</SupercededBy>",
                by + 1,
                escaped(&name)
            )?;
        }
        if self.dirty {
            let empty = "<SupercededBulletins/>";
            writeln!(self.out, "\t\t<SupercededBy SBID=\"999999\" Description=\"\">{empty}</SupercededBy>")?;
        }
        writeln!(self.out, "\t</SupercededBys>")
    }
}

/// The id of a product's service pack.
fn level_id(product: usize, level: usize) -> usize {
    product * LEVELS.len() + level + 1
}
