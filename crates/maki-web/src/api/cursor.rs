//! Opaque cursors: where a reader stopped, bound to what it was reading. They are no secret and grant nothing; one that
//! was tampered with is refused or shows another page of the same public list.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Longest cursor that is read at all.
const MAX_LENGTH: usize = 200;

/// A place in a list: how many stand before it, and which one of them stands last. In an order that publications do
/// not change the last one is enough; its number is for when it is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    pub offset: usize,
    pub after: Option<Uuid>,
}

impl Place {
    /// The cursor of this place in a list.
    #[must_use]
    pub fn write(&self, list: &str) -> String {
        let after = self.after.map(|id| format!("{}-", id.simple())).unwrap_or_default();
        format!("{:x}-{after}{}", self.offset, stamp(list))
    }

    /// The place that a cursor names in this very list.
    #[must_use]
    pub fn read(list: &str, cursor: &str) -> Option<Self> {
        let (offset, rest) = cursor.get(..cursor.len().min(MAX_LENGTH))?.split_once('-')?;
        let (after, of) = match rest.split_once('-') {
            Some((id, of)) => (Some(Uuid::try_parse(id).ok()?), of),
            None => (None, rest),
        };
        let digits = !offset.is_empty() && offset.len() <= 8 && offset.bytes().all(|b| b.is_ascii_hexdigit());
        let offset = usize::from_str_radix(offset, 16).ok().filter(|_| digits && of == stamp(list))?;
        Some(Self { offset, after })
    }
}

fn stamp(list: &str) -> String {
    hex::encode(Sha256::digest(list.as_bytes()).get(..8).unwrap_or_default())
}

/// A place in the log of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPlace {
    pub register: String,
    pub epoch: i64,
    pub sequence: i64,
}

impl LogPlace {
    #[must_use]
    pub fn write(&self) -> String {
        hex::encode(format!("{}.{}.{}", self.register, self.epoch, self.sequence))
    }

    #[must_use]
    pub fn read(cursor: &str) -> Option<Self> {
        let bytes = hex::decode(cursor.get(..cursor.len().min(MAX_LENGTH))?).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.rsplitn(3, '.');
        let sequence = parts.next()?.parse().ok().filter(|s| *s >= 0)?;
        let epoch = parts.next()?.parse().ok()?;
        Some(Self { register: parts.next()?.to_owned(), epoch, sequence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cursor_fits_its_list_only() {
        let place = Place { offset: 40, after: None };
        let after = Place { offset: 40, after: Some(Uuid::from_u128(7)) };
        let cursor = place.write("q=KI");
        assert_eq!(Place::read("q=KI", &cursor), Some(place));
        assert_eq!(Place::read("q=KI", &after.write("q=KI")), Some(after));
        assert_eq!(Place::read("q=K", &after.write("q=KI")), None);
        for (list, cursor) in [
            ("q=Chatbot", cursor.as_str()),
            ("q=KI", ""),
            ("q=KI", "-"),
            ("q=KI", "zz-00"),
            ("q=KI", "ffffffffffffffff-0"),
            ("q=KI", "ä-ö"),
            ("q=KI", "28-zz-00"),
            ("q=KI", "28--00"),
        ] {
            assert_eq!(Place::read(list, cursor), None, "{cursor}");
        }
    }

    #[test]
    fn a_log_cursor_survives_the_round_trip() {
        let place = LogPlace { register: "0199-ab.c".to_owned(), epoch: 2, sequence: 123 };
        assert_eq!(LogPlace::read(&place.write()), Some(place));
        for cursor in ["", "zz", "ff", &hex::encode("a.b.c"), &hex::encode("a.1.-5"), &"a".repeat(10_000), "ä"] {
            assert_eq!(LogPlace::read(cursor), None, "{cursor}");
        }
    }
}
