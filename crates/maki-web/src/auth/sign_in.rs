//! Signing in with name and password, the second step, and signing out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{SignIn, SignInOutcome};

use super::{Asker, signed_in, signed_out, way_back};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::guard::{SignedIn, Submitted};
use crate::plain_form::{PlainField, PlainForm};
use crate::respond::respond;
use crate::shell::Shell;
use crate::state::WebState;

/// Field that carries where somebody wanted to go.
const BACK: &str = "weiter";

/// Where signing in leads when nothing else was wanted.
fn home(context: &Context) -> String {
    localised(context.language, "/arbeit")
}

fn form(state: &WebState, context: &Context, back: &str, typed: &Submitted) -> PlainForm {
    let shell = Shell::new(state, context, crate::texts::texts(context.language).get("sign-in-title")).unlisted();
    let email = PlainField::line(&shell, "email", "sign-in-email", "email").autocomplete("email").typed(typed);
    let password = PlainField::line(&shell, "password", "sign-in-password", "password");
    let lead = shell.t.get("sign-in-lead").to_owned();
    let mut form = PlainForm::new(shell, "sign-in-submit").lead(lead).field(email).field(password);
    form.action = localised(context.language, "/anmelden");
    for provider in state.providers.iter() {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair(BACK, back).finish();
        let href = format!("/anmelden/mit/{}?{query}", provider.settings.key);
        let label = form.shell.t.one("sign-in-with", "name", provider.settings.label.as_str());
        form.ways.push(crate::shell::Crumb { label, href });
    }
    form.hidden(BACK, back)
        .way("sign-in-forgot", localised(context.language, "/passwort-vergessen"))
        .way("sign-in-join", localised(context.language, "/beitreten"))
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let wanted = context.pairs().find(|(name, _)| name == BACK).map(|(_, path)| path).unwrap_or_default();
    let back = way_back(&wanted).map_or_else(|| home(&context), str::to_owned);
    let is_in = context.visitor.as_ref().is_some_and(|visitor| visitor.session.is_some());
    if is_in {
        return Ok(Redirect::to(&back).into_response());
    }
    let mut page = form(&state, &context, &back, &Submitted::default());
    let told = context.pairs().find(|(name, _)| name == "grund").map(|(_, why)| why).unwrap_or_default();
    if let Some(key) = ["failed", "expired", "unknown", "taken"].into_iter().find(|key| *key == told) {
        let text = page.shell.t.get(&format!("sign-in-provider-{key}")).to_owned();
        page = page.refused(text, StatusCode::OK);
    }
    respond(&page, &context)
}

pub async fn submit(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    typed: Submitted,
) -> Result<Response, WebError> {
    let back = way_back(typed.get(BACK)).map_or_else(|| home(&context), str::to_owned);
    let given = SignIn {
        email: typed.get("email"),
        password: typed.get("password"),
        address: asker.address,
        agent: &asker.agent,
        request: &asker.request,
    };
    match state.app.sign_in(&given).await? {
        SignInOutcome::In(cookie) => Ok(signed_in(&cookie, &back)),
        SignInOutcome::SecondFactorNeeded { token } => respond(&code_form(&state, &context, &back, token), &context),
        outcome => {
            let page = form(&state, &context, &back, &typed);
            let (text, status) = why_not(&page.shell, &outcome);
            respond(&page.refused(text, status), &context)
        }
    }
}

fn code_form(state: &WebState, context: &Context, back: &str, token: String) -> PlainForm {
    let shell = Shell::new(state, context, crate::texts::texts(context.language).get("second-factor-title")).unlisted();
    let code = PlainField::line(&shell, "code", "second-factor-code", "text")
        .autocomplete("one-time-code")
        .hint(shell.t.get("second-factor-code-hint"));
    let lead = shell.t.get("second-factor-lead").to_owned();
    let mut form = PlainForm::new(shell, "second-factor-submit").lead(lead).field(code).hidden(BACK, back);
    form.action = localised(context.language, "/anmelden/code");
    form.hidden("schritt", token)
}

/// The code of the second factor.
pub async fn second_step(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    typed: Submitted,
) -> Result<Response, WebError> {
    let back = way_back(typed.get(BACK)).map_or_else(|| home(&context), str::to_owned);
    let token = typed.get("schritt");
    let outcome = state.app.second_step(token, typed.get("code"), asker.address, &asker.agent, &asker.request).await?;
    match outcome {
        SignInOutcome::In(cookie) => Ok(signed_in(&cookie, &back)),
        SignInOutcome::Wrong | SignInOutcome::SecondFactorNeeded { .. } => {
            let page = code_form(&state, &context, &back, token.to_owned());
            let text = page.shell.t.get("second-factor-refused").to_owned();
            respond(&page.refused(text, StatusCode::UNPROCESSABLE_ENTITY), &context)
        }
        outcome => {
            let page = form(&state, &context, &back, &Submitted::default());
            let (text, status) = why_not(&page.shell, &outcome);
            respond(&page.refused(text, status), &context)
        }
    }
}

fn why_not(shell: &Shell, outcome: &SignInOutcome) -> (String, StatusCode) {
    match outcome {
        SignInOutcome::Wait { seconds } => {
            let minutes = usize::try_from(seconds.div_euclid(60) + 1).unwrap_or(1);
            (shell.t.count("sign-in-wait", minutes), StatusCode::TOO_MANY_REQUESTS)
        }
        SignInOutcome::BeginAgain => {
            (shell.t.get("sign-in-provider-expired").to_owned(), StatusCode::UNPROCESSABLE_ENTITY)
        }
        _ => (shell.t.get("sign-in-refused").to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
    }
}

pub async fn sign_out(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
) -> Result<Response, WebError> {
    state.app.sign_out(&session).await?;
    Ok(signed_out(&localised(context.language, "/")))
}
