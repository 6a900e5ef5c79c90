//! The language above the dictionary of a segment: which word forms share a stem, which contain a part.
//!
//! Each entry packs a [`Key`] (40 bits) and the ordinal of a term (24 bits) into one number; the numbers are sorted,
//! so a key is a stretch of the list. Built once per segment from its dictionary and kept beside it.

use std::collections::HashMap;

use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;

use crate::analysis::stem::loose;
use crate::analysis::{Analyzer, KEY_BITS, Key};
use crate::document::Lang;
use crate::numbers::Numbers;

const ORDINAL_BITS: u32 = 64 - KEY_BITS;

/// Keys and ordinals of one kind in one dictionary.
#[derive(Debug, Default)]
pub struct Entries(Numbers);

impl Entries {
    fn new(mut entries: Vec<u64>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Self(Numbers::Own(entries.into_boxed_slice()))
    }

    /// Ordinals of the terms of a key, ascending.
    pub fn ordinals(&self, key: Key) -> Ordinals<'_> {
        let from = key.number() << ORDINAL_BITS;
        let entries = self.0.get();
        let start = entries.partition_point(|entry| *entry < from);
        Ordinals { entries: entries.get(start..).unwrap_or_default().iter(), key }
    }

    /// No ordinals.
    pub fn none() -> Ordinals<'static> {
        Ordinals { entries: [].iter(), key: Key::of("") }
    }
}

/// Ordinals of the terms of one key.
pub struct Ordinals<'a> {
    entries: std::slice::Iter<'a, u64>,
    key: Key,
}

impl Iterator for Ordinals<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let entry = self.entries.next().filter(|entry| *entry >> ORDINAL_BITS == self.key.number())?;
        Some((entry & 0xff_ffff) as u32)
    }
}

/// Stems and parts of the terms of one field.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// Terms by stem.
    pub stems: Entries,
    /// Terms by contained part, and nouns in -ung by the stem of their verb.
    pub parts: Entries,
    /// By ordinal, how many documents have the term (upper half) and where its postings begin (lower half). The
    /// dictionary itself finds this only by spelling, which is slow for the hundreds of compounds of a frequent part.
    places: Numbers,
}

const fn place(documents: u32, start: u32) -> u64 {
    (documents as u64) << 32 | start as u64
}

impl Lexicon {
    /// The lists of which it consists.
    pub fn lists(&self) -> [&[u64]; 3] {
        [self.stems.0.get(), self.parts.0.get(), self.places.get()]
    }

    /// The other way round.
    pub fn of_lists([stems, parts, places]: [Numbers; 3]) -> Self {
        Self { stems: Entries(stems), parts: Entries(parts), places }
    }

    /// What the engine needs to read the postings of a term.
    pub fn term(&self, ordinal: u32) -> Option<TermInfo> {
        let places = self.places.get();
        let (place, next) = (places.get(ordinal as usize)?, places.get(ordinal as usize + 1)?);
        let start = |place: &u64| (place & 0xffff_ffff) as usize;
        Some(TermInfo {
            doc_freq: u32::try_from(place >> 32).ok()?,
            postings_range: start(place)..start(next),
            // Positions are read only through phrases, which the engine looks up itself.
            positions_range: 0..0,
        })
    }
}

#[derive(Default)]
struct Collected {
    stems: Vec<u64>,
    parts: Vec<u64>,
    places: Vec<u64>,
    end: u32,
}

impl Collected {
    fn add(&mut self, analysed: &Analysed, ordinal: u64) {
        let entry = |key: &Key| key.number() << ORDINAL_BITS | ordinal;
        self.stems.push(entry(&analysed.stem));
        self.parts.extend(analysed.parts.iter().map(entry));
    }

    /// Called for every term in order, whatever becomes of it.
    fn place(&mut self, info: &TermInfo) -> std::io::Result<()> {
        let offset = |at: usize| u32::try_from(at).map_err(std::io::Error::other);
        self.places.push(place(info.doc_freq, offset(info.postings_range.start)?));
        self.end = offset(info.postings_range.end)?;
        Ok(())
    }

    fn finish(mut self) -> Lexicon {
        self.places.push(place(0, self.end));
        let places = Numbers::Own(self.places.into_boxed_slice());
        Lexicon { stems: Entries::new(self.stems), parts: Entries::new(self.parts), places }
    }
}

struct Analysed {
    stem: Key,
    parts: Box<[Key]>,
}

/// Most words that a [`Memo`] keeps; a few tens of megabytes while segments are read, nothing after.
const MOST_WORDS: usize = 200_000;

/// Words that were analysed for one segment and come again in the next: reading many segments costs hardly more than
/// reading one. Lives only while the segments of one commit are read.
#[derive(Default)]
pub struct Memo {
    analyzer: Analyzer,
    scratch: String,
    words: [HashMap<Box<str>, Analysed>; 3],
    /// One that did not fit.
    last: Option<Analysed>,
}

impl Memo {
    fn analyse(&mut self, lang: Lang, word: &str) -> &Analysed {
        let Self { analyzer, scratch, words, last } = self;
        let [german, english, dutch] = words;
        let words = match lang {
            Lang::De => german,
            Lang::En => english,
            Lang::Nl => dutch,
        };
        if !words.contains_key(word) {
            let analysed = analyse(analyzer, lang, word, scratch);
            if words.len() >= MOST_WORDS {
                return last.insert(analysed);
            }
            return words.entry(word.into()).or_insert(analysed);
        }
        words.get(word).unwrap_or_else(|| last.get_or_insert_with(|| analyse(analyzer, lang, word, scratch)))
    }
}

fn analyse(analyzer: &mut Analyzer, lang: Lang, word: &str, scratch: &mut String) -> Analysed {
    analyzer.stem_into(lang, word, scratch);
    let stem = Key::of(scratch);
    let mut keys = Vec::new();
    if lang == Lang::De {
        keys.extend(loose(scratch).map(Key::of));
        let parts = analyzer.parts(lang, word);
        keys.extend(parts.stems.iter().chain(&parts.groups).map(|stem| Key::of(stem)));
    }
    Analysed { stem, parts: keys.into_boxed_slice() }
}

/// Reads the dictionaries of all text and of weighty text of one language together: the words of the second are
/// among those of the first, so each is analysed once.
///
/// # Errors
/// When the index cannot be read.
pub fn read(
    lang: Lang,
    body: &InvertedIndexReader,
    lead: &InvertedIndexReader,
    memo: &mut Memo,
) -> std::io::Result<[Lexicon; 2]> {
    let mut collected = [Collected::default(), Collected::default()];
    let [of_body, of_lead] = &mut collected;
    let (mut bodies, mut leads) = (body.terms().stream()?, lead.terms().stream()?);
    let mut lead_left = leads.advance();
    // Ordinals beyond 24 bits would not fit; no register has 16 million different words.
    for ordinal in 0..1_u64 << ORDINAL_BITS {
        if !bodies.advance() {
            break;
        }
        of_body.place(bodies.value())?;
        let Ok(word) = std::str::from_utf8(bodies.key()) else { continue };
        let analysed = memo.analyse(lang, word);
        of_body.add(analysed, ordinal);
        while lead_left && leads.key() <= bodies.key() {
            of_lead.place(leads.value())?;
            if leads.key() == bodies.key() {
                of_lead.add(analysed, leads.term_ord());
            }
            lead_left = leads.advance();
        }
    }
    while lead_left {
        of_lead.place(leads.value())?;
        lead_left = leads.advance();
    }
    Ok(collected.map(Collected::finish))
}
