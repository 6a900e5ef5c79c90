//! Judging systems with their uses: which entries they are, what the rules find, which score follows.

use std::collections::{BTreeSet, HashMap, HashSet};

use maki_domain::assess::rule_set;
use maki_domain::entry::Parts;
use maki_domain::plausibility::{Finding, Severity, Surroundings, rule_book};
use maki_domain::quality::{Subject, method};
use maki_domain::{Content, PartialDate, RecordId, RecordKind, View};
use maki_store::{Judgement, NewJudgement, ReadTx, StoredFinding, StoredRecord};

use crate::AppError;
use crate::records::PublishedRecord;

/// A system with its uses.
pub struct Group {
    pub system: PublishedRecord,
    pub uses: Vec<PublishedRecord>,
}

/// Systems as they are judged, with the authorities of all of them.
#[derive(Default)]
pub struct Groups {
    pub groups: Vec<Group>,
    pub organisations: HashMap<RecordId, Content>,
}

/// Reads systems that stand, with their uses, in the order of the ids.
pub async fn read_groups(tx: &mut ReadTx, systems: &[RecordId]) -> Result<Groups, AppError> {
    let published = |records: Vec<StoredRecord>| {
        let seen = records.into_iter().filter_map(|record| PublishedRecord::of(record, View::Operator));
        seen.filter(|record| !record.is_withdrawn()).collect::<Vec<_>>()
    };
    let found = published(tx.records(systems).await?);
    let children = tx.children(systems, RecordKind::Deployment).await?;
    let children: Vec<RecordId> = children.into_iter().map(|(_, deployment)| deployment).collect();
    let mut uses: HashMap<RecordId, Vec<PublishedRecord>> = HashMap::new();
    for deployment in published(tx.records(&children).await?) {
        if let Some(parent) = deployment.envelope.parent {
            uses.entry(parent).or_default().push(deployment);
        }
    }
    let owners: BTreeSet<RecordId> =
        found.iter().chain(uses.values().flatten()).filter_map(|record| record.envelope.owner).collect();
    let owners: Vec<RecordId> = owners.into_iter().collect();
    let organisations = tx.records(&owners).await?.into_iter().map(|one| (one.envelope.id, one.content)).collect();
    let group = |system: PublishedRecord| {
        let uses = uses.remove(&system.envelope.id).unwrap_or_default();
        Group { system, uses }
    };
    Ok(Groups { groups: found.into_iter().map(group).collect(), organisations })
}

/// An entry of an organisation as it is judged.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub entry: RecordId,
    pub system: &'a PublishedRecord,
    pub organisation: RecordId,
    pub parts: Parts<'a>,
    /// Others look after the system.
    pub is_shared: bool,
}

impl Groups {
    /// The entries of a group: its uses, and the system where its own body has none.
    pub fn cases<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = Case<'a>> {
        let steward = group.system.envelope.owner;
        let case = move |entry: RecordId, owner: Option<RecordId>, deployment: Option<&'a Content>| {
            let parts = Parts {
                organisation: owner.and_then(|id| self.organisations.get(&id)),
                system: Some(&group.system.content),
                deployment,
            };
            let organisation = owner.unwrap_or(RecordId::NIL);
            Case { entry, system: &group.system, organisation, parts, is_shared: owner != steward }
        };
        let uses = group.uses.iter().map(move |one| case(one.envelope.id, one.envelope.owner, Some(&one.content)));
        let has_own = group.uses.iter().any(|one| one.envelope.owner == steward);
        let alone = (!has_own).then(|| case(group.system.envelope.id, steward, None));
        uses.chain(alone)
    }

    /// Judges every entry of every group, on all cores; `alike` names the system that each group is nearly the same as.
    pub fn judge(&self, today: PartialDate, alike: &HashMap<RecordId, String>) -> Vec<NewJudgement> {
        let of = |group: &Group| -> Vec<NewJudgement> {
            let other = alike.get(&group.system.envelope.id);
            self.cases(group).map(|case| judged(case, today, other)).collect()
        };
        on_all_cores(&self.groups, of).into_iter().flatten().collect()
    }
}

/// What is found of one entry.
fn judged(case: Case<'_>, today: PartialDate, alike: Option<&String>) -> NewJudgement {
    let findings = findings_of(case, today, alike);
    let subject = Subject { parts: case.parts, is_shared: case.is_shared };
    let score = method().score(subject, &findings, today);
    let count = |severity| findings.iter().filter(|one| one.severity == severity).count();
    let counts = Severity::ALL.map(|severity| u32::try_from(count(severity)).unwrap_or(u32::MAX));
    let judgement = Judgement {
        entry: case.entry,
        system: case.system.envelope.id,
        organisation: case.organisation,
        completeness: score.completeness,
        quality: score.quality,
        counts,
    };
    let stored = |finding: &Finding<'_>| StoredFinding {
        entry: case.entry,
        rule: finding.rule.key.clone(),
        field: finding.field.field().key.clone(),
        severity: finding.severity.code().to_owned(),
        due: finding.due.map(|day| day.to_string()),
        words: serde_json::json!(finding.words).to_string(),
    };
    NewJudgement { findings: findings.iter().map(stored).collect(), judgement }
}

/// What the rules say of what whoever keeps the entry can change: not of the authority's own record, and of a system only
/// where it is theirs.
fn findings_of(case: Case<'_>, today: PartialDate, alike: Option<&String>) -> Vec<Finding<'static>> {
    let around = Surroundings { today, law: rule_set(), dead_links: &HashSet::new(), is_near_duplicate: false };
    let mut findings = rule_book().findings(case.parts, &around);
    findings.extend(alike.and_then(|other| rule_book().near_duplicate(Some(other.clone()))));
    findings.retain(|finding| match finding.field.field().record {
        RecordKind::Organisation => false,
        RecordKind::System => !case.is_shared,
        RecordKind::Deployment => case.parts.deployment.is_some(),
    });
    findings
}

/// The same for each item, in their order, on all cores.
pub fn on_all_cores<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = items.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let of = &of;
        let parts: Vec<_> =
            items.chunks(share).map(|part| scope.spawn(move || part.iter().map(of).collect::<Vec<R>>())).collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
