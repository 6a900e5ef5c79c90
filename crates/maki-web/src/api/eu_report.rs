//! Reports to the EU database: their schema for everybody, and for programs with a token the reports of an entry.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maki_app::eu_report::{MadeReport, ReportOf, ReportSheet};
use maki_domain::eu_report::SCHEMA;
use serde_json::{Map, Value, json};

use super::write::{json_answer, language};
use crate::context::Context;
use crate::error::WebError;
use crate::format::rfc3339;
use crate::guard::Allowed;
use crate::respond::tagged;
use crate::state::WebState;

/// `/schema/eu-report`
pub async fn schema(State(state): State<WebState>, context: Context) -> Response {
    tagged(&state.site, &context, "application/schema+json", SCHEMA.as_bytes().to_vec())
}

/// `/entries/{record}/eu-report`
pub async fn show(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let of = state.app.eu_reports_of(&permit).await?;
    let mut reports = Vec::with_capacity(of.entry.reports.len());
    for report in &of.entry.reports {
        let sheet = state.app.eu_report(&permit, report.obligation.code).await?;
        reports.push(shown(&sheet));
    }
    let body = json!({
        "entry": of.entry.entry,
        "kennung": of.entry.kennung,
        "state": of.entry.state().code(),
        "unapproved_changes": of.entry.is_changed,
        "unregistered_provider_from": of.entry.unregistered_from,
        "reports": reports,
    });
    Ok(json_answer(StatusCode::OK, body.to_string(), language(&headers)))
}

fn shown(sheet: &ReportSheet) -> Value {
    let report: &ReportOf = &sheet.report;
    let changes: Vec<Value> = sheet
        .changes
        .iter()
        .map(|change| {
            json!({ "item": change.item, "field": change.field, "before": change.before, "after": change.after })
        })
        .collect();
    json!({
        "code": report.obligation.code,
        "article": report.obligation.article,
        "state": report.state.code(),
        "required": report.is_due,
        "due_from": report.obligation.from,
        "record": report.record,
        "reported": report.last.as_ref().map(made),
        "changes": changes,
        "report": report.report,
    })
}

fn made(made: &MadeReport) -> Value {
    json!({ "database_id": made.database_id, "url": made.url, "reported_on": made.reported_on,
        "noted_at": rfc3339(made.noted_at) })
}

/// The schema of a report as the document of the API holds it: what it refers to stands beside it.
pub fn component() -> Value {
    let text = SCHEMA.replace("#/$defs/", "#/components/schemas/EuReport/$defs/");
    let mut schema: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(members) = schema.as_object_mut() {
        members.remove("$schema");
    }
    schema
}

/// What the reports of an entry look like.
pub fn schemas() -> Map<String, Value> {
    let states: Vec<&str> = maki_domain::eu_report::ReportState::ALL.iter().map(|state| state.code()).collect();
    let day = json!({ "type": "string", "format": "date" });
    let reported = json!({ "type": ["object", "null"], "description": "What the database gave back the last time.",
        "properties": { "database_id": { "type": "string" }, "url": { "type": ["string", "null"], "format": "uri" },
            "reported_on": day, "noted_at": { "type": "string", "format": "date-time" } } });
    let change = json!({ "type": "object", "required": ["item", "field"], "properties": {
        "item": { "type": "string" }, "field": { "type": "string" }, "before": {}, "after": {} } });
    let one = json!({ "type": "object", "required": ["code", "state", "required", "report"], "properties": {
        "code": { "enum": maki_domain::eu_report::Obligation::CODES },
        "article": { "type": "string" },
        "state": { "enum": states },
        "required": { "type": "boolean", "description": "False where the duty has ended since it was reported." },
        "due_from": { "type": "array", "items": day, "description": "One day for each reading of the law." },
        "record": { "type": "string", "format": "uuid" },
        "reported": reported,
        "changes": { "type": "array", "items": change, "description": "What is not as it was reported." },
        "report": { "$ref": "#/components/schemas/EuReport" } } });
    let all = json!({ "type": "object", "required": ["entry", "state", "reports"], "properties": {
        "entry": { "type": "string", "format": "uuid" },
        "kennung": { "type": ["string", "null"] },
        "state": { "enum": states, "description": "What is to be done first." },
        "unapproved_changes": { "type": "boolean" },
        "unregistered_provider_from": { "type": ["string", "null"], "format": "date", "description":
            "The day from which the use is forbidden as long as no entry of the provider is named (Art. 26(8))." },
        "reports": { "type": "array", "items": one } } });
    [("EuReport".to_owned(), component()), ("EuReports".to_owned(), all)].into_iter().collect()
}
