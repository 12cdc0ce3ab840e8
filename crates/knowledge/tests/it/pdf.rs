//! PDF files, printed by a browser where there is one and written by hand otherwise, to the text that they show.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use knowledge::intake::{Fate, Kind, Reading, Working, read};
use proptest::prelude::*;

/// Puts objects together to a file; the table of places is left out, as in damaged files.
#[derive(Default)]
struct Paper(Vec<Vec<u8>>);

impl Paper {
    /// Adds an object and gives its number.
    fn add(&mut self, object: impl AsRef<[u8]>) -> usize {
        self.0.push(object.as_ref().to_vec());
        self.0.len()
    }

    fn stream(&mut self, dict: &str, bytes: &[u8]) -> usize {
        let head = format!("<<{dict}/Length {}>>\nstream\n", bytes.len());
        self.add([head.as_bytes(), bytes, b"\nendstream"].concat())
    }

    /// The file of some pages, each a drawing that uses the fonts /F1 to /F9 and the drawings of `resources`.
    fn pages(mut self, drawings: &[Vec<u8>], resources: &str) -> Vec<u8> {
        let resources = self.add(format!("<<{resources}>>"));
        let parent = self.0.len() + drawings.len() * 2 + 1;
        let mut kids = String::new();
        for drawing in drawings {
            let content = self.stream("/Filter/FlateDecode", &packed(drawing));
            let page = self.add(format!("<</Type/Page/Parent {parent} 0 R/Contents {content} 0 R>>"));
            let _ = write!(kids, "{page} 0 R ");
        }
        let count = drawings.len();
        let tree = format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 595 842]/Resources {resources} 0 R>>");
        assert_eq!(self.add(tree), parent);
        let root = self.add(format!("<</Type/Catalog/Pages {parent} 0 R>>"));
        self.finish(&format!("/Root {root} 0 R"))
    }

    fn finish(self, trailer: &str) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        for (at, object) in self.0.iter().enumerate() {
            out.extend(format!("{} 0 obj\n", at + 1).bytes());
            out.extend(object);
            out.extend(b"\nendobj\n");
        }
        out.extend(format!("trailer\n<<{trailer}>>\n%%EOF").bytes());
        out
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A font of two-byte codes that are characters of Unicode.
const UNICODE: &str = "<</Type/Font/Subtype/Type0/Encoding/UniGB-UCS2-H/DescendantFonts[<</Subtype/CIDFontType0/CIDSystemInfo<</Ordering(GB1)>>>>]>>";

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Lines of a page at a place and a size.
fn lines(x: f64, y: f64, size: f64, lines: &[&str]) -> Vec<u8> {
    let mut out = format!("BT /F1 {size} Tf {} TL {x} {y} Td\n", size * 1.5);
    for line in lines {
        let _ = writeln!(out, "<{}> Tj T*", hex(&utf_16(line)));
    }
    out.push_str("ET\n");
    out.into_bytes()
}

fn written(drawings: &[Vec<u8>]) -> Vec<u8> {
    let mut paper = Paper::default();
    let font = paper.add(UNICODE);
    paper.pages(drawings, &format!("/Font<</F1 {font} 0 R>>"))
}

fn read_pdf(bytes: &[u8]) -> Reading {
    let reading = read("a.pdf", bytes).unwrap();
    assert_eq!(reading.kind, Kind::Pdf);
    reading
}

fn told(bytes: &[u8]) -> String {
    read("a.pdf", bytes).unwrap_err().message
}

/// The paragraphs that are text, and those beside it.
fn parted(reading: &Reading) -> (Vec<&str>, Vec<&str>) {
    let lines = reading.text.lines().enumerate();
    let (aside, text): (Vec<_>, Vec<_>) = lines.partition(|(at, _)| reading.aside.contains_key(at));
    (text.into_iter().map(|(_, line)| line).collect(), aside.into_iter().map(|(_, line)| line).collect())
}

/// A page as a browser prints it; none where there is no browser.
fn printed(html: &str, options: &[&str]) -> Option<Vec<u8>> {
    let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let browser = browser.map(PathBuf::from).into_iter().find(|path| path.exists());
    let Some(browser) = browser else {
        println!("skipped: no browser to print with");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let (page, pdf) = (folder.path().join("a.html"), folder.path().join("a.pdf"));
    std::fs::write(&page, html).unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu"]);
    command.arg(format!("--user-data-dir={}", folder.path().join("profile").display()));
    command.args(options).arg(format!("--print-to-pdf={}", pdf.display())).arg(&page);
    let done = command.output().unwrap();
    assert!(pdf.exists(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(std::fs::read(pdf).unwrap())
}

const STYLE: &str = "<meta charset=utf-8><style>body{font:16px 'Noto Serif CJK SC',serif}h1{text-align:center}\
    table{border-collapse:collapse}td,th{border:1px solid #000;padding:4px 8px}.page{break-before:page}.two{column-count:2}</style>";

/// A law of some articles, each longer than a line.
fn articles(from: usize, to: usize) -> String {
    let article = |at: usize| {
        format!(
            "<p>第{at}条　具有本镇户籍、年满八十周岁的老年人，可以申领高龄津贴，每人每月{at}00元；申请人应当向户籍所在地的村民委员会\
            提出，提交身份证、户口本和银行卡，由村民委员会初审并公示{at}个工作日，公示无异议的报镇人民政府审核。</p>"
        )
    };
    (from..=to).map(article).collect()
}

fn squeezed(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn what_a_browser_printed_is_what_the_page_says() {
    let html = format!(
        "<!doctype html><title>办法</title>{STYLE}<h1>姜山镇高龄津贴发放办法</h1><h2>第一章　总则</h2>{}<h2>第二章　标准</h2>\
        <p>标准如下：</p><table><tr><th>年龄</th><th>标准</th><th>备注</th></tr><tr><td>80周岁</td><td>每月200元</td><td>由镇财政按月发到\
        本人的社会保障卡，卡有变动的应当在十日内到村里登记并交复印件</td></tr><tr><td>90周岁</td><td>每月400元</td><td>无</td></tr></table>\
        <ol><li>身份证</li><li>户口本，户口不在本人名下的，还要提交能够证明亲属关系的出生医学证明、公证书或者村民委员会出具的书面证明</li></ol>\
        <div class=page></div><h2>第三章　附则</h2>{}<p>本办法自2026年1月1日起施行。</p>",
        articles(1, 12),
        articles(13, 16)
    );
    let Some(pdf) = printed(&html, &["--no-pdf-header-footer"]) else { return };
    let page = read("a.html", html.as_bytes()).unwrap().text;
    let reading = read_pdf(&pdf);
    let (text, aside) = parted(&reading);
    // The browser writes the numbers of items, which the page's source does not hold.
    let text: Vec<String> = squeezed(&text.join("\n"));
    let text: Vec<String> = text
        .into_iter()
        .map(|line| line.strip_prefix("1.身").map_or(line.clone(), |rest| format!("身{rest}")))
        .map(|line| line.strip_prefix("2.户").map_or(line.clone(), |rest| format!("户{rest}")))
        .collect();
    assert_eq!(text, squeezed(&page));
    assert!(aside.is_empty(), "{aside:?}");
}

#[test]
fn heads_and_numbers_that_a_browser_prints_are_beside_the_text() {
    let html = format!("<!doctype html><title>津贴办法</title>{STYLE}<h1>高龄津贴办法</h1>{}", articles(1, 30));
    let Some(pdf) = printed(&html, &[]) else { return };
    let page = read("a.html", html.as_bytes()).unwrap().text;
    let reading = read_pdf(&pdf);
    let (text, aside) = parted(&reading);
    assert_eq!(squeezed(&text.join("\n")), squeezed(&page));
    assert!(aside.len() >= 4 && aside.len() % 2 == 0, "{aside:?}");
    let working = Working::of(&reading.text, &reading.aside).unwrap();
    assert!(working.faults().is_empty(), "{:?}", working.faults());
    let left: Vec<&str> = working.paragraphs.iter().map(|one| one.left_out.as_str()).filter(|why| !why.is_empty()).collect();
    assert_eq!(left.len(), aside.len(), "{left:?}");
    assert!(left.iter().all(|why| why.contains('页')));
}

#[test]
fn columns_are_read_one_after_the_other() {
    let html =
        format!("<!doctype html>{STYLE}<h1>姜山镇高龄津贴发放办法</h1><div class=two>{}</div><p>特此公告。</p>", articles(1, 20));
    let Some(pdf) = printed(&html, &["--no-pdf-header-footer"]) else { return };
    let page = read("a.html", html.as_bytes()).unwrap().text;
    let reading = read_pdf(&pdf);
    assert_eq!(squeezed(&parted(&reading).0.join("\n")), squeezed(&page));
}

#[test]
fn a_cell_over_several_rows_stands_in_each_of_them() {
    let rows = "<tr><th>项目</th><th>对象</th><th>标准</th></tr><tr><td rowspan=2>高龄津贴</td><td>80周岁</td><td>200元</td></tr>\
        <tr><td>90周岁</td><td>400元</td></tr>";
    let many: String = (0..60).map(|at| format!("<tr><td>项目{at}</td><td>对象</td><td>{at}元</td></tr>")).collect();
    let html = format!("<!doctype html>{STYLE}<p>标准如下：</p><table>{rows}{many}</table><p>以上标准按月发放。</p>");
    let Some(pdf) = printed(&html, &["--no-pdf-header-footer"]) else { return };
    let reading = read_pdf(&pdf);
    let text = parted(&reading).0;
    assert_eq!(text[..3], ["标准如下：", "项目：高龄津贴；对象：80周岁；标准：200元", "项目：高龄津贴；对象：90周岁；标准：400元"]);
    assert_eq!((text.len(), text[62], text[63]), (64, "项目：项目59；对象：对象；标准：59元", "以上标准按月发放。"));
}
