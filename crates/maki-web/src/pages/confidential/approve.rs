//! Approving: what would count, what changed, why it is confidential, and the decision. An approval names the revision
//! that was shown.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::{MAX_ANSWER, Stage};

use super::entry::Why;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::Submitted;
use crate::pages::review::differences::{PartDifference, of_parts};
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::findings::{self, FindingGroup};
use crate::pages::work::finish::name_of;
use crate::pages::work::section::entry_path;
use crate::pages::work::views::Notice;
use crate::pages::work::{Asked, frame, see, shown_moment};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::diff::PartKind;
use crate::view::field::Shown;

/// The reviewer's page.
#[derive(askama::Template)]
#[template(path = "confidential/approve.html")]
pub struct ApprovePage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub submitted: Option<String>,
    pub note: Option<String>,
    pub notice: Option<Notice>,
    pub faults: FaultSummary,
    pub findings: Vec<FindingGroup>,
    pub why: Option<Why>,
    /// As it was approved last, where that was another one.
    pub why_before: Option<Why>,
    pub parts: Vec<PartDifference>,
    /// Whether words that came and went are marked.
    pub is_marked: bool,
    pub may_decide: bool,
    pub action: String,
    pub revision: i64,
    pub answer: String,
    pub faulty: bool,
    pub limit: usize,
}

impl Page for ApprovePage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}

/// Why the page is shown (again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Asked,
    /// The answer is missing or too long.
    Answer(&'static str),
    /// Somebody saved since it was shown.
    Changed,
    /// Who wants to approve wrote it.
    Own,
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    render(&state, &asked, &desk, Told::Asked, "").await
}

pub async fn decide(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let answer = pairs.get("answer").trim().replace("\r\n", "\n");
    let seen: i64 = pairs.get("revision").parse().unwrap_or(-1);
    let done = match pairs.get("decision") {
        "approve" => state.app.approve_confidential(&asked.permit, seen).await,
        "return" => {
            let told = match answer.chars().count() {
                _ if desk.confidential.as_ref().is_none_or(|one| one.revision != seen) => Some(Told::Changed),
                0 => Some(Told::Answer("review-answer-missing")),
                count if count > MAX_ANSWER => Some(Told::Answer("review-answer-long")),
                _ => None,
            };
            if let Some(told) = told {
                return render(&state, &asked, &desk, told, &answer).await;
            }
            state.app.return_confidential(&asked.permit, &answer).await
        }
        _ => return Err(WebError::Invalid),
    };
    match done {
        // Sent twice, or decided by somebody else: the entry's page says where it stands.
        Ok(()) | Err(AppError::WrongStage) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(AppError::Changed) => {
            let desk = desk::open(&state, &asked.permit).await?;
            render(&state, &asked, &desk, Told::Changed, &answer).await
        }
        Err(AppError::OwnWork) => render(&state, &asked, &desk, Told::Own, &answer).await,
        Err(AppError::Invalid) => render(&state, &asked, &desk, Told::Answer("review-answer-signs"), &answer).await,
        Err(error) => Err(error.into()),
    }
}

async fn render(state: &WebState, asked: &Asked, desk: &Desk, told: Told, answer: &str) -> Result<Response, WebError> {
    let t = asked.texts();
    if desk.work.stage != Stage::InReview && told == Told::Asked {
        return Ok(see(&asked.context, &entry_path(desk)));
    }
    let shell = frame(state, asked, desk, t.get("review-title"));
    let confidential = desk.confidential.as_ref();
    let found = state.app.findings_of(&desk.work);
    let reasons = desk::reasons(state, &asked.permit, desk).await?;
    let before = confidential.and_then(|one| one.approved.as_ref().filter(|before| **before != one.restriction));
    let mut parts = of_parts(state, asked, &desk.work.parts).await?;
    for part in &mut parts {
        part.lead = match (desk.work.parts.first().map_or(0, |one| one.version), part.fields.is_empty()) {
            (0, _) => t.get("confidential-part-new").to_owned(),
            (_, true) => t.get("review-part-same").to_owned(),
            (_, false) => t.get("confidential-part-changed").to_owned(),
        };
        part.fields.iter_mut().for_each(|field| field.visibility = None);
    }
    let page = ApprovePage {
        status: status_of(told),
        name: name_of(asked, desk),
        submitted: submitted(asked, desk),
        note: Some(desk.work.note.clone()).filter(|note| !note.is_empty()),
        notice: notice(asked, desk, told),
        faults: faults(asked, told),
        findings: findings::groups(asked, desk, &found, &reasons),
        why: confidential.map(|one| Why::of(&shell, &one.restriction)),
        why_before: before.map(|before| Why::of(&shell, before)),
        is_marked: parts.iter().flat_map(|part| &part.fields).any(|field| field.row.is_none()),
        parts,
        may_decide: !desk.work.is_own && desk.work.stage == Stage::InReview,
        action: shell.url(&format!("{}/freigabe", entry_path(desk))),
        revision: confidential.map_or(0, |one| one.revision),
        answer: answer.to_owned(),
        faulty: matches!(told, Told::Answer(_)),
        limit: MAX_ANSWER,
        shell,
    };
    respond(&page, &asked.context)
}

const fn status_of(told: Told) -> StatusCode {
    match told {
        Told::Asked => StatusCode::OK,
        Told::Answer(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Told::Changed => StatusCode::CONFLICT,
        Told::Own => StatusCode::FORBIDDEN,
    }
}

fn submitted(asked: &Asked, desk: &Desk) -> Option<String> {
    let t = asked.texts();
    let moment = shown_moment(asked, desk.work.submitted_at?);
    let by = desk.work.submitted_by.clone().unwrap_or_else(|| t.get("review-gone").to_owned());
    Some(t.with("review-submitted", &[("name", by.into()), ("moment", moment.into())]))
}

fn notice(asked: &Asked, desk: &Desk, told: Told) -> Option<Notice> {
    let (kind, title, text) = match told {
        Told::Changed => ("warning", "review-changed", "review-changed-text"),
        _ if desk.work.is_own => ("info", "review-own", "review-own-text"),
        _ => return None,
    };
    let t = asked.texts();
    Some(Notice { kind, title: t.get(title).to_owned(), text: Some(t.get(text).to_owned()) })
}

fn faults(asked: &Asked, told: Told) -> FaultSummary {
    let mut faults = FaultSummary::of(&[], asked.context.language);
    if let Told::Answer(key) = told {
        faults.push("answer", asked.texts().count(key, MAX_ANSWER));
    }
    faults
}
