//! Organisations as the operator sees them: found by name, with who looks after them and what can be done.

use axum::extract::State;
use axum::response::Response;
use maki_app::{OrganisationFilter, OrganisationProfile};
use maki_domain::{Kennung, RecordId, View};

use super::{Asked, meant};
use crate::auth::{fault_of, fault_text};
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::Submitted;
use crate::plain_form::PlainField;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::{Link, place};

const PATH: &str = "/betrieb/behoerden";
/// Organisations found that are shown.
const FOUND: usize = 50;

/// The search for an organisation.
#[derive(askama::Template)]
#[template(path = "operator/organisations.html")]
pub struct FindPage {
    pub shell: Shell,
    pub name: String,
    pub total: usize,
    pub found: Vec<(Link, String)>,
}

impl Page for FindPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

/// An organisation that looks after another.
pub struct CoordinatorRow {
    pub name: String,
    pub kennung: String,
    pub delegated: bool,
}

/// One organisation.
#[derive(askama::Template)]
#[template(path = "operator/organisation.html")]
pub struct OrganisationDesk {
    pub shell: Shell,
    pub kennung: String,
    pub place: String,
    pub done: Option<String>,
    pub faults: FaultSummary,
    /// Why nothing can be done with it any more.
    pub ended: bool,
    pub systems: String,
    pub deployments: String,
    pub members: String,
    pub coordinators: Vec<CoordinatorRow>,
    pub looked_after: Vec<Link>,
    pub coordinate_action: String,
    pub fields: Vec<PlainField>,
    pub ways: Vec<Link>,
    pub status: axum::http::StatusCode,
}

impl Page for OrganisationDesk {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> axum::http::StatusCode {
        self.status
    }
}

pub async fn list(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let shell = asked.shell(&state, "operator-organisations");
    let name: String = asked.parameter("name").trim().chars().take(200).collect();
    let filter = OrganisationFilter { name: name.clone(), limit: FOUND, ..OrganisationFilter::default() };
    let page = state.app.organisations(&filter).await?;
    let row = |summary: &maki_app::OrganisationSummary| {
        let one = &summary.organisation;
        let link = Link { label: one.name.clone(), href: shell.url(&format!("{PATH}/{}", one.kennung)) };
        (link, format!("{} · {}", place(shell.language, one.level, one.land), one.kennung))
    };
    let found = page.organisations.iter().map(row).collect();
    respond(&FindPage { name, total: page.total, found, shell }, &asked.context)
}

/// The organisation of the permit as those who run the register see it.
pub(super) async fn profile(state: &WebState, asked: &Asked) -> Result<(Kennung, OrganisationProfile), WebError> {
    let found = state.app.organisation_refs(&[asked.permit.organisation()?]).await?.pop().ok_or(WebError::NotFound)?;
    let kennung: Kennung = found.kennung.parse().map_err(|_| WebError::NotFound)?;
    let profile = state.app.organisation(View::Authorities, &kennung).await?.ok_or(WebError::NotFound)?;
    Ok((kennung, profile))
}

/// The path of an organisation here.
pub(super) fn path_of(kennung: &Kennung) -> String {
    format!("{PATH}/{kennung}")
}

const DONE: [(&str, &str); 1] = [("betreuung", "operator-done-coordination")];

/// Who looks after the organisation of the permit, and whether they approve for it.
async fn coordinators(state: &WebState, asked: &Asked) -> Result<Vec<CoordinatorRow>, WebError> {
    let ids = state.app.coordinators(&asked.permit).await?;
    let delegated = state.app.delegations(&asked.permit).await?;
    let in_force = |at: RecordId| delegated.iter().any(|d| d.coordinator == at && d.revoked_at.is_none());
    let row = |found: maki_app::OrganisationRef| CoordinatorRow {
        delegated: in_force(found.id),
        name: found.name,
        kennung: found.kennung,
    };
    Ok(state.app.organisation_refs(&ids).await?.into_iter().map(row).collect())
}

async fn page(
    state: &WebState,
    asked: &Asked,
    typed: Option<(&Submitted, String)>,
) -> Result<OrganisationDesk, WebError> {
    let t = asked.texts();
    let (kennung, profile) = profile(state, asked).await?;
    let summary = &profile.summary;
    let path = path_of(&kennung);
    let mut shell = asked.shell(state, "operator-organisations").crumb(t.get("operator-organisations"), PATH);
    shell.title.clone_from(&summary.organisation.name);
    let id = asked.permit.organisation()?;
    let after: Vec<RecordId> = state.app.looked_after(id).await?.into_iter().map(|(id, _)| id).collect();
    let link = |found: maki_app::OrganisationRef| Link {
        href: shell.url(&format!("{PATH}/{}", found.kennung)),
        label: found.name,
    };
    let mut field =
        PlainField::line(&shell, "behoerde", "operator-coordinator", "text").hint(t.get("operator-organisation-hint"));
    let mut faults = FaultSummary { t, links: Vec::new() };
    if let Some((typed, fault)) = typed {
        faults.push(&field.id(), format!("{}: {fault}", field.label));
        field = field.typed(typed).fault(Some(fault));
    }
    let ended = profile.record.is_withdrawn();
    let way = |key: &str, path: String| Link { label: t.get(key).to_owned(), href: shell.url(&path) };
    let mut ways = vec![way("operator-way-public", format!("/behoerden/{kennung}"))];
    if !ended {
        ways.extend([
            way("operator-way-team", format!("/arbeit/{kennung}/team")),
            way("operator-way-authority", format!("/arbeit/{kennung}/behoerde")),
            way("operator-merge", format!("{path}/zusammenlegen")),
            way("operator-dissolve", format!("{path}/aufloesen")),
        ]);
    }
    Ok(OrganisationDesk {
        place: place(shell.language, summary.organisation.level, summary.organisation.land),
        kennung: kennung.as_str().to_owned(),
        done: asked.done(&DONE),
        status: if faults.is_empty() {
            axum::http::StatusCode::OK
        } else {
            axum::http::StatusCode::UNPROCESSABLE_ENTITY
        },
        faults,
        ended,
        systems: shell.n(summary.systems),
        deployments: shell.n(summary.deployments),
        members: shell.n(state.app.members(&asked.permit).await?.len()),
        coordinators: coordinators(state, asked).await?,
        looked_after: state.app.organisation_refs(&after).await?.into_iter().map(link).collect(),
        coordinate_action: shell.url(&format!("{path}/betreuung")),
        fields: vec![field],
        ways,
        shell,
    })
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    respond(&page(&state, &asked, None).await?, &asked.context)
}

/// Begins or ends that another organisation looks after this one.
pub async fn coordinate(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    let t = asked.texts();
    let (own, _) = profile(&state, &asked).await?;
    let done = format!("{}?betreuung", path_of(&own));
    if typed.has("beenden") {
        let coordinators = state.app.coordinators(&asked.permit).await?;
        let names = state.app.organisation_refs(&coordinators).await?;
        let found = names.into_iter().find(|found| found.kennung == typed.get("beenden")).ok_or(WebError::Invalid)?;
        state.app.end_coordination(&asked.permit, found.id).await?;
        return Ok(asked.see(&done));
    }
    let Some((kennung, _)) = meant(&state, typed.get("behoerde")).await? else {
        let fault = t.get("operator-organisation-unknown").to_owned();
        return respond(&page(&state, &asked, Some((&typed, fault))).await?, &asked.context);
    };
    match state.app.coordinate(&asked.permit, &kennung).await {
        Ok(()) => Ok(asked.see(&done)),
        Err(error) => {
            let fault = fault_text(t, fault_of(error)?);
            respond(&page(&state, &asked, Some((&typed, fault))).await?, &asked.context)
        }
    }
}
