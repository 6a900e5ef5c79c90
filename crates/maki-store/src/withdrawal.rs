//! Why published records were taken back. The reason is public: the page of the record stays and says it.

use std::collections::HashMap;

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::Result;
use crate::engine::{ReadTx, WriteTx, both};

/// Ids in one statement.
const IDS: usize = 500;

/// Why and when a record was taken back the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    pub reason: String,
    pub at: Instant,
}

impl ReadTx {
    /// Why records were taken back. It stays when a record is published again; the record's state says what holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn withdrawals(&mut self, records: &[RecordId]) -> Result<HashMap<RecordId, Withdrawal>> {
        let mut found = HashMap::new();
        for chunk in records.chunks(IDS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT record, reason, at FROM withdrawal WHERE record IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<(Uuid, String, i64)>().fetch_all(c).await
            })?;
            let withdrawal =
                |(id, reason, at): (Uuid, String, i64)| (RecordId(id), Withdrawal { reason, at: Instant(at) });
            found.extend(rows.into_iter().map(withdrawal));
        }
        Ok(found)
    }
}

impl WriteTx {
    /// States why a record is taken back; [`Self::withdraw`] does it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn give_reason(&mut self, at: Instant, record: RecordId, reason: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO withdrawal (record, reason, at) VALUES ($1, $2, $3)
            ON CONFLICT (record) DO UPDATE SET reason = excluded.reason, at = excluded.at";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(record.0).bind(reason).bind(at.0).execute(c).await
            .map(drop))?;
        Ok(())
    }
}
