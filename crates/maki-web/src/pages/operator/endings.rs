//! The end of an organisation: part of another, or dissolved. What will happen is shown before it happens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{OrganisationProfile, PeopleFault, SuccessionKind};
use maki_domain::Kennung;

use super::{Asked, meant, organisations};
use crate::auth::{fault_of, fault_text};
use crate::error::WebError;
use crate::guard::Submitted;
use crate::plain_form::{PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::shell::Shell;
use crate::state::WebState;

/// Name of the control that says that the consequences were read.
const SURE: &str = "sicher";

struct Ending<'a> {
    asked: &'a Asked,
    kind: SuccessionKind,
    kennung: Kennung,
    profile: OrganisationProfile,
}

#[derive(Default)]
struct Faults {
    successor: Option<String>,
    reason: Option<String>,
}

impl<'a> Ending<'a> {
    async fn of(state: &WebState, asked: &'a Asked, kind: SuccessionKind) -> Result<Self, WebError> {
        let (kennung, profile) = organisations::profile(state, asked).await?;
        // What has ended cannot end again.
        if profile.record.is_withdrawn() {
            return Err(WebError::NotFound);
        }
        Ok(Self { asked, kind, kennung, profile })
    }

    fn texts(&self) -> [&'static str; 4] {
        match self.kind {
            SuccessionKind::Merged => {
                ["operator-merge", "operator-merge-lead", "operator-merge-into", "operator-merge-sure"]
            }
            SuccessionKind::Dissolved => {
                ["operator-dissolve", "operator-dissolve-lead", "operator-successor", "operator-dissolve-sure"]
            }
        }
    }

    fn name(&self) -> &str {
        &self.profile.summary.organisation.name
    }

    fn path(&self) -> String {
        let page = if self.kind == SuccessionKind::Merged { "zusammenlegen" } else { "aufloesen" };
        format!("{}/{page}", organisations::path_of(&self.kennung))
    }

    fn shell(&self, state: &WebState) -> Shell {
        let [title, ..] = self.texts();
        self.asked.shell(state, title).crumb(self.name().to_owned(), &organisations::path_of(&self.kennung))
    }

    /// Asks for the successor and the reason.
    fn form(&self, state: &WebState, typed: &Submitted, faults: Faults) -> PlainForm {
        let shell = self.shell(state);
        let t = shell.t;
        let [_, lead, successor, _] = self.texts();
        let mut successor = PlainField::line(&shell, "nachfolgerin", successor, "text")
            .hint(t.get("operator-organisation-hint"))
            .typed(typed)
            .fault(faults.successor);
        if self.kind == SuccessionKind::Dissolved {
            successor = successor.optional();
        }
        let reason = PlainField::new(&shell, "grund", "operator-reason", PlainControl::Area { rows: 3 })
            .hint(t.get("operator-reason-hint"))
            .typed(typed)
            .fault(faults.reason);
        let action = shell.url(&self.path());
        let back = shell.url(&organisations::path_of(&self.kennung));
        let lead = t.one(lead, "name", self.name());
        PlainForm::new(shell, "operator-continue")
            .action(action)
            .lead(lead)
            .field(successor)
            .field(reason)
            .way("operator-back", back)
    }

    /// Says what will happen and asks again.
    fn sure(&self, state: &WebState, typed: &Submitted, successor: Option<&(Kennung, String)>) -> PlainForm {
        let shell = self.shell(state);
        let t = shell.t;
        let [_, _, _, button] = self.texts();
        let (action, back) = (shell.url(&self.path()), shell.url(&self.path()));
        let (systems, deployments) = (self.profile.summary.systems, self.profile.summary.deployments);
        let form = PlainForm::new(shell, button).action(action).grave();
        let form = match successor {
            Some((kennung, name)) => form
                .lead(t.with(
                    "operator-moves",
                    &[
                        ("systems", systems.into()),
                        ("deployments", deployments.into()),
                        ("name", self.name().into()),
                        ("successor", name.as_str().into()),
                    ],
                ))
                .hidden("nachfolgerin", kennung.as_str()),
            None => form.lead(t.one("operator-no-successor", "name", self.name())),
        };
        let people = match self.kind {
            SuccessionKind::Merged => "operator-people-move",
            SuccessionKind::Dissolved => "operator-people-leave",
        };
        form.lead(t.get(people))
            .lead(t.get("operator-final"))
            .hidden("grund", typed.get("grund"))
            .hidden(SURE, "1")
            .way("operator-back", back)
    }
}

async fn submit(
    state: &WebState,
    asked: &Asked,
    kind: SuccessionKind,
    typed: &Submitted,
) -> Result<Response, WebError> {
    let ending = Ending::of(state, asked, kind).await?;
    let t = asked.texts();
    let named = typed.get("nachfolgerin").trim();
    let successor = meant(state, named).await?;
    let is_needed = kind == SuccessionKind::Merged || !named.is_empty();
    let faults = Faults {
        successor: match &successor {
            None if is_needed => Some(t.get("operator-organisation-unknown").to_owned()),
            Some((kennung, _)) if *kennung == ending.kennung => Some(fault_text(t, PeopleFault::OrganisationItself)),
            _ => None,
        },
        reason: typed.get("grund").trim().is_empty().then(|| fault_text(t, PeopleFault::Missing)),
    };
    if faults.successor.is_some() || faults.reason.is_some() {
        return respond(&ending.form(state, typed, faults), &asked.context);
    }
    if !typed.has(SURE) {
        return respond(&ending.sure(state, typed, successor.as_ref()), &asked.context);
    }
    let outcome = match (kind, &successor) {
        (SuccessionKind::Merged, Some((into, _))) => {
            state.app.merge_organisation(&asked.permit, into, typed.get("grund")).await
        }
        (_, to) => {
            let to = to.as_ref().map(|(kennung, _)| kennung);
            state.app.dissolve_organisation(&asked.permit, to, typed.get("grund")).await
        }
    };
    match outcome {
        Ok(()) => Ok(asked.see(&format!("/behoerden/{}", ending.kennung))),
        Err(error) => {
            let fault = fault_of(error)?;
            let text = Some(fault_text(t, fault));
            let faults = match fault {
                PeopleFault::TooLong { .. } | PeopleFault::ControlCharacter | PeopleFault::Missing => {
                    Faults { reason: text, successor: None }
                }
                _ => Faults { successor: text, reason: None },
            };
            let form = ending.form(state, typed, faults);
            respond(&PlainForm { status: StatusCode::UNPROCESSABLE_ENTITY, ..form }, &asked.context)
        }
    }
}

async fn ask(state: &WebState, asked: &Asked, kind: SuccessionKind) -> Result<Response, WebError> {
    let ending = Ending::of(state, asked, kind).await?;
    respond(&ending.form(state, &Submitted::default(), Faults::default()), &asked.context)
}

pub async fn ask_merge(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    ask(&state, &asked, SuccessionKind::Merged).await
}

pub async fn merge(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    submit(&state, &asked, SuccessionKind::Merged, &typed).await
}

pub async fn ask_dissolve(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    ask(&state, &asked, SuccessionKind::Dissolved).await
}

pub async fn dissolve(State(state): State<WebState>, asked: Asked, typed: Submitted) -> Result<Response, WebError> {
    submit(&state, &asked, SuccessionKind::Dissolved, &typed).await
}
