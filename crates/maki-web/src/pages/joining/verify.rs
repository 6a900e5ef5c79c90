//! The link in the mail to an organisation's mailbox: it asks first, and then tells what happens next.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{LinkPurpose, PeopleFault};

use crate::auth::{Asker, Told, fault_of, fault_text};
use crate::context::Context;
use crate::error::WebError;
use crate::plain_form::PlainForm;
use crate::respond::respond;
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;

fn shell(state: &WebState, context: &Context, title: &str) -> Shell {
    Shell::new(state, context, texts(context.language).get(title)).unlisted()
}

/// The page of a link that does not count.
fn dead(state: &WebState, context: &Context, fault: PeopleFault) -> Result<Response, WebError> {
    let shell = shell(state, context, "link-dead-title");
    let text = fault_text(shell.t, fault);
    let again = shell.url("/beitreten");
    respond(&Told::new(shell, text).way("joining-again", again).status(StatusCode::GONE), context)
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    if let Err(error) = state.app.look_at_link(LinkPurpose::VerifyMailbox, &secret).await {
        return dead(&state, &context, fault_of(error)?);
    }
    let shell = shell(&state, &context, "joining-verify-title");
    let lead = shell.t.get("joining-verify-lead").to_owned();
    let action = shell.url(&format!("/beitreten/bestaetigen/{secret}"));
    respond(&PlainForm::new(shell, "joining-verify-submit").lead(lead).action(action), &context)
}

pub async fn submit(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    match state.app.verify_mailbox(&secret, &asker.request).await {
        Ok(_) => {
            let shell = shell(&state, &context, "joining-verified-title");
            let text = shell.t.get("joining-verified-text").to_owned();
            let start = shell.url("/");
            respond(&Told::new(shell, text).way("joining-to-start", start), &context)
        }
        Err(error) => dead(&state, &context, fault_of(error)?),
    }
}
