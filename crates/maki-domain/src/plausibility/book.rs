//! Rules of plausibility, read from `data/plausibility/rules.toml` with every name resolved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::facts::Directory;
use super::signs::Signs;
use crate::Language;
use crate::catalogue::{FieldId, catalogue};
use crate::rules::expression::{Expression, Names, parse};
use crate::rules::source::{RuleFault, fault, read_file, whole_day};
use crate::rules::{FactId, Kind};
use crate::value::PartialDate;
use crate::vocabulary::vocabulary;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is published with one.
    Error,
    /// To be mended or explained.
    Warning,
    Hint,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Hint];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    pub key: String,
    pub severity: Severity,
    pub field: FieldId,
    pub(super) when: Expression,
    /// Article of the duty that has to exist.
    pub(super) duty: Option<String>,
    /// Points of Annex III that the text may mean: there is a finding only where the class denies them.
    pub hints: Vec<String>,
    gap: bool,
    pub article: Option<String>,
    pub de: String,
    pub en: String,
}

impl Rule {
    /// Whether it only says that something is missing, which forms tell at the field.
    #[must_use]
    pub const fn is_gap(&self) -> bool {
        self.gap
    }

    /// Article of the duty without which it finds nothing.
    #[must_use]
    pub fn duty(&self) -> Option<&str> {
        self.duty.as_deref()
    }

    /// Whether it compares the entry with the rest of the register, so that the entry alone does not tell.
    #[must_use]
    pub fn is_about_others(&self) -> bool {
        self.key == super::NEAR_DUPLICATE
    }

    /// What is wrong and how to mend it.
    #[must_use]
    pub fn message(&self, language: Language, field: FieldId) -> String {
        let message = match language {
            Language::De => &self.de,
            Language::En => &self.en,
        };
        message.replace("{field}", field.field().label(language))
    }
}

/// All rules, with the signs that they ask for.
#[derive(Debug)]
pub struct RuleBook {
    pub(super) directory: Directory,
    pub(super) signs: Signs,
    pub(super) rules: Vec<Rule>,
    /// Without these nothing is published; finds one for each that is missing.
    pub(super) minimum: Rule,
    pub(super) minimum_fields: Vec<FieldId>,
    /// What else stage and class require.
    pub(super) required: Rule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    days: BTreeMap<String, Spanned<String>>,
    groups: BTreeMap<String, BTreeSet<String>>,
    minimum: MissingSource,
    required: MissingSource,
    rule: Vec<RuleSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MissingSource {
    key: String,
    #[serde(default)]
    fields: Vec<Spanned<String>>,
    de: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSource {
    key: Spanned<String>,
    severity: Severity,
    field: Spanned<String>,
    when: Spanned<String>,
    duty: Option<String>,
    #[serde(default)]
    hint: Vec<String>,
    article: Option<String>,
    de: String,
    en: String,
}

struct Known<'a> {
    directory: &'a Directory,
    days: BTreeMap<String, PartialDate>,
    groups: &'a BTreeMap<String, BTreeSet<String>>,
}

impl Names for Known<'_> {
    fn fact(&self, name: &str) -> Option<(FactId, Kind)> {
        self.directory.fact(name)
    }

    fn knows(&self, fact: FactId, code: &str) -> bool {
        self.directory.knows(fact, code)
    }

    fn group(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.groups.get(name)
    }

    fn day(&self, name: &str) -> Option<PartialDate> {
        self.days.get(name).copied()
    }

    fn condition(&self, _: &str) -> Option<&Expression> {
        None
    }
}

impl RuleBook {
    /// Reads rules and signs; names of files are for messages.
    ///
    /// # Errors
    /// What is wrong, in which file and line.
    pub fn parse(rules: (&str, &str), signs: (&str, &str)) -> Result<Self, RuleFault> {
        let signs = Signs::parse(signs.0, signs.1)?;
        let directory = Directory::new(&signs);
        let (file, text) = rules;
        let source: Source = read_file(file, text)?;
        let days = source.days.iter().map(|(name, day)| Ok((name.clone(), whole_day(file, text, day)?)));
        let known = Known { directory: &directory, days: days.collect::<Result<_, _>>()?, groups: &source.groups };
        let field = |name: &Spanned<String>| {
            let unknown = || fault(file, text, name.span().start, format!("{:?} is no field", name.get_ref()));
            catalogue().id(name.get_ref()).ok_or_else(unknown)
        };
        let mut seen = BTreeSet::new();
        let mut read = Vec::with_capacity(source.rule.len());
        for rule in source.rule {
            let at = |place: usize, reason: String| fault(file, text, place, reason);
            let key = rule.key.get_ref().clone();
            if !seen.insert(key.clone()) {
                return Err(at(rule.key.span().start, format!("another rule is called {key:?}")));
            }
            let points = vocabulary("annex_iii");
            if let Some(unknown) = rule.hint.iter().find(|p| points.is_none_or(|v| v.position(p).is_none())) {
                return Err(at(rule.key.span().start, format!("Annex III has no point {unknown:?}")));
            }
            let when = parse(rule.when.get_ref(), &known);
            read.push(Rule {
                when: when.map_err(|reason| at(rule.when.span().start, reason.to_string()))?,
                field: field(&rule.field)?,
                key,
                severity: rule.severity,
                duty: rule.duty,
                hints: rule.hint,
                gap: false,
                article: rule.article,
                de: rule.de,
                en: rule.en,
            });
        }
        let minimum_fields: Vec<FieldId> = source.minimum.fields.iter().map(field).collect::<Result<_, _>>()?;
        let first =
            minimum_fields.first().copied().ok_or_else(|| fault(file, text, 0, "the minimum names no field"))?;
        let missing = |source: MissingSource, severity| Rule {
            key: source.key,
            severity,
            field: first,
            when: Expression::And(Vec::new()),
            duty: None,
            hints: Vec::new(),
            gap: true,
            article: None,
            de: source.de,
            en: source.en,
        };
        let minimum = missing(source.minimum, Severity::Error);
        let required = missing(source.required, Severity::Warning);
        Ok(Self { rules: read, minimum, minimum_fields, required, directory, signs })
    }

    /// A rule by its key.
    #[must_use]
    pub fn rule(&self, key: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.key == key)
    }

    /// Every rule there is.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        [&self.minimum, &self.required].into_iter().chain(&self.rules)
    }
}
