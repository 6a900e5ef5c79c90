//! Plausibility over the whole register: every published entry is judged by the rules, and systems are compared with
//! each other.

use std::collections::HashSet;

use maki_domain::assess::rule_set;
use maki_domain::plausibility::{Finding, Rule, Severity, Surroundings, rule_book};
use maki_domain::{Entry, ExternalId, FieldId, Kennung, PartialDate, RecordKind, View, keys};
use tokio::sync::mpsc::{Receiver, Sender};

use crate::quality::on_all_cores;
use crate::{App, AppError, Selection};

/// Entries on their way from the database to the rules.
const WAITING: usize = 1_000;
/// Entries that are judged together.
const BATCH: usize = 500;

/// A finding and the record that it is about.
#[derive(Debug, Clone)]
pub struct RegisterFinding {
    pub kennung: Option<Kennung>,
    /// Keys by which other registers know the entry: those of its organisation, system and use.
    pub external_ids: Vec<ExternalId>,
    pub rule: &'static Rule,
    pub severity: Severity,
    pub field: FieldId,
    pub due: Option<PartialDate>,
    /// Words of the text that led to it; for near duplicates the Kennung of the other.
    pub words: Vec<String>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckTotals {
    /// Uses, and systems that nobody uses.
    pub entries: usize,
    pub errors: usize,
    pub warnings: usize,
    pub hints: usize,
}

impl App {
    /// Judges every published entry on a day and sends what was found. What is wrong with an organisation or a system is
    /// told once, however many entries it has. Stops when nobody receives any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn check_register(
        &self,
        today: PartialDate,
        sink: Sender<RegisterFinding>,
    ) -> Result<CheckTotals, AppError> {
        let (sender, entries) = tokio::sync::mpsc::channel(WAITING);
        let judging = tokio::task::spawn_blocking(move || judge_all(today, entries, &sink));
        self.export(View::Operator, Selection::All, sender).await?;
        judging.await.map_err(|error| AppError::Defect(error.to_string()))
    }
}

fn judge_all(today: PartialDate, mut entries: Receiver<Entry>, sink: &Sender<RegisterFinding>) -> CheckTotals {
    let mut check = Check::default();
    let around = Surroundings { today, law: rule_set(), dead_links: &HashSet::new(), is_near_duplicate: false };
    let mut batch = Vec::with_capacity(BATCH);
    // Rules are asked on all cores, batch by batch, so that findings keep the order of the register.
    while entries.blocking_recv_many(&mut batch, BATCH) > 0 {
        let found = judge(&batch, &around);
        let listens = batch.iter().zip(found).all(|(entry, findings)| check.entry(entry, findings, sink));
        if !listens {
            break;
        }
        batch.clear();
    }
    check.totals
}

/// Findings of each entry.
fn judge(entries: &[Entry], around: &Surroundings<'_>) -> Vec<Vec<Finding<'static>>> {
    on_all_cores(entries, |entry| rule_book().findings(entry.parts(), around))
}

/// A run over the register.
#[derive(Default)]
struct Check {
    totals: CheckTotals,
    /// What was told of organisations and systems.
    told: HashSet<(Option<Kennung>, *const Rule, FieldId)>,
    texts: crate::likeness::Likeness<(Option<Kennung>, Vec<ExternalId>)>,
    last_system: Option<Kennung>,
}

impl Check {
    /// Tells what was found of an entry; false when nobody listens any more.
    fn entry(&mut self, entry: &Entry, mut findings: Vec<Finding<'static>>, sink: &Sender<RegisterFinding>) -> bool {
        let Some(system) = &entry.system else { return true };
        self.totals.entries += 1;
        let ids = external_ids(entry);
        if self.last_system != system.kennung || system.kennung.is_none() {
            self.last_system.clone_from(&system.kennung);
            let texts = [keys::NAME, keys::SHORT_DESCRIPTION, keys::DESCRIPTION, keys::PURPOSE];
            let words = texts.iter().filter_map(|key| system.content.text(key));
            let like = self.texts.add((system.kennung.clone(), ids.clone()), words);
            if let Some((kennung, _)) = like {
                let other = kennung.as_ref().map(|kennung| kennung.as_str().to_owned());
                findings.extend(rule_book().near_duplicate(other));
            }
        }
        findings.into_iter().all(|finding| self.tell(entry, &ids, finding, sink))
    }

    fn tell(
        &mut self,
        entry: &Entry,
        ids: &[ExternalId],
        finding: Finding<'static>,
        sink: &Sender<RegisterFinding>,
    ) -> bool {
        let kind = finding.field.field().record;
        let system = entry.system.as_ref().and_then(|part| part.kennung.clone());
        let kennung = match kind {
            RecordKind::Organisation => entry.organisation.kennung.clone(),
            RecordKind::System => system.clone(),
            RecordKind::Deployment => entry.deployment.as_ref().and_then(|part| part.kennung.clone()),
        };
        let is_of_several = kind != RecordKind::Deployment && kennung.is_some();
        if is_of_several && !self.told.insert((kennung.clone(), finding.rule, finding.field)) {
            return true;
        }
        let count = match finding.severity {
            Severity::Error => &mut self.totals.errors,
            Severity::Warning => &mut self.totals.warnings,
            Severity::Hint => &mut self.totals.hints,
        };
        *count += 1;
        // The page of a use is that of its system.
        let told = RegisterFinding {
            kennung: kennung.or(system),
            external_ids: ids.to_vec(),
            rule: finding.rule,
            severity: finding.severity,
            field: finding.field,
            due: finding.due,
            words: finding.words,
        };
        sink.blocking_send(told).is_ok()
    }
}

fn external_ids(entry: &Entry) -> Vec<ExternalId> {
    let system = entry.system.iter().flat_map(|part| &part.external_ids);
    let deployment = entry.deployment.iter().flat_map(|part| &part.external_ids);
    entry.organisation.external_ids.iter().chain(system).chain(deployment).cloned().collect()
}
