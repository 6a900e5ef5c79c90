//! Two people at one entry: both versions side by side, chosen field by field, and nothing that was typed is lost.
//!
//! The page carries everything that was typed in hidden fields and goes back to the form it came from, now compared
//! with the newer revision. Where only one of both changed a field there is nothing to choose.

use axum::http::StatusCode;
use axum::response::Response;
use maki_app::work::Stale;
use maki_domain::{Content, FieldId, Slot};

use super::desk::{Desk, revision_fields};
use super::section::Sheet;
use super::views::{Conflict, StalePage};
use super::{Asked, frame, shown_moment};
use crate::context::localised;
use crate::error::WebError;
use crate::form::{Change, Submitted};
use crate::respond::respond;
use crate::state::WebState;
use crate::view::field::plain;

/// Name of the choice about a field: this before its key.
const CHOICE: &str = "keep:";
const THEIRS: &str = "theirs";

/// What becomes of one field that was typed over a newer save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Only the other changed it: what was sent is what stood there before.
    Theirs,
    /// Only this one changed it, or both say the same.
    Mine,
    Conflict,
}

/// Compares what was sent with what is there now and with what the form had shown.
#[must_use]
pub fn verdict(change: &Change, theirs: &Content, base: Option<&Content>) -> Verdict {
    let says = |content: &Content| (content.slot_of(change.field).cloned(), content.visibility(change.field));
    let mine = (change.slot.clone(), change.visibility);
    let now = says(theirs);
    match base.map(says) {
        _ if mine == now => Verdict::Mine,
        Some(before) if before == mine => Verdict::Theirs,
        Some(before) if before == now => Verdict::Mine,
        _ => Verdict::Conflict,
    }
}

/// The pairs of a form without the fields for which the other version was chosen.
#[must_use]
pub fn chosen(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let dropped: Vec<&str> =
        pairs.iter().filter(|(_, choice)| choice == THEIRS).filter_map(|(name, _)| name.strip_prefix(CHOICE)).collect();
    let is_dropped = |name: &str| {
        let key = name.split('.').next().unwrap_or(name);
        dropped.contains(&key)
    };
    pairs.iter().filter(|(name, _)| !is_dropped(name)).cloned().collect()
}

/// Both versions side by side.
///
/// # Errors
/// When the page cannot be drawn.
pub fn page(
    state: &WebState,
    asked: &Asked,
    desk: &Desk,
    sheet: &Sheet,
    submitted: &Submitted,
    newer: &Stale,
) -> Result<Response, WebError> {
    let t = asked.texts();
    let verdict_of = |change: &Change| verdict(change, &newer.content, newer.base.as_ref());
    let mut hidden = revision_fields(newer.revisions.iter().copied());
    let theirs: Vec<FieldId> = submitted
        .changes
        .iter()
        .filter(|change| verdict_of(change) == Verdict::Theirs)
        .map(|change| change.field)
        .collect();
    let is_theirs = |name: &str| theirs.iter().any(|id| name.split('.').next() == Some(id.field().key.as_str()));
    let typed = submitted.typed.pairs().filter(|(name, _)| !is_theirs(name));
    hidden.extend(typed.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let conflicts = submitted.changes.iter().filter(|change| verdict_of(change) == Verdict::Conflict);
    let name = newer.editor.clone().unwrap_or_else(|| t.get("work-somebody").to_owned());
    let moment = newer.saved_at.map(|at| shown_moment(asked, at)).unwrap_or_default();
    let page = StalePage {
        shell: frame(state, asked, desk, t.get("work-stale-title")),
        status: StatusCode::CONFLICT,
        headline: t.with("work-stale-headline", &[("name", name.clone().into()), ("moment", moment.into())]),
        theirs_label: t.one("work-stale-theirs", "name", name),
        action: localised(asked.context.language, &sheet.path),
        hidden,
        conflicts: conflicts.map(|change| conflict(asked, change, &newer.content)).collect(),
        back_href: localised(asked.context.language, &sheet.path),
    };
    respond(&page, &asked.context)
}

fn conflict(asked: &Asked, change: &Change, theirs: &Content) -> Conflict {
    let field = change.field.field();
    let language = asked.context.language;
    let words = |slot: Option<&Slot>| match slot {
        Some(slot) => plain(field, slot, language),
        None => asked.texts().get("work-stale-empty").to_owned(),
    };
    Conflict {
        id: format!("c-{}", field.key),
        name: format!("{CHOICE}{}", field.key),
        label: field.label(language),
        mine: words(change.slot.as_ref()),
        theirs: words(theirs.slot_of(change.field)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use maki_domain::{Value, Visibility, catalogue};

    use super::*;

    #[test]
    fn only_what_both_changed_is_a_conflict() {
        let id = catalogue().id("purpose").unwrap();
        let content = |text: &str| {
            let mut content = Content::new();
            content.set(id, Slot::Value(Value::Text(text.to_owned())));
            content
        };
        let check = |base: Option<&str>, mine: &str, theirs: &str, expected: Verdict| {
            let slot = content(mine).slot_of(id).cloned();
            let change = Change { field: id, slot, visibility: Visibility::Public };
            let base = base.map(content);
            assert_eq!(verdict(&change, &content(theirs), base.as_ref()), expected, "{base:?} {mine} {theirs}");
        };
        check(Some("a"), "a", "b", Verdict::Theirs);
        check(Some("a"), "b", "a", Verdict::Mine);
        check(Some("a"), "b", "b", Verdict::Mine);
        check(Some("a"), "b", "c", Verdict::Conflict);
        check(Some("a"), "", "c", Verdict::Conflict);
        check(None, "a", "b", Verdict::Conflict);
        check(None, "a", "a", Verdict::Mine);
    }

    #[test]
    fn what_was_given_up_is_not_sent() {
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let sent = pairs(&[
            ("purpose", "a"),
            ("purpose.absence", "stated"),
            ("problem", "b"),
            ("keep:purpose", "theirs"),
            ("keep:problem", "mine"),
        ]);
        assert_eq!(chosen(&sent), pairs(&[("problem", "b"), ("keep:purpose", "theirs"), ("keep:problem", "mine")]));
    }
}
