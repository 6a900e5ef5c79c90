//! Texts as glyphs: what cannot be written is taken out or replaced by a sign, the rest is shaped with the fonts that come
//! with the program. A glyph remembers which part of the text it stands for, also where it is a replacement, so that
//! whoever copies or hears the text gets what was written.

use std::ops::Range;
use std::sync::LazyLock;

use krilla::text::{Font, Glyph as Drawn, GlyphId};
use rustybuzz::{Direction, ShapePlan, UnicodeBuffer, script};
use unicode_normalization::UnicodeNormalization;

/// Signs for a character that the font lacks, the first that it has. Fira Sans has the lozenge.
const REPLACEMENTS: [char; 4] = ['\u{fffd}', '\u{25a1}', '\u{25ca}', '?'];
/// Allows a break, and is seen only there.
pub const SOFT_HYPHEN: char = '\u{ad}';
/// Allows a break and is never seen.
pub const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The faces that documents are set in.
pub struct Fonts {
    pub regular: Face,
    pub semi_bold: Face,
    pub bold: Face,
}

/// One of them.
pub struct Face {
    shaper: rustybuzz::Face<'static>,
    /// How Latin text is shaped. The other alphabets of the font need nothing else.
    plan: ShapePlan,
    /// For the writer of the file.
    pub font: Font,
    per_em: f32,
    replacement: char,
    /// Between words.
    pub blank: Shaped,
    /// Shows that a word goes on: looks like a hyphen, and says that it is none.
    pub hyphen: Shaped,
}

/// A sign with its place, in parts of the size of the font.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    pub id: u16,
    pub advance: f32,
    pub shift: (f32, f32),
    /// Bytes of the text that it stands for.
    pub range: Range<usize>,
}

/// A text that is not broken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shaped {
    pub text: String,
    pub glyphs: Vec<Glyph>,
    /// In parts of the size of the font.
    pub width: f32,
}

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(Fonts::load);

impl Fonts {
    /// The fonts, read once. None when one is broken, which a test rules out.
    pub fn get() -> Option<&'static Self> {
        FONTS.as_ref()
    }

    fn load() -> Option<Self> {
        Some(Self {
            regular: Face::load(include_bytes!(concat!(env!("OUT_DIR"), "/FiraSans-Regular.ttf")))?,
            semi_bold: Face::load(include_bytes!(concat!(env!("OUT_DIR"), "/FiraSans-SemiBold.ttf")))?,
            bold: Face::load(include_bytes!(concat!(env!("OUT_DIR"), "/FiraSans-Bold.ttf")))?,
        })
    }
}

impl Face {
    fn load(bytes: &'static [u8]) -> Option<Self> {
        let shaper = rustybuzz::Face::from_slice(bytes, 0)?;
        let font = Font::new(bytes.into(), 0)?;
        let replacement = REPLACEMENTS.into_iter().find(|sign| shaper.glyph_index(*sign).is_some())?;
        let per_em = font.units_per_em();
        let plan = ShapePlan::new(&shaper, Direction::LeftToRight, Some(script::LATIN), None, &[]);
        let (blank, hyphen) = (Shaped::default(), Shaped::default());
        let mut face = Self { shaper, plan, font, per_em, replacement, blank, hyphen };
        face.blank = face.shape(" ");
        face.hyphen = face.soft_hyphen();
        Some(face)
    }

    /// The font has a sign of its own for it, which means it by itself; the hyphen stands in.
    fn soft_hyphen(&self) -> Shaped {
        let mut hyphen = self.shape("-");
        hyphen.text = SOFT_HYPHEN.to_string();
        let own = self.shaper.glyph_index(SOFT_HYPHEN).map(|id| id.0);
        for glyph in &mut hyphen.glyphs {
            glyph.id = own.unwrap_or(glyph.id);
            glyph.range = 0..hyphen.text.len();
        }
        hyphen
    }

    /// Shapes a clean text from left to right.
    pub fn shape(&self, text: &str) -> Shaped {
        let mut buffer = UnicodeBuffer::new();
        for (at, character) in text.char_indices() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            self.shown(character, &mut |shown| buffer.add(shown, at));
        }
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let shaped = rustybuzz::shape_with_plan(&self.shaper, &self.plan, buffer);
        let infos = shaped.glyph_infos();
        let mut glyphs = Vec::with_capacity(infos.len());
        for (place, (info, position)) in infos.iter().zip(shaped.glyph_positions()).enumerate() {
            let start = usize::try_from(info.cluster).unwrap_or(usize::MAX);
            let later = infos.iter().skip(place + 1).map(|info| usize::try_from(info.cluster).unwrap_or(usize::MAX));
            let end = later.into_iter().find(|next| *next != start).unwrap_or(text.len());
            let units = |value: i32| f32::from(i16::try_from(value).unwrap_or_default()) / self.per_em;
            glyphs.push(Glyph {
                id: u16::try_from(info.glyph_id).unwrap_or_default(),
                advance: units(position.x_advance),
                shift: (units(position.x_offset), units(position.y_offset)),
                range: start..end.max(start),
            });
        }
        let width = glyphs.iter().map(|glyph| glyph.advance).sum();
        Shaped { text: text.to_owned(), glyphs, width }
    }

    /// The characters that the font shows for one: itself, what it is made of, or a sign that it lacks it.
    fn shown(&self, character: char, take: &mut dyn FnMut(char)) {
        let has = |one: char| self.shaper.glyph_index(one).is_some();
        if has(character) {
            return take(character);
        }
        // Fixed hyphens and narrow spaces are among these.
        let parts: Vec<char> = std::iter::once(character).nfkd().collect();
        let parts = if parts == ['\u{2010}'] { vec!['-'] } else { parts };
        match parts.iter().all(|part| has(*part)) {
            true => parts.into_iter().for_each(take),
            false => take(self.replacement),
        }
    }
}

impl Drawn for Glyph {
    fn glyph_id(&self) -> GlyphId {
        GlyphId::new(u32::from(self.id))
    }
    fn text_range(&self) -> Range<usize> {
        self.range.clone()
    }
    fn x_advance(&self, size: f32) -> f32 {
        self.advance * size
    }
    fn x_offset(&self, size: f32) -> f32 {
        self.shift.0 * size
    }
    fn y_offset(&self, size: f32) -> f32 {
        self.shift.1 * size
    }
    fn y_advance(&self, _: f32) -> f32 {
        0.0
    }
    fn location(&self) -> Option<krilla::surface::Location> {
        None
    }
}

/// A text as it can be written: composed, blanks and line ends of one kind, without marks that are for programs only.
/// Control characters and those of no common meaning become the replacement character.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.nfc().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\u{a0}' | '\u{2007}' | '\u{202f}' => clean.push('\u{a0}'),
            SOFT_HYPHEN | ZERO_WIDTH_SPACE => clean.push(character),
            _ if is_mark(character) => {}
            _ if character.is_whitespace() => clean.push(' '),
            _ if is_nothing(character) => clean.push('\u{fffd}'),
            _ => clean.push(character),
        }
    }
    clean
}

/// Marks of direction and joining, selectors of variants, tags.
const fn is_mark(character: char) -> bool {
    matches!(character, '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Control characters, those of private use, and those that are none.
fn is_nothing(character: char) -> bool {
    let private = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    let none = matches!(character, '\u{fdd0}'..='\u{fdef}') || u32::from(character) & 0xfffe == 0xfffe;
    character.is_control() || private || none
}
