//! What bodies reported to the EU database, and texts of reports in a second language. Reports stay as they are; only a
//! redaction takes a value out.

use maki_domain::{Instant, PartialDate, RecordId};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Ids in one statement.
const IDS: usize = 500;
/// Reports of one record that are listed.
const LISTED: i64 = 200;

/// A report as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEuReport {
    pub id: Uuid,
    pub record: RecordId,
    pub code: String,
    pub database_id: String,
    pub url: Option<String>,
    pub reported_on: PartialDate,
    pub was_due: bool,
    /// The report as JSON.
    pub report: String,
}

/// A report that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EuReport {
    pub made: NewEuReport,
    /// Actor who wrote it down.
    pub author: String,
    pub noted_at: Instant,
}

/// A text in a second language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EuReportText {
    pub record: RecordId,
    /// Key of the field.
    pub field: String,
    /// Tag of the language.
    pub language: String,
    pub body: String,
    /// What it says in another language, as it stood then.
    pub source: String,
}

type Row = (Uuid, Uuid, String, String, Option<String>, String, bool, String, String, i64);

fn report(row: Row) -> Result<EuReport> {
    let (id, record, code, database_id, url, reported_on, was_due, report, author, at) = row;
    let reported_on = reported_on.parse().map_err(|_| StoreError::Corrupt(format!("day of report {id}")))?;
    let made = NewEuReport { id, record: RecordId(record), code, database_id, url, reported_on, was_due, report };
    Ok(EuReport { made, author, noted_at: Instant(at) })
}

async fn last_reports(tx: &mut Tx, records: &[RecordId]) -> Result<Vec<EuReport>> {
    const SQL: &str = "SELECT e.id, e.record, e.code, e.database_id, e.url, e.reported_on, e.was_due, e.report,
            e.author, e.noted_at
        FROM eu_report e WHERE NOT EXISTS (SELECT 1 FROM eu_report later WHERE later.record = e.record
            AND later.code = e.code AND (later.noted_at, later.id) > (e.noted_at, e.id)) AND e.record IN (";
    let mut found = Vec::new();
    for chunk in records.chunks(IDS) {
        let rows = both!(&mut *tx, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(SQL);
            let mut list = q.separated(", ");
            for id in chunk { list.push_bind(id.0); }
            q.push(") ORDER BY e.record, e.code");
            q.build_query_as::<Row>().fetch_all(c).await
        })?;
        for row in rows {
            found.push(report(row)?);
        }
    }
    Ok(found)
}

/// Reads that both kinds of transaction offer.
macro_rules! reads {
    ($tx:ty) => {
        impl $tx {
            /// The last report of each code for these records.
            ///
            /// # Errors
            /// When the database cannot be read or what it holds is damaged.
            pub async fn last_eu_reports(&mut self, records: &[RecordId]) -> Result<Vec<EuReport>> {
                last_reports(&mut self.0, records).await
            }
        }
    };
}
reads!(ReadTx);
reads!(WriteTx);

impl ReadTx {
    /// Reports of one code for a record, the latest first.
    ///
    /// # Errors
    /// As [`Self::last_eu_reports`].
    pub async fn eu_reports(&mut self, record: RecordId, code: &str) -> Result<Vec<EuReport>> {
        const SQL: &str = "SELECT id, record, code, database_id, url, reported_on, was_due, report, author, noted_at
            FROM eu_report WHERE record = $1 AND code = $2 ORDER BY noted_at DESC, id DESC LIMIT $3";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(record.0).bind(code).bind(LISTED)
            .fetch_all(c).await)?;
        rows.into_iter().map(report).collect()
    }

    /// Texts of reports in a second language, by record, field and language.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn eu_report_texts(&mut self, records: &[RecordId]) -> Result<Vec<EuReportText>> {
        let mut found = Vec::new();
        for chunk in records.chunks(IDS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new(
                    "SELECT record, field, language, body, source FROM eu_report_text WHERE record IN (",
                );
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(") ORDER BY record, field, language");
                q.build_query_as::<(Uuid, String, String, String, String)>().fetch_all(c).await
            })?;
            let text = |(record, field, language, body, source)| EuReportText {
                record: RecordId(record),
                field,
                language,
                body,
                source,
            };
            found.extend(rows.into_iter().map(text));
        }
        Ok(found)
    }
}

impl WriteTx {
    /// Writes a report down. Those before it stay.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn note_eu_report(&mut self, at: Instant, actor: &Actor, new: &NewEuReport) -> Result<()> {
        const SQL: &str = "INSERT INTO eu_report (id, record, code, database_id, url, reported_on, was_due, report,
                author, noted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let day = new.reported_on.to_string();
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.record.0).bind(new.code.as_str())
            .bind(new.database_id.as_str()).bind(new.url.as_deref()).bind(day.as_str()).bind(new.was_due)
            .bind(new.report.as_str()).bind(actor.id.as_str()).bind(at.0).execute(c).await.map(drop))?;
        self.note(at, actor, Action::EuReported, new.record).await
    }

    /// Keeps texts of one record, each in the place of the one before; an empty one is taken away.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_eu_report_texts(
        &mut self,
        at: Instant,
        actor: &Actor,
        record: RecordId,
        texts: &[EuReportText],
    ) -> Result<()> {
        const DELETE: &str = "DELETE FROM eu_report_text WHERE record = $1 AND field = $2 AND language = $3";
        const SQL: &str = "INSERT INTO eu_report_text (record, field, language, body, source, author, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (record, field, language) DO UPDATE SET body = excluded.body, source = excluded.source,
                author = excluded.author, changed_at = excluded.changed_at";
        for text in texts {
            let (field, language) = (text.field.as_str(), text.language.as_str());
            if text.body.is_empty() {
                both!(&mut self.0, c => sqlx::query::<Be>(DELETE).bind(text.record.0).bind(field).bind(language)
                    .execute(c).await.map(drop))?;
                continue;
            }
            both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(text.record.0).bind(field).bind(language)
                .bind(text.body.as_str()).bind(text.source.as_str()).bind(actor.id.as_str()).bind(at.0)
                .execute(c).await.map(drop))?;
        }
        self.note(at, actor, Action::EuReportTextsSaved, record).await
    }

    /// Takes a value that is redacted out of the reports that say it, and the texts that say it in another language: of
    /// the record itself, of the uses of a system, of all that an organisation has.
    pub(crate) async fn redact_eu_reports(&mut self, record: RecordId, key: &str, value: &str) -> Result<()> {
        const FIND: &str = "SELECT e.id, e.report FROM eu_report e JOIN record r ON r.id = e.record
            WHERE r.id = $1 OR r.parent = $1 OR r.owner = $1";
        const TAKE_OUT: &str = "UPDATE eu_report SET report = $1 WHERE id = $2";
        const TEXTS: &str = "DELETE FROM eu_report_text WHERE field = $2
            AND record IN (SELECT id FROM record WHERE id = $1 OR parent = $1 OR owner = $1)";
        let reports = both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, String)>(FIND).bind(record.0)
            .fetch_all(c).await)?;
        for (id, report) in reports {
            if let Some(redacted) = without(&report, key, value) {
                both!(&mut self.0, c => sqlx::query::<Be>(TAKE_OUT).bind(redacted).bind(id).execute(c).await
                    .map(drop))?;
            }
        }
        both!(&mut self.0, c => sqlx::query::<Be>(TEXTS).bind(record.0).bind(key).execute(c).await.map(drop))?;
        Ok(())
    }
}

/// A stored report without a value and what says it in another language; none where it does not hold that value.
fn without(report: &str, key: &str, value: &str) -> Option<String> {
    let mut report: Json = serde_json::from_str(report).ok()?;
    let value: Json = serde_json::from_str(value).ok()?;
    let mut found = false;
    for item in report.get_mut("items")?.as_array_mut()? {
        let said = item.get("values").and_then(|values| values.get(key));
        // Codes stand in a report with their labels.
        if said.is_some_and(|said| *said == value || said.get("code") == Some(&value)) {
            found = true;
            for part in ["values", "translations"] {
                let members = item.get_mut(part).and_then(Json::as_object_mut);
                members.and_then(|members| members.remove(key));
            }
        }
    }
    found.then(|| report.to_string())
}
