//! What an import of this process has just published, kept for the follower, which needs it next: so a load reads
//! nothing back from the database, decompresses and parses nothing twice.
//!
//! A record counts only at the revision that the database says it has; whatever is not here is read. The first ones
//! stay, because the follower takes them in the order in which they were written; what does not fit is left out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use maki_domain::RecordId;
use maki_store::{Place, ReadTx, StoredRecord};

use crate::AppError;

/// Bytes of content kept.
const MOST_BYTES: usize = 12_000_000;

#[derive(Default)]
pub(crate) struct Handover(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    records: HashMap<RecordId, StoredRecord>,
    bytes: usize,
}

impl Handover {
    /// Keeps what fits of the records, which have been committed.
    pub fn offer(&self, records: impl IntoIterator<Item = StoredRecord>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            let bytes = record.content.approximate_bytes();
            waiting.take(record.envelope.id);
            if waiting.bytes + bytes <= MOST_BYTES {
                waiting.bytes += bytes;
                waiting.records.insert(record.envelope.id, record);
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Waiting::default();
    }

    /// The records of these places, from here or from the store, in their order.
    pub async fn records(&self, tx: &mut ReadTx, places: &[Place]) -> Result<Vec<StoredRecord>, AppError> {
        let mut found: Vec<StoredRecord> = Vec::with_capacity(places.len());
        {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = places.iter().filter_map(|place| {
                let record = waiting.take(place.id)?;
                (record.envelope.revision == place.revision).then_some(record)
            });
            found.extend(taken);
        }
        if found.len() < places.len() {
            let here: std::collections::HashSet<RecordId> = found.iter().map(|r| r.envelope.id).collect();
            let missing: Vec<RecordId> = places.iter().map(|p| p.id).filter(|id| !here.contains(id)).collect();
            found.extend(tx.records(&missing).await?);
            let order: HashMap<RecordId, usize> = places.iter().enumerate().map(|(i, p)| (p.id, i)).collect();
            found.sort_by_key(|record| order.get(&record.envelope.id).copied());
        }
        Ok(found)
    }
}

impl Waiting {
    fn take(&mut self, id: RecordId) -> Option<StoredRecord> {
        let record = self.records.remove(&id)?;
        self.bytes = self.bytes.saturating_sub(record.content.approximate_bytes());
        Some(record)
    }
}
