//! The task list of an entry: its sections with what is still to do.

use maki_domain::Language;

use crate::texts::{Texts, texts};

/// How far a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Nothing stands in it, and nothing has to.
    Optional,
    /// Nothing stands in it yet, and something has to.
    Empty,
    Begun,
    /// So many answers are still missing.
    Open(usize),
    Done,
    /// Something in it cannot stay so.
    Faulty,
}

impl TaskState {
    const fn key(self) -> &'static str {
        match self {
            Self::Optional => "task-optional",
            Self::Empty => "task-empty",
            Self::Begun => "task-begun",
            Self::Open(_) => "task-open",
            Self::Done => "task-done",
            Self::Faulty => "task-faulty",
        }
    }

    fn text(self, t: &Texts) -> String {
        match self {
            Self::Open(count) => t.count(self.key(), count),
            _ => t.get(self.key()).to_owned(),
        }
    }

    /// The class of the badge.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Optional => "m-badge--plain",
            Self::Empty | Self::Begun => "kern-badge--info",
            Self::Open(_) => "kern-badge--warning",
            Self::Done => "kern-badge--success",
            Self::Faulty => "kern-badge--danger",
        }
    }
}

/// One section.
#[derive(Debug, Clone)]
pub struct Task {
    pub id: String,
    pub label: String,
    pub href: String,
    pub state: String,
    pub class: &'static str,
}

impl Task {
    #[must_use]
    pub fn new(key: &str, label: &str, href: String, state: TaskState, language: Language) -> Self {
        let (state, class) = (state.text(texts(language)), state.class());
        Self { id: format!("task-{key}"), label: label.to_owned(), href, state, class }
    }
}

/// Sections under a heading.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "part/form/tasks.html")]
pub struct TaskList {
    pub id: &'static str,
    pub title: String,
    /// Number of the first section.
    pub first: usize,
    pub tasks: Vec<Task>,
}
