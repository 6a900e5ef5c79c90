//! What a page needs to know of its request: language, address and what the browser already holds.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri, header};
use maki_domain::Language;

use crate::guard::Visitor;

/// Extracted once per request; never fails.
#[derive(Debug, Clone, Default)]
pub struct Context {
    pub language: Language,
    /// The path without the language prefix, always with a slash at the start.
    pub path: String,
    /// The query as it came, without the question mark.
    pub query: Option<String>,
    pub if_none_match: Option<HeaderValue>,
    /// Who asks, on pages that know visitors.
    pub visitor: Option<Visitor>,
}

impl Context {
    /// Reads language and path from an address: `/en/…` is English, everything else German.
    #[must_use]
    pub fn of(uri: &Uri) -> Self {
        let (language, path) = split_language(uri.path());
        Self { language, path: path.to_owned(), query: uri.query().map(str::to_owned), ..Self::default() }
    }

    /// The pairs of the query, decoded.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes()).into_owned()
    }
}

/// The language that a path asks for and the path without it.
#[must_use]
pub fn split_language(path: &str) -> (Language, &str) {
    match path.strip_prefix("/en") {
        Some("") => (Language::En, "/"),
        Some(rest) if rest.starts_with('/') => (Language::En, rest),
        _ => (Language::De, path),
    }
}

/// A path of the interface in a language; `path` starts with a slash.
#[must_use]
pub fn localised(language: Language, path: &str) -> String {
    match (language, path) {
        (Language::De, path) => path.to_owned(),
        (Language::En, "/") => "/en".to_owned(),
        (Language::En, path) => match path.strip_prefix("/?") {
            Some(query) => format!("/en?{query}"),
            None => format!("/en{path}"),
        },
    }
}

/// The language of the interface that `Accept-Language` likes best (RFC 9110, section 12.5.4); German when it says
/// nothing, or likes both alike.
#[must_use]
pub fn preferred(accepted: Option<&HeaderValue>) -> Language {
    const MOST: usize = 20;
    let text = accepted.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let liked = |language: Language| {
        let weights = text.split(',').take(MOST).filter_map(|part| {
            let (range, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let primary = range.trim().split('-').next()?;
            primary.eq_ignore_ascii_case(language.tag()).then_some(weight)
        });
        weights.fold(0.0, f32::max)
    };
    if liked(Language::En) > liked(Language::De) { Language::En } else { Language::De }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Nesting takes the prefix off the address; the original still has it.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let if_none_match = parts.headers.get(header::IF_NONE_MATCH).cloned();
        let visitor = parts.extensions.get::<Visitor>().cloned();
        Ok(Self { if_none_match, visitor, ..Self::of(uri) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_tells_the_language() {
        let check =
            |path: &str, language: Language, rest: &str| assert_eq!(split_language(path), (language, rest), "{path}");
        check("/", Language::De, "/");
        check("/systeme", Language::De, "/systeme");
        check("/en", Language::En, "/");
        check("/en/systeme", Language::En, "/systeme");
        check("/energie", Language::De, "/energie");
    }

    #[test]
    fn the_preferred_language_is_read() {
        let check = |text: &'static str, expected: Language| {
            let accepted = HeaderValue::from_static(text);
            assert_eq!(preferred(Some(&accepted)), expected, "{text}");
        };
        check("", Language::De);
        check("en", Language::En);
        check("en-GB,en;q=0.9", Language::En);
        check("de-DE,de;q=0.9,en;q=0.8", Language::De);
        check("fr, EN;q=0.8, de;q=0.7", Language::En);
        check("en;q=0.5, de;q=0.5", Language::De);
        check("en;q=0", Language::De);
        check("*", Language::De);
        check("en;q=nan,;;,,q", Language::De);
        assert_eq!(preferred(None), Language::De);
    }

    #[test]
    fn a_path_is_localised_and_back() {
        for path in ["/", "/systeme", "/systeme?q=a", "/?x=1"] {
            for language in Language::ALL {
                let uri: Uri = localised(language, path).parse().unwrap_or_default();
                let context = Context::of(&uri);
                let back = context.query.map_or(context.path.clone(), |q| format!("{}?{q}", context.path));
                assert_eq!((context.language, back.as_str()), (language, path));
            }
        }
    }
}
