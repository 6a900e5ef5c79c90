//! What the problems of the API mean. The type of a problem is an address here, so it keeps its place for ever.

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentValue;

use crate::context::Context;
use crate::error::{PROBLEMS, WebError, kinds};
use crate::lookup;
use crate::respond::{Cache, Page, respond};
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::texts::texts;

/// Variables of the texts; here they stand for whatever a request would put in their place.
const VARIABLES: [&str; 7] = ["typed", "page", "last", "name", "value", "length", "limit"];

/// One kind of problem.
#[derive(Debug, Clone)]
pub struct ProblemView {
    pub id: &'static str,
    pub title: String,
    pub address: String,
    pub status: String,
    pub text: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "problems.html")]
pub struct ProblemsPage {
    pub shell: Shell,
    pub problems: Vec<ProblemView>,
}

impl Page for ProblemsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    /// The problems are part of the build, whose id every tag holds.
    fn cache(&self) -> Cache {
        Cache::Revision("problems".to_owned())
    }
}

pub async fn list(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let title = texts(context.language).get("problems-title").to_owned();
    respond(&ProblemsPage::new(Shell::new(&state, &context, title)), &context)
}

/// The address that is the type of a problem leads to its place on the page.
pub async fn show(context: Context, Path(key): Path<String>) -> Result<Response, WebError> {
    match kinds::ALL.iter().find(|kind| kind.key == key) {
        Some(kind) => Ok(lookup::moved(&context, &format!("{PROBLEMS}#{}", kind.key))),
        None => Err(WebError::NotFound),
    }
}

impl ProblemsPage {
    #[must_use]
    pub fn new(shell: Shell) -> Self {
        let t = shell.t;
        let variables = VARIABLES.map(|name| (name, FluentValue::from("…")));
        let problems = kinds::ALL
            .iter()
            .map(|kind| ProblemView {
                id: kind.key,
                title: t.with(&format!("error-{}-title", kind.key), &variables),
                address: format!("{PROBLEMS}/{}", kind.key),
                status: kind.status.as_str().to_owned(),
                text: t.with(&format!("error-{}-text", kind.key), &variables),
            })
            .collect();
        Self { shell: shell.active(Nav::Data).crumb(t.get("nav-data-api"), "/daten"), problems }
    }
}
