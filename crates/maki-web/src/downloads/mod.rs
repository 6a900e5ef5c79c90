//! Downloads: the whole register, or any search result, in the own format as CSV, XLSX, JSON Lines or JSON, and as
//! Atom feed. What is taken away here, `maki import` reads back.
//!
//! An export is written to a temporary file and sent from there (`transfer`), so that a slow reader holds neither a
//! snapshot of the database nor one of the few turns to export.

mod atom;
mod transfer;
mod write;

use std::convert::Infallible;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use maki_app::{MAX_PAGE_SIZE, Selection, Sort};
use maki_domain::{Language, RecordId, View};
use maki_formats::export::Format;

use crate::context::Context;
use crate::error::WebError;
use crate::limits::{self, Client};
use crate::routes::{Routes, Rule};
use crate::search_form::SearchForm;
use crate::state::WebState;
use write::Kind;

pub fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("/daten/{file}", Rule::Public, file)
        .get("/feed.atom", Rule::Public, feed)
        .around(|router| router.layer(axum::middleware::from_fn_with_state(state.clone(), limits::limit)))
}

/// `/daten/register.csv`, `/daten/systeme.xlsx?q=…`, `/daten/systeme.atom?…`
async fn file(
    State(state): State<WebState>,
    context: Context,
    method: Method,
    client: Option<Extension<Client>>,
    Path(file): Path<String>,
) -> Result<Response, WebError> {
    let (name, extension) = file.rsplit_once('.').ok_or(WebError::NotFound)?;
    let form = SearchForm::parse(&context, &[])?;
    let kind = match extension {
        "csv" => Kind::Own(Format::Csv),
        "xlsx" => Kind::Own(Format::Xlsx),
        "jsonl" => Kind::Own(Format::JsonLines),
        "json" => Kind::Json,
        "atom" if name == "systeme" => return atom::feed(&state, &context, &form).await,
        _ => return Err(WebError::NotFound),
    };
    let selection = match name {
        "register" => Selection::All,
        "systeme" => Selection::Systems(found(&state, &form)?),
        _ => return Err(WebError::NotFound),
    };
    let body = if method == Method::HEAD {
        // Who asks for the headers alone starts no export; how long it would be nobody knows.
        Body::from_stream(futures_util::stream::empty::<Result<Bytes, Infallible>>())
    } else {
        let client = client.map(|Extension(client)| client);
        transfer::start(&state, client, selection, kind, context.language).await?
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let day = crate::format::day(Language::De, state.app.now()).machine;
    let disposition = format!("attachment; filename=\"maki-{name}-{day}.{extension}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(WebError::internal)?);
    let licence = format!("<{}>; rel=\"license\"", state.site.licence_url);
    if let Ok(licence) = HeaderValue::from_str(&licence) {
        headers.insert(header::LINK, licence);
    }
    Ok(response)
}

/// All systems of a search, in its order where that reaches all of them.
fn found(state: &WebState, form: &SearchForm) -> Result<Vec<RecordId>, WebError> {
    let mut ids = Vec::new();
    loop {
        // By name any depth can be reached.
        let request = maki_app::SearchRequest {
            offset: ids.len(),
            limit: MAX_PAGE_SIZE,
            sort: Sort::Name,
            facets: Vec::new(),
            ..form.request()
        };
        let page = state.app.search(View::Public, &request)?;
        let before = ids.len();
        ids.extend(page.hits.hits.iter().map(|hit| RecordId(hit.id)));
        if ids.len() >= page.hits.total || ids.len() == before {
            return Ok(ids);
        }
    }
}

/// The newest entries.
async fn feed(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    atom::feed(&state, &context, &SearchForm::parse(&context, &[])?).await
}
