//! The values of one chart as CSV, in the dialect of all downloads: semicolons, byte order mark, no formulas.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maki_domain::Language;
use maki_formats::table::Cell;
use maki_formats::table::write::{CsvOptions, CsvWriter, WriteError};

use crate::context::Context;
use crate::dashboard::chart::{Chart, Kind, chart};
use crate::dashboard::page::{find, form_of};
use crate::error::WebError;
use crate::respond::tagged;
use crate::state::WebState;
use crate::texts::texts;

/// `/dashboard.csv?chart=level&…`
pub async fn download(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let name = context.pairs().find(|(name, _)| name == "chart").map(|(_, value)| value).unwrap_or_default();
    let kind = Kind::named(&name).ok_or(WebError::BadParameter { name: "chart".to_owned() })?;
    let form = form_of(&context, &["chart"])?;
    let found = find(&state, &form)?;
    let bytes = bytes(&chart(kind, &form, &found, context.language), context.language).map_err(WebError::internal)?;
    let mut response = tagged(&state.site, &context, "text/csv; charset=utf-8", bytes);
    let file = format!("attachment; filename=\"maki-{}.csv\"", kind.name());
    let file = HeaderValue::from_str(&file).map_err(WebError::internal)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
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
