//! The list: entries of the own organisations, and entries of others that name the reader.

use axum::extract::{Query, State};
use axum::response::Response;
use maki_app::{ConfidentialItem, ConfidentialPlace};
use maki_domain::RecordId;
use serde::Deserialize;

use super::LIST;
use super::entry::badge;
use crate::error::WebError;
use crate::format::{self, DateText};
use crate::pages::work::Asked;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::Badge;

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
pub struct Turned {
    seite: Option<u32>,
}

/// An entry in the list.
pub struct Row {
    pub number: String,
    pub name: String,
    pub href: String,
    pub ground: String,
    /// Whose it is, where that is not said above.
    pub organisation: Option<String>,
    pub state: Badge,
    pub changed: DateText,
}

/// An organisation with its entries.
pub struct Place {
    pub id: String,
    pub name: String,
    pub new_href: Option<String>,
    pub rows: Vec<Row>,
}

/// The page of all of them.
#[derive(askama::Template)]
#[template(path = "confidential/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub places: Vec<Place>,
    pub shared: Vec<Row>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Page for ListPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

type Turn = Result<Query<Turned>, axum::extract::rejection::QueryRejection>;

pub async fn show(State(state): State<WebState>, asked: Asked, turned: Turn) -> Result<Response, WebError> {
    let Ok(Query(turned)) = turned else { return Err(WebError::BadParameter { name: "seite".to_owned() }) };
    let page = i64::from(turned.seite.unwrap_or(1).max(1));
    let lists = state.app.confidential_lists(&asked.permit, page).await?;
    let t = asked.texts();
    let shell = asked.shell(&state, t.get("confidential-title")).crumb(t.get("work-title"), "/arbeit");
    let owners: Vec<RecordId> = lists.shared.iter().map(|item| item.organisation).collect();
    let owners = state.app.organisation_refs(&owners).await?;
    let shared = lists.shared.iter().map(|item| {
        let owner = owners.iter().find(|owner| owner.id == item.organisation).map(|owner| owner.name.clone());
        Row { organisation: owner, ..row(&shell, item, "/lesen") }
    });
    let href = |page: i64| shell.url(&format!("{LIST}?seite={page}"));
    let page = ListPage {
        shared: shared.collect(),
        places: (1..).zip(&lists.places).map(|(number, place)| group(&shell, number, place)).collect(),
        previous: (page > 1).then(|| href(page - 1)),
        next: lists.more.then(|| href(page + 1)),
        shell,
    };
    respond(&page, &asked.context)
}

fn group(shell: &Shell, number: usize, place: &ConfidentialPlace) -> Place {
    let organisation = match place.organisation.kennung.as_str() {
        "" => place.organisation.id.to_string(),
        kennung => kennung.to_owned(),
    };
    let page = if place.sees_work { "" } else { "/lesen" };
    Place {
        id: format!("behoerde-{number}"),
        name: place.organisation.name.clone(),
        new_href: place.may_edit.then(|| shell.url(&format!("/arbeit/{organisation}/vertraulich/neu"))),
        rows: place.items.iter().map(|item| row(shell, item, page)).collect(),
    }
}

fn row(shell: &Shell, item: &ConfidentialItem, page: &str) -> Row {
    let name = Some(item.name.clone()).filter(|name| !name.is_empty());
    Row {
        number: shell.t.count("confidential-number", item.number),
        name: name.unwrap_or_else(|| shell.t.get("work-untitled").to_owned()),
        href: shell.url(&format!("{LIST}/{}{page}", item.entry)),
        ground: item.ground.term().map(|term| term.label(shell.language).to_owned()).unwrap_or_default(),
        organisation: None,
        state: badge(shell.t, item.stage),
        changed: format::day(shell.language, item.changed_at),
    }
}
