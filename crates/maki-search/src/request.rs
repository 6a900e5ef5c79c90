//! What is asked of the index and what it answers.

use std::time::Duration;

use uuid::Uuid;

use crate::facet::{Facet, Filters};
use crate::matcher::Matcher;

/// Longest query in characters.
pub const MAX_QUERY_CHARS: usize = 1_000;
/// Most words of a query; compound words count once.
pub const MAX_QUERY_WORDS: usize = 32;
/// Largest `offset` when sorted by relevance; the other orders have no limit.
pub const MAX_OFFSET_BY_RELEVANCE: usize = 10_000;
/// Most hits of one page; a larger `limit` is lowered to this.
pub const MAX_PAGE_SIZE: usize = 1_000;

/// Order of the hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Best match first; without words the newest first.
    #[default]
    Relevance,
    /// Newest publication first.
    Newest,
    /// By name.
    Name,
}

/// One search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRequest {
    /// Words, `"phrases"`, `-excluded` words; may be empty.
    pub query: String,
    /// Chosen facet values.
    pub filters: Filters,
    /// Order of the hits.
    pub sort: Sort,
    /// Hits to skip.
    pub offset: usize,
    /// The system after which to go on, in the orders that are not by relevance. While it is in the index it says
    /// where the page begins, whatever has been published or withdrawn since; else `offset` does.
    pub after: Option<Uuid>,
    /// Hits to return, at most [`MAX_PAGE_SIZE`]; 0 when only counts are wanted.
    pub limit: usize,
    /// Facets to count; empty when no counts are wanted.
    pub facets: Vec<Facet>,
    /// Most values of facet `authority` to return (most frequent first; chosen ones are always present).
    pub authority_limit: usize,
    /// Try corrections when a word is unknown. A link "search for exactly this" sets it to false.
    pub correct: bool,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            query: String::new(),
            filters: Filters::new(),
            sort: Sort::default(),
            offset: 0,
            after: None,
            limit: 20,
            facets: Facet::ALL.to_vec(),
            authority_limit: 50,
            correct: true,
        }
    }
}

/// One system found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Record id of the system.
    pub id: Uuid,
    /// Kennung of the system.
    pub kennung: String,
    /// Name of the system.
    pub name: String,
    /// Score of the best deployment; 0 when there were no words.
    pub score: f32,
    /// The deployment that matched best; none when the system has none.
    pub deployment: Option<Uuid>,
    /// The bytes given as `card`.
    pub card: Vec<u8>,
}

/// How often one value of a facet occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// Code of the value.
    pub code: String,
    /// Name of the organisation for facet `authority`; otherwise none, the vocabulary has the labels.
    pub label: Option<String>,
    /// Distinct systems.
    pub count: u32,
    /// True when the request filters on this value.
    pub chosen: bool,
}

/// The counts of one facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounts {
    /// The facet.
    pub facet: Facet,
    /// Values in the order of the vocabulary (authorities: most frequent first), without zeros unless chosen.
    pub values: Vec<FacetValue>,
    /// Values that exist beyond those returned (authorities only).
    pub more: usize,
}

/// A word that was unknown and what was searched instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The word as typed.
    pub word: String,
    /// The words of the dictionary that were searched instead, best first.
    pub replaced_by: Vec<String>,
}

/// Something noticed about the query that a person may want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryHint {
    /// A quotation mark has no partner; the rest of the query was taken as the phrase.
    UnbalancedQuote,
    /// The query only excludes words: everything else is shown.
    OnlyExclusions,
    /// No entry has all words; entries with most of the words are shown.
    SomeWordsMissing,
    /// The query consists of filler words only; they were searched as they are.
    OnlyStopWords,
    /// There is neither a letter nor a digit in the query: everything is shown.
    NothingSearchable,
}

/// The answer to a search.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// Distinct systems that match.
    pub total: usize,
    /// Deployments that match (a system without any counts as one).
    pub deployments: usize,
    /// Matches before the page.
    pub offset: usize,
    /// The page asked for.
    pub hits: Vec<Hit>,
    /// Counts in the order asked for.
    pub facets: Vec<FacetCounts>,
    /// Unknown words that were replaced.
    pub corrected: Vec<Correction>,
    /// Whole queries that may have been meant, for few hits.
    pub suggestions: Vec<String>,
    /// Notes about the query.
    pub hints: Vec<QueryHint>,
    /// Finds the matched words in a text.
    pub matcher: Matcher,
    /// Time spent in the index.
    pub took: Duration,
}

/// A stretch of a text in bytes, on character borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Counts over everything, kept ready per snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Distinct systems.
    pub systems: usize,
    /// Deployments.
    pub deployments: usize,
    /// Counts of all facets, in the order of [`Facet::ALL`].
    pub facets: Vec<FacetCounts>,
}

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SuggestionKind {
    /// Name of a system; `target` is its Kennung.
    System,
    /// Name of an organisation; `target` is its id.
    Authority,
    /// A word to search for.
    Word,
}

/// One suggestion while typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// Text to show.
    pub text: String,
    /// Kennung or organisation id; empty for words.
    pub target: String,
}
