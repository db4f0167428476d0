//! The thing that a leaf is about, in the form in which clients are compared.

use crate::model::applicability::read::{Given, Refused};
use crate::model::expr::Subject;
use crate::model::msi::code;
use crate::model::path;
use crate::model::registry::{LOOP, View, normal_key};
use crate::model::wql::{self, class_key};

/// The one hive that rules name.
const HIVE: &str = "HKEY_LOCAL_MACHINE";

/// In a loop, the sub-key that it is at.
const TARGET: &str = "HKEY_LOOP_TARGET";

/// The value of the registry that an element names.
pub(super) fn registry_value(given: &Given, in_loop: bool) -> Result<Subject, Refused> {
    let key = registry_key(given, in_loop)?;
    let mut name = String::new();
    path::fold_text(given.get("Value").unwrap_or(""), &mut name);
    Ok(Subject::RegistryValue { key, name })
}

/// The key of the registry that an element names, in normal form; in a loop it may be below a sub-key.
pub(super) fn registry_key(given: &Given, in_loop: bool) -> Result<String, Refused> {
    let hive = given.required("Key")?;
    let below = given.required("Subkey")?;
    if hive.trim() == TARGET && in_loop {
        return Ok(normal_key(&format!("{LOOP}\\{below}"), View::Native));
    }
    if hive.trim() != HIVE {
        return Err(Refused::Value("Key", hive.to_owned()));
    }
    let view = if given.flag("RegType32")? { View::Narrow } else { View::Native };
    Ok(normal_key(&format!("{HIVE}\\{below}"), view))
}

/// A file that an element names; `None` where its folder has no name.
pub(super) fn file(given: &Given) -> Result<Option<Subject>, Refused> {
    let below = given.required("Path")?;
    let Some(folder) = given.get("Csidl") else {
        return Ok(Some(Subject::File(path::normal(below))));
    };
    let number: i64 = folder.trim().parse().map_err(|_| Refused::Value("Csidl", folder.to_owned()))?;
    let token = u32::try_from(number).ok().and_then(|number| path::shell_folder(number, true));
    Ok(token.map(|token| Subject::File(path::normal(&format!("{token}\\{below}")))))
}

/// A product of Windows Installer.
pub(super) fn product(given: &Given) -> Result<Subject, Refused> {
    let text = given.required("ProductCode")?;
    code(text.trim()).map(Subject::Msi).ok_or_else(|| Refused::Value("ProductCode", text.to_owned()))
}

/// The class that a query asks about; an error where it is no query that can be asked.
pub(super) fn class(given: &Given) -> Result<Result<wql::Query, wql::Flawed>, Refused> {
    Ok(wql::parse(given.required("WqlQuery")?))
}

/// The subject of a query.
pub(super) fn queried(given: &Given, query: &wql::Query) -> Subject {
    let namespace = given.get("Namespace").unwrap_or(wql::DEFAULT_NAMESPACE);
    Subject::Wmi(class_key(namespace, &query.class))
}
