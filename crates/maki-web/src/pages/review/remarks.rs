//! Comments as pages show them, and the small form that writes one.

use std::sync::Arc;

use maki_app::work::{Colleague, Remark, Segment, Thread};
use maki_domain::FieldId;

use crate::format::{self, DateText};
use crate::pages::work::desk::Desk;
use crate::pages::work::section::entry_path;
use crate::shell::Shell;

/// A stretch of a comment.
pub struct Piece {
    pub text: String,
    /// Whether it names somebody.
    pub is_name: bool,
}

/// A comment.
pub struct RemarkView {
    pub id: String,
    pub who: String,
    pub at: DateText,
    pub pieces: Vec<Piece>,
}

/// The small form for a comment.
#[derive(Clone)]
pub struct RemarkForm {
    /// Keeps the ids of its controls apart from those of others on the page.
    pub id: String,
    /// What it is for, unlike that of any other on the page.
    pub name: String,
    pub action: String,
    pub thread: String,
    pub field: String,
    /// The page to come back to.
    pub back: &'static str,
    pub colleagues: Arc<[(String, String)]>,
}

/// A discussion.
pub struct ThreadView {
    pub id: String,
    pub label: String,
    /// What it is about and who began it when.
    pub name: String,
    pub remarks: Vec<RemarkView>,
    /// Who resolved it and when.
    pub resolved: Option<String>,
    /// Where it is answered, and resolved or opened again.
    pub reply: Option<RemarkForm>,
    pub resolve_action: Option<String>,
}

/// Makes comments and forms of one page.
pub struct Remarks<'a> {
    pub shell: &'a Shell,
    pub action: String,
    pub back: &'static str,
    /// Empty where whoever looks may not write.
    pub colleagues: Arc<[(String, String)]>,
    pub may_write: bool,
}

impl<'a> Remarks<'a> {
    #[must_use]
    pub fn new(shell: &'a Shell, desk: &Desk, back: &'static str, known: Vec<Colleague>, may_write: bool) -> Self {
        let pair = |colleague: Colleague| (colleague.account.to_string(), colleague.name);
        Self {
            shell,
            action: shell.url(&format!("{}/kommentare", entry_path(desk))),
            back,
            colleagues: known.into_iter().map(pair).collect(),
            may_write,
        }
    }

    /// A form about a field, or answering a thread.
    #[must_use]
    pub fn form(&self, field: Option<FieldId>, thread: Option<&Thread>) -> Option<RemarkForm> {
        let key = field.map_or("", |field| field.field().key.as_str());
        let t = self.shell.t;
        let (id, name) = match thread {
            Some(thread) => {
                (format!("zu-{}", thread.id), format!("{}: {}", t.get("review-reply"), self.name_of(thread)))
            }
            None => (format!("zu-{key}"), format!("{}: {}", t.get("review-comment"), self.label_of(field))),
        };
        let thread = thread.map(|thread| thread.id.to_string()).unwrap_or_default();
        self.may_write.then(|| RemarkForm {
            id,
            name,
            action: self.action.clone(),
            thread,
            field: key.to_owned(),
            back: self.back,
            colleagues: Arc::clone(&self.colleagues),
        })
    }

    fn label_of(&self, field: Option<FieldId>) -> &'static str {
        field.map_or(self.shell.t.get("review-whole"), |field| field.field().label(self.shell.language))
    }

    fn name_of(&self, thread: &Thread) -> String {
        let label = self.label_of(thread.field);
        let first = thread.remarks.first().map(|remark| self.remark(remark));
        first.map_or_else(|| label.to_owned(), |first| format!("{label}, {}, {}", first.who, first.at.human))
    }

    #[must_use]
    pub fn thread(&self, thread: &Thread) -> ThreadView {
        let (t, language) = (self.shell.t, self.shell.language);
        let resolved = thread.resolved.as_ref().map(|(at, by)| {
            let moment = format::moment(language, *at).human;
            let by = by.clone().unwrap_or_else(|| t.get("work-somebody").to_owned());
            t.with("review-resolved", &[("moment", moment.into()), ("name", by.into())])
        });
        ThreadView {
            id: thread.id.to_string(),
            label: self.label_of(thread.field).to_owned(),
            name: self.name_of(thread),
            remarks: thread.remarks.iter().map(|remark| self.remark(remark)).collect(),
            reply: self.form(None, Some(thread)).filter(|_| resolved.is_none()),
            resolve_action: self.may_write.then(|| format!("{}/{}", self.action, thread.id)),
            resolved,
        }
    }

    fn remark(&self, remark: &Remark) -> RemarkView {
        let t = self.shell.t;
        let author = remark.author.clone().unwrap_or_else(|| t.get("review-gone").to_owned());
        let piece = |segment: &Segment| match segment {
            Segment::Text(text) => Piece { text: text.clone(), is_name: false },
            Segment::Mention(name) => {
                let name = name.as_deref().unwrap_or_else(|| t.get("review-gone"));
                Piece { text: format!("@{name}"), is_name: true }
            }
        };
        RemarkView {
            id: remark.id.to_string(),
            who: match &remark.organisation {
                Some(organisation) => format!("{author}, {organisation}"),
                None => author,
            },
            at: format::moment(self.shell.language, remark.written_at),
            pieces: remark.segments.iter().map(piece).collect(),
        }
    }
}
