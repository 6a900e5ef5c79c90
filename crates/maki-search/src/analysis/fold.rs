//! Folding: words that are the same to a German reader become the same bytes.
//!
//! Lower case, compatibility forms resolved, ä ö ü ß written as ae oe ue ss, other diacritics dropped. So
//! "Fuehrerschein", "FÜHRERSCHEIN" and "Führerschein" with combining marks are one word.

use unicode_normalization::UnicodeNormalization;

/// Appends the folded form of a character.
#[inline]
pub fn push_folded(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        'ä' | 'Ä' | 'æ' | 'Æ' => out.push_str("ae"),
        'ö' | 'Ö' | 'ø' | 'Ø' | 'œ' | 'Œ' => out.push_str("oe"),
        'ü' | 'Ü' => out.push_str("ue"),
        'ß' | 'ẞ' => out.push_str("ss"),
        '\u{308}' => {
            if out.ends_with(['a', 'o', 'u']) {
                out.push('e');
            }
        }
        other => push_folded_slowly(other, out),
    }
}

#[cold]
fn push_folded_slowly(c: char, out: &mut String) {
    for part in std::iter::once(c).nfkd().flat_map(char::to_lowercase) {
        match part {
            'ß' => out.push_str("ss"),
            '\u{308}' if out.ends_with(['a', 'o', 'u']) => out.push('e'),
            mark if is_mark(mark) => {}
            other => out.push(other),
        }
    }
}

/// Combining marks belong to the letter before them.
#[inline]
pub const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Characters without width that text processors leave inside words.
#[inline]
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The folded form of a text; characters that are no part of words stay.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        push_folded(c, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        let check = |input: &str, expected: &str| assert_eq!(fold(input), expected, "{input}");
        check("Führerschein", "fuehrerschein");
        check("Fu\u{308}hrerschein", "fuehrerschein");
        check("STRAẞE", "strasse");
        check("Café Ångström", "cafe angstroem");
        check("ﬁnden", "finden");
        check("Wohn\u{ad}geld", "wohngeld");
        check("Ǖber", "ueber");
    }
}
