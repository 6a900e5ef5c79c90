//! The write API: entries that programs of organisations send, with a token instead of a session.
//!
//! Same policy, checks and log as the editor's pages, by the same use cases. Bodies are read here, each within its own
//! bound, after the guard has asked for the token. Pages of other hosts are not offered these routes: the rules for
//! other origins name neither their methods nor the header of the token.

mod answer;
mod batch;
mod entry;
pub(super) mod openapi;
mod uploads;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, header};
use axum::routing::{delete, patch, put};
use bytes::Bytes;
use maki_app::writing::{WriteError, WriteMode, WriteOptions};
use maki_domain::{Act, Language};
use tokio::sync::Semaphore;

pub(super) use answer::json_answer;

use super::parameters::Parameters;
use crate::context::preferred;
use crate::error::{ApiProblem, WebError, kinds};
use crate::routes::{Of, Routes, Rule};
use crate::state::WebState;

/// Bodies that are held in memory at the same time.
const BODIES: usize = 8;
static ROOM: Semaphore = Semaphore::const_new(BODIES);
/// Media types of rows: a JSON array, JSON Lines, a table of the own format.
const JSON: &str = "application/json";
const LINES: [&str; 4] = ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];
const TABLE: &str = "text/csv";

pub(super) fn routes(state: &WebState) -> Routes {
    let edit = |of| Rule::Token(Act::Edit, of);
    let one = "/entries/{record}";
    Routes::new(state)
        .post("/entries:batch", edit(Of::Anywhere), batch::write)
        .post("/uploads", edit(Of::Anywhere), uploads::take)
        .get("/uploads/{id}", Rule::Token(Act::ReadWork, Of::Anywhere), uploads::show)
        .add(Method::DELETE, "/uploads/{id}", edit(Of::Anywhere), delete(uploads::cancel))
        .get(one, Rule::Token(Act::ReadWork, Of::Record), entry::show)
        .add(Method::PUT, one, edit(Of::Record), put(entry::replace))
        .add(Method::PATCH, one, edit(Of::Record), patch(entry::change))
        .get("/entries/{record}/eu-report", Rule::Token(Act::ReadWork, Of::Record), super::eu_report::show)
        .post("/entries/{record}/submit", Rule::Token(Act::Submit, Of::Record), entry::submit)
}

/// The language that a program prefers.
pub(super) fn language(headers: &HeaderMap) -> Language {
    preferred(headers.get(header::ACCEPT_LANGUAGE))
}

/// The media type of a body, without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A whole body of at most `most` bytes.
async fn whole(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, WebError> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|declared| declared > most) {
        return Err(WebError::TooLarge);
    }
    let _room = ROOM.acquire().await.map_err(WebError::internal)?;
    to_bytes(body, most).await.map_err(|_| WebError::TooLarge)
}

/// How rows are to be written, by the query.
fn options(parameters: &Parameters) -> Result<WriteOptions, WebError> {
    let mode = match parameters.raw("mode") {
        None | Some("draft") => WriteMode::Draft,
        Some("review") => WriteMode::Review,
        Some(_) => return Err(WebError::BadParameter { name: "mode".to_owned() }),
    };
    Ok(WriteOptions { mode, dry_run: parameters.yes("dry_run")?, atomic: parameters.yes("atomic")? })
}

/// Why rows were not taken as a whole, in words.
fn refused(error: WriteError) -> WebError {
    let of = ApiProblem::of;
    match error {
        WriteError::App(error) => error.into(),
        WriteError::TooManyRows => of(kinds::TOO_MANY_ROWS).limit(maki_app::writing::MAX_ROWS).into(),
        WriteError::Unreadable { row, .. } => of(kinds::UNREADABLE_ROW).row(row).into(),
        WriteError::Running => of(kinds::REQUEST_RUNNING).into(),
        WriteError::KeyReused => of(kinds::KEY_REUSED).into(),
        WriteError::TooManyUploads => of(kinds::TOO_MANY_UPLOADS).into(),
    }
}
