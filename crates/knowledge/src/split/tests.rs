//! Splitting real forms of text, and the invariants over any text.

use proptest::prelude::*;

use super::*;

const LAW: &str = "住房公积金管理条例\n（2019年修订）\n第一章　总　则\n第一条　为了加强管理，制定本条例。\n\
第二条　本条例适用于中华人民共和国境内。\n前款所称单位，是指企业。\n第五章　提取和使用\n\
第二十四条　职工有下列情形之一的，可以提取职工住房公积金账户内的存储余额：\n（一）购买、建造、翻建、大修自住住房的；\n\
（二）离休、退休的；\n（三）房租超出家庭工资收入的规定比例的。\n依照前款规定提取的，应当同时注销账户。\n- 3 -\n国务院\n2019年3月24日\n";

#[test]
fn a_law_becomes_its_articles_and_items() {
    let split = split(LAW);
    assert!(split.title.starts_with("住房公积金管理条例"));
    let places: Vec<&str> = split.clauses.iter().map(|clause| clause.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "第一条",
            "第二条",
            "第二条",
            "第二十四条（一）",
            "第二十四条（二）",
            "第二十四条（三）",
            "第二十四条"
        ]
    );
    let item = &split.clauses[4];
    assert_eq!(item.text, "（二）离休、退休的；");
    assert!(item.path.iter().any(|said| said.starts_with("第五章")));
    assert!(item.path.iter().any(|said| said.contains("下列情形之一")));
    assert!(!split.clauses[6].path.iter().any(|said| said.contains("离休")));
    let fates: Vec<&Fate> = split.paragraphs.iter().map(|paragraph| &paragraph.fate).collect();
    assert_eq!(fates.iter().filter(|fate| matches!(fate, Fate::LeftOut(Reason::Signature))).count(), 2);
    assert!(fates.contains(&&Fate::LeftOut(Reason::PageFurniture)));
}

#[test]
fn a_notice_becomes_its_measures() {
    let text = "关于支持中小企业的通知\n各区县人民政府：\n一、减免房租\n（一）国有房屋免收两个月房租。\n\
（二）鼓励其他业主减免。\n二、申请材料\n1.营业执照\n2.租赁合同\n三、本通知自印发之日起施行。\n宁波市人民政府";
    let split = split(text);
    let texts: Vec<&str> = split.clauses.iter().map(|clause| clause.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "（一）国有房屋免收两个月房租。",
            "（二）鼓励其他业主减免。",
            "1.营业执照",
            "2.租赁合同",
            "三、本通知自印发之日起施行。"
        ]
    );
    assert_eq!(split.clauses[2].place, "二、1.");
    assert_eq!(split.clauses[2].path.last().map(String::as_str), Some("二、申请材料"));
}

#[test]
fn a_single_line_is_a_clause() {
    let split = split("今日起可以办理");
    assert_eq!(split.clauses.len(), 1);
    assert_eq!(split.paragraphs[0].fate, Fate::Used(0..1));
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn check(text: &str) {
    let split = split(text);
    let joined: String =
        split.paragraphs.iter().map(|p| text.get(p.at.clone()).expect("a span of the text")).collect();
    assert_eq!(squeezed(&joined), squeezed(text), "nothing of the source is missing or twice");
    assert!(split.paragraphs.windows(2).all(|pair| pair[0].at.end <= pair[1].at.start));
    let mut covered = vec![false; split.clauses.len()];
    for (number, paragraph) in split.paragraphs.iter().enumerate() {
        let words = text.get(paragraph.at.clone()).unwrap_or_default();
        match &paragraph.fate {
            Fate::Used(range) => {
                let clauses = &split.clauses[range.clone()];
                assert!(!clauses.is_empty() && clauses.iter().all(|clause| clause.paragraph == number));
                let whole: String = clauses.iter().map(|clause| clause.text.as_str()).collect();
                assert_eq!(squeezed(&whole), squeezed(words));
                covered[range.clone()].iter_mut().for_each(|cell| *cell = true);
            }
            Fate::Merged(range) => {
                let clauses = &split.clauses[range.clone()];
                assert!(!clauses.is_empty());
                assert!(clauses.iter().all(|clause| clause.path.iter().any(|said| said == words)), "{words}");
            }
            Fate::LeftOut(reason) => assert!(!reason.told().is_empty()),
        }
    }
    assert!(covered.into_iter().all(|cell| cell), "every clause has its paragraph");
}

#[test]
fn every_paragraph_is_accounted_for() {
    check(LAW);
    check("");
    let runner = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let line = prop_oneof![
        "(第[一二三十]{1,3}[章节条]|[一二三]、|（[一二三]）|[1-9]\\.|①|)[ 　]?[申请人应当提交材料，；]{0,30}[。；：]?",
        "[宁波市政府办公室]{0,6}",
        "20[0-9]{2}年[1-9]月[1-9]日",
        "\\PC{0,60}",
        "[- 　\t3]{0,6}",
    ];
    proptest!(runner, |(lines in prop::collection::vec(line, 0..25), glue in "[\n\r　 ]{0,5}")| {
        check(&lines.join("\n"));
        check(&lines.join(&glue));
    });
}
