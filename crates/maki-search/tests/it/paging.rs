//! Orders and pages.

use maki_search::{Error, Facet, Filters, MAX_OFFSET_BY_RELEVANCE, SearchRequest, Sort};
use uuid::Uuid;

use super::{index_of, position, system};

#[test]
fn every_order_pages_through_everything_once() {
    let names = ["Ämter", "Zebra", "ahorn", "Birke", "Österreich", "Oder", "10 Wege", "Übung", "Ulme"];
    let documents: Vec<_> = (1..).zip(names).map(|(n, name)| system(n, name, "wort")).collect();
    let test = index_of(&documents);
    let snapshot = test.index.snapshot();
    let by = |sort: Sort, query: &str, filters: Filters| -> Vec<String> {
        let mut all = Vec::new();
        for page in 0..6 {
            let request = SearchRequest {
                query: query.into(),
                filters: filters.clone(),
                sort,
                offset: page * 2,
                limit: 2,
                ..SearchRequest::default()
            };
            let hits = snapshot.search(&request).unwrap();
            assert_eq!(hits.total, 9);
            all.extend(hits.hits.into_iter().map(|hit| hit.name));
        }
        all
    };
    let by_name = ["10 Wege", "Ämter", "ahorn", "Birke", "Oder", "Österreich", "Übung", "Ulme", "Zebra"];
    let newest: Vec<_> = names.iter().rev().copied().collect();
    for query in ["", "wort"] {
        for filters in [Filters::new(), Filters::new().with(Facet::Authority, "org")] {
            assert_eq!(by(Sort::Name, query, filters.clone()), by_name, "{query}");
            assert_eq!(by(Sort::Newest, query, filters), newest, "{query}");
        }
    }
    assert_eq!(by(Sort::Relevance, "", Filters::new()), newest);
    let mut by_relevance = by(Sort::Relevance, "wort", Filters::new());
    by_relevance.sort();
    let mut all = names.map(str::to_owned).to_vec();
    all.sort();
    assert_eq!(by_relevance, all);
    let ids = snapshot
        .all_ids(&SearchRequest { query: "wort".into(), sort: Sort::Name, ..SearchRequest::default() })
        .unwrap();
    assert_eq!(ids.len(), 9);
    assert_eq!(ids[1].as_u128(), 1);
}

#[test]
fn limits_of_pages_and_queries() {
    let test = index_of(&[system(1, "Eins", "wort")]);
    let search = |query: &str, sort: Sort, offset: usize| {
        let request =
            SearchRequest { query: query.into(), sort, offset, limit: usize::MAX, ..SearchRequest::default() };
        test.index.snapshot().search(&request).map(|hits| hits.hits.len())
    };
    assert!(matches!(search("wort", Sort::Relevance, MAX_OFFSET_BY_RELEVANCE + 1), Err(Error::PageTooDeep { .. })));
    assert!(matches!(search("wort", Sort::Newest, 1_000_000_000), Ok(0)));
    assert!(matches!(search("", Sort::Relevance, 1_000_000_000), Ok(0)));
    assert!(matches!(search(&"a".repeat(10_000), Sort::Relevance, 0), Err(Error::QueryTooLong { .. })));
    assert!(search("\"offen", Sort::Relevance, 0).is_ok());
}

#[test]
fn a_page_after_a_system_heeds_no_number() {
    let documents: Vec<_> = (1..=9_u128).map(|n| system(n, &format!("Name {n}"), "wort")).collect();
    let test = index_of(&documents);
    // Seen: 9, 8, 7. Then two are published, and one that was seen disappears.
    let mut writer = test.index.writer().unwrap();
    for n in [10, 11] {
        writer.put(&system(n, &format!("Name {n}"), "wort")).unwrap();
    }
    writer.remove(Uuid::from_u128(9)).unwrap();
    writer.commit(&position(2)).unwrap();
    test.index.reload().unwrap();
    let after = |query: &str, filters: &Filters, sort: Sort, last: u128| {
        let request = SearchRequest {
            query: query.into(),
            filters: filters.clone(),
            sort,
            offset: 3,
            after: Some(Uuid::from_u128(last)),
            limit: 2,
            facets: Vec::new(),
            ..SearchRequest::default()
        };
        let hits = test.index.snapshot().search(&request).unwrap();
        (hits.offset, hits.hits.iter().map(|hit| hit.id.as_u128()).collect::<Vec<_>>())
    };
    for query in ["", "wort"] {
        for filters in [Filters::new(), Filters::new().with(Facet::Authority, "org")] {
            assert_eq!(after(query, &filters, Sort::Newest, 7), (4, vec![6, 5]), "{query}");
            assert_eq!(after(query, &filters, Sort::Newest, 1), (10, vec![]), "{query}");
            assert_eq!(after(query, &filters, Sort::Name, 2), (4, vec![3, 4]), "{query}");
            // One that is gone leaves its number, less itself.
            assert_eq!(after(query, &filters, Sort::Newest, 9), (2, vec![8, 7]), "{query}");
        }
    }
}
