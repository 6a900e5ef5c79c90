//! What waits for those who run the register, at a glance.

use axum::extract::State;
use axum::response::Response;
use maki_app::{IndexState, JobQuery, JobState};
use maki_domain::Act;

use super::Asked;
use crate::error::WebError;
use crate::pages::quality;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

/// A room of the operator with what waits in it.
pub struct Room {
    pub label: String,
    pub href: String,
    pub text: String,
    /// Something needs somebody.
    pub waits: bool,
}

/// The overview.
#[derive(askama::Template)]
#[template(path = "operator/overview.html")]
pub struct OverviewPage {
    pub shell: Shell,
    pub rooms: Vec<Room>,
    pub index: String,
    pub operators: Vec<String>,
}

impl Page for OverviewPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let t = asked.texts();
    let shell = Shell::new(&state, &asked.context, t.get("operator-title")).unlisted();
    let applications = state.app.applications(asked.permit.principal()).await?.len();
    let jobs = state.app.jobs(&asked.permit, JobQuery { page: 1, ..JobQuery::default() }).await?;
    let count = |wanted: JobState| -> i64 { jobs.counts.iter().filter(|c| c.state == wanted).map(|c| c.count).sum() };
    let (failed, waiting) = (count(JobState::Failed), count(JobState::Waiting) + count(JobState::Running));
    let register = maki_app::Target::Organisation(maki_domain::RecordId::NIL);
    let permit = state.app.permit(asked.permit.principal(), Act::Operate, register).await?;
    let operators = state.app.members(&permit).await?.into_iter().map(|member| member.name).collect();
    let room = |key: &str, path: &str, text: String, waits: bool| Room {
        label: t.get(key).to_owned(),
        href: shell.url(path),
        text,
        waits,
    };
    let jobs_text = t.with("operator-jobs-state", &[("failed", failed.into()), ("waiting", waiting.into())]);
    let run = quality::run_text(&state, &asked.permit, &shell).await?;
    let rooms = vec![
        room(
            "applications-title",
            "/betrieb/antraege",
            t.count("applications-waiting", applications),
            applications > 0,
        ),
        room("operator-organisations", "/betrieb/behoerden", t.get("operator-organisations-text").to_owned(), false),
        room("operator-accounts", "/betrieb/konten", t.get("operator-accounts-text").to_owned(), false),
        room("quality-title", quality::OVERVIEW, run, false),
        room("operator-jobs", "/betrieb/auftraege", jobs_text, failed > 0),
    ];
    let index = match state.app.ready().await? {
        IndexState::Ready => t.get("operator-index-ready"),
        IndexState::Building => t.get("operator-index-building"),
    };
    respond(&OverviewPage { rooms, index: index.to_owned(), operators, shell }, &asked.context)
}
