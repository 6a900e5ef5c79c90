//! The task list of an entry: its topics with their state, what is still missing, and what can be done with it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::Stage;
use maki_domain::RecordKind;

use super::assessment::{self, AssessmentLink};
use super::desk::{Desk, Topic};
use super::section::{entry_path, topic_path};
use super::views::{EntryPage, Notice};
use super::{Asked, desk, part_key, see, shown_moment};
use crate::context::localised;
use crate::error::WebError;
use crate::form::{FormFault, Task, TaskList, TaskState, fault_text, first_id};
use crate::pages::quality::score::ScoreView;
use crate::respond::respond;
use crate::state::WebState;
use crate::view::{Badge, Link};

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let mut desk = desk::open(&state, &asked.permit).await?;
    let threads = state.app.threads(&asked.permit).await?;
    desk.open_threads = threads.iter().filter(|thread| thread.resolved.is_none()).count();
    let assessments = assessment::links(&state, &asked, &desk).await?;
    let mut page = EntryPage::new(&state, &asked, &desk, assessments);
    page.score = score(&state, &asked, &desk);
    respond(&page, &asked.context)
}

/// Takes a submission back, so that it can be changed.
pub async fn take_back(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    match state.app.take_back_work(&asked.permit).await {
        // What does not wait any more needs no taking back.
        Ok(()) | Err(AppError::WrongStage | AppError::Changed) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(error) => Err(error.into()),
    }
}

impl EntryPage {
    fn new(state: &WebState, asked: &Asked, desk: &Desk, assessments: Vec<AssessmentLink>) -> Self {
        let (language, t) = (asked.context.language, asked.texts());
        let topics = desk.topics();
        let done = topics.iter().filter(|topic| is_done(desk.state_of(topic))).count();
        let numbers = [("done", count(done)), ("all", count(topics.len()))];
        let name = desk.name().unwrap_or_else(|| t.get("work-untitled")).to_owned();
        let url = |path: &str| localised(language, path);
        let path = entry_path(desk);
        Self {
            shell: asked.shell(state, &name).crumb(t.get("work-title"), "/arbeit"),
            status: StatusCode::OK,
            organisation: desk.organisation.clone(),
            kennung: desk.kennung(),
            name,
            lang: None,
            state: badge(t, desk.work.stage),
            saved: desk.work.changed_at.map(|at| {
                let moment = shown_moment(asked, at);
                match &desk.work.editor {
                    Some(by) => t.with("work-saved-by", &[("moment", moment.into()), ("name", by.as_str().into())]),
                    None => t.one("work-saved", "moment", moment),
                }
            }),
            notice: notice(asked, desk),
            progress: t.with("work-progress", &numbers),
            lists: task_lists(asked, desk, &topics),
            missing: if desk.is_open() { missing(asked, desk) } else { Vec::new() },
            assessments,
            score: None,
            check_href: desk.is_open().then(|| url(&format!("{path}/pruefen"))),
            take_back: (desk.may_submit && desk.work.stage == Stage::InReview)
                .then(|| url(&format!("{path}/zurueckholen"))),
            links: links(asked, desk),
        }
    }
}

/// How complete and good the entry is, while anybody can do something about it.
fn score(state: &WebState, asked: &Asked, desk: &Desk) -> Option<ScoreView> {
    if desk.work.stage == Stage::Withdrawn {
        return None;
    }
    let findings = state.app.findings_of(&desk.work);
    let score = state.app.score_of(&desk.work, &findings)?;
    Some(ScoreView::new(asked, desk, &score, &findings))
}

pub const fn is_done(state: TaskState) -> bool {
    matches!(state, TaskState::Done | TaskState::Optional)
}

pub fn count(count: usize) -> fluent_bundle::FluentValue<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

/// The badge that says where the work stands.
#[must_use]
pub fn badge(t: &crate::texts::Texts, stage: Stage) -> Badge {
    let (key, class) = match stage {
        Stage::Draft => ("work-state-draft", "kern-badge--info"),
        Stage::InReview => ("work-state-in-review", "kern-badge--warning"),
        Stage::Returned => ("work-state-returned", "kern-badge--danger"),
        Stage::Published => ("work-state-published", "kern-badge--success"),
        Stage::Withdrawn => ("work-state-withdrawn", "m-badge--plain"),
    };
    Badge { label: t.get(key).to_owned(), class }
}

fn notice(asked: &Asked, desk: &Desk) -> Option<Notice> {
    let t = asked.texts();
    let version = desk.version();
    let (kind, title, text) = match desk.work.stage {
        Stage::InReview => ("info", t.get("work-notice-review").to_owned(), None),
        Stage::Returned => (
            "warning",
            t.get("work-notice-returned").to_owned(),
            Some(desk.work.answer.clone()).filter(|answer| !answer.is_empty()),
        ),
        _ if !desk.may_edit => ("info", t.get("work-notice-foreign").to_owned(), None),
        _ if desk.work.shared_system.is_some() && version == 0 => {
            let name = desk.name().unwrap_or_default();
            ("info", t.one("work-shared", "name", name), None)
        }
        _ if version > 0 => ("info", t.count("work-notice-published", version), None),
        _ => return None,
    };
    Some(Notice { kind, title, text })
}

pub fn task_lists(asked: &Asked, desk: &Desk, topics: &[Topic]) -> Vec<TaskList> {
    let (language, t) = (asked.context.language, asked.texts());
    let mut first = 1;
    let list = |kind: RecordKind, id: &'static str| {
        let tasks: Vec<Task> = topics
            .iter()
            .filter(|topic| topic.kind == kind)
            .map(|topic| {
                let path = match desk.is_open() {
                    true => topic_path(desk, topic.key),
                    false => format!("{}/pruefen#teil-{}", entry_path(desk), topic.key),
                };
                let href = localised(language, &path);
                Task::new(topic.key, topic.section.label(language), href, desk.state_of(topic), language)
            })
            .collect();
        let numbered = first;
        first += tasks.len();
        TaskList { id, title: t.get(part_key(kind)).to_owned(), first: numbered, tasks }
    };
    [
        (RecordKind::Organisation, "teil-behoerde"),
        (RecordKind::System, "teil-system"),
        (RecordKind::Deployment, "teil-einsatz"),
    ]
    .map({
        let mut list = list;
        move |(kind, id)| list(kind, id)
    })
    .into_iter()
    .filter(|list| !list.tasks.is_empty())
    .collect()
}

/// What stands against submitting, each with the way to its field.
#[must_use]
pub fn missing(asked: &Asked, desk: &Desk) -> Vec<Link> {
    let language = asked.context.language;
    let link = |fault: &FormFault| {
        let path = topic_path(desk, &fault.field.field().section);
        Link {
            label: fault_text(fault, language),
            href: format!("{}#{}", localised(language, &path), first_id(fault.field)),
        }
    };
    desk.open_points().iter().map(link).collect()
}

fn links(asked: &Asked, desk: &Desk) -> Vec<Link> {
    let (language, t) = (asked.context.language, asked.texts());
    let path = entry_path(desk);
    let link = |label: String, path: String| Link { label, href: localised(language, &path) };
    let mut links = Vec::new();
    if desk.may_approve && !desk.work.is_own && desk.work.stage == Stage::InReview {
        links.push(link(t.get("work-review").to_owned(), format!("{path}/freigabe")));
    }
    if desk.is_open() && desk.is_short() {
        links.push(link(t.get("work-short-form").to_owned(), format!("{path}/kurz/1")));
    }
    links.push(link(t.count("work-comments", desk.open_threads), format!("{path}/kommentare")));
    links.push(link(t.get("eu-title").to_owned(), format!("{path}/eu-meldung")));
    if desk.may_edit && desk.work.is_changed() {
        links.push(link(t.get("work-preview").to_owned(), format!("{path}/vorschau")));
    }
    if let Some(kennung) = &desk.kennung() {
        links.push(link(t.get("work-steckbrief").to_owned(), format!("/systeme/{kennung}")));
    }
    if let Some(shared) = desk.work.shared_system.as_ref().filter(|_| desk.may_propose) {
        links.push(link(t.get("review-propose").to_owned(), format!("/arbeit/systeme/{}/vorschlag", shared.record)));
    }
    if desk.may_withdraw && desk.version() > 0 && desk.work.stage != Stage::Withdrawn {
        links.push(link(t.get("review-withdraw").to_owned(), format!("{path}/zurueckziehen")));
    }
    if desk.is_open() && matches!(desk.work.stage, Stage::Draft | Stage::Returned) {
        links.push(link(t.get("work-discard").to_owned(), format!("{path}/verwerfen")));
    }
    links
}
