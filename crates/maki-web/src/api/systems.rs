//! Systems: searched, and one with its deployments and versions.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{
    AnswerForm, DeploymentOf, Facet, OrganisationRef, PublishedRecord, QueryHint, SearchPage, Sort, Steckbrief,
};
use maki_domain::{Content, RecordKind, View};

use super::cursor::Place;
use super::json::Json;
use super::parameters::Parameters;
use super::{MEDIA_TYPE, ROOT, answer, answer_page, page_href, versions};
use crate::context::Context;
use crate::error::WebError;
use crate::lookup;
use crate::pages::steckbrief::iso_day;
use crate::respond::{answer_of, finished};
use crate::search_form::SearchForm;
use crate::state::WebState;

/// Hits of a page when nobody asks for another number.
pub(super) const DEFAULT_LIMIT: usize = 20;
/// Most hits of a page.
pub(super) const MOST: usize = 100;
/// Largest offset that is read.
pub(super) const DEEPEST: usize = 99_999_999;
/// Names that are not filters.
const OTHERS: [&str; 4] = ["limit", "offset", "cursor", "facets"];

/// `/systems?q=…&land=05&facets=level,land&limit=20&cursor=…`
pub async fn search(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let form = SearchForm::parse(&context, &OTHERS)?;
    // Pages are for people; here a number of them would mean something else with every limit.
    if let Some((name, _)) = context.pairs().find(|(name, _)| name == "page") {
        return Err(WebError::UnknownFilter { name, without_href: context.path.clone() });
    }
    let parameters = Parameters::among(&context, &OTHERS)?;
    let limit = parameters.whole("limit", DEFAULT_LIMIT, 0..=MOST)?;
    let list = form.at_page(1).to_query();
    let Place { offset, after } = match parameters.raw("cursor") {
        Some(text) => Place::read(&list, text).ok_or(WebError::BadParameter { name: "cursor".to_owned() })?,
        None => Place { offset: parameters.whole("offset", 0, 0..=DEEPEST)?, after: None },
    };
    let wanted = parameters.raw("facets");
    let request = maki_app::SearchRequest { limit, offset, after, facets: facets(wanted)?, ..form.request() };
    let found = state.app.search(View::Public, &request)?;
    let next = next(&found, &list, form.effective_sort()).map(|cursor| {
        let limit = limit.to_string();
        let mut pairs = vec![("cursor", cursor.as_str()), ("limit", limit.as_str())];
        pairs.extend(wanted.map(|names| ("facets", names)));
        page_href("/systems", &list, &pairs)
    });
    Ok(answer_page(&state, &context, page(&found, next.as_deref()), next.as_deref()))
}

/// The facets to count: names with commas between them, `all`, or `none`.
fn facets(wanted: Option<&str>) -> Result<Vec<Facet>, WebError> {
    match wanted {
        None | Some("all") => Ok(Facet::ALL.to_vec()),
        Some("" | "none") => Ok(Vec::new()),
        Some(names) => {
            let mut facets: Vec<Facet> = Vec::new();
            for name in names.split(',') {
                let facet = name.trim().parse().map_err(|_| WebError::BadParameter { name: "facets".to_owned() })?;
                if !facets.contains(&facet) {
                    facets.push(facet);
                }
            }
            Ok(facets)
        }
    }
}

/// The cursor of the page after this one, when there is one that this order reaches. By relevance it is a number, in
/// the other orders the last hit.
fn next(found: &SearchPage, list: &str, sort: Sort) -> Option<String> {
    let hits = &found.hits;
    let offset = hits.offset.saturating_add(hits.hits.len());
    let by_relevance = sort == Sort::Relevance;
    let reachable = !by_relevance || offset <= maki_app::MAX_OFFSET_BY_RELEVANCE;
    let last = hits.hits.last().filter(|_| offset < hits.total && reachable)?;
    Some(Place { offset, after: (!by_relevance).then_some(last.id) }.write(list))
}

fn page(found: &SearchPage, next: Option<&str>) -> Vec<u8> {
    let hits = &found.hits;
    let mut json = Json::with_capacity(16 * 1024);
    json.open(b'{').name("total").number(hits.total).name("incomplete").boolean(found.incomplete);
    json.name("systems").open(b'[');
    for hit in &hits.hits {
        // A card is JSON made by the app when the index was fed.
        json.raw(&hit.card);
    }
    json.close(b']').name("facets").open(b'{');
    for facet in &hits.facets {
        json.name(facet.facet.name()).open(b'[');
        for value in &facet.values {
            json.open(b'{').name("code").text(&value.code).name("count").number(value.count);
            if let Some(label) = &value.label {
                json.name("label").text(label);
            }
            json.close(b'}');
        }
        json.close(b']');
    }
    json.close(b'}');
    understood(&mut json, found);
    json.name("next").optional(next).close(b'}');
    json.finish()
}

/// How the query was understood, as the page says it in words: unknown words that were replaced, queries that may have
/// been meant, and remarks.
fn understood(json: &mut Json, found: &SearchPage) {
    json.name("corrected").open(b'[');
    for correction in &found.hits.corrected {
        json.open(b'{').name("word").text(&correction.word).name("replaced_by").open(b'[');
        for word in &correction.replaced_by {
            json.text(word);
        }
        json.close(b']').close(b'}');
    }
    json.close(b']').name("suggestions").open(b'[');
    for suggestion in &found.hits.suggestions {
        json.text(suggestion);
    }
    json.close(b']').name("hints").open(b'[');
    for hint in &found.hits.hints {
        json.text(hint_code(*hint));
    }
    json.close(b']');
}

/// The code of a remark.
pub(super) const fn hint_code(hint: QueryHint) -> &'static str {
    match hint {
        QueryHint::UnbalancedQuote => "unbalanced_quote",
        QueryHint::OnlyExclusions => "only_exclusions",
        QueryHint::SomeWordsMissing => "some_words_missing",
        QueryHint::OnlyStopWords => "only_stop_words",
        QueryHint::NothingSearchable => "nothing_searchable",
    }
}

/// `/systems/{kennung}`; the Kennung of a deployment leads to its system.
pub async fn one(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    if context.query.is_some() {
        return Box::pin(then(&state, &context, &typed)).await;
    }
    if let Some(kept) = state.app.answer(AnswerForm::Json, &typed) {
        return Ok(finished(&context, MEDIA_TYPE, &kept));
    }
    let (kennung, steckbrief, since) = lookup::steckbrief_once(&state, &context, &typed).await?;
    if steckbrief.system.kennung() != kennung.as_str() {
        return Ok(Redirect::to(&format!("{ROOT}/systems/{}", steckbrief.system.kennung())).into_response());
    }
    let made = answer_of(&state.site, &context, write(&state, &steckbrief)?);
    state.app.keep_answer(since, AnswerForm::Json, &steckbrief, made.clone());
    Ok(finished(&context, MEDIA_TYPE, &made))
}

/// `/systems/{kennung}?at=2026-03-01`: what was public at the end of that day; without one, what is public now.
async fn then(state: &WebState, context: &Context, typed: &str) -> Result<Response, WebError> {
    let parameters = Parameters::only(context, &["at"])?;
    let Some(at) = parameters.raw("at") else {
        let (_, found) = lookup::steckbrief(state, context, typed).await?;
        return Ok(answer(state, context, write(state, &found)?));
    };
    let kennung = lookup::kennung(state, context, typed).await?;
    let day = iso_day(at).ok_or_else(|| WebError::BadParameter { name: "at".to_owned() })?;
    match state.app.steckbrief_at(View::Public, &kennung, day).await? {
        Some(found) => Ok(answer(state, context, write(state, &found)?)),
        None => Err(WebError::NotFound),
    }
}

fn write(state: &WebState, steckbrief: &Steckbrief) -> Result<Vec<u8>, WebError> {
    let mut json = Json::with_capacity(8 * 1024);
    json.open(b'{');
    record(&mut json, &steckbrief.system)?;
    if let Some(withdrawal) = &steckbrief.withdrawal {
        json.name("withdrawal").open(b'{').name("reason").text(&withdrawal.reason);
        json.name("at").text(&crate::format::rfc3339(withdrawal.at)).close(b'}');
    }
    let kennung = steckbrief.system.kennung();
    organisation(&mut json, "responsible", steckbrief.responsible.as_ref())?;
    json.name("deployments").open(b'[');
    for DeploymentOf { record: deployment, deployer } in &steckbrief.deployments {
        json.open(b'{');
        record(&mut json, deployment)?;
        organisation(&mut json, "deployer", deployer.as_ref())?;
        json.close(b'}');
    }
    json.close(b']').name("versions").open(b'[');
    versions::write(&mut json, steckbrief, None)?;
    json.close(b']').name("licence").open(b'{').name("id").text(&state.site.licence_label);
    json.name("url").text(&state.site.licence_url).close(b'}');
    json.name("links").open(b'{').name("self").text(&format!("{ROOT}/systems/{kennung}"));
    json.name("html").text(&format!("/systeme/{kennung}")).close(b'}').close(b'}');
    Ok(json.finish())
}

fn record(json: &mut Json, record: &PublishedRecord) -> Result<(), WebError> {
    json.name("kennung").text(record.kennung()).name("version").number(record.envelope.version);
    json.name("withdrawn").boolean(record.is_withdrawn());
    let first = record.envelope.published_at.unwrap_or(record.version_at);
    json.name("published_at").text(&crate::format::rfc3339(first));
    json.name("changed_at").text(&crate::format::rfc3339(record.version_at));
    json.name("external_ids").value(&record.envelope.external_ids).map_err(WebError::internal)?;
    content(json, &record.content)
}

fn content(json: &mut Json, content: &Content) -> Result<(), WebError> {
    json.name("content").value(content).map_err(WebError::internal)?;
    Ok(())
}

fn organisation(json: &mut Json, name: &str, organisation: Option<&OrganisationRef>) -> Result<(), WebError> {
    json.name(name).value(&organisation).map_err(WebError::internal)?;
    Ok(())
}

/// `/systems/{kennung}/versions/{number}`: one version of a system or of one of its deployments.
pub async fn version(
    State(state): State<WebState>,
    context: Context,
    Path((typed, number)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let kennung = lookup::kennung(&state, &context, &typed).await?;
    let number = number.parse().map_err(|_| WebError::BadParameter { name: "number".to_owned() })?;
    let found = state.app.version(View::Public, &kennung, number).await?;
    let Some(version) = found.filter(|v| v.kind != RecordKind::Organisation) else {
        return Err(WebError::NotFound);
    };
    let mut json = Json::with_capacity(8 * 1024);
    json.open(b'{').name("kind").text(version.kind.code()).name("kennung").text(&version.kennung);
    json.name("system").text(&version.system_kennung).name("number").number(version.number);
    json.name("current").number(version.current);
    json.name("published_at").text(&crate::format::rfc3339(version.published_at));
    content(&mut json, &version.content)?;
    json.close(b'}');
    Ok(answer(&state, &context, json.finish()))
}
