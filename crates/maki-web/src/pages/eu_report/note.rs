//! Writing down that a report was made: id, address and day that the database gave back.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::eu_report::{NoteOutcome, Noted, ReportSheet};
use maki_domain::eu_report::{MAX_DATABASE_ID, MAX_DATABASE_URL, Returned, ReturnedFault, WrittenReturn};

use super::{code_of, report_path, words};
use crate::error::WebError;
use crate::guard::Submitted;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, see};
use crate::plain_form::{PlainField, PlainForm};
use crate::respond::respond;
use crate::shell::Shell;
use crate::state::WebState;

/// Hidden field that names the report that was seen.
const SEEN: &str = "stand";

/// A form that was refused: what was typed, and what is wrong with it.
struct Refused<'a> {
    typed: &'a Submitted,
    faults: Vec<ReturnedFault>,
    /// The report has changed since.
    stale: bool,
}

pub async fn ask(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let sheet = state.app.eu_report(&asked.permit, code_of(&section)?).await?;
    render(&state, &asked, &sheet, None).await
}

pub async fn note(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let code = code_of(&section)?;
    let sheet = state.app.eu_report(&asked.permit, code).await?;
    let written = WrittenReturn { id: typed.get("id"), url: typed.get("url"), day: typed.get("day") };
    let returned = match Returned::parse(&sheet.report.obligation, written, sheet.of.today) {
        Ok(returned) => returned,
        Err(faults) => {
            return render(&state, &asked, &sheet, Some(Refused { typed: &typed, faults, stale: false })).await;
        }
    };
    let noted = Noted { returned, seen: typed.get(SEEN).to_owned() };
    let path = report_path(sheet.of.entry.entry, code);
    match state.app.note_eu_report(&asked.permit, code, &noted).await? {
        NoteOutcome::Noted => Ok(see(&asked.context, &format!("{path}?festgehalten"))),
        NoteOutcome::NotInEntry => Ok(see(&asked.context, &format!("{path}?ohne-eintrag"))),
        NoteOutcome::Stale => {
            // What stands there now; whoever sends it again has seen it.
            let sheet = state.app.eu_report(&asked.permit, code).await?;
            render(&state, &asked, &sheet, Some(Refused { typed: &typed, faults: Vec::new(), stale: true })).await
        }
    }
}

async fn render(
    state: &WebState,
    asked: &Asked,
    sheet: &ReportSheet,
    refused: Option<Refused<'_>>,
) -> Result<Response, WebError> {
    let desk = desk::open(state, &asked.permit).await?;
    let path = report_path(desk.work.entry, sheet.report.obligation.code);
    let shell = shell(state, asked, &desk, sheet, "eu-note-title");
    let t = shell.t;
    let fields = fields(&shell, sheet);
    let (back, action) = (shell.url(&path), shell.url(&format!("{path}/gemeldet")));
    let mut form = PlainForm::new(shell, "eu-note-submit")
        .action(action)
        .lead(t.with(
            "eu-note-lead",
            &[
                ("name", name_of(asked, &desk).into()),
                ("report", words::long_name(&sheet.report.obligation, asked.context.language).into()),
            ],
        ))
        .lead(t.get("eu-note-keeps"))
        .hidden(SEEN, sheet.tag());
    let missing = &sheet.report.report.missing;
    if sheet.report.is_due && !missing.is_empty() {
        form = form.lead(t.one("eu-note-incomplete", "items", missing.join(", ")));
    }
    if sheet.of.entry.is_changed {
        form = form.lead(t.get("eu-note-unapproved"));
    }
    if !sheet.report.is_due {
        form = form.lead(t.get("eu-note-ends"));
    }
    for field in fields {
        let field = match &refused {
            Some(refused) => {
                let fault = refused.faults.iter().find(|fault| fault.control() == field.name);
                field.typed(refused.typed).fault(fault.map(|fault| fault_text(t, *fault)))
            }
            None => field,
        };
        form = form.field(field);
    }
    if refused.is_some_and(|refused| refused.stale) {
        form = form.refused(t.get("eu-note-stale"), StatusCode::CONFLICT);
    }
    respond(&form.way("eu-back-to-report", back), &asked.context)
}

/// The frame of a page below a report.
pub fn shell(state: &WebState, asked: &Asked, desk: &Desk, sheet: &ReportSheet, title: &str) -> Shell {
    let code = sheet.report.obligation.code;
    below_entry(state, asked, desk, title)
        .crumb(asked.texts().get("eu-title"), &format!("{}/eu-meldung", entry_path(desk)))
        .crumb(words::short_name(asked.texts(), code), &report_path(desk.work.entry, code))
}

fn fields(shell: &Shell, sheet: &ReportSheet) -> Vec<PlainField> {
    let t = shell.t;
    let last = sheet.report.last.as_ref();
    let mut id = PlainField::line(shell, "id", "eu-note-id", "text").hint(t.get("eu-note-id-hint"));
    let known = last
        .map(|last| last.database_id.clone())
        .or_else(|| sheet.of.stated_id.clone().filter(|_| sheet.report.obligation.code == "C"));
    id.value = known.unwrap_or_default();
    let is_needed = sheet.report.obligation.has_address();
    let hint = if is_needed { "eu-note-url-hint" } else { "eu-note-url-hint-optional" };
    let mut url = PlainField::line(shell, "url", "eu-note-url", "url").hint(t.get(hint));
    url.value = last.and_then(|last| last.url.clone()).unwrap_or_default();
    let url = if is_needed { url } else { url.optional() };
    let day = PlainField::line(shell, "day", "eu-note-day", "text").hint(t.get("eu-note-day-hint"));
    vec![id, url, day]
}

fn fault_text(t: &crate::texts::Texts, fault: ReturnedFault) -> String {
    match fault {
        ReturnedFault::IdTooLong => t.count(fault.key(), MAX_DATABASE_ID),
        ReturnedFault::UrlTooLong => t.count(fault.key(), MAX_DATABASE_URL),
        _ => t.get(fault.key()).to_owned(),
    }
}
