//! Organisations join: they say who they are, their mailbox answers, somebody decides.
//!
//! Invariants: nothing is answered differently because an account exists. A link of a mail is looked at by GET and used
//! by POST only, because programs that scan mails open links.

mod apply;
mod verify;

use crate::routes::{Routes, Rule};
use crate::state::WebState;

/// Pages of joining, for those who have no account yet.
pub fn routes(state: &WebState) -> Routes {
    Routes::new(state).page("/beitreten", Rule::Open, apply::show, apply::submit).page(
        "/beitreten/bestaetigen/{secret}",
        Rule::Open,
        verify::show,
        verify::submit,
    )
}
