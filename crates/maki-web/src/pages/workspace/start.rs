//! The start of an organisation's work: the top of each list, and the ways to everything else.

use axum::extract::State;
use axum::response::Response;
use maki_app::ProblemWish;
use maki_domain::Act;

use super::Asked;
use super::home::{operation, waiting_below};
use super::rows::{List, Rights, WorkRow, row};
use crate::error::WebError;
use crate::pages::confidential::LIST;
use crate::pages::{law_look, quality};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::{CountedLink, Link};

/// Entries of a list on this page.
const SHORT: usize = 5;
/// Pages of an organisation about itself, who may open them, and what they are called.
const OWN_PAGES: [(Act, &str, &str); 4] = [
    (Act::ManageMembers, "team", "workspace-team"),
    (Act::ManageTokens, "tokens", "workspace-tokens"),
    (Act::ManageOrganisation, "delegation", "workspace-delegation"),
    (Act::ManageOrganisation, "behoerde", "workspace-authority"),
];

/// The top of a list.
pub struct Group {
    pub id: &'static str,
    pub title: String,
    pub count: usize,
    pub none: &'static str,
    pub rows: Vec<WorkRow>,
    /// The whole list; none where all of it is shown.
    pub all_href: Option<String>,
}

/// The start of an organisation's work.
#[derive(askama::Template)]
#[template(path = "workspace/start.html")]
pub struct StartPage {
    pub shell: Shell,
    pub kennung: String,
    pub new_href: Option<String>,
    /// Only those with something in them, and what is always said.
    pub groups: Vec<Group>,
    pub below: Vec<CountedLink>,
    pub links: Vec<Link>,
}

impl Page for StartPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let own = asked.own_path();
    let shell = asked.shell(&state, asked.organisation.name.clone());
    let rights = Rights::of(&state, &asked).await?;
    let mut groups = Vec::new();
    for list in List::ALL {
        let page = list.read(&state, &asked, &ProblemWish::None, 1).await?;
        groups.push(Group {
            id: list.path(),
            title: list.title(shell.t).to_owned(),
            count: page.total,
            none: list.none(shell.t),
            all_href: (page.total > SHORT).then(|| shell.url(&format!("{own}/{}", list.path()))),
            rows: page.items.into_iter().take(SHORT).map(|item| row(&shell, rights, item)).collect(),
        });
    }
    let page = StartPage {
        kennung: asked.organisation.kennung.clone(),
        new_href: rights.edit.then(|| shell.url(&format!("{own}/neu"))),
        groups,
        below: waiting_below(&state, &shell, asked.permit.principal()).await?,
        links: links(&state, &asked, &shell).await?,
        shell,
    };
    respond(&page, &asked.context)
}

async fn links(state: &WebState, asked: &Asked, shell: &Shell) -> Result<Vec<Link>, WebError> {
    let own = asked.own_path();
    let link = |key: &'static str, path: String| Link { label: shell.t.get(key).to_owned(), href: shell.url(&path) };
    let mut links = vec![
        link("eu-title", format!("{own}/eu-meldung")),
        link("workspace-bulk", format!("{own}/mehrere")),
        link("workspace-proposals", format!("{own}/vorschlaege")),
        link("confidential-title", LIST.to_owned()),
    ];
    if asked.may(state, Act::ReadFindings).await? {
        let of_this = match asked.organisation.kennung.as_str() {
            "" => quality::OVERVIEW.to_owned(),
            kennung => format!("{}?behoerde={kennung}", quality::OVERVIEW),
        };
        links.push(link("quality-title", of_this));
        links.push(link("law-look-title", law_look::PATH.to_owned()));
    }
    for (act, path, key) in OWN_PAGES {
        if asked.may(state, act).await? {
            links.push(link(key, format!("{own}/{path}")));
        }
    }
    if !asked.organisation.kennung.is_empty() {
        links.push(link("workspace-public", format!("/behoerden/{}", asked.organisation.kennung)));
    }
    links.extend(operation(shell, asked.permit.principal()));
    Ok(links)
}
