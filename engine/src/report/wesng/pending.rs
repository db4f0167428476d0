//! Reads what Windows Update still offered a machine, and scores both answers against it.
//!
//! A list is a line for each update: its articles, a colon, its title. An update that no document has is
//! counted like all others: nobody can find it. Source of truth: `docs/wesng.md`, "Scorecard".

use super::{Comparison, Machine};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::hotfix;
use crate::model::verdict::{Cell, Verdict};
use crate::xml::encoding;

/// An update that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its articles.
    pub articles: Vec<u32>,
    /// Its title.
    pub title: String,
}

/// What both answers say of an article that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The client's id.
    pub client: String,
    /// The article.
    pub article: u32,
    /// The title of the update.
    pub title: String,
    /// Whether the definitions have a row of it.
    pub defined: bool,
    /// Its cell; `None` where the index has no update of it.
    pub cell: Option<Cell>,
    /// Whether wesng reports it.
    pub reported: bool,
}

/// The most bytes of a list; real ones have some hundred.
const BYTES: usize = 16 << 20;

/// Reads a list, in UTF-8, UTF-16 with a mark, or whatever else browsers would take it for.
///
/// # Errors
///
/// It is larger than 16 MiB, a line has no colon, or something before it that is no article.
///
/// ```
/// use patchstate::report::wesng::pending::read;
/// let offers = read(b"KB4489893: 2019-03 Preview (KB4489893)\n")?;
/// assert_eq!((offers[0].articles.as_slice(), offers.len()), (&[4_489_893][..], 1));
/// assert!(read(b"4489893\n").is_err());
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub fn read(bytes: &[u8]) -> Result<Vec<Offer>> {
    if bytes.len() > BYTES {
        return Err(Error::new(Code::TooLarge, format!("a list of more than {BYTES} bytes")));
    }
    let text = encoding::decode(bytes, None)?.text;
    let mut offers = Vec::new();
    let mut place = Position::START;
    for line in text.split_inclusive('\n') {
        let here = place;
        place = place.after(line.as_bytes());
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |what: String| {
            Error::new(Code::BadValue, what).at(here).with_hint("write `KB5036451: title of the update`")
        };
        let Some((articles, title)) = line.split_once(':') else {
            return Err(wrong(format!("`{line}` has no colon between articles and title")));
        };
        let stated = articles.split(',').map(str::trim).filter(|article| !article.is_empty());
        let article = |text: &str| {
            hotfix::id(text).ok_or_else(|| wrong(format!("`{text}` is no number of an article")))
        };
        let articles = stated.map(article).collect::<Result<Vec<u32>>>()?;
        offers.push(Offer { articles, title: title.trim().to_owned() });
    }
    Ok(offers)
}

impl Comparison<'_> {
    /// What both answers say of what a machine was offered, a line for each article.
    pub fn score(&self, machine: &Machine, offers: &[Offer]) -> Vec<Score> {
        let score = |offer: &Offer, article: u32| Score {
            client: machine.client.clone(),
            article,
            title: offer.title.clone(),
            defined: self.is_defined(article),
            cell: machine.cells.get(&article).copied(),
            reported: machine.reported.contains(&article.to_string()),
        };
        offers.iter().flat_map(|offer| offer.articles.iter().map(|article| score(offer, *article))).collect()
    }
}

/// The totals of a scorecard by name: everything that was offered is in exactly one verdict or in none.
pub(super) fn totals(scores: &[Score]) -> Vec<(&'static str, u64)> {
    let count = |is: &dyn Fn(&Score) -> bool| scores.iter().filter(|score| is(score)).count() as u64;
    let verdict = |verdict| count(&|score: &Score| score.cell.is_some_and(|cell| cell.verdict == verdict));
    let mut totals = vec![
        ("offered", scores.len() as u64),
        ("in the definitions", count(&|score| score.defined)),
        ("in no definitions", count(&|score| !score.defined)),
        ("not in the index", count(&|score| score.cell.is_none())),
        ("reported by wesng", count(&|score| score.reported)),
    ];
    totals.extend(Verdict::ALL.into_iter().map(|one| (one.name(), verdict(one))));
    totals
}
