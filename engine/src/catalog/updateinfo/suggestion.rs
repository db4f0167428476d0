//! What an update suggests to do after it is installed.
//!
//! Updates say it of themselves and of single packages; what one package suggests, its update does.
//! Source of truth: `docs/updateinfo.md`, "Reading".

use crate::model::update::{Reboot, Update};

/// Something that an update or one of its packages suggests to do after it is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suggestion {
    Reboot,
    Restart,
    Relogin,
}

impl Suggestion {
    const ALL: [(Suggestion, &'static str); 3] = [
        (Suggestion::Reboot, "reboot_suggested"),
        (Suggestion::Restart, "restart_suggested"),
        (Suggestion::Relogin, "relogin_suggested"),
    ];

    /// Finds a suggestion by its element.
    pub(super) fn find(element: &str) -> Option<Suggestion> {
        Self::ALL.iter().find(|(_, name)| *name == element).map(|(suggestion, _)| *suggestion)
    }
}

/// All that an update and its packages suggest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Suggested([bool; 3]);

impl Suggested {
    /// Adds one suggestion.
    pub(super) fn add(&mut self, suggestion: Suggestion) {
        self.0[suggestion as usize] = true;
    }

    /// Adds what another update suggests.
    pub(super) fn unite(&mut self, other: Suggested) {
        for (here, there) in self.0.iter_mut().zip(other.0) {
            *here |= there;
        }
    }

    /// Says it of the update: a reboot has a field of its own, the others are kept as text.
    pub(super) fn write(self, update: &mut Update) {
        for (suggestion, name) in Suggestion::ALL.into_iter().filter(|(one, _)| self.0[*one as usize]) {
            match suggestion {
                Suggestion::Reboot => update.reboot = Reboot::Always,
                Suggestion::Restart | Suggestion::Relogin => {
                    update.extra.push((name.to_owned(), "1".to_owned()));
                }
            }
        }
    }
}
