//! Answering: the real `maki serve` on the imported register under load, in turn with the bare server.

use std::path::Path;

use anyhow::{Context, Result};
use maki_app::{App, Instance, SearchRequest, SystemEdge};
use maki_domain::View;
use maki_search::testing::Random;
use maki_store::Store;

use crate::entries::{Breadth, Query, queries};
use crate::figures::{Figures, Limit, median};
use crate::import::Places;
use crate::load::{self, Requests};
use crate::process;
use crate::server::{Server, Watch};
use crate::{Options, twin};

/// Turns of each side in one comparison.
const TURNS: usize = 3;
/// Seconds before each turn that do not count.
const WARM_UP: f64 = 0.3;
/// Starts of the server that are measured.
const STARTS: usize = 5;
const SEARCH_CONNECTIONS: usize = 8;
const READ_CONNECTIONS: usize = 32;
/// Requests for single systems before they repeat.
const READS: usize = 50_000;
/// Calls in process.
const CALLS: usize = 2_000;
const PAGE: &str = "/systeme";
/// Hits on one page of the list.
const HITS: usize = 20;

/// Measures everything about answering.
pub fn measure(options: &Options, places: &Places, figures: &mut Figures) -> Result<()> {
    let maki = Server::maki(&places.register, "/")?;
    let mut search = options.search.as_str();
    if let Err(error) = load::get(maki.address, search) {
        println!("{error:#}: pages are measured instead, which make more of an answer");
        search = PAGE;
    }
    let note = format!("GET {search}, with an existing index");
    drop(maki);
    let starts = (0..STARTS).map(|_| Ok(Server::maki(&places.register, search)?.first_answer));
    let starts = starts.collect::<Result<Vec<f64>>>()?;
    figures.limited("first answer after the start", median(&starts), " s", Limit::AtMost(0.3), &note);
    let maki = Server::maki(&places.register, search)?;
    let bare = Server::twin(&places.twin, &format!("/entry/{}", twin::entry_id(0)))?;
    let watch = Watch::start(maki.id());
    let bench = Bench { seconds: options.seconds, search, maki: &maki, bare: &bare };
    bench.searches(figures)?;
    bench.reads(places, figures)?;
    bench.pages(places, figures)?;
    let memory = watch.stop()?;
    let mapped = format!("mapped files {:.0} MB", memory.mapped);
    figures.limited("heap under load", memory.heap, " MB", Limit::AtMost(150.0), &mapped);
    drop((maki, bare));
    counts(&places.register, figures)
}

/// What a server did: medians over its turns.
struct Medians {
    per_second: f64,
    p50: f64,
    p99: f64,
    /// Microseconds per request.
    cpu: f64,
    body: f64,
}

#[derive(Default)]
struct Turns {
    outcomes: Vec<load::Outcome>,
    cpu: Vec<f64>,
}

impl Turns {
    fn take(&mut self, server: &Server, requests: &Requests, connections: usize, seconds: f64) -> Result<()> {
        load::run(server.address, requests, connections, WARM_UP)?;
        let before = process::cpu_seconds(server.id())?;
        let outcome = load::run(server.address, requests, connections, seconds)?;
        let used = process::cpu_seconds(server.id())? - before;
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        self.cpu.push(used * 1e6 / outcome.requests.max(1) as f64);
        self.outcomes.push(outcome);
        Ok(())
    }

    fn medians(&self) -> Medians {
        let of = |value: fn(&load::Outcome) -> f64| median(&self.outcomes.iter().map(value).collect::<Vec<_>>());
        Medians {
            per_second: of(|o| o.per_second),
            p50: of(|o| o.p50),
            p99: of(|o| o.p99),
            cpu: median(&self.cpu),
            body: of(|o| o.body),
        }
    }
}

impl Medians {
    fn note(&self) -> String {
        format!(
            "{:.0} requests per second, p50 {:.2} ms, {:.0} µs CPU, {:.1} KB each",
            self.per_second,
            self.p50,
            self.cpu,
            self.body / 1e3
        )
    }
}

struct Bench<'a> {
    seconds: f64,
    /// Path of the search; one system lies below it.
    search: &'a str,
    maki: &'a Server,
    bare: &'a Server,
}

impl Bench<'_> {
    /// The register and the twin in turn.
    fn duel(&self, ours: &Requests, bares: &Requests, connections: usize) -> Result<[Medians; 2]> {
        let (mut maki, mut bare) = (Turns::default(), Turns::default());
        for _ in 0..TURNS {
            maki.take(self.maki, ours, connections, self.seconds)?;
            bare.take(self.bare, bares, connections, self.seconds)?;
        }
        Ok([maki.medians(), bare.medians()])
    }

    /// The register alone.
    fn alone(&self, requests: &Requests, connections: usize) -> Result<Medians> {
        let mut turns = Turns::default();
        for _ in 0..TURNS {
            turns.take(self.maki, requests, connections, self.seconds)?;
        }
        Ok(turns.medians())
    }

    fn searches(&self, figures: &mut Figures) -> Result<()> {
        let search = self.search;
        for (breadth, name) in [(Breadth::Few, "few hits"), (Breadth::Many, "many hits")] {
            let queries = queries(breadth);
            let found = self.mean_found(&queries)?;
            let ours = Requests::new(queries.iter().map(|q| format!("{search}?{}", query(q, true))));
            let bares = Requests::new(queries.iter().map(|q| format!("/search?{}", query(q, true))));
            let [maki, bare] = self.duel(&ours, &bares, SEARCH_CONNECTIONS)?;
            let what = format!("search, {name}");
            let percent = maki.per_second / bare.per_second * 100.0;
            figures.limited(format!("{what}: of bare"), percent, " %", Limit::AtLeast(50.0), &maki.note());
            let [ours, bares] = found;
            let note = format!("{}; hits {ours:.0}, bare {bares:.0}", bare.note());
            figures.plain(format!("{what}: bare, by CPU"), bare.cpu / maki.cpu * 100.0, " %", &note);
            figures.limited(format!("{what}: p99"), maki.p99, " ms", Limit::AtMost(10.0), "8 connections");
        }
        let browsing = Requests::new(queries(Breadth::Many).iter().map(|q| format!("{search}?{}", query(q, false))));
        let maki = self.alone(&browsing, SEARCH_CONNECTIONS)?;
        let note = format!("8 connections; {}", maki.note());
        figures.limited("three filters, no words: p99", maki.p99, " ms", Limit::AtMost(20.0), &note);
        Ok(())
    }

    /// Mean number of hits, of the register and of the twin.
    fn mean_found(&self, queries: &[Query]) -> Result<[f64; 2]> {
        let search = self.search;
        let mut sums = [0.0, 0.0];
        for asked in queries {
            let asked = query(asked, true);
            let ours = (self.maki, format!("{search}?{asked}"));
            for (sum, (server, path)) in sums.iter_mut().zip([ours, (self.bare, format!("/search?{asked}"))]) {
                // A page of hits says no number that a program reads.
                let Ok(answer) = serde_json::from_str::<serde_json::Value>(&load::get(server.address, &path)?) else {
                    continue;
                };
                *sum += answer.get("total").and_then(serde_json::Value::as_f64).context("an answer without a total")?;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        Ok(sums.map(|sum| sum / queries.len().max(1) as f64))
    }

    fn reads(&self, places: &Places, figures: &mut Figures) -> Result<()> {
        let search = self.search;
        for (skew, name) in [(Skew::Uniform, "all alike"), (Skew::Zipf, "popular ones more often")] {
            let ours = skew.places(places.kennungen.len());
            let ours = Requests::new(ours.filter_map(|i| Some(format!("{search}/{}", places.kennungen.get(i)?))));
            let bares = Requests::new(skew.places(places.rows).map(|i| format!("/entry/{}", twin::entry_id(i))));
            let [maki, bare] = self.duel(&ours, &bares, READ_CONNECTIONS)?;
            let what = format!("one system as JSON, {name}");
            let percent = maki.per_second / bare.per_second * 100.0;
            figures.limited(format!("{what}: of bare"), percent, " %", Limit::AtLeast(70.0), &maki.note());
            figures.plain(format!("{what}: bare, by CPU"), bare.cpu / maki.cpu * 100.0, " %", &bare.note());
        }
        Ok(())
    }

    fn pages(&self, places: &Places, figures: &mut Figures) -> Result<()> {
        let paths = Skew::Uniform.places(places.kennungen.len());
        let paths = Requests::new(paths.filter_map(|i| Some(format!("{PAGE}/{}", places.kennungen.get(i)?))));
        let maki = self.alone(&paths, READ_CONNECTIONS)?;
        let note = format!("32 connections; {}", maki.note());
        figures.limited("Steckbrief as a page: p99", maki.p99, " ms", Limit::AtMost(10.0), &note);
        let last = (places.kennungen.len() / HITS).max(1);
        let mut medians = Vec::new();
        for page in [1, last] {
            let maki = self.alone(&Requests::new([format!("{PAGE}?page={page}")]), SEARCH_CONNECTIONS)?;
            let what = format!("newest list, page {page}: p99");
            figures.limited(what, maki.p99, " ms", Limit::AtMost(10.0), &format!("8 connections; {}", maki.note()));
            medians.push(maki.cpu);
        }
        if let [near, deep] = medians[..] {
            figures.limited(format!("page {last} by page 1, CPU"), deep / near, " ×", Limit::AtMost(1.25), "");
        }
        Ok(())
    }
}

fn query(query: &Query, with_words: bool) -> String {
    let words =
        if with_words { format!("q={}+{}", encoded(&query.words.0), encoded(&query.words.1)) } else { String::new() };
    let filters = query.filters.iter().map(|(facet, value)| format!("{facet}={}", encoded(value)));
    let parts: Vec<String> = Some(words).filter(|w| !w.is_empty()).into_iter().chain(filters).collect();
    parts.join("&")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// How often the same system is asked for.
#[derive(Clone, Copy)]
enum Skew {
    Uniform,
    /// The system of rank k in proportion to 1/k.
    Zipf,
}

impl Skew {
    fn places(self, count: usize) -> impl Iterator<Item = usize> {
        let mut random = Random::new(7);
        #[expect(clippy::cast_precision_loss, reason = "far below the precision of f64")]
        let cumulative: Vec<f64> = match self {
            Self::Uniform => Vec::new(),
            Self::Zipf => (1..=count)
                .scan(0.0, |sum, rank| {
                    *sum += 1.0 / rank as f64;
                    Some(*sum)
                })
                .collect(),
        };
        (0..READS).map(move |_| match cumulative.last() {
            None => random.below(count),
            Some(total) => {
                let wanted = random.unit() * total;
                let rank = cumulative.partition_point(|sum| *sum < wanted);
                // Popular ones lie anywhere in the register, not side by side.
                rank.wrapping_mul(7_919) % count.max(1)
            }
        })
    }
}

/// Counts of all facets without a query, in process: what a page of them costs apart from the page.
fn counts(register: &Path, figures: &mut Figures) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = runtime.block_on(Store::open_sqlite(register))?;
    let app = App::new(store, Instance::default(), std::sync::Arc::new(SystemEdge), &register.join("index"));
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let start = std::time::Instant::now();
        std::hint::black_box(app.counts(View::Public, &SearchRequest::default())?);
        std::hint::black_box(app.overview(View::Public)?);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    figures.limited("counts of all facets without a query", median(&times), " ms", Limit::AtMost(0.5), "in process");
    runtime.block_on(app.store().close());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded() {
        let asked = Query {
            words: ("Prüfung".to_owned(), "Amt".to_owned()),
            filters: vec![("level", "federal".to_owned()), ("land", "03".to_owned())],
        };
        assert_eq!(query(&asked, true), "q=Pr%C3%BCfung+Amt&level=federal&land=03");
        assert_eq!(query(&asked, false), "level=federal&land=03");
    }

    #[test]
    fn popular_systems_are_asked_for_more_often() {
        let most = |skew: Skew| {
            let mut counts = vec![0; 1_000];
            for place in skew.places(1_000) {
                counts.get_mut(place).into_iter().for_each(|count| *count += 1);
            }
            counts.into_iter().max()
        };
        assert!(most(Skew::Uniform) < Some(200));
        assert!(most(Skew::Zipf) > Some(4_000));
    }
}
