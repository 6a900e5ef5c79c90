//! Asking together: while one is on its way to the database, the questions that come meanwhile wait, and the next one
//! takes all of them along. The way to the database and back, and a commit, cost more than what is read or written, so
//! the more is asked for, the less each costs. A second one goes beside the first only where that is allowed and when
//! it would be full: nobody waits longer than for one, and few at a time do not each wake a thread of the database.
//!
//! Invariant: whatever is answered was done by one that began after it was asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// How much is taken along, and how many are on their way at the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub at_once: usize,
    pub together: usize,
}

type Reply<A> = oneshot::Sender<A>;

pub(crate) struct Gather<Q, A> {
    limits: Limits,
    waiting: Arc<Mutex<Waiting<Q, A>>>,
}

struct Waiting<Q, A> {
    asked: Vec<(Q, Reply<A>)>,
    readers: usize,
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    pub fn new(limits: Limits) -> Self {
        Self { limits, waiting: Arc::new(Mutex::new(Waiting { asked: Vec::new(), readers: 0 })) }
    }

    /// The answer to a question. `work` answers several, each in its place. None when it could answer none of them,
    /// because of what may be wrong with another one: then the question is to be asked alone.
    pub async fn ask<W, F>(&self, question: Q, work: W) -> Option<A>
    where
        W: Fn(Vec<Q>) -> F + Send + Sync + 'static,
        F: Future<Output = Option<Vec<A>>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        if let Some(reader) = Reader::for_one_more(self.limits, &self.waiting, (question, reply)) {
            // In a task of its own: whoever asked first may go away, the others still wait.
            tokio::spawn(reader.work(work));
        }
        answer.await.ok()
    }
}

fn lock<Q, A>(waiting: &Mutex<Waiting<Q, A>>) -> MutexGuard<'_, Waiting<Q, A>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One who works until nobody waits.
struct Reader<Q, A> {
    limits: Limits,
    waiting: Arc<Mutex<Waiting<Q, A>>>,
    counted: bool,
}

impl<Q, A> Reader<Q, A> {
    /// Puts a question down; a reader where another one may run.
    fn for_one_more(limits: Limits, waiting: &Arc<Mutex<Waiting<Q, A>>>, question: (Q, Reply<A>)) -> Option<Self> {
        let mut now = lock(waiting);
        now.asked.push(question);
        let full = now.asked.len() >= limits.together;
        (now.readers == 0 || full && now.readers < limits.at_once).then(|| {
            now.readers += 1;
            Self { limits, waiting: Arc::clone(waiting), counted: true }
        })
    }

    /// The next questions. With the last one the reader counts no more, in the same moment: a question that comes
    /// then finds that it needs a new one.
    fn next(&mut self) -> Option<(Vec<Q>, Vec<Reply<A>>)> {
        let mut now = lock(&self.waiting);
        if now.asked.is_empty() {
            now.readers -= 1;
            self.counted = false;
            return None;
        }
        let some = now.asked.len().min(self.limits.together);
        Some(now.asked.drain(..some).unzip())
    }

    async fn work<W, F>(mut self, work: W)
    where
        W: Fn(Vec<Q>) -> F,
        F: Future<Output = Option<Vec<A>>>,
    {
        while let Some((questions, replies)) = self.next() {
            match work(questions).await {
                Some(answers) => {
                    for (reply, answer) in replies.into_iter().zip(answers) {
                        // Who has gone away needs no answer.
                        let _ = reply.send(answer);
                    }
                }
                // Each one asks again by itself and meets its own error.
                None => drop(replies),
            }
        }
    }
}

impl<Q, A> Drop for Reader<Q, A> {
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

    const LIMITS: Limits = Limits { at_once: 4, together: 16 };

    fn waiting() -> Arc<Mutex<Waiting<u64, u64>>> {
        Gather::new(LIMITS).waiting
    }

    fn question(number: u64) -> (u64, Reply<u64>) {
        (number, oneshot::channel().0)
    }

    #[test]
    fn every_question_finds_a_reader() {
        let waiting = waiting();
        let mut readers: Vec<Reader<u64, u64>> = Vec::new();
        for number in 0..10 {
            readers.extend(Reader::for_one_more(LIMITS, &waiting, question(number)));
        }
        let mut first = readers.pop().unwrap();
        assert!(readers.is_empty(), "the first reader takes all that is there");
        assert_eq!(first.next().unwrap().0.len(), 10);
        // It is on its way to the database; what comes now waits for its return.
        assert!(Reader::for_one_more(LIMITS, &waiting, question(10)).is_none());
        assert_eq!(first.next().unwrap().0.len(), 1);
        assert!(first.next().is_none());
        assert!(Reader::for_one_more(LIMITS, &waiting, question(11)).is_some_and(|mut reader| reader.next().is_some()));
        drop(first);
        assert_eq!(lock(&waiting).readers, 0);
    }

    #[test]
    fn a_way_has_a_size_and_a_full_one_a_reader_of_its_own() {
        let waiting = waiting();
        let readers: Vec<Reader<u64, u64>> =
            (0..100).filter_map(|number| Reader::for_one_more(LIMITS, &waiting, question(number))).collect();
        assert_eq!(readers.len(), LIMITS.at_once);
        let sizes = readers.into_iter().filter_map(|mut reader| Some(reader.next()?.0.len()));
        assert_eq!(sizes.collect::<Vec<_>>(), [LIMITS.together; LIMITS.at_once]);
    }

    #[tokio::test]
    async fn who_was_taken_along_with_a_failure_is_told_to_go_alone() {
        let gather = Gather::<u64, u64>::new(LIMITS);
        let doubled = |all: Vec<u64>| async move { all.iter().map(|n| (*n != 13).then_some(n * 2)).collect() };
        assert_eq!(gather.ask(4, doubled).await, Some(8));
        assert_eq!(gather.ask(13, doubled).await, None);
        assert_eq!(gather.ask(5, doubled).await, Some(10), "a failure ends nobody's work");
    }
}
