//! Pages whose text an operator may change: Markdown from the `pages` folder of the instance, else the built-in one.
//!
//! Raw HTML is shown as text, and only web, mail and own addresses become links: a text file is no way to script.
//! `{key}` stands for a text of the interface, so that the guide names what is really there; `bild:name` in the place
//! of an address for a picture of the guide.

use std::path::Path;

use maki_domain::Language;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::api::ROOT;
use crate::assets::picture;
use crate::context::localised;
use crate::state::Site;
use crate::texts::{Texts, embedded_page};

/// Longest file of an operator, in bytes.
const MAX_BYTES: u64 = 512 * 1024;
/// What a picture of the guide is written as.
const PICTURE: &str = "bild:";
/// Stands for the address of an instance whose operator did not say it.
const NOWHERE: &str = "http://localhost:8080";

/// A text as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    pub title: String,
    pub html: String,
}

/// Reads the text of a page: the operator's file when there is one, else the built-in text.
pub async fn load(site: &Site, language: Language, name: &str) -> Option<String> {
    if let Some(folder) = &site.pages_dir {
        let path = folder.join(language.tag()).join(format!("{name}.md"));
        match read(&path).await {
            Ok(text) => return Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a page text cannot be read; the built-in one is shown")
            }
        }
    }
    embedded_page(language, name).map(str::to_owned)
}

async fn read(path: &Path) -> std::io::Result<String> {
    if tokio::fs::metadata(path).await?.len() > MAX_BYTES {
        return Err(std::io::Error::other("the file is too large"));
    }
    tokio::fs::read_to_string(path).await
}

/// Puts what the instance says about itself in the place of `{contact_email}` and its like.
#[must_use]
pub fn fill(site: &Site, text: &str, t: &Texts) -> String {
    let base = if site.base_url.is_empty() { "/" } else { &site.base_url };
    let api = format!("{}{ROOT}", if site.base_url.is_empty() { NOWHERE } else { &site.base_url });
    let text = text
        .replace("{api}", &api)
        .replace("{contact_email}", &site.contact_email)
        .replace("{security_contact}", site.security_contact.as_deref().unwrap_or(&site.contact_email))
        .replace("{licence}", &site.licence_label)
        .replace("{licence_url}", &site.licence_url)
        .replace("{base_url}", base)
        .replace("{name}", site.name.as_deref().unwrap_or_else(|| t.get("product-name")));
    with_texts(&text, t)
}

/// Puts the texts of the interface in the place of their keys; what is no key stays.
fn with_texts(text: &str, t: &Texts) -> String {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}').and_then(|(key, rest)| Some((t.find(key)?, rest))) {
            Some((named, rest)) => filled.extend([named, rest]),
            None => filled.extend(["{", piece]),
        }
    }
    filled
}

/// Renders Markdown; the first heading is also the title, and each table is named by the heading above it.
#[must_use]
pub fn render(text: &str, language: Language) -> Prose {
    let mut title: Option<String> = None;
    let (mut heading, mut in_heading) = (String::new(), false);
    let mut tables = Vec::new();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| {
        match &event {
            Event::Start(Tag::Heading { .. }) => {
                in_heading = true;
                heading.clear();
            }
            Event::End(TagEnd::Heading(level)) => {
                in_heading = false;
                if *level == HeadingLevel::H1 && title.is_none() {
                    title = Some(heading.clone());
                }
            }
            Event::Text(text) | Event::Code(text) if in_heading => heading.push_str(text),
            Event::Start(Tag::Table(_)) => tables.push(heading.clone()),
            _ => {}
        }
        harmless(event, language)
    });
    let mut html = String::with_capacity(text.len() * 2);
    html::push_html(&mut html, events);
    Prose { title: title.unwrap_or_default(), html: with_sizes(&with_names(&html, &tables), language) }
}

/// Tables with the names they go by for those who do not see what stands above them.
fn with_names(html: &str, tables: &[String]) -> String {
    let mut pieces = html.split("<table>");
    let mut named = pieces.next().unwrap_or_default().to_owned();
    for (piece, name) in pieces.zip(tables) {
        let name = name.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        named.push_str(&format!("<table aria-label=\"{name}\">"));
        named.push_str(piece);
    }
    named
}

/// Pictures of the guide with their sizes, so that nothing moves when they come.
fn with_sizes(html: &str, language: Language) -> String {
    const IMAGE: &str = "<img src=\"";
    let mut pieces = html.split(IMAGE);
    let mut sized = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // As everywhere else in the pages: an element that is always empty has no slash.
        let piece = &piece.replacen(" />", ">", 1);
        let named = piece.strip_prefix(PICTURE).and_then(|rest| rest.split_once('"'));
        match named.and_then(|(name, rest)| Some((picture(name, language.tag())?, rest))) {
            Some((picture, rest)) => sized.push_str(&format!(
                "<img loading=\"lazy\" width=\"{}\" height=\"{}\" src=\"{}\"{rest}",
                picture.width, picture.height, picture.url
            )),
            None => sized.extend([IMAGE, piece]),
        }
    }
    sized
}

fn harmless<'a>(event: Event<'a>, language: Language) -> Event<'a> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: address(dest_url, language), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: address(dest_url, language), title, id })
        }
        other => other,
    }
}

/// Own addresses stay in the language of the page; unknown schemes lead nowhere.
fn address(url: CowStr<'_>, language: Language) -> CowStr<'_> {
    let lower = url.to_ascii_lowercase();
    if url.starts_with('/') && !url.starts_with("//") {
        let shared = ["/api/", "/assets/", "/en/", "/.well-known/", "/glossar.json"];
        return if shared.iter().any(|p| url.starts_with(p)) { url } else { localised(language, &url).into() };
    }
    let known = ["https://", "http://", "mailto:", "tel:", "#", PICTURE].iter().any(|scheme| lower.starts_with(scheme));
    if known { url } else { "#".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_files_cannot_script() {
        let check = |markdown: &str, forbidden: &str| {
            let html = render(markdown, Language::De).html;
            assert!(!html.contains(forbidden), "{html}");
        };
        check("<script>alert(1)</script>", "<script");
        check("a <b onclick=x>b</b>", "<b ");
        check("[x](javascript:alert(1))", "javascript:");
        check("[x](//evil.example)", "//evil");
        check("![x](data:text/html,a)", "data:");
    }

    #[test]
    fn a_table_is_named_by_the_heading_above_it() {
        let table = "| A |\n| --- |\n| <table> |\n";
        let html = render(&format!("# Daten\n\n## Das \"ganze\" Register & mehr\n\n{table}"), Language::De).html;
        assert_eq!(html.matches("<table").count(), 1, "{html}");
        assert!(html.contains("<table aria-label=\"Das &quot;ganze&quot; Register &amp; mehr\">"), "{html}");
        assert!(html.ends_with("</table>\n"), "{html}");
    }

    #[test]
    fn the_first_heading_is_the_title_and_links_stay_in_the_language() {
        let prose = render("# Über *uns*\n\n[Methodik](/methodik)", Language::En);
        assert_eq!(prose.title, "Über uns");
        assert!(prose.html.contains("href=\"/en/methodik\""), "{}", prose.html);
    }
}
