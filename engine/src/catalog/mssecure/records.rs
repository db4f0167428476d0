//! The records of an MSSecure document: which elements there are, where each stands, what it carries.
//!
//! One table is both the types and the shape that the document is read by, so that nothing is read that
//! is not named here; the order of elements and attributes does not matter. Knows no meaning and
//! resolves no reference. Source of truth: `docs/mssecure.md`, "The format".

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
}

/// How much more than its length a list or a text that grew may take.
pub(super) const GROWTH: usize = 2;

impl Shape {
    /// About how many bytes of memory an element takes, and the record that it becomes, without texts.
    pub(super) fn weight(&self) -> usize {
        let fields = self.attributes.len() + self.parts.len() + 1;
        GROWTH * (size_of::<Element>() + size_of::<Position>() + fields * size_of::<String>())
    }
}

/// Records that stand below another.
#[derive(Debug)]
pub(super) struct Part {
    /// The element around them, which carries nothing itself; empty when they stand there directly.
    pub(super) wrapper: &'static str,
    /// Their shape.
    pub(super) shape: &'static Shape,
}

/// An element as it was read, before it becomes a record.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) shape: &'static Shape,
    pub(super) position: Position,
    /// Trimmed values of the attributes that the shape names.
    pub(super) values: Vec<(&'static str, String)>,
    pub(super) parts: Vec<Element>,
    pub(super) rest: Vec<Rest>,
}

impl Element {
    /// An element without anything in it yet.
    pub(super) fn new(shape: &'static Shape, position: Position) -> Self {
        Element { shape, position, values: Vec::new(), parts: Vec::new(), rest: Vec::new() }
    }

    fn value(&mut self, name: &str) -> String {
        let found = self.values.iter_mut().find(|(known, _)| *known == name);
        found.map(|(_, value)| std::mem::take(value)).unwrap_or_default()
    }

    /// Takes out the records of one kind, in document order.
    fn records<R: Record>(&mut self) -> Vec<R> {
        let is_one = |part: &mut Element| part.shape.path == R::SHAPE.path;
        self.parts.extract_if(.., is_one).map(R::from_element).collect()
    }
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

/// A kind of record.
pub(super) trait Record {
    /// How its element looks.
    const SHAPE: Shape;

    /// Makes the record of an element of that shape.
    fn from_element(element: Element) -> Self;

    /// Where its element begins.
    fn position(&self) -> Position;

    /// The values that are there, as a document writes them.
    fn text(&self) -> String;

    /// Visits what the format does not name in it and in the records below it.
    fn visit_rest(&self, visit: &mut dyn FnMut(&'static str, &Rest));
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
                $(pub(super) $field: String,)*
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
                };

                fn from_element(mut element: Element) -> Self {
                    $record {
                        position: element.position,
                        $($field: element.value($attribute),)*
                        $($($parts: element.records(),)*)?
                        rest: element.rest,
                    }
                }

                fn position(&self) -> Position {
                    self.position
                }

                fn text(&self) -> String {
                    written(&[$(($attribute, self.$field.as_str()),)*])
                }

                fn visit_rest(&self, visit: &mut dyn FnMut(&'static str, &Rest)) {
                    self.rest.iter().for_each(|rest| visit($path, rest));
                    $($(self.$parts.iter().for_each(|part| part.visit_rest(visit));)*)?
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

/// Writes values the way a document does, empty ones left out.
fn written(values: &[(&str, &str)]) -> String {
    let given = values.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}=\"{value}\"")).collect::<Vec<_>>().join(" ")
}
