//! Versions of a system and its deployments: the list, and each one as a dated, citable page with its differences.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::{Comparison, PublishedBy, RecordVersion, Steckbrief};
use maki_domain::{Code, Kennung, RecordKind, View, keys};

use super::steckbrief::{VersionRow, versions};
use crate::context::{Context, localised};
use crate::error::WebError;
use crate::format::{self, DateText};
use crate::lookup;
use crate::respond::{Cache, Page, respond};
use crate::shell::{Nav, Shell};
use crate::state::WebState;
use crate::texts::{Texts, texts};
use crate::view::diff::{self, ChangeView, PartKind};
use crate::view::field::{self, SectionView, Shown};
use crate::view::foreign;
use crate::view::places::Places;

#[derive(Debug, askama::Template)]
#[template(path = "versions.html")]
pub struct VersionsPage {
    pub shell: Shell,
    pub revision: String,
    pub kennung: String,
    pub heading: String,
    pub rows: Vec<PublishedVersion>,
}

/// A version and for whom it was published.
#[derive(Debug, Clone)]
pub struct PublishedVersion {
    pub version: VersionRow,
    /// None for the register itself.
    pub by: Option<String>,
}

impl Page for VersionsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Revision(self.revision.clone())
    }
}

/// A version to compare with.
#[derive(Debug, Clone)]
pub struct VersionOption {
    pub value: i64,
    pub label: String,
    pub chosen: bool,
}

/// The differences between two versions.
#[derive(Debug, Clone)]
pub struct ComparisonView {
    pub title: String,
    pub changes: Vec<ChangeView>,
}

#[derive(Debug, askama::Template)]
#[template(path = "version.html")]
pub struct VersionPage {
    pub shell: Shell,
    pub revision: String,
    pub kennung: String,
    pub label: String,
    pub heading: String,
    pub lang: Option<String>,
    pub date: DateText,
    pub current: bool,
    pub current_href: String,
    pub note: Option<String>,
    pub action: String,
    pub others: Vec<VersionOption>,
    pub comparison: Option<ComparisonView>,
    pub sections: Vec<SectionView>,
}

impl Page for VersionPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Revision(self.revision.clone())
    }
}

pub async fn list(
    State(state): State<WebState>,
    context: Context,
    Path(typed): Path<String>,
) -> Result<Response, WebError> {
    let (_, found) = lookup::steckbrief(&state, &context, &typed).await?;
    if found.system.kennung() != typed {
        return Ok(lookup::moved(&context, &format!("/systeme/{}/versionen", found.system.kennung())));
    }
    let by = state.app.published_by(&found).await?;
    respond(&VersionsPage::new(Shell::new(&state, &context, ""), &found, &by), &context)
}

impl VersionsPage {
    #[must_use]
    pub fn new(shell: Shell, found: &Steckbrief, by: &PublishedBy) -> Self {
        let (t, kennung) = (shell.t, found.system.kennung().to_owned());
        let name = found.system.content.text(keys::NAME).unwrap_or(&kennung).to_owned();
        let shell = Shell { title: t.get("versions-title").to_owned(), ..shell }
            .active(Nav::Systems)
            .crumb(t.get("nav-systems"), "/systeme")
            .crumb(name.as_str(), &format!("/systeme/{kennung}"));
        let heading = t.one("versions-heading", "name", name);
        let names = found.versions.iter().map(|v| by.get(&(v.kennung.clone(), v.number)).map(|o| o.name.clone()));
        let rows: Vec<PublishedVersion> = versions(&shell, found)
            .into_iter()
            .zip(names)
            .map(|(version, by)| PublishedVersion { version, by })
            .collect();
        // Names of those who only acted are no part of the revision of what is shown.
        let mut hasher = DefaultHasher::new();
        rows.iter().for_each(|row| row.by.hash(&mut hasher));
        let revision = format!("v{:016x}{:016x}", found.revision, hasher.finish());
        Self { revision, rows, heading, kennung, shell }
    }
}

pub async fn show(
    State(state): State<WebState>,
    context: Context,
    Path((typed, number)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let kennung = lookup::kennung(&state, &context, &typed).await?;
    let number: i64 = number.parse().map_err(|_| WebError::NotFound)?;
    let Some(version) = state.app.version(View::Public, &kennung, number).await? else {
        return Err(missing(&state, &context, &typed, &kennung).await);
    };
    let system: Kennung = version.system_kennung.parse().map_err(|_| WebError::NotFound)?;
    let Some(found) = state.app.steckbrief(View::Public, &system).await? else {
        return Err(WebError::NotFound);
    };
    let comparison = match compared(&context)? {
        Some(other) if other != number => {
            let (before, after) = (other.min(number), other.max(number));
            let comparison = state.app.compare(View::Public, &kennung, before, after).await?;
            Some(comparison.ok_or(WebError::BadParameter { name: "vergleich".to_owned() })?)
        }
        _ => None,
    };
    let places = Places::of(&state, std::iter::once(&version.content)).await?;
    let places = match &comparison {
        Some(comparison) => places.and(Places::of_changes(&state, comparison.changes.iter()).await?),
        None => places,
    };
    let shell = Shell::new(&state, &context, "");
    respond(&VersionPage::new(shell, &version, &found, comparison.as_ref(), &places), &context)
}

/// A number that no version has, or a day that shows nothing: the list of versions is the way out.
pub(super) async fn missing(state: &WebState, context: &Context, typed: &str, kennung: &Kennung) -> WebError {
    match state.app.steckbrief(View::Public, kennung).await {
        Ok(Some(found)) => {
            let path = format!("/systeme/{}/versionen", found.system.kennung());
            let label = texts(context.language).get("sheet-versions-all").to_owned();
            WebError::UnknownVersion { list: crate::shell::Crumb { label, href: localised(context.language, &path) } }
        }
        _ => lookup::unknown(state, context, typed).await,
    }
}

fn compared(context: &Context) -> Result<Option<i64>, WebError> {
    let Some((_, value)) = context.pairs().find(|(name, _)| name == "vergleich") else { return Ok(None) };
    value.parse().map(Some).map_err(|_| WebError::BadParameter { name: "vergleich".to_owned() })
}

/// What a version is called: a system by its name, a deployment also by who deploys it.
fn heading(t: &Texts, version: &RecordVersion, system_name: &str, organisation: Option<String>) -> String {
    match (version.kind, organisation) {
        (RecordKind::Deployment, Some(name)) => {
            t.with("version-heading-deployment", &[("name", system_name.into()), ("organisation", name.into())])
        }
        _ => version.content.text(keys::NAME).unwrap_or(system_name).to_owned(),
    }
}

fn dated(label: &str, date: &DateText) -> String {
    format!("{label} · {}", date.human)
}

impl VersionPage {
    #[must_use]
    pub fn new(
        shell: Shell,
        version: &RecordVersion,
        found: &Steckbrief,
        comparison: Option<&Comparison>,
        places: &Places,
    ) -> Self {
        let (t, language, content) = (shell.t, shell.language, &version.content);
        let system_name = found.system.content.text(keys::NAME).unwrap_or(&version.system_kennung).to_owned();
        let entries: Vec<_> = found.versions.iter().filter(|v| v.kennung == version.kennung).collect();
        let entry = entries.iter().find(|v| v.number == version.number);
        let organisation = entry.and_then(|e| e.organisation.as_ref()).map(|o| o.name.clone());
        let heading = heading(t, version, &system_name, organisation);
        let language_key =
            if version.kind == RecordKind::Deployment { keys::DEPLOYMENT_TEXT_LANGUAGE } else { keys::TEXT_LANGUAGE };
        let text_language = content.code(language_key).map_or("de", Code::as_str);
        let chosen =
            comparison.map(|c| if c.before.number == version.number { c.after.number } else { c.before.number });
        let label = t.count("versions-label", version.number);
        let path = format!("/systeme/{}", version.system_kennung);
        let others = entries
            .iter()
            .filter(|v| v.number != version.number)
            .map(|v| VersionOption {
                value: v.number,
                label: dated(&t.count("versions-label", v.number), &format::day(language, v.published_at)),
                chosen: chosen == Some(v.number),
            })
            .collect();
        let mut sections = field::sections(content, version.kind, language, text_language, &[]);
        places.name(&mut sections, language);
        let shell = Shell { title: label.clone(), ..shell }
            .active(Nav::Systems)
            .crumb(t.get("nav-systems"), "/systeme")
            .crumb(system_name, &path)
            .crumb(t.get("versions-title"), &format!("{path}/versionen"));
        Self {
            revision: format!(
                "{:016x}-{}-{}-{}{}",
                found.revision,
                version.kennung,
                version.number,
                chosen.unwrap_or(0),
                places.revision()
            ),
            kennung: version.kennung.clone(),
            lang: foreign(language, text_language).filter(|_| version.kind == RecordKind::System),
            date: format::moment(language, version.published_at),
            current: version.number == version.current,
            current_href: shell.url(&path),
            note: entry.map(|e| e.change_note.clone()).filter(|n| !n.is_empty()),
            action: shell.url(&format!("/systeme/{}/versionen/{}", version.kennung, version.number)),
            others,
            comparison: comparison.map(|c| ComparisonView {
                title: t.with("diff-title", &[("before", c.before.number.into()), ("after", c.after.number.into())]),
                changes: diff::changes(&c.changes, places, language),
            }),
            sections,
            label,
            heading,
            shell,
        }
    }
}
