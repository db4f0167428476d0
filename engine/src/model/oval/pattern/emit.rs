//! Turns a tree into the syntax of `fancy-regex`, for its backtracking engine.
//!
//! Only spellings whose meaning does not depend on a flag are used: `\x{..}`, positive classes, `\A`, `\z`,
//! groups and look-around. Source of truth: the parser of fancy-regex 0.20.

use std::fmt::Write;

use regex_syntax::hir::ClassUnicode;

use super::set;
use super::tree::{Around, Node, Place};

/// Fails once and then matches the empty string. The engine counts its failures alone, so that a loop which
/// never fails, or whose choices an atomic group or a look-around drops, would cost nothing; with this in its
/// body each turn of a loop counts. It also keeps loops from being handed to another engine as a whole, which
/// could read the rest of the text without counting.
const TURN: &str = "(?:(*FAIL)|)";

/// A repeat up to this many times need not count its turns.
const UNCOUNTED: u32 = 1;

/// Writes a pattern.
pub(super) fn emit(node: &Node) -> String {
    let mut text = String::new();
    write(node, &mut text);
    text
}

fn write(node: &Node, text: &mut String) {
    match node {
        Node::Empty => {}
        Node::Set(set) => write_set(set, text),
        Node::Place(place) => write_place(*place, text),
        Node::Concat(nodes) => nodes.iter().for_each(|node| write_part(node, text)),
        Node::Alternate(nodes) => {
            for (at, node) in nodes.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "|" });
                write(node, text);
            }
        }
        Node::Capture(node) => enclose("(", node, text),
        Node::Atomic(node) => enclose("(?>", node, text),
        Node::Around(around, node) => {
            let open = match around {
                Around::Ahead => "(?=",
                Around::NotAhead => "(?!",
                Around::Behind => "(?<=",
                Around::NotBehind => "(?<!",
            };
            enclose(open, node, text);
        }
        Node::Repeat { min, max, greedy, node } => {
            text.push_str("(?:");
            write_part(node, text);
            // A look-around alone cannot be repeated there; with something beside it, it can.
            if max.is_none_or(|max| max > UNCOUNTED) || node.measure().most == Some(0) {
                text.push_str(TURN);
            }
            let max = max.map(|max| max.to_string()).unwrap_or_default();
            // Writing to a string does not fail.
            let _ = write!(text, "){{{min},{max}}}{}", if *greedy { "" } else { "?" });
        }
        Node::Backreference { group, fold } => {
            let _ = write!(text, "(?{}:\\{group})", if *fold { "i" } else { "" });
        }
    }
}

/// Writes a part of a sequence; alternatives reach beyond their text without a group.
fn write_part(node: &Node, text: &mut String) {
    match node {
        Node::Alternate(_) => enclose("(?:", node, text),
        other => write(other, text),
    }
}

fn enclose(open: &str, node: &Node, text: &mut String) {
    text.push_str(open);
    write(node, text);
    text.push(')');
}

fn write_place(place: Place, text: &mut String) {
    match place {
        Place::Start => text.push_str(r"\A"),
        Place::End => text.push_str(r"\z"),
        Place::FinalEnd => text.push_str(r"(?=\x{A}?\z)"),
        Place::LineStart => text.push_str(r"(?:\A|(?<=\x{A})(?!\z))"),
        Place::LineEnd => text.push_str(r"(?:\z|(?=\x{A}))"),
        Place::Word => write_boundary("!", "=", text),
        Place::NotWord => write_boundary("=", "!", text),
    }
}

/// Writes a place where a word character precedes and, as `sign` says, follows, and the opposite.
fn write_boundary(sign: &str, opposite: &str, text: &mut String) {
    let mut word = String::new();
    write_set(&set::of(set::WORD), &mut word);
    let _ = write!(text, "(?:(?<={word})(?{sign}{word})|(?<!{word})(?{opposite}{word}))");
}

fn write_set(set: &ClassUnicode, text: &mut String) {
    match set.ranges() {
        [] => text.push_str(r"[^\x{0}-\x{10FFFF}]"),
        [range] if range.start() == range.end() => write_char(range.start(), text),
        ranges => {
            text.push('[');
            for range in ranges {
                write_char(range.start(), text);
                if range.start() != range.end() {
                    text.push('-');
                    write_char(range.end(), text);
                }
            }
            text.push(']');
        }
    }
}

fn write_char(char: char, text: &mut String) {
    match char.is_ascii_alphanumeric() {
        true => text.push(char),
        false => {
            let _ = write!(text, "\\x{{{:X}}}", u32::from(char));
        }
    }
}
