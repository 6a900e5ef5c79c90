//! One commit, ready to be searched.

use tantivy::Searcher;

use crate::error::Error;
use crate::index::Position;
use crate::request::{Hits, Overview, SearchRequest, Suggestion};
use crate::schema::Fields;

/// Builds snapshots.
pub struct SnapshotBuilder {}

impl SnapshotBuilder {
    pub fn new(_fields: Fields, _cache_memory: usize) -> Self {
        Self {}
    }

    pub fn build(&mut self, searcher: Searcher, position: Option<Position>) -> Result<Snapshot, Error> {
        Ok(Snapshot { searcher, position, overview: Overview::default() })
    }
}

/// One commit of an index; share it in an [`std::sync::Arc`].
pub struct Snapshot {
    searcher: Searcher,
    position: Option<Position>,
    overview: Overview,
}

impl Snapshot {
    /// Place in the change log up to which this snapshot knows everything.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    pub(crate) fn is_same(&self, searcher: &Searcher) -> bool {
        self.searcher.generation().segments() == searcher.generation().segments()
    }

    /// Counts over everything, kept ready.
    #[must_use]
    pub const fn overview(&self) -> &Overview {
        &self.overview
    }

    /// Searches.
    ///
    /// # Errors
    /// [`Error::QueryTooLong`], [`Error::PageTooDeep`], or [`Error::Corrupt`] when the index must be built anew.
    pub fn search(&self, _request: &SearchRequest) -> Result<Hits, Error> {
        Ok(Hits::default())
    }

    /// Names of systems and organisations and words that begin like the text typed so far.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the index must be built anew.
    pub fn suggest(&self, _text: &str, _limit: usize) -> Result<Vec<Suggestion>, Error> {
        Ok(Vec::new())
    }
}
