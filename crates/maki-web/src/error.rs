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
use maki_domain::Language;

use crate::context::Context;
use crate::pages::law_check;
use crate::respond::{Cache, Page};
use crate::shell::{Crumb, Shell};
use crate::state::Site;
use crate::texts::Texts;

/// Where the kinds of problems are explained.
pub const PROBLEMS: &str = "/api/problems";
/// Stands in texts for a parameter that has no name.
const UNNAMED: &str = "unnamed";

/// A Kennung near to one that nobody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    pub kennung: String,
    /// Where it stands in the API.
    pub href: String,
    /// Its page, in the language of the request.
    pub html: String,
}

/// What only programs are told, beside what its kind says.
#[derive(Debug, Clone)]
pub struct ApiProblem {
    kind: Kind,
    row: Option<u64>,
    limit: Option<usize>,
    /// Problems of fields, in the language of the request.
    problems: Vec<serde_json::Value>,
    /// Entity tag of what stands there now.
    tag: Option<String>,
}

impl ApiProblem {
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        Self { kind, row: None, limit: None, problems: Vec::new(), tag: None }
    }

    #[must_use]
    pub const fn row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    #[must_use]
    pub fn problems(mut self, problems: Vec<serde_json::Value>) -> Self {
        self.problems = problems;
        self
    }

    #[must_use]
    pub fn tag(mut self, tag: String) -> Self {
        self.tag = Some(tag);
        self
    }
}

impl From<ApiProblem> for WebError {
    fn from(problem: ApiProblem) -> Self {
        Self::Api(Box::new(problem))
    }
}

/// A failed request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WebError {
    #[error("not found")]
    NotFound,
    #[error("no record {typed}")]
    UnknownKennung { typed: String, near: Vec<Near>, example: String },
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
    #[error("no role allows this")]
    Forbidden,
    #[error("nobody is signed in")]
    SignedOut,
    #[error("the form comes from another site")]
    ForeignForm,
    #[error("the token of the form does not count")]
    FormExpired,
    #[error("the body is of another type than expected")]
    WrongMediaType,
    #[error("no token was sent")]
    TokenMissing,
    #[error("the token does not count")]
    TokenRefused,
    #[error("approved by the one who wrote it")]
    OwnWork,
    #[error("changed meanwhile")]
    Changed,
    #[error("not possible in this state")]
    WrongStage,
    #[error("what was sent cannot be meant")]
    Invalid,
    #[error("{}", .0.kind.key)]
    Api(Box<ApiProblem>),
    #[error("internal: {0}")]
    Internal(String),
    /// Store or index cannot answer now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    #[error("the index is being built")]
    SearchBuilding,
    #[error("enough downloads are running")]
    DownloadsBusy,
}

/// What all errors of a kind have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Stable: names the texts `error-…-title` and `error-…-text`, and the type of a problem in the API.
    pub key: &'static str,
    pub status: StatusCode,
}

macro_rules! kinds {
    ($($name:ident = $key:literal, $status:ident;)*) => {
        /// Every kind of error.
        pub mod kinds {
            use super::{Kind, StatusCode};

            $(pub const $name: Kind = Kind { key: $key, status: StatusCode::$status };)*

            pub const ALL: &[Kind] = &[$($name),*];
        }
    };
}
kinds! {
    NOT_FOUND = "not-found", NOT_FOUND;
    UNKNOWN_KENNUNG = "unknown-kennung", NOT_FOUND;
    UNKNOWN_VERSION = "unknown-version", NOT_FOUND;
    NO_SUCH_PAGE = "no-such-page", NOT_FOUND;
    TOO_DEEP = "too-deep", BAD_REQUEST;
    UNKNOWN_FILTER = "unknown-filter", BAD_REQUEST;
    UNKNOWN_FILTER_VALUE = "unknown-filter-value", BAD_REQUEST;
    QUERY_TOO_LONG = "query-too-long", BAD_REQUEST;
    TOO_MANY_WORDS = "too-many-words", BAD_REQUEST;
    BAD_PARAMETER = "bad-parameter", BAD_REQUEST;
    CURSOR_EXPIRED = "cursor-expired", GONE;
    METHOD_NOT_ALLOWED = "method-not-allowed", METHOD_NOT_ALLOWED;
    TOO_LARGE = "too-large", PAYLOAD_TOO_LARGE;
    ADDRESS_TOO_LONG = "address-too-long", URI_TOO_LONG;
    TOO_MANY_REQUESTS = "too-many-requests", TOO_MANY_REQUESTS;
    FORBIDDEN = "forbidden", FORBIDDEN;
    SIGNED_OUT = "signed-out", UNAUTHORIZED;
    FOREIGN_FORM = "foreign-form", FORBIDDEN;
    FORM_EXPIRED = "form-expired", FORBIDDEN;
    WRONG_MEDIA_TYPE = "wrong-media-type", UNSUPPORTED_MEDIA_TYPE;
    TOKEN_MISSING = "token-missing", UNAUTHORIZED;
    TOKEN_REFUSED = "token-refused", UNAUTHORIZED;
    OWN_WORK = "own-work", FORBIDDEN;
    CHANGED = "changed", CONFLICT;
    WRONG_STAGE = "wrong-stage", CONFLICT;
    INVALID = "invalid", UNPROCESSABLE_ENTITY;
    TOO_MANY_ROWS = "too-many-rows", UNPROCESSABLE_ENTITY;
    UNREADABLE_ROW = "unreadable-row", BAD_REQUEST;
    REQUEST_RUNNING = "request-running", CONFLICT;
    KEY_REUSED = "key-reused", UNPROCESSABLE_ENTITY;
    IF_MATCH_MISSING = "if-match-missing", PRECONDITION_REQUIRED;
    CHANGED_SINCE = "changed-since", PRECONDITION_FAILED;
    IN_REVIEW = "in-review", CONFLICT;
    ENTRY_REFUSED = "entry-refused", UNPROCESSABLE_ENTITY;
    TOO_MANY_UPLOADS = "too-many-uploads", TOO_MANY_REQUESTS;
    INTERNAL = "internal", INTERNAL_SERVER_ERROR;
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE;
    SEARCH_BUILDING = "search-building", SERVICE_UNAVAILABLE;
    DOWNLOADS_BUSY = "downloads-busy", SERVICE_UNAVAILABLE;
}

impl From<AppError> for WebError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::QueryTooLong { words, .. } => Self::TooManyWords { limit: words },
            AppError::PageTooDeep { .. } | AppError::NotFound => Self::NotFound,
            AppError::Forbidden => Self::Forbidden,
            AppError::OwnWork => Self::OwnWork,
            AppError::Changed => Self::Changed,
            AppError::WrongStage => Self::WrongStage,
            // What a person can put right is said beside the field; here it came by another way.
            AppError::Invalid | AppError::People(_) => Self::Invalid,
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

    /// Key and status.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound => kinds::NOT_FOUND,
            Self::UnknownKennung { .. } => kinds::UNKNOWN_KENNUNG,
            Self::UnknownVersion { .. } => kinds::UNKNOWN_VERSION,
            Self::NoSuchPage { .. } => kinds::NO_SUCH_PAGE,
            Self::TooDeep { .. } => kinds::TOO_DEEP,
            Self::UnknownFilter { .. } => kinds::UNKNOWN_FILTER,
            Self::UnknownFilterValue { .. } => kinds::UNKNOWN_FILTER_VALUE,
            Self::QueryTooLong { .. } => kinds::QUERY_TOO_LONG,
            Self::TooManyWords { .. } => kinds::TOO_MANY_WORDS,
            Self::BadParameter { .. } => kinds::BAD_PARAMETER,
            Self::CursorExpired => kinds::CURSOR_EXPIRED,
            Self::MethodNotAllowed => kinds::METHOD_NOT_ALLOWED,
            Self::TooLarge => kinds::TOO_LARGE,
            Self::AddressTooLong => kinds::ADDRESS_TOO_LONG,
            Self::TooManyRequests => kinds::TOO_MANY_REQUESTS,
            Self::Forbidden => kinds::FORBIDDEN,
            Self::SignedOut => kinds::SIGNED_OUT,
            Self::ForeignForm => kinds::FOREIGN_FORM,
            Self::FormExpired => kinds::FORM_EXPIRED,
            Self::WrongMediaType => kinds::WRONG_MEDIA_TYPE,
            Self::TokenMissing => kinds::TOKEN_MISSING,
            Self::TokenRefused => kinds::TOKEN_REFUSED,
            Self::OwnWork => kinds::OWN_WORK,
            Self::Changed => kinds::CHANGED,
            Self::WrongStage => kinds::WRONG_STAGE,
            Self::Invalid => kinds::INVALID,
            Self::Api(problem) => problem.kind,
            Self::Internal(_) => kinds::INTERNAL,
            Self::Unavailable(_) => kinds::UNAVAILABLE,
            Self::SearchBuilding => kinds::SEARCH_BUILDING,
            Self::DownloadsBusy => kinds::DOWNLOADS_BUSY,
        }
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind().status
    }

    #[must_use]
    pub fn key(&self) -> &'static str {
        self.kind().key
    }

    /// The parameter that is meant, where it is one.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::BadParameter { name } | Self::UnknownFilter { name, .. } | Self::UnknownFilterValue { name, .. } => {
                Some(name.as_str()).filter(|name| !name.is_empty())
            }
            _ => None,
        }
    }

    /// Seconds after which the same request may succeed.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Unavailable(_) => Some(5),
            Self::SearchBuilding | Self::DownloadsBusy => Some(30),
            Self::Api(problem) if problem.kind == kinds::REQUEST_RUNNING => Some(2),
            Self::Api(problem) if problem.kind == kinds::TOO_MANY_UPLOADS => Some(60),
            _ => None,
        }
    }

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

    /// Title and text in words.
    fn words(&self, t: &Texts) -> (String, String) {
        let variables = self.variables();
        let part = |part: &str| t.with(&format!("error-{}-{part}", self.key()), &variables);
        (part("title"), part("text"))
    }

    fn variables(&self) -> Vec<(&'static str, FluentValue<'_>)> {
        // What a visitor typed is shown to him shortened; the template escapes it.
        let short = |text: &str| FluentValue::from(short(text));
        let number = |n: usize| FluentValue::from(i64::try_from(n).unwrap_or(i64::MAX));
        match self {
            Self::UnknownKennung { typed, example, .. } => vec![("typed", short(typed)), ("example", short(example))],
            Self::NoSuchPage { page, last, .. } => vec![("page", number(*page)), ("last", number(*last))],
            Self::BadParameter { name } if name.is_empty() => vec![("name", FluentValue::from(UNNAMED))],
            Self::UnknownFilter { name, .. } | Self::BadParameter { name } => vec![("name", short(name))],
            Self::UnknownFilterValue { name, value, .. } => vec![("name", short(name)), ("value", short(value))],
            Self::QueryTooLong { length, limit } => vec![("length", number(*length)), ("limit", number(*limit))],
            Self::TooManyWords { limit } => vec![("limit", number(*limit))],
            Self::Api(problem) => {
                let row = problem.row.map(|row| ("name", FluentValue::from(row.to_string())));
                row.into_iter().chain(problem.limit.map(|limit| ("limit", number(limit)))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Links that lead on from this error, the most helpful first.
    fn ways_out(&self, shell: &Shell) -> Vec<Crumb> {
        let link = |label: &str, href: &str| Crumb { label: label.to_owned(), href: href.to_owned() };
        let mut ways = match self {
            Self::UnknownKennung { near, .. } => near.iter().map(|one| link(&one.kennung, &one.html)).collect(),
            Self::UnknownVersion { list } => vec![list.clone()],
            Self::NoSuchPage { last, last_href, .. } => {
                vec![link(&shell.t.count("error-way-last-page", *last), last_href)]
            }
            Self::TooDeep { newest_href } => vec![link(shell.t.get("error-way-newest"), newest_href)],
            Self::UnknownFilter { without_href, .. } | Self::UnknownFilterValue { without_href, .. } => {
                vec![link(shell.t.get("error-way-without-filter"), without_href)]
            }
            // What was sent there is nowhere else: all that is left is to begin anew.
            _ if shell.path == law_check::PATH => vec![link(shell.t.get("check-again"), &shell.url(law_check::PATH))],
            _ => Vec::new(),
        };
        ways.push(link(shell.t.get("error-way-search"), &shell.url("/systeme")));
        ways.push(link(shell.t.get("error-way-start"), &shell.url("/")));
        ways
    }
}

fn short(text: &str) -> String {
    const SHOWN: usize = 80;
    text.chars().take(SHOWN).collect()
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
        let (title, text) = error.words(shell.t);
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

/// RFC 9457, in a language. The type leads to the page that explains it, relative to the address of the instance.
#[must_use]
pub fn problem(error: &WebError, language: Language, request_id: &str) -> Response {
    let (title, text) = error.words(crate::texts::texts(language));
    let mut body = serde_json::json!({
        "type": format!("{PROBLEMS}/{}", error.key()),
        "title": title,
        "status": error.status().as_u16(),
        "detail": text,
        "instance": format!("urn:request:{request_id}"),
    });
    if let (Some(name), Some(members)) = (error.parameter(), body.as_object_mut()) {
        members.insert("parameter".to_owned(), short(name).into());
    }
    if let (WebError::UnknownKennung { near, .. }, Some(members)) = (error, body.as_object_mut()) {
        let similar = |one: &Near| serde_json::json!({ "kennung": one.kennung, "href": one.href, "html": one.html });
        members.insert("similar".to_owned(), near.iter().map(similar).collect());
    }
    if let (WebError::Api(problem), Some(members)) = (error, body.as_object_mut()) {
        members.extend(problem.row.map(|row| ("row".to_owned(), row.into())));
        members.extend(problem.limit.map(|limit| ("limit".to_owned(), limit.into())));
        let told = (!problem.problems.is_empty()).then(|| problem.problems.clone());
        members.extend(told.map(|problems| ("problems".to_owned(), problems.into())));
    }
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = error.status();
    let headers = response.headers_mut();
    if let WebError::Api(problem) = error
        && let Some(tag) = problem.tag.as_ref().and_then(|tag| HeaderValue::from_str(tag).ok())
    {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::texts;

    #[test]
    fn every_error_has_its_texts() {
        for language in maki_domain::Language::ALL {
            for Kind { key, .. } in kinds::ALL {
                for part in ["title", "text"] {
                    let key = format!("error-{key}-{part}");
                    let variables =
                        ["typed", "example", "page", "last", "name", "value", "length", "limit"].map(|v| (v, 1.into()));
                    assert_ne!(texts(language).with(&key, &variables), key, "{language:?}");
                }
            }
        }
    }
}
