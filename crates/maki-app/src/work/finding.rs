//! What the rules of plausibility say of an entry that somebody works on. Errors stop it from being handed in; what is
//! only a warning needs a reason, which is kept and shown to whoever approves.

use std::collections::HashSet;

use maki_domain::assess::rule_set;
use maki_domain::plausibility::{Finding, Severity, Surroundings, rule_book};
use maki_domain::quality::{Score, Subject, method};
use maki_domain::{Act, Instant, PartialDate, RecordKind};
use uuid::Uuid;

use super::entry::EntryWork;
use crate::access::Permit;
use crate::{App, AppError};

/// Longest reason in characters.
pub const MAX_REASON: usize = 1_000;

/// Why what a rule warned of stands nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Key of the rule.
    pub rule: String,
    pub text: String,
    /// Name of who gave it; none where the person is gone or it was a program.
    pub by: Option<String>,
    pub given_at: Instant,
}

impl EntryWork {
    /// Everything that the rules say of the entry as its drafts stand, apart from gaps, which are
    /// [`Self::open_points`]. What is said of the body's own record, or of a system that others look after, cannot be
    /// mended here and is left out.
    #[must_use]
    pub fn findings(&self, today: PartialDate) -> Vec<Finding<'static>> {
        let around = Surroundings { today, law: rule_set(), dead_links: &HashSet::new(), is_near_duplicate: false };
        let mut findings = rule_book().findings(self.contents(), &around);
        findings.retain(|finding| !finding.rule.is_gap() && self.part(finding.field.field().record).is_some());
        findings
    }

    /// How complete and how good the entry is as its drafts stand.
    #[must_use]
    pub fn score(&self, findings: &[Finding<'_>], today: PartialDate) -> Score {
        let subject = Subject { parts: self.contents(), is_shared: self.part(RecordKind::System).is_none() };
        method().score(subject, findings, today)
    }
}

impl App {
    /// What the rules say of an entry today.
    #[must_use]
    pub fn findings_of(&self, entry: &EntryWork) -> Vec<Finding<'static>> {
        Self::day_of(self.now()).map(|today| entry.findings(today)).unwrap_or_default()
    }

    /// How complete and how good an entry is today, with what the rules say of it.
    #[must_use]
    pub fn score_of(&self, entry: &EntryWork, findings: &[Finding<'_>]) -> Option<Score> {
        Some(entry.score(findings, Self::day_of(self.now())?))
    }

    /// Reasons given so far for the entry of the permit's record.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn finding_reasons(&self, permit: &Permit, entry: &EntryWork) -> Result<Vec<Reason>, AppError> {
        permit.require(&[Act::ReadWork, Act::Edit, Act::Submit, Act::Approve])?;
        let mut tx = self.0.store.read().await?;
        let reasons = tx.finding_reasons(entry.entry).await?;
        let accounts: Vec<Uuid> = reasons.iter().filter_map(|reason| reason.author.parse().ok()).collect();
        let names = tx.account_names(&accounts).await?;
        let name = |actor: &str| {
            let account: Uuid = actor.parse().ok()?;
            names.iter().find(|(id, _)| *id == account).map(|(_, name)| name.clone())
        };
        let of = |reason: maki_store::FindingReason| Reason {
            by: name(&reason.author),
            rule: reason.rule,
            text: reason.reason,
            given_at: reason.given_at,
        };
        Ok(reasons.into_iter().map(of).collect())
    }
}

/// Whether any finding stops the entry.
pub(crate) fn has_errors(findings: &[Finding<'_>]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Keys of warnings that need a reason.
pub fn warnings<'a>(findings: &'a [Finding<'static>]) -> impl Iterator<Item = &'a str> {
    findings.iter().filter(|f| f.severity == Severity::Warning).map(|f| f.rule.key.as_str())
}
