//! What earlier clients had collected is compared and not read again: it changes nothing of what anyone says.

use conformance::compiled::index;
use conformance::oval::fleet::Asked;
use conformance::oval::random::Pair;
use conformance::oval::ways::{compare_following, in_other_numbers, renumbered, with_cells};
use conformance::oval::xml::Parts;
use conformance::oval::{catalog, catalog_of, content};
use conformance::random::bytes_of_seed;
use patchstate::diagnostic::{Code, Position};
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::slots::Slots;
use patchstate::inventory;
use patchstate::model::fact::{Fact, Kinds};
use patchstate::model::inventory::{Collector, Followed, Header, Marks, Said, Wording};
use patchstate::model::options::Options;
use patchstate::model::oval::characteristics::Part;

#[test]
fn generated_characteristics_say_the_same_whatever_was_read_before() {
    for seed in 0..150 {
        let pair = Pair::from_bytes(&bytes_of_seed(seed, 2000));
        let text = pair.parts.characteristics();
        compare_following(catalog_of(&pair.parts.definitions_file()), &in_other_numbers(&text))
            .unwrap_or_else(|difference| panic!("seed {seed}: {difference}"));
    }
}

#[test]
fn clients_of_a_fleet_say_the_same_whatever_was_read_before() {
    let Some(path) = conformance::corpora("oval/vendor/rhel8.xml") else { return };
    let asked = Asked::of(&content(catalog(&path).unwrap()));
    let documents: Vec<String> = [(0, 0), (1, 2), (31, 2), (2, 100)]
        .map(|(client, percent)| asked.characteristics(client, percent))
        .into();
    compare_following(catalog(&path).unwrap(), &documents)
        .unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn a_copy_of_an_image_says_what_it_says_and_finds_what_is_wrong_with_it() {
    let Some(path) = conformance::corpora("oval/vendor/rhel8.xml") else { return };
    let asked = Asked::of(&content(catalog(&path).unwrap()));
    let copy = |number: u64| asked.characteristics(1 + 30 * number, 2);
    let parts = |from: usize, to: usize| {
        let text = copy(3);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let moved = [&lines[..from], &lines[to..]].concat();
        (moved.concat(), [&lines[..to], &lines[from..]].concat().concat())
    };
    let (without_objects, twice) = parts(400, 600);
    let (without_items, with_items_twice) = parts(1300, 1500);
    let documents = [
        copy(0),
        copy(1),
        copy(2),
        copy(4),
        copy(5).replace("item_ref=\"250\"", "item_ref=\"9999\""),
        copy(6).replace("\n<", "\n\t <"),
        copy(7).replace("item_ref=\"300\"/>", "item_ref=\"300\"/><reference item_ref=\"300\"/>"),
        copy(8).replace("<reference item_ref=\"200\"/>", ""),
        without_objects,
        twice,
        without_items,
        with_items_twice,
        copy(9),
    ];
    compare_following(catalog(&path).unwrap(), &documents)
        .unwrap_or_else(|difference| panic!("{difference:.3000}"));
}

/// A definition that holds where the family of the system is `unix`.
fn family() -> Parts {
    let mut parts = Parts::default();
    parts.definition("oval:t:def:1", "<criteria><criterion test_ref=\"oval:t:tst:1\"/></criteria>");
    parts.tests.push_str(
        "<i:family_test id=\"oval:t:tst:1\" version=\"1\" check=\"all\" comment=\"c\">\
         <i:object object_ref=\"oval:t:obj:1\"/><i:state state_ref=\"oval:t:ste:1\"/></i:family_test>",
    );
    parts.objects.push_str("<i:family_object id=\"oval:t:obj:1\" version=\"1\"/>");
    parts.states.push_str(
        "<i:family_state id=\"oval:t:ste:1\" version=\"1\"><i:family>unix</i:family></i:family_state>",
    );
    parts.collected.push_str(
        "<object id=\"oval:t:obj:1\" version=\"1\" flag=\"complete\"><reference item_ref=\"1\"/></object>",
    );
    parts
        .items
        .push_str("<i:family_item id=\"1\" status=\"exists\"><i:family>unix</i:family></i:family_item>");
    parts
}

#[test]
fn the_same_words_under_another_name_space_are_another_item() {
    let parts = family();
    let text = parts.characteristics();
    let elsewhere = text.replacen("#independent", "#windows", 1);
    assert_ne!(text, elsewhere);
    compare_following(catalog_of(&parts.definitions_file()), &[text, elsewhere]).unwrap();
}

#[test]
fn what_raises_a_finding_raises_it_for_every_client() {
    let parts = family();
    let text = parts.characteristics();
    let documents = [
        text.replace("status=\"exists\"", "status=\"odd\""),
        text.replace("flag=\"complete\"", "flag=\"odd\""),
        text.replace("item_ref=\"1\"", "item_ref=\"2\""),
        text.replace("<reference item_ref=\"1\"/>", ""),
        text.replace("<reference item_ref=\"1\"/>", "<reference item_ref=\"1\"/><reference item_ref=\"1\"/>"),
        text.replace("</object>", &format!("</object>{}", parts.collected)),
        text.replace("</i:family_item>", &format!("</i:family_item>{}", parts.items)),
        text,
    ];
    compare_following(catalog_of(&parts.definitions_file()), &documents).unwrap();
}

#[test]
fn what_is_found_in_one_client_is_not_found_in_others() {
    let mut parts = Parts::default();
    parts.definition("oval:t:def:1", "<criteria><criterion test_ref=\"oval:t:tst:1\"/></criteria>");
    parts.tests.push_str(
        "<i:textfilecontent54_test id=\"oval:t:tst:1\" version=\"1\" check=\"all\" comment=\"c\">\
         <i:object object_ref=\"oval:t:obj:2\"/><i:state state_ref=\"oval:t:ste:1\"/></i:textfilecontent54_test>",
    );
    parts.states.push_str(
        "<i:textfilecontent54_state id=\"oval:t:ste:1\" version=\"1\"><i:instance datatype=\"int\">1</i:instance>\
         </i:textfilecontent54_state>",
    );
    // The first and the last one are asked by no test.
    for object in 1..4 {
        parts.objects.push_str(&format!(
            "<i:textfilecontent54_object id=\"oval:t:obj:{object}\" version=\"1\"><i:filepath>/a</i:filepath>\
             <i:pattern>a</i:pattern><i:instance datatype=\"int\">1</i:instance></i:textfilecontent54_object>"
        ));
        parts.collected.push_str(&format!(
            "<object id=\"oval:t:obj:{object}\" version=\"1\" flag=\"complete\"><reference item_ref=\"1\"/></object>\n"
        ));
    }
    parts.items.push_str(
        "<i:textfilecontent54_item id=\"1\"><i:instance datatype=\"int\">1</i:instance></i:textfilecontent54_item>\n",
    );
    let text = parts.characteristics();
    let too_large = text.replace("\"int\">1<", &format!("\"int\">{}<", "9".repeat(50)));
    let documents = [text.clone(), too_large, text];
    compare_following(catalog_of(&parts.definitions_file()), &documents).unwrap();
}

/// Hands all over to slots, and counts what they take without having it read.
struct Counting<'s, 'p> {
    slots: &'s mut Slots<'p>,
    followed: u32,
}

impl Collector for Counting<'_, '_> {
    fn header(&mut self, header: Header<'_>) {
        self.slots.header(header);
    }

    fn fact(&mut self, fact: Fact<'_>, position: Position) {
        self.slots.fact(fact, position);
    }

    fn follow(&mut self, wording: Wording, text: &str, most: u32, position: Position) -> Followed {
        let followed = self.slots.follow(wording, text, most, position);
        self.followed += followed.facts;
        followed
    }

    fn surroundings(&mut self, declared: &str) -> Option<u32> {
        self.slots.surroundings(declared)
    }

    fn characteristics(&mut self, part: Part<'_>, position: Position) {
        self.slots.characteristics(part, position);
    }

    fn stated_part(&mut self, part: Part<'_>, said: Said<'_>, position: Position) {
        self.slots.stated_part(part, said, position);
    }

    fn complete(&mut self, kinds: Kinds) {
        self.slots.complete(kinds);
    }

    fn incomplete(&mut self, kinds: Kinds) {
        self.slots.incomplete(kinds);
    }

    fn mark(&mut self, marks: Marks) {
        self.slots.mark(marks);
    }

    fn diagnostic(&mut self, code: Code, position: Position, message: &str) {
        self.slots.diagnostic(code, position, message);
    }
}

#[test]
fn a_part_that_came_before_is_followed_and_another_is_read() {
    let parts = family();
    let index = index(vec![with_cells(catalog_of(&parts.definitions_file()))], Vec::new());
    let options = Options::default();
    let plan = Plan::new(index.view().unwrap(), &options, None);
    let mut worker = Worker::new(&plan);
    let mut read = |text: &str| {
        worker.begin();
        let mut counting = Counting { slots: &mut worker.slots, followed: 0 };
        let format = inventory::find("oval-sc").unwrap();
        let read = format.read(text.into(), &inventory::Settings::default(), &mut counting);
        let followed = counting.followed;
        read.map_err(|error| error.to_string()).map(|facts| {
            worker.finish();
            (followed, facts)
        })
    };
    let text = parts.characteristics();
    assert_eq!(read(&text), Ok((0, 4)), "the system, the collection, an object and an item");
    assert_eq!(read(&renumbered(&text, &|number| (number + 5).to_string())), Ok((2, 4)));
    assert_eq!(read(&text.replace("item_ref=\"1\"", "item_ref=\"01\"")), Ok((1, 4)));
    assert_eq!(read(&text.replace("unix<", "unix <")), Ok((1, 4)));
    assert!(read(&text.replace("</i:family>", "")).unwrap_err().contains("must stand"));
    assert!(read(&text.replace("</i:family_item>", "</i:family_item>&")).is_err());
}
