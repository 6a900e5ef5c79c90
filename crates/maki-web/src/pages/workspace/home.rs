//! The organisations for which a person works, and what waits at each.

use axum::extract::State;
use axum::response::Response;
use maki_app::{OrganisationRef, Principal, Target};
use maki_domain::{Act, RecordId};

use super::{may, path_of};
use crate::context::Context;
use crate::error::WebError;
use crate::guard::SignedIn;
use crate::pages::work::see;
use crate::pages::{law_look, quality};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;
use crate::view::{CountedLink, Link};

/// Pages of those who run the register or look after others.
const OPERATION: [(Act, &str, &str); 6] = [
    (Act::Coordinate, "/arbeit/eu-meldung", "eu-title"),
    (Act::Operate, "/betrieb", "operator-title"),
    (Act::AdmitOrganisation, "/betrieb/antraege", "applications-title"),
    (Act::Operate, "/betrieb/behoerden", "operator-organisations"),
    (Act::Operate, "/betrieb/konten", "operator-accounts"),
    (Act::Operate, "/betrieb/auftraege", "operator-jobs"),
];

/// An organisation with the person's roles.
pub struct Workplace {
    pub name: String,
    /// None where the roles give no sight of work.
    pub href: Option<String>,
    pub roles: String,
    pub counts: Vec<String>,
}

/// The start of everybody's work.
#[derive(askama::Template)]
#[template(path = "workspace/home.html")]
pub struct HomePage {
    pub shell: Shell,
    pub places: Vec<Workplace>,
    /// Organisations that delegated approval, with entries that wait.
    pub below: Vec<CountedLink>,
    pub operation: Vec<Link>,
}

impl Page for HomePage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    SignedIn(session): SignedIn,
) -> Result<Response, WebError> {
    if session.needs_second_factor {
        return Ok(see(&context, "/konto/zweiter-faktor"));
    }
    let principal = &session.principal;
    let ids: Vec<RecordId> = principal.organisations().collect();
    let organisations = state.app.organisation_refs(&ids).await?;
    if let ([only], false) = (organisations.as_slice(), principal.is_operator())
        && may(&state, principal, Act::ReadWork, only.id).await?
    {
        return Ok(see(&context, &path_of(only)));
    }
    let shell = Shell::new(&state, &context, texts(context.language).get("work-title")).unlisted();
    let mut places = Vec::with_capacity(organisations.len());
    for organisation in &organisations {
        places.push(workplace(&state, &shell, principal, organisation).await?);
    }
    let page = HomePage {
        places,
        below: waiting_below(&state, &shell, principal).await?,
        operation: operation(&shell, principal),
        shell,
    };
    respond(&page, &context)
}

async fn workplace(
    state: &WebState,
    shell: &Shell,
    principal: &Principal,
    organisation: &OrganisationRef,
) -> Result<Workplace, WebError> {
    let held = principal.memberships.iter().filter(|(at, _)| *at == organisation.id);
    let roles = held.flat_map(|(_, roles)| roles.iter());
    let roles: Vec<String> = roles.map(|role| shell.t.get(&format!("role-{}", role.code())).to_owned()).collect();
    let mut place =
        Workplace { name: organisation.name.clone(), href: None, roles: roles.join(", "), counts: Vec::new() };
    if may(state, principal, Act::ReadWork, organisation.id).await? {
        let permit = state.app.permit(principal, Act::ReadWork, Target::Organisation(organisation.id)).await?;
        let keys = ["workspace-count-drafts", "workspace-count-waiting", "workspace-count-returned"];
        let counts = state.app.work_counts(&permit).await?;
        place.counts = keys.into_iter().zip(counts).map(|(key, count)| shell.t.count(key, count)).collect();
        place.href = Some(shell.url(&path_of(organisation)));
    }
    Ok(place)
}

/// Organisations that delegated approval to the person's, with the lists of what waits there.
pub async fn waiting_below(
    state: &WebState,
    shell: &Shell,
    principal: &Principal,
) -> Result<Vec<CountedLink>, WebError> {
    let waiting = state.app.waiting_below(principal).await?;
    let ids: Vec<RecordId> = waiting.iter().map(|(id, _)| *id).collect();
    let link = |organisation: OrganisationRef| {
        let count = waiting.iter().find(|(id, _)| *id == organisation.id).map_or(0, |(_, count)| *count);
        CountedLink {
            href: shell.url(&format!("{}/pruefen", path_of(&organisation))),
            label: organisation.name,
            count: u64::try_from(count).unwrap_or(u64::MAX),
            chosen: false,
        }
    };
    Ok(state.app.organisation_refs(&ids).await?.into_iter().map(link).collect())
}

/// The pages of operation that the person may open.
pub fn operation(shell: &Shell, principal: &Principal) -> Vec<Link> {
    let open = OPERATION.into_iter().filter(|(act, _, _)| principal.may_somewhere(*act));
    // Whoever looks after several bodies sees them together.
    let quality =
        principal.may_somewhere(Act::Coordinate).then_some((Act::ReadFindings, quality::OVERVIEW, "quality-title"));
    let law = quality.map(|_| (Act::ReadFindings, law_look::PATH, "law-look-title"));
    let link = |(_, path, key): (Act, &str, &str)| Link { label: shell.t.get(key).to_owned(), href: shell.url(path) };
    open.chain(quality).chain(law).map(link).collect()
}
