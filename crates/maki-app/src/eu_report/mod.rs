//! Reports to the EU database (EU-Meldung): what an organisation owes, how far each report is, what was reported.
//!
//! The report says what the entry says, as its organisation sees it: with drafts that are not approved yet, and then it
//! says so. Coordinators see states of what is published, never drafts. What was reported is kept as it stood, so that
//! a later change of a reported value turns the state into *to be updated* and names the value.

mod list;
mod note;
mod sheet;
mod text;

use std::collections::BTreeMap;

use maki_domain::assess::rule_set;
use maki_domain::entry::Parts;
use maki_domain::eu_report::{Obligation, Obligations, Report, ReportState, Translation, obligations, report, state};
use maki_domain::{
    Content, FieldId, Instant, Kennung, Language, PartialDate, RecordId, RecordKind, View, catalogue, keys,
};
use maki_store::{ReadTx, StoredRecord};
use serde_json::Value as Json;

use crate::AppError;
use crate::access::Permit;
use crate::work::{EntryWork, WorkPart};

pub use list::{MOST_REPORTED_ENTRIES, ReportBody, ReportCounts, ReportList};
pub use note::{NoteOutcome, Noted};
pub use sheet::{EntryReports, PastReport, ReportSheet};
pub use text::{MAX_TRANSLATION, OtherText, SaidText};

/// With which eyes an entry is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lens {
    /// As the organisation works on it.
    Work,
    /// What is published of it.
    Published,
}

/// A report that was made, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeReport {
    pub database_id: String,
    pub url: Option<String>,
    pub reported_on: PartialDate,
    pub noted_at: Instant,
}

/// One report of an entry: owed, made before, or neither.
#[derive(Debug, Clone)]
pub struct ReportOf {
    pub obligation: Obligation,
    pub state: ReportState,
    pub is_due: bool,
    /// The record that it is about.
    pub record: RecordId,
    pub report: Report,
    pub last: Option<MadeReport>,
    /// Texts that nobody has said in the other language, or not since they changed.
    pub untranslated: usize,
    /// What was reported the last time.
    pub(crate) before: Option<Json>,
}

/// An entry with all its reports.
#[derive(Debug, Clone)]
pub struct ReportEntry {
    /// The record under which the work on it is found.
    pub entry: RecordId,
    /// Of the use, or of the system where there is none.
    pub kennung: Option<Kennung>,
    pub name: String,
    /// Tag of the language of the name.
    pub language: &'static str,
    /// Whether it says anything that is not approved yet.
    pub is_changed: bool,
    /// Whether it is only the use of a system that others look after.
    pub is_use: bool,
    pub is_assessed: bool,
    /// The day from which the use is forbidden as long as the provider's entry is not named (Art. 26(8)).
    pub unregistered_from: Option<PartialDate>,
    /// Where the provider reported the system, if it did so in this register.
    pub provider_url: Option<String>,
    /// In the order of [`Obligation::CODES`]; those that are owed or were made.
    pub reports: Vec<ReportOf>,
}

impl ReportEntry {
    /// What is to be done first for the entry.
    #[must_use]
    pub fn state(&self) -> ReportState {
        let none = if self.is_assessed { ReportState::NotRequired } else { ReportState::Unassessed };
        self.reports.iter().map(|report| report.state).min().unwrap_or(none)
    }
}

/// What is read of an entry before it is judged.
pub(crate) struct Subject {
    work: EntryWork,
    /// The system that others look after, as authorities see it.
    shared: Option<Content>,
    kennung_of_shared: Option<Kennung>,
}

/// Everything that is read to judge entries of one organisation.
pub(crate) struct Reading {
    organisation: Content,
    subjects: Vec<Subject>,
    /// The last report of each record and code.
    last: BTreeMap<(RecordId, String), maki_store::EuReport>,
    texts: Vec<maki_store::EuReportText>,
    lens: Lens,
    today: PartialDate,
}

impl Subject {
    fn part(&self, kind: RecordKind) -> Option<&WorkPart> {
        self.work.part(kind)
    }

    /// What the entry says in a part.
    fn content(&self, kind: RecordKind, lens: Lens) -> Option<&Content> {
        let of = |part: &'_ WorkPart| lens == Lens::Work || part.version > 0;
        match self.part(kind) {
            Some(part) if of(part) => Some(if lens == Lens::Work { &part.content } else { &part.published }),
            Some(_) => None,
            None if kind == RecordKind::System => self.shared.as_ref(),
            None => None,
        }
    }

    /// The system, whoever looks after it.
    fn system(&self) -> Option<RecordId> {
        let own = self.part(RecordKind::System).map(|part| part.record);
        own.or(self.work.shared_system.as_ref().map(|shared| shared.record))
    }

    /// The entry's own record that a report of this kind is kept with.
    fn home(&self, kind: RecordKind) -> RecordId {
        self.part(kind).map_or(self.work.entry, |part| part.record)
    }
}

/// Reads entries of an organisation, each with what is needed to judge it.
pub(crate) async fn read(
    tx: &mut ReadTx,
    permit: &Permit,
    ids: &[RecordId],
    lens: Lens,
    today: PartialDate,
) -> Result<Reading, AppError> {
    let organisation = permit.organisation()?;
    let works = crate::work::read_all(tx, Some(organisation), &permit.principal().actor, ids).await?;
    let works: Vec<EntryWork> = works.into_iter().collect::<Result<_, _>>()?;
    let shared: Vec<RecordId> = works.iter().filter_map(|work| Some(work.shared_system.as_ref()?.record)).collect();
    let shared = tx.records(&shared).await?;
    let own = tx.records(&[organisation]).await?.pop();
    let seen = |record: &StoredRecord| record.content.clone().into_seen_by(View::Authorities, record.envelope.owner);
    let subjects: Vec<Subject> = works
        .into_iter()
        .map(|work| {
            let of = work.shared_system.as_ref().map(|shared| shared.record);
            let found = shared.iter().find(|record| Some(record.envelope.id) == of);
            Subject {
                shared: found.map(seen),
                kennung_of_shared: found.and_then(|record| record.envelope.kennung.clone()),
                work,
            }
        })
        .collect();
    let mut records: Vec<RecordId> =
        subjects.iter().flat_map(|one| one.work.parts.iter().map(|part| part.record)).collect();
    let texts = tx.eu_report_texts(&records).await?;
    records.extend(subjects.iter().filter_map(Subject::system));
    records.sort_unstable();
    records.dedup();
    let last = tx.last_eu_reports(&records).await?;
    Ok(Reading {
        organisation: own.map(|record| record.content).unwrap_or_default(),
        subjects,
        last: last.into_iter().map(|report| ((report.made.record, report.made.code.clone()), report)).collect(),
        texts,
        lens,
        today,
    })
}

impl Reading {
    /// Judges every entry that was read; those of which nothing can be seen are left out.
    pub(crate) fn entries(&self) -> Vec<ReportEntry> {
        self.subjects.iter().filter_map(|subject| self.entry(subject)).collect()
    }

    fn parts<'a>(&'a self, subject: &'a Subject) -> Parts<'a> {
        Parts {
            organisation: Some(&self.organisation),
            system: subject.content(RecordKind::System, self.lens),
            deployment: subject.content(RecordKind::Deployment, self.lens),
        }
    }

    fn entry(&self, subject: &Subject) -> Option<ReportEntry> {
        let parts = self.parts(subject);
        let content = parts.system?;
        let is_use = subject.part(RecordKind::System).is_none();
        let owed = obligations(rule_set(), parts, !is_use, self.today);
        let (is_assessed, unregistered_from) = (owed.is_assessed, owed.unregistered_from);
        let kind = if parts.deployment.is_some() { RecordKind::Deployment } else { RecordKind::System };
        let own = subject.part(kind).and_then(|part| part.kennung.clone());
        let of_system = subject.part(RecordKind::System).and_then(|part| part.kennung.clone());
        let code = content.code(keys::TEXT_LANGUAGE);
        Some(ReportEntry {
            entry: subject.work.entry,
            kennung: own.or(of_system).or(subject.kennung_of_shared.clone()),
            name: content.text(keys::NAME).unwrap_or_default().to_owned(),
            language: code.map_or(Language::De.tag(), |code| code.as_str()),
            is_changed: self.lens == Lens::Work
                && subject.work.parts.iter().any(|part| part.is_changed || part.version == 0),
            is_use,
            is_assessed,
            unregistered_from,
            provider_url: self.provider_url(subject),
            reports: self.reports(subject, parts, owed),
        })
    }

    /// The address that the provider got for the system. Of the non-public part nobody else is told.
    fn provider_url(&self, subject: &Subject) -> Option<String> {
        let report = self.last.get(&(subject.system()?, "A".to_owned())).filter(|report| report.made.was_due)?;
        let said: Json = serde_json::from_str(&report.made.report).ok()?;
        let is_public = said.get("restricted") == Some(&Json::Bool(false));
        report.made.url.clone().filter(|_| is_public)
    }

    fn reports(&self, subject: &Subject, parts: Parts<'_>, owed: Obligations) -> Vec<ReportOf> {
        let mut owed = owed.reports;
        let mut reports = Vec::new();
        for code in Obligation::CODES {
            let own = owed.iter().position(|one| one.code == code).map(|place| owed.swap_remove(place));
            let is_due = own.is_some();
            let Some(obligation) = own.or_else(|| Obligation::of_code(code, false)) else { continue };
            let record = subject.home(obligation.subject());
            let last = self.last.get(&(record, code.to_owned()));
            if is_due || last.is_some() {
                reports.push(self.report(subject, parts, (obligation, is_due), last));
            }
        }
        reports
    }

    fn report(
        &self,
        subject: &Subject,
        parts: Parts<'_>,
        (mut obligation, is_due): (Obligation, bool),
        last: Option<&maki_store::EuReport>,
    ) -> ReportOf {
        let before = last.map(|last| serde_json::from_str::<Json>(&last.made.report).unwrap_or(Json::Null));
        if !is_due {
            // What is not owed any more went where it went.
            obligation.restricted =
                before.as_ref().is_some_and(|before| before.get("restricted") == Some(&Json::Bool(true)));
        }
        let mut report = report(obligation.section, parts, obligation.restricted);
        let said = self.said(subject, &report);
        let untranslated = said.iter().filter(|said| !said.is_current()).count();
        let translations: Vec<Translation> = said.into_iter().filter_map(SaidText::into_translation).collect();
        report.translate(&translations);
        let reported = before.as_ref().zip(last.map(|last| last.made.was_due));
        ReportOf {
            state: state(&report, is_due, reported),
            is_due,
            record: subject.home(obligation.subject()),
            last: last.map(made),
            untranslated,
            before,
            report,
            obligation,
        }
    }

    /// Texts of a report, each with what stands beside it in the other language.
    fn said(&self, subject: &Subject, report: &Report) -> Vec<SaidText> {
        let language = report.other_language();
        let of = |(field, source): (FieldId, &str)| {
            let record = subject.home(field.field().record);
            let key = field.field().key.as_str();
            let is_it = |text: &&maki_store::EuReportText| {
                text.record == record && text.field == key && text.language == language.tag()
            };
            let found = self.texts.iter().find(is_it);
            SaidText {
                record,
                field,
                language,
                source: source.to_owned(),
                text: found.map(|text| text.body.clone()),
                of_source: found.map(|text| text.source.clone()),
            }
        };
        report.texts_to_translate().into_iter().map(of).collect()
    }
}

fn made(report: &maki_store::EuReport) -> MadeReport {
    MadeReport {
        database_id: report.made.database_id.clone(),
        url: report.made.url.clone(),
        reported_on: report.made.reported_on,
        noted_at: report.noted_at,
    }
}

/// The field of a key of this module's own.
fn field(key: &str) -> Result<FieldId, AppError> {
    catalogue().id(key).ok_or_else(|| AppError::Defect(format!("the catalogue has no field {key}")))
}
