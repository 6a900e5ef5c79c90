//! The glossary: words of the register, and every controlled list whose values need explaining.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maki_domain::glossary::glossary;
use maki_domain::vocabulary::vocabularies;

use crate::assets::BUILD_ID;
use crate::context::Context;
use crate::error::WebError;
use crate::respond::{Cache, Page, respond};
use crate::shell::{Nav, Shell};
use crate::state::WebState;

/// One word with its explanation.
#[derive(Debug, Clone)]
pub struct Word {
    pub id: String,
    pub term: String,
    pub text: String,
    pub source: Option<String>,
}

/// One controlled list.
#[derive(Debug, Clone)]
pub struct WordList {
    pub id: String,
    pub label: String,
    pub words: Vec<Word>,
}

#[derive(Debug, askama::Template)]
#[template(path = "glossary.html")]
pub struct GlossaryPage {
    pub shell: Shell,
    pub words: Vec<Word>,
    pub lists: Vec<WordList>,
}

impl Page for GlossaryPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    /// The glossary is part of the build, whose id every tag holds.
    fn cache(&self) -> Cache {
        Cache::Revision("glossary".to_owned())
    }
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let title = crate::texts::texts(context.language).get("glossary-title").to_owned();
    respond(&GlossaryPage::new(Shell::new(&state, &context, title)), &context)
}

impl GlossaryPage {
    #[must_use]
    pub fn new(shell: Shell) -> Self {
        let language = shell.language;
        let mut words: Vec<Word> = glossary()
            .iter()
            .enumerate()
            .map(|(place, entry)| Word {
                id: format!("wort-{place}"),
                term: entry.term(language).to_owned(),
                text: entry.text(language).to_owned(),
                source: entry.source.clone(),
            })
            .collect();
        words.sort_by_key(|word| word.term.to_lowercase());
        let lists = vocabularies()
            .iter()
            .map(|list| WordList {
                id: format!("liste-{}", list.name),
                label: list.label.get(language).to_owned(),
                words: list
                    .terms()
                    .iter()
                    .filter_map(|term| {
                        Some(Word {
                            id: format!("{}-{}", list.name, term.code),
                            term: term.label(language).to_owned(),
                            text: term.definition(language)?.to_owned(),
                            source: None,
                        })
                    })
                    .collect(),
            })
            .filter(|list: &WordList| !list.words.is_empty())
            .collect();
        Self { shell: shell.active(Nav::Glossary), words, lists }
    }
}

/// Words and controlled lists for machines.
pub async fn json() -> impl IntoResponse {
    let words: Vec<_> = glossary()
        .iter()
        .map(|e| {
            serde_json::json!({
                "term": { "de": e.term_de, "en": e.term_en },
                "text": { "de": e.text_de, "en": e.text_en },
                "source": e.source,
            })
        })
        .collect();
    let lists: serde_json::Map<String, serde_json::Value> = vocabularies()
        .iter()
        .map(|list| {
            let terms = serde_json::to_value(list.terms()).unwrap_or_default();
            (list.name.clone(), serde_json::json!({ "label": list.label, "terms": terms }))
        })
        .collect();
    let headers = [(header::ETAG, format!("W/\"{BUILD_ID}\"")), (header::CACHE_CONTROL, "public, no-cache".to_owned())];
    (headers, Json(serde_json::json!({ "glossary": words, "vocabularies": lists })))
}
