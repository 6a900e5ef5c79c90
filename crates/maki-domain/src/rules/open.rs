//! Which unknown facts could change a result.
//!
//! A result is computed by reading facts one after the other. Where it meets an unknown one, every answer that makes a
//! difference to the conditions is tried, which gives a tree. Its leaves are results with the answers on the way to
//! them; a fact can change the result when two leaves differ in their results and in the answer to that fact alone.
//! That is exact: the leaves cover every case, and what a path never asked does not matter on it.

use std::collections::BTreeMap;

use super::{Answer, FactId, Facts};

/// Known facts, and answers assumed for unknown ones.
struct Assumed<'a> {
    known: &'a BTreeMap<FactId, Answer>,
    assumed: &'a [(FactId, Answer)],
}

impl Facts for Assumed<'_> {
    fn ask(&self, fact: FactId) -> Result<&Answer, FactId> {
        let assumed = || self.assumed.iter().find(|(id, _)| *id == fact).map(|(_, answer)| answer);
        self.known.get(&fact).or_else(assumed).ok_or(fact)
    }
}

/// A result and what was assumed to get to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf<R> {
    pub result: R,
    pub assumed: Vec<(FactId, Answer)>,
}

/// Every result that is possible. `answers` gives the answers to try for an unknown fact.
pub fn leaves<R>(
    known: &BTreeMap<FactId, Answer>,
    answers: &dyn Fn(FactId) -> Vec<Answer>,
    compute: &dyn Fn(&dyn Facts) -> Result<R, FactId>,
) -> Vec<Leaf<R>> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(assumed) = open.pop() {
        match compute(&Assumed { known, assumed: &assumed }) {
            Ok(result) => found.push(Leaf { result, assumed }),
            Err(unknown) => {
                for answer in answers(unknown) {
                    let mut more = assumed.clone();
                    more.push((unknown, answer));
                    open.push(more);
                }
            }
        }
    }
    found
}

/// The one result, when all are equal.
#[must_use]
pub fn certain<R: PartialEq>(leaves: &[Leaf<R>]) -> Option<&R> {
    let (first, rest) = leaves.split_first()?;
    rest.iter().all(|leaf| leaf.result == first.result).then_some(&first.result)
}

/// Facts of which the answer alone can make the difference between two results.
#[must_use]
pub fn deciding<R: PartialEq>(leaves: &[Leaf<R>]) -> Vec<FactId> {
    let mut found: Vec<FactId> = Vec::new();
    for (place, one) in leaves.iter().enumerate() {
        for other in leaves.iter().skip(place + 1).filter(|other| other.result != one.result) {
            let mut differing = one
                .assumed
                .iter()
                .filter(|(fact, answer)| other.assumed.iter().any(|(known, other)| known == fact && other != answer));
            if let (Some((fact, _)), None) = (differing.next(), differing.next())
                && !found.contains(fact)
            {
                found.push(*fact);
            }
        }
    }
    found.sort_unstable();
    found
}
