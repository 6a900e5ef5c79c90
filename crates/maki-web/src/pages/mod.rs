//! The public pages, one module per noun: handlers, and typed page structs that say how they may be cached.

pub mod glossary;
pub mod organisations;
pub mod problems;
pub mod start;
pub mod steckbrief;
pub mod systems;
pub mod text;
pub mod versions;
pub mod wellknown;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::context::Context;
use crate::error::PROBLEMS;
use crate::state::WebState;

/// Pages that exist once per language.
pub fn routes() -> Router<WebState> {
    let router = Router::new()
        .route("/", get(start::show))
        .route("/systeme", get(systems::show))
        .route("/systeme/vorschlaege", get(systems::suggest))
        .route("/systeme/{kennung}", get(steckbrief::show))
        .route("/systeme/{kennung}/versionen", get(versions::list))
        .route("/systeme/{kennung}/versionen/{number}", get(versions::show))
        .route("/behoerden", get(organisations::list))
        .route("/behoerden/{kennung}", get(organisations::show))
        .route("/kennung/{scheme}/{id}", get(wellknown::resolve))
        .route(PROBLEMS, get(problems::list))
        .route("/api/problems/{key}", get(problems::show))
        .route("/glossar", get(glossary::show));
    text::NAMES.into_iter().fold(router, |router, name| {
        router.route(
            &format!("/{name}"),
            get(move |state: State<WebState>, context: Context| text::show(state, context, name)),
        )
    })
}

/// What exists once, whatever the language.
pub fn single_routes() -> Router<WebState> {
    Router::new()
        .route("/glossar.json", get(glossary::json))
        .route("/robots.txt", get(wellknown::robots))
        .route("/.well-known/security.txt", get(wellknown::security))
}
