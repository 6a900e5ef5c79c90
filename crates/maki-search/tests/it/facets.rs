//! Counts tell the truth: distinct systems, own filter ignored, facts of two deployments never combined.

use maki_search::testing::{Generator, Random};
use maki_search::{DeploymentFacts, Facet, Filters, Hits, SearchRequest, Sort, SystemDocument};
use proptest::prelude::*;
use uuid::Uuid;

use super::{index_of, system};

fn deployment(n: u128, authority: &str, land: &str, lifecycle: &str) -> DeploymentFacts {
    DeploymentFacts {
        id: Uuid::from_u128(n),
        authority: authority.into(),
        authority_name: format!("Name von {authority}"),
        land: Some(land.into()),
        lifecycle: Some(lifecycle.into()),
        ..DeploymentFacts::default()
    }
}

fn counts(hits: &Hits, facet: Facet) -> Vec<(String, u32)> {
    let of_facet = hits.facets.iter().find(|counts| counts.facet == facet).unwrap();
    of_facet.values.iter().map(|value| (value.code.clone(), value.count)).collect()
}

fn pairs(list: &[(&str, u32)]) -> Vec<(String, u32)> {
    list.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect()
}

fn shared_system() -> Vec<SystemDocument> {
    let mut shared = system(1, "Geteilt", "wort");
    shared.deployments = vec![
        deployment(11, "a", "05", "idea"),
        deployment(12, "b", "09", "operation"),
        deployment(13, "b", "09", "pilot"),
    ];
    let mut alone = system(2, "Allein", "wort");
    alone.deployments = vec![deployment(21, "a", "05", "operation")];
    let mut without = system(3, "Ohne", "wort");
    without.deployments.clear();
    vec![shared, alone, without]
}

#[test]
fn facts_of_two_deployments_are_never_combined() {
    let test = index_of(&shared_system());
    for query in ["", "wort"] {
        let filters = Filters::new().with(Facet::Land, "05").with(Facet::LifecycleGroup, "in_operation");
        let request = SearchRequest { query: query.into(), filters, ..SearchRequest::default() };
        let hits = test.index.snapshot().search(&request).unwrap();
        assert_eq!(hits.hits.iter().map(|hit| hit.name.as_str()).collect::<Vec<_>>(), ["Allein"]);
        assert_eq!(hits.hits[0].deployment, Some(Uuid::from_u128(21)));
        // Own filter ignored: which Länder have it in operation, which groups exist in 05.
        assert_eq!(counts(&hits, Facet::Land), pairs(&[("05", 1), ("09", 1)]));
        assert_eq!(counts(&hits, Facet::LifecycleGroup), pairs(&[("planned", 1), ("in_operation", 1)]));
        assert_eq!(counts(&hits, Facet::Authority), pairs(&[("a", 1)]));
    }
}

#[test]
fn counts_are_distinct_systems() {
    let test = index_of(&shared_system());
    let snapshot = test.index.snapshot();
    for query in ["", "wort"] {
        let request = SearchRequest { query: query.into(), ..SearchRequest::default() };
        let hits = snapshot.search(&request).unwrap();
        assert_eq!((hits.total, hits.deployments), (3, 4));
        assert_eq!(counts(&hits, Facet::Authority), pairs(&[("a", 2), ("b", 1)]));
        assert_eq!(counts(&hits, Facet::Land), pairs(&[("05", 2), ("09", 1)]));
        assert_eq!(
            counts(&hits, Facet::LifecycleGroup),
            pairs(&[("planned", 1), ("in_development", 1), ("in_operation", 2)])
        );
    }
    assert_eq!(snapshot.overview().systems, 3);
}

#[test]
fn the_deployment_of_a_hit_is_the_one_that_passes() {
    let test = index_of(&shared_system());
    for (query, sort) in [("", Sort::Newest), ("wort", Sort::Relevance), ("wort", Sort::Name)] {
        let filters = Filters::new().with(Facet::Lifecycle, "pilot");
        let request = SearchRequest { query: query.into(), filters, sort, ..SearchRequest::default() };
        let hits = test.index.snapshot().search(&request).unwrap();
        assert_eq!(hits.hits[0].deployment, Some(Uuid::from_u128(13)));
    }
}

#[test]
fn unknown_values_match_nothing_and_chosen_ones_stay_visible() {
    let test = index_of(&shared_system());
    let filters = Filters::new().with(Facet::Land, "16").with(Facet::Authority, "nobody");
    let request = SearchRequest { filters, ..SearchRequest::default() };
    let hits = test.index.snapshot().search(&request).unwrap();
    assert_eq!(hits.total, 0);
    assert_eq!(counts(&hits, Facet::Land), pairs(&[("16", 0)]));
}

/// Codes of a facet as the documents state them, per deployment.
fn values(document: &SystemDocument, deployment: Option<&DeploymentFacts>, facet: Facet) -> Vec<String> {
    let own = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    match facet {
        Facet::Field => return document.facts.fields.clone(),
        Facet::Technique => return document.facts.techniques.clone(),
        Facet::Reuse => return document.facts.reuse.clone(),
        Facet::Cooperation => return document.facts.cooperation.clone(),
        Facet::Kind => return own(&document.facts.kind),
        Facet::RiskClass => return own(&document.facts.risk_class),
        Facet::Deployments => {
            let classes = maki_search::deployment_classes().into_iter();
            let number = document.deployments.len();
            return classes
                .filter(|(from, _, _)| *from <= number)
                .map(|(_, _, code)| code)
                .next_back()
                .into_iter()
                .collect();
        }
        _ => {}
    }
    let Some(deployment) = deployment else { return Vec::new() };
    match facet {
        Facet::Level => own(&deployment.level),
        Facet::Land => own(&deployment.land),
        Facet::Authority => vec![deployment.authority.clone()],
        Facet::Lifecycle => own(&deployment.lifecycle),
        Facet::PersonalData => own(&deployment.personal_data),
        Facet::Affected => deployment.affected.clone(),
        Facet::DecisionEffect => own(&deployment.decision_effect),
        Facet::AutomationLevel => own(&deployment.automation_level),
        Facet::StartYear => deployment.start_year.iter().map(u16::to_string).collect(),
        _ => Vec::new(),
    }
}

fn brute_count(documents: &[SystemDocument], word: Option<&str>, filters: &Filters, facet: Facet, code: &str) -> u32 {
    let passes = |document: &SystemDocument, deployment: Option<&DeploymentFacts>| {
        let accepted = |(filter, wanted): (Facet, &[String])| {
            filter == facet || values(document, deployment, filter).iter().any(|value| wanted.contains(value))
        };
        filters.iter().all(accepted) && values(document, deployment, facet).iter().any(|value| value == code)
    };
    let has_word = |document: &SystemDocument| {
        let texts = [&document.name, &document.texts.high[0].text, &document.texts.medium[0].text];
        let text = texts.map(|text| text.to_lowercase()).join(" ");
        word.is_none_or(|word| text.split(|c: char| !c.is_alphanumeric()).any(|found| found == word))
    };
    let counted = documents.iter().filter(|document| {
        let all: Vec<_> = document.deployments.iter().map(Some).collect();
        let all = if all.is_empty() { vec![None] } else { all };
        has_word(document) && all.into_iter().any(|deployment| passes(document, deployment))
    });
    u32::try_from(counted.count()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn counts_equal_brute_force(seed in 0_u64..1_000_000) {
        let generator = Generator::new(7);
        let mut random = Random::new(seed);
        let mut documents: Vec<_> = (0..120).map(|_| generator.document(random.below(100_000))).collect();
        documents.sort_by_key(|document| document.id);
        documents.dedup_by_key(|document| document.id);
        // More shared systems than the generator makes.
        for i in 0..documents.len() / 3 {
            let more = documents[documents.len() - 1 - i].deployments.clone();
            documents[i].deployments.extend(more);
        }
        let test = index_of(&documents);
        let facets = [Facet::Land, Facet::Lifecycle, Facet::Field, Facet::Level, Facet::Authority, Facet::Technique];
        for (query, word) in [("", None), ("digital -xyzxyz", Some("digital"))] {
            let mut filters = Filters::new();
            for _ in 0..random.below(4) {
                let document = &documents[random.below(documents.len())];
                let facet = facets[random.below(facets.len())];
                if let Some(value) = values(document, document.deployments.first(), facet).first() {
                    filters.add(facet, value.clone());
                }
            }
            let request = SearchRequest { query: query.into(), filters: filters.clone(), authority_limit: 10_000, limit: 1_000, ..SearchRequest::default() };
            let hits = test.index.snapshot().search(&request).unwrap();
            prop_assert_eq!(hits.hits.len(), hits.total);
            for counts in &hits.facets {
                if counts.facet == Facet::LifecycleGroup {
                    continue;
                }
                for value in &counts.values {
                    let expected = brute_count(&documents, word, &filters, counts.facet, &value.code);
                    prop_assert_eq!(value.count, expected, "{:?} {} under {:?} {:?}", counts.facet, value.code, filters, word);
                }
            }
        }
    }
}
