//! Taking a published entry back, with a reason that the public reads.

use axum::extract::State;
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::{WITHDRAWAL_REASON, WithdrawalScope};
use maki_domain::RecordKind;

use crate::error::WebError;
use crate::guard::Submitted;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, see};
use crate::plain_form::{PlainChoice, PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::state::WebState;

pub async fn ask(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    render(&state, &asked, &desk, None).await
}

async fn render(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    refused: Option<(&Submitted, &'static str)>,
) -> Result<Response, WebError> {
    let scope = state.app.withdrawal_scope(&asked.permit).await?;
    let is_possible = scope.is_published && (scope.kind != RecordKind::System || scope.system);
    if !is_possible && refused.is_none() && scope.foreign_uses == 0 {
        return Ok(see(&asked.context, &entry_path(desk)));
    }
    let shell = below_entry(state, asked, desk, "review-withdraw");
    let t = shell.t;
    let back = shell.url(&entry_path(desk));
    let mut fields = vec![
        PlainField::new(&shell, "reason", "review-withdraw-reason", PlainControl::Area { rows: 4 })
            .hint(t.get("review-withdraw-reason-hint")),
    ];
    if scope.kind == RecordKind::Deployment && scope.system {
        fields.push(with_system(&shell, &scope));
    }
    let mut form = PlainForm::new(shell, "review-withdraw-button")
        .lead(t.one("review-withdraw-lead", "name", name_of(asked, desk)))
        .lead(t.get("review-withdraw-stays"))
        .grave();
    if scope.foreign_uses > 0 {
        form = form.lead(t.count("review-withdraw-foreign", scope.foreign_uses));
    }
    for field in fields {
        let field = match refused {
            Some((typed, key)) if field.name == "reason" => field.typed(typed).fault(Some(t.with(key, &limits()))),
            Some((typed, _)) => field.typed(typed),
            None => field,
        };
        form = form.field(field);
    }
    respond(&form.way("work-cancel", back), &asked.context)
}

fn limits() -> [(&'static str, fluent_bundle::FluentValue<'static>); 2] {
    let number = |n: &usize| i64::try_from(*n).unwrap_or(i64::MAX).into();
    [("least", number(WITHDRAWAL_REASON.start())), ("most", number(WITHDRAWAL_REASON.end()))]
}

/// The box by which the system goes with its last use.
fn with_system(shell: &crate::shell::Shell, scope: &WithdrawalScope) -> PlainField {
    let choice = PlainChoice {
        value: "yes".to_owned(),
        label: shell.t.count("review-withdraw-system", scope.own_uses),
        hint: None,
        chosen: false,
    };
    PlainField::new(shell, "system", "review-withdraw-also", PlainControl::Boxes(vec![choice])).optional()
}

pub async fn withdraw(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let reason = pairs.get("reason").trim().replace("\r\n", "\n");
    if !WITHDRAWAL_REASON.contains(&reason.chars().count()) {
        return render(&state, &asked, &desk, Some((&pairs, "review-withdraw-fault"))).await;
    }
    match state.app.withdraw(&asked.permit, &reason, pairs.has("system")).await {
        Ok(()) => Ok(match desk.kennung() {
            Some(kennung) => see(&asked.context, &format!("/systeme/{kennung}")),
            None => see(&asked.context, "/arbeit"),
        }),
        Err(AppError::Invalid) => render(&state, &asked, &desk, Some((&pairs, "review-withdraw-fault"))).await,
        // Sent twice, or something changed: the entry's page says where it stands.
        Err(AppError::WrongStage | AppError::Changed) => Ok(see(&asked.context, &entry_path(&desk))),
        Err(error) => Err(error.into()),
    }
}
