//! Texts as lines of a width. Lines break at blanks, after hyphens and slashes, at soft hyphens, and where a long word has a
//! syllable; what is still wider than a line is cut. So every line fits, whatever the text.

use hypher::Lang;
use maki_domain::Language;

use super::text::{Face, SOFT_HYPHEN, Shaped, ZERO_WIDTH_SPACE, clean};

/// A word with as many characters may be broken to fill a line.
const LONG: usize = 15;
/// Part of a line that must be empty before a word is broken for it.
const EMPTY: f32 = 0.22;
/// Most characters that are looked at as one word; what is longer is cut.
const MOST: usize = 200;
/// Letters before and after a break between syllables.
const SYLLABLE: usize = 3;
/// A word that ends with a dot and is no longer stays with a number that follows, as in `Art. 27`.
const ABBREVIATION: usize = 8;

/// A line of text; without glyphs it is a blank one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    pub shaped: Shaped,
    /// Points, without the blank at its end.
    pub width: f32,
}

/// Part of a word; a line may end after it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    text: String,
    /// Whether a hyphen shows that the word goes on.
    hyphen: bool,
}

/// Breaks a text for a width in points.
pub fn lines(face: &Face, language: Language, text: &str, size: f32, width: f32) -> Vec<Line> {
    let text = clean(text);
    let mut lines = Vec::new();
    let text = text.trim();
    if text.is_empty() {
        return lines;
    }
    for paragraph in text.split('\n') {
        let mut filler = Filler { face, language, size, width, lines: Vec::new(), line: Line::default() };
        for word in words(paragraph) {
            filler.word(&word);
        }
        if !filler.line.shaped.glyphs.is_empty() || filler.lines.is_empty() {
            filler.end();
        }
        lines.append(&mut filler.lines);
    }
    lines
}

/// A text on one line, cut where the width ends.
pub fn one_line(face: &Face, language: Language, text: &str, size: f32, width: f32) -> Line {
    lines(face, language, &text.replace('\n', " "), size, width).into_iter().next().unwrap_or_default()
}

/// The words between blanks; a number stays with the abbreviation before it.
fn words(paragraph: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        let is_number = word.starts_with(|first: char| first.is_ascii_digit()) && word.len() <= MOST;
        match words.last_mut().filter(|before| is_number && is_before_number(before)) {
            Some(before) => {
                before.push(' ');
                before.push_str(word);
            }
            None => words.extend(chunks(word)),
        }
    }
    words
}

fn is_before_number(word: &str) -> bool {
    let letters = word.chars().count();
    (word == "§" || word == "§§" || word.ends_with('.')) && letters <= ABBREVIATION
}

/// A word in parts that are not too long to look at.
fn chunks(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.chunks(MOST).map(|chunk| chunk.iter().collect()).collect()
}

struct Filler<'a> {
    face: &'a Face,
    language: Language,
    size: f32,
    width: f32,
    lines: Vec<Line>,
    line: Line,
}

impl Filler<'_> {
    fn word(&mut self, word: &str) {
        let visible: String = word.chars().filter(|one| !matches!(*one, SOFT_HYPHEN | ZERO_WIDTH_SPACE)).collect();
        let whole = self.face.shape(&visible);
        if whole.glyphs.is_empty() {
            return;
        }
        let blank = &self.face.blank;
        let needed = whole.width * self.size;
        let is_first = self.line.shaped.glyphs.is_empty();
        let room = self.width - self.line.width - if is_first { 0.0 } else { blank.width * self.size };
        if !is_first {
            self.push(blank);
        }
        if needed <= room {
            self.push(&whole);
        } else if needed <= self.width && (visible.chars().count() < LONG || room < self.width * EMPTY) {
            self.end();
            self.push(&whole);
        } else {
            self.parts(&parts(word, self.language));
        }
    }

    /// Fills lines with parts of a word.
    fn parts(&mut self, parts: &[Part]) {
        let hyphen = &self.face.hyphen;
        let mut rest = parts;
        while let Some(first) = rest.first() {
            let most = self.fitting(rest, hyphen.width);
            if most == 0 {
                if self.line.shaped.glyphs.is_empty() {
                    self.cut(&first.text);
                    rest = rest.split_first().map_or(&[], |(_, rest)| rest);
                } else {
                    self.end();
                }
                continue;
            }
            let (now, later) = rest.split_at(most);
            let text: String = now.iter().map(|part| part.text.as_str()).collect();
            self.push(&self.face.shape(&text));
            if !later.is_empty() {
                if now.last().is_some_and(|part| part.hyphen) {
                    self.push(hyphen);
                }
                self.end();
            }
            rest = later;
        }
    }

    /// How many parts fit into the line, with a hyphen where they need one.
    fn fitting(&self, parts: &[Part], hyphen: f32) -> usize {
        let room = (self.width - self.line.width) / self.size;
        let (mut used, mut fitting) = (0.0, 0);
        for (place, part) in parts.iter().enumerate() {
            used += self.face.shape(&part.text).width;
            let is_last = place + 1 == parts.len();
            let end = if part.hyphen && !is_last { hyphen } else { 0.0 };
            if used > room {
                break;
            }
            if used + end <= room {
                fitting = place + 1;
            }
        }
        fitting
    }

    /// Cuts what has no better place to break; at least one sign stands on a line.
    fn cut(&mut self, text: &str) {
        let shaped = self.face.shape(text);
        let (mut from, mut used) = (0, 0.0);
        for (place, glyph) in shaped.glyphs.iter().enumerate() {
            let begins = place == 0 || shaped.glyphs.get(place - 1).is_some_and(|last| last.range != glyph.range);
            if begins && used > 0.0 && (used + glyph.advance) * self.size > self.width {
                self.push(&self.face.shape(text.get(from..glyph.range.start).unwrap_or_default()));
                self.end();
                (from, used) = (glyph.range.start, 0.0);
            }
            used += glyph.advance;
        }
        self.push(&self.face.shape(text.get(from..).unwrap_or_default()));
    }

    fn push(&mut self, shaped: &Shaped) {
        let start = self.line.shaped.text.len();
        self.line.shaped.text.push_str(&shaped.text);
        self.line.shaped.glyphs.extend(shaped.glyphs.iter().cloned().map(|mut glyph| {
            glyph.range = glyph.range.start + start..glyph.range.end + start;
            glyph
        }));
        self.line.shaped.width += shaped.width;
        self.line.width = self.line.shaped.width * self.size;
    }

    /// Ends the line. A blank at its end stays, so that words do not run together for whoever copies or hears them.
    fn end(&mut self) {
        if self.line.shaped.text.ends_with(' ') {
            let blank = self.line.shaped.glyphs.last().map_or(0.0, |glyph| glyph.advance);
            self.line.width -= blank * self.size;
        }
        self.lines.push(std::mem::take(&mut self.line));
    }
}

/// Where a word may be broken.
fn parts(word: &str, language: Language) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        let is_soft = character == SOFT_HYPHEN;
        if !is_soft && character != ZERO_WIDTH_SPACE {
            text.push(character);
        }
        if is_soft || character == ZERO_WIDTH_SPACE || is_end(&text, characters.peek().copied()) {
            parts.push(Part { text: std::mem::take(&mut text), hyphen: is_soft });
        }
    }
    parts.push(Part { text, hyphen: false });
    parts.retain(|part| !part.text.is_empty());
    match word.contains(SOFT_HYPHEN) || is_address(word) {
        true => parts,
        false => parts.into_iter().flat_map(|part| syllables(part, language)).collect(),
    }
}

/// Addresses, where a hyphen that is none would mislead.
fn is_address(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.") || word.contains(['@', '_', '='])
}

/// Whether a line may end between a text and the character after it.
fn is_end(text: &str, next: Option<char>) -> bool {
    let mut backwards = text.chars().rev();
    let (Some(last), Some(next)) = (backwards.next(), next) else { return false };
    let before = backwards.next();
    match last {
        ' ' => true,
        '-' | '\u{2010}' | '\u{2013}' | '\u{2014}' | '/' | '_' | '@' | '&' | '=' | '?' | ';' | ',' | ':' | '|' => {
            before.is_some() && next.is_alphanumeric()
        }
        '.' => before.is_some_and(char::is_alphabetic) && next.is_alphabetic(),
        _ => false,
    }
}

/// The syllables of a word; signs around it stay with the first and the last. Names in capitals have none.
fn syllables(part: Part, language: Language) -> Vec<Part> {
    let is_outer = |one: char| !one.is_alphabetic();
    let core = part.text.trim_matches(is_outer);
    let is_word = core.chars().all(char::is_alphabetic) && !core.chars().skip(1).any(char::is_uppercase);
    if !is_word || core.chars().count() < 2 * SYLLABLE {
        return vec![part];
    }
    let lang = match language {
        Language::De => Lang::German,
        Language::En => Lang::English,
    };
    let start = part.text.len() - part.text.trim_start_matches(is_outer).len();
    let (before, after) = (part.text.get(..start), part.text.get(start + core.len()..));
    let mut parts: Vec<Part> = hypher::hyphenate_bounded(core, lang, SYLLABLE, SYLLABLE)
        .map(|syllable| Part { text: syllable.to_owned(), hyphen: true })
        .collect();
    if let Some(first) = parts.first_mut() {
        first.text.insert_str(0, before.unwrap_or_default());
    }
    if let Some(last) = parts.last_mut() {
        last.text.push_str(after.unwrap_or_default());
        last.hyphen = part.hyphen;
    }
    parts
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::text::Fonts;
    use super::*;

    /// The lines of a text of ten points, `|` between them, `~` where a hyphen shows that a word goes on.
    fn check(text: &str, width: f32, expected: &str) {
        let face = &Fonts::get().unwrap().regular;
        let lines = lines(face, Language::De, text, 10.0, width);
        let shown: Vec<String> =
            lines.iter().map(|line| line.shaped.text.trim_end().replace(SOFT_HYPHEN, "~")).collect();
        assert_eq!(shown.join("|"), expected, "{text}");
        assert!(lines.iter().all(|line| line.width <= width.max(10.0)), "{text}: {lines:?}");
    }

    #[test]
    fn lines_break_where_readers_expect_it() {
        check("", 100.0, "");
        check(" \n ", 100.0, "");
        check("Ein kurzer Text", 200.0, "Ein kurzer Text");
        check("Ein  kurzer\tText", 50.0, "Ein kurzer|Text");
        check("Erste Zeile\r\n\nZweite", 200.0, "Erste Zeile||Zweite");
        // A number stays with its article.
        check("Das steht in Art. 27 und § 5", 82.0, "Das steht in|Art. 27 und § 5");
        // Fixed blanks and hyphens hold together.
        check("nach Absatz\u{a0}3", 60.0, "nach|Absatz\u{a0}3");
        check("EU\u{2011}Datenbank", 40.0, "EU\u{2011}Date|nbank");
        check("KI-Verordnung", 40.0, "KI-Ver~|ordnung");
        check("und/oder", 30.0, "und/|oder");
    }

    #[test]
    fn long_words_break_by_soft_hyphens_syllables_and_at_last_anywhere() {
        check("Grund\u{ad}rechte-Folgen\u{ad}abschätzung", 60.0, "Grund~|rechte-|Folgen~|abschätzung");
        check("Marktüberwachungsbehörde", 70.0, "Marktüberwa~|chungsbe~|hörde");
        check("Straßenbeleuchtungsanlagen", 60.0, "Straßenbe~|leuchtungs~|anlagen");
        // Short words move on as a whole, long ones fill a line that would be rather empty.
        check("Die Aufsicht", 50.0, "Die|Aufsicht");
        check("Die Grundrechteabschätzung", 120.0, "Die Grundrechteabschät~|zung");
        // Signs without a better place.
        check("https://maki.example/systeme/abc", 60.0, "https://|maki.|example/|systeme/abc");
        check("AAAAAAAAAAAAAAAA", 40.0, "AAAAAA|AAAAAA|AAAA");
        check("Straße", 1.0, "S|t|r|a|ß|e");
        check("e\u{301}\u{302}\u{303}x", 1.0, "é\u{302}\u{303}|x");
    }

    #[test]
    fn a_line_ends_with_its_blank_for_whoever_copies_it() {
        let face = &Fonts::get().unwrap().regular;
        let lines = lines(face, Language::De, "Ein kurzer Text", 10.0, 50.0);
        assert_eq!(lines.first().unwrap().shaped.text, "Ein kurzer ");
        assert!(lines.first().unwrap().width < lines.first().unwrap().shaped.width * 10.0, "the blank has no width");
        assert_eq!(one_line(face, Language::De, "Ein kurzer\nText", 10.0, 50.0).shaped.text, "Ein kurzer ");
    }
}
