//! The way to a provider of OpenID Connect and back, and logout that begins there.
//!
//! Between both the browser keeps the handshake in a cookie of its own that is signed, ends after minutes and is taken
//! away with the way back: an answer that comes twice, or to another browser, finds none.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maki_app::{AppError, PeopleFault, ProviderSignIn};
use maki_domain::Language;
use uuid::Uuid;

use super::oidc::{Handshake, Identity, Provider};
use super::{Asker, Told, signed_in, way_back, with_cookie};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::guard::{SignedIn, Submitted};
use crate::respond::respond;
use crate::shell::{Crumb, Shell};
use crate::state::WebState;
use crate::texts::texts;

/// The cookie between the way there and the way back.
const COOKIE: &str = "__Host-maki-oidc";
/// Seconds that somebody may take at the provider.
const PATIENCE: i64 = 15 * 60;
const MICROS: i64 = 1_000_000;
/// Longest code and state that are looked at.
const MOST: usize = 4_096;

/// To what the signature of a handshake is bound.
fn bound(content: &str) -> String {
    format!("oidc {content}")
}

fn provider<'a>(state: &'a WebState, key: &str) -> Result<&'a Provider, WebError> {
    state.providers.iter().find(|provider| provider.settings.key == key).ok_or(WebError::NotFound)
}

pub async fn begin(
    State(state): State<WebState>,
    context: Context,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    let wanted = context.pairs().find(|(name, _)| name == "weiter").map(|(_, path)| path).unwrap_or_default();
    let back = way_back(&wanted).unwrap_or("/arbeit").to_owned();
    Ok(match leave(&state, &key, back, None).await? {
        Some((url, cookie)) => uncached(with_cookie(Redirect::to(&url).into_response(), &cookie)),
        None => again("failed"),
    })
}

/// The address at a provider to go to, and the cookie to remember; none when it cannot be asked.
async fn leave(
    state: &WebState,
    key: &str,
    back: String,
    tie: Option<Uuid>,
) -> Result<Option<(String, String)>, WebError> {
    let provider = provider(state, key)?;
    let (url, handshake) = match provider.begin(back, tie, state.app.now().0 / MICROS).await {
        Ok(begun) => begun,
        Err(error) => {
            tracing::warn!(%error, provider = key, "signing in cannot begin");
            return Ok(None);
        }
    };
    let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&handshake).map_err(WebError::internal)?);
    let signature = state.app.form_token(&bound(&content)).await?;
    let cookie = format!("{COOKIE}={content}~{signature}; Path=/; Max-Age={PATIENCE}; Secure; HttpOnly; SameSite=Lax");
    Ok(Some((url, cookie)))
}

pub async fn finish(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let provider = provider(&state, &key)?;
    let value = |wanted: &str| context.pairs().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let (code, returned) = (value("code").unwrap_or_default(), value("state").unwrap_or_default());
    let handshake = handshake(&state, &headers, &key, &returned).await?;
    let response = match handshake {
        None => again("expired"),
        Some(_) if code.is_empty() || code.len() > MOST => again("failed"),
        Some(handshake) => match provider.finish(code, &handshake).await {
            Ok(identity) => match handshake.tie {
                Some(account) => tied(&state, &context, account, &identity).await?,
                None => sign_in(&state, provider, &asker, &identity, &handshake.back).await?,
            },
            Err(error) => {
                tracing::warn!(%error, provider = key, "signing in failed");
                again("failed")
            }
        },
    };
    Ok(uncached(with_cookie(response, &format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"))))
}

/// The handshake that this browser began with this provider, when the answer belongs to it.
async fn handshake(
    state: &WebState,
    headers: &HeaderMap,
    key: &str,
    returned: &str,
) -> Result<Option<Handshake>, WebError> {
    let Some((content, signature)) = cookie(headers).and_then(|value| value.split_once('~')) else { return Ok(None) };
    if !state.app.is_form_token(&bound(content), signature).await? {
        return Ok(None);
    }
    let read = URL_SAFE_NO_PAD.decode(content).ok().and_then(|bytes| serde_json::from_slice::<Handshake>(&bytes).ok());
    let age = |handshake: &Handshake| state.app.now().0 / MICROS - handshake.made_at;
    Ok(read.filter(|handshake| {
        handshake.provider == key && handshake.state == returned && (0..=PATIENCE).contains(&age(handshake))
    }))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

async fn sign_in(
    state: &WebState,
    provider: &Provider,
    asker: &Asker,
    identity: &Identity,
    back: &str,
) -> Result<Response, WebError> {
    let granted = provider.settings.rules.apply(&identity.claims);
    let given = ProviderSignIn {
        issuer: &identity.issuer,
        subject: &identity.subject,
        provider_session: identity.session.as_deref().unwrap_or_default(),
        email: identity.email.as_deref(),
        name: identity.name.as_deref().unwrap_or_default(),
        grants: state.app.grants(&granted).await?,
        agent: &asker.agent,
        request: &asker.request,
    };
    match state.app.sign_in_by_provider(&given).await {
        Ok(cookie) => Ok(signed_in(&cookie, way_back(back).unwrap_or("/arbeit"))),
        Err(AppError::People(PeopleFault::EmailTaken)) => Ok(again("taken")),
        Err(AppError::Forbidden | AppError::People(_)) => Ok(again("unknown")),
        Err(error) => Err(error.into()),
    }
}

/// Ties the identity to the account that asked for it, when whoever came back is still signed in to it.
async fn tied(state: &WebState, context: &Context, account: Uuid, identity: &Identity) -> Result<Response, WebError> {
    let session = context.visitor.as_ref().and_then(|visitor| visitor.session.as_ref());
    let Some(session) = session.filter(|session| session.account == account) else { return Ok(again("expired")) };
    let said = match state.app.tie_identity(session, &identity.issuer, &identity.subject).await {
        Ok(()) => "verbunden",
        Err(AppError::People(PeopleFault::IdentityTaken)) => "vergeben",
        Err(error) => return Err(error.into()),
    };
    Ok(see(session.language, said))
}

/// To the account's page, which says what was done.
fn see(language: Language, said: &str) -> Response {
    Redirect::to(&localised(language, &format!("/konto?anbieter={said}"))).into_response()
}

/// The page between: a form may not lead to another host (`form-action` of the policy), so the browser is sent on from
/// here, and a link does the same.
async fn onward(state: &WebState, context: &Context, provider: &Provider, account: Uuid) -> Result<Response, WebError> {
    let Some((url, cookie)) = leave(state, &provider.settings.key, "/konto".to_owned(), Some(account)).await? else {
        return Ok(see(context.language, "gescheitert"));
    };
    let t = texts(context.language);
    let shell = Shell::new(state, context, t.get("account-provider-onward")).crumb(t.get("account-title"), "/konto");
    let text = t.one("account-provider-onward-lead", "name", provider.settings.label.as_str());
    let mut page = Told::new(shell, text);
    page.ways.push(Crumb { label: t.get("account-provider-onward").to_owned(), href: url.clone() });
    let mut response = respond(&page, context)?;
    let refresh = HeaderValue::from_str(&format!("0; url={url}")).map_err(WebError::internal)?;
    response.headers_mut().insert(header::REFRESH, refresh);
    Ok(with_cookie(response, &cookie))
}

/// Ties the account to whoever is at the provider, or unties it.
pub async fn tie(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    Path(key): Path<String>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let found = provider(&state, &key)?;
    if typed.has("verbinden") {
        return onward(&state, &context, found, session.account).await;
    }
    let said = match state.app.untie_identity(&session, &found.settings.issuer).await {
        Ok(()) => "getrennt",
        Err(AppError::People(PeopleFault::LastWayIn)) => "einziger",
        Err(error) => return Err(error.into()),
    };
    Ok(see(context.language, said))
}

/// Back to signing in, with the reason.
fn again(why: &str) -> Response {
    Redirect::to(&format!("/anmelden?grund={why}")).into_response()
}

fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The provider has ended a session (OpenID Connect Back-Channel Logout 1.0, section 2.5).
pub async fn logout(
    State(state): State<WebState>,
    asker: Asker,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Response, WebError> {
    let provider = provider(&state, &key)?;
    let token = form_urlencoded::parse(&body).find(|(name, _)| name == "logout_token").map(|(_, token)| token);
    let token = token.unwrap_or_default();
    match provider.logout(&token, state.app.now().0 / MICROS).await {
        Ok(ended) => {
            let (session, subject) = (ended.session.as_deref(), ended.subject.as_deref());
            let issuer = &provider.settings.issuer;
            state.app.end_provider_sessions(issuer, session, subject, &asker.request).await?;
            Ok(uncached(StatusCode::OK.into_response()))
        }
        Err(error) => {
            tracing::warn!(%error, provider = key, "a logout token was refused");
            Ok(uncached(WebError::BadParameter { name: "logout_token".to_owned() }.into_response()))
        }
    }
}
