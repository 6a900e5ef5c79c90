//! Who holds which roles where. Roles are read afresh with every request, so what is taken counts at once.

use maki_domain::{Instant, RecordId, Role, Roles};
use uuid::Uuid;

use super::account::AccountState;
use crate::Result;
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;

/// Somebody with roles at an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub account: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub state: AccountState,
    pub has_totp: bool,
    pub roles: Roles,
    /// Issuer whose claims gave the roles; empty where a person did.
    pub source: String,
    pub since: Instant,
}

/// Roles that somebody is to have at an organisation.
#[derive(Debug, Clone)]
pub struct Grant {
    pub account: Uuid,
    /// [`RecordId::NIL`] for operators.
    pub organisation: RecordId,
    /// None ends the membership.
    pub roles: Roles,
    /// Issuer whose claims give them; empty where a person does.
    pub source: String,
}

async fn memberships(tx: &mut Tx, account: Uuid) -> Result<Vec<(RecordId, Roles)>> {
    const SQL: &str = "SELECT organisation, roles FROM membership WHERE account = $1 ORDER BY since, organisation";
    let rows = both!(tx, c => sqlx::query_as::<Be, (Uuid, String)>(SQL).bind(account).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(organisation, roles)| (RecordId(organisation), Roles::from_codes(&roles))).collect())
}

type Row = (Uuid, String, Option<String>, String, i32, String, String, i64);

async fn members(tx: &mut Tx, organisation: RecordId) -> Result<Vec<Member>> {
    const SQL: &str = "SELECT a.id, a.name, a.email, a.state, CASE WHEN a.totp_secret IS NULL THEN 0 ELSE 1 END,
            m.roles, m.source, m.since
        FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $1 ORDER BY a.name, a.id";
    let rows = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(organisation.0).fetch_all(c).await)?;
    let member = |(account, name, email, state, has_totp, roles, source, since): Row| {
        let (state, roles) = (AccountState::from_code(&state)?, Roles::from_codes(&roles));
        Ok(Member { account, name, email, state, has_totp: has_totp != 0, roles, source, since: Instant(since) })
    };
    rows.into_iter().map(member).collect()
}

impl ReadTx {
    /// Roles of an account, oldest membership first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn memberships(&mut self, account: Uuid) -> Result<Vec<(RecordId, Roles)>> {
        memberships(&mut self.0, account).await
    }

    /// Everybody with roles at an organisation, by name; operators at [`RecordId::NIL`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn members(&mut self, organisation: RecordId) -> Result<Vec<Member>> {
        members(&mut self.0, organisation).await
    }

    /// Those of an organisation who hold a role and can sign in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn members_with(&mut self, organisation: RecordId, role: Role) -> Result<Vec<Member>> {
        let all = members(&mut self.0, organisation).await?;
        Ok(all.into_iter().filter(|m| m.roles.has(role) && m.state == AccountState::Active).collect())
    }
}

impl WriteTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn memberships(&mut self, account: Uuid) -> Result<Vec<(RecordId, Roles)>> {
        memberships(&mut self.0, account).await
    }

    /// # Errors
    /// When the database cannot be read.
    pub async fn members(&mut self, organisation: RecordId) -> Result<Vec<Member>> {
        members(&mut self.0, organisation).await
    }

    /// Roles of an account that came from one source.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn roles_from(&mut self, account: Uuid, source: &str) -> Result<Vec<(RecordId, Roles)>> {
        const SQL: &str = "SELECT organisation, roles FROM membership WHERE account = $1 AND source = $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, String)>(SQL).bind(account).bind(source)
            .fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(at, roles)| (RecordId(at), Roles::from_codes(&roles))).collect())
    }

    /// Sets the roles of somebody at an organisation: the event is the organisation's, and one that is the person's
    /// says whom it concerned. Roles that stay the same change nothing.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn grant(&mut self, at: Instant, actor: &Actor, grant: &Grant) -> Result<()> {
        const TAKE: &str = "DELETE FROM membership WHERE account = $1 AND organisation = $2";
        const GIVE: &str = "INSERT INTO membership (account, organisation, roles, source, since, granted_by)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (account, organisation) DO UPDATE SET roles = excluded.roles, source = excluded.source,
                granted_by = excluded.granted_by";
        let held = memberships(&mut self.0, grant.account).await?;
        let held = held.into_iter().find(|(at, _)| *at == grant.organisation).map_or(Roles::NONE, |(_, roles)| roles);
        if held == grant.roles {
            return Ok(());
        }
        let (account, organisation) = (grant.account, grant.organisation);
        if grant.roles.is_empty() {
            both!(&mut self.0, c => sqlx::query::<Be>(TAKE).bind(account).bind(organisation.0).execute(c).await
                .map(drop))?;
        } else {
            both!(&mut self.0, c => sqlx::query::<Be>(GIVE).bind(account).bind(organisation.0)
                .bind(grant.roles.codes()).bind(grant.source.as_str()).bind(at.0).bind(actor.id.as_str())
                .execute(c).await.map(drop))?;
        }
        let gained = grant.roles.iter().any(|role| !held.has(role));
        let lost = held.iter().any(|role| !grant.roles.has(role));
        for (happened, action) in [(gained, Action::RoleGranted), (lost, Action::RoleRevoked)] {
            if happened {
                self.note(at, actor, action, organisation).await?;
                self.note(at, actor, action, RecordId(account)).await?;
            }
        }
        Ok(())
    }
}
