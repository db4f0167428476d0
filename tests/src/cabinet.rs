//! Writes cabinets byte by byte, also such as no program would write.

use crate::lzx;

/// What comes out of a block at most.
pub const BLOCK: usize = 32 << 10;

/// A block of a folder.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The data as it is stored.
    pub data: Vec<u8>,
    /// The bytes that come out of it.
    pub size: u16,
    /// Whether it states no checksum.
    pub unchecked: bool,
}

/// A folder: how it is compressed and its blocks.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The method with its parameters.
    pub method: u16,
    /// The blocks.
    pub blocks: Vec<Block>,
}

impl Folder {
    /// A folder whose blocks are compressed by `pack`, which gets the beginning of all and one block.
    pub fn of(method: u16, content: &[u8], mut pack: impl FnMut(&[u8], &[u8]) -> Vec<u8>) -> Self {
        let block = |(number, part): (usize, &[u8])| {
            let data = pack(&content[..number * BLOCK], part);
            Block { data, size: part.len() as u16, unchecked: false }
        };
        Folder { method, blocks: content.chunks(BLOCK).enumerate().map(block).collect() }
    }

    /// A folder that is stored.
    pub fn stored(content: &[u8]) -> Self {
        Folder::of(0, content, |_, part| part.to_owned())
    }

    /// A folder compressed with LZX.
    pub fn lzx(content: &[u8], options: &lzx::Options) -> Self {
        let mut chunks = lzx::compress(content, options).into_iter();
        Folder::of(3 | (options.window as u16) << 8, content, |_, _| chunks.next().unwrap_or_default())
    }
}

/// A file of the table.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The bytes of the name.
    pub name: Vec<u8>,
    /// The number of the folder.
    pub folder: u16,
    /// Where in the folder it begins.
    pub start: u32,
    /// Its bytes.
    pub size: u32,
    /// The attributes.
    pub attributes: u16,
}

impl File {
    /// A file with an ordinary name.
    pub fn new(name: &str, folder: u16, start: u32, size: u32) -> Self {
        File { name: name.into(), folder, start, size, attributes: 0x20 }
    }
}

/// In which order the parts stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Files, then data, as every program writes it.
    #[default]
    FilesFirst,
    /// Data, then files.
    DataFirst,
    /// Files, then the data of the last folder, of the one before, and so on.
    FoldersReversed,
}

/// A cabinet.
#[derive(Clone, Debug, Default)]
pub struct Cabinet {
    /// The folders.
    pub folders: Vec<Folder>,
    /// The files.
    pub files: Vec<File>,
    /// Reserved bytes of the header, of each folder and of each block.
    pub reserve: Option<(u16, u8, u8)>,
    /// Names of the cabinets before and after it.
    pub neighbours: [Option<(String, String)>; 2],
    /// The order of its parts.
    pub order: Order,
}

impl Cabinet {
    /// A cabinet of one folder.
    pub fn of(folder: Folder, files: Vec<File>) -> Self {
        Cabinet { folders: vec![folder], files, ..Cabinet::default() }
    }

    /// A cabinet of files that are stored one behind the other.
    pub fn stored(members: &[(&str, &[u8])]) -> Self {
        let mut content = Vec::new();
        let file = |(name, bytes): &(&str, &[u8])| {
            let file = File::new(name, 0, content.len() as u32, bytes.len() as u32);
            content.extend_from_slice(bytes);
            file
        };
        let files = members.iter().map(file).collect();
        Cabinet::of(Folder::stored(&content), files)
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let (header_reserve, folder_reserve, data_reserve) = self.reserve.unwrap_or_default();
        let mut head = Vec::new();
        if self.reserve.is_some() {
            head.extend_from_slice(&header_reserve.to_le_bytes());
            head.extend_from_slice(&[folder_reserve, data_reserve]);
            head.extend(std::iter::repeat_n(0xaa, header_reserve.into()));
        }
        for (name, disk) in self.neighbours.iter().flatten() {
            head.extend_from_slice(format!("{name}\0{disk}\0").as_bytes());
        }
        let table = 36 + head.len() + self.folders.len() * (8 + usize::from(folder_reserve));
        let files = self.table();
        let data: Vec<_> = self.folders.iter().map(|folder| data(folder, data_reserve)).collect();
        let mut order: Vec<usize> = (0..data.len()).collect();
        if self.order == Order::FoldersReversed {
            order.reverse();
        }
        let data_size: usize = data.iter().map(Vec::len).sum();
        let data_first = self.order == Order::DataFirst;
        let (files_at, mut data_at) =
            if data_first { (table + data_size, table) } else { (table, table + files.len()) };
        let mut starts = vec![0; data.len()];
        for at in &order {
            starts[*at] = data_at;
            data_at += data[*at].len();
        }
        let mut bytes = self.fixed(table + files.len() + data_size, files_at);
        bytes.extend(head);
        for (folder, at) in self.folders.iter().zip(starts) {
            bytes.extend_from_slice(&(at as u32).to_le_bytes());
            bytes.extend_from_slice(&(folder.blocks.len() as u16).to_le_bytes());
            bytes.extend_from_slice(&folder.method.to_le_bytes());
            bytes.extend(std::iter::repeat_n(0xbb, folder_reserve.into()));
        }
        let data: Vec<u8> = order.iter().flat_map(|at| &data[*at]).copied().collect();
        let (first, second) = if data_first { (data, files) } else { (files, data) };
        [bytes, first, second].concat()
    }

    fn fixed(&self, size: usize, files_at: usize) -> Vec<u8> {
        let [previous, next] = [0, 1].map(|at: usize| u16::from(self.neighbours[at].is_some()) << at);
        let flags = previous | next | u16::from(self.reserve.is_some()) << 2;
        let mut bytes = b"MSCF\0\0\0\0".to_vec();
        for number in [size as u32, 0, files_at as u32, 0] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&[3, 1]);
        for number in [self.folders.len() as u16, self.files.len() as u16, flags, 7, 0] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn table(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for file in &self.files {
            bytes.extend_from_slice(&file.size.to_le_bytes());
            bytes.extend_from_slice(&file.start.to_le_bytes());
            for number in [file.folder, 0x5b21, 0x6000, file.attributes] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            bytes.extend_from_slice(&file.name);
            bytes.push(0);
        }
        bytes
    }
}

fn data(folder: &Folder, reserve: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    for block in &folder.blocks {
        let sizes = [(block.data.len() as u16).to_le_bytes(), block.size.to_le_bytes()].concat();
        let sum = checksum(&block.data) ^ checksum(&sizes);
        let sum = if block.unchecked { 0 } else { sum };
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes.extend(sizes);
        bytes.extend(std::iter::repeat_n(0xcc, reserve.into()));
        bytes.extend_from_slice(&block.data);
    }
    bytes
}

/// The checksum of the format, the slow way.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |sum, word| {
        sum ^ match *word {
            [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
            [a, b, c] => u32::from_be_bytes([0, a, b, c]),
            [a, b] => u32::from_be_bytes([0, 0, a, b]),
            [a] => a.into(),
            _ => 0,
        }
    })
}
