//! Bringing an imported content into one that exists, without losing what a body changed itself.

use maki_domain::{Content, FieldId};

/// What a merge gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merged {
    pub content: Content,
    /// Fields whose import was set aside because somebody changed them here.
    pub kept: usize,
}

/// Three-way merge per field. `base` is what the last import wrote, `ours` what is published, `theirs` what comes now.
/// With `erase`, a field that the source no longer states goes, if nobody changed it here; without, silence changes
/// nothing.
pub(super) fn merge(base: Option<&Content>, ours: &Content, theirs: &Content, erase: bool) -> Merged {
    let mut content = ours.clone();
    let mut kept = 0;
    let mut fields: Vec<FieldId> = theirs.iter().map(|(id, _)| id).collect();
    if erase && let Some(base) = base {
        fields.extend(base.iter().map(|(id, _)| id));
        fields.sort_unstable();
        fields.dedup();
    }
    for id in fields {
        let (now, here) = (theirs.slot_of(id), ours.slot_of(id));
        if now == here {
            continue;
        }
        let before = base.and_then(|b| b.slot_of(id));
        // Without a base nothing is known about who wrote what here: the source wins.
        if base.is_some() && now == before {
            continue;
        }
        if base.is_some() && here != before {
            kept += 1;
            continue;
        }
        match now {
            Some(slot) => content.set(id, slot.clone()),
            None => {
                content.remove(id);
            }
        }
    }
    Merged { content, kept }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn local_edits_stay_and_the_source_may_change_the_rest() {
        let read = |json: &str| serde_json::from_str::<Content>(json).unwrap();
        let check = |base: Option<&str>, ours: &str, theirs: &str, erase: bool, expected: &str, kept: usize| {
            let base = base.map(read);
            let merged = merge(base.as_ref(), &read(ours), &read(theirs), erase);
            assert_eq!(merged, Merged { content: read(expected), kept }, "{ours} ← {theirs}");
        };
        // Nobody changed anything here.
        check(Some(r#"{"name":"A"}"#), r#"{"name":"A"}"#, r#"{"name":"B"}"#, true, r#"{"name":"B"}"#, 0);
        // Changed here, the source as before: stays.
        check(Some(r#"{"name":"A"}"#), r#"{"name":"X"}"#, r#"{"name":"A"}"#, true, r#"{"name":"X"}"#, 0);
        // Changed on both sides: stays and is counted.
        check(Some(r#"{"name":"A"}"#), r#"{"name":"X"}"#, r#"{"name":"B"}"#, true, r#"{"name":"X"}"#, 1);
        // No longer stated by the source.
        check(Some(r#"{"licence":"MIT"}"#), r#"{"licence":"MIT"}"#, "{}", true, "{}", 0);
        check(Some(r#"{"licence":"MIT"}"#), r#"{"licence":"MIT"}"#, "{}", false, r#"{"licence":"MIT"}"#, 0);
        // Added here: an import never touches it.
        check(Some("{}"), r#"{"licence":"MIT"}"#, "{}", true, r#"{"licence":"MIT"}"#, 0);
        check(None, r#"{"name":"A"}"#, r#"{"name":"B"}"#, true, r#"{"name":"B"}"#, 0);
    }
}
