//! What a site teaches is taken only where it is better, and can be taken back.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::path::Path;

use language::table::{Row, Task, read};
use language::{Heard, MedicalLine, Reader, train};

fn ours() -> Vec<Row> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../evals/intent/medical_line.csv");
    read(Task::MedicalLine, &table).unwrap().into_iter().step_by(4).collect()
}

fn row(text: String, family: String, label: &str) -> Row {
    Row {
        text,
        heard: Heard::Opening,
        label: label.to_owned(),
        service: String::new(),
        family,
        split: String::new(),
    }
}

#[test]
fn a_better_challenger_takes_the_place_and_gives_it_back() {
    let folder = std::env::temp_dir().join(format!("minsheng-learning-{}", std::process::id()));
    // A local name no model has heard of, said in many ways.
    let says = [
        "怎么开通",
        "在哪办",
        "要带什么",
        "多久生效",
        "能不能代办",
        "过期了",
        "网上可以吗",
        "要钱吗",
        "说没登记",
        "怎么查",
    ];
    let site: Vec<Row> = says
        .iter()
        .enumerate()
        .map(|(at, said)| row(format!("甬江通办卡{said}"), format!("site-{at}"), "resident_transfer"))
        .collect();
    let contest = train::site(Task::MedicalLine, &ours(), &site, &folder).unwrap();
    assert!(contest.held_out > 0 && contest.better(), "{contest:?}");
    assert_eq!(contest.version, 1);
    let line = |folder: &Path| Reader::load(folder).unwrap().medical_line("甬江通办卡办好了没有");
    assert_eq!(line(&folder), Some(MedicalLine::ResidentTransfer));
    // The same lines again teach nothing new: the champion stays.
    let again = train::site(Task::MedicalLine, &ours(), &site, &folder).unwrap();
    assert_eq!(again.version, 0, "{again:?}");
    train::promote(Task::MedicalLine, 0, &folder).unwrap();
    assert_eq!(line(&folder), Reader::builtin().medical_line("甬江通办卡办好了没有"));
    std::fs::remove_dir_all(&folder).unwrap();
}
