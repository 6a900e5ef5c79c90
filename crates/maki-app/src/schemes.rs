//! Schemes of external ids that the register makes itself, so that a row of a source without ids finds its record again.
//!
//! They are keys to look up and not ids that another register gave: what they say is a name, and that of a system is
//! qualified by the internal id of its organisation. No output holds them, and what a file says under such a scheme
//! does not count.

use maki_domain::{ExternalId, RecordId};

/// Organisations by name: the value is Land (or `-`) and name.
pub(crate) const ORGANISATION_NAME: &str = "organisation-name";
/// Systems by name: the value is the organisation's id and the name.
pub(crate) const SYSTEM_NAME: &str = "system-name";

/// External ids of drafts, until they are published: organisation, scheme and value, one line each. Nobody can take the
/// ids of others by naming them in a draft.
pub(crate) const DRAFT_ID: &str = "draft-id";

/// The key under which a draft of an organisation is found by an external id.
pub(crate) fn draft_id(organisation: RecordId, id: &ExternalId) -> ExternalId {
    let value = format!("{organisation}\n{}\n{}", id.scheme, id.value);
    ExternalId { scheme: DRAFT_ID.to_owned(), value, url: id.url.clone() }
}

/// The external id that the key of a draft stands for.
pub(crate) fn of_draft_id(id: &ExternalId) -> Option<ExternalId> {
    let (_, named) = Some(id).filter(|id| id.scheme == DRAFT_ID)?.value.split_once('\n')?;
    let (scheme, value) = named.split_once('\n')?;
    Some(ExternalId { scheme: scheme.to_owned(), value: value.to_owned(), url: id.url.clone() })
}

/// Whether an id is only a key of this register.
pub(crate) fn is_internal(id: &ExternalId) -> bool {
    [ORGANISATION_NAME, SYSTEM_NAME, DRAFT_ID].contains(&id.scheme.as_str())
}
