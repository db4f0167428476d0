//! A proof as one JSON object, complete however large.
//!
//! The names are a contract: `docs/reports.md`, "Explain"; `version` grows when one changes its meaning.

use std::io::Write;

use super::attributes::attributes;
use super::{
    Ask, Because, Detected, Folded, Hop, Leaf, Node, Others, Product, Proof, Replacement, Row, Rules, Witness,
};
use crate::diagnostic::Position;
use crate::error::Result;
use crate::eval::known::State;
use crate::model::expr::{Comparison, Data, LoopOf, Operand, Operator, Presence, Question, Subject};
use crate::model::fact::PackageKind;
use crate::model::flag::Flags;
use crate::model::install::Install;
use crate::model::law::Levels;
use crate::model::verdict::{Answer, Cell};
use crate::render::Json;

/// The version of the shape.
const VERSION: u32 = 1;

/// Writes a proof.
///
/// # Errors
///
/// Writing fails.
pub fn write(proof: &Proof<'_>, out: &mut dyn Write) -> Result<()> {
    let mut json = Json::new(out);
    json.object(|json| {
        json.key("report").text("explain");
        json.key("version").number(VERSION);
        json.key("client").text(proof.inventory.client());
        let marks: Vec<_> = proof.inventory.marks.names().collect();
        json.key("marks").array(marks, Json::text);
        json.key("update");
        update(proof, json);
        json.key("cell");
        cell(proof.cell, proof.flags(), json);
        json.key("rules_alone");
        cell(proof.asked, proof.asked.flags, json);
        json.key("before_supersedence");
        cell(proof.raw, proof.raw.flags, json);
        json.key("supersedence");
        folded(&proof.folded, json);
        json.key("rules");
        rules(&proof.rules, json);
        json.key("relations");
        super::relation::write(&proof.relations, json);
        json.key("products").array(&proof.products, |json, one| product(one, json));
        json.key("facts").array(&proof.witnesses, |json, (number, one)| witness(*number, one, json));
    });
    json.finish()
}

fn update(proof: &Proof<'_>, json: &mut Json<'_>) {
    let (entry, source) = (proof.entry, proof.source);
    json.object(|json| {
        json.key("id").text(&entry.identity);
        json.key("bulletin").text(&entry.update.bulletin);
        json.key("title").text(&entry.update.title);
        let flags: Vec<_> = entry.update.flags.names().collect();
        json.key("flags").array(flags, Json::text);
        json.key("source").object(|json| {
            json.key("feed").text(&source.feed);
            json.key("format").text(&source.format);
            json.key("path").text(&source.path);
            json.key("revision").text(&source.revision);
        });
        let drivers: Vec<_> = entry.update.installs.iter().flat_map(Install::driver).collect();
        json.key("driver").array(drivers, |json, (name, text)| {
            json.object(|json| {
                json.key("name").text(name);
                json.key("text").text(text);
            });
        });
        let document = entry.update.document();
        json.key("document").maybe((!document.is_empty()).then_some(document));
        json.key("position");
        position(Some(entry.update.position), json);
    });
}

fn cell(cell: Cell, flags: Flags, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("verdict").text(cell.verdict.name());
        json.key("reason").text(cell.reason.name());
        let flags: Vec<_> = flags.names().collect();
        json.key("flags").array(flags, Json::text);
    });
}

pub(super) fn position(position: Option<Position>, json: &mut Json<'_>) {
    let Some(position) = position.filter(|position| *position != Position::default()) else {
        return json.null();
    };
    json.object(|json| {
        if position.line > 0 {
            json.key("line").number(position.line);
            json.key("column").number(position.column);
        }
        json.key("byte").number(position.offset);
    });
}

fn folded(folded: &Folded<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        let (state, replacements, by) = match folded {
            Folded::Off => ("off", &[][..], None),
            Folded::NotAsked => ("not-asked", &[][..], None),
            Folded::Asked { replacements, by } => ("asked", replacements.as_slice(), *by),
        };
        json.key("state").text(state);
        let by = by.and_then(|by| replacements.get(by));
        json.key("by").maybe(by.map(|by| by.entry.identity.as_str()));
        json.key("replacements").array(replacements, |json, one| replacement(one, json));
    });
}

fn replacement(replacement: &Replacement<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("id").text(&replacement.entry.identity);
        json.key("verdict").text(replacement.raw.verdict.name());
        json.key("reason").text(replacement.raw.reason.name());
        json.key("path").array(&replacement.path, |json, one| hop(one, json));
    });
}

fn hop(hop: &Hop<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("from").text(&hop.from.identity);
        json.key("by").text(&hop.by.identity);
        json.key("source").text(hop.source.name());
        json.key("document").text(hop.document);
        json.key("position");
        position(hop.position, json);
    });
}

fn rules(rules: &Rules<'_>, json: &mut Json<'_>) {
    json.object(|json| match rules {
        Rules::Retracted => json.key("kind").text("retracted"),
        Rules::Deprecated => json.key("kind").text("deprecated"),
        Rules::None => json.key("kind").text("none"),
        Rules::Definition(definition, trace) => {
            super::definition::write(definition, trace.as_ref(), json);
        }
        Rules::Tests { installed, applicable } => {
            json.key("kind").text("tests");
            json.key("installed");
            node(installed, json);
            json.key("applicable");
            node(applicable, json);
        }
        Rules::Items(items) => {
            json.key("kind").text("items");
            json.key("items").array(items, |json, item| {
                json.object(|json| {
                    for (name, one) in item.trees() {
                        json.key(name);
                        node(one, json);
                    }
                });
            });
        }
        Rules::Packages { profile, rows } => {
            json.key("kind").text("packages");
            json.key("profile").text(profile.name());
            json.key("rows").array(rows, |json, one| row(one, json));
        }
    });
}

pub(super) fn answer(answer: Answer, json: &mut Json<'_>) {
    json.key("truth").text(answer.truth.name());
    json.key("reason").text(answer.reason.name());
    let flags: Vec<_> = answer.flags.names().collect();
    json.key("flags").array(flags, Json::text);
}

fn node(one: &Node<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        let operator = match &one.ask {
            Ask::Constant => "constant",
            Ask::Unread(_) => "unread",
            Ask::Leaf(_) => "test",
            Ask::Combine(Operator::And, _) => "and",
            Ask::Combine(Operator::Or, _) => "or",
            Ask::Combine(Operator::One, _) => "one",
            Ask::Combine(Operator::Xor, _) => "xor",
            Ask::Combine(Operator::Evidence, _) => "evidence",
            Ask::Not => "not",
            Ask::Loop(..) => "loop",
            Ask::SubKey(_) => "sub-key",
            Ask::Otherwise => "otherwise",
        };
        json.key("operator").text(operator);
        answer(one.answer, json);
        match &one.ask {
            Ask::Constant => {}
            Ask::Unread(element) => json.key("element").text(element),
            Ask::Leaf(one) => leaf(one, json),
            Ask::Loop(key, of, others) => {
                json.key("key").text(key);
                let word = LoopOf::ALL.iter().find(|(known, _)| known == of).map_or("", |(_, word)| word);
                json.key("true_if").text(word);
                json.key("whole").truth(*others == Others::None);
                json.key("operands").array(&one.below, |json, one| node(one, json));
            }
            Ask::SubKey(key) => {
                json.key("key").text(key);
                json.key("operands").array(&one.below, |json, one| node(one, json));
            }
            Ask::Combine(..) | Ask::Not | Ask::Otherwise => {
                match one.decides {
                    Some(decides) => json.key("decided_by").number(decides as u64),
                    None => json.key("decided_by").null(),
                }
                json.key("operands").array(&one.below, |json, one| node(one, json));
            }
        }
    });
}

fn leaf(leaf: &Leaf<'_>, json: &mut Json<'_>) {
    json.key("words").text(&leaf.words);
    json.key("subject");
    subject(&leaf.subject, json);
    json.key("question");
    question(leaf.question, json);
    because(&leaf.because, json);
    json.key("observed").maybe(leaf.observed.as_deref());
    json.key("facts").array(&leaf.facts, |json, fact| json.number(*fact as u64));
    let marks: &[&str] = if leaf.case_folded { &["case-folded"] } else { &[] };
    json.key("marks").array(marks, |json, mark| json.text(mark));
    json.key("position");
    position(leaf.position, json);
}

fn subject(subject: &Subject, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("kind").text(subject.kind().name());
        match subject {
            Subject::Os(field) => json.key("attribute").text(field.name()),
            Subject::File(path) => json.key("path").text(path),
            Subject::RegistryValue { key, name } => {
                json.key("key").text(key);
                json.key("name").text(name);
            }
            Subject::RegistryKey(key) => json.key("key").text(key),
            Subject::Msi(code) => json.key("product").text(code),
            Subject::Hotfix(number) => json.key("article").number(*number),
            Subject::Product(name) => json.key("name").text(name),
            Subject::Package(kind, name) => {
                json.key("type").text(package_kind(*kind));
                json.key("name").text(name);
            }
            Subject::Module(name) => json.key("name").text(name),
            Subject::System | Subject::Installer => {}
            Subject::Wmi(class) => json.key("class").text(class),
        }
    });
}

fn package_kind(kind: PackageKind) -> &'static str {
    match kind {
        PackageKind::Rpm => "rpm",
        PackageKind::Deb => "deb",
    }
}

fn question(question: &Question, json: &mut Json<'_>) {
    json.object(|json| match question {
        Question::Exists => json.key("asks").text("exists"),
        Question::Compare(comparison, operand) => {
            json.key("asks").text("compare");
            compared(*comparison, operand, json);
        }
        Question::Data(data) => {
            json.key("asks").text("data");
            match data {
                Data::Any => json.key("any").truth(true),
                Data::Number(number) => json.key("number").number(*number),
                Data::Text(text) => json.key("text").text(text),
                Data::AtLeast(version) => json.key("at_least").text(&version.to_string()),
            }
        }
        Question::FileEvidence { presence, version, checksum } => {
            json.key("asks").text("file");
            json.key("presence").text(match presence {
                Presence::Required => "required",
                Presence::Optional => "optional",
                Presence::Removed => "removed",
            });
            json.key("version").maybe(version.map(|version| version.to_string()).as_deref());
            json.key("checksum").maybe(checksum.map(|checksum| checksum.to_string()).as_deref());
        }
        Question::Applicability(asked) => {
            json.key("asks").text("applicability");
            json.key("element").text(&asked.to_string());
        }
        Question::Level { affected, fixed } => {
            json.key("asks").text("level");
            json.key("affected").array(affected, |json, level| json.text(level));
            json.key("fixed").maybe(fixed.as_deref());
        }
    });
}

fn compared(comparison: Comparison, operand: &Operand, json: &mut Json<'_>) {
    json.key("comparison").text(comparison.name());
    match operand {
        Operand::Version(version) => json.key("version").text(&version.to_string()),
        Operand::Number(number) => json.key("number").number(*number),
        Operand::Text(text) => json.key("text").text(text),
    }
}

/// What is known of the existence of a thing, and why.
fn because(because: &Because, json: &mut Json<'_>) {
    json.key("state").maybe(because.state().map(|state| match state {
        State::Known => "known",
        State::Absent => "absent",
        State::NotCollected => "not-collected",
    }));
    json.key("because").object(|json| {
        json.key("name").text(because.name());
        match because {
            Because::Stated | Because::Ignored => {}
            Because::Detected(row) | Because::RuledOut(row) => json.key("row").number(*row as u64),
            Because::ProvedAbsent(fact) => json.key("fact").number(*fact as u64),
            Because::Covered { under, stated } => {
                json.key("under").text(under);
                json.key("fact").number(*stated as u64);
            }
            Because::Complete(kind) | Because::Undeclared(kind) => json.key("kind").text(kind.name()),
            Because::TokenUnknown(token) => json.key("token").text(token),
        }
    });
}

fn row(row: &Row<'_>, json: &mut Json<'_>) {
    let judged = &row.judged;
    json.object(|json| {
        json.key("type").text(package_kind(judged.row.kind));
        json.key("name").text(&judged.row.name);
        json.key("arch").text(&judged.row.arch);
        json.key("epoch").number(judged.row.epoch);
        json.key("version").text(&judged.row.version);
        json.key("release").maybe(judged.row.release.as_deref());
        json.key("position");
        position(Some(judged.row.position), json);
        json.key("verdict").text(judged.cell.verdict.name());
        json.key("reason").text(judged.cell.reason.name());
        let flags: Vec<_> = judged.cell.flags.names().collect();
        json.key("flags").array(flags, Json::text);
        json.key("needed").text(judged.needed.name());
        json.key("current").text(judged.current.name());
        json.key("collection").maybe(row.collection.map(|collection| collection.name.as_str()));
        json.key("active").text(judged.active.name());
        json.key("modules").array(&row.modules, |json, module| {
            json.object(|json| {
                json.key("name").text(&module.wanted.name);
                json.key("stream").text(&module.wanted.stream);
                json.key("context").text(&module.wanted.context);
                json.key("arch").text(&module.wanted.arch);
                json.key("active").text(module.active.name());
                because(&module.because, json);
                json.key("facts").array(&module.facts, |json, fact| json.number(*fact as u64));
            });
        });
        because(&row.because, json);
        json.key("installed").array(&row.installed, |json, one| installed(one, json));
    });
}

fn installed(installed: &super::Installed<'_>, json: &mut Json<'_>) {
    let order = |order: std::cmp::Ordering| match order {
        std::cmp::Ordering::Less => "older",
        std::cmp::Ordering::Equal => "same",
        std::cmp::Ordering::Greater => "newer",
    };
    json.object(|json| {
        json.key("fact").number(installed.seen.stated as u64);
        json.key("epoch").text(installed.epoch.name());
        json.key("epochs").array(installed.seen.instance.epochs, |json, epoch| json.number(epoch));
        json.key("order").array(installed.order, |json, one| json.text(order(one)));
        json.key("counts").truth(installed.counts);
        json.key("running").truth(installed.seen.instance.running);
        json.key("retracted").truth(installed.seen.retracted);
    });
}

fn product(product: &Product<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("name").text(product.name);
        because(&product.because, json);
        match product.fact {
            Some(fact) => json.key("fact").number(fact as u64),
            None => json.key("fact").null(),
        }
        json.key("stated").maybe(product.stated.as_deref());
        match &product.levels {
            Some(Levels::Candidates(names)) => json.key("levels").array(names, |json, name| json.text(name)),
            Some(Levels::NoCandidate) => json.key("levels").array([""; 0], Json::text),
            Some(Levels::Unstated) | None => json.key("levels").null(),
        }
        json.key("detections").array(&product.detections, |json, one| detected(one, json));
    });
}

fn detected(detected: &Detected<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("row").number(detected.number as u64);
        json.key("position");
        position(Some(detected.position), json);
        json.key("when");
        node(&detected.when, json);
        json.key("levels").array(&detected.steps, |json, step| {
            json.object(|json| {
                json.key("names").array(step.names, |json, name| json.text(name));
                json.key("truth").text(step.truth().name());
                json.key("test");
                match &step.test {
                    Some(test) => node(test, json),
                    None => json.null(),
                }
            });
        });
        json.key("inherited").maybe(detected.inherited);
    });
}

fn witness(number: usize, witness: &Witness<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("number").number(number as u64);
        json.key("element").text(witness.fact.element());
        json.key("attributes").object(|json| {
            for (name, value) in attributes(witness.fact) {
                json.key(name).text(&value);
            }
        });
        json.key("document").text(witness.document);
        json.key("position");
        position(Some(witness.position), json);
    });
}
