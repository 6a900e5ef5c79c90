//! Links by which outsiders read a draft: made, listed and revoked here; and the page that they open. A link is shown
//! once, in the answer to the form that made it. The page behind it is kept by nobody and tells no other site its address.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use maki_app::AppError;
use maki_app::work::{LONGEST_PREVIEW, PreviewLink, Previewed, Stage};
use maki_domain::{RecordKind, keys};

use crate::context::Context;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format::{self, DateText};
use crate::guard::Submitted;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::entry_path;
use crate::pages::work::{Asked, part_key, see};
use crate::plain_form::PlainField;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;
use crate::view::field::{SectionView, Shown, sections};
use crate::view::places::Places;

/// Days that the form proposes.
const USUAL_DAYS: &str = "7";

/// A link in the list.
pub struct LinkRow {
    pub made: DateText,
    pub by: String,
    pub ends: DateText,
    /// Why it opens nothing any more.
    pub state: Option<String>,
    pub revoke_action: Option<String>,
}

/// The links to an entry.
#[derive(askama::Template)]
#[template(path = "review/links.html")]
pub struct LinksPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub name: String,
    pub faults: FaultSummary,
    /// The address that was made just now.
    pub fresh: Option<String>,
    pub rows: Vec<LinkRow>,
    pub action: String,
    /// Of the form; none where there is no draft to show.
    pub fields: Vec<PlainField>,
    pub back_href: String,
}

impl Page for LinksPage {
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
    let desk = desk::open(&state, &asked.permit).await?;
    render(&state, &asked, &desk, None, None).await
}

async fn render(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    fresh: Option<String>,
    refused: Option<(&Submitted, &'static str)>,
) -> Result<Response, WebError> {
    let shell = below_entry(state, asked, desk, "review-preview");
    let t = shell.t;
    let path = format!("{}/vorschau", entry_path(desk));
    let mut days = PlainField::line(&shell, "days", "review-preview-days", "text")
        .hint(t.count("review-preview-days-hint", LONGEST_PREVIEW));
    USUAL_DAYS.clone_into(&mut days.value);
    let mut faults = FaultSummary::of(&[], asked.context.language);
    if let Some((typed, key)) = refused {
        days = days.typed(typed).fault(Some(t.count(key, LONGEST_PREVIEW)));
        faults.push(&days.id(), format!("{}: {}", days.label, t.count(key, LONGEST_PREVIEW)));
    }
    let links = state.app.previews(&asked.permit).await?;
    let page = LinksPage {
        status: if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        name: name_of(asked, desk),
        faults,
        fresh,
        rows: links.into_iter().map(|link| link_row(&shell, &path, link)).collect(),
        action: shell.url(&path),
        fields: if desk.work.is_changed() { vec![days] } else { Vec::new() },
        back_href: shell.url(&entry_path(desk)),
        shell,
    };
    respond(&page, &asked.context)
}

fn link_row(shell: &Shell, path: &str, link: PreviewLink) -> LinkRow {
    let t = shell.t;
    let state = match (link.revoked_at, link.is_open) {
        (Some(at), _) => Some(t.one("review-preview-revoked", "moment", format::moment(shell.language, at).human)),
        (None, false) => Some(t.get("review-preview-ended").to_owned()),
        (None, true) => None,
    };
    LinkRow {
        made: format::moment(shell.language, link.made_at),
        by: link.made_by.unwrap_or_else(|| t.get("review-gone").to_owned()),
        ends: format::moment(shell.language, link.ends_at),
        revoke_action: link.is_open.then(|| shell.url(&format!("{path}/{}/widerrufen", link.id))),
        state,
    }
}

pub async fn make(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let days: i64 = pairs.get("days").trim().parse().unwrap_or(0);
    match state.app.make_preview(&asked.permit, days).await {
        Ok(secret) => {
            let path = crate::context::localised(asked.context.language, &format!("/vorschau/{secret}"));
            let fresh = format!("{}{path}", state.site.base_url);
            render(&state, &asked, &desk, Some(fresh), None).await
        }
        Err(AppError::Invalid) => {
            render(&state, &asked, &desk, None, Some((&pairs, "review-preview-days-fault"))).await
        }
        Err(AppError::WrongStage) if desk.work.is_changed() => {
            render(&state, &asked, &desk, None, Some((&pairs, "review-preview-many"))).await
        }
        Err(AppError::WrongStage) => Ok(see(&asked.context, &format!("{}/vorschau", entry_path(&desk)))),
        Err(error) => Err(error.into()),
    }
}

pub async fn revoke(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, link)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let id = link.parse().map_err(|_| WebError::NotFound)?;
    state.app.revoke_preview(&asked.permit, id).await?;
    Ok(see(&asked.context, &format!("{}/vorschau", entry_path(&desk))))
}

/// One record of a draft.
pub struct PreviewedPart {
    pub id: &'static str,
    pub title: String,
    pub sections: Vec<SectionView>,
}

/// A draft as the public would see it.
#[derive(askama::Template)]
#[template(path = "review/preview.html")]
pub struct PreviewPage {
    pub shell: Shell,
    pub organisation: String,
    pub name: String,
    pub banner: String,
    pub parts: Vec<PreviewedPart>,
    /// The public page, where there is one.
    pub public_href: Option<String>,
}

impl Page for PreviewPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn open(
    State(state): State<WebState>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, WebError> {
    let found = state.app.previewed(&secret).await?.ok_or(WebError::NotFound)?;
    let places = Places::of(&state, found.parts.iter().map(|part| &part.content)).await?;
    let mut response = respond(&page(&state, &context, found, &places), &context)?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}

fn page(state: &WebState, context: &Context, found: Previewed, places: &Places) -> PreviewPage {
    let (t, language) = (texts(context.language), context.language);
    let name = if found.name.is_empty() { t.get("work-untitled").to_owned() } else { found.name };
    let shell = Shell::new(state, context, t.one("review-preview-of", "name", name.as_str())).unlisted();
    let ends = format::moment(language, found.ends_at).human;
    let key = if found.stage == Stage::Published { "review-preview-published" } else { "review-preview-banner" };
    let parts = found.parts.into_iter().map(|part| {
        let tag = match part.kind {
            RecordKind::Deployment => keys::DEPLOYMENT_TEXT_LANGUAGE,
            _ => keys::TEXT_LANGUAGE,
        };
        let tag = part.content.code(tag).map_or("de", |code| code.as_str());
        let mut sections = sections(&part.content, part.kind, language, tag, &[]);
        places.name(&mut sections, language);
        PreviewedPart { id: part.kind.code(), title: t.get(public_part(part.kind)).to_owned(), sections }
    });
    PreviewPage {
        banner: t.one(key, "moment", ends),
        organisation: found.organisation,
        parts: parts.collect(),
        public_href: found.kennung.map(|kennung| shell.url(&format!("/systeme/{kennung}"))),
        name,
        shell,
    }
}

/// What outsiders call the parts.
const fn public_part(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Deployment => "review-preview-use",
        kind => part_key(kind),
    }
}
