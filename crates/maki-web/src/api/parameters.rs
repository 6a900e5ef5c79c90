//! What the address of a request says, read strictly: an unknown name, one that stands twice, or a value out of its
//! bounds is refused, so that nobody takes a misspelt address for an answer to what was meant.

use std::ops::RangeInclusive;

use maki_domain::vocabulary;

use crate::context::Context;
use crate::error::WebError;

/// Most digits of a number that is read at all.
const MOST_DIGITS: usize = 9;

/// The parameters of one address that may each stand once.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads an address that has these parameters and no others.
    ///
    /// # Errors
    /// When a name is unknown or stands twice.
    pub(super) fn only(context: &Context, names: &[&str]) -> Result<Self, WebError> {
        match context.pairs().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((name, _)) => Err(WebError::UnknownFilter { name, without_href: context.path.clone() }),
            None => Self::among(context, names),
        }
    }

    /// Reads these parameters of an address whose others somebody else reads.
    ///
    /// # Errors
    /// When one of them stands twice.
    pub(super) fn among(context: &Context, names: &[&str]) -> Result<Self, WebError> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in context.pairs().filter(|(name, _)| names.contains(&name.as_str())) {
            if read.iter().any(|(other, _)| *other == name) {
                return Err(WebError::BadParameter { name });
            }
            read.push((name, value));
        }
        Ok(Self(read))
    }

    /// A value as it stands there, even when it is empty.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A text of at most `most` characters; none when it is empty.
    pub(super) fn text(&self, name: &str, most: usize) -> Result<Option<&str>, WebError> {
        let text = self.raw(name).map(str::trim).filter(|text| !text.is_empty());
        match text.map_or(0, |text| text.chars().count()) {
            length if length > most => Err(WebError::QueryTooLong { length, limit: most }),
            _ => Ok(text),
        }
    }

    /// A whole number within its bounds.
    pub(super) fn whole(&self, name: &str, default: usize, bounds: RangeInclusive<usize>) -> Result<usize, WebError> {
        let Some(text) = self.raw(name) else { return Ok(default) };
        let digits = (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && bounds.contains(number));
        number.ok_or_else(|| WebError::BadParameter { name: name.to_owned() })
    }

    /// `true` or `false`; false when it is not there.
    pub(super) fn yes(&self, name: &str) -> Result<bool, WebError> {
        match self.raw(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(WebError::BadParameter { name: name.to_owned() }),
        }
    }

    /// A code of a vocabulary; none when it is empty.
    pub(super) fn code(&self, name: &str, list: &str) -> Result<Option<String>, WebError> {
        let Some(code) = self.raw(name).filter(|code| !code.is_empty()) else { return Ok(None) };
        match vocabulary(list).and_then(|list| list.position(code)) {
            Some(_) => Ok(Some(code.to_owned())),
            None => Err(WebError::BadParameter { name: name.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(query: &str) -> Result<Parameters, WebError> {
        let context = Context { query: Some(query.to_owned()), ..Context::default() };
        Parameters::only(&context, &["limit", "land", "with_entries", "name"])
    }

    #[test]
    fn numbers_keep_to_their_bounds() {
        let check = |query: &str, expected: Option<usize>| {
            let number = read(query).and_then(|p| p.whole("limit", 20, 1..=100));
            assert_eq!(number.ok(), expected, "{query}");
        };
        check("", Some(20));
        check("limit=1", Some(1));
        check("limit=100", Some(100));
        check("limit=0100", Some(100));
        for refused in ["limit=0", "limit=101", "limit=", "limit=-1", "limit=1.0", "limit=viele", "limit=+5"] {
            check(refused, None);
        }
        check("limit=99999999999999999999999", None);
        check("limit=1&limit=2", None);
        check("limits=1", None);
    }

    #[test]
    fn codes_and_answers_are_known_or_refused() {
        let land = |query: &str| read(query).and_then(|p| p.code("land", "land")).ok();
        assert_eq!(land("land=05"), Some(Some("05".to_owned())));
        assert_eq!(land("land="), Some(None));
        assert_eq!(land("land=5"), None);
        let yes = |query: &str| read(query).and_then(|p| p.yes("with_entries")).ok();
        assert_eq!((yes("with_entries=true"), yes(""), yes("with_entries=1")), (Some(true), Some(false), None));
        assert_eq!(read("name=+Amt+").unwrap().text("name", 3).unwrap(), Some("Amt"));
        assert!(read("name=Amt").unwrap().text("name", 2).is_err());
    }
}
