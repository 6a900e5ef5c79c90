//! What everybody learns of confidential entries: how many there are, per level and per legal ground, never both.

use axum::extract::State;
use axum::response::Response;
use maki_domain::confidential::{SMALLEST_TOLD, Tally};
use maki_domain::vocabulary;

use crate::context::Context;
use crate::error::WebError;
use crate::format::{self, DateText};
use crate::respond::{Cache, Page, respond};
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::texts::texts;

/// Address of the page.
pub const COUNTS: &str = "/vertrauliche-systeme";

/// A group with its count in words.
pub struct Row {
    pub label: String,
    pub law: Option<String>,
    pub count: String,
}

/// The page of the counts.
#[derive(askama::Template)]
#[template(path = "confidential/counts.html")]
pub struct CountsPage {
    pub shell: Shell,
    pub day: DateText,
    pub levels: Vec<Row>,
    pub grounds: Vec<Row>,
}

impl Page for CountsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let counts = state.app.confidential_counts().await?;
    let (language, t) = (context.language, texts(context.language));
    let words = |tally: Tally| match tally.told() {
        Some(count) => t.count("confidential-count", count),
        None => t.count("confidential-count-few", SMALLEST_TOLD),
    };
    let level = |code: &'static str| vocabulary::label("administrative_level", code, language).to_owned();
    let shell = Shell::new(&state, &context, t.get("confidential-counts-title"))
        .active(Nav::Dashboard)
        .crumb(t.get("dashboard-title"), "/dashboard")
        .describe(t.get("confidential-counts-lead"))
        .alternate("application/json", "/api/v1/confidential-counts", "JSON");
    let page = CountsPage {
        day: format::date(language, counts.day),
        levels: counts
            .levels
            .iter()
            .map(|one| Row { label: level(one.of), law: None, count: words(one.tally) })
            .collect(),
        grounds: counts
            .grounds
            .iter()
            .map(|one| Row {
                label: one.of.term().map(|term| term.label(language).to_owned()).unwrap_or_default(),
                law: one.of.law().map(|law| law.get(language).to_owned()),
                count: words(one.tally),
            })
            .collect(),
        shell,
    };
    respond(&page, &context)
}
