//! The state of a client, all of which follows from the client and the number of its last change, so that
//! a record that is half one and half another can be told.

/// Bytes of the name of a client.
pub(crate) const NAME: usize = 24;

/// Bytes of a record: a name, two serials, two times, four digests, 16 bytes of flags.
pub(crate) const SIZE: usize = NAME + 16 + 16 + 4 * 32 + 16;

/// The state of a client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record([u8; SIZE]);

impl Record {
    /// The state of a client after a change.
    pub(crate) fn of(client: u64, change: u64) -> Record {
        let mut bytes = [0; SIZE];
        bytes[..NAME].copy_from_slice(format!("CLIENT-{client:017}").as_bytes());
        bytes[NAME..NAME + 8].copy_from_slice(&change.to_le_bytes());
        let mut state = client << 32 ^ change ^ 0x9e37_79b9_7f4a_7c15;
        for word in bytes[NAME + 8..].chunks_mut(8) {
            state = next(state);
            word.copy_from_slice(&state.to_le_bytes()[..word.len()]);
        }
        Record(bytes)
    }

    /// A record as it was stored, if it has the size of one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Record> {
        bytes.try_into().ok().map(Record)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn name(&self) -> &[u8] {
        &self.0[..NAME]
    }

    /// The client, if the name is one.
    pub(crate) fn client(&self) -> Option<u64> {
        std::str::from_utf8(self.name()).ok()?.strip_prefix("CLIENT-")?.parse().ok()
    }

    /// The number of the client's last change.
    pub(crate) fn change(&self) -> u64 {
        self.0[NAME..NAME + 8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Whether all of it is of one change.
    pub(crate) fn is_whole(&self) -> bool {
        self.client().is_some_and(|client| Record::of(client, self.change()) == *self)
    }
}

/// The next number of a sequence that looks like chance.
pub(crate) fn next(state: u64) -> u64 {
    let state = state ^ state << 13;
    let state = state ^ state >> 7;
    state ^ state << 17
}
