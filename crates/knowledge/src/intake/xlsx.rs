//! The rows of a workbook's sheet. What formulas gave is read, the formulas are not.

use std::collections::HashMap;

use jiff::{
    Span, ToSpan as _,
    civil::{Date, date},
};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{fault, office};
use crate::entry::Fault;

/// Rows of a sheet, its heading included.
const MOST_ROWS: usize = 200_001;
/// Columns of a sheet.
const MOST_COLUMNS: usize = 300;
/// Characters of one cell; a spreadsheet itself allows 32,767.
const MOST_CHARS: usize = 40_000;
/// Text of a sheet, in bytes.
const MOST_BYTES: usize = 128 * 1024 * 1024;
/// Empty rows before the heading that are passed over.
const MOST_BLANK: usize = 1_000;

/// A sheet as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The names of the sheets that can be seen.
    pub names: Vec<String>,
    /// The one that was read.
    pub name: String,
    /// Cells by row; the first row that is not empty is the heading.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// The rows as CSV, which the import reads.
    pub fn csv(&self) -> Vec<u8> {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &self.rows {
            let cells = (0..width).map(|at| row.get(at).map_or("", String::as_str));
            // Into memory: it cannot fail.
            let _ = writer.write_record(cells);
        }
        writer.into_inner().unwrap_or_default()
    }
}

/// Number formats of ECMA-376, 18.8.30, that show a day.
const DAYS: [u32; 14] = [14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 34, 35, 36, 50];
/// Day 0 of a spreadsheet; day 60 of 1900 never was, days from there on are right.
const DAY_0: Date = date(1899, 12, 30);
/// Day 0 of workbooks that count from 1904.
const DAY_0_LATE: Date = date(1904, 1, 1);

/// One sheet of a workbook: the named one, or the first that can be seen.
///
/// # Errors
/// A sentence that says what to do, where it is damaged, too large, or has no such sheet.
pub fn sheet(bytes: &[u8], name: Option<&str>) -> Result<Sheet, Fault> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(fault("这是旧版或加了密码的 Excel 文件，请去掉密码、另存为 xlsx 后再上传。"));
    }
    let mut archive = office::open(bytes)?;
    let mut part = |name: &str| office::part(&mut archive, name);
    let Some(workbook) = part("xl/workbook.xml")? else {
        return Err(fault("这不是 Excel 表格（xlsx）。请核对文件，或另存为 xlsx 后再上传。"));
    };
    let book = Book::of(&workbook)?;
    let names: Vec<String> = book.sheets.iter().map(|(name, _)| name.clone()).collect();
    let wanted = match name.filter(|name| !name.is_empty()) {
        Some(name) => book.sheets.iter().find(|(known, _)| known == name),
        None => book.sheets.first(),
    };
    let Some((name, relation)) = wanted else {
        return Err(fault("表格里没有这张工作表，请重新选择。"));
    };
    let targets = targets(&part("xl/_rels/workbook.xml.rels")?.unwrap_or_default())?;
    let path = targets.get(relation).ok_or_else(office::damaged)?;
    let shared = strings(&part("xl/sharedStrings.xml")?.unwrap_or_default())?;
    let days = days(&part("xl/styles.xml")?.unwrap_or_default())?;
    let xml = part(path)?.ok_or_else(office::damaged)?;
    let rows =
        Cells { shared: &shared, days: &days, day_0: if book.late { DAY_0_LATE } else { DAY_0 }, bytes: 0 }
            .rows(&xml)?;
    if rows.is_empty() {
        return Err(fault("这张工作表是空的，请换一张，或核对文件。"));
    }
    Ok(Sheet { names, name: name.clone(), rows })
}

/// Calls `take` with every event and the text that stands there, entities resolved.
fn each(xml: &str, mut take: impl FnMut(&Event<'_>, &str) -> Result<(), Fault>) -> Result<(), Fault> {
    let mut reader = Reader::from_str(xml);
    loop {
        let event = reader.read_event().map_err(|_| office::damaged())?;
        let text = match &event {
            Event::Eof => return Ok(()),
            Event::Text(text) => text.decode().map_err(|_| office::damaged())?.into_owned(),
            Event::CData(text) => text.decode().map_err(|_| office::damaged())?.into_owned(),
            Event::GeneralRef(name) => office::entity(name)?,
            _ => String::new(),
        };
        take(&event, &text)?;
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    Some(tag.try_get_attribute(name).ok()??.unescape_value().ok()?.into_owned())
}

/// The sheets that can be seen, each with its relation.
#[derive(Default)]
struct Book {
    sheets: Vec<(String, String)>,
    late: bool,
}

impl Book {
    fn of(xml: &str) -> Result<Self, Fault> {
        let mut book = Self::default();
        each(xml, |event, _| {
            if let Event::Start(tag) | Event::Empty(tag) = event {
                match tag.local_name().as_ref() {
                    b"sheet" if attribute(tag, "state").is_none_or(|state| state == "visible") => {
                        let relation = attribute(tag, "r:id").unwrap_or_default();
                        book.sheets.push((attribute(tag, "name").unwrap_or_default(), relation));
                    }
                    b"workbookPr" => {
                        book.late =
                            attribute(tag, "date1904").is_some_and(|late| late == "1" || late == "true");
                    }
                    _ => {}
                }
            }
            Ok(())
        })?;
        Ok(book)
    }
}

/// Parts by relation.
fn targets(xml: &str) -> Result<HashMap<String, String>, Fault> {
    let mut out = HashMap::new();
    each(xml, |event, _| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target"))
        {
            let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            out.insert(id, path);
        }
        Ok(())
    })?;
    Ok(out)
}

/// The strings that cells share, without the readings of East Asian text.
fn strings(xml: &str) -> Result<Vec<String>, Fault> {
    let mut out: Vec<String> = Vec::new();
    let (mut reading, mut phonetic) = (false, false);
    each(xml, |event, text| {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"si" => out.push(String::new()),
                b"rPh" => phonetic = true,
                b"t" => reading = !phonetic,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == b"si" => out.push(String::new()),
            Event::End(tag) => match tag.local_name().as_ref() {
                b"rPh" => phonetic = false,
                b"t" => reading = false,
                _ => {}
            },
            _ if reading => out.iter_mut().next_back().into_iter().for_each(|last| last.push_str(text)),
            _ => {}
        }
        Ok(())
    })?;
    Ok(out)
}

/// Whether each style of cells shows a day.
fn days(xml: &str) -> Result<Vec<bool>, Fault> {
    let mut own: Vec<u32> = Vec::new();
    let (mut out, mut cells) = (Vec::new(), false);
    each(xml, |event, _| {
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"numFmt" => {
                    let code = attribute(tag, "formatCode").unwrap_or_default();
                    let told: String = code.split(['"', '\\']).step_by(2).collect();
                    if told.contains(['y', 'Y', 'd', 'D']) && !told.contains("General") {
                        own.extend(attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok()));
                    }
                }
                b"cellXfs" => cells = true,
                b"xf" if cells => {
                    let id =
                        attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or_default();
                    out.push(DAYS.contains(&id) || own.contains(&id));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => cells = false,
            _ => {}
        }
        Ok(())
    })?;
    Ok(out)
}

struct Cells<'a> {
    shared: &'a [String],
    days: &'a [bool],
    day_0: Date,
    bytes: usize,
}

/// A cell while it is read.
#[derive(Default)]
struct Cell {
    row: usize,
    column: usize,
    kind: String,
    style: usize,
    text: String,
}

impl Cells<'_> {
    /// Rows from the first that holds something; their places are taken from the file.
    fn rows(mut self, xml: &str) -> Result<Vec<Vec<String>>, Fault> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut cell = Cell::default();
        let (mut first, mut next_row, mut next_column, mut reading) = (None, 0usize, 0usize, false);
        each(xml, |event, text| {
            match event {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"row" => {
                        let number = attribute(tag, "r").and_then(|r| r.parse::<usize>().ok());
                        next_row = number.unwrap_or(next_row + 1);
                        next_column = 0;
                    }
                    b"c" => {
                        let column = attribute(tag, "r").map_or(next_column, |r| column_of(&r));
                        next_column = column + 1;
                        cell = Cell {
                            row: next_row,
                            column,
                            kind: attribute(tag, "t").unwrap_or_default(),
                            style: attribute(tag, "s").and_then(|s| s.parse().ok()).unwrap_or_default(),
                            text: String::new(),
                        };
                    }
                    b"v" | b"t" => reading = matches!(event, Event::Start(_)),
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"v" | b"t" => reading = false,
                    b"c" => self.put(&std::mem::take(&mut cell), &mut first, &mut rows)?,
                    _ => {}
                },
                _ if reading => cell.text.push_str(text),
                _ => {}
            }
            Ok(())
        })?;
        Ok(rows)
    }

    fn put(
        &mut self,
        cell: &Cell,
        first: &mut Option<usize>,
        rows: &mut Vec<Vec<String>>,
    ) -> Result<(), Fault> {
        let text = self.told(cell);
        if text.is_empty() {
            return Ok(());
        }
        // A cell far out must not make rows up to it.
        let first = *first.get_or_insert(cell.row);
        let row = cell.row.checked_sub(first).ok_or_else(office::damaged)?;
        if row >= MOST_ROWS || first > MOST_BLANK {
            return Err(fault(format!("表格超过{}行，请拆成几个文件分次导入。", MOST_ROWS - 1)));
        }
        if cell.column >= MOST_COLUMNS {
            return Err(fault(format!("表格超过{MOST_COLUMNS}列，请只留下要导入的列。")));
        }
        self.bytes += text.len();
        if text.chars().count() > MOST_CHARS || self.bytes > MOST_BYTES {
            return Err(fault(format!("第{}行有一格文字太多，或整张表太大，请拆开后再导入。", cell.row)));
        }
        if rows.len() <= row {
            rows.resize(row + 1, Vec::new());
        }
        if let Some(cells) = rows.get_mut(row) {
            if cells.len() <= cell.column {
                cells.resize(cell.column + 1, String::new());
            }
            if let Some(place) = cells.get_mut(cell.column) {
                *place = text;
            }
        }
        Ok(())
    }

    fn told(&self, cell: &Cell) -> String {
        let text = cell.text.trim();
        match cell.kind.as_str() {
            "s" => text
                .parse::<usize>()
                .ok()
                .and_then(|at| self.shared.get(at))
                .map_or("", |text| text.trim())
                .to_owned(),
            "b" => if text == "1" { "是" } else { "否" }.to_owned(),
            "e" => String::new(),
            "" | "n" if self.days.get(cell.style).copied().unwrap_or_default() => {
                self.day(text).unwrap_or_else(|| text.to_owned())
            }
            // 0.1 + 0.2 is kept as 0.30000000000000004.
            "" | "n" if text.len() > 15 => text.parse::<f64>().map_or_else(|_| text.to_owned(), rounded),
            _ => text.to_owned(),
        }
    }

    fn day(&self, number: &str) -> Option<String> {
        let days = number.parse::<f64>().ok()?.floor();
        if !(1.0..2_958_466.0).contains(&days) {
            return None;
        }
        let span: Span = (days as i64).days();
        Some(self.day_0.checked_add(span).ok()?.to_string())
    }
}

fn rounded(number: f64) -> String {
    let text = format!("{number:.10}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Column of a place, from 0: `B2` is 1. What is no place is far out.
fn column_of(place: &str) -> usize {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase).take(4);
    letters.fold(0usize, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1).saturating_sub(1)
}
