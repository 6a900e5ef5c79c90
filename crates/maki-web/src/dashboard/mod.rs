//! The register in numbers: charts and the map of the Länder, both drawn on the server.
//!
//! Both pages read the same address as the search page and show the counts that the search itself gives: the number
//! at a bar is the number of hits behind its link. A facet's own filter does not reduce its own counts, so the link of
//! a bar replaces that filter and keeps all others. Nothing here reads the store.

pub mod chart;
pub mod csv;
pub mod map;
pub mod page;

use axum::Router;
use axum::routing::get;

use crate::state::WebState;

/// Pages that exist once per language.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(page::DASHBOARD, get(page::dashboard))
        .route("/dashboard.csv", get(csv::download))
        .route(page::MAP, get(page::map))
}
