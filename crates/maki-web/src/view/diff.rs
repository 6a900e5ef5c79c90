//! What changed between two versions, word by word, so that a reader sees it at a glance.

use std::time::Duration;

use maki_domain::{Language, diff::FieldChange};
use similar::{ChangeTag, TextDiff};

use super::places::Places;

/// Whether words stayed, came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Same,
    Added,
    Removed,
}

/// A stretch of words of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffPart {
    pub kind: PartKind,
    pub text: String,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeView {
    pub label: &'static str,
    pub parts: Vec<DiffPart>,
}

/// Time after which a comparison of very long texts gets coarser instead of slower.
const TIME_LIMIT: Duration = Duration::from_millis(50);

/// The changes in words of the interface.
#[must_use]
pub fn changes(changes: &[FieldChange], places: &Places, language: Language) -> Vec<ChangeView> {
    changes
        .iter()
        .map(|change| {
            let field = change.field.field();
            let words = |slot: &Option<maki_domain::Slot>| {
                slot.as_ref().map(|s| places.plain(field, s, language)).unwrap_or_default()
            };
            ChangeView { label: field.label(language), parts: parts(&words(&change.before), &words(&change.after)) }
        })
        .collect()
}

/// Two texts as stretches of same, removed and added words.
#[must_use]
pub fn parts(before: &str, after: &str) -> Vec<DiffPart> {
    let diff = TextDiff::configure().timeout(TIME_LIMIT).diff_words(before, after);
    let mut parts: Vec<DiffPart> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => PartKind::Same,
            ChangeTag::Insert => PartKind::Added,
            ChangeTag::Delete => PartKind::Removed,
        };
        match parts.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => parts.push(DiffPart { kind, text: change.value().to_owned() }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared() {
        let check = |before: &str, after: &str, expected: &str| {
            let shown: String = parts(before, after)
                .iter()
                .map(|p| match p.kind {
                    PartKind::Same => p.text.clone(),
                    PartKind::Added => format!("+{}+", p.text),
                    PartKind::Removed => format!("-{}-", p.text),
                })
                .collect();
            assert_eq!(shown, expected);
        };
        check("a b c", "a x c", "a -b-+x+ c");
        check("", "neu", "+neu+");
        check("alt", "", "-alt-");
        check("gleich", "gleich", "gleich");
    }
}
