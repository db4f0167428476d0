//! How reports call an update: its short id, its articles, its type, its language.
//!
//! The names of the columns' contents are those of `Win32_PatchState`; source of truth:
//! `docs/reports.md`.

use std::borrow::Cow;

use super::table::Value;
use crate::matrix::Matrix;
use crate::matrix::tables::{Source, Update};

/// The bulletin or advisory, else the article, else the id below the feed.
pub(super) fn short_id(update: &Update) -> Cow<'_, str> {
    if !update.bulletin.is_empty() {
        return Cow::Borrowed(&update.bulletin);
    }
    match update.articles.first() {
        Some(article) => Cow::Owned(format!("KB{article}")),
        None => Cow::Borrowed(update.id.split_once(':').map_or(update.id.as_str(), |(_, id)| id)),
    }
}

/// The article numbers.
pub(super) fn articles(update: &Update) -> Value<'_> {
    Value::List(update.articles.iter().map(|article| Cow::Owned(article.to_string())).collect())
}

/// The catalog that an update is from.
pub(super) fn source<'m>(matrix: &'m Matrix<'_>, update: &Update) -> Option<&'m Source> {
    matrix.run.sources.get(update.source as usize)
}

/// The type: `Security`, `Office`, or the name of the format.
pub(super) fn kind(source: Option<&Source>) -> &str {
    match source.map_or("", |source| source.format.as_str()) {
        "mssecure" => "Security",
        "office" => "Office",
        format => format,
    }
}

/// The number that Windows gives to a language, by its tag or its three letters.
pub(super) fn locale(language: &str) -> Option<u32> {
    let tag = language.to_ascii_lowercase().replace('_', "-");
    let find = |tag: &str| LOCALES.iter().find(|(tags, _)| tags.contains(&tag)).map(|(_, number)| *number);
    find(&tag).or_else(|| tag.split_once('-').and_then(|(primary, _)| find(primary)))
}

const LOCALES: &[(&[&str], u32)] = &[
    (&["en", "enu", "en-us"], 1033),
    (&["en-gb"], 2057),
    (&["ar", "ara"], 1025),
    (&["bg"], 1026),
    (&["zh-tw", "zh-hant", "cht"], 1028),
    (&["cs", "csy"], 1029),
    (&["da", "dan"], 1030),
    (&["de", "deu"], 1031),
    (&["el", "ell"], 1032),
    (&["es", "esn", "es-es"], 3082),
    (&["fi", "fin"], 1035),
    (&["fr", "fra"], 1036),
    (&["he", "heb"], 1037),
    (&["hu", "hun"], 1038),
    (&["it", "ita"], 1040),
    (&["ja", "jpn"], 1041),
    (&["ko", "kor"], 1042),
    (&["nl", "nld"], 1043),
    (&["no", "nb", "nor"], 1044),
    (&["pl", "plk"], 1045),
    (&["pt-br", "ptb"], 1046),
    (&["ro"], 1048),
    (&["ru", "rus"], 1049),
    (&["hr"], 1050),
    (&["sk"], 1051),
    (&["sv", "sve"], 1053),
    (&["th", "tha"], 1054),
    (&["tr", "trk"], 1055),
    (&["uk"], 1058),
    (&["sl"], 1060),
    (&["et"], 1061),
    (&["lv"], 1062),
    (&["lt"], 1063),
    (&["zh", "zh-cn", "zh-hans", "chs"], 2052),
    (&["pt", "pt-pt", "ptg"], 2070),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_numbers() {
        let check = |language: &str, expect: Option<u32>| assert_eq!(locale(language), expect, "{language}");
        check("en", Some(1033));
        check("de-AT", Some(1031));
        check("zh_CN", Some(2052));
        check("PT-BR", Some(1046));
        check("", None);
        check("tlh", None);
    }
}
