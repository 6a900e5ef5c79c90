//! What programs are told of their rows: counts, and for each row what became of it, with problems in their language.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use fluent_bundle::FluentValue;
use maki_app::RowFault;
use maki_app::writing::{BatchOutcome, RowFinding, RowResult};
use maki_domain::plausibility::rule_book;
use maki_domain::{Language, catalogue};
use serde_json::{Value, json};

use crate::texts::{Texts, texts};

/// An answer that no cache keeps.
pub fn json_answer(status: StatusCode, body: String, language: Language) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Counts and rows.
pub fn outcome(outcome: &BatchOutcome, dry_run: bool, language: Language) -> Value {
    let t = texts(language);
    json!({
        "dry_run": dry_run,
        "written": outcome.written,
        "counts": {
            "created": outcome.created,
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
            "refused": outcome.refused,
        },
        "rows": outcome.rows.iter().map(|one| row(t, language, one)).collect::<Vec<_>>(),
    })
}

fn row(t: &Texts, language: Language, row: &RowResult) -> Value {
    json!({
        "row": row.row,
        "status": row.status,
        "entry": row.entry,
        "kennung": row.kennung,
        "problems": problems(t, &row.problems),
        "findings": row.findings.iter().filter_map(|one| finding(language, one)).collect::<Vec<_>>(),
    })
}

/// A finding with its words; none where another build found it that knew other rules.
pub fn finding(language: Language, found: &RowFinding) -> Option<Value> {
    let (rule, field) = (rule_book().rule(&found.rule)?, catalogue().id(&found.field)?);
    Some(json!({
        "rule": found.rule,
        "severity": found.severity,
        "field": found.field,
        "text": rule.message(language, field),
        "article": rule.article,
        "due": found.due,
    }))
}

/// Problems of fields with their texts.
pub fn problems(t: &Texts, faults: &[RowFault]) -> Vec<Value> {
    faults.iter().map(|fault| problem(t, fault)).collect()
}

fn problem(t: &Texts, fault: &RowFault) -> Value {
    let limit: Option<i64> = fault.detail.as_ref().and_then(|detail| detail.parse().ok());
    let mut problem = json!({ "field": fault.field, "key": fault.reason, "text": text(t, fault, limit) });
    if let Some(members) = problem.as_object_mut() {
        if !fault.value.is_empty() {
            members.insert("value".to_owned(), fault.value.as_str().into());
        }
        if let Some(limit) = limit {
            members.insert("limit".to_owned(), limit.into());
        }
    }
    problem
}

fn text(t: &Texts, fault: &RowFault, limit: Option<i64>) -> String {
    let variables = [("count", FluentValue::from(limit.unwrap_or_default()))];
    let found = t.with(&fault.reason, &variables);
    if found == fault.reason { t.get("row-refused").to_owned() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reasons of the reader, of fields and of the plan.
    const REASONS: &[&str] = &[
        "entry-name-missing",
        "entry-organisation-missing",
        "entry-system-missing",
        "entry-invalid",
        "entry-kennung-invalid",
        "entry-external-id-invalid",
        "entry-in-review",
        "field-value-unknown",
        "field-date-invalid",
        "field-boolean-invalid",
        "field-integer-invalid",
        "field-too-long",
        "field-too-many-items",
        "field-wrong-record",
        "field-not-a-url",
        "field-not-an-email",
        "field-not-digits",
        "field-negative",
        "field-control-character",
        "field-missing",
        "field-must-be-stated",
        "field-visibility-wider",
        "field-unknown",
        "field-wrong-type",
        "field-absence-invalid",
        "row-malformed-text",
        "row-cell-too-long",
        "row-too-long",
        "row-unclosed-quote",
        "row-invalid-json",
        "row-not-an-object",
        "organisation-unknown",
        "forbidden-organisation",
        "system-of-another",
        "kennung-unknown",
        "kennung-number-too-high",
        "id-of-another-record",
        "record-withdrawn",
        "deployment-ambiguous",
        "deployment-of-another-system",
        "part-missing",
    ];

    #[test]
    fn every_reason_has_its_text() {
        for language in Language::ALL {
            let t = texts(language);
            for reason in REASONS {
                let fault = RowFault::new(1, "name", "", *reason).with_detail("7");
                assert_ne!(text(t, &fault, Some(7)), t.get("row-refused"), "{reason} in {language:?}");
            }
        }
    }
}
