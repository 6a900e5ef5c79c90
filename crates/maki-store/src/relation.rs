//! How organisations are related: legal body, and coordination with or without delegated approval.

use std::collections::HashSet;

use maki_domain::{Instant, RecordId, Relation};
use uuid::Uuid;

use crate::Result;
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::write::Actor;

/// Levels of a legal body that inherit; more are a ring or a mistake.
const MAX_LEVELS: i64 = 8;
/// Ids in one statement.
const IDS: usize = 500;

/// An organisation and those that stand in relation to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub organisation: RecordId,
    /// The organisations above it in its legal body.
    pub above: Vec<RecordId>,
    /// Who looks after it or after its legal body, without delegation.
    pub coordinators: HashSet<RecordId>,
    /// To whom it, or its legal body, has delegated approval.
    pub delegates: HashSet<RecordId>,
}

impl Standing {
    /// How the organisation is related to one where somebody holds a role; the closest relation counts.
    #[must_use]
    pub fn relation_to(&self, other: RecordId) -> Relation {
        if other == self.organisation {
            Relation::Own
        } else if self.above.contains(&other) {
            Relation::SameLegalBody
        } else if self.delegates.contains(&other) {
            Relation::Delegated
        } else if self.coordinators.contains(&other) {
            Relation::Coordinated
        } else {
            Relation::Foreign
        }
    }
}

async fn standing(tx: &mut Tx, organisation: RecordId) -> Result<Standing> {
    const SQL: &str = "WITH RECURSIVE body (id, level) AS (
                SELECT id, 0 FROM record WHERE id = $1 AND kind = 'organisation'
                UNION
                SELECT r.parent, b.level + 1 FROM body b JOIN record r ON r.id = b.id
                WHERE r.parent IS NOT NULL AND b.level < $2
            )
            SELECT 0, id FROM body WHERE level > 0
            UNION SELECT 1, c.coordinator FROM body b JOIN coordination c ON c.organisation = b.id
            UNION SELECT 2, d.coordinator FROM body b JOIN delegation d ON d.organisation = b.id
                WHERE d.revoked_at IS NULL";
    let rows = both!(tx, c => sqlx::query_as::<Be, (i32, Uuid)>(SQL).bind(organisation.0).bind(MAX_LEVELS)
            .fetch_all(c).await)?;
    let mut standing = Standing { organisation, ..Standing::default() };
    for (what, id) in rows {
        let id = RecordId(id);
        match what {
            0 => standing.above.push(id),
            1 => drop(standing.coordinators.insert(id)),
            _ => drop(standing.delegates.insert(id)),
        }
    }
    // Delegation needs somebody who still looks after the organisation.
    let Standing { coordinators, delegates, .. } = &mut standing;
    delegates.retain(|id| coordinators.contains(id));
    Ok(standing)
}

impl ReadTx {
    /// Who stands in relation to an organisation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn standing(&mut self, organisation: RecordId) -> Result<Standing> {
        standing(&mut self.0, organisation).await
    }

    /// Organisations that any of these looks after.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn looked_after(&mut self, coordinators: &[RecordId]) -> Result<Vec<RecordId>> {
        let mut found = Vec::new();
        for chunk in coordinators.chunks(IDS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT DISTINCT organisation FROM coordination
                    WHERE coordinator IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_scalar::<Uuid>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(RecordId));
        }
        Ok(found)
    }

    /// Organisations with all that are below them in their legal body.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bodies_below(&mut self, organisations: &[RecordId]) -> Result<Vec<RecordId>> {
        let mut found = Vec::new();
        for chunk in organisations.chunks(IDS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("WITH RECURSIVE body (id, level) AS (
                    SELECT id, 0 FROM record WHERE kind = 'organisation' AND id IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(") UNION SELECT r.id, b.level + 1 FROM body b JOIN record r ON r.parent = b.id
                    AND r.kind = 'organisation' WHERE b.level < ").push_bind(MAX_LEVELS);
                q.push(") SELECT DISTINCT id FROM body");
                q.build_query_scalar::<Uuid>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(RecordId));
        }
        Ok(found)
    }
}

impl WriteTx {
    /// As [`ReadTx::standing`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn standing(&mut self, organisation: RecordId) -> Result<Standing> {
        standing(&mut self.0, organisation).await
    }

    /// Lets an organisation look after others. Those it looks after already stay as they are.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn coordinate(
        &mut self,
        at: Instant,
        actor: &Actor,
        coordinator: RecordId,
        organisations: &[RecordId],
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO coordination (organisation, coordinator, since) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING";
        for organisation in organisations {
            let made = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(organisation.0).bind(coordinator.0).bind(at.0)
                .execute(c).await.map(|d| d.rows_affected()))?;
            if made > 0 {
                self.note(at, actor, Action::CoordinationBegun, *organisation).await?;
            }
        }
        Ok(())
    }

    /// Delegates approval to a coordinator. One that has it already stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delegate(
        &mut self,
        at: Instant,
        actor: &Actor,
        id: Uuid,
        organisation: RecordId,
        coordinator: RecordId,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO delegation (id, organisation, coordinator, granted_at, granted_by, revoked_by)
            SELECT $1, $2, $3, $4, $5, '' WHERE NOT EXISTS (SELECT 1 FROM delegation
                WHERE organisation = $2 AND coordinator = $3 AND revoked_at IS NULL)";
        let made = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(id).bind(organisation.0).bind(coordinator.0)
            .bind(at.0).bind(actor.id.as_str()).execute(c).await.map(|d| d.rows_affected()))?;
        if made > 0 {
            self.note(at, actor, Action::ApprovalDelegated, organisation).await?;
        }
        Ok(())
    }

    /// Takes a delegation back; it stays on record.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn revoke_delegation(
        &mut self,
        at: Instant,
        actor: &Actor,
        organisation: RecordId,
        coordinator: RecordId,
    ) -> Result<()> {
        const SQL: &str = "UPDATE delegation SET revoked_at = $1, revoked_by = $2
            WHERE organisation = $3 AND coordinator = $4 AND revoked_at IS NULL";
        let ended = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(at.0).bind(actor.id.as_str())
            .bind(organisation.0).bind(coordinator.0).execute(c).await.map(|d| d.rows_affected()))?;
        if ended > 0 {
            self.note(at, actor, Action::DelegationRevoked, organisation).await?;
        }
        Ok(())
    }

    /// Appends an event that changes nothing public, about a record or an account.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn note(&mut self, at: Instant, actor: &Actor, action: Action, subject: RecordId) -> Result<()> {
        let happening = Happening { action, record: subject, version: 0 };
        self.append(at, actor, [(happening, Vec::new())]).await?;
        Ok(())
    }
}
