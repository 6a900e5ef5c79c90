//! One's own account: name and language, password, sessions, roles.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maki_app::Session;
use maki_domain::Language;

use super::{Asker, fault_of, fault_text};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::format;
use crate::guard::{SignedIn, Submitted};
use crate::plain_form::{PlainChoice, PlainControl, PlainField, PlainForm};
use crate::respond::{Cache, Page, respond};
use crate::shell::{Crumb, Shell};
use crate::state::WebState;
use crate::texts::texts;

/// A page that says something and leads on.
#[derive(askama::Template)]
#[template(path = "account/told.html")]
pub struct Told {
    pub shell: Shell,
    pub text: String,
    pub ways: Vec<Crumb>,
    pub status: StatusCode,
}

impl Told {
    #[must_use]
    pub fn new(shell: Shell, text: String) -> Self {
        Self { shell, text, ways: Vec::new(), status: StatusCode::OK }
    }

    #[must_use]
    pub fn way(mut self, label: &str, href: String) -> Self {
        let label = self.shell.t.get(label).to_owned();
        self.ways.push(Crumb { label, href });
        self
    }

    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl Page for Told {
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

/// One of one's own sessions.
pub struct SessionRow {
    pub id: String,
    pub agent: String,
    pub begun: format::DateText,
    pub seen: format::DateText,
    pub is_this: bool,
}

/// A provider at which one can sign in to this account, or could.
pub struct ProviderRow {
    pub label: String,
    pub action: String,
    pub is_tied: bool,
}

/// Roles at one organisation, in words.
pub struct RoleRow {
    pub organisation: String,
    pub href: Option<String>,
    pub roles: String,
}

/// The page of one's own account.
#[derive(askama::Template)]
#[template(path = "account/show.html")]
pub struct AccountPage {
    pub shell: Shell,
    pub email: String,
    pub fields: Vec<PlainField>,
    pub faults: crate::form::FaultSummary,
    pub second_factor: String,
    pub has_second_factor: bool,
    pub sessions: Vec<SessionRow>,
    pub roles: Vec<RoleRow>,
    pub providers: Vec<ProviderRow>,
    /// What was done just before.
    pub done: Option<&'static str>,
    /// Why it was not done.
    pub refused: Option<&'static str>,
    pub status: StatusCode,
}

impl Page for AccountPage {
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

async fn page(
    state: &WebState,
    context: &Context,
    session: &Session,
    typed: Option<(&Submitted, String)>,
) -> Result<AccountPage, WebError> {
    let t = texts(context.language);
    let shell = Shell::new(state, context, t.get("account-title"));
    let choice = |language: Language| PlainChoice {
        value: language.tag().to_owned(),
        label: t.get(&format!("language-{}", language.tag())).to_owned(),
        hint: None,
        chosen: language == session.language,
    };
    let mut name =
        PlainField::line(&shell, "name", "account-name", "text").autocomplete("name").hint(t.get("account-name-hint"));
    name.value.clone_from(&session.name);
    let languages = PlainControl::Radios(Language::ALL.map(choice).into());
    let mut language = PlainField::new(&shell, "language", "account-language", languages);
    let mut faults = crate::form::FaultSummary { t, links: Vec::new() };
    let mut status = StatusCode::OK;
    if let Some((typed, fault)) = typed {
        faults.push(&name.id(), format!("{}: {fault}", name.label));
        name = name.typed(typed).fault(Some(fault));
        language = language.typed(typed);
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let second_factor = if session.has_totp {
        let left = usize::try_from(state.app.recovery_codes_left(session).await?).unwrap_or_default();
        t.count("second-factor-state-on", left)
    } else {
        t.get("second-factor-state-off").to_owned()
    };
    let sessions = state.app.own_sessions(session).await?.into_iter().map(|own| SessionRow {
        begun: format::moment(context.language, own.begun_at),
        seen: format::moment(context.language, own.seen_at),
        agent: browser(&own.agent),
        is_this: own.is_this,
        id: own.id,
    });
    Ok(AccountPage {
        email: session.email.clone().unwrap_or_default(),
        fields: vec![name, language],
        faults,
        second_factor,
        has_second_factor: session.has_totp,
        sessions: sessions.collect(),
        roles: roles(state, &shell, session).await?,
        providers: providers(state, &shell, session).await?,
        done: told(context, &DONE).map(|key| t.get(key)),
        refused: told(context, &REFUSED).map(|key| t.get(key)),
        status,
        shell,
    })
}

/// Texts for what addresses say was done just before, or was not.
const DONE: [(&str, &str, &str); 3] = [
    ("gespeichert", "", "account-saved"),
    ("anbieter", "verbunden", "account-provider-tied"),
    ("anbieter", "getrennt", "account-provider-untied"),
];
const REFUSED: [(&str, &str, &str); 3] = [
    ("anbieter", "vergeben", "people-identity-taken"),
    ("anbieter", "einziger", "people-last-way-in"),
    ("anbieter", "gescheitert", "account-provider-failed"),
];

fn told(context: &Context, texts: &[(&str, &str, &'static str)]) -> Option<&'static str> {
    let said = |name: &str, value: &str| context.pairs().any(|(n, v)| n == name && v == value);
    texts.iter().find(|(name, value, _)| said(name, value)).map(|(_, _, key)| *key)
}

async fn providers(state: &WebState, shell: &Shell, session: &Session) -> Result<Vec<ProviderRow>, WebError> {
    if state.providers.is_empty() {
        return Ok(Vec::new());
    }
    let tied = state.app.tied_issuers(session).await?;
    let rows = state.providers.iter().map(|provider| ProviderRow {
        label: provider.settings.label.clone(),
        action: shell.url(&format!("/konto/anbieter/{}", provider.settings.key)),
        is_tied: tied.contains(&provider.settings.issuer),
    });
    Ok(rows.collect())
}

/// What a browser calls itself, as people know it: its name and the device. The order matters, because most of them
/// also say to be others. What is not known stays as it is.
fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    const DEVICES: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ];
    let known = |all: &[(&str, &'static str)]| all.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    match (known(&BROWSERS), known(&DEVICES)) {
        (Some(browser), Some(device)) => format!("{browser} · {device}"),
        _ => agent.to_owned(),
    }
}

/// The roles of somebody, by organisation.
///
/// # Errors
/// When the names of the organisations cannot be read.
pub async fn roles(state: &WebState, shell: &Shell, session: &Session) -> Result<Vec<RoleRow>, WebError> {
    let ids: Vec<_> = session.principal.organisations().collect();
    let names = state.app.organisation_refs(&ids).await?;
    let row = |(id, roles): &(maki_domain::RecordId, maki_domain::Roles)| {
        let found = names.iter().find(|name| name.id == *id);
        let words: Vec<&str> = roles.iter().map(|role| shell.t.get(role_key(role))).collect();
        RoleRow {
            organisation: found.map_or_else(|| shell.t.get("account-register").to_owned(), |found| found.name.clone()),
            href: found.map(|found| shell.url(&format!("/arbeit/{}", found.kennung))),
            roles: words.join(", "),
        }
    };
    Ok(session.principal.memberships.iter().map(row).collect())
}

/// The text that names a role.
#[must_use]
pub const fn role_key(role: maki_domain::Role) -> &'static str {
    use maki_domain::Role;
    match role {
        Role::Reader => "role-reader",
        Role::Editor => "role-editor",
        Role::Approver => "role-approver",
        Role::Admin => "role-admin",
        Role::Coordinator => "role-coordinator",
        Role::Auditor => "role-auditor",
        Role::Operator => "role-operator",
    }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
) -> Result<Response, WebError> {
    respond(&page(&state, &context, &session, None).await?, &context)
}

pub async fn describe(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    typed: Submitted,
) -> Result<Response, WebError> {
    let language = if typed.get("language") == Language::En.tag() { Language::En } else { Language::De };
    match state.app.describe_oneself(&session, typed.get("name"), language).await {
        Ok(()) => Ok(Redirect::to(&localised(context.language, "/konto?gespeichert")).into_response()),
        Err(error) => {
            let fault = fault_text(texts(context.language), fault_of(error)?);
            respond(&page(&state, &context, &session, Some((&typed, fault))).await?, &context)
        }
    }
}

pub async fn end_sessions(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
    typed: Submitted,
) -> Result<Response, WebError> {
    if typed.has("andere") {
        state.app.end_other_sessions(&session).await?;
    } else {
        state.app.end_own_session(&session, typed.get("id")).await?;
    }
    Ok(Redirect::to(&localised(context.language, "/konto#anmeldungen")).into_response())
}

fn password_form(state: &WebState, context: &Context, faults: [Option<String>; 3]) -> PlainForm {
    let t = texts(context.language);
    let shell = Shell::new(state, context, t.get("account-password")).crumb(t.get("account-title"), "/konto");
    let [old, new, again] = faults;
    let now = PlainField::line(&shell, "old", "account-password-now", "password").fault(old);
    let first = PlainField::line(&shell, "password", "new-password", "password")
        .autocomplete("new-password")
        .hint(t.get("new-password-lead"))
        .fault(new);
    let second =
        PlainField::line(&shell, "again", "new-password-again", "password").autocomplete("new-password").fault(again);
    PlainForm::new(shell, "new-password-submit").field(now).field(first).field(second)
}

pub async fn password(
    State(state): State<WebState>,
    context: Context,
    SignedIn(_): SignedIn,
) -> Result<Response, WebError> {
    respond(&password_form(&state, &context, [None, None, None]), &context)
}

pub async fn change_password(
    State(state): State<WebState>,
    context: Context,
    asker: Asker,
    SignedIn(session): SignedIn,
    typed: Submitted,
) -> Result<Response, WebError> {
    let t = texts(context.language);
    if typed.get("password") != typed.get("again") {
        let differs = t.get("password-differs").to_owned();
        return respond(&password_form(&state, &context, [None, None, Some(differs)]), &context);
    }
    match state.app.change_password(&session, typed.get("old"), typed.get("password"), asker.address).await {
        Ok(()) => Ok(Redirect::to(&localised(context.language, "/konto?gespeichert")).into_response()),
        Err(error) => {
            let fault = fault_of(error)?;
            let text = Some(fault_text(t, fault));
            let faults = match fault {
                maki_app::PeopleFault::PasswordWrong | maki_app::PeopleFault::TooOften { .. } => [text, None, None],
                _ => [None, text, None],
            };
            respond(&password_form(&state, &context, faults), &context)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let check = |agent: &str, expected: &str| assert_eq!(browser(agent), expected);
        check("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:147.0) Gecko/20100101 Firefox/147.0", "Firefox · Windows");
        check(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            "Chrome · Linux",
        );
        check(
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge · Windows",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
            "Safari · iPhone",
        );
        check("curl/8.9", "curl/8.9");
    }
}
