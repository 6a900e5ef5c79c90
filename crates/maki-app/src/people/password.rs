//! Passwords: what is a good one, and how they are kept (argon2id).
//!
//! A common password is found by its parts, not by a list of whole ones: letters are folded (`p4$$w0rt` reads
//! `passwort`), and what consists of at most two words of the list, with numbers, walks over the keyboard and
//! repetitions between them, is what programs try first. Hashing is slow and takes memory by design, so only a few run
//! at once.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::PeopleFault;
use crate::{App, AppError};

const MIN_CHARS: usize = 12;
const MAX_BYTES: usize = 1_000;

/// 19 MiB, two passes, one lane: what OWASP names as the least for argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Passwords hashed at once: bounds the memory that signing in can take to some 80 MB.
const AT_ONCE: usize = 4;
/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Words in a password that is still common.
const FEW_WORDS: usize = 2;
/// In letters.
const LONGEST_WORD: usize = 24;
const SHORTEST_OWN_WORD: usize = 3;
const SHORTEST_WALK: usize = 3;

/// Turns for hashing, and a hash that no password has.
#[derive(Debug)]
pub(crate) struct Hashing {
    turns: Semaphore,
    dummy: OnceLock<String>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), dummy: OnceLock::new() }
    }
}

/// Whether a password may be taken, for somebody with these own words (address, name).
pub(super) fn check_password(password: &str, own_words: &[&str]) -> Result<(), PeopleFault> {
    if password.len() > MAX_BYTES {
        return Err(PeopleFault::PasswordTooLong { limit: MAX_BYTES });
    }
    if password.chars().count() < MIN_CHARS {
        return Err(PeopleFault::PasswordTooShort { limit: MIN_CHARS });
    }
    let own = own_words.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric()));
    let own: Vec<String> = own.map(folded).filter(|word| word.chars().count() >= SHORTEST_OWN_WORD).collect();
    let letters = letters(password);
    if !own.is_empty() && is_made_of(&letters, &own) {
        return Err(PeopleFault::PasswordPersonal);
    }
    if is_made_of(&letters, &[]) {
        return Err(PeopleFault::PasswordCommon);
    }
    Ok(())
}

struct CommonWords {
    words: HashSet<String>,
    /// Ways over a keyboard, in both directions.
    walks: Vec<Vec<char>>,
}

fn common_words() -> &'static CommonWords {
    static WORDS: OnceLock<CommonWords> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = HashSet::new();
        let mut walks = Vec::new();
        for line in include_str!("../../data/common-passwords.txt").lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix("walk ") {
                Some(walk) => {
                    let walk: Vec<char> = letters(walk).iter().map(|letter| letter.raw).collect();
                    walks.push(walk.iter().rev().copied().collect());
                    walks.push(walk);
                }
                None => words.extend(line.split_whitespace().map(folded)),
            }
        }
        CommonWords { words, walks }
    })
}

/// A character of a password, small, as it was typed and as it is read.
#[derive(Debug, Clone, Copy)]
struct Letter {
    raw: char,
    folded: char,
}

/// The letters of a text. An umlaut is read as two; the second was not typed.
fn letters(text: &str) -> Vec<Letter> {
    const NOT_TYPED: char = '\0';
    let mut letters = Vec::with_capacity(text.len());
    for raw in text.chars().flat_map(char::to_lowercase) {
        let (folded, second) = match raw {
            'ä' => ('a', Some('e')),
            'ö' => ('o', Some('e')),
            'ü' => ('u', Some('e')),
            'ß' => ('s', Some('s')),
            '@' | '4' => ('a', None),
            '3' | '€' => ('e', None),
            '1' | '!' | '|' => ('i', None),
            '0' => ('o', None),
            '5' | '$' => ('s', None),
            '7' => ('t', None),
            raw => (raw, None),
        };
        letters.push(Letter { raw, folded });
        letters.extend(second.map(|folded| Letter { raw: NOT_TYPED, folded }));
    }
    letters
}

fn folded(text: &str) -> String {
    letters(text).iter().map(|letter| letter.folded).collect()
}

/// The fewest words that lead to a place in a password: without, and with one of the person's own among them.
type Reached = [Option<usize>; 2];

/// Whether a password consists of few words of the list and of what goes between them. With own words, at least one of
/// them has to be in it.
fn is_made_of(letters: &[Letter], own: &[String]) -> bool {
    let common = common_words();
    let mut reached: Vec<Reached> = vec![[None; 2]; letters.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = [Some(0), None];
    }
    for place in 0..letters.len() {
        let here = reached.get(place).copied().unwrap_or_default();
        if here == [None; 2] {
            continue;
        }
        let rest = letters.get(place..).unwrap_or_default();
        for length in filler_lengths(rest, common) {
            reach(&mut reached, here, place + length, 0, false);
        }
        if repeats(letters, place) {
            reach(&mut reached, here, letters.len(), 0, false);
        }
        let mut word = String::new();
        for (length, letter) in (1..=LONGEST_WORD).zip(rest) {
            word.push(letter.folded);
            let is_own = own.contains(&word);
            if is_own || common.words.contains(&word) {
                reach(&mut reached, here, place + length, 1, is_own);
            }
        }
    }
    let [without, with] = reached.last().copied().unwrap_or_default();
    let found = if own.is_empty() { without } else { with };
    found.is_some_and(|words| words <= FEW_WORDS)
}

/// Notes that a place is reached from `here` by so many words more.
fn reach(reached: &mut [Reached], here: Reached, place: usize, words: usize, is_own: bool) {
    let Some([without, with]) = reached.get_mut(place) else { return };
    let [from_without, from_with] = here.map(|cost| cost.map(|cost| cost + words));
    let lower = |known: &mut Option<usize>, cost: Option<usize>| *known = (*known).into_iter().chain(cost).min();
    lower(with, from_with);
    lower(if is_own { with } else { without }, from_without);
}

/// Whether the rest only says again what stands before a place.
fn repeats(letters: &[Letter], place: usize) -> bool {
    let raw = |part: &[Letter]| part.iter().map(|letter| letter.raw).collect::<Vec<_>>();
    let Some(first) = letters.get(..place).filter(|first| !first.is_empty()).map(raw) else { return false };
    letters.len().is_multiple_of(place) && letters.chunks(place).all(|part| raw(part) == first)
}

/// How long what may stand between words is: a digit or sign, a repeated character, a walk over the keyboard.
fn filler_lengths(rest: &[Letter], common: &CommonWords) -> Vec<usize> {
    let mut lengths = Vec::new();
    let Some(first) = rest.first() else { return lengths };
    if !first.raw.is_alphabetic() {
        lengths.push(1);
    }
    let repeated = rest.iter().take_while(|letter| letter.raw == first.raw).count();
    lengths.extend((repeated >= SHORTEST_WALK).then_some(repeated));
    for walk in &common.walks {
        for from in 0..walk.len() {
            let way = walk.get(from..).unwrap_or_default();
            let steps = way.iter().zip(rest).take_while(|(key, letter)| **key == letter.raw).count();
            lengths.extend(SHORTEST_WALK..=steps);
        }
    }
    lengths
}

fn argon2() -> Result<Argon2<'static>, AppError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| AppError::Defect(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str, salt: &[u8; 32]) -> Result<String, AppError> {
    let defect = |error: argon2::password_hash::Error| AppError::Defect(error.to_string());
    let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default()).map_err(defect)?;
    Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(defect)?.to_string())
}

impl App {
    /// The hash of a password, as it is stored.
    pub(super) async fn hash_password(&self, password: String) -> Result<String, AppError> {
        let salt = self.0.edge.seed();
        self.in_turn(move || hash(&password, &salt)).await
    }

    /// Whether a password is the one of a stored hash. Without one it takes as long and is wrong.
    pub(super) async fn is_password(&self, password: &str, stored: Option<String>) -> Result<bool, AppError> {
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let exists = stored.is_some();
        let stored = match stored {
            Some(stored) => stored,
            None => self.dummy_hash().await?,
        };
        let password = password.to_owned();
        let fits = self
            .in_turn(move || {
                let stored = PasswordHash::new(&stored).map_err(|error| AppError::Defect(error.to_string()))?;
                Ok(argon2()?.verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await?;
        Ok(fits && exists)
    }

    async fn dummy_hash(&self) -> Result<String, AppError> {
        let dummy = &self.0.people.hashing.dummy;
        if let Some(known) = dummy.get() {
            return Ok(known.clone());
        }
        let made = self.hash_password(hex::encode(self.0.edge.seed())).await?;
        Ok(dummy.get_or_init(|| made).clone())
    }

    /// Runs what takes memory and time beside the threads that answer, when it is its turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = tokio::time::timeout(PATIENCE, self.0.people.hashing.turns.acquire()).await;
        let _turn = turn.map_err(|_| AppError::Busy)?.map_err(|_| AppError::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|error| AppError::Defect(error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn good_passwords_are_taken_and_common_ones_refused() {
        let own = ["maren.ostwald@talheide.example", "Maren Ostwald"];
        let check = |password: &str, expected: Result<(), PeopleFault>| {
            assert_eq!(check_password(password, &own), expected, "{password:?}");
        };
        for good in [
            "vier-Kraniche-zogen-nordwärts",
            "T8#kqv!zR2mLpw",
            "Brennnessel Kupfer Ahorn Lupe",
            "korrekte pferde heften batterien",
            "xK29dLw0aPq7zz",
            "日本語のとても長い合言葉",
        ] {
            check(good, Ok(()));
        }
        check("kurz", Err(PeopleFault::PasswordTooShort { limit: 12 }));
        check("elf Zeichen", Err(PeopleFault::PasswordTooShort { limit: 12 }));
        check(&"a".repeat(1001), Err(PeopleFault::PasswordTooLong { limit: 1000 }));
        for common in [
            "passwort1234",
            "P4$$w0rt2026!",
            "Passwort12345!",
            "qwertzuiop12",
            "qwertyuiop[]",
            "123456789012",
            "aaaaaaaaaaaa",
            "Sommer2026Sommer",
            "abcabcabcabc",
            "hallohallohallo",
            "Verwaltung2026",
            "MarktplatzKI2026",
            "administrator1",
            "geheim-geheim",
            "iloveyou1234",
            "!!!!!!!!!!!!!!",
            "asdfghjklöä#",
            "2026-11-25-2026",
        ] {
            check(common, Err(PeopleFault::PasswordCommon));
        }
        for personal in ["maren.ostwald1", "MarenOstwald2026", "talheide-2026!", "Ostwald123456"] {
            check(personal, Err(PeopleFault::PasswordPersonal));
        }
    }

    #[test]
    fn the_list_reaches_far() {
        let ends = ["12341234", "123456!!", "2024-2024", "20252025!", "20262026", "12345678", "!!!!1111", "2026#maki"];
        let words: Vec<&String> = common_words().words.iter().filter(|word| word.len() >= 4).collect();
        let refused = words.iter().flat_map(|word| ends.map(|end| format!("{word}{end}")));
        let refused = refused.filter(|password| check_password(password, &[]).is_err()).count();
        assert!(refused >= 2_000, "{refused}");
        // Any two words of the list with numbers around them.
        assert!(common_words().words.len().pow(2) > 40_000, "{}", common_words().words.len());
    }

    #[test]
    fn hashes_tell_passwords_apart() {
        let stored = hash("ein langes Passwort", &[7; 32]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let parsed = PasswordHash::new(&stored).unwrap();
        assert!(argon2().unwrap().verify_password("ein langes Passwort".as_bytes(), &parsed).is_ok());
        assert!(argon2().unwrap().verify_password("ein langes passwort".as_bytes(), &parsed).is_err());
    }
}
