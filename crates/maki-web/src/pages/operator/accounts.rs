//! Accounts: found, blocked and released, signed out, without a lost second factor, and erased.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{Account, AccountState, AppError};
use uuid::Uuid;

use super::Asked;
use crate::auth::{fault_of, fault_text, refused, role_key};
use crate::error::WebError;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::plain_form::PlainForm;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

const PATH: &str = "/betrieb/konten";
/// Accounts on one page.
const PAGE: i64 = 50;

/// An account in the list.
pub struct AccountRow {
    pub name: String,
    pub email: String,
    pub state: &'static str,
    pub href: String,
}

/// Accounts in the order in which they were made.
#[derive(askama::Template)]
#[template(path = "operator/accounts.html")]
pub struct AccountsPage {
    pub shell: Shell,
    pub done: Option<String>,
    pub email: String,
    pub fault: Option<String>,
    pub rows: Vec<AccountRow>,
    pub next: Option<String>,
}

impl Page for AccountsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

/// One account.
#[derive(askama::Template)]
#[template(path = "operator/account.html")]
pub struct AccountDesk {
    pub shell: Shell,
    pub done: Option<String>,
    pub fault: Option<String>,
    pub email: String,
    pub state: &'static str,
    pub made: DateText,
    pub has_factor: bool,
    pub roles: Vec<String>,
    pub can_block: bool,
    pub can_release: bool,
    pub action: String,
    pub erase_href: Option<String>,
    pub status: StatusCode,
}

impl Page for AccountDesk {
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

const fn state_key(state: AccountState) -> &'static str {
    match state {
        AccountState::Invited => "accounts-state-invited",
        AccountState::Active => "accounts-state-active",
        AccountState::Blocked => "accounts-state-blocked",
        AccountState::Erased => "accounts-state-erased",
    }
}

pub async fn list(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let t = asked.texts();
    let shell = asked.shell(&state, "operator-accounts");
    let email = asked.parameter("email").trim().to_owned();
    let mut fault = None;
    let mut next = None;
    let accounts: Vec<Account> = if email.is_empty() {
        let after: Uuid = asked.parameter("nach").parse().unwrap_or_default();
        let found = state.app.accounts(&asked.permit, after, PAGE).await?;
        let is_full = i64::try_from(found.len()).is_ok_and(|n| n == PAGE);
        let last = found.last().filter(|_| is_full);
        next = last.map(|last| shell.url(&format!("{PATH}?nach={}", last.id)));
        found
    } else {
        match state.app.account_by_email(&asked.permit, &email).await {
            Ok(found) => vec![found],
            Err(AppError::NotFound) => Vec::new(),
            Err(error) => {
                fault = Some(fault_text(t, fault_of(error)?));
                Vec::new()
            }
        }
    };
    let row = |account: Account| AccountRow {
        state: t.get(state_key(account.state)),
        href: shell.url(&format!("{PATH}/{}", account.id)),
        name: named(&shell, &account),
        email: account.email.unwrap_or_default(),
    };
    let done = asked.done(&[("geloescht", "accounts-done-erased")]);
    let rows = accounts.into_iter().map(row).collect();
    respond(&AccountsPage { done, email, fault, rows, next, shell }, &asked.context)
}

/// What an account is called; erased ones have no name any more.
fn named(shell: &Shell, account: &Account) -> String {
    if account.name.is_empty() { shell.t.get("accounts-nameless").to_owned() } else { account.name.clone() }
}

const DONE: [(&str, &str); 4] = [
    ("gesperrt", "accounts-done-blocked"),
    ("freigegeben", "accounts-done-released"),
    ("abgemeldet", "accounts-done-signed-out"),
    ("faktor", "accounts-done-factor"),
];

async fn page(state: &WebState, asked: &Asked, id: &str, fault: Option<String>) -> Result<AccountDesk, WebError> {
    let t = asked.texts();
    let id: Uuid = id.parse().map_err(|_| WebError::NotFound)?;
    let (account, memberships) = state.app.account_of(&asked.permit, id).await?;
    let mut shell = asked.shell(state, "operator-accounts").crumb(t.get("operator-accounts"), PATH);
    shell.title = named(&shell, &account);
    let ids: Vec<_> = memberships.iter().map(|(at, _)| *at).collect();
    let names = state.app.organisation_refs(&ids).await?;
    let role = |(at, roles): &(maki_domain::RecordId, maki_domain::Roles)| {
        let found = names.iter().find(|name| name.id == *at).map(|name| name.name.as_str());
        let words: Vec<&str> = roles.iter().map(|role| t.get(role_key(role))).collect();
        format!("{}: {}", found.unwrap_or_else(|| t.get("account-register")), words.join(", "))
    };
    let path = format!("{PATH}/{id}");
    let is_oneself = asked.permit.principal().account == Some(id);
    let is_there = account.state != AccountState::Erased && !is_oneself;
    Ok(AccountDesk {
        done: asked.done(&DONE),
        status: if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        fault,
        state: t.get(state_key(account.state)),
        made: format::day(shell.language, account.made_at),
        has_factor: account.totp_secret.is_some(),
        roles: memberships.iter().map(role).collect(),
        can_block: is_there && account.state != AccountState::Blocked,
        can_release: account.state == AccountState::Blocked,
        action: shell.url(&path),
        erase_href: is_there.then(|| shell.url(&format!("{path}/loeschen"))),
        email: account.email.unwrap_or_default(),
        shell,
    })
}

pub async fn show(State(state): State<WebState>, asked: Asked, Path(id): Path<String>) -> Result<Response, WebError> {
    respond(&page(&state, &asked, &id, None).await?, &asked.context)
}

pub async fn act(
    State(state): State<WebState>,
    asked: Asked,
    Path(typed_id): Path<String>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let id: Uuid = typed_id.parse().map_err(|_| WebError::NotFound)?;
    // Nothing is done to somebody who is not there.
    state.app.account_of(&asked.permit, id).await?;
    let (outcome, done) = match typed.get("tat") {
        "sperren" => (state.app.block_account(&asked.permit, id, true).await, "gesperrt"),
        "freigeben" => (state.app.block_account(&asked.permit, id, false).await, "freigegeben"),
        "abmelden" => (state.app.end_sessions_of(&asked.permit, id).await.map(|_| ()), "abgemeldet"),
        "faktor" => (state.app.remove_totp_of(&asked.permit, id).await, "faktor"),
        _ => return Err(WebError::Invalid),
    };
    match outcome {
        Ok(()) => Ok(asked.see(&format!("{PATH}/{id}?{done}"))),
        Err(error) => {
            let fault = fault_of(error)?;
            let text = own_account(asked.texts(), fault);
            respond(&page(&state, &asked, &typed_id, Some(text)).await?, &asked.context)
        }
    }
}

/// The use case refuses what somebody would do to themselves.
fn own_account(t: &crate::texts::Texts, fault: maki_app::PeopleFault) -> String {
    match fault {
        maki_app::PeopleFault::LastAdmin => t.get("accounts-not-oneself").to_owned(),
        fault => fault_text(t, fault),
    }
}

async fn erase_form(state: &WebState, asked: &Asked, id: Uuid) -> Result<PlainForm, WebError> {
    let t = asked.texts();
    let (account, _) = state.app.account_of(&asked.permit, id).await?;
    if account.state == AccountState::Erased {
        return Err(WebError::NotFound);
    }
    let path = format!("{PATH}/{id}");
    let shell = asked.shell(state, "accounts-erase-title").crumb(t.get("operator-accounts"), PATH);
    let (action, back) = (shell.url(&format!("{path}/loeschen")), shell.url(&path));
    let lead = t.one("accounts-erase-lead", "name", account.name.as_str());
    Ok(PlainForm::new(shell, "accounts-erase-button").action(action).lead(lead).way("operator-back", back).grave())
}

pub async fn ask_erase(
    State(state): State<WebState>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let id = id.parse().map_err(|_| WebError::NotFound)?;
    respond(&erase_form(&state, &asked, id).await?, &asked.context)
}

pub async fn erase(State(state): State<WebState>, asked: Asked, Path(id): Path<String>) -> Result<Response, WebError> {
    let id = id.parse().map_err(|_| WebError::NotFound)?;
    match state.app.erase_account(&asked.permit, id).await {
        Ok(()) => Ok(asked.see(&format!("{PATH}?geloescht"))),
        Err(error) => {
            let fault = fault_of(error)?;
            respond(&refused(erase_form(&state, &asked, id).await?, fault), &asked.context)
        }
    }
}
