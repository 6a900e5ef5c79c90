//! Searching the register.

use maki_domain::View;
use maki_search::{FacetCounts, Hit, Hits, Overview, SearchRequest, Snapshot, Suggestion};

use crate::{App, AppError, Card, ViewClass};

/// A page of hits.
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    pub hits: Hits,
    /// The index is being built: the result may be incomplete, and the page says so.
    pub incomplete: bool,
}

impl SearchPage {
    /// The cards of the page; a card is JSON made by this crate.
    pub fn cards(&self) -> impl Iterator<Item = Card> {
        self.hits.hits.iter().filter_map(card_of)
    }
}

fn card_of(hit: &Hit) -> Option<Card> {
    serde_json::from_slice(&hit.card).ok()
}

impl App {
    /// Searches with words, filters, counts and order. Runs in the calling thread: it takes well below a millisecond.
    ///
    /// # Errors
    /// [`AppError::QueryTooLong`], [`AppError::PageTooDeep`]; [`AppError::IndexBuilding`] when there is no index yet.
    pub fn search(&self, view: View, request: &SearchRequest) -> Result<SearchPage, AppError> {
        let hits = self.ask(view, |snapshot| snapshot.search(request))?;
        Ok(SearchPage { hits, incomplete: self.0.indexes.of(ViewClass::of(view)).is_building() })
    }

    /// Asks the index of a view. One that fails is suspected of damage, and the follower looks.
    fn ask<T>(
        &self,
        view: View,
        question: impl FnOnce(&Snapshot) -> Result<T, maki_search::Error>,
    ) -> Result<T, AppError> {
        let index = self.0.indexes.of(ViewClass::of(view));
        match question(&index.get()?.snapshot()) {
            Err(error @ (maki_search::Error::Corrupt(_) | maki_search::Error::Engine(_))) => {
                tracing::warn!(%error, "the index cannot be searched; it is being checked");
                index.suspect();
                self.0.written.notify_one();
                Err(AppError::IndexBuilding)
            }
            answer => Ok(answer?),
        }
    }

    /// Suggestions while typing.
    ///
    /// # Errors
    /// [`AppError::IndexBuilding`] when there is no index yet.
    pub fn suggest(&self, view: View, text: &str, limit: usize) -> Result<Vec<Suggestion>, AppError> {
        self.ask(view, |snapshot| snapshot.suggest(text, limit))
    }

    /// Counts of all facets over everything a view sees; kept ready, so it costs nothing.
    ///
    /// # Errors
    /// [`AppError::IndexBuilding`] when there is no index yet.
    pub fn overview(&self, view: View) -> Result<Overview, AppError> {
        let index = self.0.indexes.of(ViewClass::of(view)).get()?;
        Ok(index.snapshot().overview().clone())
    }

    /// Counts of all facets under a query and filters, without hits.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn counts(&self, view: View, request: &SearchRequest) -> Result<(usize, Vec<FacetCounts>), AppError> {
        let request = SearchRequest { limit: 0, offset: 0, ..request.clone() };
        let page = self.search(view, &request)?;
        Ok((page.hits.total, page.hits.facets))
    }
}
