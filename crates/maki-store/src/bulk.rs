//! One change to many entries at once, kept so that it can be approved and undone as one.

use std::collections::HashMap;

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Rows in one statement.
const ROWS: usize = 400;

/// A change to many entries, to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBulkEdit {
    pub id: Uuid,
    pub organisation: RecordId,
    /// What is done, as JSON.
    pub change: String,
    pub items: Vec<BulkItem>,
}

/// One of the records that a change touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkItem {
    pub record: RecordId,
    /// Revision that the change made.
    pub revision: i64,
}

/// A change to many entries as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkEdit {
    pub id: Uuid,
    pub organisation: RecordId,
    /// Actor who made it.
    pub actor: String,
    pub at: Instant,
    pub change: String,
    pub undone_at: Option<Instant>,
    /// How many records it touched.
    pub items: i64,
}

type Row = (Uuid, Uuid, String, i64, String, Option<i64>, i64);

fn edit((id, organisation, actor, at, change, undone_at, items): Row) -> BulkEdit {
    BulkEdit {
        id,
        organisation: RecordId(organisation),
        actor,
        at: Instant(at),
        change,
        undone_at: undone_at.map(Instant),
        items,
    }
}

async fn one(tx: &mut Tx, id: Uuid) -> Result<Option<(BulkEdit, Vec<BulkItem>)>> {
    const EDIT: &str = "SELECT id, organisation, actor, at, change, undone_at,
            (SELECT COUNT(*) FROM bulk_edit_item i WHERE i.edit = e.id)
        FROM bulk_edit e WHERE id = $1";
    const ITEMS: &str = "SELECT record, revision FROM bulk_edit_item WHERE edit = $1 ORDER BY record";
    let row = both!(&mut *tx, c => sqlx::query_as::<Be, Row>(EDIT).bind(id).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let items = both!(tx, c => sqlx::query_as::<Be, (Uuid, i64)>(ITEMS).bind(id).fetch_all(c).await)?;
    let items = items.into_iter().map(|(record, revision)| BulkItem { record: RecordId(record), revision });
    Ok(Some((edit(row), items.collect())))
}

impl ReadTx {
    /// A change with the records that it touched.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bulk_edit(&mut self, id: Uuid) -> Result<Option<(BulkEdit, Vec<BulkItem>)>> {
        one(&mut self.0, id).await
    }

    /// Changes that were made at an organisation, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bulk_edits(&mut self, organisation: RecordId, limit: i64) -> Result<Vec<BulkEdit>> {
        const SQL: &str = "SELECT id, organisation, actor, at, change, undone_at,
                (SELECT COUNT(*) FROM bulk_edit_item i WHERE i.edit = e.id)
            FROM bulk_edit e WHERE organisation = $1 ORDER BY at DESC, id DESC LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(organisation.0).bind(limit)
            .fetch_all(c).await)?;
        Ok(rows.into_iter().map(edit).collect())
    }
}

impl ReadTx {
    /// Of changes, how many of their records still wait for approval as the change left them. Those without any are
    /// missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting_of_bulk_edits(&mut self, ids: &[Uuid]) -> Result<HashMap<Uuid, usize>> {
        let mut found = HashMap::new();
        for chunk in ids.chunks(ROWS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT i.edit, COUNT(*) FROM bulk_edit_item i
                    JOIN work w ON w.record = i.record AND w.revision = i.revision AND w.state = 'in_review'
                    WHERE i.edit IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(*id); }
                q.push(") GROUP BY i.edit");
                q.build_query_as::<(Uuid, i64)>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(|(id, count)| (id, usize::try_from(count).unwrap_or_default())));
        }
        Ok(found)
    }
}

impl WriteTx {
    /// As [`ReadTx::bulk_edit`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bulk_edit(&mut self, id: Uuid) -> Result<Option<(BulkEdit, Vec<BulkItem>)>> {
        one(&mut self.0, id).await
    }

    /// Notes a change to many entries.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn note_bulk_edit(&mut self, at: Instant, actor: &Actor, new: &NewBulkEdit) -> Result<()> {
        const SQL: &str = "INSERT INTO bulk_edit (id, organisation, actor, at, change) VALUES ($1, $2, $3, $4, $5)";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.organisation.0).bind(actor.id.as_str())
            .bind(at.0).bind(new.change.as_str()).execute(c).await.map(drop))?;
        for chunk in new.items.chunks(ROWS) {
            both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO bulk_edit_item (edit, record, revision) ");
                q.push_values(chunk, |mut row, item| {
                    row.push_bind(new.id).push_bind(item.record.0).push_bind(item.revision);
                });
                q.build().execute(c).await.map(drop)
            })?;
        }
        self.note(at, actor, Action::BulkEdited, new.organisation).await
    }

    /// Notes that a change was undone.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it was undone before.
    pub async fn undo_bulk_edit(&mut self, at: Instant, actor: &Actor, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE bulk_edit SET undone_at = $1 WHERE id = $2 AND undone_at IS NULL
            RETURNING organisation";
        let organisation = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(at.0).bind(id)
            .fetch_optional(c).await)?;
        let organisation = organisation.ok_or(StoreError::NotPossible)?;
        self.note(at, actor, Action::BulkEditUndone, RecordId(organisation)).await
    }
}
