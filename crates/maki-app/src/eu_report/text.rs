//! Texts of a report in a second language: kept with the report, beside the text they say.

use std::collections::BTreeMap;

use maki_domain::eu_report::Translation;
use maki_domain::{Act, FieldId, Language, RecordId};
use maki_store::EuReportText;

use super::{Lens, read};
use crate::access::Permit;
use crate::{App, AppError};

/// Most characters of a text; those of the catalogue are not longer, and English ones rather shorter.
pub const MAX_TRANSLATION: usize = 10_000;

/// A text of a report with what stands beside it in the other language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidText {
    pub(super) record: RecordId,
    pub field: FieldId,
    /// The other language.
    pub language: Language,
    /// The text as the entry has it.
    pub source: String,
    /// The same in the other language; none where nobody has said it.
    pub text: Option<String>,
    /// What the entry had when it was said.
    pub(super) of_source: Option<String>,
}

/// A text as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherText {
    pub field: FieldId,
    /// Empty takes it away.
    pub text: String,
}

impl SaidText {
    /// Whether it is said, and says what the entry has now.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.text.is_some() && self.of_source.as_ref() == Some(&self.source)
    }

    pub(super) fn into_translation(self) -> Option<Translation> {
        Some(Translation { field: self.field, language: self.language, text: self.text? })
    }
}

impl App {
    /// Keeps texts of a report of the permit's entry in the other language. Fields that the report does not have, and
    /// texts that stand already beside the same text of the entry, are left alone.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when a text is too long or has control characters, [`AppError::NotFound`] when the entry has
    /// no such report.
    pub async fn save_eu_texts(&self, permit: &Permit, code: &str, texts: &[OtherText]) -> Result<(), AppError> {
        permit.require(&[Act::Edit])?;
        let is_fit = |text: &str| {
            text.chars().count() <= MAX_TRANSLATION
                && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        };
        if !texts.iter().all(|text| is_fit(&text.text)) {
            return Err(AppError::Invalid);
        }
        let today = self.today()?;
        let said = {
            let mut tx = self.0.store.read().await?;
            let reading = read(&mut tx, permit, &[permit.record()?], Lens::Work, today).await?;
            let entry = reading.entries().pop().ok_or(AppError::NotFound)?;
            let report = entry.reports.iter().find(|one| one.obligation.code == code).ok_or(AppError::NotFound)?;
            let subject = reading.subjects.first().ok_or(AppError::NotFound)?;
            reading.said(subject, &report.report)
        };
        let mut changed: BTreeMap<RecordId, Vec<EuReportText>> = BTreeMap::new();
        for said in said {
            let Some(new) = texts.iter().find(|text| text.field == said.field) else { continue };
            let body = new.text.trim();
            let stands = said.text.as_deref().unwrap_or_default() == body && (body.is_empty() || said.is_current());
            if !stands {
                changed.entry(said.record).or_default().push(EuReportText {
                    record: said.record,
                    field: said.field.field().key.clone(),
                    language: said.language.tag().to_owned(),
                    body: body.to_owned(),
                    source: said.source,
                });
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let (at, actor) = (self.now(), permit.actor());
        let mut tx = self.0.store.write().await?;
        for (record, texts) in changed {
            tx.save_eu_report_texts(at, &actor, record, &texts).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
