//! Organisations, vocabularies, the field catalogue, counts, suggestions and the change feed.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{Action, OrganisationFilter, OrganisationSummary};
use maki_domain::{Field, RecordKind, View, catalogue};
use serde_json::{Value, json};

use super::cursor::{LogPlace, Place};
use super::parameters::Parameters;
use super::systems::DEEPEST;
use super::{ROOT, answer, answer_page, page_href};
use crate::context::Context;
use crate::error::WebError;
use crate::lookup;
use crate::state::WebState;

/// Most organisations of a page.
pub(super) const MOST: usize = 200;
/// Most events of the log behind a page of changes.
pub(super) const MOST_CHANGES: usize = 1_000;
/// Longest part of a name that is searched for, in characters.
pub(super) const MAX_NAME: usize = 200;
pub(super) const DEFAULT_LIMIT: usize = 50;
/// Suggestions when nobody asks for another number.
pub(super) const SUGGESTED: usize = 8;
pub(super) const MOST_SUGGESTED: usize = 20;

fn send(state: &WebState, context: &Context, value: &Value) -> Result<Response, WebError> {
    Ok(answer(state, context, serde_json::to_vec(value).map_err(WebError::internal)?))
}

fn send_page(state: &WebState, context: &Context, value: &Value, next: Option<&str>) -> Result<Response, WebError> {
    Ok(answer_page(state, context, serde_json::to_vec(value).map_err(WebError::internal)?, next))
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

/// `/organisations?name=…&level=…&land=…&with_entries=true&limit=…&cursor=…`
pub async fn organisations(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    const NAMES: [&str; 7] = ["name", "level", "land", "with_entries", "limit", "offset", "cursor"];
    let parameters = Parameters::only(&context, &NAMES)?;
    let mut filter = OrganisationFilter {
        name: parameters.text("name", MAX_NAME)?.unwrap_or_default().to_owned(),
        level: parameters.code("level", "administrative_level")?,
        land: parameters.code("land", "land")?,
        with_entries: parameters.yes("with_entries")?,
        offset: parameters.whole("offset", 0, 0..=DEEPEST)?,
        limit: parameters.whole("limit", DEFAULT_LIMIT, 1..=MOST)?,
    };
    let list = list_of(&filter);
    if let Some(text) = parameters.raw("cursor") {
        let place = Place::read(&list, text).ok_or(WebError::BadParameter { name: "cursor".to_owned() })?;
        filter.offset = place.offset;
    }
    let page = state.app.organisations(&filter).await?;
    let after = filter.offset.saturating_add(page.organisations.len());
    let next = (after < page.total && !page.organisations.is_empty()).then(|| {
        let (cursor, limit) = (Place { offset: after, after: None }.write(&list), filter.limit.to_string());
        page_href("/organisations", &list, &[("cursor", &cursor), ("limit", &limit)])
    });
    let found: Vec<Value> = page.organisations.iter().map(summary).collect();
    let body = json!({ "total": page.total, "organisations": found, "next": next });
    send_page(&state, &context, &body, next.as_deref())
}

/// The filters of a list of organisations as its address has them, in a fixed order.
fn list_of(filter: &OrganisationFilter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !filter.name.is_empty() {
        query.append_pair("name", &filter.name);
    }
    for (name, code) in [("level", &filter.level), ("land", &filter.land)] {
        if let Some(code) = code {
            query.append_pair(name, code);
        }
    }
    if filter.with_entries {
        query.append_pair("with_entries", "true");
    }
    query.finish()
}

/// `/organisations/{kennung}`
pub async fn organisation(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    let (kennung, profile) = lookup::organisation(&state, &context, &typed).await?;
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

/// `/confidential-counts`: all that is public of confidential entries.
pub async fn confidential_counts(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    Parameters::only(&context, &[])?;
    let counts = state.app.confidential_counts().await?;
    let levels: Vec<Value> =
        counts.levels.iter().map(|one| json!({ "code": one.of, "count": one.tally.told() })).collect();
    let grounds: Vec<Value> = counts
        .grounds
        .iter()
        .map(|one| json!({ "code": one.of.code(), "law": one.of.law(), "count": one.tally.told() }))
        .collect();
    let fewer_than = maki_domain::confidential::SMALLEST_TOLD;
    let body = json!({
        "as_of": counts.day.to_string(),
        "null_means_fewer_than": fewer_than,
        "levels": levels,
        "grounds": grounds,
    });
    send(&state, &context, &body)
}

/// `/suggest?q=…`
pub async fn suggest(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let parameters = Parameters::only(&context, &["q", "limit"])?;
    let text = parameters.text("q", maki_app::MAX_QUERY_CHARS)?.unwrap_or_default();
    let limit = parameters.whole("limit", SUGGESTED, 1..=MOST_SUGGESTED)?;
    let found = state.app.suggest(View::Public, text, limit)?;
    let list: Vec<Value> = found
        .iter()
        .map(|s| json!({ "kind": format!("{:?}", s.kind).to_lowercase(), "text": s.text, "target": s.target }))
        .collect();
    send(&state, &context, &json!({ "suggestions": list }))
}

/// `/changes?after=CURSOR&limit=…`: what became public or was withdrawn, oldest first.
pub async fn changes(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let parameters = Parameters::only(&context, &["after", "limit"])?;
    let limit = parameters.whole("limit", DEFAULT_LIMIT, 1..=MOST_CHANGES)?;
    let bad = || WebError::BadParameter { name: "after".to_owned() };
    let after = match parameters.raw("after").filter(|t| !t.is_empty()) {
        Some(text) => Some(LogPlace::read(text).ok_or_else(bad)?),
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
                "organisation": c.organisation,
                "change_note": c.change_note,
            })
        })
        .collect();
    let more = page.last < page.head;
    let next = more.then(|| page_href("/changes", "", &[("after", &cursor), ("limit", &limit.to_string())]));
    send_page(
        &state,
        &context,
        &json!({ "changes": list, "cursor": cursor, "more": more, "next": next }),
        next.as_deref(),
    )
}
