//! From text to words and from words to what they have in common.
//!
//! The index holds folded words ([`words`], [`fold`]) and signs of facet values ([`labels`]). Everything else ([`stem`], [`compound`], [`synonyms`]) is
//! applied to dictionaries when a segment is opened and to queries, so it can become better without a new index.

pub mod compound;
pub mod fold;
pub mod labels;
pub mod stem;
pub mod synonyms;
pub mod words;

use std::collections::HashSet;
use std::sync::LazyLock;

use compound::Parts;
use stem::Stems;

use crate::document::Lang;

/// A stem as a number of 40 bits; two stems of one dictionary share one with negligible likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u64);

/// Bits of a [`Key`].
pub const KEY_BITS: u32 = 40;

impl Key {
    /// The key of a stem.
    pub fn of(stem: &str) -> Self {
        // FNV-1a with a final mix, so that the upper bits depend on every byte.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in stem.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(hash >> (64 - KEY_BITS))
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Analyses single words; not shared between threads.
#[derive(Default)]
pub struct Analyzer {
    stems: Stems,
    scratch: String,
}

impl Analyzer {
    /// The stem of a folded word.
    pub fn stem(&mut self, lang: Lang, word: &str) -> String {
        self.stems.stem(lang, word)
    }

    /// Puts the stem of a folded word into `out`.
    pub fn stem_into(&mut self, lang: Lang, word: &str, out: &mut String) {
        self.stems.stem_into(lang, word, out);
    }

    /// Parts of a folded word; only German words are split.
    pub fn parts(&mut self, lang: Lang, word: &str) -> Parts {
        match lang {
            Lang::De => compound::split(word, &mut self.stems, &mut self.scratch),
            Lang::En | Lang::Nl => Parts::default(),
        }
    }
}

static STOP_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/stopwords.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// True for filler words of any language.
pub fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.contains(folded)
}
