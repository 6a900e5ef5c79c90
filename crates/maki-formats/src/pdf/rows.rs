//! Rows of cells side by side: tables, and terms with what is said of them. A row stays on one page where it can; one that
//! is longer than a page goes on at the next, line by line.

use super::layout::{
    BOTTOM, CELL, CELL_HEAD, Child, Element, HAIR, INK, LEFT, Role, Sheet, Style, TOP, WIDTH, element, usize_to_f32,
};
use super::lines::Line;
use super::text::clean;
use super::{Fact, PdfError, Table};

/// Points above and below the lines of a row.
const PAD: f32 = 4.0;
/// Points between columns.
const GAP: f32 = 10.0;
/// Part of the width that terms have.
const TERMS: f32 = 0.42;
/// A head that is higher than this part of a page is not repeated.
const MOST_HEAD: f32 = 0.3;
/// Less than this a column never has.
const LEAST: f32 = 24.0;

/// A cell whose texts are broken into lines: the lines of each text.
struct Cell {
    x: f32,
    style: Style,
    texts: Vec<Vec<Line>>,
}

impl Cell {
    fn new(sheet: &Sheet<'_>, (x, width): (f32, f32), style: Style, texts: &[String]) -> Self {
        let texts = texts.iter().map(|text| sheet.lines(text, style, width)).filter(|lines| !lines.is_empty());
        Self { x, style, texts: texts.collect() }
    }

    fn lines(&self) -> usize {
        self.texts.iter().map(Vec::len).sum()
    }
}

fn height(cells: &[Cell]) -> f32 {
    let lines = cells.iter().map(Cell::lines).max().unwrap_or_default().max(1);
    usize_to_f32(lines) * CELL.leading + 2.0 * PAD
}

/// Puts a row on the page, or over pages; the pieces of each text of each cell. `head` is repeated where a page begins.
fn row(sheet: &mut Sheet<'_>, cells: &[Cell], head: Option<&[Cell]>) -> Result<Vec<Vec<Vec<Child>>>, PdfError> {
    let repeated = head.filter(|head| height(head) < (BOTTOM - TOP) * MOST_HEAD);
    let whole = BOTTOM - TOP - repeated.map_or(0.0, height);
    let needed = height(cells);
    if needed > sheet.room() && (needed <= whole || sheet.room() < 4.0 * CELL.leading) {
        turn(sheet, repeated)?;
    }
    let mut pieces: Vec<Vec<Vec<Child>>> =
        cells.iter().map(|cell| cell.texts.iter().map(|_| Vec::new()).collect()).collect();
    let count = cells.iter().map(Cell::lines).max().unwrap_or_default();
    sheet.y += PAD;
    for place in 0..count.max(1) {
        if sheet.room() < CELL.leading + PAD {
            turn(sheet, repeated)?;
            sheet.y += PAD;
        }
        for (cell, pieces) in cells.iter().zip(&mut pieces) {
            let mut place = place;
            for (lines, pieces) in cell.texts.iter().zip(pieces) {
                if let Some(line) = lines.get(place) {
                    pieces.extend(sheet.piece(cell.x, sheet.y, line.clone(), cell.style, false));
                    break;
                }
                place -= lines.len();
            }
        }
        sheet.y += CELL.leading;
    }
    sheet.y += PAD;
    sheet.mark(LEFT, sheet.y, WIDTH, 0.6, HAIR);
    Ok(pieces)
}

/// The next page, with the head once more; it was read already.
fn turn(sheet: &mut Sheet<'_>, head: Option<&[Cell]>) -> Result<(), PdfError> {
    sheet.turn()?;
    if let Some(head) = head {
        put_head(sheet, head, true);
    }
    Ok(())
}

/// Puts the head of a table where it fits; the pieces of its cells.
fn put_head(sheet: &mut Sheet<'_>, head: &[Cell], repeats: bool) -> Vec<Vec<Child>> {
    let top = sheet.y + PAD;
    let mut pieces = Vec::new();
    for cell in head {
        let lines = cell.texts.iter().flatten().zip(0_u16..);
        let put = lines.filter_map(|(line, place)| {
            sheet.piece(cell.x, top + f32::from(place) * CELL.leading, line.clone(), cell.style, repeats)
        });
        pieces.push(put.collect());
    }
    sheet.y += height(head);
    sheet.mark(LEFT, sheet.y, WIDTH, 1.2, INK);
    pieces
}

/// Left edge and width of each column; every column has some width, whatever the shares.
fn columns(table: &Table) -> Vec<(f32, f32)> {
    let total: f32 = table.columns.iter().map(|column| f32::from(column.share.max(1))).sum();
    let count = usize_to_f32(table.columns.len());
    let free = WIDTH - (count - 1.0) * GAP - count * LEAST;
    let mut x = LEFT;
    let place = |column: &super::Column| {
        let width = LEAST + free * f32::from(column.share.max(1)) / total;
        let left = x;
        x += width + GAP;
        (left, width)
    };
    table.columns.iter().map(place).collect()
}

fn head_of(sheet: &Sheet<'_>, table: &Table) -> Vec<Cell> {
    let places = columns(table).into_iter().zip(&table.columns);
    let text = |label: &str| if clean(label).trim().is_empty() { "–".to_owned() } else { label.to_owned() };
    places.map(|(place, column)| Cell::new(sheet, place, CELL_HEAD, &[text(&column.label)])).collect()
}

fn row_of(sheet: &Sheet<'_>, table: &Table, texts: &[String]) -> Vec<Cell> {
    let style = |column: usize| if column == 0 { CELL_HEAD } else { CELL };
    let places = columns(table).into_iter().enumerate();
    places
        .map(|(at, place)| {
            let cell = Cell::new(sheet, place, style(at), texts.get(at).map_or(&[], std::slice::from_ref));
            // Nothing is said by a dash: a row has as many cells as there are columns, and a cell is never without text.
            if cell.lines() == 0 { Cell::new(sheet, place, style(at), &["–".to_owned()]) } else { cell }
        })
        .collect()
}

/// The height of the head and the first row.
pub fn table_begin(sheet: &Sheet<'_>, table: &Table) -> f32 {
    let first = table.rows.first().map_or(0.0, |row| height(&row_of(sheet, table, row)));
    height(&head_of(sheet, table)) + first.min(8.0 * CELL.leading)
}

pub fn table(sheet: &mut Sheet<'_>, table: &Table) -> Result<(), PdfError> {
    let head = head_of(sheet, table);
    let begin = table_begin(sheet, table);
    if sheet.room() < begin && !sheet.is_at_top() {
        sheet.turn()?;
    }
    // A head that no page could hold is a row like others.
    let labels = match height(&head) < BOTTOM - TOP {
        true => put_head(sheet, &head, false),
        false => row(sheet, &head, None)?.into_iter().map(|texts| texts.into_iter().flatten().collect()).collect(),
    };
    let cell = |role: Role, children: Vec<Child>| Child::Element(Element { role, children });
    let heads = labels.into_iter().map(|pieces| cell(Role::ColumnHead, pieces)).collect();
    let mut parts = vec![Child::Element(Element { role: Role::TableHead, children: vec![cell(Role::Row, heads)] })];
    let mut rows = Vec::new();
    for texts in &table.rows {
        let cells = row_of(sheet, table, texts);
        let pieces = row(sheet, &cells, Some(&head))?;
        let role = |column: usize| if column == 0 { Role::RowHead } else { Role::Cell };
        let cells = pieces.into_iter().enumerate();
        let cells = cells.map(|(at, texts)| cell(role(at), texts.into_iter().flatten().collect())).collect();
        rows.push(cell(Role::Row, cells));
    }
    parts.extend(element(Role::TableBody, rows).map(Child::Element));
    sheet.laid.elements.push(Element { role: Role::Table, children: parts });
    Ok(())
}

fn cells_of(sheet: &Sheet<'_>, fact: &Fact) -> [Cell; 2] {
    let terms = (WIDTH - GAP) * TERMS;
    let said = (LEFT + terms + GAP, WIDTH - terms - GAP);
    let term = Cell::new(sheet, (LEFT, terms), CELL_HEAD, std::slice::from_ref(&fact.term));
    [term, Cell::new(sheet, said, CELL, &fact.texts)]
}

/// The height of the first term.
pub fn facts_begin(sheet: &Sheet<'_>, facts: &[Fact]) -> f32 {
    facts.first().map_or(0.0, |fact| height(&cells_of(sheet, fact)).min(8.0 * CELL.leading))
}

pub fn facts(sheet: &mut Sheet<'_>, facts: &[Fact]) -> Result<(), PdfError> {
    let mut items = Vec::new();
    for fact in facts {
        let cells = cells_of(sheet, fact);
        if cells.iter().all(|cell| cell.lines() == 0) {
            continue;
        }
        if items.is_empty() {
            sheet.mark(LEFT, sheet.y, WIDTH, 0.6, HAIR);
        }
        let mut pieces = row(sheet, &cells, None)?.into_iter();
        let term = pieces.next().unwrap_or_default().into_iter().flatten().collect();
        let said = pieces.next().unwrap_or_default().into_iter();
        let said: Vec<Child> = said.filter_map(|text| element(Role::Paragraph, text)).map(Child::Element).collect();
        let parts = element(Role::Label, term).into_iter().chain(element(Role::Body, said));
        items.extend(element(Role::Item, parts.map(Child::Element).collect()).map(Child::Element));
    }
    sheet.laid.elements.extend(element(Role::Terms, items));
    Ok(())
}
