//! The records of an MSSecure document: which elements there are, where each stands, what it carries.
//!
//! One table is both the types and the shape that the document is read by, so that nothing is read that
//! is not named here; the order of elements and attributes does not matter. Knows no meaning and
//! resolves no reference. Source of truth: `docs/mssecure.md`, "The format".

use super::value::Value;
use crate::diagnostic::Position;

/// What an element may carry and which elements stand below it.
#[derive(Debug)]
pub(super) struct Shape {
    /// Name of the element.
    pub(super) name: &'static str,
    /// The names below the root down to it.
    pub(super) path: &'static str,
    /// Names of its attributes.
    pub(super) attributes: &'static [&'static str],
    /// The records below it.
    pub(super) parts: &'static [Part],
    /// Bytes of memory that its record takes, without texts and what stands below.
    pub(super) bytes: usize,
}

/// How much more than its length a list or a text that grew may take.
pub(super) const GROWTH: usize = 2;

/// Records that stand below another.
#[derive(Debug)]
pub(super) struct Part {
    /// The element around them, which carries nothing itself; empty when they stand there directly.
    pub(super) wrapper: &'static str,
    /// Their shape.
    pub(super) shape: &'static Shape,
}

/// A part of an element that the format does not name, kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) kind: RestKind,
    pub(super) name: String,
    pub(super) text: String,
}

/// What a part is that the format does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RestKind {
    Attribute,
    Element,
    /// Character data, which no element of the format has.
    Text,
}

/// A record that is being read, of whatever kind. What it takes is numbered as its shape lists it.
pub(super) trait Reading {
    /// How its element looks.
    fn shape(&self) -> &'static Shape;

    /// The value of an attribute.
    fn value(&mut self, attribute: usize) -> Option<&mut Value>;

    /// The records of one kind below it.
    fn parts(&mut self, part: usize) -> Option<&mut dyn Parts>;

    /// What the format does not name.
    fn rest(&mut self) -> &mut Vec<Rest>;
}

/// Records of one kind that are being read.
pub(super) trait Parts {
    /// Adds one without anything in it yet.
    fn add(&mut self, position: Position) -> &mut dyn Reading;
}

impl<R: Record> Parts for Vec<R> {
    fn add(&mut self, position: Position) -> &mut dyn Reading {
        // Of most lists there is one record, and room for four of each would be most of all memory.
        if self.capacity() == 0 {
            self.reserve_exact(1);
        }
        self.push_mut(R::at(position))
    }
}

/// A kind of record.
pub(super) trait Record: Reading + Sized + 'static {
    /// How its element looks.
    const SHAPE: Shape;

    /// A record without anything in it yet.
    fn at(position: Position) -> Self;

    /// Where its element begins.
    fn position(&self) -> Position;

    /// Visits the values that are there with the names of their attributes.
    fn visit_values(&self, visit: impl FnMut(&'static str, &str));

    /// The values that are there, as a document writes them.
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.text_bytes());
        self.visit_values(|name, value| {
            let blank = if text.is_empty() { "" } else { " " };
            text.extend([blank, name, "=\"", value, "\""]);
        });
        text
    }

    /// How many bytes [`Record::text`] has.
    fn text_bytes(&self) -> usize {
        let mut bytes = 0;
        self.visit_values(|name, value| {
            bytes += usize::from(bytes > 0) + name.len() + value.len() + "=\"\"".len();
        });
        bytes
    }

    /// Visits what the format does not name in it and in the records below it.
    fn visit_rest(&self, visit: &mut dyn FnMut(&'static str, &Rest));
}

/// One of the lists of a record, of which it may have none.
fn of<const N: usize>(lists: [&mut dyn Parts; N], part: usize) -> Option<&mut dyn Parts> {
    lists.into_iter().nth(part)
}

macro_rules! records {
    ($($(#[$doc:meta])* $record:ident $path:literal $name:literal
        { $($field:ident $attribute:literal)* }
        $([ $($parts:ident: $part:ident in $wrapper:literal)* ])?)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(super) struct $record {
                /// Where its element begins.
                pub(super) position: Position,
                $(pub(super) $field: Value,)*
                $($(pub(super) $parts: Vec<$part>,)*)?
                /// What the format does not name.
                pub(super) rest: Vec<Rest>,
            }

            impl Record for $record {
                const SHAPE: Shape = Shape {
                    name: $name,
                    path: $path,
                    attributes: &[$($attribute,)*],
                    parts: &[$($(Part { wrapper: $wrapper, shape: &<$part as Record>::SHAPE },)*)?],
                    bytes: size_of::<$record>(),
                };

                fn at(position: Position) -> Self {
                    $record {
                        position,
                        $($field: Value::default(),)*
                        $($($parts: Vec::new(),)*)?
                        rest: Vec::new(),
                    }
                }

                fn position(&self) -> Position {
                    self.position
                }

                fn visit_values(&self, mut visit: impl FnMut(&'static str, &str)) {
                    $(if !self.$field.is_empty() {
                        visit($attribute, &self.$field);
                    })*
                }

                fn visit_rest(&self, visit: &mut dyn FnMut(&'static str, &Rest)) {
                    self.rest.iter().for_each(|rest| visit($path, rest));
                    $($(self.$parts.iter().for_each(|part| part.visit_rest(visit));)*)?
                }
            }

            impl Reading for $record {
                fn shape(&self) -> &'static Shape {
                    &<Self as Record>::SHAPE
                }

                fn value(&mut self, attribute: usize) -> Option<&mut Value> {
                    [$(&mut self.$field,)*].into_iter().nth(attribute)
                }

                fn parts(&mut self, part: usize) -> Option<&mut dyn Parts> {
                    of([$($(&mut self.$parts as &mut dyn Parts,)*)?], part)
                }

                fn rest(&mut self) -> &mut Vec<Rest> {
                    &mut self.rest
                }
            }
        )*
    };
}

records! {
    /// The root element.
    Datastore "" "BulletinDatastore" {
        data_version "DataVersion" updated "LastDataUpdate" schema_version "SchemaVersion"
        schema_updated "LastSchemaUpdate" tool_version "ToolVersion" history "RevisionHistory"
    } [
        bulletins: Bulletin in "Bulletins"
        products: Product in "Products"
        families: Family in "ProductFamilies"
        service_packs: ServicePack in "ServicePacks"
        registry_values: RegKey in "RegKeys"
        files: File in "Files"
        commands: Command in "Commands"
        locations: Location in "Locations"
        comments: Comment in "Comments"
        severities: Severity in "Severities"
        superseded: SupersededBy in "SupercededBys"
    ]
    /// A bulletin.
    Bulletin "Bulletins/Bulletin" "Bulletin" {
        id "BulletinID" location "BulletinLocationID" faq_location "FAQLocationID" faq_page "FAQPageName"
        title "Title" posted "DatePosted" revised "DateRevised" supported "Supported" summary "Summary"
        issue "Issue" impact "ImpactSeverityID" prerequisite "PreReqSeverityID"
        mitigation "MitigationSeverityID" popularity "PopularitySeverityID"
    } [
        comments: BulletinComment in "BulletinComments"
        numbers: QNumber in "QNumbers"
        patches: Patch in "Patches"
    ]
    /// A comment of a bulletin.
    BulletinComment "Bulletins/Bulletin/BulletinComments/BulletinComment" "BulletinComment" {
        comment "CommentID"
    }
    /// An article of a bulletin.
    QNumber "Bulletins/Bulletin/QNumbers/QNumber" "QNumber" { number "QNumber" }
    /// A package of a bulletin.
    Patch "Bulletins/Bulletin/Patches/Patch" "Patch" {
        name "PatchName" location "PatchLocationID" superseded "SBID" number "SQNumber"
        no_reboot "NoReboot" severity "MSSeverityID" cve "CVEID" bugtraq "BugtraqID"
        note "ShavlikPatchComment"
    } [
        comments: PatchComment in "PatchComments"
        products: AffectedProduct in ""
        files: FileChg in "FileChgs"
        registry: RegChg in "RegChgs"
    ]
    /// A comment of a patch.
    PatchComment "Bulletins/Bulletin/Patches/Patch/PatchComments/PatchComment" "PatchComment" {
        comment "CommentID"
    }
    /// A product that a patch is for.
    AffectedProduct "Bulletins/Bulletin/Patches/Patch/AffectedProduct" "AffectedProduct" {
        product "ProductID" fixed "FixedInSP"
    } [ levels: AffectedServicePack in "" ]
    /// A service pack that a patch is for.
    AffectedServicePack "Bulletins/Bulletin/Patches/Patch/AffectedProduct/AffectedServicePack"
        "AffectedServicePack" { service_pack "ServicePackID" }
    /// Names a file change as evidence of a patch.
    FileChg "Bulletins/Bulletin/Patches/Patch/FileChgs/FileChg" "FileChg" { change "FileChangeID" }
    /// Names a registry change as evidence of a patch.
    RegChg "Bulletins/Bulletin/Patches/Patch/RegChgs/RegChg" "RegChg" { change "RegChangeID" }
    /// A product.
    Product "Products/Product" "Product" {
        id "ProductID" name "Name" minimum "MinimumSupportedServicePackID"
        current "CurrentServicePackID" version "CurrentVersion"
    } [
        families: FamilyOf in "ProductFamilies"
        available: AvailableSp in "AvailableSPs"
    ]
    /// A service pack that there is for a product.
    AvailableSp "Products/Product/AvailableSPs/AvailableSP" "AvailableSP" { service_pack "ServicePackID" }
    /// Names the family of a product.
    FamilyOf "Products/Product/ProductFamilies/ProductFamily" "ProductFamily" { family "ProductFamilyID" }
    /// A family of products.
    Family "ProductFamilies/ProductFamily" "ProductFamily" {
        id "ProductFamilyID" name "Name" recent "RecentProductVersionID"
    }
    /// A service pack.
    ServicePack "ServicePacks/ServicePack" "ServicePack" {
        id "ServicePackID" name "Name" address "URL" released "ReleaseDate"
    }
    /// A registry value, whatever key it stands in.
    RegKey "RegKeys/RegKey" "RegKey" { id "RegKeyID" name "Name" kind "Type" }
        [ changes: RegChange in "RegChanges" ]
    /// A registry value in a key, with the data that a patch gives it.
    RegChange "RegKeys/RegKey/RegChanges/RegChange" "RegChange" {
        id "RegChangeID" data "RegChangeValue" command "CommandID" parent "RegKeyID" location "LocationID"
    }
    /// A file.
    File "Files/File" "File" { id "FileID" name "Name" location "LocationID" }
        [ changes: FileChange in "FileChanges" ]
    /// A version of a file.
    FileChange "Files/File/FileChanges/FileChange" "FileChange" {
        id "FileChangeID" date "Date" version "Version" size "Size" command "CommandID" checksum "Checksum"
    }
    /// What a change does.
    Command "Commands/Command" "Command" { id "CommandID" name "Name" }
    /// A directory, a registry key or an address.
    Location "Locations/Location" "Location" { id "LocationID" path "Path" absolute "AbsolutePath" }
    /// The text of a comment.
    Comment "Comments/Comment" "Comment" { id "CommentID" text_value "Text" }
    /// The word for a severity.
    Severity "Severities/Severity" "Severity" { id "SeverityID" description "Description" }
    /// What replaces the patches that name this record.
    SupersededBy "SupercededBys/SupercededBy" "SupercededBy" { id "SBID" description "Description" }
        [ bulletins: SupersededBulletin in "SupercededBulletins" ]
    /// A bulletin with patches that replace others.
    SupersededBulletin "SupercededBys/SupercededBy/SupercededBulletins/SupercededBulletin"
        "SupercededBulletin" { id "BulletinID" }
        [ patches: SupersededPatch in "SupercededPatches" ]
    /// A patch that replaces others.
    SupersededPatch
        "SupercededBys/SupercededBy/SupercededBulletins/SupercededBulletin/SupercededPatches/SupercededPatch"
        "SupercededPatch" { name "PatchName" }
}
