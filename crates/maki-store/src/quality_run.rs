//! Runs that judge the whole register: one at a time, held by whoever runs it, going on where the last one broke off.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::{Result, StoreError};

/// Runs that are remembered.
const KEPT: i64 = 60;

/// A run over the whole register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityRun {
    pub id: Uuid,
    pub started_at: Instant,
    pub ended_at: Option<Instant>,
    /// Whether it came to its end.
    pub is_whole: bool,
    /// The day on which duties and dates were judged, as YYYY-MM-DD.
    pub day: String,
    /// Sequence of the log when it began.
    pub head: i64,
    /// The how manieth holds it; names the holder.
    pub attempt: i64,
    /// The last system that is done.
    pub after: Option<RecordId>,
    pub entries: i64,
    /// Errors, warnings, hints.
    pub found: [i64; 3],
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    started_at: i64,
    ended_at: Option<i64>,
    is_whole: bool,
    day: String,
    head: i64,
    held_until: i64,
    attempt: i64,
    after: Option<Uuid>,
    entries: i64,
    errors: i64,
    warnings: i64,
    hints: i64,
}

fn run(row: Row) -> QualityRun {
    QualityRun {
        id: row.id,
        started_at: Instant(row.started_at),
        ended_at: row.ended_at.map(Instant),
        is_whole: row.is_whole,
        day: row.day,
        head: row.head,
        attempt: row.attempt,
        after: row.after.map(RecordId),
        entries: row.entries,
        found: [row.errors, row.warnings, row.hints],
    }
}

impl ReadTx {
    /// Runs, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn quality_runs(&mut self, limit: i64) -> Result<Vec<QualityRun>> {
        const SQL: &str = "SELECT * FROM quality_run ORDER BY started_at DESC, id DESC LIMIT $1";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(run).collect())
    }
}

impl WriteTx {
    /// Begins a run for a day, or goes on with one of the same day that nobody holds any more.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] while somebody holds one.
    pub async fn begin_quality_run(
        &mut self,
        at: Instant,
        until: Instant,
        id: Uuid,
        day: &str,
        head: i64,
    ) -> Result<QualityRun> {
        const OPEN: &str = "SELECT * FROM quality_run WHERE ended_at IS NULL ORDER BY started_at DESC, id DESC LIMIT 1";
        const HOLD: &str = "UPDATE quality_run SET held_until = $1, attempt = attempt + 1 WHERE id = $2 RETURNING *";
        const END: &str = "UPDATE quality_run SET ended_at = $1 WHERE ended_at IS NULL";
        const BEGIN: &str = "INSERT INTO quality_run (id, started_at, is_whole, day, head, held_until, attempt,
            entries, errors, warnings, hints) VALUES ($1, $2, FALSE, $3, $4, $5, 1, 0, 0, 0, 0) RETURNING *";
        const TIDY: &str = "DELETE FROM quality_run WHERE id NOT IN (
            SELECT id FROM quality_run ORDER BY started_at DESC, id DESC LIMIT $1)";
        let open = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(OPEN).fetch_optional(c).await)?;
        if let Some(open) = open {
            if open.held_until > at.0 {
                return Err(StoreError::NotPossible);
            }
            if open.day == day {
                let held = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(HOLD).bind(until.0).bind(open.id)
                    .fetch_one(c).await)?;
                return Ok(run(held));
            }
            both!(&mut self.0, c => sqlx::query::<Be>(END).bind(at.0).execute(c).await.map(drop))?;
        }
        let begun = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(BEGIN).bind(id).bind(at.0).bind(day).bind(head)
            .bind(until.0)
            .fetch_one(c).await)?;
        both!(&mut self.0, c => sqlx::query::<Be>(TIDY).bind(KEPT).execute(c).await.map(drop))?;
        Ok(run(begun))
    }

    /// Says how far a run is and holds it until an instant; or that it has ended, when `ended` says so. False when
    /// somebody else holds it: then nothing of this transaction is to be kept.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn note_quality_run(&mut self, run: &QualityRun, until: Instant, ended: Option<Instant>) -> Result<bool> {
        const SQL: &str =
            "UPDATE quality_run SET held_until = $1, after = $2, entries = $3, errors = $4, warnings = $5,
                hints = $6, ended_at = $7, is_whole = $8
            WHERE id = $9 AND attempt = $10 AND ended_at IS NULL";
        let [errors, warnings, hints] = run.found;
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(until.0).bind(run.after.map(|id| id.0))
            .bind(run.entries).bind(errors).bind(warnings).bind(hints).bind(ended.map(|at| at.0)).bind(ended.is_some())
            .bind(run.id).bind(run.attempt).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done == 1)
    }
}
