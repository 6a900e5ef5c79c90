//! The reports of one organisation: counts by state, filters, and a line for each report.

use axum::extract::{Query, State};
use axum::response::Response;
use maki_app::eu_report::{MOST_REPORTED_ENTRIES, ReportEntry, ReportList, ReportOf};
use maki_domain::Act;
use maki_domain::eu_report::{Obligation, ReportState};
use serde::Deserialize;

use super::{report_path, words};
use crate::error::WebError;
use crate::format;
use crate::pages::workspace::Asked;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::paging::{PageItem, Paging, last_page};
use crate::view::{Badge, CountedLink, Link, foreign};

/// Lines on a page.
const PAGE: usize = 50;

/// What the address of the page narrows the reports to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Filter {
    /// Code of a state.
    stand: Option<String>,
    /// Code of a report, in small letters.
    abschnitt: Option<String>,
    /// `26-8`: uses of systems that their providers have not registered.
    warnung: Option<String>,
    seite: Option<usize>,
}

/// The value of `warnung` that there is.
const UNREGISTERED: &str = "26-8";

impl Filter {
    pub fn state(&self) -> Result<Option<ReportState>, WebError> {
        let bad = || WebError::BadParameter { name: "stand".to_owned() };
        let named = self.stand.as_deref().filter(|code| !code.is_empty());
        named.map(|code| ReportState::from_code(code).ok_or_else(bad)).transpose()
    }

    fn section(&self) -> Result<Option<&'static str>, WebError> {
        let named = self.abschnitt.as_deref().filter(|code| !code.is_empty());
        let bad = |_| WebError::BadParameter { name: "abschnitt".to_owned() };
        named.map(super::code_of).transpose().map_err(bad)
    }

    fn unregistered(&self) -> Result<bool, WebError> {
        match self.warnung.as_deref() {
            None | Some("") => Ok(false),
            Some(UNREGISTERED) => Ok(true),
            Some(_) => Err(WebError::BadParameter { name: "warnung".to_owned() }),
        }
    }

    /// Whether anything is narrowed.
    fn is_any(&self) -> bool {
        [&self.stand, &self.abschnitt, &self.warnung].iter().any(|one| one.as_ref().is_some_and(|one| !one.is_empty()))
    }

    /// As a query, without the page.
    pub fn query(&self) -> String {
        let pairs = [("stand", &self.stand), ("abschnitt", &self.abschnitt), ("warnung", &self.warnung)];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// Reports that fit, those first that have to be looked at first; without a state all that are owed or were made.
    pub fn reports<'a>(&self, list: &'a ReportList) -> Result<Vec<(&'a ReportEntry, &'a ReportOf)>, WebError> {
        let (state, section, unregistered) = (self.state()?, self.section()?, self.unregistered()?);
        let fits = |(entry, report): &(&ReportEntry, &ReportOf)| {
            state.map_or(report.state.is_report(), |state| report.state == state)
                && section.is_none_or(|code| report.obligation.code == code)
                && (!unregistered
                    || (entry.unregistered_from.is_some()
                        && report.obligation.subject() == maki_domain::RecordKind::Deployment))
        };
        let mut found: Vec<_> = list.reports().filter(fits).collect();
        found.sort_by_cached_key(|(entry, report)| {
            (report.state, report.obligation.from.first().copied(), entry.name.to_lowercase(), entry.entry)
        });
        Ok(found)
    }
}

/// A line: one report, or an entry that owes none.
pub struct ReportRow {
    pub name: String,
    pub lang: Option<String>,
    pub kennung: Option<String>,
    /// None where whoever looks may not see the work on it.
    pub href: Option<String>,
    pub section: Option<String>,
    pub restricted: bool,
    pub state: Badge,
    pub due: String,
    /// What is missing, what has changed, when it was reported.
    pub notes: Vec<String>,
    pub unregistered: bool,
}

/// A value of a filter.
pub struct FilterOption {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "eu_report/dashboard.html")]
pub struct DashboardPage {
    pub shell: Shell,
    pub organisation: String,
    pub lead: String,
    /// By state; a link each.
    pub counts: Vec<CountedLink>,
    pub unregistered: usize,
    pub unregistered_href: String,
    pub cut: Option<String>,
    pub action: String,
    pub states: Vec<FilterOption>,
    pub sections: Vec<FilterOption>,
    pub all_href: Option<String>,
    pub status: String,
    pub rows: Vec<ReportRow>,
    pub pages: Paging,
    pub downloads: Vec<Link>,
}

impl Page for DashboardPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

type Narrowed = Result<Query<Filter>, axum::extract::rejection::QueryRejection>;

/// What the address narrows to; one that cannot be read is told.
pub fn narrowed(query: Narrowed) -> Result<Filter, WebError> {
    query.map(|Query(filter)| filter).map_err(|_| WebError::BadParameter { name: "seite".to_owned() })
}

pub async fn show(State(state): State<WebState>, asked: Asked, query: Narrowed) -> Result<Response, WebError> {
    let filter = narrowed(query)?;
    let list = state.app.eu_report_list(&asked.permit).await?;
    let sees_work = asked.permit.act() == Act::ReadWork;
    let own = format!("{}/eu-meldung", asked.own_path());
    let path = if sees_work { own.clone() } else { format!("{own}/stand") };
    let t = asked.texts();
    let mut shell = asked.shell(&state, t.get("eu-title"));
    if sees_work {
        shell = shell.crumb(asked.organisation.name.clone(), &asked.own_path());
    } else {
        shell = shell.crumb(t.get("eu-title"), "/arbeit/eu-meldung");
    }
    let rows = rows(&shell, &filter, &list, sees_work)?;
    let last = last_page(rows.len(), PAGE);
    let here = filter.seite.unwrap_or(1).clamp(1, last);
    let page_href = |page: usize| shell.url(&with_query(&path, &filter.query(), &format!("seite={page}")));
    let file = |extension: &str, key: &str| Link {
        label: t.get(key).to_owned(),
        href: shell.url(&with_query(&format!("{own}/datei/eu-meldung.{extension}"), &filter.query(), "")),
    };
    let page = DashboardPage {
        organisation: asked.organisation.name.clone(),
        lead: t.get(if sees_work { "eu-lead" } else { "eu-lead-published" }).to_owned(),
        counts: counts(&shell, &path, &filter, &list),
        unregistered: list.counts.unregistered,
        unregistered_href: shell.url(&format!("{path}?warnung={UNREGISTERED}")),
        cut: list.is_cut.then(|| t.count("eu-cut", MOST_REPORTED_ENTRIES)),
        action: shell.url(&path),
        states: state_options(&shell, &filter),
        sections: section_options(&shell, &filter),
        all_href: filter.is_any().then(|| shell.url(&path)),
        status: t.count("eu-lines", rows.len()),
        pages: Paging::new(here, last, page_href),
        rows: rows.into_iter().skip((here - 1) * PAGE).take(PAGE).collect(),
        downloads: if sees_work { vec![file("json", "eu-file-json"), file("csv", "eu-file-csv")] } else { Vec::new() },
        shell,
    };
    respond(&page, &asked.context)
}

fn with_query(path: &str, query: &str, more: &str) -> String {
    let query: Vec<&str> = [query, more].into_iter().filter(|part| !part.is_empty()).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

fn counts(shell: &Shell, path: &str, filter: &Filter, list: &ReportList) -> Vec<CountedLink> {
    let shown = ReportState::ALL.into_iter().filter(|state| state.is_report() || list.counts.of(*state) > 0);
    let link = |state: ReportState| CountedLink {
        label: words::state_label(shell.t, state).to_owned(),
        href: shell.url(&format!("{path}?stand={}", state.code())),
        count: u64::try_from(list.counts.of(state)).unwrap_or(u64::MAX),
        chosen: filter.stand.as_deref() == Some(state.code()),
    };
    shown.map(link).collect()
}

fn state_options(shell: &Shell, filter: &Filter) -> Vec<FilterOption> {
    let chosen = filter.stand.clone().unwrap_or_default();
    let all = FilterOption {
        value: String::new(),
        label: shell.t.get("eu-filter-all-states").to_owned(),
        chosen: chosen.is_empty(),
    };
    let option = |state: ReportState| FilterOption {
        value: state.code().to_owned(),
        label: words::state_label(shell.t, state).to_owned(),
        chosen: chosen == state.code(),
    };
    std::iter::once(all).chain(ReportState::ALL.into_iter().map(option)).collect()
}

fn section_options(shell: &Shell, filter: &Filter) -> Vec<FilterOption> {
    let chosen = filter.abschnitt.clone().unwrap_or_default();
    let all = FilterOption {
        value: String::new(),
        label: shell.t.get("eu-filter-all-sections").to_owned(),
        chosen: chosen.is_empty(),
    };
    let option = |code: &'static str| FilterOption {
        value: code.to_ascii_lowercase(),
        label: words::short_name(shell.t, code),
        chosen: chosen == code.to_ascii_lowercase(),
    };
    std::iter::once(all).chain(Obligation::CODES.into_iter().map(option)).collect()
}

fn rows(shell: &Shell, filter: &Filter, list: &ReportList, sees_work: bool) -> Result<Vec<ReportRow>, WebError> {
    let mut rows: Vec<ReportRow> =
        filter.reports(list)?.into_iter().map(|(entry, report)| row(shell, entry, Some(report), sees_work)).collect();
    // Entries that owe nothing stand in the list only where they are asked for.
    if let Some(state) = filter.state()?.filter(|state| !state.is_report())
        && filter.section()?.is_none()
        && !filter.unregistered()?
    {
        let idle = list.entries.iter().filter(|entry| entry.reports.is_empty() && entry.state() == state);
        let mut idle: Vec<ReportRow> = idle.map(|entry| row(shell, entry, None, sees_work)).collect();
        idle.sort_by_cached_key(|row| row.name.to_lowercase());
        rows.extend(idle);
    }
    Ok(rows)
}

fn row(shell: &Shell, entry: &ReportEntry, report: Option<&ReportOf>, sees_work: bool) -> ReportRow {
    let t = shell.t;
    let path = match report {
        Some(report) => report_path(entry.entry, report.obligation.code),
        None => format!("/arbeit/eintraege/{}/eu-meldung", entry.entry),
    };
    let of_use = report.is_none_or(|report| report.obligation.subject() == maki_domain::RecordKind::Deployment);
    ReportRow {
        name: if entry.name.is_empty() { t.get("work-untitled").to_owned() } else { entry.name.clone() },
        lang: foreign(shell.language, entry.language),
        kennung: entry.kennung.as_ref().map(ToString::to_string),
        href: sees_work.then(|| shell.url(&path)),
        section: report.map(|report| words::short_name(t, report.obligation.code)),
        restricted: report.is_some_and(|report| report.obligation.restricted),
        state: words::state_badge(t, report.map_or(entry.state(), |report| report.state)),
        due: report.map(|report| words::due_short(t, report)).unwrap_or_default(),
        notes: report.map(|report| notes(shell, report)).unwrap_or_default(),
        unregistered: of_use && entry.unregistered_from.is_some(),
    }
}

fn notes(shell: &Shell, report: &ReportOf) -> Vec<String> {
    let t = shell.t;
    let missing = (!report.report.missing.is_empty() && report.state != ReportState::NotRequired)
        .then(|| t.one("eu-missing-items", "items", report.report.missing.join(", ")));
    let reported = report.last.as_ref().map(|last| {
        let day = format::date(shell.language, last.reported_on).human;
        t.with("eu-reported-as", &[("day", day.into()), ("id", last.database_id.clone().into())])
    });
    let untranslated = (report.untranslated > 0).then(|| t.count("eu-untranslated-count", report.untranslated));
    [missing, reported, untranslated].into_iter().flatten().collect()
}
