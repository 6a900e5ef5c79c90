//! Work on entries before they are public: begin, save, hand in, approve or return, publish.
//!
//! What people work on is an *entry*: a system, a use of it, or both, entered, reviewed and published together. It is
//! found under the use, or under the system where there is none. Editing never touches what is public: drafts lie
//! beside it, every save is kept, and a save that did not see the one before it is refused with both. Each use case is
//! one transaction with its events and the notices that follow from it.

mod assessment;
mod bulk;
mod comment;
mod entry;
mod finding;
mod list;
mod preview;
mod proposal;
mod review;
mod save;
mod start;
mod withdrawal;

pub(crate) use entry::{draft_content, read_all, situation_of};
pub(crate) use finding::has_errors;
pub(crate) use review::{active, approvers, checked};

pub use assessment::{AssessmentView, Check, Kept, MAX_REASONS, SHOWN_ASSESSMENTS};
pub use bulk::{BulkChange, BulkEnd, BulkOutcome, BulkSkip, BulkSummary, MOST_IN_BULK};
pub use comment::{Colleague, MAX_COMMENT, MAX_MENTIONS, NewRemark, Remark, Segment, Thread};
pub use entry::{EntryWork, Shared, Stage, WorkPart};
pub use finding::{MAX_REASON, Reason, warnings};
pub use list::{WorkItem, WorkPage};
pub use preview::{LONGEST_PREVIEW, PreviewLink, PreviewPart, Previewed};
pub use proposal::{Proposable, ProposalView, ProposeOutcome};
pub use review::{MAX_ANSWER, MAX_NOTE, Seen, Submission};
pub(crate) use save::{Done, Save, TOGETHER, changed};
pub use save::{PartChange, SaveOutcome, SavePart, Stale};
pub use start::Start;
pub use withdrawal::{WITHDRAWAL_REASON, WithdrawalScope};

/// Where a proposal stands, and why something was taken back.
pub use maki_store::{ProposalState, Withdrawal};
