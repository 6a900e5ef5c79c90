//! An index over another one: together they answer like one, and nothing of the upper reaches the lower.

use std::sync::Arc;

use maki_search::{Facet, Filters, Index, IndexSettings, SearchRequest, Snapshot, Sort, SystemDocument};
use uuid::Uuid;

use super::{found, index_of, position, system};

/// A lower and an upper index in folders of their own.
struct Layers {
    lower: Arc<Index>,
    upper: Index,
    _folders: [tempfile::TempDir; 2],
}

fn write(index: &Index, documents: &[SystemDocument], removed: &[u128]) {
    let mut writer = index.writer().unwrap();
    for document in documents {
        writer.put(document).unwrap();
    }
    for id in removed {
        writer.remove(Uuid::from_u128(*id)).unwrap();
    }
    writer.commit(&position(1)).unwrap();
}

fn layers(lower_documents: &[SystemDocument], upper_documents: &[SystemDocument]) -> Layers {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let lower = Arc::new(Index::open(folders[0].path(), IndexSettings::default()).unwrap());
    let (first, second) = lower_documents.split_at(lower_documents.len() / 2);
    write(&lower, first, &[]);
    write(&lower, second, &[]);
    let upper = Index::open_over(folders[1].path(), IndexSettings::default(), &lower).unwrap();
    write(&upper, upper_documents, &[]);
    upper.reload().unwrap();
    Layers { lower, upper, _folders: folders }
}

fn of_authority(mut document: SystemDocument, authority: &str) -> SystemDocument {
    for deployment in &mut document.deployments {
        deployment.authority = authority.to_owned();
        deployment.authority_name = format!("Amt {authority}");
        deployment.land = Some("05".to_owned());
    }
    document
}

/// What a snapshot answers, as far as it does not depend on how its documents are spread over segments.
fn answers(snapshot: &Snapshot) -> Vec<String> {
    let filters = [None, Some((Facet::Land, "05")), Some((Facet::Authority, "b"))];
    let mut answers = vec![format!("{:?}", snapshot.overview())];
    for (words, filter) in
        ["", "akte", "akte -geheim", "geheim", "\"geheime akte\""].iter().flat_map(|w| filters.map(|f| (w, f)))
    {
        for sort in [Sort::Newest, Sort::Name] {
            let mut chosen = Filters::new();
            if let Some((facet, value)) = filter {
                chosen.add(facet, value);
            }
            let request = SearchRequest {
                query: (*words).to_owned(),
                filters: chosen,
                facets: vec![Facet::Land, Facet::Authority],
                sort,
                limit: 50,
                ..SearchRequest::default()
            };
            let response = snapshot.search(&request).unwrap();
            let ids: Vec<_> = response.hits.iter().map(|hit| hit.id.as_u128()).collect();
            answers.push(format!("{words} {filter:?} {sort:?}: {} {ids:?} {:?}", response.total, response.facets));
        }
    }
    answers
}

#[test]
fn two_layers_answer_like_one_index() {
    let lower: Vec<_> = (1..=20).map(|n| of_authority(system(n, &format!("System {n}"), "akte"), "a")).collect();
    let upper = [
        of_authority(system(3, "System 3", "geheime akte"), "a"),
        of_authority(system(17, "System 17", "geheim"), "b"),
        of_authority(system(30, "System 30", "geheim"), "b"),
    ];
    let layers = layers(&lower, &upper);
    let mut all: Vec<_> = lower.into_iter().filter(|d| ![3, 17].contains(&d.id.as_u128())).collect();
    all.extend(upper);
    let flat = index_of(&all);
    assert_eq!(answers(&layers.upper.snapshot()), answers(&flat.index.snapshot()));
}

#[test]
fn the_lower_layer_learns_nothing_from_the_upper() {
    let layers = layers(&[system(1, "Eins", "akte")], &[system(2, "Zwei", "geheimnisvoll")]);
    layers.lower.reload().unwrap();
    let lower = layers.lower.snapshot();
    assert_eq!(lower.overview().systems, 1);
    assert!(found(&lower, "geheimnisvoll").is_empty());
    assert!(lower.suggest("geheim", 5).unwrap().is_empty());
    assert!(lower.suggest("zwei", 5).unwrap().is_empty());
    let near = lower.search(&SearchRequest { query: "geheimnisvol".to_owned(), limit: 5, ..SearchRequest::default() });
    let near = near.unwrap();
    assert!(near.corrected.is_empty() && near.suggestions.is_empty(), "{near:?}");
    assert_eq!(found(&layers.upper.snapshot(), "geheimnisvoll"), ["Zwei"]);
}

#[test]
fn both_layers_change() {
    let layers = layers(&[system(1, "Eins", "akte"), system(2, "Zwei", "akte")], &[system(2, "Zwei offen", "akte")]);
    let names = |layers: &Layers| {
        layers.upper.reload().unwrap();
        let mut names = found(&layers.upper.snapshot(), "akte");
        names.sort_unstable();
        names
    };
    assert_eq!(names(&layers), ["Eins", "Zwei offen"]);
    write(&layers.lower, &[system(1, "Eins neu", "akte")], &[]);
    assert_eq!(names(&layers), ["Eins neu", "Zwei offen"]);
    write(&layers.upper, &[system(1, "Eins offen", "akte")], &[2]);
    assert_eq!(names(&layers), ["Eins offen", "Zwei"]);
    write(&layers.lower, &[], &[1]);
    write(&layers.upper, &[], &[1]);
    assert_eq!(names(&layers), ["Zwei"]);
}
