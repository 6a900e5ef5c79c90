//! One topic per page, and the pages of the short form: fields of an entry, saved when the page is left.
//!
//! What fits is saved and what does not is shown again as it was typed. A save over somebody else's leads to both
//! versions side by side.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::work::{SaveOutcome, Stage};
use maki_domain::{FieldId, RecordKind, keys};

use super::assessment::assessment_path;
use super::desk::{Desk, Topic};
use super::views::SectionPage;
use super::{Asked, desk, frame, see, stale};
use crate::context::localised;
use crate::error::WebError;
use crate::form::{self, Ask, FaultSummary, FieldForm, FormFault, Typed};
use crate::guard::Submitted;
use crate::respond::respond;
use crate::state::WebState;

/// A page of fields and where it stands among the others.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub heading: String,
    pub place: String,
    pub path: String,
    pub fields: Vec<FieldId>,
    pub others: Vec<FieldId>,
    /// Where "save and continue" leads.
    pub next: String,
    pub is_last: bool,
    pub previous: Option<String>,
}

/// The path of an entry's pages.
#[must_use]
pub fn entry_path(desk: &Desk) -> String {
    let area = if desk.confidential.is_some() { "vertraulich" } else { "eintraege" };
    format!("/arbeit/{area}/{}", desk.work.entry)
}

fn locked_text(desk: &Desk) -> &'static str {
    let has_ended = desk.confidential.is_some() && desk.work.stage == Stage::Withdrawn;
    if has_ended { "confidential-ended-text" } else { "work-locked" }
}

/// The path of the page on which a field is asked.
#[must_use]
pub fn topic_path(desk: &Desk, section: &str) -> String {
    format!("{}/abschnitt/{section}", entry_path(desk))
}

pub async fn show(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let sheet = topic_sheet(&desk, &asked, &section)?;
    render(&state, &asked, &desk, &sheet, None)
}

pub async fn save(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
    pairs: Submitted,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let sheet = topic_sheet(&desk, &asked, &section)?;
    keep(&state, &asked, &desk, &sheet, &pairs).await
}

pub async fn show_short(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, number)): Path<(String, usize)>,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let sheet = short_sheet(&desk, &asked, number)?;
    render(&state, &asked, &desk, &sheet, None)
}

pub async fn save_short(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, number)): Path<(String, usize)>,
    pairs: Submitted,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let sheet = short_sheet(&desk, &asked, number)?;
    keep(&state, &asked, &desk, &sheet, &pairs).await
}

fn topic_sheet(desk: &Desk, asked: &Asked, section: &str) -> Result<Sheet, WebError> {
    let (topics, t) = (desk.topics(), asked.texts());
    let place = topics.iter().position(|topic| topic.key == section).ok_or(WebError::NotFound)?;
    let topic: &Topic = topics.get(place).ok_or(WebError::NotFound)?;
    let path_of = |topic: &Topic| topic_path(desk, topic.key);
    let next = topics.get(place + 1);
    let part = t.get(super::part_key(topic.kind));
    let numbers = [("number", number(place + 1)), ("all", number(topics.len())), ("part", part.into())];
    Ok(Sheet {
        heading: topic.section.label(asked.context.language).to_owned(),
        place: t.with("work-place", &numbers),
        path: path_of(topic),
        fields: topic.fields.clone(),
        others: topic.others.clone(),
        next: next.map_or_else(|| format!("{}/pruefen", entry_path(desk)), path_of),
        is_last: next.is_none(),
        previous: place.checked_sub(1).and_then(|before| topics.get(before)).map(path_of),
    })
}

fn short_sheet(desk: &Desk, asked: &Asked, page: usize) -> Result<Sheet, WebError> {
    let (pages, t) = (desk.short_pages(), asked.texts());
    let fields = page.checked_sub(1).and_then(|place| pages.get(place)).ok_or(WebError::NotFound)?;
    let path_of = |page: usize| format!("{}/kurz/{page}", entry_path(desk));
    let is_last = page == pages.len();
    let first = fields.first().map_or(RecordKind::Deployment, |id| id.field().record);
    Ok(Sheet {
        heading: t.get(super::part_key(first)).to_owned(),
        place: t.with("work-short-place", &[("number", number(page)), ("all", number(pages.len()))]),
        path: path_of(page),
        fields: fields.clone(),
        others: Vec::new(),
        next: if is_last { format!("{}/pruefen", entry_path(desk)) } else { path_of(page + 1) },
        is_last,
        previous: page.checked_sub(1).filter(|before| *before > 0).map(path_of),
    })
}

fn number(count: usize) -> fluent_bundle::FluentValue<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

/// Saves what was typed and goes on, or shows what stands against it.
async fn keep(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    sheet: &Sheet,
    pairs: &Submitted,
) -> Result<Response, WebError> {
    let sent = stale::chosen(&pairs.0);
    let mut submitted = form::read(&sheet.fields, &sent, &desk.content());
    let revisions = desk.revisions_of(|name| pairs.get(name).parse().ok());
    match desk::save(state, &asked.permit, &revisions, &submitted.changes).await? {
        SaveOutcome::Saved(refused) => submitted.faults.extend(refused.into_iter().map(FormFault::from)),
        SaveOutcome::Stale(newer) => return stale::page(state, asked, desk, sheet, &submitted, &newer),
        SaveOutcome::Locked => return Ok(see(&asked.context, &entry_path(desk))),
    }
    if !submitted.faults.is_empty() {
        // What fitted is saved: the form goes on from there.
        let desk = desk::open(state, &asked.permit).await?;
        return render(state, asked, &desk, sheet, Some((&submitted.typed, &submitted.faults)));
    }
    if pairs.get("weiter") == "back" {
        return Ok(see(&asked.context, &entry_path(desk)));
    }
    // What was saved may have changed which topics there are.
    let desk = desk::open(state, &asked.permit).await?;
    Ok(see(&asked.context, &next_after(&desk, sheet)))
}

/// The topic behind this one as the entry is now; of the short form simply the next page.
fn next_after(desk: &Desk, sheet: &Sheet) -> String {
    let topics = desk.topics();
    let here = topics.iter().position(|topic| topic_path(desk, topic.key) == sheet.path);
    match here {
        Some(place) => match topics.get(place + 1) {
            Some(topic) => topic_path(desk, topic.key),
            None => format!("{}/pruefen", entry_path(desk)),
        },
        None => sheet.next.clone(),
    }
}

/// The part whose class the fields of a page state.
fn assessed_part(sheet: &Sheet) -> Option<RecordKind> {
    let is_class = |id: &&FieldId| [keys::RISK_CLASS, keys::DEPLOYMENT_RISK_CLASS].contains(&id.field().key.as_str());
    sheet.fields.iter().find(is_class).map(|id| id.field().record)
}

fn render(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    sheet: &Sheet,
    refused: Option<(&Typed, &[FormFault])>,
) -> Result<Response, WebError> {
    let (language, t) = (asked.context.language, asked.texts());
    let standing = Typed::of(&sheet.fields, &desk.content());
    let (typed, faults) = refused.unwrap_or((&standing, &[]));
    let field = |id: &FieldId| {
        let ask = Ask { field: *id, language, needed: desk.is_needed(*id) };
        let mut form = FieldForm::of(ask, typed, faults);
        // Of a confidential entry nobody sees more or less than the whole.
        if let Some(aside) = form.aside.as_mut().filter(|_| desk.confidential.is_some()) {
            aside.visibilities.clear();
        }
        form
    };
    let labels: Vec<&str> = sheet.others.iter().map(|id| id.field().label(language)).collect();
    let page = SectionPage {
        shell: frame(state, asked, desk, &sheet.heading),
        status: if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        place: sheet.place.clone(),
        heading: sheet.heading.clone(),
        faults: FaultSummary::of(faults, language),
        notice: (!desk.is_open()).then(|| t.get(locked_text(desk)).to_owned()),
        action: localised(language, &sheet.path),
        hidden: desk.revision_fields(),
        fields: sheet.fields.iter().map(field).collect(),
        next_label: t.get(if sheet.is_last { "work-save-finish" } else { "work-save-next" }).to_owned(),
        previous_href: sheet.previous.as_ref().map(|path| localised(language, path)),
        assessment_href: assessed_part(sheet)
            .filter(|_| desk.is_open())
            .map(|kind| localised(language, &assessment_path(desk, kind))),
        others: if labels.is_empty() { String::new() } else { t.one("work-not-asked", "labels", labels.join(", ")) },
    };
    respond(&page, &asked.context)
}
