//! "We use that too", from the Steckbrief: to the new entry of the organisation that may adopt the system.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_domain::{Act, Kennung, RecordId};

use super::{may, path_of};
use crate::auth::Told;
use crate::context::Context;
use crate::error::WebError;
use crate::guard::SignedIn;
use crate::pages::work::see;
use crate::respond::respond;
use crate::shell::{Crumb, Shell};
use crate::state::WebState;
use crate::texts::texts;

/// Whoever may enter for one organisation is sent on; for several, they choose.
pub async fn choose(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    if session.needs_second_factor {
        return Ok(see(&context, "/konto/zweiter-faktor"));
    }
    let kennung: Kennung = typed.parse().map_err(|_| WebError::NotFound)?;
    let principal = &session.principal;
    let ids: Vec<RecordId> = principal.organisations().collect();
    let mut ways = Vec::new();
    for organisation in state.app.organisation_refs(&ids).await? {
        if may(&state, principal, Act::Edit, organisation.id).await? {
            ways.push((format!("{}/neu?q={kennung}", path_of(&organisation)), organisation.name));
        }
    }
    if let [(only, _)] = ways.as_slice() {
        return Ok(see(&context, only));
    }
    let t = texts(context.language);
    let shell = Shell::new(&state, &context, t.get("sheet-adopt")).unlisted().crumb(t.get("work-title"), "/arbeit");
    let text = t.get(if ways.is_empty() { "adopt-nowhere" } else { "adopt-where" });
    let ways = ways.into_iter().map(|(path, label)| Crumb { href: shell.url(&path), label }).collect();
    respond(&Told { ways, ..Told::new(shell, text.to_owned()) }, &context)
}
