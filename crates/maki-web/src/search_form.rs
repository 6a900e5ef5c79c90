//! The search form as its address says it: words, filters, order, page. Parsed once, here; unknown names and values
//! are refused with the address that leaves them out, so that nobody believes a filter works that does not.

use maki_app::{Facet, Filters, SearchRequest, Sort};
use maki_domain::{Kennung, Language, vocabulary};

use crate::context::{Context, localised};
use crate::error::WebError;

/// Hits on one page.
pub const PAGE_SIZE: usize = 20;
/// Most values chosen at once; more is no search but an attack.
const MAX_VALUES: usize = 200;
/// Parameters that links from outside add; they are ignored.
const FOREIGN: [&str; 2] = ["fbclid", "gclid"];

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchForm {
    pub query: String,
    pub filters: Filters,
    /// None when the address does not say: best match with words, newest without.
    pub sort: Option<Sort>,
    /// Counted from 1.
    pub page: usize,
    /// Search for exactly these words, without corrections.
    pub exact: bool,
}

impl Default for SearchForm {
    fn default() -> Self {
        Self { query: String::new(), filters: Filters::new(), sort: None, page: 1, exact: false }
    }
}

impl SearchForm {
    /// Reads the address of a request. `others` are names that the page itself reads.
    ///
    /// # Errors
    /// When a filter or a value is unknown or a number cannot be read.
    pub fn parse(context: &Context, others: &[&str]) -> Result<Self, WebError> {
        let mut form = Self::default();
        let mut refused: Option<Refused> = None;
        let mut values = 0;
        for (name, value) in context.pairs() {
            match name.as_str() {
                "q" => form.query = value.trim().to_owned(),
                "sort" => form.sort = sort_of(&value)?,
                "page" => form.page = page_of(&value)?,
                "exact" => form.exact = value == "1",
                name if others.contains(&name) || FOREIGN.contains(&name) || name.starts_with("utm_") => {}
                _ => match name.parse::<Facet>() {
                    Ok(_) if value.is_empty() => {}
                    Ok(facet) if is_value(facet, &value) && values < MAX_VALUES => {
                        values += 1;
                        form.filters.add(facet, value);
                    }
                    Ok(_) => refused = refused.or(Some(Refused { name, value: Some(value) })),
                    Err(_) => refused = refused.or(Some(Refused { name, value: None })),
                },
            }
        }
        let limit = maki_app::MAX_QUERY_CHARS;
        let length = form.query.chars().count();
        if length > limit {
            return Err(WebError::QueryTooLong { length, limit });
        }
        match refused {
            Some(refused) => Err(refused.error(form.first_page().href_at(context.language, &context.path))),
            None => Ok(form),
        }
    }

    /// The order that is used.
    #[must_use]
    pub fn effective_sort(&self) -> Sort {
        self.sort.unwrap_or(if self.query.is_empty() { Sort::Newest } else { Sort::Relevance })
    }

    /// What the register is asked.
    #[must_use]
    pub fn request(&self) -> SearchRequest {
        SearchRequest {
            query: self.query.clone(),
            filters: self.filters.clone(),
            sort: self.effective_sort(),
            offset: self.page.saturating_sub(1).saturating_mul(PAGE_SIZE),
            limit: PAGE_SIZE,
            correct: !self.exact,
            ..SearchRequest::default()
        }
    }

    /// The same search without one value of a filter.
    #[must_use]
    pub fn without(&self, facet: Facet, value: &str) -> Self {
        let mut filters = Filters::new();
        for (other, values) in self.filters.iter() {
            for kept in values.iter().filter(|v| !(other == facet && *v == value)) {
                filters.add(other, kept.clone());
            }
        }
        Self { filters, page: 1, ..self.clone() }
    }

    /// The same search without a whole filter.
    #[must_use]
    pub fn without_facet(&self, facet: Facet) -> Self {
        self.filters.values(facet).iter().fold(self.clone(), |form, value| form.without(facet, value))
    }

    #[must_use]
    pub fn without_filters(&self) -> Self {
        Self { filters: Filters::new(), page: 1, ..self.clone() }
    }

    #[must_use]
    pub fn with_query(&self, query: &str) -> Self {
        Self { query: query.to_owned(), page: 1, exact: false, ..self.clone() }
    }

    #[must_use]
    pub fn exactly(&self) -> Self {
        Self { exact: true, page: 1, ..self.clone() }
    }

    #[must_use]
    pub fn sorted(&self, sort: Sort) -> Self {
        Self { sort: Some(sort), ..self.clone() }
    }

    #[must_use]
    pub fn at_page(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }

    fn first_page(&self) -> Self {
        self.at_page(1)
    }

    /// The address of this search in a language.
    #[must_use]
    pub fn href(&self, language: Language) -> String {
        self.href_at(language, "/systeme")
    }

    /// The address of this search on another page, such as the dashboard or a download.
    #[must_use]
    pub fn href_at(&self, language: Language, path: &str) -> String {
        let query = self.to_query();
        localised(language, &if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    }

    /// The query part of the address, in a fixed order.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        if !self.query.is_empty() {
            pairs.append_pair("q", &self.query);
        }
        for (facet, values) in self.filters.iter() {
            for value in values {
                pairs.append_pair(facet.name(), value);
            }
        }
        if let Some(sort) = self.sort {
            pairs.append_pair("sort", sort_name(sort));
        }
        if self.exact {
            pairs.append_pair("exact", "1");
        }
        if self.page > 1 {
            pairs.append_pair("page", &self.page.to_string());
        }
        pairs.finish()
    }
}

struct Refused {
    name: String,
    value: Option<String>,
}

impl Refused {
    fn error(self, without_href: String) -> WebError {
        let Self { name, value } = self;
        match value {
            Some(value) => WebError::UnknownFilterValue { name, value, without_href },
            None => WebError::UnknownFilter { name, without_href },
        }
    }
}

/// The name of an order in addresses.
#[must_use]
pub const fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Relevance => "relevance",
        Sort::Newest => "newest",
        Sort::Name => "name",
    }
}

fn sort_of(text: &str) -> Result<Option<Sort>, WebError> {
    match text {
        "" => Ok(None),
        "relevance" => Ok(Some(Sort::Relevance)),
        "newest" => Ok(Some(Sort::Newest)),
        "name" => Ok(Some(Sort::Name)),
        _ => Err(WebError::BadParameter { name: "sort".to_owned() }),
    }
}

/// A page is a number from 1; one beyond what a machine counts is still a page that does not exist.
pub fn page_of(text: &str) -> Result<usize, WebError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(1);
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WebError::BadParameter { name: "page".to_owned() });
    }
    match text.parse::<usize>() {
        Ok(0) => Err(WebError::BadParameter { name: "page".to_owned() }),
        Ok(page) => Ok(page.min(usize::MAX / PAGE_SIZE)),
        Err(_) => Ok(usize::MAX / PAGE_SIZE),
    }
}

/// Whether a facet can have this value; for open lists, whether it has the form of one.
fn is_value(facet: Facet, value: &str) -> bool {
    match facet {
        Facet::Authority => value.parse::<Kennung>().is_ok_and(|kennung| kennung.as_str() == value),
        Facet::StartYear => value.len() == 4 && value.bytes().all(|b| b.is_ascii_digit()),
        Facet::Deployments => maki_app::deployment_classes().iter().any(|(_, _, code)| code == value),
        Facet::Land => vocabulary("land").is_some_and(|v| v.position(value).is_some()),
        _ => facet.vocabulary().and_then(vocabulary).is_some_and(|v| v.position(value).is_some()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, reason = "tests")]
    use super::*;

    fn context(query: &str) -> Context {
        Context { path: "/systeme".to_owned(), query: Some(query.to_owned()), ..Context::default() }
    }

    #[test]
    fn an_address_survives_the_round_trip() {
        for query in [
            "",
            "q=Chatbot",
            "q=%22virtuelle+Assistenz%22+-Telefon&level=municipal&level=state&land=03&sort=name&page=7",
            "technique=speech&exact=1",
        ] {
            let form = SearchForm::parse(&context(query), &[]);
            assert_eq!(form.map(|f| f.to_query()).ok().as_deref(), Some(query));
        }
    }

    #[test]
    fn bad_addresses_are_refused_with_a_way_out() {
        let check = |query: &str, expected: &str, way: Option<&str>| match SearchForm::parse(&context(query), &[]) {
            Ok(_) => panic!("{query} was accepted"),
            Err(error) => {
                assert_eq!(error.key(), expected, "{query}");
                if let WebError::UnknownFilter { without_href, .. }
                | WebError::UnknownFilterValue { without_href, .. } = &error
                {
                    assert_eq!(Some(without_href.as_str()), way);
                }
            }
        };
        check("q=a&farbe=rot", "unknown-filter", Some("/systeme?q=a"));
        check("q=a&land=99&level=state", "unknown-filter-value", Some("/systeme?q=a&level=state"));
        check("authority=nobody", "unknown-filter-value", Some("/systeme"));
        check("page=0", "bad-parameter", None);
        check("page=-1", "bad-parameter", None);
        check("page=abc", "bad-parameter", None);
        check("sort=size", "bad-parameter", None);
        check(&format!("q={}", "a".repeat(10_000)), "query-too-long", None);
    }

    #[test]
    fn huge_pages_do_not_overflow() {
        for page in ["1000000000", "99999999999999999999999999"] {
            let form = SearchForm::parse(&context(&format!("page={page}")), &[]);
            assert!(form.is_ok_and(|f| f.request().offset > 0));
        }
    }

    #[test]
    fn filters_come_off_one_by_one() {
        let form = SearchForm::parse(&context("q=a&level=state&level=municipal&page=3"), &[]).unwrap_or_default();
        assert_eq!(form.without(Facet::Level, "state").to_query(), "q=a&level=municipal");
        assert_eq!(form.without_facet(Facet::Level).to_query(), "q=a");
        assert_eq!(form.without_filters().to_query(), "q=a");
    }
}
