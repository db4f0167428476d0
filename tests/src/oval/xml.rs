//! Definitions files and system characteristics around what a test writes: roots, generators, escapes.

use std::fmt::Write as _;

const BASE: &str = "http://oval.mitre.org/XMLSchema/oval";

/// What says by which version of the language a document was written, and when.
const GENERATOR: &str = "<generator><c:schema_version>5.11</c:schema_version>\
    <c:timestamp>2020-01-01T00:00:00</c:timestamp></generator>";

/// The system that all written characteristics are of.
const SYSTEM: &str = "<system_info><os_name>L</os_name><os_version>1</os_version>\
    <architecture>x</architecture><primary_host_name>h</primary_host_name><interfaces/></system_info>";

/// The parts of a definitions file and of the system characteristics beside it, as XML text.
///
/// The prefix `i` stands for the independent part of the standard, `c` for what is common to all.
///
/// ```
/// use conformance::oval::xml::Parts;
///
/// let mut parts = Parts::default();
/// parts.items.push_str(r#"<i:family_item id="1"><i:family>unix</i:family></i:family_item>"#);
/// assert!(parts.definitions_file().starts_with("<oval_definitions "));
/// assert!(parts.characteristics().contains("family_item"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The definitions.
    pub definitions: String,
    /// The tests.
    pub tests: String,
    /// The objects.
    pub objects: String,
    /// The states.
    pub states: String,
    /// The variables.
    pub variables: String,
    /// The objects that were collected.
    pub collected: String,
    /// The items.
    pub items: String,
}

impl Parts {
    /// Adds the parts of another.
    pub fn append(&mut self, other: &Parts) {
        self.definitions.push_str(&other.definitions);
        self.tests.push_str(&other.tests);
        self.objects.push_str(&other.objects);
        self.states.push_str(&other.states);
        self.variables.push_str(&other.variables);
        self.collected.push_str(&other.collected);
        self.items.push_str(&other.items);
    }

    /// Adds a definition of which the criteria are these.
    pub fn definition(&mut self, id: &str, criteria: &str) {
        self.definitions.push_str(&format!(
            "<definition id=\"{id}\" version=\"1\" class=\"compliance\"><metadata><title>t</title>\
             <description>d</description></metadata>{criteria}</definition>\n"
        ));
    }

    /// The definitions file.
    pub fn definitions_file(&self) -> String {
        let mut xml = root("oval_definitions", "definitions");
        let sections = [
            ("definitions", &self.definitions),
            ("tests", &self.tests),
            ("objects", &self.objects),
            ("states", &self.states),
            ("variables", &self.variables),
        ];
        for (name, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
            let _ = write!(xml, "<{name}>\n{section}</{name}>\n");
        }
        xml + "</oval_definitions>\n"
    }

    /// The system characteristics.
    pub fn characteristics(&self) -> String {
        let mut xml = root("oval_system_characteristics", "system-characteristics");
        let _ = write!(xml, "{SYSTEM}<collected_objects>\n{}</collected_objects>\n", self.collected);
        let _ = write!(xml, "<system_data>\n{}</system_data>\n", self.items);
        xml + "</oval_system_characteristics>\n"
    }
}

fn root(name: &str, schema: &str) -> String {
    format!(
        "<{name} xmlns=\"{BASE}-{schema}-5\" xmlns:i=\"{BASE}-{schema}-5#independent\" \
         xmlns:c=\"{BASE}-common-5\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{GENERATOR}"
    )
}

/// A file of values for external variables: id, datatype and values of each.
pub fn variables_file(variables: &[(String, String, Vec<String>)]) -> String {
    let mut xml = root("oval_variables", "variables");
    xml.push_str("<variables>");
    for (id, datatype, values) in variables {
        let _ = write!(xml, "<variable id=\"{id}\" datatype=\"{datatype}\" comment=\"c\">");
        values.iter().for_each(|value| xml.push_str(&format!("<value>{}</value>", escape(value))));
        xml.push_str("</variable>\n");
    }
    xml + "</variables></oval_variables>\n"
}

/// An element, with something that says nothing where it would be empty: OpenSCAP takes the element behind an
/// empty item, object or state for a part of it.
pub fn filled(name: &str, attributes: &str, content: &str, or: &str) -> String {
    format!("<{name}{attributes}>{}</{name}>", if content.is_empty() { or } else { content })
}

/// Text as it may stand in elements and attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
