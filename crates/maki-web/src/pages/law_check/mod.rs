//! The guided check by the KI-VO, one question per page: for everybody, where nothing is stored, no cookie, no address
//! that tells an answer; and on the course that an entry lays (`pages::work::assessment`).

pub(super) mod document;
pub(super) mod result;
pub(super) mod walk;
pub(super) mod way;

pub(super) use result::cited;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use self::document::Paper;
use self::result::{Outcome, ResultPage};
use self::walk::{Course, Walked, walk};
use self::way::Way;
use crate::context::Context;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::Submitted;
use crate::paper;
use crate::respond::{Cache, Page, respond};
use crate::routes::{Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;

/// Where the check is.
pub const PATH: &str = "/ki-vo-check";

pub fn routes(state: &WebState) -> Routes {
    Routes::new(state).page(PATH, Rule::Open, begin, step)
}

/// What the check is, before it begins.
#[derive(askama::Template)]
#[template(path = "law_check/start.html")]
struct StartPage {
    shell: Shell,
}

impl Page for StartPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn begin(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let t = texts(context.language);
    let mut shell = Shell::new(&state, &context, t.get("check-title")).describe(t.get("check-lead"));
    // A page for everybody, although it knows visitors.
    shell.listed = true;
    respond(&StartPage { shell }, &context)
}

pub async fn step(State(state): State<WebState>, context: Context, pairs: Submitted) -> Result<Response, WebError> {
    let frame = |title: &str| Shell::new(&state, &context, title);
    let course = Course {
        state: &state,
        context: &context,
        path: PATH.to_owned(),
        bound: "law-check".to_owned(),
        first: Way::default(),
        frame: &frame,
    };
    match walk(&course, &pairs).await? {
        Walked::Page(page) => Ok(page),
        Walked::End(end) => {
            let (way, assessment) = *end;
            let t = texts(context.language);
            let (shell, today) = (frame(t.get("check-result-title")), course.today()?);
            let outcome = Outcome::of(way.given(), &assessment, today, context.language);
            if pairs.has("pdf") {
                let document = Paper::of(&state, &shell, t.get("check-title").to_owned(), today).write(&outcome);
                return paper::attachment(document, "ki-vo-check").await;
            }
            let page = ResultPage {
                shell,
                status: StatusCode::OK,
                sealed: way.sealed(&state.app, &course.bound).await?,
                action: course.action(),
                faults: FaultSummary::of(&[], context.language),
                outcome,
                may_change: true,
                print_hint: t.get("check-print-hint").to_owned(),
                keep: None,
            };
            respond(&page, &context)
        }
    }
}
