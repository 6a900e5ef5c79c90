//! From what somebody typed as a Kennung to what it names, for pages and API alike.
//!
//! A Kennung that nobody has becomes an error that offers near ones. One in small letters, or that of a deployment,
//! finds what it means; pages then lead to the address that names it.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{Generation, OrganisationProfile, Steckbrief};
use maki_domain::{Kennung, View};

use crate::api;
use crate::context::{Context, localised};
use crate::error::{Near, WebError};
use crate::state::WebState;

/// Near Kennungen that an error offers.
const SUGGESTED: usize = 5;
/// Year and number of the Kennung that an error shows as an example.
const EXAMPLE: &str = "2026-000123";

/// Reads a Kennung from an address.
///
/// # Errors
/// One that offers near ones.
pub async fn kennung(state: &WebState, context: &Context, typed: &str) -> Result<Kennung, WebError> {
    match typed.parse() {
        Ok(kennung) => Ok(kennung),
        Err(_) => Err(Box::pin(unknown(state, context, typed)).await),
    }
}

/// The Steckbrief of the system that a Kennung names, or whose deployment it names.
///
/// # Errors
/// One that offers near Kennungen when nobody has this one; when the database cannot be read.
pub async fn steckbrief(
    state: &WebState,
    context: &Context,
    typed: &str,
) -> Result<(Kennung, Arc<Steckbrief>), WebError> {
    let kennung = kennung(state, context, typed).await?;
    match state.app.steckbrief(View::Public, &kennung).await? {
        Some(found) => Ok((kennung, found)),
        None => Err(Box::pin(unknown(state, context, typed)).await),
    }
}

/// The same to make an answer of that will be kept.
///
/// # Errors
/// As [`steckbrief`].
pub async fn steckbrief_once(
    state: &WebState,
    context: &Context,
    typed: &str,
) -> Result<(Kennung, Arc<Steckbrief>, Generation), WebError> {
    let kennung = kennung(state, context, typed).await?;
    match state.app.steckbrief_once(&kennung).await? {
        Some((found, since)) => Ok((kennung, found, since)),
        None => Err(Box::pin(unknown(state, context, typed)).await),
    }
}

/// The organisation that a Kennung names.
///
/// # Errors
/// As [`steckbrief`].
pub async fn organisation(
    state: &WebState,
    context: &Context,
    typed: &str,
) -> Result<(Kennung, OrganisationProfile), WebError> {
    let kennung = kennung(state, context, typed).await?;
    match state.app.organisation(View::Public, &kennung).await? {
        Some(found) => Ok((kennung, found)),
        None => Err(Box::pin(unknown(state, context, typed)).await),
    }
}

/// Leads for good to the page at this path, in the language of the request.
#[must_use]
pub fn moved(context: &Context, path: &str) -> Response {
    Redirect::permanent(&localised(context.language, path)).into_response()
}

/// The error of a Kennung that nobody has, with links to near ones.
pub async fn unknown(state: &WebState, context: &Context, typed: &str) -> WebError {
    let near = state.app.similar_kennungen(typed, SUGGESTED).await.unwrap_or_default();
    let near = near
        .into_iter()
        .map(|kennung| {
            let organisation = kennung.parse::<Kennung>().is_ok_and(|k| k.series() == Kennung::ORGANISATION_SERIES);
            let (folder, list) = if organisation { ("behoerden", "organisations") } else { ("systeme", "systems") };
            let html = localised(context.language, &format!("/{folder}/{kennung}"));
            Near { href: format!("{}/{list}/{kennung}", api::ROOT), html, kennung }
        })
        .collect();
    let example = format!("{}-{EXAMPLE}", state.app.instance().kennung_prefix);
    WebError::UnknownKennung { typed: typed.to_owned(), near, example }
}
