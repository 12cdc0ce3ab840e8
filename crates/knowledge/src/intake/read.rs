//! What kind of document bytes are, and its text.

use encoding_rs::{Encoding, GB18030, UTF_8};
use serde::Serialize;

use super::{MAX_BYTES, MAX_TEXT_BYTES, docx, fault, html};
use crate::entry::Fault;

/// Fewer readable characters are no document.
const LEAST_CHARS: usize = 8;

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Word.
    Docx,
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
        return Err(fault(
            "PDF 还不能直接读。请用阅读软件打开，全选、复制，粘贴到下面的框里；复制不出文字的是扫描件，要先做文字识别（OCR）。",
        ));
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
    let text: String =
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}')).collect();
    if text.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_CHARS {
        return Err(fault("文件里没有文字，可能是扫描的图片。请先做文字识别（OCR），或向发文单位要电子版。"));
    }
    Ok((kind, text))
}

/// UTF-8, UTF-16 or GB18030.
fn decoded(bytes: &[u8]) -> Result<String, Fault> {
    let no_text = || fault("不认识这种文件。可以上传 docx、html、txt，或直接粘贴文字。");
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// A ZIP of one part; `claimed` is what its directory says of the packed length.
    fn archive(name: &str, content: &[u8], method: u16) -> Vec<u8> {
        let mut packed = content.to_vec();
        if method == 8 {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(content).unwrap();
            packed = encoder.finish().unwrap();
        }
        let fields = |out: &mut Vec<u8>| {
            out.extend(20u16.to_le_bytes());
            out.extend(0u16.to_le_bytes());
            out.extend(method.to_le_bytes());
            out.extend([0; 8]);
            out.extend((packed.len() as u32).to_le_bytes());
            out.extend((content.len() as u32).to_le_bytes());
            out.extend((name.len() as u16).to_le_bytes());
            out.extend(0u16.to_le_bytes());
        };
        let mut out = b"PK\x03\x04".to_vec();
        fields(&mut out);
        out.extend(name.bytes());
        out.extend(&packed);
        let directory = out.len() as u32;
        out.extend(b"PK\x01\x02\x14\x00");
        fields(&mut out);
        out.extend([0; 14]);
        out.extend(name.bytes());
        let length = out.len() as u32 - directory;
        out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        out.extend(length.to_le_bytes());
        out.extend(directory.to_le_bytes());
        out.extend(0u16.to_le_bytes());
        out
    }

    const BODY: &str = "<w:document><w:body><w:p><w:r><w:t>第一条 职工租房的，</w:t></w:r><w:r><w:t>可以提取&amp;支付。</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>项目</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>标准</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:del><w:delText>删去的</w:delText></w:del></w:p></w:body></w:document>";

    #[test]
    fn documents_of_every_kind_give_their_text() {
        for method in [0, 8] {
            let (kind, text) =
                read("通知.docx", &archive("word/document.xml", BODY.as_bytes(), method)).unwrap();
            assert_eq!((kind, text.trim()), (Kind::Docx, "第一条 职工租房的，可以提取&支付。\n项目；标准"));
        }
        let gb = GB18030.encode("第一条 职工租房的，可以提取住房公积金。").0.into_owned();
        assert_eq!(read("a.txt", &gb).unwrap().1, "第一条 职工租房的，可以提取住房公积金。");
        assert_eq!(
            read("a.txt", "<html><body><p>第一条 可以提取公积金</p></body></html>".as_bytes()).unwrap().0,
            Kind::Html
        );
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let told = |name: &str, bytes: &[u8]| read(name, bytes).unwrap_err().message;
        let whole = archive("word/document.xml", BODY.as_bytes(), 8);
        for cut in (4..whole.len() - 22).step_by(7) {
            assert!(told("a.docx", &whole[..cut]).contains("损坏"), "{cut}");
        }
        assert!(told("a.docx", &archive("other.xml", b"x", 0)).contains("不是 Word"));
        let bomb = archive("word/document.xml", &vec![b' '; 300 * 1024 * 1024], 8);
        assert!(bomb.len() < 1024 * 1024);
        assert!(told("a.docx", &bomb).contains("解压后超过"));
        assert!(told("a.pdf", b"%PDF-1.4 ...").contains("粘贴"));
        assert!(told("a.doc", b"\xd0\xcf\x11\xe0xxxx").contains("docx"));
        assert!(told("a.xlsx", &archive("xl/workbook.xml", b"x", 0)).contains("批量导入"));
        assert!(told("a.bin", b"\x7fELF\0\0").contains("不认识"));
        assert!(told("a.txt", b"").contains("空"));
        assert!(told("a.txt", b"  . ,  ").contains("没有文字"));
    }
}
