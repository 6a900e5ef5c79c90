//! Accounts: made, changed, blocked, erased. An erased account keeps its id, because versions and events name it, and
//! nothing else.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, Tx, WriteTx, both, is_unique_violation};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountState {
    /// Has not set a password yet.
    Invited,
    Active,
    Blocked,
    /// The person is gone; only the id stays.
    Erased,
}

impl AccountState {
    const ALL: [Self; 4] = [Self::Invited, Self::Active, Self::Blocked, Self::Erased];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Erased => "erased",
        }
    }

    pub(super) fn from_code(code: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| StoreError::Corrupt(format!("unknown state of an account {code}")))
    }
}

/// A person who may sign in, or could once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: Uuid,
    /// In lower case; none after erasure.
    pub email: Option<String>,
    pub name: String,
    /// argon2id in PHC form.
    pub password: Option<String>,
    /// The secret of the second factor, as it was stored.
    pub totp_secret: Option<Vec<u8>>,
    pub state: AccountState,
    /// Tag of the language of mails and pages.
    pub language: String,
    pub made_at: Instant,
}

/// What an account begins with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub id: Uuid,
    /// In lower case.
    pub email: String,
    pub name: String,
    pub password: Option<String>,
    pub state: AccountState,
    pub language: String,
}

type Row = (Uuid, Option<String>, String, Option<String>, Option<Vec<u8>>, String, String, i64);

fn account((id, email, name, password, totp_secret, state, language, made_at): Row) -> Result<Account> {
    let state = AccountState::from_code(&state)?;
    Ok(Account { id, email, name, password, totp_secret, state, language, made_at: Instant(made_at) })
}

async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Account>> {
    const SQL: &str = "SELECT id, email, name, password, totp_secret, state, language, made_at FROM account
        WHERE id = $1";
    let row = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(id).fetch_optional(c).await)?;
    row.map(account).transpose()
}

async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<Account>> {
    const SQL: &str = "SELECT id, email, name, password, totp_secret, state, language, made_at FROM account
        WHERE email = $1";
    let row = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(email).fetch_optional(c).await)?;
    row.map(account).transpose()
}

impl ReadTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(&mut self, id: Uuid) -> Result<Option<Account>> {
        by_id(&mut self.0, id).await
    }

    /// The account of an address in lower case.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_by_email(&mut self, email: &str) -> Result<Option<Account>> {
        by_email(&mut self.0, email).await
    }

    /// Accounts in the order in which they were made, after one of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accounts(&mut self, after: Uuid, limit: i64) -> Result<Vec<Account>> {
        const SQL: &str = "SELECT id, email, name, password, totp_secret, state, language, made_at FROM account
            WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(after).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(account).collect()
    }

    /// Names of accounts, for those who may know them. Erased ones are missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_names(&mut self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
        const IDS: usize = 500;
        let mut names = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(IDS) {
            names.extend(both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new(
                    "SELECT id, name FROM account WHERE state <> 'erased' AND id IN (",
                );
                let mut list = q.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                q.push(")");
                q.build_query_as::<(Uuid, String)>().fetch_all(c).await
            })?);
        }
        Ok(names)
    }
}

impl WriteTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(&mut self, id: Uuid) -> Result<Option<Account>> {
        by_id(&mut self.0, id).await
    }

    /// # Errors
    /// When the database cannot be read.
    pub async fn account_by_email(&mut self, email: &str) -> Result<Option<Account>> {
        by_email(&mut self.0, email).await
    }

    /// # Errors
    /// [`StoreError::EmailTaken`] when another account has the address.
    pub async fn make_account(&mut self, at: Instant, actor: &Actor, new: &NewAccount) -> Result<()> {
        const SQL: &str = "INSERT INTO account (id, email, name, password, totp_step, state, language, made_at)
            VALUES ($1, $2, $3, $4, 0, $5, $6, $7)";
        let made = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.email.as_str())
            .bind(new.name.as_str()).bind(new.password.as_deref()).bind(new.state.code()).bind(new.language.as_str())
            .bind(at.0).execute(c).await.map(drop));
        match made {
            Err(error) if is_unique_violation(&error) => return Err(StoreError::EmailTaken),
            made => made?,
        }
        self.note(at, actor, Action::AccountMade, RecordId(new.id)).await
    }

    /// What a person says about themselves.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account any more.
    pub async fn describe_account(&mut self, id: Uuid, name: &str, language: &str) -> Result<()> {
        const SQL: &str = "UPDATE account SET name = $1, language = $2 WHERE id = $3 AND state <> 'erased'";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(name).bind(language).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Sets a password; an invited account becomes active by it.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when the account is blocked or erased.
    pub async fn set_password(&mut self, at: Instant, actor: &Actor, id: Uuid, password: &str) -> Result<()> {
        const SQL: &str = "UPDATE account SET password = $1, state = 'active'
            WHERE id = $2 AND state IN ('invited', 'active')";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(password).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done != 1 {
            return Err(StoreError::NotPossible);
        }
        self.note(at, actor, Action::PasswordChanged, RecordId(id)).await
    }

    /// The same password under newer parameters: nothing that anybody has to know.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn rehash_password(&mut self, id: Uuid, old: &str, new: &str) -> Result<()> {
        const SQL: &str = "UPDATE account SET password = $1 WHERE id = $2 AND password = $3";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new).bind(id).bind(old).execute(c).await.map(drop))?)
    }

    /// Makes an invited account active that signs in at a provider and so has no password.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn activate_account(&mut self, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE account SET state = 'active' WHERE id = $1 AND state = 'invited'";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(id).execute(c).await.map(drop))?)
    }

    /// Shuts somebody out and ends their sessions, or lets them in again. One that is so already stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn block_account(&mut self, at: Instant, actor: &Actor, id: Uuid, blocked: bool) -> Result<()> {
        const BLOCK: &str = "UPDATE account SET state = 'blocked' WHERE id = $1 AND state IN ('invited', 'active')";
        const RELEASE: &str = "UPDATE account SET state = CASE WHEN password IS NULL THEN 'invited' ELSE 'active' END
            WHERE id = $1 AND state = 'blocked'";
        let (sql, action) = if blocked { (BLOCK, Action::AccountBlocked) } else { (RELEASE, Action::AccountReleased) };
        let done = both!(&mut self.0, c => sqlx::query::<Be>(sql).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done == 0 {
            return Ok(());
        }
        if blocked {
            self.end_sessions(id, None).await?;
        }
        self.note(at, actor, action, RecordId(id)).await
    }

    /// Takes the person out of the register: name, address, secrets, roles, sessions and links go, the id stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account or it was erased before.
    pub async fn erase_account(&mut self, at: Instant, actor: &Actor, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE account SET email = NULL, name = '', password = NULL, totp_secret = NULL,
            state = 'erased' WHERE id = $1 AND state <> 'erased'";
        const PARTS: [&str; 5] = [
            "DELETE FROM membership WHERE account = $1",
            "DELETE FROM session WHERE account = $1",
            "DELETE FROM recovery_code WHERE account = $1",
            "DELETE FROM identity WHERE account = $1",
            "DELETE FROM one_time_link WHERE subject = $1",
        ];
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done == 0 {
            return Err(StoreError::NotFound);
        }
        for part in PARTS {
            both!(&mut self.0, c => sqlx::query::<Be>(part).bind(id).execute(c).await.map(drop))?;
        }
        self.note(at, actor, Action::AccountErased, RecordId(id)).await
    }
}
