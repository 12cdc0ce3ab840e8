//! Pages to one text: paragraphs and tables that go on over pages, and what stands beside them after those.

use std::collections::BTreeMap;

use super::grid::Grid;
use super::lines::{Flow, Line, flows, rows, whole};
use super::paragraphs::{Layout, Paragraphs};
use super::pen::Run;
use crate::entry::Fault;
use crate::intake::{MAX_TEXT_BYTES, too_long};
use crate::split::Reason;

/// Text and what in it is none, by the numbers of its lines.
pub(in crate::intake) type Told = (String, BTreeMap<usize, Reason>);

/// A page that was taken apart.
pub(super) struct Page {
    pub wide: f64,
    pub grids: Vec<Grid>,
    /// Text that lies otherwise than most of the page does: stamps, marks across a page.
    pub turned: Vec<Run>,
    pub only_picture: bool,
    /// Its running heads and numbers.
    pub aside: Vec<String>,
}

/// A stretch of a page: text or a table.
enum Stretch {
    Text(Flow),
    Table(Grid),
}

type Rows = Vec<Vec<Line>>;

/// The stretches of a page in order.
fn stretches(grids: Vec<Grid>, mut rows: Rows) -> Vec<Stretch> {
    let mut out = Vec::new();
    for grid in grids {
        let above = rows.iter().take_while(|row| row.first().is_some_and(|line| line.y > grid.top)).count();
        let below = rows.split_off(above);
        out.extend(flows(rows).into_iter().map(Stretch::Text));
        out.push(Stretch::Table(grid));
        rows = below;
    }
    out.extend(flows(rows).into_iter().map(Stretch::Text));
    out
}

/// Text that grows line by line.
#[derive(Default)]
struct Written {
    lines: Vec<String>,
    aside: BTreeMap<usize, Reason>,
    table: Option<Grid>,
    /// What stands on pages beside the text that is being put together.
    waiting: Vec<(String, Reason)>,
}

impl Written {
    fn say(&mut self, text: &str) {
        let mut line = String::new();
        let unseen = |c: &char| matches!(c, '\u{200b}' | '\u{ad}' | '\u{feff}');
        for c in text.trim().chars().filter(|c| !unseen(c)) {
            // Of several blanks one is kept.
            if c.is_whitespace() && line.ends_with(char::is_whitespace) {
                continue;
            }
            line.push(if c.is_whitespace() && c != '\u{3000}' { ' ' } else { c });
        }
        self.lines.push(line);
    }

    fn paragraph(&mut self, text: &str) {
        self.say(text);
        self.say_waiting();
    }

    fn say_waiting(&mut self) {
        for (text, reason) in std::mem::take(&mut self.waiting) {
            self.aside.insert(self.lines.len(), reason);
            self.say(&text);
        }
    }

    fn end_table(&mut self) {
        if let Some(table) = self.table.take() {
            table.lines().iter().for_each(|line| self.say(line));
            self.say_waiting();
        }
    }

    fn take_table(&mut self, next: Grid, open: Option<String>) {
        if let Some(text) = open {
            self.paragraph(&text);
        }
        let other = match &mut self.table {
            Some(table) => table.goes_on(next),
            None => Some(next),
        };
        if other.is_some() {
            self.end_table();
            self.table = other;
        }
    }

    fn take_text(&mut self, ended: &[String]) {
        self.end_table();
        for text in ended {
            self.paragraph(text);
        }
    }
}

/// The pages of a document as one text.
pub(super) fn written(pages: Vec<(Page, Rows)>) -> Result<Told, Fault> {
    let mut layout = Layout::default();
    let mut all = Vec::new();
    for (mut page, rows) in pages {
        let stretches = stretches(std::mem::take(&mut page.grids), rows);
        for stretch in &stretches {
            if let Stretch::Text(flow) = stretch {
                layout.see(flow, page.wide);
            }
        }
        all.push((page, stretches));
    }
    layout.settle();
    let (mut out, mut paragraphs) = (Written::default(), Paragraphs::default());
    for (number, (page, stretches)) in all.into_iter().enumerate() {
        for stretch in stretches {
            match stretch {
                Stretch::Text(flow) => out.take_text(&paragraphs.flow(flow, page.wide, &layout)),
                Stretch::Table(grid) => out.take_table(grid, paragraphs.close()),
            }
        }
        let turned = rows(page.turned).into_iter().filter_map(whole).map(|line| line.text);
        out.waiting.extend(page.aside.into_iter().chain(turned).map(|line| (line, Reason::Beside)));
        if page.only_picture {
            out.waiting.push((format!("（第{}页只有图片，没有读出文字）", number + 1), Reason::Picture));
        }
    }
    out.take_text(paragraphs.close().as_slice());
    out.say_waiting();
    let text = out.lines.join("\n");
    if text.len() > MAX_TEXT_BYTES { Err(too_long()) } else { Ok((text, out.aside)) }
}
