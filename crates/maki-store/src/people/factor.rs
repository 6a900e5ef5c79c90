//! Second factors, recovery codes, and identities at providers of OpenID Connect.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// A second factor as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    pub secret: Vec<u8>,
    /// The last time step whose code was used.
    pub step: i64,
}

impl ReadTx {
    /// How many recovery codes of an account are left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recovery_codes_left(&mut self, account: Uuid) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM recovery_code WHERE account = $1 AND used_at IS NULL";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(account).fetch_one(c).await)?)
    }

    /// Where a person has identities: issuers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn identities_of(&mut self, account: Uuid) -> Result<Vec<String>> {
        const SQL: &str = "SELECT issuer FROM identity WHERE account = $1 ORDER BY issuer";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, String>(SQL).bind(account).fetch_all(c).await)?)
    }
}

impl WriteTx {
    /// The second factor of an account; none where there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn totp(&mut self, account: Uuid) -> Result<Option<Totp>> {
        const SQL: &str = "SELECT totp_secret, totp_step FROM account WHERE id = $1 AND totp_secret IS NOT NULL";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, (Vec<u8>, i64)>(SQL).bind(account)
            .fetch_optional(c).await)?;
        Ok(row.map(|(secret, step)| Totp { secret, step }))
    }

    /// The account of somebody at a provider.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_of_identity(&mut self, issuer: &str, subject: &str) -> Result<Option<Uuid>> {
        const SQL: &str = "SELECT account FROM identity WHERE issuer = $1 AND subject = $2";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(issuer).bind(subject)
            .fetch_optional(c).await)?)
    }

    /// Sets a second factor whose code of a step was just shown, with the hashes of its recovery codes; those of an
    /// earlier one end.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account any more.
    pub async fn set_totp(
        &mut self,
        at: Instant,
        actor: &Actor,
        account: Uuid,
        totp: &Totp,
        codes: &[[u8; 32]],
    ) -> Result<()> {
        const SQL: &str = "UPDATE account SET totp_secret = $1, totp_step = $2 WHERE id = $3 AND state <> 'erased'";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(&totp.secret[..]).bind(totp.step).bind(account)
            .execute(c).await.map(|d| d.rows_affected()))?;
        if done != 1 {
            return Err(StoreError::NotFound);
        }
        self.set_recovery_codes(account, codes).await?;
        self.note(at, actor, Action::SecondFactorSet, RecordId(account)).await
    }

    /// Replaces the recovery codes of an account.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_recovery_codes(&mut self, account: Uuid, codes: &[[u8; 32]]) -> Result<()> {
        const CLEAR: &str = "DELETE FROM recovery_code WHERE account = $1";
        const ADD: &str = "INSERT INTO recovery_code (account, hash) VALUES ($1, $2)";
        both!(&mut self.0, c => sqlx::query::<Be>(CLEAR).bind(account).execute(c).await.map(drop))?;
        for code in codes {
            both!(&mut self.0, c => sqlx::query::<Be>(ADD).bind(account).bind(&code[..]).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    /// Takes the second factor and its recovery codes away.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_totp(&mut self, at: Instant, actor: &Actor, account: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE account SET totp_secret = NULL WHERE id = $1 AND totp_secret IS NOT NULL";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(account).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done == 0 {
            return Ok(());
        }
        self.set_recovery_codes(account, &[]).await?;
        self.note(at, actor, Action::SecondFactorRemoved, RecordId(account)).await
    }

    /// Uses the code of a time step; false when that step or a later one was used before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn use_totp_step(&mut self, account: Uuid, step: i64) -> Result<bool> {
        const SQL: &str = "UPDATE account SET totp_step = $1 WHERE id = $2 AND totp_step < $1";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(step).bind(account).execute(c).await
            .map(|d| d.rows_affected()))?;
        Ok(done == 1)
    }

    /// Uses a recovery code; false when there is none like it or it was used before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn use_recovery_code(&mut self, at: Instant, account: Uuid, hash: &[u8; 32]) -> Result<bool> {
        const SQL: &str = "UPDATE recovery_code SET used_at = $1 WHERE account = $2 AND hash = $3 AND used_at IS NULL";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(account).bind(&hash[..])
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done == 1)
    }

    /// Ties an account to somebody at a provider. One that is tied to another account is moved to none.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when somebody else is tied to it.
    pub async fn tie_identity(&mut self, account: Uuid, issuer: &str, subject: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO identity (issuer, subject, account) VALUES ($1, $2, $3)
            ON CONFLICT (issuer, subject) DO UPDATE SET account = identity.account RETURNING account";
        let holder = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(issuer).bind(subject)
            .bind(account).fetch_one(c).await)?;
        if holder == account { Ok(()) } else { Err(StoreError::NotPossible) }
    }

    /// Unties an account from everybody at a provider; whether it was tied.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn untie_identity(&mut self, account: Uuid, issuer: &str) -> Result<bool> {
        const SQL: &str = "DELETE FROM identity WHERE account = $1 AND issuer = $2";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(account).bind(issuer).execute(c).await
            .map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
