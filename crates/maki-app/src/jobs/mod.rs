//! Work after a commit: kinds of jobs, and who does them.

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A [`crate::Notice`] for one person.
    Mail,
    /// Many entries that a program has sent.
    Upload,
}

impl JobKind {
    pub const ALL: [Self; 2] = [Self::Mail, Self::Upload];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Upload => "upload",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl crate::App {
    /// To be called after a commit that put jobs, so that they are done at once.
    pub fn wake_jobs(&self) {
        self.0.jobs.notify_one();
    }
}
