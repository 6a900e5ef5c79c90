//! The page of the law time machine.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{App, AppError, LawAt, LookPage, LookRow, LookState, OrganisationRef, Permit, Target};
use maki_domain::assess::rule_sets;
use maki_domain::{Act, RecordId, vocabulary};

use super::{Asked, PATH, TABLE, words};
use crate::context::Context;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format;
use crate::guard::Allowed;
use crate::plain_form::{PlainChoice, PlainControl, PlainField};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::paging::{PageItem, Paging};
use crate::view::{Badge, CountedLink, Link};

/// Authorities that are listed, those with the most entries first.
const MOST_PLACES: usize = 100;

/// An entry of which something is told.
pub struct Row {
    pub name: String,
    pub href: String,
    pub kennung: Option<String>,
    pub organisation: String,
    pub class: Badge,
    pub lacks: Vec<String>,
    /// Of what, how it was, how it is.
    pub changes: Vec<[String; 3]>,
}

/// What a look found.
pub struct Found {
    pub lead: String,
    pub looked_at: String,
    pub organisations: Vec<CountedLink>,
    pub more_organisations: Option<String>,
    pub articles: Vec<CountedLink>,
    pub rows: Vec<Row>,
    pub status: String,
    pub more: Option<String>,
    pub pages: Paging,
    pub csv_href: String,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "law_look/page.html")]
pub struct LookPageView {
    pub shell: Shell,
    pub status: StatusCode,
    pub faults: FaultSummary,
    pub fields: Vec<PlainField>,
    pub hidden: Vec<(&'static str, String)>,
    /// What the list is narrowed to, with the way to take it off.
    pub narrowed: Vec<Link>,
    pub is_difference: bool,
    pub found: Option<Found>,
    /// How far the look is, while it is under way.
    pub running: Option<String>,
    pub again_href: String,
}

impl Page for LookPageView {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}

fn href(shell: &Shell, asked: &Asked) -> String {
    match asked.address().as_str() {
        "" => shell.url(PATH),
        address => shell.url(&format!("{PATH}?{address}")),
    }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    Allowed(permit): Allowed,
) -> Result<Response, WebError> {
    let asked = Asked::of(&context)?;
    let t = crate::texts::texts(context.language);
    let shell = Shell::new(&state, &context, t.get("law-look-title")).unlisted().crumb(t.get("work-title"), "/arbeit");
    let today = App::day_of(state.app.now()).ok_or_else(|| WebError::internal("no day"))?;
    let query = asked.query(today)?;
    let fault = query.as_ref().err().copied();
    let mut view = LookPageView {
        status: if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        faults: FaultSummary { t, links: Vec::new() },
        fields: fields(&shell, &asked, today, fault),
        hidden: hidden(&asked),
        narrowed: Vec::new(),
        is_difference: !asked.against_day.is_empty(),
        found: None,
        running: None,
        again_href: href(&shell, &asked),
        shell,
    };
    for field in &view.fields {
        if let Some(fault) = &field.fault {
            view.faults.push(&field.id(), format!("{}: {fault}", field.label));
        }
    }
    let Ok(query) = query else { return respond(&view, &context) };
    match state.app.look_page(&permit, &query).await? {
        LookState::Running(progress) => {
            let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let variables = [("done", number(progress.done).into()), ("total", number(progress.total).into())];
            view.running = Some(t.with("law-look-running", &variables));
        }
        LookState::Ready(page) => {
            view.narrowed = narrowed(&view.shell, &asked, &page);
            let lead = lead(&view.shell, &query.at, query.against.as_ref(), &page);
            view.found = Some(found(&state, &permit, &view.shell, &asked, *page, lead).await?);
        }
    }
    respond(&view, &context)
}

fn fields(
    shell: &Shell,
    asked: &Asked,
    today: maki_domain::PartialDate,
    fault: Option<&'static str>,
) -> Vec<PlainField> {
    let t = shell.t;
    let choices = |chosen: &str| -> Vec<PlainChoice> {
        let newest = maki_domain::assess::rule_set().id();
        let chosen = if chosen.is_empty() { newest } else { chosen };
        let choice = |rules: &maki_domain::assess::RuleSet| PlainChoice {
            value: rules.id().to_owned(),
            label: words::law(rules, shell.language),
            hint: None,
            chosen: rules.id() == chosen,
        };
        rule_sets().iter().rev().map(choice).collect()
    };
    let day = |name: &'static str, label: &str, typed: &str| {
        let mut field = PlainField::line(shell, name, label, "text").hint(t.get("law-look-day-hint"));
        typed.clone_into(&mut field.value);
        let is_wrong = fault == Some(name);
        field.fault(is_wrong.then(|| t.get("law-look-day-wrong").to_owned()))
    };
    let law = |name: &'static str, label: &str, chosen: &str| {
        PlainField::new(shell, name, label, PlainControl::Select(choices(chosen)))
    };
    let first = if asked.day.is_empty() { format::date(shell.language, today).human } else { asked.day.clone() };
    vec![
        day("tag", "law-look-day", &first),
        law("recht", "law-look-by", &asked.law),
        day("gegen", "law-look-against-day", &asked.against_day).optional(),
        law("gegenrecht", "law-look-against-by", &asked.against_law),
    ]
}

fn hidden(asked: &Asked) -> Vec<(&'static str, String)> {
    let all = [("behoerde", &asked.organisation), ("land", &asked.land)];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.clone())).collect()
}

/// What was looked at, in one sentence.
fn lead(shell: &Shell, at: &LawAt, against: Option<&LawAt>, page: &LookPage) -> String {
    let (t, language) = (shell.t, shell.language);
    let entries = i64::try_from(page.entries).unwrap_or(i64::MAX);
    let total = i64::try_from(page.total).unwrap_or(i64::MAX);
    let day = |at: &LawAt| format::date(language, at.day).human;
    let mut variables = vec![
        ("day", day(at).into()),
        ("law", words::law(&at.law, language).into()),
        ("entries", entries.into()),
        ("count", total.into()),
    ];
    let Some(against) = against else { return t.with("law-look-lead", &variables) };
    variables.push(("otherday", day(against).into()));
    variables.push(("otherlaw", words::law(&against.law, language).into()));
    t.with("law-look-lead-difference", &variables)
}

fn narrowed(shell: &Shell, asked: &Asked, page: &LookPage) -> Vec<Link> {
    let language = shell.language;
    let mut links = Vec::new();
    if !asked.organisation.is_empty() {
        let named = page.organisations.iter().find(|(one, _)| one.kennung == asked.organisation);
        let label = named.map_or_else(|| asked.organisation.clone(), |(one, _)| one.name.clone());
        links.push(Link { label, href: href(shell, &Asked { organisation: String::new(), ..asked.clone() }) });
    }
    if !asked.land.is_empty() {
        let label = vocabulary::label("land", &asked.land, language).to_owned();
        links.push(Link { label, href: href(shell, &Asked { land: String::new(), ..asked.clone() }) });
    }
    if !asked.article.is_empty() {
        let label = words::article(&asked.article, language);
        links.push(Link { label, href: href(shell, &Asked { article: String::new(), ..asked.clone() }) });
    }
    links
}

async fn found(
    state: &WebState,
    permit: &Permit,
    shell: &Shell,
    asked: &Asked,
    page: LookPage,
    lead: String,
) -> Result<Found, WebError> {
    let (t, language) = (shell.t, shell.language);
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let organisation = |(one, entries): &(OrganisationRef, usize)| CountedLink {
        label: one.name.clone(),
        href: href(shell, &Asked { organisation: one.kennung.clone(), page: String::new(), ..asked.clone() }),
        count: count(*entries),
        chosen: one.kennung == asked.organisation,
    };
    let article = |(article, entries): &(String, usize)| CountedLink {
        label: words::article(article, language),
        href: href(shell, &Asked { article: article.clone(), page: String::new(), ..asked.clone() }),
        count: count(*entries),
        chosen: *article == asked.article,
    };
    let hidden_places = page.organisations.len().saturating_sub(MOST_PLACES);
    let mut rows = Vec::with_capacity(page.rows.len());
    for (one, organisation) in page.rows {
        let may_read = may_read(state, permit, one.organisation).await?;
        rows.push(row(shell, one, organisation, may_read));
    }
    let here = asked.address();
    let join = if here.is_empty() { "" } else { "&" };
    Ok(Found {
        lead,
        looked_at: t.one("law-look-at", "moment", format::moment(language, page.looked_at).human),
        organisations: page.organisations.iter().take(MOST_PLACES).map(organisation).collect(),
        more_organisations: (hidden_places > 0).then(|| t.count("law-look-more-places", hidden_places)),
        articles: page.articles.iter().map(article).collect(),
        rows,
        status: t.count("workspace-entries", page.total),
        more: (page.more > 0).then(|| t.count("law-look-more", page.more)),
        pages: Paging::new(page.page, page.pages, |page| shell.url(&format!("{PATH}?{here}{join}seite={page}"))),
        csv_href: shell.url(&format!("{TABLE}?{here}")),
    })
}

async fn may_read(state: &WebState, permit: &Permit, organisation: RecordId) -> Result<bool, WebError> {
    match state.app.permit(permit.principal(), Act::ReadWork, Target::Organisation(organisation)).await {
        Ok(_) => Ok(true),
        Err(AppError::Forbidden | AppError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn row(shell: &Shell, row: LookRow, organisation: Option<OrganisationRef>, may_read: bool) -> Row {
    let language = shell.language;
    let kennung = row.kennung.as_ref().map(ToString::to_string);
    let path = match &kennung {
        Some(kennung) if !may_read => format!("/systeme/{kennung}"),
        _ => format!("/arbeit/eintraege/{}", row.entry),
    };
    Row {
        name: if row.name.is_empty() { shell.t.get("work-untitled").to_owned() } else { row.name },
        href: shell.url(&path),
        kennung,
        organisation: organisation.map(|one| one.name).unwrap_or_default(),
        class: Badge::risk(language, &row.class),
        lacks: row.lacks.iter().map(|lack| words::lack(lack, language)).collect(),
        changes: row.changes.iter().map(|change| words::change(change, language)).collect(),
    }
}
