//! The organisations whose reports somebody may look at: their own, and those that they coordinate.

use axum::extract::{Query, State};
use axum::response::Response;
use maki_app::eu_report::{Lens, ReportBody};
use maki_domain::eu_report::ReportState;

use super::words;
use crate::context::Context;
use crate::error::WebError;
use crate::guard::SignedIn;
use crate::pages::work::see;
use crate::pages::workspace::{Turn, path_of};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;
use crate::view::paging::{PageItem, Paging, last_page};

/// Organisations on a page, as the app lists them.
const PAGE: usize = 20;
/// States of which the table has a column.
const COLUMNS: [ReportState; 5] = [
    ReportState::ToBeUpdated,
    ReportState::Incomplete,
    ReportState::Required,
    ReportState::Ready,
    ReportState::Reported,
];

/// One organisation.
pub struct BodyRow {
    pub name: String,
    pub href: String,
    /// Whether only what is published was looked at.
    pub of_published: bool,
    /// In the order of the columns.
    pub counts: Vec<usize>,
    pub unregistered: usize,
}

/// The page of all of them.
#[derive(askama::Template)]
#[template(path = "eu_report/overview.html")]
pub struct OverviewPage {
    pub shell: Shell,
    pub columns: Vec<String>,
    pub rows: Vec<BodyRow>,
    pub pages: Paging,
}

impl Page for OverviewPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    turned: Turn,
) -> Result<Response, WebError> {
    if session.needs_second_factor {
        return Ok(see(&context, "/konto/zweiter-faktor"));
    }
    let Ok(Query(turned)) = turned else { return Err(WebError::BadParameter { name: "seite".to_owned() }) };
    let (bodies, total, page) = state.app.eu_report_bodies(&session.principal, turned.page()).await?;
    if let ([only], 1) = (bodies.as_slice(), total) {
        return Ok(see(&context, &path_to(only)));
    }
    let t = texts(context.language);
    let shell = Shell::new(&state, &context, t.get("eu-title")).unlisted().crumb(t.get("work-title"), "/arbeit");
    let href = |page: usize| shell.url(&format!("/arbeit/eu-meldung?seite={page}"));
    let page = OverviewPage {
        columns: COLUMNS.map(|state| words::state_label(t, state).to_owned()).to_vec(),
        pages: Paging::new(page, last_page(total, PAGE), href),
        rows: bodies.iter().map(|body| row(&shell, body)).collect(),
        shell,
    };
    respond(&page, &context)
}

fn path_to(body: &ReportBody) -> String {
    let path = format!("{}/eu-meldung", path_of(&body.organisation));
    if body.lens == Lens::Work { path } else { format!("{path}/stand") }
}

fn row(shell: &Shell, body: &ReportBody) -> BodyRow {
    BodyRow {
        name: body.organisation.name.clone(),
        href: shell.url(&path_to(body)),
        of_published: body.lens == Lens::Published,
        counts: COLUMNS.map(|state| body.counts.of(state)).to_vec(),
        unregistered: body.counts.unregistered,
    }
}
