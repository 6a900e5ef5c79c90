//! The entry: the unit in which the register exchanges records with the world.
//!
//! One entry is one use: the organisation, the system, and the deployment that ties them, side by side as a person
//! writes them. Import profiles produce entries, the own format is entries, and export writes them. A system without a
//! deployment, and an organisation alone, are entries too. As JSON the content of each part stands beside its
//! names: `{"organisation": {"kennung": "MAKI-B-000001", "organisation_name": "…"}, "system": {"name": "…"},
//! "deployment": {"lifecycle": "operation"}}`.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::content::{Content, Key, KeyAmong};
use crate::ids::{ExternalId, Kennung};
use crate::keys;
use crate::record::RecordKind;
use crate::vocabulary::Code;

/// An organisation as an entry names it. It is found by Kennung, external id, ARS, or name with Land, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OrganisationPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kennung: Option<Kennung>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The legal body it belongs to: its Kennung, one of its external ids as `scheme:value`, or its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(flatten)]
    pub content: Content,
}

/// A system as an entry names it. It is found by Kennung or external id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SystemPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kennung: Option<Kennung>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The organisation that keeps a shared system (Pflegestelle): Kennung, external id as `scheme:value`, or name.
    /// Missing: the entry's organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    #[serde(flatten)]
    pub content: Content,
}

/// A deployment as an entry names it. It is found by Kennung, external id, or as the organisation's only deployment of
/// the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeploymentPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kennung: Option<Kennung>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(flatten)]
    pub content: Content,
}

/// The contents of one use side by side, as rules look at them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parts<'a> {
    pub organisation: Option<&'a Content>,
    pub system: Option<&'a Content>,
    pub deployment: Option<&'a Content>,
}

impl<'a> Parts<'a> {
    /// The content that holds the fields of a kind of record.
    #[must_use]
    pub const fn of(self, kind: RecordKind) -> Option<&'a Content> {
        match kind {
            RecordKind::Organisation => self.organisation,
            RecordKind::System => self.system,
            RecordKind::Deployment => self.deployment,
        }
    }

    /// The risk class of this use: its own, or that of the system; empty when there is none.
    #[must_use]
    pub fn class(self) -> &'static str {
        let own = self.deployment.and_then(|content| content.code(keys::DEPLOYMENT_RISK_CLASS));
        let class = own.or_else(|| self.system.and_then(|content| content.code(keys::RISK_CLASS)));
        class.map_or("", Code::as_str)
    }

    /// Points of Annex III: those of this use, or those of the system.
    pub fn points(self) -> impl Iterator<Item = &'static str> {
        let own = self.deployment.map(|content| content.codes(keys::DEPLOYMENT_ANNEX_III_POINTS)).unwrap_or_default();
        let of_system = self.system.map(|content| content.codes(keys::ANNEX_III_POINTS)).unwrap_or_default();
        let points = if own.is_empty() { of_system } else { own };
        points.iter().map(|code| code.as_str())
    }
}

/// One use of one system by one organisation, or a part of that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    #[serde(default)]
    pub organisation: OrganisationPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentPart>,
}

/// What a part says, whichever it is. Content stands beside the names, and is read as it comes: nothing is kept aside
/// until it is known which of both it is.
#[derive(Default)]
struct Said {
    kennung: Option<Kennung>,
    external_ids: Vec<ExternalId>,
    /// Another organisation, under a key that the part has for it.
    reference: Option<String>,
    content: Content,
}

impl Entry {
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        Parts {
            organisation: Some(&self.organisation.content),
            system: self.system.as_ref().map(|part| &part.content),
            deployment: self.deployment.as_ref().map(|part| &part.content),
        }
    }
}

const KENNUNG: &str = "kennung";
const EXTERNAL_IDS: &str = "external_ids";
const PARENT: &str = "parent";
const RESPONSIBLE: &str = "responsible";

impl Said {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, names: &'static [&'static str]) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SaidVisitor(names))
    }
}

/// Reads a part with these names.
struct SaidVisitor(&'static [&'static str]);

impl<'de> Visitor<'de> for SaidVisitor {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names and catalogue fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said, A::Error> {
        let (mut said, mut seen) = (Said::default(), Vec::new());
        while let Some(key) = map.next_key_seed(KeyAmong(self.0))? {
            let name = match key {
                Key::Name(name) => name,
                key => {
                    said.content.read_next(key, &mut map)?;
                    continue;
                }
            };
            if seen.contains(&name) {
                return Err(de::Error::duplicate_field(name));
            }
            seen.push(name);
            match name {
                KENNUNG => said.kennung = map.next_value()?,
                EXTERNAL_IDS => said.external_ids = map.next_value()?,
                _ => said.reference = map.next_value()?,
            }
        }
        Ok(said)
    }
}

impl<'de> Deserialize<'de> for OrganisationPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Said { kennung, external_ids, reference, content } =
            Said::read(deserializer, &[KENNUNG, EXTERNAL_IDS, PARENT])?;
        Ok(Self { kennung, external_ids, parent: reference, content })
    }
}

impl<'de> Deserialize<'de> for SystemPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Said { kennung, external_ids, reference, content } =
            Said::read(deserializer, &[KENNUNG, EXTERNAL_IDS, RESPONSIBLE])?;
        Ok(Self { kennung, external_ids, responsible: reference, content })
    }
}

impl<'de> Deserialize<'de> for DeploymentPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Said { kennung, external_ids, content, .. } = Said::read(deserializer, &[KENNUNG, EXTERNAL_IDS])?;
        Ok(Self { kennung, external_ids, content })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::keys;

    #[test]
    fn an_entry_is_read_as_people_write_it() {
        let json = r#"{"organisation":{"organisation_name":"Stadt Talheide"},"system":{"external_ids":[{"scheme":"demo","value":"A1"}],"responsible":"IT-Verbund","name":"Lotte","techniques":["speech"]},"deployment":{"lifecycle":"operation","hosting":{"absent":"unknown"}}}"#;
        let entry: Entry = serde_json::from_str(json).unwrap();
        assert_eq!(entry.system.as_ref().unwrap().content.text(keys::NAME), Some("Lotte"));
        assert_eq!(serde_json::to_string(&entry).unwrap(), json);
        let wrong = r#"{"organisation":{"organisation_name":"Stadt"},"system":{"nmae":"Lotte"}}"#;
        let refused = |json: &str| serde_json::from_str::<Entry>(json).unwrap_err().to_string();
        assert!(refused(wrong).contains("nmae is not a field"));
        let strange = r#"{"organisation":{"organisation_name":"Stadt"},"deployment":{"parent":"Land"}}"#;
        assert!(refused(strange).contains("parent is not a field"));
        let twice = r#"{"organisation":{"parent":"Land","organisation_name":"Stadt","parent":"Bund"}}"#;
        assert!(refused(twice).contains("duplicate field `parent`"));
        let silent = r#"{"organisation":{"kennung":null,"organisation_name":"Stadt","parent":null}}"#;
        assert_eq!(serde_json::from_str::<Entry>(silent).unwrap().organisation.parent, None);
    }
}
