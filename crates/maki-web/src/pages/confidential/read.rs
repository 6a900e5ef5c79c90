//! An approved entry for reading: for its organisation, and for readers named one by one, whose readings are noted.

use axum::extract::State;
use axum::response::Response;
use maki_domain::{Content, RecordKind, Relation, keys};

use super::LIST;
use super::entry::Why;
use crate::error::WebError;
use crate::pages::work::{Asked, part_key};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::field::{SectionView, Shown, sections};
use crate::view::places::Places;

/// One part of the entry.
pub struct Part {
    pub id: &'static str,
    pub title: String,
    pub sections: Vec<SectionView>,
}

/// The page of an approved entry.
#[derive(askama::Template)]
#[template(path = "confidential/read.html")]
pub struct ReadPage {
    pub shell: Shell,
    pub organisation: String,
    pub name: String,
    /// Whether who reads is of another organisation and the reading was noted.
    pub is_noted: bool,
    pub why: Why,
    pub parts: Vec<Part>,
}

impl Page for ReadPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let sheet = state.app.read_confidential(&asked.permit).await?;
    let t = asked.texts();
    let shell = asked
        .shell(&state, t.count("confidential-number", sheet.number).as_str())
        .crumb(t.get("work-title"), "/arbeit")
        .crumb(t.get("confidential-title"), LIST);
    let organisation = state.app.organisation_refs(&[sheet.organisation]).await?.pop();
    let content = &sheet.content;
    let places = Places::of(&state, [&content.system, &content.deployment].into_iter()).await?;
    let part = |kind: RecordKind, content: &Content, id: &'static str| {
        let tag = [keys::TEXT_LANGUAGE, keys::DEPLOYMENT_TEXT_LANGUAGE];
        let tag = tag.iter().find_map(|key| content.code(key)).map_or("", |code| code.as_str());
        let mut sections = sections(content, kind, shell.language, tag, &[]);
        places.name(&mut sections, shell.language);
        Part { id, title: t.get(part_key(kind)).to_owned(), sections }
    };
    let parts = vec![
        part(RecordKind::System, &content.system, "system"),
        part(RecordKind::Deployment, &content.deployment, "einsatz"),
    ];
    let page = ReadPage {
        organisation: organisation.map(|organisation| organisation.name).unwrap_or_default(),
        name: content.system.text(keys::NAME).unwrap_or_else(|| t.get("work-untitled")).to_owned(),
        is_noted: asked.permit.relation() != Relation::Own,
        why: Why::of(&shell, &content.restriction),
        parts,
        shell,
    };
    respond(&page, &asked.context)
}
