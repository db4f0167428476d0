//! How text, name spaces and documents of several systems are read.

use conformance::oval::characteristics;
use patchstate::inventory::{self, Found, Look};
use patchstate::model::inventory::Inventory;
use patchstate::model::oval::characteristics::Item;
use patchstate::model::oval::words::Status;

const SC: &str = "http://oval.mitre.org/XMLSchema/oval-system-characteristics-5";

/// Characteristics with this in their data.
fn document(data: &str) -> String {
    format!(
        "<oval_system_characteristics xmlns='{SC}' xmlns:i='{SC}#independent' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\
         <generator/><system_info><os_name>Linux</os_name><primary_host_name>h</primary_host_name></system_info>\
         <collected_objects/><system_data>{data}</system_data></oval_system_characteristics>"
    )
}

fn item(data: &str) -> Item<'static> {
    let inventory = characteristics(&document(data)).unwrap();
    inventory.characteristics.items.into_iter().next().unwrap().0
}

#[test]
fn values_are_read_as_xml_has_them() {
    for (written, expect) in [
        ("", ""),
        (" a b\n", " a b\n"),
        ("a&lt;b&#x26;", "a<b&"),
        ("a<!-- no -->b", "ab"),
        ("\n  <![CDATA[<x> & ]]>\n  ", "<x> & "),
        ("a<![CDATA[b]]>", "ab"),
        ("a\r\nb", "a\nb"),
    ] {
        let item = item(&format!("<i:variable_item id='1'><i:value>{written}</i:value></i:variable_item>"));
        assert_eq!(item.entities[0].text, expect, "{written:?}");
    }
}

#[test]
fn types_are_told_by_name_space_and_not_by_prefix() {
    for data in [
        "<i:family_item id='1'/>".to_owned(),
        format!("<family_item xmlns='{SC}#independent' id='1'/>"),
        format!("<x:family_item xmlns:x='{SC}#independent' id='1'/>"),
    ] {
        assert_eq!(item(&data).kind.to_string(), "independent:family_item", "{data}");
    }
    assert_eq!(item("<family_item id='1'/>").kind.to_string(), "family_item");
}

#[test]
fn statuses_types_and_records_are_kept() {
    let item = item(
        "<i:x_item id='7' status='error'><i:a status='does not exist' datatype='int' xsi:nil='true'/>\
         <i:r datatype='record'><i:field name='f'>1</i:field><i:field name='g' datatype='int'>2</i:field></i:r>\
         </i:x_item>",
    );
    assert_eq!((item.status, &*item.id), (Status::Error, "7"));
    let [a, r] = &item.entities[..] else { panic!("two values") };
    assert_eq!((a.status, a.nil, a.datatype.unwrap().name()), (Status::DoesNotExist, true, "int"));
    let fields: Vec<_> = r.fields.iter().map(|field| (&*field.name, &*field.text)).collect();
    assert_eq!(fields, [("f", "1"), ("g", "2")]);
}

#[test]
fn a_document_of_results_with_two_systems_is_two_inventories() {
    let system = |host: &str, value: &str| {
        format!(
            "<system><definitions/><oval_system_characteristics xmlns='{SC}'><system_info>\
             <primary_host_name>{host}</primary_host_name></system_info><collected_objects/><system_data>\
             <i:variable_item id='1'><i:value>{value}</i:value></i:variable_item></system_data>\
             </oval_system_characteristics></system>"
        )
    };
    let text = format!(
        "<oval_results xmlns='http://oval.mitre.org/XMLSchema/oval-results-5' xmlns:i='{SC}#independent'>\n\
         <results>{}{}</results></oval_results>",
        system("one", "1"),
        system("two", "2")
    );
    let format = inventory::find("oval-sc").unwrap();
    assert_eq!(inventory::recognise(&text).unwrap().name, "oval-sc");
    let Found::Units(units) = format.units(&text, Look::All).unwrap() else { panic!("all was shown") };
    let clients: Vec<_> = units.iter().map(|unit| unit.client.as_deref().unwrap()).collect();
    assert_eq!(clients, ["one", "two"]);
    for (unit, value) in units.iter().zip(["1", "2"]) {
        let place = unit.place.as_ref().unwrap();
        let excerpt = inventory::Excerpt {
            head: &text[place.head.clone()],
            text: &text[place.body.clone()],
            start: place.start,
            written: None,
        };
        let mut inventory = Inventory::default();
        format.read(excerpt, &inventory::Settings::default(), &mut inventory).unwrap();
        let (item, position) = &inventory.characteristics.items[0];
        assert_eq!(
            (&*item.entities[0].text, item.kind.to_string()),
            (value, "independent:variable_item".into())
        );
        assert!(text[position.offset as usize..].starts_with("<i:variable_item"));
    }
}

#[test]
fn what_is_not_well_formed_names_its_place() {
    for (data, at) in
        [("<i:x_item id='1'><i:a>&no;</i:a></i:x_item>", "&no;"), ("<i:x_item></i:y_item>", "</i:y_item")]
    {
        let text = document(data);
        let error = characteristics(&text).unwrap_err();
        let place = error.position().unwrap();
        assert_eq!(place.offset as usize, text.find(at).unwrap(), "{error}");
    }
}
