//! Which reports an entry owes: sections, the national register, the non-public part, and from when.

use super::{Section, section};
use crate::assess::{Case, RuleSet};
use crate::entry::Parts;
use crate::value::PartialDate;
use crate::{Code, RecordKind, keys};

/// The register of Art. 49(5), which stands in for sections A and C.
pub const NATIONAL: &str = "national";
/// Kinds of system that somebody else provides.
const PROVIDED_BY_OTHERS: [&str; 3] = ["procured", "open_source", "embedded_function"];
/// Stages in which a use runs on the system.
const IN_USE: [&str; 3] = ["rollout", "operation", "suspended"];

/// A report that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Code of its section, or `national`.
    pub code: &'static str,
    /// The section whose items it has; the national register asks for those of section A.
    pub section: &'static Section,
    pub article: &'static str,
    /// Whether it goes to the non-public part.
    pub restricted: bool,
    /// Days from which it may be due: one for each reading of the law; none where the law names no day, or it is not
    /// certain yet.
    pub from: Vec<PartialDate>,
}

/// What an entry owes, and what else is to be known about that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Obligations {
    pub reports: Vec<Obligation>,
    /// Whether anybody has said of which class the system is; nothing is certain before.
    pub is_assessed: bool,
    /// The day from which authorities must not use the system because its provider has not registered it (Art. 26(8)):
    /// there where the entry is in use and names no entry of the provider.
    pub unregistered_from: Option<PartialDate>,
}

impl Obligation {
    /// All codes, in the order in which they are shown.
    pub const CODES: [&'static str; 5] = ["A", "B", "C", "IX", NATIONAL];

    /// Report, article and section of a code.
    fn known(code: &str) -> Option<(&'static str, &'static Section, &'static str)> {
        let code = Self::CODES.into_iter().find(|known| *known == code)?;
        let section = section(if code == NATIONAL { "A" } else { code })?;
        Some((code, section, if code == NATIONAL { "Art. 49(5)" } else { &section.article }))
    }

    /// The report of a code as it would be if it were owed from no particular day.
    #[must_use]
    pub fn of_code(code: &str, restricted: bool) -> Option<Self> {
        let (code, section, article) = Self::known(code)?;
        Some(Self { code, section, article, restricted, from: Vec::new() })
    }

    /// Whether the database gives such a report an address that can be opened.
    #[must_use]
    pub fn has_address(&self) -> bool {
        !self.restricted && matches!(self.code, "A" | "B" | "C")
    }

    /// The record that the report is about: the provider reports the system, the deployer its use.
    #[must_use]
    pub fn subject(&self) -> RecordKind {
        match self.code {
            "C" | "IX" => RecordKind::Deployment,
            _ => RecordKind::System,
        }
    }
}

/// What an entry owes on a day. `is_steward` says whether the body that looks after the entry also looks after the
/// system: others owe nothing for its provider.
#[must_use]
pub fn obligations(rules: &RuleSet, parts: Parts<'_>, is_steward: bool, today: PartialDate) -> Obligations {
    let stage = stage(parts);
    let is_assessed = !matches!(parts.class(), "" | crate::assess::NOT_ASSESSED);
    if is_over(stage) || !is_assessed {
        return Obligations { is_assessed, ..Obligations::default() };
    }
    let case = Case::of_entry(rules, parts);
    let assessment = rules.assess(&case, today);
    let (codes, restricted) = of_class(assessment.registration, stage, parts);
    let kind = parts.system.and_then(|content| content.code(keys::KIND)).map_or("", Code::as_str);
    let provides = is_steward && !PROVIDED_BY_OTHERS.contains(&kind);
    let from = |article: &str| {
        let mut days: Vec<PartialDate> =
            assessment.duties.iter().filter(|duty| duty.article == article).map(|duty| duty.from).collect();
        days.sort_unstable();
        days.dedup();
        days
    };
    let owed = |code: &str| codes.iter().any(|one| one == code) && (provides || !matches!(code, "A" | "B"));
    let report = |code: &&str| {
        let (code, section, article) = Obligation::known(code)?;
        Some(Obligation { code, section, article, restricted, from: from(article) })
    };
    let is_unregistered = IN_USE.contains(&stage)
        && parts.deployment.is_some_and(|content| content.text(keys::PROVIDER_EU_URL).is_none());
    Obligations {
        reports: Obligation::CODES.iter().filter(|code| owed(code)).filter_map(report).collect(),
        is_assessed,
        unregistered_from: is_unregistered.then(|| rules.due(&case, today, "Art. 26(8)")).flatten(),
    }
}

fn stage(parts: Parts<'_>) -> &'static str {
    parts.deployment.and_then(|content| content.code(keys::LIFECYCLE)).map_or("", Code::as_str)
}

fn is_over(stage: &str) -> bool {
    matches!(stage, "retired" | "discarded")
}

/// Codes without that of the non-public part, and whether it was among them. A pilot of a high-risk system is a test.
fn of_class(mut codes: Vec<String>, stage: &str, parts: Parts<'_>) -> (Vec<String>, bool) {
    let is_restricted = codes.iter().any(|code| code == "non_public");
    codes.retain(|code| code != "non_public");
    if stage == "pilot" && parts.class() == "high_risk_annex_iii" {
        codes.push("IX".to_owned());
    }
    (codes, is_restricted)
}
