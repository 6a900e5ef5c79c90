//! Documents as PDF files that everybody can read: tagged, with language, title, outline and real text, after PDF/UA-1 and
//! PDF/A-2a. The writer checks both and refuses a file that breaks them.
//!
//! A [`Document`] says what there is to read, never how it looks. `text` cleans and shapes it, `lines` breaks it, `layout`
//! puts lines on pages of A4 and remembers what they are, `draw` writes the file. It knows no clock, so the same document
//! gives the same bytes; words that it adds itself (page numbers) come from the caller.

mod draw;
mod layout;
mod lines;
mod rows;
mod text;

#[cfg(test)]
mod tests;

use maki_domain::{Language, PartialDate};

/// Most characters of a document, all texts together.
pub const MOST_CHARACTERS: usize = 300_000;
/// Most pages of a document.
pub const MOST_PAGES: usize = 300;
/// Most columns of a table.
pub const MOST_COLUMNS: usize = 12;
/// Media type of the files.
pub const MEDIA_TYPE: &str = "application/pdf";

/// What a file says. Texts are plain; a soft hyphen allows a break, a line feed makes one. Empty texts are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub language: Language,
    /// Heading of the first page and title of the file; must not be empty.
    pub title: String,
    /// What it belongs to, in small letters above the title.
    pub kicker: String,
    /// Who publishes it: at the foot of each page, and author of the file.
    pub publisher: String,
    /// The day that it was made on, as it stands in the file's metadata.
    pub day: PartialDate,
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of the second level; it is in the outline.
    Heading(String),
    /// A heading below it.
    Subheading(String),
    /// The paragraph that says the most important.
    Lead(String),
    Paragraph(String),
    /// A paragraph in small letters.
    Small(String),
    List(Vec<String>),
    /// Terms, each with what is said of it.
    Facts(Vec<Fact>),
    Table(Table),
    /// Something to mind.
    Note {
        title: String,
        texts: Vec<String>,
    },
}

/// A term with what is said of it, a paragraph each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub term: String,
    pub texts: Vec<String>,
}

/// A table; its first column names the rows. Rows break over pages, and each page repeats the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<Column>,
    /// Cells by row. Missing cells are empty, surplus ones are an error.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// Its part of the width, in proportion to the others.
    pub share: u16,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    #[error("the document has no title")]
    NoTitle,
    #[error("the document has {0} characters, more than {MOST_CHARACTERS}")]
    TooLong(usize),
    #[error("the document has more than {MOST_PAGES} pages")]
    TooManyPages,
    #[error(
        "a table has {0} columns or cells in a row; 1 to {MOST_COLUMNS}, and no more cells than columns, are possible"
    )]
    Columns(usize),
    #[error("a font cannot be read")]
    Font,
    #[error("the file would break PDF/UA-1 or PDF/A-2a: {0}")]
    Refused(String),
}

/// Writes a document as a file. `page_label` says which page of how many, both from 1, in words.
///
/// # Errors
/// When the document is past a limit, or the file would break the standards that it claims.
pub fn write(document: &Document, page_label: &dyn Fn(usize, usize) -> String) -> Result<Vec<u8>, PdfError> {
    document.check()?;
    let fonts = text::Fonts::get().ok_or(PdfError::Font)?;
    let laid = layout::lay_out(document, fonts)?;
    draw::draw(document, &laid, fonts, page_label)
}

impl Document {
    fn check(&self) -> Result<(), PdfError> {
        if text::clean(&self.title).trim().is_empty() {
            return Err(PdfError::NoTitle);
        }
        let head = [&self.title, &self.kicker, &self.publisher].map(|text| text.chars().count());
        let characters = head.iter().chain(&self.blocks.iter().map(Block::characters).collect::<Vec<_>>()).sum();
        if characters > MOST_CHARACTERS {
            return Err(PdfError::TooLong(characters));
        }
        self.blocks.iter().try_for_each(|block| match block {
            Block::Table(table) => table.check(),
            _ => Ok(()),
        })
    }
}

impl Block {
    fn characters(&self) -> usize {
        let count = |texts: &[String]| texts.iter().map(|text| text.chars().count()).sum::<usize>();
        match self {
            Self::Heading(text)
            | Self::Subheading(text)
            | Self::Lead(text)
            | Self::Paragraph(text)
            | Self::Small(text) => text.chars().count(),
            Self::List(texts) => count(texts),
            Self::Facts(facts) => facts.iter().map(|fact| fact.term.chars().count() + count(&fact.texts)).sum(),
            Self::Note { title, texts } => title.chars().count() + count(texts),
            Self::Table(table) => {
                let labels = table.columns.iter().map(|column| column.label.chars().count());
                labels.chain(table.rows.iter().map(|row| count(row))).sum()
            }
        }
    }
}

impl Table {
    fn check(&self) -> Result<(), PdfError> {
        let columns = self.columns.len();
        if columns == 0 || columns > MOST_COLUMNS {
            return Err(PdfError::Columns(columns));
        }
        match self.rows.iter().find(|row| row.len() > columns) {
            Some(row) => Err(PdfError::Columns(row.len())),
            None => Ok(()),
        }
    }
}
