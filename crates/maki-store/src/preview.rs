//! Links by which outsiders read a draft: stored as hashes, ending by themselves, revocable.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Links of an entry that can be in force at once.
const MOST: i64 = 20;
/// Links that are listed.
const LISTED: i64 = 100;

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreview {
    pub id: Uuid,
    /// Hash of the secret.
    pub hash: [u8; 32],
    /// The record under which the work is found.
    pub entry: RecordId,
    pub ends_at: Instant,
}

/// A link as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub id: Uuid,
    pub entry: RecordId,
    /// Actor who made it.
    pub made_by: String,
    pub made_at: Instant,
    pub ends_at: Instant,
    pub revoked_at: Option<Instant>,
}

impl Preview {
    /// Whether it still opens anything.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }
}

type Row = (Uuid, Uuid, String, i64, i64, Option<i64>);

fn preview((id, entry, made_by, made_at, ends_at, revoked_at): Row) -> Preview {
    Preview {
        id,
        entry: RecordId(entry),
        made_by,
        made_at: Instant(made_at),
        ends_at: Instant(ends_at),
        revoked_at: revoked_at.map(Instant),
    }
}

impl ReadTx {
    /// The link of a secret, whether it still opens anything or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn preview(&mut self, hash: &[u8; 32]) -> Result<Option<Preview>> {
        const SQL: &str = "SELECT id, entry, made_by, made_at, ends_at, revoked_at FROM preview WHERE hash = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(&hash[..]).fetch_optional(c).await)?;
        Ok(row.map(preview))
    }

    /// The links of an entry, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn previews(&mut self, entry: RecordId) -> Result<Vec<Preview>> {
        const SQL: &str = "SELECT id, entry, made_by, made_at, ends_at, revoked_at FROM preview
            WHERE entry = $1 ORDER BY made_at DESC, id DESC LIMIT $2";
        let rows =
            both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(entry.0).bind(LISTED).fetch_all(c).await)?;
        Ok(rows.into_iter().map(preview).collect())
    }
}

impl WriteTx {
    /// Makes a link.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when the entry has as many links in force as it can have.
    pub async fn make_preview(&mut self, at: Instant, actor: &Actor, new: &NewPreview) -> Result<()> {
        const SQL: &str = "INSERT INTO preview (hash, id, entry, made_by, made_at, ends_at)
            SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT COUNT(*) FROM preview
                WHERE entry = $3 AND revoked_at IS NULL AND ends_at > $5) < $7";
        let made = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&new.hash[..]).bind(new.id).bind(new.entry.0)
            .bind(actor.id.as_str()).bind(at.0).bind(new.ends_at.0).bind(MOST).execute(c).await
            .map(|d| d.rows_affected()))?;
        if made != 1 {
            return Err(StoreError::NotPossible);
        }
        self.note(at, actor, Action::PreviewMade, new.entry).await
    }

    /// Revokes a link of an entry. One that is revoked already stays so.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the entry has no such link.
    pub async fn revoke_preview(&mut self, at: Instant, actor: &Actor, entry: RecordId, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE preview SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2 AND entry = $3";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(id).bind(entry.0).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done != 1 {
            return Err(StoreError::NotFound);
        }
        self.note(at, actor, Action::PreviewRevoked, entry).await
    }
}
