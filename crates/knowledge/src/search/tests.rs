//! Invariants of a search over any input.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use jiff::civil::date;
use proptest::prelude::*;

use super::{Embedder, IndexedEntry, Query, SearchIndex, Settings};

fn index() -> SearchIndex {
    let index = SearchIndex::new(Settings::default());
    let entry = |id: &str, title: &str, question: &str| IndexedEntry {
        id: id.to_owned(),
        title: title.to_owned(),
        questions: vec![question.to_owned()],
        answer: format!("{title}请到窗口办理。"),
        ..IndexedEntry::default()
    };
    index.upsert_all(vec![
        entry("card", "社会保障卡挂失补领", "社保卡丢了怎么办"),
        entry("fund", "租房提取住房公积金", "租房子能取公积金吗"),
        entry("lamp", "路灯报修", "门口路灯不亮了"),
    ]);
    index
}

#[test]
fn any_bytes_are_searched_in_bounded_time_with_a_probability() {
    let index = index();
    let runner = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(runner, |(bytes in prop::collection::vec(any::<u8>(), 0..4_000))| {
        let began = std::time::Instant::now();
        let hits = index.search(&Query::new(String::from_utf8_lossy(&bytes), date(2026, 1, 1)));
        prop_assert!(began.elapsed().as_secs() < 2);
        prop_assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.confidence) && hit.score.is_finite()));
        prop_assert!(hits.windows(2).all(|pair| pair.iter().map(|hit| hit.score).is_sorted_by(|a, b| a >= b)));
    });
}

#[test]
fn a_megabyte_is_cut_and_still_found() {
    let text = "社保卡丢了怎么办".to_owned() + &"啊".repeat(1_000_000);
    let began = std::time::Instant::now();
    let hits = index().search(&Query::new(text, date(2026, 1, 1)));
    assert!(began.elapsed().as_secs() < 10);
    assert!(!hits.is_empty());
}

#[test]
fn the_same_question_is_found_whatever_changed_around_it() {
    let index = index();
    let ask = |index: &SearchIndex| index.search(&Query::new("社保卡丢了怎么办", date(2026, 1, 1)));
    let before = ask(&index);
    for n in 0..20 {
        index.upsert(IndexedEntry {
            id: format!("n{n}"),
            title: format!("第{n}所小学的学区"),
            ..Default::default()
        });
        assert_eq!(ask(&index).first().map(|hit| hit.entry_id.clone()), Some("card".to_owned()));
    }
    (0..20).for_each(|n| index.remove(&format!("n{n}")));
    assert_eq!(ask(&index).len(), before.len());
}

/// Takes every text for the same, and knows what it has been told to learn.
#[derive(Debug, Default)]
struct Slow(Mutex<HashSet<String>>);

impl Embedder for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn dimensions(&self) -> usize {
        1
    }

    fn embed(&self, _text: &str) -> Vec<f32> {
        vec![1.0]
    }

    fn knows(&self, text: &str) -> bool {
        self.0.lock().unwrap().contains(text)
    }

    fn learn(&self, text: &str) {
        self.0.lock().unwrap().insert(text.to_owned());
    }
}

#[test]
fn what_is_too_much_to_be_read_at_once_is_found_before_it_is_read() {
    let index = SearchIndex::new(Settings::default().with_embedder(Some(Arc::new(Slow::default()))));
    let query = Query::new("第37号办事窗口", date(2026, 1, 1));
    let entry =
        |n: usize, title: String| IndexedEntry { id: format!("e{n}"), title, ..IndexedEntry::default() };
    index.upsert(entry(900, "路灯报修".to_owned()));
    assert!(index.is_read() && index.reads(&query), "one entry is read before it is published");
    index.upsert_all((0..600).map(|n| entry(n, format!("第{n}号办事窗口"))).collect());
    assert!(!index.is_read() && !index.reads(&query));
    assert_eq!(index.search(&query).first().unwrap().entry_id, "e37");
    index.remove("e5");
    index.read_waiting();
    assert!(index.is_read() && index.reads(&query));
    assert!(!index.reads(&Query { quick: true, ..query.clone() }));
    assert_eq!(index.len(), 600);
    assert_eq!(index.search(&query).first().unwrap().entry_id, "e37");
}
