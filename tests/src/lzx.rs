//! Writes LZX as cabinets have it, for tests: nothing else at hand does.
//!
//! Uses all there is in the format (three kinds of blocks, trees as changes of the last ones, the three
//! last offsets, addresses of calls) and is neither fast nor good at it. Blocks take turns, so that a
//! stream of some size has all kinds.

use std::collections::HashMap;

/// What comes out of one block of a cabinet.
const CHUNK: usize = 32 << 10;

const LONGEST: usize = 257;

/// Where the slots of offsets begin, and how many bits follow each.
fn slots() -> Vec<(u32, u32)> {
    let mut base = 0;
    let bits = |slot: u32| if slot < 4 { 0 } else { (slot / 2 - 1).min(17) };
    let slot = |slot| {
        let found = (base, bits(slot));
        base += 1 << bits(slot);
        found
    };
    (0..50).map(slot).collect()
}

fn slots_of_window(bits: u32) -> usize {
    match bits {
        20 => 42,
        21 => 50,
        bits => 2 * bits as usize,
    }
}

/// Kinds of LZX blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Huffman codes.
    Verbatim,
    /// The same, with a tree for the low bits of offsets.
    Aligned,
    /// Bytes as they are.
    Uncompressed,
}

/// How a stream is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bits of the window, 15 to 21.
    pub window: u32,
    /// The LZX blocks, over and over: kind and bytes.
    pub blocks: Vec<(Kind, usize)>,
    /// The size of the file in which addresses of calls are absolute.
    pub calls: Option<i32>,
}

/// Compresses `content` into the data of blocks of a cabinet, 32 KiB each but the last.
pub fn compress(content: &[u8], options: &Options) -> Vec<Vec<u8>> {
    let translated = options.calls.map(|size| absolute(content, size));
    let content = translated.as_deref().unwrap_or(content);
    let mut writer = Writer::new(content, options);
    writer.bits.put(1, u32::from(options.calls.is_some()));
    if let Some(size) = options.calls {
        writer.bits.put(16, size as u32 >> 16);
        writer.bits.put(16, size as u32 & 0xffff);
    }
    let mut blocks = options.blocks.iter().cycle();
    while writer.at < content.len() {
        let (kind, size) = blocks.next().expect("there is a kind of block");
        writer.block(*kind, (*size).min(content.len() - writer.at));
    }
    writer.bits.cut();
    writer.bits.chunks
}

/// Makes the addresses of calls absolute, chunk by chunk.
fn absolute(content: &[u8], size: i32) -> Vec<u8> {
    let mut content = content.to_owned();
    for (number, chunk) in content.chunks_mut(CHUNK).enumerate() {
        let mut at = 0;
        while at + 10 < chunk.len() {
            if chunk[at] != 0xe8 {
                at += 1;
                continue;
            }
            let call = (number * CHUNK + at) as i32;
            let address = chunk[at + 1..].first_chunk_mut::<4>().expect("ten bytes are left");
            let relative = i32::from_le_bytes(*address);
            let absolute = match relative {
                _ if relative >= -call && relative < size - call => relative + call,
                _ if relative >= size - call && relative < size => relative - size,
                _ => relative,
            };
            *address = absolute.to_le_bytes();
            at += 5;
        }
    }
    content
}

/// Words of 16 bits, cut into chunks.
#[derive(Default)]
struct Bits {
    chunks: Vec<Vec<u8>>,
    chunk: Vec<u8>,
    word: u32,
    filled: u32,
}

impl Bits {
    fn put(&mut self, count: u32, value: u32) {
        for bit in (0..count).rev() {
            self.word = self.word << 1 | (value >> bit & 1);
            self.filled += 1;
            if self.filled == 16 {
                self.chunk.extend_from_slice(&(self.word as u16).to_le_bytes());
                (self.word, self.filled) = (0, 0);
            }
        }
    }

    fn align(&mut self) {
        if self.filled > 0 {
            self.put(16 - self.filled, 0);
        }
    }

    fn cut(&mut self) {
        self.align();
        if !self.chunk.is_empty() {
            self.chunks.push(std::mem::take(&mut self.chunk));
        }
    }
}

enum Token {
    Byte(u8),
    Match { slot: usize, extra: u32, length: usize },
}

impl Token {
    /// The symbol of the main tree, and that of the tree of lengths.
    fn symbols(&self) -> (usize, Option<usize>) {
        match *self {
            Token::Byte(byte) => (byte.into(), None),
            Token::Match { slot, length, .. } if length < 9 => (256 + slot * 8 + length - 2, None),
            Token::Match { slot, length, .. } => (256 + slot * 8 + 7, Some(length - 9)),
        }
    }

    fn length(&self) -> usize {
        match self {
            Token::Byte(_) => 1,
            Token::Match { length, .. } => *length,
        }
    }
}

struct Writer<'c> {
    content: &'c [u8],
    at: usize,
    window: usize,
    bits: Bits,
    slots: Vec<(u32, u32)>,
    last: [u32; 3],
    seen: HashMap<[u8; 3], usize>,
    main: Vec<u8>,
    lengths: Vec<u8>,
    pad: bool,
}

impl<'c> Writer<'c> {
    fn new(content: &'c [u8], options: &Options) -> Self {
        let slots = slots()[..slots_of_window(options.window)].to_vec();
        Self {
            content,
            at: 0,
            window: (1 << options.window) - 3,
            bits: Bits::default(),
            last: [1; 3],
            seen: HashMap::new(),
            main: vec![0; 256 + 8 * slots.len()],
            lengths: vec![0; 249],
            slots,
            pad: false,
        }
    }

    fn block(&mut self, kind: Kind, size: usize) {
        if std::mem::take(&mut self.pad) {
            self.bits.chunk.push(0);
        }
        self.bits.put(3, kind as u32 + 1);
        self.bits.put(16, (size >> 8) as u32);
        self.bits.put(8, size as u32 & 0xff);
        match kind {
            Kind::Uncompressed => self.uncompressed(size),
            Kind::Verbatim | Kind::Aligned => self.compressed(kind, size),
        }
    }

    fn uncompressed(&mut self, size: usize) {
        match self.bits.filled {
            0 => self.bits.put(16, 0),
            _ => self.bits.align(),
        }
        self.last.iter().for_each(|last| self.bits.chunk.extend_from_slice(&last.to_le_bytes()));
        for byte in &self.content[self.at..self.at + size] {
            self.bits.chunk.push(*byte);
            self.at += 1;
            if self.at.is_multiple_of(CHUNK) {
                self.bits.cut();
            }
        }
        self.pad = size % 2 == 1;
    }

    fn compressed(&mut self, kind: Kind, size: usize) {
        let tokens = self.tokens(self.at + size);
        let (mut main, mut lengths, mut aligned) = (vec![0; self.main.len()], vec![0; 249], vec![0; 8]);
        for token in &tokens {
            let (symbol, length) = token.symbols();
            main[symbol] += 1;
            length.into_iter().for_each(|length| lengths[length] += 1);
            if let Token::Match { slot, extra, .. } = token
                && self.slots[*slot].1 >= 3
            {
                aligned[*extra as usize & 7] += 1;
            }
        }
        let aligned = code_lengths(&aligned, 7, true);
        if kind == Kind::Aligned {
            aligned.iter().for_each(|length| self.bits.put(3, u32::from(*length)));
        }
        let main = code_lengths(&main, 16, true);
        let lengths = code_lengths(&lengths, 16, false);
        let last = std::mem::replace(&mut self.main, main.clone());
        self.tree(&last[..256], &main[..256]);
        self.tree(&last[256..], &main[256..]);
        let last = std::mem::replace(&mut self.lengths, lengths.clone());
        self.tree(&last, &lengths);
        self.write(&tokens, [&codes(&main), &codes(&lengths), &codes(&aligned)], kind);
    }

    fn write(&mut self, tokens: &[Token], [main, lengths, aligned]: [&[(u32, u32)]; 3], kind: Kind) {
        for token in tokens {
            let (symbol, length) = token.symbols();
            self.bits.put(main[symbol].0, main[symbol].1);
            length.into_iter().for_each(|length| self.bits.put(lengths[length].0, lengths[length].1));
            if let Token::Match { slot, extra, .. } = *token {
                let bits = self.slots[slot].1;
                if kind == Kind::Aligned && bits >= 3 {
                    self.bits.put(bits - 3, extra >> 3);
                    let (bits, code) = aligned[extra as usize & 7];
                    self.bits.put(bits, code);
                } else {
                    self.bits.put(bits, extra);
                }
            }
            self.at += token.length();
            if self.at.is_multiple_of(CHUNK) {
                self.bits.cut();
            }
        }
    }

    /// Splits what comes before `end` into bytes and matches, none of which crosses a chunk.
    fn tokens(&mut self, end: usize) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut at = self.at;
        while at < end {
            let most = (end.min((at / CHUNK + 1) * CHUNK) - at).min(LONGEST);
            let token = self.longest(at, most);
            for at in at..at + token.length() {
                if let Some(three) = self.content[at..].first_chunk::<3>() {
                    self.seen.insert(*three, at);
                }
            }
            at += token.length();
            tokens.push(token);
        }
        tokens
    }

    fn longest(&mut self, at: usize, most: usize) -> Token {
        let length = |offset: u32| {
            let offset = offset as usize;
            if offset > at.min(self.window) {
                return 0;
            }
            (0..most).take_while(|n| self.content[at + n] == self.content[at + n - offset]).count()
        };
        let [recent, before, oldest] = self.last.map(length);
        let found = self.content[at..].first_chunk::<3>().and_then(|three| self.seen.get(three));
        let found = found.map(|found| (at - found) as u32);
        let new = found.map_or(0, length);
        let best = recent.max(before).max(oldest);
        if best < 2 && new < 3 {
            return Token::Byte(self.content[at]);
        }
        if let Some(offset) = found.filter(|_| new > best + 1) {
            self.last = [offset, self.last[0], self.last[1]];
            let slot = self.slots.partition_point(|slot| slot.0 <= offset + 2) - 1;
            return Token::Match { slot, extra: offset + 2 - self.slots[slot].0, length: new };
        }
        let slot = [recent, before, oldest].iter().position(|length| *length == best).expect("one is best");
        self.last.swap(0, slot);
        Token::Match { slot, extra: 0, length: best }
    }

    /// Writes the lengths of a tree as changes of the last ones.
    fn tree(&mut self, last: &[u8], new: &[u8]) {
        let delta = |at: usize| usize::from((17 + last[at] - new[at]) % 17);
        let mut steps = Vec::new();
        let mut at = 0;
        while at < new.len() {
            let run = new[at..].iter().take_while(|length| **length == new[at]).count();
            let (step, passed) = match run {
                20.. if new[at] == 0 => ((18, Some((5, run.min(51) as u32 - 20)), None), run.min(51)),
                4.. if new[at] == 0 => ((17, Some((4, run.min(19) as u32 - 4)), None), run.min(19)),
                4.. => ((19, Some((1, run.min(5) as u32 - 4)), Some(delta(at))), run.min(5)),
                _ => ((delta(at), None, None), 1),
            };
            steps.push(step);
            at += passed;
        }
        let mut counts = vec![0; 20];
        for (symbol, _, then) in &steps {
            counts[*symbol] += 1;
            then.iter().for_each(|then| counts[*then] += 1);
        }
        let lengths = code_lengths(&counts, 15, true);
        lengths.iter().for_each(|length| self.bits.put(4, u32::from(*length)));
        let codes = codes(&lengths);
        for (symbol, extra, then) in steps {
            self.bits.put(codes[symbol].0, codes[symbol].1);
            extra.into_iter().for_each(|(count, value)| self.bits.put(count, value));
            then.into_iter().for_each(|then| self.bits.put(codes[then].0, codes[then].1));
        }
    }
}

/// The lengths of a Huffman code of at most `most` bits; a tree that `must` be there has two symbols.
fn code_lengths(counts: &[u32], most: u8, must: bool) -> Vec<u8> {
    let mut counts = counts.to_vec();
    let used = counts.iter().filter(|count| **count > 0).count();
    if used == 0 && !must {
        return vec![0; counts.len()];
    }
    for _ in used..2 {
        let unused = counts.iter().position(|count| *count == 0).expect("a tree has two symbols");
        counts[unused] = 1;
    }
    loop {
        let lengths = huffman(&counts);
        if lengths.iter().all(|length| *length <= most) {
            return lengths;
        }
        counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
    }
}

fn huffman(counts: &[u32]) -> Vec<u8> {
    let mut lengths = vec![0; counts.len()];
    let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut trees: Vec<(u32, Vec<usize>)> = used.map(|(symbol, count)| (*count, vec![symbol])).collect();
    while trees.len() > 1 {
        trees.sort_by(|a, b| b.cmp(a));
        let (Some(a), Some(b)) = (trees.pop(), trees.pop()) else { break };
        let both = [a.1, b.1].concat();
        both.iter().for_each(|symbol| lengths[*symbol] += 1);
        trees.push((a.0 + b.0, both));
    }
    lengths
}

/// The bits of each symbol: how many and which.
fn codes(lengths: &[u8]) -> Vec<(u32, u32)> {
    let mut codes = vec![(0, 0); lengths.len()];
    let mut next = 0;
    for length in 1..=16 {
        next <<= 1;
        for (symbol, _) in lengths.iter().enumerate().filter(|(_, of)| **of == length) {
            codes[symbol] = (u32::from(length), next);
            next += 1;
        }
    }
    codes
}
