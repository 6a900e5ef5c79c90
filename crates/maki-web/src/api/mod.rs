//! The read API under `/api/v1`: the same search, records and lists as the pages, as JSON.
//!
//! Everything is the public view. Answers carry an entity tag over their bytes; errors are problem+json (RFC 9457),
//! which the outermost middleware writes. The OpenAPI document takes the fields of records from the catalogue.

mod cursor;
mod json;
mod lists;
mod openapi;
mod systems;
mod versions;

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::cors::{Any, CorsLayer};

use crate::context::Context;
use crate::error::WebError;
use crate::limits;
use crate::respond::{entity_tag, unchanged};
use crate::state::WebState;

pub use openapi::document;

/// Where the API lives.
pub const ROOT: &str = "/api/v1";

pub fn routes(state: &WebState) -> Router<WebState> {
    let v1 = Router::new()
        .route("/systems", get(systems::search))
        .route("/systems/{kennung}", get(systems::one))
        .route("/systems/{kennung}/versions", get(versions::list))
        .route("/systems/{kennung}/diff", get(versions::diff))
        .route("/systems/{kennung}/versions/{number}", get(systems::version))
        .route("/organisations", get(lists::organisations))
        .route("/organisations/{kennung}", get(lists::organisation))
        .route("/vocabularies", get(lists::vocabularies))
        .route("/vocabularies/{name}", get(lists::vocabulary))
        .route("/fields", get(lists::fields))
        .route("/counts", get(lists::counts))
        .route("/suggest", get(lists::suggest))
        .route("/changes", get(lists::changes))
        .route("/openapi.json", get(openapi::show))
        .fallback(async || WebError::NotFound)
        .layer(axum::middleware::from_fn_with_state(state.clone(), limits::limit))
        .layer(CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::HEAD]).expose_headers(Any));
    Router::new().nest(ROOT, v1)
}

/// A JSON answer with its entity tag, or 304.
fn answer(state: &WebState, context: &Context, bytes: Vec<u8>) -> Result<Response, WebError> {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let revision = format!("{:016x}", hasher.finish());
    if let Some(response) = unchanged(context, &state.site.fingerprint, &revision) {
        return Ok(response);
    }
    let tag = entity_tag(context.language, &state.site.fingerprint, &revision);
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(WebError::internal)?);
    Ok(response)
}

/// The value of a parameter that may stand once.
fn parameter(context: &Context, name: &str) -> Option<String> {
    context.pairs().find(|(n, _)| n == name).map(|(_, value)| value)
}

/// A whole number of a parameter within its bounds; larger ones are lowered to the bound.
fn number(context: &Context, name: &str, default: usize, most: usize) -> Result<usize, WebError> {
    match parameter(context, name) {
        None => Ok(default),
        Some(text) if text.is_empty() || text.len() > 9 || !text.bytes().all(|b| b.is_ascii_digit()) => {
            Err(WebError::BadParameter { name: name.to_owned() })
        }
        Some(text) => {
            text.parse().map(|n: usize| n.min(most)).map_err(|_| WebError::BadParameter { name: name.to_owned() })
        }
    }
}
