//! Versions of a system and its deployments as a list, and the difference between two of them.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{PublishedBy, Steckbrief};
use maki_domain::{RecordKind, View};

use super::answer;
use super::json::Json;
use super::parameters::Parameters;
use crate::context::Context;
use crate::error::WebError;
use crate::lookup;
use crate::state::WebState;

/// The versions as items of an open list, and where it is known who published them.
pub(super) fn write(json: &mut Json, steckbrief: &Steckbrief, by: Option<&PublishedBy>) -> Result<(), WebError> {
    for version in &steckbrief.versions {
        json.open(b'{').name("kind").text(version.kind.code()).name("kennung").text(&version.kennung);
        json.name("number").number(version.number);
        json.name("published_at").text(&crate::format::rfc3339(version.published_at));
        json.name("change_note").text(&version.change_note);
        if let Some(by) = by {
            let organisation = by.get(&(version.kennung.clone(), version.number));
            json.name("organisation").value(&organisation).map_err(WebError::internal)?;
        }
        json.close(b'}');
    }
    Ok(())
}

/// `/systems/{kennung}/versions`; the Kennung of a deployment names those of its system too.
pub async fn list(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    let (_, steckbrief) = lookup::steckbrief(&state, &context, &typed).await?;
    let by = state.app.published_by(&steckbrief).await?;
    let mut json = Json::with_capacity(2 * 1024);
    json.open(b'{').name("system").text(steckbrief.system.kennung()).name("versions").open(b'[');
    write(&mut json, &steckbrief, Some(&by))?;
    json.close(b']').close(b'}');
    Ok(answer(&state, &context, json.finish()))
}

/// `/systems/{kennung}/diff?from=1&to=2`: every field that differs, null where nothing was said.
pub async fn diff(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    let kennung = lookup::kennung(&state, &context, &typed).await?;
    let parameters = Parameters::only(&context, &["from", "to"])?;
    let number = |name: &str| {
        let text = parameters.raw(name).unwrap_or_default();
        text.parse::<i64>().map_err(|_| WebError::BadParameter { name: name.to_owned() })
    };
    let (from, to) = (number("from")?, number("to")?);
    let found = state.app.compare(View::Public, &kennung, from, to).await?;
    let Some(found) = found.filter(|c| c.after.kind != RecordKind::Organisation) else {
        return Err(WebError::NotFound);
    };
    let mut json = Json::with_capacity(2 * 1024);
    json.open(b'{').name("kind").text(found.after.kind.code()).name("kennung").text(&found.after.kennung);
    json.name("from").number(from).name("to").number(to).name("changes").open(b'[');
    for change in &found.changes {
        json.open(b'{').name("field").text(&change.field.field().key);
        json.name("before").value(&change.before).map_err(WebError::internal)?;
        json.name("after").value(&change.after).map_err(WebError::internal)?;
        json.close(b'}');
    }
    json.close(b']').close(b'}');
    Ok(answer(&state, &context, json.finish()))
}
