//! A new confidential entry: its name and why it is confidential. Everything else is filled in as in other entries.

use axum::extract::State;
use axum::response::Response;
use maki_domain::confidential::ConfidentialContent;
use maki_domain::{Content, Value, catalogue, keys};

use super::{LIST, ground, organisation};
use crate::context::localised;
use crate::error::WebError;
use crate::guard::Submitted;
use crate::pages::work::{Asked, see};
use crate::plain_form::{PlainField, PlainForm};
use crate::respond::respond;
use crate::state::WebState;

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    respond(&form(&state, &asked, None).await?, &asked.context)
}

async fn form(state: &WebState, asked: &Asked, typed: Option<&Submitted>) -> Result<PlainForm, WebError> {
    let t = asked.texts();
    let shell = asked
        .shell(state, t.get("confidential-new"))
        .crumb(t.get("work-title"), "/arbeit")
        .crumb(t.get("confidential-title"), LIST);
    let faults = typed.and_then(|typed| ground::parse(typed).err()).unwrap_or_default();
    let mut name = PlainField::line(&shell, "name", "work-new-name", "text").hint(t.get("confidential-name-hint"));
    if let Some(typed) = typed {
        name = name.typed(typed).fault(name_fault(asked, typed));
    }
    let fields = ground::fields(&shell, None, typed.map(|typed| (typed, faults.as_slice())));
    let back = localised(asked.context.language, LIST);
    let form = PlainForm::new(shell, "work-new-begin")
        .lead(t.one("confidential-new-lead", "organisation", organisation(state, &asked.permit).await?))
        .lead(t.get("confidential-new-classified"))
        .way("confidential-title", back)
        .field(name);
    Ok(fields.into_iter().fold(form, PlainForm::field))
}

fn name_fault(asked: &Asked, typed: &Submitted) -> Option<String> {
    let (t, name) = (asked.texts(), typed.get("name").trim());
    let limit = catalogue().id(keys::NAME).map_or(0, |id| id.field().max_length());
    let is_bad = name.chars().count() > limit || name.chars().any(char::is_control);
    match name {
        "" => Some(t.get("confidential-name-missing").to_owned()),
        _ if is_bad => Some(t.count("confidential-name-long", limit)),
        _ => None,
    }
}

pub async fn begin(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let restriction = match ground::parse(&typed) {
        Ok(restriction) if name_fault(&asked, &typed).is_none() => restriction,
        _ => return respond(&form(&state, &asked, Some(&typed)).await?, &asked.context),
    };
    let mut system = Content::new();
    system.put(keys::NAME, Value::Text(typed.get("name").trim().to_owned()));
    let content = ConfidentialContent { restriction, system, deployment: Content::new() };
    let entry = state.app.start_confidential(&asked.permit, &content).await?;
    Ok(see(&asked.context, &format!("{LIST}/{entry}")))
}
