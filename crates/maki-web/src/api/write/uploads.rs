//! Large uploads: taken at once, worked on as a job that tells how far it is and can be stopped.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maki_app::writing::{MAX_UPLOAD, UploadState, WriteOptions};
use maki_domain::Language;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{json_answer, outcome};
use super::{JSON, LINES, language, media_type, options, refused, whole};
use crate::api::ROOT;
use crate::api::parameters::Parameters;
use crate::context::Context;
use crate::error::WebError;
use crate::guard::Allowed;
use crate::state::WebState;

pub async fn take(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    context: Context,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    let parameters = Parameters::only(&context, &["mode", "dry_run"])?;
    let options = WriteOptions { atomic: false, ..options(&parameters)? };
    let media_type = media_type(&headers);
    if media_type != JSON && !LINES.contains(&media_type.as_str()) {
        return Err(WebError::WrongMediaType);
    }
    let bytes = whole(&headers, body, MAX_UPLOAD).await?;
    let id = state.app.take_upload(&permit, bytes, options).await.map_err(refused)?;
    let upload = state.app.upload(&permit, id).await?;
    let language = language(&headers);
    let mut response = json_answer(StatusCode::ACCEPTED, shown(&upload, language).to_string(), language);
    if let Ok(place) = HeaderValue::from_str(&format!("{ROOT}/uploads/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

pub async fn show(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let upload = state.app.upload(&permit, read(&id)?).await?;
    let language = language(&headers);
    Ok(json_answer(StatusCode::OK, shown(&upload, language).to_string(), language))
}

pub async fn cancel(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    state.app.cancel_upload(&permit, read(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn read(id: &str) -> Result<Uuid, WebError> {
    id.parse().map_err(|_| WebError::NotFound)
}

fn shown(upload: &UploadState, language: Language) -> Value {
    let result = upload.outcome.as_ref().map(|done| outcome(done, !done.written, language));
    json!({
        "id": upload.id,
        "href": format!("{ROOT}/uploads/{}", upload.id),
        "state": upload.state.code(),
        "is_tried_again": upload.is_tried_again,
        "error": Some(&upload.error).filter(|error| !error.is_empty()),
        "progress": upload.progress,
        "total": upload.total,
        "result": result,
    })
}
