//! The index of the register: German analysis, query language, facets, suggestions (Tantivy).
//!
//! Everything here is derived from the store and can be thrown away and rebuilt. The index is fed documents that are
//! already reduced to one view; every view has its own [`Index`] in its own folder, so dictionaries never mix.
//!
//! * [`Index::open`] → [`Index::writer`] → [`Writer::put`] / [`Writer::remove`] → [`Writer::commit`] with a
//!   [`Position`] in the change log → [`Index::reload`].
//! * [`Index::snapshot`] → [`Snapshot::search`], [`Snapshot::suggest`], [`Snapshot::overview`].
//!
//! Two decisions carry the rest. **One document per deployment**, the documents of a system in one contiguous block:
//! hits are grouped by system, counts are distinct systems, facts of two deployments are never combined. **The index
//! holds folded word forms; the language lives above the dictionary**: stems, compound parts, synonyms and corrections
//! are expanded from the dictionary of a segment when a query runs, so the index stays as small and as fast to write
//! as a plain one, and better German needs no new index.

mod analysis;
mod codes;
mod correct;
mod count;
mod directory;
mod docset;
mod document;
mod error;
mod facet;
mod index;
mod lexicon;
mod lexicon_file;
mod lookup;
mod matcher;
mod numbers;
mod plan;
mod query;
mod removal;
mod request;
mod resume;
mod row;
mod schema;
mod search;
mod segment;
mod snapshot;
mod spelling;
mod stored;
mod suggest;
#[cfg(feature = "testing")]
pub mod testing;
mod writer;

pub use codes::deployment_classes;
pub use document::{DeploymentFacts, Lang, SystemDocument, SystemFacts, Text, Texts};
pub use error::Error;
pub use facet::{Facet, Filters, UnknownFacet};
pub use index::{Index, IndexSettings, Position};
pub use matcher::Matcher;
pub use request::{
    Correction, FacetCounts, FacetValue, Hit, Hits, MAX_OFFSET_BY_RELEVANCE, MAX_PAGE_SIZE, MAX_QUERY_CHARS,
    MAX_QUERY_WORDS, Overview, QueryHint, SearchRequest, Sort, Span, Suggestion, SuggestionKind,
};
pub use snapshot::Snapshot;
pub use writer::Writer;
