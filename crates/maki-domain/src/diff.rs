//! The difference between two contents, field by field.

use crate::catalogue::FieldId;
use crate::content::Content;
use crate::value::Slot;

/// One field that differs. `None` means nothing was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub field: FieldId,
    pub before: Option<Slot>,
    pub after: Option<Slot>,
}

/// All fields that differ, in catalogue order.
#[must_use]
pub fn diff(before: &Content, after: &Content) -> Vec<FieldChange> {
    let mut fields: Vec<FieldId> = before.iter().chain(after.iter()).map(|(id, _)| id).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
        .into_iter()
        .map(|field| FieldChange {
            field,
            before: before.slot_of(field).cloned(),
            after: after.slot_of(field).cloned(),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Lays changes over a content; whatever they do not name stays, visibilities too.
pub fn apply(content: &mut Content, changes: Vec<FieldChange>) {
    for change in changes {
        match change.after {
            Some(slot) => content.set(change.field, slot),
            None => drop(content.remove(change.field)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_differing_fields_are_named() {
        let before: Content = serde_json::from_str(r#"{"name":"A","kind":"procured"}"#).unwrap();
        let after: Content = serde_json::from_str(r#"{"name":"B","kind":"procured","licence":"MIT"}"#).unwrap();
        let changes = diff(&before, &after);
        let keys: Vec<_> = changes.iter().map(|c| c.field.field().key.as_str()).collect();
        assert_eq!(keys, ["name", "licence"]);
        assert!(changes.get(1).is_some_and(|change| change.before.is_none()));
        assert!(diff(&before, &before).is_empty());
        let mut changed = before.clone();
        apply(&mut changed, changes);
        assert_eq!(changed, after);
    }
}
