//! The reviewer's page: what would change, what was said about it, and the decision. An approval names the revisions
//! that were shown; when somebody saved meanwhile nothing is approved and the page is shown anew.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::work::{MAX_ANSWER, Seen, Stage, Thread};
use maki_app::{AppError, Target};
use maki_domain::Act;

use super::comments::others;
use super::differences::{Difference, PartDifference, of_parts};
use super::remarks::{RemarkForm, Remarks, ThreadView};
use crate::context::localised;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::Submitted;
use crate::pages::work::assessment::{self, AssessmentLink};
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::findings::{self, FindingGroup};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::entry_path;
use crate::pages::work::views::{DonePage, Notice};
use crate::pages::work::{Asked, see, shown_moment};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::Link;
use crate::view::diff::PartKind;
use crate::view::field::Shown;

/// A field with what was said about it.
pub struct Reviewed {
    pub difference: Difference,
    pub threads: Vec<ThreadView>,
    pub remark: Option<RemarkForm>,
}

/// A part with its fields.
pub struct ReviewedPart {
    pub id: &'static str,
    pub title: String,
    pub lead: String,
    pub fields: Vec<Reviewed>,
}

/// The decision; none where whoever looks may not make it.
pub struct Decision {
    pub action: String,
    /// The revisions that are shown.
    pub hidden: Vec<(String, String)>,
    pub answer: String,
    pub faulty: bool,
    pub limit: usize,
}

/// The reviewer's page.
#[derive(askama::Template)]
#[template(path = "review/approve.html")]
pub struct ReviewPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub place: String,
    pub submitted: Option<String>,
    pub note: Option<String>,
    pub notice: Option<Notice>,
    pub faults: FaultSummary,
    /// What the rules of plausibility say, with the reasons given.
    pub findings: Vec<FindingGroup>,
    pub assessments: Vec<AssessmentLink>,
    pub parts: Vec<ReviewedPart>,
    /// Whether words that came and went are marked.
    pub is_marked: bool,
    /// Open discussions of what is not shown above.
    pub threads: Vec<ThreadView>,
    pub remark: Option<RemarkForm>,
    pub decision: Option<Decision>,
    pub links: Vec<Link>,
}

impl Page for ReviewPage {
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
enum Why {
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
    render(&state, &asked, &desk, Why::Asked, "").await
}

pub async fn decide(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let answer = pairs.get("answer").trim().replace("\r\n", "\n");
    let named = desk.revisions_of(|name| pairs.get(name).parse().ok());
    match pairs.get("decision") {
        "approve" => {}
        "return" => return send_back(&state, &asked, &desk, &answer, &named).await,
        _ => return Err(WebError::Invalid),
    }
    let seen: Vec<Seen> = named.into_iter().map(|(kind, revision)| Seen { kind, revision }).collect();
    match state.app.approve_work(&asked.permit, &seen).await {
        Ok(_) => Ok(see(&asked.context, &format!("{}/freigegeben", entry_path(&desk)))),
        Err(AppError::Changed) => {
            let desk = desk::open(&state, &asked.permit).await?;
            render(&state, &asked, &desk, Why::Changed, &answer).await
        }
        Err(AppError::OwnWork) => render(&state, &asked, &desk, Why::Own, &answer).await,
        // Sent twice, or decided by somebody else: the entry's page says where it stands.
        Err(AppError::WrongStage) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(error) => Err(error.into()),
    }
}

async fn send_back(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    answer: &str,
    named: &[(maki_domain::RecordKind, i64)],
) -> Result<Response, WebError> {
    let is_seen = desk.work.parts.iter().all(|part| named.contains(&(part.kind, part.revision)));
    let why = match answer.chars().count() {
        _ if !is_seen => Some(Why::Changed),
        0 => Some(Why::Answer("review-answer-missing")),
        count if count > MAX_ANSWER => Some(Why::Answer("review-answer-long")),
        _ => None,
    };
    if let Some(why) = why {
        return render(state, asked, desk, why, answer).await;
    }
    match state.app.return_work(&asked.permit, answer).await {
        Ok(()) | Err(AppError::WrongStage) => Ok(see(&asked.context, &entry_path(desk))),
        Err(AppError::Changed) => {
            let desk = desk::open(state, &asked.permit).await?;
            render(state, asked, &desk, Why::Changed, answer).await
        }
        Err(AppError::Invalid) => render(state, asked, desk, Why::Answer("review-answer-signs"), answer).await,
        Err(error) => Err(error.into()),
    }
}

async fn render(state: &WebState, asked: &Asked, desk: &Desk, why: Why, answer: &str) -> Result<Response, WebError> {
    if desk.work.stage != Stage::InReview {
        return Ok(see(&asked.context, &entry_path(desk)));
    }
    let t = asked.texts();
    let shell = below_entry(state, asked, desk, "review-title");
    let principal = asked.permit.principal();
    let may_write = match state.app.permit(principal, Act::Comment, Target::Record(desk.work.entry)).await {
        Ok(_) => true,
        Err(AppError::Forbidden) => false,
        Err(error) => return Err(error.into()),
    };
    let known = if may_write { others(state, &asked.permit).await? } else { Vec::new() };
    let open: Vec<_> = state.app.threads(&asked.permit).await?;
    let open: Vec<_> = open.into_iter().filter(|thread| thread.resolved.is_none()).collect();
    let remarks = Remarks::new(&shell, desk, "freigabe", known, may_write);
    let parts = of_parts(state, asked, &desk.work.parts).await?;
    let parts: Vec<ReviewedPart> = parts.into_iter().map(|part| reviewed(part, &open, &remarks)).collect();
    let shown = |thread: &Thread| {
        parts.iter().flat_map(|part| &part.fields).any(|field| Some(field.difference.field) == thread.field)
    };
    let elsewhere = open.iter().filter(|thread| !shown(thread)).map(|thread| remarks.thread(thread)).collect();
    let remark = remarks.form(None, None);
    let found = state.app.findings_of(&desk.work);
    let reasons = state.app.finding_reasons(&asked.permit, &desk.work).await?;
    let page = ReviewPage {
        status: status_of(why),
        name: name_of(asked, desk),
        place: desk.organisation.clone(),
        submitted: submitted(asked, desk),
        note: Some(desk.work.note.clone()).filter(|note| !note.is_empty()),
        notice: notice(asked, desk, why),
        faults: faults(asked, why),
        findings: findings::groups(asked, desk, &found, &reasons),
        assessments: assessment::links(state, asked, desk).await?,
        is_marked: parts.iter().flat_map(|part| &part.fields).any(|field| field.difference.row.is_none()),
        parts,
        threads: elsewhere,
        remark,
        decision: (!desk.work.is_own).then(|| Decision {
            action: localised(asked.context.language, &format!("{}/freigabe", entry_path(desk))),
            hidden: desk.revision_fields(),
            answer: answer.to_owned(),
            faulty: matches!(why, Why::Answer(_)),
            limit: MAX_ANSWER,
        }),
        links: vec![
            Link { label: t.get("review-all").to_owned(), href: shell.url(&format!("{}/pruefen", entry_path(desk))) },
            Link {
                label: t.get("review-discussion").to_owned(),
                href: shell.url(&format!("{}/kommentare", entry_path(desk))),
            },
        ],
        shell,
    };
    respond(&page, &asked.context)
}

/// A part with what was said about its fields.
fn reviewed(part: PartDifference, open: &[Thread], remarks: &Remarks<'_>) -> ReviewedPart {
    let field = |difference: Difference| {
        let about = open.iter().filter(|thread| thread.field == Some(difference.field));
        Reviewed {
            threads: about.map(|thread| remarks.thread(thread)).collect(),
            remark: remarks.form(Some(difference.field), None),
            difference,
        }
    };
    let fields = part.fields.into_iter().map(field).collect();
    ReviewedPart { id: part.id, title: part.title, lead: part.lead, fields }
}

const fn status_of(why: Why) -> StatusCode {
    match why {
        Why::Asked => StatusCode::OK,
        Why::Answer(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Why::Changed => StatusCode::CONFLICT,
        Why::Own => StatusCode::FORBIDDEN,
    }
}

fn submitted(asked: &Asked, desk: &Desk) -> Option<String> {
    let t = asked.texts();
    let moment = shown_moment(asked, desk.work.submitted_at?);
    let by = desk.work.submitted_by.clone().unwrap_or_else(|| t.get("review-gone").to_owned());
    Some(t.with("review-submitted", &[("name", by.into()), ("moment", moment.into())]))
}

fn notice(asked: &Asked, desk: &Desk, why: Why) -> Option<Notice> {
    let t = asked.texts();
    let notice = |kind, title: &'static str, text: &'static str| {
        Some(Notice { kind, title: t.get(title).to_owned(), text: Some(t.get(text).to_owned()) })
    };
    match why {
        Why::Changed => notice("warning", "review-changed", "review-changed-text"),
        _ if desk.work.is_own => notice("info", "review-own", "review-own-text"),
        _ => None,
    }
}

fn faults(asked: &Asked, why: Why) -> FaultSummary {
    let t = asked.texts();
    let mut faults = FaultSummary::of(&[], asked.context.language);
    if let Why::Answer(key) = why {
        faults.push("answer", t.count(key, MAX_ANSWER));
    }
    faults
}

/// After an approval: the Kennung and the way to the Steckbrief.
pub async fn done(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let t = asked.texts();
    let url = |path: &str| localised(asked.context.language, path);
    if desk.work.stage != Stage::Published {
        return Ok(see(&asked.context, &entry_path(&desk)));
    }
    let mut links = Vec::new();
    if let Some(kennung) = desk.kennung() {
        let href = url(&format!("/systeme/{kennung}"));
        links.push(Link { label: t.get("work-steckbrief").to_owned(), href });
    }
    links.push(Link { label: t.get("work-to-work").to_owned(), href: url("/arbeit") });
    let page = DonePage {
        shell: below_entry(&state, &asked, &desk, "review-done"),
        status: StatusCode::OK,
        text: t.one("review-done-text", "name", name_of(&asked, &desk)),
        kennung: desk.kennung(),
        steps: Vec::new(),
        links,
    };
    respond(&page, &asked.context)
}
