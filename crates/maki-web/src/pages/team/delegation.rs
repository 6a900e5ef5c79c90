//! Who looks after an organisation, and approval that it has delegated: given, taken back, and what was before.

use axum::extract::State;
use axum::response::Response;
use maki_app::{AppError, Delegation, OrganisationRef, PeopleFault};
use maki_domain::{Kennung, RecordId};

use super::Asked;
use crate::auth::fault_of;
use crate::error::WebError;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

/// An organisation that looks after this one.
pub struct CoordinatorRow {
    pub name: String,
    pub kennung: String,
    pub href: String,
    /// Since when it approves.
    pub delegated: Option<DateText>,
}

/// A delegation, in force or over.
pub struct PastRow {
    pub name: String,
    pub from: DateText,
    pub until: Option<DateText>,
    pub by: String,
    pub revoked_by: String,
}

/// The page of coordination and delegation.
#[derive(askama::Template)]
#[template(path = "team/delegation.html")]
pub struct DelegationPage {
    pub shell: Shell,
    pub organisation: String,
    pub done: Option<String>,
    pub rows: Vec<CoordinatorRow>,
    pub past: Vec<PastRow>,
    pub action: String,
}

impl Page for DelegationPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

const DONE: [(&str, &str); 2] = [("delegiert", "delegation-done-given"), ("widerrufen", "delegation-done-revoked")];

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let coordinators = state.app.coordinators(&asked.permit).await?;
    let given = state.app.delegations(&asked.permit).await?;
    let all: Vec<RecordId> = coordinators.iter().copied().chain(given.iter().map(|d| d.coordinator)).collect();
    let names = state.app.organisation_refs(&all).await?;
    let actors: Vec<String> = given.iter().flat_map(|d| [d.granted_by.clone(), d.revoked_by.clone()]).collect();
    let people = state.app.names_of(&asked.permit, &actors).await?;
    let shell = asked.shell(&state, "delegation-title");
    let row = |found: &OrganisationRef| CoordinatorRow {
        name: found.name.clone(),
        kennung: found.kennung.clone(),
        href: shell.url(&format!("/behoerden/{}", found.kennung)),
        delegated: given
            .iter()
            .find(|d| d.coordinator == found.id && d.revoked_at.is_none())
            .map(|d| format::day(shell.language, d.granted_at)),
    };
    let person = |actor: &str| {
        let found = people.iter().find(|(id, _)| id == actor).map(|(_, name)| name.clone());
        found.filter(|name| !name.is_empty()).unwrap_or_else(|| shell.t.get("delegation-somebody").to_owned())
    };
    let past = |d: &Delegation| PastRow {
        name: names.iter().find(|found| found.id == d.coordinator).map(|found| found.name.clone()).unwrap_or_default(),
        from: format::day(shell.language, d.granted_at),
        until: d.revoked_at.map(|at| format::day(shell.language, at)),
        by: person(&d.granted_by),
        revoked_by: person(&d.revoked_by),
    };
    let page = DelegationPage {
        organisation: asked.organisation.name.clone(),
        done: asked.done(&DONE),
        rows: names.iter().filter(|found| coordinators.contains(&found.id)).map(row).collect(),
        past: given.iter().map(past).collect(),
        action: shell.url(&asked.path("delegation")),
        shell,
    };
    respond(&page, &asked.context)
}

pub async fn submit(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let kennung: Kennung = typed.get("behoerde").parse().map_err(|_| WebError::Invalid)?;
    let (outcome, done) = if typed.has("widerrufen") {
        let given = state.app.delegations(&asked.permit).await?;
        let ids: Vec<RecordId> = given.iter().map(|d| d.coordinator).collect();
        let names = state.app.organisation_refs(&ids).await?;
        let found = names.into_iter().find(|found| found.kennung == kennung.as_str()).ok_or(WebError::Invalid)?;
        (state.app.revoke_delegation(&asked.permit, found.id).await, "delegation?widerrufen")
    } else {
        (state.app.delegate_approval(&asked.permit, &kennung).await, "delegation?delegiert")
    };
    match outcome {
        Ok(()) => Ok(asked.see(done)),
        // It has stopped looking after this one meanwhile: the page shows who does.
        Err(AppError::People(PeopleFault::NotCoordinator | PeopleFault::OrganisationUnknown)) => {
            Ok(asked.see("delegation"))
        }
        Err(error) => fault_of(error).map(|_| asked.see("delegation")),
    }
}
