//! The second factor of one's own account: set it up, show it, renew its recovery codes, remove it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{PeopleFault, Session, TotpSetup};
use qrcodegen::{QrCode, QrCodeEcc};

use super::{Asker, fault_of, fault_text, refused};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::{SignedIn, Submitted};
use crate::plain_form::{PlainField, PlainForm};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;

/// Empty modules around a code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// Sets a second factor up.
#[derive(askama::Template)]
#[template(path = "account/second_factor.html")]
pub struct SetUpPage {
    pub shell: Shell,
    pub setup: TotpSetup,
    /// The key in groups of four, for typing.
    pub key: String,
    /// The path that draws the picture, and its width.
    pub picture: Option<(String, i32)>,
    pub code: PlainField,
    pub faults: FaultSummary,
    pub status: StatusCode,
}

/// The codes, shown once.
#[derive(askama::Template)]
#[template(path = "account/codes.html")]
pub struct CodesPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}

impl Page for SetUpPage {
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

impl Page for CodesPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

fn shell(state: &WebState, context: &Context, title: &str) -> Shell {
    let t = texts(context.language);
    Shell::new(state, context, t.get(title)).crumb(t.get("account-title"), "/konto")
}

fn code_field(shell: &Shell) -> PlainField {
    PlainField::line(shell, "code", "second-factor-code", "text").autocomplete("one-time-code")
}

fn set_up_page(state: &WebState, context: &Context, setup: TotpSetup, fault: Option<String>) -> SetUpPage {
    let shell = shell(state, context, "second-factor-set-title");
    let code = code_field(&shell).fault(fault.clone());
    let mut faults = FaultSummary { t: shell.t, links: Vec::new() };
    let mut status = StatusCode::OK;
    if let Some(fault) = fault {
        faults.push(&code.id(), format!("{}: {fault}", code.label));
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let letters: Vec<char> = setup.secret.chars().collect();
    let key = letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
    SetUpPage { picture: picture(&setup.uri), key, setup, code, faults, status, shell }
}

/// A code as one path of unit squares.
fn picture(text: &str) -> Option<(String, i32)> {
    use std::fmt::Write as _;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    Some((path, code.size() + 2 * QUIET))
}

/// The code of somebody who has a second factor and has not shown it in this session.
fn ask_form(state: &WebState, context: &Context) -> PlainForm {
    let shell = shell(state, context, "second-factor-title");
    let lead = shell.t.get("second-factor-lead").to_owned();
    let code = code_field(&shell).hint(shell.t.get("second-factor-code-hint"));
    PlainForm::new(shell, "second-factor-submit").lead(lead).field(code)
}

const fn has_to_show(session: &Session) -> bool {
    session.needs_second_factor && session.has_totp
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
) -> Result<Response, WebError> {
    if has_to_show(&session) {
        return respond(&ask_form(&state, &context), &context);
    }
    match state.app.begin_totp(&session).await {
        Ok(setup) => respond(&set_up_page(&state, &context, setup, None), &context),
        Err(error) => {
            fault_of(error)?;
            Ok(Redirect::to(&localised(context.language, "/konto")).into_response())
        }
    }
}

pub async fn submit(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    SignedIn(session): SignedIn,
    typed: Submitted,
) -> Result<Response, WebError> {
    let code = typed.get("code");
    if has_to_show(&session) {
        return match state.app.show_second_factor(&session, code, asker.address).await {
            Ok(()) => Ok(Redirect::to(&localised(context.language, "/arbeit")).into_response()),
            Err(error) => respond(&refused(ask_form(&state, &context), fault_of(error)?), &context),
        };
    }
    let (secret, seal) = (typed.get("secret"), typed.get("seal"));
    match state.app.set_up_totp(&session, secret, seal, code).await {
        Ok(codes) => shown(&state, &context, codes),
        Err(error) => {
            let fault = fault_of(error)?;
            let setup = match fault {
                PeopleFault::SetupExpired => state.app.begin_totp(&session).await?,
                _ => state.app.again_totp(&session, secret, seal).await?,
            };
            let text = fault_text(texts(context.language), fault);
            respond(&set_up_page(&state, &context, setup, Some(text)), &context)
        }
    }
}

fn shown(state: &WebState, context: &Context, codes: Vec<String>) -> Result<Response, WebError> {
    respond(&CodesPage { shell: shell(state, context, "second-factor-codes-title"), codes }, context)
}

fn code_form(state: &WebState, context: &Context, title: &str, submit: &str, grave: bool) -> PlainForm {
    let shell = shell(state, context, title);
    let code = code_field(&shell).hint(shell.t.get("second-factor-code-hint"));
    let mut form = PlainForm::new(shell, submit).field(code);
    form.grave = grave;
    form
}

pub async fn ask_remove(
    State(state): State<WebState>,
    context: Context,
    SignedIn(_): SignedIn,
) -> Result<Response, WebError> {
    respond(&code_form(&state, &context, "second-factor-remove", "second-factor-remove", true), &context)
}

pub async fn remove(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    typed: Submitted,
) -> Result<Response, WebError> {
    match state.app.remove_totp(&session, typed.get("code")).await {
        Ok(()) => Ok(Redirect::to(&localised(context.language, "/konto?gespeichert")).into_response()),
        Err(error) => {
            let form = code_form(&state, &context, "second-factor-remove", "second-factor-remove", true);
            respond(&refused(form, fault_of(error)?), &context)
        }
    }
}

pub async fn ask_codes(
    State(state): State<WebState>,
    context: Context,
    SignedIn(_): SignedIn,
) -> Result<Response, WebError> {
    respond(&code_form(&state, &context, "second-factor-renew", "second-factor-renew", false), &context)
}

pub async fn renew_codes(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    typed: Submitted,
) -> Result<Response, WebError> {
    match state.app.renew_recovery_codes(&session, typed.get("code")).await {
        Ok(codes) => shown(&state, &context, codes),
        Err(error) => {
            let form = code_form(&state, &context, "second-factor-renew", "second-factor-renew", false);
            respond(&refused(form, fault_of(error)?), &context)
        }
    }
}
