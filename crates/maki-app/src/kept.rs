//! What is kept ready of single systems: finished answers as bytes, some Steckbriefe, and how their organisations are
//! named. Everything is bounded, by the bytes it takes.
//!
//! Invariant: what is kept is what the register says now, up to the follower's last step. Whoever fills the shelves
//! notes the generation before reading; the follower raises it before it takes something away. So nothing that was
//! read before a change can be put back after the follower dealt with the change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use maki_domain::{Language, RecordId};
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use crate::records::OrganisationRef;
use crate::{Steckbrief, ViewClass};

/// Bytes of finished answers.
const ANSWER_BYTES: u64 = 27_000_000;
/// Bytes of Steckbriefe of one view.
const STECKBRIEF_BYTES: u64 = 2_000_000;
/// Names of organisations, of a few hundred bytes each.
const ORGANISATIONS: usize = 8_000;
/// What an answer and a Steckbrief are expected to take, to begin with.
const ANSWER_USUAL: u64 = 4_000;
const STECKBRIEF_USUAL: u64 = 8_000;
/// What an entry costs besides its bytes.
const OVERHEAD: usize = 200;

/// What a finished answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerForm {
    Json,
    Page(Language),
}

impl AnswerForm {
    const ALL: [Self; 3] = [Self::Json, Self::Page(Language::De), Self::Page(Language::En)];
}

/// A finished answer about one system, as the public sees it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub body: Bytes,
    /// Its entity tag.
    pub tag: Bytes,
}

/// The generation before something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

#[derive(PartialEq, Eq, Hash)]
struct Key {
    form: AnswerForm,
    kennung: Box<str>,
}

/// A key that owns nothing; hashed as [`Key`] is.
#[derive(Hash)]
struct Asked<'a> {
    form: AnswerForm,
    kennung: &'a str,
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.form == key.form && *self.kennung == *key.kennung
    }
}

#[derive(Clone)]
struct Weighed {
    steckbrief: Arc<Steckbrief>,
    bytes: usize,
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<Key, Answer> for Bytewise {
    fn weight(&self, key: &Key, answer: &Answer) -> u64 {
        (key.kennung.len() + answer.body.len() + answer.tag.len() + OVERHEAD) as u64
    }
}

impl Weighter<Box<str>, Weighed> for Bytewise {
    fn weight(&self, kennung: &Box<str>, kept: &Weighed) -> u64 {
        (kennung.len() + kept.bytes + OVERHEAD) as u64
    }
}

type Steckbriefe = Cache<Box<str>, Weighed, Bytewise>;

/// The shelves. Everything but the organisations goes by the Kennung of the system.
pub(crate) struct Kept {
    generation: Mutex<u64>,
    answers: Cache<Key, Answer, Bytewise>,
    public: Steckbriefe,
    authorities: Steckbriefe,
    /// With the revision of the record that the name was read from, which is part of what changes a Steckbrief.
    organisations: Cache<RecordId, (i64, Arc<OrganisationRef>)>,
}

impl Default for Kept {
    fn default() -> Self {
        let entries = |bytes: u64, usual: u64| usize::try_from(bytes / usual).unwrap_or_default();
        let steckbriefe =
            || Cache::with_weighter(entries(STECKBRIEF_BYTES, STECKBRIEF_USUAL), STECKBRIEF_BYTES, Bytewise);
        Self {
            generation: Mutex::default(),
            answers: Cache::with_weighter(entries(ANSWER_BYTES, ANSWER_USUAL), ANSWER_BYTES, Bytewise),
            public: steckbriefe(),
            authorities: steckbriefe(),
            organisations: Cache::new(ORGANISATIONS),
        }
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    const fn shelf(&self, class: ViewClass) -> &Steckbriefe {
        match class {
            ViewClass::Public => &self.public,
            ViewClass::Authorities => &self.authorities,
        }
    }

    /// To be noted before anything is read that is to be kept.
    pub fn generation(&self) -> Generation {
        Generation(*self.lock())
    }

    pub fn answer(&self, form: AnswerForm, kennung: &str) -> Option<Answer> {
        self.answers.get(&Asked { form, kennung })
    }

    pub fn steckbrief(&self, class: ViewClass, kennung: &str) -> Option<Arc<Steckbrief>> {
        self.shelf(class).get(kennung).map(|kept| kept.steckbrief)
    }

    /// Keeps an answer, unless something changed since the generation was noted.
    pub fn keep_answer(&self, since: Generation, form: AnswerForm, kennung: &str, answer: Answer) {
        let now = self.lock();
        if *now == since.0 {
            self.answers.insert(Key { form, kennung: kennung.into() }, answer);
        }
    }

    /// Keeps a Steckbrief, unless something changed since the generation was noted.
    pub fn keep_steckbrief(&self, since: Generation, class: ViewClass, steckbrief: &Arc<Steckbrief>) {
        let kept = Weighed { steckbrief: Arc::clone(steckbrief), bytes: steckbrief.approximate_bytes() };
        let now = self.lock();
        if *now == since.0 {
            self.shelf(class).insert(steckbrief.system.kennung().into(), kept);
        }
    }

    /// Takes away whatever is kept of these systems, and whatever of them is being read now.
    pub fn forget<'a>(&self, kennungen: impl IntoIterator<Item = &'a str>) {
        let mut generation = self.lock();
        *generation += 1;
        for kennung in kennungen {
            for form in AnswerForm::ALL {
                self.answers.remove(&Asked { form, kennung });
            }
            self.public.remove(kennung);
            self.authorities.remove(kennung);
        }
    }

    /// Takes everything away that a system is shown by.
    pub fn forget_all(&self) {
        let mut generation = self.lock();
        *generation += 1;
        self.answers.clear();
        self.public.clear();
        self.authorities.clear();
        self.organisations.clear();
    }

    /// How an organisation is named, with the revision of its record.
    pub fn organisation(&self, id: RecordId) -> Option<(i64, Arc<OrganisationRef>)> {
        self.organisations.get(&id)
    }

    pub fn keep_organisation(&self, since: Generation, revision: i64, name: &Arc<OrganisationRef>) {
        let now = self.lock();
        if *now == since.0 {
            self.organisations.insert(name.id, (revision, Arc::clone(name)));
        }
    }

    /// Takes names away that may have changed, before what is shown with them is taken away.
    pub fn forget_organisations(&self, ids: &[RecordId]) {
        let mut generation = self.lock();
        *generation += 1;
        for id in ids {
            self.organisations.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &'static str) -> Answer {
        Answer { body: Bytes::from_static(text.as_bytes()), tag: Bytes::from_static(b"W/\"1\"") }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let check = |change: fn(&Kept), expected: Option<&'static str>| {
            let kept = Kept::default();
            let before = kept.generation();
            // A reader has read; the follower deals with a change; only then the reader puts down what it has.
            change(&kept);
            kept.keep_answer(before, AnswerForm::Json, "A-2026-000001", answer("old"));
            assert_eq!(kept.answer(AnswerForm::Json, "A-2026-000001"), expected.map(answer));
        };
        check(|_| {}, Some("old"));
        check(|kept| kept.forget(["A-2026-000001"]), None);
        check(Kept::forget_all, None);
    }

    #[test]
    fn a_change_takes_every_form_of_its_system_away_and_nothing_else() {
        let kept = Kept::default();
        for form in AnswerForm::ALL {
            for kennung in ["A-2026-000001", "A-2026-000002"] {
                kept.keep_answer(kept.generation(), form, kennung, answer("kept"));
            }
        }
        kept.forget(["A-2026-000001"]);
        for form in AnswerForm::ALL {
            assert_eq!(kept.answer(form, "A-2026-000001"), None);
            assert_eq!(kept.answer(form, "A-2026-000002"), Some(answer("kept")));
        }
    }

    #[test]
    fn memory_is_bounded() {
        let kept = Kept::default();
        let body = Bytes::from(vec![b'x'; 100_000]);
        for number in 0..1_000 {
            let answer = Answer { body: body.clone(), tag: Bytes::new() };
            kept.keep_answer(kept.generation(), AnswerForm::Json, &number.to_string(), answer);
        }
        assert!(kept.answers.weight() <= ANSWER_BYTES, "{}", kept.answers.weight());
        assert!(kept.answers.len() > 100);
    }
}
