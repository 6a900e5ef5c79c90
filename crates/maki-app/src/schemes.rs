//! Schemes of external ids that the register makes itself, so that a row of a source without ids finds its record again.
//!
//! They are keys to look up and not ids that another register gave: what they say is a name, and that of a system is
//! qualified by the internal id of its organisation. No output holds them, and what a file says under such a scheme
//! does not count.

use maki_domain::ExternalId;

/// Organisations by name: the value is Land (or `-`) and name.
pub(crate) const ORGANISATION_NAME: &str = "organisation-name";
/// Systems by name: the value is the organisation's id and the name.
pub(crate) const SYSTEM_NAME: &str = "system-name";

/// Whether an id is only a key of this register.
pub(crate) fn is_internal(id: &ExternalId) -> bool {
    [ORGANISATION_NAME, SYSTEM_NAME].contains(&id.scheme.as_str())
}
