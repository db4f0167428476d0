//! Operating systems about the versions that rules name, with the traits that they ask for.

use super::text;
use crate::generate::random::Random;
use crate::model::applicability::{Applicability, DeviceValue, WindowsVersion};
use crate::model::fact::{Absent, Fact, Kind, Kinds, Os, Trait};
use crate::model::patches::Patches;
use crate::model::system::System;
use crate::model::truth::Truth;

/// How many systems are drawn for one that has what is wanted.
const DRAWS: usize = 64;
/// Of 1,000 systems that are asked for their processor, how many are of 32 bits where rules name those.
const NARROW: u32 = 200;
/// Of 1,000 attributes that may be left out, how many are.
const LEFT_OUT: u32 = 20;

/// A leaf about the system and whether it is to hold.
pub(super) type Wanted = (Applicability, bool);

/// An operating system with its traits.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) os: Os<'static>,
    traits: Vec<Trait<'static>>,
    absent: Vec<&'static str>,
}

impl Drawn {
    /// As rules ask about it.
    pub(super) fn system(&self, complete: Kinds) -> System {
        let mut system = System::new(Some(&self.os), complete.contains(Kind::Os));
        self.traits.iter().for_each(|stated| system.take(stated));
        self.absent.iter().for_each(|group| system.take_absent(group));
        system
    }

    /// As inventories state it.
    pub(super) fn facts(self) -> impl Iterator<Item = Fact<'static>> {
        let absent = self.absent.into_iter().map(|group| {
            Fact::Absent(Absent { kind: Some(Kind::Os), reference: text(group), ..Absent::default() })
        });
        [Fact::Os(self.os)].into_iter().chain(self.traits.into_iter().map(Fact::Trait)).chain(absent)
    }
}

/// Draws a system that has as much as can be of what is wanted.
pub(super) fn draw(
    asked: &[Applicability],
    wanted: &[Wanted],
    complete: Kinds,
    random: &mut Random,
) -> Drawn {
    let mut best = candidate(asked, wanted, complete, random);
    let mut most = fit(&best, wanted, complete);
    for _ in 0..DRAWS {
        if most == wanted.len() {
            break;
        }
        let other = candidate(asked, wanted, complete, random);
        let fits = fit(&other, wanted, complete);
        if fits > most {
            (best, most) = (other, fits);
        }
    }
    best
}

/// How much of what is wanted a system has.
fn fit(drawn: &Drawn, wanted: &[Wanted], complete: Kinds) -> usize {
    let (system, patches) = (drawn.system(complete), Patches::default());
    let has = |(leaf, holds): &&Wanted| system.answer(leaf, &patches).truth == Truth::from(*holds);
    wanted.iter().filter(has).count()
}

fn candidate(asked: &[Applicability], wanted: &[Wanted], complete: Kinds, random: &mut Random) -> Drawn {
    let versions: Vec<&WindowsVersion> = asked.iter().filter_map(version).collect();
    let near: Vec<&WindowsVersion> = wanted.iter().filter_map(|(leaf, _)| version(leaf)).collect();
    let mut os = Os {
        family: text("windows"),
        name: Some(text("Windows")),
        version: Some(text("10.0")),
        build: Some(number(&versions, &near, |asked| asked.build, 17134, random)),
        ubr: Some(random.below(2000) as u32),
        sp: Some(text(number(&versions, &near, |asked| asked.version[2], 0, random).to_string())),
        sp_minor: Some(number(&versions, &near, |asked| asked.version[3], 0, random)),
        arch: Some(text(arch(asked, wanted, random))),
        sku: Some([48, 4, 101][random.below(3)]),
        product_type: Some(text(
            ["workstation", "workstation", "domain-controller", "server"][random.below(4)],
        )),
        suite: Some(number(&versions, &near, |asked| asked.suites, 256, random)),
        language: Some(text(language(asked, random))),
        windir: Some(text(super::places::WINDIR)),
        ..Os::default()
    };
    let pairs = |from: &[&WindowsVersion]| -> Vec<[u32; 2]> {
        from.iter().filter_map(|asked| Some([asked.version[0]?, asked.version[1]?])).collect()
    };
    let (all, near) = (pairs(&versions), pairs(&near));
    let from = if !near.is_empty() && random.chance(600) { &near } else { &all };
    if let Some([major, minor]) = random.pick(from) {
        let minor = minor + u32::from(random.chance(50));
        os.version = Some(text(format!("{major}.{minor}")));
    }
    leave_out(&mut os, random);
    let (traits, absent) = traits(asked, complete, random);
    Drawn { os, traits, absent }
}

fn version(leaf: &Applicability) -> Option<&WindowsVersion> {
    match leaf {
        Applicability::WindowsVersion(asked) => Some(asked),
        _ => None,
    }
}

/// A number about one that is asked for, rather of what is wanted; or another where none is.
fn number(
    all: &[&WindowsVersion],
    near: &[&WindowsVersion],
    part: impl Fn(&WindowsVersion) -> Option<u32>,
    other: u32,
    random: &mut Random,
) -> u32 {
    let from = if random.chance(600) { near } else { all };
    let asked: Vec<u32> = from.iter().filter_map(|asked| part(asked)).collect();
    random.pick(&asked).map_or(other, |asked| about(u64::from(*asked), random) as u32)
}

/// A number at another one, above or below it.
pub(super) fn about(number: u64, random: &mut Random) -> u64 {
    match random.below(4) {
        0 => number.saturating_sub(1),
        1 => number.saturating_add(1),
        _ => number,
    }
}

fn arch(asked: &[Applicability], wanted: &[Wanted], random: &mut Random) -> &'static str {
    const NAMES: [(u32, &str); 5] = [(0, "x86"), (5, "arm"), (6, "ia64"), (9, "x64"), (12, "arm64")];
    let wanted = wanted.iter().filter(|(_, holds)| *holds).map(|(leaf, _)| leaf);
    let of = |leaf: &Applicability| match leaf {
        Applicability::Processor(asked) => Some(asked.architecture),
        _ => None,
    };
    let asked: Vec<u32> = asked.iter().filter_map(of).collect();
    let wanted: Vec<u32> = wanted.filter_map(of).collect();
    let number = match random.pick(&wanted).filter(|_| random.chance(800)) {
        Some(wanted) => *wanted,
        None if asked.contains(&0) && random.chance(NARROW) => 0,
        None => random.pick(&asked).copied().unwrap_or(9),
    };
    NAMES.iter().find(|(known, _)| *known == number).map_or("x64", |(_, name)| name)
}

fn language(asked: &[Applicability], random: &mut Random) -> String {
    let of = |leaf: &Applicability| match leaf {
        Applicability::WindowsLanguage(tag) => Some(tag.clone()),
        _ => None,
    };
    let asked: Vec<String> = asked.iter().filter_map(of).collect();
    let asked = random.pick(&asked).filter(|_| random.chance(500));
    asked.map_or_else(
        || "en-US".to_owned(),
        |tag| if tag.contains('-') { tag.clone() } else { format!("{tag}-XX") },
    )
}

/// Leaves out attributes that an inventory need not have.
fn leave_out(os: &mut Os<'static>, random: &mut Random) {
    let numbers = [&mut os.build, &mut os.ubr, &mut os.sp_minor, &mut os.sku, &mut os.suite];
    numbers.into_iter().filter(|_| random.chance(LEFT_OUT)).for_each(|number| *number = None);
    let texts = [&mut os.version, &mut os.sp, &mut os.product_type, &mut os.language];
    texts.into_iter().filter(|_| random.chance(LEFT_OUT)).for_each(|text| *text = None);
}

/// The traits that rules ask for, and the groups of them that are proved to be absent.
fn traits(
    asked: &[Applicability],
    complete: Kinds,
    random: &mut Random,
) -> (Vec<Trait<'static>>, Vec<&'static str>) {
    let (mut traits, mut absent) = (Vec::new(), Vec::new());
    let mut flags = std::collections::BTreeSet::new();
    for leaf in asked {
        let (group, name, value) = match leaf {
            Applicability::MuiInstalled => {
                flags.insert("mui");
                ("mui", "de-DE".to_owned(), "installed".to_owned())
            }
            Applicability::MuiLanguageInstalled(tag) => {
                flags.insert("mui");
                ("mui", tag.clone(), "installed".to_owned())
            }
            Applicability::ClusteredOs => {
                flags.insert("cluster");
                ("cluster", "member".to_owned(), random.chance(500).to_string())
            }
            Applicability::SystemMetric(index, _, value) => {
                let value = value + [-1, 0, 0, 1][random.below(4)];
                ("metric", index.to_string(), value.to_string())
            }
            Applicability::LicenseDword(name, _, data) => {
                ("license", name.clone(), about((*data).into(), random).to_string())
            }
            Applicability::NumberOfProcessors(_, count) => {
                ("processor", "count".to_owned(), about((*count).into(), random).to_string())
            }
            Applicability::Processor(asked) => {
                let parts = [("level", asked.level), ("revision", asked.revision)];
                let Some((name, Some(value))) = parts.into_iter().rfind(|(_, value)| value.is_some()) else {
                    continue;
                };
                ("processor", name.to_owned(), about(value.into(), random).to_string())
            }
            Applicability::DeviceAttribute(asked) => {
                let value = match &asked.value {
                    DeviceValue::Text(text) => text.clone(),
                    DeviceValue::Version(version) => version.to_string(),
                };
                ("device", asked.name.clone(), value)
            }
            _ => continue,
        };
        let known = traits.iter().any(|stated: &Trait<'_>| stated.group == group && stated.name == name);
        // A list of interface languages is only stated as a whole.
        let is_part = group == "mui" && !complete.contains(Kind::Os);
        if !known && !is_part && random.chance(500) {
            traits.push(Trait {
                group: text(group),
                name: text(name),
                value: text(value),
                ..Trait::default()
            });
        }
    }
    let stated = |group: &str| traits.iter().any(|stated| stated.group == group);
    absent.extend(flags.into_iter().filter(|group| !stated(group) && random.chance(300)));
    (traits, absent)
}
