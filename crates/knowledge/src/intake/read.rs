//! What kind of document bytes are, and its text.

use encoding_rs::{Encoding, GB18030, UTF_8};
use serde::Serialize;

use super::{MAX_BYTES, MAX_TEXT_BYTES, docx, fault, html, pdf};
use crate::entry::Fault;

/// Fewer readable characters are no document.
const LEAST_CHARS: usize = 8;

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Word.
    Docx,
    /// PDF with text in it.
    Pdf,
    /// A page.
    Html,
    /// Plain text.
    Text,
}

/// The text of a document, whatever its kind; told by its first bytes, then by its name.
///
/// # Errors
/// A sentence that says what to do, where it is too large, damaged, sealed, of another kind, or holds no text.
pub fn read(name: &str, bytes: &[u8]) -> Result<(Kind, String), Fault> {
    if bytes.is_empty() {
        return Err(fault("文件是空的，请核对后重新选择。"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(fault(format!("文件超过{}MB，请拆成几个文件。", MAX_BYTES / 1024 / 1024)));
    }
    let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
    let (kind, text) = if bytes.starts_with(b"PK\x03\x04") || ends(".docx") {
        if ends(".xlsx") {
            return Err(fault("这是 Excel 表格，请到“批量导入”里按列导入。"));
        }
        (Kind::Docx, docx::text(bytes)?)
    } else if bytes.starts_with(b"%PDF") || ends(".pdf") {
        (Kind::Pdf, pdf::text(bytes)?)
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(fault("这是旧版 Office 文件（doc、xls），请另存为 docx 或 xlsx 后再上传。"));
    } else {
        let text = decoded(bytes)?;
        let begins: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
        if ends(".html") || ends(".htm") || begins.starts_with("<!doctype html") || begins.contains("<html") {
            (Kind::Html, html::text(&text))
        } else {
            (Kind::Text, text)
        }
    };
    if text.len() > MAX_TEXT_BYTES {
        return Err(fault(format!("文字超过{}MB，请拆成几个文件。", MAX_TEXT_BYTES / 1024 / 1024)));
    }
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}')).collect();
    if text.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_CHARS {
        return Err(fault(match kind {
            Kind::Pdf => {
                "这份 PDF 里没有文字，多半是扫描件。请先用文字识别（OCR）软件转成文字，或向发文单位要电子版。"
            }
            _ => "文件里没有文字，请核对后重新选择。",
        }));
    }
    Ok((kind, text))
}

/// UTF-8, UTF-16 or GB18030.
fn decoded(bytes: &[u8]) -> Result<String, Fault> {
    let no_text = || fault("不认识这种文件。可以上传 docx、pdf、html、txt，或直接粘贴文字。");
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
