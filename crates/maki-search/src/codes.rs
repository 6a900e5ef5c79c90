//! Codes of a facet as small numbers: position in the vocabulary plus one, so that zero means "no value".
//!
//! Codes beyond the 62nd of a vocabulary would not fit a mask and are left out; a test proves that none is near it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::facet::Facet;

/// Largest number of a code; masks have 64 bits and bit 0 stays free.
pub const MAX_CODE: usize = 62;
/// First year of facet `start_year`.
const FIRST_YEAR: u16 = 1990;

/// Fewest deployments of each class of facet `deployments`; a class ends where the next begins, the last one never.
pub const DEPLOYMENT_CLASSES: [usize; 7] = [0, 1, 2, 3, 6, 11, 51];

/// The classes of facet `deployments`: fewest and most deployments, the last without a most, and the code.
#[must_use]
pub fn deployment_classes() -> Vec<(usize, Option<usize>, String)> {
    let ends = DEPLOYMENT_CLASSES.iter().skip(1).map(|next| Some(next.saturating_sub(1))).chain([None]);
    let class = |(from, to): (&usize, Option<usize>)| {
        let code = match to {
            Some(to) if to == *from => from.to_string(),
            Some(to) => format!("{from}-{to}"),
            None => format!("{from}-"),
        };
        (*from, to, code)
    };
    DEPLOYMENT_CLASSES.iter().zip(ends).map(class).collect()
}

/// Number of the class of so many deployments.
pub fn deployments_number(deployments: usize) -> u8 {
    u8::try_from(DEPLOYMENT_CLASSES.partition_point(|from| *from <= deployments)).unwrap_or(0)
}

/// The codes of one facet.
#[derive(Debug, Default)]
pub struct Codes {
    names: Vec<String>,
    numbers: HashMap<String, u8>,
}

impl Codes {
    fn new(names: Vec<String>) -> Self {
        let numbers = names.iter().zip(1u8..).map(|(name, number)| (name.clone(), number)).collect();
        Self { names, numbers }
    }

    /// All codes in display order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of a code; 0 when unknown.
    pub fn number(&self, code: &str) -> u8 {
        self.numbers.get(code).copied().unwrap_or(0)
    }

    /// Code of a number.
    pub fn name(&self, number: usize) -> Option<&str> {
        self.names.get(number.checked_sub(1)?).map(String::as_str)
    }
}

static CODES: LazyLock<Vec<Codes>> = LazyLock::new(|| Facet::ALL.into_iter().map(load).collect());
static LIFECYCLE_GROUPS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let groups = codes(Facet::LifecycleGroup);
    let terms = maki_domain::vocabulary("lifecycle").map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let of_term = terms.iter().map(|term| term.group.as_deref().map_or(0, |group| groups.number(group)));
    std::iter::once(0).chain(of_term).collect()
});

fn load(facet: Facet) -> Codes {
    if facet == Facet::StartYear {
        return Codes::new((FIRST_YEAR..).take(MAX_CODE).map(|year| year.to_string()).collect());
    }
    if facet == Facet::Deployments {
        return Codes::new(deployment_classes().into_iter().map(|(_, _, code)| code).collect());
    }
    let vocabulary = facet.vocabulary().and_then(maki_domain::vocabulary);
    let terms = vocabulary.map(maki_domain::Vocabulary::terms).unwrap_or_default();
    Codes::new(terms.iter().take(MAX_CODE).map(|term| term.code.clone()).collect())
}

/// The codes of a facet; empty for `authority`.
pub fn codes(facet: Facet) -> &'static Codes {
    static NONE: LazyLock<Codes> = LazyLock::new(Codes::default);
    CODES.get(facet as usize).unwrap_or(&NONE)
}

/// Number of the lifecycle group of a lifecycle number.
pub fn lifecycle_group(lifecycle: u8) -> u8 {
    LIFECYCLE_GROUPS.get(usize::from(lifecycle)).copied().unwrap_or(0)
}

/// Number of a year; 0 when out of range.
pub fn year_number(year: u16) -> u8 {
    let distance = year.checked_sub(FIRST_YEAR).and_then(|years| u8::try_from(years + 1).ok()).unwrap_or(0);
    if usize::from(distance) <= MAX_CODE { distance } else { 0 }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_vocabulary_exists_and_fits() {
        for facet in Facet::ALL {
            if let Some(name) = facet.vocabulary() {
                let terms = maki_domain::vocabulary(name).unwrap().terms();
                assert!(!terms.is_empty(), "{name}");
                let limit = if matches!(facet, Facet::Field | Facet::Technique) { 31 } else { 7 };
                let masked = matches!(
                    facet,
                    Facet::Field | Facet::Technique | Facet::Reuse | Facet::Cooperation | Facet::Affected
                );
                assert!(terms.len() <= if masked { limit } else { MAX_CODE }, "{name} outgrows its mask");
            }
        }
    }

    #[test]
    fn deployments_fall_into_classes() {
        let check = |deployments: usize, expected: &str| {
            let number = usize::from(deployments_number(deployments));
            assert_eq!(codes(Facet::Deployments).name(number), Some(expected), "{deployments}");
        };
        let cases = [(0, "0"), (1, "1"), (2, "2"), (3, "3-5"), (5, "3-5"), (6, "6-10"), (10, "6-10"), (11, "11-50")];
        for (deployments, class) in cases.into_iter().chain([(50, "11-50"), (51, "51-"), (9_999, "51-")]) {
            check(deployments, class);
        }
    }

    #[test]
    fn years_and_groups() {
        assert_eq!(year_number(1989), 0);
        assert_eq!(codes(Facet::StartYear).name(usize::from(year_number(2025))), Some("2025"));
        assert_eq!(year_number(2999), 0);
        let pilot = codes(Facet::Lifecycle).number("pilot");
        assert_eq!(codes(Facet::LifecycleGroup).name(usize::from(lifecycle_group(pilot))), Some("in_development"));
    }
}
