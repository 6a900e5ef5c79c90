//! Ending an entry, with a reason. It is not counted any more, and readers lose sight of it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::MAX_ANSWER;

use crate::context::localised;
use crate::error::WebError;
use crate::guard::Submitted;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::finish::name_of;
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, frame, see};
use crate::plain_form::{PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::state::WebState;

fn form(state: &WebState, asked: &Asked, desk: &Desk, typed: &Submitted, fault: Option<String>) -> PlainForm {
    let t = asked.texts();
    let shell = frame(state, asked, desk, t.get("confidential-end"));
    let reason = PlainField::new(&shell, "begruendung", "confidential-end-reason", PlainControl::Area { rows: 4 })
        .hint(t.count("confidential-end-reason-hint", MAX_ANSWER))
        .typed(typed)
        .fault(fault);
    let back = localised(asked.context.language, &entry_path(desk));
    PlainForm::new(shell, "confidential-end-button")
        .lead(t.one("confidential-end-lead", "name", name_of(asked, desk)))
        .field(reason)
        .way("work-cancel", back)
        .grave()
}

pub async fn ask(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    respond(&form(&state, &asked, &desk, &Submitted::default(), None), &asked.context)
}

pub async fn end(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    match state.app.end_confidential(&asked.permit, &typed.get("begruendung").replace("\r\n", "\n")).await {
        Ok(()) | Err(AppError::WrongStage) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(AppError::Invalid) => {
            let fault = asked.texts().count("confidential-end-reason-fault", MAX_ANSWER);
            respond(&form(&state, &asked, &desk, &typed, Some(fault)), &asked.context)
        }
        Err(AppError::Changed) => {
            let form = form(&state, &asked, &desk, &typed, None);
            let told = asked.texts().get("review-changed").to_owned();
            respond(&form.refused(told, StatusCode::CONFLICT), &asked.context)
        }
        Err(error) => Err(error.into()),
    }
}
