//! How long a search and a change take, over collections of made-up matters.

use divan::{Bencher, black_box};
use jiff::civil::date;
use knowledge::search::{IndexedEntry, Query, SearchIndex, Settings};

const THINGS: &[&str] = &[
    "身份证",
    "居住证",
    "社保卡",
    "公积金",
    "驾驶证",
    "营业执照",
    "不动产权证",
    "养老金",
    "护照",
    "残疾人证",
];
const ACTS: &[&str] = &[
    "丢了怎么补办",
    "怎么申请",
    "要交什么材料",
    "多久能办好",
    "去哪里办",
    "能不能网上办",
    "过期了怎么办",
    "信息写错了怎么改",
];
const PLACES: &[&str] =
    &["外地户口", "本地居民", "刚毕业的学生", "退休老人", "个体户", "新生儿", "现役军人家属", "农村户口"];

fn entries(count: usize) -> Vec<IndexedEntry> {
    let pick = |from: &[&str], at: usize| from.get(at % from.len()).copied().unwrap_or_default().to_owned();
    (0..count)
        .map(|n| {
            let thing = pick(THINGS, n) + &pick(ACTS, n / THINGS.len());
            IndexedEntry {
                id: format!("e{n}"),
                title: format!("{}{thing}（第{n}号事项）", pick(PLACES, n / 80)),
                questions: vec![format!("我是{}，{thing}", pick(PLACES, n / 80))],
                answer: format!("可以办理。{thing}，请带本人有效身份证件到办事大厅第{}号窗口。", n % 97),
                ..IndexedEntry::default()
            }
        })
        .collect()
}

fn index(count: usize) -> SearchIndex {
    let index = SearchIndex::new(Settings::default());
    index.upsert_all(entries(count));
    index
}

#[divan::bench(args = [1_000, 30_000])]
fn search(bencher: Bencher, count: usize) {
    let index = index(count);
    let query = Query::new("我爸的社保卡掉了，现在在外地，补一张要多久", date(2026, 1, 1));
    bencher.bench(|| index.search(black_box(&query)));
}

#[divan::bench(args = [1_000, 30_000])]
fn change_one(bencher: Bencher, count: usize) {
    let index = index(count);
    let changed = entries(1);
    bencher.bench(|| index.upsert_all(black_box(changed.clone())));
}

fn main() {
    divan::main();
}
