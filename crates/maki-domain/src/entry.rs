//! The entry: the unit in which the register exchanges records with the world.
//!
//! One entry is one use: the organisation, the system, and the deployment that ties them, side by side as a person
//! writes them. Import profiles produce entries, the own format is entries, and export writes them. A system without a
//! deployment, and an organisation alone, are entries too. As JSON the content of each part stands beside its
//! names: `{"organisation": {"kennung": "MAKI-B-000001", "organisation_name": "…"}, "system": {"name": "…"},
//! "deployment": {"lifecycle": "operation"}}`.

use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::ids::{ExternalId, Kennung};

/// An organisation as an entry names it. It is found by Kennung, external id, ARS, or name with Land, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kennung: Option<Kennung>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The legal body it belongs to: its Kennung, one of its external ids as `scheme:value`, or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(flatten)]
    pub content: Content,
}

/// A system as an entry names it. It is found by Kennung or external id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kennung: Option<Kennung>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The organisation that keeps a shared system (Pflegestelle): Kennung, external id as `scheme:value`, or name.
    /// Missing: the entry's organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    #[serde(flatten)]
    pub content: Content,
}

/// A deployment as an entry names it. It is found by Kennung, external id, or as the organisation's only deployment of
/// the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kennung: Option<Kennung>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(flatten)]
    pub content: Content,
}

/// One use of one system by one organisation, or a part of that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub organisation: OrganisationPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentPart>,
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
        assert!(serde_json::from_str::<Entry>(wrong).unwrap_err().to_string().contains("nmae is not a field"));
    }
}
