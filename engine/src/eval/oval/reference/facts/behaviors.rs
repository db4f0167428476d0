//! How objects want their items to be looked for: what changes nothing, and which view of a registry.
//!
//! Each value here is the one that the schemas of the language give where nothing is written. Whatever else
//! is written would be another question than the one that facts answer.

use super::sort::Sort;
use crate::model::oval::element::flag;
use crate::model::registry::View;

/// What files are looked for with where nothing is written.
const FILES: [(&str, &str); 4] = [
    ("max_depth", "-1"),
    ("recurse_direction", "none"),
    ("recurse", "symlinks and directories"),
    ("recurse_file_system", "all"),
];

/// Checks of a file that do not make it another package's.
const CHECKS: [&str; 12] = [
    "nolinkto",
    "nomd5",
    "nofiledigest",
    "nosize",
    "nouser",
    "nogroup",
    "nomtime",
    "nomode",
    "nordev",
    "nocaps",
    "noconfigfiles",
    "noghostfiles",
];

/// The view that the behaviors of an object name, if any; `None` where one of them is not supported.
pub(super) fn view(sort: Sort, behaviors: &[(String, String)]) -> Option<Option<View>> {
    let mut view = None;
    for (name, value) in behaviors {
        let value = value.trim();
        match (name.as_str(), value) {
            ("windows_view", "32_bit") if sort == Sort::Registry => view = Some(View::Narrow),
            ("windows_view", "64_bit") if sort == Sort::Registry => view = Some(View::Native),
            _ if is_default(sort, name, value) => {}
            _ => return None,
        }
    }
    Some(view)
}

/// The word for a view.
pub(super) fn view_name(view: View) -> &'static str {
    match view {
        View::Native => "64_bit",
        View::Narrow => "32_bit",
    }
}

fn is_default(sort: Sort, name: &str, value: &str) -> bool {
    let of_files = FILES.contains(&(name, value));
    let of_windows = (name, value) == ("windows_view", "64_bit");
    match sort {
        Sort::Rpm => name == "filepaths" && flag(value) == Some(false),
        Sort::ReleaseFile => CHECKS.contains(&name) && flag(value).is_some(),
        Sort::TextFile => {
            let truth = |wanted: bool| flag(value) == Some(wanted);
            of_files
                || of_windows
                || name == "multiline" && truth(true)
                || matches!(name, "ignore_case" | "singleline") && truth(false)
        }
        Sort::FileHash | Sort::File => of_files || of_windows,
        Sort::UnixFile => of_files,
        Sort::WindowsFile => (of_files && name != "recurse") || of_windows,
        Sort::Registry => of_files && matches!(name, "max_depth" | "recurse_direction"),
        Sort::Deb | Sort::Family | Sort::Uname | Sort::Management | Sort::OldManagement | Sort::Variable => {
            false
        }
    }
}
