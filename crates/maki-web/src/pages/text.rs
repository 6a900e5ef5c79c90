//! Pages of plain text that an operator may replace: imprint, privacy, accessibility and their like.

use axum::extract::State;
use axum::response::Response;

use crate::context::Context;
use crate::error::WebError;
use crate::markdown;
use crate::respond::{Cache, Page, respond};
use crate::shell::{Nav, Shell};
use crate::state::WebState;

/// Addresses of the pages, which are also the names of their files.
pub const NAMES: [&str; 7] =
    ["barrierefreiheit", "leichte-sprache", "impressum", "datenschutz", "methodik", "lizenz", "daten"];
/// The page in Leichte Sprache, which has a language tag of its own.
const EASY: &str = "leichte-sprache";
/// The page of the data, which has a place in the main navigation.
const DATA: &str = "daten";

#[derive(Debug, askama::Template)]
#[template(path = "text.html")]
pub struct TextPage {
    pub shell: Shell,
    pub lang: Option<&'static str>,
    pub html: String,
}

impl Page for TextPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Content
    }
}

pub async fn show(state: State<WebState>, context: Context, name: &'static str) -> Result<Response, WebError> {
    let text = markdown::load(&state.site, context.language, name).await.ok_or(WebError::NotFound)?;
    let shell = Shell::new(&state, &context, "");
    respond(&TextPage::new(shell, name, &text), &context)
}

impl TextPage {
    #[must_use]
    pub fn new(shell: Shell, name: &str, text: &str) -> Self {
        let text = markdown::fill(&shell.site, text, shell.t.get("product-name"));
        let prose = markdown::render(&text, shell.language);
        // RFC 5646 registers the variant `simple` for simplified language.
        let lang = (name == EASY).then_some(match shell.language {
            maki_domain::Language::De => "de-simple",
            maki_domain::Language::En => "en-simple",
        });
        let active = (name == DATA).then_some(Nav::Data);
        Self { shell: Shell { title: prose.title, active, ..shell }, lang, html: prose.html }
    }
}
