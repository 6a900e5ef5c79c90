//! What an organisation decides about itself: its people and their roles, who may approve for it, and what the register
//! says about it.
//!
//! A handler here is extract → use case → page. Ids in addresses and forms are checked by the use cases against the
//! organisation of the permit.

mod authority;
mod delegation;
mod invite;
mod member;
mod people;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{OrganisationRef, Permit};
use maki_domain::{Act, Role, Roles};

use crate::auth::role_key;
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::guard::{Allowed, Submitted};
use crate::plain_form::{PlainChoice, PlainControl, PlainField};
use crate::routes::{Of, Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::{Texts, texts};

/// Pages of an organisation about itself.
pub fn routes(state: &WebState) -> Routes {
    let members = Rule::May(Act::ManageMembers, Of::Organisation);
    let manage = Rule::May(Act::ManageOrganisation, Of::Organisation);
    Routes::new(state)
        .page("/arbeit/{organisation}/team", members, people::show, invite::submit)
        .page("/arbeit/{organisation}/team/{account}", members, member::show, member::submit)
        .post("/arbeit/{organisation}/team/{account}/erneut", members, invite::again)
        .page("/arbeit/{organisation}/team/{account}/entfernen", members, member::ask_remove, member::remove)
        .page("/arbeit/{organisation}/delegation", manage, delegation::show, delegation::submit)
        .page("/arbeit/{organisation}/behoerde", manage, authority::show, authority::submit)
}

/// The request, its leave, and the organisation that it is about.
#[derive(Clone)]
struct Asked {
    context: Context,
    permit: Permit,
    organisation: OrganisationRef,
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
    fn texts(&self) -> &'static Texts {
        texts(self.context.language)
    }

    /// The path of one of these pages.
    fn path(&self, page: &str) -> String {
        format!("/arbeit/{}/{page}", self.organisation.kennung)
    }

    fn shell(&self, state: &WebState, title: &str) -> Shell {
        let t = self.texts();
        let own = format!("/arbeit/{}", self.organisation.kennung);
        Shell::new(state, &self.context, t.get(title))
            .unlisted()
            .crumb(t.get("work-title"), "/arbeit")
            .crumb(self.organisation.name.clone(), &own)
    }

    /// To another of these pages after a form was taken.
    fn see(&self, page: &str) -> Response {
        Redirect::to(&localised(self.context.language, &self.path(page))).into_response()
    }

    /// What the page before has done, as the address says it.
    fn done(&self, known: &[(&str, &'static str)]) -> Option<String> {
        let said = self.context.pairs().find_map(|(name, _)| known.iter().find(|(word, _)| *word == name).copied());
        said.map(|(_, key)| self.texts().get(key).to_owned())
    }
}

/// Boxes for the roles that an organisation gives.
fn role_field(shell: &Shell, held: Roles) -> PlainField {
    let t = shell.t;
    let choice = |role: Role| PlainChoice {
        value: role.code().to_owned(),
        label: t.get(role_key(role)).to_owned(),
        hint: t.find(&format!("{}-hint", role_key(role))).map(str::to_owned),
        chosen: held.has(role),
    };
    let offered = Role::ALL.into_iter().filter(|role| *role != Role::Operator);
    PlainField::new(shell, "roles", "team-roles", PlainControl::Boxes(offered.map(choice).collect()))
}

/// The roles that are ticked; unknown words are none.
fn roles_of(typed: &Submitted) -> Roles {
    typed.all("roles").filter_map(Role::from_code).collect()
}

fn role_words(t: &Texts, roles: Roles) -> String {
    roles.iter().map(|role| t.get(role_key(role)).to_owned()).collect::<Vec<_>>().join(", ")
}
