//! The dashboard and the page of the map: one search without hits, shown as figures, charts and map.

use axum::extract::State;
use axum::response::Response;
use maki_app::{Facet, FacetCounts, SearchPage};
use maki_domain::{Language, View};

use crate::context::Context;
use crate::dashboard::chart::{Chart, KINDS, Kind, chart};
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
    let high_risk = high_risk(&state, &form)?;
    let shell = Shell::new(&state, &context, texts(context.language).get("dashboard-title")).active(Nav::Dashboard);
    respond(&DashboardPage::new(shell, &form, &found, high_risk), &context)
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

/// How many systems of a search are of high risk. A system can be in both classes, by two deployments; adding their
/// counts would count it twice.
///
/// # Errors
/// As [`maki_app::App::search`].
pub fn high_risk(state: &WebState, form: &SearchForm) -> Result<usize, WebError> {
    let request = restricted(form, Facet::RiskClass, &HIGH_RISK).request();
    let request = maki_app::SearchRequest { limit: 0, facets: Vec::new(), ..request };
    Ok(state.app.search(View::Public, &request)?.hits.total)
}

impl DashboardPage {
    /// `high_risk` is the number of systems found that are of high risk.
    #[must_use]
    pub fn new(shell: Shell, form: &SearchForm, found: &SearchPage, high_risk: usize) -> Self {
        let language = shell.language;
        let description = shell.t.get("dashboard-lead").to_owned();
        // The map with its table already says what the chart of the Länder would say.
        let kinds = KINDS.into_iter().filter(|kind| kind.facet != Facet::Land);
        Self {
            finder: Finder::new(&shell, form, found, DASHBOARD),
            figures: figures(&shell, form, found, high_risk),
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

/// The group of uses that run.
pub const IN_OPERATION: &str = "in_operation";
/// The two classes of high risk.
pub const HIGH_RISK: [&str; 2] = ["high_risk_annex_i", "high_risk_annex_iii"];

/// The search with one filter replaced; all others stay.
fn restricted(form: &SearchForm, facet: Facet, codes: &[&str]) -> SearchForm {
    let filters = codes.iter().fold(form.without_facet(facet).filters, |filters, code| filters.with(facet, *code));
    SearchForm { filters, ..form.clone() }
}

fn figures(shell: &Shell, form: &SearchForm, found: &SearchPage, high_risk: usize) -> Vec<Figure> {
    let (language, hits) = (shell.language, &found.hits);
    let figure = |number: usize, key: &str, href: Option<String>| Figure {
        number: u64::try_from(number).unwrap_or(u64::MAX),
        label: shell.t.get(key).to_owned(),
        href: href.filter(|_| number > 0),
    };
    let values = |facet: Facet| hits.facets.iter().find(|c| c.facet == facet);
    let in_operation = values(Facet::LifecycleGroup)
        .and_then(|c| c.values.iter().find(|v| v.code == IN_OPERATION))
        .map_or(0, |v| usize::try_from(v.count).unwrap_or(usize::MAX));
    // A filter on organisations does not reduce their own counts, but it does say which are meant.
    let only_chosen = !form.filters.values(Facet::Authority).is_empty();
    let organisations = values(Facet::Authority).map_or(0, |c| {
        if only_chosen { c.values.iter().filter(|v| v.chosen && v.count > 0).count() } else { c.values.len() + c.more }
    });
    let list = |facet, codes: &[&str]| Some(restricted(form, facet, codes).href(language));
    vec![
        figure(hits.total, "figure-systems", Some(form.href(language))),
        figure(hits.deployments, "figure-deployments", Some(form.href(language))),
        figure(organisations, "figure-organisations", is_bare(form).then(|| shell.url("/behoerden"))),
        figure(in_operation, "figure-in-operation", list(Facet::LifecycleGroup, &[IN_OPERATION])),
        figure(high_risk, "figure-high-risk", list(Facet::RiskClass, &HIGH_RISK)),
    ]
}
