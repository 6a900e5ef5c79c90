//! Why an entry is confidential: the legal ground, the provision and the reason, as fields of a form.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_domain::confidential::{Ground, MAX_PROVISION, MAX_REASON, Restriction, RestrictionFault};

use crate::context::localised;
use crate::error::WebError;
use crate::guard::Submitted;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, frame, see};
use crate::plain_form::{PlainChoice, PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::Texts;

/// Name of the field that holds the revision which was shown.
const REVISION: &str = "revision";

/// The three fields, as typed or as they stand, with what is wrong with them.
pub fn fields(
    shell: &Shell,
    standing: Option<&Restriction>,
    typed: Option<(&Submitted, &[RestrictionFault])>,
) -> [PlainField; 3] {
    let t = shell.t;
    let choice = |ground: Ground| PlainChoice {
        value: ground.code().to_owned(),
        label: ground.term().map(|term| term.label(shell.language).to_owned()).unwrap_or_default(),
        hint: Some(about(ground, shell)),
        chosen: standing.is_some_and(|restriction| restriction.ground == ground),
    };
    let grounds = PlainControl::Radios(Ground::all().map(choice).collect());
    let mut fields = [
        PlainField::new(shell, "grund", "confidential-ground", grounds).hint(t.get("confidential-ground-hint")),
        PlainField::line(shell, "vorschrift", "confidential-provision", "text")
            .hint(t.count("confidential-provision-hint", MAX_PROVISION)),
        PlainField::new(shell, "begruendung", "confidential-reason", PlainControl::Area { rows: 5 })
            .hint(t.count("confidential-reason-hint", MAX_REASON)),
    ];
    if let (Some(restriction), [_, provision, reason]) = (standing, &mut fields) {
        provision.value.clone_from(&restriction.provision);
        reason.value.clone_from(&restriction.reason);
    }
    match typed {
        Some((typed, faults)) => fields.map(|field| {
            let fault = faults.iter().find(|fault| place_of(**fault) == field.name);
            field.typed(typed).fault(fault.map(|fault| words(t, *fault)))
        }),
        None => fields,
    }
}

/// What a ground means, and its law.
fn about(ground: Ground, shell: &Shell) -> String {
    let definition = ground.term().and_then(|term| term.definition(shell.language)).unwrap_or_default();
    let law = ground.law().map(|law| law.get(shell.language)).unwrap_or_default();
    format!("{definition} {law}")
}

const fn place_of(fault: RestrictionFault) -> &'static str {
    match fault {
        RestrictionFault::Ground => "grund",
        RestrictionFault::ProvisionMissing | RestrictionFault::Provision => "vorschrift",
        RestrictionFault::ReasonMissing | RestrictionFault::Reason => "begruendung",
    }
}

fn words(t: &Texts, fault: RestrictionFault) -> String {
    match fault {
        RestrictionFault::Ground => t.get("confidential-ground-missing").to_owned(),
        RestrictionFault::ProvisionMissing => t.get("confidential-provision-missing").to_owned(),
        RestrictionFault::Provision => t.count("confidential-provision-long", MAX_PROVISION),
        RestrictionFault::ReasonMissing => t.get("confidential-reason-missing").to_owned(),
        RestrictionFault::Reason => t.count("confidential-reason-long", MAX_REASON),
    }
}

/// What was typed about the restriction.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(typed: &Submitted) -> Result<Restriction, Vec<RestrictionFault>> {
    Restriction::parse(typed.get("grund"), typed.get("vorschrift"), typed.get("begruendung"))
}

fn form(state: &WebState, asked: &Asked, desk: &Desk, typed: Option<(&Submitted, &[RestrictionFault])>) -> PlainForm {
    let shell = frame(state, asked, desk, asked.texts().get("confidential-ground"));
    let confidential = desk.confidential.as_ref();
    let fields = fields(&shell, confidential.map(|one| &one.restriction), typed);
    let revision = confidential.map_or(0, |one| one.revision).to_string();
    let back = localised(asked.context.language, &entry_path(desk));
    let form = PlainForm::new(shell, "confidential-save").hidden(REVISION, revision).way("work-to-overview", back);
    fields.into_iter().fold(form, PlainForm::field)
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    if !desk.is_open() {
        return Ok(see(&asked.context, &entry_path(&desk)));
    }
    respond(&form(&state, &asked, &desk, None), &asked.context)
}

pub async fn save(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let restriction = match parse(&typed) {
        Ok(restriction) => restriction,
        Err(faults) => {
            let desk = desk::open(&state, &asked.permit).await?;
            // What was typed belongs to the revision that was shown.
            let revision = typed.get(REVISION).to_owned();
            let mut form = form(&state, &asked, &desk, Some((&typed, &faults)));
            form.hidden = vec![(REVISION, revision)];
            return respond(&form, &asked.context);
        }
    };
    let revision = typed.get(REVISION).parse().unwrap_or(-1);
    match state.app.restrict_confidential(&asked.permit, revision, restriction).await {
        Ok(()) | Err(AppError::WrongStage) => {
            Ok(see(&asked.context, &entry_path(&desk::open(&state, &asked.permit).await?)))
        }
        Err(AppError::Changed) => {
            let desk = desk::open(&state, &asked.permit).await?;
            let t = asked.texts();
            let name = desk.work.editor.clone().unwrap_or_else(|| t.get("work-somebody").to_owned());
            // Nothing is lost: the typed text stays, beside what stands there now.
            let form = form(&state, &asked, &desk, Some((&typed, &[])));
            let now = desk.confidential.as_ref().map(|one| standing(&form.shell, &one.restriction)).unwrap_or_default();
            let told = t.with("confidential-stale", &[("name", name.into()), ("now", now.into())]);
            respond(&form.refused(told, StatusCode::CONFLICT), &asked.context)
        }
        Err(error) => Err(error.into()),
    }
}

/// A restriction in one line.
fn standing(shell: &Shell, restriction: &Restriction) -> String {
    let ground = restriction.ground.term().map(|term| term.label(shell.language)).unwrap_or_default();
    format!("{ground} · {} · {}", restriction.provision, restriction.reason)
}
