//! Text of a PDF that holds text. Lines of a page are joined to paragraphs again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fault;
use crate::entry::Fault;
use crate::split::marks::mark;

/// A line at least this share of the usual width goes on in the next one, unless it ends a sentence.
const FULL: f64 = 0.8;

/// The text of a document.
pub(super) fn text(bytes: &[u8]) -> Result<String, Fault> {
    if !bytes.starts_with(b"%PDF") {
        return Err(fault("这不是 PDF 文件，请核对后重新选择。"));
    }
    if bytes.windows(8).any(|window| window == b"/Encrypt") {
        return Err(fault("PDF 有密码或权限保护，请去掉保护后再上传。"));
    }
    // The reader of fonts gives up on some damaged files by panicking.
    let read = catch_unwind(AssertUnwindSafe(|| pdf_extract::extract_text_from_mem(bytes)));
    match read {
        Ok(Ok(text)) => Ok(joined(&text)),
        _ => Err(fault("这份 PDF 读不出来，可能已损坏。请用阅读软件打开、另存一份，或复制文字直接粘贴。")),
    }
}

/// Lines broken for the page, as paragraphs.
fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut widths: Vec<usize> =
        lines.iter().map(|line| line.chars().count()).filter(|width| *width > 8).collect();
    widths.sort_unstable();
    let usual = widths.get(widths.len() * 9 / 10).copied().unwrap_or(usize::MAX) as f64;
    let mut out = String::with_capacity(text.len());
    let mut open = false;
    for line in lines {
        if line.is_empty() {
            // Between two lines of a paragraph some files have empty ones: only the words decide.
            continue;
        }
        if !(open && mark(line).is_none()) && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        let ends = line.ends_with(['。', '；', '：', '！', '？', ':', ';', '”']);
        open = !ends && line.chars().count() as f64 >= FULL * usual;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn lines_of_a_page_become_paragraphs() {
        let page = "关于租房提取的通知\n\n第一条 职工租房的，可以凭合同每年提取一次住房公积\n金，用于支付房租。\n第二条 办理时带身份证。\n";
        let text = joined(page);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[1].ends_with("用于支付房租。"));
    }
}
