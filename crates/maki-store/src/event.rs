//! Events: what happened to which record, who did it, and the hash that ties it to all before.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, WriteTx, both};
use crate::{Result, StoreError};

/// What an event says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A version became public.
    Published,
    /// A draft was saved; nothing public changed.
    DraftSaved,
    /// The public page became a tombstone.
    Withdrawn,
}

impl Action {
    const ALL: [Self; 3] = [Self::Published, Self::DraftSaved, Self::Withdrawn];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::DraftSaved => "draft_saved",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn from_code(code: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|a| a.code() == code);
        found.ok_or_else(|| StoreError::Corrupt(format!("unknown action {code}")))
    }
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub sequence: i64,
    pub at: Instant,
    /// Pseudonymous: an account's id or the name of a process, never a person's name.
    pub actor: String,
    pub organisation: Option<RecordId>,
    pub action: Action,
    pub record: RecordId,
    /// The version the event made or ended; 0 for none.
    pub version: i64,
    /// Id of the request or of the import run.
    pub request: String,
    /// Commitment to the content of the version; empty for none.
    pub root: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Where the log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub register_id: String,
    pub epoch: i64,
    pub sequence: i64,
    pub hash: Vec<u8>,
}

type EventRow = (i64, i64, String, Option<Uuid>, String, Uuid, i64, String, Vec<u8>, Vec<u8>);

impl ReadTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn head(&mut self) -> Result<Head> {
        const SQL: &str = "SELECT register_id, epoch, sequence, hash FROM head";
        let (register_id, epoch, sequence, hash) =
            both!(&mut self.0, c => sqlx::query_as::<Be, (String, i64, i64, Vec<u8>)>(SQL).fetch_one(c).await)?;
        Ok(Head { register_id, epoch, sequence, hash })
    }

    /// Events after a sequence number, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events_after(&mut self, sequence: i64, limit: i64) -> Result<Vec<Event>> {
        const SQL: &str = "SELECT sequence, at, actor, organisation, action, record, version, request, root, hash
            FROM event WHERE sequence > $1 ORDER BY sequence LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, EventRow>(SQL)
            .bind(sequence).bind(limit).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(sequence, at, actor, organisation, action, record, version, request, root, hash)| {
                Ok(Event {
                    sequence,
                    at: Instant(at),
                    actor,
                    organisation: organisation.map(RecordId),
                    action: Action::from_code(&action)?,
                    record: RecordId(record),
                    version,
                    request,
                    root,
                    hash,
                })
            })
            .collect()
    }
}

impl WriteTx {
    /// Takes the next numbers of the log for this transaction and returns the head before them. On PostgreSQL the
    /// row stays locked until the transaction ends, so numbers are gapless and in commit order.
    pub(crate) async fn lock_head(&mut self) -> Result<Head> {
        let (register_id, epoch, sequence, hash) = both!(&mut self.0, c => {
            use crate::engine::Dialect as _;
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT register_id, epoch, sequence, hash FROM head");
            q.push(Be::FOR_UPDATE);
            q.build_query_as::<(String, i64, i64, Vec<u8>)>().fetch_one(c).await
        })?;
        Ok(Head { register_id, epoch, sequence, hash })
    }

    pub(crate) async fn move_head(&mut self, sequence: i64, hash: &[u8]) -> Result<()> {
        const SQL: &str = "UPDATE head SET sequence = $1, hash = $2";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(sequence).bind(hash).execute(c).await.map(drop))?;
        Ok(())
    }
}
