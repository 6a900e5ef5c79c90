//! One change to many published entries: choose entries and the change, see what became of it, approve or undo it.

use std::collections::BTreeSet;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::{BulkChange, BulkEnd, BulkOutcome, BulkSkip, BulkSummary, MAX_NOTE, MOST_IN_BULK};
use maki_domain::{RecordId, catalogue, keys, vocabulary};
use serde::Deserialize;
use uuid::Uuid;

use super::Asked;
use super::rows::{List, Rights, WorkRow, row};
use crate::context::localised;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::pages::work::see;
use crate::plain_form::{PlainChoice, PlainControl, PlainField};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::paging::{PageItem, Paging};

/// The field that chooses every published entry, on whichever page it stands.
pub const EVERY: &str = "alle";
/// What was done just before, as addresses say it.
const CHANGED: &str = "geaendert";
const UNDONE: &str = "rueckgaengig";
const APPROVED: &str = "freigegeben";

/// A change that was made before.
pub struct ChangeRow {
    pub what: String,
    pub at: DateText,
    pub by: String,
    pub state: String,
    pub undo_action: Option<String>,
    pub approve_action: Option<String>,
}

/// An entry that was left as it was.
pub struct Skipped {
    pub name: String,
    /// Where it can be changed; none where it is none of the organisation's.
    pub href: Option<String>,
    pub why: String,
}

/// What became of a form that was sent.
pub struct Told {
    pub title: String,
    pub skipped: Vec<Skipped>,
}

/// Choosing entries and a change, and the changes so far.
#[derive(askama::Template)]
#[template(path = "workspace/bulk.html")]
pub struct BulkPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub organisation: String,
    pub told: Option<Told>,
    pub faults: FaultSummary,
    pub action: String,
    pub rows: Vec<WorkRow>,
    /// The label of the choice of all entries, where there are more than are shown and not too many.
    pub every: Option<String>,
    pub every_chosen: bool,
    pub chosen: BTreeSet<String>,
    /// None where whoever looks may not change anything.
    pub fields: Vec<PlainField>,
    pub changes: Vec<ChangeRow>,
    pub pages: Paging,
}

impl Page for BulkPage {
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

/// What a page says beside the lists.
#[derive(Default)]
struct Said<'a> {
    told: Option<Told>,
    typed: Option<&'a Submitted>,
    /// What is wrong, and with which field; none for the choice of entries.
    faults: Vec<(Option<&'static str>, &'static str)>,
}

/// What the address says: the page, and what was done just before.
#[derive(Debug, Default, Deserialize)]
pub struct Shown {
    seite: Option<usize>,
    #[serde(default)]
    schritt: String,
    #[serde(default)]
    getan: u32,
    #[serde(default)]
    uebrig: u32,
}

type Asks = Result<Query<Shown>, axum::extract::rejection::QueryRejection>;

pub async fn show(State(state): State<WebState>, asked: Asked, asks: Asks) -> Result<Response, WebError> {
    let Ok(Query(shown)) = asks else { return Err(WebError::BadParameter { name: "seite".to_owned() }) };
    let t = asked.texts();
    let title = match shown.schritt.as_str() {
        CHANGED => Some(t.count("bulk-done", shown.getan)),
        UNDONE => Some(t.count("bulk-end-undone", shown.getan)),
        APPROVED => Some(t.count("bulk-end-approved", shown.getan)),
        _ => None,
    };
    let left = if shown.uebrig > 0 { t.count("bulk-end-left", shown.uebrig) } else { String::new() };
    let told = title.map(|title| Told { title: format!("{title} {left}").trim_end().to_owned(), skipped: Vec::new() });
    render(&state, &asked, shown.seite.unwrap_or(1).max(1), Said { told, ..Said::default() }).await
}

/// To the page again, which says what was done.
fn back(asked: &Asked, step: &str, end: &BulkEnd) -> Response {
    let path = format!("{}/mehrere?schritt={step}&getan={}&uebrig={}", asked.own_path(), end.done, end.left);
    see(&asked.context, &path)
}

async fn render(state: &WebState, asked: &Asked, page: usize, said: Said<'_>) -> Result<Response, WebError> {
    let permit = asked.reading(state).await?;
    let t = asked.texts();
    let own = asked.own_path();
    let shell = asked.shell(state, t.get("workspace-bulk")).crumb(asked.organisation.name.clone(), &own);
    let rights = Rights::of(state, asked).await?;
    let found = List::Published
        .read(state, &Asked { permit: permit.clone(), ..asked.clone() }, &maki_app::ProblemWish::None, page)
        .await?;
    let edits = state.app.bulk_edits(&permit).await?;
    let mut faults = FaultSummary::of(&[], asked.context.language);
    for (field, key) in &said.faults {
        let id = field.map_or_else(|| "auswahl".to_owned(), |field| format!("f-{field}"));
        faults.push(&id, t.count(key, MAX_NOTE));
    }
    let path = format!("{own}/mehrere");
    let page = BulkPage {
        status: if said.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        organisation: asked.organisation.name.clone(),
        told: said.told,
        faults,
        action: shell.url(&path),
        every: (found.pages > 1 && found.total <= MOST_IN_BULK).then(|| t.count("bulk-every", found.total)),
        every_chosen: said.typed.is_some_and(|typed| typed.has(EVERY)),
        chosen: said.typed.map(|typed| typed.all("entry").map(str::to_owned).collect()).unwrap_or_default(),
        fields: if rights.submit { fields(&shell, said.typed, &said.faults) } else { Vec::new() },
        changes: edits.into_iter().map(|edit| change_row(&shell, &path, rights, edit)).collect(),
        pages: Paging::new(found.page, found.pages, |page| shell.url(&format!("{path}?seite={page}"))),
        rows: found.items.into_iter().map(|item| row(&shell, rights, item)).collect(),
        shell,
    };
    respond(&page, &asked.context)
}

fn fields(
    shell: &Shell,
    typed: Option<&Submitted>,
    faults: &[(Option<&'static str>, &'static str)],
) -> Vec<PlainField> {
    let (t, language) = (shell.t, shell.language);
    let choice = |value: &str, label: &str| PlainChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: None,
        chosen: value == "confirm",
    };
    let kinds = [("confirm", "bulk-confirm"), ("lifecycle", "bulk-lifecycle"), ("mailbox", "bulk-mailbox")];
    let kinds = kinds.map(|(value, key)| choice(value, t.get(key))).into();
    let stages = catalogue().id(keys::LIFECYCLE).and_then(|id| id.field().vocabulary());
    let stages = stages.map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let stages = stages.iter().map(|term| choice(term.code.as_str(), term.label(language)));
    let stages = std::iter::once(choice("", t.get("bulk-to-choose"))).chain(stages).collect();
    let fields = [
        PlainField::new(shell, "change", "bulk-what", PlainControl::Radios(kinds)),
        PlainField::new(shell, "to", "bulk-to", PlainControl::Select(stages)).optional().hint(t.get("bulk-to-hint")),
        PlainField::line(shell, "address", "bulk-address", "email")
            .optional()
            .autocomplete("off")
            .hint(t.get("bulk-address-hint")),
        PlainField::line(shell, "note", "work-submit-note", "text").optional().hint(t.get("work-submit-note-hint")),
    ];
    let again = |field: PlainField| {
        let found = faults.iter().find(|(name, _)| *name == Some(field.name));
        let fault = found.map(|(_, key)| t.count(key, MAX_NOTE));
        let field = match typed {
            Some(typed) => field.typed(typed),
            None => field,
        };
        field.fault(fault)
    };
    fields.into_iter().map(again).collect()
}

fn change_row(shell: &Shell, path: &str, rights: Rights, edit: BulkSummary) -> ChangeRow {
    let t = shell.t;
    let entries = t.count("workspace-entries", edit.entries);
    let what = match &edit.change {
        BulkChange::Confirm => t.get("bulk-confirm").to_owned(),
        BulkChange::Lifecycle { to } => {
            t.one("bulk-lifecycle-to", "stage", vocabulary::label("lifecycle", to, shell.language))
        }
        BulkChange::Mailbox { address } => t.one("bulk-mailbox-to", "address", address.as_str()),
    };
    let is_open = !edit.is_undone && edit.waiting > 0;
    let state = match (edit.is_undone, edit.waiting) {
        (true, _) => t.get("bulk-undone").to_owned(),
        (false, 0) => t.get("bulk-decided").to_owned(),
        (false, waiting) => t.count("workspace-count-waiting", waiting),
    };
    let action = |step: &str| shell.url(&format!("{path}/{}/{step}", edit.id));
    ChangeRow {
        what: format!("{what} · {entries}"),
        at: format::moment(shell.language, edit.at),
        by: edit.by.clone().unwrap_or_else(|| t.get("review-gone").to_owned()),
        undo_action: (is_open && rights.submit).then(|| action("rueckgaengig")),
        approve_action: (is_open && rights.approve && !edit.is_own).then(|| action("freigeben")),
        state,
    }
}

/// What was typed as a change; none where its value is missing.
fn change(typed: &Submitted) -> Result<BulkChange, (Option<&'static str>, &'static str)> {
    match typed.get("change") {
        "confirm" => Ok(BulkChange::Confirm),
        "lifecycle" if typed.get("to").is_empty() => Err((Some("to"), "bulk-to-missing")),
        "lifecycle" => Ok(BulkChange::Lifecycle { to: typed.get("to").to_owned() }),
        "mailbox" if typed.get("address").trim().is_empty() => Err((Some("address"), "bulk-address-missing")),
        "mailbox" => Ok(BulkChange::Mailbox { address: typed.get("address").trim().to_owned() }),
        _ => Err((Some("change"), "bulk-what-missing")),
    }
}

pub async fn send(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let chosen: Vec<RecordId> = if typed.has(EVERY) {
        state.app.every_published_entry(&asked.permit).await?
    } else {
        typed.all("entry").filter_map(|id| id.parse().ok().map(RecordId)).collect()
    };
    let mut faults = Vec::new();
    match chosen.len() {
        0 => faults.push((None, "bulk-none-chosen")),
        many if many > MOST_IN_BULK => faults.push((None, "bulk-too-many")),
        _ => {}
    }
    if typed.get("note").trim().chars().count() > MAX_NOTE {
        faults.push((Some("note"), "bulk-note-long"));
    }
    let change = change(&typed).map_err(|fault| faults.push(fault)).ok();
    let done = match (change, faults.is_empty()) {
        (Some(change), true) => match state.app.bulk_edit(&asked.permit, &chosen, &change, typed.get("note")).await {
            Err(AppError::Invalid) => {
                let field = if matches!(change, BulkChange::Mailbox { .. }) { "address" } else { "change" };
                faults.push((Some(field), "bulk-does-not-fit"));
                None
            }
            Err(AppError::Changed | AppError::WrongStage) => {
                faults.push((None, "bulk-changed"));
                None
            }
            done => Some(done?),
        },
        _ => None,
    };
    let said = match done {
        Some(outcome) if outcome.skipped.is_empty() => {
            return Ok(back(&asked, CHANGED, &BulkEnd { done: outcome.done.len(), left: 0 }));
        }
        Some(outcome) => Said { told: Some(told(&asked, outcome)), ..Said::default() },
        None => Said { told: None, typed: Some(&typed), faults },
    };
    render(&state, &asked, 1, said).await
}

fn told(asked: &Asked, outcome: BulkOutcome) -> Told {
    let t = asked.texts();
    let skipped = outcome.skipped.into_iter().map(|(entry, name, why)| Skipped {
        name: if name.is_empty() { t.get("work-untitled").to_owned() } else { name },
        href: (why != BulkSkip::Unknown)
            .then(|| localised(asked.context.language, &format!("/arbeit/eintraege/{entry}"))),
        why: t.get(&format!("bulk-skip-{}", why.key())).to_owned(),
    });
    Told { title: t.count("bulk-done", outcome.done.len()), skipped: skipped.collect() }
}

pub async fn undo(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, change)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let id: Uuid = change.parse().map_err(|_| WebError::NotFound)?;
    ended(&asked, UNDONE, state.app.undo_bulk(&asked.permit, id).await)
}

pub async fn approve(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, change)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let id: Uuid = change.parse().map_err(|_| WebError::NotFound)?;
    ended(&asked, APPROVED, state.app.approve_bulk(&asked.permit, id).await)
}

fn ended(asked: &Asked, step: &str, end: Result<BulkEnd, AppError>) -> Result<Response, WebError> {
    match end {
        // Sent twice: nothing is left to do.
        Err(AppError::WrongStage) => Ok(back(asked, step, &BulkEnd::default())),
        end => Ok(back(asked, step, &end?)),
    }
}
