//! The dashboard and the page of the map: one search without hits, shown as figures, charts and map.

use axum::extract::State;
use axum::response::Response;
use maki_app::{Facet, FacetCounts, SearchPage};
use maki_domain::{Language, View};

use crate::context::Context;
use crate::dashboard::chart::{Bar, Chart, KINDS, Kind, Measure, chart};
use crate::dashboard::map::{MapView, map_view};
use crate::error::WebError;
use crate::respond::{Cache, Page, respond};
use crate::search_form::SearchForm;
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::texts::texts;
use crate::view::facets::{Chip, FacetView, chips, facets};

/// Address of the dashboard.
pub const DASHBOARD: &str = "/dashboard";
/// Address of the map.
pub const MAP: &str = "/karte";

/// A number that leads to its list.
#[derive(Debug, Clone)]
pub struct Figure {
    pub number: u64,
    pub label: String,
    pub href: Option<String>,
}

/// Words and filters of the form above both pages.
#[derive(Debug, Clone)]
pub struct Finder {
    pub action: String,
    pub query: String,
    pub status: String,
    pub stale: bool,
    pub facets: Vec<FacetView>,
    pub chips: Vec<Chip>,
    pub reset_href: Option<String>,
    /// The same search as a list.
    pub list_href: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "dashboard.html")]
pub struct DashboardPage {
    pub shell: Shell,
    pub finder: Finder,
    pub figures: Vec<Figure>,
    pub charts: Vec<Chart>,
    pub map: MapView,
    pub map_href: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "karte.html")]
pub struct MapPage {
    pub shell: Shell,
    pub finder: Finder,
    pub map: MapView,
    pub charts: Vec<Chart>,
    pub dashboard_href: String,
}

impl Page for DashboardPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

impl Page for MapPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

pub async fn dashboard(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let form = form_of(&context, &[])?;
    let found = find(&state, &form)?;
    let shell = Shell::new(&state, &context, texts(context.language).get("dashboard-title")).active(Nav::Dashboard);
    respond(&DashboardPage::new(shell, &form, &found), &context)
}

pub async fn map(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let form = form_of(&context, &[])?;
    let found = find(&state, &form)?;
    let t = texts(context.language);
    let shell = Shell::new(&state, &context, t.get("map-title"))
        .active(Nav::Dashboard)
        .crumb(t.get("dashboard-title"), DASHBOARD);
    respond(&MapPage::new(shell, &form, &found), &context)
}

/// The search of an address; order and page mean nothing here.
///
/// # Errors
/// As [`SearchForm::parse`].
pub fn form_of(context: &Context, others: &[&str]) -> Result<SearchForm, WebError> {
    Ok(SearchForm { sort: None, page: 1, ..SearchForm::parse(context, others)? })
}

/// What the address finds: all counts, no hits.
///
/// # Errors
/// As [`maki_app::App::search`].
pub fn find(state: &WebState, form: &SearchForm) -> Result<SearchPage, WebError> {
    let request = maki_app::SearchRequest { limit: 0, ..form.request() };
    Ok(state.app.search(View::Public, &request)?)
}

impl DashboardPage {
    #[must_use]
    pub fn new(shell: Shell, form: &SearchForm, found: &SearchPage) -> Self {
        let language = shell.language;
        let description = shell.t.get("dashboard-lead").to_owned();
        // The map with its table already says what the chart of the Länder would say.
        let kinds = KINDS.into_iter().filter(|kind| kind.measure != Measure::Facet(Facet::Land));
        Self {
            finder: Finder::new(&shell, form, found, DASHBOARD),
            figures: figures(&shell, form, found),
            charts: kinds.map(|kind| chart(kind, form, found, language)).collect(),
            map: map_view(form, found, language),
            map_href: form.href_at(language, MAP),
            shell: Shell { listed: is_bare(form), ..shell.describe(description) },
        }
    }
}

impl MapPage {
    #[must_use]
    pub fn new(shell: Shell, form: &SearchForm, found: &SearchPage) -> Self {
        let language = shell.language;
        let description = shell.t.get("map-lead").to_owned();
        Self {
            finder: Finder::new(&shell, form, found, MAP),
            map: map_view(form, found, language),
            charts: Kind::named(Facet::Level.name())
                .map(|kind| chart(kind, form, found, language))
                .into_iter()
                .collect(),
            dashboard_href: form.href_at(language, DASHBOARD),
            shell: Shell { listed: is_bare(form), ..shell.describe(description) },
        }
    }
}

fn is_bare(form: &SearchForm) -> bool {
    form.query.is_empty() && form.filters.is_empty()
}

impl Finder {
    fn new(shell: &Shell, form: &SearchForm, found: &SearchPage, path: &str) -> Self {
        let (language, counts) = (shell.language, &found.hits.facets);
        let count = i64::try_from(found.hits.total).unwrap_or(i64::MAX);
        Self {
            action: shell.url(path),
            query: form.query.clone(),
            status: status(shell, form, count),
            stale: found.incomplete,
            facets: facets(counts, language),
            chips: chips_at(form, counts, language, path),
            reset_href: (!form.filters.is_empty()).then(|| form.without_filters().href_at(language, path)),
            list_href: form.href(language),
        }
    }
}

fn status(shell: &Shell, form: &SearchForm, count: i64) -> String {
    let key = if is_bare(form) { "dashboard-status-all" } else { "dashboard-status" };
    shell.t.count(key, count)
}

/// The chips of the search page, leading back to this one.
fn chips_at(form: &SearchForm, counts: &[FacetCounts], language: Language, path: &str) -> Vec<Chip> {
    let values = form.filters.iter().flat_map(|(facet, values)| values.iter().map(move |value| (facet, value)));
    chips(form, counts, language)
        .into_iter()
        .zip(values)
        .map(|(chip, (facet, value))| Chip { href: form.without(facet, value).href_at(language, path), ..chip })
        .collect()
}

/// Values of the two high-risk classes.
const HIGH_RISK: [&str; 2] = ["high_risk_annex_i", "high_risk_annex_iii"];

fn figures(shell: &Shell, form: &SearchForm, found: &SearchPage) -> Vec<Figure> {
    let (language, hits) = (shell.language, &found.hits);
    let figure = |number: u64, key: &str, href: Option<String>| Figure {
        number,
        label: shell.t.get(key).to_owned(),
        href: href.filter(|_| number > 0),
    };
    let by_facet = |facet: Facet, codes: &[&str], key: &str| {
        let values = hits.facets.iter().find(|c| c.facet == facet).map(|c| c.values.as_slice()).unwrap_or_default();
        let number = values.iter().filter(|v| codes.contains(&v.code.as_str())).map(|v| u64::from(v.count)).sum();
        let filters = codes.iter().fold(form.without_facet(facet).filters, |filters, code| filters.with(facet, *code));
        figure(number, key, Some(SearchForm { filters, ..form.clone() }.href(language)))
    };
    let none = hits.uses.0.first().copied().unwrap_or(0);
    let authorities = hits.facets.iter().find(|c| c.facet == Facet::Authority).map_or(0, |c| c.values.len() + c.more);
    let as_number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let organisations = if is_bare(form) { Some(shell.url("/behoerden")) } else { None };
    vec![
        figure(as_number(hits.total), "figure-systems", Some(form.href(language))),
        figure(as_number(hits.deployments.saturating_sub(none)), "figure-deployments", Some(form.href(language))),
        figure(as_number(authorities), "figure-organisations", organisations),
        by_facet(Facet::LifecycleGroup, &["in_operation"], "figure-in-operation"),
        by_facet(Facet::RiskClass, &HIGH_RISK, "figure-high-risk"),
    ]
}

impl DashboardPage {
    /// Bars of all charts, for tests and totals.
    pub fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.charts.iter().flat_map(Chart::rows)
    }
}
