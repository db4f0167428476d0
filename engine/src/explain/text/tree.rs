//! Trees of rules, and the products that they ask for.

use super::{Page, place, short};
use crate::explain::{Ask, Because, Detected, Leaf, Node, Others, Product};
use crate::model::expr::Operator;
use crate::model::truth::Truth;

/// What is said of text that only its upper and lower case make differ.
const CASE_FOLDED: &str = "case-folded: upper and lower case alone decide this";

/// A tree while it is drawn.
struct Drawn {
    /// What stands before every line at this depth.
    prefix: String,
    depth: usize,
    /// How many more nodes may be printed.
    left: usize,
}

impl Page<'_, '_> {
    pub(super) fn tree(&mut self, name: &str, root: &Node<'_>) {
        self.heading(name);
        let mut drawn = Drawn { prefix: String::new(), depth: 0, left: self.look.bounds.nodes };
        self.node(root, &mut drawn, &["", "", ""]);
    }

    /// Draws a node; `strokes` stand before it, before what follows it, and before its suffix.
    fn node(&mut self, node: &Node<'_>, drawn: &mut Drawn, strokes: &[&str; 3]) {
        drawn.left = drawn.left.saturating_sub(1);
        self.text.push_str(&drawn.prefix);
        self.text.push_str(strokes[0]);
        self.truth(node.answer.truth);
        let reason = node.answer.reason;
        let mut words = match &node.ask {
            Ask::Constant => format!(" ({reason}): always"),
            Ask::Unread(element) => format!(" ({reason}): <{}>", short(element)),
            Ask::Leaf(leaf) => format!(" ({reason}): {}", short(&leaf.words)),
            Ask::Combine(operator, _) => format!(" ({reason}): {}", operator_words(*operator)),
            Ask::Loop(key, of, others) => {
                let others = if *others == Others::Possible { "; there may be others" } else { "" };
                format!(" ({reason}): {of:?} of the sub-keys of {} meet a rule{others}", short(key))
            }
            Ask::SubKey(key) => format!(" ({reason}): at {}", short(key)),
            Ask::Not => format!(" ({reason}): not this"),
            Ask::Otherwise => format!(" ({reason}): the first of these that is not inapplicable"),
        };
        if matches!(node.ask, Ask::Combine(..)) && node.below.is_empty() {
            words.push_str(", and there is none");
        }
        words.push_str(strokes[2]);
        self.line(&words);
        let length = drawn.prefix.len();
        drawn.prefix.push_str(strokes[1]);
        if let Ask::Leaf(leaf) = &node.ask {
            self.leaf(leaf, &drawn.prefix);
        }
        self.below(node, drawn);
        drawn.prefix.truncate(length);
    }

    pub(super) fn truth(&mut self, truth: Truth) {
        let palette = &self.look.palette;
        let color = match truth {
            Truth::True => palette.installed,
            Truth::False => palette.missing,
            Truth::Error | Truth::Unknown | Truth::NotEvaluated => palette.unknown,
            Truth::NotApplicable => palette.faint,
        };
        self.paint(color, truth.name());
    }

    fn leaf(&mut self, leaf: &Leaf<'_>, prefix: &str) {
        let mut details = Vec::new();
        details.extend(leaf.observed.as_ref().map(|observed| format!("observed: {}", short(observed))));
        match &leaf.because {
            Because::Stated => {
                details.extend(leaf.facts.iter().map(|fact| format!("stated: {}", self.witness(*fact))));
            }
            because => details.push(self.because(because)),
        }
        details.extend(leaf.case_folded.then(|| CASE_FOLDED.to_owned()));
        let asked = leaf.position.map(|position| self.asked(position));
        details.extend(asked);
        for detail in details {
            self.text.push_str(prefix);
            self.text.push_str("  ");
            self.paint(self.look.palette.faint, &detail);
            self.text.push('\n');
        }
    }

    fn below(&mut self, node: &Node<'_>, drawn: &mut Drawn) {
        let bounds = &self.look.bounds;
        let [between, last, under, blank] = self.look.strokes.parts();
        let room = if drawn.depth >= bounds.depth { 0 } else { bounds.below.min(drawn.left) };
        let shown = shown(node, room);
        let hidden = node.below.len() - shown.len();
        drawn.depth += 1;
        for (place, at) in shown.iter().enumerate() {
            let is_last = place + 1 == shown.len() && hidden == 0;
            let suffix = if node.decides == Some(*at) { " (decides)" } else { "" };
            let strokes = if is_last { [last, blank, suffix] } else { [between, under, suffix] };
            self.node(&node.below[*at], drawn, &strokes);
        }
        drawn.depth -= 1;
        if hidden > 0 {
            let left_out = (0..node.below.len()).filter(|at| !shown.contains(at)).map(|at| &node.below[at]);
            let words = format!("{} {}", self.look.strokes.more(), left_out_words(left_out));
            self.text.push_str(&drawn.prefix);
            self.text.push_str(last);
            self.paint(self.look.palette.faint, &words);
            self.text.push('\n');
        }
    }

    /// The products that a detection table was asked for; the leaves say what is known of the others.
    pub(super) fn products(&mut self) {
        let proof = self.proof;
        let detected: Vec<_> =
            proof.products.iter().filter(|product| !product.detections.is_empty()).collect();
        if detected.is_empty() {
            return;
        }
        self.heading("products");
        let shown = detected.len().min(self.look.bounds.entries);
        for product in &detected[..shown] {
            self.product(product);
        }
        self.left_out("", detected.len() - shown, "products");
    }

    fn product(&mut self, product: &Product<'_>) {
        let words = self.because(&product.because);
        self.line(&format!("{}: {words}", product.name));
        for detected in &product.detections {
            self.detected(detected);
        }
    }

    /// Draws a row of the detection table: whether the product is there, then its service pack.
    fn detected(&mut self, detected: &Detected<'_>) {
        let row = place("product table", detected.position);
        self.line(&format!("  row {} ({row}): is it there?", detected.number + 1));
        self.under(&detected.when);
        for step in &detected.steps {
            let names = step.names.join(" or ");
            match &step.test {
                None => self.line(&format!("  else it is at {names}")),
                Some(test) => {
                    self.line(&format!("  is it at {names}?"));
                    self.under(test);
                }
            }
        }
        if let Some(name) = detected.inherited {
            self.line(&format!("  its service pack is that of {name}"));
        }
    }

    fn under(&mut self, root: &Node<'_>) {
        let mut drawn = Drawn { prefix: "    ".to_owned(), depth: 0, left: self.look.bounds.nodes };
        self.node(root, &mut drawn, &["", "", ""]);
    }
}

/// The nodes below one that are printed: the one that decides, and the first others.
fn shown(node: &Node<'_>, room: usize) -> Vec<usize> {
    let count = node.below.len().min(room);
    let mut shown: Vec<usize> = (0..count).collect();
    if let (Some(decides), Some(last)) = (node.decides, shown.last_mut())
        && decides > *last
    {
        *last = decides;
    }
    shown
}

/// What is left out, by truth.
fn left_out_words<'n, 'm: 'n>(nodes: impl Iterator<Item = &'n Node<'m>>) -> String {
    let mut counts = [0usize; Truth::ALL.len()];
    let mut below = 0;
    for node in nodes {
        counts[node.answer.truth as usize] += 1;
        below += size(node) - 1;
    }
    let named = Truth::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    let words: Vec<_> = named.map(|(truth, count)| format!("{count} {}", truth.name())).collect();
    let total: usize = counts.iter().sum();
    let deeper = if below > 0 { format!(", with {below} below") } else { String::new() };
    format!("{total} more left out{deeper}: {}", words.join(", "))
}

fn size(node: &Node<'_>) -> usize {
    1 + node.below.iter().map(size).sum::<usize>()
}

fn operator_words(operator: Operator) -> &'static str {
    match operator {
        Operator::And => "all of these",
        Operator::Or => "any of these",
        Operator::One => "exactly one of these",
        Operator::Xor => "an odd number of these",
        Operator::Evidence => "what the lists and the build prove",
    }
}
