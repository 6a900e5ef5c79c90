//! The API under `/api/v1`: the same search, records and lists as the pages, as JSON; and for programs with a token, writing.
//!
//! Everything without a token is the public view. Answers carry an entity tag over their bytes; errors are problem+json (RFC 9457),
//! which the outermost middleware writes. The OpenAPI document takes the fields of records from the catalogue.

mod cursor;
mod eu_report;
mod json;
mod lists;
mod openapi;
mod parameters;
mod systems;
mod versions;
mod write;

use std::time::Duration;

use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use tower_http::cors::{Any, CorsLayer};

use crate::context::Context;
use crate::error::WebError;
use crate::limits;
use crate::respond::tagged;
use crate::routes::{Routes, Rule};
use crate::state::WebState;

pub use openapi::document;

/// Where the API lives.
pub const ROOT: &str = "/api/v1";
const MEDIA_TYPE: &str = "application/json";
/// How long a browser may remember what pages of other hosts may ask.
const PREFLIGHT: Duration = Duration::from_secs(24 * 60 * 60);

pub fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("/systems", Rule::Public, systems::search)
        .get("/systems/{kennung}", Rule::Public, systems::one)
        .get("/systems/{kennung}/versions", Rule::Public, versions::list)
        .get("/systems/{kennung}/diff", Rule::Public, versions::diff)
        .get("/systems/{kennung}/versions/{number}", Rule::Public, systems::version)
        .get("/organisations", Rule::Public, lists::organisations)
        .get("/organisations/{kennung}", Rule::Public, lists::organisation)
        .get("/vocabularies", Rule::Public, lists::vocabularies)
        .get("/vocabularies/{name}", Rule::Public, lists::vocabulary)
        .get("/fields", Rule::Public, lists::fields)
        .get("/counts", Rule::Public, lists::counts)
        .get("/confidential-counts", Rule::Public, lists::confidential_counts)
        .get("/suggest", Rule::Public, lists::suggest)
        .get("/changes", Rule::Public, lists::changes)
        .get("/schema/eu-report", Rule::Public, eu_report::schema)
        .get("/openapi.json", Rule::Public, openapi::show)
        .merge(write::routes(state))
        .around(|router| {
            router
                .fallback(async || WebError::NotFound)
                .layer(axum::middleware::from_fn_with_state(state.clone(), limits::limit))
                .layer(cors())
        })
        .below(ROOT)
}

/// Pages of any host may read; they can neither write nor send a token.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::IF_NONE_MATCH, header::ACCEPT, header::ACCEPT_LANGUAGE])
        .expose_headers(Any)
        .max_age(PREFLIGHT)
}

/// A JSON answer with its entity tag, or 304.
fn answer(state: &WebState, context: &Context, bytes: Vec<u8>) -> Response {
    tagged(&state.site, context, MEDIA_TYPE, bytes)
}

/// A page of a list; the header names the page after it as the body does (RFC 8288).
fn answer_page(state: &WebState, context: &Context, bytes: Vec<u8>, next: Option<&str>) -> Response {
    let mut response = answer(state, context, bytes);
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// The address of a page of a list; `list` is the query that names the list itself.
fn page_href(path: &str, list: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(list.to_owned()).extend_pairs(pairs).finish();
    format!("{ROOT}{path}?{query}")
}
