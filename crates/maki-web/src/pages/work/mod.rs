//! The pages on which officials enter, change and submit: a new entry, its task list, one topic per page, the short form,
//! checking, submitting and discarding.
//!
//! A handler here is extract → use case → page. Who may take a route stands beside it and is asked before; where work
//! stands and what is missing is known by `maki_app`; `desk` translates between both.

pub(super) mod assessment;
pub(super) mod desk;
pub(super) mod entry;
pub(super) mod findings;
pub(super) mod finish;
mod new;
pub(super) mod section;
mod stale;
pub(super) mod views;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::Permit;
use maki_domain::{Act, Instant, RecordKind};

use crate::context::{Context, localised};
use crate::error::WebError;
use crate::format;
use crate::guard::Allowed;
use crate::routes::{Of, Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::{Texts, texts};

/// Pages of work on entries.
pub fn routes(state: &WebState) -> Routes {
    let edit = Rule::May(Act::Edit, Of::Record);
    let read = Rule::May(Act::ReadWork, Of::Record);
    let submit = Rule::May(Act::Submit, Of::Record);
    Routes::new(state)
        .page("/arbeit/{organisation}/neu", Rule::May(Act::Edit, Of::Organisation), new::show, new::begin)
        .get("/arbeit/eintraege/{record}", read, entry::show)
        .post("/arbeit/eintraege/{record}/zurueckholen", submit, entry::take_back)
        .page("/arbeit/eintraege/{record}/abschnitt/{section}", edit, section::show, section::save)
        .page("/arbeit/eintraege/{record}/kurz/{page}", edit, section::show_short, section::save_short)
        .get("/arbeit/eintraege/{record}/pruefen", read, finish::check)
        .get("/arbeit/eintraege/{record}/ki-vo-check/{part}", read, assessment::show)
        .post("/arbeit/eintraege/{record}/ki-vo-check/{part}", edit, assessment::step)
        .get("/arbeit/eintraege/{record}/ki-vo-check/{part}/{assessment}", read, assessment::show_one)
        .get("/arbeit/eintraege/{record}/ki-vo-check/{part}/{assessment}/pdf", read, assessment::show_pdf)
        .page("/arbeit/eintraege/{record}/einreichen", submit, finish::ask_submit, finish::submit)
        .get("/arbeit/eintraege/{record}/eingereicht", read, finish::submitted)
        .page("/arbeit/eintraege/{record}/verwerfen", edit, finish::ask_discard, finish::discard)
}

/// The text that names the part of an entry.
pub(super) const fn part_key(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Organisation => "work-part-organisation",
        RecordKind::System => "work-part-system",
        RecordKind::Deployment => "work-part-deployment",
    }
}

/// The frame of a page below an entry's own. Titles of pages about confidential entries say nothing of them: browsers
/// keep titles, and some hand them on.
pub(super) fn frame(state: &WebState, asked: &Asked, desk: &desk::Desk, title: &str) -> Shell {
    let t = asked.texts();
    let shell = asked.shell(state, title).crumb(t.get("work-title"), "/arbeit");
    match &desk.confidential {
        Some(confidential) => {
            let number = t.count("confidential-number", confidential.number);
            shell.crumb(t.get("confidential-title"), "/arbeit/vertraulich").crumb(number, &section::entry_path(desk))
        }
        None => shell.crumb(finish::name_of(asked, desk), &section::entry_path(desk)),
    }
}

/// To another page after a form was taken.
pub(super) fn see(context: &Context, path: &str) -> Response {
    Redirect::to(&localised(context.language, path)).into_response()
}

/// What every handler here is given: the request, and the leave for what its route says.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) context: Context,
    pub(super) permit: Permit,
}

impl FromRequestParts<WebState> for Asked {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, WebError> {
        let Allowed(permit) = Allowed::from_request_parts(parts, state).await?;
        let Ok(context) = Context::from_request_parts(parts, state).await;
        Ok(Self { context, permit })
    }
}

impl Asked {
    pub(super) fn texts(&self) -> &'static Texts {
        texts(self.context.language)
    }

    pub(super) fn shell(&self, state: &WebState, title: &str) -> Shell {
        Shell::new(state, &self.context, title).unlisted()
    }
}

/// Day and time for the eye.
pub(super) fn shown_moment(asked: &Asked, at: Instant) -> String {
    format::moment(asked.context.language, at).human
}
