//! PDF files, printed by a browser where there is one and written by hand otherwise, to the text that they show.
#![expect(clippy::unwrap_used, reason = "a test without its files cannot go on")]

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
        let tree = format!(
            "<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 595 842]/Resources {resources} 0 R>>"
        );
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

/// A font of two-byte codes that are characters of Unicode.
const UNICODE: &str = "<</Type/Font/Subtype/Type0/Encoding/UniGB-UCS2-H/DescendantFonts[<</Subtype/CIDFontType0/CIDSystemInfo<</Ordering(GB1)>>>>]>>";

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Lines of a page at a place and a size.
fn lines(x: f64, y: f64, size: f64, lines: &[&str]) -> Vec<u8> {
    let mut out = format!("BT /F1 {size} Tf {} TL {x} {y} Td\n", size * 1.5);
    for line in lines {
        let _ = writeln!(out, "<{}> Tj T*", hex::encode(utf_16(line)));
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
    let html =
        format!("<!doctype html><title>津贴办法</title>{STYLE}<h1>高龄津贴办法</h1>{}", articles(1, 30));
    let Some(pdf) = printed(&html, &[]) else { return };
    let page = read("a.html", html.as_bytes()).unwrap().text;
    let reading = read_pdf(&pdf);
    let (text, aside) = parted(&reading);
    assert_eq!(squeezed(&text.join("\n")), squeezed(&page));
    assert!(aside.len() >= 4 && aside.len() % 2 == 0, "{aside:?}");
    let working = Working::of(&reading.text, &reading.aside).unwrap();
    assert!(working.faults().is_empty(), "{:?}", working.faults());
    let left: Vec<&str> =
        working.paragraphs.iter().map(|one| one.left_out.as_str()).filter(|why| !why.is_empty()).collect();
    assert_eq!(left.len(), aside.len(), "{left:?}");
    assert!(left.iter().all(|why| why.contains('页')));
}

#[test]
fn columns_are_read_one_after_the_other() {
    let html = format!(
        "<!doctype html>{STYLE}<h1>姜山镇高龄津贴发放办法</h1><div class=two>{}</div><p>特此公告。</p>",
        articles(1, 20)
    );
    let Some(pdf) = printed(&html, &["--no-pdf-header-footer"]) else { return };
    let page = read("a.html", html.as_bytes()).unwrap().text;
    let reading = read_pdf(&pdf);
    assert_eq!(squeezed(&parted(&reading).0.join("\n")), squeezed(&page));
}

#[test]
fn a_cell_over_several_rows_stands_in_each_of_them() {
    let rows = "<tr><th>项目</th><th>对象</th><th>标准</th></tr><tr><td rowspan=2>高龄津贴</td><td>80周岁</td><td>200元</td></tr>\
        <tr><td>90周岁</td><td>400元</td></tr>";
    let row = |at| format!("<tr><td>项目{at}</td><td>对象</td><td>{at}元</td></tr>");
    let many = (0..60).map(row).collect::<Vec<String>>().concat();
    let html = format!(
        "<!doctype html>{STYLE}<p>标准如下：</p><table>{rows}{many}</table><p>以上标准按月发放。</p>"
    );
    let Some(pdf) = printed(&html, &["--no-pdf-header-footer"]) else { return };
    let reading = read_pdf(&pdf);
    let text = parted(&reading).0;
    assert_eq!(
        text[..3],
        [
            "标准如下：",
            "项目：高龄津贴；对象：80周岁；标准：200元",
            "项目：高龄津贴；对象：90周岁；标准：400元"
        ]
    );
    assert_eq!(
        (text.len(), text[62], text[63]),
        (64, "项目：项目59；对象：对象；标准：59元", "以上标准按月发放。")
    );
}

#[test]
fn fonts_without_a_map_are_read_by_their_encodings() {
    let mut paper = Paper::default();
    let cid = |encoding: &str| {
        format!(
            "<</Type/Font/Subtype/Type0/Encoding/{encoding}/DescendantFonts[<</Subtype/CIDFontType2/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)>>>>]>>"
        )
    };
    let map = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <0002> [<8001> <5E74>] endbfrange \
        1 beginbfchar <0003> <2F08> endbfchar";
    let map = paper.stream("", map);
    let fonts = [
        paper.add(cid("GBK-EUC-H")),
        paper.add(cid("Identity-H")),
        paper.add(format!("<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode {map} 0 R/DescendantFonts[<</W[1[1000 1000 1000]]>>]>>")),
        paper.add("<</Type/Font/Subtype/Type1/Encoding<</Differences[1/uni3002/A/two]>>/Widths[]>>"),
    ];
    // 高龄津贴 in GBK; 申请 by Adobe's numbers; a map whose last character is a radical that looks like 人.
    let drawing = b"BT 20 TL /F1 12 Tf 90 700 Td <b8dfc1e4bdf2ccf9> Tj T* /F2 12 Tf <0d230c68> Tj T* /F3 12 Tf <000100020003> Tj T* \
        /F4 12 Tf <020301> Tj ET";
    let named = |(at, font): (usize, &usize)| format!("/F{} {font} 0 R", at + 1);
    let named = fonts.iter().enumerate().map(named).collect::<Vec<String>>().concat();
    let text = read_pdf(&paper.pages(&[drawing.to_vec()], &format!("/Font<<{named}>>"))).text;
    assert_eq!(text, "高龄津贴\n申请\n老年人\nA2。");
}

#[test]
fn what_cannot_be_read_says_what_to_do_and_pictures_between_text_are_told() {
    let policy = lines(90.0, 700.0, 12.0, &["第一条　可以申领高龄津贴。"]);
    let picture = b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q".to_vec();
    assert!(told(&written(&[picture.clone(), picture.clone()])).contains("只有图片"));
    assert!(told(&written(&[b"0 0 m 9 9 l S".to_vec()])).contains("没有文字"));
    let reading =
        read_pdf(&written(&[policy.clone(), picture, lines(90.0, 700.0, 12.0, &["第二条　按月发放。"])]));
    assert_eq!(parted(&reading).1, ["（第2页只有图片，没有读出文字）"]);
    let working = Working::of(&reading.text, &reading.aside).unwrap();
    assert!(
        working.fates().contains(&Fate::LeftOut)
            && working.paragraphs.iter().any(|one| one.left_out == "这一页是图片")
    );
    // Numbers of glyphs that nobody names.
    let mut paper = Paper::default();
    let font = paper.add("<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</CIDSystemInfo<</Ordering(Identity)>>>>]>>");
    let nameless = paper.pages(
        &[b"BT /F1 12 Tf 90 700 Td <00010002000300040005> Tj ET".to_vec()],
        &format!("/Font<</F1 {font} 0 R>>"),
    );
    assert!(told(&nameless).contains("乱码"));
    assert!(told(b"%PDF-1.7 and no more").contains("损坏"));
    assert!(told("不是 PDF 的文件".as_bytes()).contains("损坏"));
    assert!(told(&written(&vec![b"".to_vec(); 3_001])).contains("3000页"));
    let whole = written(&[policy]);
    for cut in (9..whole.len()).step_by(23) {
        let _ = read("a.pdf", &whole[..cut]);
    }
}

#[test]
fn bombs_are_put_out() {
    let blank = packed(&vec![b' '; 220 * 1024 * 1024]);
    let bomb = |stream: (&str, &[u8])| {
        let mut paper = Paper::default();
        let content = paper.stream(stream.0, stream.1);
        paper.add(format!("<</Type/Page/Contents {content} 0 R>>"));
        paper.finish("")
    };
    assert!(told(&bomb(("/Filter/FlateDecode", &blank))).contains("解压后超过"));
    assert!(told(&bomb(("/Filter[/FlateDecode/FlateDecode]", &packed(&blank)))).contains("解压后超过"));
    assert!(told(&bomb(("/Filter/RunLengthDecode", &b"\x81 ".repeat(1_800_000)))).contains("解压后超过"));
    // One drawing, used by itself eight deep and a thousand times on each page.
    let mut paper = Paper::default();
    let form = paper
        .stream("/Type/XObject/Subtype/Form/Resources<</XObject<</X 1 0 R>>>>", &b"/X Do ".repeat(1_000));
    let began = Instant::now();
    let _ = read(
        "a.pdf",
        &paper.pages(&vec![b"/X Do ".repeat(1_000); 50], &format!("/XObject<</X {form} 0 R>>")),
    );
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn circles_come_to_an_end() {
    let text = "BT /F1 12 Tf 90 700 Td <7b2c4e006761300065e54eba53ef4ee57533988630024e00> Tj ET";
    let mut paper = Paper::default();
    paper.add("<</Type/Pages/Kids[1 0 R 2 0 R 1 0 R]/Parent 1 0 R/Resources 4 0 R>>");
    paper.add("<</Type/Pages/Kids[1 0 R 2 0 R 3 0 R]>>");
    paper.add("<</Type/Page/Parent 2 0 R/Contents[5 0 R 3 0 R]>>");
    paper.add(format!("<</Font<</F1 {UNICODE}>>/XObject<</X 7 0 R>>>>"));
    paper.add(format!("<</Length 6 0 R>>\nstream\n{text} /X Do\nendstream"));
    paper.add("6 0 R");
    paper.add("<</Subtype/Form/Length 7 0 R>>\nstream\n/X Do /X Do\nendstream");
    paper
        .add("<</Type/ObjStm/N 2/First 8/Length 30>>\nstream\n8 0 9 2 8 0 R 9 0 R 8 0 R 9 0 R   \nendstream");
    let file = paper.finish("/Root<</Pages 1 0 R>>/Info 9 0 R");
    assert_eq!(read_pdf(&file).text, "第一条　日人可以申领。一");
}

#[test]
fn five_hundred_pages_are_read_in_a_few_seconds() {
    let said: Vec<String> = (0..500 * 25)
        .map(|at| format!("第{at}行　具有本镇户籍年满八十周岁的老年人可以申领高龄津贴按月发放。"))
        .collect();
    let pages: Vec<Vec<u8>> = said
        .chunks(25)
        .enumerate()
        .map(|(at, page)| {
            let page: Vec<&str> = page.iter().map(String::as_str).collect();
            [lines(60.0, 780.0, 12.0, &page), lines(280.0, 40.0, 9.0, &[&format!("- {} -", at + 1)])].concat()
        })
        .collect();
    let file = written(&pages);
    let began = Instant::now();
    let reading = read_pdf(&file);
    println!("{} bytes in {:?}", file.len(), began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let (text, aside) = parted(&reading);
    assert_eq!((text.concat(), aside.len()), (said.concat(), 500));
    let short: Vec<u8> = lines(60.0, 780.0, 12.0, &[&"长".repeat(3_000)]);
    assert!(told(&written(&vec![short; 600])).contains("MB"));
}

/// Made of the same page with the empty password: RC4 of 40 and 128 bits, AES of 128 and 256.
const SEALED: [&[u8]; 4] = [
    include_bytes!("sealed/rc4-40.pdf"),
    include_bytes!("sealed/rc4-128.pdf"),
    include_bytes!("sealed/aes-128.pdf"),
    include_bytes!("sealed/aes-256.pdf"),
];

#[test]
fn what_is_sealed_only_against_printing_is_read_and_what_needs_a_password_is_told() {
    for file in SEALED {
        assert_eq!(read_pdf(file).text, "第一条　可以申领高龄津贴。");
    }
    assert!(told(include_bytes!("sealed/password.pdf")).contains("密码"));
}

/// Most objects in one stream, as office programs write them now.
fn compact() -> Vec<u8> {
    let mut paper = Paper::default();
    let content =
        paper.stream("", &lines(90.0, 700.0, 12.0, &["第一条　可以申领高龄津贴。", "第二条　按月发放。"]));
    let held = [
        (10, "<</Type/Catalog/Pages 11 0 R>>".to_owned()),
        (11, "<</Type/Pages/Kids[12 0 R]/Count 1>>".to_owned()),
        (12, format!("<</Type/Page/Parent 11 0 R/Contents {content} 0 R/Resources<</Font<</F1 13 0 R>>>>>>")),
        (13, UNICODE.to_owned()),
    ];
    let (mut numbers, mut objects) = (String::new(), String::new());
    for (number, object) in held {
        let _ = write!(numbers, "{number} {} ", objects.len());
        let _ = write!(objects, "{object} ");
    }
    // Its rows are written as differences to the one above.
    let plain = format!("{numbers}{objects}").into_bytes();
    let (mut rows, mut above) = (Vec::new(), vec![0u8; 16]);
    for row in plain.chunks(16) {
        rows.push(2);
        rows.extend(row.iter().zip(&above).map(|(byte, up)| byte.wrapping_sub(*up)));
        above = row.to_vec();
    }
    let first = numbers.len();
    paper.stream(
        &format!("/Type/ObjStm/N 4/First {first}/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 16>>"),
        &packed(&rows),
    );
    paper.stream("/Type/XRef/Root 10 0 R", b"");
    paper.finish("")
}

#[test]
fn objects_in_streams_are_found() {
    assert_eq!(read_pdf(&compact()).text, "第一条　可以申领高龄津贴。\n第二条　按月发放。");
}

/// A file that uses much of what the reader knows, little of it packed.
fn varied() -> Vec<u8> {
    let mut paper = Paper::default();
    let map = paper.stream(
        "",
        b"begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <41> <5A> <4E00> endbfrange",
    );
    let simple = paper.add(format!("<</Type/Font/Subtype/Type3/FontMatrix[.01 0 0 .01 0 0]/FirstChar 65/Widths[100 90 80]/ToUnicode {map} 0 R>>"));
    let wide = paper.add(UNICODE);
    let form = paper.stream(
        "/Type/XObject/Subtype/Form/Matrix[1 0 0 1 5 5]",
        b"BT /F2 9 Tf 90 90 Td (ABC) Tj (AB) ' 1 2 (A) \" [(A) -300 (B)] TJ ET",
    );
    let hexed = paper.stream("/Filter[/ASCIIHexDecode/RunLengthDecode]", b"02 30 20 6d 80>");
    let page = "q 1 0 0 1 0 0 cm 90 600 400 1 re f 90 500 400 1 re f 90 500 1 100 re f 290 500 1 100 re f 490 500 1 100 re f 0 0 m 9 9 l S Q \
        /Span<</ActualText<FEFF4E2D>>>BDC BT /F1 12 Tf 1 0 0 1 90 650 Tm <4e004e8c> Tj ET EMC /X Do \
        BT /F1 12 Tf 0 1 -1 0 300 300 Tm <4e094e09> Tj 1 0 0 1 100 550 Tm <75324e59> Tj 200 0 Td <4e194e01> Tj ET";
    let content = paper.stream("", page.as_bytes());
    paper.add(format!("<</Type/Page/Rotate 90/MediaBox[0 0 842 595]/Contents[{content} 0 R {hexed} 0 R]/Resources<</Font<</F1 {wide} 0 R/F2 {simple} 0 R>>/XObject<</X {form} 0 R>>>>>>"));
    paper.finish("")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_damage_makes_the_reader_fall(
        which in 0usize..7,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = match which {
            0..4 => varied(),
            4 => compact(),
            5 => written(&[lines(90.0, 700.0, 12.0, &["第一条　可以申领高龄津贴。"])]),
            _ => SEALED[changes.len() % 4].to_vec(),
        };
        for (at, to) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *to;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read("a.pdf", &bytes);
    }
}

#[test]
fn a_page_of_everything_is_read() {
    let reading = read_pdf(&varied());
    for said in ["甲乙", "丙丁", "三三", "一丁丂"] {
        assert!(reading.text.contains(said), "{said}: {}", reading.text);
    }
}
