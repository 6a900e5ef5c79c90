//! Who reads an entry besides its organisation: named by the exact address of their account, and revoked.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{AppError, NamedReader};

use crate::auth::{fault_of, fault_text};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, desk, frame, see};
use crate::plain_form::PlainField;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

/// Somebody who may read.
pub struct Row {
    pub name: String,
    pub email: String,
    pub since: DateText,
    pub revoke: String,
}

/// The page of an entry's readers.
#[derive(askama::Template)]
#[template(path = "confidential/readers.html")]
pub struct ReadersPage {
    pub shell: Shell,
    pub name: String,
    pub faults: FaultSummary,
    pub rows: Vec<Row>,
    pub fields: Vec<PlainField>,
    pub action: String,
    pub status: StatusCode,
}

impl Page for ReadersPage {
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

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    page(&state, &asked, &Submitted::default(), None).await
}

async fn page(state: &WebState, asked: &Asked, typed: &Submitted, fault: Option<String>) -> Result<Response, WebError> {
    let desk = desk::open(state, &asked.permit).await?;
    let t = asked.texts();
    let shell = frame(state, asked, &desk, t.get("confidential-readers"));
    let field = PlainField::line(&shell, "email", "confidential-reader-email", "email")
        .autocomplete("off")
        .hint(t.get("confidential-reader-email-hint"))
        .typed(typed)
        .fault(fault);
    let mut faults = FaultSummary { t, links: Vec::new() };
    if let Some(fault) = &field.fault {
        faults.push(&field.id(), format!("{}: {fault}", field.label));
    }
    let path = format!("{}/leser", entry_path(&desk));
    let row = |reader: NamedReader| Row {
        name: reader.name.unwrap_or_else(|| t.get("review-gone").to_owned()),
        email: reader.email.unwrap_or_default(),
        since: format::day(shell.language, reader.since),
        revoke: shell.url(&format!("{path}/{}/widerrufen", reader.account)),
    };
    let page = ReadersPage {
        name: crate::pages::work::finish::name_of(asked, &desk),
        status: if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        faults,
        rows: state.app.confidential_readers(&asked.permit).await?.into_iter().map(row).collect(),
        fields: vec![field],
        action: shell.url(&path),
        shell,
    };
    respond(&page, &asked.context)
}

pub async fn name(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    match state.app.name_confidential_reader(&asked.permit, typed.get("email")).await {
        Ok(()) => back(&state, &asked).await,
        Err(AppError::WrongStage | AppError::Changed) => back(&state, &asked).await,
        Err(error) => {
            let text = fault_text(asked.texts(), fault_of(error)?);
            page(&state, &asked, &typed, Some(text)).await
        }
    }
}

pub async fn revoke(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, account)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let account = account.parse().map_err(|_| WebError::NotFound)?;
    match state.app.revoke_confidential_reader(&asked.permit, account).await {
        // Sent twice: the list shows who is left.
        Ok(()) | Err(AppError::NotFound | AppError::WrongStage | AppError::Changed) => back(&state, &asked).await,
        Err(error) => Err(error.into()),
    }
}

async fn back(state: &WebState, asked: &Asked) -> Result<Response, WebError> {
    let desk = desk::open(state, &asked.permit).await?;
    Ok(see(&asked.context, &format!("{}/leser", entry_path(&desk))))
}
