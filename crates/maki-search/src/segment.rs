//! Derived data of one segment, built when it appears and kept as long as it lives: packed rows, names, dictionaries.
//!
//! Documents of one system stand side by side and live and die together, so a system is a stretch of documents and
//! liveness of its first document is liveness of all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tantivy::columnar::StrColumn;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::{InvertedIndexReader, SegmentId};
use tantivy::schema::document::{
    DeserializeError, DocumentDeserialize, DocumentDeserializer, ValueDeserialize, ValueDeserializer,
};
use tantivy::store::StoreReader;
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use crate::analysis::Key;
use crate::docset::SetCache;
use crate::document::Lang;
use crate::error::Error;
use crate::lexicon::{self, Lexicon, Memo};
use crate::lexicon_file::Lexicons;
use crate::row::{NO_AUTHORITY, Row};
use crate::schema::{AUTHORITY, Fields, ID_COLUMNS, NAME, PUBLISHED, ROW_COLUMNS, SEPARATOR};

/// Blocks of stored documents kept decompressed per segment.
const STORE_BLOCKS: usize = 64;

/// Organisations seen in any segment. Ordinals only grow, so rows stay valid.
#[derive(Clone, Debug, Default)]
pub struct Authorities {
    /// Id and newest name by ordinal.
    pub entries: Vec<(String, String)>,
    by_id: HashMap<String, u32>,
}

/// One table for indexes that lie over each other, so that rows of both speak of the same ordinals. Names of
/// organisations are public, whatever index they were learned from.
pub type SharedAuthorities = Arc<Mutex<Arc<Authorities>>>;

impl Authorities {
    /// Ordinal of an organisation.
    pub fn ordinal(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    fn learn(&mut self, id: &str, name: &str) -> u32 {
        if let Some(ordinal) = self.by_id.get(id) {
            if let Some(entry) = self.entries.get_mut(*ordinal as usize).filter(|entry| entry.1 != name) {
                name.clone_into(&mut entry.1);
            }
            return *ordinal;
        }
        let ordinal = u32::try_from(self.entries.len()).unwrap_or(NO_AUTHORITY);
        self.entries.push((id.to_owned(), name.to_owned()));
        self.by_id.insert(id.to_owned(), ordinal);
        ordinal
    }
}

/// Names in order: one text with all order keys, and where each begins.
#[derive(Debug, Default)]
pub struct Names {
    /// Order keys, each after a line feed.
    pub text: String,
    /// Where the key of a rank begins.
    starts: Vec<u32>,
    /// Rank of each system; equal names share one.
    ranks: Vec<u32>,
}

impl Names {
    /// Order key of a rank.
    pub fn key(&self, rank: u32) -> &str {
        let start = self.starts.get(rank as usize).copied().unwrap_or(0) as usize;
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// Order key of a system.
    pub fn of(&self, system: u32) -> &str {
        self.key(self.rank(system))
    }

    /// Rank of a system among the names of its segment.
    pub fn rank(&self, system: u32) -> u32 {
        self.ranks.get(system as usize).copied().unwrap_or(0)
    }

    /// Number of different names.
    pub const fn len(&self) -> usize {
        self.starts.len()
    }

    /// The rank whose key covers a byte of the text.
    pub fn rank_at(&self, byte: usize) -> u32 {
        let after = self.starts.partition_point(|start| *start as usize <= byte);
        u32::try_from(after.saturating_sub(1)).unwrap_or(0)
    }
}

/// One segment with everything a search needs from it.
pub struct Segment {
    /// Identity.
    pub id: SegmentId,
    /// Number of documents, dead ones included.
    pub max_doc: u32,
    /// Packed facts by document.
    pub rows: Box<[Row]>,
    /// One bit per document: the only one of its system.
    pub single: Box<[u64]>,
    /// First document by system.
    pub first_docs: Box<[DocId]>,
    /// Instant of publication by system.
    pub published: Box<[i64]>,
    /// Names by system.
    pub names: Names,
    /// Systems in the order of their names.
    pub by_name: Box<[u32]>,
    /// Systems, newest first.
    pub by_date: Box<[u32]>,
    /// Dictionaries by language.
    pub lexicons: Lexicons,
    /// Terms and postings of all text, by language.
    pub body: Readers,
    /// Terms and postings of weighty text, by language.
    pub lead: Readers,
    /// How people spell words.
    pub spelling: Arc<InvertedIndexReader>,
    /// Lengths of all text, by language.
    pub norms: [Option<FieldNormReader>; 3],
    /// Match sets of recently used words.
    pub sets: SetCache,
    /// Reads columns and phrases.
    pub reader: SegmentReader,
    store: StoreReader,
}

impl Segment {
    /// Reads a segment and learns its organisations.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn read(
        reader: &SegmentReader,
        fields: &Fields,
        authorities: &mut Authorities,
        lexicons: impl FnOnce(&Readers, &Readers) -> Result<Lexicons, Error>,
    ) -> Result<Self, Error> {
        let max_doc = reader.max_doc();
        let (rows, first_docs) = read_rows(reader, authorities)?;
        let bits = |rows: &[Row]| (0..).zip(rows).fold(0, |word, (bit, row)| word | u64::from(row.single) << bit);
        let single = rows.chunks(64).map(bits).collect();
        let published = reader.fast_fields().column_first_or_default::<i64>(PUBLISHED)?;
        let published: Box<[i64]> = first_docs.iter().map(|doc| published.get_val(*doc)).collect();
        let names = read_names(reader, &first_docs)?;
        let systems = u32::try_from(first_docs.len()).unwrap_or(u32::MAX);
        let mut by_name: Box<[u32]> = (0..systems).collect();
        by_name.sort_by_key(|system| names.rank(*system));
        let mut by_date: Box<[u32]> = (0..systems).collect();
        by_date.sort_by_key(|system| std::cmp::Reverse(published.get(*system as usize).copied().unwrap_or(0)));
        let body = readers(reader, fields.body)?;
        let lead = readers(reader, fields.lead)?;
        let lexicons = lexicons(&body, &lead)?;
        let norms = fields.body.map(|field| reader.get_fieldnorms_reader(field).ok());
        Ok(Self {
            id: reader.segment_id(),
            max_doc,
            rows,
            single,
            first_docs,
            published,
            names,
            by_name,
            by_date,
            lexicons,
            body,
            lead,
            spelling: reader.inverted_index(fields.spelling)?,
            norms,
            sets: SetCache::default(),
            reader: reader.clone(),
            store: reader.get_store_reader(STORE_BLOCKS)?,
        })
    }

    /// Number of systems, dead ones included.
    pub const fn systems(&self) -> usize {
        self.first_docs.len()
    }

    /// First document of a system.
    pub fn first_doc(&self, system: u32) -> DocId {
        self.first_docs.get(system as usize).copied().unwrap_or(0)
    }

    /// How often a word itself is found, by the sum over its forms and languages.
    pub fn documents(&self, keys: &[Option<Key>; 3]) -> usize {
        let of_language = |(key, [body, _]): (&Option<Key>, &[Lexicon; 2])| {
            let ordinals = key.iter().flat_map(|key| body.stems.ordinals(*key));
            ordinals.filter_map(|ordinal| body.term(ordinal)).map(|info| info.doc_freq as usize).sum::<usize>()
        };
        keys.iter().zip(&self.lexicons).map(of_language).sum()
    }

    /// Stored bytes of a system; see [`crate::stored::Stored`].
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn stored(&self, system: u32) -> Result<Vec<u8>, Error> {
        let document: StoredDocument = self.store.get(self.first_doc(system))?;
        document.0.ok_or_else(|| Error::Corrupt("a document without stored bytes".to_owned()))
    }

    /// Id of the system of a document.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn ids(&self) -> Result<impl Fn(DocId) -> Uuid + use<>, Error> {
        let [high, low] = ID_COLUMNS;
        let high = self.reader.fast_fields().column_first_or_default::<u64>(high)?;
        let low = self.reader.fast_fields().column_first_or_default::<u64>(low)?;
        Ok(move |doc| Uuid::from_u64_pair(high.get_val(doc), low.get_val(doc)))
    }
}

/// The stored bytes, read without building a document of the engine.
struct StoredDocument(Option<Vec<u8>>);

struct StoredValue(Vec<u8>);

impl ValueDeserialize for StoredValue {
    fn deserialize<'de, D: ValueDeserializer<'de>>(deserializer: D) -> Result<Self, DeserializeError> {
        deserializer.deserialize_bytes().map(Self)
    }
}

impl DocumentDeserialize for StoredDocument {
    fn deserialize<'de, D: DocumentDeserializer<'de>>(mut deserializer: D) -> Result<Self, DeserializeError> {
        // Only one field is stored.
        Ok(Self(deserializer.next_field::<StoredValue>()?.map(|(_, value)| value.0)))
    }
}

/// Terms and postings by language.
pub type Readers = [Arc<InvertedIndexReader>; 3];

/// Analyses the dictionaries of a segment.
///
/// # Errors
/// When the index cannot be read.
pub fn read_lexicons(body: &Readers, lead: &Readers, memo: &mut Memo) -> Result<Lexicons, Error> {
    let mut lexicons = Lexicons::default();
    for ((lang, lexicon), (body, lead)) in Lang::ALL.into_iter().zip(&mut lexicons).zip(body.iter().zip(lead)) {
        *lexicon = lexicon::read(lang, body, lead, memo)?;
    }
    Ok(lexicons)
}

fn readers(reader: &SegmentReader, fields: [tantivy::schema::Field; 3]) -> Result<Readers, Error> {
    let [de, en, nl] = fields;
    Ok([reader.inverted_index(de)?, reader.inverted_index(en)?, reader.inverted_index(nl)?])
}

/// Rows by document and first documents by system.
type Rows = (Box<[Row]>, Box<[DocId]>);

fn read_rows(reader: &SegmentReader, authorities: &mut Authorities) -> Result<Rows, Error> {
    let columns = reader.fast_fields();
    let [masks, bytes, rest] = ROW_COLUMNS;
    let masks = columns.column_first_or_default::<u64>(masks)?;
    let bytes = columns.column_first_or_default::<u64>(bytes)?;
    let rest = columns.column_first_or_default::<u64>(rest)?;
    let organisations = columns.str(AUTHORITY)?;
    let ordinals = organisations.as_ref().map(|column| learn_authorities(column, authorities)).transpose()?;
    let mut rows = Vec::with_capacity(reader.max_doc() as usize);
    let mut first_docs: Vec<DocId> = Vec::new();
    for doc in 0..reader.max_doc() {
        let mut row = Row::from_columns([masks.get_val(doc), bytes.get_val(doc), rest.get_val(doc)]);
        if row.first || first_docs.is_empty() {
            first_docs.push(doc);
        }
        row.system = u32::try_from(first_docs.len() - 1).unwrap_or(u32::MAX);
        if let (Some(column), Some(ordinals)) = (&organisations, &ordinals) {
            let ordinal = column.ords().first(doc).and_then(|ordinal| usize::try_from(ordinal).ok());
            row.authority = ordinal.and_then(|ordinal| ordinals.get(ordinal)).copied().unwrap_or(NO_AUTHORITY);
        }
        rows.push(row);
    }
    let next_is_first = rows.iter().skip(1).map(|row| row.first).chain([true]).collect::<Vec<_>>();
    for (row, next_is_first) in rows.iter_mut().zip(next_is_first) {
        row.single = row.first && next_is_first;
    }
    Ok((rows.into_boxed_slice(), first_docs.into_boxed_slice()))
}

/// Ordinal in the index by ordinal in the segment.
fn learn_authorities(column: &StrColumn, authorities: &mut Authorities) -> Result<Vec<u32>, Error> {
    let mut ordinals = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        let text = std::str::from_utf8(stream.key()).map_err(|error| Error::Corrupt(error.to_string()))?;
        let (id, name) = text.split_once(SEPARATOR).unwrap_or((text, text));
        ordinals.push(authorities.learn(id, name));
    }
    Ok(ordinals)
}

fn read_names(reader: &SegmentReader, first_docs: &[DocId]) -> Result<Names, Error> {
    let Some(column) = reader.fast_fields().str(NAME)? else {
        return Ok(Names { ranks: vec![0; first_docs.len()], ..Names::default() });
    };
    let mut names = Names::default();
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        let text = std::str::from_utf8(stream.key()).map_err(|error| Error::Corrupt(error.to_string()))?;
        let order = text.split(SEPARATOR).next().unwrap_or_default();
        names.text.push('\n');
        names.starts.push(u32::try_from(names.text.len()).unwrap_or(u32::MAX));
        names.text.push_str(order);
    }
    let rank = |doc: &DocId| column.ords().first(*doc).and_then(|ordinal| u32::try_from(ordinal).ok()).unwrap_or(0);
    names.ranks = first_docs.iter().map(rank).collect();
    names.text.shrink_to_fit();
    Ok(names)
}
