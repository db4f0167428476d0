//! What a delta makes of the inventory that it applies to: facts set and withdrawn by key.
//!
//! Knows keys and order; whether a delta applies at all is decided by who keeps the inventory. Source of
//! truth: `docs/site.md`, "Which reports count".

use ahash::AHashMap;

use super::inventory::{Inventory, Stated};

impl Inventory {
    /// Withdraws what the delta withdraws, then adds or replaces what it states; gives the withdrawals of what
    /// is not there.
    ///
    /// What is replaced keeps its place, so that the order of facts is that of a full inventory in which they
    /// were only changed. Completeness is added to, never withdrawn.
    ///
    /// ```
    /// use patchstate::diagnostic::Position;
    /// use patchstate::model::fact::{Hotfix, Kinds};
    /// use patchstate::model::inventory::{Collector, Inventory};
    ///
    /// let hotfix = |id: &'static str| Hotfix { id: id.into(), ..Hotfix::default() }.into();
    /// let (mut stored, mut delta) = (Inventory::new("A", Kinds::NONE), Inventory::default());
    /// stored.fact(hotfix("KB100001"), Position::START);
    /// delta.removal(hotfix("Q100001"), Position::START);
    /// delta.removal(hotfix("KB100002"), Position::START);
    /// delta.fact(hotfix("KB100003"), Position::START);
    /// let missing = stored.apply(delta);
    /// assert_eq!((stored.facts.len(), missing.len()), (1, 1));
    /// ```
    pub fn apply(&mut self, delta: Inventory) -> Vec<Stated> {
        let mut facts: Vec<Option<Stated>> = Vec::with_capacity(self.facts.len() + delta.facts.len());
        let mut places: AHashMap<String, usize> = AHashMap::with_capacity(self.facts.len());
        let mut key = String::new();
        let mut set =
            |stated: Stated, facts: &mut Vec<Option<Stated>>, places: &mut AHashMap<String, usize>| {
                key.clear();
                let has_key = stated.fact.write_key(&mut key);
                match places.get(&key).filter(|_| has_key) {
                    Some(place) => facts[*place] = Some(stated),
                    None => {
                        if has_key {
                            places.insert(key.clone(), facts.len());
                        }
                        facts.push(Some(stated));
                    }
                }
            };
        for stated in std::mem::take(&mut self.facts) {
            set(stated, &mut facts, &mut places);
        }
        let mut missing = Vec::new();
        let mut withdrawn = String::new();
        for stated in delta.removals {
            withdrawn.clear();
            let has_key = stated.fact.write_key(&mut withdrawn);
            match places.remove(&withdrawn).filter(|_| has_key) {
                Some(place) => facts[place] = None,
                None => missing.push(stated),
            }
        }
        for stated in delta.facts {
            set(stated, &mut facts, &mut places);
        }
        self.facts = facts.into_iter().flatten().collect();
        let (old, new) = (std::mem::take(&mut self.header), delta.header);
        self.header = super::inventory::Header {
            client: old.client,
            name: new.name.or(old.name),
            group: new.group.or(old.group),
            collector: new.collector.or(old.collector),
            collected: new.collected.or(old.collected),
            complete: {
                let mut complete = old.complete;
                complete.extend(new.complete);
                complete
            },
            serial: new.serial.or(old.serial),
            delta: false,
            base: None,
        };
        missing
    }
}
