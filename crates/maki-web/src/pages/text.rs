//! Pages of plain text that an operator may replace: imprint, privacy, accessibility and their like.

use axum::extract::State;
use axum::response::Response;
use maki_domain::View;

use crate::api::ROOT;
use crate::context::Context;
use crate::error::WebError;
use crate::format::{day, number};
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
/// Stands for a number that nobody has counted.
const UNCOUNTED: &str = "–";
/// Stands for the address of an instance whose operator did not say it.
const NOWHERE: &str = "http://localhost:8080";

#[derive(Debug, askama::Template)]
#[template(path = "text.html")]
pub struct TextPage {
    pub shell: Shell,
    pub lang: Option<&'static str>,
    /// Its tables take the whole width.
    pub wide: bool,
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
    let text = if name == DATA { with_figures(&state, &context, &text) } else { text };
    let shell = Shell::new(&state, &context, "");
    respond(&TextPage::new(shell, name, &text), &context)
}

/// Puts what there is to download in the place of `{systems}`, `{deployments}` and `{date}`, and where programs ask in
/// the place of `{api}`. While the index is being built nobody has counted.
fn with_figures(state: &WebState, context: &Context, text: &str) -> String {
    let counts = state.app.overview(View::Public).ok();
    let count = |of: fn(&maki_app::Overview) -> usize| {
        let count = counts.as_ref().map(|counts| i64::try_from(of(counts)).unwrap_or(i64::MAX));
        count.map_or_else(|| UNCOUNTED.to_owned(), |count| number(context.language, count))
    };
    let base = if state.site.base_url.is_empty() { NOWHERE } else { &state.site.base_url };
    text.replace("{systems}", &count(|counts| counts.systems))
        .replace("{deployments}", &count(|counts| counts.deployments))
        .replace("{date}", &day(context.language, state.app.now()).human)
        .replace("{api}", &format!("{base}{ROOT}"))
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
        Self { shell: Shell { title: prose.title, active, ..shell }, lang, wide: name == DATA, html: prose.html }
    }
}
