//! Why what a rule of plausibility warned of stands nevertheless.

use maki_domain::{Instant, RecordId};

use crate::Result;
use crate::engine::{ReadTx, WriteTx, both};
use crate::write::Actor;

/// Reasons that an entry can have; there are not that many rules.
const MOST: i64 = 500;

/// A reason as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingReason {
    /// Key of the rule.
    pub rule: String,
    pub reason: String,
    /// Actor who gave it.
    pub author: String,
    pub given_at: Instant,
}

impl ReadTx {
    /// Reasons given for an entry, by rule.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn finding_reasons(&mut self, entry: RecordId) -> Result<Vec<FindingReason>> {
        const SQL: &str = "SELECT rule, reason, author, given_at FROM finding_reason WHERE entry = $1
            ORDER BY rule LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (String, String, String, i64)>(SQL).bind(entry.0)
            .bind(MOST).fetch_all(c).await)?;
        let reason = |(rule, reason, author, at)| FindingReason { rule, reason, author, given_at: Instant(at) };
        Ok(rows.into_iter().map(reason).collect())
    }
}

impl WriteTx {
    /// Keeps a reason, in the place of the one before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn explain_finding(
        &mut self,
        at: Instant,
        actor: &Actor,
        entry: RecordId,
        rule: &str,
        reason: &str,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO finding_reason (entry, rule, reason, author, given_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (entry, rule) DO UPDATE SET reason = excluded.reason, author = excluded.author,
                given_at = excluded.given_at";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(entry.0).bind(rule).bind(reason)
            .bind(actor.id.as_str()).bind(at.0).execute(c).await.map(drop))?)
    }
}
