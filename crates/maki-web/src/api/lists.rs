//! Organisations, vocabularies, the field catalogue, counts, suggestions and the change feed.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{Action, OrganisationFilter, OrganisationSummary};
use maki_domain::{Field, RecordKind, View, catalogue};
use serde_json::{Value, json};

use super::cursor::LogPlace;
use super::{ROOT, answer, number, parameter};
use crate::context::Context;
use crate::error::WebError;
use crate::pages::{kennung, unknown_kennung};
use crate::state::WebState;

/// Most items of a page.
const MOST: usize = 200;
const DEFAULT_LIMIT: usize = 50;
/// Suggestions when nobody asks for another number.
const SUGGESTED: usize = 8;

fn send(state: &WebState, context: &Context, value: &Value) -> Result<Response, WebError> {
    answer(state, context, serde_json::to_vec(value).map_err(WebError::internal)?)
}

fn summary(organisation: &OrganisationSummary) -> Value {
    json!({
        "kennung": organisation.organisation.kennung,
        "name": organisation.organisation.name,
        "language": organisation.organisation.language,
        "level": organisation.organisation.level,
        "land": organisation.organisation.land,
        "ars": organisation.ars,
        "systems": organisation.systems,
        "deployments": organisation.deployments,
    })
}

/// `/organisations?name=…&level=…&land=…&with_entries=true&limit=…&offset=…`
pub async fn organisations(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let filter = OrganisationFilter {
        name: parameter(&context, "name").unwrap_or_default(),
        level: parameter(&context, "level"),
        land: parameter(&context, "land"),
        with_entries: parameter(&context, "with_entries").is_some_and(|v| v == "true"),
        offset: number(&context, "offset", 0, 99_999_999)?,
        limit: number(&context, "limit", DEFAULT_LIMIT, MOST)?.max(1),
    };
    let page = state.app.organisations(&filter).await?;
    let list: Vec<Value> = page.organisations.iter().map(summary).collect();
    send(&state, &context, &json!({ "total": page.total, "organisations": list }))
}

/// `/organisations/{kennung}`
pub async fn organisation(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    let kennung = kennung(&state, &context, &typed).await?;
    let Some(profile) = state.app.organisation(View::Public, &kennung).await? else {
        return Err(unknown_kennung(&state, &context, &typed).await);
    };
    let children: Vec<Value> = profile.children.iter().map(summary).collect();
    let body = json!({
        "kennung": profile.record.kennung(),
        "version": profile.record.envelope.version,
        "external_ids": profile.record.envelope.external_ids,
        "content": profile.record.content,
        "systems": profile.summary.systems,
        "deployments": profile.summary.deployments,
        "parent": profile.parent,
        "children": children,
        "links": { "self": format!("{ROOT}/organisations/{kennung}"), "html": format!("/behoerden/{kennung}") },
    });
    send(&state, &context, &body)
}

/// `/vocabularies`
pub async fn vocabularies(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let all: Vec<Value> = maki_domain::vocabulary::vocabularies()
        .iter()
        .map(|v| json!({ "name": v.name, "label": v.label, "terms": v.terms() }))
        .collect();
    send(&state, &context, &json!({ "vocabularies": all }))
}

/// `/vocabularies/{name}`
pub async fn vocabulary(
    State(state): State<WebState>,
    context: Context,
    Path(name): Path<String>,
) -> Result<Response, WebError> {
    let list = maki_domain::vocabulary(&name).ok_or(WebError::NotFound)?;
    send(&state, &context, &json!({ "name": list.name, "label": list.label, "terms": list.terms() }))
}

fn field(field: &Field) -> Value {
    let texts =
        |t: &maki_domain::catalogue::FieldTexts| json!({ "label": t.label, "help": t.help, "example": t.example });
    json!({
        "key": field.key,
        "record": field.record,
        "section": field.section,
        "type": field.field_type,
        "vocabulary": field.vocabulary,
        "max_length": field.max_length,
        "max_items": field.max_items,
        "visibility": field.visibility,
        "required": field.required,
        "annex_viii": field.annex_viii,
        "aliases": field.aliases,
        "de": texts(&field.de),
        "en": texts(&field.en),
    })
}

/// `/fields`: the whole catalogue.
pub async fn fields(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let sections: Vec<Value> = RecordKind::ALL
        .into_iter()
        .flat_map(|kind| catalogue().sections_of(kind))
        .map(|s| json!({ "key": s.key, "record": s.record, "de": s.de, "en": s.en }))
        .collect();
    let fields: Vec<Value> = catalogue().fields().map(|(_, f)| field(f)).collect();
    send(&state, &context, &json!({ "sections": sections, "fields": fields }))
}

/// `/counts`: everything counted, kept ready.
pub async fn counts(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let overview = state.app.overview(View::Public)?;
    let facets: serde_json::Map<String, Value> = overview
        .facets
        .iter()
        .map(|facet| {
            let values: Vec<Value> =
                facet.values.iter().map(|v| json!({ "code": v.code, "label": v.label, "count": v.count })).collect();
            (facet.facet.name().to_owned(), Value::Array(values))
        })
        .collect();
    let body = json!({ "systems": overview.systems, "deployments": overview.deployments, "facets": facets });
    send(&state, &context, &body)
}

/// `/suggest?q=…`
pub async fn suggest(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let text = parameter(&context, "q").unwrap_or_default();
    let limit = number(&context, "limit", SUGGESTED, 20)?;
    let found = state.app.suggest(View::Public, &text, limit)?;
    let list: Vec<Value> = found
        .iter()
        .map(|s| json!({ "kind": format!("{:?}", s.kind).to_lowercase(), "text": s.text, "target": s.target }))
        .collect();
    send(&state, &context, &json!({ "suggestions": list }))
}

/// `/changes?after=CURSOR&limit=…`: what became public or was withdrawn, oldest first.
pub async fn changes(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let limit = number(&context, "limit", DEFAULT_LIMIT, 1_000)?.max(1);
    let bad = || WebError::BadParameter { name: "after".to_owned() };
    let after = match parameter(&context, "after").filter(|t| !t.is_empty()) {
        Some(text) => Some(LogPlace::read(&text).ok_or_else(bad)?),
        None => None,
    };
    let page = state.app.changes(after.as_ref().map_or(0, |p| p.sequence), limit).await?;
    // A restored register starts a new epoch: what the reader remembers is no place in this log.
    if after.is_some_and(|p| p.register != page.register_id || p.epoch != page.epoch) {
        return Err(WebError::CursorExpired);
    }
    let cursor = LogPlace { register: page.register_id, epoch: page.epoch, sequence: page.last }.write();
    let list: Vec<Value> = page
        .changes
        .iter()
        .map(|c| {
            let action = if c.action == Action::Withdrawn { "withdrawn" } else { "published" };
            json!({
                "kennung": c.kennung,
                "kind": c.kind,
                "version": c.version,
                "action": action,
                "at": crate::format::rfc3339(c.at),
            })
        })
        .collect();
    send(&state, &context, &json!({ "changes": list, "cursor": cursor, "more": page.last < page.head }))
}
