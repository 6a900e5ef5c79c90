//! The start page: search, key figures, newest entries, ways in.

use axum::extract::State;
use axum::response::Response;
use maki_app::{Facet, FacetCounts, Filters, Overview, SearchPage, SearchRequest, Sort};
use maki_domain::{Language, View};

use crate::context::Context;
use crate::dashboard::page::{HIGH_RISK, IN_OPERATION, high_risk};
use crate::error::WebError;
use crate::respond::{Cache, Page, respond};
use crate::search_form::SearchForm;
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::CountedLink;
use crate::view::card::CardView;
use crate::view::facets::{facet_label, value_label};

/// Entries under "new in the register".
const NEWEST: usize = 6;
/// Facets that lead into the register, with the most entries shown of each.
const WAYS_IN: [(Facet, usize); 3] = [(Facet::Level, 4), (Facet::Land, 16), (Facet::Field, 10)];

/// What the register is: title, text, address and words of the link, as text keys.
pub const ABOUT: [(&str, &str, &str, &str); 3] = [
    ("about-register-title", "about-register-text", "/methodik", "about-register-link"),
    ("about-reuse-title", "about-reuse-text", "/systeme?reuse=code&reuse=service&reuse=model", "about-reuse-link"),
    ("about-open-title", "about-open-text", "/daten", "about-open-link"),
];

/// A number of the register that leads to its list.
#[derive(Debug, Clone)]
pub struct Figure {
    pub number: usize,
    pub label: String,
    pub href: String,
}

/// Values of one facet as links.
#[derive(Debug, Clone)]
pub struct WayIn {
    pub label: String,
    pub entries: Vec<CountedLink>,
}

#[derive(Debug, askama::Template)]
#[template(path = "start.html")]
pub struct StartPage {
    pub shell: Shell,
    /// The index is being built, so that entries may be missing.
    pub stale: bool,
    pub figures: Vec<Figure>,
    pub newest: Vec<CardView>,
    pub groups: Vec<WayIn>,
}

impl Page for StartPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let overview = state.app.overview(View::Public)?;
    let request = SearchRequest { limit: NEWEST, sort: Sort::Newest, facets: Vec::new(), ..SearchRequest::default() };
    let newest = state.app.search(View::Public, &request)?;
    let shell = Shell::new(&state, &context, "");
    let high_risk = high_risk(&state, &SearchForm::default())?;
    respond(&StartPage::new(shell, &overview, &newest, high_risk), &context)
}

impl StartPage {
    /// `high_risk` is the number of systems of high risk.
    #[must_use]
    pub fn new(shell: Shell, overview: &Overview, newest: &SearchPage, high_risk: usize) -> Self {
        let language = shell.language;
        let description = shell.t.get("start-lead").to_owned();
        let (figures, stale) = (figures(&shell, overview, high_risk), newest.incomplete);
        let newest = newest.cards().map(|c| CardView::new(&c, language, &newest.hits.matcher)).collect();
        let groups = WAYS_IN.into_iter().filter_map(|(facet, most)| way_in(&shell, overview, facet, most)).collect();
        Self { shell: shell.describe(description), stale, figures, newest, groups }
    }
}

fn counts(overview: &Overview, facet: Facet) -> Option<&FacetCounts> {
    overview.facets.iter().find(|c| c.facet == facet)
}

fn figures(shell: &Shell, overview: &Overview, high_risk: usize) -> Vec<Figure> {
    let in_operation = counts(overview, Facet::LifecycleGroup)
        .and_then(|c| c.values.iter().find(|v| v.code == IN_OPERATION))
        .map_or(0, |v| v.count as usize);
    let authorities = counts(overview, Facet::Authority).map_or(0, |c| c.values.len() + c.more);
    let figure =
        |number, key: &str, path: &str| Figure { number, label: shell.t.get(key).to_owned(), href: shell.url(path) };
    let list = |facet: Facet, codes: &[&str]| {
        let filters = codes.iter().fold(Filters::new(), |filters, code| filters.with(facet, *code));
        SearchForm { filters, ..SearchForm::default() }.href_at(Language::De, "/systeme")
    };
    vec![
        figure(overview.systems, "start-figure-systems", "/systeme"),
        figure(in_operation, "start-figure-in-operation", &list(Facet::LifecycleGroup, &[IN_OPERATION])),
        figure(authorities, "start-figure-organisations", "/behoerden"),
        figure(high_risk, "start-figure-high-risk", &list(Facet::RiskClass, &HIGH_RISK)),
    ]
}

fn way_in(shell: &Shell, overview: &Overview, facet: Facet, most: usize) -> Option<WayIn> {
    let language: Language = shell.language;
    let mut values: Vec<_> = counts(overview, facet)?.values.iter().filter(|v| v.count > 0).collect();
    if values.len() > most {
        values.sort_by_key(|v| std::cmp::Reverse(v.count));
        values.truncate(most);
    }
    let entries: Vec<CountedLink> = values
        .into_iter()
        .map(|v| CountedLink {
            label: value_label(facet, &v.code, v.label.as_deref(), language),
            href: shell.url(&format!("/systeme?{}={}", facet.name(), v.code)),
            count: u64::from(v.count),
            chosen: false,
        })
        .collect();
    (!entries.is_empty()).then(|| WayIn { label: facet_label(facet, language), entries })
}
