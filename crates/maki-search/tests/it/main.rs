//! The index as the app uses it: documents in, hits and counts out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod facets;
mod german;
mod layers;
mod lifecycle;
mod paging;

use maki_search::{
    DeploymentFacts, Index, IndexSettings, Position, SearchRequest, Snapshot, SystemDocument, Text, Texts,
};
use std::sync::Arc;
use uuid::Uuid;

/// An index in a folder of its own.
pub struct TestIndex {
    pub index: Index,
    pub folder: tempfile::TempDir,
}

pub fn position(sequence: i64) -> Position {
    Position { register_id: "test".into(), epoch: 1, sequence }
}

pub fn empty() -> TestIndex {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), IndexSettings::default()).unwrap();
    TestIndex { index, folder }
}

/// An index with these documents, committed one half after the other so that there are two segments.
pub fn index_of(documents: &[SystemDocument]) -> TestIndex {
    let test = empty();
    let mut writer = test.index.writer().unwrap();
    let (first, second) = documents.split_at(documents.len() / 2);
    for half in [first, second] {
        for document in half {
            writer.put(document).unwrap();
        }
        writer.commit(&position(1)).unwrap();
    }
    test.index.reload().unwrap();
    test
}

/// A system with one deployment; `n` makes ids, the text is searched.
pub fn system(n: u128, name: &str, text: &str) -> SystemDocument {
    SystemDocument {
        id: Uuid::from_u128(n),
        kennung: format!("MAKI-2026-{n:06}"),
        name: name.into(),
        published_at: i64::try_from(n).unwrap() * 1_000,
        texts: Texts { medium: vec![Text::de(text)], ..Texts::default() },
        card: format!("card {n}").into_bytes(),
        deployments: vec![DeploymentFacts {
            id: Uuid::from_u128(1_000 + n),
            authority: "org".into(),
            authority_name: "Stadt Musterheide".into(),
            ..DeploymentFacts::default()
        }],
        ..SystemDocument::default()
    }
}

pub fn words(query: &str) -> SearchRequest {
    SearchRequest { query: query.into(), limit: 100, ..SearchRequest::default() }
}

/// Names found, best first.
pub fn found(snapshot: &Arc<Snapshot>, query: &str) -> Vec<String> {
    snapshot.search(&words(query)).unwrap().hits.into_iter().map(|hit| hit.name).collect()
}
