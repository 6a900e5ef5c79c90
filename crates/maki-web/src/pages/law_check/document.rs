//! What a check comes to, as a document to take away: everything that its page says, in the same order.

use maki_domain::{Language, PartialDate};
use maki_formats::pdf::{Block, Column, Document, Fact, Table};

use super::result::{AnswerRow, DutyRow, Outcome};
use crate::paper::publisher;
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::Texts;

/// What stands around the outcome.
pub struct Paper {
    pub language: Language,
    pub t: &'static Texts,
    /// Heading of the outcome, without the class.
    pub title: String,
    /// What was assessed, above the title.
    pub kicker: String,
    pub publisher: String,
    pub day: PartialDate,
    /// That the register is none in earnest.
    pub banner: Option<String>,
    /// What became of the assessment since.
    pub notice: Option<String>,
    /// Who made and reviewed it, a sentence each.
    pub made: Vec<String>,
    pub reasons: String,
}

impl Paper {
    /// The paper of a page, of an outcome that nobody keeps.
    pub fn of(state: &WebState, shell: &Shell, kicker: String, day: PartialDate) -> Self {
        Self {
            language: shell.language,
            t: shell.t,
            title: shell.title.clone(),
            kicker,
            publisher: publisher(state, shell.language),
            day,
            banner: shell.banner().map(str::to_owned),
            notice: None,
            made: Vec::new(),
            reasons: String::new(),
        }
    }

    /// The document.
    pub fn write(self, outcome: &Outcome) -> Document {
        let t = self.t;
        let heading = |key: &str| Block::Heading(t.get(key).to_owned());
        let mut blocks = Vec::new();
        blocks.extend(self.banner.map(Block::Small));
        blocks.extend(self.notice.map(|title| Block::Note { title, texts: Vec::new() }));
        blocks.push(Block::Lead(outcome.why.clone()));
        blocks.push(Block::Small(format!("{} {}", outcome.made, t.get("check-advice"))));
        if !self.made.is_empty() {
            blocks.push(Block::Small(format!("{}.", self.made.join(". "))));
        }
        if !outcome.contradictions.is_empty() {
            let title = t.get("check-contradiction").to_owned();
            blocks.push(Block::Note { title, texts: outcome.contradictions.clone() });
        }
        if !self.reasons.is_empty() {
            blocks.extend([heading("assessment-reasons"), Block::Paragraph(self.reasons)]);
        }
        let findings = outcome.findings.iter();
        let fact = |label: &String, texts: Vec<String>| Fact { term: label.clone(), texts };
        blocks.push(heading("check-findings"));
        blocks.push(Block::Facts(findings.map(|one| fact(&one.label, one.texts.clone())).collect()));
        if !outcome.duties.is_empty() {
            blocks.extend([heading("check-duties"), Block::Table(duties(&outcome.duties, t))]);
        }
        let answers = |rows: &[AnswerRow]| {
            Block::Facts(rows.iter().map(|row| fact(&row.question, vec![row.answer.clone()])).collect())
        };
        if !outcome.open.is_empty() {
            let text = Block::Paragraph(t.get("check-open-text").to_owned());
            blocks.extend([heading("check-open"), text, answers(&outcome.open)]);
        }
        if !outcome.answers.is_empty() {
            blocks.extend([heading("check-answers"), answers(&outcome.answers)]);
        }
        Document {
            language: self.language,
            title: format!("{}: {}", self.title, outcome.class),
            kicker: self.kicker,
            publisher: self.publisher,
            day: self.day,
            blocks,
        }
    }
}

fn duties(duties: &[DutyRow], t: &Texts) -> Table {
    let columns =
        [("check-column-article", 17), ("check-column-duty", 50), ("check-column-who", 15), ("check-column-from", 18)];
    let column = |(key, share): (&str, u16)| Column { label: t.get(key).to_owned(), share };
    let row = |duty: &DutyRow| [&duty.article, &duty.text, &duty.who, &duty.from].map(Clone::clone).to_vec();
    Table { columns: columns.map(column).to_vec(), rows: duties.iter().map(row).collect() }
}
