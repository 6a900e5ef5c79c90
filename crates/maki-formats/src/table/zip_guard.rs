//! Refuses hostile archives before a workbook parser opens them.
//!
//! Two passes. The directory: number of entries, declared sizes, ratios. Then, because declarations can lie, every part
//! that the parser may read is decompressed through a counter and thrown away. On the way two more things are checked
//! that would cost the parser memory: text or tags without end, and a table of shared strings that claims more strings
//! than its bytes can hold (parsers reserve memory for that claim).

use std::io::{Read, Seek};

use super::{ArchiveFault, Limits, TableError};

/// Checks an archive. Leaves the reader's position undefined.
pub(super) fn check<R: Read + Seek>(reader: &mut R, limits: &Limits) -> Result<(), TableError> {
    let mut archive = zip::ZipArchive::new(reader).map_err(damaged)?;
    if archive.len() > limits.zip_entries {
        return Err(TableError::Archive(ArchiveFault::Entries));
    }
    let mut total = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        total = total.saturating_add(entry.size());
        check_declared(entry.size(), entry.compressed_size(), total, limits)?;
    }
    let mut actual = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.to_lowercase();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let is_strings = name.ends_with("sharedstrings.xml");
        if is_strings && entry.size() > limits.shared_strings_bytes {
            return Err(TableError::Archive(ArchiveFault::SharedStrings));
        }
        let declared = entry.size();
        actual = actual.saturating_add(scan(entry, declared, is_strings, limits)?);
        if actual > limits.zip_total_bytes {
            return Err(TableError::Archive(ArchiveFault::TotalSize));
        }
    }
    Ok(())
}

fn damaged(error: zip::result::ZipError) -> TableError {
    TableError::Workbook(error.to_string())
}

fn check_declared(size: u64, compressed: u64, total: u64, limits: &Limits) -> Result<(), TableError> {
    if total > limits.zip_total_bytes {
        return Err(TableError::Archive(ArchiveFault::TotalSize));
    }
    if size > limits.zip_ratio_from_bytes && size / compressed.max(1) > limits.zip_ratio {
        return Err(TableError::Archive(ArchiveFault::Ratio));
    }
    Ok(())
}

/// Reads one entry to its end, or to one byte past its declared size, and counts.
fn scan<R: Read>(entry: R, declared: u64, is_strings: bool, limits: &Limits) -> Result<u64, TableError> {
    const CHUNK: usize = 64 * 1024;
    let mut limited = entry.take(declared.saturating_add(1));
    let mut scanner = Scanner { run: 0, most_run: limits.row_bytes, declared, claim: is_strings.then(Vec::new) };
    let mut chunk = vec![0; CHUNK];
    let mut total = 0u64;
    loop {
        let read = match limited.read(&mut chunk) {
            Ok(0) => return Ok(total),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(TableError::Workbook(error.to_string())),
        };
        total += read as u64;
        if total > declared {
            return Err(TableError::Archive(ArchiveFault::LyingSize));
        }
        scanner.feed(chunk.get(..read).unwrap_or_default())?;
    }
}

struct Scanner {
    /// Bytes since the last `<`.
    run: usize,
    most_run: usize,
    declared: u64,
    /// The end of the last chunk, where claims are looked for.
    claim: Option<Vec<u8>>,
}

impl Scanner {
    fn feed(&mut self, chunk: &[u8]) -> Result<(), TableError> {
        let mut start = 0;
        for at in memchr::memchr_iter(b'<', chunk) {
            self.run += at - start;
            self.check_run()?;
            self.run = 0;
            start = at;
        }
        self.run += chunk.len() - start;
        self.check_run()?;
        if let Some(mut window) = self.claim.take() {
            window.extend_from_slice(chunk);
            check_claims(&window, self.declared)?;
            let keep = window.len().saturating_sub(128);
            window.drain(..keep);
            self.claim = Some(window);
        }
        Ok(())
    }

    fn check_run(&self) -> Result<(), TableError> {
        if self.run > self.most_run {
            return Err(TableError::Archive(ArchiveFault::TextRun));
        }
        Ok(())
    }
}

/// Refuses `uniqueCount` claims above what the bytes can hold (`<si/>` is the shortest string).
fn check_claims(text: &[u8], declared: u64) -> Result<(), TableError> {
    const SHORTEST: u64 = 5;
    for at in memchr::memmem::find_iter(text, b"uniqueCount") {
        let digits = text.get(at + b"uniqueCount".len()..).unwrap_or_default();
        let claimed = digits
            .iter()
            .skip_while(|byte| !byte.is_ascii_digit())
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        if claimed > declared / SHORTEST + 1 {
            return Err(TableError::Archive(ArchiveFault::SharedStrings));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
    use super::*;
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;

    fn archive(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn fault(bytes: Vec<u8>, limits: &Limits) -> Option<ArchiveFault> {
        match check(&mut Cursor::new(bytes), limits) {
            Ok(()) => None,
            Err(TableError::Archive(fault)) => Some(fault),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn bombs_are_refused() {
        let limits = Limits { zip_entries: 3, ..Limits::default() };
        let check = |entries: &[(&str, Vec<u8>)], expected: Option<ArchiveFault>| {
            assert_eq!(fault(archive(entries), &limits), expected);
        };
        check(&[("xl/workbook.xml", b"<a/>".to_vec())], None);
        check(&[("a", vec![]), ("b", vec![]), ("c", vec![]), ("d", vec![])], Some(ArchiveFault::Entries));
        check(&[("xl/a.xml", b"<a/>".repeat(3_000_000))], Some(ArchiveFault::Ratio));
        check(&[("xl/a.xml", vec![b'x'; 9_000_000])], Some(ArchiveFault::TextRun));
        let claim = b"<sst uniqueCount=\"99999999999\"><si/></sst>".to_vec();
        check(&[("xl/sharedStrings.xml", claim)], Some(ArchiveFault::SharedStrings));
    }

    #[test]
    fn total_size_is_bounded() {
        let limits = Limits { zip_total_bytes: 1000, ..Limits::default() };
        let bytes = archive(&[("a.xml", vec![b'<'; 600]), ("b.xml", vec![b'<'; 600])]);
        assert_eq!(fault(bytes, &limits), Some(ArchiveFault::TotalSize));
    }

    #[test]
    fn a_lying_size_does_not_help() {
        let mut bytes = archive(&[("xl/a.xml", b"<a/>".repeat(1000))]);
        let directory = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap();
        bytes[directory + 24..directory + 28].copy_from_slice(&10u32.to_le_bytes());
        // The archive reader notices it too; either way nothing is read beyond the declared size.
        assert!(check(&mut Cursor::new(bytes), &Limits::default()).is_err());
    }
}
