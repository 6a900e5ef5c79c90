//! The end of work on an entry: all answers once more, submitting, what happens next, and discarding.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::{MAX_NOTE, Stage, Submission};
use maki_domain::plausibility::Severity;
use maki_domain::{FieldId, Slot, Visibility, keys, vocabulary};

use super::desk::{Desk, Topic};
use super::entry::missing;
use super::findings;
use super::section::{entry_path, topic_path};
use super::views::{Answer, AnswerSection, CheckPage, ConfirmPage, DonePage, NoteField};
use super::{Asked, desk, frame, see};
use crate::context::localised;
use crate::error::WebError;
use crate::form::{FaultSummary, first_id};
use crate::guard::Submitted;
use crate::respond::respond;
use crate::state::WebState;
use crate::view::Link;
use crate::view::field;

pub async fn check(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let t = asked.texts();
    let url = |path: &str| localised(asked.context.language, path);
    let missing = missing(&asked, &desk);
    let path = entry_path(&desk);
    let found = state.app.findings_of(&desk.work);
    let reasons = desk::reasons(&state, &asked.permit, &desk).await?;
    let page = CheckPage {
        shell: below_entry(&state, &asked, &desk, "work-check-title"),
        status: StatusCode::OK,
        name: name_of(&asked, &desk),
        missing_title: t.count("work-missing-count", missing.len()),
        submit_href: may_hand_in(&state, &desk).then(|| url(&format!("{path}/einreichen"))),
        missing,
        findings: findings::groups(&asked, &desk, &found, &reasons),
        sections: desk.topics().iter().map(|topic| answers(&asked, &desk, topic)).collect(),
        eu_href: url(&format!("{path}/eu-meldung")),
        back_href: url(&path),
    };
    respond(&page, &asked.context)
}

pub fn answers(asked: &Asked, desk: &Desk, topic: &Topic) -> AnswerSection {
    let language = asked.context.language;
    let href = localised(language, &topic_path(desk, topic.key));
    let content = desk.work.part(topic.kind).map(|part| &part.content);
    let tag = content.and_then(|content| content.code(keys::TEXT_LANGUAGE)).map_or("", |code| code.as_str());
    let answer = |id: &FieldId| {
        let content = content?;
        let slot: &Slot = content.slot_of(*id)?;
        let visibility = content.visibility(*id);
        Some(Answer {
            row: field::row(id.field(), slot, language, tag),
            visibility: (visibility != Visibility::Public && desk.confidential.is_none())
                .then(|| who_sees(asked, visibility)),
            href: desk.is_open().then(|| format!("{href}#{}", first_id(*id))),
        })
    };
    AnswerSection {
        id: format!("teil-{}", topic.key),
        title: topic.section.label(language).to_owned(),
        rows: topic.fields.iter().filter_map(answer).collect(),
        href: desk.is_open().then(|| href.clone()),
    }
}

fn who_sees(asked: &Asked, visibility: Visibility) -> String {
    let code = match visibility {
        Visibility::Public => "public",
        Visibility::Authorities => "authorities",
        Visibility::OwnOrganisation => "own_organisation",
    };
    let who = vocabulary::label("visibility", code, asked.context.language);
    asked.texts().one("work-visibility", "who", who)
}

fn may_hand_in(state: &WebState, desk: &Desk) -> bool {
    let is_whole = desk.is_open() && desk.may_submit && desk.work.is_changed() && desk.open_points().is_empty();
    is_whole && state.app.findings_of(&desk.work).iter().all(|finding| finding.severity != Severity::Error)
}

pub async fn ask_submit(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    if !may_hand_in(&state, &desk) {
        return Ok(see(&asked.context, &format!("{}/pruefen", entry_path(&desk))));
    }
    let reasons = reasons(&state, &asked, &desk, |_| None).await?;
    submit_page(&state, &asked, &desk, "", &reasons, false)
}

pub async fn submit(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let note = pairs.get("note").trim().replace("\r\n", "\n");
    let given = |name: &str| pairs.has(name).then(|| pairs.get(name).trim().replace("\r\n", "\n"));
    let reasons = reasons(&state, &asked, &desk, given).await?;
    if is_too_long(&note) || reasons.iter().any(|reason| findings::fault(reason).is_some()) {
        return submit_page(&state, &asked, &desk, &note, &reasons, true);
    }
    let said: Vec<(String, String)> = reasons.into_iter().map(|reason| (reason.rule, reason.text)).collect();
    match desk::submit(&state, &asked.permit, &desk, &note, &said).await {
        Ok(Submission::Done) if desk.confidential.is_some() => Ok(see(&asked.context, &entry_path(&desk))),
        Ok(Submission::Done) => Ok(see(&asked.context, &format!("{}/eingereicht", entry_path(&desk)))),
        Ok(Submission::Unexplained) => Ok(see(&asked.context, &format!("{}/einreichen", entry_path(&desk)))),
        Ok(Submission::Incomplete | Submission::Contradictory) => {
            Ok(see(&asked.context, &format!("{}/pruefen", entry_path(&desk))))
        }
        // Sent twice, or somebody was faster: the entry's page says where it stands.
        Err(AppError::WrongStage | AppError::Changed) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(error) => Err(error.into()),
    }
}

/// The text for an entry that becomes public, or that for a confidential one.
const fn own(desk: &Desk, public: &'static str, confidential: &'static str) -> &'static str {
    if desk.confidential.is_some() { confidential } else { public }
}

fn is_too_long(note: &str) -> bool {
    note.chars().count() > MAX_NOTE
}

/// Reasons for the warnings of an entry, as typed or as given before.
async fn reasons(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    typed: impl Fn(&str) -> Option<String>,
) -> Result<Vec<findings::Typed>, WebError> {
    let before = desk::reasons(state, &asked.permit, desk).await?;
    Ok(findings::typed(&state.app.findings_of(&desk.work), &before, typed))
}

fn submit_page(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    note: &str,
    reasons: &[findings::Typed],
    is_sent: bool,
) -> Result<Response, WebError> {
    let t = asked.texts();
    let faulty = is_too_long(note);
    let mut faults = FaultSummary::of(&[], asked.context.language);
    if faulty {
        let label = t.get("work-submit-note");
        let limit = i64::try_from(MAX_NOTE).unwrap_or(i64::MAX);
        faults.push("note", t.with("work-note-long", &[("label", label.into()), ("count", limit.into())]));
    }
    if is_sent {
        findings::faults(asked, reasons).into_iter().for_each(|(id, text)| faults.push(&id, text));
    }
    let mut notes = findings::fields(asked, &state.app.findings_of(&desk.work), reasons, is_sent);
    notes.push(NoteField {
        id: "note".to_owned(),
        label: t.get("work-submit-note").to_owned(),
        hint: t.get(own(desk, "work-submit-note-hint", "confidential-submit-note-hint")).to_owned(),
        optional: true,
        limit: MAX_NOTE,
        value: note.to_owned(),
        faulty,
    });
    let url = |path: &str| localised(asked.context.language, path);
    let page = ConfirmPage {
        shell: below_entry(state, asked, desk, "work-submit-title"),
        status: if is_sent { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        name: name_of(asked, desk),
        lead: t.get(own(desk, "work-submit-lead", "confidential-submit-lead")).to_owned(),
        faults,
        action: url(&format!("{}/einreichen", entry_path(desk))),
        hidden: desk.revision_fields(),
        notes,
        button: t.get("work-submit-button").to_owned(),
        back_href: url(&format!("{}/pruefen", entry_path(desk))),
        back_label: t.get("work-check-title").to_owned(),
    };
    respond(&page, &asked.context)
}

pub async fn submitted(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let t = asked.texts();
    let url = |path: &str| localised(asked.context.language, path);
    let is_published = desk.work.stage == Stage::Published;
    if !is_published && desk.work.stage != Stage::InReview {
        return Ok(see(&asked.context, &entry_path(&desk)));
    }
    let text = match (is_published, &desk.kennung()) {
        (true, _) => "work-published-text",
        (false, Some(_)) => "work-submitted-kennung",
        (false, None) => "work-submitted-text",
    };
    let kennung_step = desk.kennung().is_none().then_some("work-next-kennung");
    let steps = ["work-next-mail", "work-next-review"].into_iter().chain(kennung_step).chain(["work-next-told"]);
    let mut links = vec![
        Link { label: t.get("work-to-work").to_owned(), href: url("/arbeit") },
        Link { label: t.get("work-to-overview").to_owned(), href: url(&entry_path(&desk)) },
    ];
    if let Some(kennung) = &desk.organisation_kennung {
        let href = url(&format!("/arbeit/{kennung}/neu"));
        links.push(Link { label: t.get("work-another").to_owned(), href });
    }
    let page = DonePage {
        shell: below_entry(&state, &asked, &desk, "work-submitted-title"),
        status: StatusCode::OK,
        text: t.get(text).to_owned(),
        kennung: desk.kennung(),
        steps: steps.filter(|_| !is_published).map(|key| t.get(key).to_owned()).collect(),
        links,
    };
    respond(&page, &asked.context)
}

pub async fn ask_discard(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let t = asked.texts();
    let url = |path: &str| localised(asked.context.language, path);
    let path = entry_path(&desk);
    let page = ConfirmPage {
        shell: below_entry(&state, &asked, &desk, "work-discard-title"),
        status: StatusCode::OK,
        name: name_of(&asked, &desk),
        lead: t.one("work-discard-lead", "name", name_of(&asked, &desk)),
        faults: FaultSummary::of(&[], asked.context.language),
        action: url(&format!("{path}/verwerfen")),
        hidden: desk.revision_fields(),
        notes: Vec::new(),
        button: t.get("work-discard-button").to_owned(),
        back_href: url(&path),
        back_label: t.get("work-cancel").to_owned(),
    };
    respond(&page, &asked.context)
}

pub async fn discard(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    match state.app.discard_work(&asked.permit).await {
        Ok(()) => Ok(see(&asked.context, "/arbeit")),
        Err(AppError::WrongStage | AppError::Changed) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(error) => Err(error.into()),
    }
}

pub fn name_of(asked: &Asked, desk: &Desk) -> String {
    desk.name().unwrap_or_else(|| asked.texts().get("work-untitled")).to_owned()
}

pub fn below_entry(state: &WebState, asked: &Asked, desk: &Desk, title: &str) -> crate::shell::Shell {
    frame(state, asked, desk, asked.texts().get(title))
}
