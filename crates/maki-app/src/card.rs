//! The card: what a hit shows, made when the index is fed, so that a search reads nothing from the database.

use std::collections::BTreeSet;

use maki_domain::{Code, Language, keys, lifecycle};
use serde::{Deserialize, Serialize};

use crate::records::{OrganisationRef, PublishedRecord};

/// Organisations named on a card; `deployments` says how many there are.
const NAMED: usize = 3;

/// An organisation on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardOrganisation {
    pub kennung: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub land: Option<String>,
}

/// A system as a list shows it. Codes are those of the vocabularies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub kennung: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub short_description: String,
    /// BCP 47 tag of both texts.
    pub language: String,
    /// The first organisations that deploy it, or the responsible one when nobody does.
    pub organisations: Vec<CardOrganisation>,
    pub deployments: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycle_groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_class: Option<String>,
    pub techniques: Vec<String>,
    pub fields: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reuse: Vec<String>,
    /// First publication, RFC 3339.
    pub published_at: String,
    /// Publication of the current version, RFC 3339.
    pub changed_at: String,
}

pub(crate) fn rfc3339(at: maki_domain::Instant) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Card {
    pub(crate) fn of(
        system: &PublishedRecord,
        responsible: Option<&OrganisationRef>,
        deployments: &[(PublishedRecord, Option<std::sync::Arc<OrganisationRef>>)],
    ) -> Self {
        let codes = |key| system.content.codes(key).iter().map(|c| c.as_str().to_owned()).collect();
        let text = |key| system.content.text(key).unwrap_or_default().to_owned();
        let groups: BTreeSet<Code> = deployments
            .iter()
            .filter_map(|(d, _)| d.content.code(keys::LIFECYCLE).and_then(lifecycle::group_of))
            .collect();
        let mut organisations: Vec<CardOrganisation> = Vec::new();
        let deployers = deployments.iter().filter_map(|(_, o)| o.as_deref());
        for organisation in deployers.chain(responsible.filter(|_| deployments.is_empty())) {
            if organisations.len() < NAMED && organisations.iter().all(|o| o.kennung != organisation.kennung) {
                organisations.push(CardOrganisation {
                    kennung: organisation.kennung.clone(),
                    name: organisation.name.clone(),
                    level: organisation.level.map(str::to_owned),
                    land: organisation.land.map(str::to_owned),
                });
            }
        }
        let changed_at = deployments.iter().map(|(d, _)| d.version_at).chain([system.version_at]).max();
        Self {
            kennung: system.kennung().to_owned(),
            name: text(keys::NAME),
            short_description: text(keys::SHORT_DESCRIPTION),
            language: language_tag(&system.content, keys::TEXT_LANGUAGE).to_owned(),
            organisations,
            deployments: deployments.len(),
            lifecycle_groups: groups.into_iter().map(|g| g.as_str().to_owned()).collect(),
            risk_class: system.content.code(keys::RISK_CLASS).map(|c| c.as_str().to_owned()),
            techniques: codes(keys::TECHNIQUES),
            fields: codes(keys::FIELDS),
            reuse: codes(keys::REUSE),
            published_at: rfc3339(system.envelope.published_at.unwrap_or(system.version_at)),
            changed_at: rfc3339(changed_at.unwrap_or(system.version_at)),
        }
    }
}

/// The language of a record's texts; German unless it says otherwise.
pub(crate) fn language_tag(content: &maki_domain::Content, key: &str) -> &'static str {
    content.code(key).map_or(Language::De.tag(), Code::as_str)
}
