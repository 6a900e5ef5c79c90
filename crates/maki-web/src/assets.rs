//! Style, script, fonts and icon, built into the binary under names that carry their hash.
//!
//! A name never changes its content, so browsers may keep an asset for ever; what is compressible lies here
//! compressed, so that serving one costs a table lookup.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::WebError;
use crate::routes::{Routes, Rule};
use crate::state::WebState;

/// One file as the build script left it.
#[derive(Debug)]
pub struct Asset {
    pub name: &'static str,
    pub mime: &'static str,
    pub bytes: &'static [u8],
    pub br: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The outlines of the Länder, © MapSVG / Victor Cazanave, CC BY 4.0.
pub mod germany {
    include!(concat!(env!("OUT_DIR"), "/germany.rs"));
}

include!(concat!(env!("OUT_DIR"), "/build_id.rs"));

/// Routes of the assets and of the icon under its well-known name.
pub fn routes(state: &WebState) -> Routes {
    Routes::new(state).get("/assets/{name}", Rule::Public, asset).get("/favicon.ico", Rule::Public, icon)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, WebError> {
    let asset = ASSETS.iter().find(|a| a.name == name).ok_or(WebError::NotFound)?;
    let (bytes, encoding) = negotiate(asset, &headers);
    let mut response = (StatusCode::OK, Body::from(bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// The best form that the browser accepts.
fn negotiate(asset: &Asset, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let accepts = |encoding: &str| {
        accepted.split(',').any(|part| {
            let mut parts = part.split(';').map(str::trim);
            parts.next() == Some(encoding) && !parts.any(|p| p == "q=0" || p == "q=0.0")
        })
    };
    match (asset.br, asset.gzip) {
        (Some(bytes), _) if accepts("br") => (bytes, Some("br")),
        (_, Some(bytes)) if accepts("gzip") => (bytes, Some("gzip")),
        _ => (asset.bytes, None),
    }
}

/// A picture of the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub url: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// The picture of this name for a language.
#[must_use]
pub fn picture(name: &str, language: &str) -> Option<Picture> {
    let stem = format!("guide-{name}-{language}.");
    let asset = ASSETS.iter().find(|asset| asset.mime == "image/png" && asset.name.starts_with(&stem))?;
    // Width and height stand in the first chunk of a PNG (ISO/IEC 15948, section 11.2.1).
    let number = |at: usize| Some(u32::from_be_bytes(asset.bytes.get(at..at + 4)?.try_into().ok()?));
    Some(Picture { url: format!("/assets/{}", asset.name), width: number(16)?, height: number(20)? })
}

async fn icon() -> impl IntoResponse {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url::ICON_SVG)])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_three_faces_are_served() {
        assert_eq!(ASSETS.iter().filter(|a| a.mime == "font/woff2").count(), 3);
        let kern = ASSETS.iter().find(|a| a.name.starts_with("kern.")).unwrap();
        let style = std::str::from_utf8(kern.bytes).unwrap();
        assert!(style.contains("/assets/FiraSans-Regular.") && !style.contains("fonts/fira-sans"));
    }

    #[test]
    fn the_map_has_sixteen_laender() {
        assert_eq!(germany::LAENDER.len(), 16);
        let land = maki_domain::vocabulary("land").unwrap();
        for (id, _) in germany::LAENDER {
            let iso = format!("DE-{}", id.to_uppercase());
            assert!(land.terms().iter().any(|t| t.iso.as_deref() == Some(&iso)), "{iso}");
        }
    }

    #[test]
    fn compression_is_negotiated() {
        let asset = ASSETS.iter().find(|a| a.name.starts_with("app.") && a.br.is_some()).unwrap();
        let check = |accept: &'static str, expected: Option<&str>| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
            assert_eq!(negotiate(asset, &headers).1, expected, "{accept}");
        };
        check("gzip, br", Some("br"));
        check("gzip, br;q=0", Some("gzip"));
        check("identity", None);
        check("", None);
    }
}
