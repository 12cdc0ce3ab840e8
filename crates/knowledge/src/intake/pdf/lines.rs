//! Pieces of text to lines, and lines to the columns that a page is read in.

use super::pen::Run;
use crate::split::marks::mark;

/// A wider gap, in parts of the letters' size, sets pieces of a line apart.
const APART: f64 = 0.9;
/// A gap that is wider still parts cells of a table without rules.
const CELLS: f64 = 1.5;
/// Letters and figures with a wider gap are two words.
const WORDS: f64 = 0.2;
/// What stands higher or lower by less is on the same line.
const LEVEL: f64 = 0.4;
/// The least gap between columns, the least width of a column and the least number of lines beside each other, in sizes of letters.
const GUTTER: f64 = 0.8;
const COLUMN: f64 = 8.0;
const BESIDE: usize = 4;
/// What stands further below columns, in sizes of letters, may be no part of them.
const BELOW: f64 = 2.2;
/// Pieces of a few rows that are looked at for a gap.
const MOST_PIECES: usize = 16;
/// Pages of more lines are not looked through for columns.
const MOST_ROWS: usize = 1_500;
/// Columns within columns.
const DEEPEST: usize = 3;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub x: f64,
    pub y: f64,
    pub end: f64,
    pub size: f64,
    pub text: String,
    /// All of it belongs to the page, as the program that wrote it says.
    pub beside: bool,
    /// Made of pieces that stand far apart, as cells do.
    pub parted: bool,
}

/// Lines that are read one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Flow {
    pub lines: Vec<Line>,
    /// One of several beside each other.
    pub column: bool,
}

/// The pieces of each level of a page, from its head to its foot, from left to right.
pub(super) fn rows(mut runs: Vec<Run>) -> Vec<Vec<Line>> {
    runs.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut rows: Vec<(f64, f64, Vec<Run>)> = Vec::new();
    for run in runs {
        match rows.last_mut() {
            Some((y, size, row)) if (*y - run.y).abs() < size.max(run.size) * LEVEL => {
                // The larger letters stand on the line; signs of notes stand over it.
                if run.size > *size {
                    (*y, *size) = (run.y, run.size);
                }
                row.push(run);
            }
            _ => rows.push((run.y, run.size, vec![run])),
        }
    }
    rows.into_iter().map(|(_, _, row)| pieces(row)).filter(|row| !row.is_empty()).collect()
}

fn pieces(mut row: Vec<Run>) -> Vec<Line> {
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut out: Vec<Line> = Vec::new();
    let mut before: Option<(f64, String)> = None;
    for run in row {
        // Bold letters are often drawn twice.
        let twice = before
            .as_ref()
            .is_some_and(|(x, text)| *text == run.text && (run.x - x).abs() < run.size * WORDS);
        if twice {
            continue;
        }
        before = Some((run.x, run.text.clone()));
        match out.last_mut() {
            Some(line) if run.x - line.end < line.size.max(run.size) * APART => {
                let gap = (run.x - line.end) / line.size.max(run.size);
                if gap > WORDS && is_word(line.text.chars().last()) && is_word(run.text.chars().next()) {
                    line.text.push(' ');
                }
                line.text.push_str(&run.text);
                line.end = line.end.max(run.end);
                if run.size > line.size {
                    (line.size, line.y) = (run.size, run.y);
                }
                line.beside &= run.beside;
            }
            _ => out.extend(opening(run)),
        }
    }
    for line in &mut out {
        line.text.truncate(line.text.trim_end().len());
    }
    out.retain(|line| !line.text.is_empty());
    out
}

/// A line begins where its first letter stands, not where the blanks before it do.
fn opening(run: Run) -> Option<Line> {
    let Run { x, y, end, size, text, beside, .. } = run;
    let wide = |text: &str| text.chars().map(width).sum::<f64>();
    let kept = text.trim_start();
    let blank = (wide(&text) - wide(kept)) / wide(&text).max(0.1);
    let line =
        || Line { x: x + (end - x) * blank, y, end, size, text: kept.to_owned(), beside, parted: false };
    (!kept.is_empty()).then(line)
}

/// About how wide a character is, in sizes.
pub(super) fn width(c: char) -> f64 {
    if c.is_ascii() { 0.5 } else { 1.0 }
}

pub(super) fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// The pieces of a level as one line.
pub(super) fn whole(row: Vec<Line>) -> Option<Line> {
    row.into_iter().reduce(|line, piece| Line {
        end: line.end.max(piece.end),
        // The number of an item stands far from its words too.
        parted: line.parted
            || (piece.x - line.end > line.size * CELLS
                && mark(&line.text).is_none_or(|mark| mark.text != line.text)),
        size: line.size.max(piece.size),
        text: format!("{} {}", line.text, piece.text),
        beside: line.beside && piece.beside,
        ..line
    })
}

/// The flows of a page in the order in which they are read.
pub(super) fn flows(rows: Vec<Vec<Line>>) -> Vec<Flow> {
    let mut out = Vec::new();
    let depth = if rows.len() > MOST_ROWS { 0 } else { DEEPEST };
    read(rows, depth, false, &mut out);
    out
}

fn read(mut rows: Vec<Vec<Line>>, depth: usize, column: bool, out: &mut Vec<Flow>) {
    while let Some((from, to, gutter)) = Some(()).filter(|()| depth > 0).and_then(|()| band(&rows)) {
        let after = rows.split_off(to);
        let beside = rows.split_off(from);
        flow(rows, column, out);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for row in beside {
            let (a, b): (Vec<Line>, Vec<Line>) = row.into_iter().partition(|line| line.x < gutter);
            left.push(a);
            right.push(b);
        }
        for side in [left, right] {
            read(side.into_iter().filter(|row| !row.is_empty()).collect(), depth - 1, true, out);
        }
        rows = after;
    }
    flow(rows, column, out);
}

fn flow(rows: Vec<Vec<Line>>, column: bool, out: &mut Vec<Flow>) {
    let lines: Vec<Line> = rows.into_iter().filter_map(whole).collect();
    if !lines.is_empty() {
        out.push(Flow { lines, column });
    }
}

/// The first rows that stand in two columns, and a place between them. A table without rules has short cells and is none.
fn band(rows: &[Vec<Line>]) -> Option<(usize, usize, f64)> {
    (0..rows.len()).find_map(|from| {
        let below = rows.get(from..)?;
        let near: Vec<&Line> = below.iter().take(BESIDE).flatten().take(MOST_PIECES).collect();
        let gaps = near.iter().flat_map(|left| near.iter().map(|right| (left.end, right.x)));
        let size = near.first()?.size;
        let (to, gutter) = gaps
            .filter(|(left, right)| right - left >= size * GUTTER)
            .find_map(|gap| reach(below, gap, size))?;
        Some((from, from + to, gutter))
    })
}

/// One side of a gap: how wide its lines are, and in which rows it stands.
#[derive(Debug, Default)]
struct Side {
    widths: Vec<f64>,
    rows: Vec<usize>,
}

impl Side {
    fn take(&mut self, row: usize, lines: &[&Line]) {
        self.widths.extend(lines.iter().map(|line| line.end - line.x));
        self.rows.extend(lines.first().map(|_| row));
    }

    fn is_column(&mut self, size: f64) -> bool {
        self.widths.sort_by(f64::total_cmp);
        let usual = self.widths.get(self.widths.len() / 2);
        self.rows.len() >= BESIDE && usual.is_some_and(|usual| *usual >= size * COLUMN)
    }
}

/// How many rows keep a gap free, and its middle; none where what stands on its sides is no column.
fn reach(rows: &[Vec<Line>], gap: (f64, f64), size: f64) -> Option<(usize, f64)> {
    let (mut low, mut high) = gap;
    let (mut left, mut right) = (Side::default(), Side::default());
    for (at, row) in rows.iter().enumerate() {
        let middle = f64::midpoint(low, high);
        let (a, b): (Vec<&Line>, Vec<&Line>) =
            row.iter().partition(|line| f64::midpoint(line.x, line.end) < middle);
        let next_low = a.iter().fold(low, |low, line| low.max(line.end));
        let next_high = b.iter().fold(high, |high, line| high.min(line.x));
        if next_high - next_low < size * GUTTER {
            break;
        }
        (low, high) = (next_low, next_high);
        left.take(at, &a);
        right.take(at, &b);
    }
    // Where both sides begin and end; columns stand beside each other for most of their height.
    let first = left.rows.first()?.max(right.rows.first()?);
    let last = left.rows.last()?.min(right.rows.last()?);
    let beside = *last + 1 >= first + BESIDE;
    let to = left.rows.last()?.max(right.rows.last()?) + 1;
    let to = foot(rows, *last, to, size);
    (beside && left.is_column(size) && right.is_column(size)).then(|| (to, f64::midpoint(low, high)))
}

/// Where columns end: the few lines that one side has more follow the columns where they stand apart.
fn foot(rows: &[Vec<Line>], last: usize, to: usize, size: f64) -> usize {
    let y = |at: usize| rows.get(at).and_then(|row| row.first()).map(|line| line.y);
    let apart = |at: &usize| y(*at).zip(y(at + 1)).is_some_and(|(above, below)| above - below > size * BELOW);
    let found = (last..to.saturating_sub(1)).find(apart).filter(|_| to <= last + 1 + BESIDE);
    found.map_or(to, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(x: f64, y: f64, text: &str) -> Run {
        let end = x + text.chars().map(width).sum::<f64>() * 10.0;
        Run { x, y, end, size: 10.0, turn: 0, text: text.to_owned(), beside: false }
    }

    #[test]
    fn pieces_become_lines_however_they_are_drawn() {
        let drawn = vec![
            run(120.0, 700.2, "应当"),
            run(100.0, 700.0, "职工"),
            run(100.3, 700.0, "职工"),
            run(100.0, 680.0, "ab"),
        ];
        let drawn = [
            drawn,
            vec![
                run(113.0, 680.0, "cd"),
                Run { size: 6.0, ..run(140.0, 704.0, "①") },
                run(100.0, 660.0, "　　再"),
            ],
        ]
        .concat();
        let lines: Vec<Line> = rows(drawn).into_iter().filter_map(whole).collect();
        let said: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(said, ["职工应当①", "ab cd", "再"]);
        assert!((lines[2].x - 120.0).abs() < 0.01);
    }

    #[test]
    fn columns_are_read_one_after_the_other_and_short_cells_are_not_columns() {
        let full = "为了保障高龄老年人的生活";
        let mut drawn = vec![run(100.0, 720.0, "一行横跨两栏的标题占满了整个版面的宽度没有空隙可言")];
        for line in 0..5 {
            let y = 700.0 - f64::from(line) * 15.0;
            drawn.extend([run(100.0, y, full), run(240.0, y - 3.0, full)]);
        }
        drawn.push(run(100.0, 600.0, "下面又是一行横跨两栏的文字占满了整个版面的宽度没有空隙"));
        let found = flows(rows(drawn));
        let shape: Vec<(usize, bool)> = found.iter().map(|flow| (flow.lines.len(), flow.column)).collect();
        assert_eq!(shape, [(1, false), (5, true), (5, true), (1, false)]);
        let cells = (0..6).flat_map(|line| {
            let y = 700.0 - f64::from(line) * 15.0;
            [run(100.0, y, "身份证"), run(240.0, y, "一份原件")]
        });
        let found = flows(rows(cells.collect()));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].lines[0].text, "身份证 一份原件");
    }
}
