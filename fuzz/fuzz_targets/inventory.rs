//! Reads whatever text as an inventory of every format, with deltas taken in every way, and what it says
//! once more after writing it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::inventory::{Deltas, Excerpt, FORMATS, Found, Look, Settings, native};
use patchstate::model::inventory::Inventory;
use patchstate::xml::encoding;

fn write_again(inventory: &Inventory) {
    let mut out = Vec::new();
    if native::write(inventory, &mut out).is_err() {
        return;
    }
    let text = std::str::from_utf8(&out).expect("what is written is text");
    let mut again = Inventory::default();
    let settings = Settings { deltas: Deltas::Take, ..Settings::default() };
    native::read(text.into(), &settings, &mut again).expect("what is written is read");
    let counts = |one: &Inventory| (one.facts.len(), one.removals.len());
    assert_eq!(counts(&again), counts(inventory));
}

fuzz_target!(|bytes: &[u8]| {
    for format in FORMATS {
        let Ok(decoded) = encoding::decode(bytes, format.code_page(bytes)) else { return };
        let text = &*decoded.text;
        std::hint::black_box((format.recognises)(text));
        std::hint::black_box(format.units(text, Look::Beginning).is_ok());
        let Ok(Found::Units(units)) = format.units(text, Look::All) else { continue };
        for unit in units.into_iter().take(16) {
            let excerpt = match unit.place {
                Some(place) => {
                    let (head, text) = (&text[place.head], &text[place.body]);
                    Excerpt { head, text, start: place.start, written: None }
                }
                None => text.into(),
            };
            for deltas in [Deltas::Refuse, Deltas::AsFull, Deltas::Take] {
                let (mut inventory, settings) =
                    (Inventory::default(), Settings { deltas, ..Settings::default() });
                if format.read(excerpt, &settings, &mut inventory).is_ok() {
                    write_again(&inventory);
                }
            }
        }
    }
});
