//! Writing records. A write is a batch: many rows of one table go in one statement, which is what makes an import
//! fast and costs a single save nothing.

use std::sync::Arc;

use maki_domain::{Content, Envelope, ExternalId, Instant, Kennung, RecordId, RecordKind, RecordState};
use tokio::sync::mpsc;

use crate::compress::{pack, to_json};
use crate::engine::{WriteTx, both, is_unique_violation};
use crate::event::{Action, Happening};
use crate::read::StoredRecord;
use crate::seal::Seal;
use crate::{Result, StoreError};

/// Rows in one statement. Twelve columns times this stays well below what either engine can bind.
const ROWS: usize = 400;

/// Chunks that are sealed before the database takes them.
const CHUNKS_AHEAD: usize = 2;
/// The revision of a record that was just made.
const FIRST_REVISION: i64 = 1;

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

impl Publication {
    /// The record that this publication made, its first version, as it is read after the commit.
    #[must_use]
    pub fn into_stored(self, at: Instant) -> StoredRecord {
        let RecordWrite { id, kind, kennung, owner, parent, version, new_external_ids, .. } = self.record;
        let mut external_ids = new_external_ids;
        external_ids.sort_unstable_by(|a, b| (&a.scheme, &a.value).cmp(&(&b.scheme, &b.value)));
        let envelope = Envelope {
            id,
            kind,
            kennung: Some(kennung),
            state: RecordState::Published,
            owner,
            parent,
            version,
            revision: FIRST_REVISION,
            external_ids,
            published_at: Some(at),
            changed_at: at,
        };
        StoredRecord { envelope, content: self.content, version_at: at }
    }
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
    /// [`StoreError::Stale`] when a record has changed since the writer read it, [`StoreError::NotFound`] when it does
    /// not exist, [`StoreError::NotPossible`] when the version does not follow the last one,
    /// [`StoreError::KennungTaken`] and [`StoreError::ExternalIdTaken`] when another record has the name. After any
    /// error the transaction is to be dropped.
    pub async fn publish(&mut self, at: Instant, actor: &Actor, publications: &[Publication]) -> Result<()> {
        for chunk in publications.chunks(ROWS) {
            self.publish_chunk(at, actor, chunk, seal_all(chunk)?).await?;
        }
        Ok(())
    }

    /// [`Self::publish`] for many: while some are written, a thread of its own seals the next. Gives them back.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub async fn publish_many(
        &mut self,
        at: Instant,
        actor: &Actor,
        publications: Vec<Publication>,
    ) -> Result<Vec<Publication>> {
        let publications = Arc::new(publications);
        let (sender, mut sealed) = mpsc::channel(CHUNKS_AHEAD);
        let all = Arc::clone(&publications);
        let sealing = tokio::task::spawn_blocking(move || {
            // A receiver that is gone has failed and says why.
            all.chunks(ROWS).all(|chunk| sender.blocking_send(seal_all(chunk)).is_ok())
        });
        for chunk in publications.chunks(ROWS) {
            let sealed = sealed.recv().await.unwrap_or_else(|| seal_all(chunk))?;
            self.publish_chunk(at, actor, chunk, sealed).await?;
        }
        // Only a thread that panicked did not end, and then its part was done here.
        let _ = sealing.await;
        Ok(Arc::try_unwrap(publications).unwrap_or_else(|shared| shared.as_ref().clone()))
    }

    async fn publish_chunk(
        &mut self,
        at: Instant,
        actor: &Actor,
        chunk: &[Publication],
        sealed: Vec<Sealed>,
    ) -> Result<()> {
        self.insert_records(at, chunk).await?;
        for publication in chunk.iter().filter(|p| p.record.expected_revision > 0) {
            self.update_record(at, &publication.record).await?;
        }
        let (stored, roots): (Vec<_>, Vec<_>) = sealed.into_iter().map(|s| ((s.packed, s.seal), s.root)).unzip();
        self.insert_versions(at, actor, chunk, stored).await?;
        let ids = chunk.iter().flat_map(|p| p.record.new_external_ids.iter().map(|e| (p.record.id, e)));
        self.insert_external_ids(ids.collect()).await?;
        let happenings = chunk.iter().zip(roots).map(|(publication, root)| {
            let RecordWrite { id: record, version, .. } = publication.record;
            (Happening { action: Action::Published, record, version }, root)
        });
        self.append(at, actor, happenings).await?;
        Ok(())
    }

    async fn insert_records(&mut self, at: Instant, chunk: &[Publication]) -> Result<()> {
        let new: Vec<&RecordWrite> = chunk.iter().map(|p| &p.record).filter(|r| r.expected_revision == 0).collect();
        if new.is_empty() {
            return Ok(());
        }
        let inserted = both!(&mut self.0, c => {
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
                    .push_bind(FIRST_REVISION)
                    .push_bind(at.0)
                    .push_bind(at.0);
            });
            q.push(" ON CONFLICT DO NOTHING");
            q.build().execute(c).await.map(|d| d.rows_affected())
        })?;
        if usize::try_from(inserted).is_ok_and(|inserted| inserted == new.len()) {
            return Ok(());
        }
        Err(self.why_not_new(&new).await?)
    }

    /// Which of these records that were to be made is there already, or whose Kennung.
    async fn why_not_new(&mut self, new: &[&RecordWrite]) -> Result<StoreError> {
        let kennungen: Vec<Kennung> = new.iter().map(|r| r.kennung.clone()).collect();
        let holders = self.by_kennungen(&kennungen).await?;
        let taken = new.iter().find(|r| holders.get(&r.kennung).is_some_and(|holder| *holder != r.id));
        if let Some(taken) = taken {
            return Ok(StoreError::KennungTaken(taken.kennung.to_string()));
        }
        // One of them was there before; all are there now.
        let ids: Vec<RecordId> = new.iter().map(|r| r.id).collect();
        let found = self.records(&ids).await?.iter().map(|r| r.envelope.revision).max().unwrap_or_default();
        Ok(StoreError::Stale { expected: 0, found })
    }

    async fn update_record(&mut self, at: Instant, record: &RecordWrite) -> Result<()> {
        const SQL: &str = "UPDATE record SET state = 'published', owner = $1, parent = $2, version = $3,
                revision = revision + 1, kennung = COALESCE(kennung, $4), published_at = COALESCE(published_at, $5),
                changed_at = $5
            WHERE id = $6 AND revision = $7 AND version = $3 - 1";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL)
            .bind(record.owner.map(|o| o.0)).bind(record.parent.map(|p| p.0)).bind(record.version)
            .bind(record.kennung.as_str()).bind(at.0).bind(record.id.0).bind(record.expected_revision)
            .execute(c).await.map(|d| d.rows_affected()));
        match done {
            Ok(1) => Ok(()),
            Ok(_) => Err(self.why_not_changed(record.id, record.expected_revision).await?),
            Err(e) if is_unique_violation(&e) => Err(StoreError::KennungTaken(record.kennung.to_string())),
            Err(e) => Err(e.into()),
        }
    }

    /// What stands against a write to a record that expected this revision.
    pub(crate) async fn why_not_changed(&mut self, id: RecordId, expected: i64) -> Result<StoreError> {
        const SQL: &str = "SELECT revision FROM record WHERE id = $1";
        let found = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(id.0).fetch_optional(c).await)?;
        Ok(match found {
            None => StoreError::NotFound,
            Some(found) if found == expected => StoreError::NotPossible,
            Some(found) => StoreError::Stale { expected, found },
        })
    }

    /// Content and seal of each version are handed on, not copied.
    async fn insert_versions(
        &mut self,
        at: Instant,
        actor: &Actor,
        chunk: &[Publication],
        stored: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Result<()> {
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO version (record, number, content, seed, published_at, actor, change_note) ",
            );
            q.push_values(chunk.iter().zip(stored), |mut row, (publication, (packed, seal))| {
                row.push_bind(publication.record.id.0)
                    .push_bind(publication.record.version)
                    .push_bind(packed)
                    .push_bind(seal)
                    .push_bind(at.0)
                    .push_bind(actor.id.as_str())
                    .push_bind(publication.change_note.as_str());
            });
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
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

    /// Withdraws a published record; its versions and its Kennung stay.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the record has changed since the writer read it, [`StoreError::NotPossible`] when it
    /// is not published, [`StoreError::NotFound`] when it does not exist.
    pub async fn withdraw(&mut self, at: Instant, actor: &Actor, id: RecordId, expected_revision: i64) -> Result<()> {
        const SQL: &str = "UPDATE record SET state = 'withdrawn', revision = revision + 1, changed_at = $1
            WHERE id = $2 AND revision = $3 AND state = 'published' RETURNING version";
        let version = both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(at.0).bind(id.0)
            .bind(expected_revision).fetch_optional(c).await)?;
        let Some(version) = version else {
            return Err(self.why_not_changed(id, expected_revision).await?);
        };
        self.append(at, actor, [(Happening { action: Action::Withdrawn, record: id, version }, Vec::new())]).await?;
        Ok(())
    }

    /// Ids that the record has already stay as they are.
    pub(crate) async fn insert_external_ids(&mut self, ids: Vec<(RecordId, &ExternalId)>) -> Result<()> {
        for chunk in ids.chunks(ROWS) {
            let inserted = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO external_id (scheme, value, record, url) ");
                q.push_values(chunk, |mut row, (record, id)| {
                    row.push_bind(id.scheme.as_str())
                        .push_bind(id.value.as_str())
                        .push_bind(record.0)
                        .push_bind(id.url.as_deref());
                });
                q.push(" ON CONFLICT DO NOTHING");
                q.build().execute(c).await.map(|d| d.rows_affected())
            })?;
            if usize::try_from(inserted).is_ok_and(|inserted| inserted < chunk.len()) {
                self.check_external_ids(chunk).await?;
            }
        }
        Ok(())
    }

    async fn check_external_ids(&mut self, ids: &[(RecordId, &ExternalId)]) -> Result<()> {
        let pairs: Vec<_> = ids.iter().map(|(_, id)| (id.scheme.clone(), id.value.clone())).collect();
        let holders = self.by_external_ids(&pairs).await?;
        for ((record, _), pair) in ids.iter().zip(pairs) {
            if holders.get(&pair) != Some(record) {
                return Err(StoreError::ExternalIdTaken { scheme: pair.0, value: pair.1 });
            }
        }
        Ok(())
    }
}

/// A publication ready to be stored: serialised once, committed to and compressed.
struct Sealed {
    packed: Vec<u8>,
    seal: Vec<u8>,
    root: Vec<u8>,
}

impl Sealed {
    fn new(publication: &Publication) -> Result<Self> {
        let plain = to_json(&publication.content)?;
        let seal = Seal::Seed(publication.seed);
        Ok(Self { packed: pack(&plain)?, seal: seal.encode(), root: seal.root(&plain)?.to_vec() })
    }
}

fn seal_all(chunk: &[Publication]) -> Result<Vec<Sealed>> {
    chunk.iter().map(Sealed::new).collect()
}
