//! Writing: systems in, one contiguous block of index documents per system out.
//!
//! Nothing is visible or durable before [`Writer::commit`], which keeps the place in the change log beside the data,
//! so that a follower continues exactly where the index ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tantivy::indexer::{IndexWriterOptions, UserOperation};
use tantivy::{IndexWriter, TantivyDocument, Term};
use uuid::Uuid;

use crate::analysis::fold::fold;
use crate::analysis::labels;
use crate::document::{DeploymentFacts, Lang, SystemDocument, Text};
use crate::error::Error;
use crate::index::{Payload, Position};
use crate::removal::Removal;
use crate::row::Row;
use crate::schema::{Fields, SEPARATOR, fingerprint};
use crate::spelling::Spellings;
use crate::stored::Stored;

/// Most deployments of one system; far beyond any real one.
const MAX_DEPLOYMENTS: usize = 60_000;
/// Most bytes of text indexed per document.
const MAX_TEXT: usize = 200_000;
/// Largest card in bytes.
const MAX_CARD: usize = 1_000_000;
/// Most bytes of text that wait for the indexing threads.
const MAX_QUEUED: u64 = 8_000_000;
/// How long a full queue is waited for at a time, and how often at most: a thread may be writing a segment.
const WAIT: Duration = Duration::from_millis(1);
const MAX_WAITS: usize = 10_000;
/// How often the words of a name count in the weighty text.
const NAME_WEIGHT: usize = 3;

/// Writes to one index; dropping it without commit forgets what was put since the last one.
pub struct Writer {
    engine: IndexWriter,
    fields: Fields,
    bulk: bool,
    /// False as long as there is nothing that could be removed.
    holds_any: bool,
    /// Bytes of text that indexing threads have read, and those they are to read.
    read: Arc<AtomicU64>,
    queued: AtomicU64,
}

impl Writer {
    pub(crate) fn new(
        index: &tantivy::Index,
        fields: Fields,
        read: Arc<AtomicU64>,
        (memory, threads): (usize, usize),
        bulk: bool,
    ) -> Result<Self, Error> {
        let threads = threads.clamp(1, 8);
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread((memory / threads).max(15_000_000))
            .num_merge_threads(1)
            .build();
        let engine: IndexWriter = index.writer_with_options(options)?;
        if bulk {
            engine.delete_all_documents()?;
        }
        let queued = AtomicU64::new(read.load(Ordering::Relaxed));
        let holds_any = !bulk && !index.searchable_segment_ids()?.is_empty();
        Ok(Self { engine, fields, bulk, holds_any, read, queued })
    }

    /// Adds a system, in place of what the index knew of it.
    ///
    /// # Errors
    /// [`Error::Document`] when a limit is passed, [`Error::Engine`] when the disk is full.
    pub fn put(&mut self, system: &SystemDocument) -> Result<(), Error> {
        self.wait_for_room();
        let documents = self.block(system)?;
        if !self.bulk {
            self.remove(system.id)?;
        }
        let operations: Vec<_> = documents.into_iter().map(UserOperation::Add).collect();
        self.engine.run(operations)?;
        self.holds_any = true;
        Ok(())
    }

    /// Removes a system with all its deployments; no error when the index does not know it.
    ///
    /// # Errors
    /// When the engine failed before.
    pub fn remove(&mut self, system: Uuid) -> Result<(), Error> {
        if !self.holds_any {
            return Ok(());
        }
        self.engine.delete_query(Box::new(Removal(self.id_term(system))))?;
        Ok(())
    }

    /// Makes everything put so far durable, together with the place in the change log.
    ///
    /// # Errors
    /// When the disk is full or the folder is gone.
    pub fn commit(&mut self, position: &Position) -> Result<(), Error> {
        let payload = Payload { fingerprint: fingerprint(), position: position.clone() };
        let payload = serde_json::to_string(&payload).map_err(|error| Error::Engine(error.to_string()))?;
        let mut commit = self.engine.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        // Nothing waits now, whatever was counted.
        self.queued.store(self.read.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok(())
    }

    /// The engine queues ten thousand documents whatever their size; this bounds their bytes, and so the memory of a
    /// follower that is faster than the indexing threads.
    fn wait_for_room(&self) {
        for _ in 0..MAX_WAITS {
            let waiting = self.queued.load(Ordering::Relaxed).saturating_sub(self.read.load(Ordering::Relaxed));
            if waiting < MAX_QUEUED {
                return;
            }
            std::thread::sleep(WAIT);
        }
    }

    /// Commits and merges into one segment: the end of building anew.
    ///
    /// # Errors
    /// As [`Writer::commit`].
    pub fn finish(mut self, position: &Position) -> Result<(), Error> {
        self.commit(position)?;
        let segments = self.engine.index().searchable_segment_ids()?;
        if segments.len() > 1 {
            self.engine.merge(&segments).wait()?;
        }
        self.engine.garbage_collect_files().wait()?;
        self.engine.wait_merging_threads()?;
        Ok(())
    }

    fn id_term(&self, system: Uuid) -> Term {
        Term::from_field_bytes(self.fields.id, system.as_bytes())
    }

    /// The documents of a system; deployments of one organisation stand side by side.
    fn block(&self, system: &SystemDocument) -> Result<Vec<TantivyDocument>, Error> {
        if system.deployments.len() > MAX_DEPLOYMENTS {
            return Err(Error::Document(format!("{} deployments", system.deployments.len())));
        }
        if system.card.len() > MAX_CARD {
            return Err(Error::Document(format!("a card of {} bytes", system.card.len())));
        }
        let mut deployments: Vec<&DeploymentFacts> = system.deployments.iter().collect();
        deployments.sort_by(|a, b| a.authority.cmp(&b.authority));
        let mut documents = Vec::with_capacity(deployments.len().max(1));
        if deployments.is_empty() {
            documents.push(self.document(system, None, true));
        }
        for (i, deployment) in deployments.iter().enumerate() {
            documents.push(self.document(system, Some(deployment), i == 0));
        }
        if let Some(first) = documents.first_mut() {
            self.add_system_columns(first, system, &deployments);
        }
        Ok(documents)
    }

    fn document(&self, system: &SystemDocument, deployment: Option<&DeploymentFacts>, first: bool) -> TantivyDocument {
        let fields = &self.fields;
        let mut document = TantivyDocument::new();
        document.add_bytes(fields.id, system.id.as_bytes());
        let row = Row::pack(&system.facts, deployment, (system.deployments.len(), first));
        for (field, value) in fields.rows.iter().zip(row.to_columns()) {
            document.add_u64(*field, value);
        }
        let (high, low) = system.id.as_u64_pair();
        for (field, value) in fields.ids.iter().zip([high, low]) {
            document.add_u64(*field, value);
        }
        let mut room = MAX_TEXT;
        let name = Text::new(system.lang, system.name.as_str());
        for _ in 0..NAME_WEIGHT {
            self.add_lead(&mut document, &name);
        }
        self.add_body(&mut document, &name, &mut room);
        self.add_body(&mut document, &Text::de(system.kennung.as_str()), &mut room);
        self.add_body(&mut document, &Text::de(labels::text_of(&system.facts, deployment)), &mut room);
        let texts = std::iter::once(&system.texts).chain(deployment.map(|deployment| &deployment.texts));
        for texts in texts {
            for text in &texts.high {
                self.add_lead(&mut document, text);
            }
            for text in texts.high.iter().chain(&texts.medium).chain(&texts.low) {
                self.add_body(&mut document, text, &mut room);
            }
        }
        if let Some(deployment) = deployment.filter(|deployment| !deployment.authority.is_empty()) {
            let name = Text::de(deployment.authority_name.as_str());
            self.add_lead(&mut document, &name);
            self.add_body(&mut document, &name, &mut room);
            document.add_text(fields.authority, format!("{}{SEPARATOR}{}", deployment.authority, name.text));
        }
        document
    }

    fn add_system_columns(
        &self,
        first: &mut TantivyDocument,
        system: &SystemDocument,
        deployments: &[&DeploymentFacts],
    ) {
        let order = if system.sort_name.is_empty() { fold(&system.name) } else { fold(&system.sort_name) };
        let clean = |text: &str| text.replace(SEPARATOR, " ");
        first.add_text(self.fields.name, format!("{}{SEPARATOR}{}", clean(&order), clean(&system.name)));
        first.add_i64(self.fields.published, system.published_at);
        let stored = Stored::encode(system, deployments.iter().map(|deployment| deployment.id));
        first.add_bytes(self.fields.stored, &stored);
        let mut spellings = Spellings::new(MAX_TEXT);
        spellings.add(&system.name);
        let of_deployments = deployments.iter().map(|deployment| &deployment.texts);
        for texts in std::iter::once(&system.texts).chain(of_deployments) {
            texts.high.iter().chain(&texts.medium).chain(&texts.low).for_each(|text| spellings.add(&text.text));
        }
        deployments.iter().for_each(|deployment| spellings.add(&deployment.authority_name));
        for term in spellings.terms() {
            first.add_text(self.fields.spelling, term);
        }
    }

    fn add_lead(&self, document: &mut TantivyDocument, text: &Text) {
        if let Some(field) = self.fields.lead.get(field_of(text.lang)) {
            let cut = cut(&text.text, MAX_TEXT);
            self.queued.fetch_add(cut.len() as u64, Ordering::Relaxed);
            document.add_text(*field, cut);
        }
    }

    fn add_body(&self, document: &mut TantivyDocument, text: &Text, room: &mut usize) {
        let cut = cut(&text.text, *room);
        if let Some(field) = self.fields.body.get(field_of(text.lang)).filter(|_| !cut.is_empty()) {
            *room = room.saturating_sub(cut.len());
            self.queued.fetch_add(cut.len() as u64, Ordering::Relaxed);
            document.add_text(*field, cut);
        }
    }
}

const fn field_of(lang: Lang) -> usize {
    lang as usize
}

/// At most so many bytes of a text, cut between characters.
pub fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
