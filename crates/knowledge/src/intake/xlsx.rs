//! The first sheet of an Excel workbook (ECMA-376) as rows of text.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};

use super::fault;
use super::xml::{Piece, Pieces, attribute, plain};
use super::zip::Archive;
use crate::entry::Fault;

/// Rows of a sheet.
const MOST_ROWS: usize = 200_000;
/// Columns of a sheet.
const MOST_COLUMNS: usize = 200;
/// Day 0 of Excel's calendar, which counts a 29 February 1900 that never was.
const DAY_0: Date = date(1899, 12, 30);
/// Formats of dates that need no code of their own (ECMA-376 18.8.30).
const DATES: std::ops::RangeInclusive<u32> = 14..=17;

/// Rows of text, all of the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The rows; the first holds the names of the columns.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// The sheet as CSV.
    pub fn csv(&self) -> Vec<u8> {
        let mut out = csv::Writer::from_writer(Vec::new());
        for row in &self.rows {
            // Writing to memory does not fail.
            let _ = out.write_record(row);
        }
        out.into_inner().unwrap_or_default()
    }
}

/// Reads the first sheet.
///
/// # Errors
/// A sentence that says what to do, where it is damaged, too large, or no workbook.
pub fn sheet(bytes: &[u8]) -> Result<Sheet, Fault> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(fault("这是旧版 Excel（xls）或加了密码的文件，请另存为没有密码的 xlsx 后再上传。"));
    }
    let mut archive = Archive::open(bytes)?;
    let first = ["xl/worksheets/sheet1.xml"].into_iter().find(|name| archive.has(name)).map(str::to_owned);
    let Some(name) = first.or_else(|| archive.first("xl/worksheets/sheet")) else {
        return Err(fault("这不是 Excel 表格（xlsx）。请核对文件，或另存为 xlsx、CSV 后再上传。"));
    };
    let shared = if archive.has("xl/sharedStrings.xml") {
        strings(&archive.text("xl/sharedStrings.xml")?)
    } else {
        Vec::new()
    };
    let dates =
        if archive.has("xl/styles.xml") { date_styles(&archive.text("xl/styles.xml")?) } else { Vec::new() };
    let mut rows = cells(&archive.text(&name)?, &shared, &dates)?;
    while rows.last().is_some_and(|row| row.iter().all(String::is_empty)) {
        rows.pop();
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    Ok(Sheet { rows })
}

/// The shared texts, sounds of characters left out.
fn strings(xml: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut reading, mut sound) = (false, false);
    for piece in Pieces(xml) {
        match piece {
            Piece::Open { name: "si", .. } => out.push(String::new()),
            Piece::Open { name: "rPh", closed, .. } => sound = !closed,
            Piece::Close("rPh") => sound = false,
            Piece::Open { name: "t", closed, .. } => reading = !closed && !sound,
            Piece::Close("t") => reading = false,
            Piece::Text(text) if reading => {
                if let Some(last) = out.last_mut() {
                    last.push_str(&plain(text));
                }
            }
            _ => {}
        }
    }
    out
}

/// For each cell style, whether its numbers are days.
fn date_styles(xml: &str) -> Vec<bool> {
    let mut own: Vec<u32> = Vec::new();
    let mut out = Vec::new();
    let mut styles = false;
    let number = |rest: &str| attribute(rest, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
    for piece in Pieces(xml) {
        match piece {
            Piece::Open { name: "numFmt", rest, .. } => {
                let code = rest.split_once("formatCode=").map_or("", |(_, code)| code);
                if code.contains(['y', 'Y']) {
                    own.push(number(rest));
                }
            }
            Piece::Open { name: "cellXfs", .. } => styles = true,
            Piece::Close("cellXfs") => styles = false,
            Piece::Open { name: "xf", rest, .. } if styles => {
                let id = number(rest);
                out.push(DATES.contains(&id) || id == 22 || own.contains(&id));
            }
            _ => {}
        }
    }
    out
}

fn cells(xml: &str, shared: &[String], dates: &[bool]) -> Result<Vec<Vec<String>>, Fault> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut column, mut kind, mut style, mut reading) = (0usize, "", 0usize, false);
    for piece in Pieces(xml) {
        match piece {
            Piece::Open { name: "row", rest, .. } => {
                if rows.len() >= MOST_ROWS {
                    return Err(fault(format!("表格超过{MOST_ROWS}行，请拆成几个文件分次导入。")));
                }
                // Empty rows are not written; their numbers are, and a person counts by them.
                let number =
                    attribute(rest, "r").and_then(|r| r.parse::<usize>().ok()).unwrap_or(rows.len() + 1);
                while rows.len() + 1 < number.min(MOST_ROWS) {
                    rows.push(Vec::new());
                }
                rows.push(Vec::new());
                column = 0;
            }
            Piece::Open { name: "c", rest, .. } => {
                column = attribute(rest, "r").map_or(column, place_of);
                kind = attribute(rest, "t").unwrap_or("n");
                style = attribute(rest, "s").and_then(|s| s.parse().ok()).unwrap_or(0);
                if column >= MOST_COLUMNS {
                    return Err(fault(format!("表格超过{MOST_COLUMNS}列，请只留下要导入的列。")));
                }
            }
            Piece::Close("c") => column += 1,
            Piece::Open { name: "v" | "t", closed, .. } => reading = !closed,
            Piece::Close("v" | "t") => reading = false,
            Piece::Text(text) if reading => {
                let day = kind == "n" && dates.get(style).copied().unwrap_or(false);
                let value = match kind {
                    "s" => text
                        .trim()
                        .parse::<usize>()
                        .ok()
                        .and_then(|at| shared.get(at))
                        .cloned()
                        .unwrap_or_default(),
                    "b" => if text == "1" { "是" } else { "否" }.to_owned(),
                    _ if day => day_of(text).unwrap_or_else(|| plain(text)),
                    _ => plain(text),
                };
                if let Some(row) = rows.last_mut() {
                    row.resize(row.len().max(column + 1), String::new());
                    if let Some(cell) = row.get_mut(column) {
                        cell.push_str(&value);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(rows)
}

/// Column of a place, from 0: `B2` is 1.
fn place_of(place: &str) -> usize {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase).take(4);
    letters.fold(0usize, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1).saturating_sub(1)
}

fn day_of(number: &str) -> Option<String> {
    let days = number.trim().parse::<f64>().ok()?.floor();
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    let span: Span = (days as i64).days();
    Some(DAY_0.checked_add(span).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_where_they_are_named() {
        let xml = r#"<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>乙&amp;丙</t></is></c></row>
            <row r="3"><c r="B3" s="1"><v>45931</v></c><c r="C3"><v>3.5</v></c></row></sheetData>"#;
        let rows = cells(xml, &["甲".to_owned()], &[false, true]).unwrap();
        assert_eq!(rows[0], ["甲", "", "乙&丙"]);
        assert_eq!((rows[1].len(), rows[2].join("|").as_str()), (0, "|2025-10-01|3.5"));
        assert_eq!((place_of("A1"), place_of("AB7")), (0, 27));
    }
}
