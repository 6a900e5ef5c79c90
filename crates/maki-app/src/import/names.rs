//! Under which names a part of an entry may be known already.

use maki_domain::entry::OrganisationPart;
use maki_domain::{ExternalId, RecordId, keys};

use crate::schemes::{ORGANISATION_NAME, SYSTEM_NAME, is_internal};

/// Scheme of organisations known by their Amtlicher Regionalschlüssel.
pub(super) const ARS: &str = "ars";

/// Letter case and runs of blanks do not make another name.
pub(crate) fn normalise(name: &str) -> String {
    // An external id has a limit; a longer name is told apart by its beginning.
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().flat_map(char::to_lowercase).take(ExternalId::MAX_VALUE - 50).collect()
}

/// The ids of a part that count: what a file says under a scheme of the register itself is no id of anybody.
pub(crate) fn given(ids: &[ExternalId]) -> Vec<ExternalId> {
    ids.iter().filter(|id| !is_internal(id)).cloned().collect()
}

/// The external id that a reference written `scheme:value` means.
pub(crate) fn reference(text: &str) -> Option<ExternalId> {
    let (scheme, value) = text.split_once(':')?;
    let (scheme, value) = (scheme.trim(), value.trim());
    let id = (!scheme.is_empty() && !value.is_empty()).then(|| ExternalId::new(scheme, value))?;
    Some(id).filter(|id| !is_internal(id))
}

/// All ids by which this organisation can be found: those of the source, its ARS, and without any of them its name.
pub(crate) fn of_organisation(part: &OrganisationPart) -> Vec<ExternalId> {
    let mut ids = given(&part.external_ids);
    if let Some(ars) = part.content.text(keys::ORGANISATION_ARS) {
        ids.push(ExternalId::new(ARS, ars));
    }
    if ids.is_empty()
        && let Some(name) = part.content.text(keys::ORGANISATION_NAME)
    {
        ids.push(organisation_name(part.content.code(keys::ORGANISATION_LAND).map(|c| c.as_str()), name));
    }
    ids.dedup();
    ids
}

pub(crate) fn organisation_name(land: Option<&str>, name: &str) -> ExternalId {
    ExternalId::new(ORGANISATION_NAME, format!("{}/{}", land.unwrap_or("-"), normalise(name)))
}

/// Every value under which an organisation of this name may be known, in whatever Land.
pub(crate) fn anywhere(name: &str) -> Vec<ExternalId> {
    let lands = maki_domain::vocabulary("land").map(|v| v.terms()).unwrap_or_default();
    std::iter::once(None)
        .chain(lands.iter().map(|l| Some(l.code.as_str())))
        .map(|l| organisation_name(l, name))
        .collect()
}

pub(crate) fn system_name(organisation: RecordId, name: &str) -> ExternalId {
    ExternalId::new(SYSTEM_NAME, format!("{organisation}/{}", normalise(name)))
}
