//! Characteristics of a fleet for a definitions file of rpm packages, and larger definitions files of one.

use std::collections::BTreeMap;
use std::fmt::Write;

use patchstate::generate::random::Random;
use patchstate::model::oval::object::Object;
use patchstate::model::oval::value::Datatype;
use patchstate::model::oval::{Content, Reference};

const BASE: &str = "http://oval.mitre.org/XMLSchema/oval-system-characteristics-5";

/// How many of 1,000 packages a client has.
const INSTALLED: usize = 400;

/// How many images the clients of a fleet are made from: the one of a number is a copy of the one with the rest.
pub const IMAGES: usize = 30;

/// What a definitions file asks of packages: by object its id, its version, its type and name, and the versions
/// that tests compare.
#[derive(Debug)]
pub struct Asked {
    objects: Vec<Asks>,
}

#[derive(Debug)]
struct Asks {
    id: String,
    version: String,
    kind: String,
    name: String,
    versions: Vec<String>,
}

impl Asked {
    /// Finds what a definitions file asks.
    pub fn of(content: &Content) -> Asked {
        let mut versions: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for test in &content.tests {
            let Reference::To(object) = test.object else { continue };
            let states = test.states.iter().flatten().filter_map(|state| content.states.get(*state as usize));
            let entities = states.flat_map(|state| &state.content.entities);
            let compared = entities.filter(|entity| entity.datatype == Some(Datatype::EvrString));
            versions.entry(object).or_default().extend(compared.map(|entity| entity.value.clone()));
        }
        let asks = |(number, object): (u32, &patchstate::model::oval::Named<Object>)| {
            let entities = match &object.content {
                Object::Items { entities, .. } => entities.as_slice(),
                Object::Set(_) => &[],
            };
            let name = entities.iter().find(|entity| entity.name == "name");
            let mut versions = versions.remove(&number).unwrap_or_default();
            versions.sort_unstable();
            versions.dedup();
            Asks {
                id: object.id.clone(),
                version: object.version.clone(),
                kind: object.kind.base().to_owned(),
                name: name.map_or(String::new(), |entity| entity.value.clone()),
                versions,
            }
        };
        Asked { objects: (0u32..).zip(&content.objects).map(asks).collect() }
    }

    /// The characteristics of the client of a number, of whose packages `deviation` percent are drawn anew and the
    /// others are as in its image.
    pub fn characteristics(&self, number: u64, deviation: usize) -> String {
        let mut own = Random::of(1, number);
        let (mut objects, mut items, mut next) = (String::new(), String::new(), 100);
        for (place, asks) in (0u64..).zip(&self.objects) {
            let mut image = Random::of(2 + number % IMAGES as u64, place);
            let random = if own.below(100) < deviation { &mut own } else { &mut image };
            let item = asks.item(random, next + 1);
            let _ = write!(objects, "<object id=\"{}\" version=\"{}\" flag=", asks.id, asks.version);
            match item {
                Some(item) => {
                    next += 1;
                    let _ = writeln!(objects, "\"complete\"><reference item_ref=\"{next}\"/></object>");
                    items.push_str(&item);
                    items.push('\n');
                }
                None => objects.push_str("\"does not exist\"/>\n"),
            }
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oval_system_characteristics xmlns=\"{BASE}\" \
             xmlns:oval=\"http://oval.mitre.org/XMLSchema/oval-common-5\" xmlns:lin-sc=\"{BASE}#linux\" \
             xmlns:unix-sc=\"{BASE}#unix\">\n<generator><oval:product_name>fleet</oval:product_name>\
             <oval:schema_version>5.10.1</oval:schema_version>\
             <oval:timestamp>2026-01-01T00:00:00</oval:timestamp></generator>\n<system_info>\
             <os_name>Linux</os_name><os_version>8.0</os_version><architecture>x86_64</architecture>\
             <primary_host_name>host{number:05}</primary_host_name><interfaces/></system_info>\n\
             <collected_objects>{objects}</collected_objects>\n<system_data>{items}</system_data>\n\
             </oval_system_characteristics>\n"
        )
    }
}

impl Asks {
    /// What a client has of it, under this id.
    fn item(&self, random: &mut Random, id: u32) -> Option<String> {
        match self.kind.as_str() {
            "rpminfo" if random.below(1000) < INSTALLED => {
                let (epoch, version, release) = self.installed(random);
                Some(format!(
                    "<lin-sc:rpminfo_item id=\"{id}\" status=\"exists\"><lin-sc:name>{}</lin-sc:name>\
                     <lin-sc:arch>x86_64</lin-sc:arch><lin-sc:epoch>{epoch}</lin-sc:epoch>\
                     <lin-sc:release>{release}</lin-sc:release><lin-sc:version>{version}</lin-sc:version>\
                     <lin-sc:evr datatype=\"evr_string\">{epoch}:{version}-{release}</lin-sc:evr>\
                     <lin-sc:signature_keyid>199e2f91fd431d51</lin-sc:signature_keyid></lin-sc:rpminfo_item>",
                    self.name
                ))
            }
            "rpmverifyfile" => Some(format!(
                "<lin-sc:rpmverifyfile_item id=\"{id}\" status=\"exists\"><lin-sc:name>redhat-release</lin-sc:name>\
                 <lin-sc:epoch>0</lin-sc:epoch><lin-sc:version>8.0</lin-sc:version>\
                 <lin-sc:release>0.44.el8</lin-sc:release><lin-sc:arch>x86_64</lin-sc:arch>\
                 <lin-sc:filepath>/etc/redhat-release</lin-sc:filepath></lin-sc:rpmverifyfile_item>"
            )),
            "uname" => Some(format!(
                "<unix-sc:uname_item id=\"{id}\" status=\"exists\">\
                 <unix-sc:machine_class>x86_64</unix-sc:machine_class><unix-sc:node_name>h</unix-sc:node_name>\
                 <unix-sc:os_name>Linux</unix-sc:os_name>\
                 <unix-sc:os_release>4.18.0-80.7.1.el8_0.x86_64</unix-sc:os_release>\
                 <unix-sc:os_version>#1 SMP</unix-sc:os_version>\
                 <unix-sc:processor_type>x86_64</unix-sc:processor_type></unix-sc:uname_item>"
            )),
            _ => None,
        }
    }

    /// A version that is compared, or half of the time one just below it.
    fn installed(&self, random: &mut Random) -> (String, String, String) {
        let compared = match self.versions.len() {
            0 => "0:1.0-1",
            count => &self.versions[random.below(count)],
        };
        let (epoch, rest) = compared.split_once(':').unwrap_or(("0", compared));
        let (version, release) = rest.split_once('-').unwrap_or((rest, "1"));
        let mut release = release.to_owned();
        if random.below(2) == 0 {
            let digits = |c: &char| c.is_ascii_digit();
            let first: String = release.chars().take_while(digits).collect();
            let lower = first.parse::<u64>().map_or(0, |number| number.saturating_sub(1));
            release = format!("{lower}{}", &release[first.len()..]);
        }
        (epoch.to_owned(), version.to_owned(), release)
    }
}

/// A definitions file with so many copies of its definitions, tests and states, which share objects and
/// variables.
///
/// # Panics
///
/// The text lacks one of these sections.
pub fn copies(text: &str, count: usize) -> String {
    let mut out = String::with_capacity(text.len() * count);
    let mut rest = text;
    for section in ["definitions", "tests", "objects", "states"] {
        let (begin, end) = (format!("<{section}>"), format!("</{section}>"));
        let start = rest.find(&begin).expect("the section is there") + begin.len();
        let stop = rest.find(&end).expect("the section ends");
        out.push_str(&rest[..stop]);
        if section != "objects" {
            for copy in 1..count {
                renamed(&rest[start..stop], copy, &mut out);
            }
        }
        rest = &rest[stop..];
    }
    out.push_str(rest);
    out
}

/// Writes elements with the number of a copy behind what names them, objects excepted.
fn renamed(elements: &str, copy: usize, out: &mut String) {
    let mut rest = elements;
    while let Some(at) = rest.find("=\"oval:") {
        let value = at + 2;
        let length = rest[value..].find('"').unwrap_or(rest.len() - value);
        let is_object = rest[..at].ends_with("object_ref") || rest[..at].ends_with("var_ref");
        out.push_str(&rest[..value + length]);
        if !is_object {
            let _ = write!(out, "{copy:04}");
        }
        rest = &rest[value + length..];
    }
    out.push_str(rest);
}
