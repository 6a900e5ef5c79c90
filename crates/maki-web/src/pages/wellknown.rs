//! Addresses that others expect: permalinks of earlier registers, `robots.txt`, `security.txt`.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maki_domain::RecordKind;
use maki_domain::instance::InstanceKind;

use crate::context::Context;
use crate::error::WebError;
use crate::lookup;
use crate::state::WebState;

/// How long `security.txt` may be trusted (RFC 9116 asks for less than a year), in microseconds.
const SECURITY_VALID: i64 = 300 * 24 * 3600 * 1_000_000;

/// Leads the id of another register to the entry that carries it.
pub async fn resolve(
    State(state): State<WebState>,
    context: Context,
    Path((scheme, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    match state.app.resolve(&scheme, &id).await? {
        Some((kind, kennung)) => {
            let folder = if kind == RecordKind::Organisation { "behoerden" } else { "systeme" };
            Ok(lookup::moved(&context, &format!("/{folder}/{kennung}")))
        }
        None => Err(lookup::unknown(&state, &context, &id).await),
    }
}

/// Real registers want to be found; demonstrations must not be taken for real.
pub async fn robots(State(state): State<WebState>) -> impl IntoResponse {
    let text = match state.site.kind {
        InstanceKind::Production => "User-agent: *\nDisallow: /api/\nDisallow: /systeme/vorschlaege\n",
        InstanceKind::Demo | InstanceKind::Test => "User-agent: *\nDisallow: /\n",
    };
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], text)
}

/// RFC 9116.
pub async fn security(State(state): State<WebState>) -> impl IntoResponse {
    let contact = state.site.security_contact.as_deref().unwrap_or(&state.site.contact_email);
    let contact = if contact.contains("://") || contact.starts_with("mailto:") {
        contact.to_owned()
    } else {
        format!("mailto:{contact}")
    };
    let until = maki_domain::Instant(state.app.now().0.saturating_add(SECURITY_VALID));
    let expires = crate::format::moment(maki_domain::Language::En, until).machine;
    let mut text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: de, en\n");
    if !state.site.base_url.is_empty() {
        text.push_str(&format!("Canonical: {}/.well-known/security.txt\n", state.site.base_url));
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], text)
}
