//! Pages of plain text that an operator may replace: imprint, privacy, accessibility and their like.

use axum::extract::State;
use axum::response::Response;
use maki_domain::View;

use crate::context::Context;
use crate::error::WebError;
use crate::format::{day, number};
use crate::markdown;
use crate::respond::{Cache, Page, respond};
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::texts::texts;

/// Names of the files.
pub const NAMES: [&str; 14] = [
    "barrierefreiheit",
    "leichte-sprache",
    "impressum",
    "datenschutz",
    "methodik",
    "lizenz",
    "daten",
    HELP,
    "hilfe-beitreten",
    "hilfe-eintragen",
    "hilfe-uebernehmen",
    "hilfe-pruefen",
    "hilfe-schnittstelle",
    "hilfe-betreiben",
];
/// The guide, whose pages lie below its own address.
const HELP: &str = "hilfe";
/// The page in Leichte Sprache, which has a language tag of its own.
const EASY: &str = "leichte-sprache";
/// The page of the data, which has a place in the main navigation.
const DATA: &str = "daten";
/// Stands for a number that nobody has counted.
const UNCOUNTED: &str = "–";

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

/// The address of a page.
#[must_use]
pub fn path(name: &str) -> String {
    chapter(name).map_or_else(|| format!("/{name}"), |chapter| format!("/{HELP}/{chapter}"))
}

/// What a page of the guide is about.
fn chapter(name: &str) -> Option<&str> {
    name.strip_prefix(HELP)?.strip_prefix('-')
}

pub async fn show(state: State<WebState>, context: Context, name: &'static str) -> Result<Response, WebError> {
    let text = markdown::load(&state.site, context.language, name).await.ok_or(WebError::NotFound)?;
    let text = if name == DATA { with_figures(&state, &context, &text) } else { text };
    let mut shell = Shell::new(&state, &context, "");
    if chapter(name).is_some() {
        shell = shell.crumb(texts(context.language).get("nav-help"), &path(HELP));
    }
    respond(&TextPage::new(shell, name, &text), &context)
}

/// Puts what there is to download in the place of `{systems}`, `{deployments}` and `{date}`. While the index is being
/// built nobody has counted.
fn with_figures(state: &WebState, context: &Context, text: &str) -> String {
    let counts = state.app.overview(View::Public).ok();
    let count = |of: fn(&maki_app::Overview) -> usize| {
        let count = counts.as_ref().map(|counts| i64::try_from(of(counts)).unwrap_or(i64::MAX));
        count.map_or_else(|| UNCOUNTED.to_owned(), |count| number(context.language, count))
    };
    text.replace("{systems}", &count(|counts| counts.systems))
        .replace("{deployments}", &count(|counts| counts.deployments))
        .replace("{date}", &day(context.language, state.app.now()).human)
}

impl TextPage {
    #[must_use]
    pub fn new(shell: Shell, name: &str, text: &str) -> Self {
        let text = markdown::fill(&shell.site, text, shell.t);
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use maki_domain::Language;

    use super::*;
    use crate::state::Site;
    use crate::texts::embedded_page;

    /// Every name of a button or field is a text of the interface, and every picture is there: the guide cannot rot.
    #[test]
    fn the_guide_names_what_there_is() {
        for language in Language::ALL {
            for name in NAMES.iter().filter(|name| name.starts_with(HELP)) {
                let text = markdown::fill(&Site::default(), embedded_page(language, name).unwrap(), texts(language));
                assert!(!text.contains('{'), "{name} in {language:?}: {text}");
                let html = markdown::render(&text, language).html;
                assert_eq!(html.matches("<img").count(), text.matches("](bild:").count(), "{name}");
                assert_eq!(html.matches("<img loading").count(), html.matches("<img").count(), "{name}: {html}");
                for link in html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                    let path = link.trim_start_matches("/en");
                    if let Some(chapter) = path.strip_prefix("/hilfe/") {
                        assert!(NAMES.contains(&format!("hilfe-{chapter}").as_str()), "{name}: {link}");
                    }
                }
            }
        }
    }

    #[test]
    fn pages_of_the_guide_lie_below_it() {
        assert_eq!([path("hilfe"), path("hilfe-pruefen"), path("daten")], ["/hilfe", "/hilfe/pruefen", "/daten"]);
    }
}
