//! Checks what a matrix's bytes mean, beyond their bounds.

use super::tables::Status;
use super::{EXCEPTION, Matrix};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::reason::Reason;
use crate::model::verdict::Cell;

impl Matrix<'_> {
    /// Checks what the bytes mean: orders, ranges, reasons that fit their verdicts.
    ///
    /// # Errors
    ///
    /// Something makes no sense.
    pub fn verify(&self) -> Result<()> {
        self.verify_updates()?;
        if !self.clients.is_sorted_by(|a, b| a.id < b.id) {
            return bad("the clients are not sorted by id");
        }
        let count = self.planes.exceptions();
        let mut before = 0;
        for client in 0..self.clients.len() {
            let end = self.planes.end(client);
            if end < before || end > count {
                return self.bad_client(client, "its exceptions leave their section");
            }
            before = end;
            if !self.clients[client].languages.is_sorted_by(|a, b| a < b) {
                return self.bad_client(client, "its languages are not sorted");
            }
            self.verify_exceptions(client)?;
            self.verify_cells(client)?;
        }
        if before == count { Ok(()) } else { bad("there are exceptions of no client") }
    }

    fn verify_updates(&self) -> Result<()> {
        if !self.updates.is_sorted_by(|a, b| a.id < b.id) {
            return bad("the updates are not sorted by id");
        }
        for update in &self.updates {
            let wrong = if update.source as usize >= self.run.sources.len() {
                "its source is not there"
            } else if !fits(update.absent) || !fits(update.not_collected) {
                "the reason of a default cell does not fit its verdict"
            } else {
                continue;
            };
            return bad(&format!("update `{}`: {wrong}", update.id));
        }
        Ok(())
    }

    fn verify_exceptions(&self, client: usize) -> Result<()> {
        let mut next = 0;
        for bytes in self.exceptions_bytes(client).chunks_exact(EXCEPTION) {
            let (update, ..) = super::decode(bytes);
            if update < next || update as usize >= self.updates.len() {
                return self.bad_client(client, "its exceptions are out of order");
            }
            next = update.saturating_add(1);
            let reason = u16::from_le_bytes([bytes[4], bytes[5]]);
            if Reason::from_number(reason).is_none() {
                return self.bad_client(client, &format!("an exception has the unknown reason {reason}"));
            }
        }
        Ok(())
    }

    fn verify_cells(&self, client: usize) -> Result<()> {
        let plane = self.plane(client);
        let used = self.updates.len() % 4 * 2;
        if used > 0 && plane.last().is_some_and(|byte| byte >> used != 0) {
            return self.bad_client(client, "its row goes on after the last update");
        }
        let unreadable = self.clients[client].status == Status::Unreadable;
        let unknown = plane.iter().all(|byte| *byte == 0) && self.exceptions_bytes(client).is_empty();
        if unreadable && !unknown {
            return self.bad_client(client, "it could not be read and has verdicts");
        }
        let Some((update, cell)) = self.row(client).enumerate().find(|(_, cell)| !fits(*cell)) else {
            return Ok(());
        };
        let update = &self.updates[update].id;
        self.bad_client(client, &format!("update `{update}`: {} {}", cell.verdict, cell.reason))
    }

    fn bad_client(&self, client: usize, what: &str) -> Result<()> {
        bad(&format!("client `{}`: {what}", self.clients[client].id))
    }
}

/// Whether a cell's reason is one that its verdict may have.
fn fits(cell: Cell) -> bool {
    cell.reason.verdicts().contains(&cell.verdict)
}

fn bad(what: &str) -> Result<()> {
    Err(Error::new(Code::BadTable, what).with_hint("the file was damaged; evaluate again"))
}
