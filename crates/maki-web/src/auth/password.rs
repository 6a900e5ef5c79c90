//! Passwords by mail: forgotten ones, and the first one of somebody invited.
//!
//! A link is looked at by GET and used by POST only, because mail scanners open links.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{LinkPurpose, PeopleFault};

use super::{Asker, fault_of, fault_text, refused};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::guard::Submitted;
use crate::plain_form::{PlainField, PlainForm};
use crate::respond::respond;
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;

fn shell(state: &WebState, context: &Context, title: &str) -> Shell {
    Shell::new(state, context, texts(context.language).get(title)).unlisted()
}

fn forgot_form(state: &WebState, context: &Context, typed: &Submitted, fault: Option<String>) -> PlainForm {
    let shell = shell(state, context, "forgot-title");
    let email =
        PlainField::line(&shell, "email", "sign-in-email", "email").autocomplete("email").typed(typed).fault(fault);
    let lead = shell.t.get("forgot-lead").to_owned();
    PlainForm::new(shell, "forgot-submit").lead(lead).field(email)
}

pub async fn forgot(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    respond(&forgot_form(&state, &context, &Submitted::default(), None), &context)
}

pub async fn ask_link(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    typed: Submitted,
) -> Result<Response, WebError> {
    match state.app.ask_password_reset(typed.get("email"), context.language, asker.address).await {
        Ok(()) => message(&state, &context, "forgot-done-title", "forgot-done-text"),
        Err(error) => {
            let fault = fault_of(error)?;
            let page = match fault {
                PeopleFault::EmailInvalid => {
                    let text = fault_text(texts(context.language), fault);
                    forgot_form(&state, &context, &typed, Some(text))
                }
                fault => refused(forgot_form(&state, &context, &typed, None), fault),
            };
            respond(&page, &context)
        }
    }
}

/// A page that only says something.
fn message(state: &WebState, context: &Context, title: &str, text: &str) -> Result<Response, WebError> {
    let shell = shell(state, context, title);
    let text = shell.t.get(text).to_owned();
    respond(&super::account::Told::new(shell, text), context)
}

/// The page of a link that does not count.
fn dead(state: &WebState, context: &Context, fault: PeopleFault) -> Result<Response, WebError> {
    let shell = shell(state, context, "link-dead-title");
    let text = fault_text(shell.t, fault);
    let again = shell.url("/passwort-vergessen");
    let told = super::account::Told::new(shell, text).way("link-dead-again", again).status(StatusCode::GONE);
    respond(&told, context)
}

/// Asks for a new password twice.
fn new_form(shell: Shell, email: &str, faults: [Option<String>; 2]) -> PlainForm {
    let [fault, differs] = faults;
    let hint = shell.t.get("new-password-lead").to_owned();
    let first = PlainField::line(&shell, "password", "new-password", "password")
        .autocomplete("new-password")
        .hint(hint)
        .fault(fault);
    let again =
        PlainField::line(&shell, "again", "new-password-again", "password").autocomplete("new-password").fault(differs);
    let form = PlainForm::new(shell, "new-password-submit").field(first).field(again);
    // Password managers keep the new password under the name.
    if email.is_empty() { form } else { form.hidden("username", email) }
}

/// The new password, when both entries are the same.
fn twice<'a>(context: &Context, typed: &'a Submitted) -> Result<&'a str, String> {
    let password = typed.get("password");
    if password == typed.get("again") {
        Ok(password)
    } else {
        Err(texts(context.language).get("password-differs").to_owned())
    }
}

pub async fn new(
    State(state): State<WebState>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    match state.app.look_at_link(LinkPurpose::PasswordReset, &secret).await {
        Ok(_) => respond(&new_form(shell(&state, &context, "new-password-title"), "", [None, None]), &context),
        Err(error) => dead(&state, &context, fault_of(error)?),
    }
}

pub async fn reset(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    Path(secret): Path<String>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let page = |faults| new_form(shell(&state, &context, "new-password-title"), "", faults);
    let password = match twice(&context, &typed) {
        Ok(password) => password,
        Err(differs) => return respond(&page([None, Some(differs)]), &context),
    };
    match state.app.reset_password(&secret, password, asker.address, &asker.request).await {
        Ok(()) => Ok(Redirect::to(&localised(context.language, "/anmelden")).into_response()),
        Err(error) => not_set(&state, &context, fault_of(error)?, page),
    }
}

pub async fn invitation(
    State(state): State<WebState>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    match state.app.look_at_invitation(&secret).await {
        Ok((account, needs_password)) => {
            let email = account.email.unwrap_or_default();
            respond(&invitation_form(&state, &context, &email, needs_password, [None, None]), &context)
        }
        Err(error) => dead(&state, &context, fault_of(error)?),
    }
}

fn invitation_form(
    state: &WebState,
    context: &Context,
    email: &str,
    needs_password: bool,
    faults: [Option<String>; 2],
) -> PlainForm {
    if needs_password {
        return new_form(shell(state, context, "new-password-invited-title"), email, faults);
    }
    let shell = shell(state, context, "invitation-title");
    let lead = shell.t.get("invitation-lead").to_owned();
    PlainForm::new(shell, "invitation-submit").lead(lead)
}

pub async fn accept(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    Path(secret): Path<String>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let (account, needs_password) = match state.app.look_at_invitation(&secret).await {
        Ok(found) => found,
        Err(error) => return dead(&state, &context, fault_of(error)?),
    };
    let email = account.email.unwrap_or_default();
    let page = |faults| invitation_form(&state, &context, &email, needs_password, faults);
    let password = match twice(&context, &typed) {
        Ok(password) => password,
        Err(differs) => return respond(&page([None, Some(differs)]), &context),
    };
    match state.app.accept_invitation(&secret, password, &asker.request).await {
        Ok(()) => Ok(Redirect::to(&localised(context.language, "/anmelden")).into_response()),
        Err(error) => not_set(&state, &context, fault_of(error)?, page),
    }
}

fn not_set(
    state: &WebState,
    context: &Context,
    fault: PeopleFault,
    page: impl Fn([Option<String>; 2]) -> PlainForm,
) -> Result<Response, WebError> {
    match fault {
        PeopleFault::LinkUsed | PeopleFault::LinkExpired | PeopleFault::LinkUnknown => dead(state, context, fault),
        fault => respond(&page([Some(fault_text(texts(context.language), fault)), None]), context),
    }
}
