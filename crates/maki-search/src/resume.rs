//! Where a page begins when its reader says after which system to go on.
//!
//! A place in an order of all systems stays right when others are published or withdrawn in between, and also when
//! the system itself no longer matches; only one that is gone from the index leaves nothing but its number.

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet as _, TERMINATED, Term};
use uuid::Uuid;

use crate::error::Error;
use crate::request::SearchRequest;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// How many matches stand before the page that is asked for, in the given order of all systems.
    pub(crate) fn first_of_page(
        &self,
        order: &[u32],
        request: &SearchRequest,
        matches: impl Fn(u32) -> bool,
    ) -> Result<usize, Error> {
        let Some(id) = request.after else { return Ok(request.offset) };
        let system = self.system_of(id)?;
        let place = system.and_then(|system| order.iter().position(|other| *other == system));
        Ok(match place {
            Some(place) => order.iter().take(place + 1).filter(|system| matches(**system)).count(),
            // What is gone has moved the rest one place up; a hit may come twice, but none is left out.
            None => request.offset.saturating_sub(1),
        })
    }

    /// The number of a living system.
    fn system_of(&self, id: Uuid) -> Result<Option<u32>, Error> {
        let term = Term::from_field_bytes(self.fields.id, id.as_bytes());
        for view in &self.segments {
            let terms = view.segment.reader.inverted_index(self.fields.id)?;
            let Some(mut postings) = terms.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED {
                if view.is_alive(postings.doc()) {
                    return Ok(view.segment.rows.get(postings.doc() as usize).map(|row| view.base + row.system));
                }
                postings.advance();
            }
        }
        Ok(None)
    }
}
