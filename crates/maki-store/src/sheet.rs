//! Systems with their deployments, versions and external ids, read by a single statement.
//!
//! The most frequent read of all, for one system or for several at once. Every statement costs a hand-over to the
//! thread of the database (SQLite) or a round trip (PostgreSQL), which is more than what it reads; and one statement
//! sees one moment without a transaction. Every row costs as well, one more copy per column, so there are no more of
//! them than versions.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

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

/// A version beside its record, with content and external ids of the record where it is the current one.
type Row = (
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
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<String>,
);

/// Kennungen in one statement.
const MOST: usize = 100;

/// Who has one of the Kennungen. Kind and state are compared when the rows are here: offered to SQLite, they make it
/// read all records of a kind.
const NAMED: &str = "WITH named AS MATERIALIZED (
        SELECT id, kind, kennung, state, owner, parent, version, revision, published_at, changed_at FROM record
        WHERE kennung IN (";
/// And what stands below it. Sorted, the rows come all at once in the end: each that comes by itself wakes somebody.
/// `CROSS JOIN` and `MATERIALIZED` hold SQLite to the order written here; it would rather walk through all records.
const SHOWN: &str = ")),
    shown AS MATERIALIZED (
        SELECT * FROM named n WHERE n.kind = 'system'
        UNION ALL SELECT r.id, r.kind, r.kennung, r.state, r.owner, r.parent, r.version, r.revision, r.published_at,
            r.changed_at FROM named n CROSS JOIN record r WHERE n.kind = 'system' AND r.parent = n.id)
    SELECT s.id, s.kind, s.kennung, s.state, s.owner, s.parent, s.version, s.revision, s.published_at, s.changed_at,
        v.number, v.published_at, v.change_note, CASE WHEN v.number = s.version THEN v.content END,
        CASE WHEN COALESCE(v.number, s.version) = s.version THEN (SELECT ";
const REST: &str = " FROM external_id x WHERE x.record = s.id) END
    FROM shown s LEFT JOIN version v ON v.record = s.id
    ORDER BY 1";

/// The external ids of a record as a list of lists: scheme, value, address.
const SQLITE_IDS: &str = "json_group_array(json_array(x.scheme, x.value, x.url))";
const POSTGRES_IDS: &str = "CAST(json_agg(json_build_array(x.scheme, x.value, x.url)) AS text)";

impl Store {
    /// For each Kennung the system that has it, or whose deployment has it; None where nobody has it, or an
    /// organisation. A record that was never published has empty content and no versions.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn sheets(&self, kennungen: &[Kennung]) -> Result<Vec<Option<Sheet>>> {
        let mut found = self.sheets_of_systems(kennungen).await?;
        let others: Vec<&Kennung> = kennungen.iter().filter(|kennung| !found.contains_key(*kennung)).collect();
        // Few ask for a deployment: then its system is asked for.
        let of_deployments = if others.is_empty() { HashMap::new() } else { self.systems_of(&others).await? };
        if !of_deployments.is_empty() {
            let systems: Vec<Kennung> = of_deployments.values().cloned().collect();
            found.extend(self.sheets_of_systems(&systems).await?);
        }
        let mut left: HashMap<&Kennung, usize> = HashMap::with_capacity(kennungen.len());
        let meant: Vec<&Kennung> = kennungen.iter().map(|asked| of_deployments.get(asked).unwrap_or(asked)).collect();
        for kennung in &meant {
            *left.entry(kennung).or_default() += 1;
        }
        let sheet = |kennung: &Kennung| {
            // Several may have asked for the same.
            let again = left.get_mut(kennung).is_some_and(|times| {
                *times -= 1;
                *times > 0
            });
            if again { found.get(kennung).cloned() } else { found.remove(kennung) }
        };
        Ok(meant.into_iter().map(sheet).collect())
    }

    /// The systems that have one of these Kennungen.
    async fn sheets_of_systems(&self, kennungen: &[Kennung]) -> Result<HashMap<Kennung, Sheet>> {
        macro_rules! rows {
            ($engine:ty, $pool:expr, $ids:expr, $kennungen:expr) => {{
                let mut q = sqlx::QueryBuilder::<$engine>::new(NAMED);
                let mut list = q.separated(", ");
                for kennung in $kennungen {
                    list.push_bind(kennung.as_str());
                }
                q.push(SHOWN).push($ids).push(REST);
                q.build_query_as::<Row>().fetch_all($pool).await?
            }};
        }
        let mut found = HashMap::with_capacity(kennungen.len());
        for chunk in kennungen.chunks(MOST) {
            let rows = match self {
                Self::Sqlite { read, .. } => rows!(Sqlite, read, SQLITE_IDS, chunk),
                Self::Postgres(pool) => rows!(Postgres, pool, POSTGRES_IDS, chunk),
            };
            found.extend(assembled(rows)?);
        }
        Ok(found)
    }

    /// The Kennungen of the systems whose deployments have one of these.
    async fn systems_of(&self, deployments: &[&Kennung]) -> Result<HashMap<Kennung, Kennung>> {
        const SQL: &str = "SELECT d.kennung, s.kennung FROM record d JOIN record s ON s.id = d.parent
            WHERE s.kennung IS NOT NULL AND d.kennung IN (";
        macro_rules! pairs {
            ($engine:ty, $pool:expr, $kennungen:expr) => {{
                let mut q = sqlx::QueryBuilder::<$engine>::new(SQL);
                let mut list = q.separated(", ");
                for kennung in $kennungen {
                    list.push_bind(kennung.as_str());
                }
                q.push(") AND d.kind = 'deployment'");
                q.build_query_as::<(String, String)>().fetch_all($pool).await?
            }};
        }
        let mut found = HashMap::new();
        for chunk in deployments.chunks(MOST) {
            let pairs = match self {
                Self::Sqlite { read, .. } => pairs!(Sqlite, read, chunk),
                Self::Postgres(pool) => pairs!(Postgres, pool, chunk),
            };
            for (deployment, system) in pairs {
                found.insert(kennung(&deployment)?, kennung(&system)?);
            }
        }
        Ok(found)
    }
}

fn kennung(text: &str) -> Result<Kennung> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("Kennung {text}")))
}

fn assembled(rows: Vec<Row>) -> Result<impl Iterator<Item = (Kennung, Sheet)>> {
    let mut records: HashMap<RecordId, SheetRecord> = HashMap::with_capacity(rows.len());
    for row in rows {
        take(&mut records, row)?;
    }
    Ok(grouped(records).into_values().filter_map(|sheet| Some((sheet.system.record.envelope.kennung.clone()?, sheet))))
}

/// Systems with their published deployments.
fn grouped(records: HashMap<RecordId, SheetRecord>) -> HashMap<RecordId, Sheet> {
    let (systems, others): (Vec<_>, Vec<_>) =
        records.into_values().partition(|known| known.record.envelope.kind == RecordKind::System);
    let sheet = |mut system: SheetRecord| {
        newest_first(&mut system);
        (system.record.envelope.id, Sheet { system, deployments: Vec::new() })
    };
    let mut sheets: HashMap<RecordId, Sheet> = systems.into_iter().map(sheet).collect();
    for mut other in others {
        let envelope = &other.record.envelope;
        if envelope.kind == RecordKind::Deployment
            && envelope.state == RecordState::Published
            && let Some(sheet) = envelope.parent.and_then(|parent| sheets.get_mut(&parent))
        {
            newest_first(&mut other);
            sheet.deployments.push(other);
        }
    }
    for sheet in sheets.values_mut() {
        sheet.deployments.sort_unstable_by_key(|deployment| deployment.record.envelope.id);
    }
    sheets
}

fn newest_first(known: &mut SheetRecord) {
    known.versions.sort_unstable_by_key(|version| std::cmp::Reverse(version.number));
}

fn external_ids(json: &str) -> Result<Vec<ExternalId>> {
    let ids: Vec<(String, String, Option<String>)> =
        serde_json::from_str(json).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let mut ids: Vec<ExternalId> =
        ids.into_iter().map(|(scheme, value, url)| ExternalId { scheme, value, url }).collect();
    ids.sort_unstable_by(|a, b| (&a.scheme, &a.value).cmp(&(&b.scheme, &b.value)));
    Ok(ids)
}

/// Takes a version with its record, which the rows repeat.
fn take(records: &mut HashMap<RecordId, SheetRecord>, row: Row) -> Result<()> {
    let (id, kind, kennung, state, owner, parent, version, revision, first, changed, number, at, note, packed, ids) =
        row;
    let known = match records.entry(RecordId(id)) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(free) => {
            let row = (id, kind, kennung, state, owner, parent, version, revision, first, changed, None, None);
            let record = stored(row, Vec::new())?;
            free.insert(SheetRecord { record, versions: Vec::new() })
        }
    };
    if let Some(ids) = ids {
        known.record.envelope.external_ids = external_ids(&ids)?;
    }
    // A record that was never published has no version.
    let (Some(number), Some(at)) = (number, at) else { return Ok(()) };
    if let Some(packed) = packed {
        known.record.content = unpack_content(&packed)?;
        known.record.version_at = Instant(at);
    }
    known.versions.push(SheetVersion { number, published_at: Instant(at), change_note: note.unwrap_or_default() });
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    /// The planner changes with each release of SQLite: only what was named may be walked through, never a table.
    #[tokio::test]
    async fn sqlite_looks_up_and_does_not_walk() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        store.migrate("plan").await.unwrap();
        let Store::Sqlite { read, .. } = &store else { panic!("not SQLite") };
        for asked in [1, 16, MOST] {
            let mut q = sqlx::QueryBuilder::<Sqlite>::new("EXPLAIN QUERY PLAN ");
            q.push(NAMED);
            let mut list = q.separated(", ");
            for number in 0..asked {
                list.push_bind(format!("A-2026-{number:06}"));
            }
            q.push(SHOWN).push(SQLITE_IDS).push(REST);
            let plan: Vec<(i64, i64, i64, String)> = q.build_query_as().fetch_all(read).await.unwrap();
            let steps: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
            let walks = |step: &&str| step.starts_with("SCAN") && !matches!(*step, "SCAN n" | "SCAN s");
            assert!(steps.iter().any(|step| step.starts_with("SEARCH x USING COVERING INDEX")), "{steps:#?}");
            assert!(!steps.iter().any(walks) && !steps.iter().any(|s| s.contains("AUTOMATIC")), "{steps:#?}");
        }
        store.close().await;
    }
}
