//! Links that work once. The link holds a secret, the table its hash.

use maki_domain::Instant;
use uuid::Uuid;

use crate::Result;
use crate::engine::{ReadTx, Tx, WriteTx, both};

/// A link that is handed out.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// SHA-256 of the secret in the link.
    pub hash: [u8; 32],
    pub purpose: &'static str,
    /// What it is about: an account, an application.
    pub subject: Uuid,
    pub ends_at: Instant,
}

/// A link as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub purpose: String,
    pub subject: Uuid,
    pub ends_at: Instant,
    pub used_at: Option<Instant>,
}

/// What came of using a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkUse {
    /// It counted; this is what it is about.
    Counted(Uuid),
    /// It has been used before.
    Used,
    /// Its time is over.
    Expired,
    /// There is no such link for this purpose.
    Unknown,
}

async fn link(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<Link>> {
    const SQL: &str = "SELECT purpose, subject, ends_at, used_at FROM one_time_link WHERE hash = $1";
    type Row = (String, Uuid, i64, Option<i64>);
    let row = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(&hash[..]).fetch_optional(c).await)?;
    Ok(row.map(|(purpose, subject, ends_at, used_at)| Link {
        purpose,
        subject,
        ends_at: Instant(ends_at),
        used_at: used_at.map(Instant),
    }))
}

/// What using a link now would bring.
fn outcome(link: Option<Link>, purpose: &str, now: Instant) -> LinkUse {
    match link.filter(|link| link.purpose == purpose) {
        None => LinkUse::Unknown,
        Some(Link { used_at: Some(_), .. }) => LinkUse::Used,
        Some(link) if link.ends_at <= now => LinkUse::Expired,
        Some(link) => LinkUse::Counted(link.subject),
    }
}

impl ReadTx {
    /// What using a link would bring, without using it: for the page that asks before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn look_at_link(&mut self, now: Instant, hash: &[u8; 32], purpose: &str) -> Result<LinkUse> {
        Ok(outcome(link(&mut self.0, hash).await?, purpose, now))
    }
}

impl WriteTx {
    /// Hands out a link; earlier ones with the same purpose and subject that nobody used end.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn make_link(&mut self, at: Instant, new: &NewLink) -> Result<()> {
        const SQL: &str = "INSERT INTO one_time_link (hash, purpose, subject, made_at, ends_at)
            VALUES ($1, $2, $3, $4, $5)";
        self.end_links(new.purpose, new.subject).await?;
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&new.hash[..]).bind(new.purpose).bind(new.subject)
            .bind(at.0).bind(new.ends_at.0).execute(c).await.map(drop))?)
    }

    /// Ends the links of a purpose and subject that nobody used.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_links(&mut self, purpose: &str, subject: Uuid) -> Result<()> {
        const SQL: &str = "DELETE FROM one_time_link WHERE purpose = $1 AND subject = $2 AND used_at IS NULL";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(purpose).bind(subject).execute(c).await.map(drop))?)
    }

    /// Uses a link. Of two that use it at once one counts.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn use_link(&mut self, now: Instant, hash: &[u8; 32], purpose: &str) -> Result<LinkUse> {
        const SQL: &str = "UPDATE one_time_link SET used_at = $1
            WHERE hash = $2 AND purpose = $3 AND used_at IS NULL AND ends_at > $1 RETURNING subject";
        let subject = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(now.0).bind(&hash[..])
            .bind(purpose).fetch_optional(c).await)?;
        match subject {
            Some(subject) => Ok(LinkUse::Counted(subject)),
            None => Ok(outcome(link(&mut self.0, hash).await?, purpose, now)),
        }
    }

    /// Forgets links that ended before an instant.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_links(&mut self, before: Instant) -> Result<u64> {
        const SQL: &str = "DELETE FROM one_time_link WHERE ends_at < $1";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(before.0).execute(c).await
            .map(|d| d.rows_affected()))?)
    }
}
