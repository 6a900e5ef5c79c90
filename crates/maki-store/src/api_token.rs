//! Tokens of the API: who holds one acts for an organisation, within its scopes, until it ends. Stored as hashes.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::Result;
use crate::engine::{ReadTx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;

/// A token that is handed out.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    pub id: Uuid,
    pub organisation: RecordId,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    pub name: String,
    /// Codes with blanks between them.
    pub scopes: String,
    pub ends_at: Instant,
}

/// A token as it stands, without what would open anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: Uuid,
    pub organisation: RecordId,
    pub name: String,
    pub scopes: String,
    pub made_by: String,
    pub made_at: Instant,
    pub ends_at: Instant,
    pub used_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

impl ApiToken {
    #[must_use]
    pub fn counts(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }
}

type Row = (Uuid, Uuid, String, String, String, i64, i64, Option<i64>, Option<i64>);

fn token((id, organisation, name, scopes, made_by, made_at, ends_at, used_at, revoked_at): Row) -> ApiToken {
    ApiToken {
        id,
        organisation: RecordId(organisation),
        name,
        scopes,
        made_by,
        made_at: Instant(made_at),
        ends_at: Instant(ends_at),
        used_at: used_at.map(Instant),
        revoked_at: revoked_at.map(Instant),
    }
}

impl ReadTx {
    /// The token of a hash, whether it still counts or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn api_token(&mut self, hash: &[u8; 32]) -> Result<Option<ApiToken>> {
        const SQL: &str = "SELECT id, organisation, name, scopes, made_by, made_at, ends_at, used_at, revoked_at
            FROM api_token WHERE hash = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(&hash[..]).fetch_optional(c).await)?;
        Ok(row.map(token))
    }

    /// A token by its id, whether it still counts or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn api_token_of(&mut self, id: Uuid) -> Result<Option<ApiToken>> {
        const SQL: &str = "SELECT id, organisation, name, scopes, made_by, made_at, ends_at, used_at, revoked_at
            FROM api_token WHERE id = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(id).fetch_optional(c).await)?;
        Ok(row.map(token))
    }

    /// Tokens of an organisation, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn api_tokens(&mut self, organisation: RecordId, limit: i64) -> Result<Vec<ApiToken>> {
        const SQL: &str = "SELECT id, organisation, name, scopes, made_by, made_at, ends_at, used_at, revoked_at
            FROM api_token WHERE organisation = $1 ORDER BY made_at DESC, id LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(organisation.0).bind(limit)
            .fetch_all(c).await)?;
        Ok(rows.into_iter().map(token).collect())
    }
}

impl WriteTx {
    /// Hands out a token.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn make_api_token(&mut self, at: Instant, actor: &Actor, new: &NewApiToken) -> Result<()> {
        const SQL: &str = "INSERT INTO api_token (id, organisation, hash, name, scopes, made_by, made_at, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.organisation.0).bind(&new.hash[..])
            .bind(new.name.as_str()).bind(new.scopes.as_str()).bind(actor.id.as_str()).bind(at.0).bind(new.ends_at.0)
            .execute(c).await.map(drop))?;
        self.note(at, actor, Action::TokenMade, new.organisation).await
    }

    /// Ends a token; false when it was none of the organisation, or ended before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn revoke_api_token(
        &mut self,
        at: Instant,
        actor: &Actor,
        organisation: RecordId,
        id: Uuid,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE api_token SET revoked_at = $1
            WHERE id = $2 AND organisation = $3 AND revoked_at IS NULL";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(id).bind(organisation.0)
            .execute(c).await.map(|d| d.rows_affected()))?;
        if done == 1 {
            self.note(at, actor, Action::TokenRevoked, organisation).await?;
        }
        Ok(done == 1)
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn touch_api_token(&mut self, at: Instant, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE api_token SET used_at = $1 WHERE id = $2";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(id).execute(c).await.map(drop))?)
    }
}
