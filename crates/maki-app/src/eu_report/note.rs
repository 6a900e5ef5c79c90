//! Writing down that a report was made: what the database gave back, with the report as it stood.
//!
//! Four eyes are not asked for: nothing public changes here. Where the catalogue has a field for what the database gave
//! back, it goes into the entry's draft, and becomes public as any other change does.

use maki_domain::eu_report::Returned;
use maki_domain::{Act, RecordKind, Slot, Value, Visibility, keys};
use maki_store::NewEuReport;

use super::{ReportSheet, field};
use crate::access::Permit;
use crate::work::{PartChange, SaveOutcome, SavePart, Stage};
use crate::{App, AppError};

/// What is written down.
#[derive(Debug, Clone)]
pub struct Noted {
    pub returned: Returned,
    /// Digest of the report that the writer has seen; see [`ReportSheet::tag`].
    pub seen: String,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteOutcome {
    /// Written down; the entry says the same.
    Noted,
    /// Written down, but the entry could not be changed: it waits for approval, or somebody was faster.
    NotInEntry,
    /// The report has changed since it was seen; nothing was written.
    Stale,
}

impl ReportSheet {
    /// Names what the report says and where it stands. Who writes down that it was made names it too, so that nothing is
    /// taken for reported that nobody has seen.
    #[must_use]
    pub fn tag(&self) -> String {
        use sha2::{Digest, Sha256};
        let said = serde_json::json!([self.report.report, self.report.is_due, self.history.len()]);
        hex::encode(Sha256::digest(said.to_string()).get(..16).unwrap_or_default())
    }
}

impl App {
    /// Writes down that the report of a code was made for the permit's entry.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the entry neither owes nor made such a report.
    pub async fn note_eu_report(&self, permit: &Permit, code: &str, noted: &Noted) -> Result<NoteOutcome, AppError> {
        permit.require(&[Act::Edit])?;
        let sheet = self.eu_report(permit, code).await?;
        if sheet.tag() != noted.seen {
            return Ok(NoteOutcome::Stale);
        }
        let returned = &noted.returned;
        let new = NewEuReport {
            id: self.0.edge.new_id(),
            record: sheet.report.record,
            code: code.to_owned(),
            database_id: returned.id().to_owned(),
            url: returned.url().map(str::to_owned),
            reported_on: returned.reported_on(),
            was_due: sheet.report.is_due,
            report: serde_json::to_string(&sheet.report.report)?,
        };
        let mut tx = self.0.store.write().await?;
        // Somebody may have written down the same between looking and writing.
        let last = tx.last_eu_reports(&[sheet.report.record]).await?;
        let last = last.iter().find(|one| one.made.code == code).map(|one| one.noted_at);
        if last != sheet.report.last.as_ref().map(|last| last.noted_at) {
            return Ok(NoteOutcome::Stale);
        }
        tx.note_eu_report(self.now(), &permit.actor(), &new).await?;
        tx.commit().await?;
        self.notify_written(Vec::new());
        self.say_in_entry(permit, &sheet, returned).await
    }

    /// Puts what the database gave back into the entry's draft, where the catalogue has a field for it.
    async fn say_in_entry(
        &self,
        permit: &Permit,
        sheet: &ReportSheet,
        returned: &Returned,
    ) -> Result<NoteOutcome, AppError> {
        let (key, text, stated) = match (sheet.report.obligation.code, returned.url()) {
            ("C", _) => (keys::EU_DATABASE_ID, returned.id(), &sheet.of.stated_id),
            // Who provides and uses a system has its own entry as that of the provider.
            ("A", Some(url)) => (keys::PROVIDER_EU_URL, url, &sheet.of.stated_provider_url),
            _ => return Ok(NoteOutcome::Noted),
        };
        let work = self.entry_work(permit).await?;
        let Some(part) = work.part(RecordKind::Deployment) else { return Ok(NoteOutcome::Noted) };
        if stated.as_deref() == Some(text) || !sheet.report.is_due {
            return Ok(NoteOutcome::Noted);
        }
        if !matches!(work.stage, Stage::Draft | Stage::Returned | Stage::Published) {
            return Ok(NoteOutcome::NotInEntry);
        }
        let visibility = part.content.visibility(field(key)?);
        let change = PartChange {
            field: field(key)?,
            slot: Some(Slot::Value(Value::Text(text.to_owned()))),
            visibility: if sheet.report.obligation.restricted { Visibility::OwnOrganisation } else { visibility },
        };
        let save = SavePart { kind: RecordKind::Deployment, expected_revision: part.revision, changes: vec![change] };
        match self.save_work(permit, &[save]).await? {
            SaveOutcome::Saved(faults) if faults.is_empty() => Ok(NoteOutcome::Noted),
            _ => Ok(NoteOutcome::NotInEntry),
        }
    }
}
