//! What an entry would be, owe and lack on some day, by some law: and what differs between two such points of view.
//!
//! The law may be one in force or a draft; the day may lie anywhere. Everything follows from the entry as it stands: what
//! is registered or assessed until then is not known.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::assess::{Case, NOT_ASSESSED, RuleSet};
use crate::catalogue::FieldId;
use crate::entry::Parts;
use crate::plausibility::{Rule, Severity, Surroundings, rule_book};
use crate::value::PartialDate;

/// A day, and the law by which entries are judged on it.
#[derive(Debug, Clone, Copy)]
pub struct Standpoint<'a> {
    pub day: PartialDate,
    pub law: &'a RuleSet,
}

/// A duty as it stands on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyView {
    /// From when it is due; several days where the law has several readings.
    pub from: BTreeSet<PartialDate>,
    /// Whether all of these days have come.
    pub is_due: bool,
}

/// A duty that is due and of which the entry lacks something.
#[derive(Debug, Clone)]
pub struct Lack {
    pub article: String,
    pub rule: &'static Rule,
    pub field: FieldId,
    pub due: PartialDate,
}

/// An entry from a standpoint.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// A code of the vocabulary `risk_class`.
    pub class: String,
    /// Sections of Annex VIII, the national register, and whether the entry is not public.
    pub registration: Vec<String>,
    pub fria_required: Option<bool>,
    pub may_be_used: Option<bool>,
    /// Duties by article and role.
    pub duties: BTreeMap<(String, String), DutyView>,
    pub lacks: Vec<Lack>,
    /// Rules that find something, with the heaviest weight.
    pub findings: BTreeMap<&'static str, Severity>,
}

impl Outlook {
    /// The entry from a standpoint.
    #[must_use]
    pub fn of(parts: Parts<'_>, standpoint: Standpoint<'_>) -> Self {
        let Standpoint { day, law } = standpoint;
        let case = Case::of_entry(law, parts);
        // Of what nobody has assessed everything is open; to find that out takes longer than all else.
        let found = (!case.answers().is_empty()).then(|| law.assess(&case, day));
        let mut duties: BTreeMap<(String, String), DutyView> = BTreeMap::new();
        for duty in found.iter().flat_map(|found| &found.duties) {
            let none = DutyView { from: BTreeSet::new(), is_due: false };
            duties.entry((duty.article.clone(), duty.who.clone())).or_insert(none).from.insert(duty.from);
        }
        for view in duties.values_mut() {
            view.is_due = view.from.last().is_some_and(|last| *last <= day);
        }
        let around = Surroundings { today: day, law, dead_links: &HashSet::new(), is_near_duplicate: false };
        let (mut lacks, mut findings) = (Vec::new(), BTreeMap::new());
        for finding in rule_book().findings(parts, &around) {
            let weight = findings.entry(finding.rule.key.as_str()).or_insert(finding.severity);
            *weight = finding.severity.min(*weight);
            if let (Some(article), Some(due)) = (finding.rule.duty(), finding.due)
                && due <= day
            {
                lacks.push(Lack { article: article.to_owned(), rule: finding.rule, field: finding.field, due });
            }
        }
        Self {
            class: found.as_ref().map_or_else(|| NOT_ASSESSED.to_owned(), |found| found.risk_class.clone()),
            registration: found.as_ref().map(|found| found.registration.clone()).unwrap_or_default(),
            fria_required: found.as_ref().and_then(|found| found.fria_required),
            may_be_used: found.as_ref().and_then(|found| found.may_be_used),
            duties,
            lacks,
            findings,
        }
    }
}

/// Something that differs between two standpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Class {
        before: String,
        after: String,
    },
    /// Where the entry is to be registered.
    Registration {
        before: Vec<String>,
        after: Vec<String>,
    },
    /// Whether the KI-VO itself allows the use; none while that is open.
    Use {
        before: Option<bool>,
        after: Option<bool>,
    },
    /// Whether Art. 27 asks for an assessment; none while that is open.
    Fria {
        before: Option<bool>,
        after: Option<bool>,
    },
    Duty {
        article: String,
        who: String,
        before: Option<DutyView>,
        after: Option<DutyView>,
    },
    /// What a rule of plausibility finds, by its key.
    Finding {
        rule: &'static str,
        before: Option<Severity>,
        after: Option<Severity>,
    },
}

/// What differs, in the order in which the variants stand.
#[must_use]
pub fn changes(before: &Outlook, after: &Outlook) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.class != after.class {
        changes.push(Change::Class { before: before.class.clone(), after: after.class.clone() });
    }
    if before.registration != after.registration {
        let (before, after) = (before.registration.clone(), after.registration.clone());
        changes.push(Change::Registration { before, after });
    }
    if before.may_be_used != after.may_be_used {
        changes.push(Change::Use { before: before.may_be_used, after: after.may_be_used });
    }
    if before.fria_required != after.fria_required {
        changes.push(Change::Fria { before: before.fria_required, after: after.fria_required });
    }
    let duties: BTreeSet<_> = before.duties.keys().chain(after.duties.keys()).collect();
    for key in duties {
        let (was, is) = (before.duties.get(key), after.duties.get(key));
        if was != is {
            let (article, who) = key.clone();
            changes.push(Change::Duty { article, who, before: was.cloned(), after: is.cloned() });
        }
    }
    let rules: BTreeSet<_> = before.findings.keys().chain(after.findings.keys()).collect();
    for rule in rules {
        let (was, is) = (before.findings.get(rule).copied(), after.findings.get(rule).copied());
        if was != is {
            changes.push(Change::Finding { rule, before: was, after: is });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Entry;
    use crate::assess::{rule_set, rule_set_of, rule_sets};

    const OLD: &str = "ki-vo-2024-07-12";

    fn entry(class: &str, points: &str, since: &str) -> Entry {
        let json = format!(
            r#"{{"organisation":{{"organisation_name":"Stadt","organisation_level":"municipal"}},"system":{{"name":"Lotte","kind":"procured","risk_class":"{class}"{points}}},"deployment":{{"lifecycle":"operation","in_operation_since":"{since}"}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    fn outlook(entry: &Entry, day: &str, law: &str) -> Outlook {
        let law = rule_set_of(law).unwrap();
        Outlook::of(entry.parts(), Standpoint { day: day.parse().unwrap(), law })
    }

    #[test]
    fn the_older_law_is_older_and_complete() {
        let [old, new] = rule_sets() else { unreachable!("two rule sets") };
        assert_eq!((old.id(), new.id()), (OLD, rule_set().id()));
        assert!(old.valid_from() < new.valid_from());
        // Both ask the same questions, so that one case can be judged by either.
        let keys = |rules: &RuleSet| rules.facts().iter().map(|fact| fact.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(old), keys(new));
    }

    #[test]
    fn duties_begin_with_their_day() {
        let new = rule_set().id();
        let check = |entry: &Entry, law: &str, article: &str, from: &[&str], due_on: &str, not_due_on: &str| {
            let days: BTreeSet<PartialDate> = from.iter().map(|day| day.parse().unwrap()).collect();
            for (day, is_due) in [(due_on, true), (not_due_on, false)] {
                let outlook = outlook(entry, day, law);
                let view = outlook.duties.get(&(article.to_owned(), "deployer".to_owned()));
                assert_eq!(view, Some(&DutyView { from: days.clone(), is_due }), "{law} {article} {day}");
            }
        };
        let points = r#","annex_iii_points":["5a"]"#;
        // In service after both days of the law.
        let late = entry("high_risk_annex_iii", points, "2028-01-10");
        check(&late, new, "Art. 27", &["2027-12-02"], "2027-12-02", "2027-12-01");
        check(&late, OLD, "Art. 27", &["2026-08-02"], "2026-08-02", "2026-08-01");
        check(&late, new, "Art. 49(3)", &["2026-08-02", "2027-12-02"], "2027-12-02", "2026-08-02");
        check(&late, OLD, "Art. 49(3)", &["2026-08-02"], "2026-08-02", "2026-08-01");
        // Between them: new for the one law, old for the other.
        let between = entry("high_risk_annex_iii", points, "2027-03-01");
        check(&between, new, "Art. 27", &["2030-08-02"], "2030-08-02", "2030-08-01");
        check(&between, OLD, "Art. 27", &["2026-08-02"], "2027-12-02", "2026-08-01");
    }

    #[test]
    fn what_nobody_assessed_is_open_in_everything() {
        let unknown = entry("not_assessed", "", "2025-01-10");
        for law in rule_sets() {
            let day = "2031-01-01".parse().unwrap();
            let quick = Outlook::of(unknown.parts(), Standpoint { day, law });
            let found = law.assess(&Case::of_entry(law, unknown.parts()), day);
            assert_eq!((quick.class, quick.registration), (found.risk_class, found.registration));
            assert_eq!((quick.fria_required, quick.may_be_used), (found.fria_required, found.may_be_used));
            assert!(quick.duties.is_empty() && found.duties.is_empty());
        }
    }

    #[test]
    fn what_is_due_and_lacking_is_named_with_its_article() {
        let late = entry("high_risk_annex_iii", r#","annex_iii_points":["5a"]"#, "2028-01-10");
        let lacks = |day: &str| -> BTreeSet<String> {
            outlook(&late, day, rule_set().id()).lacks.into_iter().map(|lack| lack.article).collect()
        };
        assert!(lacks("2027-12-01").is_empty(), "{:?}", lacks("2027-12-01"));
        assert!(lacks("2027-12-02").contains("Art. 27"), "{:?}", lacks("2027-12-02"));
    }

    #[test]
    fn the_difference_names_what_changes_and_nothing_else() {
        let check = |entry: &Entry, before: (&str, &str), after: (&str, &str), expected: &[&str]| {
            let of = |(day, law): (&str, &str)| outlook(entry, day, law);
            let found: Vec<String> = changes(&of(before), &of(after))
                .into_iter()
                .map(|change| match change {
                    Change::Class { .. } => "class".to_owned(),
                    Change::Registration { .. } => "registration".to_owned(),
                    Change::Use { .. } => "use".to_owned(),
                    Change::Fria { .. } => "fria".to_owned(),
                    Change::Duty { article, .. } => article,
                    Change::Finding { rule, .. } => rule.to_owned(),
                })
                .collect();
            assert_eq!(found, expected, "{before:?} {after:?}");
        };
        let new = rule_set().id();
        let harmless = entry("minimal", "", "2025-01-10");
        check(&harmless, ("2026-11-25", OLD), ("2026-11-25", new), &[]);
        check(&harmless, ("2026-11-25", new), ("2027-12-02", new), &[]);
        // Regulation (EU) 2026/1744 gave marking of synthetic content until December to what ran before.
        let provider = r#","article_50_paragraphs":["2"]"#;
        let mut own = entry("transparency", provider, "2025-01-10");
        let kind = crate::catalogue().id(crate::keys::KIND).unwrap();
        let own_development = kind.field().vocabulary().unwrap().code("own_development").unwrap();
        own.system.as_mut().unwrap().content.set(kind, crate::Value::Code(own_development).into());
        check(&own, ("2026-11-25", OLD), ("2026-11-25", new), &["Art. 50(2)"]);
    }
}
