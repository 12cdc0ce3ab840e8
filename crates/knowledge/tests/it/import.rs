//! Importing tables: every row accounted for, nothing half published, staff's edits kept.

use crate::common::{data, editor, entry, library, now, staff, system};
use encoding_rs::GB18030;
use kernel::{Coded as _, ErrorCode, Role, Scope};
use knowledge::import::{self, Fixed, Format, Mapping, Options, Report, Source};
use knowledge::{Ask, KnowledgeError, Library};
use store::testing::for_each_engine;

fn mapping() -> Mapping {
    let name = |text: &str| Some(text.to_owned());
    let fixed = Fixed { source: name("公开通知"), ..Fixed::default() };
    Mapping { id: name("id"), title: name("question"), answer: name("answer"), fixed, ..Mapping::default() }
}

async fn bring(library: &Library, bytes: &[u8], options: &Options) -> Result<Report, KnowledgeError> {
    let report = import::run(library, &editor(), Source::Bytes(bytes.into()), options, |_| {}).await?;
    assert!(report.is_complete(), "{report:?}");
    Ok(report)
}

fn csv() -> Options {
    Options::new("问答.csv", Format::Csv, mapping())
}

#[tokio::test]
async fn every_row_is_accounted_for() {
    for_each_engine(async |db| {
        let library = library(db).await;
        library.entry_create(&editor(), entry("gjj-a", "离职后公积金怎么办", "可以转移。")).await.unwrap();
        let text = "id,question,answer\n\
            1,社保卡丢了怎么办,\"到社保经办机构补领，\n凭身份证办理。\"\n\
            2,社保卡丢了，怎么办？\n\
            3,\"社保卡丢了，怎么办？\",补领。\n\
            4,离职后公积金怎么办？,转移。\n\
            5,,没有问题。\n\
            6,没有答案,\n\
            1,编号重复了,答。\n\
            8,一,二,三,四\n\
            编号 九,带空格的编号,可以。\n";
        let report = bring(&library, text.as_bytes(), &csv()).await.unwrap();
        for note in report.refused.iter().chain(&report.duplicate_rows) {
            println!("row {}: {}", note.row, note.why);
        }
        assert_eq!((report.rows, report.imported, report.duplicates, report.refused_rows), (9, 2, 2, 5));
        let rows = |notes: &[import::RowNote]| notes.iter().map(|note| note.row).collect::<Vec<_>>();
        assert_eq!(rows(&report.refused), [3, 6, 7, 8, 9]);
        assert_eq!(rows(&report.duplicate_rows), [4, 5]);
        let card = library.card("daoru-1", None, now()).unwrap();
        assert_eq!(card.citations[0].source, "公开通知");
        let found = library.search(&Ask { text: "社保卡丢了怎么办", ..Ask::default() }, now(), 1);
        assert_eq!(found[0].title, "社保卡丢了怎么办");
    })
    .await;
}

#[tokio::test]
async fn an_import_goes_on_where_it_stopped_and_keeps_what_staff_wrote() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let table = |answer: &str, rows: usize| {
            let row = |n: usize| format!("{n},第{n}号事项怎么办,{answer}{n}。\n");
            format!("id,question,answer\n{}", (1..=rows).map(row).collect::<String>())
        };
        let dry = Options { dry_run: true, ..csv() };
        assert_eq!(bring(&library, table("办", 700).as_bytes(), &dry).await.unwrap().imported, 700);
        assert_eq!(library.entry_ids().len(), 0);
        // Stopped half way: the first 600 rows only.
        assert_eq!(bring(&library, table("办", 600).as_bytes(), &csv()).await.unwrap().imported, 600);
        let rest = bring(&library, table("办", 700).as_bytes(), &csv()).await.unwrap();
        assert_eq!((rest.unchanged, rest.imported), (600, 100));

        let record = library.entry_get(&editor(), "daoru-5").await.unwrap();
        let edited = knowledge::Entry { answer: "人工改过。".to_owned(), ..record.entry };
        library.entry_put(&editor(), edited, record.revision).await.unwrap();
        library.entry_withdraw(&editor(), "daoru-6", "过期").await.unwrap();
        let next = bring(&library, table("新办", 700).as_bytes(), &csv()).await.unwrap();
        assert_eq!((next.updated, next.refused_rows), (698, 2));
        assert_eq!(library.card("daoru-5", None, now()).unwrap().text, "人工改过。");
        assert!(library.card("daoru-6", None, now()).is_none());
        assert_eq!(library.card("daoru-7", None, now()).unwrap().text, "新办7。");
    })
    .await;
}

#[tokio::test]
async fn encodings_and_forms() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let words = "id,question,answer\n1,公积金怎么提取,到窗口办理。\n";
        let gb = bring(&library, &GB18030.encode(words).0, &csv()).await.unwrap();
        assert_eq!((gb.imported, gb.encoding.as_str()), (1, "gb18030"));
        let marked = bring(&library, format!("\u{feff}{words}").as_bytes(), &csv()).await.unwrap();
        assert_eq!((marked.unchanged, marked.encoding.as_str()), (1, "UTF-8"));
        let tabs = words.replace(',', "\t").replace("1\t", "2\t").replace("提取", "转移");
        assert_eq!(bring(&library, tabs.as_bytes(), &csv()).await.unwrap().imported, 1);

        let lines = "{\"id\": 3, \"question\": \"医保怎么报销\", \"answer\": \"凭票据报销。\"}\n\n{\"id\": 4}\nnot json\n[1]\n\
            {\"id\": 5, \"question\": {\"a\": 1}, \"answer\": \"x\"}\n";
        let options = Options::new("a.jsonl", Format::Jsonl, mapping());
        let report = bring(&library, lines.as_bytes(), &options).await.unwrap();
        assert_eq!((report.rows, report.imported), (5, 1));
        assert_eq!(report.refused.iter().map(|note| note.row).collect::<Vec<_>>(), [3, 4, 5, 6]);

        let gjj = std::fs::read(crate::common::root().join("packs/starter/entries/gjj.yaml")).unwrap();
        let options = Options::new("gjj.yaml", Format::Yaml, Mapping::default());
        let report = bring(&library, &gjj, &options).await.unwrap();
        assert!(report.imported > 5 && report.refused_rows == 0, "{report:?}");
        assert!(library.card("gjj-zufang-tiqu", None, now()).is_some());
        let mapped = "- {id: 9, question: 路灯坏了, answer: 报位置}\n- 不是表\n- {id: gjj-x, clauses: []}\n";
        let options = Options::new("b.yaml", Format::Yaml, mapping());
        let report = bring(&library, mapped.as_bytes(), &options).await.unwrap();
        assert_eq!((report.imported, report.refused_rows), (1, 2), "{report:?}");
    })
    .await;
}

/// Each line six times the one before it.
const ALIAS: &str = "- &aNEW [*aOLD,*aOLD,*aOLD,*aOLD,*aOLD,*aOLD]\n";

#[tokio::test]
async fn what_cannot_be_imported_is_told_and_changes_nothing() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let long = format!("id,question,answer\n1,一行太长,\"{}\n2,问,答\n", "长".repeat(300_000));
        let alias: String = (1..20).map(|n| ALIAS.replace("NEW", &format!("{n}")).replace("OLD", &format!("{}", n - 1))).collect();
        let bomb = format!("- &a0 [x,x,x,x,x,x]\n{alias}");
        let yaml = Options::new("x.yaml", Format::Yaml, mapping());
        let small = Options { max_bytes: 10, ..csv() };
        for (bytes, options, told) in [
            (b"".to_vec(), csv(), "空的"),
            (b"\n\n".to_vec(), csv(), "空的"),
            (b"id,question,answer\n".to_vec(), csv(), "没有可导入的行"),
            ("编号,问题\n1,问\n".as_bytes().to_vec(), csv(), "没有“id”这一列"),
            (b"PK\x03\x04....".to_vec(), csv(), "CSV"),
            (b"id,question,answer\n1,2,3\n".to_vec(), small, "超过1MB"),
            (b"- {".to_vec(), yaml.clone(), "读不懂"),
            (bomb.into_bytes(), yaml, "。"),
            (b"a,b\n1,2\n".to_vec(), Options { mapping: Mapping::default(), ..csv() }, "至少要指定"),
            (b"a,b\n1,2\n".to_vec(), Options { prefix: "导入".to_owned(), ..csv() }, "前缀"),
        ] {
            let error = bring(&library, &bytes, &options).await.unwrap_err();
            println!("{error}");
            assert_eq!(error.code(), ErrorCode::Invalid, "{error}");
            assert!(error.to_string().contains(told), "{told} is missing in: {error}");
        }
        let report = bring(&library, long.as_bytes(), &csv()).await.unwrap();
        assert_eq!(report.imported, 0);
        assert!(report.refused[0].why.contains("引号"), "{report:?}");
        let hostile = "id,question,answer\n1,<script>alert(1)</script>,\"'; DROP TABLE entries;--\"\n2,\u{202e}反\u{0007}响,答\n3,😀表情,可以😀\n";
        let report = bring(&library, hostile.as_bytes(), &csv()).await.unwrap();
        assert_eq!((report.imported, report.refused_rows), (2, 1), "{report:?}");
        let agent = staff(Role::Agent, Scope::District);
        let source = Source::Bytes(hostile.as_bytes().into());
        let refused = import::run(&library, &agent, source, &csv(), |_| {}).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn real_questions_from_government_notices() {
    let Some(path) = data("policies/policy_qa.csv") else {
        println!("skipped: the public data set policies/policy_qa.csv is not on this machine");
        return;
    };
    for_each_engine(async |db| {
        let library = library(db).await;
        let options = csv();
        let began = std::time::Instant::now();
        let mut batches = 0;
        let source = Source::File(path.clone());
        let report = import::run(&library, &system(), source.clone(), &options, |progress| {
            batches += 1;
            assert!(progress.bytes <= progress.of_bytes && progress.rows > 0);
        })
        .await
        .unwrap();
        println!("{} rows in {:?}, {batches} batches", report.rows, began.elapsed());
        let Report { rows, imported, duplicates, refused_rows, .. } = report;
        println!("imported {imported}, duplicates {duplicates}, refused {refused_rows}");
        for note in report.refused.iter().take(5) {
            println!("row {}: {}", note.row, note.why);
        }
        assert!(report.is_complete());
        assert_eq!(rows, 4331);
        assert!(imported > 4200, "{imported}");
        let again = import::run(&library, &system(), source, &options, |_| {}).await.unwrap();
        assert_eq!((again.unchanged, again.imported), (imported, 0));
        let began = std::time::Instant::now();
        let fresh = crate::common::other_node(db).await;
        println!("a restart loads {} entries in {:?}", fresh.entry_ids().len(), began.elapsed());
        let found =
            fresh.search(&Ask { text: "疫情期间企业复工要做好哪些员工健康管理", ..Ask::default() }, now(), 3);
        println!("{:?}", found.iter().map(|found| (&found.title, found.confidence)).collect::<Vec<_>>());
    })
    .await;
}
