//! The names of the open elements, as one path.
//!
//! One text holds all names, so that neither entering an element nor asking for the path allocates.

/// The open elements, from the root down.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// Their names, a `/` between them; no name holds one.
    text: String,
    /// Where each name begins.
    starts: Vec<usize>,
}

impl Path {
    pub(super) fn enter(&mut self, name: &str) {
        if !self.starts.is_empty() {
            self.text.push('/');
        }
        self.starts.push(self.text.len());
        self.text.push_str(name);
    }

    pub(super) fn leave(&mut self) {
        let start = self.starts.pop().unwrap_or(0);
        self.text.truncate(start.saturating_sub(1));
    }

    pub(super) fn depth(&self) -> usize {
        self.starts.len()
    }

    /// The name of the innermost element, empty when none is open.
    pub(super) fn name(&self) -> &str {
        self.starts.last().and_then(|start| self.text.get(*start..)).unwrap_or_default()
    }

    pub(super) fn whole(&self) -> &str {
        &self.text
    }

    /// The path without the root.
    pub(super) fn in_root(&self) -> &str {
        self.starts.get(1).and_then(|start| self.text.get(*start..)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_and_go() {
        let mut path = Path::default();
        let check = |path: &Path, whole, in_root, name| {
            assert_eq!((path.whole(), path.in_root(), path.name()), (whole, in_root, name));
        };
        check(&path, "", "", "");
        path.enter("a");
        check(&path, "a", "", "a");
        path.enter("x:b");
        path.enter("c");
        check(&path, "a/x:b/c", "x:b/c", "c");
        path.leave();
        check(&path, "a/x:b", "x:b", "x:b");
        path.leave();
        path.leave();
        path.leave();
        check(&path, "", "", "");
    }
}
