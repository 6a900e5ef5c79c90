//! Saving many drafts at once, as programs do: the same rows and events as single saves, in few statements.
//!
//! Invariants: a record stands at most once in a call, and after the record it belongs to. All is written or an error
//! says why not, and then the transaction is to be dropped.

use std::collections::HashMap;

use maki_domain::{Content, ExternalId, Instant, RecordId, RecordKind, RecordState};
use uuid::Uuid;

use crate::compress::{pack_content, unpack_content};
use crate::draft::Draft;
use crate::engine::{WriteTx, both};
use crate::event::{Action, Happening};
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
}

/// A use of a system, published or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    pub system: RecordId,
    pub deployment: RecordId,
    pub owner: Option<RecordId>,
    pub state: RecordState,
}

impl WriteTx {
    /// Saves drafts with the work on them; each record has one revision more than its writer expected, a new one has 1.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody saved since the writer read a record, [`StoreError::NotFound`] when it does
    /// not exist, [`StoreError::NotPossible`] when one of them waits for approval.
    pub async fn save_drafts(&mut self, at: Instant, actor: &Actor, saves: &[DraftSave]) -> Result<()> {
        for chunk in saves.chunks(ROWS) {
            let packed = chunk.iter().map(|save| pack_content(&save.draft.content)).collect::<Result<Vec<_>>>()?;
            self.make_records(at, chunk).await?;
            for save in chunk.iter().filter(|save| save.draft.expected_revision > 0) {
                self.raise_revision(at, &save.draft).await?;
            }
            self.insert_drafts(at, actor, chunk, packed).await?;
            self.upsert_work(at, actor, chunk).await?;
            let happening = |save: &DraftSave| {
                (Happening { action: Action::DraftSaved, record: save.draft.id, version: 0 }, Vec::new())
            };
            self.append(at, actor, chunk.iter().map(happening)).await?;
        }
        Ok(())
    }

    async fn make_records(&mut self, at: Instant, chunk: &[DraftSave]) -> Result<()> {
        let new: Vec<&Draft> = chunk.iter().map(|save| &save.draft).filter(|d| d.expected_revision == 0).collect();
        if new.is_empty() {
            return Ok(());
        }
        let made = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO record (id, kind, state, owner, parent, version, revision, changed_at) ",
            );
            q.push_values(&new, |mut row, draft| {
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

    async fn raise_revision(&mut self, at: Instant, draft: &Draft) -> Result<()> {
        const SQL: &str = "UPDATE record SET revision = revision + 1, changed_at = $1 WHERE id = $2 AND revision = $3";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(draft.id.0)
            .bind(draft.expected_revision).execute(c).await.map(|d| d.rows_affected()))?;
        if done == 1 { Ok(()) } else { Err(self.why_not_changed(draft.id, draft.expected_revision).await?) }
    }

    async fn insert_drafts(
        &mut self,
        at: Instant,
        actor: &Actor,
        chunk: &[DraftSave],
        packed: Vec<Vec<u8>>,
    ) -> Result<()> {
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO draft (record, revision, content, saved_at, actor) ");
            q.push_values(chunk.iter().zip(packed), |mut row, (save, packed)| {
                row.push_bind(save.draft.id.0).push_bind(save.draft.expected_revision + 1).push_bind(packed)
                    .push_bind(at.0).push_bind(actor.id.as_str());
            });
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }

    async fn upsert_work(&mut self, at: Instant, actor: &Actor, chunk: &[DraftSave]) -> Result<()> {
        let done = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO work (record, entry, organisation, state, revision,
                base_version, editor, changed_at, submitted_by, note, answer) ");
            q.push_values(chunk, |mut row, save| {
                row.push_bind(save.draft.id.0).push_bind(save.entry.0).push_bind(save.organisation.0)
                    .push_bind("draft").push_bind(save.draft.expected_revision + 1).push_bind(save.base_version)
                    .push_bind(actor.id.as_str()).push_bind(at.0).push_bind("").push_bind("").push_bind("");
            });
            q.push(" ON CONFLICT (record) DO UPDATE SET state = 'draft', revision = excluded.revision,
                base_version = excluded.base_version, editor = excluded.editor, changed_at = excluded.changed_at
                WHERE work.state <> 'in_review'");
            q.build().execute(c).await.map(|d| d.rows_affected())
        })?;
        if usize::try_from(done).is_ok_and(|done| done == chunk.len()) { Ok(()) } else { Err(StoreError::NotPossible) }
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
