//! Work on entries before they are public: begin, save, hand in, approve or return, publish.
//!
//! What people work on is an *entry*: a system, a use of it, or both, entered, reviewed and published together. It is
//! found under the use, or under the system where there is none. Editing never touches what is public: drafts lie
//! beside it, every save is kept, and a save that did not see the one before it is refused with both. Each use case is
//! one transaction with its events and the notices that follow from it.

mod entry;
mod list;
mod review;
mod save;
mod start;

pub(crate) use entry::{draft_content, situation_of};
pub(crate) use review::approvers;

pub use entry::{EntryWork, Shared, Stage, WorkPart};
pub use list::{WorkItem, WorkPage};
pub use review::{MAX_ANSWER, MAX_NOTE, Seen, Submission};
pub use save::{PartChange, SaveOutcome, SavePart, Stale};
pub use start::Start;
