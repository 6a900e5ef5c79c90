//! The public change feed: what the log says about published records, page by page.
//!
//! A follower remembers register, epoch and sequence. After a restore the epoch differs, and what it remembers no
//! longer names a place in this log. Drafts and redactions are passed over: they are nothing that the public may see.

use std::collections::HashMap;

use maki_domain::{Instant, RecordId, RecordKind, View};
use maki_store::{Action, Event};

use crate::history::names_of;
use crate::records::{OrganisationRef, PublishedRecord};
use crate::{App, AppError};

/// Most events read for one page.
const MOST: usize = 1_000;

/// One public change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub sequence: i64,
    pub at: Instant,
    /// Published or withdrawn.
    pub action: Action,
    pub kind: RecordKind,
    pub kennung: String,
    pub version: i64,
    /// For whom somebody acted; none where it was the register itself.
    pub organisation: Option<OrganisationRef>,
    /// What was said about a version that was published.
    pub change_note: String,
}

/// A page of changes, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePage {
    pub register_id: String,
    pub epoch: i64,
    /// Where the log ends.
    pub head: i64,
    /// Where this page ends; the next one starts after it. Equals `head` when there is nothing more.
    pub last: i64,
    pub changes: Vec<Change>,
}

impl App {
    /// Changes after a sequence number, at most `limit` events of the log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changes(&self, after: i64, limit: usize) -> Result<ChangePage, AppError> {
        let mut tx = self.0.store.read().await?;
        let head = tx.head().await?;
        let limit = i64::try_from(limit.clamp(1, MOST)).unwrap_or(i64::MAX);
        let events = tx.events_after(after, limit).await?;
        let last = events.last().map_or(head.sequence, |e| e.sequence);
        let public: Vec<&Event> =
            events.iter().filter(|e| matches!(e.action, Action::Published | Action::Withdrawn)).collect();
        let mut ids: Vec<RecordId> = public.iter().map(|e| e.record).collect();
        ids.sort_unstable();
        ids.dedup();
        let records: HashMap<RecordId, (RecordKind, String)> = tx
            .records(&ids)
            .await?
            .into_iter()
            .filter_map(|r| PublishedRecord::of(r, View::Public))
            .map(|r| (r.envelope.id, (r.envelope.kind, r.kennung().to_owned())))
            .collect();
        let names = names_of(&mut tx, public.iter().filter_map(|e| e.organisation).collect()).await?;
        let versions = tx.versions(&ids).await?;
        let mut notes: HashMap<(RecordId, i64), String> =
            versions.into_iter().map(|v| ((v.record, v.number), v.change_note)).collect();
        let changes = public.into_iter().filter_map(|event| {
            let (kind, kennung) = records.get(&event.record)?;
            // A version is published once; taking it back says nothing about it.
            let note = Some(event.action).filter(|a| *a == Action::Published);
            let note = note.and_then(|_| notes.remove(&(event.record, event.version)));
            Some(Change {
                sequence: event.sequence,
                at: event.at,
                action: event.action,
                kind: *kind,
                kennung: kennung.clone(),
                version: event.version,
                organisation: event.organisation.and_then(|id| names.get(&id).cloned()),
                change_note: note.unwrap_or_default(),
            })
        });
        Ok(ChangePage {
            changes: changes.collect(),
            register_id: head.register_id,
            epoch: head.epoch,
            head: head.sequence,
            last,
        })
    }
}
