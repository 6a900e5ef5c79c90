//! Helpers for the tests of this module.
#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use std::io::Cursor;

pub(super) fn read(bytes: &[u8]) -> (TableInfo, Vec<Item>) {
    read_with(bytes, Options::default())
}

pub(super) fn read_with(bytes: &[u8], options: Options) -> (TableInfo, Vec<Item>) {
    drain(open(Cursor::new(bytes.to_vec()), options).unwrap())
}

pub(super) fn drain(table: Table) -> (TableInfo, Vec<Item>) {
    let info = table.info().clone();
    (info, table.map(Result::unwrap).collect())
}

pub(super) fn texts(items: &[Item]) -> Vec<(u64, Vec<String>)> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Row(row) => Some((row.number, row.cells.iter().map(|cell| cell.text().into_owned()).collect())),
            Item::Problem(_) => None,
        })
        .collect()
}

pub(super) fn problems(items: &[Item]) -> Vec<(u64, &'static str)> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Problem(problem) => Some((problem.row, problem.reason.key())),
            Item::Row(_) => None,
        })
        .collect()
}

/// Rows as `name=value` pairs of the filled cells.
pub(super) fn pairs(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Row(row) => {
                Some(row.filled().map(|(name, cell)| format!("{name}={}", cell.text())).collect::<Vec<_>>().join("|"))
            }
            Item::Problem(_) => None,
        })
        .collect()
}
