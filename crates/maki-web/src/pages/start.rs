//! The start page: search, key figures, newest entries, ways in.

use axum::extract::State;
use axum::response::Response;
use maki_app::{Facet, FacetCounts, Overview, SearchPage, SearchRequest, Sort};
use maki_domain::{Language, View};

use crate::context::Context;
use crate::error::WebError;
use crate::respond::{Cache, Page, respond};
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
    respond(&StartPage::new(shell, &overview, &newest), &context)
}

impl StartPage {
    #[must_use]
    pub fn new(shell: Shell, overview: &Overview, newest: &SearchPage) -> Self {
        let language = shell.language;
        let description = shell.t.get("start-lead").to_owned();
        let figures = figures(&shell, overview);
        let newest = newest.cards().map(|c| CardView::new(&c, language, &newest.hits.matcher)).collect();
        let groups = WAYS_IN.into_iter().filter_map(|(facet, most)| way_in(&shell, overview, facet, most)).collect();
        Self { shell: shell.describe(description), figures, newest, groups }
    }
}

fn counts(overview: &Overview, facet: Facet) -> Option<&FacetCounts> {
    overview.facets.iter().find(|c| c.facet == facet)
}

fn figures(shell: &Shell, overview: &Overview) -> Vec<Figure> {
    let of = |facet, codes: &[&str]| -> usize {
        let values = counts(overview, facet).map(|c| c.values.as_slice()).unwrap_or_default();
        values.iter().filter(|v| codes.contains(&v.code.as_str())).map(|v| v.count as usize).sum()
    };
    let authorities = counts(overview, Facet::Authority).map_or(0, |c| c.values.len() + c.more);
    let figure =
        |number, key: &str, path: &str| Figure { number, label: shell.t.get(key).to_owned(), href: shell.url(path) };
    vec![
        figure(overview.systems, "start-figure-systems", "/systeme"),
        figure(
            of(Facet::LifecycleGroup, &["in_operation"]),
            "start-figure-in-operation",
            "/systeme?lifecycle_group=in_operation",
        ),
        figure(authorities, "start-figure-organisations", "/behoerden"),
        figure(
            of(Facet::RiskClass, &["high_risk_annex_i", "high_risk_annex_iii"]),
            "start-figure-high-risk",
            "/systeme?risk_class=high_risk_annex_i&risk_class=high_risk_annex_iii",
        ),
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
