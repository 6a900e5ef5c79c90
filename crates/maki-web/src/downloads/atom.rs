//! Searches as Atom feeds (RFC 4287).
//!
//! A feed holds the systems that were published last; among them, what changed last stands first. The index knows no
//! order by last change, so an old entry that changes does not come back into a feed; the change feed of the API has
//! every change. Ids name the record and the register, not the host, and stay when the instance moves.

use axum::response::Response;
use maki_app::{Card, Facet, FacetCounts, SearchRequest, Sort};
use maki_domain::{Language, View};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::context::Context;
use crate::error::WebError;
use crate::respond::tagged;
use crate::search_form::SearchForm;
use crate::state::WebState;
use crate::view::facets::{facet_label, value_label};

/// Entries of a feed.
const MOST: usize = 50;
/// When an empty feed changed last.
const NEVER: &str = "1970-01-01T00:00:00Z";

/// The feed of a search.
///
/// # Errors
/// When index or database cannot answer.
pub async fn feed(state: &WebState, context: &Context, form: &SearchForm) -> Result<Response, WebError> {
    // Only the index knows the names of organisations.
    let named = form.filters.iter().map(|(facet, _)| facet).filter(|facet| *facet == Facet::Authority);
    let request =
        SearchRequest { limit: MOST, offset: 0, sort: Sort::Newest, facets: named.collect(), ..form.request() };
    let page = state.app.search(View::Public, &request)?;
    let mut entries: Vec<(Uuid, Card)> =
        page.hits.hits.iter().filter_map(|hit| Some((hit.id, serde_json::from_slice(&hit.card).ok()?))).collect();
    entries.sort_by(|(_, a), (_, b)| b.changed_at.cmp(&a.changed_at));
    // Order and page mean nothing to a feed.
    let form = SearchForm { sort: None, page: 1, ..form.clone() };
    let id = id_of(state.register_id().await?, context, &form);
    let xml = write(state, context, &form, &page.hits.facets, &id, &entries);
    Ok(tagged(&state.site, context, "application/atom+xml; charset=utf-8", xml.into_bytes()))
}

/// A UUID of version 8 (RFC 9562) from what the feed is: which register, which search, which language.
fn id_of(register: &str, context: &Context, form: &SearchForm) -> Uuid {
    let digest = Sha256::digest(format!("{register}\n{}\n{}", context.language.tag(), form.to_query()));
    let mut bytes = [0_u8; 16];
    for (byte, hashed) in bytes.iter_mut().zip(digest) {
        *byte = hashed;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A search as the title of its feed says it: the words, then each filter with its values.
fn in_words(form: &SearchForm, found: &[FacetCounts], language: Language) -> String {
    let words = Some(form.query.as_str()).filter(|query| !query.is_empty()).map(str::to_owned);
    let filters = form.filters.iter().map(|(facet, values)| {
        let known = |code: &str| {
            let counts = found.iter().find(|counts| counts.facet == facet)?;
            counts.values.iter().find(|value| value.code == code)?.label.as_deref()
        };
        let values: Vec<String> = values.iter().map(|code| value_label(facet, code, known(code), language)).collect();
        format!("{}: {}", facet_label(facet, language), values.join(", "))
    });
    words.into_iter().chain(filters).collect::<Vec<_>>().join(" · ")
}

fn write(
    state: &WebState,
    context: &Context,
    form: &SearchForm,
    found: &[FacetCounts],
    id: &Uuid,
    entries: &[(Uuid, Card)],
) -> String {
    let (base, language) = (&state.site.base_url, context.language);
    let own = format!("{base}{}", form.href_at(language, "/daten/systeme.atom"));
    let page = format!("{base}{}", form.href(language));
    let updated = entries.first().map_or(NEVER, |(_, card)| card.changed_at.as_str());
    let publisher = state.site.name.as_deref().unwrap_or(crate::texts::texts(language).get("product-name"));
    let search = in_words(form, found, language);
    let title = if search.is_empty() { publisher.to_owned() } else { format!("{publisher}: {search}") };
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<id>urn:uuid:{id}</id>\n<updated>{updated}</updated>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<link rel=\"license\" href=\"{}\"/>\n",
        language.tag(),
        escape(&title),
        escape(&own),
        escape(&page),
        escape(&state.site.licence_url)
    );
    for (id, card) in entries {
        let address = format!("{base}{}", crate::context::localised(language, &format!("/systeme/{}", card.kennung)));
        entry(&mut xml, *id, card, &address, publisher);
    }
    xml.push_str("</feed>\n");
    xml
}

fn entry(xml: &mut String, id: Uuid, card: &Card, address: &str, publisher: &str) {
    let tag = escape(&card.language);
    xml.push_str(&format!(
        "<entry xml:lang=\"{tag}\">\n<title>{}</title>\n<id>urn:uuid:{id}</id>\n<link href=\"{}\"/>\n\
         <published>{}</published>\n<updated>{}</updated>\n",
        escape(&card.name),
        escape(address),
        escape(&card.published_at),
        escape(&card.changed_at)
    ));
    let names: Vec<&str> = card.organisations.iter().map(|organisation| organisation.name.as_str()).collect();
    for name in if names.is_empty() { vec![publisher] } else { names } {
        xml.push_str(&format!("<author><name>{}</name></author>\n", escape(name)));
    }
    xml.push_str(&format!("<summary>{}</summary>\n</entry>\n", escape(&card.short_description)));
}

/// Text as XML 1.0 can hold it: markup escaped, control characters left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_texts_stays_text() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;");
        check("Glocke\u{7}\nweiter", "Glocke weiter");
        check("]]>", "]]&gt;");
    }
}
