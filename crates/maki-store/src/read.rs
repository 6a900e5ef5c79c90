//! Reading records and versions. Every function takes many ids at once, so that a page or a batch costs few statements.

use std::collections::HashMap;

use maki_domain::{Content, Envelope, ExternalId, Instant, Kennung, RecordId, RecordKind, RecordState};
use uuid::Uuid;

use crate::compress::unpack_content;
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::{Result, StoreError};

/// Ids in one statement.
const IDS: usize = 500;

/// A record with the content of its published version. A record that was never published has empty content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    pub envelope: Envelope,
    pub content: Content,
    /// When the current version was published.
    pub version_at: Instant,
}

/// A published version without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionInfo {
    pub record: RecordId,
    pub number: i64,
    pub published_at: Instant,
    pub actor: String,
    pub change_note: String,
}

pub(crate) type RecordRow = (
    Uuid,
    String,
    Option<String>,
    String,
    Option<Uuid>,
    Option<Uuid>,
    i64,
    i64,
    Option<i64>,
    i64,
    Option<Vec<u8>>,
    Option<i64>,
);

const RECORD: &str = "SELECT r.id, r.kind, r.kennung, r.state, r.owner, r.parent, r.version, r.revision,
        r.published_at, r.changed_at, v.content, v.published_at
    FROM record r LEFT JOIN version v ON v.record = r.id AND v.number = r.version WHERE r.id IN (";

pub(crate) fn stored(row: RecordRow, external_ids: Vec<ExternalId>) -> Result<StoredRecord> {
    let (id, kind, kennung, state, owner, parent, version, revision, published_at, changed_at, content, version_at) =
        row;
    let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of record {id}"));
    Ok(StoredRecord {
        envelope: Envelope {
            id: RecordId(id),
            kind: RecordKind::from_code(&kind).ok_or_else(|| corrupt("kind"))?,
            kennung: kennung.map(|k| k.parse()).transpose().map_err(|_| corrupt("Kennung"))?,
            state: RecordState::from_code(&state).ok_or_else(|| corrupt("state"))?,
            owner: owner.map(RecordId),
            parent: parent.map(RecordId),
            version,
            revision,
            external_ids,
            published_at: published_at.map(Instant),
            changed_at: Instant(changed_at),
        },
        content: content.map_or_else(|| Ok(Content::new()), |packed| unpack_content(&packed))?,
        version_at: Instant(version_at.unwrap_or(changed_at)),
    })
}

async fn records(tx: &mut Tx, ids: &[RecordId]) -> Result<Vec<StoredRecord>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IDS) {
        let rows = both!(&mut *tx, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(RECORD);
            let mut list = q.separated(", ");
            for id in chunk { list.push_bind(id.0); }
            q.push(")");
            q.build_query_as::<RecordRow>().fetch_all(c).await
        })?;
        let mut external = external_ids_of(tx, chunk).await?;
        for row in rows {
            let ids = external.remove(&RecordId(row.0)).unwrap_or_default();
            found.push(stored(row, ids)?);
        }
    }
    let order: HashMap<RecordId, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    found.sort_by_key(|r| order.get(&r.envelope.id).copied());
    Ok(found)
}

async fn external_ids_of(tx: &mut Tx, ids: &[RecordId]) -> Result<HashMap<RecordId, Vec<ExternalId>>> {
    let rows = both!(&mut *tx, c => {
        let mut q = sqlx::QueryBuilder::<Be>::new("SELECT record, scheme, value, url FROM external_id WHERE record IN (");
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id.0); }
        q.push(") ORDER BY scheme, value");
        q.build_query_as::<(Uuid, String, String, Option<String>)>().fetch_all(c).await
    })?;
    let mut found: HashMap<RecordId, Vec<ExternalId>> = HashMap::new();
    for (record, scheme, value, url) in rows {
        found.entry(RecordId(record)).or_default().push(ExternalId { scheme, value, url });
    }
    Ok(found)
}

/// Reads that both kinds of transaction offer.
macro_rules! reads {
    ($tx:ty) => {
        impl $tx {
            /// Records with their published content, in the order of the ids; unknown ids are left out.
            ///
            /// # Errors
            /// When the database cannot be read or stored content is damaged.
            pub async fn records(&mut self, ids: &[RecordId]) -> Result<Vec<StoredRecord>> {
                records(&mut self.0, ids).await
            }

            /// Which records have these external ids.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn by_external_ids(
                &mut self,
                ids: &[(String, String)],
            ) -> Result<HashMap<(String, String), RecordId>> {
                crate::external::by_external_ids(&mut self.0, ids).await
            }

            /// Which records have these Kennungen.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn by_kennungen(&mut self, kennungen: &[Kennung]) -> Result<HashMap<Kennung, RecordId>> {
                by_kennungen(&mut self.0, kennungen).await
            }

            /// Published children of records, such as the deployments of systems: (parent, child), oldest first.
            ///
            /// # Errors
            /// When the database cannot be read.
            pub async fn children(
                &mut self,
                parents: &[RecordId],
                kind: RecordKind,
            ) -> Result<Vec<(RecordId, RecordId)>> {
                Ok(pairs(related(&mut self.0, "parent", parents, kind).await?))
            }
        }
    };
}
reads!(ReadTx);
reads!(WriteTx);

async fn by_kennungen(tx: &mut Tx, kennungen: &[Kennung]) -> Result<HashMap<Kennung, RecordId>> {
    let mut found = HashMap::with_capacity(kennungen.len());
    for chunk in kennungen.chunks(IDS) {
        let rows = both!(&mut *tx, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT kennung, id FROM record WHERE kennung IN (");
            let mut list = q.separated(", ");
            for kennung in chunk { list.push_bind(kennung.as_str()); }
            q.push(")");
            q.build_query_as::<(String, Uuid)>().fetch_all(c).await
        })?;
        for (kennung, id) in rows {
            let kennung = kennung.parse().map_err(|_| StoreError::Corrupt(format!("Kennung {kennung}")))?;
            found.insert(kennung, RecordId(id));
        }
    }
    Ok(found)
}

/// The related record with the one it belongs to. `column` is one of two constants of this file, never input.
async fn related(
    tx: &mut Tx,
    column: &'static str,
    of: &[RecordId],
    kind: RecordKind,
) -> Result<Vec<(RecordId, Place)>> {
    let mut found = Vec::new();
    for chunk in of.chunks(IDS) {
        // Kind and state are compared here: offered to SQLite they make it read all records of the kind instead of
        // the few that are related.
        let rows = both!(&mut *tx, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT ");
            q.push(column).push(", state, id, kind, owner, parent, revision FROM record WHERE ");
            q.push(column).push(" IN (");
            let mut list = q.separated(", ");
            for id in chunk { list.push_bind(id.0); }
            q.push(")");
            q.build_query_as::<(Uuid, String, Uuid, String, Option<Uuid>, Option<Uuid>, i64)>().fetch_all(c).await
        })?;
        for (of, state, id, own, owner, parent, revision) in rows {
            if own == kind.code() && state == RecordState::Published.code() {
                found.push((RecordId(of), place((id, own, owner, parent, revision))?));
            }
        }
    }
    found.sort_unstable_by_key(|(_, related)| related.id);
    Ok(found)
}

fn pairs(related: Vec<(RecordId, Place)>) -> Vec<(RecordId, RecordId)> {
    related.into_iter().map(|(of, place)| (of, place.id)).collect()
}

impl ReadTx {
    /// Published records of owners, such as the systems of an organisation, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn owned(&mut self, owners: &[RecordId], kind: RecordKind) -> Result<Vec<(RecordId, RecordId)>> {
        Ok(pairs(related(&mut self.0, "owner", owners, kind).await?))
    }

    /// Places of the published deployments of systems, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deployments_of(&mut self, systems: &[RecordId]) -> Result<Vec<Place>> {
        let related = related(&mut self.0, "parent", systems, RecordKind::Deployment).await?;
        Ok(related.into_iter().map(|(_, place)| place).collect())
    }

    /// Published records of a kind in the order of their ids, after one of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&mut self, kind: RecordKind, after: Option<RecordId>, limit: i64) -> Result<Vec<RecordId>> {
        const SQL: &str = "SELECT id FROM record WHERE kind = $1 AND state = 'published' AND id > $2
            ORDER BY id LIMIT $3";
        let after = after.map_or(Uuid::nil(), |a| a.0);
        let rows = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL)
            .bind(kind.code()).bind(after).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(RecordId).collect())
    }

    /// How many records of a kind are published.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count(&mut self, kind: RecordKind) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM record WHERE kind = $1 AND state = 'published'";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(kind.code()).fetch_one(c).await)?)
    }

    /// Versions of records, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn versions(&mut self, ids: &[RecordId]) -> Result<Vec<VersionInfo>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(IDS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new(
                    "SELECT record, number, published_at, actor, change_note FROM version WHERE record IN (",
                );
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<(Uuid, i64, i64, String, String)>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(|(record, number, at, actor, change_note)| VersionInfo {
                record: RecordId(record),
                number,
                published_at: Instant(at),
                actor,
                change_note,
            }));
        }
        found.sort_by_key(|v| std::cmp::Reverse((v.published_at, v.number)));
        Ok(found)
    }

    /// The content of one version.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn version(&mut self, record: RecordId, number: i64) -> Result<Option<(Content, Instant)>> {
        const SQL: &str = "SELECT content, published_at FROM version WHERE record = $1 AND number = $2";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, (Vec<u8>, i64)>(SQL)
            .bind(record.0).bind(number).fetch_optional(c).await)?;
        row.map(|(packed, at)| Ok((unpack_content(&packed)?, Instant(at)))).transpose()
    }

    /// Kennungen of published systems near one that was mistyped: those with the same ending or the same beginning.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kennungen_like(&mut self, pattern: &str, limit: i64) -> Result<Vec<String>> {
        const SQL: &str = "SELECT kennung FROM record WHERE kind = 'system' AND state = 'published'
            AND kennung LIKE $1 ESCAPE '!' ORDER BY kennung LIMIT $2";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, String>(SQL).bind(pattern).bind(limit).fetch_all(c).await)?)
    }

    /// Kennungen of published systems on both sides of one, the nearest first on each side: before it, then after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kennungen_beside(&mut self, kennung: &str, limit: i64) -> Result<[Vec<String>; 2]> {
        const BEFORE: &str = "SELECT kennung FROM record WHERE kind = 'system' AND state = 'published'
            AND kennung < $1 ORDER BY kennung DESC LIMIT $2";
        const AFTER: &str = "SELECT kennung FROM record WHERE kind = 'system' AND state = 'published'
            AND kennung > $1 ORDER BY kennung LIMIT $2";
        let before = both!(&mut self.0, c => {
            sqlx::query_scalar::<Be, String>(BEFORE).bind(kennung).bind(limit).fetch_all(c).await
        })?;
        let after = both!(&mut self.0, c => {
            sqlx::query_scalar::<Be, String>(AFTER).bind(kennung).bind(limit).fetch_all(c).await
        })?;
        Ok([before, after])
    }
}

impl ReadTx {
    /// Kind, owner and parent of records, without their content.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn places(&mut self, ids: &[RecordId]) -> Result<Vec<Place>> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(IDS) {
            let rows = both!(&mut self.0, c => {
                let mut q =
                    sqlx::QueryBuilder::<Be>::new("SELECT id, kind, owner, parent, revision FROM record WHERE id IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<PlaceRow>().fetch_all(c).await
            })?;
            for row in rows {
                found.push(place(row)?);
            }
        }
        Ok(found)
    }

    /// Places of all published records of a kind, in the order of their ids.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn places_of(&mut self, kind: RecordKind) -> Result<Vec<Place>> {
        const SQL: &str =
            "SELECT id, kind, owner, parent, revision FROM record WHERE kind = $1 AND state = 'published' ORDER BY id";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, PlaceRow>(SQL).bind(kind.code()).fetch_all(c).await)?;
        rows.into_iter().map(place).collect()
    }

    /// How many published records of a kind each owner has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn counts_by_owner(&mut self, kind: RecordKind) -> Result<HashMap<RecordId, i64>> {
        const SQL: &str = "SELECT owner, COUNT(*) FROM record WHERE kind = $1 AND state = 'published'
            AND owner IS NOT NULL GROUP BY owner";
        let rows =
            both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, i64)>(SQL).bind(kind.code()).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(owner, count)| (RecordId(owner), count)).collect())
    }
}

/// Where a record stands among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub id: RecordId,
    pub kind: RecordKind,
    pub owner: Option<RecordId>,
    pub parent: Option<RecordId>,
    /// Grows with every write to the record.
    pub revision: i64,
}

pub(crate) type PlaceRow = (Uuid, String, Option<Uuid>, Option<Uuid>, i64);

pub(crate) fn place((id, kind, owner, parent, revision): PlaceRow) -> Result<Place> {
    let kind = RecordKind::from_code(&kind).ok_or_else(|| StoreError::Corrupt(format!("kind of record {id}")))?;
    Ok(Place { id: RecordId(id), kind, owner: owner.map(RecordId), parent: parent.map(RecordId), revision })
}
