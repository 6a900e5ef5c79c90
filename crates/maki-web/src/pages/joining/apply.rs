//! Who asks to take part: first the organisation is found in the register or entered, then its first person.
//!
//! Both steps are addresses of one page: `?name=` searches, `?behoerde=` and `?neu` ask for the rest. What is chosen
//! travels in the form and is checked again by the use case.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{Applicant, OrganisationFilter, PeopleFault};
use maki_domain::{Content, FieldId, Kennung, View, catalogue, keys};

use crate::auth::{Asker, Told, fault_of, fault_text, refused};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::form::{self, Ask, FieldForm, FormFault, Typed};
use crate::guard::Submitted;
use crate::plain_form::{PlainField, PlainForm};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;
use crate::view::place;

const PATH: &str = "/beitreten";
/// Organisations found that are shown; whoever finds more writes more of the name.
const FOUND: usize = 20;
/// Longest part of a name that is searched for, in characters.
const MAX_NAME: usize = 200;

/// What an organisation that is not in the register yet says about itself.
const FIELDS: [&str; 8] = [
    keys::ORGANISATION_NAME,
    keys::ORGANISATION_LEVEL,
    keys::ORGANISATION_LAND,
    keys::ORGANISATION_ARS,
    keys::ORGANISATION_AGS,
    keys::ORGANISATION_PLACE,
    keys::ORGANISATION_ADDRESS,
    keys::ORGANISATION_WEBSITE,
];

/// An organisation that may be the one.
pub struct FoundRow {
    pub name: String,
    pub place: String,
    pub href: String,
}

/// The first step: which organisation.
#[derive(askama::Template)]
#[template(path = "joining.html")]
pub struct JoiningPage {
    pub shell: Shell,
    pub name: String,
    /// None before anything was searched for.
    pub found: Option<Vec<FoundRow>>,
    pub more: bool,
    pub new_href: String,
}

impl Page for JoiningPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

/// The organisation that applies.
#[derive(Clone)]
enum Who {
    Known(Kennung, String),
    New,
}

fn fields() -> Vec<FieldId> {
    FIELDS.into_iter().filter_map(|key| catalogue().id(key)).collect()
}

fn shell(state: &WebState, context: &Context) -> Shell {
    Shell::new(state, context, texts(context.language).get("joining-title"))
}

/// The organisation of this Kennung, as everybody sees it.
async fn known(state: &WebState, typed: &str) -> Result<Option<Who>, WebError> {
    let Ok(kennung) = typed.parse::<Kennung>() else { return Ok(None) };
    let profile = state.app.organisation(View::Public, &kennung).await?;
    let profile = profile.filter(|profile| !profile.record.is_withdrawn());
    Ok(profile.map(|profile| Who::Known(kennung, profile.summary.organisation.name)))
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let mut searched = None;
    for (name, value) in context.pairs() {
        match name.as_str() {
            "neu" => return respond(&form(&state, &context, &Who::New, &Submitted::default(), &[]), &context),
            "behoerde" => {
                let who = known(&state, &value).await?.ok_or(WebError::NotFound)?;
                return respond(&form(&state, &context, &who, &Submitted::default(), &[]), &context);
            }
            "name" => searched = Some(value.trim().chars().take(MAX_NAME).collect::<String>()),
            _ => {}
        }
    }
    respond(&search(&state, &context, searched.unwrap_or_default()).await?, &context)
}

async fn search(state: &WebState, context: &Context, name: String) -> Result<JoiningPage, WebError> {
    let shell = shell(state, context);
    let mut more = false;
    let found = if name.is_empty() {
        None
    } else {
        let filter = OrganisationFilter { name: name.clone(), limit: FOUND, ..OrganisationFilter::default() };
        let page = state.app.organisations(&filter).await?;
        more = page.total > page.organisations.len();
        let row = |summary: maki_app::OrganisationSummary| FoundRow {
            place: place(shell.language, summary.organisation.level, summary.organisation.land),
            href: shell.url(&format!("{PATH}?behoerde={}", summary.organisation.kennung)),
            name: summary.organisation.name,
        };
        Some(page.organisations.into_iter().map(row).collect())
    };
    let new_href = shell.url(&format!("{PATH}?neu"));
    Ok(JoiningPage { name, found, more, new_href, shell })
}

/// The second step: what is not known about the organisation, and its first person.
fn form(state: &WebState, context: &Context, who: &Who, typed: &Submitted, faults: &[FormFault]) -> PlainForm {
    let shell = shell(state, context).unlisted();
    let t = shell.t;
    let search = shell.url(PATH);
    let person = PlainField::line(&shell, "person", "joining-person", "text")
        .autocomplete("name")
        .hint(t.get("joining-person-hint"));
    let email = PlainField::line(&shell, "email", "joining-email", "email").hint(t.get("joining-email-hint"));
    let form = PlainForm::new(shell, "joining-submit").action(search.clone()).way("joining-other", search);
    let form = match who {
        Who::Known(kennung, name) => form
            .lead(t.one("joining-for", "name", name.as_str()))
            .lead(t.get("joining-form-lead"))
            .hidden("behoerde", kennung.as_str()),
        Who::New => {
            let standing = Typed::of(&fields(), &Content::new());
            let sent = form::read(&fields(), &typed.0, &Content::new()).typed;
            let shown = if typed.0.is_empty() { &standing } else { &sent };
            let field = |field: &FieldId| {
                let needed = field.field().key == keys::ORGANISATION_NAME;
                let ask = Ask { field: *field, language: context.language, needed };
                // Why something is not said, and to whom, is decided once the organisation takes part.
                FieldForm { aside: None, ..FieldForm::of(ask, shown, faults) }
            };
            let catalogue = fields().iter().map(field).collect();
            form.lead(t.get("joining-new-lead")).lead(t.get("joining-form-lead")).catalogue(catalogue, faults)
        }
    };
    form.field(person.typed(typed)).field(email.typed(typed))
}

/// What was sent about an organisation that is not in the register yet.
fn content_of(typed: &Submitted) -> (Content, Vec<FormFault>) {
    let submitted = form::read(&fields(), &typed.0, &Content::new());
    let (mut content, mut faults) = (Content::new(), submitted.faults);
    for change in submitted.changes {
        if let Some(slot) = change.slot {
            content.set(change.field, slot);
        }
    }
    let name = catalogue().id(keys::ORGANISATION_NAME);
    if let Some(name) = name.filter(|name| content.slot_of(*name).is_none())
        && !faults.iter().any(|fault| fault.field == name)
    {
        faults.insert(0, FormFault::new(name, "field-must-be-stated"));
    }
    (content, faults)
}

pub async fn submit(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    typed: Submitted,
) -> Result<Response, WebError> {
    let who = match typed.get("behoerde") {
        "" => Who::New,
        kennung => match known(&state, kennung).await? {
            Some(who) => who,
            None => return Ok(Redirect::to(&localised(context.language, PATH)).into_response()),
        },
    };
    let (organisation, (content, faults)) = match &who {
        Who::Known(kennung, _) => (Some(kennung.clone()), (Content::new(), Vec::new())),
        Who::New => (None, content_of(&typed)),
    };
    if !faults.is_empty() {
        return respond(&form(&state, &context, &who, &typed, &faults), &context);
    }
    let applicant = Applicant {
        organisation,
        content,
        person_name: typed.get("person"),
        email: typed.get("email"),
        language: context.language,
        address: asker.address,
    };
    match state.app.apply(applicant).await {
        Ok(_) => sent(&state, &context),
        Err(error) => {
            let fault = fault_of(error)?;
            let page = with_fault(form(&state, &context, &who, &typed, &[]), fault);
            respond(&page, &context)
        }
    }
}

/// The form with the fault beside the field that it is about.
fn with_fault(mut form: PlainForm, fault: PeopleFault) -> PlainForm {
    let name = match fault {
        PeopleFault::EmailInvalid => "email",
        PeopleFault::Missing | PeopleFault::TooLong { .. } | PeopleFault::ControlCharacter => "person",
        fault => return refused(form, fault),
    };
    let text = fault_text(form.shell.t, fault);
    let fields = std::mem::take(&mut form.fields);
    fields.into_iter().fold(form, |form, field| {
        let fault = (field.name == name).then(|| text.clone());
        form.field(field.fault(fault))
    })
}

fn sent(state: &WebState, context: &Context) -> Result<Response, WebError> {
    let t = texts(context.language);
    let shell = Shell::new(state, context, t.get("joining-sent-title")).unlisted();
    let start = shell.url("/");
    respond(&Told::new(shell, t.get("joining-sent-text").to_owned()).way("joining-to-start", start), context)
}
