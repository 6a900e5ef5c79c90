//! Tokens of the API: what an organisation handed out, a new one, and taking one back. A token is shown once, in the
//! answer to the form that made it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::{ApiToken, AppError, LONGEST_DAYS, Permit, TokenScope, TokenWish};
use maki_domain::{Act, Instant};

use crate::context::{Context, localised};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::guard::{Allowed, Submitted};
use crate::plain_form::{PlainChoice, PlainControl, PlainField, PlainForm};
use crate::respond::{Cache, Page, respond};
use crate::routes::{Of, Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::{Texts, texts};

/// Days that the form proposes.
const USUAL_DAYS: &str = "90";
/// Longest name in characters.
const NAME: usize = 100;

pub fn routes(state: &WebState) -> Routes {
    let rule = Rule::May(Act::ManageTokens, Of::Organisation);
    Routes::new(state).page("/arbeit/{organisation}/tokens", rule, show, make).page(
        "/arbeit/{organisation}/tokens/{token}/widerrufen",
        rule,
        ask_revoke,
        revoke,
    )
}

/// A token in the list.
pub struct TokenRow {
    pub name: String,
    pub scopes: String,
    /// Why it no longer counts.
    pub state: Option<String>,
    pub made: DateText,
    pub ends: DateText,
    pub used: Option<DateText>,
    pub revoke_href: Option<String>,
}

/// The page of an organisation's tokens.
#[derive(askama::Template)]
#[template(path = "tokens.html")]
pub struct TokensPage {
    pub shell: Shell,
    pub organisation: String,
    pub faults: FaultSummary,
    /// A token that was made just now.
    pub fresh: Option<String>,
    /// Where the instance is reached.
    pub address: String,
    pub rows: Vec<TokenRow>,
    pub fields: Vec<PlainField>,
    pub action: String,
    pub status: StatusCode,
}

impl Page for TokensPage {
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

fn path_of(organisation: &str) -> String {
    format!("/arbeit/{organisation}/tokens")
}

async fn page(
    state: &WebState,
    context: &Context,
    permit: &Permit,
    organisation: &str,
    fields: Vec<PlainField>,
) -> Result<TokensPage, WebError> {
    let t = texts(context.language);
    let shell = Shell::new(state, context, t.get("tokens-title")).unlisted().crumb(t.get("work-title"), "/arbeit");
    let now = state.app.now();
    let tokens = state.app.tokens(permit).await?;
    let path = path_of(organisation);
    let name = state.app.organisation_refs(&[permit.organisation()?]).await?.pop().map(|found| found.name);
    let mut faults = FaultSummary { t, links: Vec::new() };
    let mut status = StatusCode::OK;
    for field in fields.iter() {
        if let Some(fault) = &field.fault {
            let first = if field.is_group() { format!("{}-1", field.id()) } else { field.id() };
            faults.push(&first, format!("{}: {fault}", field.label));
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
    }
    Ok(TokensPage {
        organisation: name.unwrap_or_default(),
        faults,
        fresh: None,
        address: state.site.base_url.clone(),
        rows: tokens.into_iter().map(|token| row(&shell, &path, now, token)).collect(),
        fields,
        action: shell.url(&path),
        status,
        shell,
    })
}

fn row(shell: &Shell, path: &str, now: Instant, token: ApiToken) -> TokenRow {
    let t = shell.t;
    let state = match token.revoked_at {
        Some(_) => Some(t.get("tokens-state-revoked").to_owned()),
        None if token.ends_at <= now => Some(t.get("tokens-state-ended").to_owned()),
        None => None,
    };
    let scopes = token.scopes.split_ascii_whitespace().filter_map(TokenScope::from_code);
    let scopes: Vec<&str> = scopes.map(|scope| t.get(scope_key(scope))).collect();
    let moment = |at| format::moment(shell.language, at);
    TokenRow {
        scopes: scopes.join(", "),
        revoke_href: state.is_none().then(|| shell.url(&format!("{path}/{}/widerrufen", token.id))),
        state,
        made: format::day(shell.language, token.made_at),
        ends: format::day(shell.language, token.ends_at),
        used: token.used_at.map(moment),
        name: token.name,
    }
}

/// The text that names a scope.
const fn scope_key(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Read => "tokens-scope-read",
        TokenScope::Draft => "tokens-scope-draft",
        TokenScope::Submit => "tokens-scope-submit",
    }
}

fn fields(shell: &Shell) -> [PlainField; 3] {
    let t = shell.t;
    let choice = |scope: TokenScope| PlainChoice {
        value: scope.code().to_owned(),
        label: t.get(scope_key(scope)).to_owned(),
        hint: (scope == TokenScope::Draft).then(|| t.get("tokens-scope-draft-hint").to_owned()),
        chosen: scope == TokenScope::Draft,
    };
    let scopes = PlainControl::Boxes(TokenScope::ALL.map(choice).into());
    let mut days = PlainField::line(shell, "days", "tokens-days", "text").hint(t.get("tokens-days-hint"));
    USUAL_DAYS.clone_into(&mut days.value);
    [
        PlainField::line(shell, "name", "tokens-name", "text").hint(t.get("tokens-name-hint")),
        PlainField::new(shell, "scopes", "tokens-scopes", scopes),
        days,
    ]
}

pub async fn show(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    context: Context,
    Path(organisation): Path<String>,
) -> Result<Response, WebError> {
    let shell = Shell::new(&state, &context, "");
    respond(&page(&state, &context, &permit, &organisation, fields(&shell).into()).await?, &context)
}

/// What was typed as a wish, or the texts of what is wrong with each field.
fn wish(t: &Texts, typed: &Submitted) -> Result<TokenWish, [Option<String>; 3]> {
    let name = typed.get("name").trim().to_owned();
    let is_named = !name.is_empty() && name.chars().count() <= NAME && !name.chars().any(char::is_control);
    let scopes: Option<Vec<TokenScope>> = typed.all("scopes").map(TokenScope::from_code).collect();
    let scopes = scopes.filter(|scopes| !scopes.is_empty() && scopes.len() <= TokenScope::ALL.len());
    let days: Option<i64> = typed.get("days").trim().parse().ok().filter(|days| (1..=LONGEST_DAYS).contains(days));
    let fault = |is_wrong: bool, key: &str| is_wrong.then(|| t.get(key).to_owned());
    match (is_named, scopes, days) {
        (true, Some(scopes), Some(days)) => Ok(TokenWish { name, scopes, days }),
        (_, scopes, days) => Err([
            fault(!is_named, "tokens-name-fault"),
            fault(scopes.is_none(), "tokens-scopes-fault"),
            fault(days.is_none(), "tokens-days-fault"),
        ]),
    }
}

pub async fn make(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    context: Context,
    Path(organisation): Path<String>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let shell = Shell::new(&state, &context, "");
    match wish(shell.t, &typed) {
        Ok(wish) => {
            let fresh = state.app.make_token(&permit, &wish).await?;
            let page = page(&state, &context, &permit, &organisation, fields(&shell).into()).await?;
            respond(&TokensPage { fresh: Some(fresh), ..page }, &context)
        }
        Err(faults) => {
            let fields = fields(&shell).into_iter().zip(faults);
            let fields = fields.map(|(field, fault)| field.typed(&typed).fault(fault)).collect();
            respond(&page(&state, &context, &permit, &organisation, fields).await?, &context)
        }
    }
}

/// The token that the address names, while it counts.
async fn named(state: &WebState, permit: &Permit, id: &str) -> Result<ApiToken, WebError> {
    let id: uuid::Uuid = id.parse().map_err(|_| WebError::NotFound)?;
    let now = state.app.now();
    let tokens = state.app.tokens(permit).await?;
    tokens.into_iter().find(|token| token.id == id && token.counts(now)).ok_or(WebError::NotFound)
}

pub async fn ask_revoke(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    context: Context,
    Path((organisation, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let token = named(&state, &permit, &id).await?;
    let t = texts(context.language);
    let shell = Shell::new(&state, &context, t.get("tokens-revoke-title"))
        .unlisted()
        .crumb(t.get("work-title"), "/arbeit")
        .crumb(t.get("tokens-title"), &path_of(&organisation));
    let back = shell.url(&path_of(&organisation));
    let mut form = PlainForm::new(shell, "tokens-revoke-button")
        .lead(t.one("tokens-revoke-lead", "name", token.name))
        .way("tokens-back", back);
    form.grave = true;
    respond(&form, &context)
}

pub async fn revoke(
    State(state): State<WebState>,
    Allowed(permit): Allowed,
    context: Context,
    Path((organisation, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let id: uuid::Uuid = id.parse().map_err(|_| WebError::NotFound)?;
    match state.app.revoke_token(&permit, id).await {
        // Sent twice: it is revoked.
        Ok(()) | Err(AppError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to(&localised(context.language, &path_of(&organisation))).into_response())
}
