//! Handing in many entries: the same step as for one, and one mail to each approver for all of them.

use std::collections::{BTreeMap, BTreeSet};

use maki_domain::{Instant, RecordId, keys};
use maki_store::{Action, Actor, DraftSave, Step, StoreError, WorkState, WriteTx};
use uuid::Uuid;

use super::plan::Batch;
use crate::AppError;
use crate::notice::{EntryName, Notice, Recipient};
use crate::work::approvers;

impl Batch<'_> {
    /// Hands entries in and tells who may approve them.
    pub(super) async fn hand_in(
        &self,
        tx: &mut WriteTx,
        at: Instant,
        actor: &Actor,
        saves: &[DraftSave],
    ) -> Result<(), AppError> {
        let mut waiting: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
        for entry in &self.handed_in {
            let from = &[WorkState::Draft, WorkState::Returned];
            let step = Step { entry: *entry, from, to: WorkState::InReview, action: Action::Submitted, text: "" };
            match tx.hand_on(at, actor, &step).await {
                Ok(()) => {}
                // It waits already, and nothing of it was changed.
                Err(StoreError::NotPossible) => continue,
                Err(error) => return Err(error.into()),
            }
            let Some(owner) = self.known.get(entry).and_then(|known| known.owner) else { continue };
            waiting.entry(owner).or_default().push(*entry);
        }
        for (organisation, entries) in waiting {
            let Some(first) = entries.first() else { continue };
            let approvers: BTreeSet<Uuid> = approvers(tx, organisation).await?;
            let title = title(*first, saves, entries.len());
            let to = approvers.into_iter().map(Recipient::Account).collect();
            let entry = EntryName { entry: *first, title };
            let notice = Notice::ReviewAsked { entry, by: None, note: String::new() };
            self.app.queue_all(tx, at, to, notice).await?;
        }
        Ok(())
    }
}

/// The first entry's name, and how many more there are.
fn title(first: RecordId, saves: &[DraftSave], all: usize) -> String {
    let of_entry = saves.iter().filter(|save| save.entry == first);
    let name = of_entry.filter_map(|save| save.draft.content.text(keys::NAME)).next().unwrap_or_default();
    match all {
        1 => name.to_owned(),
        _ => format!("{name} (+ {})", all - 1),
    }
}
