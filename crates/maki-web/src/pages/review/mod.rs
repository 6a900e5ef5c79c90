//! What others do with an entry before and after it is public: review it, discuss it, show it to outsiders, take it back,
//! propose changes to it.
//!
//! A handler here is extract → use case → page. Four eyes, what was seen, and whose things they are is asked by
//! `maki_app`; here it is only put into words.

mod approve;
mod comments;
pub(super) mod differences;
mod preview;
mod proposals;
mod propose;
mod remarks;
mod withdraw;

use maki_domain::Act;

use crate::routes::{Of, Routes, Rule};
use crate::state::WebState;

/// Pages around the review of entries.
pub fn routes(state: &WebState) -> Routes {
    let read = Rule::May(Act::ReadWork, Of::Record);
    let comment = Rule::May(Act::Comment, Of::Record);
    let approve = Rule::May(Act::Approve, Of::Record);
    let edit = Rule::May(Act::Edit, Of::Record);
    let propose = Rule::May(Act::Propose, Of::Record);
    let preview = Rule::May(Act::Preview, Of::Record);
    Routes::new(state)
        .page("/arbeit/eintraege/{record}/freigabe", approve, approve::show, approve::decide)
        .get("/arbeit/eintraege/{record}/freigegeben", approve, approve::done)
        .get("/arbeit/eintraege/{record}/kommentare", read, comments::show)
        .post("/arbeit/eintraege/{record}/kommentare", comment, comments::write)
        .post("/arbeit/eintraege/{record}/kommentare/{thread}", comment, comments::resolve)
        .page("/arbeit/eintraege/{record}/vorschau", preview, preview::show, preview::make)
        .post("/arbeit/eintraege/{record}/vorschau/{link}/widerrufen", preview, preview::revoke)
        .get("/vorschau/{secret}", Rule::Public, preview::open)
        .page(
            "/arbeit/eintraege/{record}/zurueckziehen",
            Rule::May(Act::Withdraw, Of::Record),
            withdraw::ask,
            withdraw::withdraw,
        )
        .page("/arbeit/systeme/{record}/vorschlag", propose, propose::show, propose::send)
        .get("/arbeit/systeme/{record}/vorschlaege", edit, proposals::about)
        .post("/arbeit/systeme/{record}/vorschlaege/{proposal}", edit, proposals::decide)
        .post("/arbeit/systeme/{record}/vorschlaege/{proposal}/zuruecknehmen", propose, proposals::take_back)
        .get("/arbeit/{organisation}/vorschlaege", Rule::May(Act::ReadWork, Of::Organisation), proposals::list)
}
