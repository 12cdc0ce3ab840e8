//! From bytes to text: what can be read, and what is said where nothing can.

use std::collections::BTreeMap;

use super::content::{Reader, Sheet};
use super::file::{Broken, File};
use super::font::UNKNOWN;
use super::furniture;
use super::grid::grids;
use super::lines::rows;
use super::written::{Page, Told, written};
use crate::entry::Fault;
use crate::intake::{MAX_TEXT_BYTES, fault, office, too_long};

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

/// The text of a document, a paragraph a line.
pub(in crate::intake) fn text(bytes: &[u8]) -> Result<Told, Fault> {
    let file = File::open(bytes).map_err(|broken| match broken {
        Broken::Damaged => damaged(),
        Broken::Sealed => sealed(),
    })?;
    let (mut pages, mut bodies) = read(&file)?;
    for (page, aside) in pages.iter_mut().zip(furniture::take(&mut bodies)) {
        page.aside = aside;
    }
    written(pages.into_iter().zip(bodies.into_iter().map(|body| body.rows)).collect())
}

/// What was read so far.
#[derive(Default)]
struct Seen {
    bytes: usize,
    chars: usize,
    unknown: usize,
    picture: bool,
}

impl Seen {
    fn see(&mut self, sheet: &Sheet) {
        let chars = || sheet.runs.iter().flat_map(|run| run.text.chars());
        self.bytes += sheet.runs.iter().map(|run| run.text.len()).sum::<usize>();
        self.chars += chars().filter(|c| !c.is_whitespace()).count();
        self.unknown += chars().filter(|c| *c == UNKNOWN).count();
        self.picture |= sheet.picture;
    }
}

/// What stands on each page: its parts, and the rows of its text.
fn read(file: &File<'_>) -> Result<(Vec<Page>, Vec<furniture::Page>), Fault> {
    let leaves = file.pages(MOST_PAGES);
    if leaves.len() > MOST_PAGES {
        return Err(fault(format!("PDF 超过{MOST_PAGES}页，请拆成几个文件。")));
    }
    let mut reader = Reader::new(file);
    let (mut seen, mut pages, mut bodies) = (Seen::default(), Vec::new(), Vec::new());
    for leaf in &leaves {
        let sheet = reader.page(leaf);
        seen.see(&sheet);
        if file.over.get() || seen.bytes > MAX_TEXT_BYTES {
            break;
        }
        let (page, body) = apart(sheet);
        pages.push(page);
        bodies.push(body);
    }
    let all = seen.chars + reader.unread;
    if file.over.get() {
        Err(office::too_much())
    } else if seen.bytes > MAX_TEXT_BYTES {
        Err(too_long())
    } else if leaves.is_empty() {
        Err(damaged())
    } else if all == 0 {
        Err(if seen.picture { only_pictures() } else { no_text() })
    } else if (seen.unknown + reader.unread) * BEARABLE > all {
        Err(unknown_letters())
    } else {
        Ok((pages, bodies))
    }
}

fn apart(sheet: Sheet) -> (Page, furniture::Page) {
    let only_picture = sheet.picture && sheet.runs.iter().all(|run| run.text.trim().is_empty());
    let mut turns: BTreeMap<i32, usize> = BTreeMap::new();
    for run in &sheet.runs {
        *turns.entry(run.turn).or_default() += run.text.len();
    }
    let most = turns.into_iter().max_by_key(|(_, length)| *length).map_or(0, |(turn, _)| turn);
    let (upright, turned) = sheet.runs.into_iter().partition(|run| run.turn == most);
    let rules = if most == 0 { sheet.rules } else { Vec::new() };
    let (grids, rest) = grids(rules, upright);
    let body = furniture::Page { high: sheet.high, rows: rows(rest) };
    (Page { wide: sheet.wide, grids, turned, only_picture, aside: Vec::new() }, body)
}
