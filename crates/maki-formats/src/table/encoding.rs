//! Finding a text file's encoding and decoding it in a stream.
//!
//! Order of evidence: byte order mark, zero bytes in every second place (UTF-16 without mark), valid UTF-8 over the
//! whole file (of a large one: over so much that nothing could speak against it any more), statistics (chardetng)
//! among the encodings that European administrations use. Decoding keeps memory flat and remembers where bytes were
//! invalid, so that the row can be named; nothing is dropped silently.

use std::collections::VecDeque;
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::TableError;
use super::progress::Progress;

const CHUNK: usize = 64 * 1024;
const OUTPUT: usize = 2 * CHUNK;
const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();
/// Statistics see at most this many bytes.
const STATISTICS_BYTES: usize = 4_000_000;
/// A text that was UTF-8 for so many bytes and with so many sequences of several bytes is read no further.
const ENOUGH_BYTES: u64 = 4_000_000;
const ENOUGH_SEQUENCES: u64 = 1_000;
/// Guesses that are believed; anything else in a European file is Windows-1252 with unusual characters.
const BELIEVED: [&str; 6] =
    ["windows-1252", "windows-1250", "ISO-8859-2", "windows-1254", "windows-1257", "ISO-8859-4"];

/// What was found out about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The encoding to decode with.
    pub encoding: &'static Encoding,
    /// Length of the byte order mark; 0 without one.
    pub mark: usize,
}

/// Reads the whole input once (streaming), and its beginning once more where it is not UTF-8, and says its encoding.
/// Leaves the position undefined.
pub fn detect<R: Read + Seek>(reader: &mut R) -> Result<Detected, TableError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut chunk = vec![0; CHUNK];
    let first = fill(reader, &mut chunk)?;
    let head = chunk.get(..first).unwrap_or_default();
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Ok(Detected { encoding, mark });
    }
    if let Some(encoding) = unmarked_utf16(head) {
        return Ok(Detected { encoding, mark: 0 });
    }
    let mut evidence = Evidence::default();
    let mut read = first;
    while read > 0 && !evidence.is_overwhelming() {
        evidence.feed(chunk.get(..read).unwrap_or_default());
        read = fill(reader, &mut chunk)?;
    }
    if evidence.decides_for_utf8()? {
        return Ok(Detected { encoding: UTF_8, mark: 0 });
    }
    reader.seek(SeekFrom::Start(0))?;
    Ok(Detected { encoding: guess(reader, &mut chunk)?, mark: 0 })
}

/// The legacy encoding of a text.
fn guess<R: Read>(reader: &mut R, chunk: &mut [u8]) -> Result<&'static Encoding, TableError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut statistics = 0;
    while statistics < STATISTICS_BYTES {
        let read = fill(reader, chunk)?;
        if read == 0 {
            break;
        }
        let chunk = chunk.get(..read).unwrap_or_default();
        if !chunk.is_ascii() {
            statistics += chunk.len();
            detector.feed(chunk, false);
        }
    }
    detector.feed(&[], true);
    let guess = detector.guess(Some(b"de"), Utf8Detection::Deny);
    Ok(if BELIEVED.contains(&guess.name()) { guess } else { WINDOWS_1252 })
}

fn fill<R: Read>(reader: &mut R, chunk: &mut [u8]) -> Result<usize, std::io::Error> {
    let mut done = 0;
    while let Some(rest) = chunk.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Text of European languages in UTF-16 has a zero byte in most pairs, always on the same side.
fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let (mut first, mut second) = (0usize, 0usize);
    for pair in head.chunks_exact(2) {
        if let [a, b] = pair {
            first += usize::from(*a == 0);
            second += usize::from(*b == 0);
        }
    }
    if second * 2 > pairs && first * 20 < pairs {
        return Some(UTF_16LE);
    }
    (first * 2 > pairs && second * 20 < pairs).then_some(UTF_16BE)
}

/// Counts over the whole file that decide between UTF-8, a legacy encoding and "not text".
#[derive(Default)]
struct Evidence {
    carry: Vec<u8>,
    multibyte: u64,
    invalid: u64,
    control: u64,
    total: u64,
}

impl Evidence {
    fn feed(&mut self, chunk: &[u8]) {
        self.total += chunk.len() as u64;
        self.control += chunk.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count() as u64;
        if self.carry.is_empty() && chunk.is_ascii() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.carry);
        bytes.extend_from_slice(chunk);
        self.count_utf8(&bytes);
    }

    fn count_utf8(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            let (good, tail) = rest.split_at(valid);
            self.multibyte += good.iter().filter(|byte| **byte >= 0xC0).count() as u64;
            match bad {
                None => return,
                Some(None) => {
                    self.carry = tail.to_vec();
                    return;
                }
                Some(Some(length)) => {
                    self.invalid += 1;
                    rest = tail.get(length..).unwrap_or_default();
                }
            }
        }
    }

    /// Whether nothing that follows could speak against UTF-8: no legacy text gives so many sequences and no fault.
    fn is_overwhelming(&self) -> bool {
        self.total >= ENOUGH_BYTES && self.multibyte >= ENOUGH_SEQUENCES && self.invalid == 0
    }

    fn decides_for_utf8(mut self) -> Result<bool, TableError> {
        self.invalid += u64::from(!self.carry.is_empty() && !self.is_overwhelming());
        if self.control > 64 && self.control * 100 > self.total {
            return Err(TableError::NotText);
        }
        // A UTF-8 file with a few damaged places stays UTF-8: the places are reported, the rest is right.
        Ok(self.invalid == 0 || self.multibyte > self.invalid.saturating_mul(10))
    }
}

/// Decodes a stream to UTF-8 and remembers where invalid sequences were replaced.
pub struct Decoder<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    input_at: usize,
    input_len: usize,
    output: Vec<u8>,
    output_len: usize,
    output_at: usize,
    ended: bool,
    flushed: bool,
    produced: u64,
    malformed: VecDeque<u64>,
    progress: Option<Arc<Progress>>,
}

impl<R: Read> Decoder<R> {
    /// Decodes what `inner` gives from its present position on; a byte order mark must have been skipped.
    pub fn new(inner: R, encoding: &'static Encoding, progress: Option<Arc<Progress>>) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; CHUNK],
            input_at: 0,
            input_len: 0,
            output: vec![0; OUTPUT],
            output_len: 0,
            output_at: 0,
            ended: false,
            flushed: false,
            produced: 0,
            malformed: VecDeque::new(),
            progress,
        }
    }

    /// How many invalid sequences lie before `offset` (bytes of decoded output) and were not counted yet.
    pub fn take_malformed_before(&mut self, offset: u64) -> usize {
        let before = self.malformed.iter().take_while(|at| **at < offset).count();
        self.malformed.drain(..before);
        before
    }

    /// Bytes of decoded output handed out so far.
    pub fn position(&self) -> u64 {
        self.produced - (self.output_len - self.output_at) as u64
    }

    /// Appends the next piece of text; false at the end.
    pub fn read_more(&mut self, into: &mut Vec<u8>) -> Result<bool, std::io::Error> {
        let text = self.fill_buf()?;
        let length = text.len();
        into.extend_from_slice(text);
        self.consume(length);
        Ok(length > 0)
    }

    fn decode_piece(&mut self) -> Result<(), std::io::Error> {
        self.output_len = 0;
        self.output_at = 0;
        while self.output_len == 0 && !self.flushed {
            if self.input_at == self.input_len && !self.ended {
                self.input_len = fill(&mut self.inner, &mut self.input)?;
                self.input_at = 0;
                self.ended = self.input_len < self.input.len();
                if let Some(progress) = &self.progress {
                    progress.add(self.input_len as u64);
                }
            }
            while self.decode_run() {}
        }
        self.produced += self.output_len as u64;
        Ok(())
    }

    /// Decodes up to the next invalid sequence, which becomes U+FFFD; false when input or output is used up.
    fn decode_run(&mut self) -> bool {
        let source = self.input.get(self.input_at..self.input_len).unwrap_or_default();
        // Three bytes stay free for the replacement character.
        let Some(target) = self.output.get_mut(self.output_len..OUTPUT - REPLACEMENT.len()) else { return false };
        if target.len() < 4 {
            return false;
        }
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(source, target, self.ended);
        self.input_at += read;
        self.output_len += written;
        match result {
            encoding_rs::DecoderResult::InputEmpty => {
                self.flushed = self.ended;
                false
            }
            encoding_rs::DecoderResult::OutputFull => false,
            encoding_rs::DecoderResult::Malformed(_, _) => {
                self.malformed.push_back(self.produced + self.output_len as u64);
                let end = self.output_len + REPLACEMENT.len();
                if let Some(place) = self.output.get_mut(self.output_len..end) {
                    place.copy_from_slice(REPLACEMENT);
                    self.output_len = end;
                }
                true
            }
        }
    }
}

impl<R: Read> BufRead for Decoder<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.output_at >= self.output_len {
            self.decode_piece()?;
        }
        Ok(self.output.get(self.output_at..self.output_len).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.output_at = (self.output_at + amount).min(self.output_len);
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let text = self.fill_buf()?;
        let length = text.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..length), text.get(..length)) {
            to.copy_from_slice(from);
        }
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::Cursor;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    fn read(bytes: &[u8]) -> (String, &'static str, usize) {
        let mut cursor = Cursor::new(bytes.to_vec());
        let detected = detect(&mut cursor).unwrap();
        cursor.seek(SeekFrom::Start(detected.mark as u64)).unwrap();
        let mut decoder = Decoder::new(cursor, detected.encoding, None);
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        let malformed = decoder.take_malformed_before(u64::MAX);
        (text, detected.encoding.name(), malformed)
    }

    #[test]
    fn encodings_are_found() {
        let text = "Straße;Größe\r\nÄpfel;„süß“ – schön\r\n";
        let check = |bytes: &[u8], name: &str| {
            assert_eq!(read(bytes), (text.to_owned(), name, 0));
        };
        check(text.as_bytes(), "UTF-8");
        check(&["\u{FEFF}".as_bytes(), text.as_bytes()].concat(), "UTF-8");
        check(&utf16(text, true), "UTF-16LE");
        check(&utf16(text, false), "UTF-16BE");
        check(&utf16(&format!("\u{FEFF}{text}"), true), "UTF-16LE");
        check(&utf16(&format!("\u{FEFF}{text}"), false), "UTF-16BE");
        check(&WINDOWS_1252.encode(text).0, "windows-1252");
    }

    #[test]
    fn a_damaged_place_in_utf8_is_counted_and_the_rest_kept() {
        let mut bytes = "ÄÖÜäöüßÄÖÜäöüß".as_bytes().to_vec();
        bytes.push(0xFF);
        bytes.extend_from_slice(" Ende".as_bytes());
        assert_eq!(read(&bytes), ("ÄÖÜäöüßÄÖÜäöüß\u{FFFD} Ende".to_owned(), "UTF-8", 1));
    }

    #[test]
    fn binary_is_refused() {
        let bytes: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(matches!(detect(&mut Cursor::new(bytes)), Err(TableError::NotText)));
    }
}
