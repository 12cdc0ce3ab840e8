//! What kind of document bytes are, and its text.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, GB18030, UTF_8};
use serde::{Deserialize, Serialize};

use super::{MAX_BYTES, MAX_TEXT_BYTES, docx, fault, html, markdown, pdf, too_long};
use crate::entry::Fault;
use crate::split::Reason;

/// Fewer readable characters are no document.
const LEAST_CHARS: usize = 8;

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Word.
    Docx,
    /// PDF.
    Pdf,
    /// A page.
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
}

impl Kind {
    /// As it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Text => "text",
        }
    }
}

/// What was read of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its kind.
    pub kind: Kind,
    /// Its text, a paragraph a line.
    pub text: String,
    /// Lines that are no part of what it says, by their number from 0, and why: running heads, numbers of pages.
    pub aside: BTreeMap<usize, Reason>,
}

/// The text of a document, whatever its kind; told by its first bytes, then by its name.
///
/// # Errors
/// A sentence that says what to do, where it is too large, damaged, sealed, of another kind, or holds no text.
pub fn read(name: &str, bytes: &[u8]) -> Result<Reading, Fault> {
    if bytes.is_empty() {
        return Err(fault("文件是空的，请核对后重新选择。"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(fault(format!("文件超过{}MB，请拆成几个文件。", MAX_BYTES / 1024 / 1024)));
    }
    let name = name.to_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let mut aside = BTreeMap::new();
    let (kind, text) = if ends(&[".xlsx", ".xls", ".csv"]) {
        return Err(fault("这是表格，请到“批量导入”里按列导入。"));
    } else if bytes.starts_with(b"PK\x03\x04") || ends(&[".docx"]) {
        (Kind::Docx, docx::text(bytes)?)
    } else if head.windows(5).any(|five| five == b"%PDF-") || ends(&[".pdf"]) {
        let (text, beside) = pdf::text(bytes)?;
        aside = beside;
        (Kind::Pdf, text)
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(fault("这是旧版 Office 文件（doc、wps），请另存为 docx 后再上传。"));
    } else {
        let text = decoded(bytes)?;
        let begins: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
        if ends(&[".html", ".htm"]) || begins.starts_with("<!doctype html") || begins.contains("<html") {
            (Kind::Html, html::text(&text)?)
        } else if ends(&[".md", ".markdown"]) {
            (Kind::Markdown, markdown::text(&text)?)
        } else {
            (Kind::Text, text)
        }
    };
    if text.len() > MAX_TEXT_BYTES {
        return Err(too_long());
    }
    let text: String =
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}')).collect();
    if text.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_CHARS {
        return Err(fault("文件里没有文字，可能是扫描的图片。请先做文字识别（OCR），或向发文单位要电子版。"));
    }
    Ok(Reading { kind, text, aside })
}

/// UTF-8, UTF-16 or GB18030.
fn decoded(bytes: &[u8]) -> Result<String, Fault> {
    let no_text = || fault("不认识这种文件。可以上传 docx、pdf、html、md、txt，或直接粘贴文字。");
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode(bytes).0.into_owned());
    }
    if bytes.contains(&0) {
        return Err(no_text());
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let (text, broken) = GB18030.decode_without_bom_handling(bytes);
    // A few broken characters of a long text are no reason to refuse it.
    let damage = text.chars().filter(|c| *c == '\u{fffd}').count();
    if broken && damage * 50 > text.chars().count() { Err(no_text()) } else { Ok(text.into_owned()) }
}
