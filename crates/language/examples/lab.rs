//! Cross-validation by wording family, for those who work on the features: `lab TASK CSV.. [--test] [--errors]`.

use language::Heard;
use language::concepts::Concepts;
use language::model::features::{Matching, Spec, features};
use language::model::meaning;
use language::model::train::{Balance, Example, Plan, held_out, train};
use language::views::Views;
use language::{danger, escape};
use std::collections::BTreeMap;

const HUMAN: &[&str] =
    &["mask", "refuse", "must", "report", "wish", "bare", "after", "offered", "declined", "lost", "queue"];
const DANGER: &[&str] = &[
    "resolved",
    "negated",
    "past",
    "media",
    "policy",
    "maybe",
    "place",
    "now",
    "sign-119",
    "sign-120",
    "sign-122",
    "sign-110",
    "sign-gas",
    "sign-crisis",
];

struct Row {
    text: String,
    label: String,
    heard: Heard,
    family: String,
    split: String,
}

fn rows(path: &str, column: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heads = reader.headers().unwrap().clone();
    let col = |n: &str| heads.iter().position(|h| h == n);
    let (t, l, c, f, s) =
        (col("text").unwrap(), col(column).unwrap(), col("context"), col("family"), col("split"));
    reader
        .records()
        .map(|r| {
            let r = r.unwrap();
            let get = |i: Option<usize>| i.and_then(|i| r.get(i)).unwrap_or("").to_owned();
            Row {
                text: get(Some(t)),
                label: get(Some(l)),
                heard: heard(&get(c)),
                family: get(f),
                split: get(s),
            }
        })
        .collect()
}
fn heard(c: &str) -> Heard {
    match c {
        "" | "opening" => Heard::Opening,
        "after_answer" => Heard::AfterAnswer,
        "after_fail" => Heard::AfterFail,
        "offered" => Heard::Offered,
        "queue" => Heard::Queue,
        q => Heard::Form(q.trim_start_matches("form:").to_owned()),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let flag = |n: &str| args.iter().any(|a| a == n);
    let num = |n: &str, d: f32| args.iter().position(|a| a == n).map_or(d, |i| args[i + 1].parse().unwrap());
    let column = &args[0];
    let files: Vec<&String> = args[1..].iter().filter(|a| a.ends_with(".csv")).collect();
    let rules = if flag("--rules") {
        Some(Matching { rules: escape::rules, blank: "", verdicts: HUMAN })
    } else if flag("--drules") {
        Some(Matching { rules: danger::rules, blank: "blank", verdicts: DANGER })
    } else {
        None
    };
    let concepts: &'static [fn() -> &'static Concepts] = match (flag("--concepts"), flag("--kwords")) {
        (true, true) => &[language::domain_words, language::kind_words],
        (true, false) => &[language::domain_words],
        (false, true) => &[language::kind_words],
        _ => &[],
    };
    let spec = Spec {
        grams: num("--grams", 3.0) as usize,
        sounds: flag("--sounds"),
        place: flag("--place"),
        rules,
        concepts,
    };
    let plan = Plan {
        cost: num("--cost", 1.0),
        least: num("--least", 1.0) as usize,
        passes: 60,
        meaning: num("--meaning", 0.7),
        keep: num("--keep", 1e6) as usize,
        balance: if flag("--nobalance") { Balance::None } else { Balance::Labels },
    };
    let all: Vec<Row> = files
        .iter()
        .flat_map(|f| rows(f, column))
        .filter(|r| !r.label.is_empty() || column != "service")
        .collect();
    let example = |r: &Row| {
        let features = features(&Views::of(&r.text), &r.heard, &spec);
        Example {
            meaning: meaning::builtin().vector(&features),
            features,
            label: r.label.clone(),
            family: r.family.clone(),
            weight: 1.0,
        }
    };
    let trn: Vec<&Row> = all.iter().filter(|r| r.split != "test").collect();
    let ex: Vec<Example> = trn.iter().map(|r| example(r)).collect();
    let (judged, scored): (Vec<&Row>, Vec<_>) = if flag("--test") {
        let te: Vec<&Row> = all.iter().filter(|r| r.split == "test").collect();
        let refs: Vec<&Example> = ex.iter().collect();
        let at = std::time::Instant::now();
        let model = train(&refs, &plan);
        println!("trained on {} in {:?}, {} bytes", refs.len(), at.elapsed(), model.to_bytes().len());
        let s = te
            .iter()
            .map(|r| {
                let e = example(r);
                (r.label.clone(), model.scores(&e.features, &e.meaning), model.labels.clone())
            })
            .collect();
        (te, s)
    } else {
        let held = held_out(&ex, &plan, num("--parts", 8.0) as u64);
        let dev = |r: &&Row| {
            flag("--all")
                || r.split == "train" && !r.family.starts_with("own-") && !r.family.starts_with("bg-")
        };
        trn.into_iter().zip(held).filter(|(r, _)| dev(r)).unzip()
    };
    let mut table: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut labels: Vec<String> = scored.iter().map(|s| s.0.clone()).collect();
    labels.sort();
    labels.dedup();
    let mut right = 0;
    let mut thresholds = vec![];
    for (row, (label, scores, names)) in judged.iter().zip(&scored) {
        let guess = names[scores.best()].clone();
        if flag("--union") || flag("--danger") || labels == ["0", "1"] {
            let rule =
                flag("--union") && column == "label" && escape::hear(&row.text, &row.heard).wish.is_some();
            let rule = rule || flag("--danger") && danger::look(&row.text).is_some();
            let lean = if flag("--lean") { danger::look_views(&Views::of(&row.text)).lean() } else { 0.0 };
            let m = scores.margin(1) - scores.margin(0) + lean;
            thresholds.push((label == "1", if rule { 99.0 } else { m }, row));
        }
        right += usize::from(guess == *label);
        if flag("--errors") && guess != *label {
            println!(
                "{}\t{} -> {}\t{:?}\t{}\t({})",
                row.family,
                label,
                guess,
                row.heard,
                row.text,
                scores.share(scores.best())
            );
        }
        *table.entry((label.clone(), guess)).or_default() += 1;
    }
    let mut f1s = vec![];
    for l in &labels {
        let get = |a: &str, b: &str| table.get(&(a.to_owned(), b.to_owned())).copied().unwrap_or(0) as f64;
        let tp = get(l, l);
        let sup: f64 = table.iter().filter(|(k, _)| k.0 == *l).map(|(_, v)| *v as f64).sum();
        let pred: f64 = table.iter().filter(|(k, _)| k.1 == *l).map(|(_, v)| *v as f64).sum();
        let f = 2.0 * tp / (sup + pred);
        f1s.push(f);
        println!("{l}\tP {:.3} R {:.3} F {:.3} n {sup}", tp / pred.max(1.0), tp / sup, f);
    }
    println!(
        "{} acc {:.4} macro F1 {:.4}",
        judged.len(),
        right as f64 / judged.len() as f64,
        f1s.iter().sum::<f64>() / f1s.len() as f64
    );
    if !thresholds.is_empty() {
        let p = thresholds.iter().filter(|t| t.0).count() as f64;
        let n = thresholds.len() as f64 - p;
        for t in [-1.5, -1.2, -1.0, -0.8, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 1.0, 50.0] {
            let tp = thresholds.iter().filter(|x| x.0 && x.1 > t).count() as f64;
            let fp = thresholds.iter().filter(|x| !x.0 && x.1 > t).count() as f64;
            println!(
                "  > {t:4}: recall {:.4} false alarms {:.4} F1 {:.3}",
                tp / p,
                fp / n,
                2.0 * tp / (tp + fp + p)
            );
        }
        if flag("--list") {
            let t = num("--at", 0.0);
            for x in &thresholds {
                if (x.1 > t) != x.0 {
                    println!(
                        "{} {:.2}\t{}\t{:?}\t{}",
                        if x.0 { "MISS" } else { "FA" },
                        x.1,
                        x.2.family,
                        x.2.heard,
                        x.2.text
                    );
                }
            }
        }
    }
}
