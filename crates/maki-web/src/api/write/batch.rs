//! `POST /entries:batch`: up to a thousand entries at once.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use maki_app::writing::{Answered, MAX_BATCH, MAX_KEY, RequestKey};

use super::answer::{json_answer, outcome};
use super::{JSON, LINES, TABLE, language, media_type, options, refused, whole};
use crate::api::parameters::Parameters;
use crate::context::Context;
use crate::error::WebError;
use crate::guard::Allowed;
use crate::state::WebState;

const KEY: &str = "idempotency-key";
/// Says that the answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

pub async fn write(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    context: Context,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, WebError> {
    let parameters = Parameters::only(&context, &["mode", "dry_run", "atomic"])?;
    let options = options(&parameters)?;
    let media_type = media_type(&headers);
    if media_type != JSON && media_type != TABLE && !LINES.contains(&media_type.as_str()) {
        return Err(WebError::WrongMediaType);
    }
    let key = key(&headers)?;
    let bytes = whole(&headers, body, MAX_BATCH).await?;
    let query = context.query.as_deref().unwrap_or_default();
    let key = key.map(|key| RequestKey::new(key, &[b"batch", query.as_bytes(), media_type.as_bytes(), &bytes]));
    let language = language(&headers);
    let rows = state.app.read_entries(&permit, bytes).await.map_err(refused)?;
    let answer = |done: &_| Ok(outcome(done, options.dry_run, language).to_string());
    let answered = state.app.write_entries(&permit, rows, options, key.as_ref(), answer).await.map_err(refused)?;
    Ok(match answered {
        Answered::Now(text) => json_answer(StatusCode::OK, text, language),
        Answered::Before(text) => {
            let mut response = json_answer(StatusCode::OK, text, language);
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            response
        }
    })
}

/// The key of the request, if it has one.
fn key(headers: &HeaderMap) -> Result<Option<String>, WebError> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=MAX_KEY).contains(&text.len()));
    match text {
        Some(text) if headers.get_all(KEY).iter().count() == 1 => Ok(Some(text.to_owned())),
        _ => Err(WebError::BadParameter { name: "Idempotency-Key".to_owned() }),
    }
}
