//! Commitments to the content of a version, field by field, so that the chain proves content and single values can
//! still be redacted.
//!
//! For a field with key `k` and stored JSON `v`: `salt = HMAC-SHA-256(seed, k)`, `commitment = SHA-256(salt ‖ length
//! of k ‖ k ‖ v)`. The root is the SHA-256 over length, key and commitment of all fields in the order of their keys.
//! Everything is computed from the JSON as it is stored, never from the catalogue: a chain written by one build
//! verifies in every later one. Narrowed visibilities are a field like any other.
//!
//! The column `seed` begins with one byte that says what follows. `1`: the 32-byte seed of a whole version. `2`: the
//! openings of a redacted version, for each field length of the key (two bytes) ‖ key ‖ `0` and the salt, or `1` and
//! the bare commitment of a redacted value, which cannot be guessed from it, because seed and salt are gone.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::chain::{Hash, update_framed};
use crate::{Result, StoreError};

const WHOLE: u8 = 1;
const OPENED: u8 = 2;
const SALT: u8 = 0;
const BARE: u8 = 1;

/// What a version keeps to recompute its commitments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seal {
    Seed(Hash),
    Opened(BTreeMap<String, Opening>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The field is there and this is its salt.
    Salt(Hash),
    /// The value was redacted; this is what was committed to.
    Bare(Hash),
}

/// A version after a redaction.
#[derive(Debug)]
pub(crate) struct Redacted {
    pub seal: Seal,
    pub plain: Vec<u8>,
    /// The JSON of the value that is gone.
    pub value: String,
}

impl Seal {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Seed(seed) => [&[WHOLE][..], seed].concat(),
            Self::Opened(openings) => {
                let mut bytes = vec![OPENED];
                for (key, opening) in openings {
                    // Keys of the catalogue are far below 64 KiB; a longer one is cut and fails to verify.
                    let length = u16::try_from(key.len()).unwrap_or(u16::MAX);
                    bytes.extend(length.to_be_bytes());
                    bytes.extend(key.bytes().take(length.into()));
                    let (tag, hash) = match opening {
                        Opening::Salt(salt) => (SALT, salt),
                        Opening::Bare(commitment) => (BARE, commitment),
                    };
                    bytes.push(tag);
                    bytes.extend(hash);
                }
                bytes
            }
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let seal = match bytes.split_first() {
            Some((&WHOLE, seed)) => seed.try_into().ok().map(Self::Seed),
            Some((&OPENED, rest)) => decode_openings(rest).map(Self::Opened),
            _ => None,
        };
        seal.ok_or_else(|| StoreError::Corrupt("seed of a version".to_owned()))
    }

    /// The root over the content of a version.
    pub(crate) fn root(&self, plain: &[u8]) -> Result<Hash> {
        let mut root = Sha256::new();
        let mut commitments = self.commitments(&Fields::parse(plain)?)?;
        commitments.sort_unstable_by_key(|(key, _)| *key);
        for (key, commitment) in commitments {
            update_framed(&mut root, key.as_bytes());
            root.update(commitment);
        }
        Ok(root.finalize().into())
    }

    /// Takes one value out. `None` when the field is not there.
    pub(crate) fn without(&self, plain: &[u8], key: &str) -> Result<Option<Redacted>> {
        let fields = Fields::parse(plain)?;
        let Some(value) = fields.get(key) else { return Ok(None) };
        let mut openings = match self {
            Self::Seed(seed) => {
                let salts = Salts::new(seed)?;
                fields.0.iter().map(|(key, _)| ((*key).to_owned(), Opening::Salt(salts.of(key)))).collect()
            }
            Self::Opened(openings) => openings.clone(),
        };
        let Some(Opening::Salt(salt)) = openings.get(key) else {
            return Err(StoreError::Corrupt(format!("no salt for {key}")));
        };
        let bare = Opening::Bare(commitment(salt, key, value));
        openings.insert(key.to_owned(), bare);
        let redacted = Redacted { seal: Self::Opened(openings), plain: fields.without(key), value: value.to_owned() };
        Ok(Some(redacted))
    }

    /// Keys of the values that were redacted.
    pub(crate) fn redacted(&self) -> impl Iterator<Item = &str> {
        let openings = match self {
            Self::Seed(_) => None,
            Self::Opened(openings) => Some(openings),
        };
        openings.into_iter().flatten().filter(|(_, o)| matches!(o, Opening::Bare(_))).map(|(key, _)| key.as_str())
    }

    /// Of all fields, the redacted ones included; in no order.
    fn commitments<'a>(&'a self, fields: &Fields<'a>) -> Result<Vec<(&'a str, Hash)>> {
        match self {
            Self::Seed(seed) => {
                let salts = Salts::new(seed)?;
                Ok(fields.0.iter().map(|(key, value)| (*key, commitment(&salts.of(key), key, value))).collect())
            }
            Self::Opened(openings) => {
                if let Some((unknown, _)) = fields.0.iter().find(|(key, _)| !openings.contains_key(*key)) {
                    return Err(StoreError::Corrupt(format!("{unknown} was not committed to")));
                }
                openings
                    .iter()
                    .map(|(key, opening)| match (opening, fields.get(key)) {
                        (Opening::Salt(salt), Some(value)) => Ok((key.as_str(), commitment(salt, key, value))),
                        (Opening::Bare(bare), None) => Ok((key.as_str(), *bare)),
                        _ => Err(StoreError::Corrupt(format!("{key} does not fit its commitment"))),
                    })
                    .collect()
            }
        }
    }
}

fn decode_openings(mut rest: &[u8]) -> Option<BTreeMap<String, Opening>> {
    let mut openings = BTreeMap::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (key, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        let (tag, after) = after.split_first()?;
        let (hash, after) = after.split_first_chunk::<32>()?;
        let opening = match *tag {
            SALT => Opening::Salt(*hash),
            BARE => Opening::Bare(*hash),
            _ => return None,
        };
        openings.insert(String::from_utf8(key.to_vec()).ok()?, opening);
        rest = after;
    }
    Some(openings)
}

fn commitment(salt: &Hash, key: &str, value: &str) -> Hash {
    let mut hash = Sha256::new();
    hash.update(salt);
    update_framed(&mut hash, key.as_bytes());
    hash.update(value.as_bytes());
    hash.finalize().into()
}

/// Derives the salts of all fields from one seed, which is set up once.
struct Salts(Hmac<Sha256>);

impl Salts {
    fn new(seed: &Hash) -> Result<Self> {
        Hmac::new_from_slice(seed).map(Self).map_err(|e| StoreError::Corrupt(e.to_string()))
    }

    fn of(&self, key: &str) -> Hash {
        let mut salt = self.0.clone();
        salt.update(key.as_bytes());
        salt.finalize().into_bytes().into()
    }
}

/// The fields of stored content as they are written, none twice.
pub(crate) struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    pub(crate) fn parse(plain: &'a [u8]) -> Result<Self> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(64);
                while let Some((key, value)) = map.next_entry::<&'de str, &'de RawValue>()? {
                    fields.push((key, value.get()));
                }
                let mut keys: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
                keys.sort_unstable();
                keys.dedup();
                // A reader of the content could take either one, and the chain could prove only one.
                if keys.len() < fields.len() {
                    return Err(A::Error::custom("a field stands there twice"));
                }
                Ok(Fields(fields))
            }
        }
        let corrupt = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
        let mut json = serde_json::Deserializer::from_slice(plain);
        let fields = json.deserialize_map(FieldsVisitor).map_err(corrupt)?;
        json.end().map_err(corrupt)?;
        Ok(fields)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(own, _)| *own == key).map(|(_, value)| *value)
    }

    /// The object without one field, every other byte as it was.
    pub(crate) fn without(&self, key: &str) -> Vec<u8> {
        let others = self.0.iter().filter(|(own, _)| *own != key);
        let written: Vec<String> = others.map(|(own, value)| format!("\"{own}\":{value}")).collect();
        format!("{{{}}}", written.join(",")).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    const SEED: Seal = Seal::Seed([7; 32]);
    const PLAIN: &[u8] =
        r#"{"name":"Lotte","kind":"procured","techniques":["speech"],"_visibility":{"name":"authorities"}}"#.as_bytes();

    #[test]
    fn the_root_depends_on_every_field_and_not_on_their_order() {
        let root = |plain: &str| SEED.root(plain.as_bytes()).unwrap();
        let base = root(r#"{"a":"1","b":["x"]}"#);
        assert_eq!(base, root(r#"{"b":["x"],"a":"1"}"#));
        for other in [
            r#"{"a":"1"}"#,
            r#"{"a":"2","b":["x"]}"#,
            r#"{"a":1,"b":["x"]}"#,
            r#"{"a":"1","b":["x"],"c":true}"#,
            r#"{"a":"1","c":["x"]}"#,
            r#"{"a":"1","b":["x"],"_visibility":{"a":"authorities"}}"#,
            "{}",
        ] {
            assert_ne!(base, root(other), "{other}");
        }
        assert_ne!(base, Seal::Seed([8; 32]).root(br#"{"a":"1","b":["x"]}"#).unwrap());
    }

    #[test]
    fn the_root_stays_what_it_was() {
        // Computed independently. A change here breaks the chain of every register that exists.
        let root: String = SEED.root(PLAIN).unwrap().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(root, "29f9c790cf9a4475a6e7c7cbeee5edffeb6d39f62a756cb157e2dc874e775abd");
    }

    #[test]
    fn damaged_content_is_an_error() {
        for damaged in [&b"{"[..], b"[]", b"", b"{} x", br#"{"a":1,"a":2}"#, br#"{"\u0061":1}"#, &[0xff; 9]] {
            assert!(SEED.root(damaged).is_err(), "{damaged:?}");
        }
    }

    #[test]
    fn redactions_keep_the_root_and_lose_the_value() {
        let root = SEED.root(PLAIN).unwrap();
        let first = SEED.without(PLAIN, "name").unwrap().unwrap();
        assert_eq!(first.value, r#""Lotte""#);
        assert_eq!(first.plain, br#"{"kind":"procured","techniques":["speech"],"_visibility":{"name":"authorities"}}"#);
        let second = first.seal.without(&first.plain, "techniques").unwrap().unwrap();
        for (redacted, keys) in [(&first, &["name"][..]), (&second, &["name", "techniques"])] {
            assert_eq!(redacted.seal.root(&redacted.plain).unwrap(), root);
            assert_eq!(redacted.seal.redacted().collect::<Vec<_>>(), keys);
            let stored = redacted.seal.encode();
            assert_eq!(Seal::decode(&stored).unwrap(), redacted.seal);
            assert!(!stored.windows(32).any(|w| w == [7; 32]), "the seed would give the salt back");
            assert!(!stored.windows(5).any(|w| w == b"Lotte"));
        }
        // What is gone cannot come back, not even as it was, and nothing can come in its place.
        assert!(first.seal.root(PLAIN).is_err());
        assert!(first.seal.without(&first.plain, "name").unwrap().is_none());
        assert!(first.seal.root(br#"{"kind":"procured"}"#).is_err());
        assert!(SEED.without(PLAIN, "licence").unwrap().is_none());
    }

    #[test]
    fn damaged_seals_are_an_error() {
        let whole = SEED.encode();
        let opened = SEED.without(PLAIN, "name").unwrap().unwrap().seal.encode();
        assert_eq!(Seal::decode(&whole).unwrap(), SEED);
        for damaged in [&[][..], &[1], &[3; 33], &whole[..32], &[whole.as_slice(), &[0]].concat()] {
            assert!(Seal::decode(damaged).is_err(), "{damaged:?}");
        }
        // A cut between two openings decodes, and then does not verify.
        let fits = |cut: usize| Seal::decode(&opened[..cut]).is_ok_and(|s| s.root(PLAIN).is_ok());
        assert!(!(0..opened.len()).any(fits));
    }
}
