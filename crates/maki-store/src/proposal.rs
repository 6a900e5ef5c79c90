//! Changes to shared systems that others propose to the organisation that looks after them.
//!
//! A proposal keeps the whole content as its author saw and changed it, and the version it was made on, so that the
//! difference can be told whatever happened since. It is decided once.

use maki_domain::{Content, Instant, RecordId};
use uuid::Uuid;

use crate::compress::{pack_content, unpack_content};
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Open proposals of one organisation about one record.
const MOST_OPEN: i64 = 20;

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProposalState {
    Open,
    /// Its changes went into a draft of the steward.
    Accepted,
    Declined,
    TakenBack,
}

impl ProposalState {
    pub const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Declined, Self::TakenBack];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::TakenBack => "taken_back",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    const fn action(self) -> Action {
        match self {
            Self::Open => Action::ChangeProposed,
            Self::Accepted => Action::ProposalAccepted,
            Self::Declined => Action::ProposalDeclined,
            Self::TakenBack => Action::ProposalTakenBack,
        }
    }
}

/// A proposal to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProposal {
    pub id: Uuid,
    pub record: RecordId,
    pub base_version: i64,
    /// Who proposes.
    pub organisation: RecordId,
    pub content: Content,
    pub note: String,
}

/// A proposal as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub id: Uuid,
    pub record: RecordId,
    pub base_version: i64,
    pub organisation: RecordId,
    /// Actor who made it.
    pub author: String,
    pub content: Content,
    pub note: String,
    pub state: ProposalState,
    pub made_at: Instant,
    pub decided_at: Option<Instant>,
    pub answer: String,
}

type Row = (Uuid, Uuid, i64, Uuid, String, Vec<u8>, String, String, i64, Option<i64>, String);

fn proposal(row: Row) -> Result<Proposal> {
    let (id, record, base_version, organisation, author, content, note, state, made_at, decided_at, answer) = row;
    Ok(Proposal {
        id,
        record: RecordId(record),
        base_version,
        organisation: RecordId(organisation),
        author,
        content: unpack_content(&content)?,
        note,
        state: ProposalState::from_code(&state)
            .ok_or_else(|| StoreError::Corrupt(format!("state of proposal {id}")))?,
        made_at: Instant(made_at),
        decided_at: decided_at.map(Instant),
        answer,
    })
}

async fn one(tx: &mut Tx, id: Uuid) -> Result<Option<Proposal>> {
    const SQL: &str = "SELECT id, record, base_version, organisation, author, content, note, state, made_at,
            decided_at, answer
        FROM proposal WHERE id = $1";
    let row = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(id).fetch_optional(c).await)?;
    row.map(proposal).transpose()
}

impl ReadTx {
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn proposal(&mut self, id: Uuid) -> Result<Option<Proposal>> {
        one(&mut self.0, id).await
    }

    /// Proposals about a record, newest first.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn proposals_about(&mut self, record: RecordId, limit: i64) -> Result<Vec<Proposal>> {
        const SQL: &str = "SELECT id, record, base_version, organisation, author, content, note, state, made_at,
                decided_at, answer
            FROM proposal WHERE record = $1 ORDER BY made_at DESC, id DESC LIMIT $2";
        let rows =
            both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(record.0).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(proposal).collect()
    }

    /// Proposals that an organisation made, newest first.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn proposals_by(&mut self, organisation: RecordId, limit: i64) -> Result<Vec<Proposal>> {
        const SQL: &str = "SELECT id, record, base_version, organisation, author, content, note, state, made_at,
                decided_at, answer
            FROM proposal WHERE organisation = $1 ORDER BY made_at DESC, id DESC LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(organisation.0).bind(limit)
            .fetch_all(c).await)?;
        rows.into_iter().map(proposal).collect()
    }

    /// Open proposals about records of an organisation, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn proposals_to(&mut self, steward: RecordId, limit: i64) -> Result<Vec<Proposal>> {
        // Open proposals are few; those who look after the records are read beside them.
        const SQL: &str = "SELECT p.id, p.record, p.base_version, p.organisation, p.author, p.content, p.note, p.state,
                p.made_at, p.decided_at, p.answer
            FROM proposal p JOIN record r ON r.id = p.record
            WHERE p.state = 'open' AND r.owner = $1 ORDER BY p.made_at, p.id LIMIT $2";
        let rows =
            both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(steward.0).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(proposal).collect()
    }
}

impl WriteTx {
    /// As [`ReadTx::proposal`].
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn proposal(&mut self, id: Uuid) -> Result<Option<Proposal>> {
        one(&mut self.0, id).await
    }

    /// Makes a proposal.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when the organisation has as many open ones about the record as it can have.
    pub async fn propose(&mut self, at: Instant, actor: &Actor, new: &NewProposal) -> Result<()> {
        const SQL: &str = "INSERT INTO proposal (id, record, base_version, organisation, author, content, note, state,
                made_at, decided_by, answer)
            SELECT $1, $2, $3, $4, $5, $6, $7, 'open', $8, '', '' WHERE (SELECT COUNT(*) FROM proposal
                WHERE record = $2 AND state = 'open' AND organisation = $4) < $9";
        let content = pack_content(&new.content)?;
        let made = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.record.0).bind(new.base_version)
            .bind(new.organisation.0).bind(actor.id.as_str()).bind(content).bind(new.note.as_str()).bind(at.0)
            .bind(MOST_OPEN).execute(c).await.map(|d| d.rows_affected()))?;
        if made != 1 {
            return Err(StoreError::NotPossible);
        }
        self.note(at, actor, ProposalState::Open.action(), new.record).await
    }

    /// Decides an open proposal, with an answer to who made it.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it is not open.
    pub async fn decide_proposal(
        &mut self,
        at: Instant,
        actor: &Actor,
        id: Uuid,
        state: ProposalState,
        answer: &str,
    ) -> Result<()> {
        const SQL: &str = "UPDATE proposal SET state = $1, decided_at = $2, decided_by = $3, answer = $4
            WHERE id = $5 AND state = 'open' RETURNING record";
        let record = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(state.code()).bind(at.0)
            .bind(actor.id.as_str()).bind(answer).bind(id).fetch_optional(c).await)?;
        let record = record.ok_or(StoreError::NotPossible)?;
        self.note(at, actor, state.action(), RecordId(record)).await
    }
}
