//! What can go wrong for a visitor, and the page that says so with a way out.
//!
//! A handler returns a [`WebError`]; its response carries only the status and the error itself. The outermost
//! middleware knows language, request id and instance, and puts the page (or problem+json under `/api`) in its place.
//! The cause of an internal error goes to the log, never to the visitor.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fluent_bundle::FluentValue;
use maki_app::AppError;

use crate::context::Context;
use crate::respond::{Cache, Page};
use crate::shell::{Crumb, Shell};
use crate::state::Site;

/// A failed request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WebError {
    #[error("not found")]
    NotFound,
    #[error("no record {typed}")]
    UnknownKennung { typed: String, near: Vec<Crumb> },
    #[error("no such version")]
    UnknownVersion { list: Crumb },
    #[error("page {page} of {last}")]
    NoSuchPage { page: usize, last: usize, last_href: String },
    #[error("page beyond what this order reaches")]
    TooDeep { newest_href: String },
    #[error("unknown filter {name}")]
    UnknownFilter { name: String, without_href: String },
    #[error("unknown value {value} of filter {name}")]
    UnknownFilterValue { name: String, value: String, without_href: String },
    #[error("query of {length} characters")]
    QueryTooLong { length: usize, limit: usize },
    #[error("query of more than {limit} words")]
    TooManyWords { limit: usize },
    #[error("a parameter cannot be read: {name}")]
    BadParameter { name: String },
    /// The register was restored; the reader of its changes starts anew.
    #[error("the cursor is of another epoch")]
    CursorExpired,
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("body too large")]
    TooLarge,
    #[error("address too long")]
    AddressTooLong,
    #[error("too many requests")]
    TooManyRequests,
    #[error("internal: {0}")]
    Internal(String),
    /// Store or index cannot answer now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    #[error("the index is being built")]
    SearchBuilding,
}

impl From<AppError> for WebError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::QueryTooLong { words, .. } => Self::TooManyWords { limit: words },
            AppError::PageTooDeep { .. } => Self::NotFound,
            AppError::IndexBuilding => Self::SearchBuilding,
            AppError::Busy | AppError::CannotWrite | AppError::Unreachable => Self::Unavailable(error.to_string()),
            other => Self::internal(other),
        }
    }
}

impl WebError {
    /// Wraps a cause that only the log may see.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownKennung { .. } | Self::UnknownVersion { .. } | Self::NoSuchPage { .. } => {
                StatusCode::NOT_FOUND
            }
            Self::TooDeep { .. }
            | Self::UnknownFilter { .. }
            | Self::UnknownFilterValue { .. }
            | Self::QueryTooLong { .. }
            | Self::TooManyWords { .. }
            | Self::BadParameter { .. } => StatusCode::BAD_REQUEST,
            Self::CursorExpired => StatusCode::GONE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable(_) | Self::SearchBuilding => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Stable key: names the texts `error-…-title` and `error-…-text`, and the type in the API.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::UnknownKennung { .. } => "unknown-kennung",
            Self::UnknownVersion { .. } => "unknown-version",
            Self::NoSuchPage { .. } => "no-such-page",
            Self::TooDeep { .. } => "too-deep",
            Self::UnknownFilter { .. } => "unknown-filter",
            Self::UnknownFilterValue { .. } => "unknown-filter-value",
            Self::QueryTooLong { .. } => "query-too-long",
            Self::TooManyWords { .. } => "too-many-words",
            Self::BadParameter { .. } => "bad-parameter",
            Self::CursorExpired => "cursor-expired",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooLarge => "too-large",
            Self::AddressTooLong => "address-too-long",
            Self::TooManyRequests => "too-many-requests",
            Self::Internal(_) => "internal",
            Self::Unavailable(_) => "unavailable",
            Self::SearchBuilding => "search-building",
        }
    }

    /// All keys, for the test that every error has its texts.
    pub const KEYS: [&'static str; 18] = [
        "not-found",
        "unknown-kennung",
        "unknown-version",
        "no-such-page",
        "too-deep",
        "unknown-filter",
        "unknown-filter-value",
        "query-too-long",
        "too-many-words",
        "bad-parameter",
        "cursor-expired",
        "method-not-allowed",
        "too-large",
        "address-too-long",
        "too-many-requests",
        "internal",
        "unavailable",
        "search-building",
    ];

    /// The error that a bare status of the router or a limit stands for.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::URI_TOO_LONG => Self::AddressTooLong,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable(String::new()),
            status if status.is_client_error() => Self::BadParameter { name: String::new() },
            _ => Self::Internal(String::new()),
        }
    }

    fn variables(&self) -> Vec<(&'static str, FluentValue<'_>)> {
        // What a visitor typed is shown to him shortened; the template escapes it.
        let short = |text: &str| FluentValue::from(text.chars().take(80).collect::<String>());
        let number = |n: usize| FluentValue::from(i64::try_from(n).unwrap_or(i64::MAX));
        match self {
            Self::UnknownKennung { typed, .. } => vec![("typed", short(typed))],
            Self::NoSuchPage { page, last, .. } => vec![("page", number(*page)), ("last", number(*last))],
            Self::UnknownFilter { name, .. } | Self::BadParameter { name } => vec![("name", short(name))],
            Self::UnknownFilterValue { name, value, .. } => vec![("name", short(name)), ("value", short(value))],
            Self::QueryTooLong { length, limit } => vec![("length", number(*length)), ("limit", number(*limit))],
            Self::TooManyWords { limit } => vec![("limit", number(*limit))],
            _ => Vec::new(),
        }
    }

    /// Links that lead on from this error, the most helpful first.
    fn ways_out(&self, shell: &Shell) -> Vec<Crumb> {
        let link = |label: &str, href: &str| Crumb { label: label.to_owned(), href: href.to_owned() };
        let mut ways = match self {
            Self::UnknownKennung { near, .. } => near.clone(),
            Self::UnknownVersion { list } => vec![list.clone()],
            Self::NoSuchPage { last, last_href, .. } => {
                vec![link(&shell.t.count("error-way-last-page", *last), last_href)]
            }
            Self::TooDeep { newest_href } => vec![link(shell.t.get("error-way-newest"), newest_href)],
            Self::UnknownFilter { without_href, .. } | Self::UnknownFilterValue { without_href, .. } => {
                vec![link(shell.t.get("error-way-without-filter"), without_href)]
            }
            _ => Vec::new(),
        };
        ways.push(link(shell.t.get("error-way-search"), &shell.url("/systeme")));
        ways.push(link(shell.t.get("error-way-start"), &shell.url("/")));
        ways
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The page of an error.
#[derive(askama::Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub text: String,
    pub near: bool,
    pub ways: Vec<Crumb>,
    pub request_id: String,
}

impl ErrorPage {
    #[must_use]
    pub fn new(site: Arc<Site>, context: &Context, error: &WebError, request_id: &str) -> Self {
        let shell = Shell::of(site, context, "").unlisted();
        let variables = error.variables();
        let title = shell.t.with(&format!("error-{}-title", error.key()), &variables);
        let text = shell.t.with(&format!("error-{}-text", error.key()), &variables);
        let near = matches!(error, WebError::UnknownKennung { near, .. } if !near.is_empty());
        let ways = error.ways_out(&shell);
        Self {
            shell: Shell { title, ..shell },
            status: error.status(),
            text,
            near,
            ways,
            request_id: request_id.to_owned(),
        }
    }

    /// Errors of our own are worth a report; those of the request are not.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }
}

impl Page for ErrorPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}

/// RFC 9457 for what fails under `/api` before its own handlers can answer.
#[must_use]
pub fn problem(error: &WebError, request_id: &str) -> Response {
    let t = crate::texts::texts(maki_domain::Language::En);
    let variables = error.variables();
    let body = serde_json::json!({
        "type": format!("/api/problems/{}", error.key()),
        "title": t.with(&format!("error-{}-title", error.key()), &variables),
        "status": error.status().as_u16(),
        "detail": t.with(&format!("error-{}-text", error.key()), &variables),
        "instance": format!("urn:request:{request_id}"),
    });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = error.status();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::texts;

    #[test]
    fn every_error_has_its_texts() {
        for language in maki_domain::Language::ALL {
            for key in WebError::KEYS {
                for part in ["title", "text"] {
                    let key = format!("error-{key}-{part}");
                    let variables =
                        ["typed", "page", "last", "name", "value", "length", "limit"].map(|v| (v, 1.into()));
                    assert_ne!(texts(language).with(&key, &variables), key, "{language:?}");
                }
            }
        }
    }
}
