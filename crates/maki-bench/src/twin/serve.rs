//! The bare server: axum, a point read and a search, nothing else. It prints its address and ends when its standard
//! input closes, so it cannot outlive the benchmark.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sqlx::sqlite::SqlitePool;

use super::index::Twin;
use super::rows;
use crate::entries::FACETS;

/// Files of the twins in their folder.
pub const ROWS: &str = "rows.sqlite";
pub const INDEX: &str = "index";

#[derive(Clone)]
struct Bare {
    rows: SqlitePool,
    index: Arc<Twin>,
}

/// Serves until standard input closes.
pub fn run(folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bare =
            Bare { rows: rows::open(&folder.join(ROWS)).await?, index: Arc::new(Twin::open(&folder.join(INDEX))?) };
        let router = Router::new().route("/entry/{id}", get(entry)).route("/search", get(search)).with_state(bare);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let (closed, stop) = tokio::sync::oneshot::channel::<()>();
        std::thread::spawn(move || {
            // Ends with the input, whatever stands in it.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            drop(closed);
        });
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            _ = stop => {}
        }
        Ok(())
    })
}

fn answer(found: Result<Option<String>>) -> Response {
    match found {
        Ok(Some(json)) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn entry(State(bare): State<Bare>, UrlPath(id): UrlPath<String>) -> Response {
    answer(rows::get(&bare.rows, &id).await)
}

async fn search(State(bare): State<Bare>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let words = asked.get("q").map_or("", String::as_str);
    let chosen = FACETS.iter().enumerate();
    let filters: Vec<_> = chosen.filter_map(|(i, facet)| Some((i, asked.get(*facet)?.clone()))).collect();
    answer(bare.index.search(words, &filters).map(Some))
}
