//! The discussion of an entry: threads by field, answers, people named, and what is resolved.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::work::{Colleague, MAX_COMMENT, NewRemark, Thread};
use maki_app::{AppError, Permit, Target};
use maki_domain::{Act, FieldId, catalogue};
use uuid::Uuid;

use super::remarks::{Remarks, ThreadView};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::Submitted;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, see};
use crate::plain_form::{PlainChoice, PlainControl, PlainField};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

/// The discussion of an entry.
#[derive(askama::Template)]
#[template(path = "review/comments.html")]
pub struct CommentsPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub faults: FaultSummary,
    pub open: Vec<ThreadView>,
    pub resolved: Vec<ThreadView>,
    pub action: String,
    /// Thread that a refused answer belongs to.
    pub thread: String,
    /// Of the form for a new comment; none where whoever looks may not write.
    pub fields: Vec<PlainField>,
    pub back_href: String,
}

impl Page for CommentsPage {
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

/// Whether the principal may do something to the permit's entry.
async fn may(state: &WebState, permit: &Permit, act: Act) -> Result<bool, WebError> {
    match state.app.permit(permit.principal(), act, Target::Record(permit.record()?)).await {
        Ok(_) => Ok(true),
        Err(AppError::Forbidden) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Who can be named: everybody who may read along, but for whoever writes.
///
/// # Errors
/// When the database cannot be read.
pub async fn others(state: &WebState, permit: &Permit) -> Result<Vec<Colleague>, WebError> {
    let me = permit.principal().account;
    let mut known = state.app.colleagues(permit).await?;
    known.retain(|colleague| Some(colleague.account) != me);
    Ok(known)
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    render(&state, &asked, &desk, None).await
}

/// What was typed, and why it was refused.
type Refused<'a> = Option<(&'a Submitted, &'static str)>;

async fn render(state: &WebState, asked: &Asked, desk: &Desk, refused: Refused<'_>) -> Result<Response, WebError> {
    let shell = below_entry(state, asked, desk, "review-discussion");
    let may_write = may(state, &asked.permit, Act::Comment).await?;
    let known = others(state, &asked.permit).await?;
    let mut threads: Vec<Thread> = state.app.threads(&asked.permit).await?;
    threads.sort_by_key(|thread| thread.field);
    let fields = if may_write { fields(&shell, desk, &known, refused) } else { Vec::new() };
    let remarks = Remarks::new(&shell, desk, "kommentare", known, may_write);
    let (resolved, open): (Vec<&Thread>, Vec<&Thread>) = threads.iter().partition(|thread| thread.resolved.is_some());
    let mut faults = FaultSummary::of(&[], asked.context.language);
    for field in &fields {
        if let Some(fault) = &field.fault {
            faults.push(&field.id(), format!("{}: {fault}", field.label));
        }
    }
    let page = CommentsPage {
        status: if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        name: name_of(asked, desk),
        faults,
        open: open.into_iter().map(|thread| remarks.thread(thread)).collect(),
        resolved: resolved.into_iter().map(|thread| remarks.thread(thread)).collect(),
        action: remarks.action.clone(),
        thread: refused.map(|(typed, _)| typed.get("thread").to_owned()).unwrap_or_default(),
        fields,
        back_href: shell.url(&entry_path(desk)),
        shell,
    };
    respond(&page, &asked.context)
}

fn fields(shell: &Shell, desk: &Desk, known: &[Colleague], refused: Refused<'_>) -> Vec<PlainField> {
    let (t, language) = (shell.t, shell.language);
    let choice = |value: String, label: &str| PlainChoice { value, label: label.to_owned(), hint: None, chosen: false };
    let topics = desk.topics();
    let about = topics.iter().flat_map(|topic| &topic.fields);
    let about = about.map(|id: &FieldId| choice(id.field().key.clone(), id.field().label(language)));
    let about = std::iter::once(choice(String::new(), t.get("review-whole"))).chain(about).collect();
    let people = known.iter().map(|colleague| choice(colleague.account.to_string(), &colleague.name));
    let people = std::iter::once(choice(String::new(), t.get("review-mention-nobody"))).chain(people).collect();
    let fields = [
        PlainField::new(shell, "field", "review-about", PlainControl::Select(about)),
        PlainField::new(shell, "text", "review-remark", PlainControl::Area { rows: 4 }),
        PlainField::new(shell, "person", "review-mention", PlainControl::Select(people))
            .optional()
            .hint(t.get("review-mention-hint")),
    ];
    let Some((typed, key)) = refused else { return fields.into() };
    let fault = |name| (name == "text").then(|| t.count(key, MAX_COMMENT));
    let again = |field: PlainField| {
        let fault = fault(field.name);
        field.typed(typed).fault(fault)
    };
    fields.into_iter().map(again).collect()
}

pub async fn write(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let text = pairs.get("text").trim().replace("\r\n", "\n");
    let fault = match text.chars().count() {
        0 => Some("review-remark-missing"),
        count if count > MAX_COMMENT => Some("review-remark-long"),
        _ => None,
    };
    if let Some(key) = fault {
        return render(&state, &asked, &desk, Some((&pairs, key))).await;
    }
    let thread = match pairs.get("thread") {
        "" => None,
        id => Some(id.parse::<Uuid>().map_err(|_| WebError::NotFound)?),
    };
    let field = match pairs.get("field") {
        "" => None,
        key => Some(catalogue().id(key).ok_or(WebError::NotFound)?),
    };
    let text = match pairs.get("person").parse::<Uuid>() {
        Ok(person) => format!("@{{{person}}} {text}"),
        Err(_) => text,
    };
    let id = match state.app.comment(&asked.permit, &NewRemark { thread, field, text }).await {
        Ok(id) => id,
        Err(AppError::Invalid) => {
            return render(&state, &asked, &desk, Some((&pairs, "review-remark-signs"))).await;
        }
        Err(AppError::WrongStage) => {
            return render(&state, &asked, &desk, Some((&pairs, "review-remark-many"))).await;
        }
        Err(error) => return Err(error.into()),
    };
    let back = if pairs.get("back") == "freigabe" { "freigabe" } else { "kommentare" };
    Ok(see(&asked.context, &format!("{}/{back}#k-{id}", entry_path(&desk))))
}

/// Resolves a thread, or opens it again.
pub async fn resolve(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, thread)): Path<(String, String)>,
    pairs: Submitted,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let id: Uuid = thread.parse().map_err(|_| WebError::NotFound)?;
    match state.app.resolve_thread(&asked.permit, id, pairs.get("resolved") == "yes").await {
        // Sent twice: it is so already.
        Ok(()) | Err(AppError::WrongStage) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(see(&asked.context, &format!("{}/kommentare#t-{id}", entry_path(&desk))))
}
