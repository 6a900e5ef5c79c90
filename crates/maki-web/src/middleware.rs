//! What happens to every request: an id, a time limit, a net for panics, error pages, security headers, one log line.
//!
//! The request id is always our own: an id from outside could forge log lines.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tracing::Instrument;
use uuid::Uuid;

use crate::context::{Context, preferred};
use crate::error::{ErrorPage, PROBLEMS, WebError, problem};
use crate::respond::respond;
use crate::state::WebState;

/// Time until the first byte of an answer; downloads may stream longer.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Longest address in bytes.
const MAX_ADDRESS: usize = 32 * 1024;

/// Nothing but our own files; no inline style or script, no frame around us.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The id of a request, in logs and on the page of an internal error.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// The outermost layer around every route.
pub async fn frame(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut buffer = Uuid::encode_buffer();
    let id: Arc<str> = Arc::from(&*Uuid::now_v7().simple().encode_lower(&mut buffer));
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let uri = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri().clone(), |u| u.0.clone());
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).cloned();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", %id, %method, route);
    let response = if uri.path_and_query().map_or(0, |p| p.as_str().len()) > MAX_ADDRESS {
        failure(WebError::AddressTooLong)
    } else {
        guarded(request, next).instrument(span.clone()).await
    };
    let _entered = span.enter();
    let mut response = in_words(&state, &uri, accepted.as_ref(), response, &id);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
    }
    secure(response.headers_mut(), &id, &state.site.base_url);
    let took = started.elapsed();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(status = response.status().as_u16(), micros, "answered");
    state.meters.count(&method, route, response.status(), took);
    response
}

/// Runs the handler under the time limit; a panic becomes an internal error of this request alone.
async fn guarded(request: Request, next: Next) -> Response {
    match tokio::time::timeout(TIME_LIMIT, AssertUnwindSafe(next.run(request)).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let cause = panic
                .downcast_ref::<&str>()
                .map(|s| (*s).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            failure(WebError::Internal(format!("panic: {cause}")))
        }
        Err(_) => failure(WebError::Unavailable("time limit".to_owned())),
    }
}

fn failure(error: WebError) -> Response {
    axum::response::IntoResponse::into_response(error)
}

/// Puts the error page, or the problem in the language that a program prefers, in the place of a bare error.
fn in_words(state: &WebState, uri: &Uri, accepted: Option<&HeaderValue>, response: Response, id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let error = match response.extensions().get::<Arc<WebError>>() {
        Some(error) => Arc::clone(error),
        // A body of their own: the API's problems, a health check.
        None if speaks_for_itself(response.headers()) => return response,
        None => Arc::new(WebError::of_status(status)),
    };
    if let WebError::Internal(cause) | WebError::Unavailable(cause) = &*error {
        tracing::error!(cause, "request failed");
    }
    let context = Context::of(uri);
    let mut worded = if context.path.starts_with("/api/") && !context.path.starts_with(PROBLEMS) {
        problem(&error, preferred(accepted), id)
    } else {
        let page = ErrorPage::new(Arc::clone(&state.site), &context, &error, id);
        respond(&page, &context).unwrap_or_else(|_| bare(status))
    };
    // What inner layers said beside the body stays: allowed methods, limits, the rules for other origins.
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_LENGTH | header::CONTENT_TYPE) && !worded.headers().contains_key(name) {
            worded.headers_mut().append(name, value.clone());
        }
    }
    if let Some(seconds) = error.retry_after() {
        worded.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from(seconds));
    }
    worded
}

fn speaks_for_itself(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.contains("json") || kind.contains("html")
}

fn bare(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// Headers of every answer that has no other value for them.
static SECURE: LazyLock<[(HeaderName, HeaderValue); 5]> = LazyLock::new(|| {
    let all = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()";
    [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), all),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
});

fn secure(headers: &mut HeaderMap, id: &str, base_url: &str) {
    headers.reserve(SECURE.len() + 2);
    for (name, value) in &*SECURE {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    if base_url.starts_with("https://") {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
