//! Keeping lexicons beside their segment: analysing all words of a dictionary takes longer than everything else at the
//! start, and the words of a segment never change.
//!
//! A file is one list of numbers as this machine writes them: [`MAGIC`], the fingerprint of the analysis, a checksum
//! of the rest, the lengths of the lists, the lists. Whatever does not fit is read from the dictionary again; a file
//! that cannot be written is done without. Files of segments that are gone are removed with the next one written.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tantivy::Directory as _;
use tantivy::directory::{MmapDirectory, OwnedBytes};
use tantivy::index::SegmentId;
use zerocopy::IntoBytes as _;

use crate::lexicon::Lexicon;
use crate::numbers::Numbers;

/// Lexicons by language: of all text and of weighty text.
pub type Lexicons = [[Lexicon; 2]; 3];

const MAGIC: u64 = u64::from_be_bytes(*b"MaKIlex1");
const EXTENSION: &str = "lexicon";
/// Lists of a file: three of each lexicon.
const LISTS: usize = 18;
const HEADER: usize = 3 + LISTS;
/// Bytes of one number.
const NUMBER: usize = size_of::<u64>();
/// Smaller dictionaries are analysed faster than a file is worth.
const LEAST_NUMBERS: usize = 50_000;

/// Everything that a lexicon depends on beside the dictionary.
static FINGERPRINT: LazyLock<u64> = LazyLock::new(|| {
    const SOURCES: [&str; 9] = [
        include_str!("lexicon.rs"),
        include_str!("analysis/mod.rs"),
        include_str!("analysis/stem.rs"),
        include_str!("analysis/compound.rs"),
        include_str!("analysis/fold.rs"),
        include_str!("../data/parts.txt"),
        include_str!("../data/stems.txt"),
        include_str!("../data/stopwords.txt"),
        env!("CARGO_PKG_VERSION"),
    ];
    let mut hasher = DefaultHasher::new();
    SOURCES.hash(&mut hasher);
    hasher.finish()
});

/// The folder of an index, as far as it keeps lexicons.
pub struct Folder {
    path: PathBuf,
    mapped: Option<MmapDirectory>,
}

impl Folder {
    /// The folder of an index.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), mapped: MmapDirectory::open(path).ok() }
    }

    /// What was kept of a segment, if it still holds.
    pub fn load(&self, segment: SegmentId) -> Option<Lexicons> {
        let mapped = self.mapped.as_ref()?;
        let name = PathBuf::from(format!("{}.{EXTENSION}", segment.uuid_string()));
        if !mapped.exists(&name).ok()? {
            return None;
        }
        read(&mapped.open_read(&name).ok()?.read_bytes().ok()?)
    }

    /// Keeps what was read of a segment; `living` are all segments of the commit.
    pub fn keep(&self, segment: SegmentId, lexicons: &Lexicons, living: &[SegmentId]) {
        let lists: Vec<&[u64]> = lexicons.iter().flatten().flat_map(Lexicon::lists).collect();
        if lists.iter().map(|list| list.len()).sum::<usize>() < LEAST_NUMBERS {
            return;
        }
        if let Err(error) = self.write(segment, &lists).and_then(|()| self.clean(living)) {
            tracing::debug!(%error, "the lexicon of a segment is not kept");
        }
    }

    fn write(&self, segment: SegmentId, lists: &[&[u64]]) -> std::io::Result<()> {
        let mut rest: Vec<u64> = lists.iter().map(|list| list.len() as u64).collect();
        rest.extend(lists.iter().copied().flatten());
        let head = [MAGIC, *FINGERPRINT, u64::from(crc32fast::hash(rest.as_bytes()))];
        let name = segment.uuid_string();
        let unfinished = self.path.join(format!("{name}.{EXTENSION}.{}", std::process::id()));
        std::fs::write(&unfinished, [head.as_bytes(), rest.as_bytes()].concat())?;
        // Whole or not at all: another process may read it at this moment.
        std::fs::rename(&unfinished, self.path.join(format!("{name}.{EXTENSION}")))
    }

    fn clean(&self, living: &[SegmentId]) -> std::io::Result<()> {
        let living: Vec<String> = living.iter().map(SegmentId::uuid_string).collect();
        for entry in std::fs::read_dir(&self.path)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let Some(segment) = name.strip_suffix(EXTENSION).and_then(|name| name.strip_suffix('.')) else { continue };
            if !living.iter().any(|living| living == segment) {
                std::fs::remove_file(self.path.join(name))?;
            }
        }
        Ok(())
    }
}

fn read(bytes: &OwnedBytes) -> Option<Lexicons> {
    let whole = Numbers::Mapped(bytes.clone());
    let (head, _) = whole.get().split_first_chunk::<HEADER>()?;
    let [magic, fingerprint, checksum, lengths @ ..] = head;
    let rest = bytes.as_slice().get(3 * NUMBER..)?;
    if (*magic, *fingerprint) != (MAGIC, *FINGERPRINT) || u64::from(crc32fast::hash(rest)) != *checksum {
        return None;
    }
    let mut at = HEADER * NUMBER;
    let mut lists = Vec::with_capacity(LISTS);
    for length in lengths {
        let end = usize::try_from(*length).ok()?.checked_mul(NUMBER)?.checked_add(at)?;
        if end > bytes.len() {
            return None;
        }
        lists.push(Numbers::Mapped(bytes.slice(at..end)));
        at = end;
    }
    let mut lists = lists.into_iter();
    let mut lexicon = || Some(Lexicon::of_lists([lists.next()?, lists.next()?, lists.next()?]));
    let mut of_language = || Some([lexicon()?, lexicon()?]);
    Some([of_language()?, of_language()?, of_language()?])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn lexicons() -> Lexicons {
        let list = |from: u64| Numbers::Own((from..from + 5_000).collect());
        let mut next = 0;
        let mut lexicon = || {
            next += 1;
            Lexicon::of_lists([list(next), list(next * 10), list(next * 100)])
        };
        std::array::from_fn(|_| std::array::from_fn(|_| lexicon()))
    }

    fn lists(lexicons: &Lexicons) -> Vec<Vec<u64>> {
        lexicons.iter().flatten().flat_map(Lexicon::lists).map(<[u64]>::to_vec).collect()
    }

    #[test]
    fn what_was_kept_comes_back_and_only_that() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::new(temporary.path());
        let [one, other] = [SegmentId::generate_random(), SegmentId::generate_random()];
        folder.keep(one, &lexicons(), &[one, other]);
        assert_eq!(lists(&folder.load(one).unwrap()), lists(&lexicons()));
        assert!(folder.load(other).is_none());
        folder.keep(other, &lexicons(), &[other]);
        assert!(folder.load(other).is_some());
        assert!(folder.load(one).is_none(), "its segment is gone");
        let file = temporary.path().join(format!("{}.{EXTENSION}", other.uuid_string()));
        let whole = std::fs::read(&file).unwrap();
        for damage in [0, 8, 16, 24, 40, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[damage] ^= 1;
            std::fs::write(&file, damaged).unwrap();
            assert!(Folder::new(temporary.path()).load(other).is_none(), "byte {damage}");
        }
        for cut in [0, 7, 100, whole.len() - 8] {
            std::fs::write(&file, &whole[..cut]).unwrap();
            assert!(Folder::new(temporary.path()).load(other).is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn a_small_dictionary_or_a_missing_folder_keeps_nothing() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::new(temporary.path());
        let segment = SegmentId::generate_random();
        folder.keep(segment, &Lexicons::default(), &[segment]);
        assert!(folder.load(segment).is_none());
        let gone = Folder::new(&temporary.path().join("gone"));
        gone.keep(segment, &lexicons(), &[segment]);
        assert!(gone.load(segment).is_none());
    }
}
