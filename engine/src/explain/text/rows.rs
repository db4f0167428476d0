//! Package rows: thresholds against what is installed.

use std::cmp::Ordering;

use super::Page;
use crate::explain::{Because, Epoch, Installed, Row};
use crate::model::options::Profile;
use crate::model::truth::Truth;
use crate::model::update::ModuleStream;
use crate::model::verdict::Verdict;
use crate::model::words::package_row;

impl Page<'_, '_> {
    pub(super) fn rows(&mut self, profile: Profile, rows: &[Row<'_>]) {
        self.heading(&format!("package rows, compared as {} does", profile.name()));
        // What decides comes first: the rows are parts, and the strongest verdict is the update's.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|at| weight(rows[*at].judged.cell.verdict));
        let shown = order.len().min(self.look.bounds.entries);
        for at in &order[..shown] {
            self.row(&rows[*at]);
        }
        if let Some(kernel) = self.kernel(rows) {
            self.line(&format!("running kernel: {kernel}"));
        }
        self.left_out("", rows.len() - shown, "rows");
    }

    fn row(&mut self, row: &Row<'_>) {
        let judged = &row.judged;
        self.paint(self.look.palette.verdict(judged.cell.verdict), judged.cell.verdict.name());
        let flags =
            if judged.cell.flags.is_empty() { String::new() } else { format!(" [{}]", judged.cell.flags) };
        let wanted = package_row(judged.row);
        self.line(&format!(", {}{flags}: {wanted}", judged.cell.reason));
        self.detail(&self.asked(judged.row.position));
        self.gate(row);
        if row.judged.active == Truth::False {
            return;
        }
        if row.installed.is_empty() {
            let words = match &row.because {
                Because::Stated => "installed, but for no architecture that the row speaks of".to_owned(),
                because => self.because(because),
            };
            self.detail(&words);
        }
        let shown = row.installed.len().min(self.look.bounds.entries);
        for installed in &row.installed[..shown] {
            self.installed(installed);
        }
        self.left_out("  ", row.installed.len() - shown, "instances");
    }

    fn detail(&mut self, words: &str) {
        self.text.push_str("  ");
        self.paint(self.look.palette.faint, words);
        self.text.push('\n');
    }

    /// Whether the row's collection counts.
    fn gate(&mut self, row: &Row<'_>) {
        let Some(collection) = row.collection.filter(|_| !row.modules.is_empty()) else { return };
        let truth = row.judged.active.name();
        self.detail(&format!("counts where a module of `{}` is active: {truth}", collection.name));
        for module in &row.modules {
            let because = match &module.because {
                Because::Stated => {
                    let facts: Vec<_> = module.facts.iter().map(|fact| self.witness(*fact)).collect();
                    format!("stated: {}", facts.join("; "))
                }
                Because::Complete(_) if module.active == Truth::True => "the default stream".to_owned(),
                because => self.because(because),
            };
            self.detail(&format!("  {}: {}, {because}", stream(module.wanted), module.active.name()));
        }
    }

    fn installed(&mut self, installed: &Installed<'_>) {
        let instance = &installed.seen.instance;
        let [low, high] = instance.epochs;
        let epoch = match installed.epoch {
            Epoch::Stated => String::new(),
            Epoch::Lent => format!("; epoch not stated, {low} taken from another instance"),
            Epoch::Shared => format!("; epoch not stated, {low} because every row has it"),
            Epoch::Between => format!("; epoch not stated, anything from {low} to {high}"),
        };
        let order = match installed.order {
            [low, high] if low == high => order_words(low).to_owned(),
            [low, high] => format!("{} or {}", order_words(low), order_words(high)),
        };
        let mut marks = String::new();
        for (holds, words) in [
            (instance.running, "; built with the running kernel"),
            (installed.seen.retracted, "; retracted: equal to a package that was withdrawn"),
            (instance.arch.is_none(), "; architecture not stated"),
            (!installed.counts, "; a newer one beside it counts"),
        ] {
            if holds {
                marks.push_str(words);
            }
        }
        let witness = self.witness(installed.seen.stated);
        self.detail(&format!("installed, {order}{epoch}{marks}: {witness}"));
    }

    /// The running kernel, where a row could need it.
    fn kernel(&self, rows: &[Row<'_>]) -> Option<String> {
        let asked = rows.iter().any(|row| row.installed.iter().any(|one| one.seen.instance.running));
        let kernel = self.proof.witnesses.iter().find(|(_, witness)| witness.fact.element() == "kernel");
        kernel.filter(|_| asked).map(|(fact, _)| self.witness(*fact))
    }
}

fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Missing => 0,
        Verdict::Unknown => 1,
        Verdict::Installed => 2,
        Verdict::NotApplicable => 3,
    }
}

fn order_words(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "older",
        Ordering::Equal => "the same",
        Ordering::Greater => "newer",
    }
}

/// A module stream as people write it.
fn stream(module: &ModuleStream) -> String {
    let mut words = format!("{}:{}", module.name, module.stream);
    for (name, value) in [("context", &module.context), ("arch", &module.arch)] {
        if !value.is_empty() {
            words.push_str(&format!(" {name} {value}"));
        }
    }
    words
}
