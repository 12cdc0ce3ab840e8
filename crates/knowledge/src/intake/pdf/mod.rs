//! Text of a PDF (ISO 32000) whose characters are named: by a map, or by one of the encodings of Chinese office programs.
//!
//! Invariants: any bytes give text or a sentence that says what to do, in bounded time and memory; what is read is given once, in the
//! order in which it is read; what is no text (heads, numbers of pages, pages that are pictures) is told as that. Deliberately absent:
//! reading pictures, upright lines of characters, tables without rules, passwords.

mod cmap;
mod content;
mod file;
mod filter;
mod font;
mod furniture;
mod grid;
mod lines;
mod object;
mod paragraphs;
mod path;
mod seal;
mod signs;

use std::collections::BTreeMap;

use self::content::{Reader, Run, Sheet};
use self::file::{Broken, File};
use self::grid::Grid;
use self::lines::{Flow, flows, rows, whole};
use self::paragraphs::{Layout, Paragraphs};
use super::{MAX_TEXT_BYTES, fault, office, too_long};
use crate::entry::Fault;
use crate::split::Reason;

/// Pages of one document.
const MOST_PAGES: usize = 3_000;
/// One unreadable character in so many is bearable.
const BEARABLE: usize = 20;

fn damaged() -> Fault {
    fault("PDF 损坏，打不开。请重新下载；阅读软件能打开的，请复制文字粘贴到这里。")
}

fn sealed() -> Fault {
    fault("PDF 有密码保护，请去掉密码后再上传，或打开后复制文字粘贴到这里。")
}

fn only_pictures() -> Fault {
    fault("这份 PDF 里只有图片，没有文字，多半是扫描件。请先做文字识别（OCR）再上传，或向发文单位要电子版。")
}

fn no_text() -> Fault {
    fault("这份 PDF 里没有文字。请核对是不是选错了文件，或向发文单位要电子版。")
}

fn unknown_letters() -> Fault {
    fault(
        "这份 PDF 没有带文字对照表，读出来是乱码。请向发文单位要 Word 版；阅读软件里能复制出文字的，请粘贴到这里。",
    )
}

/// Text and what in it is none, by the numbers of its lines.
pub(super) type Told = (String, BTreeMap<usize, Reason>);

/// A page that was taken apart.
struct Parts {
    wide: f64,
    grids: Vec<Grid>,
    /// Text that lies otherwise than most of the page does: stamps, marks across a page.
    turned: Vec<Run>,
    only_picture: bool,
}

/// The text of a document, a paragraph a line.
pub(super) fn text(bytes: &[u8]) -> Result<Told, Fault> {
    let file = File::open(bytes).map_err(|broken| match broken {
        Broken::Damaged => damaged(),
        Broken::Sealed => sealed(),
    })?;
    let sheets = sheets(&file)?;
    let mut parts = Vec::new();
    let mut pages = Vec::new();
    for sheet in sheets {
        let (part, page) = apart(sheet);
        parts.push(part);
        pages.push(page);
    }
    let furniture = furniture::take(&mut pages);
    let bodies: Vec<_> = parts
        .into_iter()
        .zip(pages)
        .zip(furniture)
        .map(|((part, page), aside)| (part, page.rows, aside))
        .collect();
    written(bodies)
}

/// What stands on each page.
fn sheets(file: &File<'_>) -> Result<Vec<Sheet>, Fault> {
    let leaves = file.pages(MOST_PAGES);
    if leaves.len() > MOST_PAGES {
        return Err(fault(format!("PDF 超过{MOST_PAGES}页，请拆成几个文件。")));
    }
    let mut reader = Reader::new(file);
    let (mut sheets, mut long) = (Vec::new(), 0);
    for leaf in &leaves {
        let sheet = reader.page(leaf);
        long += sheet.runs.iter().map(|run| run.text.len()).sum::<usize>();
        if file.over.get() {
            return Err(office::too_much());
        }
        if long > MAX_TEXT_BYTES {
            return Err(too_long());
        }
        sheets.push(sheet);
    }
    if file.over.get() {
        return Err(office::too_much());
    }
    let chars = || sheets.iter().flat_map(|sheet| &sheet.runs).flat_map(|run| run.text.chars());
    let all = chars().filter(|c| !c.is_whitespace()).count() + reader.unread;
    let unknown = chars().filter(|c| *c == font::UNKNOWN).count() + reader.unread;
    if sheets.is_empty() {
        Err(damaged())
    } else if all == 0 {
        Err(if sheets.iter().any(|sheet| sheet.picture) { only_pictures() } else { no_text() })
    } else if unknown * BEARABLE > all {
        Err(unknown_letters())
    } else {
        Ok(sheets)
    }
}

fn apart(sheet: Sheet) -> (Parts, furniture::Page) {
    let only_picture = sheet.picture && sheet.runs.iter().all(|run| run.text.trim().is_empty());
    let mut turns: BTreeMap<i32, usize> = BTreeMap::new();
    for run in &sheet.runs {
        *turns.entry(run.turn).or_default() += run.text.len();
    }
    let most = turns.into_iter().max_by_key(|(_, length)| *length).map_or(0, |(turn, _)| turn);
    let (upright, turned) = sheet.runs.into_iter().partition(|run| run.turn == most);
    let rules = if most == 0 { sheet.rules } else { Vec::new() };
    let (grids, rest) = grid::grids(rules, upright);
    let page = furniture::Page { high: sheet.high, rows: rows(rest) };
    (Parts { wide: sheet.wide, grids, turned, only_picture }, page)
}

/// A stretch of a page: text or a table.
enum Stretch {
    Text(Flow),
    Table(Grid),
}

type Rows = Vec<Vec<lines::Line>>;

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
        open.into_iter().for_each(|text| self.paragraph(&text));
        let other = match &mut self.table {
            Some(table) => table.goes_on(next),
            None => Some(next),
        };
        if other.is_some() {
            self.end_table();
            self.table = other;
        }
    }

    fn take_text(&mut self, ended: Vec<String>) {
        self.end_table();
        ended.iter().for_each(|text| self.paragraph(text));
    }
}

fn written(pages: Vec<(Parts, Rows, Vec<String>)>) -> Result<Told, Fault> {
    let mut layout = Layout::default();
    let mut all = Vec::new();
    for (mut part, rows, aside) in pages {
        let stretches = stretches(std::mem::take(&mut part.grids), rows);
        for stretch in &stretches {
            if let Stretch::Text(flow) = stretch {
                layout.see(flow, part.wide);
            }
        }
        all.push((part, stretches, aside));
    }
    layout.settle();
    let (mut out, mut paragraphs) = (Written::default(), Paragraphs::default());
    for (number, (part, stretches, aside)) in all.into_iter().enumerate() {
        for stretch in stretches {
            match stretch {
                Stretch::Text(flow) => out.take_text(paragraphs.flow(flow, part.wide, &layout)),
                Stretch::Table(grid) => out.take_table(grid, paragraphs.close()),
            }
        }
        let turned = rows(part.turned).into_iter().filter_map(whole).map(|line| line.text);
        out.waiting.extend(aside.into_iter().chain(turned).map(|line| (line, Reason::Beside)));
        if part.only_picture {
            out.waiting.push((format!("（第{}页只有图片，没有读出文字）", number + 1), Reason::Picture));
        }
    }
    out.take_text(paragraphs.close().into_iter().collect());
    out.say_waiting();
    let text = out.lines.join("\n");
    if text.len() > MAX_TEXT_BYTES { Err(too_long()) } else { Ok((text, out.aside)) }
}
