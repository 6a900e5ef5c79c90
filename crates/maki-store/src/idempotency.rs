//! Requests that may come twice: the answer to the first is kept for a while and given again.
//!
//! A key belongs to an organisation. The answer is written in the transaction of what the request did, so that neither
//! is there without the other.

use maki_domain::{Instant, RecordId};

use crate::Result;
use crate::engine::{WriteTx, both};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody came with it; from now on it is being worked on.
    New,
    /// The same request is being worked on.
    Running,
    /// It was answered.
    Answered { status: i64, answer: String },
    /// Somebody came with it and asked for something else.
    Another,
}

/// A request that names itself by a key.
#[derive(Debug, Clone, Copy)]
pub struct KeyedRequest<'a> {
    pub organisation: RecordId,
    pub key: &'a str,
    /// SHA-256 of everything that makes it another request.
    pub hash: &'a [u8; 32],
}

impl WriteTx {
    /// Begins a request, or says what became of it. One that has not ended since `abandoned` is begun anew; what is
    /// older than `forgotten` counts as never come.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn begin_request(
        &mut self,
        at: Instant,
        request: KeyedRequest<'_>,
        abandoned: Instant,
        forgotten: Instant,
    ) -> Result<Begun> {
        const FORGET: &str = "DELETE FROM idempotency WHERE made_at < $1";
        const ABANDONED: &str = "DELETE FROM idempotency WHERE organisation = $1 AND key = $2 AND status = 0
            AND made_at < $3";
        const KNOWN: &str = "SELECT request, status, answer FROM idempotency WHERE organisation = $1 AND key = $2";
        const NEW: &str = "INSERT INTO idempotency (organisation, key, request, status, answer, made_at)
            VALUES ($1, $2, $3, 0, '', $4)";
        let KeyedRequest { organisation, key, hash } = request;
        both!(&mut self.0, c => sqlx::query::<Be>(FORGET).bind(forgotten.0).execute(c).await.map(drop))?;
        both!(&mut self.0, c => sqlx::query::<Be>(ABANDONED).bind(organisation.0).bind(key).bind(abandoned.0)
            .execute(c).await.map(drop))?;
        let known = both!(&mut self.0, c => sqlx::query_as::<Be, (Vec<u8>, i64, String)>(KNOWN)
            .bind(organisation.0).bind(key).fetch_optional(c).await)?;
        match known {
            Some((known, ..)) if known != hash => return Ok(Begun::Another),
            Some((_, 0, _)) => return Ok(Begun::Running),
            Some((_, status, answer)) => return Ok(Begun::Answered { status, answer }),
            None => {}
        }
        both!(&mut self.0, c => sqlx::query::<Be>(NEW).bind(organisation.0).bind(key).bind(&hash[..]).bind(at.0)
            .execute(c).await.map(drop))?;
        Ok(Begun::New)
    }

    /// Keeps the answer to a request.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn answer_request(&mut self, request: KeyedRequest<'_>, status: i64, answer: &str) -> Result<()> {
        const SQL: &str = "UPDATE idempotency SET status = $1, answer = $2
            WHERE organisation = $3 AND key = $4 AND request = $5";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(status).bind(answer).bind(request.organisation.0)
            .bind(request.key).bind(&request.hash[..]).execute(c).await.map(drop))?)
    }

    /// Lets a request that did nothing come again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_request(&mut self, request: KeyedRequest<'_>) -> Result<()> {
        const SQL: &str =
            "DELETE FROM idempotency WHERE organisation = $1 AND key = $2 AND request = $3 AND status = 0";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(request.organisation.0).bind(request.key)
            .bind(&request.hash[..]).execute(c).await.map(drop))?)
    }
}
