//! Everything that a look found as CSV, one lack or difference a line.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{App, LookRow, OrganisationRef};
use maki_domain::{Language, vocabulary};
use maki_formats::table::Cell;
use maki_formats::table::write::{CsvOptions, CsvWriter, WriteError};

use super::{Asked, PATH, words};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::format;
use crate::guard::Allowed;
use crate::state::WebState;
use crate::texts::texts;

type Told = (LookRow, Option<OrganisationRef>);

pub async fn download(
    State(state): State<WebState>,
    context: Context,
    Allowed(permit): Allowed,
) -> Result<Response, WebError> {
    let asked = Asked::of(&context)?;
    let today = App::day_of(state.app.now()).ok_or_else(|| WebError::internal("no day"))?;
    let query = asked.query(today)?.map_err(|name| WebError::BadParameter { name: name.to_owned() })?;
    let Some(rows) = state.app.look_rows(&permit, &query).await? else {
        // The page says how far it is.
        let page = localised(context.language, &format!("{PATH}?{}", asked.address()));
        return Ok(Redirect::to(&page).into_response());
    };
    let language = context.language;
    let is_difference = query.against.is_some();
    // Up to hundreds of thousands of lines: not on a thread that serves others.
    let writing = tokio::task::spawn_blocking(move || lines(&rows, is_difference, language));
    let bytes = writing.await.map_err(WebError::internal)?.map_err(WebError::internal)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"maki-rechtslage-{}.csv\"", query.at.day);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(WebError::internal)?);
    Ok(response)
}

fn lines(rows: &[Told], is_difference: bool, language: Language) -> Result<Vec<u8>, WriteError> {
    let t = texts(language);
    let mut writer = CsvWriter::new(Vec::new(), CsvOptions::default())?;
    let common = ["quality-column-kennung", "quality-column-name", "quality-column-organisation", "law-look-class"];
    let own: &[&str] = if is_difference {
        &["law-look-column-what", "law-look-column-before", "law-look-column-after"]
    } else {
        &["law-look-column-article", "law-look-column-due", "law-look-column-field", "law-look-column-lack"]
    };
    let head = common.iter().chain(own).map(|key| Cell::Text(t.get(key).to_owned()));
    writer.row(&head.collect::<Vec<_>>())?;
    for (row, organisation) in rows {
        let common = [
            row.kennung.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.name.clone(),
            organisation.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
            vocabulary::label("risk_class", &row.class, language).to_owned(),
        ];
        let mut line = |own: &[String]| {
            let cells = common.iter().chain(own).map(|text| Cell::Text(text.clone()));
            writer.row(&cells.collect::<Vec<_>>())
        };
        if is_difference {
            for change in &row.changes {
                line(&words::change(change, language))?;
            }
            continue;
        }
        for lack in &row.lacks {
            line(&[
                words::article(&lack.article, language),
                format::date(language, lack.due).machine,
                lack.field.field().label(language).to_owned(),
                lack.rule.message(language, lack.field),
            ])?;
        }
    }
    writer.finish()
}
