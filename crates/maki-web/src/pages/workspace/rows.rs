//! The four lists of a workspace and the entries in them.

use maki_app::ProblemWish;
use maki_app::work::{Stage, WorkItem, WorkPage};
use maki_domain::Act;

use super::Asked;
use crate::error::WebError;
use crate::format;
use crate::pages::quality::facts as facts_of;
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::Texts;

/// A list of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Drafts,
    Waiting,
    Returned,
    Published,
}

impl List {
    /// What waits for a person first.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Returned, Self::Drafts, Self::Published];

    /// Last part of the path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Drafts => "entwuerfe",
            Self::Waiting => "pruefen",
            Self::Returned => "zurueck",
            Self::Published => "veroeffentlicht",
        }
    }

    #[must_use]
    pub fn title(self, t: &'static Texts) -> &'static str {
        match self {
            Self::Drafts => t.get("workspace-drafts"),
            Self::Waiting => t.get("workspace-waiting"),
            Self::Returned => t.get("workspace-returned"),
            Self::Published => t.get("workspace-published"),
        }
    }

    #[must_use]
    pub fn none(self, t: &'static Texts) -> &'static str {
        match self {
            Self::Drafts => t.get("workspace-drafts-none"),
            Self::Waiting => t.get("workspace-waiting-none"),
            Self::Returned => t.get("workspace-returned-none"),
            Self::Published => t.get("workspace-published-none"),
        }
    }

    /// One page of it, of published entries those with a problem; pages count from 1.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(
        self,
        state: &WebState,
        asked: &Asked,
        wish: &ProblemWish,
        page: usize,
    ) -> Result<WorkPage, WebError> {
        use maki_app::WorkState;
        let of = match self {
            Self::Drafts => WorkState::Draft,
            Self::Waiting => WorkState::InReview,
            Self::Returned => WorkState::Returned,
            Self::Published => return Ok(state.app.published_entries(&asked.permit, wish, page).await?),
        };
        Ok(state.app.work_page(&asked.permit, of, page).await?)
    }
}

/// An entry in a list.
pub struct WorkRow {
    /// Names the entry in forms.
    pub entry: String,
    pub name: String,
    pub href: String,
    pub kennung: Option<String>,
    /// What is to be done with it by whoever looks.
    pub call: Option<String>,
    pub facts: String,
    /// Why it came back.
    pub answer: Option<String>,
}

/// What whoever looks may do with entries of the organisation.
#[derive(Debug, Clone, Copy)]
pub struct Rights {
    pub edit: bool,
    pub submit: bool,
    pub approve: bool,
}

impl Rights {
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(state: &WebState, asked: &Asked) -> Result<Self, WebError> {
        Ok(Self {
            edit: asked.may(state, Act::Edit).await?,
            submit: asked.may(state, Act::Submit).await?,
            approve: asked.may(state, Act::Approve).await?,
        })
    }
}

/// An entry as a list shows it.
#[must_use]
pub fn row(shell: &Shell, rights: Rights, item: WorkItem) -> WorkRow {
    let t = shell.t;
    let path = format!("/arbeit/eintraege/{}", item.entry);
    let is_mine = item.stage == Stage::InReview && rights.approve && !item.is_own;
    let call = match item.stage {
        Stage::InReview if is_mine => Some(t.get("workspace-call-approve").to_owned()),
        Stage::InReview if item.is_own => Some(t.get("workspace-call-others").to_owned()),
        _ => None,
    };
    let moment = item.changed_at.map(|at| format::moment(shell.language, at).human);
    let changed = match (item.stage, moment, item.editor) {
        (_, None, _) => None,
        (Stage::Published, Some(moment), _) => Some(t.one("workspace-published-at", "moment", moment)),
        (_, Some(moment), None) => Some(t.one("work-saved", "moment", moment)),
        (_, Some(moment), Some(by)) => Some(t.with("work-saved-by", &[("moment", moment.into()), ("name", by.into())])),
    };
    let of_others = item.is_use.then(|| t.get("workspace-use").to_owned());
    let numbers = item.judgement.as_ref().map(|judgement| facts_of(t, judgement));
    let facts: Vec<String> = [changed, of_others, numbers].into_iter().flatten().collect();
    WorkRow {
        entry: item.entry.to_string(),
        name: if item.name.is_empty() { t.get("work-untitled").to_owned() } else { item.name },
        href: shell.url(&if is_mine { format!("{path}/freigabe") } else { path }),
        kennung: item.kennung.map(|kennung| kennung.to_string()),
        call,
        facts: facts.join(" · "),
        answer: Some(item.answer).filter(|answer| !answer.is_empty()),
    }
}
