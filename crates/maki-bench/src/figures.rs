//! The table: what was measured, the limit, and whether it was kept.

use std::fmt;

/// One line of the table.
struct Figure {
    what: String,
    measured: String,
    limit: String,
    /// None when the figure has no limit and is printed for people.
    kept: Option<bool>,
}

/// All lines in the order in which they were measured.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

/// What a number is allowed to be.
#[derive(Clone, Copy)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Figures {
    /// Adds a number with its unit; `note` explains it, such as what it was compared with.
    pub fn limited(&mut self, what: impl Into<String>, value: f64, unit: &str, limit: Limit, note: &str) {
        let (kept, sign, bound) = match limit {
            Limit::AtMost(bound) => (value <= bound, "≤", bound),
            Limit::AtLeast(bound) => (value >= bound, "≥", bound),
        };
        self.add(
            what.into(),
            value,
            unit,
            note,
            format!("{sign} {}{unit}", number(bound)),
            Some(kept && value.is_finite()),
        );
    }

    /// Adds a number without a limit.
    pub fn plain(&mut self, what: impl Into<String>, value: f64, unit: &str, note: &str) {
        self.add(what.into(), value, unit, note, String::new(), None);
    }

    fn add(&mut self, what: String, value: f64, unit: &str, note: &str, limit: String, kept: Option<bool>) {
        let note = if note.is_empty() { String::new() } else { format!("  ({note})") };
        let figure = Figure { what, measured: format!("{}{unit}{note}", number(value)), limit, kept };
        // Shown as it comes: a run takes minutes.
        println!("{}: {} {}", figure.what, figure.measured, figure.verdict());
        self.0.push(figure);
    }

    #[must_use]
    pub fn missed(&self) -> usize {
        self.0.iter().filter(|f| f.kept == Some(false)).count()
    }
}

impl Figure {
    fn verdict(&self) -> &'static str {
        match self.kept {
            Some(true) => "ok",
            Some(false) => "MISSED",
            None => "",
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Figure) -> &str| self.0.iter().map(|x| of(x).chars().count()).max().unwrap_or(0);
        let (what, limit) = (width(|x| &x.what), width(|x| &x.limit));
        writeln!(f, "{:what$}  {:limit$}  {:6}  measured", "figure", "limit", "")?;
        for x in &self.0 {
            writeln!(f, "{:what$}  {:limit$}  {:6}  {}", x.what, x.limit, x.verdict(), x.measured)?;
        }
        Ok(())
    }
}

/// Three significant digits, and groups of thousands.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1_000.0 {
        let mut digits = format!("{value:.0}");
        let mut place = digits.len();
        while place > 3 {
            place -= 3;
            digits.insert(place, ',');
        }
        return digits;
    }
    let decimals = if size >= 100.0 || value.fract() == 0.0 {
        0
    } else if size >= 10.0 {
        1
    } else if size >= 0.1 {
        2
    } else {
        4
    };
    format!("{value:.decimals$}")
}

/// The middle of some values, or the mean of the two in the middle.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.wrapping_sub(1)), at(middle)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let check = |value: f64, expected: &str| assert_eq!(number(value), expected);
        check(1_234_567.0, "1,234,567");
        check(4_000.0, "4,000");
        check(123.4, "123");
        check(12.34, "12.3");
        check(1.234, "1.23");
        check(2.0, "2");
        check(0.012_34, "0.0123");
    }

    #[test]
    fn medians_and_limits() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        let mut figures = Figures::default();
        figures.limited("kept", 1.0, "", Limit::AtMost(1.0), "");
        figures.limited("missed", 1.0, "", Limit::AtLeast(1.1), "");
        figures.limited("not measured", f64::NAN, "", Limit::AtLeast(1.1), "");
        figures.plain("shown", 1.0, "", "");
        assert_eq!(figures.missed(), 2);
    }
}
