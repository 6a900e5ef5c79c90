//! Organisations that ask to take part: who waits, and the decision. Operators see all of them, coordinators those of
//! organisations that they look after.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{ApplicationState, ApplicationSummary, OrganisationFilter, Permit};
use maki_domain::{Act, RecordKind};

use super::Asked;
use crate::auth::{fault_of, fault_text};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::plain_form::{PlainControl, PlainField};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::Link;
use crate::view::field::{self, SectionView, Shown};

const PATH: &str = "/betrieb/antraege";
/// Organisations of a similar name that are shown beside an application.
const SIMILAR: usize = 5;

/// An application in the list.
pub struct ApplicationRow {
    pub name: String,
    pub href: String,
    pub person: String,
    pub made: DateText,
    pub is_new: bool,
}

/// Applications that wait.
#[derive(askama::Template)]
#[template(path = "operator/applications.html")]
pub struct ApplicationsPage {
    pub shell: Shell,
    pub done: Option<String>,
    pub rows: Vec<ApplicationRow>,
}

impl Page for ApplicationsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

/// One application with the form that decides it.
#[derive(askama::Template)]
#[template(path = "operator/application.html")]
pub struct ApplicationPage {
    pub shell: Shell,
    pub faults: FaultSummary,
    pub person: String,
    pub email: String,
    pub made: DateText,
    /// Why nothing can be decided.
    pub decided: Option<String>,
    pub note: String,
    /// The organisation of the register that it says to be.
    pub organisation: Option<Link>,
    pub has_members: bool,
    pub sections: Vec<SectionView>,
    /// Organisations of a similar name, when it says to be a new one.
    pub similar: Vec<Link>,
    pub action: String,
    pub fields: Vec<PlainField>,
    pub status: StatusCode,
}

impl Page for ApplicationPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}

pub async fn list(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let shell = asked.shell(&state, "applications-title");
    let waiting = state.app.applications(&asked.session.principal).await?;
    let row = |summary: ApplicationSummary| ApplicationRow {
        name: summary.organisation_name,
        href: shell.url(&format!("{PATH}/{}", summary.application.id)),
        made: format::day(shell.language, summary.application.made_at),
        is_new: summary.application.organisation.is_none(),
        person: summary.application.person_name,
    };
    let done = asked.done(&[("aufgenommen", "applications-done-admitted"), ("abgelehnt", "applications-done-refused")]);
    let rows = waiting.into_iter().map(row).collect();
    respond(&ApplicationsPage { rows, done, shell }, &asked.context)
}

/// The application of the address, and leave to decide it.
async fn named(state: &WebState, asked: &Asked, id: &str) -> Result<(Permit, ApplicationSummary), WebError> {
    let id: uuid::Uuid = id.parse().map_err(|_| WebError::NotFound)?;
    let target = state.app.target_of_application(id).await?;
    let permit = state.app.permit(&asked.session.principal, Act::AdmitOrganisation, target).await?;
    let summary = state.app.application(&permit, id).await?;
    Ok((permit, summary))
}

const fn decided_key(state: ApplicationState) -> Option<&'static str> {
    match state {
        ApplicationState::Open => None,
        ApplicationState::Unverified => Some("application-unverified"),
        ApplicationState::Admitted => Some("application-admitted"),
        ApplicationState::Refused => Some("application-refused"),
    }
}

async fn page(
    state: &WebState,
    asked: &Asked,
    summary: ApplicationSummary,
    typed: Option<(&Submitted, String)>,
) -> Result<ApplicationPage, WebError> {
    let t = asked.texts();
    let ApplicationSummary { application, organisation_name, has_members } = summary;
    let mut shell = asked.shell(state, "applications-title").crumb(t.get("applications-title"), PATH);
    shell.title.clone_from(&organisation_name);
    let link = |name: &str, kennung: &str| Link {
        label: format!("{name} ({kennung})"),
        href: shell.url(&format!("/behoerden/{kennung}")),
    };
    let ids: Vec<_> = application.organisation.into_iter().collect();
    let organisation = state.app.organisation_refs(&ids).await?.pop().map(|found| link(&found.name, &found.kennung));
    let mut similar = Vec::new();
    if application.organisation.is_none() {
        let filter = OrganisationFilter { name: organisation_name, limit: SIMILAR, ..OrganisationFilter::default() };
        let found = state.app.organisations(&filter).await?.organisations;
        similar = found.iter().map(|one| link(&one.organisation.name, &one.organisation.kennung)).collect();
    }
    let mut note = PlainField::new(&shell, "note", "application-note", PlainControl::Area { rows: 4 })
        .hint(t.get("application-note-hint"));
    let mut faults = FaultSummary { t, links: Vec::new() };
    if let Some((typed, fault)) = typed {
        faults.push(&note.id(), format!("{}: {fault}", note.label));
        note = note.typed(typed).fault(Some(fault));
    }
    let language = shell.language;
    Ok(ApplicationPage {
        status: if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        faults,
        decided: decided_key(application.state).map(|key| t.get(key).to_owned()),
        sections: field::sections(&application.content, RecordKind::Organisation, language, "de", &[]),
        made: format::moment(language, application.made_at),
        action: shell.url(&format!("{PATH}/{}", application.id)),
        person: application.person_name,
        email: application.email,
        note: application.note,
        organisation,
        has_members,
        similar,
        fields: vec![note],
        shell,
    })
}

pub async fn show(State(state): State<WebState>, asked: Asked, Path(id): Path<String>) -> Result<Response, WebError> {
    let (_, summary) = named(&state, &asked, &id).await?;
    respond(&page(&state, &asked, summary, None).await?, &asked.context)
}

pub async fn decide(
    State(state): State<WebState>,
    asked: Asked,
    Path(id): Path<String>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let (permit, summary) = named(&state, &asked, &id).await?;
    let id = summary.application.id;
    let (outcome, done) = if typed.has("aufnehmen") {
        (state.app.admit(&permit, id, typed.get("note")).await.map(|_| ()), "?aufgenommen")
    } else {
        (state.app.refuse(&permit, id, typed.get("note")).await, "?abgelehnt")
    };
    match outcome {
        Ok(()) => Ok(asked.see(&format!("{PATH}{done}"))),
        Err(error) => {
            let text = fault_text(asked.texts(), fault_of(error)?);
            respond(&page(&state, &asked, summary, Some((&typed, text))).await?, &asked.context)
        }
    }
}
