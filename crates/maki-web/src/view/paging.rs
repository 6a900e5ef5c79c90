//! Pages of a list: where one is, the neighbours, the ends, and no more links than fit a small screen.

/// One place in the row of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageItem {
    Gap,
    Current(usize),
    Link { number: usize, href: String },
}

/// The row of numbers with steps to both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    pub last: usize,
    pub items: Vec<PageItem>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub here: String,
}

/// Number of the last page; an empty list has one page.
#[must_use]
pub const fn last_page(total: usize, size: usize) -> usize {
    let pages = total.div_ceil(if size == 0 { 1 } else { size });
    if pages == 0 { 1 } else { pages }
}

impl Paging {
    /// `href` gives the address of a page.
    #[must_use]
    pub fn new(current: usize, last: usize, href: impl Fn(usize) -> String) -> Self {
        let mut numbers: Vec<usize> = [1, current.saturating_sub(1), current, current + 1, last]
            .into_iter()
            .filter(|n| (1..=last).contains(n))
            .collect();
        numbers.dedup();
        let mut items = Vec::new();
        let mut before = 0;
        for number in numbers {
            if number == before + 2 {
                items.push(PageItem::Link { number: number - 1, href: href(number - 1) });
            } else if number > before + 2 {
                items.push(PageItem::Gap);
            }
            items.push(if number == current {
                PageItem::Current(number)
            } else {
                PageItem::Link { number, href: href(number) }
            });
            before = number;
        }
        Self {
            last,
            items,
            previous: (current > 1).then(|| href(current - 1)),
            next: (current < last).then(|| href(current + 1)),
            here: href(current),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_neighbours_are_reachable() {
        let check = |current: usize, last: usize, expected: &str| {
            let paging = Paging::new(current, last, |n| n.to_string());
            let row: Vec<String> = paging
                .items
                .iter()
                .map(|item| match item {
                    PageItem::Gap => "…".to_owned(),
                    PageItem::Current(n) => format!("[{n}]"),
                    PageItem::Link { number, .. } => number.to_string(),
                })
                .collect();
            assert_eq!(row.join(" "), expected, "{current} of {last}");
        };
        check(1, 1, "[1]");
        check(1, 3, "[1] 2 3");
        check(2, 3, "1 [2] 3");
        check(1, 9, "[1] 2 … 9");
        check(3, 9, "1 2 [3] 4 … 9");
        check(5, 9, "1 … 4 [5] 6 … 9");
        check(9, 9, "1 … 8 [9]");
    }

    #[test]
    fn an_empty_list_has_one_page() {
        assert_eq!(last_page(0, 20), 1);
        assert_eq!(last_page(20, 20), 1);
        assert_eq!(last_page(21, 20), 2);
    }
}
