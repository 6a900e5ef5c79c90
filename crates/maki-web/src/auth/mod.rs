//! Signing in and out, one's own account, and providers of OpenID Connect.
//!
//! Invariants: an answer to somebody who has not signed in never tells whether an account exists. The cookie of a
//! session is made and taken away here alone; it is set only by signing in.

mod account;
mod asker;
pub mod oidc;
mod password;
mod provider_pages;
mod second_factor;
mod sign_in;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use fluent_bundle::FluentValue;
use maki_app::{AppError, PeopleFault, SessionCookie};

pub use account::{Told, role_key};
pub use asker::Asker;

use crate::error::WebError;
use crate::guard::COOKIE;
use crate::plain_form::PlainForm;
use crate::routes::{Routes, Rule};
use crate::state::WebState;
use crate::texts::Texts;

/// Pages that exist once per language.
pub fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .page("/anmelden", Rule::Open, sign_in::show, sign_in::submit)
        .post("/anmelden/code", Rule::Open, sign_in::second_step)
        .post("/abmelden", Rule::SignedIn, sign_in::sign_out)
        .page("/passwort-vergessen", Rule::Open, password::forgot, password::ask_link)
        .page("/passwort/{secret}", Rule::Open, password::new, password::reset)
        .page("/einladung/{secret}", Rule::Open, password::invitation, password::accept)
        .page("/konto", Rule::SignedIn, account::show, account::describe)
        .page("/konto/passwort", Rule::SignedIn, account::password, account::change_password)
        .post("/konto/anmeldungen", Rule::SignedIn, account::end_sessions)
        .post("/konto/anbieter/{provider}", Rule::SignedIn, provider_pages::tie)
        .page("/konto/zweiter-faktor", Rule::SignedIn, second_factor::show, second_factor::submit)
        .page("/konto/zweiter-faktor/entfernen", Rule::SignedIn, second_factor::ask_remove, second_factor::remove)
        .page("/konto/zweiter-faktor/codes", Rule::SignedIn, second_factor::ask_codes, second_factor::renew_codes)
}

/// What exists once, whatever the language: where providers send people and news.
pub fn single_routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("/anmelden/mit/{provider}", Rule::Public, provider_pages::begin)
        .get("/anmelden/zurueck/{provider}", Rule::Open, provider_pages::finish)
        .post("/anmelden/ende/{provider}", Rule::Public, provider_pages::logout)
}

/// What is wrong, in words.
#[must_use]
pub fn fault_text(t: &Texts, fault: PeopleFault) -> String {
    let key = format!("people-{}", fault.key());
    let number = match fault {
        // Nobody waits by the second.
        PeopleFault::TooOften { seconds } => seconds.div_euclid(60) + 1,
        fault => fault.number().unwrap_or_default(),
    };
    t.with(&key, &[("count", FluentValue::from(number))])
}

/// The fault of a use case that the person can put right; other errors go on.
///
/// # Errors
/// Every error that is none of a person's doing.
pub fn fault_of(error: AppError) -> Result<PeopleFault, WebError> {
    match error {
        AppError::People(fault) => Ok(fault),
        other => Err(other.into()),
    }
}

/// Signs a browser in and sends it on.
fn signed_in(cookie: &SessionCookie, to: &str) -> Response {
    let SessionCookie { secret, max_age } = cookie;
    let cookie = format!("{COOKIE}={secret}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax");
    with_cookie(Redirect::to(to).into_response(), &cookie)
}

/// Takes the session's cookie away.
fn signed_out(to: &str) -> Response {
    let cookie = format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    let mut response = with_cookie(Redirect::to(to).into_response(), &cookie);
    // Pages that were shown while signed in are not shown again by "back".
    response
        .headers_mut()
        .insert(header::HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    response
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Where somebody wanted to go: a path of our own, never another host.
fn way_back(path: &str) -> Option<&str> {
    let is_own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    Some(path).filter(|_| is_own)
}

/// A form that was refused as a whole.
#[must_use]
pub fn refused(form: PlainForm, fault: PeopleFault) -> PlainForm {
    let status = match fault {
        PeopleFault::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let text = fault_text(form.shell.t, fault);
    form.refused(text, status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_here() {
        let check = |path: &str, expected: bool| assert_eq!(way_back(path).is_some(), expected, "{path}");
        check("/arbeit", true);
        check("/en/arbeit?seite=2", true);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("https://evil.example", false);
        check("", false);
        check("/a\r\nSet-Cookie: x", false);
    }
}
