//! Lines to paragraphs: a PDF knows where a line ends, not where a paragraph does.

use super::lines::{Flow, Line, is_word, width};
use crate::split::marks::{Level, closes, ends_sentence, mark};

/// Lines whose letters differ by more are not of one paragraph.
const ALIKE: f64 = 0.15;
/// A line that begins so many letters further in opens a paragraph.
const INDENT: f64 = 0.8;
/// A line that stands so many times further down than lines do opens a paragraph.
const LOOSE: f64 = 1.35;
/// Where the next word would have fitted with so much room a line was ended on purpose.
const ROOM: f64 = 0.8;
/// So many lines that end at one place show where lines end.
const SHOWN: usize = 3;
/// Lines of which fewer than one in so many end there show nothing.
const SELDOM: usize = 25;
/// The least length of a full line, in sizes: short items that are alike show nothing either.
const FULL: f64 = 15.0;
/// Usual distance of lines, in sizes.
const LEADING: f64 = 1.5;

/// What all pages of a document have in common.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Ends of lines over the whole page, with the page's width.
    ends: Vec<(f64, f64, f64)>,
    /// Distances of lines, in sizes.
    steps: Vec<f64>,
}

impl Layout {
    pub fn see(&mut self, flow: &Flow, wide: f64) {
        if !flow.column {
            let running = flow.lines.iter().filter(|line| !line.parted);
            self.ends.extend(running.map(|line| (line.end, line.size, wide)));
        }
        let pairs =
            flow.lines.windows(2).filter_map(|pair| if let [a, b] = pair { Some((a, b)) } else { None });
        let steps = pairs.filter(|(a, b)| alike(a, b)).map(|(a, b)| (a.y - b.y) / a.size);
        self.steps.extend(steps.filter(|step| (0.5..4.0).contains(step)));
    }

    pub fn settle(&mut self) {
        self.ends.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.steps.sort_by(f64::total_cmp);
    }

    /// Where full lines of a flow end.
    fn right(&self, flow: &Flow, wide: f64) -> f64 {
        let left = flow.lines.iter().fold(wide, |left, line| left.min(line.x));
        let last = flow.lines.iter().fold(0.0f64, |last, line| last.max(line.end));
        if flow.column {
            return last;
        }
        let ends: Vec<(f64, f64)> = self
            .ends
            .iter()
            .filter(|(.., of)| (of - wide).abs() < 1.0)
            .map(|(end, size, _)| (*end, *size))
            .collect();
        let shown = ends.iter().enumerate().find(|(at, (end, size))| {
            let near = ends
                .get(*at..)
                .unwrap_or_default()
                .iter()
                .take_while(|(other, _)| end - other < size * 1.2)
                .count();
            near >= SHOWN && near * SELDOM >= ends.len() && end - left >= size * FULL
        });
        // Pages usually have as much room on the right as on the left.
        shown.map_or_else(|| last.max(wide - left), |(_, (end, _))| *end)
    }

    fn step(&self) -> f64 {
        self.steps.get(self.steps.len() / 5).copied().unwrap_or(LEADING)
    }
}

/// A paragraph while its lines come in.
#[derive(Debug)]
struct Open {
    text: String,
    /// Its last line, and how far in that and the first one begin.
    last: Line,
    first_in: f64,
    last_in: f64,
    right: f64,
    lines: usize,
    step: Option<f64>,
}

/// Puts the lines of flows together, in the order in which they are read.
#[derive(Debug, Default)]
pub(super) struct Paragraphs {
    open: Option<Open>,
}

impl Paragraphs {
    /// Takes a flow, and gives the paragraphs that ended before or in it.
    pub fn flow(&mut self, flow: Flow, wide: f64, layout: &Layout) -> Vec<String> {
        let right = layout.right(&flow, wide);
        let left = flow.lines.iter().fold(wide, |left, line| left.min(line.x));
        let mut out = Vec::new();
        for (at, line) in flow.lines.into_iter().enumerate() {
            let inside = line.x - left;
            match &mut self.open {
                Some(open) if open.goes_on(&line, inside, at > 0, layout) => {
                    open.step = if at > 0 { Some((open.last.y - line.y) / line.size) } else { open.step };
                    join(&mut open.text, &line.text);
                    (open.last, open.last_in, open.right) = (line, inside, right);
                    open.lines += 1;
                }
                _ => {
                    out.extend(self.close());
                    let text = line.text.clone();
                    self.open = Some(Open {
                        text,
                        last: line,
                        first_in: inside,
                        last_in: inside,
                        right,
                        lines: 1,
                        step: None,
                    });
                }
            }
        }
        out
    }

    /// Ends the paragraph that is open.
    pub fn close(&mut self) -> Option<String> {
        self.open.take().map(|open| open.text)
    }
}

impl Open {
    /// Whether a line belongs to it; `under` where that stands under its last line, not on another page or column.
    fn goes_on(&self, line: &Line, inside: f64, under: bool, layout: &Layout) -> bool {
        let size = self.last.size;
        let parted = self.last.parted || line.parted;
        if parted || !alike(&self.last, line) || would_have_fit(&self.last, &line.text, self.right) {
            return false;
        }
        let ended = self
            .text
            .chars()
            .rev()
            .find(|c| !closes(*c))
            .is_some_and(|c| ends_sentence(c) || matches!(c, '：' | ':'));
        if mark(&line.text).is_some_and(|mark| ended || mark.level <= Level::Section) {
            return false;
        }
        let middle = |line: &Line| f64::midpoint(line.x, line.end);
        // The lines of a title that is wider than the page.
        let centred = !ended && (middle(&self.last) - middle(line)).abs() < size * INDENT;
        let further = if centred { 0.0 } else { (inside - self.last_in) / size };
        // Items hang: their mark stands further out than their lines.
        let hangs = self.lines == 1 && mark(&self.text).is_some() && !ended;
        if further > INDENT && !hangs {
            return false;
        }
        if further < -INDENT && self.lines > 1 {
            return false;
        }
        let indented = self.first_in > size * INDENT;
        if !under {
            return !ended || indented;
        }
        let step = (self.last.y - line.y) / size;
        let usual = self.step.unwrap_or_else(|| layout.step());
        (0.0..usual * LOOSE).contains(&step)
    }
}

fn alike(a: &Line, b: &Line) -> bool {
    (a.size - b.size).abs() < a.size * ALIKE
}

/// Whether the first word of a text would have had room at the end of a line.
pub(super) fn would_have_fit(line: &Line, next: &str, right: f64) -> bool {
    let mut chars = next.chars().peekable();
    let mut wide = 0.0;
    let word = is_word(chars.peek().copied());
    while let Some(c) = chars.next_if(|c| word && is_word(Some(*c)) || wide == 0.0) {
        wide += width(c);
    }
    // Signs that must not open a line come with the word before them.
    while let Some(c) = chars.next_if(|c| "，。；：、？！,.;:%".contains(*c) || closes(*c)) {
        wide += width(c);
    }
    line.end + (wide + ROOM) * line.size < right
}

/// Adds a line to a text; words of letters stay apart.
pub(super) fn join(text: &mut String, next: &str) {
    if is_word(text.chars().last()) && is_word(next.chars().next()) {
        text.push(' ');
    }
    text.push_str(next);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: f64 = 600.0;

    /// Lines of 20 characters at most between 100 and 300; a number before the text is how many characters it stands further in.
    fn told(lines: &[(f64, f64, &str)]) -> Vec<String> {
        let line = |(inside, y, text): &(f64, f64, &str)| {
            let x = 100.0 + inside * 10.0;
            let end = x + text.chars().map(width).sum::<f64>() * 10.0;
            Line { x, y: *y, end, size: 10.0, text: (*text).to_owned(), beside: false, parted: false }
        };
        let flow = Flow { lines: lines.iter().map(line).collect(), column: false };
        let mut layout = Layout::default();
        layout.see(&flow, WIDE);
        layout.settle();
        let mut paragraphs = Paragraphs::default();
        let mut out = paragraphs.flow(flow, WIDE, &layout);
        out.extend(paragraphs.close());
        out
    }

    #[test]
    fn full_lines_go_on_and_short_ones_end() {
        let found = told(&[
            (2.0, 700.0, "第一条　为了保障高龄老年人的生活，制"),
            (0.0, 685.0, "定本办法，凡在本镇居住并且年满八十周岁的"),
            (0.0, 670.0, "老年人，都可以按照本办法的规定提出申请。"),
            (2.0, 655.0, "第二条　由村民委员会初审，依照本办法"),
            (0.0, 640.0, "第三条的规定公示。"),
            (0.0, 625.0, "姜山镇人民政府"),
        ]);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].ends_with("提出申请。") && found[1].ends_with("依照本办法第三条的规定公示。"));
    }

    #[test]
    fn room_between_lines_parts_them_where_nothing_is_indented() {
        let found = told(&[
            (0.0, 700.0, "为了保障高龄老年人的生活制定本办法凡在本"),
            (0.0, 685.0, "镇居住的老年人都可以提出申请和领取津贴。"),
            (0.0, 660.0, "由村民委员会初审并且张榜公示五个工作日以"),
            (0.0, 645.0, "后报镇人民政府审核 15"),
        ]);
        assert_eq!(found.len(), 2, "{found:#?}");
    }
}
