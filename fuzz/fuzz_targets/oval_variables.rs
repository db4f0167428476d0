//! Evaluates whatever text as the variables of a definitions file, with values from whatever text.
#![no_main]

use conformance::oval::{characteristics, document};
use libfuzzer_sys::fuzz_target;
use patchstate::catalog::Settings;
use patchstate::catalog::oval::{self, variables};
use patchstate::diagnostic::Diagnostics;
use patchstate::eval::oval::reference;
use patchstate::model::options::Options;

const CHARACTERISTICS: &str = r#"<oval_system_characteristics><generator>
<timestamp>2026-01-01T00:00:00</timestamp></generator><collected_objects>
<object id="o" flag="complete"><reference item_ref="1"/></object></collected_objects><system_data>
<variable_item id="1"><var_ref>v</var_ref><value>a-1.2</value><value>b</value></variable_item>
</system_data></oval_system_characteristics>"#;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (own, values) = text.split_once('\0').unwrap_or((&text, ""));
    let mut options = Options::default();
    patchstate_fuzz::catalog::in_file(values.as_bytes(), |path| {
        let _ = variables::read(path, &mut options.variables, &mut Diagnostics::new());
    });
    let text = document(
        "<definition id='d' class='patch'><criteria><criterion test_ref='t'/></criteria></definition>",
        "<independent:variable_test id='t'><object object_ref='o'/><state state_ref='s'/></independent:variable_test>",
        "<independent:variable_object id='o'><var_ref>v</var_ref></independent:variable_object>",
        "<independent:variable_state id='s'><value var_ref='v'/></independent:variable_state>",
        own,
    );
    let inventory = characteristics(CHARACTERISTICS).expect("is read");
    patchstate_fuzz::catalog::in_file(text.as_bytes(), |path| {
        (oval::FORMAT.read)(path, &Settings::default(), &mut |catalog| {
            let Some(content) = catalog.ok().and_then(|catalog| catalog.oval) else { return };
            std::hint::black_box(reference::evaluate(&content, &inventory, &options));
        });
    });
});
