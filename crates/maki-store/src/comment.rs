//! Comments on records, by field, in threads. They stay with the record after it was published.
//!
//! A thread is named by its first comment, which also says whether it is resolved. Authors are actors, and persons in
//! a text are named by their ids, so that erasing a person touches no comment.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Comments that a record can have; more are a flood.
const MOST: i64 = 2_000;

/// A comment to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    pub id: Uuid,
    pub record: RecordId,
    /// The first comment of the thread; its own id where it begins one.
    pub thread: Uuid,
    /// Key of the field; empty for the record as a whole. An answer is about what its thread is about.
    pub field: String,
    /// For whom the author acts.
    pub organisation: RecordId,
    pub body: String,
}

/// A comment as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: Uuid,
    pub record: RecordId,
    pub thread: Uuid,
    pub field: String,
    /// Actor who wrote it.
    pub author: String,
    pub organisation: RecordId,
    pub body: String,
    pub written_at: Instant,
    /// When and by whom the thread was resolved; said by its first comment.
    pub resolved: Option<(Instant, String)>,
}

type Row = (Uuid, Uuid, Uuid, String, String, Uuid, String, i64, Option<i64>, String);

fn comment(row: Row) -> Comment {
    let (id, record, thread, field, author, organisation, body, written_at, resolved_at, resolved_by) = row;
    Comment {
        id,
        record: RecordId(record),
        thread,
        field,
        author,
        organisation: RecordId(organisation),
        body,
        written_at: Instant(written_at),
        resolved: resolved_at.map(|at| (Instant(at), resolved_by)),
    }
}

impl ReadTx {
    /// Comments on a record, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn comments(&mut self, record: RecordId) -> Result<Vec<Comment>> {
        const SQL: &str = "SELECT id, record, thread, field, author, organisation, body, written_at, resolved_at,
                resolved_by
            FROM comment WHERE record = $1 ORDER BY written_at, id LIMIT $2";
        let rows =
            both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(record.0).bind(MOST).fetch_all(c).await)?;
        Ok(rows.into_iter().map(comment).collect())
    }
}

impl WriteTx {
    /// The first comment of a thread.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn thread(&mut self, thread: Uuid) -> Result<Option<Comment>> {
        const SQL: &str = "SELECT id, record, thread, field, author, organisation, body, written_at, resolved_at,
                resolved_by
            FROM comment WHERE id = $1 AND thread = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(thread).fetch_optional(c).await)?;
        Ok(row.map(comment))
    }

    /// Writes a comment.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when the record has as many comments as it can have, [`StoreError::NotFound`] when
    /// there is no such thread about the record.
    pub async fn write_comment(&mut self, at: Instant, actor: &Actor, new: &NewComment) -> Result<()> {
        const COUNT: &str = "SELECT COUNT(*) FROM comment WHERE record = $1";
        const SQL: &str = "INSERT INTO comment (id, record, thread, field, author, organisation, body, written_at,
                resolved_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')";
        if new.thread != new.id && self.thread(new.thread).await?.is_none_or(|first| first.record != new.record) {
            return Err(StoreError::NotFound);
        }
        let count =
            both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(COUNT).bind(new.record.0).fetch_one(c).await)?;
        if count >= MOST {
            return Err(StoreError::NotPossible);
        }
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.record.0).bind(new.thread)
            .bind(new.field.as_str()).bind(actor.id.as_str()).bind(new.organisation.0).bind(new.body.as_str())
            .bind(at.0).execute(c).await.map(drop))?;
        self.note(at, actor, Action::Commented, new.record).await
    }

    /// Resolves a thread, or opens it again. One that is so already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such thread about the record.
    pub async fn resolve_thread(
        &mut self,
        at: Instant,
        actor: &Actor,
        record: RecordId,
        thread: Uuid,
        resolved: bool,
    ) -> Result<()> {
        const RESOLVE: &str = "UPDATE comment SET resolved_at = $1, resolved_by = $2 WHERE id = $3";
        let first = self.thread(thread).await?.filter(|first| first.record == record).ok_or(StoreError::NotFound)?;
        if first.resolved.is_some() == resolved {
            return Ok(());
        }
        let (when, who) = if resolved { (Some(at.0), actor.id.as_str()) } else { (None, "") };
        both!(&mut self.0, c => sqlx::query::<Be>(RESOLVE).bind(when).bind(who).bind(thread).execute(c).await
            .map(drop))?;
        let action = if resolved { Action::ThreadResolved } else { Action::ThreadReopened };
        self.note(at, actor, action, record).await
    }
}
