//! Failures of signing in, counted by the hash of an account's name or of an address: neither stands here in clear.

use maki_domain::Instant;

use crate::Result;
use crate::engine::{WriteTx, both};

/// How often signing in has failed under a key since it last succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    pub failures: i64,
    pub last_at: Instant,
}

impl WriteTx {
    /// What is known of a key; failures of 0 where somebody signed in under it and has not failed since.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sign_in_attempts(&mut self, key: &[u8; 32]) -> Result<Option<Attempts>> {
        const SQL: &str = "SELECT failures, last_at FROM sign_in_attempt WHERE key = $1";
        let row =
            both!(&mut self.0, c => sqlx::query_as::<Be, (i64, i64)>(SQL).bind(&key[..]).fetch_optional(c).await)?;
        Ok(row.map(|(failures, last_at)| Attempts { failures, last_at: Instant(last_at) }))
    }

    /// Takes one failure back.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn uncount_failure(&mut self, key: &[u8; 32]) -> Result<()> {
        const SQL: &str = "UPDATE sign_in_attempt SET failures = failures - 1 WHERE key = $1 AND failures > 0";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&key[..]).execute(c).await.map(drop))?)
    }

    /// Notes that somebody signed in under a key, without failures.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remember_key(&mut self, at: Instant, key: &[u8; 32]) -> Result<()> {
        const SQL: &str = "INSERT INTO sign_in_attempt (key, failures, last_at) VALUES ($1, 0, $2)
            ON CONFLICT (key) DO UPDATE SET failures = 0, last_at = excluded.last_at";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&key[..]).bind(at.0).execute(c).await.map(drop))?)
    }

    /// Counts a failure; the count begins anew when the last one was before `forgotten_before`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn count_failure(&mut self, at: Instant, key: &[u8; 32], forgotten_before: Instant) -> Result<i64> {
        const SQL: &str = "INSERT INTO sign_in_attempt (key, failures, last_at) VALUES ($1, 1, $2)
            ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, failures =
                CASE WHEN sign_in_attempt.last_at < $3 THEN 1 ELSE sign_in_attempt.failures + 1 END
            RETURNING failures";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(&key[..]).bind(at.0)
            .bind(forgotten_before.0).fetch_one(c).await)?)
    }

    /// Forgets the failures under a key.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn clear_failures(&mut self, key: &[u8; 32]) -> Result<()> {
        const SQL: &str = "DELETE FROM sign_in_attempt WHERE key = $1";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&key[..]).execute(c).await.map(drop))?)
    }

    /// Forgets failures before an instant, and keys without any before another one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_failures(&mut self, before: Instant, keys_before: Instant) -> Result<u64> {
        const SQL: &str = "DELETE FROM sign_in_attempt WHERE last_at < $1 AND (failures > 0 OR last_at < $2)";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(before.0).bind(keys_before.0).execute(c).await
            .map(|d| d.rows_affected()))?)
    }
}
