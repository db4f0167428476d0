//! Writes the records of a catalog as an MSSecure document.

use std::fmt::Display;
use std::io::{self, Write};

use super::draft::{
    Bulletin, Draft, Parent, Patch, Product, Restart, Row, Spelling, Supported, Target, VALUES,
};
use super::make;

/// The id of a parent that is not there.
const NO_PARENT: usize = 9999;

/// Writes a document.
pub(super) fn write(draft: &Draft, out: &mut impl Write) -> io::Result<()> {
    let mut document = Document { out, draft, depth: 0, text: String::new() };
    writeln!(document.out, "<?xml version=\"1.0\"?>")?;
    let last = make::date(draft.bulletins.len());
    let (year, rest) = last.split_once('/').unwrap_or((&last, "1/1"));
    let attributes: [(&str, &dyn Display); 6] = [
        ("DataVersion", &"1.0.0.1"),
        ("LastDataUpdate", &format_args!("{rest}/{year}")),
        ("SchemaVersion", &"1.0.0.11"),
        ("LastSchemaUpdate", &"6/6/2001"),
        ("ToolVersion", &"3.1"),
        ("RevisionHistory", &"generated"),
    ];
    document.open("BulletinDatastore", &attributes)?;
    document.list("Bulletins", &draft.bulletins, |document, _, bulletin| document.bulletin(bulletin))?;
    document.list("Products", &draft.products, Document::product)?;
    document.list("ProductFamilies", &draft.families, |document, _, id| {
        document.empty(
            "ProductFamily",
            &[("ProductFamilyID", id), ("Name", &"Products"), ("RecentProductVersionID", &1)],
        )
    })?;
    document.list("ServicePacks", &draft.service_packs, |document, place, name| {
        let id = place + 1;
        document.empty(
            "ServicePack",
            &[("ServicePackID", &id), ("Name", name), ("URL", &""), ("ReleaseDate", &"")],
        )
    })?;
    document.list("RegKeys", &VALUES, Document::value)?;
    document.files()?;
    document.tables()?;
    document.list("SupercededBys", &draft.superseded, |document, place, record| {
        document.superseded_by(place, &record.targets)
    })?;
    document.close("BulletinDatastore")
}

/// Attributes with their values.
type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// A document being written.
struct Document<'d, W> {
    out: &'d mut W,
    draft: &'d Draft,
    depth: usize,
    text: String,
}

impl<'d, W: Write> Document<'d, W> {
    fn tag(&mut self, name: &str, attributes: Attributes<'_>, end: &str) -> io::Result<()> {
        self.text.clear();
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.extend(["<", name]);
        for (name, value) in attributes {
            self.text.extend([" ", name, "=\""]);
            for c in value.to_string().chars() {
                match c {
                    '&' => self.text.push_str("&amp;"),
                    '<' => self.text.push_str("&lt;"),
                    '"' => self.text.push_str("&quot;"),
                    // A line break stays one, as in the real file.
                    c => self.text.push(c),
                }
            }
            self.text.push('"');
        }
        self.text.push_str(end);
        self.out.write_all(self.text.as_bytes())
    }

    fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.tag(name, attributes, "/>\n")
    }

    fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.tag(name, attributes, ">\n")?;
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.depth -= 1;
        self.text.clear();
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.extend(["</", name, ">\n"]);
        self.out.write_all(self.text.as_bytes())
    }

    /// Writes an element around one for each item.
    fn list<'i, T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = &'i T>,
        mut write: impl FnMut(&mut Self, usize, &'i T) -> io::Result<()>,
    ) -> io::Result<()>
    where
        T: 'i,
    {
        let mut items = items.into_iter().enumerate().peekable();
        if items.peek().is_none() {
            return self.empty(name, &[]);
        }
        self.open(name, &[])?;
        for (place, item) in items {
            write(self, place, item)?;
        }
        self.close(name)
    }

    fn bulletin(&mut self, bulletin: &Bulletin) -> io::Result<()> {
        let location = make::BULLETIN_ADDRESS + 1;
        let supported = match bulletin.supported {
            Supported::Yes => "Yes",
            Supported::No => "No",
        };
        let attributes: [(&str, &dyn Display); 14] = [
            ("BulletinID", &bulletin.id),
            ("BulletinLocationID", &location),
            ("FAQLocationID", &location),
            ("FAQPageName", &format_args!("FQ{}.asp", bulletin.id.trim_start_matches("MS"))),
            ("Title", &bulletin.title),
            ("DatePosted", &bulletin.posted),
            ("DateRevised", &bulletin.posted),
            ("Supported", &supported),
            ("Summary", &bulletin.summary),
            ("Issue", &bulletin.issue),
            ("ImpactSeverityID", &0),
            ("PreReqSeverityID", &0),
            ("MitigationSeverityID", &0),
            ("PopularitySeverityID", &0),
        ];
        self.open("Bulletin", &attributes)?;
        self.empty("BulletinComments", &[])?;
        self.list("QNumbers", &bulletin.numbers, |document, _, number| {
            document.empty("QNumber", &[("QNumber", number)])
        })?;
        let patches = &self.draft.patches[bulletin.patches.clone()];
        self.list("Patches", patches, |document, _, patch| document.patch(patch))?;
        self.close("Bulletin")
    }

    fn patch(&mut self, patch: &Patch) -> io::Result<()> {
        let no_reboot = match patch.restart {
            Restart::Needed => 0,
            Restart::NotNeeded => 1,
        };
        let attributes: [(&str, &dyn Display); 5] = [
            ("PatchName", &patch.name),
            ("PatchLocationID", &(patch.location + 1)),
            ("SBID", &patch.superseded.map_or(0, |record| record + 1)),
            ("SQNumber", &patch.number),
            ("NoReboot", &no_reboot),
        ];
        self.open("Patch", &attributes)?;
        self.empty("PatchComments", &[])?;
        patch.rows.iter().try_for_each(|row| self.row(row))?;
        let draft = self.draft;
        if !patch.files.is_empty() {
            self.list("FileChgs", &patch.files, |document, _, change| {
                document.empty("FileChg", &[("FileChangeID", &draft.changes[*change].id)])
            })?;
        }
        if patch.registry.is_some() {
            self.list("RegChgs", &patch.registry, |document, _, change| {
                document.empty("RegChg", &[("RegChangeID", &(change + 1))])
            })?;
        }
        self.close("Patch")
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        let fixed = row.fixed.map_or(0, |level| level + 1);
        let attributes: Attributes<'_> = &[("ProductID", &(row.product + 1)), ("FixedInSP", &fixed)];
        if row.levels.is_empty() {
            return self.empty("AffectedProduct", attributes);
        }
        self.open("AffectedProduct", attributes)?;
        for level in &row.levels {
            self.empty("AffectedServicePack", &[("ServicePackID", &(level + 1))])?;
        }
        self.close("AffectedProduct")
    }

    fn product(&mut self, place: usize, product: &Product) -> io::Result<()> {
        let attributes: [(&str, &dyn Display); 5] = [
            ("ProductID", &(place + 1)),
            ("Name", &product.name),
            ("MinimumSupportedServicePackID", &(product.minimum + 1)),
            ("CurrentServicePackID", &(product.current + 1)),
            ("CurrentVersion", &product.version),
        ];
        self.open("Product", &attributes)?;
        self.list("ProductFamilies", &[1], |document, _, family| {
            document.empty("ProductFamily", &[("ProductFamilyID", family)])
        })?;
        let level = |document: &mut Self, _, level: &usize| {
            document.empty("AvailableSP", &[("ServicePackID", &(level + 1))])
        };
        let listed = product.available.len().saturating_sub(product.misplaced);
        let (listed, misplaced) = product.available.split_at(listed);
        self.list("AvailableSPs", listed, level)?;
        misplaced.iter().try_for_each(|misplaced| level(self, 0, misplaced))?;
        self.close("Product")
    }

    fn value(&mut self, place: usize, (name, kind): &(&str, &str)) -> io::Result<()> {
        self.open("RegKey", &[("RegKeyID", &(place + 1)), ("Name", name), ("Type", kind)])?;
        self.open("RegChanges", &[])?;
        let changes = self.draft.registry.iter().enumerate().filter(|(_, change)| change.value == place);
        for (number, change) in changes {
            let (id, location) = (number + 1, change.key + 1);
            let mut attributes: Vec<(&str, &dyn Display)> =
                vec![("RegChangeID", &id), ("RegChangeValue", &change.data), ("CommandID", &"r")];
            if change.parent == Parent::Dangling {
                attributes.push(("RegKeyID", &NO_PARENT));
            }
            attributes.push(("LocationID", &location));
            self.empty("RegChange", &attributes)?;
        }
        self.close("RegChanges")?;
        self.close("RegKey")
    }

    fn files(&mut self) -> io::Result<()> {
        let draft = self.draft;
        let mut of_file: Vec<Vec<usize>> = vec![Vec::new(); draft.files.len()];
        for (number, change) in draft.changes.iter().enumerate() {
            of_file[change.file].push(number);
        }
        self.list("Files", &draft.files, |document, place, file| {
            let folder = file.folder + 1;
            let attributes: Attributes<'_> =
                &[("FileID", &file.id), ("Name", &file.name), ("LocationID", &folder)];
            document.open("File", attributes)?;
            let changes = &of_file[place];
            document.list("FileChanges", changes, |document, _, change| document.change(*change))?;
            document.close("File")
        })
    }

    fn change(&mut self, change: usize) -> io::Result<()> {
        let change = &self.draft.changes[change];
        let attributes: [(&str, &dyn Display); 6] = [
            ("FileChangeID", &change.id),
            ("Date", &"2001/01/01"),
            ("Version", &change.version),
            ("Size", &""),
            ("CommandID", &change.command),
            ("Checksum", &change.checksum),
        ];
        self.empty("FileChange", &attributes)
    }

    fn tables(&mut self) -> io::Result<()> {
        let commands = [
            ("u", "unsupported"),
            ("r", "registry"),
            ("c", "change"),
            ("a", "add"),
            ("e", "change if exists, ignore if not"),
            ("d", "delete"),
        ];
        self.list("Commands", &commands, |document, _, (id, name)| {
            document.empty("Command", &[("CommandID", id), ("Name", name)])
        })?;
        let locations = &self.draft.locations;
        self.list("Locations", locations, |document, place, path| {
            let id = place + 1;
            document.empty("Location", &[("LocationID", &id), ("Path", path), ("AbsolutePath", &"")])
        })?;
        self.empty("Comments", &[])?;
        self.list("Severities", &[0], |document, _, id| {
            document.empty("Severity", &[("SeverityID", id), ("Description", &"NA")])
        })
    }

    fn superseded_by(&mut self, place: usize, targets: &[Target]) -> io::Result<()> {
        let draft = self.draft;
        let bulletin = |target: &Target| {
            let patch = &draft.patches[target.patch];
            (patch, draft.bulletins[patch.bulletin].id.as_str())
        };
        let description = targets.first().map_or("", |target| bulletin(target).1);
        let id = place + 1;
        self.open("SupercededBy", &[("SBID", &id), ("Description", &description)])?;
        self.list("SupercededBulletins", targets, |document, _, target| {
            let (patch, bulletin) = bulletin(target);
            let name = patch.name.trim();
            let name = match target.spelling {
                Spelling::Own => name.to_owned(),
                Spelling::Capitals => name.to_uppercase(),
                Spelling::Wrong => format!("not-{name}"),
            };
            document.open("SupercededBulletin", &[("BulletinID", &bulletin)])?;
            document.list("SupercededPatches", &[name], |document, _, name| {
                document.empty("SupercededPatch", &[("PatchName", name)])
            })?;
            document.close("SupercededBulletin")
        })?;
        self.close("SupercededBy")
    }
}
