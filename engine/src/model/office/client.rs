//! What a client states of its Windows Installer products, and what another scanner said of it, as rules
//! about Office ask.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Evidence, Wanted};
use crate::model::applicability::read::version;
use crate::model::expr::{self, Operator, Reasons, Section};
use crate::model::fact::{Kind, Kinds, Msi, Msp, ScanResult};
use crate::model::flag::Flags;
use crate::model::hotfix;
use crate::model::msi::{digits, means};
use crate::model::product::folded;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Answer, Cell, Verdict};
use crate::version::dotted::Version;

/// The scanner whose results count.
pub const SCANNER: &str = "office-convert";

/// A product that is there.
#[derive(Clone, Debug, Default)]
struct Product {
    upgrade_code: Option<String>,
    /// Folded.
    name: Option<String>,
    version: Option<Version>,
    language: Option<u32>,
    admin_image: bool,
    /// The number of its statement.
    stated: usize,
}

/// Everything that a client states of products, patches and results.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Whether products that are not stated are absent.
    all_products: bool,
    /// Whether patches that are not stated are absent.
    all_patches: bool,
    /// By the digits of their codes.
    products: BTreeMap<String, Product>,
    /// Products that are proved to be absent.
    absent: BTreeSet<String>,
    /// Whether each patch counts as installed, by product and patch.
    patches: BTreeMap<(String, String), bool>,
    /// By article, and whether what is spoken of was withdrawn: the state and its statement.
    results: BTreeMap<(u32, bool), (State, usize)>,
}

/// What another scanner said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Installed,
    Missing,
    Admin,
    Error,
    Other,
}

impl State {
    /// The state of a word of inventories.
    fn of(word: &str) -> State {
        match word {
            "installed" => State::Installed,
            "missing" => State::Missing,
            "admin" => State::Admin,
            "error" => State::Error,
            _ => State::Other,
        }
    }

    /// What it proves; `expired` says that what it speaks of was withdrawn.
    fn answer(self, expired: bool) -> Answer {
        let flagged = |answer: Answer, flags: Flags| Answer { flags: Flags::IMPORTED | flags, ..answer };
        match self {
            State::Installed => flagged(Answer::TRUE, Flags::NONE),
            State::Missing | State::Admin if expired => Answer::not(Reason::Declined),
            State::Missing => flagged(Answer::FALSE, Flags::NONE),
            State::Admin => flagged(Answer::FALSE, Flags::ADMIN_IMAGE),
            State::Error => flagged(Answer::MALFORMED, Flags::NONE),
            State::Other => flagged(Answer::UNSUPPORTED, Flags::NONE),
        }
    }
}

impl Client {
    /// A client of which nothing is stated, and these kinds are complete.
    pub fn new(complete: Kinds) -> Client {
        Client {
            all_products: complete.contains(Kind::Msi),
            all_patches: complete.contains(Kind::Msp),
            ..Client::default()
        }
    }

    /// Takes a product, whose statement has this number; of a repeated one the last counts.
    pub fn take(&mut self, stated: &Msi<'_>, number: usize) {
        let product = Product {
            upgrade_code: stated.upgrade_code.as_deref().map(digits),
            name: stated.name.as_deref().map(folded),
            version: stated.version.as_deref().and_then(version),
            language: stated.language,
            admin_image: stated.admin_image == Some(true),
            stated: number,
        };
        self.products.insert(digits(&stated.product), product);
    }

    /// Takes a patch.
    pub fn take_patch(&mut self, stated: &Msp<'_>) {
        let installed = matches!(stated.state.as_deref(), None | Some("applied" | "superseded"));
        self.patches.insert((digits(&stated.product), digits(&stated.patch)), installed);
    }

    /// Takes the proof that a product is absent.
    pub fn take_absent(&mut self, code: &str) {
        self.absent.insert(digits(code));
    }

    /// Takes the proof that a patch of a product is absent: `PRODUCT::PATCH`.
    pub fn take_absent_patch(&mut self, reference: &str) {
        if let Some((product, patch)) = reference.split_once("::") {
            self.patches.entry((digits(product), digits(patch))).or_insert(false);
        }
    }

    /// Takes what another scanner said.
    pub fn take_result(&mut self, stated: &ScanResult<'_>, number: usize) {
        if stated.scanner != SCANNER {
            return;
        }
        if let Some(article) = hotfix::id(&stated.reference) {
            self.results.insert((article, stated.expired), (State::of(&stated.state), number));
        }
    }

    /// Adds the languages of the products that are meant.
    pub fn add_languages(&self, products: &[Wanted], languages: &mut BTreeSet<u32>) {
        languages.extend(self.meant(products).filter_map(|(_, product, _)| product.language));
    }

    /// The answer of a leaf.
    pub fn answer(&self, asked: &Asked) -> Answer {
        match asked {
            Asked::Installed(evidence) => self.joined(evidence)[0],
            Asked::Applicable(evidence) => self.joined(evidence)[1],
            Asked::There(products) => match self.meant(products).next() {
                Some(_) => Answer::TRUE,
                None => self.without(products),
            },
            Asked::Scan(article, products) => match self.result(*article, products.as_deref()) {
                Some((expired, (state, _))) => state.answer(expired),
                None => Answer::new(Truth::NotApplicable, Reason::NoEvidence),
            },
        }
    }

    /// The statement that a leaf speaks of first.
    pub fn witness(&self, asked: &Asked) -> Option<usize> {
        match asked {
            Asked::Installed(Evidence { products, .. })
            | Asked::Applicable(Evidence { products, .. })
            | Asked::There(products) => self.meant(products).next().map(|(_, product, _)| product.stated),
            Asked::Scan(article, products) => {
                self.result(*article, products.as_deref()).map(|(_, (_, stated))| stated)
            }
        }
    }

    /// What another scanner said of an article: of what is current, else of what was withdrawn.
    fn result(&self, article: u32, products: Option<&[Wanted]>) -> Option<(bool, (State, usize))> {
        let of_another =
            |products: &[Wanted]| !self.products.is_empty() && self.meant(products).next().is_none();
        if products.is_some_and(of_another) {
            return None;
        }
        let of = |expired| self.results.get(&(article, expired)).map(|result| (expired, *result));
        of(false).or_else(|| of(true))
    }

    /// The products that are meant, with which of several meant ones each is.
    fn meant<'a>(
        &'a self,
        products: &'a [Wanted],
    ) -> impl Iterator<Item = (&'a str, &'a Product, &'a Wanted)> {
        self.products.iter().flat_map(move |(code, product)| {
            let fits = move |wanted: &&Wanted| fits(wanted, code, product) == Truth::True;
            products.iter().filter(fits).map(move |wanted| (code.as_str(), product, wanted))
        })
    }

    /// The answer where no product is certainly meant.
    fn without(&self, products: &[Wanted]) -> Answer {
        let may_fit = |wanted: &Wanted| {
            self.products.iter().any(|(code, product)| fits(wanted, code, product) == Truth::Unknown)
        };
        if products.iter().any(may_fit) {
            return Answer::PART_NOT_COLLECTED;
        }
        let is_absent =
            |wanted: &Wanted| wanted.code.as_deref().is_some_and(|code| self.absent.contains(&digits(code)));
        match self.all_products || products.iter().all(is_absent) {
            true => Answer::not(Reason::MsiProductAbsent),
            false => Answer::NOT_COLLECTED,
        }
    }

    /// Whether the update is there and whether it is for the client, of the product that decides: one
    /// that misses it before one of which it is not known, before one that has it.
    fn joined(&self, evidence: &Evidence) -> [Answer; 2] {
        let mut best: Option<(u8, [Answer; 2])> = None;
        for (code, product, wanted) in self.meant(&evidence.products) {
            let answers = [
                self.installed(code, product, wanted, evidence),
                applicable(product, wanted, &evidence.languages),
            ];
            let weight = match Cell::decide(answers[0], answers[1], Answer::FALSE).verdict {
                Verdict::Missing => 3,
                Verdict::Unknown => 2,
                Verdict::Installed => 1,
                Verdict::NotApplicable => 0,
            };
            if best.is_none_or(|(heaviest, _)| weight > heaviest) {
                best = Some((weight, answers));
            }
        }
        best.map_or_else(|| [self.without(&evidence.products); 2], |(_, answers)| answers)
    }

    /// Whether an update is there, by what is stated of one product.
    fn installed(&self, code: &str, product: &Product, wanted: &Wanted, evidence: &Evidence) -> Answer {
        let mut answers = Vec::new();
        if !evidence.patches.is_empty() {
            answers.push(self.patched(code, &evidence.patches));
        }
        let reached = |version: &Version| at_least(product, *version, Reason::BuildCurrent);
        answers.extend(evidence.versions.iter().chain(&wanted.most).map(reached));
        if evidence.patches.is_empty() && evidence.versions.is_empty() && !evidence.files {
            answers.push(Answer::NO_EVIDENCE);
        }
        if answers.is_empty() {
            return Answer::FALSE;
        }
        expr::combine(Operator::Or, Reasons::InOrder, Section::Installed, &answers)
    }

    /// Whether any of these patches is there.
    fn patched(&self, product: &str, patches: &[String]) -> Answer {
        let state = |patch: &String| {
            let stated = self.patches.get(&(product.to_owned(), digits(patch))).copied();
            stated.or(self.all_patches.then_some(false))
        };
        let states: Vec<_> = patches.iter().map(state).collect();
        if states.contains(&Some(true)) {
            return Answer::TRUE;
        }
        if states.contains(&None) { Answer::NOT_COLLECTED } else { Answer::not(Reason::MspAbsent) }
    }
}

/// Whether a product is the one that is meant; a part that is not stated leaves it open.
fn fits(wanted: &Wanted, code: &str, product: &Product) -> Truth {
    if wanted.code.as_deref().is_some_and(|pattern| !means(pattern, code)) {
        return Truth::False;
    }
    let upgrade_code = wanted.upgrade_code.as_deref().map(|pattern| {
        product.upgrade_code.as_deref().map_or(Truth::Unknown, |code| Truth::from(means(pattern, code)))
    });
    let name = wanted
        .name
        .as_deref()
        .map(|wanted| product.name.as_deref().map_or(Truth::Unknown, |name| Truth::from(name == wanted)));
    let parts = [Some(Truth::True), upgrade_code, name];
    parts.into_iter().flatten().collect::<crate::model::truth::Tally>().and()
}

/// Whether a product is at a version or a later one.
fn at_least(product: &Product, version: Version, reason: Reason) -> Answer {
    match product.version {
        None => Answer::PART_NOT_COLLECTED,
        Some(found) if found >= version => Answer::yes(reason),
        Some(_) => Answer::not(Reason::BuildOlder),
    }
}

/// Whether an update is for a product that is meant; one from an administrative image is flagged.
fn applicable(product: &Product, wanted: &Wanted, languages: &[u32]) -> Answer {
    let mut answers = Vec::new();
    answers.extend(wanted.least.map(|least| at_least(product, least, Reason::RuleTrue)));
    answers.extend(wanted.most.map(|most| match at_least(product, most, Reason::BuildCurrent) {
        Answer { truth: Truth::True, .. } => Answer::not(Reason::BuildCurrent),
        Answer { truth: Truth::False, .. } => Answer::TRUE,
        open => open,
    }));
    if !languages.is_empty() {
        answers.push(match product.language {
            None => Answer::PART_NOT_COLLECTED,
            Some(language) if languages.contains(&language) => Answer::TRUE,
            Some(_) => Answer::not(Reason::PlatformDiffers),
        });
    }
    let flags = if product.admin_image { Flags::ADMIN_IMAGE } else { Flags::NONE };
    answers.push(Answer { flags, ..Answer::TRUE });
    expr::combine(Operator::And, Reasons::InOrder, Section::Applicable, &answers)
}
