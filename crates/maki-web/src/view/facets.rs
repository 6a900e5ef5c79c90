//! The filters beside the list: facets with counts, chips to take a filter off, and the addresses behind them.

use maki_app::{Facet, FacetCounts, FacetValue, deployment_classes};
use maki_domain::{Language, vocabulary};

use crate::search_form::SearchForm;
use crate::texts::texts;

/// Options of an open facet before "more".
const SHOWN: usize = 6;
/// Facets that stand open; the others open by hand or when chosen.
const OPEN: [Facet; 5] = [Facet::Level, Facet::LifecycleGroup, Facet::RiskClass, Facet::Field, Facet::Land];

/// The order of the filters on the page: what citizens ask first stands first.
pub const ORDER: [Facet; 17] = [
    Facet::Level,
    Facet::Land,
    Facet::LifecycleGroup,
    Facet::RiskClass,
    Facet::Field,
    Facet::Technique,
    Facet::Authority,
    Facet::Affected,
    Facet::DecisionEffect,
    Facet::AutomationLevel,
    Facet::PersonalData,
    Facet::Reuse,
    Facet::Cooperation,
    Facet::Kind,
    Facet::Lifecycle,
    Facet::StartYear,
    Facet::Deployments,
];

/// One value to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionView {
    pub id: String,
    pub value: String,
    pub label: String,
    pub count: u32,
    pub chosen: bool,
}

/// One facet with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetView {
    pub name: &'static str,
    pub label: String,
    pub open: bool,
    pub options: Vec<OptionView>,
    pub further: Vec<OptionView>,
}

/// A chosen value that a click takes off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    pub label: String,
    pub value: String,
    pub href: String,
}

/// The name of a facet.
#[must_use]
pub fn facet_label(facet: Facet, language: Language) -> String {
    let list = facet.vocabulary().or(match facet {
        Facet::Land => Some("land"),
        _ => None,
    });
    match list.and_then(vocabulary) {
        Some(list) => list.label.get(language).to_owned(),
        None => texts(language)
            .get(match facet {
                Facet::Authority => "facet-authority",
                Facet::Deployments => "facet-deployments",
                _ => "facet-start-year",
            })
            .to_owned(),
    }
}

/// The name of a value of a facet; `label` is what the index knows of it.
#[must_use]
pub fn value_label(facet: Facet, code: &str, label: Option<&str>, language: Language) -> String {
    if facet == Facet::Deployments {
        return deployments_label(code, language);
    }
    let list = facet.vocabulary().unwrap_or(if facet == Facet::Land { "land" } else { "" });
    label.unwrap_or_else(|| vocabulary::label(list, code, language)).to_owned()
}

fn deployments_label(code: &str, language: Language) -> String {
    let t = texts(language);
    let as_number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    match deployment_classes().into_iter().find(|(_, _, own)| own == code) {
        Some((from, Some(to), _)) if to == from => t.count("uses-exactly", from),
        Some((from, Some(to), _)) => {
            t.with("uses-between", &[("from", as_number(from).into()), ("to", as_number(to).into())])
        }
        Some((from, None, _)) => t.count("uses-more", from.saturating_sub(1)),
        None => code.to_owned(),
    }
}

/// Facets that have something to choose, in display order.
#[must_use]
pub fn facets(counts: &[FacetCounts], language: Language) -> Vec<FacetView> {
    ORDER
        .into_iter()
        .filter_map(|facet| counts.iter().find(|c| c.facet == facet))
        .filter_map(|c| facet_view(c, language))
        .collect()
}

fn facet_view(counts: &FacetCounts, language: Language) -> Option<FacetView> {
    let facet = counts.facet;
    let option = |value: &FacetValue| OptionView {
        id: format!("{}-{}", facet.name(), value.code),
        value: value.code.clone(),
        label: value_label(facet, &value.code, value.label.as_deref(), language),
        count: value.count,
        chosen: value.chosen,
    };
    let mut values: Vec<&FacetValue> = counts.values.iter().collect();
    if values.is_empty() {
        return None;
    }
    if facet == Facet::StartYear {
        values.reverse();
    }
    let chosen = values.iter().any(|v| v.chosen);
    // Two more behind a click would be a click for nothing.
    let split = if values.len() > SHOWN + 2 { SHOWN } else { values.len() };
    if split < values.len() && !matches!(facet, Facet::StartYear) {
        values.sort_by(|a, b| b.chosen.cmp(&a.chosen).then(b.count.cmp(&a.count)));
    }
    let (first, rest) = values.split_at(split);
    Some(FacetView {
        name: facet.name(),
        label: facet_label(facet, language),
        open: OPEN.contains(&facet) || chosen,
        options: first.iter().map(|v| option(v)).collect(),
        further: rest.iter().map(|v| option(v)).collect(),
    })
}

/// One chip per chosen value.
#[must_use]
pub fn chips(form: &SearchForm, counts: &[FacetCounts], language: Language) -> Vec<Chip> {
    let known = |facet: Facet, code: &str| {
        let value = counts.iter().find(|c| c.facet == facet)?.values.iter().find(|v| v.code == code)?;
        value.label.clone()
    };
    form.filters
        .iter()
        .flat_map(|(facet, values)| values.iter().map(move |value| (facet, value)))
        .map(|(facet, value)| Chip {
            label: facet_label(facet, language),
            value: value_label(facet, value, known(facet, value).as_deref(), language),
            href: form.without(facet, value).href(language),
        })
        .collect()
}
