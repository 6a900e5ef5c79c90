//! The register in the browser: pages, assets, texts, and what every request passes through.
//!
//! Invariants: no policy and no SQL here; what may be seen is decided by a view, and everything is read through
//! `maki_app`. Every page is a typed struct with a template; German stands in `texts/` and `pages/`, not in code.
//! Each area brings its own `routes()`; pages are mounted twice, German at `/` and English at `/en`.

pub mod api;
pub mod assets;
pub mod auth;
pub mod context;
pub mod dashboard;
pub mod downloads;
pub mod error;
pub mod form;
pub mod format;
pub mod guard;
pub mod health;
pub mod limits;
pub mod lookup;
pub mod mail;
pub mod markdown;
pub mod meters;
pub mod middleware;
pub mod pages;
pub mod paper;
pub mod plain_form;
pub mod respond;
pub mod routes;
pub mod search_form;
pub mod serve;
pub mod shell;
pub mod state;
pub mod texts;
pub mod view;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use maki_domain::Language;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;

pub use error::WebError;
pub use routes::Routes;
pub use serve::{serve, serve_metrics};
pub use state::WebState;

/// Largest body of any request. Bodies are read only by forms and by routes for programs with a token, each within a
/// narrower bound of its own and after it is known who sends them.
const MAX_BODY: usize = maki_app::writing::MAX_UPLOAD;

/// Every route with its rule.
#[must_use]
pub fn routes(state: &WebState) -> Routes {
    let pages =
        pages::routes(state).merge(dashboard::routes(state)).merge(downloads::routes(state)).merge(auth::routes(state));
    let english = state.site.languages.contains(&Language::En);
    let localised = if english { pages.clone().below("/en") } else { Routes::new(state) };
    pages
        .merge(localised)
        .merge(pages::single_routes(state))
        .merge(auth::single_routes(state))
        .merge(assets::routes(state))
        .merge(health::routes(state))
        .merge(api::routes(state))
}

/// The whole site.
pub fn router(state: WebState) -> Router {
    routes(&state)
        .into_router()
        .fallback(elsewhere)
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(axum::middleware::from_fn_with_state(state.clone(), middleware::frame))
        // Pages are small and made anew each time: the fastest level costs least per request.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(state)
}

/// An address that no route knows: without its slash at the end, or in German, it may be one.
async fn elsewhere(State(state): State<WebState>, uri: Uri) -> Response {
    let path = uri.path();
    let (language, rest) = context::split_language(path);
    let offered = state.site.languages.contains(&language);
    let bare = if offered { path } else { rest };
    let bare = if bare == "/" { bare } else { bare.trim_end_matches('/') };
    // A path of several slashes must not become an address of another host.
    if bare == path || bare.is_empty() || bare.starts_with("//") {
        return WebError::NotFound.into_response();
    }
    let target = uri.query().map_or_else(|| bare.to_owned(), |query| format!("{bare}?{query}"));
    // A language may be offered again.
    if offered { Redirect::permanent(&target) } else { Redirect::temporary(&target) }.into_response()
}
