//! Items and their values, as they are made of facts.

use crate::model::fact::Text;
use crate::model::oval::Type;
use crate::model::oval::characteristics::{Item, Value};
use crate::model::oval::value::Datatype;
use crate::model::oval::words::Status;

/// An item of a type; its id is given where it is kept.
pub(super) fn item(schema: &'static str, base: &str, entities: Vec<Value<'static>>) -> Item<'static> {
    let kind = Type { schema: schema.into(), name: format!("{base}_item").into() };
    Item { id: "".into(), kind, status: Status::Exists, entities }
}

/// A value that is there.
pub(super) fn value(name: &str, datatype: Datatype, text: impl Into<String>) -> Value<'static> {
    Value {
        name: Text::Owned(name.to_owned()),
        text: Text::Owned(text.into()),
        datatype: Some(datatype),
        status: Status::Exists,
        nil: false,
        fields: Vec::new(),
    }
}

/// A text that is there.
pub(super) fn text(name: &str, text: impl Into<String>) -> Value<'static> {
    value(name, Datatype::String, text)
}

/// A value of which only this is known of its presence.
pub(super) fn of_status(name: &str, status: Status) -> Value<'static> {
    Value { status, ..text(name, "") }
}

/// A value, not collected where no fact says it.
pub(super) fn maybe(name: &str, datatype: Datatype, stated: Option<impl Into<String>>) -> Value<'static> {
    match stated {
        Some(text) => value(name, datatype, text),
        None => of_status(name, Status::NotCollected),
    }
}

/// A text, not collected where no fact says it.
pub(super) fn maybe_text(name: &str, stated: Option<impl Into<String>>) -> Value<'static> {
    maybe(name, Datatype::String, stated)
}
