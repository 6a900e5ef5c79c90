//! Invitations to an organisation: a first one, and the same again.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{Invitation, PeopleFault};

use super::{Asked, people, roles_of};
use crate::auth::{fault_of, fault_text};
use crate::error::WebError;
use crate::guard::Submitted;
use crate::respond::respond;
use crate::state::WebState;

/// The control that a fault is about.
const fn place_of(fault: PeopleFault) -> &'static str {
    match fault {
        PeopleFault::Missing | PeopleFault::TooLong { .. } | PeopleFault::ControlCharacter => "name",
        PeopleFault::NoRole | PeopleFault::RoleNotHere => "roles",
        _ => "email",
    }
}

pub async fn submit(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let invitation = Invitation {
        email: typed.get("email"),
        name: typed.get("name"),
        roles: roles_of(&typed),
        language: asked.context.language,
    };
    match state.app.invite(&asked.permit, &invitation).await {
        Ok(_) => Ok(asked.see("team?eingeladen")),
        Err(error) => {
            let fault = fault_of(error)?;
            let text = fault_text(asked.texts(), fault);
            let fields = people::invitation_fields(&asked.shell(&state, "team-title")).into_iter().map(|field| {
                let fault = (field.name == place_of(fault)).then(|| text.clone());
                field.typed(&typed).fault(fault)
            });
            respond(&people::page(&state, &asked, fields.collect()).await?, &asked.context)
        }
    }
}

pub async fn again(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, account)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let account = account.parse().map_err(|_| WebError::NotFound)?;
    match state.app.invite_again(&asked.permit, account).await {
        Ok(()) => Ok(asked.see("team?erneut")),
        // Accepted meanwhile: the list shows it.
        Err(error) => fault_of(error).map(|_| asked.see("team")),
    }
}
