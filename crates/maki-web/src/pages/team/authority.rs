//! What the register says about an organisation, changed by itself and published at once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{AppError, PublishedRecord};
use maki_domain::{FieldId, Kennung, RecordKind, View, catalogue, keys};

use super::Asked;
use crate::auth::{fault_of, refused};
use crate::error::WebError;
use crate::form::{self, Ask, FieldForm, FormFault, Typed};
use crate::guard::Submitted;
use crate::plain_form::{PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::state::WebState;

const PAGE: &str = "behoerde";

fn fields() -> Vec<FieldId> {
    catalogue().fields_of(RecordKind::Organisation).map(|(id, _)| id).collect()
}

/// The record with everything its own people see.
async fn record(state: &WebState, asked: &Asked) -> Result<PublishedRecord, WebError> {
    let kennung: Kennung = asked.organisation.kennung.parse().map_err(|_| WebError::NotFound)?;
    let own = View::Organisation(asked.organisation.id);
    let profile = state.app.organisation(own, &kennung).await?.ok_or(WebError::NotFound)?;
    if profile.record.is_withdrawn() { Err(WebError::NotFound) } else { Ok(profile.record) }
}

struct Entered<'a> {
    pairs: &'a Submitted,
    typed: Typed,
    faults: Vec<FormFault>,
}

fn page(state: &WebState, asked: &Asked, record: &PublishedRecord, entered: Option<&Entered<'_>>) -> PlainForm {
    let t = asked.texts();
    let shell = asked.shell(state, "authority-title");
    let standing = Typed::of(&fields(), &record.content);
    let (typed, faults) = entered.map_or((&standing, [].as_slice()), |e| (&e.typed, e.faults.as_slice()));
    let field = |id: &FieldId| {
        let needed = id.field().key == keys::ORGANISATION_NAME;
        FieldForm::of(Ask { field: *id, language: asked.context.language, needed }, typed, faults)
    };
    let mut note = PlainField::new(&shell, "note", "authority-note", PlainControl::Area { rows: 2 })
        .hint(t.get("authority-note-hint"))
        .optional();
    if let Some(entered) = entered {
        note = note.typed(entered.pairs);
    }
    let revision = entered.map_or_else(|| record.envelope.revision.to_string(), |e| e.pairs.get("revision").to_owned());
    let (action, back) =
        (shell.url(&asked.path(PAGE)), shell.url(&format!("/behoerden/{}", asked.organisation.kennung)));
    let mut form = PlainForm::new(shell, "authority-save").action(action).lead(t.get("authority-lead"));
    form.done = asked.done(&[("gespeichert", "authority-done")]);
    form.catalogue(fields().iter().map(field).collect(), faults)
        .field(note)
        .hidden("revision", revision)
        .way("authority-public", back)
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let record = record(&state, &asked).await?;
    respond(&page(&state, &asked, &record, None), &asked.context)
}

pub async fn submit(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let record = record(&state, &asked).await?;
    let form::Submitted { changes, faults, typed } = form::read(&fields(), &pairs.0, &record.content);
    let mut content = record.content.clone();
    for change in changes {
        match change.slot {
            Some(slot) => content.set(change.field, slot),
            None => drop(content.remove(change.field)),
        }
        content.narrow(change.field, change.visibility);
    }
    let mut entered = Entered { pairs: &pairs, typed, faults };
    let name = catalogue().id(keys::ORGANISATION_NAME);
    if let Some(name) = name.filter(|_| content.text(keys::ORGANISATION_NAME).is_none_or(|n| n.trim().is_empty()))
        && !entered.faults.iter().any(|fault| fault.field == name)
    {
        entered.faults.push(FormFault::new(name, "field-must-be-stated"));
    }
    if !entered.faults.is_empty() {
        return respond(&page(&state, &asked, &record, Some(&entered)), &asked.context);
    }
    let revision = pairs.get("revision").parse().unwrap_or_default();
    match state.app.describe_organisation(&asked.permit, revision, content, pairs.get("note")).await {
        Ok(()) => Ok(asked.see("behoerde?gespeichert")),
        Err(AppError::Changed) => {
            // What was typed stays; sent again it is said over what stands now.
            let mut page = page(&state, &asked, &record, Some(&entered));
            page.hidden.retain(|(name, _)| *name != "revision");
            let stale = asked.texts().get("authority-stale").to_owned();
            let page =
                page.hidden("revision", record.envelope.revision.to_string()).refused(stale, StatusCode::CONFLICT);
            respond(&page, &asked.context)
        }
        Err(error) => {
            let page = refused(page(&state, &asked, &record, Some(&entered)), fault_of(error)?);
            respond(&page, &asked.context)
        }
    }
}
