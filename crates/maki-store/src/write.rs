//! Writing records. A write is a batch: many rows of one table go in one statement, which is what makes an import
//! fast and costs a single save nothing.

use maki_domain::{Content, ExternalId, Instant, Kennung, RecordId, RecordKind, RecordState};

use crate::chain;
use crate::compress::pack_content;
use crate::engine::{WriteTx, both, is_unique_violation};
use crate::event::{Action, Event};
use crate::{Result, StoreError};

/// Rows in one statement. Twelve columns times this stays well below what either engine can bind.
const ROWS: usize = 200;

/// Who writes, for the log.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Pseudonymous: an account's id or the name of a process.
    pub id: String,
    pub organisation: Option<RecordId>,
    /// Id of the request or of the import run.
    pub request: String,
}

/// A version that becomes public, with the record it belongs to.
#[derive(Debug, Clone)]
pub struct Publication {
    pub record: RecordWrite,
    pub content: Content,
    /// 32 random bytes, made at the edge.
    pub seed: [u8; 32],
    pub change_note: String,
}

/// The envelope as it is to be after a write.
#[derive(Debug, Clone)]
pub struct RecordWrite {
    pub id: RecordId,
    pub kind: RecordKind,
    pub kennung: Kennung,
    pub owner: Option<RecordId>,
    pub parent: Option<RecordId>,
    /// The number of the version that this write makes; 1 makes the record.
    pub version: i64,
    /// The revision that the writer has read; 0 for a new record.
    pub expected_revision: i64,
    /// Ids to be added to those that the record has.
    pub new_external_ids: Vec<ExternalId>,
}

impl WriteTx {
    /// Publishes versions: record, version, external ids and event of each, in the given order.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when a record has changed since the writer read it, [`StoreError::KennungTaken`] and
    /// [`StoreError::ExternalIdTaken`] when another record has the name; then the transaction is to be dropped.
    pub async fn publish(&mut self, at: Instant, actor: &Actor, publications: &[Publication]) -> Result<()> {
        for chunk in publications.chunks(ROWS) {
            self.insert_records(at, chunk).await?;
            for publication in chunk.iter().filter(|p| p.record.expected_revision > 0) {
                self.update_record(at, &publication.record).await?;
            }
            self.insert_versions(at, actor, chunk).await?;
            let ids = chunk.iter().flat_map(|p| p.record.new_external_ids.iter().map(|e| (p.record.id, e)));
            self.insert_external_ids(ids.collect()).await?;
            self.append_published(at, actor, chunk).await?;
        }
        Ok(())
    }

    async fn insert_records(&mut self, at: Instant, chunk: &[Publication]) -> Result<()> {
        let new: Vec<&RecordWrite> = chunk.iter().map(|p| &p.record).filter(|r| r.expected_revision == 0).collect();
        if new.is_empty() {
            return Ok(());
        }
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO record (id, kind, kennung, state, owner, parent, version, revision, published_at, changed_at) ",
            );
            q.push_values(&new, |mut row, r| {
                row.push_bind(r.id.0)
                    .push_bind(r.kind.code())
                    .push_bind(r.kennung.as_str())
                    .push_bind(RecordState::Published.code())
                    .push_bind(r.owner.map(|o| o.0))
                    .push_bind(r.parent.map(|p| p.0))
                    .push_bind(r.version)
                    .push_bind(1_i64)
                    .push_bind(at.0)
                    .push_bind(at.0);
            });
            q.build().execute(c).await.map(drop)
        })
        .map_err(|e| {
            if is_unique_violation(&e) {
                let kennungen: Vec<&str> = new.iter().map(|r| r.kennung.as_str()).collect();
                return StoreError::KennungTaken(kennungen.join(", "));
            }
            e.into()
        })
    }

    async fn update_record(&mut self, at: Instant, record: &RecordWrite) -> Result<()> {
        const SQL: &str = "UPDATE record SET state = 'published', owner = $1, parent = $2, version = $3,
                revision = revision + 1, kennung = COALESCE(kennung, $4), published_at = COALESCE(published_at, $5),
                changed_at = $5
            WHERE id = $6 AND revision = $7";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL)
            .bind(record.owner.map(|o| o.0)).bind(record.parent.map(|p| p.0)).bind(record.version)
            .bind(record.kennung.as_str()).bind(at.0).bind(record.id.0).bind(record.expected_revision)
            .execute(c).await.map(|d| d.rows_affected()))?;
        if done == 1 {
            return Ok(());
        }
        const FOUND: &str = "SELECT revision FROM record WHERE id = $1";
        let found = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(FOUND)
            .bind(record.id.0).fetch_optional(c).await)?;
        Err(found.map_or(StoreError::NotFound, |found| StoreError::Stale { expected: record.expected_revision, found }))
    }

    async fn insert_versions(&mut self, at: Instant, actor: &Actor, chunk: &[Publication]) -> Result<()> {
        let packed = chunk.iter().map(|p| pack_content(&p.content)).collect::<Result<Vec<_>>>()?;
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO version (record, number, content, seed, published_at, actor, change_note) ",
            );
            q.push_values(chunk.iter().zip(packed), |mut row, (p, content)| {
                row.push_bind(p.record.id.0)
                    .push_bind(p.record.version)
                    .push_bind(content)
                    .push_bind(&p.seed[..])
                    .push_bind(at.0)
                    .push_bind(actor.id.as_str())
                    .push_bind(p.change_note.as_str());
            });
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }

    async fn append_published(&mut self, at: Instant, actor: &Actor, chunk: &[Publication]) -> Result<()> {
        let head = self.lock_head().await?;
        let mut hash = head.hash;
        let mut sequence = head.sequence;
        let mut events = Vec::with_capacity(chunk.len());
        for publication in chunk {
            sequence += 1;
            let mut event = Event {
                sequence,
                at,
                actor: actor.id.clone(),
                organisation: actor.organisation,
                action: Action::Published,
                record: publication.record.id,
                version: publication.record.version,
                request: actor.request.clone(),
                root: chain::root(&publication.seed, &publication.content)?.to_vec(),
                hash: Vec::new(),
            };
            hash = chain::event_hash(&hash, &event).to_vec();
            event.hash.clone_from(&hash);
            events.push(event);
        }
        self.insert_events(&events).await?;
        self.move_head(sequence, &hash).await
    }

    async fn insert_events(&mut self, events: &[Event]) -> Result<()> {
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO event (sequence, at, actor, organisation, action, record, version, request, root, hash) ",
            );
            q.push_values(events, |mut row, e| {
                row.push_bind(e.sequence)
                    .push_bind(e.at.0)
                    .push_bind(e.actor.as_str())
                    .push_bind(e.organisation.map(|o| o.0))
                    .push_bind(e.action.code())
                    .push_bind(e.record.0)
                    .push_bind(e.version)
                    .push_bind(e.request.as_str())
                    .push_bind(&e.root[..])
                    .push_bind(&e.hash[..]);
            });
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }

    /// Appends one event that makes no version: a saved draft or a withdrawal.
    async fn append(&mut self, at: Instant, actor: &Actor, action: Action, record: RecordId, version: i64) -> Result<()> {
        let head = self.lock_head().await?;
        let mut event = Event {
            sequence: head.sequence + 1,
            at,
            actor: actor.id.clone(),
            organisation: actor.organisation,
            action,
            record,
            version,
            request: actor.request.clone(),
            root: Vec::new(),
            hash: Vec::new(),
        };
        event.hash = chain::event_hash(&head.hash, &event).to_vec();
        self.insert_events(std::slice::from_ref(&event)).await?;
        self.move_head(event.sequence, &event.hash).await
    }

    /// Gives out `count` numbers of a series of Kennungen, such as `MAKI-2026`, and returns the first.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn take_kennungen(&mut self, series: &str, count: u64) -> Result<u64> {
        const SQL: &str = "INSERT INTO kennung_series (series, last_number) VALUES ($1, $2)
            ON CONFLICT (series) DO UPDATE SET last_number = kennung_series.last_number + $2 RETURNING last_number";
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let last = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL)
            .bind(series).bind(count).fetch_one(c).await)?;
        Ok(u64::try_from(last - count + 1).unwrap_or(1))
    }

    /// Notes that a Kennung came from outside, so that its number is never given out again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_kennung(&mut self, kennung: &Kennung) -> Result<()> {
        const SQL: &str = "INSERT INTO kennung_series (series, last_number) VALUES ($1, $2)
            ON CONFLICT (series) DO UPDATE SET last_number = excluded.last_number
            WHERE kennung_series.last_number < excluded.last_number";
        let series = format!("{}-{}", kennung.prefix(), kennung.series());
        let number = i64::try_from(kennung.number()).unwrap_or(i64::MAX);
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(series).bind(number).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Saves a draft beside what is public; makes the record when it is new. Returns the new revision.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody saved since the writer read the record.
    pub async fn save_draft(&mut self, at: Instant, actor: &Actor, draft: &Draft) -> Result<i64> {
        const NEW: &str = "INSERT INTO record (id, kind, state, owner, parent, version, revision, changed_at)
            VALUES ($1, $2, 'draft', $3, $4, 0, 1, $5)";
        const CHANGED: &str = "UPDATE record SET revision = revision + 1, changed_at = $1
            WHERE id = $2 AND revision = $3 RETURNING revision";
        const SAVE: &str = "INSERT INTO draft (record, revision, content, saved_at, actor) VALUES ($1, $2, $3, $4, $5)";
        let revision = if draft.expected_revision == 0 {
            both!(&mut self.0, c => sqlx::query::<Be>(NEW).bind(draft.id.0).bind(draft.kind.code())
                .bind(draft.owner.map(|o| o.0)).bind(draft.parent.map(|p| p.0)).bind(at.0).execute(c).await.map(drop))?;
            1
        } else {
            let revision = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(CHANGED).bind(at.0).bind(draft.id.0)
                .bind(draft.expected_revision).fetch_optional(c).await)?;
            revision.ok_or(StoreError::Stale { expected: draft.expected_revision, found: 0 })?
        };
        let content = pack_content(&draft.content)?;
        both!(&mut self.0, c => sqlx::query::<Be>(SAVE).bind(draft.id.0).bind(revision).bind(content).bind(at.0)
            .bind(actor.id.as_str()).execute(c).await.map(drop))?;
        self.append(at, actor, Action::DraftSaved, draft.id, 0).await?;
        Ok(revision)
    }

    /// Withdraws a published record; its versions and its Kennung stay.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the record has changed since the writer read it or is not published.
    pub async fn withdraw(&mut self, at: Instant, actor: &Actor, id: RecordId, expected_revision: i64) -> Result<()> {
        const SQL: &str = "UPDATE record SET state = 'withdrawn', revision = revision + 1, changed_at = $1
            WHERE id = $2 AND revision = $3 AND state = 'published' RETURNING version";
        let version = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(at.0).bind(id.0)
            .bind(expected_revision).fetch_optional(c).await)?;
        let version = version.ok_or(StoreError::Stale { expected: expected_revision, found: 0 })?;
        self.append(at, actor, Action::Withdrawn, id, version).await
    }

    async fn insert_external_ids(&mut self, ids: Vec<(RecordId, &ExternalId)>) -> Result<()> {
        for chunk in ids.chunks(ROWS) {
            both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO external_id (scheme, value, record, url) ");
                q.push_values(chunk, |mut row, (record, id)| {
                    row.push_bind(id.scheme.as_str())
                        .push_bind(id.value.as_str())
                        .push_bind(record.0)
                        .push_bind(id.url.as_deref());
                });
                q.build().execute(c).await.map(drop)
            })
            .map_err(|e| {
                if is_unique_violation(&e) {
                    let join = |part: fn(&ExternalId) -> &str| {
                        chunk.iter().map(|(_, id)| part(id)).take(3).collect::<Vec<_>>().join(", ")
                    };
                    return StoreError::ExternalIdTaken { scheme: join(|i| &i.scheme), value: join(|i| &i.value) };
                }
                e.into()
            })?;
        }
        Ok(())
    }
}

/// A save of a draft.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: RecordId,
    pub kind: RecordKind,
    pub owner: Option<RecordId>,
    pub parent: Option<RecordId>,
    /// The revision that the writer has read; 0 for a new record.
    pub expected_revision: i64,
    pub content: Content,
}
