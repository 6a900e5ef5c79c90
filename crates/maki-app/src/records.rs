//! Published records as a view sees them. Whatever leaves the register passes [`PublishedRecord::of`], which takes away
//! what the view may not see and what is only a key of this register.

use std::collections::HashMap;
use std::sync::Arc;

use maki_domain::{Content, Envelope, Instant, Kennung, Language, RecordId, RecordState, View, keys};
use maki_store::StoredRecord;
use serde::Serialize;

use crate::ViewClass;
use crate::schemes;

/// A published record, reduced to one view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRecord {
    pub envelope: Envelope,
    pub content: Content,
    /// When the current version was published.
    pub version_at: Instant,
}

impl PublishedRecord {
    /// None when the record was never published: nobody but its owner may know of it.
    pub(crate) fn of(record: StoredRecord, view: View) -> Option<Self> {
        let StoredRecord { mut envelope, content, version_at } = record;
        if !matches!(envelope.state, RecordState::Published | RecordState::Withdrawn) {
            return None;
        }
        envelope.external_ids.retain(|id| !schemes::is_internal(id));
        // A tombstone keeps its names; the content of the last version is read as a version.
        let content = content.into_seen_by(view, envelope.owner.or(Some(envelope.id)));
        Some(Self { envelope, content, version_at })
    }

    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.envelope.state == RecordState::Withdrawn
    }

    /// The Kennung; every published record has one.
    #[must_use]
    pub fn kennung(&self) -> &str {
        self.envelope.kennung.as_ref().map_or("", Kennung::as_str)
    }
}

/// An organisation as others name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganisationRef {
    #[serde(skip)]
    pub id: RecordId,
    pub kennung: String,
    pub name: String,
    /// Code of vocabulary `administrative_level`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<&'static str>,
    /// Two-digit Land key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub land: Option<&'static str>,
    /// BCP 47 tag of the name.
    pub language: &'static str,
}

impl OrganisationRef {
    pub(crate) fn of(record: &PublishedRecord) -> Self {
        let code = |key| record.content.code(key).map(maki_domain::Code::as_str);
        Self {
            id: record.envelope.id,
            kennung: record.kennung().to_owned(),
            name: record.content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned(),
            level: code(keys::ORGANISATION_LEVEL),
            land: code(keys::ORGANISATION_LAND),
            language: code(keys::ORGANISATION_TEXT_LANGUAGE).unwrap_or(Language::De.tag()),
        }
    }
}

/// Organisations by id, as a batch of records names them.
pub(crate) type OrganisationMap = HashMap<RecordId, Arc<OrganisationRef>>;

/// A published system with its deployments as a view sees them.
pub(crate) fn seen_by(
    view: View,
    system: StoredRecord,
    deployments: Vec<StoredRecord>,
) -> Option<(PublishedRecord, Vec<PublishedRecord>)> {
    let system = PublishedRecord::of(system, view).filter(|s| !s.is_withdrawn())?;
    Some((system, deployments.into_iter().filter_map(|d| PublishedRecord::of(d, view)).collect()))
}

/// Whether authorities see of a record just what the public does.
pub(crate) fn looks_alike(record: &StoredRecord) -> bool {
    let owner = record.envelope.owner.or(Some(record.envelope.id));
    record.content.is_alike_for(ViewClass::ALL.map(ViewClass::view), owner)
}
