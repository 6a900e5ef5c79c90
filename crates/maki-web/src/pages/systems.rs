//! The search page and its suggestions.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{AppError, QueryHint, SearchPage, Sort, SuggestionKind};
use maki_domain::{Kennung, View};

use crate::context::Context;
use crate::error::WebError;
use crate::respond::{Cache, Page, respond};
use crate::search_form::{PAGE_SIZE, SearchForm, sort_name};
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::view::Link;
use crate::view::card::CardView;
use crate::view::facets::{Chip, FacetView, chips, facet_label, facets};
use crate::view::paging::{PageItem, Paging, last_page};

/// Suggestions under the search field.
const SUGGESTED: usize = 8;
/// Downloads of the result: extension, text key.
const DOWNLOADS: [(&str, &str); 5] = [
    ("csv", "download-csv"),
    ("xlsx", "download-xlsx"),
    ("json", "download-json"),
    ("jsonl", "download-jsonl"),
    ("atom", "download-atom"),
];

/// An order to choose.
#[derive(Debug, Clone)]
pub struct SortOption {
    pub value: &'static str,
    pub label: String,
    pub chosen: bool,
}

/// A remark on how the query was understood, with a link.
#[derive(Debug, Clone)]
pub struct Note {
    pub before: String,
    pub link: Option<Link>,
}

#[derive(Debug, askama::Template)]
#[template(path = "systems.html")]
pub struct SystemsPage {
    pub shell: Shell,
    pub query: String,
    pub status: String,
    pub stale: bool,
    pub filters_open: bool,
    pub facets: Vec<FacetView>,
    pub chips: Vec<Chip>,
    pub reset_href: Option<String>,
    pub sorts: Vec<SortOption>,
    pub notes: Vec<Note>,
    pub cards: Vec<CardView>,
    /// Number of the first hit of this page.
    pub first: usize,
    /// What helps when there are no hits, key of a text.
    pub empty_text: &'static str,
    /// Ways to more hits when there are none.
    pub loosened: Vec<Link>,
    pub pages: Paging,
    pub downloads: Vec<Link>,
}

impl Page for SystemsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let form = SearchForm::parse(&context, &[])?;
    if let Ok(kennung) = form.query.parse::<Kennung>() {
        let folder = if kennung.series() == Kennung::ORGANISATION_SERIES { "behoerden" } else { "systeme" };
        let href = crate::context::localised(context.language, &format!("/{folder}/{kennung}"));
        return Ok(Redirect::to(&href).into_response());
    }
    let found = match state.app.search(View::Public, &form.request()) {
        Err(AppError::PageTooDeep { .. }) => return Err(too_deep(&state, &context, &form)),
        other => other?,
    };
    let last = last_page(found.hits.total, PAGE_SIZE);
    if form.page > last {
        let last_href = form.at_page(last).href(context.language);
        return Err(WebError::NoSuchPage { page: form.page, last, last_href });
    }
    let title = crate::texts::texts(context.language).get("search-title").to_owned();
    let shell = Shell::new(&state, &context, title).active(Nav::Systems);
    let loosened = if found.hits.total == 0 { loosened(&state, &context, &form) } else { Vec::new() };
    respond(&SystemsPage::new(shell, &form, &found, loosened), &context)
}

/// A page beyond what the order by relevance reaches: either it does not exist at all, or another order has it.
fn too_deep(state: &WebState, context: &Context, form: &SearchForm) -> WebError {
    match state.app.counts(View::Public, &form.at_page(1).request()) {
        Ok((total, _)) if form.page <= last_page(total, PAGE_SIZE) => {
            WebError::TooDeep { newest_href: form.sorted(Sort::Newest).href(context.language) }
        }
        Ok((total, _)) => {
            // Relevance itself ends early; the last page it reaches is the one to offer.
            let reachable = maki_app::MAX_OFFSET_BY_RELEVANCE / PAGE_SIZE;
            let last = last_page(total, PAGE_SIZE);
            let last_href = form.at_page(last.min(reachable)).href(context.language);
            WebError::NoSuchPage { page: form.page, last, last_href }
        }
        Err(error) => error.into(),
    }
}

/// Searches one filter looser than a search without hits, with the number of hits each would have.
fn loosened(state: &WebState, context: &Context, form: &SearchForm) -> Vec<Link> {
    let t = crate::texts::texts(context.language);
    let total =
        |form: &SearchForm| state.app.counts(View::Public, &form.request()).map(|(total, _)| total).unwrap_or(0);
    let mut ways = Vec::new();
    if let Some(apart) = without_quotes(&form.query) {
        let looser = form.with_query(&apart);
        let hits = total(&looser);
        if hits > 0 {
            ways.push(Link { label: t.count("empty-without-quotes", hits), href: looser.href(context.language) });
        }
    }
    for (facet, _) in form.filters.iter() {
        let looser = form.without_facet(facet).at_page(1);
        let hits = total(&looser);
        if hits > 0 {
            let count = i64::try_from(hits).unwrap_or(i64::MAX);
            let name = facet_label(facet, context.language);
            let label = t.with("empty-without", &[("name", name.into()), ("count", count.into())]);
            ways.push(Link { label, href: looser.href(context.language) });
        }
    }
    if !form.filters.is_empty() && !form.query.is_empty() {
        let looser = form.without_filters();
        let hits = total(&looser);
        if hits > 0 {
            ways.push(Link { label: t.count("empty-without-filters", hits), href: looser.href(context.language) });
        }
    }
    ways
}

/// The words of a query without the quotation marks that make them a phrase; none when there is no phrase.
fn without_quotes(query: &str) -> Option<String> {
    const QUOTES: [char; 9] = ['"', '„', '“', '”', '‟', '«', '»', '‹', '›'];
    let words = query.replace(QUOTES, " ").split_whitespace().collect::<Vec<_>>().join(" ");
    (query.contains(QUOTES) && !words.is_empty()).then_some(words)
}

impl SystemsPage {
    #[must_use]
    pub fn new(shell: Shell, form: &SearchForm, found: &SearchPage, mut loosened: Vec<Link>) -> Self {
        let (language, hits) = (shell.language, &found.hits);
        let words = shell.title_of_query(form);
        let shell = Shell { title: words, listed: form.filters.is_empty() && form.query.is_empty(), ..shell };
        for suggestion in &hits.suggestions {
            let label = shell.t.one("empty-suggestion", "query", suggestion.as_str());
            loosened.insert(0, Link { label, href: form.with_query(suggestion).href(language) });
        }
        loosened.push(Link { label: shell.t.get("empty-all").to_owned(), href: shell.url("/systeme") });
        let all = form.at_page(1);
        Self {
            query: form.query.clone(),
            status: status(&shell, form, found),
            stale: found.incomplete,
            filters_open: false,
            facets: facets(&hits.facets, language),
            chips: chips(form, &hits.facets, language),
            reset_href: (!form.filters.is_empty()).then(|| form.without_filters().href(language)),
            sorts: sorts(&shell, form),
            notes: notes(&shell, form, found),
            cards: found.cards().map(|card| CardView::new(&card, language, &hits.matcher)).collect(),
            first: form.page.saturating_sub(1).saturating_mul(PAGE_SIZE) + 1,
            empty_text: if form.filters.is_empty() { "empty-text-words" } else { "empty-text" },
            loosened,
            pages: Paging::new(form.page, last_page(hits.total, PAGE_SIZE), |page| form.at_page(page).href(language)),
            downloads: DOWNLOADS
                .iter()
                .filter(|_| hits.total > 0)
                .map(|(extension, key)| Link {
                    label: shell.t.get(key).to_owned(),
                    href: all.href_at(language, &format!("/daten/systeme.{extension}")),
                })
                .collect(),
            shell,
        }
    }
}

impl Shell {
    /// The window's title names the words searched for, so that histories and tabs can be told apart.
    fn title_of_query(&self, form: &SearchForm) -> String {
        if form.query.is_empty() {
            self.title.clone()
        } else {
            let query: String = form.query.chars().take(60).collect();
            self.t.one("search-title-query", "query", query)
        }
    }
}

fn status(shell: &Shell, form: &SearchForm, found: &SearchPage) -> String {
    let count = i64::try_from(found.hits.total).unwrap_or(i64::MAX);
    if form.query.is_empty() || found.hits.hints.contains(&QueryHint::NothingSearchable) {
        shell.t.count("search-status", count)
    } else {
        let query: String = form.query.chars().take(80).collect();
        shell.t.with("search-status-query", &[("count", count.into()), ("query", query.into())])
    }
}

fn sorts(shell: &Shell, form: &SearchForm) -> Vec<SortOption> {
    let chosen = form.effective_sort();
    let orders: &[(Sort, &str)] = if form.query.is_empty() {
        &[(Sort::Newest, "sort-newest"), (Sort::Name, "sort-name")]
    } else {
        &[(Sort::Relevance, "sort-relevance"), (Sort::Newest, "sort-newest"), (Sort::Name, "sort-name")]
    };
    orders
        .iter()
        .map(|(sort, key)| SortOption {
            value: sort_name(*sort),
            label: shell.t.get(key).to_owned(),
            chosen: *sort == chosen,
        })
        .collect()
}

fn notes(shell: &Shell, form: &SearchForm, found: &SearchPage) -> Vec<Note> {
    let (t, language) = (shell.t, shell.language);
    let mut notes: Vec<Note> = Vec::new();
    for correction in &found.hits.corrected {
        let instead = correction
            .replaced_by
            .iter()
            .take(3)
            .map(|w| t.one("quoted", "text", w.as_str()))
            .collect::<Vec<_>>()
            .join(", ");
        let before =
            t.with("note-corrected", &[("word", correction.word.as_str().into()), ("instead", instead.into())]);
        let link = Link { label: t.get("note-exact").to_owned(), href: form.exactly().href(language) };
        notes.push(Note { before, link: Some(link) });
    }
    for hint in &found.hits.hints {
        let key = match hint {
            QueryHint::UnbalancedQuote => "note-quote",
            QueryHint::OnlyExclusions => "note-only-exclusions",
            QueryHint::SomeWordsMissing => "note-some-words",
            QueryHint::OnlyStopWords => "note-stop-words",
            QueryHint::NothingSearchable => "note-nothing-searchable",
        };
        notes.push(Note { before: t.get(key).to_owned(), link: None });
    }
    if found.hits.total > 0 {
        for suggestion in &found.hits.suggestions {
            let link = Link { label: suggestion.clone(), href: form.with_query(suggestion).href(language) };
            notes.push(Note { before: t.get("note-meant").to_owned(), link: Some(link) });
        }
    }
    notes
}

/// A suggestion as the script of the page reads it.
#[derive(Debug, serde::Serialize)]
struct SuggestionView {
    text: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

pub async fn suggest(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let form = SearchForm::parse(&context, &[])?;
    let t = crate::texts::texts(context.language);
    let url = |path: String| Some(crate::context::localised(context.language, &path));
    let found = state.app.suggest(View::Public, &form.query, SUGGESTED)?;
    let list: Vec<SuggestionView> = found
        .into_iter()
        .map(|s| match s.kind {
            SuggestionKind::System => SuggestionView {
                text: s.text,
                kind: t.get("suggest-system"),
                href: url(format!("/systeme/{}", s.target)),
            },
            SuggestionKind::Authority => {
                let href = url(format!("/systeme?authority={}", s.target));
                SuggestionView { text: s.text, kind: t.get("suggest-organisation"), href }
            }
            SuggestionKind::Word => SuggestionView { text: s.text, kind: "", href: None },
        })
        .collect();
    let headers = [(axum::http::header::CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, Json(list)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_come_apart() {
        let check = |query: &str, expected: Option<&str>| assert_eq!(without_quotes(query).as_deref(), expected);
        check("\"Antrag auf Wohngeld\"", Some("Antrag auf Wohngeld"));
        check("neu „alte Akte“", Some("neu alte Akte"));
        check("Antrag", None);
        check("\"\"", None);
    }
}
