//! The fields of the index and the fingerprint of everything its packed values depend on.
//!
//! A change of fields, of the packing, of the folding of words or of the vocabularies changes [`fingerprint`]; an
//! index with another fingerprint is reported as outdated and built anew.

use std::hash::{DefaultHasher, Hash, Hasher};

use tantivy::schema::{BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};

use crate::codes::codes;
use crate::facet::Facet;

/// Raised by hand when the meaning of stored bytes changes.
const LAYOUT: u32 = 3;
/// Name under which the tokenizer of this crate is registered.
pub const TOKENIZER: &str = "maki_words";

/// The fields. `body` and `lead` have one field per language, in the order of `Lang::ALL`.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// Id of the system, for deletion.
    pub id: Field,
    /// Stored bytes of the first document of a block.
    pub stored: Field,
    /// All text, with positions.
    pub body: [Field; 3],
    /// Name (three times) and weighty text (once), with frequencies, for ranking only.
    pub lead: [Field; 3],
    /// Packed facets.
    pub rows: [Field; 3],
    /// The two halves of the system's id.
    pub ids: [Field; 2],
    /// Organisation: id, separator, name.
    pub authority: Field,
    /// Order key, separator, name of the system; first document of a block only.
    pub name: Field,
    /// Microseconds of publication; first document of a block only.
    pub published: Field,
    /// Words that people spell with other letters than the index: folded, separator, as spelled; first document of a
    /// block only.
    pub spelling: Field,
}

/// Names of the packed columns.
pub const ROW_COLUMNS: [&str; 3] = ["row0", "row1", "row2"];
/// Names of the columns with the id.
pub const ID_COLUMNS: [&str; 2] = ["id_high", "id_low"];
/// Column of the organisation.
pub const AUTHORITY: &str = "authority";
/// Column of the name.
pub const NAME: &str = "name";
/// Column of the instant of publication.
pub const PUBLISHED: &str = "published";
/// Separates key and label inside a column value.
pub const SEPARATOR: char = '\u{1f}';

/// Builds the schema; the same on every call.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |positions: bool| {
        let record = if positions { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::WithFreqs };
        let indexing =
            TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(record).set_fieldnorms(positions);
        TextOptions::default().set_indexing_options(indexing)
    };
    let number = || NumericOptions::default().set_fast();
    let label = || TextOptions::default().set_fast("raw");
    let id = builder.add_bytes_field("id", BytesOptions::default().set_indexed());
    let stored = builder.add_bytes_field("stored", BytesOptions::default().set_stored());
    let body = ["body_de", "body_en", "body_nl"].map(|name| builder.add_text_field(name, text(true)));
    let lead = ["lead_de", "lead_en", "lead_nl"].map(|name| builder.add_text_field(name, text(false)));
    let rows = ROW_COLUMNS.map(|name| builder.add_u64_field(name, number()));
    let ids = ID_COLUMNS.map(|name| builder.add_u64_field(name, number()));
    let authority = builder.add_text_field(AUTHORITY, label());
    let name = builder.add_text_field(NAME, label());
    let published = builder.add_i64_field(PUBLISHED, number());
    let as_is = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let spelling = builder.add_text_field("spelling", TextOptions::default().set_indexing_options(as_is));
    (builder.build(), Fields { id, stored, body, lead, rows, ids, authority, name, published, spelling })
}

/// Identifies layout and vocabularies.
pub fn fingerprint() -> String {
    let mut hasher = DefaultHasher::new();
    LAYOUT.hash(&mut hasher);
    for facet in Facet::ALL {
        facet.name().hash(&mut hasher);
        codes(facet).names().hash(&mut hasher);
    }
    format!("{LAYOUT}-{:016x}", hasher.finish())
}
