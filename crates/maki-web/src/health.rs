//! What a service manager and a load balancer ask: is the process alive, can it answer.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maki_app::IndexState;
use serde::Serialize;

use crate::WebState;
use crate::routes::{Routes, Rule};

pub fn routes(state: &WebState) -> Routes {
    Routes::new(state).get("/health/live", Rule::Public, live).get("/health/ready", Rule::Public, ready)
}

/// State of the parts that an answer needs; the cause of a failure stands in the log.
#[derive(Serialize)]
struct Readiness {
    database: &'static str,
    index: &'static str,
}

async fn live() -> Response {
    uncached(StatusCode::OK, &Readiness { database: "not asked", index: "not asked" })
}

/// 503 when the database does not answer. An index that is being built does not make the site unready: it serves
/// everything else, and the search says so.
async fn ready(State(state): State<WebState>) -> Response {
    match state.app.ready().await {
        Ok(index) => {
            let index = match index {
                IndexState::Ready => "ready",
                IndexState::Building => "building",
            };
            uncached(StatusCode::OK, &Readiness { database: "ready", index })
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            uncached(StatusCode::SERVICE_UNAVAILABLE, &Readiness { database: "unavailable", index: "unknown" })
        }
    }
}

fn uncached(status: StatusCode, body: &Readiness) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
