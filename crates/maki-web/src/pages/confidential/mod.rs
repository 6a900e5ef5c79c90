//! Confidential entries: the pages of their organisation and of named readers, and what the public learns of them.
//!
//! Forms, checks and review are those of the other entries (`work`); which of both a page works on is decided by the act
//! of its permit. Addresses name entries by id alone, titles by number.

mod approve;
mod counts;
mod end;
mod entry;
mod ground;
mod history;
mod list;
mod new;
mod read;
mod readers;

use maki_app::Permit;
use maki_domain::Act;

use super::work::{finish, section};
use crate::error::WebError;
use crate::routes::{Of, Routes, Rule};
use crate::state::WebState;

pub use counts::COUNTS;

/// Counts below this are not told.
pub const FEW: usize = maki_domain::confidential::SMALLEST_TOLD;

/// The list of everything confidential that somebody may read.
pub const LIST: &str = "/arbeit/vertraulich";

/// Pages of confidential entries.
pub fn routes(state: &WebState) -> Routes {
    let read = Rule::May(Act::ReadConfidential, Of::Confidential);
    let work = Rule::May(Act::ReadConfidentialWork, Of::Confidential);
    let edit = Rule::May(Act::EditConfidential, Of::Confidential);
    let approve = Rule::May(Act::ApproveConfidential, Of::Confidential);
    let begin = Rule::May(Act::EditConfidential, Of::Organisation);
    Routes::new(state)
        .get(COUNTS, Rule::Public, counts::show)
        .get(LIST, Rule::May(Act::ReadShared, Of::Anywhere), list::show)
        .page("/arbeit/{organisation}/vertraulich/neu", begin, new::show, new::begin)
        .get("/arbeit/vertraulich/{entry}", work, entry::show)
        .get("/arbeit/vertraulich/{entry}/lesen", read, read::show)
        .page("/arbeit/vertraulich/{entry}/rechtsgrund", edit, ground::show, ground::save)
        .page("/arbeit/vertraulich/{entry}/abschnitt/{section}", edit, section::show, section::save)
        .get("/arbeit/vertraulich/{entry}/pruefen", work, finish::check)
        .page("/arbeit/vertraulich/{entry}/einreichen", edit, finish::ask_submit, finish::submit)
        .post("/arbeit/vertraulich/{entry}/zurueckholen", edit, entry::take_back)
        .page("/arbeit/vertraulich/{entry}/freigabe", approve, approve::show, approve::decide)
        .page("/arbeit/vertraulich/{entry}/leser", approve, readers::show, readers::name)
        .post("/arbeit/vertraulich/{entry}/leser/{account}/widerrufen", approve, readers::revoke)
        .page("/arbeit/vertraulich/{entry}/beenden", approve, end::ask, end::end)
        .get("/arbeit/vertraulich/{entry}/verlauf", work, history::show)
}

/// What the body of an entry is called.
async fn organisation(state: &WebState, permit: &Permit) -> Result<String, WebError> {
    super::work::desk::organisation(state, permit).await
}
