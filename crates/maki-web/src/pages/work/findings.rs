//! What the rules of plausibility say of an entry, for the pages that check, hand in and approve it.

use maki_app::work::{MAX_REASON, Reason};
use maki_domain::FieldId;
use maki_domain::plausibility::{Finding, Severity};

use super::Asked;
use super::desk::Desk;
use super::section::topic_path;
use super::views::NoteField;
use crate::context::localised;
use crate::form::first_id;
use crate::format;

/// One finding with the way to its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// Label of the field.
    pub label: String,
    /// The way to the field; none where whoever looks cannot change it.
    pub href: Option<String>,
    pub message: String,
    /// Article, day of the duty, words of the text: each a short line of its own.
    pub notes: Vec<String>,
    /// Why it stands nevertheless, and who said so.
    pub reason: Option<(String, String)>,
}

/// Findings of one weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingGroup {
    /// Kind of the alert.
    pub kind: &'static str,
    pub id: &'static str,
    pub title: String,
    pub text: String,
    pub findings: Vec<FindingView>,
}

/// Findings by weight, errors first; weights without one are left out.
pub fn groups(asked: &Asked, desk: &Desk, findings: &[Finding<'static>], reasons: &[Reason]) -> Vec<FindingGroup> {
    let t = asked.texts();
    let group = |severity: Severity| {
        let (kind, id, title, text) = match severity {
            Severity::Error => ("danger", "fehler", "finding-errors", "finding-errors-text"),
            Severity::Warning => ("warning", "warnungen", "finding-warnings", "finding-warnings-text"),
            Severity::Hint => ("info", "hinweise", "finding-hints", "finding-hints-text"),
        };
        let found = findings.iter().filter(|finding| finding.severity == severity);
        let findings: Vec<FindingView> = found.map(|finding| view(asked, desk, finding, reasons)).collect();
        (!findings.is_empty()).then(|| FindingGroup {
            kind,
            id,
            title: t.count(title, findings.len()),
            text: t.get(text).to_owned(),
            findings,
        })
    };
    Severity::ALL.into_iter().filter_map(group).collect()
}

fn view(asked: &Asked, desk: &Desk, finding: &Finding<'static>, reasons: &[Reason]) -> FindingView {
    let (language, t) = (asked.context.language, asked.texts());
    let due = finding.due.map(|day| t.one("finding-due", "day", format::date(language, day).human));
    let words = (!finding.words.is_empty()).then(|| t.one("finding-words", "words", finding.words.join(", ")));
    let reason = reasons.iter().find(|reason| reason.rule == finding.rule.key).map(|reason| {
        let by = match &reason.by {
            Some(name) => t.one("finding-reason-by", "name", name.clone()),
            None => t.get("finding-reason-given").to_owned(),
        };
        (by, reason.text.clone())
    });
    FindingView {
        label: label(asked, finding.field),
        href: desk.is_open().then(|| {
            let path = localised(language, &topic_path(desk, &finding.field.field().section));
            format!("{path}#{}", first_id(finding.field))
        }),
        message: finding.rule.message(language, finding.field),
        notes: finding.rule.article.clone().into_iter().chain(due).chain(words).collect(),
        reason,
    }
}

fn label(asked: &Asked, field: FieldId) -> String {
    field.field().label(asked.context.language).to_owned()
}

/// A reason as it was typed, or as it was given before.
pub struct Typed {
    pub rule: String,
    pub text: String,
    pub field: FieldId,
}

/// Name of the form field for the reason why a finding of a rule stands.
fn name(rule: &str) -> String {
    format!("grund-{rule}")
}

/// Reasons for all warnings: as typed, or else as they were given before.
pub fn typed(findings: &[Finding<'static>], reasons: &[Reason], typed: impl Fn(&str) -> Option<String>) -> Vec<Typed> {
    let of = |finding: &Finding<'static>| {
        let rule = finding.rule.key.clone();
        let before = || reasons.iter().find(|reason| reason.rule == rule).map(|reason| reason.text.clone());
        Typed { text: typed(&name(&rule)).or_else(before).unwrap_or_default(), field: finding.field, rule }
    };
    findings.iter().filter(|finding| finding.severity == Severity::Warning).map(of).collect()
}

/// What is wrong with a reason: key of its text.
pub fn fault(typed: &Typed) -> Option<&'static str> {
    match typed.text.chars().count() {
        0 => Some("finding-reason-missing"),
        count if count > MAX_REASON => Some("finding-reason-long"),
        _ => None,
    }
}

/// The fields that ask for reasons.
pub fn fields(asked: &Asked, findings: &[Finding<'static>], reasons: &[Typed], is_told: bool) -> Vec<NoteField> {
    let t = asked.texts();
    let field = |typed: &Typed| {
        let finding = findings.iter().find(|finding| finding.rule.key == typed.rule);
        NoteField {
            id: name(&typed.rule),
            label: t.one("finding-reason", "field", label(asked, typed.field)),
            hint: finding.map(|f| f.rule.message(asked.context.language, f.field)).unwrap_or_default(),
            optional: false,
            limit: MAX_REASON,
            value: typed.text.clone(),
            faulty: is_told && fault(typed).is_some(),
        }
    };
    reasons.iter().map(field).collect()
}

/// What is told about faulty reasons: the form field and the sentence.
pub fn faults(asked: &Asked, reasons: &[Typed]) -> Vec<(String, String)> {
    let t = asked.texts();
    let told = |typed: &Typed| {
        let key = fault(typed)?;
        let limit = i64::try_from(MAX_REASON).unwrap_or(i64::MAX);
        let label = label(asked, typed.field);
        Some((name(&typed.rule), t.with(key, &[("field", label.into()), ("count", limit.into())])))
    };
    reasons.iter().filter_map(told).collect()
}
