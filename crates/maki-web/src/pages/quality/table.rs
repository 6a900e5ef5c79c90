//! The entries of the overview as CSV, in the dialect of all downloads. Written while it is sent, so that no register is
//! too large for it.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maki_app::{EntryQuality, Permit, QualityQuery};
use maki_domain::{Language, vocabulary};
use maki_formats::table::Cell;
use maki_formats::table::write::{CsvOptions, CsvWriter, WriteError};

use super::overview::query;
use super::rule_title;
use crate::context::Context;
use crate::error::WebError;
use crate::format::day;
use crate::guard::Allowed;
use crate::state::WebState;
use crate::texts::texts;

/// Entries that are read at a time.
const BATCH: usize = 2_000;

pub async fn download(
    State(state): State<WebState>,
    context: Context,
    Allowed(permit): Allowed,
) -> Result<Response, WebError> {
    let query = query(&context)?;
    let language = context.language;
    // What cannot even begin is an error page, not a download that breaks off.
    let first = batch(&state, &permit, &query, language, 0).await?;
    let today = day(Language::De, state.app.now()).machine;
    let rest = futures_util::stream::unfold(Some((0, Some(first))), move |at| {
        let (state, permit, query) = (state.clone(), permit.clone(), query.clone());
        async move {
            let (offset, ready) = at?;
            let read = match ready {
                Some(ready) => Ok(ready),
                None => batch(&state, &permit, &query, language, offset).await,
            };
            match read {
                Ok((_, 0)) if offset > 0 => None,
                Ok((bytes, count)) => {
                    let next = (count == BATCH).then_some((offset + BATCH, None));
                    Some((Ok(Bytes::from(bytes)), next))
                }
                Err(error) => Some((Err(std::io::Error::other(error.to_string())), None)),
            }
        }
    });
    let mut response = Response::new(Body::from_stream(rest));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"maki-qualitaet-{today}.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(WebError::internal)?);
    Ok(response)
}

/// Some of the entries as lines, the first ones below their head; and how many there were.
async fn batch(
    state: &WebState,
    permit: &Permit,
    query: &QualityQuery,
    language: Language,
    offset: usize,
) -> Result<(Vec<u8>, usize), WebError> {
    let entries = state.app.quality_entries(permit, query, offset, BATCH).await?;
    Ok((lines(&entries, language, offset == 0).map_err(WebError::internal)?, entries.len()))
}

fn lines(entries: &[EntryQuality], language: Language, with_head: bool) -> Result<Vec<u8>, WriteError> {
    let t = texts(language);
    let options = CsvOptions { byte_order_mark: with_head, ..CsvOptions::default() };
    let mut writer = CsvWriter::new(Vec::new(), options)?;
    if with_head {
        let head = [
            "quality-column-kennung",
            "quality-column-name",
            "quality-column-organisation",
            "quality-column-land",
            "quality-completeness",
            "quality-quality",
            "quality-column-errors",
            "quality-column-warnings",
            "quality-column-hints",
            "quality-column-findings",
        ];
        writer.row(&head.map(|key| Cell::Text(t.get(key).to_owned())))?;
    }
    for entry in entries {
        let text = |text: &str| Cell::Text(text.to_owned());
        let number = |number: u32| Cell::Number(number.to_string());
        let organisation = entry.organisation.as_ref();
        let land = organisation.and_then(|one| one.land).map_or("", |land| vocabulary::label("land", land, language));
        let found: Vec<String> = entry.findings.iter().map(|one| rule_title(one.rule, language)).collect();
        let [errors, warnings, hints] = entry.judgement.counts;
        writer.row(&[
            text(entry.kennung.as_ref().map_or("", |kennung| kennung.as_str())),
            text(&entry.name),
            text(organisation.map_or("", |one| one.name.as_str())),
            text(land),
            number(u32::from(entry.judgement.completeness)),
            number(u32::from(entry.judgement.quality)),
            number(errors),
            number(warnings),
            number(hints),
            Cell::Text(found.join(" | ")),
        ])?;
    }
    writer.finish()
}
