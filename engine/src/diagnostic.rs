//! What a document has wrong without being unreadable: coded, counted, with a place.
//!
//! Knows the list of codes of all formats, because a name means one thing whichever format raises it
//! (`docs/diagnostics.md` is checked against this list); knows nothing of how any format is read.

use std::collections::BTreeMap;
use std::fmt;

/// Where something stands in a document: a byte offset and the line and column a person looks for.
///
/// The offset counts bytes of the document as decoded to UTF-8, from 0; line and column count from 1,
/// the column in bytes. A position with line 0 is only an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Bytes before it.
    pub offset: u64,
    /// Line, from 1; 0 when unknown.
    pub line: u32,
    /// Column in bytes, from 1; 0 when unknown.
    pub column: u32,
}

impl Position {
    /// The beginning of a document.
    pub const START: Position = Position { offset: 0, line: 1, column: 1 };

    /// The place behind `passed` bytes of text.
    ///
    /// ```
    /// use patchstate::diagnostic::Position;
    /// let place = Position::START.after(b"one\ntwo");
    /// assert_eq!((place.offset, place.to_string().as_str()), (7, "2:4"));
    /// ```
    #[must_use]
    pub fn after(self, passed: &[u8]) -> Position {
        let breaks = u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(u32::MAX);
        let column = match memchr::memrchr(b'\n', passed) {
            Some(last) => passed.len() - last,
            None => passed.len() + self.column as usize,
        };
        Position {
            offset: self.offset + passed.len() as u64,
            line: self.line.saturating_add(breaks),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "byte {}", self.offset),
            line => write!(f, "{line}:{}", self.column),
        }
    }
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing that a verdict could need was lost.
    Note,
    /// Something that a verdict could need was dropped or became Unknown.
    Warning,
    /// The document, the client or the compile is refused.
    Error,
}

impl Severity {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! codes {
    ($($(#[alias = $alias:literal])? $variant:ident $name:literal $severity:ident $text:literal;)*) => {
        /// The stable name of a diagnostic or an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code {
            $(#[doc = $text] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The severity unless an option raises it.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// One sentence for people.
            pub fn description(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The alias that the tables of a format use, where there is one.
            pub fn alias(self) -> Option<&'static str> {
                match self { $(Code::$variant => codes!(@alias $($alias)?),)* }
            }
        }
    };
    (@alias) => { None };
    (@alias $alias:literal) => { Some($alias) };
}

codes! {
    // Errors any format may raise.
    Io "io" Error "the operating system could not read or write something";
    NotWellFormed "not-well-formed" Error "the document is not well-formed";
    WrongFormat "wrong-format" Error "the document is not of the format it is read as";
    TooLarge "too-large" Error "a limit on size, depth or count is exceeded";
    BadReference "bad-reference" Error "a name leads outside what may be read";
    BadTable "bad-table" Error "a file of our own is damaged or makes no sense";
    WrongVersion "wrong-version" Error "a file of our own has another format version";
    BadValue "bad-value" Error "a value does not have the form it must have";
    XmlEntity "xml-entity" Error "the document uses an entity that is not one of the five of XML";
    XmlDtd "xml-dtd" Error "the document has a document type or a processing instruction, which are refused";
    CabBounds "cab-bounds" Error "a file of a cabinet reaches beyond the folder that it stands in";
    CabChecksum "cab-checksum" Error "a block of a cabinet has another checksum than it states";
    CabMultipart "cab-multipart" Error "a cabinet continues in another one";
    CabNesting "cab-nesting" Error "cabinets stand too deep in each other";
    CabQuantum "cab-quantum" Error "a folder of a cabinet is compressed with Quantum";
    NotSyncHost "not-sync-host" Error "another host fetches the catalogs of a site";
    SiteLocked "site-locked" Error "another run is at work at the same site";
    StillBeingWritten "still-being-written" Error "a file grows while it is looked at";
    OlderCatalog "older-catalog" Error "a catalog is older than the one that is current";
    UnknownCatalog "catalog-unknown-format" Error "no catalog reader recognises the document";

    // MSSecure.
    #[alias = "MSS001"] UnknownElement "unknown-element" Note "an element that the format does not name; its content is kept as text";
    #[alias = "MSS002"] UnknownAttribute "unknown-attribute" Note "an attribute that the format does not name; kept as text";
    #[alias = "MSS002"] UnknownValue "unknown-value" Note "a known attribute with a value that the format does not name; kept as text";
    #[alias = "MSS003"] MisplacedElement "misplaced-element" Warning "an element below another parent than the format gives it; read as if in place";
    #[alias = "MSS010"] DuplicateId "duplicate-id" Warning "an id given twice; references mean the first";
    #[alias = "MSS011"] DuplicateFilePath "duplicate-file-path" Note "two file records name the same file";
    #[alias = "MSS012"] DuplicateUpdateKey "duplicate-update-key" Warning "two patches of one bulletin have the same name; the later ones are numbered";
    #[alias = "MSS013"] PatchNamesDifferByCase "patch-names-differ-by-case" Note "patches of one bulletin whose names differ in case only; kept apart";
    #[alias = "MSS020"] DanglingParentReference "dangling-parent-reference" Note "a record names a parent that does not exist; the element around it is its parent";
    #[alias = "MSS020"] DanglingReference "dangling-reference" Warning "a reference to a record that does not exist; the rule that needs it is Unknown";
    #[alias = "MSS021"] SupersedenceTargetByCase "supersedence-target-by-case" Warning "a replacing patch is found only without regard to case";
    #[alias = "MSS022"] SupersedenceTargetUnresolved "supersedence-target-unresolved" Warning "a replacing patch is not in the catalog; the edge is dropped";
    #[alias = "MSS023"] SupersedenceRecordEmpty "supersedence-record-empty" Warning "a supersedence record without a replacing patch";
    #[alias = "MSS024"] SupersedenceCycle "supersedence-cycle" Warning "updates replace each other in a cycle";
    #[alias = "MSS025"] SupersedenceBackwards "supersedence-backwards" Note "an update is replaced by one that was published earlier";
    #[alias = "MSS026"] SupersedenceRecordUnused "supersedence-record-unused" Note "a supersedence record that no patch uses";
    #[alias = "MSS030"] ValueTrimmed "value-trimmed" Note "white space around a value was removed";
    #[alias = "MSS031"] NewlineInAttribute "newline-in-attribute" Note "a line break in an attribute value; read as a blank";
    #[alias = "MSS032"] NonAsciiValue "non-ascii-value" Note "a value with characters outside ASCII";
    #[alias = "MSS033"] IrregularQNumber "irregular-qnumber" Note "an article number that is not `Q` and six digits";
    #[alias = "MSS034"] SqNumberNotInBulletin "sqnumber-not-in-bulletin" Note "a patch's article number that its bulletin does not list";
    #[alias = "MSS035"] NotUtf8 "not-utf8" Warning "a value that is not UTF-8; read as windows-1252";
    #[alias = "MSS040"] AffectedSpNotAvailable "affected-sp-not-available" Note "an affected service pack that the product does not list as available";
    #[alias = "MSS041"] FixedInSpNotAvailable "fixed-in-sp-not-available" Note "a fixing service pack that the product does not list as available";
    #[alias = "MSS042"] AffectedProductWithoutSp "affected-product-without-sp" Warning "an affected product without a service pack; the row is Unknown";
    #[alias = "MSS043"] FixedInSpIsAffected "fixed-in-sp-is-affected" Warning "the fixing service pack is also listed as affected; the list wins";
    #[alias = "MSS044"] ProductSpNotAvailable "product-sp-not-available" Note "a product's minimum or current service pack is not among its available ones";
    #[alias = "MSS045"] ProductWithoutSpList "product-without-sp-list" Note "a product that lists no service pack";
    #[alias = "MSS046"] SpOrderDisagrees "sp-order-disagrees" Note "a product lists its service packs in another order than their names give";
    #[alias = "MSS050"] PatchWithoutEvidence "patch-without-evidence" Note "a patch with nothing to look at";
    #[alias = "MSS051"] PlaceholderPatch "placeholder-patch" Note "a placeholder in place of a package";
    #[alias = "MSS052"] OptionalFilesOnly "optional-files-only" Note "a patch whose only evidence are files that need not be there";
    #[alias = "MSS053"] UnsupportedFilesOnly "unsupported-files-only" Note "a patch whose only evidence are files with an unsupported command";
    #[alias = "MSS054"] UnsupportedCommand "unsupported-command" Note "a file with a command that nothing is known of";
    #[alias = "MSS055"] FileWithoutVersion "file-without-version" Note "file evidence without a version; presence decides";
    #[alias = "MSS056"] Unreferenced "unreferenced" Note "a record that no patch refers to; left out of the index";
    #[alias = "MSS057"] PatchLocationNotUrl "patch-location-not-url" Note "a patch address that is no address";
    #[alias = "MSS058"] RegistryPathIrregular "registry-path-irregular" Note "a registry path that begins with no hive";
    #[alias = "MSS059"] HotfixKeyDiffers "hotfix-key-differs" Note "a hotfix key that ends in another number than the patch has";
    #[alias = "MSS060"] BulletinNotSupported "bulletin-not-supported" Note "a bulletin that its publisher marks as not supported";
    #[alias = "MSS061"] ChecksumConflict "checksum-conflict" Warning "one file version with several checksums";

    // updateinfo and its repository.
    RepomdBase "repomd-base" Note "an absolute base address of a repository; ignored";
    RepomdDuplicate "repomd-duplicate" Warning "several data of one type in a repository index; the last one is used";
    RepomdChecksum "repomd-checksum" Warning "a file of a repository has another size or checksum than its index says; an error unless that is allowed";
    RepomdNoUpdateinfo "repomd-no-updateinfo" Note "a repository without update information";
    UpdateinfoUnknownPart "updateinfo-unknown-part" Note "an element that the format does not name; skipped";
    UpdateinfoNoId "updateinfo-no-id" Warning "an update without an id; skipped";
    UpdateinfoBadDate "updateinfo-bad-date" Note "a date that cannot be read; kept as text";
    UpdateinfoNoCollection "updateinfo-no-collection" Note "packages outside a collection; read as one collection";
    UpdateinfoBadEpoch "updateinfo-bad-epoch" Warning "an epoch that is no number; the row is skipped";
    UpdateinfoBadRow "updateinfo-bad-row" Warning "a package without name or version; the row is skipped";
    UpdateinfoDuplicate "updateinfo-duplicate" Note "one update given several times; its parts are united";
    UpdateinfoSourceRow "updateinfo-source-row" Note "rows of source packages; dropped, because no client has them installed";

    // CVRF, and the definitions of wesng.
    CvrfProductUndefined "cvrf-product-undefined" Warning "a product id that is not in the document's tree; the id is its name";
    ClientNoProduct "client-no-product" Warning "a client whose system is none that the product table names; its cells are Unknown";
    CvrfProductConflict "cvrf-product-conflict" Warning "a product id with two names; the first is used";
    CvrfOddId "cvrf-odd-id" Note "an id that is neither of a vulnerability nor of an advisory; its fixes are read, and it is not attached to them";
    CvrfRemediationType "cvrf-remediation-type" Note "a type of remediation that the format does not name; kept as text";
    CvrfNoEvidence "cvrf-no-evidence" Note "a fix that names neither an article nor a build; kept as text";
    CvrfLinux "cvrf-linux" Note "a fix that is a package of a distribution of Linux; left to the catalogs of packages";
    CvrfSupersedesToken "cvrf-supersedes-token" Note "a member of a list of replaced articles that is no article; dropped";
    CvrfFixedbuild "cvrf-fixedbuild" Warning "a fixed build that is no version; dropped";
    CvrfFixedbuildConflict "cvrf-fixedbuild-conflict" Warning "several fixed builds of one article on one system; the largest counts";
    CvrfProductUnmapped "cvrf-product-unmapped" Note "a product that no product table names; whether a client has it is Unknown";

    // Supersedence of any format.
    DanglingSupersedes "dangling-supersedes" Note "an update that is only named as replaced; a link of chains without a verdict of its own";
    SupersedenceSelf "supersedence-self" Note "an update that replaces itself; the edge is dropped";

    // The rule language of Windows updates.
    RuleUnsupported "rule-unsupported" Warning "an element of a rule that is not supported; Unknown";
    RuleFamilyMismatch "rule-family-mismatch" Warning "an element of a rule in another name space than its own; Unknown";
    RuleUnknownAttribute "rule-unknown-attribute" Warning "an attribute that its element does not have, which may narrow the test; Unknown";
    RuleBadAttribute "rule-bad-attribute" Warning "a value of a rule that cannot be read; Unknown";
    RuleBadArity "rule-bad-arity" Warning "an operator with another number of operands than it takes; Unknown";
    AttributeTooLong "attribute-too-long" Warning "a value of a rule that is longer than the limit; Unknown";
    MultiRuleSection "multi-rule-section" Note "several elements in one section of rules; all of them must hold";
    NoInstallableRule "no-installable-rule" Note "an update without a rule that says for whom it is; it is never Missing";
    CsidlUnmapped "csidl-unmapped" Warning "a folder number without a name; whatever lies there was not collected";
    WqlOddEscape "wql-odd-escape" Note "a backslash in a query before a character that it does not escape; it stands for itself";
    WqlUnsupported "wql-unsupported" Warning "a query outside of the supported language; Unknown";

    // Windows update metadata.
    DuplicateRevisionId "duplicate-revision-id" Error "one number names two revisions";
    CabIndexUnsupported "cab-index-unsupported" Error "the list of cabinets is of another version than is known";
    ShardLost "shard-lost" Warning "a revision whose cabinet could not be read on; it is Unknown";
    ShardRange "shard-range" Note "a fragment stands in another cabinet than the list of them says";
    TypeConflict "type-conflict" Note "the graph and the fragment of an update disagree on its type; the fragment counts";
    IdentityConflict "identity-conflict" Warning "the graph and the fragment of an update disagree on its id; the fragment counts";
    DanglingSupersededBy "dangling-superseded-by" Note "an update is replaced by a revision that is not there";
    DanglingBundledBy "dangling-bundled-by" Note "an update is part of a revision that is not there";
    BundleEdgeOneSided "bundle-edge-one-sided" Note "only one of the graph and the fragment says that an update is part of a bundle";
    PrerequisiteConflict "prerequisite-conflict" Note "the graph and the fragment of an update disagree on what it needs; the fragment counts";
    FragmentMalformed "fragment-malformed" Warning "a fragment of an update that cannot be read; the update is Unknown";
    FragmentDuplicateRoot "fragment-duplicate-root" Note "a part of a fragment given twice; united";
    NoRules "no-rules" Warning "an update without rules and without parts; Unknown";
    MetadataIgnored "metadata-ignored" Note "metadata of a rule that is not read";
    IgnoredContent "ignored-content" Note "content that nothing uses";

    // Software distribution packages.
    SdpMalformed "sdp-malformed" Warning "a package that cannot be read; its row is Unknown";
    SdpManifestDangling "sdp-manifest-dangling" Note "the list of packages names one that is not there";
    SdpManifestMissing "sdp-manifest-missing" Note "a package that the list of packages does not name; read anyway";
    SdpNameDiffers "sdp-name-differs" Note "a package in a file that is called after another one";
    SdpV3Ignored "sdp-v3-ignored" Note "a file of the third form of catalogs; not read";
    SdpDuplicateId "sdp-duplicate-id" Warning "two packages with one id; the later one is used";
    SdpCopyDiffers "sdp-copy-differs" Warning "a package that the catalog document has otherwise than its own file; the file is used";
    SdpTooLong "sdp-too-long" Note "a text that is longer than the format allows; kept whole";
    SdpNoDate "sdp-no-date" Note "a package without a date of creation";
    SdpClassification "sdp-classification" Note "a classification that the format does not name; kept as text";
    SdpItemInstallableAbsent "sdp-item-installable-absent" Note "an item with rules that do not say for whom it is; the package's own do";
    SdpNoInstalledRule "sdp-no-installed-rule" Note "a package without a rule that says whether it is there; it is never Installed";
    SdpInstallerUnknown "sdp-installer-unknown" Note "an installer that the format does not name; kept as text";
    SdpReturnCode "sdp-return-code" Note "a return code given twice; the first counts";
    SdpDigest "sdp-digest" Note "a digest that is not of its length; kept as text";
    NotAnSdp "not-an-sdp" Error "the document is no software distribution package";
    DocumentTooLarge "document-too-large" Warning "an update of which more is said than the limit; it is Unknown";
    UpdateTooLarge "update-too-large" Error "a revision of a graph of which more is said than the limit";
    BundleWithRules "bundle-with-rules" Note "a bundle that has rules of its own; they count as one more part";

    // What updates of any format need and consist of.
    DanglingPrerequisite "dangling-prerequisite" Warning "an update needs one that no catalog has; whether that is there is Unknown";
    PrerequisiteCycle "prerequisite-cycle" Warning "updates that need each other; none of them is ever there by way of the others";
    DanglingBundleChild "dangling-bundle-child" Warning "a bundle contains an update that no catalog has; that part is Unknown";
    BundleRevisionMismatch "bundle-revision-mismatch" Note "a bundle contains a revision that no catalog has; the highest one stands for it";
    BundleCycle "bundle-cycle" Warning "a bundle that contains itself; the part that leads back is left out";
    BundleTooDeep "bundle-too-deep" Warning "bundles nested too deeply; what lies below is Unknown";
    RuleTooDeep "rule-too-deep" Warning "a rule, or a chain of what is needed, that is too deep; Unknown from there on";

    // The Office update database.
    #[alias = "OFC002"] BundleWithoutLocal "bundle-without-local" Note "a bundle without a variant for any language";
    #[alias = "OFC003"] BadExpiredValue "bad-expired-value" Warning "a bundle that says neither that it was withdrawn nor that it was not; taken as not";
    #[alias = "OFC004"] UnknownOfficever "unknown-officever" Note "a number of a version of Office that is not known";
    #[alias = "OFC005"] KbNumberMissing "kb-number-missing" Warning "a bundle without an article number; its place among such stands for it";
    #[alias = "OFC006"] LiveAndExpiredShareKb "live-and-expired-share-kb" Note "a current and a withdrawn bundle of one article; the current one answers for it";
    #[alias = "OFC007"] DownloadAddressInvalid "download-address-invalid" Warning "a download address that is none; kept as text";
    #[alias = "OFC008"] UnknownLangname "unknown-langname" Note "an abbreviation of a language that is not known";
    #[alias = "OFC009"] DuplicateLocal "duplicate-local" Warning "two variants of a bundle for one language; the first one's address is used";
    #[alias = "OFC010"] RuleWithoutBundle "rule-without-bundle" Warning "a rule for a bundle that the catalog does not have; kept as text";
    #[alias = "OFC011"] UnknownImportState "unknown-import-state" Warning "a state of another scanner's result that is not known; Unknown";
    #[alias = "OFC012"] ImportWithoutBundle "import-without-bundle" Note "another scanner's result for an article that no bundle has; it stays without an update";
    #[alias = "OFC013"] ImportDisagrees "import-disagrees" Warning "another scanner's result that is not what the rules decide; the rules count";
    ImportTooOld "import-too-old" Note "another scanner's result that is older than a site lets count; left out";
    ImportUnreadable "import-unreadable" Error "results of another scanner that are not well-formed, or hold none";
    #[alias = "OFC014"] BundleWithoutRules "bundle-without-rules" Note "a bundle that no rules file speaks of; Unknown unless another scanner's result says more";
    OfficeFileSkipped "office-file-skipped" Note "a file of the Office update database that is not read";

    // OVAL.
    OvalNamespace "oval-namespace" Note "an element whose name space names no part of the standard; its name alone counts";
    OvalDuplicateId "oval-duplicate-id" Warning "two things with one id; the higher version is used, of equal ones the first";
    OvalDanglingRef "oval-dangling-ref" Warning "a reference to something that the file does not have; what needs it gives Error";
    OvalDefinitionCycle "oval-definition-cycle" Warning "a definition that extends itself by way of others; it gives Error";
    OvalVariableCycle "oval-variable-cycle" Warning "a variable that needs its own values; it has none";
    OvalBadEnum "oval-bad-enum" Warning "a word that the standard does not have; what it decides gives Error";
    OvalBadPattern "oval-bad-pattern" Warning "a pattern that cannot be read, or uses what is not supported; comparing with it gives Error";
    OvalPatternLimit "oval-pattern-limit" Warning "a pattern that takes too many steps; comparing with it gives Error";
    OvalUnknownPart "oval-unknown-part" Note "an element or attribute that the standard does not have; ignored";
    OvalDeprecatedCheck "oval-deprecated-check" Note "`none exist`, which the standard gave up; read as `none satisfy`";
    OvalIntRange "oval-int-range" Warning "a whole number beyond 128 bits; comparing it gives Error";
    OvalTooManyValues "oval-too-many-values" Warning "a variable with more values than the limit; it has none";
    OvalEvrNoEpoch "oval-evr-no-epoch" Note "a version without epoch that packages are compared with; read as epoch 0";
    OvalDefinitionVersion "oval-definition-version" Note "several files have one definition; the highest version is used";
    OvalBadDate "oval-bad-date" Note "a date of an advisory that cannot be read; left out";
    ScDuplicateObject "sc-duplicate-object" Warning "an object that was collected twice; both are taken together";
    ScDanglingItem "sc-dangling-item" Warning "an object refers to an item that is not there; it counts as incomplete";
    ScCompleteWithoutItems "sc-complete-without-items" Warning "an object that is complete and has no item; what its states say is Unknown";

    // Product tables.
    ProductNameUnknown "product-name-unknown" Note "a product name that no compiled catalog knows";
    ProductEntryReplaced "product-entry-replaced" Note "an added product table replaces an entry";

    // Inventories.
    InventoryUnreadable "inventory-unreadable" Error "a client's inventory could not be read; all its cells are Unknown";
    InventoryUnknownFormat "inventory-unknown-format" Error "no inventory reader recognises the document";
    InventoryUnknownPart "inventory-unknown-part" Note "an element or attribute that the format does not name; ignored";
    InventorySkipped "inventory-skipped" Note "a file that is not read: a hidden name, a symbolic link or no regular file";
    InventoryBadValue "inventory-bad-value" Warning "a value of a fact that cannot be read; it counts as not collected";
    EntryWithoutFact "entry-without-fact" Note "an entry that states nothing that is installed; counted only";
    NoClientId "no-client-id" Error "an inventory without a client id";
    ClientDuplicate "client-duplicate" Warning "several whole inventories of one client; the newest is used";
    CoverageRefused "coverage-refused" Warning "an inventory declares a kind complete that its format cannot vouch for";
    FactDuplicate "fact-duplicate" Note "one fact given twice; the last is used";
    DeltaWithoutFull "delta-without-full" Error "a delta inventory without the state that it changes";
    DeltaMissing "delta-missing" Note "a delta removes a fact that is not there";
    SerialGap "serial-gap" Error "a delta that applies to another report than the last one that was taken";
    SerialConflict "serial-conflict" Error "two reports of one client with the same serial and other contents";
    ClockAhead "clock-ahead" Error "a report that was collected more than a day from now";
    PackageLine "package-line" Warning "a line of a package list that cannot be read";
    RequestFilter "request-filter" Warning "a request wants a part of the updates; all are evaluated";
    GlpiNotInventory "glpi-not-inventory" Note "a report of an agent that is no inventory; skipped";
    DeltaUnresolved "delta-unresolved" Warning "a delta changes something that it does not name; what an earlier report said of it stays";
    HotfixListTruncated "hotfix-list-truncated" Warning "a hotfix list has not as many entries as it says; the tool that wrote it cut it off";
    TextUndecodable "text-undecodable" Warning "bytes that the text's encoding does not have; read as U+FFFD";
}

impl Code {
    /// Finds the codes that a name or an alias stands for; an alias may stand for two.
    ///
    /// ```
    /// use patchstate::diagnostic::Code;
    /// assert_eq!(Code::find("MSS061"), [Code::ChecksumConflict]);
    /// assert_eq!(Code::find("not-utf8"), [Code::NotUtf8]);
    /// assert!(Code::find("no-such-code").is_empty());
    /// ```
    pub fn find(text: &str) -> Vec<Code> {
        // The elements and attributes that Office's format does not name have the names of others.
        if text.eq_ignore_ascii_case("OFC001") {
            return vec![Code::UnknownElement, Code::UnknownAttribute];
        }
        let hit = |code: &&Code| {
            code.name() == text || code.alias().is_some_and(|alias| alias.eq_ignore_ascii_case(text))
        };
        Code::ALL.iter().filter(hit).copied().collect()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One finding: what, where, and the words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: Code,
    /// The document, as its reader calls it; empty for the document that is being read.
    pub file: String,
    /// Where in the document.
    pub position: Position,
    /// The path of element names down to the place, such as `Bulletins/Bulletin/Patch`; may be empty.
    pub element: String,
    /// What was found, in words.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        write!(f, "{}: {}: {}", self.position, self.code.severity(), self.code)?;
        if !self.element.is_empty() {
            write!(f, ": {}", self.element)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

/// Collects diagnostics: every one counted, the first [`Diagnostics::KEPT`] of each code kept.
///
/// A hostile document may raise one per byte; the counts stay exact and the memory bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    counts: BTreeMap<Code, u64>,
    kept: Vec<Diagnostic>,
}

impl Diagnostics {
    /// How many findings of one code are kept with their place.
    pub const KEPT: u64 = 1000;

    /// Makes an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a finding that is made already, and keeps it while few of its code are kept.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        let count = self.counts.entry(diagnostic.code).or_insert(0);
        *count = count.saturating_add(1);
        if *count <= Self::KEPT {
            self.kept.push(diagnostic);
        }
    }

    /// Counts a finding and keeps it while few of its code are kept; only what is kept is written out.
    pub fn push(
        &mut self,
        code: Code,
        position: Position,
        element: impl fmt::Display,
        message: impl fmt::Display,
    ) {
        let count = self.counts.entry(code).or_insert(0);
        *count = count.saturating_add(1);
        if *count <= Self::KEPT {
            let (element, message) = (element.to_string(), message.to_string());
            self.kept.push(Diagnostic { code, file: String::new(), position, element, message });
        }
    }

    /// Counts `times` findings that have no place worth naming one by one.
    pub fn count(&mut self, code: Code, times: u64) {
        if times > 0 {
            let count = self.counts.entry(code).or_insert(0);
            *count = count.saturating_add(times);
        }
    }

    /// Gives every finding that names no document the name `file`.
    pub fn name_file(&mut self, file: &str) {
        for diagnostic in self.kept.iter_mut().filter(|diagnostic| diagnostic.file.is_empty()) {
            diagnostic.file = file.to_owned();
        }
    }

    /// Takes over all findings of `other`; of those it kept, as many as this would have kept.
    pub fn append(&mut self, other: Diagnostics) {
        let mut counted: BTreeMap<Code, u64> = BTreeMap::new();
        self.kept.extend(other.kept.into_iter().filter(|finding| {
            let count = counted
                .entry(finding.code)
                .or_insert_with(|| self.counts.get(&finding.code).copied().unwrap_or(0));
            *count = count.saturating_add(1);
            *count <= Self::KEPT
        }));
        for (code, times) in other.counts {
            self.count(code, times);
        }
    }

    /// How many findings of `code` there are.
    pub fn of(&self, code: Code) -> u64 {
        self.counts.get(&code).copied().unwrap_or(0)
    }

    /// The counts of all codes that were raised, in the order of [`Code::ALL`].
    pub fn counts(&self) -> impl Iterator<Item = (Code, u64)> + '_ {
        self.counts.iter().map(|(code, count)| (*code, *count))
    }

    /// The findings that were kept, in the order they were raised.
    pub fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
