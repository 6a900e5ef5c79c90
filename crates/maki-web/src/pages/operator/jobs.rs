//! Jobs of the register: what waits, what failed and why; tried again or cancelled.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{AppError, Job, JobKind, JobQuery, JobState};
use uuid::Uuid;

use super::Asked;
use crate::error::WebError;
use crate::format::{self, DateText};
use crate::plain_form::PlainChoice;
use crate::respond::{Cache, Page, respond};
use crate::search_form::page_of;
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::Texts;
use crate::view::paging::{PageItem, Paging};

const PATH: &str = "/betrieb/auftraege";

/// A job in the list.
pub struct JobRow {
    pub kind: String,
    pub state: &'static str,
    pub made: DateText,
    pub due: DateText,
    pub ended: Option<DateText>,
    pub attempts: i64,
    pub error: String,
    /// How far it is, where it says so.
    pub progress: Option<String>,
    pub retry_action: Option<String>,
    pub cancel_action: Option<String>,
}

/// A page of jobs.
#[derive(askama::Template)]
#[template(path = "operator/jobs.html")]
pub struct JobsPage {
    pub shell: Shell,
    pub done: Option<String>,
    pub states: Vec<PlainChoice>,
    pub kinds: Vec<PlainChoice>,
    pub status: String,
    pub rows: Vec<JobRow>,
    pub pages: Paging,
}

impl Page for JobsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

const fn state_key(state: JobState) -> &'static str {
    match state {
        JobState::Waiting => "jobs-state-waiting",
        JobState::Running => "jobs-state-running",
        JobState::Done => "jobs-state-done",
        JobState::Failed => "jobs-state-failed",
        JobState::Cancelled => "jobs-state-cancelled",
    }
}

const fn kind_key(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Mail => "jobs-kind-mail",
        JobKind::Upload => "jobs-kind-upload",
        JobKind::Quality => "jobs-kind-quality",
    }
}

fn choice(t: &Texts, value: &str, key: &str, chosen: bool) -> PlainChoice {
    PlainChoice { value: value.to_owned(), label: t.get(key).to_owned(), hint: None, chosen }
}

const DONE: [(&str, &str); 3] =
    [("erneut", "jobs-done-retried"), ("abgebrochen", "jobs-done-cancelled"), ("nicht", "jobs-done-not")];

pub async fn list(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let t = asked.texts();
    let shell = asked.shell(&state, "operator-jobs");
    let (stage, kind) = (asked.parameter("zustand"), asked.parameter("art"));
    let query = JobQuery {
        state: JobState::ALL.into_iter().find(|one| one.code() == stage),
        kind: JobKind::from_code(&kind),
        page: page_of(&Some(asked.parameter("seite")).filter(|page| !page.is_empty()).unwrap_or_else(|| "1".into()))?,
    };
    let found = state.app.jobs(&asked.permit, query).await?;
    let any = |chosen| choice(t, "", "jobs-any", chosen);
    let states = JobState::ALL.map(|one| choice(t, one.code(), state_key(one), query.state == Some(one)));
    let kinds = JobKind::ALL.map(|one| choice(t, one.code(), kind_key(one), query.kind == Some(one)));
    let filter = form_urlencoded::Serializer::new(String::new())
        .append_pair("zustand", query.state.map_or("", JobState::code))
        .append_pair("art", query.kind.map_or("", JobKind::code))
        .finish();
    let page = JobsPage {
        done: asked.done(&DONE),
        states: std::iter::once(any(query.state.is_none())).chain(states).collect(),
        kinds: std::iter::once(any(query.kind.is_none())).chain(kinds).collect(),
        status: t.count("jobs-found", found.total),
        rows: found.jobs.into_iter().map(|job| row(&shell, job)).collect(),
        pages: Paging::new(found.page, found.pages, |page| shell.url(&format!("{PATH}?{filter}&seite={page}"))),
        shell,
    };
    respond(&page, &asked.context)
}

fn row(shell: &Shell, job: Job) -> JobRow {
    let t = shell.t;
    let moment = |at| format::moment(shell.language, at);
    let can_retry = matches!(job.state, JobState::Waiting | JobState::Failed);
    let can_cancel = can_retry || job.state == JobState::Running;
    let progress = [("progress", job.progress.into()), ("total", job.total.into())];
    JobRow {
        kind: JobKind::from_code(&job.kind).map_or(job.kind, |kind| t.get(kind_key(kind)).to_owned()),
        state: t.get(state_key(job.state)),
        made: moment(job.made_at),
        due: moment(job.due_at),
        ended: job.ended_at.map(moment),
        attempts: job.attempts,
        error: job.last_error,
        progress: (job.total > 0).then(|| t.with("jobs-progress", &progress)),
        retry_action: can_retry.then(|| shell.url(&format!("{PATH}/{}/erneut", job.id))),
        cancel_action: can_cancel.then(|| shell.url(&format!("{PATH}/{}/abbrechen", job.id))),
    }
}

/// To the list; a job that went on meanwhile is no fault of anybody.
fn told(asked: &Asked, outcome: Result<(), AppError>, done: &str) -> Result<Response, WebError> {
    match outcome {
        Ok(()) => Ok(asked.see(&format!("{PATH}?{done}"))),
        Err(AppError::WrongStage) => Ok(asked.see(&format!("{PATH}?nicht"))),
        Err(error) => Err(error.into()),
    }
}

pub async fn retry(State(state): State<WebState>, asked: Asked, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    told(&asked, state.app.retry_job(&asked.permit, id).await, "erneut")
}

pub async fn cancel(State(state): State<WebState>, asked: Asked, Path(id): Path<Uuid>) -> Result<Response, WebError> {
    told(&asked, state.app.cancel_job(&asked.permit, id).await, "abgebrochen")
}
