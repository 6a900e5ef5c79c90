//! A document on its pages as the bytes of a file. Everything drawn is either part of an element or marked as decoration.

use std::num::NonZeroU16;

use krilla::Document as File;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata, TextDirection};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagKind, TagTree,
};
use maki_domain::PartialDate;

use super::layout::{Child, Colour, Element, Entry, HAIR, LEFT, Laid, Mark, PAGE, Piece, Role, SMALL, WIDTH, Weight};
use super::lines::{Line, one_line};
use super::text::{Face, Fonts, clean};
use super::{Document, PdfError};

/// What wrote the file, always the same words.
const PRODUCER: &str = "MaKI";
/// Base line of the foot.
const FOOT: f32 = PAGE.1 - 38.0;
/// Width of the words on the page number.
const LABEL: f32 = 120.0;

pub fn draw(
    document: &Document,
    laid: &Laid,
    fonts: &Fonts,
    page_label: &dyn Fn(usize, usize) -> String,
) -> Result<Vec<u8>, PdfError> {
    let mut file = File::new_with(settings()?);
    let mut identifiers: Vec<Option<Identifier>> = vec![None; laid.pieces.len()];
    let order = order(laid);
    for number in 0..laid.pages {
        let size =
            PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PdfError::Refused("a page has no size".into()))?;
        let mut page = file.start_page_with(size);
        let mut surface = page.surface();
        for mark in laid.marks.iter().filter(|mark| mark.page == number) {
            fill(&mut surface, mark);
        }
        for place in &order {
            let Some(piece) = laid.pieces.get(*place).filter(|piece| piece.page == number) else { continue };
            if let Some(identifier) = identifiers.get_mut(*place) {
                *identifier = put(&mut surface, piece, fonts);
            }
        }
        foot(&mut surface, document, fonts, &page_label(number + 1, laid.pages), number);
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(document.language.tag().to_owned()));
    for element in &laid.elements {
        tree.push(group(element, &identifiers)?);
    }
    file.set_tag_tree(tree);
    file.set_outline(outline(&laid.outline));
    file.set_metadata(metadata(document));
    file.finish().map_err(refused)
}

/// The pieces as they are read, those that only repeat first: not every program follows the structure.
fn order(laid: &Laid) -> Vec<usize> {
    fn of(children: &[Child], order: &mut Vec<usize>) {
        for child in children {
            match child {
                Child::Element(element) => of(&element.children, order),
                Child::Piece(place) => order.push(*place),
            }
        }
    }
    let repeating = laid.pieces.iter().enumerate().filter(|(_, piece)| piece.repeats);
    let mut order: Vec<usize> = repeating.map(|(place, _)| place).collect();
    laid.elements.iter().for_each(|element| of(&element.children, &mut order));
    order
}

fn settings() -> Result<SerializeSettings, PdfError> {
    let standards = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish();
    let configuration = standards.map_err(|error| PdfError::Refused(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

/// Fonts and places are no words for a log; what is wrong is.
fn refused(error: KrillaError) -> PdfError {
    match error {
        KrillaError::Validation(errors) => {
            let errors: Vec<String> = errors.iter().map(|(error, _)| format!("{error:?}")).collect();
            PdfError::Refused(errors.join("; ").chars().take(500).collect())
        }
        error => PdfError::Refused(error.to_string()),
    }
}

fn paint(surface: &mut Surface<'_>, (red, green, blue): Colour) {
    let fill = Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, ..Fill::default() };
    surface.set_fill(Some(fill));
}

fn fill(surface: &mut Surface<'_>, mark: &Mark) {
    let Some(area) = Rect::from_xywh(mark.x, mark.y, mark.width, mark.height) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(area);
    let Some(path) = path.finish() else { return };
    surface.start_tagged(ContentTag::Artifact(Artifact::new(ArtifactType::Layout, Some(area))));
    paint(surface, mark.colour);
    surface.draw_path(&path);
    surface.end_tagged();
}

const fn face(fonts: &Fonts, weight: Weight) -> &Face {
    match weight {
        Weight::Regular => &fonts.regular,
        Weight::SemiBold => &fonts.semi_bold,
        Weight::Bold => &fonts.bold,
    }
}

/// Draws a piece; none for one that repeats, which is no part of the structure.
fn put(surface: &mut Surface<'_>, piece: &Piece, fonts: &Fonts) -> Option<Identifier> {
    let tag = match piece.repeats {
        true => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
        false => ContentTag::Span(SpanTag::empty()),
    };
    let identifier = surface.start_tagged(tag);
    paint(surface, piece.style.colour);
    glyphs(surface, (piece.x, piece.y), face(fonts, piece.style.weight), &piece.line, piece.style.size);
    surface.end_tagged();
    (!piece.repeats).then_some(identifier)
}

fn glyphs(surface: &mut Surface<'_>, (x, y): (f32, f32), face: &Face, line: &Line, size: f32) {
    let start = Point::from_xy(x, y);
    surface.draw_glyphs(start, &line.shaped.glyphs, face.font.clone(), &line.shaped.text, size, false);
}

/// Publisher and title on the left from the second page on, the number on the right.
fn foot(surface: &mut Surface<'_>, document: &Document, fonts: &Fonts, label: &str, number: usize) {
    let face = face(fonts, SMALL.weight);
    let set = |text: &str, width| one_line(face, document.language, text, SMALL.size, width);
    let names = [&document.publisher, &document.title].map(|name| name.trim());
    let names: Vec<&str> = names.into_iter().take(if number == 0 { 1 } else { 2 }).filter(|n| !n.is_empty()).collect();
    let left = set(&names.join(" · "), WIDTH - LABEL);
    let right = set(label, LABEL);
    fill(surface, &Mark { page: 0, x: LEFT, y: FOOT - 16.0, width: WIDTH, height: 0.6, colour: HAIR });
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    paint(surface, SMALL.colour);
    for (x, line) in [(LEFT, &left), (LEFT + WIDTH - right.width, &right)] {
        if !line.shaped.glyphs.is_empty() {
            glyphs(surface, (x, FOOT), face, line, SMALL.size);
        }
    }
    surface.end_tagged();
}

/// An element with its children. Each piece has one place in the structure.
fn group(element: &Element, identifiers: &[Option<Identifier>]) -> Result<TagGroup, PdfError> {
    let mut group = TagGroup::new(tag(&element.role));
    for child in &element.children {
        match child {
            Child::Element(child) => group.push(self::group(child, identifiers)?),
            Child::Piece(place) => {
                let identifier = identifiers.get(*place).copied().flatten();
                let identifier = identifier.ok_or_else(|| PdfError::Refused("a piece was not drawn".into()))?;
                group.push(Node::Leaf(identifier));
            }
        }
    }
    Ok(group)
}

fn tag(role: &Role) -> TagKind {
    match role {
        Role::Heading(level, title) => {
            Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(title.clone())).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::List => Tag::L(ListNumbering::Disc).into(),
        Role::Terms => Tag::L(ListNumbering::None).into(),
        Role::Item => Tag::LI.into(),
        Role::Label => Tag::Lbl.into(),
        Role::Body => Tag::LBody.into(),
        Role::Note => Tag::Div.into(),
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.into(),
    }
}

/// The headings, those of a level below the one above them.
fn outline(entries: &[Entry]) -> Outline {
    let mut outline = Outline::new();
    let mut rest = entries;
    while let Some((first, later)) = rest.split_first() {
        let below = later.iter().take_while(|entry| entry.level > first.level).count();
        let (inner, after) = later.split_at(below);
        outline.push_child(node(first, inner));
        rest = after;
    }
    outline
}

fn node(entry: &Entry, inner: &[Entry]) -> OutlineNode {
    let place = XyzDestination::new(entry.page, Point::from_xy(0.0, (entry.y - 12.0).max(0.0)));
    let mut node = OutlineNode::new(entry.text.clone(), place).with_open(true);
    let mut rest = inner;
    while let Some((first, later)) = rest.split_first() {
        let below = later.iter().take_while(|entry| entry.level > first.level).count();
        let (inner, after) = later.split_at(below);
        node.push_child(self::node(first, inner));
        rest = after;
    }
    node
}

fn metadata(document: &Document) -> Metadata {
    let plain = |text: &str| clean(text).replace(['\u{ad}', '\u{200b}'], "").replace('\n', " ").trim().to_owned();
    let metadata = Metadata::new()
        .title(plain(&document.title))
        .language(document.language.tag().to_owned())
        .text_direction(TextDirection::LeftToRight)
        .creator(PRODUCER.to_owned())
        .producer(PRODUCER.to_owned());
    let publisher = plain(&document.publisher);
    let metadata = if publisher.is_empty() { metadata } else { metadata.authors(vec![publisher]) };
    match day(document.day) {
        Some(day) => metadata.creation_date(day),
        None => metadata,
    }
}

fn day(day: PartialDate) -> Option<DateTime> {
    let date = DateTime::new(u16::try_from(day.year()).ok()?);
    let date = day.month().map_or(date, |month| date.month(month));
    Some(day.day().map_or(date, |day| date.day(day)))
}
