//! Work on records before it is public: who works on which draft, and where the work stands.
//!
//! A record has a row here as long as it has a draft that is not published. Records that are entered together share an
//! entry: the deployment, or the system where there is none. Saves are kept by [`crate::Draft`].

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::write::Actor;
use crate::{Result, StoreError};

/// Where work on a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkState {
    Draft,
    InReview,
    /// Came back from review with an answer.
    Returned,
}

impl WorkState {
    pub const ALL: [Self; 3] = [Self::Draft, Self::InReview, Self::Returned];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Returned => "returned",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Work on one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub record: RecordId,
    pub entry: RecordId,
    pub organisation: RecordId,
    pub state: WorkState,
    /// Revision of the record that the newest draft has.
    pub revision: i64,
    /// Version that the draft began with; 0 for a new record.
    pub base_version: i64,
    /// Actor of the last save.
    pub editor: String,
    pub changed_at: Instant,
    pub submitted_by: String,
    pub submitted_at: Option<Instant>,
    pub note: String,
    pub answer: String,
}

/// A save as the work keeps it.
#[derive(Debug, Clone, Copy)]
pub struct WorkSave {
    pub record: RecordId,
    pub entry: RecordId,
    pub organisation: RecordId,
    pub revision: i64,
    pub base_version: i64,
}

/// What is said when work changes hands.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    pub entry: RecordId,
    /// Only from one of these states.
    pub from: &'a [WorkState],
    pub to: WorkState,
    pub action: Action,
    /// The change note at submission, the answer at return.
    pub text: &'a str,
}

pub(crate) type WorkRow = (Uuid, Uuid, Uuid, String, i64, i64, String, i64, String, Option<i64>, String, String);

pub(crate) fn work(row: WorkRow) -> Result<Work> {
    let (
        record,
        entry,
        organisation,
        state,
        revision,
        base_version,
        editor,
        changed_at,
        submitted_by,
        at,
        note,
        answer,
    ) = row;
    let corrupt = || StoreError::Corrupt(format!("state of the work on {record}"));
    Ok(Work {
        record: RecordId(record),
        entry: RecordId(entry),
        organisation: RecordId(organisation),
        state: WorkState::from_code(&state).ok_or_else(corrupt)?,
        revision,
        base_version,
        editor,
        changed_at: Instant(changed_at),
        submitted_by,
        submitted_at: at.map(Instant),
        note,
        answer,
    })
}

async fn of_entry(tx: &mut Tx, entry: RecordId) -> Result<Vec<Work>> {
    const SQL: &str = "SELECT record, entry, organisation, state, revision, base_version, editor, changed_at,
            submitted_by, submitted_at, note, answer
        FROM work WHERE entry = $1 ORDER BY record";
    let rows = both!(tx, c => sqlx::query_as::<Be, WorkRow>(SQL).bind(entry.0).fetch_all(c).await)?;
    rows.into_iter().map(work).collect()
}

async fn of_record(tx: &mut Tx, record: RecordId) -> Result<Option<Work>> {
    const SQL: &str = "SELECT record, entry, organisation, state, revision, base_version, editor, changed_at,
            submitted_by, submitted_at, note, answer
        FROM work WHERE record = $1";
    let row = both!(tx, c => sqlx::query_as::<Be, WorkRow>(SQL).bind(record.0).fetch_optional(c).await)?;
    row.map(work).transpose()
}

/// Reads that both kinds of transaction offer.
macro_rules! reads {
    ($tx:ty) => {
        impl $tx {
            /// Work on the records of an entry.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn work_of_entry(&mut self, entry: RecordId) -> Result<Vec<Work>> {
                of_entry(&mut self.0, entry).await
            }

            /// Work on a record; none where it has no unpublished draft.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn work(&mut self, record: RecordId) -> Result<Option<Work>> {
                of_record(&mut self.0, record).await
            }
        }
    };
}
reads!(ReadTx);
reads!(WriteTx);

impl ReadTx {
    /// Entries that an organisation works on, in a state, the latest changed first. An entry stands in the list once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn work_list(
        &mut self,
        organisation: RecordId,
        state: WorkState,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<RecordId>> {
        const SQL: &str = "SELECT entry FROM work WHERE organisation = $1 AND state = $2
            GROUP BY entry ORDER BY MAX(changed_at) DESC, entry LIMIT $3 OFFSET $4";
        let rows = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(organisation.0).bind(state.code())
            .bind(limit).bind(offset).fetch_all(c).await)?;
        Ok(rows.into_iter().map(RecordId).collect())
    }

    /// How many entries an organisation works on, by state.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn work_counts(&mut self, organisation: RecordId) -> Result<Vec<(WorkState, i64)>> {
        const SQL: &str = "SELECT state, COUNT(DISTINCT entry) FROM work WHERE organisation = $1 GROUP BY state";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (String, i64)>(SQL).bind(organisation.0)
            .fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(|(state, n)| Some((WorkState::from_code(&state)?, n))).collect())
    }

    /// Organisations that have entries waiting for approval, of those asked about.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting_below(&mut self, coordinator: RecordId) -> Result<Vec<(RecordId, i64)>> {
        const SQL: &str = "SELECT w.organisation, COUNT(DISTINCT w.entry) FROM delegation d
            JOIN work w ON w.organisation = d.organisation AND w.state = 'in_review'
            WHERE d.coordinator = $1 AND d.revoked_at IS NULL GROUP BY w.organisation ORDER BY w.organisation";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, i64)>(SQL).bind(coordinator.0)
            .fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(organisation, n)| (RecordId(organisation), n)).collect())
    }
}

impl WriteTx {
    /// Notes who saved a draft. Work that came back is a draft again with the first save.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it waits for approval.
    pub async fn note_work(&mut self, at: Instant, actor: &Actor, save: &WorkSave) -> Result<()> {
        const SQL: &str = "INSERT INTO work (record, entry, organisation, state, revision, base_version, editor,
                changed_at, submitted_by, note, answer)
            VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, '', '', '')
            ON CONFLICT (record) DO UPDATE SET state = 'draft', revision = excluded.revision,
                base_version = excluded.base_version, editor = excluded.editor, changed_at = excluded.changed_at
            WHERE work.state <> 'in_review'";
        const REST: &str = "UPDATE work SET state = 'draft' WHERE entry = $1 AND state = 'returned'";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(save.record.0).bind(save.entry.0)
            .bind(save.organisation.0).bind(save.revision).bind(save.base_version).bind(actor.id.as_str()).bind(at.0)
            .execute(c).await.map(|d| d.rows_affected()))?;
        if done != 1 {
            return Err(StoreError::NotPossible);
        }
        // An entry is in one state with all its records.
        both!(&mut self.0, c => sqlx::query::<Be>(REST).bind(save.entry.0).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Hands work on: submitted, returned, taken back.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when no record of the entry is in one of the states it may come from.
    pub async fn hand_on(&mut self, at: Instant, actor: &Actor, step: &Step<'_>) -> Result<()> {
        const HAND_ON: &str = "UPDATE work SET state = $1, changed_at = $2,
                submitted_by = CASE WHEN $1 = 'in_review' THEN $3 ELSE submitted_by END,
                submitted_at = CASE WHEN $1 = 'in_review' THEN $2 ELSE submitted_at END,
                note = CASE WHEN $1 = 'in_review' THEN $4 ELSE note END,
                answer = CASE $1 WHEN 'returned' THEN $4 WHEN 'in_review' THEN '' ELSE answer END
            WHERE entry = $5";
        const NEW: &str = "UPDATE record SET state = $1
            WHERE version = 0 AND id IN (SELECT record FROM work WHERE entry = $2)";
        let all = of_entry(&mut self.0, step.entry).await?;
        if all.is_empty() || !all.iter().all(|work| step.from.contains(&work.state)) {
            return Err(StoreError::NotPossible);
        }
        both!(&mut self.0, c => sqlx::query::<Be>(HAND_ON).bind(step.to.code()).bind(at.0).bind(actor.id.as_str())
            .bind(step.text).bind(step.entry.0).execute(c).await.map(drop))?;
        both!(&mut self.0, c => sqlx::query::<Be>(NEW).bind(step.to.code()).bind(step.entry.0).execute(c).await
            .map(drop))?;
        let happenings =
            all.iter().map(|work| (Happening { action: step.action, record: work.record, version: 0 }, Vec::new()));
        self.append(at, actor, happenings.collect::<Vec<_>>()).await?;
        Ok(())
    }

    /// Ends the work on an entry: it was published, or thrown away (then `action` says so).
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_work(
        &mut self,
        at: Instant,
        actor: &Actor,
        entry: RecordId,
        action: Option<Action>,
    ) -> Result<()> {
        const SQL: &str = "DELETE FROM work WHERE entry = $1 RETURNING record";
        let ended = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(entry.0).fetch_all(c).await)?;
        if let Some(action) = action {
            let happening = |record| (Happening { action, record: RecordId(record), version: 0 }, Vec::new());
            self.append(at, actor, ended.into_iter().map(happening).collect::<Vec<_>>()).await?;
        }
        Ok(())
    }
}
