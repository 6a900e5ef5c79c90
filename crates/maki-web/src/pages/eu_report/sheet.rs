//! One report, item by item: what would be reported, what is missing and where to add it, what is left out and why, what
//! has changed since it was reported, and the reports so far.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::eu_report::{EntryReports, PastReport, ReportSheet};
use maki_app::{AppError, Target};
use maki_domain::eu_report::{ItemChange, ItemReport, ItemState, item};
use maki_domain::{Act, FieldId, RecordKind, catalogue, keys};
use serde_json::Value as Json;

use super::{code_of, report_path, words};
use crate::error::WebError;
use crate::form::first_id;
use crate::format::{self, DateText};
use crate::pages::work::Asked;
use crate::pages::work::desk::{self, Desk, Topic};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::{entry_path, topic_path};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::field::is_web_address;
use crate::view::{Badge, Link, foreign};

/// The warning of Art. 26(8).
pub struct Unregistered {
    pub text: String,
    /// What the provider noted in this register.
    pub known: Option<String>,
    pub link: Option<Link>,
}

/// A text in the other language.
pub struct OtherView {
    pub label: String,
    pub lang: &'static str,
    pub lines: Vec<String>,
    /// Why it may not fit any more, or that there is none.
    pub note: Option<String>,
    pub href: Option<String>,
}

/// One value of an item.
pub struct ValueView {
    pub label: String,
    pub lines: Vec<String>,
    /// Whether the lines are addresses that can be opened.
    pub links: bool,
    pub lang: Option<String>,
    pub other: Option<OtherView>,
}

/// A field in which nothing stands.
pub struct EmptyField {
    pub label: String,
    pub href: Option<String>,
}

/// One item.
pub struct ItemView {
    pub number: &'static str,
    pub title: String,
    /// Why nothing stands there, or what is missing.
    pub text: Option<String>,
    pub missing: bool,
    pub values: Vec<ValueView>,
    /// Fields that could be filled; each with the way to it, for those who may fill it.
    pub empty: Vec<EmptyField>,
    /// Where the values are changed.
    pub change: Option<String>,
}

/// A value that is not as it was reported.
pub struct ChangeRow {
    pub item: String,
    pub label: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// A report that was made.
pub struct HistoryRow {
    pub day: DateText,
    pub id: String,
    pub url: Option<String>,
    pub by: String,
    pub noted: DateText,
    pub ended: bool,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "eu_report/sheet.html")]
pub struct SheetPage {
    pub shell: Shell,
    pub name: String,
    pub kennung: Option<String>,
    pub organisation: String,
    pub title: String,
    pub article: String,
    pub done: Option<(&'static str, String)>,
    pub state: Badge,
    pub state_text: String,
    pub due: String,
    /// What else is to be known: the non-public part, the national register, changes that are not approved.
    pub notes: Vec<String>,
    pub unregistered: Option<Unregistered>,
    pub changes: Vec<ChangeRow>,
    /// What the entry says differently from what the database gave.
    pub differs: Option<(String, Option<Link>)>,
    pub missing_title: String,
    pub items: Vec<ItemView>,
    pub history: Vec<HistoryRow>,
    pub note_href: Option<String>,
    pub other_href: Option<String>,
    pub downloads: Vec<Link>,
    pub back: Vec<Link>,
}

impl Page for SheetPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

/// What the form before has done, by the word in the address.
const DONE: [(&str, &str, &str); 3] = [
    ("festgehalten", "success", "eu-done-noted"),
    ("ohne-eintrag", "warning", "eu-done-not-in-entry"),
    ("texte", "success", "eu-done-texts"),
];

pub async fn show(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let code = code_of(&section)?;
    let sheet = state.app.eu_report(&asked.permit, code).await?;
    let desk = desk::open(&state, &asked.permit).await?;
    let shell = below_entry(&state, &asked, &desk, "eu-title");
    let path = report_path(desk.work.entry, code);
    let shell = shell.crumb(asked.texts().get("eu-title"), &format!("{}/eu-meldung", entry_path(&desk)));
    let title = words::long_name(&sheet.report.obligation, shell.language);
    let shell = Shell { title: title.clone(), ..shell };
    let t = shell.t;
    let organisation_href = organisation_href(&state, &asked, &shell, &desk).await?;
    let look =
        Look { shell: &shell, desk: &desk, sheet: &sheet, topics: desk.topics(), path: &path, organisation_href };
    let file = |extension: &str, key: &str| Link {
        label: t.get(key).to_owned(),
        href: shell.url(&format!("{path}/datei/eu-meldung.{extension}")),
    };
    let said = asked.context.pairs().find_map(|(name, _)| DONE.iter().find(|(word, ..)| *word == name).copied());
    let page = SheetPage {
        name: name_of(&asked, &desk),
        kennung: sheet.of.entry.kennung.as_ref().map(ToString::to_string),
        organisation: desk.organisation.clone(),
        title,
        article: words::article(shell.language, sheet.report.obligation.article),
        done: said.map(|(_, kind, key)| (kind, t.get(key).to_owned())),
        state: words::state_badge(t, sheet.report.state),
        state_text: words::state_text(t, sheet.report.state).to_owned(),
        due: words::due(t, &sheet.report),
        notes: look.notes(),
        unregistered: unregistered(&shell, &desk, &sheet.of),
        changes: sheet.changes.iter().map(|change| look.change(change)).collect(),
        differs: look.differs(),
        missing_title: t.count("eu-missing-count", sheet.report.report.missing.len()),
        items: sheet.report.report.items.iter().map(|item| look.item(item)).collect(),
        history: sheet.history.iter().map(|past| look.past(past)).collect(),
        note_href: desk.may_edit.then(|| shell.url(&format!("{path}/gemeldet"))),
        other_href: (desk.may_edit && !sheet.texts.is_empty()).then(|| shell.url(&format!("{path}/texte"))),
        downloads: vec![file("json", "eu-file-json"), file("csv", "eu-file-csv")],
        back: vec![Link { label: t.get("work-to-overview").to_owned(), href: shell.url(&entry_path(&desk)) }],
        shell: shell.clone(),
    };
    respond(&page, &asked.context)
}

/// The page on which the organisation changes what the register says of it, for those who may.
async fn organisation_href(
    state: &WebState,
    asked: &Asked,
    shell: &Shell,
    desk: &Desk,
) -> Result<Option<String>, WebError> {
    let Some(kennung) = &desk.organisation_kennung else { return Ok(None) };
    let target = Target::Organisation(desk.work.organisation);
    match state.app.permit(asked.permit.principal(), Act::ManageOrganisation, target).await {
        Ok(_) => Ok(Some(shell.url(&format!("/arbeit/{kennung}/behoerde")))),
        Err(AppError::Forbidden) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The warning where a use runs on a system whose provider's entry is not named.
pub fn unregistered(shell: &Shell, desk: &Desk, of: &EntryReports) -> Option<Unregistered> {
    let t = shell.t;
    let from = of.entry.unregistered_from?;
    let key = if of.today >= from { "eu-unregistered-now" } else { "eu-unregistered" };
    let field = catalogue().id(keys::PROVIDER_EU_URL)?;
    let is_asked = desk.is_open() && desk.topics().iter().any(|topic| topic.fields.contains(&field));
    Some(Unregistered {
        text: t.one(key, "day", format::date(shell.language, from).human),
        known: of.entry.provider_url.as_ref().map(|url| t.one("eu-unregistered-known", "url", url.clone())),
        link: is_asked.then(|| Link {
            label: field.field().label(shell.language).to_owned(),
            href: field_href(shell, desk, field),
        }),
    })
}

fn field_href(shell: &Shell, desk: &Desk, field: FieldId) -> String {
    format!("{}#{}", shell.url(&topic_path(desk, &field.field().section)), first_id(field))
}

/// A report as it is put into words.
struct Look<'a> {
    shell: &'a Shell,
    desk: &'a Desk,
    sheet: &'a ReportSheet,
    topics: Vec<Topic>,
    path: &'a str,
    /// Where what the register says of the organisation is changed.
    organisation_href: Option<String>,
}

impl Look<'_> {
    fn notes(&self) -> Vec<String> {
        let t = self.shell.t;
        let report = &self.sheet.report;
        let changed = self.sheet.of.entry.is_changed.then_some("eu-note-unapproved");
        let restricted = report.obligation.restricted.then_some("eu-note-restricted");
        let national = (report.obligation.code == "national").then_some("eu-note-national");
        let test = (report.obligation.code == "IX").then_some("eu-note-test");
        [restricted, national, test, changed].into_iter().flatten().map(|key| t.get(key).to_owned()).collect()
    }

    /// Where a field is entered: in the entry, on the page of the organisation, or by a proposal to those who look after
    /// the system. None where whoever looks cannot change it.
    fn way_to(&self, field: FieldId) -> Option<String> {
        let shell = self.shell;
        if self.topics.iter().any(|topic| topic.fields.contains(&field)) {
            return self.desk.is_open().then(|| field_href(shell, self.desk, field));
        }
        match field.field().record {
            RecordKind::Organisation => self.organisation_href.clone(),
            RecordKind::System => {
                let shared = self.desk.work.shared_system.as_ref().filter(|_| self.desk.may_propose)?;
                let section = &field.field().section;
                Some(shell.url(&format!("/arbeit/systeme/{}/vorschlag?abschnitt={section}", shared.record)))
            }
            _ => None,
        }
    }

    fn item(&self, of: &ItemReport) -> ItemView {
        let (shell, t) = (self.shell, self.shell.t);
        let fields: Vec<FieldId> = item(of.item).map(|item| item.fields().collect()).unwrap_or_default();
        let is_asked = matches!(of.state, ItemState::Stated | ItemState::Missing | ItemState::Empty);
        let empty = fields.iter().filter(|field| is_asked && !of.values.contains_key(&field.field().key));
        let empty = empty.map(|field| EmptyField {
            label: field.field().label(shell.language).to_owned(),
            href: self.way_to(*field),
        });
        let given = self.sheet.report.last.as_ref().filter(|_| of.item == "IX1").map(|last| last.database_id.as_str());
        let text = match given {
            Some(id) => Some(t.one("eu-item-given", "id", id.to_owned())),
            None => words::item_text(t, of.state).map(str::to_owned),
        };
        ItemView {
            number: of.item,
            title: of.title.get(shell.language).to_owned(),
            text,
            missing: of.state == ItemState::Missing,
            values: of.values.iter().map(|(key, value)| self.value(of, key, value)).collect(),
            empty: empty.collect(),
            change: of.values.keys().filter_map(|key| catalogue().id(key)).find_map(|field| self.way_to(field)),
        }
    }

    fn value(&self, of: &ItemReport, key: &str, value: &Json) -> ValueView {
        let language = self.shell.language;
        let lines = words::lines(language, key, value);
        let is_prose = catalogue().id(key).is_some_and(|id| id.field().field_type.is_prose());
        ValueView {
            label: words::field_label(language, key),
            links: !lines.is_empty() && lines.iter().all(|line| is_web_address(line)),
            lang: foreign(language, self.sheet.report.report.language).filter(|_| is_prose),
            other: self.other(of, key),
            lines,
        }
    }

    /// The text in the other language, or that there is none.
    fn other(&self, of: &ItemReport, key: &str) -> Option<OtherView> {
        let t = self.shell.t;
        let text = self.sheet.texts.iter().find(|text| text.field.field().key == key)?;
        let said = of.translations.get(key).and_then(|said| said.get("text")).and_then(Json::as_str);
        let language = t.get(match text.language {
            maki_domain::Language::De => "eu-language-de",
            maki_domain::Language::En => "eu-language-en",
        });
        let note = match (said, text.is_current()) {
            (None, _) => Some(t.one("eu-other-missing", "language", language.to_owned())),
            (Some(_), false) => Some(t.get("eu-other-old").to_owned()),
            (Some(_), true) => None,
        };
        let href = format!("{}#f-{key}", self.shell.url(&format!("{}/texte", self.path)));
        Some(OtherView {
            label: language.to_owned(),
            lang: text.language.tag(),
            lines: said.map(|said| said.lines().map(str::to_owned).collect()).unwrap_or_default(),
            href: self.desk.may_edit.then_some(href).filter(|_| note.is_some()),
            note,
        })
    }

    fn change(&self, change: &ItemChange) -> ChangeRow {
        let language = self.shell.language;
        let lines = |value: &Option<Json>| match value {
            Some(value) => words::lines(language, &change.field, value),
            None => vec![self.shell.t.get("eu-change-nothing").to_owned()],
        };
        ChangeRow {
            item: change.item.clone(),
            label: words::field_label(language, &change.field),
            before: lines(&change.before),
            after: lines(&change.after),
        }
    }

    /// The id of the entry beside that of the database: one of them is wrong, and people have to say which.
    fn differs(&self) -> Option<(String, Option<Link>)> {
        let t = self.shell.t;
        let given = self.sheet.report.last.as_ref().map(|last| last.database_id.clone());
        let text = match (self.sheet.differing_id(), given) {
            (Some(stated), Some(given)) => {
                t.with("eu-id-differs", &[("stated", stated.to_owned().into()), ("given", given.into())])
            }
            (Some(stated), None) => t.one("eu-id-stated", "stated", stated.to_owned()),
            (None, Some(given)) if self.sheet.lacks_id() => t.one("eu-id-lacking", "given", given),
            _ => return None,
        };
        let field = catalogue().id(keys::EU_DATABASE_ID)?;
        let label = field.field().label(self.shell.language).to_owned();
        Some((text, self.way_to(field).map(|href| Link { label, href })))
    }

    fn past(&self, past: &PastReport) -> HistoryRow {
        let (language, t) = (self.shell.language, self.shell.t);
        HistoryRow {
            day: format::date(language, past.made.reported_on),
            id: past.made.database_id.clone(),
            url: past.made.url.clone(),
            by: past.by.clone().unwrap_or_else(|| t.get("eu-somebody").to_owned()),
            noted: format::moment(language, past.made.noted_at),
            ended: !past.was_due,
        }
    }
}
