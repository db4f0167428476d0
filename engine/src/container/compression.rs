//! Turns gzip, zstd, xz and bzip2 into the bytes that were packed, as a stream.
//!
//! Knows the formats of compression, each with concatenated members; knows nothing of names, because
//! the format is recognised by its first bytes. No decoder may take more than [`WINDOW`] bytes.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::limit::{Meter, Metered};
use super::{Kind, printable};
use crate::diagnostic::Code;
use crate::error::Error;

/// The greatest number of bytes that a decoder may look back at, and so has to hold.
const WINDOW: u64 = 128 << 20;

/// What is read from a source at a time.
const BUFFER: usize = 64 << 10;

/// A stream of expanded bytes whose errors are ours: they say what is damaged and where.
pub(super) struct Expanded<R: Read> {
    decoder: Decoder<Metered<R>>,
    kind: Kind,
    place: String,
    meter: Meter,
}

impl<R: Read> Expanded<R> {
    /// Expands `source`, if `kind` is a compression; `meter` counts what is taken from it.
    pub(super) fn new(kind: Kind, source: R, place: &str, meter: Meter) -> Self {
        let decoder = Decoder::new(kind, Metered::new(source, meter.clone()));
        Self { decoder, kind, place: place.to_owned(), meter }
    }
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.decoder.read(buf) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let explained = match self.meter.take_failure() {
                    Some(failure) => explain(failure, Kind::Plain, &self.place),
                    None => explain(error, self.kind, &self.place),
                };
                Err(explained.into())
            }
            result => result,
        }
    }
}

/// Says what an error of a decoder means: ours stays, the system's is named, all others are damage.
///
/// What goes wrong where nothing is decoded is the system's.
pub(super) fn explain(error: io::Error, kind: Kind, place: &str) -> Error {
    let error = match error.downcast::<Error>() {
        Ok(ours) => return ours.in_file(place),
        Err(error) => error,
    };
    let damage = |message| Error::new(Code::NotWellFormed, message).with_hint("get or pack it again");
    let explained = match error.kind() {
        _ if error.raw_os_error().is_some() || kind == Kind::Plain => return Error::io(place, "read", error),
        io::ErrorKind::OutOfMemory => too_wide(kind),
        io::ErrorKind::UnexpectedEof => damage(format!("the {kind} data is cut short")),
        // Some of these errors repeat names of members.
        _ => damage(format!("the {kind} data is damaged: {}", printable(&error.to_string()))),
    };
    explained.in_file(place)
}

fn too_wide(kind: Kind) -> Error {
    let message = format!("the {kind} data takes more than {WINDOW} bytes of memory to expand");
    Error::new(Code::TooLarge, message).with_hint("pack it with a smaller window")
}

/// One of the decoders; they are large, therefore boxed.
enum Decoder<R: Read> {
    Plain(R),
    Gzip(Box<MultiGzDecoder<BufReader<R>>>),
    Zstd(Box<Frames<BufReader<R>>>),
    Xz(Box<XzReader<BufReader<R>>>),
    Bzip2(Box<MultiBzDecoder<BufReader<R>>>),
}

impl<R: Read> Decoder<R> {
    fn new(kind: Kind, source: R) -> Self {
        let buffered = |source| BufReader::with_capacity(BUFFER, source);
        match kind {
            Kind::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(buffered(source)))),
            Kind::Zstd => Decoder::Zstd(Box::new(Frames::new(buffered(source)))),
            Kind::Xz => {
                let kibibytes = (WINDOW >> 10) as u32;
                Decoder::Xz(Box::new(XzReader::new_mem_limit(buffered(source), true, kibibytes)))
            }
            Kind::Bzip2 => Decoder::Bzip2(Box::new(MultiBzDecoder::new(buffered(source)))),
            Kind::Plain | Kind::Tar | Kind::Zip | Kind::Cab => Decoder::Plain(source),
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Decoder::Plain(reader) => reader.read(buf),
            Decoder::Gzip(reader) => reader.read(buf),
            Decoder::Zstd(reader) => reader.read(buf),
            Decoder::Xz(reader) => reader.read(buf),
            Decoder::Bzip2(reader) => reader.read(buf),
        }
    }
}

/// The frames of a zstd file one after the other, each checked against its checksum and size.
struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    place: Place,
}

/// Where in a zstd file the decoder stands.
enum Place {
    Between,
    /// Inside a frame of which so many bytes were given.
    Inside(u64),
}

impl<R: BufRead> Frames<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self { source, decoder, place: Place::Between }
    }

    /// Reads the header of the next frame, or skips a frame that is no data.
    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.source) {
            Ok(()) => self.place = Place::Inside(0),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let length = u64::from(length);
                if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(frame_error(error)),
        }
        Ok(())
    }

    /// Compares a frame that is read to its end, with `given` bytes, with what it says of itself.
    fn end(&mut self, given: u64) -> io::Result<()> {
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a checksum does not fit"));
        }
        let size = self.decoder.content_size();
        // A frame that does not state its size reads as 0.
        if size != 0 && size != given {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a size does not fit"));
        }
        self.place = Place::Between;
        Ok(())
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match self.place {
                Place::Between if self.source.fill_buf()?.is_empty() => return Ok(0),
                Place::Between => self.begin()?,
                Place::Inside(given) => {
                    let count = self.decoder.read(buf)?;
                    if count > 0 {
                        self.place = Place::Inside(given + count as u64);
                        return Ok(count);
                    }
                    if self.decoder.is_finished() {
                        self.end(given)?;
                        continue;
                    }
                    let one = BlockDecodingStrategy::UptoBlocks(1);
                    self.decoder.decode_blocks(&mut self.source, one).map_err(frame_error)?;
                }
            }
        }
    }
}

fn frame_error(error: FrameDecoderError) -> io::Error {
    match error {
        FrameDecoderError::WindowSizeTooBig { .. }
        | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { .. }) => {
            too_wide(Kind::Zstd).into()
        }
        other => io::Error::new(cut_or_damaged(&other), other),
    }
}

/// A source that ended inside a frame is the cause of a chain of errors.
fn cut_or_damaged(error: &FrameDecoderError) -> io::ErrorKind {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::UnexpectedEof) {
            return io::ErrorKind::UnexpectedEof;
        }
        cause = error.source();
    }
    io::ErrorKind::InvalidData
}
