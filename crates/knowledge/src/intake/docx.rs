//! Text of a Word document (ECMA-376): paragraphs as lines, a table's row as one line.

use super::fault;
use super::xml::{Piece, Pieces, plain};
use super::zip::Archive;
use crate::entry::Fault;

const BODY: &str = "word/document.xml";

/// The text of a document.
pub(super) fn text(bytes: &[u8]) -> Result<String, Fault> {
    let mut archive = Archive::open(bytes)?;
    if !archive.has(BODY) {
        return Err(fault("这不是 Word 文档（docx）。请核对文件，或另存为 docx 后再上传。"));
    }
    let xml = archive.text(BODY)?;
    let mut out = String::new();
    let (mut reading, mut rows) = (false, 0usize);
    for piece in Pieces(&xml) {
        match piece {
            Piece::Open { name: "w:t", closed, .. } => reading = !closed,
            Piece::Close("w:t") => reading = false,
            Piece::Text(text) if reading => out.push_str(&plain(text)),
            Piece::Open { name: "w:tab", .. } => out.push(' '),
            Piece::Open { name: "w:br" | "w:cr", .. } => out.push('\n'),
            Piece::Open { name: "w:tr", .. } => rows += 1,
            Piece::Close("w:tr") => {
                rows = rows.saturating_sub(1);
                out.truncate(out.trim_end_matches(['；', ' ']).len());
                out.push('\n');
            }
            Piece::Close("w:tc") => out.push('；'),
            Piece::Close("w:p") if rows == 0 => out.push('\n'),
            _ => {}
        }
    }
    Ok(out)
}
