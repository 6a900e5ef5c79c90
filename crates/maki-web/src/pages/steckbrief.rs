//! The Steckbrief: everything the register says about one system, plain words first.

use std::collections::BTreeSet;

use askama::Template as _;
use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{Answer, AnswerForm, DeploymentOf, OrganisationRef, Steckbrief};
use maki_domain::{Code, Content, Language, PartialDate, RecordKind, Slot, Value, View, keys, lifecycle};

use crate::context::Context;
use crate::error::WebError;
use crate::respond::{HTML, entity_tag, finished, unchanged};
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::view::field::{self, SectionView, Shown};
use crate::view::places::Places;
use crate::view::{Badge, foreign, place};
use crate::{format, lookup};

/// Fields shown in the head of the page.
const IN_HEAD: [&str; 3] = [keys::NAME, keys::SHORT_DESCRIPTION, keys::TEXT_LANGUAGE];
/// Versions listed on the page itself.
const VERSIONS: usize = 5;
/// Up to this many deployments all stand open.
const OPEN: usize = 2;

/// Part of a fact "at a glance".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlancePart {
    pub text: String,
    pub href: Option<String>,
    pub muted: bool,
}

/// One fact "at a glance".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlanceFact {
    pub label: String,
    pub values: Vec<GlancePart>,
}

/// An organisation as the page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationView {
    pub name: String,
    pub place: String,
    pub href: Option<String>,
}

/// One deployment with its own facts.
#[derive(Debug, Clone)]
pub struct DeploymentView {
    pub id: String,
    pub kennung: Option<String>,
    pub organisation: OrganisationView,
    pub badges: Vec<Badge>,
    pub open: bool,
    pub sections: Vec<SectionView>,
    /// Labels of fields that are due at this stage and say nothing.
    pub missing: String,
}

/// One published version.
#[derive(Debug, Clone)]
pub struct VersionRow {
    pub label: String,
    pub href: Option<String>,
    pub date: format::DateText,
    pub what: String,
    pub note: Option<String>,
    /// The comparison with the version before.
    pub compare_href: Option<String>,
}

/// Why there is nothing more to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawnView {
    pub text: String,
    /// What its organisation says about it.
    pub reason: Option<String>,
}

/// The day that a page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThenView {
    pub text: String,
    pub now_href: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "steckbrief.html")]
pub struct SteckbriefPage {
    pub shell: Shell,
    pub kennung: String,
    pub name: String,
    pub lang: Option<String>,
    pub lead: Option<String>,
    pub badges: Vec<Badge>,
    pub withdrawn: Option<WithdrawnView>,
    /// The page is about a day that is named; without one it is about now.
    pub then: Option<ThenView>,
    pub foreign_note: Option<String>,
    pub glance: Vec<GlanceFact>,
    pub sections: Vec<SectionView>,
    pub deployments_title: String,
    pub deployments_text: String,
    pub deployments: Vec<DeploymentView>,
    /// Where an authority enters that it uses the system too; none for what was withdrawn or is past.
    pub adopt_href: Option<String>,
    pub versions: Vec<VersionRow>,
    pub versions_href: String,
    pub cite: String,
    pub json_href: String,
    pub missing: String,
    pub unstated: Vec<&'static str>,
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    // A page of just this address depends on nothing but the system; with a query, its links do.
    let plain = context.query.is_none() && context.path.strip_prefix("/systeme/") == Some(typed.as_str());
    let form = AnswerForm::Page(context.language);
    if let Some(kept) = Some(&typed).filter(|_| plain).and_then(|typed| state.app.answer(form, typed)) {
        return Ok(finished(&context, HTML, &kept));
    }
    let (kennung, found, since) = lookup::steckbrief_once(&state, &context, &typed).await?;
    if found.system.kennung() != typed {
        // Small letters, or the Kennung of a deployment.
        let anchor = if found.system.kennung() == kennung.as_str() { String::new() } else { format!("#{kennung}") };
        let path = format!("/systeme/{}{anchor}", found.system.kennung());
        return Ok(lookup::moved(&context, &path));
    }
    let contents = || found.deployments.iter().map(|d| &d.record.content);
    let places = Places::of(&state, contents()).await?;
    let revision = revision(&found, &places);
    if let Some(response) = unchanged(&context, &state.site.fingerprint, &revision) {
        return Ok(response);
    }
    let page = SteckbriefPage::new(Shell::new(&state, &context, ""), &found, &places);
    let html = page.render().map_err(WebError::internal)?;
    let tag = entity_tag(context.language, &state.site.fingerprint, &revision);
    let made = Answer { body: html.into(), tag: tag.into() };
    // Names of places change with other records than those of the system.
    if plain && !Places::concern(contents()) {
        state.app.keep_answer(since, form, &found, made.clone());
    }
    Ok(finished(&context, HTML, &made))
}

/// The page as it was public at the end of a day.
pub async fn show_then(
    State(state): State<WebState>,
    context: Context,
    Path((typed, day)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let kennung = lookup::kennung(&state, &context, &typed).await?;
    let found = match iso_day(&day) {
        Some(day) => state.app.steckbrief_at(View::Public, &kennung, day).await?,
        None => None,
    };
    let Some(found) = found else { return Err(super::versions::missing(&state, &context, &typed, &kennung).await) };
    if found.system.kennung() != typed {
        return Ok(lookup::moved(&context, &format!("/systeme/{}/stand/{day}", found.system.kennung())));
    }
    let places = Places::of(&state, found.deployments.iter().map(|d| &d.record.content)).await?;
    let page = SteckbriefPage::new(Shell::new(&state, &context, ""), &found, &places).about(&day);
    let html = page.render().map_err(WebError::internal)?;
    let tag = entity_tag(context.language, &state.site.fingerprint, &format!("{day}-{}", revision(&found, &places)));
    Ok(finished(&context, HTML, &Answer { body: html.into(), tag: tag.into() }))
}

/// A whole day as an address writes it, and no other way.
#[must_use]
pub fn iso_day(text: &str) -> Option<PartialDate> {
    let day: PartialDate = text.parse().ok()?;
    (day.day().is_some() && day.to_string() == text).then_some(day)
}

fn revision(found: &Steckbrief, places: &Places) -> String {
    format!("{:016x}{}", found.revision, places.revision())
}

impl SteckbriefPage {
    /// The same page, said to be about a day.
    fn about(mut self, day: &str) -> Self {
        let (t, language) = (self.shell.t, self.shell.language);
        let human = iso_day(day).map_or_else(|| day.to_owned(), |day| format::date(language, day).human);
        let (name, now) = (self.name.clone(), format!("/systeme/{}", self.kennung));
        let title = t.with("sheet-then-title", &[("name", name.as_str().into()), ("date", human.as_str().into())]);
        let now_href = self.shell.url(&now);
        self.json_href = format!("{}?at={day}", self.json_href);
        self.shell = Shell { title, ..self.shell }.crumb(name, &now);
        self.adopt_href = None;
        self.then = Some(ThenView { text: t.one("sheet-then", "date", human), now_href });
        self
    }

    #[must_use]
    pub fn new(shell: Shell, found: &Steckbrief, places: &Places) -> Self {
        let (content, language, t) = (&found.system.content, shell.language, shell.t);
        let kennung = found.system.kennung().to_owned();
        let text_language = content.code(keys::TEXT_LANGUAGE).map_or("de", Code::as_str);
        let name = content.text(keys::NAME).unwrap_or(&kennung).to_owned();
        let lead = content.text(keys::SHORT_DESCRIPTION).map(str::to_owned);
        let json_href = format!("/api/v1/systems/{kennung}");
        let (groups, risk) = (lifecycle_groups(found), content.code(keys::RISK_CLASS).map(Code::as_str));
        let group = groups.first().map(|g| g.as_str());
        let (due, unstated) = field::untouched(content, RecordKind::System, language, group, risk);
        let several = found.deployments.len() > 1;
        let shell = Shell { title: name.clone(), description: lead.clone(), ..shell }
            .active(Nav::Systems)
            .crumb(t.get("nav-systems"), "/systeme")
            .alternate("application/json", json_href.as_str(), t.get("sheet-json"));
        Self {
            lang: foreign(language, text_language),
            badges: badges(found, &groups, language),
            withdrawn: found.system.is_withdrawn().then(|| withdrawn(&shell, found)),
            then: None,
            foreign_note: foreign(language, text_language).map(|tag| {
                t.one(
                    "sheet-foreign",
                    "language",
                    maki_domain::vocabulary::label("data_language", &tag, language).to_owned(),
                )
            }),
            glance: glance(&shell, found, &groups),
            sections: field::sections(content, RecordKind::System, language, text_language, &IN_HEAD),
            deployments_title: t.get(if several { "sheet-deployments-many" } else { "sheet-deployments" }).to_owned(),
            adopt_href: (!found.system.is_withdrawn()).then(|| shell.url(&format!("/arbeit/nachnutzen/{kennung}"))),
            deployments_text: t.count("sheet-deployments-text", found.deployments.len()),
            deployments: deployments(&shell, found, places),
            versions: versions(&shell, found).into_iter().take(VERSIONS).collect(),
            versions_href: shell.url(&format!("/systeme/{kennung}/versionen")),
            cite: cite(&shell, found),
            missing: due.join(", "),
            unstated,
            lead,
            json_href,
            name,
            kennung,
            shell,
        }
    }
}

fn withdrawn(shell: &Shell, found: &Steckbrief) -> WithdrawnView {
    let text = match &found.withdrawal {
        Some(withdrawal) => {
            let day = format::day(shell.language, withdrawal.at).human;
            shell.t.one("sheet-withdrawn-on", "date", day)
        }
        None => shell.t.get("sheet-withdrawn").to_owned(),
    };
    WithdrawnView { text, reason: found.withdrawal.as_ref().map(|withdrawal| withdrawal.reason.clone()) }
}

/// Lifecycle groups of all deployments, in vocabulary order of their first appearance.
fn lifecycle_groups(found: &Steckbrief) -> BTreeSet<Code> {
    found
        .deployments
        .iter()
        .filter_map(|d| d.record.content.code(keys::LIFECYCLE).and_then(lifecycle::group_of))
        .collect()
}

fn badges(found: &Steckbrief, groups: &BTreeSet<Code>, language: Language) -> Vec<Badge> {
    let mut badges: Vec<Badge> = groups.iter().map(|g| Badge::lifecycle(language, g.as_str())).collect();
    let risks: BTreeSet<Code> =
        found.system.content.code(keys::RISK_CLASS).into_iter().chain(own_risks(found)).collect();
    badges.extend(risks.iter().map(|r| Badge::risk(language, r.as_str())));
    badges
}

fn own_risks(found: &Steckbrief) -> impl Iterator<Item = Code> + '_ {
    found.deployments.iter().filter_map(|d| d.record.content.code(keys::DEPLOYMENT_RISK_CLASS))
}

/// The organisation as a page names it.
#[must_use]
pub fn organisation(shell: &Shell, organisation: Option<&OrganisationRef>) -> OrganisationView {
    match organisation {
        Some(o) => OrganisationView {
            name: o.name.clone(),
            place: place(shell.language, o.level, o.land),
            href: (!o.kennung.is_empty()).then(|| shell.url(&format!("/behoerden/{}", o.kennung))),
        },
        None => {
            OrganisationView { name: shell.t.get("organisation-unnamed").to_owned(), place: String::new(), href: None }
        }
    }
}

fn glance(shell: &Shell, found: &Steckbrief, groups: &BTreeSet<Code>) -> Vec<GlanceFact> {
    let (t, system) = (shell.t, &found.system.content);
    let responsible = found.responsible.as_ref().map(|o| organisation(shell, Some(o)));
    let responsible = responsible.map(|o| GlancePart { text: o.name, href: o.href, muted: false });
    let uses = match found.deployments.as_slice() {
        [one] => one.deployer.as_ref().map(|o| organisation(shell, Some(o))).map(|o| (o.name, o.href)),
        many => Some((t.count("sheet-organisations-count", many.len()), Some("#einsaetze".to_owned()))),
    };
    let uses = uses.map(|(text, href)| GlancePart { text, href, muted: false });
    let confirmed = found.deployments.iter().filter_map(|d| date(&d.record.content, keys::LAST_CONFIRMED_ON)).max();
    let confirmed = confirmed.map(|d| plain(format::date(shell.language, d).human));
    let published = format::day(shell.language, found.system.envelope.published_at.unwrap_or(found.system.version_at));
    let contents = || found.deployments.iter().map(|d| &d.record.content);
    let groups = groups.iter().map(|g| filter_part(shell, "lifecycle_group", "lifecycle_group", *g)).collect();
    let facts = [
        ("glance-responsible", responsible.into_iter().collect()),
        ("glance-used-by", uses.into_iter().collect()),
        ("glance-lifecycle", groups),
        ("glance-risk", codes(shell, [system].into_iter(), keys::RISK_CLASS, "risk_class", "risk_class")),
        ("glance-field", codes(shell, [system].into_iter(), keys::FIELDS, "field", "field")),
        ("glance-technique", codes(shell, [system].into_iter(), keys::TECHNIQUES, "technique", "technique")),
        ("glance-personal-data", codes(shell, contents(), keys::PERSONAL_DATA, "personal_data", "personal_data")),
        ("glance-decision", codes(shell, contents(), keys::DECISION_EFFECT, "decision_effect", "decision_effect")),
        ("glance-reuse", codes(shell, [system].into_iter(), keys::REUSE, "reuse", "reuse")),
        ("glance-confirmed", confirmed.into_iter().collect()),
        ("glance-published", vec![plain(published.human)]),
    ];
    facts
        .into_iter()
        .map(|(key, mut values): (&str, Vec<GlancePart>)| {
            if values.is_empty() {
                values.push(GlancePart { text: t.get("value-untouched").to_owned(), href: None, muted: true });
            }
            GlanceFact { label: t.get(key).to_owned(), values }
        })
        .collect()
}

const fn plain(text: String) -> GlancePart {
    GlancePart { text, href: None, muted: false }
}

fn filter_part(shell: &Shell, vocabulary: &str, facet: &str, code: Code) -> GlancePart {
    GlancePart {
        text: maki_domain::vocabulary::label(vocabulary, code.as_str(), shell.language).to_owned(),
        href: Some(shell.url(&format!("/systeme?{facet}={code}"))),
        muted: false,
    }
}

/// The codes of a field over several contents, each once; absences stand for themselves.
fn codes<'a>(
    shell: &Shell,
    contents: impl Iterator<Item = &'a Content>,
    key: &str,
    vocabulary: &str,
    facet: &str,
) -> Vec<GlancePart> {
    let mut parts: Vec<GlancePart> = Vec::new();
    for slot in contents.filter_map(|c| c.slot(key)) {
        let found = match slot {
            Slot::Value(value) => {
                value.codes().iter().map(|code| filter_part(shell, vocabulary, facet, *code)).collect()
            }
            Slot::Absent(absence) => {
                let absent = field::absent(*absence, shell.language);
                let text =
                    absent.reason.map_or_else(|| absent.label.clone(), |reason| format!("{}: {reason}", absent.label));
                vec![GlancePart { text, href: None, muted: true }]
            }
        };
        for part in found {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
}

fn date(content: &Content, key: &str) -> Option<PartialDate> {
    match content.value(key)? {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}

fn deployments(shell: &Shell, found: &Steckbrief, places: &Places) -> Vec<DeploymentView> {
    let open = found.deployments.len() <= OPEN;
    found.deployments.iter().enumerate().map(|(at, d)| deployment(shell, d, at, open, places)).collect()
}

fn deployment(shell: &Shell, found: &DeploymentOf, at: usize, open: bool, places: &Places) -> DeploymentView {
    let (content, language) = (&found.record.content, shell.language);
    let text_language = content.code(keys::DEPLOYMENT_TEXT_LANGUAGE).map_or("de", Code::as_str);
    let group = content.code(keys::LIFECYCLE).and_then(lifecycle::group_of).map(Code::as_str);
    let risk = content.code(keys::DEPLOYMENT_RISK_CLASS).map(Code::as_str);
    let (due, _) = field::untouched(content, RecordKind::Deployment, language, group, risk);
    let skip = [keys::DEPLOYMENT_TEXT_LANGUAGE];
    let kennung = found.record.envelope.kennung.as_ref().map(ToString::to_string);
    let mut sections = field::sections(content, RecordKind::Deployment, language, text_language, &skip);
    places.name(&mut sections, language);
    for section in &mut sections {
        section.id = format!("einsatz-{at}-{}", section.id);
    }
    DeploymentView {
        id: kennung.clone().unwrap_or_else(|| format!("einsatz-{at}")),
        organisation: organisation(shell, found.deployer.as_ref()),
        badges: group
            .map(|g| Badge::lifecycle(language, g))
            .into_iter()
            .chain(risk.map(|r| Badge::risk(language, r)))
            .collect(),
        open,
        sections,
        missing: due.join(", "),
        kennung,
    }
}

/// All published versions of the system and its deployments, newest first.
#[must_use]
pub fn versions(shell: &Shell, found: &Steckbrief) -> Vec<VersionRow> {
    found
        .versions
        .iter()
        .map(|version| {
            let path = format!("/systeme/{}/versionen/{}", version.kennung, version.number);
            let what = match (version.kind, &version.organisation) {
                (RecordKind::Deployment, Some(o)) => shell.t.one("versions-deployment-of", "name", o.name.as_str()),
                (RecordKind::Deployment, None) => shell.t.get("versions-deployment").to_owned(),
                _ => shell.t.get("versions-system").to_owned(),
            };
            let has_kennung = !version.kennung.is_empty();
            VersionRow {
                label: shell.t.count("versions-label", version.number),
                href: has_kennung.then(|| shell.url(&path)),
                date: format::moment(shell.language, version.published_at),
                what,
                note: Some(version.change_note.clone()).filter(|note| !note.is_empty()),
                compare_href: (has_kennung && version.number > 1)
                    .then(|| shell.url(&format!("{path}?vergleich={}", version.number - 1))),
            }
        })
        .collect()
}

/// The address of the day of the last change: what it shows stays, whatever changes later.
fn cite(shell: &Shell, found: &Steckbrief) -> String {
    let date = format::day(shell.language, found.system.version_at).human;
    let last = found.versions.iter().map(|version| version.published_at).max().unwrap_or(found.system.version_at);
    let path = match maki_app::App::day_of(last) {
        Some(day) => format!("/systeme/{}/stand/{day}", found.system.kennung()),
        None => format!("/systeme/{}/versionen/{}", found.system.kennung(), found.system.envelope.version),
    };
    shell.t.with(
        "sheet-cite",
        &[
            ("kennung", found.system.kennung().into()),
            ("version", found.system.envelope.version.into()),
            ("date", date.into()),
            ("url", shell.absolute(&shell.url(&path)).into()),
        ],
    )
}
