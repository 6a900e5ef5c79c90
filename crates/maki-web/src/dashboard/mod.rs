//! The register in numbers: charts and the map of the Länder, both drawn on the server.
//!
//! Both pages read the same address as the search page and show the counts that the search itself gives: the number
//! at a bar is the number of hits behind its link. A facet's own filter does not reduce its own counts, so the link of
//! a bar replaces that filter and keeps all others. Nothing here reads the store.

pub mod chart;
pub mod csv;
pub mod map;
pub mod page;

use crate::routes::{Routes, Rule};
use crate::state::WebState;

/// Pages that exist once per language.
pub fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get(page::DASHBOARD, Rule::Public, page::dashboard)
        .get("/dashboard.csv", Rule::Public, csv::download)
        .get(page::MAP, Rule::Public, page::map)
}
