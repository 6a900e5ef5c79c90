//! The public pages, one module per noun: handlers, and typed page structs that say how they may be cached.

pub mod confidential;
pub mod eu_report;
pub mod glossary;
pub mod joining;
pub mod law_check;
pub mod law_look;
pub mod operator;
pub mod organisations;
pub mod problems;
pub mod quality;
pub mod review;
pub mod start;
pub mod steckbrief;
pub mod systems;
pub mod team;
pub mod text;
pub mod tokens;
pub mod versions;
pub mod wellknown;
pub mod work;
pub mod workspace;

use axum::extract::State;

use crate::context::Context;
use crate::error::PROBLEMS;
use crate::routes::{Routes, Rule};
use crate::state::WebState;

/// Pages that exist once per language.
pub fn routes(state: &WebState) -> Routes {
    let routes = Routes::new(state)
        .get("/", Rule::Public, start::show)
        .get("/systeme", Rule::Public, systems::show)
        .get("/systeme/vorschlaege", Rule::Public, systems::suggest)
        .get("/systeme/{kennung}", Rule::Public, steckbrief::show)
        .get("/systeme/{kennung}/stand/{day}", Rule::Public, steckbrief::show_then)
        .get("/systeme/{kennung}/versionen", Rule::Public, versions::list)
        .get("/systeme/{kennung}/versionen/{number}", Rule::Public, versions::show)
        .get("/behoerden", Rule::Public, organisations::list)
        .get("/behoerden/{kennung}", Rule::Public, organisations::show)
        .get("/kennung/{scheme}/{id}", Rule::Public, wellknown::resolve)
        .get(PROBLEMS, Rule::Public, problems::list)
        .get("/api/problems/{key}", Rule::Public, problems::show)
        .get("/glossar", Rule::Public, glossary::show)
        .merge(law_check::routes(state))
        .merge(eu_report::routes(state))
        .merge(quality::routes(state))
        .merge(law_look::routes(state))
        .merge(work::routes(state))
        .merge(confidential::routes(state))
        .merge(review::routes(state))
        .merge(workspace::routes(state))
        .merge(tokens::routes(state))
        .merge(joining::routes(state))
        .merge(team::routes(state))
        .merge(operator::routes(state));
    text::NAMES.into_iter().fold(routes, |routes, name| {
        let show = move |state: State<WebState>, context: Context| text::show(state, context, name);
        routes.get(&text::path(name), Rule::Public, show)
    })
}

/// What exists once, whatever the language.
pub fn single_routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("/glossar.json", Rule::Public, glossary::json)
        .get("/robots.txt", Rule::Public, wellknown::robots)
        .get("/.well-known/security.txt", Rule::Public, wellknown::security)
}
