//! The pages of work on entries as their templates see them: finished words, no decisions left.

use axum::http::StatusCode;

use super::assessment::AssessmentLink;
use super::findings::FindingGroup;
use crate::form::{Choice, FaultSummary, FieldForm, TaskList};
use crate::pages::quality::score::ScoreView;
use crate::respond::{Cache, Page};
use crate::shell::Shell;
use crate::view::card::TextPart;
use crate::view::field::{FieldRow, Shown};
use crate::view::{Badge, Link};

/// Work is never kept by browsers or between; a refused form says so by its status.
macro_rules! pages {
    ($($page:ty),*) => {
        $(impl Page for $page {
            fn shell(&self) -> &Shell {
                &self.shell
            }
            fn cache(&self) -> Cache {
                Cache::Never
            }
            fn status(&self) -> StatusCode {
                self.status
            }
        })*
    };
}
pages!(NewPage, EntryPage, SectionPage, StalePage, CheckPage, ConfirmPage, DonePage);

/// A system that may be the one that is to be entered.
#[derive(Debug, Clone)]
pub struct SimilarCard {
    pub kennung: String,
    pub href: String,
    pub who: String,
    pub plain_name: String,
    pub name: Vec<TextPart>,
    pub description: Vec<TextPart>,
    pub lang: Option<String>,
    /// The words that made it a hit.
    pub why: Option<String>,
}

/// First step of a new entry: does the system exist already?
#[derive(Debug, askama::Template)]
#[template(path = "work/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub status_line: String,
    pub status: StatusCode,
    pub organisation: String,
    pub action: String,
    pub query: String,
    pub similar: Vec<SimilarCard>,
    pub name: String,
    pub name_faulty: bool,
    pub ways: Vec<Choice>,
    pub faults: FaultSummary,
}

/// What has to be known before anything else on a page.
#[derive(Debug, Clone)]
pub struct Notice {
    /// `info`, `warning` or `success`.
    pub kind: &'static str,
    pub title: String,
    pub text: Option<String>,
}

/// The task list of an entry.
#[derive(Debug, askama::Template)]
#[template(path = "work/entry.html")]
pub struct EntryPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub organisation: String,
    pub kennung: Option<String>,
    pub name: String,
    pub lang: Option<String>,
    pub state: Badge,
    pub saved: Option<String>,
    pub notice: Option<Notice>,
    pub progress: String,
    pub lists: Vec<TaskList>,
    pub missing: Vec<Link>,
    pub assessments: Vec<AssessmentLink>,
    /// How complete and good it is; none where nothing can be changed any more.
    pub score: Option<ScoreView>,
    pub check_href: Option<String>,
    /// Where the form goes that takes a submission back.
    pub take_back: Option<String>,
    pub links: Vec<Link>,
}

/// One topic, or one page of the short form.
#[derive(Debug, askama::Template)]
#[template(path = "work/section.html")]
pub struct SectionPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub place: String,
    pub heading: String,
    pub faults: FaultSummary,
    pub notice: Option<String>,
    pub action: String,
    pub hidden: Vec<(String, String)>,
    pub fields: Vec<FieldForm>,
    pub next_label: String,
    pub previous_href: Option<String>,
    /// Fields of the topic that do not apply, in words; empty when all do.
    pub others: String,
    /// Where the guided check answers the fields of the topic.
    pub assessment_href: Option<String>,
}

/// One field that two people changed.
#[derive(Debug, Clone)]
pub struct Conflict {
    pub id: String,
    pub name: String,
    pub label: &'static str,
    pub mine: String,
    pub theirs: String,
}

/// Both versions side by side after a stale save.
#[derive(Debug, askama::Template)]
#[template(path = "work/stale.html")]
pub struct StalePage {
    pub shell: Shell,
    pub status: StatusCode,
    pub headline: String,
    pub theirs_label: String,
    pub action: String,
    /// Everything that was typed, and the revision it is now compared with.
    pub hidden: Vec<(String, String)>,
    pub conflicts: Vec<Conflict>,
    pub back_href: String,
}

/// One answer, with the way to change it.
#[derive(Debug, Clone)]
pub struct Answer {
    pub row: FieldRow,
    /// Who sees it, where that is not everyone.
    pub visibility: Option<String>,
    pub href: Option<String>,
}

/// The answers of one topic.
#[derive(Debug, Clone)]
pub struct AnswerSection {
    pub id: String,
    pub title: String,
    pub href: Option<String>,
    pub rows: Vec<Answer>,
}

/// All answers before they are submitted.
#[derive(Debug, askama::Template)]
#[template(path = "work/check.html")]
pub struct CheckPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub missing_title: String,
    pub missing: Vec<Link>,
    pub findings: Vec<FindingGroup>,
    pub sections: Vec<AnswerSection>,
    pub submit_href: Option<String>,
    /// What of the entry is to be reported to the EU database.
    pub eu_href: String,
    pub back_href: String,
}

/// A text that goes with a step, such as the change note.
#[derive(Debug, Clone)]
pub struct NoteField {
    pub id: String,
    pub label: String,
    pub hint: String,
    pub optional: bool,
    pub limit: usize,
    pub value: String,
    pub faulty: bool,
}

/// A step that is confirmed before it is taken: submitting, discarding.
#[derive(Debug, askama::Template)]
#[template(path = "work/confirm.html")]
pub struct ConfirmPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub lead: String,
    pub faults: FaultSummary,
    pub action: String,
    pub hidden: Vec<(String, String)>,
    pub notes: Vec<NoteField>,
    pub button: String,
    pub back_href: String,
    pub back_label: String,
}

/// What was done and what happens next.
#[derive(Debug, askama::Template)]
#[template(path = "work/done.html")]
pub struct DonePage {
    pub shell: Shell,
    pub status: StatusCode,
    pub text: String,
    pub kennung: Option<String>,
    pub steps: Vec<String>,
    pub links: Vec<Link>,
}
