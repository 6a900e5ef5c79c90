//! What those who answer for entries see: numbers per Land and authority, and the entries with what was found of them.

use axum::extract::State;
use axum::response::Response;
use maki_app::{AppError, EntryQuality, Permit, QualityQuery, QualityTotals, Target};
use maki_domain::{Act, Kennung, RecordId, vocabulary};
use std::collections::HashMap;

use super::{OVERVIEW, PROBLEM, choices, wish, word};
use crate::context::Context;
use crate::error::WebError;
use crate::format;
use crate::guard::Allowed;
use crate::plain_form::PlainChoice;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::Texts;
use crate::view::Link;
use crate::view::paging::{PageItem, Paging};

/// Authorities that are listed; those with the most problems come first where there are more.
const MOST_PLACES: usize = 200;

/// A Land or an authority in numbers.
pub struct PlaceRow {
    pub label: String,
    pub href: String,
    pub entries: String,
    pub completeness: String,
    pub quality: String,
    pub with_errors: String,
    pub with_warnings: String,
}

/// How many entries reach how much.
pub struct BandRow {
    pub label: &'static str,
    pub completeness: String,
    pub quality: String,
}

/// An entry with what was found of it.
pub struct EntryRow {
    pub name: String,
    pub href: String,
    /// Where the public sees it, when `href` leads to the editor.
    pub kennung: Option<String>,
    pub facts: String,
    pub findings: Vec<String>,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "quality/overview.html")]
pub struct OverviewPage {
    pub shell: Shell,
    pub run: Option<String>,
    pub figures: Vec<(String, &'static str)>,
    pub bands: Vec<BandRow>,
    pub lands: Vec<PlaceRow>,
    pub organisations: Vec<PlaceRow>,
    pub more_organisations: Option<String>,
    /// What the list is narrowed to, with the way to take it off.
    pub narrowed: Vec<Link>,
    pub hidden: Vec<(&'static str, String)>,
    pub choices: Vec<PlainChoice>,
    pub status: String,
    pub rows: Vec<EntryRow>,
    pub pages: Paging,
    pub csv_href: String,
    pub method_href: String,
}

impl Page for OverviewPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

/// What an address asks for.
///
/// # Errors
/// [`WebError::BadParameter`] for a value that there is not.
pub fn query(context: &Context) -> Result<QualityQuery, WebError> {
    let mut query = QualityQuery { page: 1, ..QualityQuery::default() };
    for (name, value) in context.pairs() {
        let bad = || WebError::BadParameter { name: name.clone() };
        match name.as_str() {
            _ if value.is_empty() => {}
            "behoerde" => query.organisation = Some(value.parse::<Kennung>().map_err(|_| bad())?),
            "land" => {
                let is_known = vocabulary("land").is_some_and(|lands| lands.position(&value).is_some());
                query.land = Some(value).filter(|_| is_known).ok_or_else(bad)?.into();
            }
            PROBLEM => query.problem = wish(&value).ok_or_else(bad)?,
            "seite" => query.page = value.parse::<usize>().ok().filter(|page| *page > 0).ok_or_else(bad)?,
            _ => return Err(bad()),
        }
    }
    Ok(query)
}

/// The same as an address, without the page.
pub fn address(query: &QualityQuery) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    if let Some(organisation) = &query.organisation {
        pairs.append_pair("behoerde", organisation.as_str());
    }
    if let Some(land) = &query.land {
        pairs.append_pair("land", land);
    }
    if !word(&query.problem).is_empty() {
        pairs.append_pair(PROBLEM, word(&query.problem));
    }
    pairs.finish()
}

fn href(shell: &Shell, query: &QualityQuery) -> String {
    match address(query).as_str() {
        "" => shell.url(OVERVIEW),
        address => shell.url(&format!("{OVERVIEW}?{address}")),
    }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    Allowed(permit): Allowed,
) -> Result<Response, WebError> {
    let query = query(&context)?;
    let t = crate::texts::texts(context.language);
    let shell = Shell::new(&state, &context, t.get("quality-title")).unlisted().crumb(t.get("work-title"), "/arbeit");
    let found = state.app.quality_page(&permit, &query).await?;
    let readable = readable(&state, &permit, &found.entries).await?;
    let here = address(&query);
    let page_href =
        |page: usize| shell.url(&format!("{OVERVIEW}?{here}{}seite={page}", if here.is_empty() { "" } else { "&" }));
    let mut places: Vec<_> = found.organisations.iter().collect();
    let hidden_places = places.len().saturating_sub(MOST_PLACES);
    if hidden_places > 0 {
        places.sort_by_key(|one| std::cmp::Reverse((one.totals.with_errors, one.totals.with_warnings)));
        places.truncate(MOST_PLACES);
    }
    let organisation_row = |one: &&maki_app::PlaceQuality<maki_app::OrganisationRef>| {
        let narrowed = QualityQuery { organisation: one.place.kennung.parse().ok(), land: None, ..query.clone() };
        place_row(&shell, one.place.name.clone(), href(&shell, &narrowed), &one.totals)
    };
    let land_row = |one: &maki_app::PlaceQuality<Option<&'static str>>| {
        let land = one.place?;
        let narrowed = QualityQuery { land: Some(land.to_owned()), organisation: None, ..query.clone() };
        let label = vocabulary::label("land", land, shell.language).to_owned();
        Some(place_row(&shell, label, href(&shell, &narrowed), &one.totals))
    };
    let page = OverviewPage {
        run: last_run(&state, &permit, &shell).await?,
        figures: figures(&shell, &found.totals),
        bands: bands(&shell, &found.totals),
        lands: found.lands.iter().filter_map(land_row).collect(),
        organisations: places.iter().map(organisation_row).collect(),
        more_organisations: (hidden_places > 0).then(|| t.count("quality-more-places", hidden_places)),
        narrowed: narrowed(&shell, &query, &found.organisations),
        hidden: hidden(&query),
        choices: choices(t, shell.language, &query.problem, &found.totals, &found.rules),
        status: t.count("workspace-entries", found.total),
        rows: found.entries.iter().map(|entry| entry_row(&shell, entry, &readable)).collect(),
        pages: Paging::new(found.page, found.pages, page_href),
        csv_href: shell.url(&format!("{}?{here}", super::TABLE)),
        method_href: shell.url(super::METHOD),
        shell,
    };
    respond(&page, &context)
}

/// Of which authorities' work somebody may see, among those of these entries.
async fn readable(
    state: &WebState,
    permit: &Permit,
    entries: &[EntryQuality],
) -> Result<HashMap<RecordId, bool>, WebError> {
    let mut readable = HashMap::new();
    for entry in entries {
        let organisation = entry.judgement.organisation;
        if readable.contains_key(&organisation) {
            continue;
        }
        let asked = state.app.permit(permit.principal(), Act::ReadWork, Target::Organisation(organisation)).await;
        let may = match asked {
            Ok(_) => true,
            Err(AppError::Forbidden | AppError::NotFound) => false,
            Err(error) => return Err(error.into()),
        };
        readable.insert(organisation, may);
    }
    Ok(readable)
}

/// What those who operate the register see of the last run.
async fn last_run(state: &WebState, permit: &Permit, shell: &Shell) -> Result<Option<String>, WebError> {
    let operate = state.app.permit(permit.principal(), Act::Operate, Target::Anywhere).await;
    let permit = match operate {
        Ok(permit) => permit,
        Err(AppError::Forbidden) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(Some(run_text(state, &permit, shell).await?))
}

/// The last run over the whole register in one sentence.
///
/// # Errors
/// When the database cannot be read.
pub async fn run_text(state: &WebState, permit: &Permit, shell: &Shell) -> Result<String, WebError> {
    let t = shell.t;
    let Some(run) = state.app.quality_runs(permit, 1).await?.pop() else {
        return Ok(t.get("quality-run-none").to_owned());
    };
    let started = format::moment(shell.language, run.started_at).human;
    let Some(seconds) = run.seconds() else {
        return Ok(t.with("quality-run-running", &[("moment", started.into()), ("entries", run.entries.into())]));
    };
    let key = if run.is_whole { "quality-run" } else { "quality-run-broken" };
    let variables = [
        ("moment", started.into()),
        ("seconds", seconds.into()),
        ("entries", run.entries.into()),
        ("errors", run.errors.into()),
        ("warnings", run.warnings.into()),
        ("hints", run.hints.into()),
    ];
    Ok(t.with(key, &variables))
}

fn mean(sum: i64, of: i64) -> i64 {
    sum.checked_div(of).unwrap_or(0)
}

fn figures(shell: &Shell, totals: &QualityTotals) -> Vec<(String, &'static str)> {
    let number = |n: i64| format::number(shell.language, n);
    vec![
        (number(totals.entries), shell.t.get("quality-figure-entries")),
        (number(mean(totals.completeness, totals.entries)), shell.t.get("quality-figure-completeness")),
        (number(mean(totals.quality, totals.entries)), shell.t.get("quality-figure-quality")),
        (number(totals.with_errors), shell.t.get("quality-figure-errors")),
        (number(totals.with_warnings), shell.t.get("quality-figure-warnings")),
    ]
}

fn bands(shell: &Shell, totals: &QualityTotals) -> Vec<BandRow> {
    let number = |n: i64| format::number(shell.language, n);
    let labels = ["quality-band-low", "quality-band-middle", "quality-band-good", "quality-band-high"];
    let counts = totals.completeness_bands.into_iter().zip(totals.quality_bands);
    let row = |(key, (completeness, quality)): (&'static str, (i64, i64))| BandRow {
        label: shell.t.get(key),
        completeness: number(completeness),
        quality: number(quality),
    };
    labels.into_iter().zip(counts).map(row).collect()
}

fn place_row(shell: &Shell, label: String, href: String, totals: &QualityTotals) -> PlaceRow {
    let number = |n: i64| format::number(shell.language, n);
    PlaceRow {
        label,
        href,
        entries: number(totals.entries),
        completeness: number(mean(totals.completeness, totals.entries)),
        quality: number(mean(totals.quality, totals.entries)),
        with_errors: number(totals.with_errors),
        with_warnings: number(totals.with_warnings),
    }
}

fn narrowed(
    shell: &Shell,
    query: &QualityQuery,
    organisations: &[maki_app::PlaceQuality<maki_app::OrganisationRef>],
) -> Vec<Link> {
    let organisation = query.organisation.as_ref().map(|kennung| {
        let named = organisations.iter().find(|one| one.place.kennung == kennung.as_str());
        let label = named.map_or_else(|| kennung.to_string(), |one| one.place.name.clone());
        Link { label, href: href(shell, &QualityQuery { organisation: None, page: 1, ..query.clone() }) }
    });
    let land = query.land.as_ref().map(|land| Link {
        label: vocabulary::label("land", land, shell.language).to_owned(),
        href: href(shell, &QualityQuery { land: None, page: 1, ..query.clone() }),
    });
    organisation.into_iter().chain(land).collect()
}

fn hidden(query: &QualityQuery) -> Vec<(&'static str, String)> {
    let organisation = query.organisation.as_ref().map(|kennung| ("behoerde", kennung.to_string()));
    organisation.into_iter().chain(query.land.clone().map(|land| ("land", land))).collect()
}

/// Numbers of an entry in one line.
#[must_use]
pub fn facts(t: &Texts, judgement: &maki_app::Judgement) -> String {
    let [errors, warnings, _] = judgement.counts;
    let variables = [("completeness", judgement.completeness.into()), ("quality", judgement.quality.into())];
    let mut facts = vec![t.with("quality-numbers", &variables)];
    let counted = [(errors, "quality-count-errors"), (warnings, "quality-count-warnings")];
    facts
        .extend(counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, key)| t.count(key, i64::from(count))));
    facts.join(" · ")
}

fn entry_row(shell: &Shell, entry: &EntryQuality, readable: &HashMap<RecordId, bool>) -> EntryRow {
    let (t, language) = (shell.t, shell.language);
    let kennung = entry.kennung.as_ref().map(ToString::to_string);
    let may_read = readable.get(&entry.judgement.organisation) == Some(&true);
    let path = match &kennung {
        Some(kennung) if !may_read => format!("/systeme/{kennung}"),
        _ => format!("/arbeit/eintraege/{}", entry.judgement.entry),
    };
    let organisation = entry.organisation.as_ref().map(|one| one.name.clone());
    let facts: Vec<String> = organisation.into_iter().chain([facts(t, &entry.judgement)]).collect();
    let finding = |one: &maki_app::KeptFinding| {
        let due = one.due.map(|day| t.one("finding-due", "day", format::date(language, day).human));
        let message = one.rule.message(language, one.field);
        due.into_iter().fold(message, |message, due| format!("{message} {due}"))
    };
    EntryRow {
        name: if entry.name.is_empty() { t.get("work-untitled").to_owned() } else { entry.name.clone() },
        href: shell.url(&path),
        kennung,
        facts: facts.join(" · "),
        findings: entry.findings.iter().map(finding).collect(),
    }
}
