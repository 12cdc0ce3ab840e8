//! Documents and workbooks from real small files to drafts that a second person reviews.
#![expect(clippy::unwrap_used, reason = "a test without its files cannot go on")]

use std::io::{Cursor, Write as _};

use crate::common::{clause, data, editor, entry, library, now, staff};
use kernel::{Actor, Ctx, Role, Scope, StaffId};
use knowledge::import::{self, Format, Mapping, Options, Source};
use knowledge::intake::{AlikeKind, Fate, Kind, Reading, read, sheet};
use knowledge::service::DocumentChange;
use knowledge::{Ask, KnowledgeError};
use proptest::prelude::*;
use store::testing::for_each_engine;
use zip::write::SimpleFileOptions;

/// An office file of some parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn docx(body: &str) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"urn:w\" xmlns:mc=\"urn:mc\"><w:body>{body}</w:body></w:document>"
    );
    archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", xml.as_bytes())])
}

fn policy() -> Vec<u8> {
    let lines = [
        "姜山镇高龄津贴发放办法",
        "第一章　总则",
        "第一条　为了保障高龄老年人的生活，制定本办法。",
        "第二条　具有本镇户籍、年满80周岁的老年人，可以申领高龄津贴，每人每月200元。",
        "第二章　申请",
        "第三条　申请人应当提交下列材料：",
        "（一）身份证；",
        "（二）户口本。",
        "第四条　自受理之日起15个工作日内办结。",
        "姜山镇人民政府",
        "2026年1月1日",
    ];
    docx(&lines.map(paragraph).concat())
}

/// A workbook of two sheets: one hidden, one with a day, a number, a shared and an inline string, and a gap.
fn workbook() -> Vec<u8> {
    let workbook = r#"<workbook xmlns:r="urn:r"><workbookPr/><sheets><sheet name="底稿" sheetId="1" state="hidden" r:id="rId1"/><sheet name="办事指南" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
    let relations = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>"#;
    let shared = "<sst><si><t>事项</t></si><si><r><t>办理</t></r><r><t>地点</t></r><rPh><t>ban li</t></rPh></si><si><t>居住证&amp;签注</t></si></sst>";
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/></cellXfs></styleSheet>"#;
    let rows = r#"<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="inlineStr"><is><t>施行</t></is></c><c r="D2" t="str"><v>数</v></c></row>
        <row r="4"><c r="A4" t="s"><v>2</v></c><c r="C4" s="1"><v>45931</v></c><c r="D4"><v>0.30000000000000004</v></c></row>
        <row r="5"><c r="A5" t="inlineStr"><is><t>落户</t></is></c><c r="B5" t="inlineStr"><is><t>一楼</t></is></c><c r="C5" s="2"><v>45932.5</v></c><c r="D5" t="e"><v>#N/A</v></c></row></sheetData></worksheet>"#;
    archive(&[
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", b"<worksheet/>"),
        ("xl/worksheets/sheet2.xml", rows.as_bytes()),
    ])
}

fn second() -> Ctx {
    let Actor::Staff { role, scope, .. } = editor().actor else { unreachable!("an editor is staff") };
    Ctx { actor: Actor::Staff { id: StaffId::from("s2"), role, scope }, ..editor() }
}

#[test]
fn a_word_document_gives_its_text() {
    let table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>年龄</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>标准</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>备注</w:t></w:r></w:p></w:tc></w:tr>\
        <w:tr><w:tc><w:p><w:r><w:t>80周岁</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>200元</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>";
    let body = format!(
        "{}{table}<w:p><w:del><w:r><w:delText>删去的</w:delText></w:r></w:del><w:ins><w:r><w:t>A&amp;B&#x4E2D;</w:t></w:r></w:ins></w:p>\
        <mc:AlternateContent><mc:Choice><w:p><w:r><w:t>文本框</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>文本框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>",
        paragraph("第一条 职工租房的，可以提取。")
    );
    let Reading { kind, text, aside } = read("通知.docx", &docx(&body)).unwrap();
    assert!(kind == Kind::Docx && aside.is_empty());
    assert_eq!(text.trim(), "第一条 职工租房的，可以提取。\n年龄：80周岁；标准：200元\nA&B中\n文本框");
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let told = |name: &str, bytes: &[u8]| read(name, bytes).unwrap_err().message;
    let whole = policy();
    for cut in (4..whole.len() - 22).step_by(97) {
        assert!(told("a.docx", &whole[..cut]).contains("损坏"), "{cut}");
    }
    assert!(told("a.docx", &archive(&[("other.xml", b"x")])).contains("不是 Word"));
    assert!(told("a.docx", &docx("<w:p><w:r><w:t>断了")).contains("损坏"));
    let bomb = archive(&[("word/document.xml", &vec![b' '; 220 * 1024 * 1024])]);
    assert!(bomb.len() < 1024 * 1024);
    assert!(told("a.docx", &bomb).contains("解压后超过"));
    assert!(told("a.doc", b"\xd0\xcf\x11\xe0xxxx").contains("docx"));
    assert!(told("a.xlsx", &workbook()).contains("批量导入"));
    assert!(told("a.bin", b"\x7fELF\0\0").contains("不认识"));
    assert!(told("a.txt", b"").contains("空"));
    assert!(told("a.txt", b"  . ,  ").contains("没有文字"));
    assert!(told("a.txt", &vec![b'a'; 5 * 1024 * 1024]).contains("MB"));
    // One line of a megabyte, and elements nested ten thousand deep.
    let line = "职工可以提取公积金。".repeat(35_000);
    assert_eq!(read("a.txt", line.as_bytes()).unwrap().text.len(), line.len());
    let deep = format!(
        "{}{}{}",
        "<w:tbl><w:tr><w:tc>".repeat(10_000),
        paragraph("第一条 可以提取公积金。"),
        "</w:tc></w:tr></w:tbl>".repeat(10_000)
    );
    assert!(read("a.docx", &docx(&deep)).unwrap().text.contains("可以提取公积金"));
    let page = format!(
        "{}第一条 可以提取公积金{}",
        "<div><table><tr><td>".repeat(10_000),
        "</td></tr></table></div>".repeat(10_000)
    );
    assert!(read("a.html", page.as_bytes()).unwrap().text.contains("可以提取公积金"));
}

#[test]
fn a_workbook_gives_its_rows_and_refuses_what_is_too_large() {
    let found = sheet(&workbook(), None).unwrap();
    assert_eq!(
        (found.names.as_slice(), found.name.as_str()),
        (["办事指南".to_owned()].as_slice(), "办事指南")
    );
    assert_eq!(found.rows[0], ["事项", "办理地点", "施行", "数"]);
    assert!(found.rows[1].is_empty());
    assert_eq!(found.rows[2], ["居住证&签注", "", "2025-10-01", "0.3"]);
    assert_eq!(found.rows[3], ["落户", "一楼", "2025-10-02"]);
    let told = |bytes: &[u8]| sheet(bytes, None).unwrap_err().message;
    assert!(sheet(&workbook(), Some("底稿")).unwrap_err().message.contains("没有这张工作表"));
    assert!(told(&policy()).contains("不是 Excel"));
    assert!(told(b"PK").contains("损坏"));
    let with = |cell: &str| {
        let sheet = format!(
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>{cell}</sheetData></worksheet>"
        );
        archive(&[
            (
                "xl/workbook.xml",
                br#"<workbook xmlns:r="urn:r"><sheets><sheet name="a" r:id="r"/></sheets></workbook>"#
                    .as_slice(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                br#"<Relationships><Relationship Id="r" Target="s.xml"/></Relationships>"#,
            ),
            ("xl/s.xml", sheet.as_bytes()),
        ])
    };
    assert!(told(&with("<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row>")).contains("行"));
    assert!(told(&with("<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>")).contains("列"));
}

#[tokio::test]
async fn a_document_becomes_drafts_that_a_second_person_publishes() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let mut old = entry("lao-jintie", "高龄津贴", "满80周岁每月100元。");
        old.clauses =
            vec![clause("1", "具有本镇户籍、年满80周岁的老年人，可以申领高龄津贴，每人每月100元。")];
        library.entry_create(&editor(), old).await.unwrap();
        library.entry_create(&editor(), entry("gaoling-zhangze", "同名不同事", "另一件事。")).await.unwrap();
        let document = library.intake_add(&editor(), "办法.docx", policy()).await.unwrap();
        assert_eq!((document.kind.as_str(), document.working.entries.len()), ("docx", 2), "{document:#?}");
        assert!(document.fates.contains(&Fate::Merged) && document.fates.contains(&Fate::LeftOut));

        let alike = library.intake_alike(&editor(), document.seq).await.unwrap();
        let found: Vec<_> = alike.iter().flatten().flatten().collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].kind, found[0].entry_id.as_str()), (AlikeKind::Contradiction, "lao-jintie"));
        assert_eq!(
            (found[0].new.as_slice(), found[0].old.as_slice()),
            (["200元".to_owned()].as_slice(), ["100元".to_owned()].as_slice())
        );

        // Not yet: what it rests on and what it is about are not told.
        let first = library.intake_drafts(&editor(), document.seq, document.version, &[0, 1]).await;
        assert!(matches!(first, Err(KnowledgeError::Faulty(_))), "{first:?}");

        // The first entry changes the one in use, the purpose is left out with a reason.
        let mut entries = document.working.entries.clone();
        let mut left_out: Vec<String> =
            document.working.paragraphs.iter().map(|one| one.left_out.clone()).collect();
        let purpose = entries[0].clauses.remove(0);
        left_out[purpose.paragraphs[0]] = "只讲目的".to_owned();
        entries[0].onto = Some("lao-jintie".to_owned());
        entries[0].clauses[0].replaces = Some("1".to_owned());
        let mut common = document.working.common.clone();
        common.domain = "公积金".to_owned();
        let change = DocumentChange { version: document.version, common, left_out, entries };
        let stale = DocumentChange { version: 99, ..change.clone() };
        assert!(matches!(
            library.intake_save(&editor(), document.seq, stale).await,
            Err(KnowledgeError::Conflict(_))
        ));
        let kept = library.intake_save(&editor(), document.seq, change).await.unwrap();
        assert_eq!(kept.fates[purpose.paragraphs[0]], Fate::LeftOut);

        let made = library.intake_drafts(&editor(), kept.seq, kept.version, &[0, 1]).await.unwrap();
        let drafts: Vec<i64> = made.working.entries.iter().filter_map(|one| one.draft).collect();
        assert_eq!(drafts.len(), 2);
        assert_eq!(library.intake_list(&editor()).await.unwrap()[0].drafted, 2);
        // Again: nothing more is made.
        let again = library.intake_drafts(&editor(), made.seq, made.version, &[0, 1]).await.unwrap();
        assert_eq!(again.working.entries, made.working.entries);

        for seq in drafts {
            let draft = library.draft_submit(&editor(), seq, "").await.unwrap();
            assert_eq!(draft.origin.document, Some(document.seq));
            assert!(library.draft_approve(&editor(), seq, None, None, "").await.is_err(), "own work");
            library.draft_approve(&second(), seq, None, None, "").await.unwrap();
        }
        let card = library.card("lao-jintie", Some("1"), now()).unwrap();
        assert!(card.citations[0].text.contains("200元"), "{card:?}");
        let found = library.search(&Ask { text: "高龄津贴申请要带什么材料", ..Ask::default() }, now(), 2);
        assert!(found.iter().any(|one| one.title.contains("申请")), "{found:?}");

        // Another town's editor sees neither the list nor the document.
        let stranger = staff(Role::KnowledgeEditor, Scope::Place("qita".to_owned()));
        let stranger = Ctx {
            actor: match stranger.actor {
                Actor::Staff { role, scope, .. } => Actor::Staff { id: StaffId::from("s9"), role, scope },
                other => other,
            },
            ..stranger
        };
        assert!(library.intake_list(&stranger).await.unwrap().is_empty());
        assert!(matches!(library.intake_get(&stranger, made.seq).await, Err(KnowledgeError::NotFound(_))));
        library.intake_drop(&editor(), made.seq).await.unwrap();
        assert!(library.intake_list(&editor()).await.unwrap().is_empty());
    })
    .await;
}

const SERVICES: &str = include_str!("services.yaml");

#[tokio::test]
async fn one_row_gives_several_clauses_and_mappings_are_kept() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let mapping: Mapping = serde_yaml_ng::from_str(
            "title: 事项\nanswer: '{事项}在{办理地点}办理。'\nnothing: [无]\nclauses:\n  - {name: 办理地点, text: '地点：{办理地点}[，施行：{施行}]'}\n  - {name: 数, text: '{数}'}\nfixed: {source: 办事指南, domain: 公积金}",
        )
        .unwrap();
        library.mapping_put(&editor(), " 办事指南 ", &mapping).await.unwrap();
        let kept = library.mapping_list(&editor()).await.unwrap();
        assert_eq!((kept[0].name.as_str(), &kept[0].mapping), ("办事指南", &mapping));
        let csv = sheet(&workbook(), None).unwrap().csv();
        let options = Options::new("指南.xlsx", Format::Csv, mapping);
        let report = import::run(&library, &editor(), Source::Bytes(csv.into()), &options, |_| {}).await.unwrap();
        assert_eq!((report.imported, report.refused_rows), (1, 2), "{report:?}");
        let found = library.search(&Ask { text: "落户", ..Ask::default() }, now(), 1);
        let card = found[0].card.as_ref().unwrap();
        assert_eq!(card.citations[0].text, "地点：一楼，施行：2025-10-02");
        library.mapping_drop(&editor(), "办事指南").await.unwrap();
        assert!(library.mapping_list(&editor()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn real_service_items_come_in_through_a_mapping_file() {
    let Some(path) = data("gov_items/items.jsonl") else {
        println!("skipped: no gov_items beside the repository");
        return;
    };
    let mapping: Mapping = serde_yaml_ng::from_str(SERVICES).unwrap();
    let db = store::testing::sqlite_db().await;
    let library = library(&db).await;
    let options = Options::new("items.jsonl", Format::Jsonl, mapping);
    let began = std::time::Instant::now();
    let report = import::run(&library, &editor(), Source::File(path), &options, |_| {}).await.unwrap();
    let mut clauses = 0;
    for page in 1.. {
        let filter =
            knowledge::service::EntryFilter { text: None, domain: None, status: None, page, per_page: 200 };
        let rows = library.entry_list(&editor(), &filter).await.unwrap().rows;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            clauses += library.entry_get(&editor(), &row.id).await.unwrap().entry.clauses.len();
        }
    }
    println!(
        "{} rows, {} entries, {clauses} clauses, {} duplicates, {} refused, {:?}",
        report.rows,
        report.imported,
        report.duplicates,
        report.refused_rows,
        began.elapsed()
    );
    for note in report.refused.iter().take(5) {
        println!("row {}: {}", note.row, note.why);
    }
    assert!(report.is_complete() && clauses >= 6_800, "{clauses}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400), head in 0usize..5, name in "[a-z]{1,3}\\.(docx|xlsx|pdf|html|md|txt)") {
        let head: &[u8] = [&b""[..], b"PK\x03\x04", b"%PDF-1.7\n", b"<html><table><tr>", b"# a\n|b|c|\n"][head];
        let _ = read(&name, &[head, &bytes].concat());
        let _ = sheet(&bytes, None);
    }

    #[test]
    fn no_damage_makes_the_reader_fall(at in 0usize..4_000, to in any::<u8>(), book in any::<bool>()) {
        let mut bytes = if book { workbook() } else { policy() };
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = if book { sheet(&bytes, None).map(|_| ()) } else { read("a.docx", &bytes).map(|_| ()) };
    }

    #[test]
    fn any_markup_is_read(text in "[<>/!&;=\"a-z第一条。 |#*\\-\\[\\]tdrhbl]{0,120}") {
        for name in ["a.html", "a.md", "a.txt"] {
            let _ = read(name, text.as_bytes());
        }
        let _ = read("a.docx", &docx(&text));
    }
}
