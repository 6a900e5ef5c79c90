//! What became public of a system and its uses, and what was taken back, until some moment: from the log.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::Result;
use crate::engine::{ReadTx, both};
use crate::event::Action;

/// A step in the public life of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicStep {
    pub record: RecordId,
    /// Published or withdrawn.
    pub action: Action,
    /// The version that became public, or was until then.
    pub version: i64,
    pub at: Instant,
    /// For whom somebody acted; none where it was the register itself.
    pub organisation: Option<RecordId>,
}

impl ReadTx {
    /// Steps of a record and of its children before a moment, in the order of the log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn public_steps(&mut self, record: RecordId, before: Instant) -> Result<Vec<PublicStep>> {
        // `CROSS JOIN` holds SQLite to the few records and the index of the log by record.
        const SQL: &str = "WITH family AS (SELECT id FROM record WHERE id = $1
                UNION ALL SELECT id FROM record WHERE parent = $1)
            SELECT e.record, e.action, e.version, e.at, e.organisation
            FROM family f CROSS JOIN event e
            WHERE e.record = f.id AND e.action IN ('published', 'withdrawn') AND e.at < $2 ORDER BY e.sequence";
        type Row = (Uuid, String, i64, i64, Option<Uuid>);
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(record.0).bind(before.0)
            .fetch_all(c).await)?;
        rows.into_iter()
            .map(|(record, action, version, at, organisation)| {
                Ok(PublicStep {
                    record: RecordId(record),
                    action: Action::from_code(&action)?,
                    version,
                    at: Instant(at),
                    organisation: organisation.map(RecordId),
                })
            })
            .collect()
    }
}
