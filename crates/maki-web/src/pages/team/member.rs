//! One member: their roles, and leaving.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{AccountState, Member};

use super::{Asked, role_field, roles_of};
use crate::auth::{fault_of, fault_text, refused};
use crate::error::WebError;
use crate::guard::Submitted;
use crate::plain_form::PlainForm;
use crate::respond::respond;
use crate::state::WebState;

/// The member that the address names.
async fn named(state: &WebState, asked: &Asked, account: &str) -> Result<Member, WebError> {
    let account: uuid::Uuid = account.parse().map_err(|_| WebError::NotFound)?;
    let members = state.app.members(&asked.permit).await?;
    members.into_iter().find(|member| member.account == account).ok_or(WebError::NotFound)
}

fn role_form(state: &WebState, asked: &Asked, member: &Member, typed: Option<(&Submitted, String)>) -> PlainForm {
    let t = asked.texts();
    let path = asked.path(&format!("team/{}", member.account));
    let mut shell = asked.shell(state, "team-title").crumb(t.get("team-title"), &asked.path("team"));
    shell.title.clone_from(&member.name);
    let (action, back) = (shell.url(&path), shell.url(&asked.path("team")));
    let mut field = role_field(&shell, member.roles);
    if let Some((typed, fault)) = typed {
        field = field.typed(typed).fault(Some(fault));
    }
    let mut form = PlainForm::new(shell, "team-save").action(action).lead(member.email.clone().unwrap_or_default());
    if asked.permit.principal().account == Some(member.account) {
        form = form.lead(t.get("team-oneself-lead"));
    }
    if !member.source.is_empty() {
        form = form.lead(t.get("team-provider-lead"));
    }
    form.field(field).way("team-back", back)
}

pub async fn show(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, account)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let member = named(&state, &asked, &account).await?;
    respond(&role_form(&state, &asked, &member, None), &asked.context)
}

pub async fn submit(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, account)): Path<(String, String)>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let member = named(&state, &asked, &account).await?;
    match state.app.set_roles(&asked.permit, member.account, roles_of(&typed)).await {
        Ok(()) => Ok(asked.see("team?gespeichert")),
        Err(error) => {
            let text = fault_text(asked.texts(), fault_of(error)?);
            respond(&role_form(&state, &asked, &member, Some((&typed, text))), &asked.context)
        }
    }
}

fn remove_form(state: &WebState, asked: &Asked, member: &Member) -> PlainForm {
    let t = asked.texts();
    let is_invited = member.state == AccountState::Invited;
    let (title, lead, button) = if is_invited {
        ("team-withdraw-title", "team-withdraw-lead", "team-withdraw-button")
    } else {
        ("team-remove-title", "team-remove-lead", "team-remove-button")
    };
    let shell = asked.shell(state, title).crumb(t.get("team-title"), &asked.path("team"));
    let action = shell.url(&asked.path(&format!("team/{}/entfernen", member.account)));
    let back = shell.url(&asked.path("team"));
    let mut form = PlainForm::new(shell, button).action(action).lead(t.one(lead, "name", member.name.as_str()));
    if asked.permit.principal().account == Some(member.account) {
        form = form.lead(t.get("team-oneself-lead"));
    }
    form.way("team-back", back).grave()
}

pub async fn ask_remove(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, account)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let member = named(&state, &asked, &account).await?;
    respond(&remove_form(&state, &asked, &member), &asked.context)
}

pub async fn remove(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, account)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let member = named(&state, &asked, &account).await?;
    let is_oneself = asked.permit.principal().account == Some(member.account);
    match state.app.remove_member(&asked.permit, member.account).await {
        // Who leaves may not see the team any more.
        Ok(()) if is_oneself && !asked.permit.principal().is_operator() => {
            Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&crate::context::localised(
                asked.context.language,
                "/konto",
            ))))
        }
        Ok(()) => Ok(asked.see("team?entfernt")),
        Err(error) => {
            let page = refused(remove_form(&state, &asked, &member), fault_of(error)?);
            respond(&PlainForm { status: StatusCode::UNPROCESSABLE_ENTITY, ..page }, &asked.context)
        }
    }
}
