//! Proposing a change to a system that another organisation looks after, one topic at a time.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::{MAX_NOTE, PartChange, Proposable, ProposeOutcome};
use maki_domain::catalogue::Section;
use maki_domain::{FieldId, RecordKind, Visibility, catalogue, keys};
use serde::Deserialize;

use crate::error::WebError;
use crate::form::{self, Ask, FieldForm, FormFault, Typed};
use crate::guard::Submitted;
use crate::pages::work::{Asked, see};
use crate::plain_form::{PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::shell::Crumb;
use crate::state::WebState;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub struct Topic {
    #[serde(default)]
    abschnitt: String,
}

type Asks = Result<Query<Topic>, axum::extract::rejection::QueryRejection>;

/// The topic that is asked for; the first where none is named.
fn section(asks: Asks) -> Result<&'static Section, WebError> {
    let Ok(Query(topic)) = asks else { return Err(WebError::NotFound) };
    let mut sections = sections();
    let found = sections.find(|section| topic.abschnitt.is_empty() || section.key == topic.abschnitt);
    found.ok_or(WebError::NotFound)
}

fn sections() -> impl Iterator<Item = &'static Section> {
    catalogue().sections_of(RecordKind::System).filter(|section| !fields_of(section).is_empty())
}

/// Fields of a topic that others than the steward may see, and so speak about.
fn fields_of(section: &Section) -> Vec<FieldId> {
    let fields = catalogue().fields_of(RecordKind::System);
    let shared = fields.filter(|(_, f)| f.section == section.key && f.visibility < Visibility::OwnOrganisation);
    shared.map(|(id, _)| id).collect()
}

/// What was typed and what is wrong with it.
#[derive(Default)]
struct Refused {
    typed: Typed,
    faults: Vec<FormFault>,
    note: Option<String>,
    /// What is wrong with the form as a whole.
    whole: Option<(&'static str, StatusCode)>,
}

pub async fn show(
    State(state): State<WebState>,
    asked: Asked,
    Path(record): Path<String>,
    asks: Asks,
) -> Result<Response, WebError> {
    let section = section(asks)?;
    let system = state.app.proposable(&asked.permit).await?;
    respond(&page(&state, &asked, &record, section, &system, None), &asked.context)
}

fn page(
    state: &WebState,
    asked: &Asked,
    record: &str,
    section: &'static Section,
    system: &Proposable,
    refused: Option<(&Submitted, Refused)>,
) -> PlainForm {
    let (t, language) = (asked.texts(), asked.context.language);
    let name = system.content.text(keys::NAME).unwrap_or_default();
    let shell = asked
        .shell(state, t.get("review-propose"))
        .crumb(t.get("work-title"), "/arbeit")
        .crumb(name, &system.kennung.as_ref().map_or_else(|| "/systeme".to_owned(), |k| format!("/systeme/{k}")));
    let path = |section: &Section| format!("/arbeit/systeme/{record}/vorschlag?abschnitt={}", section.key);
    let fields = fields_of(section);
    let standing = Typed::of(&fields, &system.content);
    let (typed, faults) = match &refused {
        Some((_, refused)) => (&refused.typed, refused.faults.as_slice()),
        None => (&standing, &[][..]),
    };
    let field = |id: &FieldId| {
        let mut field = FieldForm::of(Ask { field: *id, language, needed: false }, typed, faults);
        // Who sees an answer is the steward's to say.
        if let Some(aside) = &mut field.aside {
            aside.visibilities.clear();
        }
        field
    };
    let mut note = PlainField::new(&shell, "note", "review-propose-note", PlainControl::Area { rows: 3 })
        .hint(t.get("review-propose-note-hint"));
    if let Some((pairs, refused)) = &refused {
        note = note.typed(pairs).fault(refused.note.clone());
    }
    let others = sections().filter(|other| other.key != section.key);
    let ways = others.map(|other| Crumb {
        label: t.one("review-propose-other", "topic", other.label(language)),
        href: shell.url(&path(other)),
    });
    let ways: Vec<Crumb> = ways.collect();
    let action = shell.url(&path(section));
    let lead = [("name", name.to_owned().into()), ("steward", system.steward.as_str().into())];
    let mut form = PlainForm::new(shell, "review-propose-button")
        .lead(t.with("review-propose-lead", &lead))
        .lead(t.one("review-propose-topic", "topic", section.label(language)))
        .action(action)
        .hidden("version", system.version.to_string())
        .catalogue(fields.iter().map(field).collect(), faults)
        .field(note);
    form.ways = ways;
    match refused.and_then(|(_, refused)| refused.whole) {
        Some((key, status)) => form.refused(t.get(key), status),
        None => form,
    }
}

pub async fn send(
    State(state): State<WebState>,
    asked: Asked,
    Path(record): Path<String>,
    asks: Asks,
    pairs: Submitted,
) -> Result<Response, WebError> {
    let section = section(asks)?;
    let system = state.app.proposable(&asked.permit).await?;
    let read = form::read(&fields_of(section), &pairs.0, &system.content);
    let t = asked.texts();
    let note = pairs.get("note").trim().replace("\r\n", "\n");
    let note_fault = match note.chars().count() {
        0 => Some(t.get("review-propose-note-missing").to_owned()),
        count if count > MAX_NOTE => Some(t.count("review-propose-note-long", MAX_NOTE)),
        _ => None,
    };
    let mut refused = Refused { typed: read.typed, faults: read.faults, note: note_fault, whole: None };
    if refused.faults.is_empty() && refused.note.is_none() {
        let changes = read.changes.into_iter();
        let changes: Vec<PartChange> =
            changes.map(|c| PartChange { field: c.field, slot: c.slot, visibility: c.visibility }).collect();
        let version = pairs.get("version").parse().unwrap_or(0);
        match state.app.propose(&asked.permit, version, &changes, &note).await {
            Ok(ProposeOutcome::Made(_)) => return made(&state, &asked, &system).await,
            Ok(ProposeOutcome::Faults(faults)) => refused.faults = faults.into_iter().map(FormFault::from).collect(),
            Ok(ProposeOutcome::Unchanged) => {
                refused.whole = Some(("review-propose-unchanged", StatusCode::UNPROCESSABLE_ENTITY));
            }
            Err(AppError::Changed) => refused.whole = Some(("review-propose-changed", StatusCode::CONFLICT)),
            Err(AppError::WrongStage) => refused.whole = Some(("review-propose-many", StatusCode::CONFLICT)),
            Err(AppError::Invalid) => refused.note = Some(t.get("review-propose-note-missing").to_owned()),
            Err(error) => return Err(error.into()),
        }
    }
    respond(&page(&state, &asked, &record, section, &system, Some((&pairs, refused))), &asked.context)
}

/// To the proposals of the organisation for which it was made.
async fn made(state: &WebState, asked: &Asked, system: &Proposable) -> Result<Response, WebError> {
    let own = state.app.organisation_refs(&[asked.permit.acting()]).await?.pop();
    let path = match (own.map(|own| own.kennung).filter(|kennung| !kennung.is_empty()), &system.kennung) {
        (Some(own), _) => format!("/arbeit/{own}/vorschlaege"),
        (None, Some(kennung)) => format!("/systeme/{kennung}"),
        (None, None) => "/arbeit".to_owned(),
    };
    Ok(see(&asked.context, &path))
}
