//! One entry as its organisation sees it: read with the tag of its revisions, written by who names that tag.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use maki_app::work::{EntryWork, Stage, Submission};
use maki_app::writing::{RecordFault, RecordWish, RowFinding};
use maki_app::{Permit, RowFault};
use maki_domain::plausibility::{Finding, Severity};
use maki_domain::{Language, RecordKind};
use serde_json::{Map, Value, json};

use super::answer::{json_answer, problems};
use super::{JSON, language, media_type, whole};
use crate::error::{ApiProblem, WebError, kinds};
use crate::format::rfc3339;
use crate::guard::Allowed;
use crate::state::WebState;
use crate::texts::texts;

/// Largest body in bytes; all fields of an entry filled to their limits are well below.
const MAX_ENTRY: usize = 1 << 20;
const MERGE: &str = "application/merge-patch+json";

pub async fn show(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let entry = state.app.entry_work(&permit).await?;
    tagged(&state, &entry, language(&headers)).await
}

pub async fn replace(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    write(&state, &permit, &headers, body, true).await
}

pub async fn change(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    write(&state, &permit, &headers, body, false).await
}

async fn write(
    state: &WebState,
    permit: &Permit,
    headers: &HeaderMap,
    body: Body,
    replaces: bool,
) -> Result<Response, WebError> {
    let seen = if_match(headers)?.ok_or_else(|| ApiProblem::of(kinds::IF_MATCH_MISSING))?;
    let entry = json_body(headers, body).await?;
    let wish = RecordWish { entry, replaces, seen };
    let language = language(headers);
    match state.app.write_record(permit, &wish).await? {
        Ok(entry) => tagged(state, &entry, language).await,
        Err(RecordFault::Stale(entry)) => {
            Err(ApiProblem::of(kinds::CHANGED_SINCE).tag(format!("\"{}\"", entry.tag())).into())
        }
        Err(RecordFault::Locked) => Err(ApiProblem::of(kinds::IN_REVIEW).into()),
        Err(RecordFault::Refused(faults)) => Err(told(&faults, language)),
    }
}

fn told(faults: &[RowFault], language: Language) -> WebError {
    ApiProblem::of(kinds::ENTRY_REFUSED).problems(problems(texts(language), faults)).into()
}

pub async fn submit(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    let seen = if_match(&headers)?.flatten();
    let bytes = whole(&headers, body, MAX_ENTRY).await?;
    let said: Value = if bytes.is_empty() { json!({}) } else { parsed(&headers, &bytes)? };
    let known = |members: &Map<String, Value>| members.keys().all(|key| key == "note" || key == "reasons");
    let note = match said.get("note") {
        _ if !said.as_object().is_some_and(known) => None,
        None => Some(""),
        Some(note) => note.as_str(),
    };
    let note = note.ok_or_else(|| WebError::BadParameter { name: "note".to_owned() })?;
    let reasons = reasons(&said)?;
    let entry = state.app.entry_work(&permit).await?;
    if seen.is_some_and(|seen| seen != entry.tag()) {
        return Err(ApiProblem::of(kinds::CHANGED_SINCE).tag(format!("\"{}\"", entry.tag())).into());
    }
    let language = language(&headers);
    match state.app.submit_work(&permit, note, &reasons).await? {
        Submission::Done => tagged(&state, &state.app.entry_work(&permit).await?, language).await,
        Submission::Incomplete => {
            let missing = |id: &maki_domain::FieldId| RowFault::new(1, id.field().key.as_str(), "", "field-missing");
            let faults: Vec<RowFault> = entry.open_points().iter().map(missing).collect();
            Err(told(&faults, language))
        }
        Submission::Contradictory => {
            let findings = state.app.findings_of(&entry);
            Err(found(findings.iter().filter(|f| f.severity == Severity::Error), "finding-contradictory", language))
        }
        Submission::Unexplained => {
            let findings = state.app.findings_of(&entry);
            Err(found(findings.iter().filter(|f| f.severity == Severity::Warning), "finding-unexplained", language))
        }
    }
}

/// Reasons by the key of the rule.
fn reasons(said: &Value) -> Result<Vec<(String, String)>, WebError> {
    let refused = || WebError::BadParameter { name: "reasons".to_owned() };
    let members = match said.get("reasons") {
        None => return Ok(Vec::new()),
        Some(reasons) => reasons.as_object().ok_or_else(refused)?,
    };
    let reason = |(rule, text): (&String, &Value)| Some((rule.clone(), text.as_str()?.to_owned()));
    members.iter().map(|member| reason(member).ok_or_else(refused)).collect()
}

/// Findings as problems: the field, the key of the rule, and what is wrong.
fn found<'f>(
    findings: impl Iterator<Item = &'f Finding<'static>>,
    reason: &'static str,
    language: Language,
) -> WebError {
    let faults: Vec<RowFault> =
        findings.map(|f| RowFault::new(1, f.field.field().key.as_str(), f.rule.key.as_str(), reason)).collect();
    told(&faults, language)
}

/// The tag that the writer has seen: none where the header is missing, `Some(None)` for whatever stands there.
#[expect(clippy::option_option, reason = "missing and any are different things")]
fn if_match(headers: &HeaderMap) -> Result<Option<Option<String>>, WebError> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let unreadable = || WebError::BadParameter { name: "If-Match".to_owned() };
    let text = value.to_str().map_err(|_| unreadable())?.trim();
    if text == "*" {
        return Ok(Some(None));
    }
    let tag = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(unreadable)?;
    Ok(Some(Some(tag.to_owned())))
}

async fn json_body(headers: &HeaderMap, body: Body) -> Result<Value, WebError> {
    let bytes = whole(headers, body, MAX_ENTRY).await?;
    parsed(headers, &bytes)
}

fn parsed(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, WebError> {
    if ![JSON, MERGE].contains(&media_type(headers).as_str()) {
        return Err(WebError::WrongMediaType);
    }
    serde_json::from_slice(bytes).map_err(|_| ApiProblem::of(kinds::UNREADABLE_ROW).row(1).into())
}

async fn tagged(state: &WebState, entry: &EntryWork, language: Language) -> Result<Response, WebError> {
    let body = shown(state, entry, language).await?;
    let mut response = json_answer(StatusCode::OK, body.to_string(), language);
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", entry.tag())) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

const fn state_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "draft",
        Stage::InReview => "in_review",
        Stage::Returned => "returned",
        Stage::Published => "published",
        Stage::Withdrawn => "withdrawn",
    }
}

async fn shown(state: &WebState, entry: &EntryWork, language: Language) -> Result<Value, WebError> {
    let organisation = state.app.organisation_refs(&[entry.organisation]).await?.pop();
    let (mut parts, mut content) = (Map::new(), Map::new());
    for part in &entry.parts {
        let name = part.kind.code().to_owned();
        parts.insert(
            name.clone(),
            json!({ "record": part.record, "kennung": part.kennung, "revision": part.revision,
                "version": part.version, "changed": part.is_changed }),
        );
        content.insert(name, serde_json::to_value(&part.content).map_err(WebError::internal)?);
    }
    let kennung = entry.part(RecordKind::System).and_then(|part| part.kennung.clone());
    let missing: Vec<&str> = entry.open_points().iter().map(|id| id.field().key.as_str()).collect();
    let findings = state.app.findings_of(entry);
    let findings: Vec<Value> =
        findings.iter().filter_map(|one| super::answer::finding(language, &RowFinding::from(one))).collect();
    Ok(json!({
        "entry": entry.entry,
        "kennung": kennung.or_else(|| entry.shared_system.as_ref().and_then(|shared| shared.kennung.clone())),
        "state": state_of(entry.stage),
        "organisation": organisation.map(|o| json!({ "kennung": o.kennung, "name": o.name })),
        "changed_at": entry.changed_at.map(rfc3339),
        "note": entry.note,
        "answer": entry.answer,
        "missing": missing,
        "findings": findings,
        "shared_system": entry.shared_system.as_ref().map(|s| json!({ "kennung": s.kennung, "name": s.name })),
        "parts": parts,
        "content": content,
    }))
}
