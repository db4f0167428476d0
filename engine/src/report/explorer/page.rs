//! The page itself: one document, a style sheet and scripts, as files or as one file.
//!
//! A policy in the page lets it load nothing but what it consists of, and refuses to put text in as markup.
//! Source of truth: `docs/explorer.md`, "What a page may do".

use sha2::{Digest, Sha256};

use super::chunk::{Body, Chunk, base64};

const PAGE: &str = include_str!("assets/index.html");
const STYLE: &str = include_str!("assets/explorer.css");

/// The scripts in the order in which they run.
const SCRIPTS: [(&str, &str); 13] = [
    ("base.js", include_str!("assets/base.js")),
    ("chunks.js", include_str!("assets/chunks.js")),
    ("cells.js", include_str!("assets/cells.js")),
    ("charts.js", include_str!("assets/charts.js")),
    ("table.js", include_str!("assets/table.js")),
    ("overview.js", include_str!("assets/overview.js")),
    ("coverage.js", include_str!("assets/coverage.js")),
    ("map.js", include_str!("assets/map.js")),
    ("lists.js", include_str!("assets/lists.js")),
    ("client.js", include_str!("assets/client.js")),
    ("update.js", include_str!("assets/update.js")),
    ("search.js", include_str!("assets/search.js")),
    ("main.js", include_str!("assets/main.js")),
];

/// Where the parts of a page go that depend on its form.
const POLICY: &str = "<!-- policy -->";
const STYLES: &str = "<!-- style -->";
const CODE: &str = "<!-- scripts -->";

/// What every form of the policy ends with.
const ALWAYS: &str = "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
                      trusted-types chunks";

/// The files beside the data, with their paths.
pub(super) fn files() -> impl Iterator<Item = (String, Vec<u8>)> {
    let assets = SCRIPTS.iter().chain([&("explorer.css", STYLE)]);
    let assets = assets.map(|(name, text)| (format!("assets/{name}"), text.as_bytes().to_vec()));
    assets.chain([("index.html".to_owned(), index().into_bytes())])
}

/// The page that loads its parts. A page from disk has no origin of its own, so that some browsers do not
/// take its files for its own unless `file:` names them.
fn index() -> String {
    let policy = format!("default-src 'none'; script-src 'self' file:; style-src 'self' file:; {ALWAYS}");
    let first = ["base.js", "chunks.js"].map(|name| script(&format!("assets/{name}")));
    let rest = SCRIPTS.iter().skip(first.len()).map(|(name, _)| script(&format!("assets/{name}")));
    let data = script("data/overview-0.js");
    let scripts = first.into_iter().chain([data]).chain(rest).collect::<Vec<_>>().join("\n  ");
    PAGE.replace(POLICY, &meta(&policy))
        .replace(STYLES, "<link rel=\"stylesheet\" href=\"assets/explorer.css\">")
        .replace(CODE, &scripts)
}

fn script(path: &str) -> String {
    format!("<script defer src=\"{path}\"></script>")
}

fn meta(policy: &str) -> String {
    format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")
}

/// The path of a chunk's file.
pub(super) fn path(chunk: &Chunk) -> String {
    format!("data/{}.js", chunk.name())
}

/// The page as one file: what stands before the data, and what stands after it.
pub(super) fn whole() -> (String, String) {
    let code: String = SCRIPTS.iter().map(|(_, text)| *text).collect();
    let hash = |text: &str| {
        let digest = base64(&Sha256::digest(text.as_bytes()));
        format!("'sha256-{}'", String::from_utf8_lossy(&digest))
    };
    let policy =
        format!("default-src 'none'; script-src {}; style-src {}; {ALWAYS}", hash(&code), hash(STYLE));
    let page = PAGE.replace(POLICY, &meta(&policy)).replace(STYLES, &format!("<style>{STYLE}</style>"));
    let (before, after) = page.split_once(CODE).unwrap_or((&page, ""));
    (before.to_owned(), format!("<script>{code}</script>{after}"))
}

/// The element that holds a chunk in one file.
pub(super) fn element(chunk: &Chunk) -> Vec<u8> {
    let (Body::Object(text) | Body::Packed(text)) = &chunk.body;
    let mut out = format!("<script type=\"text/plain\" id=\"{}\">", chunk.name()).into_bytes();
    out.extend(text.trim_ascii());
    out.extend(b"</script>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_every_part() {
        for part in [POLICY, STYLES, CODE] {
            assert_eq!(PAGE.matches(part).count(), 1, "{part}");
        }
    }

    #[test]
    fn no_part_ends_its_element_and_no_script_puts_text_in_as_markup() {
        const SINKS: [&str; 8] = [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "eval(",
            "new Function",
            "</script",
        ];
        for (name, text) in SCRIPTS {
            let found = SINKS.iter().find(|sink| text.contains(**sink));
            assert_eq!(found, None, "{name}");
            assert!(text.contains("'use strict'"), "{name}");
        }
        assert!(!STYLE.contains("</") && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
