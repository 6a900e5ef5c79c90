//! Reading systems together: while a statement runs, the Kennungen that are asked for meanwhile wait, and the next
//! statement reads all of them. A statement's way to the database and back costs more than what it reads, so the
//! more is asked for, the less each costs. A second statement runs beside the first only when it would be full:
//! nobody waits longer than for one statement, and few at a time do not each wake a thread of the database.
//!
//! Invariant: whatever is answered was read by a statement that began after it was asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use maki_domain::Kennung;
use maki_store::{Sheet, Store};
use tokio::sync::oneshot;

use crate::AppError;

/// Statements that run at the same time.
const AT_ONCE: usize = 4;
/// Systems in one statement; more wait for the next one.
const TOGETHER: usize = 16;

type Reply = oneshot::Sender<Option<Sheet>>;

#[derive(Default)]
pub(crate) struct Gather(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    asked: Vec<(Kennung, Reply)>,
    readers: usize,
}

impl Gather {
    /// The system of this Kennung, as [`Store::sheets`] finds it.
    pub async fn sheet(&self, store: &Store, kennung: &Kennung) -> Result<Option<Sheet>, AppError> {
        let (reply, answer) = oneshot::channel();
        if let Some(reader) = Reader::for_one_more(&self.0, (kennung.clone(), reply)) {
            // In a task of its own: whoever asked first may go away, the others still wait.
            tokio::spawn(reader.read(store.clone()));
        }
        match answer.await {
            Ok(sheet) => Ok(sheet),
            // Another one's record may be damaged; what is wrong here shows when it is read alone.
            Err(_) => Ok(store.sheets(std::slice::from_ref(kennung)).await?.pop().flatten()),
        }
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One who reads until nobody waits.
struct Reader {
    waiting: Arc<Mutex<Waiting>>,
    counted: bool,
}

impl Reader {
    /// Puts a question down; a reader where another one may run.
    fn for_one_more(waiting: &Arc<Mutex<Waiting>>, question: (Kennung, Reply)) -> Option<Self> {
        let mut now = lock(waiting);
        now.asked.push(question);
        let full = now.asked.len() >= TOGETHER;
        (now.readers == 0 || full && now.readers < AT_ONCE).then(|| {
            now.readers += 1;
            Self { waiting: Arc::clone(waiting), counted: true }
        })
    }

    /// The next questions. With the last one the reader counts no more, in the same moment: a question that comes
    /// then finds that it needs a new one.
    fn next(&mut self) -> Option<(Vec<Kennung>, Vec<Reply>)> {
        let mut now = lock(&self.waiting);
        if now.asked.is_empty() {
            now.readers -= 1;
            self.counted = false;
            return None;
        }
        let some = now.asked.len().min(TOGETHER);
        Some(now.asked.drain(..some).unzip())
    }

    async fn read(mut self, store: Store) {
        while let Some((kennungen, replies)) = self.next() {
            match store.sheets(&kennungen).await {
                Ok(sheets) => {
                    for (reply, sheet) in replies.into_iter().zip(sheets) {
                        // Who has gone away needs no answer.
                        let _ = reply.send(sheet);
                    }
                }
                // Each one asks again by itself and meets its own error.
                Err(_) => drop(replies),
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Only one that was ended before its work was done.
        if self.counted {
            lock(&self.waiting).readers -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn question(number: u64) -> ((Kennung, Reply), oneshot::Receiver<Option<Sheet>>) {
        let (reply, answer) = oneshot::channel();
        ((Kennung::new("A", "2026", number).unwrap(), reply), answer)
    }

    #[test]
    fn every_question_finds_a_reader() {
        let waiting = Arc::default();
        let mut readers: Vec<Reader> = Vec::new();
        for number in 0..10 {
            readers.extend(Reader::for_one_more(&waiting, question(number).0));
        }
        let mut first = readers.pop().unwrap();
        assert!(readers.is_empty(), "the first reader takes all that is there");
        assert_eq!(first.next().unwrap().0.len(), 10);
        // It is on its way to the database; what comes now waits for its return.
        assert!(Reader::for_one_more(&waiting, question(10).0).is_none());
        assert_eq!(first.next().unwrap().0.len(), 1);
        assert!(first.next().is_none());
        assert!(Reader::for_one_more(&waiting, question(11).0).is_some_and(|mut reader| reader.next().is_some()));
        drop(first);
        assert_eq!(lock(&waiting).readers, 0);
    }

    #[test]
    fn a_statement_has_a_size_and_a_full_one_a_reader_of_its_own() {
        let waiting = Arc::default();
        let readers: Vec<Reader> =
            (0..100).filter_map(|number| Reader::for_one_more(&waiting, question(number).0)).collect();
        assert_eq!(readers.len(), AT_ONCE);
        let sizes = readers.into_iter().filter_map(|mut reader| Some(reader.next()?.0.len()));
        assert_eq!(sizes.collect::<Vec<_>>(), [TOGETHER; AT_ONCE]);
    }
}
