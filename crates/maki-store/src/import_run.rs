//! What an import brought: the run with its report, the raw rows, and which record came from which row.

use std::collections::HashMap;

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::Result;
use crate::compress::{pack, unpack};
use crate::engine::{ReadTx, WriteTx, both};

const ROWS: usize = 200;

/// One run of `maki import`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    pub id: Uuid,
    pub at: Instant,
    pub profile: String,
    pub file_name: String,
    /// The report as JSON.
    pub report: String,
}

/// Where a record came from last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance {
    pub record: RecordId,
    pub run: Uuid,
    pub row_number: i64,
    /// The version that this import wrote; later ones are a body's own edits.
    pub version: i64,
}

/// Raw rows as they are stored.
#[derive(Debug)]
pub struct PackedRows(Vec<u8>);

impl PackedRows {
    /// # Errors
    /// When they are larger than 16 MiB.
    pub fn new(rows: &[u8]) -> Result<Self> {
        pack(rows).map(Self)
    }
}

impl WriteTx {
    /// Notes the run; a second call with the same id replaces the report.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_import_run(&mut self, run: &ImportRun) -> Result<()> {
        const SQL: &str = "INSERT INTO import_run (id, at, profile, file_name, report) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET report = excluded.report";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(run.id).bind(run.at.0).bind(run.profile.as_str())
            .bind(run.file_name.as_str()).bind(run.report.as_str()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Keeps raw rows (JSON Lines) of a run as they came.
    ///
    /// # Errors
    /// When the database cannot be written or the chunk is larger than 16 MiB.
    pub async fn put_import_rows(&mut self, run: Uuid, first_row: i64, last_row: i64, rows: &[u8]) -> Result<()> {
        self.put_packed_rows(run, first_row, last_row, PackedRows::new(rows)?).await
    }

    /// [`Self::put_import_rows`] of rows that another thread has compressed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_packed_rows(&mut self, run: Uuid, first_row: i64, last_row: i64, rows: PackedRows) -> Result<()> {
        const SQL: &str = "INSERT INTO import_rows (run, first_row, last_row, content) VALUES ($1, $2, $3, $4)";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(run).bind(first_row).bind(last_row).bind(rows.0)
            .execute(c).await.map(drop))?;
        Ok(())
    }

    /// Notes where records came from; replaces what was known before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_provenance(&mut self, provenance: &[Provenance]) -> Result<()> {
        for chunk in provenance.chunks(ROWS) {
            both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO provenance (record, run, row_number, version) ");
                q.push_values(chunk, |mut row, p| {
                    row.push_bind(p.record.0).push_bind(p.run).push_bind(p.row_number).push_bind(p.version);
                });
                q.push(" ON CONFLICT (record) DO UPDATE SET run = excluded.run, row_number = excluded.row_number,
                    version = excluded.version");
                q.build().execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Where these records came from last; records that no import wrote are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn provenances(&mut self, records: &[RecordId]) -> Result<HashMap<RecordId, Provenance>> {
        let mut found = HashMap::new();
        for chunk in records.chunks(ROWS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new(
                    "SELECT record, run, row_number, version FROM provenance WHERE record IN (",
                );
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<(Uuid, Uuid, i64, i64)>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(|(record, run, row_number, version)| {
                let record = RecordId(record);
                (record, Provenance { record, run, row_number, version })
            }));
        }
        Ok(found)
    }

    /// The version that the last import of a record wrote, with that version's content.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn imported_content(&mut self, record: RecordId) -> Result<Option<(i64, maki_domain::Content)>> {
        const SQL: &str = "SELECT p.version, v.content FROM provenance p
            JOIN version v ON v.record = p.record AND v.number = p.version WHERE p.record = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, (i64, Vec<u8>)>(SQL)
            .bind(record.0).fetch_optional(c).await)?;
        row.map(|(version, packed)| Ok((version, crate::compress::unpack_content(&packed)?))).transpose()
    }
}

impl ReadTx {
    /// The raw rows of a run, as JSON Lines, in the order of the file.
    ///
    /// # Errors
    /// When the database cannot be read or the rows are damaged.
    pub async fn import_rows(&mut self, run: Uuid) -> Result<Vec<Vec<u8>>> {
        const SQL: &str = "SELECT content FROM import_rows WHERE run = $1 ORDER BY first_row";
        let rows = both!(&mut self.0, c => sqlx::query_scalar::<Be, Vec<u8>>(SQL).bind(run).fetch_all(c).await)?;
        rows.iter().map(|packed| unpack(packed)).collect()
    }

    /// Where a record came from last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn provenance(&mut self, record: RecordId) -> Result<Option<(Provenance, ImportRun)>> {
        const SQL: &str = "SELECT p.run, p.row_number, p.version, i.at, i.profile, i.file_name, i.report
            FROM provenance p JOIN import_run i ON i.id = p.run WHERE p.record = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, i64, i64, i64, String, String, String)>(SQL)
            .bind(record.0).fetch_optional(c).await)?;
        Ok(row.map(|(run, row_number, version, at, profile, file_name, report)| {
            let provenance = Provenance { record, run, row_number, version };
            (provenance, ImportRun { id: run, at: Instant(at), profile, file_name, report })
        }))
    }
}
