//! Reports as files: one of them, or all of an organisation that a filter lets through.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maki_app::eu_report::{ReportEntry, ReportOf};
use maki_domain::Language;
use maki_formats::eu_report::{Given, ReportLine, ReportTable};
use maki_formats::table::write::{CsvOptions, WriteError};
use serde_json::json;

use super::code_of;
use super::dashboard::{Filter, narrowed};
use crate::error::WebError;
use crate::pages::work;
use crate::pages::workspace;
use crate::state::WebState;

/// The kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
}

/// The only names that files have here.
fn kind_of(file: &str) -> Result<Kind, WebError> {
    match file {
        "eu-meldung.json" => Ok(Kind::Json),
        "eu-meldung.csv" => Ok(Kind::Csv),
        _ => Err(WebError::NotFound),
    }
}

/// The report as a line of a file.
pub fn line<'a>(entry: &'a ReportEntry, report: &'a ReportOf, organisation: Option<&'a str>) -> ReportLine<'a> {
    ReportLine {
        kennung: entry.kennung.as_ref().map(maki_domain::Kennung::as_str),
        external_ids: Vec::new(),
        organisation,
        national: report.obligation.code == "national",
        state: Some(report.state.code()),
        reported: report.last.as_ref().map(|last| Given {
            database_id: &last.database_id,
            url: last.url.as_deref(),
            reported_on: last.reported_on,
        }),
        report: &report.report,
    }
}

/// `/arbeit/eintraege/{record}/eu-meldung/c/datei/eu-meldung.json`
pub async fn one(
    State(state): State<WebState>,
    asked: work::Asked,
    Path((_, section, file)): Path<(String, String, String)>,
) -> Result<Response, WebError> {
    let (kind, code) = (kind_of(&file)?, code_of(&section)?);
    let sheet = state.app.eu_report(&asked.permit, code).await?;
    let organisation = state.app.organisation_refs(&[asked.permit.organisation()?]).await?.pop();
    let organisation = organisation.as_ref().map(|organisation| organisation.kennung.as_str());
    let line = line(&sheet.of.entry, &sheet.report, organisation);
    let bytes = match kind {
        // What the schema describes, and nothing around it.
        Kind::Json => serde_json::to_vec_pretty(&sheet.report.report).map_err(WebError::internal)?,
        Kind::Csv => table(std::slice::from_ref(&line)).map_err(WebError::internal)?,
    };
    let name = sheet.of.entry.kennung.as_ref().map_or_else(|| "entwurf".to_owned(), ToString::to_string);
    sent(&state, kind, &format!("{name}-{section}"), bytes)
}

/// `/arbeit/{organisation}/eu-meldung/datei/eu-meldung.csv?stand=ready`
pub async fn all(
    State(state): State<WebState>,
    asked: workspace::Asked,
    Path((_, file)): Path<(String, String)>,
    query: Result<Query<Filter>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, WebError> {
    let (kind, filter) = (kind_of(&file)?, narrowed(query)?);
    let list = state.app.eu_report_list(&asked.permit).await?;
    let kennung = asked.organisation.kennung.as_str();
    let lines: Vec<ReportLine<'_>> =
        filter.reports(&list)?.into_iter().map(|(entry, report)| line(entry, report, Some(kennung))).collect();
    let bytes = match kind {
        Kind::Json => {
            let organisation = json!({ "kennung": kennung, "name": asked.organisation.name });
            let all =
                json!({ "organisation": organisation, "day": list.today, "whole": !list.is_cut, "reports": lines });
            serde_json::to_vec(&all).map_err(WebError::internal)?
        }
        Kind::Csv => table(&lines).map_err(WebError::internal)?,
    };
    sent(&state, kind, kennung, bytes)
}

fn table(lines: &[ReportLine<'_>]) -> Result<Vec<u8>, WriteError> {
    let mut table = ReportTable::new(Vec::new(), CsvOptions::default())?;
    lines.iter().try_for_each(|line| table.report(line))?;
    table.finish()
}

/// A file that is kept nowhere on its way.
fn sent(state: &WebState, kind: Kind, name: &str, bytes: Vec<u8>) -> Result<Response, WebError> {
    let (media_type, extension) = match kind {
        Kind::Json => ("application/json", "json"),
        Kind::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let day = crate::format::day(Language::De, state.app.now()).machine;
    let file = format!("attachment; filename=\"eu-meldung-{name}-{day}.{extension}\"");
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(WebError::internal)?);
    Ok(response)
}
