//! What stands on every page and is no text: running heads and feet, numbers of pages.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{Line, whole};

/// The parts of a page, at its head and foot, where a lone number is the page's.
const EDGE: f64 = 0.12;
/// Rows at the head and foot of a page that can be furniture.
const LOOKED_AT: usize = 3;
/// A shorter line may well stand at the head of several pages by chance.
const SHORT: usize = 4;
/// Repeated lines stand so many times further from the text than its lines from each other.
const APART: f64 = 1.25;
/// Running heads stand on the next page, or on the one after it where left and right pages differ.
const NEAR: i64 = 2;
/// So many sizes of letters are far on a page of few lines.
const FAR: f64 = 3.0;
/// What stands at one height on several pages differs by less, in points.
const LEVEL: f64 = 3.0;

/// A page's rows and its height.
#[derive(Debug)]
pub(super) struct Page {
    pub high: f64,
    pub rows: Vec<Vec<Line>>,
}

/// Takes furniture out of pages, and gives it page by page.
pub(super) fn take(pages: &mut [Page]) -> Vec<Vec<String>> {
    let again = repeated(pages);
    let count = pages.len();
    let mut out = Vec::new();
    for (number, page) in pages.iter_mut().enumerate() {
        let mut places: BTreeSet<usize> = BTreeSet::new();
        for at in edges(page.rows.len()) {
            let Some(line) = page.rows.get(at).cloned().and_then(whole) else { continue };
            let edge = line.y < page.high * EDGE || line.y > page.high * (1.0 - EDGE);
            if edge && (line.beside || is_number(&line.text)) {
                places.insert(at);
            }
        }
        places.extend(printed(page, number, count));
        let again = |at: &usize| again.contains(&(number, *at));
        places.extend(outside(page, |at| places.contains(&at) || again(&at)));
        let mut at = 0;
        let mut aside = Vec::new();
        page.rows.retain(|row| {
            let furniture = places.contains(&at);
            at += 1;
            aside.extend(whole(row.clone()).filter(|_| furniture).map(|line| line.text));
            !furniture
        });
        out.push(aside);
    }
    out
}

fn edges(rows: usize) -> impl Iterator<Item = usize> {
    (0..rows).filter(move |at| *at < LOOKED_AT || *at + LOOKED_AT >= rows)
}

/// Lines that stand at the same height on several pages, as (page, row). They may differ by the page's number.
fn repeated(pages: &[Page]) -> BTreeSet<(usize, usize)> {
    type Seen = (usize, usize, f64, Vec<i64>);
    let mut seen: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for (number, page) in pages.iter().enumerate() {
        for at in edges(page.rows.len()) {
            let Some(line) = page.rows.get(at).cloned().and_then(whole) else { continue };
            let (bare, figures) = bare(&line.text);
            // A sentence that happens to stand at the edge of several pages is text.
            if bare.chars().count() >= SHORT && !bare.ends_with(['。', '；', '，', '：', '、']) {
                seen.entry(bare).or_default().push((number, at, line.y, figures));
            }
        }
    }
    let mut out = BTreeSet::new();
    for places in seen.values() {
        for (number, at, y, figures) in places {
            let again = places.iter().any(|(other, _, high, others)| {
                let by = *other as i64 - *number as i64;
                let counted = figures.iter().zip(others).all(|(one, two)| two - one == by || two == one);
                (1..=NEAR).contains(&by.abs()) && (high - y).abs() < LEVEL && counted
            });
            if again {
                out.insert((*number, *at));
            }
        }
    }
    out
}

/// Rows that go on from the head or foot of a page without a gap between them, and stand apart from what they surround.
fn outside(page: &Page, furniture: impl Fn(usize) -> bool) -> Vec<usize> {
    let y = |at: usize| page.rows.get(at).and_then(|row| row.first()).map_or(0.0, |line| line.y);
    let mut steps: Vec<f64> = (1..page.rows.len()).map(|at| y(at - 1) - y(at)).collect();
    steps.sort_by(f64::total_cmp);
    let usual = steps.get(steps.len() / 2).copied().unwrap_or_default();
    let size = page.rows.iter().flatten().map(|line| line.size).fold(0.0, f64::max);
    let room = (usual * APART).min(size * FAR);
    let all: Vec<usize> = (0..page.rows.len()).collect();
    let found = |order: Vec<usize>| {
        let mut found: Vec<usize> = order.iter().copied().take_while(|at| furniture(*at)).collect();
        let apart = |at: &usize| {
            let inner = order.iter().skip_while(|other| *other != at).nth(1);
            page.rows.len() < LOOKED_AT * 2 || inner.is_none_or(|inner| (y(*at) - y(*inner)).abs() > room)
        };
        while found.last().is_some_and(|at| !apart(at)) {
            found.pop();
        }
        found
    };
    [found(all.clone()), found(all.into_iter().rev().collect())].concat()
}

/// A line without blanks and with # for each of its figures, and the figures.
fn bare(text: &str) -> (String, Vec<i64>) {
    let (mut out, mut figures) = (String::new(), Vec::new());
    let mut inside = false;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            if !inside {
                out.push('#');
                figures.push(0);
            }
            if let Some(figure) = figures.last_mut() {
                *figure = i64::saturating_add(i64::saturating_mul(*figure, 10), i64::from(digit));
            }
            inside = true;
        } else {
            inside = false;
            out.extend(Some(c).filter(|c| !c.is_whitespace()));
        }
    }
    (out, figures)
}

/// Whether a line is a page's number: 3, - 3 -, 第3页 共10页, 3/10, Page 3 of 10, iv.
fn is_number(text: &str) -> bool {
    let (bare, figures) = bare(text);
    let kept: String = bare.to_lowercase().replace("page", "").replace("of", "");
    let signs = |c: char| "#第页共-—–·/|,，．.()（）[]".contains(c);
    let roman = |c: char| "ivxl-—–".contains(c);
    let counted = !figures.is_empty() && figures.len() <= 2 && figures.iter().all(|figure| *figure < 10_000);
    (counted && kept.chars().all(signs))
        || (!bare.is_empty() && bare.chars().count() <= 6 && bare.chars().all(roman))
}

/// What a browser prints over and under a page: the day and the title, the address and the page's number.
fn printed(page: &Page, number: usize, count: usize) -> Vec<usize> {
    let last = page.rows.len().saturating_sub(1);
    let foot = page.rows.last().and_then(|row| row.last());
    let numbered = foot.is_some_and(|line| line.text == format!("{}/{count}", number + 1));
    if !numbered || last == 0 {
        return Vec::new();
    }
    let head = page.rows.first().and_then(|row| row.first());
    let dated = head.is_some_and(|line| line.text.contains(':') && bare(&line.text).1.len() >= 5);
    if dated { vec![0, last] } else { vec![last] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(lines: &[(f64, &str)]) -> Page {
        let line = |(y, text): &(f64, &str)| {
            vec![Line {
                x: 90.0,
                y: *y,
                end: 300.0,
                size: 12.0,
                text: (*text).to_owned(),
                beside: false,
                parted: false,
            }]
        };
        Page { high: 842.0, rows: lines.iter().map(line).collect() }
    }

    #[test]
    fn heads_and_numbers_are_taken_out_and_attachments_stay() {
        let body = ["一", "二", "三"].map(|one| format!("第{one}页的正文，各不相同。"));
        let mut pages: Vec<Page> = (0..3)
            .map(|at| {
                let head = format!("鄞州区人民政府公报 2026年第{}页", at + 7);
                let (annex, foot) = (format!("附件{}", at + 1), format!("— {} —", at + 7));
                page(&[
                    (800.0, &head),
                    (740.0, &annex),
                    (600.0, &body[at]),
                    (400.0, "12"),
                    (300.0, &body[at]),
                    (50.0, &foot),
                ])
            })
            .collect();
        let aside = take(&mut pages);
        assert_eq!(aside[1], ["鄞州区人民政府公报 2026年第8页", "— 8 —"]);
        let kept: Vec<&str> = pages[1].rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(kept, ["附件2", body[1].as_str(), "12", body[1].as_str()]);
    }

    #[test]
    fn numbers_of_pages_are_known_by_their_signs() {
        for number in ["3", "- 3 -", "第 3 页 共 10 页", "3/10", "Page 3 of 10", "iv", "—12—"] {
            assert!(is_number(number), "{number}");
        }
        for text in ["2026年", "第三条", "100元", "共计", "123456", ""] {
            assert!(!is_number(text), "{text}");
        }
    }
}
