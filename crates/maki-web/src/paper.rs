//! Documents as PDF files to take away: from the document to the answer in one place.
//!
//! Setting one is work for the processor, so only a few are set at a time, away from the threads that answer requests.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maki_domain::Language;
use maki_formats::pdf::{self, Document};
use tokio::sync::Semaphore;

use crate::error::WebError;
use crate::state::WebState;
use crate::texts::texts;

/// Documents that are set at the same time; others wait for their turn.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Who publishes what this register says: at the foot of each page.
#[must_use]
pub fn publisher(state: &WebState, language: Language) -> String {
    let product = texts(language).get("product-name");
    state.site.name.clone().unwrap_or_else(|| product.to_owned())
}

/// The file, to be saved as `{stem}-{day}.pdf` with the day of the document; the stem says nothing of persons. It is never
/// kept by caches.
///
/// # Errors
/// When the document is past a limit of PDF files, which texts of this crate are far from.
pub async fn attachment(document: Document, stem: &str) -> Result<Response, WebError> {
    let name = format!("attachment; filename=\"{stem}-{}.pdf\"", document.day);
    let turn = TURNS.acquire().await.map_err(WebError::internal)?;
    let set = tokio::task::spawn_blocking(move || {
        // Kept until it is set, also where nobody waits for it any more.
        let _turn = turn;
        let t = texts(document.language);
        let number = |page: usize| i64::try_from(page).unwrap_or(i64::MAX);
        pdf::write(&document, &|page, of| {
            t.with("pdf-page", &[("page", number(page).into()), ("count", number(of).into())])
        })
    });
    let bytes = set.await.map_err(WebError::internal)?.map_err(WebError::internal)?;
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(pdf::MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(WebError::internal)?);
    Ok(response)
}
