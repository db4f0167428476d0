//! The loops that a careful reader of XML cannot avoid, over the same files in the same run.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::events::Event;

/// Reads every file into one buffer and hands it over.
fn each(files: &[PathBuf], mut visit: impl FnMut(&[u8]) -> u64) -> u64 {
    let mut buffer = Vec::new();
    let mut sum = 0;
    for file in files {
        buffer.clear();
        let read = File::open(file).and_then(|mut file| file.read_to_end(&mut buffer));
        assert!(read.is_ok(), "{}: cannot be read", file.display());
        sum += visit(&buffer);
    }
    sum
}

/// Reads every event of every file; gives how many there are.
pub fn events(files: &[PathBuf]) -> u64 {
    each(files, |bytes| {
        let mut reader = Reader::from_reader(bytes);
        let mut count = 0;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => return count,
                Ok(_) => count += 1,
                Err(error) => panic!("{error}"),
            }
        }
    })
}

/// Reads every event and every attribute of it, duplicates checked; gives how many bytes of values there
/// are. This is the loop L of the bars.
pub fn attributes(files: &[PathBuf]) -> u64 {
    each(files, |bytes| {
        let mut reader = Reader::from_reader(bytes);
        let mut sum = 0;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => return sum,
                Ok(Event::Start(tag) | Event::Empty(tag)) => {
                    for attribute in tag.attributes() {
                        match attribute {
                            Ok(attribute) => sum += attribute.value.len() as u64,
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    })
}

/// Reads every file, checks that it is text, and compares it with one of the first `images` files, which it is a copy
/// of, to the end; gives how many words are the same. Whoever takes nothing for known that was not compared does no
/// less.
pub fn comparing(files: &[PathBuf], images: usize) -> u64 {
    let mut templates = Vec::new();
    each(&files[..images.min(files.len())], |bytes| {
        templates.push(bytes.to_vec());
        0
    });
    let mut number = 0;
    each(files, |bytes| {
        let (words, _) = bytes.as_chunks::<8>();
        let (template, _) = templates[number % templates.len()].as_chunks::<8>();
        number += 1;
        assert!(std::str::from_utf8(bytes).is_ok(), "a client is text");
        words.iter().zip(template).map(|(own, other)| u64::from(own == other)).sum()
    })
}
