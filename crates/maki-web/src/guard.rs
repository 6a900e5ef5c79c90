//! Asked before each handler: who is it, may they, and does the form come from one of our pages? What is answered here
//! no handler has to ask again.
//!
//! A form is read here, once: the handler gets its pairs as [`Submitted`]. Each carries a token that is signed, expires,
//! and is bound to the account, not to the session: who was signed out meanwhile signs in beside it and sends the same
//! form again. Answers are never kept by caches.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, OriginalUri, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::MethodRouter;
use maki_app::{App, Permit, Session, Target};
use maki_domain::{Act, Kennung, RecordId};

use crate::context::{localised, split_language};
use crate::error::WebError;
use crate::middleware::RequestId;
use crate::routes::{Of, Rule};
use crate::state::WebState;

/// Largest form in bytes. All fields of an entry filled to their limits are well below.
pub const MAX_FORM: usize = 1 << 20;
/// Most pairs of a form.
const MAX_PAIRS: usize = 5_000;
/// Field of every form that holds its token.
pub const TOKEN: &str = "csrf";
/// The cookie of a session. The prefix makes browsers insist on a secure one of this host alone.
pub const COOKIE: &str = "__Host-maki";
/// To whom tokens of forms before signing in are bound.
const NOBODY: &str = "";

/// Who sees a page that knows visitors.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub session: Option<Arc<Session>>,
    /// Token for the forms of the page.
    pub token: Arc<str>,
}

/// The session of a route that needs one.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Arc<Session>);

/// The permit of a route that needs one.
#[derive(Debug, Clone)]
pub struct Allowed(pub Permit);

/// The pairs of a form as they came, without its token.
#[derive(Debug, Clone, Default)]
pub struct Submitted(pub Arc<Vec<(String, String)>>);

impl Submitted {
    /// The first value under a name; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find_map(|(key, value)| (key == name).then_some(value.as_str())).unwrap_or_default()
    }

    /// All values under a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked or a button was pressed.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

/// Puts the guard of a rule around handlers.
pub fn around(state: &WebState, rule: Rule, handlers: MethodRouter<WebState>) -> MethodRouter<WebState> {
    match rule {
        Rule::Public => handlers,
        _ => handlers.layer(from_fn_with_state((state.clone(), rule), ask)),
    }
}

async fn ask(State((state, rule)): State<(WebState, Rule)>, request: Request, next: Next) -> Response {
    let mut response = match admit(&state, rule, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => *refusal,
    };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

type Refusal = Box<Response>;

fn refuse(error: impl Into<WebError>) -> Refusal {
    Box::new(error.into().into_response())
}

async fn admit(state: &WebState, rule: Rule, request: Request) -> Result<Request, Refusal> {
    let (mut parts, body) = request.into_parts();
    let request_id = parts.extensions.get::<RequestId>().map(|id| Arc::clone(&id.0)).unwrap_or_default();
    if let Rule::Token(act, of) = rule {
        let token = bearer(&parts.headers).ok_or_else(|| refuse(WebError::TokenMissing))?;
        let principal = state.app.token_principal(token, &request_id).await.map_err(refuse)?;
        let principal = principal.ok_or_else(|| refuse(WebError::TokenRefused))?;
        let target = target(&mut parts, of).await?;
        let permit = state.app.permit(&principal, act, target).await.map_err(refuse)?;
        parts.extensions.insert(Allowed(permit));
        return Ok(Request::from_parts(parts, body));
    }
    let session = match cookie(&parts.headers) {
        Some(secret) => state.app.session(secret, &request_id).await.map_err(refuse)?.map(Arc::new),
        None => None,
    };
    if rule != Rule::Open && session.is_none() {
        return Err(Box::new(to_sign_in(&parts)));
    }
    let bound_to = session.as_ref().map_or_else(|| NOBODY.to_owned(), |s| s.principal.actor.to_string());
    let body = if parts.method == Method::POST {
        let submitted = read_form(state, &parts, body, &bound_to).await?;
        parts.extensions.insert(submitted);
        Body::empty()
    } else {
        body
    };
    let token = Arc::from(state.app.form_token(&bound_to).await.map_err(refuse)?);
    parts.extensions.insert(Visitor { session: session.clone(), token });
    if let Some(session) = session {
        if let Rule::May(act, of) = rule {
            if session.needs_second_factor {
                return Err(Box::new(
                    Redirect::to(&localised(language(&parts), "/konto/zweiter-faktor")).into_response(),
                ));
            }
            let permit = permit(&state.app, &session, &mut parts, act, of).await?;
            parts.extensions.insert(Allowed(permit));
        }
        parts.extensions.insert(SignedIn(session));
    }
    Ok(Request::from_parts(parts, body))
}

async fn permit(app: &App, session: &Session, parts: &mut Parts, act: Act, of: Of) -> Result<Permit, Refusal> {
    let target = target(parts, of).await?;
    app.permit(&session.principal, act, target).await.map_err(refuse)
}

/// What the address is about.
async fn target(parts: &mut Parts, of: Of) -> Result<Target, Refusal> {
    let name = match of {
        Of::Anywhere => return Ok(Target::Anywhere),
        Of::Organisation => "organisation",
        Of::Record => "record",
        Of::Confidential => "entry",
    };
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| refuse(WebError::NotFound))?;
    let value = params.iter().find_map(|(key, value)| (key == name).then_some(value)).unwrap_or_default();
    let id = value.parse::<uuid::Uuid>().map(RecordId);
    if of == Of::Confidential {
        return id.map(Target::Confidential).map_err(|_| refuse(WebError::NotFound));
    }
    if let Ok(id) = id {
        return Ok(Target::Record(id));
    }
    value.parse::<Kennung>().map(Target::Kennung).map_err(|_| refuse(WebError::NotFound))
}

/// The value of the session's cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn original(parts: &Parts) -> &Uri {
    parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0)
}

fn language(parts: &Parts) -> maki_domain::Language {
    split_language(original(parts).path()).0
}

/// A reader goes to sign in and comes back; who sent a form is told, so that what was typed is not lost.
fn to_sign_in(parts: &Parts) -> Response {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return WebError::SignedOut.into_response();
    }
    let back = original(parts).path_and_query().map_or("/", |path| path.as_str());
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("weiter", back).finish();
    Redirect::to(&format!("{}?{query}", localised(language(parts), "/anmelden"))).into_response()
}

async fn read_form(state: &WebState, parts: &Parts, body: Body, bound_to: &str) -> Result<Submitted, Refusal> {
    if is_from_elsewhere(&parts.headers, &state.site.base_url) {
        return Err(refuse(WebError::ForeignForm));
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().starts_with("application/x-www-form-urlencoded") {
        return Err(refuse(WebError::WrongMediaType));
    }
    let bytes = to_bytes(body, MAX_FORM).await.map_err(|_| refuse(WebError::TooLarge))?;
    let mut token = String::new();
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(&bytes).into_owned() {
        if name == TOKEN {
            token = value;
        } else if pairs.len() < MAX_PAIRS {
            pairs.push((name, value));
        } else {
            return Err(refuse(WebError::TooLarge));
        }
    }
    if !state.app.is_form_token(bound_to, &token).await.map_err(refuse)? {
        return Err(refuse(WebError::FormExpired));
    }
    Ok(Submitted(Arc::new(pairs)))
}

/// Whether a browser says that the form was sent by a page of another site. Browsers that say nothing, and programs,
/// are left to the token.
fn is_from_elsewhere(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return false };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let own = base_url.split_once("://").map_or(base_url, |(_, host)| host);
    host != own && text("host") != Some(host)
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = WebError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        parts.extensions.get::<Self>().cloned().ok_or(WebError::SignedOut)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Allowed {
    type Rejection = WebError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        // A handler that asks for a permit on a route whose rule gives none is a defect; nobody gets in by it.
        parts.extensions.get::<Self>().cloned().ok_or(WebError::Forbidden)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Submitted {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_our_own_cookie_counts() {
        let check = |value: &str, expected: Option<&str>| {
            assert_eq!(cookie(&headers(&[("cookie", value)])), expected, "{value}");
        };
        check("__Host-maki=abc", Some("abc"));
        check("a=b; __Host-maki=abc; c=d", Some("abc"));
        check("maki=abc", None);
        check("__Host-makis=abc", None);
    }

    #[test]
    fn forms_of_other_sites_are_known() {
        let check = |pairs: &[(&'static str, &str)], expected: bool| {
            assert_eq!(is_from_elsewhere(&headers(pairs), "https://maki.example"), expected, "{pairs:?}");
        };
        check(&[("sec-fetch-site", "same-origin")], false);
        check(&[("sec-fetch-site", "same-site")], true);
        check(&[("sec-fetch-site", "cross-site"), ("origin", "https://maki.example")], true);
        check(&[("origin", "https://maki.example")], false);
        check(&[("origin", "https://evil.example")], true);
        check(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], false);
        check(&[("origin", "null")], true);
        check(&[], false);
    }
}
