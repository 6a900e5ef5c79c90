//! The facets: what can be filtered and counted.
//!
//! Values of one facet are alternatives (OR), different facets restrict each other (AND). A facet's own filter does
//! not reduce its own counts; counts are distinct systems. Codes are those of the vocabularies, except `authority`
//! (the organisation's id), `start_year` (the year) and `deployments` (a class such as `3-5`).

use std::collections::BTreeMap;
use std::str::FromStr;

/// One facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Facet {
    /// Administrative level of the deploying organisation.
    Level,
    /// Land key, two digits.
    Land,
    /// The deploying organisation.
    Authority,
    /// Group of lifecycle stages.
    LifecycleGroup,
    /// Lifecycle stage of the deployment.
    Lifecycle,
    /// Field of work of the system.
    Field,
    /// Technique of the system.
    Technique,
    /// Risk class of the deployment, else of the system.
    RiskClass,
    /// What can be reused.
    Reuse,
    /// Wishes for cooperation.
    Cooperation,
    /// Use of personal data.
    PersonalData,
    /// Who is affected.
    Affected,
    /// Effect on decisions.
    DecisionEffect,
    /// Level of automation.
    AutomationLevel,
    /// Kind of the system.
    Kind,
    /// Year of the start.
    StartYear,
    /// Number of deployments of the system, by classes.
    Deployments,
}

/// The name is none of a facet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no facet {0:?}")]
pub struct UnknownFacet(pub String);

impl Facet {
    /// All facets in display order; the position equals `facet as usize`.
    pub const ALL: [Self; 17] = [
        Self::Level,
        Self::Land,
        Self::Authority,
        Self::LifecycleGroup,
        Self::Lifecycle,
        Self::Field,
        Self::Technique,
        Self::RiskClass,
        Self::Reuse,
        Self::Cooperation,
        Self::PersonalData,
        Self::Affected,
        Self::DecisionEffect,
        Self::AutomationLevel,
        Self::Kind,
        Self::StartYear,
        Self::Deployments,
    ];

    /// The name in addresses, the API and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Land => "land",
            Self::Authority => "authority",
            Self::LifecycleGroup => "lifecycle_group",
            Self::Lifecycle => "lifecycle",
            Self::Field => "field",
            Self::Technique => "technique",
            Self::RiskClass => "risk_class",
            Self::Reuse => "reuse",
            Self::Cooperation => "cooperation",
            Self::PersonalData => "personal_data",
            Self::Affected => "affected",
            Self::DecisionEffect => "decision_effect",
            Self::AutomationLevel => "automation_level",
            Self::Kind => "kind",
            Self::StartYear => "start_year",
            Self::Deployments => "deployments",
        }
    }

    /// The vocabulary that names the values, if there is one.
    #[must_use]
    pub const fn vocabulary(self) -> Option<&'static str> {
        match self {
            Self::Authority | Self::StartYear | Self::Deployments => None,
            Self::Level => Some("administrative_level"),
            Self::Kind => Some("system_kind"),
            other => Some(other.name()),
        }
    }
}

impl FromStr for Facet {
    type Err = UnknownFacet;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|facet| facet.name() == name)
            .ok_or_else(|| UnknownFacet(name.chars().take(64).collect()))
    }
}

/// Chosen values per facet. A value that nobody has is allowed and matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(BTreeMap<Facet, Vec<String>>);

impl Filters {
    /// No filter.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds an accepted value of a facet.
    pub fn add(&mut self, facet: Facet, value: impl Into<String>) -> &mut Self {
        let values = self.0.entry(facet).or_default();
        let value = value.into();
        if !values.contains(&value) {
            values.push(value);
        }
        self
    }

    /// The same filters with one more accepted value.
    #[must_use]
    pub fn with(mut self, facet: Facet, value: impl Into<String>) -> Self {
        self.add(facet, value);
        self
    }

    /// Values chosen for a facet; empty when the facet does not restrict.
    #[must_use]
    pub fn values(&self, facet: Facet) -> &[String] {
        self.0.get(&facet).map_or(&[], Vec::as_slice)
    }

    /// All chosen facets with their values, in display order.
    pub fn iter(&self) -> impl Iterator<Item = (Facet, &[String])> {
        self.0.iter().map(|(facet, values)| (*facet, values.as_slice()))
    }

    /// True when nothing restricts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
