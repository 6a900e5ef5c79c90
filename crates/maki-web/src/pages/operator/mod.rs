//! What those who run the register see and do: applications, organisations that change, accounts, jobs.
//!
//! A handler here is extract → use case → page. Whatever cannot be undone is asked twice.

mod accounts;
mod applications;
mod endings;
mod jobs;
mod organisations;
mod overview;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{OrganisationFilter, Permit, Session};
use maki_domain::{Act, Kennung};
use std::sync::Arc;

use crate::context::{Context, localised};
use crate::error::WebError;
use crate::guard::{Allowed, SignedIn};
use crate::routes::{Of, Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::{Texts, texts};

const ROOT: &str = "/betrieb";

/// Pages of those who run the register, and of coordinators who admit.
pub fn routes(state: &WebState) -> Routes {
    let operate = Rule::May(Act::Operate, Of::Anywhere);
    let organisation = Rule::May(Act::Operate, Of::Organisation);
    let admit = Rule::May(Act::AdmitOrganisation, Of::Anywhere);
    Routes::new(state)
        .get("/betrieb", operate, overview::show)
        .get("/betrieb/antraege", admit, applications::list)
        .page("/betrieb/antraege/{application}", admit, applications::show, applications::decide)
        .get("/betrieb/behoerden", operate, organisations::list)
        .get("/betrieb/behoerden/{organisation}", organisation, organisations::show)
        .post("/betrieb/behoerden/{organisation}/betreuung", organisation, organisations::coordinate)
        .page("/betrieb/behoerden/{organisation}/zusammenlegen", organisation, endings::ask_merge, endings::merge)
        .page("/betrieb/behoerden/{organisation}/aufloesen", organisation, endings::ask_dissolve, endings::dissolve)
        .get("/betrieb/konten", operate, accounts::list)
        .page("/betrieb/konten/{account}", operate, accounts::show, accounts::act)
        .page("/betrieb/konten/{account}/loeschen", operate, accounts::ask_erase, accounts::erase)
        .get("/betrieb/auftraege", operate, jobs::list)
        .post("/betrieb/auftraege/{job}/erneut", operate, jobs::retry)
        .post("/betrieb/auftraege/{job}/abbrechen", operate, jobs::cancel)
}

/// The request, its leave and who asks.
#[derive(Clone)]
struct Asked {
    context: Context,
    permit: Permit,
    session: Arc<Session>,
}

impl FromRequestParts<WebState> for Asked {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, WebError> {
        let Allowed(permit) = Allowed::from_request_parts(parts, state).await?;
        let SignedIn(session) = SignedIn::from_request_parts(parts, state).await?;
        let Ok(context) = Context::from_request_parts(parts, state).await;
        Ok(Self { context, permit, session })
    }
}

impl Asked {
    fn texts(&self) -> &'static Texts {
        texts(self.context.language)
    }

    /// A page below the overview; who does not operate has no overview.
    fn shell(&self, state: &WebState, title: &str) -> Shell {
        let shell = Shell::new(state, &self.context, self.texts().get(title)).unlisted();
        if self.permit.principal().is_operator() {
            shell.crumb(self.texts().get("operator-title"), ROOT)
        } else {
            shell.crumb(self.texts().get("work-title"), "/arbeit")
        }
    }

    /// To another page after a form was taken.
    fn see(&self, path: &str) -> Response {
        Redirect::to(&localised(self.context.language, path)).into_response()
    }

    /// What the page before has done, as the address says it.
    fn done(&self, known: &[(&str, &'static str)]) -> Option<String> {
        let said = self.context.pairs().find_map(|(name, _)| known.iter().find(|(word, _)| *word == name).copied());
        said.map(|(_, key)| self.texts().get(key).to_owned())
    }

    /// A value of the address; empty when there is none.
    fn parameter(&self, name: &str) -> String {
        self.context.pairs().find_map(|(key, value)| (key == name).then_some(value)).unwrap_or_default()
    }
}

/// The organisation that somebody means: by its Kennung, or by a name that only one has.
async fn meant(state: &WebState, typed: &str) -> Result<Option<(Kennung, String)>, WebError> {
    const ENOUGH: usize = 200;
    let typed = typed.trim();
    if let Ok(kennung) = typed.parse::<Kennung>() {
        let profile = state.app.organisation(maki_domain::View::Authorities, &kennung).await?;
        let profile = profile.filter(|profile| !profile.record.is_withdrawn());
        return Ok(profile.map(|profile| (kennung, profile.summary.organisation.name)));
    }
    if typed.is_empty() {
        return Ok(None);
    }
    let filter = OrganisationFilter { name: typed.to_owned(), limit: ENOUGH, ..OrganisationFilter::default() };
    let found = state.app.organisations(&filter).await?.organisations;
    let folded = typed.to_lowercase();
    let mut same = found.iter().filter(|one| one.organisation.name.to_lowercase() == folded);
    let only = match (same.next(), same.next(), found.as_slice()) {
        (Some(one), None, _) | (None, _, [one]) => one,
        _ => return Ok(None),
    };
    let kennung = only.organisation.kennung.parse().map_err(WebError::internal)?;
    Ok(Some((kennung, only.organisation.name.clone())))
}
