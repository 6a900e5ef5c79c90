//! What is found of published entries, kept beside them: by whom it is judged, when, and who sees what of it.
//!
//! `follow` judges again what the log says has changed; `run` judges everything, every night, because rules depend on
//! the day. Both write the same and either can be repeated. What is kept is for those who answer for entries and never
//! reaches the public.

mod follow;
mod judge;
mod look;
mod overview;
mod reach;
mod run;
mod schedule;

pub(crate) use judge::on_all_cores;
pub(crate) use look::Looks;
pub use look::{LawAt, Look, LookPage, LookQuery, LookRow, LookState, law_of};
pub use overview::{EntryQuality, KeptFinding, PlaceQuality, ProblemWish, QualityPage, QualityQuery};
pub use reach::Reach;
pub use run::{QualityHandler, QualityRunError, RunSummary};
pub use schedule::{TimeOfDay, TimeOfDayError};
