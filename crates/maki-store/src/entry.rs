//! Entries as those see them who work on them: every record of an entry with its draft, for one entry or for a list of
//! them, by a single statement.
//!
//! An entry is found by any of its records. Beside the records that are worked on together it shows the system that a
//! deployment uses, whoever looks after that one; what belongs to the entry is decided by who reads it.

use std::collections::HashMap;

use maki_domain::{Content, RecordId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::compress::unpack_content;
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::read::{StoredRecord, stored};
use crate::work::{Work, work};
use crate::{Result, StoreError};

/// Entries in one statement.
const ROWS: usize = 100;

/// A record with what is not published of it.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRecord {
    /// Without its external ids.
    pub record: StoredRecord,
    pub work: Option<Work>,
    /// What the newest draft says; there where there is work.
    pub draft: Option<Content>,
    /// The version that the draft began with, where another one is public now.
    pub base: Option<Content>,
}

/// An entry with all its records.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The record under which the entry is found.
    pub id: RecordId,
    pub records: Vec<EntryRecord>,
}

/// A record beside the one that was asked for.
#[derive(FromRow)]
struct Row {
    asked: Uuid,
    entry: Uuid,
    id: Uuid,
    kind: String,
    kennung: Option<String>,
    state: String,
    owner: Option<Uuid>,
    parent: Option<Uuid>,
    version: i64,
    revision: i64,
    published_at: Option<i64>,
    changed_at: i64,
    content: Option<Vec<u8>>,
    version_at: Option<i64>,
    work_entry: Option<Uuid>,
    organisation: Option<Uuid>,
    work_state: Option<String>,
    work_revision: Option<i64>,
    base_version: Option<i64>,
    editor: Option<String>,
    work_changed_at: Option<i64>,
    submitted_by: Option<String>,
    submitted_at: Option<i64>,
    note: Option<String>,
    answer: Option<String>,
    draft: Option<Vec<u8>>,
    base: Option<Vec<u8>>,
}

/// `CROSS JOIN` and `MATERIALIZED` hold SQLite to the order written here.
const SQL: &str = "),
    entry (asked, id) AS MATERIALIZED (
        SELECT n.asked, COALESCE(w.entry, n.asked) FROM named n LEFT JOIN work w ON w.record = n.asked),
    part (asked, entry, id) AS MATERIALIZED (
        SELECT e.asked, e.id, e.id FROM entry e
        UNION SELECT e.asked, e.id, w.record FROM entry e CROSS JOIN work w WHERE w.entry = e.id
        UNION SELECT e.asked, e.id, r.parent FROM entry e CROSS JOIN record r WHERE r.id = e.id
            AND r.kind = 'deployment' AND r.parent IS NOT NULL)
    SELECT p.asked, p.entry, r.id, r.kind, r.kennung, r.state, r.owner, r.parent, r.version, r.revision,
        r.published_at, r.changed_at, v.content, v.published_at AS version_at,
        w.entry AS work_entry, w.organisation, w.state AS work_state, w.revision AS work_revision, w.base_version,
        w.editor, w.changed_at AS work_changed_at, w.submitted_by, w.submitted_at, w.note, w.answer,
        d.content AS draft, b.content AS base
    FROM part p CROSS JOIN record r LEFT JOIN version v ON v.record = r.id AND v.number = r.version
        LEFT JOIN work w ON w.record = r.id
        LEFT JOIN draft d ON d.record = w.record AND d.revision = w.revision
        LEFT JOIN version b ON b.record = w.record AND b.number = w.base_version AND w.base_version <> r.version
    WHERE r.id = p.id";

/// What an organisation has published: its uses, and its systems of which it has no use.
macro_rules! published {
    ($selected:literal) => {
        concat!(
            "WITH entry AS (
                SELECT r.id FROM record r WHERE r.owner = $1 AND r.kind = 'deployment' AND r.state = 'published'
                UNION ALL SELECT s.id FROM record s WHERE s.owner = $1 AND s.kind = 'system' AND s.state = 'published'
                    AND NOT EXISTS (SELECT 1 FROM record u WHERE u.parent = s.id AND u.kind = 'deployment'
                        AND u.owner = $1 AND u.state = 'published')) ",
            $selected
        )
    };
}

impl ReadTx {
    /// How many entries an organisation has published.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn published_count(&mut self, organisation: RecordId) -> Result<usize> {
        const SQL: &str = published!("SELECT COUNT(*) FROM entry");
        let count = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL)
            .bind(organisation.0).fetch_one(c).await)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Some of them, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn published_entries(
        &mut self,
        organisation: RecordId,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<RecordId>> {
        const SQL: &str = published!("SELECT id FROM entry ORDER BY id DESC LIMIT $2 OFFSET $3");
        let ids = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL)
            .bind(organisation.0).bind(limit).bind(offset).fetch_all(c).await)?;
        Ok(ids.into_iter().map(RecordId).collect())
    }
}

/// Reads that both kinds of transaction offer.
macro_rules! reads {
    ($tx:ty) => {
        impl $tx {
            /// The entries of these records, each in its place; None where there is no such record.
            ///
            /// # Errors
            /// When the database cannot be read or stored content is damaged, or a draft or a version is gone: an empty
            /// content in its place could be approved.
            pub async fn entries(&mut self, records: &[RecordId]) -> Result<Vec<Option<Entry>>> {
                entries(&mut self.0, records).await
            }
        }
    };
}
reads!(ReadTx);
reads!(WriteTx);

async fn entries(tx: &mut Tx, records: &[RecordId]) -> Result<Vec<Option<Entry>>> {
    let mut found: HashMap<Uuid, Entry> = HashMap::with_capacity(records.len());
    for chunk in records.chunks(ROWS) {
        let rows = both!(&mut *tx, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("WITH named (asked) AS (");
            q.push_values(chunk, |mut row, id| { row.push_bind(id.0); });
            q.push(SQL);
            q.build_query_as::<Row>().fetch_all(c).await
        })?;
        for row in rows {
            let new = || Entry { id: RecordId(row.entry), records: Vec::with_capacity(2) };
            let entry = found.entry(row.asked).or_insert_with(new);
            // Who asks twice reads every part twice.
            if entry.records.iter().all(|known| known.record.envelope.id.0 != row.id) {
                entry.records.push(record(row)?);
            }
        }
    }
    // The parts come in no order, and the entry's own record may be missing.
    let whole = |asked: &RecordId| {
        let mut entry = found.get(&asked.0)?.clone();
        entry.records.sort_unstable_by_key(|one| one.record.envelope.id);
        entry.records.iter().any(|one| one.record.envelope.id == entry.id).then_some(entry)
    };
    Ok(records.iter().map(whole).collect())
}

fn record(row: Row) -> Result<EntryRecord> {
    let work = of_row(&row)?;
    let gone = |what: &str| StoreError::Corrupt(format!("{what} of {}", row.id));
    let unpack = |packed: &Option<Vec<u8>>| packed.as_deref().map(unpack_content).transpose();
    let (draft, mut base) = (unpack(&row.draft)?, unpack(&row.base)?);
    if let Some(work) = &work {
        if draft.is_none() {
            return Err(gone("draft"));
        }
        if work.base_version != row.version && base.is_none() {
            // Zero is no version: such a draft began with nothing.
            if work.base_version != 0 {
                return Err(gone("version"));
            }
            base = Some(Content::new());
        }
    }
    let envelope = (
        row.id,
        row.kind,
        row.kennung,
        row.state,
        row.owner,
        row.parent,
        row.version,
        row.revision,
        row.published_at,
        row.changed_at,
        row.content,
        row.version_at,
    );
    Ok(EntryRecord { record: stored(envelope, Vec::new())?, work, draft, base })
}

fn of_row(row: &Row) -> Result<Option<Work>> {
    let (Some(entry), Some(organisation), Some(state)) = (row.work_entry, row.organisation, &row.work_state) else {
        return Ok(None);
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<i64>| number.unwrap_or_default();
    work((
        row.id,
        entry,
        organisation,
        state.clone(),
        number(row.work_revision),
        number(row.base_version),
        text(&row.editor),
        number(row.work_changed_at),
        text(&row.submitted_by),
        row.submitted_at,
        text(&row.note),
        text(&row.answer),
    ))
    .map(Some)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use sqlx::Sqlite;

    use super::*;
    use crate::Store;

    /// The planner changes with each release of SQLite: only what was named may be walked through, never a table.
    #[tokio::test]
    async fn sqlite_looks_up_and_does_not_walk() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        store.migrate("plan").await.unwrap();
        let Store::Sqlite { read, .. } = &store else { panic!("not SQLite") };
        for asked in [1, 20, ROWS] {
            let mut q = sqlx::QueryBuilder::<Sqlite>::new("EXPLAIN QUERY PLAN WITH named (asked) AS (");
            q.push_values(0..asked, |mut row, _| {
                row.push_bind(Uuid::nil());
            });
            q.push(SQL);
            let plan: Vec<(i64, i64, i64, String)> = q.build_query_as().fetch_all(read).await.unwrap();
            let steps: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
            let walks = |step: &&str| {
                step.starts_with("SCAN")
                    && !matches!(*step, "SCAN n" | "SCAN e" | "SCAN p")
                    && !step.contains("CONSTANT")
            };
            assert!(!steps.iter().any(walks) && !steps.iter().any(|s| s.contains("AUTOMATIC")), "{steps:#?}");
        }
        store.close().await;
    }
}
