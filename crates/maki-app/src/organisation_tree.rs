//! The organisations as a tree: who belongs to whom. A page of it is bounded in width, depth and number, whatever the
//! register holds; an organisation whose parent is unknown, or that would stand above itself, is a root.

use std::collections::{HashMap, HashSet};

use maki_domain::RecordId;

use crate::organisations::{Listing, OrganisationSummary};
use crate::{App, AppError};

/// Parts that a page lists of one organisation.
const MOST_CHILDREN: usize = 100;
/// Organisations of a page, roots not counted.
const MOST: usize = 1_000;
/// Levels below a root.
const DEEPEST: usize = 5;

/// An organisation with its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationNode {
    pub summary: OrganisationSummary,
    /// By name.
    pub children: Vec<OrganisationNode>,
    /// All of its parts, listed or not.
    pub parts: usize,
}

/// A page of organisations that belong to none, each with its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationTree {
    /// Roots of all pages.
    pub total: usize,
    pub roots: Vec<OrganisationNode>,
}

/// Places in the listing: of the roots, and of the parts of each organisation, by name.
#[derive(Debug, Default)]
pub(crate) struct Branches {
    roots: Vec<usize>,
    parts: HashMap<RecordId, Vec<usize>>,
}

impl Branches {
    pub(crate) fn of(all: &[OrganisationSummary]) -> Self {
        let above: HashMap<RecordId, Option<RecordId>> = all.iter().map(|o| (o.organisation.id, o.parent)).collect();
        let mut branches = Self::default();
        for (place, organisation) in all.iter().enumerate() {
            let parent = organisation.parent.filter(|parent| above.contains_key(parent));
            match parent.filter(|_| ends(organisation.organisation.id, &above)) {
                Some(parent) => branches.parts.entry(parent).or_default().push(place),
                None => branches.roots.push(place),
            }
        }
        branches
    }
}

/// Whether the way up from an organisation ends.
fn ends(start: RecordId, above: &HashMap<RecordId, Option<RecordId>>) -> bool {
    let mut met = HashSet::from([start]);
    let mut next = above.get(&start).copied().flatten();
    while let Some(id) = next {
        if !met.insert(id) {
            return false;
        }
        next = above.get(&id).copied().flatten();
    }
    true
}

impl Listing {
    fn node(&self, place: usize, depth: usize, budget: &mut usize) -> Option<OrganisationNode> {
        let summary = self.all.get(place)?.clone();
        let parts = self.branches.parts.get(&summary.organisation.id).map_or(&[][..], Vec::as_slice);
        let shown = if depth < DEEPEST { parts.len().min(MOST_CHILDREN).min(*budget) } else { 0 };
        *budget -= shown;
        let children = parts.iter().take(shown).filter_map(|part| self.node(*part, depth + 1, budget)).collect();
        Some(OrganisationNode { summary, children, parts: parts.len() })
    }
}

impl App {
    /// A page of the tree.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn organisation_tree(&self, offset: usize, limit: usize) -> Result<OrganisationTree, AppError> {
        let listing = self.listing().await?;
        let mut budget = MOST;
        let page = listing.branches.roots.iter().skip(offset).take(limit);
        let roots = page.filter_map(|place| listing.node(*place, 0, &mut budget)).collect();
        Ok(OrganisationTree { total: listing.branches.roots.len(), roots })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_way_up_ends_or_goes_round() {
        let id = |number: u128| RecordId(Uuid::from_u128(number));
        let above = HashMap::from([
            (id(1), None),
            (id(2), Some(id(1))),
            (id(3), Some(id(2))),
            // Belongs to one that the register does not show.
            (id(4), Some(id(99))),
            // Two that belong to each other, and one to itself.
            (id(5), Some(id(6))),
            (id(6), Some(id(5))),
            (id(7), Some(id(7))),
        ]);
        let check = |number: u128, expected: bool| assert_eq!(ends(id(number), &above), expected, "{number}");
        for number in [1, 2, 3, 4] {
            check(number, true);
        }
        for number in [5, 6, 7] {
            check(number, false);
        }
    }
}
