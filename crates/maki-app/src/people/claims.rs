//! From the claims of a provider of OpenID Connect to an organisation and roles here, by a rule file of the operator.
//!
//! ```toml
//! [organisation]
//! claim = "org"              # where the claims name the organisation; dots lead into objects
//! by = "ags"                 # its Kennung ("kennung") or a scheme of external ids; without it only the map counts
//! map = { "DE-HH" = "MAKI-B-000012" }
//!
//! [[role]]
//! claim = "roles"            # a text or a list of texts
//! value = "redaktion"        # without it: whoever has the claim at all
//! roles = ["editor"]
//! ```
//!
//! Nobody becomes an operator by a claim: that role is given here, and needs a second factor here.

use std::collections::BTreeMap;

use maki_domain::{Kennung, RecordId, RecordKind, Role, Roles};
use serde::Deserialize;
use serde_json::Value;

use crate::{App, AppError};

/// Most organisations that one person may come with.
const MOST_ORGANISATIONS: usize = 50;

/// The rule file of one provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRules {
    organisation: OrganisationRule,
    #[serde(default)]
    role: Vec<RoleRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationRule {
    claim: String,
    by: Option<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleRule {
    claim: String,
    value: Option<String>,
    roles: Vec<Role>,
}

/// Why a rule file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClaimRulesError {
    #[error("the role operator cannot be given by a claim")]
    Operator,
    #[error("{0:?} is no Kennung")]
    Kennung(String),
    #[error("there is no rule that gives a role")]
    NoRole,
}

/// How claims name an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganisationName {
    Kennung(Kennung),
    External { scheme: String, value: String },
}

/// What the claims of one person give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    pub organisations: Vec<OrganisationName>,
    pub roles: Roles,
}

impl ClaimRules {
    /// Refuses rules that could never do what they say.
    ///
    /// # Errors
    /// When a rule gives the role of operators, names something that is no Kennung, or none gives a role.
    pub fn checked(self) -> Result<Self, ClaimRulesError> {
        if self.role.iter().flat_map(|rule| &rule.roles).any(|role| *role == Role::Operator) {
            return Err(ClaimRulesError::Operator);
        }
        if let Some(wrong) = self.organisation.map.values().find(|kennung| kennung.parse::<Kennung>().is_err()) {
            return Err(ClaimRulesError::Kennung(wrong.clone()));
        }
        if self.role.iter().all(|rule| rule.roles.is_empty()) {
            return Err(ClaimRulesError::NoRole);
        }
        Ok(self)
    }

    /// Organisations and roles that claims give. What no rule knows gives nothing.
    #[must_use]
    pub fn apply(&self, claims: &Value) -> Granted {
        let named = texts(claims, &self.organisation.claim);
        let organisations = named.take(MOST_ORGANISATIONS).filter_map(|name| self.organisation.name(name)).collect();
        let gives = |rule: &&RoleRule| {
            texts(claims, &rule.claim).any(|value| rule.value.as_deref().is_none_or(|wanted| value == wanted))
        };
        let roles = self.role.iter().filter(gives).flat_map(|rule| rule.roles.iter().copied()).collect();
        Granted { organisations, roles }
    }
}

impl OrganisationRule {
    fn name(&self, value: &str) -> Option<OrganisationName> {
        if let Some(kennung) = self.map.get(value) {
            return kennung.parse().ok().map(OrganisationName::Kennung);
        }
        match self.by.as_deref()? {
            "kennung" => value.parse().ok().map(OrganisationName::Kennung),
            scheme => Some(OrganisationName::External { scheme: scheme.to_owned(), value: value.to_owned() }),
        }
    }
}

impl App {
    /// The organisations of this register that claims name, with the roles there. What the register does not know gives
    /// nothing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn grants(&self, granted: &Granted) -> Result<Vec<(RecordId, Roles)>, AppError> {
        let mut tx = self.0.store.read().await?;
        let (mut kennungen, mut external) = (Vec::new(), Vec::new());
        for name in &granted.organisations {
            match name {
                OrganisationName::Kennung(kennung) => kennungen.push(kennung.clone()),
                OrganisationName::External { scheme, value } => external.push((scheme.clone(), value.clone())),
            }
        }
        let mut ids: Vec<RecordId> = tx.by_kennungen(&kennungen).await?.into_values().collect();
        ids.extend(tx.by_external_ids(&external).await?.into_values());
        let mut found = tx.places(&ids).await?;
        found.retain(|place| place.kind == RecordKind::Organisation);
        let mut grants: Vec<_> = found.into_iter().map(|place| (place.id, granted.roles)).collect();
        grants.sort_unstable_by_key(|(id, _)| *id);
        grants.dedup_by_key(|(id, _)| *id);
        Ok(grants)
    }
}

/// The texts that a claim holds: one, or those of a list.
fn texts<'a>(claims: &'a Value, path: &str) -> impl Iterator<Item = &'a str> {
    let found = path.split('.').try_fold(claims, |value, step| value.get(step));
    let (one, many) = match found {
        Some(Value::String(text)) => (Some(text.as_str()), None),
        Some(Value::Array(list)) => (None, Some(list.iter().filter_map(Value::as_str))),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn rules(text: &str) -> ClaimRules {
        toml::from_str(text).unwrap()
    }

    const RULES: &str = r#"
        [organisation]
        claim = "resource.org"
        by = "ags"
        map = { "DE-HH" = "MAKI-B-000012" }
        [[role]]
        claim = "roles"
        value = "redaktion"
        roles = ["editor"]
        [[role]]
        claim = "roles"
        value = "freigabe"
        roles = ["approver", "reader"]
        [[role]]
        claim = "resource.org"
        roles = ["reader"]
    "#;

    #[test]
    fn claims_give_what_the_rules_say() {
        let rules = rules(RULES).checked().unwrap();
        let check = |claims: Value, organisations: &[&str], roles: &str| {
            let granted = rules.apply(&claims);
            let name = |name: &OrganisationName| match name {
                OrganisationName::Kennung(kennung) => kennung.to_string(),
                OrganisationName::External { scheme, value } => format!("{scheme}:{value}"),
            };
            assert_eq!(granted.organisations.iter().map(name).collect::<Vec<_>>(), organisations, "{claims}");
            assert_eq!(granted.roles.codes(), roles, "{claims}");
        };
        check(json!({}), &[], "");
        check(
            json!({"resource": {"org": "DE-HH"}, "roles": ["redaktion", "hausmeister"]}),
            &["MAKI-B-000012"],
            "reader editor",
        );
        check(json!({"resource": {"org": ["05334002", 7]}, "roles": "freigabe"}), &["ags:05334002"], "reader approver");
        check(json!({"resource": "DE-HH", "roles": {"redaktion": true}}), &[], "");
    }

    #[test]
    fn rules_that_cannot_be_meant_are_refused() {
        let check = |text: &str, expected: ClaimRulesError| assert_eq!(rules(text).checked(), Err(expected), "{text}");
        let head = "[organisation]\nclaim = \"org\"\n";
        check(head, ClaimRulesError::NoRole);
        check(&format!("{head}[[role]]\nclaim = \"r\"\nroles = [\"operator\"]"), ClaimRulesError::Operator);
        check(
            &format!("{head}map = {{ a = \"b\" }}\n[[role]]\nclaim = \"r\"\nroles = [\"editor\"]"),
            ClaimRulesError::Kennung("b".to_owned()),
        );
        assert!(
            toml::from_str::<ClaimRules>(&format!("{head}[[role]]\nclaim = \"r\"\nroles = [\"emperor\"]")).is_err()
        );
    }
}
