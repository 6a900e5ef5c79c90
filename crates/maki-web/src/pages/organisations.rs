//! The organisations: by level and Land, by name, and the page of one with its systems.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{
    Facet, Filters, OrganisationFilter, OrganisationNode, OrganisationPage, OrganisationProfile, OrganisationSummary,
    OrganisationTree, SearchPage, SearchRequest, Sort, SuccessionKind,
};
use maki_domain::{Code, RecordId, RecordKind, View, keys, vocabulary};

use crate::context::{Context, localised};
use crate::error::WebError;
use crate::format;
use crate::lookup;
use crate::respond::{Cache, Page, respond};
use crate::search_form::page_of;
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::view::card::CardView;
use crate::view::facets::Chip;
use crate::view::field::{self, SectionView, Shown};
use crate::view::paging::{PageItem, Paging, last_page};
use crate::view::{CountedLink, Link, place};

/// Organisations on one page.
const PAGE_SIZE: usize = 50;
/// Longest part of a name that is searched for, in characters.
const MAX_NAME: usize = 200;
/// Systems shown on the page of an organisation.
const SYSTEMS: usize = 20;

/// Values of level or Land with the number of organisations.
#[derive(Debug, Clone)]
pub struct Branch {
    pub id: &'static str,
    pub label: String,
    pub entries: Vec<CountedLink>,
}

/// One organisation in the list.
#[derive(Debug, Clone)]
pub struct OrganisationRow {
    pub name: String,
    pub href: String,
    pub place: String,
    pub systems: String,
}

/// One organisation with its parts beneath it.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "part/organisation.html")]
pub struct TreeRow {
    pub row: OrganisationRow,
    /// "3 parts"; none without any.
    pub label: Option<String>,
    pub children: Vec<TreeRow>,
    /// Where all parts stand, when not all of them do here.
    pub all: Option<Link>,
}

#[derive(Debug, askama::Template)]
#[template(path = "organisations.html")]
pub struct OrganisationsPage {
    pub shell: Shell,
    pub name: String,
    pub level: Option<String>,
    pub land: Option<String>,
    pub groups: Vec<Branch>,
    pub chips: Vec<Chip>,
    pub status: String,
    pub rows: Vec<TreeRow>,
    pub pages: Paging,
}

impl Page for OrganisationsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

/// The end of an organisation, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub text: String,
    pub successor: Option<Link>,
    pub reason: String,
}

impl Ended {
    async fn of(state: &WebState, shell: &Shell, id: RecordId) -> Result<Option<Self>, WebError> {
        let Some(succession) = state.app.succession(id).await? else { return Ok(None) };
        let ids: Vec<RecordId> = succession.successor.into_iter().collect();
        let successor = state.app.organisation_refs(&ids).await?.pop();
        let key = match succession.kind {
            SuccessionKind::Merged => "organisation-merged",
            SuccessionKind::Dissolved => "organisation-dissolved",
        };
        Ok(Some(Self {
            text: shell.t.one(key, "day", format::day(shell.language, succession.at).human),
            successor: successor.map(|o| Link { href: shell.url(&format!("/behoerden/{}", o.kennung)), label: o.name }),
            reason: succession.reason,
        }))
    }
}

#[derive(Debug, askama::Template)]
#[template(path = "organisation.html")]
pub struct OrganisationPageView {
    pub shell: Shell,
    pub name: String,
    pub place: String,
    pub kennung: Option<String>,
    /// How it ended, where it has.
    pub ended: Option<Ended>,
    pub parent: Option<Link>,
    pub children: Vec<Link>,
    pub sections: Vec<SectionView>,
    pub status: String,
    pub cards: Vec<CardView>,
    pub all_href: Option<String>,
}

impl Page for OrganisationPageView {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

/// What the address of the list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListForm {
    pub name: String,
    pub level: Option<String>,
    pub land: Option<String>,
    pub page: usize,
}

impl ListForm {
    fn parse(context: &Context) -> Result<Self, WebError> {
        let mut form = Self { page: 1, ..Self::default() };
        let known = |list: &str, value: String| match vocabulary(list).and_then(|v| v.position(&value)) {
            Some(_) => Ok(Some(value)),
            None => Err(WebError::UnknownFilterValue {
                name: list.to_owned(),
                value,
                without_href: localised(context.language, "/behoerden"),
            }),
        };
        for (name, value) in context.pairs() {
            match name.as_str() {
                _ if value.is_empty() => {}
                "name" => form.name = value.trim().to_owned(),
                "level" => form.level = known("administrative_level", value)?,
                "land" => form.land = known("land", value)?,
                "page" => form.page = page_of(&value)?,
                _ => {
                    let without_href = localised(context.language, "/behoerden");
                    return Err(WebError::UnknownFilter { name, without_href });
                }
            }
        }
        let length = form.name.chars().count();
        if length > MAX_NAME {
            return Err(WebError::QueryTooLong { length, limit: MAX_NAME });
        }
        Ok(form)
    }

    fn filter(&self) -> OrganisationFilter {
        OrganisationFilter {
            name: self.name.clone(),
            level: self.level.clone(),
            land: self.land.clone(),
            with_entries: false,
            offset: self.page.saturating_sub(1).saturating_mul(PAGE_SIZE),
            limit: PAGE_SIZE,
        }
    }

    /// Nothing narrows the list: it is a tree.
    fn is_whole(&self) -> bool {
        self.name.is_empty() && self.level.is_none() && self.land.is_none()
    }

    fn href(&self, shell: &Shell) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("name", Some(&self.name)), ("level", self.level.as_ref()), ("land", self.land.as_ref())]
        {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                pairs.append_pair(name, value);
            }
        }
        if self.page > 1 {
            pairs.append_pair("page", &self.page.to_string());
        }
        let query = pairs.finish();
        shell.url(&if query.is_empty() { "/behoerden".to_owned() } else { format!("/behoerden?{query}") })
    }
}

pub async fn list(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let form = ListForm::parse(&context)?;
    let offset = form.filter().offset;
    let tree = match form.is_whole() {
        true => Some(state.app.organisation_tree(offset, PAGE_SIZE).await?),
        false => None,
    };
    let limit = if tree.is_some() { 0 } else { PAGE_SIZE };
    let found = state.app.organisations(&OrganisationFilter { limit, ..form.filter() }).await?;
    let title = crate::texts::texts(context.language).get("organisations-title").to_owned();
    let shell = Shell::new(&state, &context, title).active(Nav::Organisations);
    let last = last_page(tree.as_ref().map_or(found.total, |tree| tree.total), PAGE_SIZE);
    if form.page > last {
        let last_href = ListForm { page: last, ..form.clone() }.href(&shell);
        return Err(WebError::NoSuchPage { page: form.page, last, last_href });
    }
    respond(&OrganisationsPage::new(shell, &form, &found, tree.as_ref()), &context)
}

impl OrganisationRow {
    fn new(shell: &Shell, summary: &OrganisationSummary) -> Self {
        let organisation = &summary.organisation;
        Self {
            name: organisation.name.clone(),
            href: shell.url(&format!("/behoerden/{}", organisation.kennung)),
            place: place(shell.language, organisation.level, organisation.land),
            systems: shell.t.count("organisations-uses", summary.deployments.max(summary.systems)),
        }
    }
}

impl TreeRow {
    fn new(shell: &Shell, node: &OrganisationNode) -> Self {
        let row = OrganisationRow::new(shell, &node.summary);
        let label = (node.parts > 0).then(|| shell.t.count("organisations-parts", node.parts));
        let all = (node.parts > node.children.len())
            .then(|| Link { label: shell.t.get("organisations-parts-all").to_owned(), href: row.href.clone() });
        Self { row, label, children: node.children.iter().map(|child| Self::new(shell, child)).collect(), all }
    }
}

impl OrganisationsPage {
    #[must_use]
    pub fn new(shell: Shell, form: &ListForm, found: &OrganisationPage, tree: Option<&OrganisationTree>) -> Self {
        let first = ListForm { page: 1, ..form.clone() };
        let language = shell.language;
        let chip = |list: &str, value: &Option<String>, without: ListForm| {
            value.as_ref().map(|code| Chip {
                label: vocabulary(list).map(|v| v.label.get(language).to_owned()).unwrap_or_default(),
                value: vocabulary::label(list, code, language).to_owned(),
                href: without.href(&shell),
            })
        };
        let level = chip("administrative_level", &form.level, ListForm { level: None, ..first.clone() });
        let land = chip("land", &form.land, ListForm { land: None, ..first.clone() });
        let flat = |o| TreeRow { row: OrganisationRow::new(&shell, o), label: None, children: Vec::new(), all: None };
        let rows = match tree {
            Some(tree) => tree.roots.iter().map(|node| TreeRow::new(&shell, node)).collect(),
            None => found.organisations.iter().map(flat).collect(),
        };
        let entries = tree.map_or(found.total, |tree| tree.total);
        Self {
            name: form.name.clone(),
            level: form.level.clone(),
            land: form.land.clone(),
            groups: vec![branch(&shell, &first, found, true), branch(&shell, &first, found, false)],
            chips: level.into_iter().chain(land).collect(),
            status: shell.t.count("organisations-status", found.total),
            rows,
            pages: Paging::new(form.page, last_page(entries, PAGE_SIZE), |page| {
                ListForm { page, ..form.clone() }.href(&shell)
            }),
            shell,
        }
    }
}

/// One side of the tree; the other side's choice stays, so that "municipal in Saxony" is two clicks.
fn branch(shell: &Shell, form: &ListForm, found: &OrganisationPage, by_level: bool) -> Branch {
    let (id, list) = if by_level { ("nach-ebene", "administrative_level") } else { ("nach-land", "land") };
    let chosen = if by_level { &form.level } else { &form.land };
    let terms = vocabulary(list).map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let entries = terms
        .iter()
        .map(|term| {
            let count: usize = found
                .groups
                .iter()
                .filter(|(level, land, _)| {
                    let (own, other, wanted) =
                        if by_level { (level, land, &form.land) } else { (land, level, &form.level) };
                    *own == Some(term.code.as_str()) && (wanted.is_none() || wanted.as_deref() == *other)
                })
                .map(|(_, _, count)| count)
                .sum();
            let mut target = form.clone();
            let slot = if by_level { &mut target.level } else { &mut target.land };
            *slot = Some(term.code.clone());
            CountedLink {
                label: term.label(shell.language).to_owned(),
                href: target.href(shell),
                count: count as u64,
                chosen: chosen.as_deref() == Some(term.code.as_str()),
            }
        })
        .filter(|entry| entry.count > 0 || entry.chosen)
        .collect();
    let label = vocabulary(list).map(|v| v.label.get(shell.language).to_owned()).unwrap_or_default();
    Branch { id, label, entries }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    let (kennung, profile) = lookup::organisation(&state, &context, &typed).await?;
    if kennung.as_str() != typed {
        return Ok(lookup::moved(&context, &format!("/behoerden/{kennung}")));
    }
    let request = SearchRequest {
        filters: Filters::new().with(Facet::Authority, kennung.as_str()),
        sort: Sort::Newest,
        limit: SYSTEMS,
        facets: Vec::new(),
        ..SearchRequest::default()
    };
    let found = state.app.search(View::Public, &request)?;
    let shell = Shell::new(&state, &context, "");
    let ended =
        if profile.record.is_withdrawn() { Ended::of(&state, &shell, profile.record.envelope.id).await? } else { None };
    respond(&OrganisationPageView { ended, ..OrganisationPageView::new(shell, &profile, &found) }, &context)
}

impl OrganisationPageView {
    #[must_use]
    pub fn new(shell: Shell, profile: &OrganisationProfile, found: &SearchPage) -> Self {
        let (t, language, content) = (shell.t, shell.language, &profile.record.content);
        let organisation = &profile.summary.organisation;
        let text_language = content.code(keys::ORGANISATION_TEXT_LANGUAGE).map_or("de", Code::as_str);
        let skip = [
            keys::ORGANISATION_NAME,
            keys::ORGANISATION_LEVEL,
            keys::ORGANISATION_LAND,
            keys::ORGANISATION_TEXT_LANGUAGE,
        ];
        let link = |o: &maki_app::OrganisationRef| Link {
            label: o.name.clone(),
            href: shell.url(&format!("/behoerden/{}", o.kennung)),
        };
        let parent = profile.parent.as_ref().map(link);
        let children = profile.children.iter().map(|c| link(&c.organisation)).collect();
        let more = found.hits.total > found.hits.hits.len();
        let all = format!("/systeme?authority={}", profile.record.kennung());
        let shell = Shell { title: organisation.name.clone(), ..shell }
            .active(Nav::Organisations)
            .crumb(t.get("nav-organisations"), "/behoerden");
        Self {
            name: organisation.name.clone(),
            place: place(language, organisation.level, organisation.land),
            kennung: Some(organisation.kennung.clone()).filter(|k| !k.is_empty()),
            ended: None,
            parent,
            children,
            sections: field::sections(content, RecordKind::Organisation, language, text_language, &skip),
            status: t.count("organisation-status", found.hits.total),
            cards: found.cards().map(|c| CardView::new(&c, language, &found.hits.matcher)).collect(),
            all_href: more.then(|| shell.url(&all)),
            shell,
        }
    }
}
