//! From where somebody asks, for throttling, for the list of their sessions and for the log.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;

use crate::middleware::RequestId;
use crate::state::WebState;

/// Characters kept of what a browser calls itself.
const MAX_AGENT: usize = 300;

/// From where somebody asks.
#[derive(Debug, Clone)]
pub struct Asker {
    pub address: IpAddr,
    pub agent: String,
    pub request: Arc<str>,
}

impl FromRequestParts<WebState> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            address: state.limiter.client(peer, &parts.headers),
            agent: agent.chars().take(MAX_AGENT).collect(),
            request: parts.extensions.get::<RequestId>().map(|id| Arc::clone(&id.0)).unwrap_or_default(),
        })
    }
}
