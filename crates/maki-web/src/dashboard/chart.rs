//! Charts as finished rows: label, count, length of the bar, share, and the filtered list behind it.
//!
//! A chart says nothing that its table does not say; the bar only helps the eye.

use maki_app::{Facet, FacetCounts, SearchPage, deployment_classes};
use maki_domain::{Language, vocabulary};

use crate::format;
use crate::search_form::SearchForm;
use crate::texts::texts;
use crate::view::facets::value_label;

/// Length of the longest bar in the units of the drawing.
pub const FULL: u64 = 1000;
/// Bars before "more".
const SHOWN: usize = 10;

/// In which order bars stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The values have an order of their own.
    Natural,
    /// Most frequent first.
    Frequent,
    /// The natural order from its end.
    Latest,
}

/// Which chart, in which order of values, and whether values that nobody has are shown as well.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub facet: Facet,
    order: Order,
    zeros: bool,
}

const fn kind(facet: Facet, order: Order, zeros: bool) -> Kind {
    Kind { facet, order, zeros }
}

/// All charts in the order of the page.
pub const KINDS: [Kind; 13] = [
    kind(Facet::Level, Order::Natural, true),
    kind(Facet::LifecycleGroup, Order::Natural, true),
    kind(Facet::RiskClass, Order::Natural, true),
    kind(Facet::DecisionEffect, Order::Natural, true),
    kind(Facet::Field, Order::Frequent, false),
    kind(Facet::Technique, Order::Frequent, false),
    kind(Facet::PersonalData, Order::Natural, true),
    kind(Facet::Deployments, Order::Natural, true),
    kind(Facet::Reuse, Order::Frequent, true),
    kind(Facet::Cooperation, Order::Frequent, true),
    kind(Facet::StartYear, Order::Latest, false),
    kind(Facet::Lifecycle, Order::Natural, true),
    LAND,
];

/// The chart of the Länder, which stands beside the map.
pub const LAND: Kind = kind(Facet::Land, Order::Frequent, true);

impl Kind {
    /// The name in addresses; that of the facet where there is one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facet.name()
    }

    /// The chart of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.name() == name)
    }

    /// The title in a language.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let key = match self.facet {
            Facet::Deployments => "chart-deployments",
            Facet::Level => "chart-level",
            Facet::Land => "chart-land",
            Facet::LifecycleGroup => "chart-lifecycle-group",
            Facet::Lifecycle => "chart-lifecycle",
            Facet::Field => "chart-field",
            Facet::Technique => "chart-technique",
            Facet::RiskClass => "chart-risk-class",
            Facet::Reuse => "chart-reuse",
            Facet::Cooperation => "chart-cooperation",
            Facet::PersonalData => "chart-personal-data",
            Facet::DecisionEffect => "chart-decision-effect",
            _ => "chart-start-year",
        };
        texts(language).get(key)
    }
}

/// One row of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub code: String,
    pub label: String,
    pub count: u64,
    /// Length out of [`FULL`].
    pub length: u64,
    /// Share of the systems found, in words; none where the chart's own filter restricts it.
    pub share: Option<String>,
    /// The list of these systems; none when it would be empty.
    pub href: Option<String>,
    /// The address filters on this value.
    pub chosen: bool,
}

/// One chart.
#[derive(Debug, Clone)]
pub struct Chart {
    pub name: &'static str,
    pub title: &'static str,
    /// The head of the first column.
    pub what: String,
    /// How to read it, where that is not plain.
    pub note: Option<&'static str>,
    pub bars: Vec<Bar>,
    pub further: Vec<Bar>,
    /// Whether the table has a column of shares.
    pub shares: bool,
    pub csv_href: String,
    /// No system has any of the values.
    pub empty: bool,
}

impl Chart {
    /// All rows, shown at once or not.
    pub fn rows(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().chain(&self.further)
    }
}

/// A chart of what a search found.
#[must_use]
pub fn chart(kind: Kind, form: &SearchForm, found: &SearchPage, language: Language) -> Chart {
    let mut bars = facet_bars(kind, form, &found.hits.facets, language);
    let longest = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    let own_filter = !form.filters.values(kind.facet).is_empty();
    let total = u64::try_from(found.hits.total).unwrap_or(u64::MAX);
    for bar in &mut bars {
        bar.length = length(bar.count, longest);
        bar.share = (!own_filter).then(|| share(language, bar.count, total));
    }
    // Two more behind a click would be a click for nothing.
    let split = if bars.len() > SHOWN + 2 { SHOWN } else { bars.len() };
    let further = bars.split_off(split);
    Chart {
        name: kind.name(),
        title: kind.title(language),
        what: crate::view::facets::facet_label(kind.facet, language),
        note: note(kind, language),
        bars,
        further,
        shares: !own_filter,
        csv_href: csv_href(kind, form, language),
        empty: longest == 0,
    }
}

fn facet_bars(kind: Kind, form: &SearchForm, counts: &[FacetCounts], language: Language) -> Vec<Bar> {
    let facet = kind.facet;
    let values = counts.iter().find(|c| c.facet == facet).map(|c| c.values.as_slice()).unwrap_or_default();
    let others = form.without_facet(facet);
    let chosen = form.filters.values(facet);
    let bar = |code: &str, label: Option<&str>, count: u32| Bar {
        code: code.to_owned(),
        label: value_label(facet, code, label, language),
        count: u64::from(count),
        length: 0,
        share: None,
        href: (count > 0).then(|| list_href(&others, facet, code, language)),
        chosen: chosen.iter().any(|c| c == code),
    };
    let every = every_code(facet).filter(|_| kind.zeros);
    let mut bars: Vec<Bar> = match every {
        Some(codes) => codes
            .iter()
            .map(|code| bar(code, None, values.iter().find(|v| v.code == *code).map_or(0, |v| v.count)))
            .collect(),
        None => values.iter().map(|v| bar(&v.code, v.label.as_deref(), v.count)).collect(),
    };
    match kind.order {
        Order::Natural => {}
        Order::Frequent => bars.sort_by_key(|bar| std::cmp::Reverse(bar.count)),
        Order::Latest => bars.reverse(),
    }
    bars
}

/// All values of a facet in their order, where they are known beforehand.
fn every_code(facet: Facet) -> Option<Vec<String>> {
    if facet == Facet::Deployments {
        return Some(deployment_classes().into_iter().map(|(_, _, code)| code).collect());
    }
    let list = facet.vocabulary().and_then(vocabulary)?;
    Some(list.terms().iter().map(|term| term.code.clone()).collect())
}

/// The list of the systems with one value; all other filters stay.
#[must_use]
pub fn list_href(others: &SearchForm, facet: Facet, code: &str, language: Language) -> String {
    let filters = others.filters.clone().with(facet, code);
    SearchForm { filters, ..others.clone() }.href(language)
}

fn note(kind: Kind, language: Language) -> Option<&'static str> {
    let t = texts(language);
    match kind.facet {
        Facet::Deployments => Some(t.get("chart-deployments-note")),
        Facet::Land => Some(t.get("chart-land-note")),
        Facet::StartYear => Some(t.get("chart-start-year-note")),
        _ => None,
    }
}

/// Where the values of a chart can be had as CSV.
fn csv_href(kind: Kind, form: &SearchForm, language: Language) -> String {
    let filters = form.to_query();
    let more = if filters.is_empty() { String::new() } else { format!("&{filters}") };
    crate::context::localised(language, &format!("/dashboard.csv?chart={}{more}", kind.name()))
}

/// The length of a bar; what exists at all is visible.
fn length(count: u64, longest: u64) -> u64 {
    if count == 0 || longest == 0 {
        return 0;
    }
    (count.saturating_mul(FULL) / longest).clamp(4, FULL)
}

/// A share in percent, rounded; what exists at all is not called nothing.
#[must_use]
pub fn share(language: Language, part: u64, whole: u64) -> String {
    let percent = part.saturating_mul(200).saturating_add(whole).checked_div(whole.saturating_mul(2)).unwrap_or(0);
    let t = texts(language);
    if percent == 0 && part > 0 {
        return t.get("share-below-one").to_owned();
    }
    t.one("share", "percent", format::number(language, i64::try_from(percent).unwrap_or(i64::MAX)))
}
