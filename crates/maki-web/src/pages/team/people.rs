//! The people of an organisation with their roles, and the form that invites another one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{AccountState, Member};
use maki_domain::{Role, Roles};

use super::{Asked, role_field, role_words};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::plain_form::PlainField;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;

/// Somebody in the list.
pub struct MemberRow {
    pub name: String,
    pub email: String,
    pub roles: String,
    pub since: DateText,
    /// Why they are not at work: invited, blocked.
    pub state: Option<String>,
    /// They have a second factor.
    pub strong: bool,
    /// Roles come from a provider and are given again at each sign-in.
    pub from_provider: bool,
    pub oneself: bool,
    pub change_href: String,
    /// Where an invitation is sent again.
    pub again_action: Option<String>,
    pub remove_href: String,
    pub remove_label: String,
}

/// The page of an organisation's people.
#[derive(askama::Template)]
#[template(path = "team/people.html")]
pub struct TeamPage {
    pub shell: Shell,
    pub organisation: String,
    pub done: Option<String>,
    pub faults: FaultSummary,
    pub rows: Vec<MemberRow>,
    pub fields: Vec<PlainField>,
    pub action: String,
    pub status: StatusCode,
}

impl Page for TeamPage {
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

/// What the pages of members have done, by the word in the address.
const DONE: [(&str, &str); 4] = [
    ("eingeladen", "team-done-invited"),
    ("gespeichert", "team-done-saved"),
    ("entfernt", "team-done-removed"),
    ("erneut", "team-done-again"),
];

/// The controls of an invitation.
pub(super) fn invitation_fields(shell: &Shell) -> [PlainField; 3] {
    let t = shell.t;
    [
        PlainField::line(shell, "name", "team-name", "text"),
        PlainField::line(shell, "email", "team-email", "email").autocomplete("off").hint(t.get("team-email-hint")),
        role_field(shell, Roles::NONE.with(Role::Editor)),
    ]
}

/// The page with its form as it stands.
pub(super) async fn page(state: &WebState, asked: &Asked, fields: Vec<PlainField>) -> Result<TeamPage, WebError> {
    let shell = asked.shell(state, "team-title");
    let members = state.app.members(&asked.permit).await?;
    let mut faults = FaultSummary { t: shell.t, links: Vec::new() };
    for field in &fields {
        if let Some(fault) = &field.fault {
            let first = if field.is_group() { format!("{}-1", field.id()) } else { field.id() };
            faults.push(&first, format!("{}: {fault}", field.label));
        }
    }
    Ok(TeamPage {
        organisation: asked.organisation.name.clone(),
        done: asked.done(&DONE),
        status: if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        faults,
        rows: members.into_iter().map(|member| row(asked, &shell, member)).collect(),
        fields,
        action: shell.url(&asked.path("team")),
        shell,
    })
}

fn row(asked: &Asked, shell: &Shell, member: Member) -> MemberRow {
    let t = shell.t;
    let path = asked.path(&format!("team/{}", member.account));
    let state = match member.state {
        AccountState::Invited => Some("team-state-invited"),
        AccountState::Blocked => Some("team-state-blocked"),
        AccountState::Active | AccountState::Erased => None,
    };
    let is_invited = member.state == AccountState::Invited;
    let remove = if is_invited { "team-withdraw" } else { "team-remove" };
    MemberRow {
        roles: role_words(t, member.roles),
        since: format::day(shell.language, member.since),
        state: state.map(|key| t.get(key).to_owned()),
        strong: member.has_totp,
        from_provider: !member.source.is_empty(),
        oneself: asked.permit.principal().account == Some(member.account),
        again_action: is_invited.then(|| shell.url(&format!("{path}/erneut"))),
        remove_href: shell.url(&format!("{path}/entfernen")),
        remove_label: t.get(remove).to_owned(),
        change_href: shell.url(&path),
        email: member.email.unwrap_or_default(),
        name: member.name,
    }
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let fields = invitation_fields(&asked.shell(&state, "team-title")).into();
    respond(&page(&state, &asked, fields).await?, &asked.context)
}
