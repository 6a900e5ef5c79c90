//! Which texts are nearly the same, without comparing each with each.
//!
//! `MinHash` over groups of three words: the share of equal places of two signatures estimates the share of groups that
//! both texts have (Jaccard). Signatures are cut into bands; only texts that share a whole band are compared.
//! Source: A. Broder, "On the resemblance and containment of documents", 1997.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Places of a signature.
const PLACES: usize = 32;
/// Places of a band: texts with a likeness of 0.7 share one of eight bands with a probability of 0.9.
const BAND: usize = 4;
/// Equal places from which texts count as nearly the same.
const ALIKE: usize = 22;
/// Words below which a text is too short to be compared.
const FEWEST_WORDS: usize = 20;

type Signature = [u32; PLACES];

/// Texts seen so far, each with what it belongs to.
pub struct Likeness<T> {
    seen: Vec<(T, Signature)>,
    bands: HashMap<(u8, u64), u32>,
}

impl<T> Default for Likeness<T> {
    fn default() -> Self {
        Self { seen: Vec::new(), bands: HashMap::new() }
    }
}

impl<T> Likeness<T> {
    /// Adds a text, and says to which earlier one it is nearly the same.
    pub fn add<'t>(&mut self, of: T, texts: impl Iterator<Item = &'t str>) -> Option<&T> {
        let signature = signature(texts)?;
        let place = u32::try_from(self.seen.len()).ok()?;
        let mut like = None;
        for (band, places) in (0_u8..).zip(signature.chunks(BAND)) {
            let mut hasher = DefaultHasher::new();
            places.hash(&mut hasher);
            let first = *self.bands.entry((band, hasher.finish())).or_insert(place);
            let is_alike = self.seen.get(first as usize).is_some_and(|(_, other)| equal(other, &signature) >= ALIKE);
            if is_alike {
                like = like.or(Some(first));
            }
        }
        self.seen.push((of, signature));
        self.seen.get(like? as usize).map(|(of, _)| of)
    }
}

fn equal(one: &Signature, other: &Signature) -> usize {
    one.iter().zip(other).filter(|(a, b)| a == b).count()
}

/// The smallest hash of all groups under each of the hash functions; none for short texts.
fn signature<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Signature> {
    let words: Vec<u64> = texts
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut hasher = DefaultHasher::new();
            word.chars().flat_map(char::to_lowercase).for_each(|c| c.hash(&mut hasher));
            hasher.finish()
        })
        .collect();
    if words.len() < FEWEST_WORDS {
        return None;
    }
    let mut signature = [u32::MAX; PLACES];
    for group in words.windows(3) {
        let mut hash = group.iter().fold(0_u64, |hash, word| hash.rotate_left(21).wrapping_add(*word));
        for place in &mut signature {
            // SplitMix64: each step gives another hash function.
            hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *place = (*place).min((mixed >> 32) as u32);
        }
    }
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_with_a_word_changed_are_alike_and_others_are_not() {
        let text = "Das System liest eingehende Post, erkennt Thema und zuständiges Amt und legt jedes Schreiben in den \
                    richtigen Postkorb. Unsicheres bleibt liegen und wird von einem Menschen am Bildschirm geprüft und \
                    verteilt, bevor es im Fachamt ankommt.";
        let other = "Aus Luftbildern bestimmt ein neuronales Netz die Flächen von Dächern, ihre Neigung und Verschattung, \
                     und zeigt auf einer Karte, wie viel Strom eine Anlage dort im Jahr liefern würde, samt Kosten und \
                     möglicher Einsparung.";
        let mut likeness = Likeness::default();
        assert_eq!(likeness.add(1, [text].into_iter()), None);
        assert_eq!(likeness.add(2, [other].into_iter()), None);
        assert_eq!(likeness.add(3, [text.replace("Bildschirm", "Platz").as_str()].into_iter()), Some(&1));
        assert_eq!(likeness.add(4, ["Zu kurz."].into_iter()), None);
        assert_eq!(likeness.add(5, ["Zu kurz."].into_iter()), None);
    }
}
