//! How scores are computed: weights and recommended fields, read from `data/quality/score.toml`, and which fields count
//! in which situation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::catalogue::{Applicability, FieldId, Situation, catalogue};
use crate::record::RecordKind;
use crate::rules::source::{RuleFault, fault, read_file};
use crate::vocabulary::vocabulary;

/// Points of one matter, and the most that it can cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    pub points: u8,
    pub limit: u8,
}

/// What a confirmation costs that is older than some years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Age {
    pub years: i16,
    pub points: u8,
}

/// What is taken off 100.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    pub error: Cost,
    pub warning: Cost,
    pub hint: Cost,
    /// Required fields answered by "not stated" or "unknown".
    pub silent: Cost,
    pub never_confirmed: u8,
    /// The youngest first.
    pub age: Vec<Age>,
}

/// Fields that are recommended together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    pub when: Applicability,
    pub fields: Vec<FieldId>,
}

/// How scores are computed.
#[derive(Debug)]
pub struct Method {
    /// How many times a required field counts beside a recommended one.
    pub required_weight: u32,
    pub costs: Costs,
    pub recommendations: Vec<Recommendation>,
    /// Fields that count, by record and situation; codes stand for themselves, none for what there is not.
    wanted: BTreeMap<(RecordKind, Asked), Wanted>,
}

/// A situation as a key: lifecycle group, risk class, kind.
pub(super) type Asked = (Option<&'static str>, Option<&'static str>, Option<&'static str>);

/// A set of fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FieldSet([u64; 4]);

impl FieldSet {
    #[cfg(test)]
    pub const MOST: usize = 256;

    pub fn insert(&mut self, id: FieldId) {
        if let Some(word) = self.0.get_mut(id.place() / 64) {
            *word |= 1 << (id.place() % 64);
        }
    }

    pub fn contains(self, id: FieldId) -> bool {
        self.0.get(id.place() / 64).is_some_and(|word| word & (1 << (id.place() % 64)) != 0)
    }

    pub fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    pub fn or(self, other: Self) -> Self {
        self.with(other, |a, b| a | b)
    }

    pub fn without(self, other: Self) -> Self {
        self.with(other, |a, b| a & !b)
    }

    fn with(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let [a, b, c, d] = self.0;
        let [e, f, g, h] = other.0;
        Self([of(a, e), of(b, f), of(c, g), of(d, h)])
    }

    pub fn iter(self) -> impl Iterator<Item = FieldId> {
        catalogue().fields().map(|(id, _)| id).filter(move |id| self.contains(*id))
    }
}

/// Fields that count for completeness.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub required: FieldSet,
    pub recommended: FieldSet,
}

impl Wanted {
    pub fn and_also(self, other: Self) -> Self {
        Self { required: self.required.or(other.required), recommended: self.recommended.or(other.recommended) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    required_weight: u32,
    quality: Costs,
    recommended: Vec<Spanned<RecommendationSource>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecommendationSource {
    lifecycle: Option<Vec<String>>,
    risk: Option<Vec<String>>,
    kind: Option<Vec<String>>,
    fields: Vec<Spanned<String>>,
}

/// Every code of a vocabulary, and none.
pub(super) fn codes_or_none(name: &str) -> Vec<Option<&'static str>> {
    std::iter::once(None).chain(codes(name).into_iter().map(Some)).collect()
}

pub(super) fn codes(name: &str) -> Vec<&'static str> {
    vocabulary(name).map(|v| v.terms().iter().map(|term| term.code.as_str()).collect()).unwrap_or_default()
}

impl Method {
    /// Reads the file; its name is for messages.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn parse(file: &str, text: &str) -> Result<Self, RuleFault> {
        let source: Source = read_file(file, text)?;
        let costs = source.quality;
        let ages_rise = costs.age.is_sorted_by_key(|age| (age.years, age.points));
        if source.required_weight == 0 || !ages_rise {
            return Err(fault(file, text, 0, "a weight is zero, or ages do not rise"));
        }
        let mut recommendations = Vec::with_capacity(source.recommended.len());
        for one in source.recommended {
            let place = one.span().start;
            let one = one.into_inner();
            let lists = [(&one.lifecycle, "lifecycle_group"), (&one.risk, "risk_class"), (&one.kind, "system_kind")];
            for (list, name) in lists {
                let unknown = list.iter().flatten().find(|code| !codes(name).contains(&code.as_str()));
                if let Some(code) = unknown {
                    return Err(fault(file, text, place, format!("{name} has no code {code:?}")));
                }
            }
            let id = |name: &Spanned<String>| {
                let found = catalogue().id(name.get_ref());
                let found = found.filter(|id| id.field().record != RecordKind::Organisation);
                let none = || format!("{:?} is no field of a system or a use", name.get_ref());
                found.ok_or_else(|| fault(file, text, name.span().start, none()))
            };
            let fields = one.fields.iter().map(id).collect::<Result<_, _>>()?;
            let when = Applicability { lifecycle: one.lifecycle, risk: one.risk, kind: one.kind };
            recommendations.push(Recommendation { when, fields });
        }
        let wanted = wanted(&recommendations);
        Ok(Self { required_weight: source.required_weight, costs, recommendations, wanted })
    }

    /// The fields of a record that count in a situation.
    pub(super) fn wanted(&self, kind: RecordKind, asked: Asked) -> Wanted {
        self.wanted.get(&(kind, asked)).copied().unwrap_or_default()
    }
}

fn wanted(recommendations: &[Recommendation]) -> BTreeMap<(RecordKind, Asked), Wanted> {
    let mut all = BTreeMap::new();
    for lifecycle_group in codes_or_none("lifecycle_group") {
        for risk_class in codes_or_none("risk_class") {
            for kind in codes_or_none("system_kind") {
                let situation = Situation { lifecycle_group, risk_class, kind };
                for record in [RecordKind::System, RecordKind::Deployment] {
                    let of = wanted_in(recommendations, record, situation);
                    all.insert((record, (lifecycle_group, risk_class, kind)), of);
                }
            }
        }
    }
    all
}

fn wanted_in(recommendations: &[Recommendation], record: RecordKind, situation: Situation<'_>) -> Wanted {
    let mut wanted = Wanted::default();
    for (id, field) in catalogue().fields_of(record) {
        if field.is_required(situation.lifecycle_group, situation.risk_class) {
            wanted.required.insert(id);
        }
    }
    let holding = recommendations.iter().filter(|one| one.when.holds(situation));
    for id in holding.flat_map(|one| &one.fields).filter(|id| id.field().record == record) {
        if !wanted.required.contains(*id) {
            wanted.recommended.insert(*id);
        }
    }
    wanted
}
