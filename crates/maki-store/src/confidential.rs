//! Confidential entries: tables of their own, which nothing else reads.
//!
//! Invariants: whatever is done to an entry is one [`ConfidentialStep`], written with its event in one transaction and never
//! changed. The event is of one neutral kind, names no organisation and commits to the whole step under a seed of its
//! own, so that the log proves what was done and tells nothing of it. Readers are what the steps say.

use std::collections::BTreeMap;

use maki_domain::Instant;
use maki_domain::RecordId;
use maki_domain::confidential::{ConfidentialContent, ConfidentialState, ConfidentialStep, Ground, Restriction};
use maki_domain::content::Content;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::compress::{pack, unpack};
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::seal::Seal;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Readers, named and revoked, that are looked through for one entry.
const MOST_READER_STEPS: i64 = 2_000;

/// An entry without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfidentialEntry {
    pub id: RecordId,
    pub organisation: RecordId,
    /// Counted within the organisation.
    pub number: i64,
    pub state: ConfidentialState,
    /// Of the last save.
    pub revision: i64,
    /// Of the save that was approved last; 0 before the first approval.
    pub approved_revision: i64,
    pub ended_at: Option<Instant>,
    /// Actor of the last save.
    pub editor: String,
    pub submitted_by: String,
    pub submitted_at: Option<Instant>,
    pub changed_at: Instant,
}

/// A step as it stands in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfidentialEvent {
    pub sequence: i64,
    /// Of the entry after the step.
    pub revision: i64,
    pub at: Instant,
    pub actor: String,
    pub step: ConfidentialStep,
}

/// What a writer does to an entry.
#[derive(Debug, Clone, Copy)]
pub struct ConfidentialWrite<'a> {
    pub entry: RecordId,
    /// The revision that the writer has seen; another one refuses the step.
    pub expected_revision: i64,
    pub step: &'a ConfidentialStep,
    /// 32 random bytes.
    pub seed: [u8; 32],
}

/// Entries of an organisation under a ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfidentialCount {
    pub organisation: RecordId,
    pub ground: Ground,
    pub count: i64,
}

/// A step as JSON: every member is a field that the event commits to.
#[derive(Serialize, Deserialize)]
struct Written {
    step: String,
    revision: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    reasons: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<RecordId>,
    /// Of what an approval approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ground: Option<Ground>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restriction: Option<Restriction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deployment: Option<Content>,
}

impl Written {
    fn of(step: &ConfidentialStep, revision: i64) -> Self {
        let mut written = Self {
            step: step.code().to_owned(),
            revision,
            text: None,
            reasons: BTreeMap::new(),
            account: step.account(),
            from: None,
            ground: None,
            restriction: None,
            system: None,
            deployment: None,
        };
        match step {
            ConfidentialStep::Saved(secret) => {
                written.restriction = Some(secret.restriction.clone());
                written.system = Some(secret.system.clone());
                written.deployment = Some(secret.deployment.clone());
            }
            ConfidentialStep::Submitted { note, reasons } => {
                written.text = Some(note.clone());
                written.reasons.clone_from(reasons);
            }
            ConfidentialStep::Returned { answer: text } | ConfidentialStep::Ended { reason: text } => {
                written.text = Some(text.clone());
            }
            ConfidentialStep::Moved { from } => written.from = Some(*from),
            _ => {}
        }
        written
    }

    fn step(self) -> Option<ConfidentialStep> {
        let text = self.text.unwrap_or_default();
        Some(match self.step.as_str() {
            "saved" => ConfidentialStep::Saved(Box::new(ConfidentialContent {
                restriction: self.restriction?,
                system: self.system?,
                deployment: self.deployment?,
            })),
            "submitted" => ConfidentialStep::Submitted { note: text, reasons: self.reasons },
            "taken_back" => ConfidentialStep::TakenBack,
            "returned" => ConfidentialStep::Returned { answer: text },
            "approved" => ConfidentialStep::Approved,
            "ended" => ConfidentialStep::Ended { reason: text },
            "reader_named" => ConfidentialStep::ReaderNamed { account: self.account? },
            "reader_revoked" => ConfidentialStep::ReaderRevoked { account: self.account? },
            "read" => ConfidentialStep::ReadByReader { account: self.account? },
            "moved" => ConfidentialStep::Moved { from: self.from? },
            _ => return None,
        })
    }
}

fn read_written(packed: &[u8]) -> Result<Written> {
    serde_json::from_slice(&unpack(packed)?).map_err(|_| corrupt())
}

fn read_step(packed: &[u8]) -> Result<(i64, ConfidentialStep)> {
    let written = read_written(packed)?;
    Ok((written.revision, written.step().ok_or_else(corrupt)?))
}

fn corrupt() -> StoreError {
    StoreError::Corrupt("step of a confidential entry".to_owned())
}

type EntryRow = (Uuid, Uuid, i64, String, i64, i64, Option<i64>, String, String, Option<i64>, i64);

fn entry(row: EntryRow) -> Result<ConfidentialEntry> {
    let (id, organisation, number, state, revision, approved, ended, editor, submitted_by, at, changed) = row;
    let corrupt = || StoreError::Corrupt("state of a confidential entry".to_owned());
    Ok(ConfidentialEntry {
        id: RecordId(id),
        organisation: RecordId(organisation),
        number,
        state: ConfidentialState::from_code(&state).ok_or_else(corrupt)?,
        revision,
        approved_revision: approved,
        ended_at: ended.map(Instant),
        editor,
        submitted_by,
        submitted_at: at.map(Instant),
        changed_at: Instant(changed),
    })
}

async fn one(tx: &mut Tx, id: RecordId) -> Result<Option<ConfidentialEntry>> {
    const SQL: &str =
        "SELECT id, organisation, number, state, revision, approved_revision, ended_at, editor, submitted_by, submitted_at, changed_at
        FROM confidential_entry WHERE id = $1";
    let row = both!(tx, c => sqlx::query_as::<Be, EntryRow>(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(entry).transpose()
}

async fn saved(tx: &mut Tx, id: RecordId, revision: i64) -> Result<Option<ConfidentialContent>> {
    const SQL: &str = "SELECT content FROM confidential_step WHERE entry = $1 AND step = 'saved' AND revision = $2";
    let row = both!(tx, c => sqlx::query_scalar::<Be, Vec<u8>>(SQL).bind(id.0).bind(revision).fetch_optional(c).await)?;
    match row.map(|packed| read_step(&packed)).transpose()? {
        Some((_, ConfidentialStep::Saved(secret))) => Ok(Some(*secret)),
        Some(_) => Err(StoreError::Corrupt("save of a confidential entry".to_owned())),
        None => Ok(None),
    }
}

/// Accounts that may read the entry, in the order in which they were named.
async fn readers(tx: &mut Tx, id: RecordId) -> Result<Vec<(Uuid, Instant)>> {
    const SQL: &str = "SELECT account, step, at FROM confidential_step
        WHERE entry = $1 AND account IS NOT NULL AND step IN ('reader_named', 'reader_revoked')
        ORDER BY sequence DESC LIMIT $2";
    let rows = both!(tx, c => sqlx::query_as::<Be, (Uuid, String, i64)>(SQL).bind(id.0).bind(MOST_READER_STEPS)
        .fetch_all(c).await)?;
    let mut named: Vec<(Uuid, Instant)> = Vec::new();
    for (account, step, at) in rows.into_iter().rev() {
        named.retain(|(known, _)| *known != account);
        if step == "reader_named" {
            named.push((account, Instant(at)));
        }
    }
    Ok(named)
}

/// Reads that both kinds of transaction offer.
macro_rules! reads {
    ($tx:ty) => {
        impl $tx {
            /// # Errors
            /// When the database cannot be read.
            pub async fn confidential_entry(&mut self, id: RecordId) -> Result<Option<ConfidentialEntry>> {
                one(&mut self.0, id).await
            }

            /// What an entry said at a revision.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn confidential_content(
                &mut self,
                id: RecordId,
                revision: i64,
            ) -> Result<Option<ConfidentialContent>> {
                saved(&mut self.0, id, revision).await
            }

            /// Accounts that may read the entry besides its organisation, with the instant since when.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn confidential_readers(&mut self, id: RecordId) -> Result<Vec<(Uuid, Instant)>> {
                readers(&mut self.0, id).await
            }
        }
    };
}
reads!(ReadTx);
reads!(WriteTx);

impl ReadTx {
    /// Entries of an organisation, the latest changed first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_of(
        &mut self,
        organisation: RecordId,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<ConfidentialEntry>> {
        const SQL: &str = "SELECT id, organisation, number, state, revision, approved_revision, ended_at,
                editor, submitted_by, submitted_at, changed_at
            FROM confidential_entry WHERE organisation = $1
            ORDER BY changed_at DESC, id LIMIT $2 OFFSET $3";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, EntryRow>(SQL).bind(organisation.0).bind(limit)
            .bind(offset).fetch_all(c).await)?;
        rows.into_iter().map(entry).collect()
    }

    /// Approved entries that an account is named as a reader of, the latest changed first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_read_by(&mut self, account: Uuid, limit: i64) -> Result<Vec<ConfidentialEntry>> {
        const SQL: &str = "SELECT e.id, e.organisation, e.number, e.state, e.revision, e.approved_revision,
                e.ended_at, e.editor, e.submitted_by, e.submitted_at, e.changed_at
            FROM confidential_entry e JOIN (
                SELECT entry, MAX(sequence) AS last FROM confidential_step
                WHERE account = $1 AND step IN ('reader_named', 'reader_revoked') GROUP BY entry
            ) named ON named.entry = e.id
            JOIN confidential_step s ON s.sequence = named.last AND s.step = 'reader_named'
            WHERE e.approved_revision > 0 AND e.state <> 'ended'
            ORDER BY e.changed_at DESC, e.id LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, EntryRow>(SQL).bind(account).bind(limit)
            .fetch_all(c).await)?;
        rows.into_iter().map(entry).collect()
    }

    /// What was done to an entry, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_history(
        &mut self,
        id: RecordId,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<ConfidentialEvent>> {
        const SQL: &str = "SELECT sequence, at, actor, content FROM confidential_step WHERE entry = $1
            ORDER BY sequence DESC LIMIT $2 OFFSET $3";
        type Row = (i64, i64, String, Vec<u8>);
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(id.0).bind(limit).bind(offset)
            .fetch_all(c).await)?;
        let event = |(sequence, at, actor, packed): Row| {
            let (revision, step) = read_step(&packed)?;
            Ok(ConfidentialEvent { sequence, revision, at: Instant(at), actor, step })
        };
        rows.into_iter().map(event).collect()
    }

    /// The last step of a kind, as [`ConfidentialStep::code`] names it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_confidential_step(&mut self, id: RecordId, kind: &str) -> Result<Option<ConfidentialEvent>> {
        const SQL: &str = "SELECT sequence, at, actor, content FROM confidential_step WHERE entry = $1 AND step = $2
            ORDER BY sequence DESC LIMIT 1";
        type Row = (i64, i64, String, Vec<u8>);
        let row =
            both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(id.0).bind(kind).fetch_optional(c).await)?;
        let event = |(sequence, at, actor, packed): Row| {
            let (revision, step) = read_step(&packed)?;
            Ok(ConfidentialEvent { sequence, revision, at: Instant(at), actor, step })
        };
        row.map(event).transpose()
    }

    /// How many entries each organisation has under each ground: those approved before an instant and not ended then.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn confidential_counts(&mut self, before: Instant) -> Result<Vec<ConfidentialCount>> {
        const SQL: &str = "SELECT e.organisation, s.ground, COUNT(*) FROM confidential_entry e
            JOIN confidential_step s ON s.sequence = (
                SELECT MAX(a.sequence) FROM confidential_step a
                WHERE a.entry = e.id AND a.step = 'approved' AND a.at < $1)
            WHERE e.ended_at IS NULL OR e.ended_at >= $1
            GROUP BY e.organisation, s.ground ORDER BY e.organisation, s.ground";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, String, i64)>(SQL).bind(before.0)
            .fetch_all(c).await)?;
        let corrupt = || StoreError::Corrupt("ground of a confidential entry".to_owned());
        let count = |(organisation, ground, count): (Uuid, String, i64)| {
            let ground = Ground::from_code(&ground).ok_or_else(corrupt)?;
            Ok(ConfidentialCount { organisation: RecordId(organisation), ground, count })
        };
        rows.into_iter().map(count).collect()
    }
}

impl WriteTx {
    /// Makes an entry of an organisation with its first save, and returns it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn make_confidential(
        &mut self,
        at: Instant,
        actor: &Actor,
        (id, organisation): (RecordId, RecordId),
        first: &ConfidentialContent,
        seed: [u8; 32],
    ) -> Result<ConfidentialEntry> {
        let number = self.next_confidential_number(organisation).await?;
        let made = ConfidentialEntry {
            id,
            organisation,
            number,
            state: ConfidentialState::Draft,
            revision: 1,
            approved_revision: 0,
            ended_at: None,
            editor: actor.id.clone(),
            submitted_by: String::new(),
            submitted_at: None,
            changed_at: at,
        };
        const SQL: &str =
            "INSERT INTO confidential_entry (id, organisation, number, state, revision, approved_revision,
                editor, submitted_by, changed_at)
            VALUES ($1, $2, $3, 'draft', 1, 0, $4, '', $5)";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(id.0).bind(organisation.0).bind(number)
            .bind(actor.id.as_str()).bind(at.0).execute(c).await.map(drop))?;
        let step = ConfidentialStep::Saved(Box::new(first.clone()));
        self.write_step(at, actor, &made, &step, None, seed).await?;
        Ok(made)
    }

    /// Does something to an entry and returns it as it is then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, [`StoreError::Stale`] when somebody saved meanwhile,
    /// [`StoreError::NotPossible`] where the entry stands.
    pub async fn write_confidential(
        &mut self,
        at: Instant,
        actor: &Actor,
        write: &ConfidentialWrite<'_>,
    ) -> Result<ConfidentialEntry> {
        let mut entry = one(&mut self.0, write.entry).await?.ok_or(StoreError::NotFound)?;
        if entry.revision != write.expected_revision {
            return Err(StoreError::Stale { expected: write.expected_revision, found: entry.revision });
        }
        entry.state = entry.state.after(write.step).ok_or(StoreError::NotPossible)?;
        let mut ground = None;
        match write.step {
            ConfidentialStep::Saved(_) => {
                entry.revision += 1;
                entry.editor.clone_from(&actor.id);
            }
            ConfidentialStep::Submitted { .. } => {
                entry.submitted_by.clone_from(&actor.id);
                entry.submitted_at = Some(at);
            }
            ConfidentialStep::Approved => {
                entry.approved_revision = entry.revision;
                let secret = saved(&mut self.0, entry.id, entry.revision).await?.ok_or(StoreError::NotFound)?;
                ground = Some(secret.restriction.ground);
            }
            ConfidentialStep::Ended { .. } => entry.ended_at = Some(at),
            _ => {}
        }
        // Reading is no change.
        if !matches!(write.step, ConfidentialStep::ReadByReader { .. }) {
            entry.changed_at = at;
        }
        self.put_confidential(&entry).await?;
        self.write_step(at, actor, &entry, write.step, ground, write.seed).await?;
        Ok(entry)
    }

    async fn put_confidential(&mut self, entry: &ConfidentialEntry) -> Result<()> {
        const SQL: &str = "UPDATE confidential_entry SET organisation = $2, number = $3, state = $4, revision = $5,
                approved_revision = $6, ended_at = $7, editor = $8, submitted_by = $9, submitted_at = $10,
                changed_at = $11
            WHERE id = $1";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(entry.id.0).bind(entry.organisation.0).bind(entry.number)
            .bind(entry.state.code()).bind(entry.revision).bind(entry.approved_revision)
            .bind(entry.ended_at.map(|at| at.0))
            .bind(entry.editor.as_str()).bind(entry.submitted_by.as_str()).bind(entry.submitted_at.map(|at| at.0))
            .bind(entry.changed_at.0).execute(c).await.map(drop))?;
        Ok(())
    }

    async fn write_step(
        &mut self,
        at: Instant,
        actor: &Actor,
        entry: &ConfidentialEntry,
        step: &ConfidentialStep,
        ground: Option<Ground>,
        seed: [u8; 32],
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO confidential_step (sequence, entry, revision, step, account, at, actor, content,
                seed, ground)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let plain = serde_json::to_vec(&Written { ground, ..Written::of(step, entry.revision) })
            .map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let seal = Seal::Seed(seed);
        let root = seal.root(&plain)?.to_vec();
        // The log is to name no organisation here: it would say who has such entries.
        let nowhere = Actor { organisation: None, ..actor.clone() };
        let happening = Happening { action: Action::Confidential, record: entry.id, version: 0 };
        let sequence = self.append(at, &nowhere, [(happening, root)]).await?;
        let packed = pack(&plain)?;
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(sequence).bind(entry.id.0).bind(entry.revision).bind(step.code())
            .bind(step.account()).bind(at.0).bind(actor.id.as_str()).bind(packed).bind(seal.encode())
            .bind(ground.map(Ground::code)).execute(c).await.map(drop))?;
        Ok(())
    }

    async fn next_confidential_number(&mut self, organisation: RecordId) -> Result<i64> {
        const SQL: &str = "SELECT COALESCE(MAX(number), 0) + 1 FROM confidential_entry WHERE organisation = $1";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(organisation.0).fetch_one(c).await)?)
    }

    /// Whether an organisation has confidential entries that are not ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn has_confidential(&mut self, organisation: RecordId) -> Result<bool> {
        const SQL: &str = "SELECT COUNT(*) FROM confidential_entry WHERE organisation = $1 AND state <> 'ended'";
        let count =
            both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(organisation.0).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Gives the entries of an organisation that ends to its successor, each with a number of that one. `seed` gives 32
    /// random bytes at each call.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn move_confidential(
        &mut self,
        at: Instant,
        actor: &Actor,
        from: RecordId,
        to: RecordId,
        mut seed: impl FnMut() -> [u8; 32],
    ) -> Result<()> {
        const SQL: &str = "SELECT id FROM confidential_entry WHERE organisation = $1 ORDER BY number";
        let ids = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(from.0).fetch_all(c).await)?;
        for id in ids {
            let mut entry = one(&mut self.0, RecordId(id)).await?.ok_or(StoreError::NotFound)?;
            entry.organisation = to;
            entry.number = self.next_confidential_number(to).await?;
            self.put_confidential(&entry).await?;
            let step = ConfidentialStep::Moved { from };
            self.write_step(at, actor, &entry, &step, None, seed()).await?;
        }
        Ok(())
    }
}

/// A step beside its event, as verification looks at it.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct SealedStep {
    pub sequence: i64,
    entry: Uuid,
    revision: i64,
    step: String,
    account: Option<Uuid>,
    at: i64,
    actor: String,
    content: Vec<u8>,
    seed: Vec<u8>,
    ground: Option<String>,
}

impl SealedStep {
    /// Whether it is what its event says and commits to.
    pub(crate) fn fits(&self, event: &crate::event::Event) -> bool {
        let names = (self.entry, self.at, self.actor.as_str()) == (event.record.0, event.at.0, event.actor.as_str());
        let is_committed = || {
            let root = Seal::decode(&self.seed).and_then(|seal| seal.root(&unpack(&self.content)?)).ok()?;
            let written = read_written(&self.content).ok()?;
            let (revision, ground) = (written.revision, written.ground.map(Ground::code));
            let step = written.step()?;
            let told = (revision, step.code(), step.account(), ground);
            let columns = (self.revision, self.step.as_str(), self.account, self.ground.as_deref());
            Some(told == columns && root[..] == event.root[..])
        };
        names && is_committed().unwrap_or(false)
    }
}

impl ReadTx {
    /// The steps of a stretch of the log.
    pub(crate) async fn sealed_steps(&mut self, first: i64, last: i64) -> Result<Vec<SealedStep>> {
        const SQL: &str = "SELECT sequence, entry, revision, step, account, at, actor, content, seed, ground
            FROM confidential_step WHERE sequence BETWEEN $1 AND $2 ORDER BY sequence";
        Ok(both!(&mut self.0, c => sqlx::query_as::<Be, SealedStep>(SQL).bind(first).bind(last).fetch_all(c).await)?)
    }
}
