//! One report with everything that is to be known about it.

use maki_domain::eu_report::{ItemChange, changes};
use maki_domain::{Act, Content, Instant, PartialDate, RecordKind, keys};
use uuid::Uuid;

use super::{Lens, MadeReport, Reading, ReportEntry, ReportOf, SaidText, made, read};
use crate::access::Permit;
use crate::work::Stage;
use crate::{App, AppError};

/// The reports of one entry.
#[derive(Debug, Clone)]
pub struct EntryReports {
    pub entry: ReportEntry,
    /// Where the work on it stands.
    pub stage: Stage,
    pub today: PartialDate,
    /// Own id in the database, as the entry has it.
    pub stated_id: Option<String>,
    /// The provider's entry, as the entry has it.
    pub stated_provider_url: Option<String>,
}

/// A report that was made before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastReport {
    pub made: MadeReport,
    /// Whether it was owed then.
    pub was_due: bool,
    /// Name of who wrote it down; none where the person is gone or it was a program.
    pub by: Option<String>,
}

/// One report.
#[derive(Debug, Clone)]
pub struct ReportSheet {
    pub of: EntryReports,
    pub report: ReportOf,
    /// What is not as it was reported.
    pub changes: Vec<ItemChange>,
    /// Its texts, each with what stands beside it in the other language.
    pub texts: Vec<SaidText>,
    /// The latest first.
    pub history: Vec<PastReport>,
}

impl ReportSheet {
    /// The id that the entry has where it is not what was reported last: there must be no second truth.
    #[must_use]
    pub fn differing_id(&self) -> Option<&str> {
        let stated = self.of.stated_id.as_deref().filter(|_| self.report.obligation.code == "C")?;
        let given = self.report.last.as_ref().map(|last| last.database_id.as_str());
        (given != Some(stated)).then_some(stated)
    }

    /// Whether the entry lacks the id that the database gave.
    #[must_use]
    pub fn lacks_id(&self) -> bool {
        self.report.obligation.code == "C" && self.report.last.is_some() && self.of.stated_id.is_none()
    }
}

impl App {
    /// The reports of the permit's entry, as its organisation works on it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the record is no entry.
    pub async fn eu_reports_of(&self, permit: &Permit) -> Result<EntryReports, AppError> {
        permit.require(&[Act::ReadWork, Act::Edit])?;
        let mut tx = self.0.store.read().await?;
        let reading = read(&mut tx, permit, &[permit.record()?], Lens::Work, self.today()?).await?;
        entry_reports(&reading)
    }

    /// One report of the permit's entry.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the entry neither owes nor made such a report.
    pub async fn eu_report(&self, permit: &Permit, code: &str) -> Result<ReportSheet, AppError> {
        permit.require(&[Act::ReadWork, Act::Edit])?;
        let mut tx = self.0.store.read().await?;
        let reading = read(&mut tx, permit, &[permit.record()?], Lens::Work, self.today()?).await?;
        let mut of = entry_reports(&reading)?;
        let place = of.entry.reports.iter().position(|one| one.obligation.code == code).ok_or(AppError::NotFound)?;
        let report = of.entry.reports.swap_remove(place);
        let past = tx.eu_reports(report.record, code).await?;
        let people: Vec<Uuid> = past.iter().filter_map(|one| one.author.parse().ok()).collect();
        let names = tx.account_names(&people).await?;
        let name = |actor: &str| {
            let account: Uuid = actor.parse().ok()?;
            names.iter().find(|(id, _)| *id == account).map(|(_, name)| name.clone())
        };
        let subject = reading.subjects.first().ok_or(AppError::NotFound)?;
        Ok(ReportSheet {
            changes: report.before.as_ref().map(|before| changes(before, &report.report)).unwrap_or_default(),
            texts: reading.said(subject, &report.report),
            history: past
                .iter()
                .map(|one| PastReport { made: made(one), was_due: one.made.was_due, by: name(&one.author) })
                .collect(),
            report,
            of,
        })
    }

    /// Today in Berlin.
    pub(super) fn today(&self) -> Result<PartialDate, AppError> {
        day(self.now())
    }
}

fn day(at: Instant) -> Result<PartialDate, AppError> {
    App::day_of(at).ok_or_else(|| AppError::Defect("the clock has no day".to_owned()))
}

fn entry_reports(reading: &Reading) -> Result<EntryReports, AppError> {
    let subject = reading.subjects.first().ok_or(AppError::NotFound)?;
    let content = subject.content(RecordKind::Deployment, reading.lens);
    let text = |key: &str| content.and_then(|content: &Content| content.text(key)).map(str::to_owned);
    Ok(EntryReports {
        entry: reading.entry(subject).ok_or(AppError::NotFound)?,
        stage: subject.work.stage,
        today: reading.today,
        stated_id: text(keys::EU_DATABASE_ID),
        stated_provider_url: text(keys::PROVIDER_EU_URL),
    })
}
