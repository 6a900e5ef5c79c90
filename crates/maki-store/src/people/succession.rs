//! Organisations that end, those that take over, and lists of who looks after whom.
//!
//! What an organisation had moves with an event each; versions, events and the old organisation's page stay.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::write::Actor;
use crate::{Result, StoreError};

/// How an organisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuccessionKind {
    Merged,
    Dissolved,
}

impl SuccessionKind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Dissolved => "dissolved",
        }
    }

    fn from_code(code: &str) -> Result<Self> {
        let found = [Self::Merged, Self::Dissolved].into_iter().find(|kind| kind.code() == code);
        found.ok_or_else(|| StoreError::Corrupt(format!("unknown kind of succession {code}")))
    }
}

/// The end of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    pub organisation: RecordId,
    pub successor: Option<RecordId>,
    pub kind: SuccessionKind,
    pub at: Instant,
    /// Public.
    pub reason: String,
}

/// A delegation of approval, in force or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    pub organisation: RecordId,
    pub coordinator: RecordId,
    pub granted_at: Instant,
    pub granted_by: String,
    pub revoked_at: Option<Instant>,
    pub revoked_by: String,
}

impl ReadTx {
    /// How an organisation ended; none where it has not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn succession(&mut self, organisation: RecordId) -> Result<Option<Succession>> {
        const SQL: &str = "SELECT successor, kind, at, reason FROM succession WHERE organisation = $1";
        type Row = (Option<Uuid>, String, i64, String);
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(organisation.0).fetch_optional(c).await)?;
        row.map(|(successor, kind, at, reason)| {
            let (successor, kind) = (successor.map(RecordId), SuccessionKind::from_code(&kind)?);
            Ok(Succession { organisation, successor, kind, at: Instant(at), reason })
        })
        .transpose()
    }

    /// Delegations that an organisation gave, the latest first, revoked ones too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn delegations_of(&mut self, organisation: RecordId) -> Result<Vec<Delegation>> {
        const SQL: &str = "SELECT organisation, coordinator, granted_at, granted_by, revoked_at, revoked_by
            FROM delegation WHERE organisation = $1 ORDER BY granted_at DESC, id";
        self.delegations(SQL, organisation).await
    }

    /// Delegations in force that an organisation received, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn delegations_to(&mut self, coordinator: RecordId) -> Result<Vec<Delegation>> {
        const SQL: &str = "SELECT organisation, coordinator, granted_at, granted_by, revoked_at, revoked_by
            FROM delegation WHERE coordinator = $1 AND revoked_at IS NULL ORDER BY granted_at DESC, id";
        self.delegations(SQL, coordinator).await
    }

    async fn delegations(&mut self, sql: &'static str, of: RecordId) -> Result<Vec<Delegation>> {
        type Row = (Uuid, Uuid, i64, String, Option<i64>, String);
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(sql).bind(of.0).fetch_all(c).await)?;
        let delegation =
            |(organisation, coordinator, granted_at, granted_by, revoked_at, revoked_by): Row| Delegation {
                organisation: RecordId(organisation),
                coordinator: RecordId(coordinator),
                granted_at: Instant(granted_at),
                granted_by,
                revoked_at: revoked_at.map(Instant),
                revoked_by,
            };
        Ok(rows.into_iter().map(delegation).collect())
    }

    /// Whom an organisation looks after.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn coordinated_by(&mut self, coordinator: RecordId) -> Result<Vec<RecordId>> {
        const SQL: &str = "SELECT organisation FROM coordination WHERE coordinator = $1 ORDER BY since, organisation";
        let rows = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(coordinator.0).fetch_all(c).await)?;
        Ok(rows.into_iter().map(RecordId).collect())
    }
}

impl WriteTx {
    /// Who looks after an organisation itself.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn coordinators_of(&mut self, organisation: RecordId) -> Result<Vec<RecordId>> {
        const SQL: &str = "SELECT coordinator FROM coordination WHERE organisation = $1 ORDER BY since, coordinator";
        let rows =
            both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(organisation.0).fetch_all(c).await)?;
        Ok(rows.into_iter().map(RecordId).collect())
    }

    /// Whether anything that is not withdrawn or ended belongs to an organisation: an entry, confidential or not, a
    /// draft, an office.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn owns_anything(&mut self, organisation: RecordId) -> Result<bool> {
        const SQL: &str = "SELECT COUNT(*) FROM record
            WHERE (owner = $1 OR (parent = $1 AND kind = 'organisation')) AND state <> 'withdrawn'";
        let count =
            both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(organisation.0).fetch_one(c).await)?;
        Ok(count > 0 || self.has_confidential(organisation).await?)
    }

    /// Notes how an organisation ended. The page becomes a tombstone by [`Self::withdraw`].
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it has ended before.
    pub async fn succeed(&mut self, actor: &Actor, succession: &Succession) -> Result<()> {
        const SQL: &str = "INSERT INTO succession (organisation, successor, kind, at, actor, reason)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let made = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(succession.organisation.0)
            .bind(succession.successor.map(|s| s.0)).bind(succession.kind.code()).bind(succession.at.0)
            .bind(actor.id.as_str()).bind(succession.reason.as_str()).execute(c).await.map(|d| d.rows_affected()))?;
        if made != 1 {
            return Err(StoreError::NotPossible);
        }
        let action = match succession.kind {
            SuccessionKind::Merged => Action::OrganisationMerged,
            SuccessionKind::Dissolved => Action::OrganisationDissolved,
        };
        self.note(succession.at, actor, action, succession.organisation).await
    }

    /// Gives everything that one organisation owns to another: records, drafts in work and the offices below it. The
    /// revision of a record stays, so that a draft beside it stays what it is. Returns the records that moved.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn move_owned(
        &mut self,
        at: Instant,
        actor: &Actor,
        from: RecordId,
        to: RecordId,
    ) -> Result<Vec<RecordId>> {
        const OWNER: &str = "UPDATE record SET owner = $1 WHERE owner = $2 RETURNING id";
        const PARENT: &str =
            "UPDATE record SET parent = $1 WHERE parent = $2 AND kind = 'organisation' AND id <> $1 RETURNING id";
        // The successor may have been an office of the one that ends.
        const OFFICE: &str = "UPDATE record SET parent = (SELECT ended.parent FROM record ended WHERE ended.id = $2)
            WHERE id = $1 AND parent = $2 RETURNING id";
        const WORK: &str = "UPDATE work SET organisation = $1 WHERE organisation = $2";
        let mut moved = Vec::new();
        for sql in [OWNER, PARENT, OFFICE] {
            let ids = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(sql).bind(to.0).bind(from.0)
                .fetch_all(c).await)?;
            moved.extend(ids.into_iter().map(RecordId));
        }
        both!(&mut self.0, c => sqlx::query::<Be>(WORK).bind(to.0).bind(from.0).execute(c).await.map(drop))?;
        // Two engines return the rows in different orders.
        moved.sort_unstable();
        const EVENTS: usize = 400;
        for chunk in moved.chunks(EVENTS) {
            let happening =
                |record: &RecordId| (Happening { action: Action::OwnerMoved, record: *record, version: 0 }, Vec::new());
            self.append(at, actor, chunk.iter().map(happening)).await?;
        }
        Ok(moved)
    }

    /// Ends what an organisation that is no more could still do: coordination on both sides, delegations, tokens.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_powers(&mut self, at: Instant, actor: &Actor, organisation: RecordId) -> Result<()> {
        const DELEGATIONS: &str = "UPDATE delegation SET revoked_at = $1, revoked_by = $2
            WHERE (organisation = $3 OR coordinator = $3) AND revoked_at IS NULL RETURNING organisation";
        const COORDINATION: &str = "DELETE FROM coordination WHERE organisation = $1 OR coordinator = $1";
        const TOKENS: &str = "UPDATE api_token SET revoked_at = $1 WHERE organisation = $2 AND revoked_at IS NULL";
        let revoked = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(DELEGATIONS).bind(at.0)
            .bind(actor.id.as_str()).bind(organisation.0).fetch_all(c).await)?;
        both!(&mut self.0, c => sqlx::query::<Be>(COORDINATION).bind(organisation.0).execute(c).await.map(drop))?;
        both!(&mut self.0, c => sqlx::query::<Be>(TOKENS).bind(at.0).bind(organisation.0).execute(c).await.map(drop))?;
        for id in revoked {
            self.note(at, actor, Action::DelegationRevoked, RecordId(id)).await?;
        }
        Ok(())
    }

    /// Ends that an organisation looks after another, and a delegation that depended on it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_coordination(
        &mut self,
        at: Instant,
        actor: &Actor,
        organisation: RecordId,
        coordinator: RecordId,
    ) -> Result<()> {
        const SQL: &str = "DELETE FROM coordination WHERE organisation = $1 AND coordinator = $2";
        self.revoke_delegation(at, actor, organisation, coordinator).await?;
        let ended = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(organisation.0).bind(coordinator.0)
            .execute(c).await.map(|d| d.rows_affected()))?;
        if ended > 0 {
            self.note(at, actor, Action::CoordinationEnded, organisation).await?;
        }
        Ok(())
    }
}
