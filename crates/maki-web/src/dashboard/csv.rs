//! The values of one chart as CSV, in the dialect of all downloads: semicolons, byte order mark, no formulas.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maki_domain::Language;
use maki_formats::table::Cell;
use maki_formats::table::write::{CsvOptions, CsvWriter, WriteError};

use crate::context::Context;
use crate::dashboard::chart::{Chart, Kind, chart};
use crate::dashboard::page::{find, form_of};
use crate::error::WebError;
use crate::respond::unchanged;
use crate::state::WebState;
use crate::texts::texts;

/// `/dashboard.csv?chart=level&…`
pub async fn download(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let name = context.pairs().find(|(name, _)| name == "chart").map(|(_, value)| value).unwrap_or_default();
    let kind = Kind::named(&name).ok_or(WebError::BadParameter { name: "chart".to_owned() })?;
    let form = form_of(&context, &["chart"])?;
    let found = find(&state, &form)?;
    let bytes = bytes(&chart(kind, &form, &found, context.language), context.language).map_err(WebError::internal)?;
    respond(&state, &context, kind, bytes)
}

fn respond(state: &WebState, context: &Context, kind: Kind, bytes: Vec<u8>) -> Result<Response, WebError> {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let revision = format!("{:016x}", hasher.finish());
    if let Some(response) = unchanged(context, &state.site.fingerprint, &revision) {
        return Ok(response);
    }
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    let file = format!("attachment; filename=\"maki-{}.csv\"", kind.name());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(WebError::internal)?);
    let tag = crate::respond::entity_tag(context.language, &state.site.fingerprint, &revision);
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(WebError::internal)?);
    Ok(response)
}

/// Code, label and number of systems, one value a line.
///
/// # Errors
/// When memory cannot be written, which does not happen.
pub fn bytes(chart: &Chart, language: Language) -> Result<Vec<u8>, WriteError> {
    let t = texts(language);
    let mut writer = CsvWriter::new(Vec::new(), CsvOptions::default())?;
    let head = [t.get("csv-code"), chart.what.as_str(), t.get("column-systems")];
    writer.row(&head.map(|text| Cell::Text(text.to_owned())))?;
    for row in chart.rows() {
        // As text, a code such as 05 would keep its zero; spreadsheets still read it as a number, so the label follows.
        writer.row(&[
            Cell::Text(row.code.clone()),
            Cell::Text(row.label.clone()),
            Cell::Number(row.count.to_string()),
        ])?;
    }
    writer.finish()
}
