//! Sessions: the cookie holds a secret, the table its hash. Whoever reads the table can open nothing with it.

use maki_domain::{Instant, RecordId, Roles};
use uuid::Uuid;

use super::account::AccountState;
use crate::Result;
use crate::engine::{ReadTx, WriteTx, both};

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// SHA-256 of what the cookie says.
    pub id: [u8; 32],
    pub account: Uuid,
    pub ends_at: Instant,
    /// How the person proved who they are: `password`, `password_totp`, `oidc`.
    pub method: &'static str,
    /// What the browser calls itself, shortened.
    pub agent: String,
    /// Provider and its name for the session; empty for local accounts.
    pub issuer: String,
    pub provider_session: String,
}

/// A session with the person it belongs to, as every page of the authorities needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    pub account: Uuid,
    pub begun_at: Instant,
    pub seen_at: Instant,
    pub ends_at: Instant,
    pub method: String,
    pub email: Option<String>,
    pub name: String,
    pub state: AccountState,
    pub language: String,
    pub has_totp: bool,
    pub memberships: Vec<(RecordId, Roles)>,
}

/// A session in the list of a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSession {
    pub id: Vec<u8>,
    pub begun_at: Instant,
    pub seen_at: Instant,
    pub ends_at: Instant,
    pub method: String,
    pub agent: String,
}

type LiveRow = (Uuid, i64, i64, i64, String, Option<String>, String, String, String, i32, Option<Uuid>, Option<String>);

impl ReadTx {
    /// A session by the hash of its cookie, with account and roles, in one statement. Limits of time and the state of
    /// the account are the caller's to check.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn session(&mut self, id: &[u8; 32]) -> Result<Option<LiveSession>> {
        const SQL: &str = "SELECT s.account, s.begun_at, s.seen_at, s.ends_at, s.method, a.email, a.name, a.state,
                a.language, CASE WHEN a.totp_secret IS NULL THEN 0 ELSE 1 END, m.organisation, m.roles
            FROM session s JOIN account a ON a.id = s.account LEFT JOIN membership m ON m.account = s.account
            WHERE s.id = $1 ORDER BY m.since, m.organisation";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, LiveRow>(SQL).bind(&id[..]).fetch_all(c).await)?;
        let mut session: Option<LiveSession> = None;
        for row in rows {
            let (account, begun_at, seen_at, ends_at, method, email, name, state, language, totp, at, roles) = row;
            let state = AccountState::from_code(&state)?;
            let session = session.get_or_insert_with(|| LiveSession {
                account,
                begun_at: Instant(begun_at),
                seen_at: Instant(seen_at),
                ends_at: Instant(ends_at),
                method,
                email,
                name,
                state,
                language,
                has_totp: totp != 0,
                memberships: Vec::new(),
            });
            if let (Some(organisation), Some(roles)) = (at, roles) {
                session.memberships.push((RecordId(organisation), Roles::from_codes(&roles)));
            }
        }
        Ok(session)
    }

    /// Sessions of an account, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions_of(&mut self, account: Uuid) -> Result<Vec<KnownSession>> {
        const SQL: &str = "SELECT id, begun_at, seen_at, ends_at, method, agent FROM session WHERE account = $1
            ORDER BY seen_at DESC, id";
        type Row = (Vec<u8>, i64, i64, i64, String, String);
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(account).fetch_all(c).await)?;
        let known = |(id, begun_at, seen_at, ends_at, method, agent): Row| KnownSession {
            id,
            begun_at: Instant(begun_at),
            seen_at: Instant(seen_at),
            ends_at: Instant(ends_at),
            method,
            agent,
        };
        Ok(rows.into_iter().map(known).collect())
    }
}

impl WriteTx {
    /// # Errors
    /// When the database cannot be written.
    pub async fn begin_session(&mut self, at: Instant, new: &NewSession) -> Result<()> {
        const SQL: &str = "INSERT INTO session (id, account, begun_at, seen_at, ends_at, method, agent, issuer,
                provider_session)
            VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&new.id[..]).bind(new.account).bind(at.0)
            .bind(new.ends_at.0).bind(new.method).bind(new.agent.as_str()).bind(new.issuer.as_str())
            .bind(new.provider_session.as_str()).execute(c).await.map(drop))?)
    }

    /// Notes that a session is in use.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn touch_session(&mut self, at: Instant, id: &[u8; 32]) -> Result<()> {
        const SQL: &str = "UPDATE session SET seen_at = $1 WHERE id = $2 AND seen_at < $1";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(&id[..]).execute(c).await.map(drop))?)
    }

    /// Notes that the person has shown more of who they are.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_session_method(&mut self, id: &[u8; 32], method: &str) -> Result<()> {
        const SQL: &str = "UPDATE session SET method = $1 WHERE id = $2";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(method).bind(&id[..]).execute(c).await.map(drop))?)
    }

    /// Ends one session of an account; says whether there was one. Sessions of others stay.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_session(&mut self, account: Uuid, id: &[u8]) -> Result<bool> {
        const SQL: &str = "DELETE FROM session WHERE account = $1 AND id = $2";
        let ended = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(account).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        Ok(ended > 0)
    }

    /// Ends the sessions of an account, all or all but one, and returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_sessions(&mut self, account: Uuid, but: Option<&[u8; 32]>) -> Result<u64> {
        const SQL: &str = "DELETE FROM session WHERE account = $1 AND id <> $2";
        // No hash is empty.
        let but: &[u8] = but.map_or(&[], |id| &id[..]);
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(account).bind(but).execute(c).await
            .map(|d| d.rows_affected()))?)
    }

    /// Ends what a provider ended: one of its sessions, or all that a person has from it where it names none. Returns
    /// the accounts whose sessions ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_provider_sessions(
        &mut self,
        issuer: &str,
        provider_session: Option<&str>,
        subject: Option<&str>,
    ) -> Result<Vec<Uuid>> {
        const BY_SESSION: &str = "DELETE FROM session WHERE issuer = $1 AND provider_session = $2 RETURNING account";
        const BY_SUBJECT: &str = "DELETE FROM session WHERE issuer = $1 AND account IN
            (SELECT account FROM identity WHERE issuer = $1 AND subject = $2) RETURNING account";
        let (sql, value) = match (provider_session.filter(|sid| !sid.is_empty()), subject) {
            (Some(sid), _) => (BY_SESSION, sid),
            (None, Some(subject)) => (BY_SUBJECT, subject),
            (None, None) => return Ok(Vec::new()),
        };
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(sql).bind(issuer).bind(value).fetch_all(c).await)?)
    }

    /// Forgets sessions whose time is over or that nobody has used since an instant; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_sessions(&mut self, now: Instant, unused_since: Instant) -> Result<u64> {
        const SQL: &str = "DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(now.0).bind(unused_since.0).execute(c).await
            .map(|d| d.rows_affected()))?)
    }
}
