//! Gives back how updates are installed.

use crate::index::View;
use crate::index::columns::Column;
use crate::model::install::{Behavior, File, Impact, Install, ReturnCode};
use crate::model::update::Reboot;

impl View<'_> {
    /// How an update is installed.
    pub fn installs(&self, update: usize) -> Vec<Install> {
        self.columns.update_install_ends(update).map(|at| self.install(at)).collect()
    }

    fn install(&self, at: usize) -> Install {
        let columns = self.columns;
        let attribute = |one: usize| {
            let [name, text] = [&columns.install_attribute_name, &columns.install_attribute_text];
            (self.owned(name.at(one)), self.owned(text.at(one)))
        };
        Install {
            variant: self.owned(columns.install_variant.at(at)),
            handler: self.owned(columns.install_handler.at(at)),
            program: self.owned(columns.install_program.at(at)),
            arguments: self.owned(columns.install_arguments.at(at)),
            attributes: columns.install_attribute_ends(at).map(attribute).collect(),
            codes: columns.install_code_ends(at).map(|code| self.return_code(code)).collect(),
            result: self.owned(columns.install_result.at(at)),
            behavior: self.behavior(at),
            files: columns.install_file_ends(at).map(|file| self.file(file)).collect(),
        }
    }

    /// What installing does to a client.
    fn behavior(&self, at: usize) -> Behavior {
        let columns = self.columns;
        let has = |bit: u8| columns.install_marks.at(at) >> bit & 1 == 1;
        Behavior {
            reboot: Reboot::from_number(columns.install_restart.at(at)),
            impact: Impact::from_number(columns.install_impact.at(at)),
            reboots_otherwise: has(0),
            asks: has(1),
            needs_network: has(2),
            uninstalls: has(3),
        }
    }

    fn return_code(&self, at: usize) -> ReturnCode {
        let columns = self.columns;
        ReturnCode {
            code: columns.return_code.at(at).cast_signed(),
            result: self.owned(columns.return_result.at(at)),
            reboots: columns.return_restart.at(at) != 0,
            description: self.owned(columns.return_description.at(at)),
        }
    }

    fn file(&self, at: usize) -> File {
        let columns = self.columns;
        let digest = |one: usize| {
            (self.owned(columns.digest_algorithm.at(one)), self.owned(columns.digest_text.at(one)))
        };
        File {
            name: self.owned(columns.file_name.at(at)),
            address: self.owned(columns.file_address.at(at)),
            size: self.owned(columns.file_size.at(at)),
            modified: self.owned(columns.file_modified.at(at)),
            digests: columns.file_digest_ends(at).map(digest).collect(),
        }
    }
}
