//! The map of the Länder: outlines with class, number and link, and the rows of the table beside it.
//!
//! Shade follows the count in at most five steps; the number stands in each Land, so that no colour carries meaning
//! alone. Outlines © svg-maps (Victor Cazanave), CC BY 4.0; the vocabulary's ISO codes tie them to the keys.

use std::sync::LazyLock;

use maki_app::SearchPage;
use maki_domain::{Language, vocabulary};

use crate::assets::germany;
use crate::dashboard::chart::{Bar, Chart, LAND, chart};
use crate::format::number;
use crate::search_form::SearchForm;
use crate::texts::texts;

/// Most steps of shading above zero.
const STEPS: u64 = 5;

/// An outline with the place of its number, in the coordinates of the drawing.
#[derive(Debug, Clone, PartialEq)]
struct Outline {
    /// Key of the Land.
    code: &'static str,
    path: &'static str,
    x: f64,
    y: f64,
    /// For a number that stands outside: where the line to its Land ends.
    end: Option<(f64, f64)>,
}

/// Room for a number east of the Oder, in the coordinates of the drawing.
const MARGIN: f64 = 40.0;

static VIEW_BOX: LazyLock<String> = LazyLock::new(|| {
    let [left, top, width, height] = germany::VIEW_BOX.split(' ').collect::<Vec<_>>()[..] else {
        return germany::VIEW_BOX.to_owned();
    };
    format!("{left} {top} {} {height}", width.parse::<f64>().unwrap_or_default() + MARGIN)
});

/// Lands too small for a number on a narrow screen: it stands in the sea or beyond the border, and a line leads to it.
const OUTSIDE: [(&str, f64, f64); 3] = [("hb", 110.0, 120.0), ("hh", 362.0, 66.0), ("be", 586.0, 205.0)];

/// Where the number of a Land stands better than at its centre, as shift in the coordinates of the drawing: off the
/// Land that it encloses, and off neighbours too small for a number.
const SHIFTED: [(&str, f64, f64); 4] = [("bb", 34.0, 52.0), ("ni", 22.0, 26.0), ("sl", -4.0, 2.0), ("st", -4.0, 6.0)];

static OUTLINES: LazyLock<Vec<Outline>> = LazyLock::new(|| {
    let list = vocabulary("land").map(maki_domain::Vocabulary::terms).unwrap_or_default();
    let outline = |(id, path): &(&'static str, &'static str)| {
        let iso = format!("DE-{}", id.to_uppercase());
        let term = list.iter().find(|term| term.iso.as_deref() == Some(&iso))?;
        let (x, y) = centre(path);
        let (dx, dy) = SHIFTED.iter().find(|(land, ..)| land == id).map_or((0.0, 0.0), |(_, dx, dy)| (*dx, *dy));
        let outline = Outline { code: term.code.as_str(), path, x: x + dx, y: y + dy, end: None };
        let outside = OUTSIDE.iter().find(|(land, ..)| land == id);
        Some(outside.map_or(outline.clone(), |(_, out_x, out_y)| Outline {
            x: *out_x,
            y: *out_y,
            end: Some((x, y)),
            ..outline
        }))
    };
    let mut outlines: Vec<Outline> = germany::LAENDER.iter().filter_map(outline).collect();
    // The order of the keys is the order of the tab key.
    outlines.sort_by_key(|outline| outline.code);
    outlines
});

/// One Land on the map.
#[derive(Debug, Clone)]
pub struct LandView {
    pub path: &'static str,
    /// Class of its shade.
    pub class: &'static str,
    /// "Hessen: 12 KI-Systeme".
    pub name: String,
    pub number: String,
    pub x: String,
    pub y: String,
    /// Corners of the line from the number to the Land.
    pub line: Option<String>,
    pub href: Option<String>,
    pub chosen: bool,
}

/// A step of the legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub class: &'static str,
    pub label: String,
}

/// The map with legend and table.
#[derive(Debug, Clone)]
pub struct MapView {
    pub view_box: &'static str,
    pub laender: Vec<LandView>,
    pub steps: Vec<Step>,
    pub chart: Chart,
}

/// The map of what a search found.
#[must_use]
pub fn map_view(form: &SearchForm, found: &SearchPage, language: Language) -> MapView {
    let chart = chart(LAND, form, found, language);
    let most = chart.rows().map(|bar| bar.count).max().unwrap_or(0);
    let laender = OUTLINES
        .iter()
        .filter_map(|outline| {
            chart.rows().find(|bar| bar.code == outline.code).map(|bar| land(outline, bar, most, language))
        })
        .collect();
    MapView { view_box: &VIEW_BOX, laender, steps: legend(most, language), chart }
}

fn land(outline: &Outline, bar: &Bar, most: u64, language: Language) -> LandView {
    let t = texts(language);
    let count = i64::try_from(bar.count).unwrap_or(i64::MAX);
    let key = if bar.chosen { "map-land-chosen" } else { "map-land" };
    LandView {
        path: outline.path,
        class: class(step_of(bar.count, most)),
        name: t.with(key, &[("name", bar.label.as_str().into()), ("count", count.into())]),
        number: number(language, count),
        x: format!("{:.0}", outline.x),
        y: format!("{:.0}", outline.y),
        line: outline.end.map(|(x, y)| format!("M{:.0},{:.0} L{x:.0},{y:.0}", outline.x, outline.y)),
        href: bar.href.clone(),
        chosen: bar.chosen,
    }
}

/// Where the steps above zero end; equal widths, so that the legend can be read at a glance.
fn ends(most: u64) -> Vec<u64> {
    let steps = STEPS.min(most);
    (1..=steps).map(|step| (most * step).div_ceil(steps.max(1))).collect()
}

/// The step of a count: 0 for none, then 1 to 5; few steps take the darker shades.
fn step_of(count: u64, most: u64) -> usize {
    if count == 0 {
        return 0;
    }
    let ends = ends(most);
    let place = ends.iter().position(|end| count <= *end).unwrap_or(0);
    place + 1
}

const fn class(step: usize) -> &'static str {
    match step {
        0 => "m-map__land m-shade-0",
        1 => "m-map__land m-shade-1",
        2 => "m-map__land m-shade-2",
        3 => "m-map__land m-shade-3",
        4 => "m-map__land m-shade-4",
        _ => "m-map__land m-shade-5",
    }
}

fn legend(most: u64, language: Language) -> Vec<Step> {
    let n = |count: u64| number(language, i64::try_from(count).unwrap_or(i64::MAX));
    let mut steps = vec![Step { class: class(0), label: n(0) }];
    let mut from = 1;
    for (place, end) in ends(most).into_iter().enumerate() {
        let label = if from == end { n(end) } else { format!("{}–{}", n(from), n(end)) };
        steps.push(Step { class: class(place + 1), label });
        from = end + 1;
    }
    steps
}

/// The centre of gravity of the largest ring of an outline; paths consist of relative moves and closings.
fn centre(path: &str) -> (f64, f64) {
    let mut best = (0.0, 0.0, 0.0);
    let mut start = (0.0, 0.0);
    for ring in path.split(['z', 'Z']) {
        let points = points(ring, start);
        if let Some(first) = points.first() {
            start = *first;
        }
        let (area, x, y) = gravity(&points);
        if area > best.0 {
            best = (area, x, y);
        }
    }
    (best.1, best.2)
}

/// The corners of a ring. After a closing the pen stands at the start of the ring before.
fn points(ring: &str, start: (f64, f64)) -> Vec<(f64, f64)> {
    let mut pen = start;
    let numbers = ring.split_whitespace().filter(|word| *word != "m" && *word != "M");
    numbers
        .filter_map(|pair| {
            let (x, y) = pair.split_once(',')?;
            pen = (pen.0 + x.parse::<f64>().ok()?, pen.1 + y.parse::<f64>().ok()?);
            Some(pen)
        })
        .collect()
}

/// Area and centre of gravity of a polygon (shoelace formula).
fn gravity(points: &[(f64, f64)]) -> (f64, f64, f64) {
    let next = points.iter().cycle().skip(1);
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    for (a, b) in points.iter().zip(next) {
        let cross = a.0 * b.1 - b.0 * a.1;
        area += cross;
        x += (a.0 + b.0) * cross;
        y += (a.1 + b.1) * cross;
    }
    if area == 0.0 { (0.0, 0.0, 0.0) } else { (area.abs() / 2.0, x / (3.0 * area), y / (3.0 * area)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_land_has_an_outline_and_a_place_inside_the_drawing() {
        assert_eq!(OUTLINES.len(), 16);
        for outline in OUTLINES.iter() {
            assert!((0.0..586.0 + MARGIN).contains(&outline.x) && (0.0..793.0).contains(&outline.y), "{outline:?}");
        }
    }

    #[test]
    fn the_centre_is_that_of_the_largest_ring() {
        let check = |path: &str, x: f64, y: f64| {
            let (cx, cy) = centre(path);
            assert!((cx - x).abs() < 1e-9 && (cy - y).abs() < 1e-9, "{path}: {cx} {cy}");
        };
        check("m 0,0 2,0 0,2 -2,0 z", 1.0, 1.0);
        check("m 0,0 2,0 0,2 -2,0 z m 10,10 4,0 0,4 -4,0 z", 12.0, 12.0);
    }

    #[test]
    fn steps_cover_every_count_without_gaps() {
        for most in 0..200 {
            let labels = legend(most, Language::De);
            assert!(labels.len() <= 6);
            for count in 0..=most {
                let step = step_of(count, most);
                assert!(step < labels.len(), "{count} of {most}");
                assert_eq!(step == 0, count == 0);
            }
            if most > 0 {
                assert_eq!(step_of(most, most), labels.len() - 1);
            }
        }
    }
}
