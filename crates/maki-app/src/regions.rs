//! Which organisation administers the region of a key.
//!
//! The ARS of a municipality has 12 digits (Land, Regierungsbezirk, Kreis, Gemeindeverband, Gemeinde), that of a
//! Gemeindeverband 9, that of a Kreis 5; the older AGS of a municipality leaves the Gemeindeverband out. Parts of a body
//! may carry the key of the body; then the body itself is meant. Where it is not clear who is meant, nobody is.

use std::collections::HashMap;

use crate::organisations::OrganisationSummary;

/// What pads the key of a Kreis to the length of a municipality's.
const PADDING: &str = "0000000";

/// Places in a list of organisations, by key.
#[derive(Debug, Default)]
pub(crate) struct Regions(HashMap<String, Claim>);

#[derive(Debug, Clone, Copy)]
struct Claim {
    is_part: bool,
    /// None when several have an equal claim.
    place: Option<usize>,
}

impl Regions {
    pub fn of(organisations: &[OrganisationSummary]) -> Self {
        let mut regions = Self::default();
        for (place, organisation) in organisations.iter().enumerate() {
            let is_part = organisation.parent.is_some();
            let ars = organisation.ars.as_deref().unwrap_or_default();
            for key in [Some(ars.to_owned()), municipality(ars)].into_iter().flatten().filter(|key| !key.is_empty()) {
                regions.claim(key, Claim { is_part, place: Some(place) });
            }
        }
        regions
    }

    fn claim(&mut self, key: String, claim: Claim) {
        let held = self.0.entry(key).or_insert(claim);
        if held.place != claim.place {
            *held = match (held.is_part, claim.is_part) {
                (true, false) => claim,
                (false, true) => *held,
                (is_part, _) => Claim { is_part, place: None },
            };
        }
    }

    /// The place of the organisation that administers this region.
    pub fn place(&self, key: &str) -> Option<usize> {
        let of = |key: &str| self.0.get(key).and_then(|claim| claim.place);
        // A Kreis may be written in full length; a city that is its own Kreis in short.
        of(key).or_else(|| of(key.strip_suffix(PADDING)?)).or_else(|| of(&format!("{key}{PADDING}")))
    }
}

/// The AGS within the ARS of a municipality.
fn municipality(ars: &str) -> Option<String> {
    const LENGTH: usize = 12;
    let digits = ars.len() == LENGTH && ars.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| format!("{}{}", ars.get(..5).unwrap_or_default(), ars.get(9..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_found_by_any_of_their_keys() {
        let mut regions = Regions::default();
        for (place, ars, is_part) in [
            (0, "033515401009", false),
            (1, "03351", false),
            (2, "053150000000", false),
            (3, "053150000000", true),
            (4, "033515401", false),
            (5, "091620000000", false),
            (6, "091620000000", false),
            (7, "099990001002", true),
        ] {
            for key in [Some(ars.to_owned()), municipality(ars)].into_iter().flatten() {
                regions.claim(key, Claim { is_part, place: Some(place) });
            }
        }
        let check = |key: &str, expected: Option<usize>| assert_eq!(regions.place(key), expected, "{key}");
        check("033515401009", Some(0));
        check("03351009", Some(0));
        check("03351", Some(1));
        check("033510000000", Some(1));
        check("053150000000", Some(2));
        check("05315", Some(2));
        check("05315000", Some(2));
        check("033515401", Some(4));
        check("091620000000", None);
        check("099990001002", Some(7));
        check("", None);
        check("12", None);
        assert_eq!(municipality("0335154010ä"), None);
    }
}
