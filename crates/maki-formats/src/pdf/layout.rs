//! Lines on pages of A4: what stands where, and what it is. Each line is a [`Piece`] of one element of the structure, in the
//! order of reading; what only decorates or repeats belongs to none.
//!
//! A heading stays with what follows, a paragraph leaves no single line behind, a row of a table breaks only where it is
//! longer than a page.

use maki_domain::Language;

use super::lines::{Line, lines};
use super::rows::{facts, facts_begin, table, table_begin};
use super::text::{Face, Fonts, clean};
use super::{Block, Document, MOST_PAGES, PdfError};

/// A4 in points.
pub const PAGE: (f32, f32) = (595.28, 841.89);
pub const LEFT: f32 = 62.0;
pub const TOP: f32 = 60.0;
/// Where the last line may stand.
pub const BOTTOM: f32 = PAGE.1 - 70.0;
pub const WIDTH: f32 = PAGE.0 - 2.0 * LEFT;

/// Red, green, blue.
pub type Colour = (u8, u8, u8);
pub const INK: Colour = (0x17, 0x1a, 0x2b);
const MUTED: Colour = (0x4a, 0x4e, 0x63);
pub const HAIR: Colour = (0xc6, 0xc9, 0xd4);
const MIND: Colour = (0xb2, 0x6a, 0x00);

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub weight: Weight,
    /// Points.
    pub size: f32,
    /// Points from line to line.
    pub leading: f32,
    pub colour: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
    Bold,
}

const fn style(weight: Weight, size: f32, leading: f32, colour: Colour) -> Style {
    Style { weight, size, leading, colour }
}

const TITLE: Style = style(Weight::Bold, 20.0, 25.0, INK);
const HEADING: Style = style(Weight::SemiBold, 13.5, 18.0, INK);
const SUBHEADING: Style = style(Weight::SemiBold, 11.0, 15.0, INK);
const LEAD: Style = style(Weight::Regular, 11.5, 16.5, INK);
const BODY: Style = style(Weight::Regular, 10.0, 14.0, INK);
const STRONG: Style = style(Weight::SemiBold, 10.0, 14.0, INK);
const KICKER: Style = style(Weight::SemiBold, 9.5, 13.0, MUTED);
pub const SMALL: Style = style(Weight::Regular, 8.5, 12.0, MUTED);
pub const CELL: Style = style(Weight::Regular, 9.0, 12.5, INK);
pub const CELL_HEAD: Style = style(Weight::SemiBold, 9.0, 12.5, INK);

/// What an element is to those who do not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Level from 1, and its text.
    Heading(u16, String),
    Paragraph,
    List,
    /// Terms with what is said of them.
    Terms,
    Item,
    Label,
    Body,
    Note,
    Table,
    TableHead,
    TableBody,
    Row,
    ColumnHead,
    RowHead,
    Cell,
}

/// An element of the structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub role: Role,
    pub children: Vec<Child>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Child {
    Element(Element),
    /// Place of a piece in the list of all.
    Piece(usize),
}

/// A line on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub page: usize,
    pub x: f32,
    /// Of its base line, from the top of the page.
    pub y: f32,
    pub line: Line,
    pub style: Style,
    /// It repeats what was said, such as the head of a table on the next page.
    pub repeats: bool,
}

/// A filled box that decorates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    pub page: usize,
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub colour: Colour,
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub level: u16,
    pub text: String,
    pub page: usize,
    /// Top of the heading.
    pub y: f32,
}

/// A document on its pages.
#[derive(Debug, Default)]
pub struct Laid {
    pub pages: usize,
    pub pieces: Vec<Piece>,
    pub marks: Vec<Mark>,
    pub elements: Vec<Element>,
    pub outline: Vec<Entry>,
}

/// The page that is being filled.
pub struct Sheet<'a> {
    pub fonts: &'a Fonts,
    pub language: Language,
    /// Where the next line begins, from the top.
    pub y: f32,
    pub laid: Laid,
}

/// Puts a document on pages.
pub fn lay_out(document: &Document, fonts: &Fonts) -> Result<Laid, PdfError> {
    let laid = Laid { pages: 1, ..Laid::default() };
    let mut sheet = Sheet { fonts, language: document.language, y: TOP, laid };
    sheet.text(&document.kicker, KICKER, Role::Paragraph)?;
    sheet.heading(&document.title, TITLE, 1)?;
    sheet.y += 6.0;
    let mut blocks = document.blocks.iter().peekable();
    let mut deepest = 1;
    while let Some(block) = blocks.next() {
        match block {
            Block::Heading(text) => {
                deepest = 2;
                sheet.section(text, HEADING, 2, blocks.peek().copied())?;
            }
            // No level is left out, also where nothing stands between title and subheading.
            Block::Subheading(text) => {
                deepest = (deepest + 1).min(3);
                sheet.section(text, SUBHEADING, deepest, blocks.peek().copied())?;
            }
            block => sheet.block(block)?,
        }
    }
    Ok(sheet.laid)
}

impl Sheet<'_> {
    pub const fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.fonts.regular,
            Weight::SemiBold => &self.fonts.semi_bold,
            Weight::Bold => &self.fonts.bold,
        }
    }

    pub fn lines(&self, text: &str, style: Style, width: f32) -> Vec<Line> {
        lines(self.face(style.weight), self.language, text, style.size, width)
    }

    pub fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Goes on at the top of the next page.
    pub fn turn(&mut self) -> Result<(), PdfError> {
        if self.laid.pages >= MOST_PAGES {
            return Err(PdfError::TooManyPages);
        }
        self.laid.pages += 1;
        self.y = TOP;
        Ok(())
    }

    pub fn is_at_top(&self) -> bool {
        self.y <= TOP
    }

    /// Puts a line at a place of the page; it moves nothing. Blank lines are nothing to read.
    pub fn piece(&mut self, x: f32, top: f32, line: Line, style: Style, repeats: bool) -> Option<Child> {
        if line.shaped.glyphs.is_empty() {
            return None;
        }
        // The base line is where the letters of a line of its height sit in the middle.
        let y = top + (style.leading + style.size * 0.68) / 2.0;
        self.laid.pieces.push(Piece { page: self.laid.pages - 1, x, y, line, style, repeats });
        Some(Child::Piece(self.laid.pieces.len() - 1))
    }

    pub fn mark(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        self.laid.marks.push(Mark { page: self.laid.pages - 1, x, y, width, height, colour });
    }

    /// Lets lines run over pages, with a bar beside them where they have one.
    fn flow(&mut self, lines: Vec<Line>, x: f32, style: Style, bar: Option<Colour>) -> Result<Vec<Child>, PdfError> {
        let (mut children, count) = (Vec::new(), lines.len());
        for (place, line) in lines.into_iter().enumerate() {
            let left = count - place;
            // Neither the first line alone at the foot of a page, nor the last one alone at the head of the next; three
            // lines have no such place.
            let together = match (place, left) {
                (0, 1..=3) => usize_to_f32(left),
                (0, _) | (_, 2) => 2.0,
                _ => 1.0,
            };
            if self.room() < style.leading * together && !self.is_at_top() {
                self.turn()?;
            }
            if let Some(colour) = bar {
                self.mark(LEFT, self.y, 3.0, style.leading, colour);
            }
            children.extend(self.piece(x, self.y, line, style, false));
            self.y += style.leading;
        }
        Ok(children)
    }

    fn text(&mut self, text: &str, style: Style, role: Role) -> Result<(), PdfError> {
        let lines = self.lines(text, style, WIDTH);
        let children = self.flow(lines, LEFT, style, None)?;
        self.laid.elements.extend(element(role, children));
        Ok(())
    }

    fn heading(&mut self, text: &str, style: Style, level: u16) -> Result<(), PdfError> {
        let named = clean(text).replace(['\u{ad}', '\u{200b}'], "").replace('\n', " ").trim().to_owned();
        if named.is_empty() {
            return Ok(());
        }
        let entry = Entry { level, text: named.clone(), page: self.laid.pages - 1, y: self.y };
        self.laid.outline.push(entry);
        self.text(text, style, Role::Heading(level, named))
    }

    /// A heading with the beginning of what follows on the same page.
    fn section(&mut self, text: &str, style: Style, level: u16, next: Option<&Block>) -> Result<(), PdfError> {
        let above = style.size - 3.0;
        let own = usize_to_f32(self.lines(text, style, WIDTH).len()) * style.leading;
        let together = above + own + 4.0 + next.map_or(0.0, |block| self.begin_of(block));
        if self.room() < together && !self.is_at_top() && together < BOTTOM - TOP {
            self.turn()?;
        }
        if !self.is_at_top() {
            self.y += above;
        }
        self.heading(text, style, level)?;
        self.y += 4.0;
        Ok(())
    }

    /// The height of what of a block must follow its heading.
    fn begin_of(&self, block: &Block) -> f32 {
        match block {
            Block::Table(table) => table_begin(self, table),
            Block::Facts(facts) => facts_begin(self, facts),
            Block::Heading(_) | Block::Subheading(_) => 4.0 * BODY.leading,
            _ => 3.0 * LEAD.leading,
        }
    }

    fn block(&mut self, block: &Block) -> Result<(), PdfError> {
        match block {
            Block::Heading(_) | Block::Subheading(_) => return Ok(()),
            Block::Lead(text) => self.text(text, LEAD, Role::Paragraph)?,
            Block::Paragraph(text) => self.text(text, BODY, Role::Paragraph)?,
            Block::Small(text) => self.text(text, SMALL, Role::Paragraph)?,
            Block::List(texts) => self.list(texts)?,
            Block::Note { title, texts } => self.note(title, texts)?,
            Block::Facts(all) => facts(self, all)?,
            Block::Table(one) => table(self, one)?,
        }
        self.y += 7.0;
        Ok(())
    }

    fn list(&mut self, texts: &[String]) -> Result<(), PdfError> {
        const INDENT: f32 = 14.0;
        let mut items = Vec::new();
        for text in texts {
            let lines = self.lines(text, BODY, WIDTH - INDENT);
            if lines.is_empty() {
                continue;
            }
            if self.room() < BODY.leading * usize_to_f32(lines.len().min(3)) && !self.is_at_top() {
                self.turn()?;
            }
            let dot = self.lines("•", BODY, INDENT).into_iter().next().unwrap_or_default();
            let dot = self.piece(LEFT + 2.0, self.y, dot, BODY, false);
            let label = element(Role::Label, dot.into_iter().collect());
            let body = element(Role::Body, self.flow(lines, LEFT + INDENT, BODY, None)?);
            items.extend(element(Role::Item, label.into_iter().chain(body).map(Child::Element).collect()));
            self.y += 2.0;
        }
        self.laid.elements.extend(element(Role::List, items.into_iter().map(Child::Element).collect()));
        Ok(())
    }

    fn note(&mut self, title: &str, texts: &[String]) -> Result<(), PdfError> {
        const INDENT: f32 = 13.0;
        let set = |text: &str, style| (self.lines(text, style, WIDTH - INDENT), style);
        let mut parts = vec![set(title, STRONG)];
        parts.extend(texts.iter().map(|text| set(text, BODY)));
        parts.retain(|(lines, _)| !lines.is_empty());
        let height: f32 = parts.iter().map(|(lines, style)| usize_to_f32(lines.len()) * style.leading).sum();
        if self.room() < height && height < BOTTOM - TOP {
            self.turn()?;
        }
        let mut children = Vec::new();
        for (lines, style) in parts {
            let part = self.flow(lines, LEFT + INDENT, style, Some(MIND))?;
            children.extend(element(Role::Paragraph, part).map(Child::Element));
        }
        self.laid.elements.extend(element(Role::Note, children));
        Ok(())
    }
}

/// An element, unless there is nothing in it.
pub fn element(role: Role, children: Vec<Child>) -> Option<Element> {
    (!children.is_empty()).then_some(Element { role, children })
}

/// A number of lines as a factor; far below where it would lose digits.
pub fn usize_to_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::pdf::{Column, Table};

    fn laid(blocks: Vec<Block>) -> Laid {
        let document = Document {
            language: Language::De,
            title: "Titel".into(),
            kicker: String::new(),
            publisher: String::new(),
            day: "2026-11-25".parse().unwrap(),
            blocks,
        };
        lay_out(&document, Fonts::get().unwrap()).unwrap()
    }

    /// The texts of a page.
    fn page(laid: &Laid, page: usize) -> Vec<&str> {
        laid.pieces.iter().filter(|piece| piece.page == page).map(|piece| piece.line.shaped.text.as_str()).collect()
    }

    fn paragraphs(count: usize) -> Vec<Block> {
        (1..=count).map(|number| Block::Paragraph(format!("Absatz {number}"))).collect()
    }

    #[test]
    fn a_heading_stays_with_what_follows() {
        for count in 20..40 {
            let mut blocks = paragraphs(count);
            blocks.push(Block::Heading("Danach".into()));
            blocks.push(Block::Paragraph("Mehr\nals\neine Zeile".into()));
            let laid = laid(blocks);
            let place = laid.pieces.iter().position(|piece| piece.line.shaped.text == "Danach").unwrap();
            let [heading, first, second] = laid.pieces.get(place..place + 3).unwrap() else { unreachable!() };
            assert_eq!((first.page, second.page), (heading.page, heading.page), "{count}");
            assert_eq!(laid.outline.last().unwrap().page, heading.page, "{count}");
        }
    }

    #[test]
    fn no_line_of_a_paragraph_stands_alone() {
        for count in 20..40 {
            let mut blocks = paragraphs(count);
            blocks.push(Block::Paragraph("eins\nzwei\ndrei\nvier".into()));
            let laid = laid(blocks);
            let last = laid.pieces.last().unwrap().page;
            let on_last = page(&laid, last).into_iter().filter(|text| !text.contains(' ')).count();
            assert!(matches!(on_last, 2 | 4 | 5), "{count}: {on_last}");
        }
    }

    #[test]
    fn rows_stay_whole_and_a_row_longer_than_a_page_goes_on() {
        let column = |label: &str| Column { label: label.into(), share: 1 };
        let row = |lines: usize| vec!["Zeile".to_owned(), "a\n".repeat(lines).trim().to_owned()];
        let table = |rows: Vec<Vec<String>>| {
            vec![Block::Table(Table { columns: vec![column("Kopf"), column("Inhalt")], rows })]
        };
        let short = laid(table((0..9).map(|_| row(8)).collect()));
        for number in 0..short.pages {
            assert_eq!(page(&short, number).iter().filter(|text| **text == "a").count() % 8, 0, "a row is torn apart");
            assert_eq!(page(&short, number).iter().filter(|text| **text == "Kopf").count(), 1);
        }
        let long = laid(table(vec![row(3), row(200)]));
        assert_eq!(long.pages, 4);
        let lines = long.pieces.iter().filter(|piece| piece.line.shaped.text == "a");
        assert_eq!(lines.count(), 203);
        assert_eq!(long.pieces.iter().filter(|piece| piece.repeats).count(), 2 * (long.pages - 1));
    }
}
