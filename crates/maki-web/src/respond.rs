//! From a typed page, or from finished bytes, to an HTTP response: cache policy, entity tag, 304.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maki_app::Answer;
use maki_domain::Language;

use crate::assets::BUILD_ID;
use crate::context::Context;
use crate::error::WebError;
use crate::shell::Shell;
use crate::state::Site;

/// Media type of pages.
pub const HTML: &str = "text/html; charset=utf-8";

/// How long a page may be kept by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cache {
    /// Kept, but asked about each time; the text names the revision of everything the page shows.
    Revision(String),
    /// The same, where no revision is at hand: the tag is a hash over the finished page.
    Content,
    /// Never kept.
    Never,
}

/// A page is a typed struct with its template; it says how it may be kept.
pub trait Page: askama::Template {
    fn shell(&self) -> &Shell;
    fn cache(&self) -> Cache;
    fn status(&self) -> StatusCode {
        StatusCode::OK
    }
}

/// The entity tag of a page: build, settings of the instance, language, and revision of its content. It is weak
/// because the page may travel compressed.
#[must_use]
pub fn entity_tag(language: Language, site: &str, revision: &str) -> String {
    let revision: String =
        revision.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')).collect();
    format!("W/\"{BUILD_ID}-{site}-{}-{revision}\"", language.tag())
}

/// Whether the browser holds this version already (RFC 9110, section 13.1.2: weak comparison).
#[must_use]
pub fn holds(if_none_match: Option<&HeaderValue>, tag: &str) -> bool {
    let Some(held) = if_none_match.and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    held.trim() == "*" || held.split(',').any(|one| bare(one) == bare(tag))
}

/// A 304 for a page whose revision the browser holds; lets a handler skip the work of building the page.
#[must_use]
pub fn unchanged(context: &Context, site: &str, revision: &str) -> Option<Response> {
    let tag = entity_tag(context.language, site, revision);
    holds(context.if_none_match.as_ref(), &tag).then(|| not_modified(&tag))
}

/// The revision of something whose only mark is what it says: a hash over it.
fn revision_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Finished bytes of a media type under the entity tag of what they say, or 304.
#[must_use]
pub fn tagged(site: &Site, context: &Context, media_type: &'static str, bytes: Vec<u8>) -> Response {
    finished(context, media_type, &answer_of(site, context, bytes))
}

/// Finished bytes with the entity tag of what they say.
#[must_use]
pub fn answer_of(site: &Site, context: &Context, bytes: Vec<u8>) -> Answer {
    let tag = entity_tag(context.language, &site.fingerprint, &revision_of(&bytes));
    // Kept answers take the room of their bytes, not of the buffer that they were written into.
    Answer { body: bytes.into_boxed_slice().into(), tag: tag.into() }
}

/// An answer that is finished, or 304.
#[must_use]
pub fn finished(context: &Context, media_type: &'static str, answer: &Answer) -> Response {
    // A tag is text of our own.
    let tag = std::str::from_utf8(&answer.tag).unwrap_or_default();
    if holds(context.if_none_match.as_ref(), tag) {
        return not_modified(tag);
    }
    let mut response = Response::new(Body::from(answer.body.clone()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    keep(&mut response, tag);
    response
}

/// Renders a page, or answers 304.
///
/// # Errors
/// When the template fails, which only a formatter in it could cause.
pub fn respond<P: Page>(page: &P, context: &Context) -> Result<Response, WebError> {
    let mut response = Response::new(Body::empty());
    let mut finished = None;
    match page.cache() {
        Cache::Content if page.status() == StatusCode::OK => {
            let html = page.render().map_err(WebError::internal)?;
            let revision = revision_of(html.as_bytes());
            let tag = entity_tag(context.language, &page.shell().site.fingerprint, &revision);
            if holds(context.if_none_match.as_ref(), &tag) {
                return Ok(not_modified(&tag));
            }
            keep(&mut response, &tag);
            finished = Some(html);
        }
        Cache::Revision(revision) if page.status() == StatusCode::OK => {
            let tag = entity_tag(context.language, &page.shell().site.fingerprint, &revision);
            if holds(context.if_none_match.as_ref(), &tag) {
                return Ok(not_modified(&tag));
            }
            keep(&mut response, &tag);
        }
        _ => {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    *response.status_mut() = page.status();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
    let html = match finished {
        Some(html) => html,
        None => page.render().map_err(WebError::internal)?,
    };
    *response.body_mut() = Body::from(html);
    Ok(response)
}

fn not_modified(tag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    keep(&mut response, tag);
    response
}

fn keep(response: &mut Response, tag: &str) {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let check = |held: &'static str, tag: &str, expected: bool| {
            assert_eq!(holds(Some(&HeaderValue::from_static(held)), tag), expected, "{held} {tag}");
        };
        check("W/\"a\"", "W/\"a\"", true);
        check("\"a\"", "W/\"a\"", true);
        check("\"b\", W/\"a\"", "W/\"a\"", true);
        check("*", "W/\"a\"", true);
        check("\"b\"", "W/\"a\"", false);
        assert!(!holds(None, "W/\"a\""));
    }

    #[test]
    fn language_and_revision_part_the_tags() {
        assert_ne!(entity_tag(Language::De, "s", "1"), entity_tag(Language::En, "s", "1"));
        assert_ne!(entity_tag(Language::De, "s", "1"), entity_tag(Language::De, "s", "2"));
        assert!(!entity_tag(Language::De, "s", "a\"b\r\n").contains('\r'));
    }
}
