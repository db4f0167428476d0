//! Makes updates of bundles and of the rules that go with them.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Bundle, Document};
use super::language;
use super::rules::{self, Entries, Entry, Key};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::model::applicability::Applicability;
use crate::model::expr::{Expr, Presence, Question, Subject};
use crate::model::flag::Flags;
use crate::model::install::{File, Install};
use crate::model::office::{Asked, Wanted};
use crate::model::supersedence::{Replacement, Source};
use crate::model::update::{Catalog, Item, ProductRow, Rule, Update, UpdateId};
use crate::model::verdict::Answer;

/// A bundle with what its attributes mean.
struct Known {
    bundle: Bundle,
    version: Option<u32>,
    article: Option<u32>,
    ordinal: u32,
    expired: bool,
}

/// Makes the catalog of a document and the rules that go with it.
pub(super) fn catalog(document: Document, Entries(mut entries): Entries) -> Catalog {
    let Document { bundles, extra, mut findings } = document;
    let mut counts: BTreeMap<(Option<u32>, Option<u32>), u32> = BTreeMap::new();
    let known: Vec<Known> = bundles
        .into_iter()
        .map(|mut bundle| {
            let version = version(&bundle, &mut findings);
            let article = article(&bundle, &mut findings);
            let (expired, is_known) = expired(&bundle, &mut findings);
            keep(&mut bundle, [version.is_some(), article.is_some(), is_known]);
            let count = counts.entry((version, article)).or_default();
            *count += 1;
            Known { version, article, ordinal: *count - 1, expired, bundle }
        })
        .collect();
    let answering = Answering::new(&known, &mut findings);
    let mut catalog = Catalog { extra, ..Catalog::default() };
    for one in known {
        let key = one.version.zip(one.article).map(|(version, article)| (version, article, one.ordinal));
        let entry = key.and_then(|key| entries.remove(&key));
        if entry.is_none() {
            findings.count(Code::BundleWithoutRules, 1);
        }
        catalog.updates.push(update(one, entry, &answering, &mut findings));
    }
    for ((version, article, ordinal), entry) in entries {
        let (name, place) = (id(Some(version), Some(article), ordinal), entry.position);
        findings.push(Code::RuleWithoutBundle, place, "bundle", format_args!("`{name}` of {}", entry.file));
        catalog.extra.push((format!("rule {name}"), format!("{}:{place}", entry.file)));
    }
    catalog.diagnostics = findings;
    catalog
}

/// Makes the catalog of rules alone.
pub(super) fn of_rules(Entries(entries): Entries) -> Catalog {
    let mut document = Document::default();
    let mut last: Option<Key> = None;
    for (key, entry) in &entries {
        let (version, article, ordinal) = key;
        // Rules without those of the place before theirs are for no bundle.
        let of_same = last.filter(|last| (last.0, last.1) == (*version, *article));
        let next = of_same.map_or(0, |last| last.2.saturating_add(1));
        if next == *ordinal {
            last = Some(*key);
            document.bundles.push(Bundle {
                version: version.to_string(),
                article: article.to_string(),
                position: entry.position,
                ..Bundle::default()
            });
        }
    }
    let mut catalog = catalog(document, Entries(entries));
    // Variants are not what rules speak of.
    let kept = std::mem::take(&mut catalog.diagnostics);
    let of_variants = |code: Code| code == Code::BundleWithoutLocal;
    let mut findings = Diagnostics::new();
    kept.kept().iter().filter(|one| !of_variants(one.code)).for_each(|one| findings.add(one.clone()));
    catalog.diagnostics = findings;
    catalog
}

/// Which bundles answer for an article.
struct Answering {
    /// Pairs of version and article of which some bundle is current.
    live: BTreeSet<(Option<u32>, u32)>,
    /// By article: the versions of Office that answer for it.
    versions: BTreeMap<u32, BTreeSet<Option<u32>>>,
}

impl Answering {
    fn new(known: &[Known], findings: &mut Diagnostics) -> Answering {
        let pairs = |expired: bool| -> BTreeMap<(Option<u32>, u32), Position> {
            let of = known.iter().filter(|one| one.expired == expired);
            of.filter_map(|one| Some(((one.version, one.article?), one.bundle.position))).collect()
        };
        let (live, withdrawn) = (pairs(false), pairs(true));
        for ((version, article), place) in withdrawn.iter().filter(|(pair, _)| live.contains_key(*pair)) {
            let message = format_args!("KB{article} of {}", family(*version));
            findings.push(Code::LiveAndExpiredShareKb, *place, "BUNDLE", message);
        }
        let live: BTreeSet<_> = live.into_keys().collect();
        let mut current: BTreeMap<u32, BTreeSet<Option<u32>>> = BTreeMap::new();
        live.iter().for_each(|(version, article)| _ = current.entry(*article).or_default().insert(*version));
        let mut versions = current.clone();
        for (version, article) in withdrawn.into_keys().filter(|(_, article)| !current.contains_key(article))
        {
            versions.entry(article).or_default().insert(version);
        }
        Answering { live, versions }
    }

    /// What another scanner's word on a bundle is asked by.
    fn asked(&self, one: &Known, products: &[Wanted]) -> Option<Asked> {
        let article = one.article?;
        let versions = self.versions.get(&article).filter(|versions| versions.contains(&one.version))?;
        if one.expired && self.live.contains(&(one.version, article)) {
            return None;
        }
        Some(Asked::Scan(article, (versions.len() > 1).then(|| products.to_vec())))
    }
}

fn version(bundle: &Bundle, findings: &mut Diagnostics) -> Option<u32> {
    let version = bundle.version.parse().ok();
    if !version.is_some_and(|version| (1..=4).contains(&version)) {
        findings.push(
            Code::UnknownOfficever,
            bundle.position,
            "BUNDLE",
            format_args!("`{}`", bundle.version),
        );
    }
    version
}

fn article(bundle: &Bundle, findings: &mut Diagnostics) -> Option<u32> {
    let digits = bundle.article.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let article = digits[..end].parse().ok();
    if article.is_none() {
        findings.push(Code::KbNumberMissing, bundle.position, "BUNDLE", format_args!("`{}`", bundle.article));
    }
    article
}

/// Keeps the texts of attributes that say nothing that is known: version, article, whether it was withdrawn.
fn keep(bundle: &mut Bundle, known: [bool; 3]) {
    let texts = [
        ("OFFICEVER", bundle.version.clone()),
        ("KB_NUMBER", bundle.article.clone()),
        ("EXPIRED", bundle.expired.clone().unwrap_or_default()),
    ];
    let unknown = texts.into_iter().zip(known).filter(|((_, text), is_known)| !is_known && !text.is_empty());
    bundle.extra.extend(unknown.map(|((name, text), _)| (name.to_owned(), text)));
}

/// Whether a bundle was withdrawn, and whether it says so in known words.
fn expired(bundle: &Bundle, findings: &mut Diagnostics) -> (bool, bool) {
    let text = bundle.expired.as_deref().unwrap_or("False");
    let is = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match (is(["true", "1", "yes"]), is(["false", "0", "no"])) {
        (true, _) => (true, true),
        (_, true) => (false, true),
        _ => {
            findings.push(Code::BadExpiredValue, bundle.position, "BUNDLE", format_args!("`{text}`"));
            (false, false)
        }
    }
}

/// The name of a version of Office.
fn family(version: Option<u32>) -> String {
    match version {
        Some(1) => "Office 2000".to_owned(),
        Some(2) => "Office XP".to_owned(),
        Some(3) => "Office 2003".to_owned(),
        Some(4) => "Office 2007".to_owned(),
        Some(other) => format!("Office (OFFICEVER {other})"),
        None => "Office".to_owned(),
    }
}

fn id(version: Option<u32>, article: Option<u32>, ordinal: u32) -> UpdateId {
    let or = |number: Option<u32>| number.map_or("-".to_owned(), |number| number.to_string());
    UpdateId::new([or(version).as_str(), or(article).as_str(), ordinal.to_string().as_str()])
}

fn update(one: Known, entry: Option<Entry>, answering: &Answering, findings: &mut Diagnostics) -> Update {
    let products = entry.as_ref().map_or(&[] as &[Wanted], |entry| &entry.evidence.products);
    let imported = answering.asked(&one, products).map(|asked| leaf(asked, one.bundle.position));
    let (payload, addresses) = addresses(&one.bundle, findings);
    let installs = installs(&one.bundle);
    let name = |wanted: &str| {
        let named = one.bundle.extra.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.map(|(_, text)| text.clone()).filter(|text| !text.is_empty())
    };
    let bulletin = one.article.map(|article| format!("KB{article}")).unwrap_or_default();
    let family = family(one.version);
    let title = name("TITLE").or_else(|| name("NAME"));
    let title = title.unwrap_or_else(|| format!("{bulletin} ({family})").trim_start().to_owned());
    let summary = name("DESCRIPTION").unwrap_or_default();
    let replaced = entry.as_ref().map_or(&[] as &[_], |entry| entry.replaced_by.as_slice());
    let replacement = |((version, article, ordinal), position): &(Key, Position)| Replacement {
        by: id(Some(*version), Some(*article), *ordinal),
        source: Source::Declared,
        position: *position,
    };
    Update {
        id: id(one.version, one.article, one.ordinal),
        bulletin,
        title,
        summary,
        kind: super::KIND.to_owned(),
        articles: one.article.into_iter().collect(),
        payload,
        installs,
        products: vec![ProductRow { product: family, levels: Vec::new() }],
        flags: if one.expired { Flags::EXPIRED } else { Flags::NONE },
        replacements: replaced.iter().map(replacement).collect(),
        rule: Rule::Items(vec![item(entry.as_ref(), imported)]),
        extra: one.bundle.extra.into_iter().chain(addresses).collect(),
        position: one.bundle.position,
        ..Update::default()
    }
}

fn leaf(asked: Asked, position: Position) -> Expr {
    let asked = Applicability::Office(Box::new(asked));
    Expr::test(Subject::Installer, Question::Applicability(Box::new(asked)), position)
}

/// The rules of a bundle; without an entry nobody knows.
fn item(entry: Option<&Entry>, imported: Option<Expr>) -> Item {
    let unknown = || Expr::Constant(Answer::UNSUPPORTED);
    let Some(entry) = entry else {
        return Item { installed: unknown(), applicable: unknown(), superseded: None, imported };
    };
    let products = leaf(Asked::Installed(entry.evidence.clone()), entry.position);
    let file = |file: &rules::File| {
        let question = Question::FileEvidence {
            presence: Presence::Required,
            version: Some(file.version),
            checksum: None,
        };
        Expr::test(Subject::File(file.path.clone()), question, file.position)
    };
    let installed = match entry.files.is_empty() {
        true => products,
        false => {
            let there = leaf(Asked::There(entry.evidence.products.clone()), entry.position);
            let files = Expr::all(vec![there, Expr::any(entry.files.iter().map(file).collect())]);
            // The first of what proves it gives the reason.
            Expr::any(if entry.files_first { vec![files, products] } else { vec![products, files] })
        }
    };
    let applicable = leaf(Asked::Applicable(entry.evidence.clone()), entry.position);
    Item { installed, applicable, superseded: None, imported }
}

/// Whether a text is the address of a download.
fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let has_scheme = ["http://", "https://", "ftp://"].iter().any(|scheme| lower.starts_with(scheme));
    has_scheme && !text.contains(char::is_whitespace)
}

/// What is downloaded of a bundle: what is for any language, then for each language the first variant.
fn installs(bundle: &Bundle) -> Vec<Install> {
    let file = |(address, _): &(String, Position)| {
        let address = if is_address(address) { address.clone() } else { String::new() };
        File { address, ..File::default() }
    };
    let install = |variant: String, addresses: &[(String, Position)]| Install {
        variant,
        files: addresses.iter().map(file).collect(),
        ..Install::default()
    };
    let neutral = (!bundle.addresses.is_empty()).then(|| install(String::new(), &bundle.addresses));
    let mut seen = BTreeSet::new();
    let names = bundle.variants.iter().map(|variant| (variant.language.to_ascii_uppercase(), variant));
    let first = names.filter(|(name, _)| seen.insert(name.clone()));
    neutral.into_iter().chain(first.map(|(name, variant)| install(name, &variant.addresses))).collect()
}

/// The address that stands for a bundle, and all of its addresses by language.
fn addresses(bundle: &Bundle, findings: &mut Diagnostics) -> (String, Vec<(String, String)>) {
    if bundle.variants.is_empty() {
        findings.push(Code::BundleWithoutLocal, bundle.position, "BUNDLE", "");
    }
    let mut seen = BTreeSet::new();
    let mut listed: Vec<(String, String)> = Vec::new();
    let mut check = |name: String, (address, position): &(String, Position), findings: &mut Diagnostics| {
        if !is_address(address) {
            findings.push(Code::DownloadAddressInvalid, *position, "DLBINARY", format_args!("`{address}`"));
            listed.push((format!("{name} (no address)"), address.clone()));
        } else {
            listed.push((name, address.clone()));
        }
    };
    for variant in &bundle.variants {
        let name = variant.language.to_ascii_uppercase();
        if language::number(&name).is_none() {
            findings.push(Code::UnknownLangname, variant.position, "LOCAL", format_args!("`{name}`"));
        }
        if !seen.insert(name.clone()) {
            findings.push(Code::DuplicateLocal, variant.position, "LOCAL", format_args!("`{name}`"));
        }
        variant.addresses.iter().for_each(|one| check(format!("address {name}"), one, findings));
    }
    bundle.addresses.iter().for_each(|one| check("address".to_owned(), one, findings));
    let of = |name: &str| listed.iter().find(|(known, _)| known == name).map(|(_, address)| address.clone());
    let first =
        || listed.iter().find(|(name, _)| !name.ends_with("(no address)")).map(|(_, one)| one.clone());
    (of("address ENU").or_else(first).unwrap_or_default(), listed)
}
