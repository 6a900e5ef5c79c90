//! One list of a workspace, page by page.

use axum::extract::{Query, State};
use axum::response::Response;
use maki_app::ProblemWish;
use serde::Deserialize;

use super::Asked;
use super::rows::{List, Rights, WorkRow, row};
use crate::error::WebError;
use crate::pages::quality;
use crate::plain_form::PlainChoice;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::paging::{PageItem, Paging};

/// What the address of a list says.
#[derive(Debug, Default, Deserialize)]
pub struct Turned {
    seite: Option<usize>,
    /// Which problems the entries have.
    befund: Option<String>,
}

impl Turned {
    /// The page that is asked for; the app keeps it within the list.
    #[must_use]
    pub fn page(&self) -> usize {
        self.seite.unwrap_or(1).max(1)
    }
}

/// A whole list.
#[derive(askama::Template)]
#[template(path = "workspace/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub organisation: String,
    pub status: String,
    pub none: &'static str,
    pub rows: Vec<WorkRow>,
    pub pages: Paging,
    /// Problems to choose from, for lists of published entries.
    pub choices: Vec<PlainChoice>,
}

impl Page for ListPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub type Turn = Result<Query<Turned>, axum::extract::rejection::QueryRejection>;

pub async fn drafts(state: State<WebState>, asked: Asked, turned: Turn) -> Result<Response, WebError> {
    show(state, asked, turned, List::Drafts).await
}

pub async fn waiting(state: State<WebState>, asked: Asked, turned: Turn) -> Result<Response, WebError> {
    show(state, asked, turned, List::Waiting).await
}

pub async fn returned(state: State<WebState>, asked: Asked, turned: Turn) -> Result<Response, WebError> {
    show(state, asked, turned, List::Returned).await
}

pub async fn published(state: State<WebState>, asked: Asked, turned: Turn) -> Result<Response, WebError> {
    show(state, asked, turned, List::Published).await
}

async fn show(State(state): State<WebState>, asked: Asked, turned: Turn, list: List) -> Result<Response, WebError> {
    let Ok(Query(turned)) = turned else { return Err(WebError::BadParameter { name: "seite".to_owned() }) };
    let t = asked.texts();
    let own = asked.own_path();
    let shell = asked.shell(&state, list.title(t)).crumb(asked.organisation.name.clone(), &own);
    let rights = Rights::of(&state, &asked).await?;
    let wish = turned.befund.as_deref().map_or(Some(ProblemWish::None), quality::wish);
    let wish = wish.ok_or_else(|| WebError::BadParameter { name: quality::PROBLEM.to_owned() })?;
    let found = list.read(&state, &asked, &wish, turned.page()).await?;
    let narrowed = match quality::word(&wish) {
        "" => String::new(),
        word => format!("{}={word}&", quality::PROBLEM),
    };
    let href = |page: usize| shell.url(&format!("{own}/{}?{narrowed}seite={page}", list.path()));
    let choices = if list == List::Published {
        let (totals, rules) = state.app.problem_counts(&asked.permit).await?;
        quality::choices(t, shell.language, &wish, &totals, &rules)
    } else {
        Vec::new()
    };
    let page = ListPage {
        organisation: asked.organisation.name.clone(),
        status: t.count("workspace-entries", found.total),
        none: if wish == ProblemWish::None { list.none(t) } else { t.get("quality-none") },
        choices,
        pages: Paging::new(found.page, found.pages, href),
        rows: found.items.into_iter().map(|item| row(&shell, rights, item)).collect(),
        shell,
    };
    respond(&page, &asked.context)
}
