//! Tables: what stands between rules is a cell.

use std::collections::BTreeMap;

use super::lines::{Line, rows, whole};
use super::paragraphs::{join, would_have_fit};
use super::path::Rule;
use super::pen::Run;
use crate::intake::table::Table;
use crate::split::marks::mark;

/// What lies closer, in points, is the same place.
const CLOSE: f64 = 2.0;
/// Pages of more rules are drawings.
const MOST: usize = 3_000;
/// The usual room between a cell's text and its rules.
const ROOM: f64 = 12.0;

/// A table of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    /// Its height above the page's foot.
    pub top: f64,
    lefts: Vec<f64>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// Takes over the rows of what goes on with the same columns on the next page; gives it back where it is another table.
    pub fn goes_on(&mut self, next: Self) -> Option<Self> {
        let same = self.lefts.len() == next.lefts.len()
            && self.lefts.iter().zip(&next.lefts).all(|(a, b)| (a - b).abs() < CLOSE);
        if !same {
            return Some(next);
        }
        let head = self.rows.first().cloned();
        self.rows.extend(next.rows.into_iter().filter(|row| Some(row) != head.as_ref()));
        None
    }

    pub fn lines(self) -> Vec<String> {
        let mut table = Table::default();
        for row in self.rows {
            table.row();
            for cell in row {
                table.cell();
                table.text(&cell);
            }
        }
        table.lines()
    }
}

#[derive(Debug, Default)]
struct Cell {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    runs: Vec<Run>,
}

/// The tables of a page, from its head to its foot, and the text that stands in none.
pub(super) fn grids(rules: Vec<Rule>, runs: Vec<Run>) -> (Vec<Grid>, Vec<Run>) {
    let frames = frames(merged(rules));
    let mut cells: Vec<BTreeMap<(u64, u64), Cell>> = frames.iter().map(|_| BTreeMap::new()).collect();
    let mut rest = Vec::new();
    for run in runs {
        let held = frames.iter().zip(&mut cells).filter(|_| run.turn == 0);
        let found = held.into_iter().find_map(|(frame, cells)| Some((frame.around(&run)?, cells)));
        match found {
            Some((cell, cells)) => {
                let key = (cell.left.to_bits(), cell.top.to_bits());
                cells.entry(key).or_insert(cell).runs.push(run);
            }
            None => rest.push(run),
        }
    }
    let mut grids = Vec::new();
    for cells in cells {
        // One cell is a frame round some text.
        if cells.len() < 2 {
            rest.extend(cells.into_values().flat_map(|cell| cell.runs));
        } else {
            grids.push(grid(cells.into_values().collect()));
        }
    }
    grids.sort_by(|a, b| b.top.total_cmp(&a.top));
    (grids, rest)
}

/// Rules that lie in each other's prolongation as one.
fn merged(mut rules: Vec<Rule>) -> Vec<Rule> {
    let key = |rule: &Rule| (rule.upright, (rule.at / CLOSE).round() as i64);
    rules.sort_by(|a, b| key(a).cmp(&key(b)).then(a.from.total_cmp(&b.from)));
    let mut out: Vec<Rule> = Vec::new();
    for rule in rules {
        match out.last_mut() {
            Some(last) if key(last) == key(&rule) && rule.from <= last.to + CLOSE => {
                last.to = last.to.max(rule.to);
            }
            _ => out.push(rule),
        }
    }
    out
}

/// Rules that touch.
#[derive(Debug, Default)]
struct Frame {
    level: Vec<Rule>,
    upright: Vec<Rule>,
}

fn frames(rules: Vec<Rule>) -> Vec<Frame> {
    if rules.len() > MOST {
        return Vec::new();
    }
    let mut group: Vec<usize> = (0..rules.len()).collect();
    let root = |group: &[usize], mut at: usize| {
        while let Some(up) = group.get(at).copied().filter(|up| *up != at) {
            at = up;
        }
        at
    };
    for (a, level) in rules.iter().enumerate().filter(|(_, rule)| !rule.upright) {
        for (b, upright) in rules.iter().enumerate().filter(|(_, rule)| rule.upright) {
            let within = |rule: &Rule, at: f64| (rule.from - CLOSE..=rule.to + CLOSE).contains(&at);
            if within(level, upright.at) && within(upright, level.at) {
                let (a, b) = (root(&group, a), root(&group, b));
                group.get_mut(a.max(b)).into_iter().for_each(|up| *up = a.min(b));
            }
        }
    }
    let mut frames: BTreeMap<usize, Frame> = BTreeMap::new();
    for (at, rule) in rules.into_iter().enumerate() {
        let frame = frames.entry(root(&group, at)).or_default();
        if rule.upright { frame.upright.push(rule) } else { frame.level.push(rule) }
    }
    let mut frames: Vec<Frame> =
        frames.into_values().filter(|frame| frame.level.len() > 1 && !frame.upright.is_empty()).collect();
    // A table within a frame comes before the frame.
    frames.sort_by(|a, b| a.wide().total_cmp(&b.wide()));
    frames
}

impl Frame {
    fn wide(&self) -> f64 {
        let (low, high) = ends(&self.level);
        high - low
    }

    /// The cell that a piece of text stands in. Tables are often left open at the sides.
    fn around(&self, run: &Run) -> Option<Cell> {
        let (x, y) = (run.x + (run.size * 0.3).min((run.end - run.x) * 0.5), run.y + run.size * 0.3);
        let ((left, right), (bottom, top)) = (ends(&self.level), ends(&self.upright));
        if !((left..right).contains(&x) && (bottom..top).contains(&y)) {
            return None;
        }
        let beside = |rules: &[Rule], at: f64, along: f64, low: f64, high: f64| {
            let crossing = rules.iter().filter(|rule| (rule.from - 1.0..=rule.to + 1.0).contains(&along));
            crossing.fold((low, high), |(low, high), rule| {
                if rule.at <= at { (low.max(rule.at), high) } else { (low, high.min(rule.at)) }
            })
        };
        let (left, right) = beside(&self.upright, x, y, left, right);
        let (bottom, top) = beside(&self.level, y, x, bottom, top);
        Some(Cell { left, right, top, bottom, runs: Vec::new() })
    }
}

fn ends(rules: &[Rule]) -> (f64, f64) {
    rules.iter().fold((f64::MAX, f64::MIN), |(low, high), rule| (low.min(rule.from), high.max(rule.to)))
}

fn grid(cells: Vec<Cell>) -> Grid {
    let places = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all.dedup_by(|next, before| (*next - *before).abs() < CLOSE);
        all
    };
    let lefts = places(cells.iter().map(|cell| cell.left).collect());
    let mut tops = places(cells.iter().map(|cell| cell.top).collect());
    tops.reverse();
    let mut rows = vec![vec![String::new(); lefts.len()]; tops.len()];
    for cell in cells {
        let text = cell_text(cell.runs, cell.left, cell.right);
        let column = lefts.partition_point(|left| *left < cell.left - CLOSE);
        // A cell over several rows says its words for each of them.
        let over = tops
            .iter()
            .zip(&mut rows)
            .filter(|(top, _)| **top <= cell.top + CLOSE && **top > cell.bottom + CLOSE);
        for (_, row) in over {
            row.get_mut(column).into_iter().for_each(|to| to.clone_from(&text));
        }
    }
    Grid { top: tops.first().copied().unwrap_or_default(), lefts, rows }
}

/// A cell's paragraphs, each on a line.
fn cell_text(runs: Vec<Run>, left: f64, right: f64) -> String {
    let lines: Vec<Line> = rows(runs).into_iter().filter_map(whole).collect();
    let room = lines.iter().fold(ROOM, |room, line| room.min(line.x - left)).max(0.0);
    let mut out = String::new();
    let mut before: Option<Line> = None;
    for line in lines {
        match &before {
            Some(before)
                if !would_have_fit(before, &line.text, right - room) && mark(&line.text).is_none() =>
            {
                join(&mut out, &line.text);
            }
            Some(_) => {
                out.push('\n');
                out.push_str(&line.text);
            }
            None => out.push_str(&line.text),
        }
        before = Some(line);
    }
    out
}
