//! The abbreviations of languages that Windows uses, with their numbers.

/// The number of a language by its abbreviation, in any case.
///
/// ```
/// use patchstate::catalog::office::language::number;
///
/// assert_eq!(number("deu"), Some(1031));
/// assert_eq!(number("XYZ"), None);
/// ```
pub fn number(name: &str) -> Option<u32> {
    let name = name.trim();
    LANGUAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// The abbreviation of a language by its number.
///
/// ```
/// use patchstate::catalog::office::language::name;
///
/// assert_eq!(name(1031), Some("DEU"));
/// assert_eq!(name(1), None);
/// ```
pub fn name(number: u32) -> Option<&'static str> {
    LANGUAGES.iter().find(|(_, known)| *known == number).map(|(name, _)| *name)
}

/// Which of a bundle's languages is for a product in a language: its own, else English where that is all
/// there is; `None` where the bundle has none for it.
///
/// ```
/// use patchstate::catalog::office::language::variant;
///
/// assert_eq!(variant(&["ENU", "DEU"], 1031), Some("DEU"));
/// assert_eq!(variant(&["ENU"], 1031), Some("ENU"));
/// assert_eq!(variant(&["ENU", "FRA"], 1031), None);
/// ```
pub fn variant<'n>(names: &[&'n str], language: u32) -> Option<&'n str> {
    let own = names.iter().find(|name| number(name) == Some(language));
    let neutral = match names {
        [only] if only.eq_ignore_ascii_case("ENU") => Some(only),
        _ => None,
    };
    own.or(neutral).copied()
}

const LANGUAGES: [(&str, u32); 54] = [
    ("ARA", 1025),
    ("BGR", 1026),
    ("CAT", 1027),
    ("CHT", 1028),
    ("CSY", 1029),
    ("DAN", 1030),
    ("DEU", 1031),
    ("ELL", 1032),
    ("ENU", 1033),
    ("ESP", 1034),
    ("FIN", 1035),
    ("FRA", 1036),
    ("HEB", 1037),
    ("HUN", 1038),
    ("ISL", 1039),
    ("ITA", 1040),
    ("JPN", 1041),
    ("KOR", 1042),
    ("NLD", 1043),
    ("NOR", 1044),
    ("PLK", 1045),
    ("PTB", 1046),
    ("ROM", 1048),
    ("RUS", 1049),
    ("HRV", 1050),
    ("SKY", 1051),
    ("SQI", 1052),
    ("SVE", 1053),
    ("THA", 1054),
    ("TRK", 1055),
    ("URD", 1056),
    ("IND", 1057),
    ("UKR", 1058),
    ("BEL", 1059),
    ("SLV", 1060),
    ("ETI", 1061),
    ("LVI", 1062),
    ("LTH", 1063),
    ("FAR", 1065),
    ("VIT", 1066),
    ("EUQ", 1069),
    ("HIN", 1081),
    ("MSL", 1086),
    ("KKZ", 1087),
    ("GUJ", 1095),
    ("TAM", 1097),
    ("TEL", 1098),
    ("KAN", 1099),
    ("MAR", 1102),
    ("CHS", 2052),
    ("ENG", 2057),
    ("PTG", 2070),
    ("SRL", 2074),
    ("ESN", 3082),
];
