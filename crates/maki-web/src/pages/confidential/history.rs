//! What was done to an entry, and who read it: the same steps that the audit chain proves.

use axum::extract::{Query, State};
use axum::response::Response;
use maki_app::HistoryRow;
use maki_domain::confidential::ConfidentialStep;
use serde::Deserialize;

use crate::error::WebError;
use crate::format::{self, DateText};
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, desk, frame};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
pub struct Turned {
    seite: Option<u32>,
}

/// A step in words.
pub struct Row {
    pub at: DateText,
    pub what: String,
    pub by: String,
    /// What was said with it.
    pub text: Option<String>,
}

/// The page of an entry's history.
#[derive(askama::Template)]
#[template(path = "confidential/history.html")]
pub struct HistoryPage {
    pub shell: Shell,
    pub name: String,
    pub rows: Vec<Row>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Page for HistoryPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

type Turn = Result<Query<Turned>, axum::extract::rejection::QueryRejection>;

pub async fn show(State(state): State<WebState>, asked: Asked, turned: Turn) -> Result<Response, WebError> {
    let Ok(Query(turned)) = turned else { return Err(WebError::BadParameter { name: "seite".to_owned() }) };
    let page = i64::from(turned.seite.unwrap_or(1).max(1));
    let desk = desk::open(&state, &asked.permit).await?;
    let (rows, more) = state.app.confidential_history(&asked.permit, page).await?;
    let shell = frame(&state, &asked, &desk, asked.texts().get("confidential-history"));
    let href = |page: i64| shell.url(&format!("{}/verlauf?seite={page}", entry_path(&desk)));
    let page = HistoryPage {
        name: crate::pages::work::finish::name_of(&asked, &desk),
        rows: rows.into_iter().map(|step| row(&shell, step)).collect(),
        previous: (page > 1).then(|| href(page - 1)),
        next: more.then(|| href(page + 1)),
        shell,
    };
    respond(&page, &asked.context)
}

fn row(shell: &Shell, HistoryRow { event, by, about }: HistoryRow) -> Row {
    let t = shell.t;
    let somebody = |name: Option<String>| name.unwrap_or_else(|| t.get("review-gone").to_owned());
    let key = match &event.step {
        ConfidentialStep::Saved(_) => "confidential-step-saved",
        ConfidentialStep::Submitted { .. } => "confidential-step-submitted",
        ConfidentialStep::TakenBack => "confidential-step-taken-back",
        ConfidentialStep::Returned { .. } => "confidential-step-returned",
        ConfidentialStep::Approved => "confidential-step-approved",
        ConfidentialStep::Ended { .. } => "confidential-step-ended",
        ConfidentialStep::ReaderNamed { .. } => "confidential-step-named",
        ConfidentialStep::ReaderRevoked { .. } => "confidential-step-revoked",
        ConfidentialStep::ReadByReader { .. } => "confidential-step-read",
        ConfidentialStep::Moved { .. } => "confidential-step-moved",
    };
    let text = match &event.step {
        ConfidentialStep::Submitted { note: text, .. }
        | ConfidentialStep::Returned { answer: text }
        | ConfidentialStep::Ended { reason: text } => Some(text.clone()).filter(|text| !text.is_empty()),
        _ => None,
    };
    let variables = [("name", somebody(about).into()), ("number", event.revision.into())];
    Row { at: format::moment(shell.language, event.at), what: t.with(key, &variables), by: somebody(by), text }
}
