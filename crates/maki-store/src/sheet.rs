//! One system with its deployments, their versions and external ids, read by a single statement.
//!
//! The most frequent read of all. Every statement costs a hand-over to the thread of the database (SQLite) or a round
//! trip (PostgreSQL), which is more than what it reads; and one statement sees one moment without a transaction.

use maki_domain::{ExternalId, Instant, Kennung, RecordId, RecordKind, RecordState};
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

use crate::compress::unpack_content;
use crate::read::stored;
use crate::{Result, Store, StoreError, StoredRecord};

/// A record with what its page says of it besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRecord {
    pub record: StoredRecord,
    /// Revision of the organisation that owns it.
    pub owner_revision: Option<i64>,
    /// Newest first.
    pub versions: Vec<SheetVersion>,
}

/// A published version without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetVersion {
    pub number: i64,
    pub published_at: Instant,
    pub change_note: String,
}

/// A system with its published deployments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub system: SheetRecord,
    /// Oldest first.
    pub deployments: Vec<SheetRecord>,
}

/// A version beside its record, with content where it is the current one; or, without a kind, an external id: then
/// Kennung, state and change note are its scheme, value and address.
type Row = (
    Uuid,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Uuid>,
    Option<Uuid>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
);

/// Kind and state are compared when the rows are here: offered to SQLite, they make it read all records of a kind.
const SQL: &str = "WITH
    named AS (SELECT CASE kind WHEN 'deployment' THEN parent ELSE id END AS id FROM record WHERE kennung = $1),
    shown AS (
        SELECT r.* FROM named n JOIN record r ON r.id = n.id
        UNION ALL SELECT r.* FROM named n JOIN record r ON r.parent = n.id)
    SELECT s.id, s.kind, s.kennung, s.state, s.owner, s.parent, s.version, s.revision, s.published_at, s.changed_at,
        o.revision, v.number, v.published_at, v.change_note, CASE WHEN v.number = s.version THEN v.content END
    FROM shown s LEFT JOIN version v ON v.record = s.id LEFT JOIN record o ON o.id = s.owner
    UNION ALL
    SELECT s.id, NULL, x.scheme, x.value, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, x.url, NULL
    FROM shown s JOIN external_id x ON x.record = s.id";

impl Store {
    /// The system of this Kennung, or the one whose deployment has it; None when nobody has it, or an organisation.
    /// A record that was never published has empty content and no versions.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn sheet(&self, kennung: &Kennung) -> Result<Option<Sheet>> {
        let rows: Vec<Row> = match self {
            Self::Sqlite { read, .. } => {
                sqlx::query_as::<Sqlite, Row>(SQL).bind(kennung.as_str()).fetch_all(read).await?
            }
            Self::Postgres(pool) => sqlx::query_as::<Postgres, Row>(SQL).bind(kennung.as_str()).fetch_all(pool).await?,
        };
        assembled(rows)
    }
}

fn assembled(rows: Vec<Row>) -> Result<Option<Sheet>> {
    let mut records: Vec<SheetRecord> = Vec::with_capacity(rows.len());
    let mut external_ids: Vec<(Uuid, ExternalId)> = Vec::new();
    for row in rows {
        if row.1.is_some() {
            take(&mut records, row)?;
        } else {
            external_ids.extend(external_id(row));
        }
    }
    for known in &mut records {
        known.versions.sort_unstable_by_key(|version| std::cmp::Reverse(version.number));
    }
    external_ids.sort_unstable_by(|(_, a), (_, b)| (&a.scheme, &a.value).cmp(&(&b.scheme, &b.value)));
    for (id, external_id) in external_ids {
        if let Some(known) = records.iter_mut().find(|known| known.record.envelope.id.0 == id) {
            known.record.envelope.external_ids.push(external_id);
        }
    }
    Ok(system_of(records))
}

fn external_id(row: Row) -> Option<(Uuid, ExternalId)> {
    let (id, _, Some(scheme), Some(value), .., url, _) = row else { return None };
    Some((id, ExternalId { scheme, value, url }))
}

/// Takes a version with its record, which the rows repeat.
fn take(records: &mut Vec<SheetRecord>, row: Row) -> Result<()> {
    let (
        id,
        kind,
        kennung,
        state,
        owner,
        parent,
        version,
        revision,
        first,
        changed,
        of_owner,
        number,
        at,
        note,
        content,
    ) = row;
    let corrupt = || StoreError::Corrupt(format!("record {id}"));
    let place = records.iter().position(|known| known.record.envelope.id.0 == id);
    if place.is_none() {
        let (kind, state) = (kind.ok_or_else(corrupt)?, state.ok_or_else(corrupt)?);
        let (version, revision) = (version.ok_or_else(corrupt)?, revision.ok_or_else(corrupt)?);
        let changed = changed.ok_or_else(corrupt)?;
        let row = (id, kind, kennung, state, owner, parent, version, revision, first, changed, None, None);
        let record = stored(row, Vec::new())?;
        records.push(SheetRecord { record, owner_revision: of_owner, versions: Vec::new() });
    }
    let known = place.unwrap_or(records.len() - 1);
    // A record that was never published has no version.
    let (Some(known), Some(number), Some(at)) = (records.get_mut(known), number, at) else { return Ok(()) };
    if let Some(packed) = content {
        known.record.content = unpack_content(&packed)?;
        known.record.version_at = Instant(at);
    }
    known.versions.push(SheetVersion { number, published_at: Instant(at), change_note: note.unwrap_or_default() });
    Ok(())
}

fn system_of(mut records: Vec<SheetRecord>) -> Option<Sheet> {
    let place = records.iter().position(|r| r.record.envelope.kind == RecordKind::System)?;
    let system = records.swap_remove(place);
    let id: RecordId = system.record.envelope.id;
    records.retain(|SheetRecord { record, .. }| {
        let envelope = &record.envelope;
        envelope.kind == RecordKind::Deployment
            && envelope.state == RecordState::Published
            && envelope.parent == Some(id)
    });
    records.sort_unstable_by_key(|deployment| deployment.record.envelope.id);
    Some(Sheet { system, deployments: records })
}
