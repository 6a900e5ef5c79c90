//! Proposals to and of an organisation, and the steward's decision: taken over into a draft, or declined with an answer.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::work::{MAX_ANSWER, ProposalState, ProposalView};
use maki_app::{AppError, Target};
use maki_domain::Act;
use uuid::Uuid;

use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::pages::work::{Asked, see};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::diff::{ChangeView, PartKind, changes};
use crate::view::places::Places;

/// A proposal as pages show it.
pub struct ProposalRow {
    pub id: String,
    pub name: String,
    pub href: Option<String>,
    pub organisation: String,
    pub made: DateText,
    pub state: String,
    pub note: String,
    pub answer: Option<String>,
    pub is_outdated: bool,
    pub changes: Vec<ChangeView>,
    /// Where the decision goes, while it is open; or where it is taken back.
    pub action: Option<String>,
    /// What was typed as an answer that was refused.
    pub typed: String,
    pub faulty: bool,
}

/// Proposals to an organisation and by it.
#[derive(askama::Template)]
#[template(path = "review/proposals.html")]
pub struct ProposalsPage {
    pub shell: Shell,
    pub organisation: String,
    pub to: Vec<ProposalRow>,
    pub by: Vec<ProposalRow>,
}

/// Proposals about a system, for who looks after it.
#[derive(askama::Template)]
#[template(path = "review/decide.html")]
pub struct DecidePage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub faults: FaultSummary,
    pub rows: Vec<ProposalRow>,
    pub limit: usize,
}

impl Page for ProposalsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

impl Page for DecidePage {
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

fn row(shell: &Shell, proposal: ProposalView) -> ProposalRow {
    let (t, language) = (shell.t, shell.language);
    let state = match proposal.state {
        ProposalState::Open => t.get("review-proposal-open"),
        ProposalState::Accepted => t.get("review-proposal-accepted"),
        ProposalState::Declined => t.get("review-proposal-declined"),
        ProposalState::TakenBack => t.get("review-proposal-taken-back"),
    };
    ProposalRow {
        id: proposal.id.to_string(),
        name: proposal.name,
        href: proposal.kennung.map(|kennung| shell.url(&format!("/systeme/{kennung}"))),
        organisation: proposal.organisation,
        made: format::day(language, proposal.made_at),
        state: state.to_owned(),
        note: proposal.note,
        answer: Some(proposal.answer).filter(|answer| !answer.is_empty()),
        is_outdated: proposal.is_outdated && proposal.state == ProposalState::Open,
        // Places stand with deployments, and proposals are about systems.
        changes: changes(&proposal.changes, &Places::default(), language),
        action: None,
        typed: String::new(),
        faulty: false,
    }
}

/// Proposals to the organisation and by it.
pub async fn list(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let t = asked.texts();
    let own = state.app.organisation_refs(&[asked.permit.organisation()?]).await?.pop().ok_or(WebError::NotFound)?;
    let shell = asked
        .shell(&state, t.get("workspace-proposals"))
        .crumb(t.get("work-title"), "/arbeit")
        .crumb(own.name.clone(), &format!("/arbeit/{}", own.kennung));
    let to = state.app.proposals_to(&asked.permit).await?.into_iter().map(|proposal| {
        let href = shell.url(&format!("/arbeit/systeme/{}/vorschlaege", proposal.record));
        ProposalRow { action: Some(href), ..row(&shell, proposal) }
    });
    let to: Vec<ProposalRow> = to.collect();
    let mut by = Vec::new();
    for proposal in state.app.proposals_by(&asked.permit).await? {
        let mut action = None;
        if proposal.state == ProposalState::Open {
            let of = Target::Record(proposal.record);
            action = match state.app.permit(asked.permit.principal(), Act::Propose, of).await {
                Ok(_) => Some(format!("/arbeit/systeme/{}/vorschlaege/{}/zuruecknehmen", proposal.record, proposal.id)),
                Err(AppError::Forbidden) => None,
                Err(error) => return Err(error.into()),
            };
        }
        let action = action.map(|path| shell.url(&path));
        by.push(ProposalRow { action, ..row(&shell, proposal) });
    }
    respond(&ProposalsPage { organisation: own.name, to, by, shell }, &asked.context)
}

/// Proposals about a system, for who looks after it.
pub async fn about(
    State(state): State<WebState>,
    asked: Asked,
    Path(record): Path<String>,
) -> Result<Response, WebError> {
    render(&state, &asked, &record, None).await
}

/// The proposal that was meant, the answer that was typed, and what is wrong with it.
type Refused<'a> = Option<(Uuid, &'a str, &'static str)>;

async fn render(state: &WebState, asked: &Asked, record: &str, refused: Refused<'_>) -> Result<Response, WebError> {
    let t = asked.texts();
    let shell = asked.shell(state, t.get("review-proposals")).crumb(t.get("work-title"), "/arbeit");
    let proposals = state.app.proposals_about(&asked.permit).await?;
    let mut faults = FaultSummary::of(&[], asked.context.language);
    if let Some((id, _, key)) = refused {
        faults.push(&format!("answer-{id}"), t.count(key, MAX_ANSWER));
    }
    let name = proposals.first().map(|proposal| proposal.name.clone()).unwrap_or_default();
    let shown = |proposal: ProposalView| {
        let is_open = proposal.state == ProposalState::Open;
        let path = format!("/arbeit/systeme/{record}/vorschlaege/{}", proposal.id);
        let typed = refused.filter(|(id, _, _)| *id == proposal.id).map(|(_, typed, _)| typed.to_owned());
        ProposalRow {
            action: is_open.then(|| shell.url(&path)),
            faulty: typed.is_some(),
            typed: typed.unwrap_or_default(),
            ..row(&shell, proposal)
        }
    };
    let page = DecidePage {
        status: if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        name,
        faults,
        rows: proposals.into_iter().map(shown).collect(),
        limit: MAX_ANSWER,
        shell,
    };
    respond(&page, &asked.context)
}

pub async fn decide(
    State(state): State<WebState>,
    asked: Asked,
    Path((record, proposal)): Path<(String, String)>,
    pairs: Submitted,
) -> Result<Response, WebError> {
    let id: Uuid = proposal.parse().map_err(|_| WebError::NotFound)?;
    let answer = pairs.get("answer").trim().replace("\r\n", "\n");
    let is_declined = match pairs.get("decision") {
        "accept" => false,
        "decline" => true,
        _ => return Err(WebError::Invalid),
    };
    let fault = match answer.chars().count() {
        0 if is_declined => Some("review-answer-missing"),
        count if count > MAX_ANSWER => Some("review-answer-long"),
        _ => None,
    };
    if let Some(key) = fault {
        return render(&state, &asked, &record, Some((id, &answer, key))).await;
    }
    let list = format!("/arbeit/systeme/{record}/vorschlaege");
    let done = if is_declined {
        state.app.decline_proposal(&asked.permit, id, &answer).await.map(|()| list)
    } else {
        let entry = state.app.accept_proposal(&asked.permit, id, &answer).await;
        entry.map(|entry| format!("/arbeit/eintraege/{entry}"))
    };
    match done {
        Ok(path) => Ok(see(&asked.context, &path)),
        Err(AppError::Invalid) => render(&state, &asked, &record, Some((id, &answer, "review-answer-signs"))).await,
        Err(error) => Err(error.into()),
    }
}

/// Takes back what the own organisation proposed.
pub async fn take_back(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, proposal)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let id: Uuid = proposal.parse().map_err(|_| WebError::NotFound)?;
    match state.app.take_back_proposal(&asked.permit, id).await {
        // Sent twice, or decided meanwhile: the list says so.
        Ok(()) | Err(AppError::WrongStage) => {}
        Err(error) => return Err(error.into()),
    }
    let own = state.app.organisation_refs(&[asked.permit.acting()]).await?.pop();
    let own = own.map(|own| own.kennung).filter(|kennung| !kennung.is_empty());
    let path = own.map_or_else(|| "/arbeit".to_owned(), |own| format!("/arbeit/{own}/vorschlaege"));
    Ok(see(&asked.context, &path))
}
