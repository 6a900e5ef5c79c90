//! The parts of an entry, organisation, system and deployment, told apart only by their kind.

use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{Content, Entry, ExternalId, Kennung, RecordId, RecordKind, keys};

use super::super::names;
use super::ExternalKey;

/// A part of an entry.
pub(super) struct Part {
    pub kind: RecordKind,
    pub kennung: Option<Kennung>,
    pub external_ids: Vec<ExternalId>,
    pub content: Content,
}

impl Part {
    pub fn organisation(part: OrganisationPart) -> Self {
        let external_ids = names::of_organisation(&part);
        Self { kind: RecordKind::Organisation, kennung: part.kennung, external_ids, content: part.content }
    }

    /// A system without any id is known by its steward and its name.
    pub fn system(part: SystemPart, steward: RecordId) -> Self {
        let mut external_ids = names::given(&part.external_ids);
        if external_ids.is_empty()
            && part.kennung.is_none()
            && let Some(name) = part.content.text(keys::NAME)
        {
            external_ids.push(names::system_name(steward, name));
        }
        Self { kind: RecordKind::System, kennung: part.kennung, external_ids, content: part.content }
    }

    pub fn deployment(part: DeploymentPart) -> Self {
        let external_ids = names::given(&part.external_ids);
        Self { kind: RecordKind::Deployment, kennung: part.kennung, external_ids, content: part.content }
    }
}

pub(super) fn key_of(id: &ExternalId) -> ExternalKey {
    (id.scheme.clone(), id.value.clone())
}

pub(super) fn names_itself(reference: &str, organisation: &Part) -> bool {
    let own = organisation.content.text(keys::ORGANISATION_NAME).map(names::normalise);
    own == Some(names::normalise(reference))
}

pub(super) fn land_of(entry: &Entry) -> Option<&'static str> {
    entry.organisation.content.code(keys::ORGANISATION_LAND).map(maki_domain::Code::as_str)
}
