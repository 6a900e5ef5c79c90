//! Stable external ids, also where the source has none or repeats them.
//!
//! An import is idempotent on external ids, so they must be the same each time the same file is read. Where a source
//! has no id, one is derived from the organisation and the profile's columns (for the US inventory: agency, name and
//! bureau), normalised and hashed (SHA-256, first 16 hexadecimal digits, prefix `derived-`). Repeated ids get a suffix
//! from a hash of the name, and equal rows a number in their order of appearance.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::table::header::normalise;

/// Gives ids to the rows of one file.
#[derive(Debug, Default)]
pub struct Ids {
    /// Times that an id was given, by its hash; 16 bytes per row.
    given: HashMap<u64, u32>,
}

/// An id and how it came about.
#[derive(Debug, PartialEq, Eq)]
pub struct GivenId {
    /// The id.
    pub value: String,
    /// It was derived from other columns.
    pub derived: bool,
    /// The source had given it to an earlier row.
    pub repeated: bool,
}

impl Ids {
    /// The id of a row: the source's own, or one derived from `parts`.
    pub fn give(&mut self, own: Option<&str>, organisation: &str, parts: &[String]) -> GivenId {
        let derived = own.is_none();
        let value = own.map_or_else(|| format!("derived-{}", hash(organisation, parts)), str::to_owned);
        if self.times(&value) == 0 {
            return GivenId { value, derived, repeated: false };
        }
        let mut value = value;
        if !derived {
            value = format!("{value}~{}", hash(organisation, parts).get(..8).unwrap_or_default());
        }
        let base = value.clone();
        let mut times = if derived { 1 } else { self.times(&value) };
        while times > 0 {
            // Count upwards until an id is free; ids with such a suffix may also come from the source.
            value = format!("{base}~{}", times + 1);
            times = if self.times(&value) == 0 { 0 } else { times + 1 };
        }
        GivenId { value, derived, repeated: !derived }
    }

    /// How often the id was given before; counts this time.
    fn times(&mut self, value: &str) -> u32 {
        let digest = Sha256::digest(value.as_bytes());
        let key = digest.iter().take(8).fold(0u64, |key, byte| (key << 8) | u64::from(*byte));
        let times = self.given.entry(key).or_insert(0);
        *times = times.saturating_add(1);
        *times - 1
    }
}

fn hash(organisation: &str, parts: &[String]) -> String {
    let mut hasher = Sha256::new();
    for part in std::iter::once(organisation).chain(parts.iter().map(String::as_str)) {
        hasher.update(normalise(part).as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// An id as publishers mean it: dashes unified, blanks around them and at the ends gone. An id without any letter is
/// only unique within its organisation, so that one's short name goes before it.
#[must_use]
pub fn tidy(id: &str, organisation: &str) -> Option<String> {
    let unified: String = id.chars().map(|c| if matches!(c, '–' | '—' | '‑' | '−') { '-' } else { c }).collect();
    let joined = unified.split('-').map(str::trim).collect::<Vec<_>>().join("-");
    let tidy = joined.split_whitespace().collect::<Vec<_>>().join(" ");
    if !tidy.chars().any(char::is_alphanumeric) {
        return None;
    }
    Some(if tidy.chars().any(char::is_alphabetic) { tidy } else { format!("{organisation}-{tidy}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_unique_within_a_file() {
        let give_all = || {
            let mut ids = Ids::default();
            let name = |name: &str| vec![name.to_owned()];
            [
                ids.give(Some("A-1"), "Org", &name("x")),
                ids.give(Some("A-1"), "Org", &name("y")),
                ids.give(Some("A-1"), "Org", &name("y")),
                ids.give(None, "Org", &name("z")),
                ids.give(None, "ORG", &name("Z.")),
                ids.give(None, "Org", &name("z")),
            ]
        };
        let first = give_all();
        assert_eq!(first, give_all());
        let different: std::collections::HashSet<&str> = first.iter().map(|id| id.value.as_str()).collect();
        assert_eq!(different.len(), first.len(), "{first:?}");
        assert!(first.iter().map(|id| (id.derived, id.repeated)).eq([
            (false, false),
            (false, true),
            (false, true),
            (true, false),
            (true, false),
            (true, false)
        ]));
    }

    #[test]
    fn ids_are_tidied() {
        let check = |id: &str, expected: Option<&str>| assert_eq!(tidy(id, "ORG").as_deref(), expected, "{id}");
        check("FDIC – 34", Some("FDIC-34"));
        check(" PBGC -07 ", Some("PBGC-07"));
        check("35", Some("ORG-35"));
        check("-", None);
    }
}
