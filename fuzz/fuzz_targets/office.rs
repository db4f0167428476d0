//! Reads whatever bytes as an Office update database, as rules for it, and as results of its converter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::catalog::office;
use patchstate::inventory::{self, Found, Look, Settings};
use patchstate::model::inventory::Inventory;

fuzz_target!(|bytes: &[u8]| {
    patchstate_fuzz::catalog::read_and_compile(&office::FORMAT, bytes);
    patchstate_fuzz::catalog::read_and_compile(&office::RULES, bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let format = inventory::find("office-convert").expect("is a format");
    let Ok(Found::Units(units)) = format.units(text, Look::All) else { return };
    for unit in units {
        let body = unit.place.map_or(text, |place| text.get(place.body).expect("a place in the text"));
        _ = format.read(body.into(), &Settings::default(), &mut Inventory::default());
    }
});
