//! Where work begins: the organisations of a person, and for each what is drafted, waits, came back, and is published.
//!
//! A handler here is extract → use case → page. What a person may do is asked of the app for every link, so that no
//! page offers what its guard would refuse.

mod adopt;
mod bulk;
mod home;
mod lists;
mod rows;
mod start;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use maki_app::{AppError, OrganisationRef, Permit, Principal, Target};
use maki_domain::{Act, RecordId};

pub(super) use lists::Turn;

use crate::context::Context;
use crate::error::WebError;
use crate::guard::Allowed;
use crate::routes::{Of, Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::{Texts, texts};

/// Pages where work begins.
pub fn routes(state: &WebState) -> Routes {
    let read = Rule::May(Act::ReadWork, Of::Organisation);
    let submit = Rule::May(Act::Submit, Of::Organisation);
    let approve = Rule::May(Act::Approve, Of::Organisation);
    Routes::new(state)
        .get("/arbeit", Rule::SignedIn, home::show)
        .get("/arbeit/nachnutzen/{kennung}", Rule::SignedIn, adopt::choose)
        .get("/arbeit/{organisation}", read, start::show)
        .get("/arbeit/{organisation}/entwuerfe", read, lists::drafts)
        .get("/arbeit/{organisation}/pruefen", read, lists::waiting)
        .get("/arbeit/{organisation}/zurueck", read, lists::returned)
        .get("/arbeit/{organisation}/veroeffentlicht", read, lists::published)
        .get("/arbeit/{organisation}/mehrere", read, bulk::show)
        .post("/arbeit/{organisation}/mehrere", submit, bulk::send)
        .post("/arbeit/{organisation}/mehrere/{change}/rueckgaengig", submit, bulk::undo)
        .post("/arbeit/{organisation}/mehrere/{change}/freigeben", approve, bulk::approve)
}

/// The request, its leave, and the organisation that it is about.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) context: Context,
    pub(super) permit: Permit,
    pub(super) organisation: OrganisationRef,
}

impl FromRequestParts<WebState> for Asked {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, WebError> {
        let Allowed(permit) = Allowed::from_request_parts(parts, state).await?;
        let Ok(context) = Context::from_request_parts(parts, state).await;
        let found = state.app.organisation_refs(&[permit.organisation()?]).await?.pop();
        Ok(Self { context, permit, organisation: found.ok_or(WebError::NotFound)? })
    }
}

impl Asked {
    pub(super) fn texts(&self) -> &'static Texts {
        texts(self.context.language)
    }

    /// The path of the organisation's work.
    pub(super) fn own_path(&self) -> String {
        path_of(&self.organisation)
    }

    /// The frame of a page below the start of the organisation's work.
    pub(super) fn shell(&self, state: &WebState, title: impl Into<String>) -> Shell {
        Shell::new(state, &self.context, title).unlisted().crumb(self.texts().get("work-title"), "/arbeit")
    }

    /// Leave to read, for pages that are shown again after a form.
    async fn reading(&self, state: &WebState) -> Result<Permit, WebError> {
        let of = Target::Organisation(self.organisation.id);
        Ok(state.app.permit(self.permit.principal(), Act::ReadWork, of).await?)
    }

    async fn may(&self, state: &WebState, act: Act) -> Result<bool, WebError> {
        may(state, self.permit.principal(), act, self.organisation.id).await
    }
}

/// The path of an organisation's work; one that is not published yet is named by its id.
pub(super) fn path_of(organisation: &OrganisationRef) -> String {
    match organisation.kennung.as_str() {
        "" => format!("/arbeit/{}", organisation.id),
        kennung => format!("/arbeit/{kennung}"),
    }
}

async fn may(state: &WebState, principal: &Principal, act: Act, at: RecordId) -> Result<bool, WebError> {
    match state.app.permit(principal, act, Target::Organisation(at)).await {
        Ok(_) => Ok(true),
        Err(AppError::Forbidden | AppError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
