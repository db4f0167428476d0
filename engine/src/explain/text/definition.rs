//! Trees of definitions of OVAL.

use super::{Page, place, short};
use crate::eval::oval::reference::trace::{Looked, Trace};
use crate::explain::definition::{collected, item, state, words};

/// A tree while it is drawn.
struct Drawn {
    /// What stands before every line at this depth.
    prefix: String,
    depth: usize,
    /// How many more parts may be printed.
    left: usize,
}

impl Page<'_, '_> {
    pub(super) fn definition(&mut self, id: &str, trace: Option<&Trace<'_>>) {
        self.heading(&format!("definition {id}"));
        match trace {
            None => self.line("it asks nothing"),
            Some(trace) => {
                let mut drawn = Drawn { prefix: String::new(), depth: 0, left: self.look.bounds.nodes };
                self.part(trace, &mut drawn, [""; 2]);
            }
        }
    }

    /// Draws a part; strokes stand before it and before what follows it.
    fn part(&mut self, trace: &Trace<'_>, drawn: &mut Drawn, strokes: [&str; 2]) {
        drawn.left = drawn.left.saturating_sub(1);
        self.text.push_str(&drawn.prefix);
        self.text.push_str(strokes[0]);
        self.truth(trace.answer.truth);
        self.line(&format!(" ({}): {}", trace.answer.reason, short(&words(trace))));
        let length = drawn.prefix.len();
        drawn.prefix.push_str(strokes[1]);
        if let Some(looked) = &trace.test {
            self.looked(looked, &drawn.prefix);
        }
        self.parts_below(trace, drawn);
        drawn.prefix.truncate(length);
    }

    fn parts_below(&mut self, trace: &Trace<'_>, drawn: &mut Drawn) {
        let bounds = &self.look.bounds;
        let [between, last, under, blank] = self.look.strokes.parts();
        let room = if drawn.depth >= bounds.depth { 0 } else { bounds.below.min(drawn.left) };
        // What decides is shown before what does not.
        let mut shown: Vec<&Trace<'_>> = trace.below.iter().collect();
        if shown.len() > room {
            shown.sort_by_key(|part| part.answer.truth != trace.answer.truth);
            shown.truncate(room);
        }
        let hidden = trace.below.len() - shown.len();
        drawn.depth += 1;
        for (at, part) in shown.iter().enumerate() {
            let is_last = at + 1 == shown.len() && hidden == 0;
            self.part(part, drawn, if is_last { [last, blank] } else { [between, under] });
        }
        drawn.depth -= 1;
        let prefix = format!("{}{last}", drawn.prefix);
        self.left_out(&prefix, hidden, "parts");
    }

    /// What a test looked at: its object, items, and what states say of them.
    fn looked(&mut self, looked: &Looked<'_>, prefix: &str) {
        let shown = self.look.bounds.below;
        let inventory = self.proof.inventory;
        let document = inventory.documents.get(inventory.characteristics.document as usize);
        let document = document.map_or("", String::as_str);
        let mut details = vec![collected(looked)];
        for seen in looked.items.iter().take(shown) {
            let stated = seen.position.map(|position| format!(" at {}", place(document, position)));
            details.push(format!("  {}{}", item(seen), stated.unwrap_or_default()));
            for (named, said) in &seen.states {
                details.push(format!("    {}: {}", said.truth.name(), state(&named.text)));
            }
        }
        let more = looked.more + looked.items.len().saturating_sub(shown);
        details.extend((more > 0).then(|| format!("  {more} more items")));
        details.push(self.asked(looked.test.position));
        for detail in details {
            self.text.push_str(prefix);
            self.text.push_str("  ");
            self.paint(self.look.palette.faint, &detail);
            self.text.push('\n');
        }
    }
}
