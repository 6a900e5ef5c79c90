//! An entry as its organisation works on it: where it stands, why it is confidential, what is missing, what can be done.

use axum::extract::State;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::Stage;

use super::LIST;
use crate::error::WebError;
use crate::form::TaskList;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::entry::{count, is_done, missing, task_lists};
use crate::pages::work::finish::name_of;
use crate::pages::work::section::entry_path;
use crate::pages::work::views::Notice;
use crate::pages::work::{Asked, see, shown_moment};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::Texts;
use crate::view::{Badge, Link};

/// Why an entry is confidential, in words.
pub struct Why {
    pub ground: String,
    pub law: String,
    pub provision: String,
    pub reason: String,
}

impl Why {
    pub fn of(shell: &Shell, restriction: &maki_domain::confidential::Restriction) -> Self {
        let ground = restriction.ground;
        Self {
            ground: ground.term().map(|term| term.label(shell.language).to_owned()).unwrap_or_default(),
            law: ground.law().map(|law| law.get(shell.language).to_owned()).unwrap_or_default(),
            provision: restriction.provision.clone(),
            reason: restriction.reason.clone(),
        }
    }
}

/// The overview of an entry.
#[derive(askama::Template)]
#[template(path = "confidential/entry.html")]
pub struct EntryPage {
    pub shell: Shell,
    pub organisation: String,
    pub name: String,
    pub state: Badge,
    pub saved: Option<String>,
    pub notice: Option<Notice>,
    pub why: Option<Why>,
    pub why_href: Option<String>,
    pub progress: String,
    pub lists: Vec<TaskList>,
    pub missing: Vec<Link>,
    pub check_href: Option<String>,
    pub take_back: Option<String>,
    pub links: Vec<Link>,
}

impl Page for EntryPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let t = asked.texts();
    let number = desk.confidential.as_ref().map_or(0, |one| one.number);
    let shell = asked
        .shell(&state, t.count("confidential-number", number).as_str())
        .crumb(t.get("work-title"), "/arbeit")
        .crumb(t.get("confidential-title"), LIST);
    let topics = desk.topics();
    let done = topics.iter().filter(|topic| is_done(desk.state_of(topic))).count();
    let path = entry_path(&desk);
    let moment = desk.work.changed_at.map(|at| shown_moment(&asked, at));
    let page = EntryPage {
        organisation: desk.organisation.clone(),
        name: name_of(&asked, &desk),
        state: badge(t, desk.work.stage),
        saved: moment.map(|moment| t.one("confidential-changed", "moment", moment)),
        notice: notice(t, &desk),
        why: desk.confidential.as_ref().map(|one| Why::of(&shell, &one.restriction)),
        why_href: desk.is_open().then(|| shell.url(&format!("{path}/rechtsgrund"))),
        progress: t.with("work-progress", &[("done", count(done)), ("all", count(topics.len()))]),
        lists: task_lists(&asked, &desk, &topics),
        missing: if desk.is_open() { missing(&asked, &desk) } else { Vec::new() },
        check_href: desk.is_open().then(|| shell.url(&format!("{path}/pruefen"))),
        take_back: (desk.may_submit && desk.work.stage == Stage::InReview)
            .then(|| shell.url(&format!("{path}/zurueckholen"))),
        links: links(&shell, &desk),
        shell,
    };
    respond(&page, &asked.context)
}

/// Takes a submission back, so that it can be changed.
pub async fn take_back(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    match state.app.take_back_confidential(&asked.permit).await {
        // What does not wait any more needs no taking back.
        Ok(()) | Err(AppError::WrongStage | AppError::Changed) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(error) => Err(error.into()),
    }
}

/// The badge that says where an entry stands.
#[must_use]
pub fn badge(t: &Texts, stage: Stage) -> Badge {
    let own = match stage {
        Stage::Published => "confidential-state-approved",
        Stage::Withdrawn => "confidential-state-ended",
        _ => return crate::pages::work::entry::badge(t, stage),
    };
    Badge { label: t.get(own).to_owned(), ..crate::pages::work::entry::badge(t, stage) }
}

fn notice(t: &Texts, desk: &Desk) -> Option<Notice> {
    let is_approved = desk.confidential.as_ref().is_some_and(|one| one.approved.is_some());
    let (kind, title, text) = match desk.work.stage {
        Stage::InReview => ("info", "work-notice-review", None),
        Stage::Returned => {
            ("warning", "work-notice-returned", Some(desk.work.answer.clone()).filter(|answer| !answer.is_empty()))
        }
        Stage::Withdrawn => ("info", "confidential-ended-text", None),
        Stage::Draft if is_approved => ("info", "confidential-notice-older", None),
        _ if !desk.may_edit => ("info", "confidential-notice-foreign", None),
        _ => return None,
    };
    Some(Notice { kind, title: t.get(title).to_owned(), text })
}

fn links(shell: &Shell, desk: &Desk) -> Vec<Link> {
    let path = entry_path(desk);
    let is_approved = desk.confidential.as_ref().is_some_and(|one| one.approved.is_some());
    let has_ended = desk.work.stage == Stage::Withdrawn;
    let waits_for_me = desk.may_approve && !desk.work.is_own && desk.work.stage == Stage::InReview;
    let all = [
        (waits_for_me, "freigabe", "work-review"),
        (!desk.is_open(), "pruefen", "review-all"),
        (is_approved && !has_ended, "lesen", "confidential-read"),
        (desk.may_approve && !has_ended, "leser", "confidential-readers"),
        (true, "verlauf", "confidential-history"),
        (desk.may_approve && !has_ended, "beenden", "confidential-end"),
    ];
    let link = |(_, page, key): (bool, &str, &'static str)| Link {
        label: shell.t.get(key).to_owned(),
        href: shell.url(&format!("{path}/{page}")),
    };
    all.into_iter().filter(|(shown, ..)| *shown).map(link).collect()
}
