//! Saving many drafts at once, as programs do: the same rows and events as single saves, in few statements.
//!
//! Invariants: a record stands at most once in a call, and after the record it belongs to. All is written or an error
//! says why not, and then the transaction is to be dropped.

use std::collections::{HashMap, HashSet};

use maki_domain::{Content, ExternalId, Instant, RecordId, RecordKind, RecordState};
use uuid::Uuid;

use crate::compress::{pack_content, unpack_content};
use crate::draft::Draft;
use crate::engine::{WriteTx, both};
use crate::event::{Action, Happening, LogEnd};
use crate::work::{Work, WorkRow, work};
use crate::write::Actor;
use crate::{Result, StoreError};

/// Rows in one statement.
const ROWS: usize = 400;

/// A draft with the work that it belongs to.
#[derive(Debug, Clone)]
pub struct DraftSave {
    pub draft: Draft,
    /// The record under which the work is found.
    pub entry: RecordId,
    /// Who works on it.
    pub organisation: RecordId,
    /// Version that the draft began with; 0 for a new record.
    pub base_version: i64,
    /// Whether the entry may have come back from review: then all of its records are drafts again.
    pub may_be_returned: bool,
}

/// A use of a system, published or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    pub system: RecordId,
    pub deployment: RecordId,
    pub owner: Option<RecordId>,
    pub state: RecordState,
}

const RAISE_ONE: &str = "UPDATE record SET revision = revision + 1, changed_at = $1
    WHERE id = $2 AND revision = $3 RETURNING id, (SELECT sequence FROM head), (SELECT hash FROM head)";

impl WriteTx {
    /// Saves drafts with the work on them; each record has one revision more than its writer expected, a new one has 1.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody saved since the writer read a record, [`StoreError::NotFound`] when it does
    /// not exist, [`StoreError::NotPossible`] when one of them waits for approval.
    pub async fn save_drafts(&mut self, at: Instant, actor: &Actor, saves: &[DraftSave]) -> Result<()> {
        self.save_all(at, &saves.iter().map(|save| (actor, save)).collect::<Vec<_>>()).await
    }

    /// The same for drafts of several writers.
    ///
    /// # Errors
    /// As [`Self::save_drafts`].
    pub async fn save_drafts_of(&mut self, at: Instant, saves: &[(Actor, DraftSave)]) -> Result<()> {
        self.save_all(at, &saves.iter().map(|(actor, save)| (actor, save)).collect::<Vec<_>>()).await
    }

    async fn save_all(&mut self, at: Instant, saves: &[(&Actor, &DraftSave)]) -> Result<()> {
        for chunk in saves.chunks(ROWS) {
            let packed = chunk.iter().map(|(_, save)| pack_content(&save.draft.content)).collect::<Result<Vec<_>>>()?;
            let (new, known): (Vec<&Draft>, Vec<&Draft>) =
                chunk.iter().map(|(_, save)| &save.draft).partition(|draft| draft.expected_revision == 0);
            self.make_records(at, &new).await?;
            let head = match self.raise_revisions(at, &known).await? {
                Some(head) => head,
                None => self.log_end().await?,
            };
            self.insert_drafts(at, chunk, packed).await?;
            self.upsert_work(at, chunk).await?;
            let happening =
                |save: &DraftSave| Happening { action: Action::DraftSaved, record: save.draft.id, version: 0 };
            let happenings = chunk.iter().map(|(actor, save)| (*actor, happening(save), Vec::new())).collect();
            self.append_after(head, at, happenings).await?;
        }
        Ok(())
    }

    async fn make_records(&mut self, at: Instant, new: &[&Draft]) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let made = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO record (id, kind, state, owner, parent, version, revision, changed_at) ",
            );
            q.push_values(new, |mut row, draft| {
                row.push_bind(draft.id.0).push_bind(draft.kind.code()).push_bind(RecordState::Draft.code())
                    .push_bind(draft.owner.map(|o| o.0)).push_bind(draft.parent.map(|p| p.0)).push_bind(0_i64)
                    .push_bind(1_i64).push_bind(at.0);
            });
            q.push(" ON CONFLICT DO NOTHING");
            q.build().execute(c).await.map(|d| d.rows_affected())
        })?;
        if usize::try_from(made).is_ok_and(|made| made == new.len()) {
            return Ok(());
        }
        let ids: Vec<RecordId> = new.iter().map(|draft| draft.id).collect();
        let found = self.records(&ids).await?.iter().map(|r| r.envelope.revision).max().unwrap_or_default();
        Err(StoreError::Stale { expected: 0, found })
    }

    /// Tells the end of the log as well, which is needed next: every way to the database and back counts in a save.
    async fn raise_revisions(&mut self, at: Instant, known: &[&Draft]) -> Result<Option<LogEnd>> {
        let raised: Vec<(Uuid, i64, Vec<u8>)> = match known {
            [] => return Ok(None),
            [one] => both!(&mut self.0, c => sqlx::query_as::<Be, _>(RAISE_ONE).bind(at.0).bind(one.id.0)
                .bind(one.expected_revision).fetch_all(c).await)?,
            several => both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("WITH seen (id, revision) AS (");
                q.push_values(several, |mut row, draft| {
                    row.push_bind(draft.id.0).push_bind(draft.expected_revision);
                });
                q.push(") UPDATE record SET revision = record.revision + 1, changed_at = ").push_bind(at.0);
                q.push(" FROM seen WHERE record.id = seen.id AND record.revision = seen.revision
                    RETURNING record.id, (SELECT sequence FROM head), (SELECT hash FROM head)");
                q.build_query_as().fetch_all(c).await
            })?,
        };
        let end = raised.first().map(|(_, sequence, hash)| LogEnd { sequence: *sequence, hash: hash.clone() });
        // Whoever was not the first to write a record in this call is too late as well.
        let mut left: HashSet<Uuid> = raised.into_iter().map(|(id, ..)| id).collect();
        match known.iter().find(|draft| !left.remove(&draft.id.0)) {
            Some(draft) => Err(self.why_not_changed(draft.id, draft.expected_revision).await?),
            None => Ok(end),
        }
    }

    async fn insert_drafts(&mut self, at: Instant, chunk: &[(&Actor, &DraftSave)], packed: Vec<Vec<u8>>) -> Result<()> {
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO draft (record, revision, content, saved_at, actor) ");
            q.push_values(chunk.iter().zip(packed), |mut row, ((actor, save), packed)| {
                row.push_bind(save.draft.id.0).push_bind(save.draft.expected_revision + 1).push_bind(packed)
                    .push_bind(at.0).push_bind(actor.id.as_str());
            });
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }

    async fn upsert_work(&mut self, at: Instant, chunk: &[(&Actor, &DraftSave)]) -> Result<()> {
        let done = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO work (record, entry, organisation, state, revision,
                base_version, editor, changed_at, submitted_by, note, answer) ");
            q.push_values(chunk, |mut row, (actor, save)| {
                row.push_bind(save.draft.id.0).push_bind(save.entry.0).push_bind(save.organisation.0)
                    .push_bind("draft").push_bind(save.draft.expected_revision + 1).push_bind(save.base_version)
                    .push_bind(actor.id.as_str()).push_bind(at.0).push_bind("").push_bind("").push_bind("");
            });
            q.push(" ON CONFLICT (record) DO UPDATE SET state = 'draft', revision = excluded.revision,
                base_version = excluded.base_version, editor = excluded.editor, changed_at = excluded.changed_at
                WHERE work.state <> 'in_review'");
            q.build().execute(c).await.map(|d| d.rows_affected())
        })?;
        if !usize::try_from(done).is_ok_and(|done| done == chunk.len()) {
            return Err(StoreError::NotPossible);
        }
        // An entry is in one state with all its records.
        let returned: Vec<RecordId> = chunk.iter().filter(|(_, s)| s.may_be_returned).map(|(_, s)| s.entry).collect();
        if returned.is_empty() {
            return Ok(());
        }
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("UPDATE work SET state = 'draft'
                WHERE state = 'returned' AND entry IN (");
            let mut list = q.separated(", ");
            for entry in &returned { list.push_bind(entry.0); }
            q.push(")");
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }

    /// Gives records ids by which programs find them again. Ids that a record has already stay as they are.
    ///
    /// # Errors
    /// [`StoreError::ExternalIdTaken`] when another record has one of them.
    pub async fn add_external_ids(&mut self, ids: &[(RecordId, ExternalId)]) -> Result<()> {
        self.insert_external_ids(ids.iter().map(|(record, id)| (*record, id)).collect()).await
    }

    /// What the newest drafts of records say; one that never had a draft is missing.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn newest_drafts(&mut self, records: &[RecordId]) -> Result<HashMap<RecordId, Content>> {
        let mut found = HashMap::with_capacity(records.len());
        for chunk in records.chunks(ROWS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT d.record, d.content FROM draft d WHERE d.revision =
                    (SELECT MAX(n.revision) FROM draft n WHERE n.record = d.record) AND d.record IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<(Uuid, Vec<u8>)>().fetch_all(c).await
            })?;
            for (record, packed) in rows {
                found.insert(RecordId(record), unpack_content(&packed)?);
            }
        }
        Ok(found)
    }

    /// Work on records; one without an unpublished draft is missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn works(&mut self, records: &[RecordId]) -> Result<HashMap<RecordId, Work>> {
        let mut found = HashMap::with_capacity(records.len());
        for chunk in records.chunks(ROWS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT record, entry, organisation, state, revision,
                    base_version, editor, changed_at, submitted_by, submitted_at, note, answer
                    FROM work WHERE record IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<WorkRow>().fetch_all(c).await
            })?;
            for row in rows {
                let work = work(row)?;
                found.insert(work.record, work);
            }
        }
        Ok(found)
    }

    /// Uses of systems by these organisations, published or not, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn uses_of(&mut self, systems: &[RecordId], by: &[RecordId]) -> Result<Vec<Use>> {
        let mut found = Vec::new();
        for chunk in systems.chunks(ROWS) {
            // Kind and owner are compared here: the database reads the few children of each system by one index.
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT parent, id, owner, kind, state FROM record
                    WHERE parent IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<(Uuid, Uuid, Option<Uuid>, String, String)>().fetch_all(c).await
            })?;
            for (system, id, owner, kind, state) in rows {
                let owner = owner.map(RecordId);
                if kind != RecordKind::Deployment.code() || !owner.is_some_and(|owner| by.contains(&owner)) {
                    continue;
                }
                let state = RecordState::from_code(&state)
                    .ok_or_else(|| StoreError::Corrupt(format!("state of record {id}")))?;
                found.push(Use { system: RecordId(system), deployment: RecordId(id), owner, state });
            }
        }
        found.sort_unstable_by_key(|one| one.deployment);
        Ok(found)
    }
}
