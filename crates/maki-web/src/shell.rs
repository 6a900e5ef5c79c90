//! The frame around every page: title, navigation, breadcrumb, language switch, banner.

use std::sync::Arc;

use maki_domain::Language;
use maki_domain::instance::InstanceKind;

use crate::context::{Context, localised};
use crate::guard::Visitor;
use crate::state::{Site, WebState};
use crate::texts::{Texts, texts};

/// The entry of the main navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    Systems,
    Dashboard,
    Organisations,
    Data,
    Glossary,
}

impl Nav {
    /// Entry, address and text key, in display order.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Systems, "/systeme", "nav-systems"),
        (Self::Dashboard, "/dashboard", "nav-dashboard"),
        (Self::Organisations, "/behoerden", "nav-organisations"),
        (Self::Data, "/daten", "nav-data"),
        (Self::Glossary, "/glossar", "nav-glossary"),
    ];
}

/// One step of the breadcrumb above the page itself.
#[derive(Debug, Clone)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

/// The same content in another form, such as JSON.
#[derive(Debug, Clone)]
pub struct Alternate {
    pub mime: &'static str,
    pub href: String,
    pub title: String,
}

/// The same page in another language.
#[derive(Debug, Clone)]
pub struct LanguageLink {
    pub tag: &'static str,
    pub href: String,
}

/// Everything the base template needs.
#[derive(Debug, Clone)]
pub struct Shell {
    pub site: Arc<Site>,
    pub t: &'static Texts,
    pub language: Language,
    pub title: String,
    pub description: Option<String>,
    pub path: String,
    pub query: Option<String>,
    pub active: Option<Nav>,
    pub crumbs: Vec<Crumb>,
    pub alternates: Vec<Alternate>,
    /// Whether search engines may list the page.
    pub listed: bool,
    /// Who sees the page, where it knows visitors.
    pub visitor: Option<Visitor>,
}

impl Shell {
    #[must_use]
    pub fn new(state: &WebState, context: &Context, title: impl Into<String>) -> Self {
        Self::of(Arc::clone(&state.site), context, title)
    }

    #[must_use]
    pub fn of(site: Arc<Site>, context: &Context, title: impl Into<String>) -> Self {
        Self {
            site,
            t: texts(context.language),
            language: context.language,
            title: title.into(),
            description: None,
            path: context.path.clone(),
            query: context.query.clone(),
            active: None,
            crumbs: Vec::new(),
            alternates: Vec::new(),
            listed: context.visitor.is_none(),
            visitor: context.visitor.clone(),
        }
    }

    #[must_use]
    pub fn active(mut self, nav: Nav) -> Self {
        self.active = Some(nav);
        self
    }

    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds a step above this page; `path` is without the language.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, path: &str) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: self.url(path) });
        self
    }

    #[must_use]
    pub fn alternate(mut self, mime: &'static str, href: impl Into<String>, title: impl Into<String>) -> Self {
        self.alternates.push(Alternate { mime, href: href.into(), title: title.into() });
        self
    }

    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// A path of the interface in the language of this page.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        localised(self.language, path)
    }

    /// This very page in every language of the instance.
    #[must_use]
    pub fn languages(&self) -> Vec<LanguageLink> {
        self.site.languages.iter().map(|language| self.in_language(*language)).collect()
    }

    /// This page in the language that the switch leads to; none where the instance has one language.
    #[must_use]
    pub fn other_language(&self) -> Option<LanguageLink> {
        let other = self.site.languages.iter().find(|language| **language != self.language);
        other.map(|language| self.in_language(*language))
    }

    fn in_language(&self, language: Language) -> LanguageLink {
        let path = match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        };
        LanguageLink { tag: language.tag(), href: localised(language, &path) }
    }

    /// Absolute where the operator has said under which address the instance is reached.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.site.base_url)
    }

    /// Title of the browser window: page first, then product and instance.
    #[must_use]
    pub fn full_title(&self) -> String {
        let product = self.t.get("product-name");
        let site = self.site.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        if self.title.is_empty() { format!("{product}{site}") } else { format!("{} – {product}{site}", self.title) }
    }

    /// Key of the banner's text, when the entries are not real.
    #[must_use]
    pub fn banner(&self) -> Option<&str> {
        match self.site.kind {
            InstanceKind::Demo => Some(self.t.get("banner-demo")),
            InstanceKind::Test => Some(self.t.get("banner-test")),
            InstanceKind::Production => None,
        }
    }

    /// The name of who has signed in.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        self.visitor.as_ref()?.session.as_ref().map(|session| session.principal.name.as_str())
    }

    /// The token that every form of the page carries.
    #[must_use]
    pub fn form_token(&self) -> &str {
        self.visitor.as_ref().map_or("", |visitor| &visitor.token)
    }

    /// The page of the guide for who works here; none on the pages that everybody reads.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let chapter = chapter(&self.path)?;
        let path = if chapter.is_empty() { "/hilfe".to_owned() } else { format!("/hilfe/{chapter}") };
        Some(self.url(&path))
    }

    /// A number with the separators of the language.
    #[must_use]
    pub fn n(&self, number: impl crate::format::Count) -> String {
        crate::format::number(self.language, number.as_count())
    }

    #[must_use]
    pub fn is_active(&self, nav: &Nav) -> bool {
        self.active == Some(*nav)
    }

    /// Version of the program for the foot of the page.
    #[must_use]
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// The chapter of the guide that a path belongs to; empty for its overview.
fn chapter(path: &str) -> Option<&'static str> {
    const ROOMS: [(&str, &str); 5] = [
        ("/betrieb", "betreiben"),
        ("/beitreten", "beitreten"),
        ("/einladung", "beitreten"),
        ("/anmelden", ""),
        ("/konto", ""),
    ];
    const STEPS: [(&str, &str); 15] = [
        ("neu", "eintragen"),
        ("abschnitt", "eintragen"),
        ("kurz", "eintragen"),
        ("einreichen", "eintragen"),
        ("mehrere", "eintragen"),
        ("eu-meldung", "eintragen"),
        ("vorschlag", "uebernehmen"),
        ("vorschlaege", "uebernehmen"),
        ("freigabe", "pruefen"),
        ("kommentare", "pruefen"),
        ("vorschau", "pruefen"),
        ("zurueckziehen", "pruefen"),
        ("tokens", "schnittstelle"),
        ("team", "beitreten"),
        ("delegation", "beitreten"),
    ];
    if let Some((_, chapter)) = ROOMS.iter().find(|(room, _)| path.starts_with(room)) {
        return Some(chapter);
    }
    let rest = path.strip_prefix("/arbeit")?;
    let step = rest.split('/').find_map(|part| STEPS.iter().find(|(step, _)| *step == part));
    Some(step.map_or("", |(_, chapter)| chapter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_works_gets_the_chapter_that_fits() {
        let check = |path: &str, expected: Option<&str>| assert_eq!(chapter(path), expected, "{path}");
        check("/", None);
        check("/systeme/DEMO-2026-000001", None);
        check("/arbeit", Some(""));
        check("/arbeit/DEMO-B-000002", Some(""));
        check("/arbeit/DEMO-B-000002/neu", Some("eintragen"));
        check("/arbeit/eintraege/0193/abschnitt/basics", Some("eintragen"));
        check("/arbeit/eintraege/0193/freigabe", Some("pruefen"));
        check("/arbeit/eintraege/0193/eu-meldung/c", Some("eintragen"));
        check("/arbeit/systeme/0193/vorschlag", Some("uebernehmen"));
        check("/arbeit/DEMO-B-000002/tokens", Some("schnittstelle"));
        check("/betrieb/konten", Some("betreiben"));
        check("/beitreten", Some("beitreten"));
        check("/anmelden", Some(""));
    }
}
