//! Finding the header row and recognising headers.
//!
//! Foreign files carry title and section lines above the header, and the same question in ten spellings. Headers are
//! compared by their letters and digits only, in lower case; long headers (questions) also by a common beginning,
//! because publishers append explanations or cut the end.

use std::collections::{HashMap, HashSet};

/// Rows of a table that are searched for a header.
pub const SEARCHED_ROWS: usize = 40;
/// From this many normalised characters on, a common beginning is enough.
pub const PREFIX_CHARS: usize = 24;
/// Longest cell that can be a header when no headers are known.
const HEADER_CHARS: usize = 200;

/// A header reduced to what identifies it: letters and digits, lower case.
#[must_use]
pub fn normalise(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The headers that an import profile knows.
#[derive(Debug, Clone, Default)]
pub struct KnownHeaders {
    exact: HashMap<String, usize>,
    long: Vec<(String, usize)>,
}

impl KnownHeaders {
    /// Builds the set; the position in the iterator is what [`KnownHeaders::lookup`] returns.
    pub fn new<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        for (index, header) in headers.into_iter().enumerate() {
            let key = normalise(header);
            if key.is_empty() {
                continue;
            }
            if key.chars().count() >= PREFIX_CHARS {
                known.long.push((key.clone(), index));
            }
            known.exact.entry(key).or_insert(index);
        }
        known
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty()
    }

    /// Position of the known header that this one means: equal after normalisation, else the one with the longest
    /// common beginning of at least [`PREFIX_CHARS`] characters.
    #[must_use]
    pub fn lookup(&self, header: &str) -> Option<usize> {
        let key = normalise(header);
        if let Some(index) = self.exact.get(&key) {
            return Some(*index);
        }
        self.long
            .iter()
            .map(|(known, index)| (common_prefix(known, &key), *index))
            .filter(|(common, _)| *common >= PREFIX_CHARS)
            .max_by_key(|(common, index)| (*common, std::cmp::Reverse(*index)))
            .map(|(_, index)| index)
    }

    /// How many different known headers a row of cells holds.
    pub fn count<'a>(&self, cells: impl IntoIterator<Item = &'a str>) -> usize {
        cells.into_iter().filter_map(|cell| self.lookup(cell)).collect::<HashSet<_>>().len()
    }
}

fn common_prefix(left: &str, right: &str) -> usize {
    left.chars().zip(right.chars()).take_while(|(l, r)| l == r).count()
}

/// Where the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Index into the rows given.
    pub index: usize,
    /// How many known headers it holds; 0 when it was guessed.
    pub matched: usize,
}

/// Finds the header among the first rows: the row with most known headers, else the first row that is nearly as wide
/// (in different, short, non-numeric cells) as the widest.
#[must_use]
pub fn find(rows: &[Vec<String>], known: &KnownHeaders) -> Option<Found> {
    let searched = rows.get(..rows.len().min(SEARCHED_ROWS)).unwrap_or(rows);
    let mut best: Option<Found> = None;
    if !known.is_empty() {
        for (index, row) in searched.iter().enumerate() {
            let matched = known.count(row.iter().map(String::as_str));
            if matched > best.map_or(0, |found| found.matched) {
                best = Some(Found { index, matched });
            }
        }
    }
    best.or_else(|| guess(searched))
}

fn guess(rows: &[Vec<String>]) -> Option<Found> {
    let widths: Vec<usize> = rows.iter().map(|row| header_like_cells(row)).collect();
    let widest = widths.iter().copied().max().filter(|width| *width > 0)?;
    let index = widths.iter().position(|width| width * 10 >= widest * 9)?;
    Some(Found { index, matched: 0 })
}

fn header_like_cells(row: &[String]) -> usize {
    row.iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty() && cell.chars().count() <= HEADER_CHARS && cell.parse::<f64>().is_err())
        .collect::<HashSet<_>>()
        .len()
}

/// Column names from a header row: trimmed, line breaks as spaces, repeated names numbered, empty ones named by
/// position (`#3` is the third column).
#[must_use]
pub fn names(row: &[String]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut names = Vec::with_capacity(row.len());
    for (index, cell) in row.iter().enumerate() {
        let name = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            names.push(position_name(index));
            continue;
        }
        let times = seen.entry(name.clone()).or_insert(0);
        *times += 1;
        names.push(if *times == 1 { name } else { format!("{name} ({times})") });
    }
    while names.last().is_some_and(|name| name.starts_with('#')) {
        names.pop();
    }
    names
}

/// Name of a column without a header.
#[must_use]
pub fn position_name(index: usize) -> String {
    format!("#{}", index + 1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn header_below_title_and_section_lines_is_found_without_knowledge() {
        let check = |input: &[&[&str]], expected: usize| {
            assert_eq!(find(&rows(input), &KnownHeaders::default()).unwrap().index, expected, "{input:?}");
        };
        check(&[&["a", "b"], &["1", "2"]], 0);
        check(&[&["Register 2025"], &["Name", "Zweck", "Land"], &["x", "y", "z"]], 1);
        check(&[&["Teil 1", "", "Teil 2", ""], &["a", "b", "c", "d"], &["e", "f", "g", "h"]], 1);
        check(&[&["Name", "Zahl", ""], &["x", "1", "kurz"], &["y", "2", "3"]], 0);
    }

    #[test]
    fn known_headers_win_over_shape_and_long_ones_match_by_their_beginning() {
        let known = KnownHeaders::new(["Name", "What problem is the AI intended to solve?", "Stage"]);
        let table = rows(&[
            &["one", "two", "three", "four", "five"],
            &["NAME ", "What problem is the AI intended to solve? Explain in a sentence.", "", "", ""],
        ]);
        assert_eq!(find(&table, &known), Some(Found { index: 1, matched: 2 }));
        assert_eq!(known.lookup("What problem"), None);
    }

    #[test]
    fn names_are_unique_and_positions_named() {
        let row = rows(&[&["a", " a\nb ", "a", "", "c", ""]]).remove(0);
        assert_eq!(names(&row), ["a", "a b", "a (2)", "#4", "c"]);
    }
}
