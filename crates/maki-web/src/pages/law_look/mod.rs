//! The law time machine for those who answer for entries: what is lacking on some day by some law, and what differs from
//! another such point of view.

mod page;
mod table;
mod words;

use maki_app::{LawAt, LookQuery, QualityQuery, law_of};
use maki_domain::assess::rule_set;
use maki_domain::{Act, PartialDate, vocabulary};

use crate::context::Context;
use crate::error::WebError;
use crate::routes::{Of, Routes, Rule};
use crate::state::WebState;

/// Where it stands.
pub const PATH: &str = "/arbeit/rechtslage";
/// All of it as CSV.
const TABLE: &str = "/arbeit/rechtslage/eintraege.csv";

/// Pages of the law time machine.
pub fn routes(state: &WebState) -> Routes {
    let answering = Rule::May(Act::ReadFindings, Of::Anywhere);
    Routes::new(state).get(PATH, answering, page::show).get(TABLE, answering, table::download)
}

/// What an address says, as it was typed.
#[derive(Debug, Clone, Default)]
struct Asked {
    day: String,
    law: String,
    against_day: String,
    against_law: String,
    organisation: String,
    land: String,
    article: String,
    page: String,
}

impl Asked {
    fn of(context: &Context) -> Result<Self, WebError> {
        let mut asked = Self::default();
        for (name, value) in context.pairs() {
            let place = match name.as_str() {
                "tag" => &mut asked.day,
                "recht" => &mut asked.law,
                "gegen" => &mut asked.against_day,
                "gegenrecht" => &mut asked.against_law,
                "behoerde" => &mut asked.organisation,
                "land" => &mut asked.land,
                "pflicht" => &mut asked.article,
                "seite" => &mut asked.page,
                _ => return Err(WebError::BadParameter { name }),
            };
            value.trim().clone_into(place);
        }
        Ok(asked)
    }

    /// The same as an address, without the page.
    fn address(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let all = [
            ("tag", &self.day),
            ("recht", &self.law),
            ("gegen", &self.against_day),
            ("gegenrecht", &self.against_law),
            ("behoerde", &self.organisation),
            ("land", &self.land),
            ("pflicht", &self.article),
        ];
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            pairs.append_pair(name, value);
        }
        pairs.finish()
    }

    /// What is asked of the app; `Err` names the field with a day that there is not.
    fn query(&self, today: PartialDate) -> Result<Result<LookQuery, &'static str>, WebError> {
        let bad = |name: &str| WebError::BadParameter { name: name.to_owned() };
        let law = |id: &str, name: &str| {
            match id {
                "" => Ok(rule_set().id()),
                id => Ok(id),
            }
            .and_then(|id| law_of(id).ok_or_else(|| bad(name)))
        };
        let (law_at, law_against) = (law(&self.law, "recht")?, law(&self.against_law, "gegenrecht")?);
        let Some(day) = day_of(&self.day, today) else { return Ok(Err("tag")) };
        let against = match self.against_day.as_str() {
            "" => None,
            text => match day_of(text, today) {
                Some(day) => Some(LawAt { day, law: law_against }),
                None => return Ok(Err("gegen")),
            },
        };
        let is_land = vocabulary("land").is_some_and(|lands| lands.position(&self.land).is_some());
        if !self.land.is_empty() && !is_land {
            return Err(bad("land"));
        }
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let organisation = some(&self.organisation).map(|text| text.parse()).transpose();
        let page = some(&self.page).map(|text| text.parse::<usize>()).transpose();
        Ok(Ok(LookQuery {
            at: LawAt { day, law: law_at },
            against,
            of: QualityQuery {
                organisation: organisation.map_err(|_| bad("behoerde"))?,
                land: some(&self.land),
                page: page.map_err(|_| bad("seite"))?.unwrap_or(1),
                ..QualityQuery::default()
            },
            article: some(&self.article),
        }))
    }
}

/// A day as people write it, `2.12.2027` or `2027-12-02`; today where nothing is said.
fn day_of(text: &str, today: PartialDate) -> Option<PartialDate> {
    if text.is_empty() {
        return Some(today);
    }
    if let Ok(day) = text.parse::<PartialDate>() {
        return day.day().map(|_| day);
    }
    let mut parts = text.split('.').map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    PartialDate::new(year.parse().ok()?, month.parse().ok(), day.parse().ok()).ok().filter(|date| date.day().is_some())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let today = "2026-11-25".parse().unwrap();
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(day_of(text, today), expected.map(|day| day.parse().unwrap()), "{text:?}");
        };
        check("", Some("2026-11-25"));
        check("2027-12-02", Some("2027-12-02"));
        check("2.12.2027", Some("2027-12-02"));
        check("02.12.2027", Some("2027-12-02"));
        check("2027", None);
        check("2027-12", None);
        check("31.2.2027", None);
        check("12.2027", None);
        check("2.12.2027.", None);
        check("x.12.2027", None);
        check("morgen", None);
    }
}
