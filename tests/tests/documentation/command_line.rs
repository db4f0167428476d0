//! The page of the command line against the help texts and the exit codes, both ways.
//!
//! The help texts are the snapshots of the program's own tests, which fail where they are old.

use std::collections::BTreeSet;

use crate::page::{Page, code_of, files, root};

/// The words of a verb that a usage begins with.
fn verb(usage: &str) -> String {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_word = |word: &&str| !word.starts_with('-') && word.bytes().all(is_part);
    usage.split(' ').take_while(is_word).collect::<Vec<_>>().join(" ")
}

/// The help texts, with the name of the verb.
fn helps() -> Vec<(String, String)> {
    let is_help = |path: &std::path::Path| -> Option<bool> {
        let name = path.file_name()?.to_str()?.strip_suffix(".snap")?.strip_prefix("cli__help")?;
        Some(name != "_short")
    };
    let help = |path: &std::path::PathBuf| {
        let text = Page::read(path).text;
        let usage = text.lines().find_map(|line| line.strip_prefix("Usage: patchstate "));
        usage.map(|usage| (verb(usage), text.clone()))
    };
    let paths = files(&[".snap"]);
    let helps: Vec<_> = paths.iter().filter(|path| is_help(path) == Some(true)).filter_map(help).collect();
    assert!(helps.len() > 10, "the help texts are not where they should be");
    helps
}

/// The options of a text: `--name` at the beginning of a word.
fn options(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    let is_option =
        |word: &&str| word.strip_prefix("--").is_some_and(|name| !name.is_empty() && !name.starts_with('-'));
    words.filter(is_option).map(str::to_owned).collect()
}

/// The options that a help text lists.
fn listed(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.flat_map(|line| options(line.split("  ").next().unwrap_or_default())).collect()
}

/// The pages that speak of options.
const PAGES: [&str; 12] = [
    "command-line.md",
    "verdicts.md",
    "mssecure.md",
    "updateinfo.md",
    "sdp.md",
    "rules.md",
    "wesng.md",
    "inventories.md",
    "reports.md",
    "parquet.md",
    "explorer.md",
    "oval.md",
];

#[test]
fn every_option_is_on_the_page_and_every_one_of_the_page_is_there() {
    let known: BTreeSet<String> = helps().iter().flat_map(|(_, help)| listed(help)).collect();
    let page = options(&Page::of_docs("command-line.md").code().join(" "));
    let missing: Vec<_> = known.difference(&page).collect();
    assert!(missing.is_empty(), "the page lacks {missing:?}");
    for name in PAGES {
        let page = Page::of_docs(name);
        let said = page.code().into_iter().filter(|code| !code.contains("qf")).collect::<Vec<_>>().join(" ");
        let unknown: Vec<_> = options(&said).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{name}: no verb has {unknown:?}");
    }
}

#[test]
fn every_verb_is_on_the_page_and_every_one_of_the_page_is_there() {
    let groups = ["report", "export", "generate", "compat", "site", "site bad", ""];
    let known: BTreeSet<String> =
        helps().into_iter().map(|(name, _)| name).filter(|name| !groups.contains(&name.as_str())).collect();
    let rows = Page::of_docs("command-line.md").rows(&["verb", "what it does", "writes"]);
    let verb = |row: &Vec<String>| verb(&code_of(&row[0]).remove(0));
    let said: BTreeSet<String> = rows.iter().map(verb).filter(|verb| verb != "help").collect();
    assert_eq!(said, known);
}

#[test]
fn exit_codes_are_those_of_the_program() {
    let source = Page::read(&root().join("cli/src/exit.rs")).text;
    let line = |line: &str| -> Option<(String, String)> {
        let (name, code) = line.trim().strip_suffix(',')?.split_once(" = ")?;
        Some((code.to_owned(), name.to_owned()))
    };
    let known: BTreeSet<_> = source.lines().filter_map(line).collect();
    assert!(known.len() > 3, "the exit codes are not where they should be");
    let rows = Page::of_docs("command-line.md").rows(&["code", "name", "means"]);
    assert_eq!(rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect::<BTreeSet<_>>(), known);
}
