//! Reads whatever text as a query and asks it, and compares patterns with a table of all their beginnings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::model::path::fold_text;
use patchstate::model::wql::{Instance, Pattern, parse};

fuzz_target!(|text: &str| {
    if let Ok(query) = parse(text) {
        let instance = Instance::from_iter([("A", Some(text), None), ("B", Some("5"), Some("number"))]);
        query.holds(&[instance, Instance::default()]);
    }
    let Some((pattern, value)) = text.split_once('\n') else { return };
    let (pattern, value) = (folded(pattern), folded(value));
    let (found, expected) = (Pattern::parse(&pattern), tokens(&pattern));
    assert_eq!(found.is_some(), expected.is_some(), "{pattern:?}");
    let (Some(found), Some(expected)) = (found, expected) else { return };
    let matches = found.matches(&value);
    assert_eq!(matches, table(&expected, &value), "{pattern:?}, {value:?}");
    assert!(!matches || value.contains(found.longest_text()), "{pattern:?}, {value:?}");
    if let Some(contained) = found.contained() {
        assert_eq!(matches, value.contains(contained), "{pattern:?}, {value:?}");
    }
});

fn folded(text: &str) -> String {
    let mut out = String::new();
    fold_text(text, &mut out);
    out
}

/// What a place of a pattern takes: any text, or one character that meets a condition.
enum Token {
    Any,
    One(Box<dyn Fn(char) -> bool>),
}

/// The tokens of a pattern; none where a set has no end or a range runs backwards.
fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let characters: Vec<char> = pattern.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(c) = characters.get(at).copied() {
        at += 1;
        tokens.push(match c {
            '%' => Token::Any,
            '_' => Token::One(Box::new(|_| true)),
            '[' => {
                let end = (at + 1..characters.len()).find(|end| characters[*end] == ']')?;
                let set = characters[at..end].to_vec();
                at = end + 1;
                Token::One(set_of(set)?)
            }
            c => Token::One(Box::new(move |other| other == c)),
        });
    }
    Some(tokens)
}

fn set_of(mut set: Vec<char>) -> Option<Box<dyn Fn(char) -> bool>> {
    let negated = set.len() > 1 && set[0] == '^';
    if negated {
        set.remove(0);
    }
    let mut members = Vec::new();
    while !set.is_empty() {
        let range = set.len() > 2 && (set[1] == '-' || set[1] == '=');
        let taken: Vec<char> = set.drain(..if range { 3 } else { 1 }).collect();
        let (low, high) = (taken[0], taken[taken.len() - 1]);
        if low > high {
            return None;
        }
        members.push(low..=high);
    }
    Some(Box::new(move |c| members.iter().any(|range| range.contains(&c)) != negated))
}

/// Whether the whole value matches, by which beginnings of it each beginning of the pattern matches.
fn table(tokens: &[Token], value: &str) -> bool {
    let characters: Vec<char> = value.chars().collect();
    let mut reached = vec![false; characters.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; characters.len() + 1];
        for at in 0..=characters.len() {
            next[at] = match token {
                Token::Any => reached[at] || at > 0 && next[at - 1],
                Token::One(holds) => at > 0 && reached[at - 1] && holds(characters[at - 1]),
            };
        }
        reached = next;
    }
    reached[characters.len()]
}
