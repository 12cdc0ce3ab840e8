//! Training and measuring for those who work on the models: `study train TASK CSV DIR`, `study eval TASK CSV OUT [DIR]`,
//! `study rules TASK CSV OUT` (no model at all), `study time CSV..` (whole readings), `study explain WORDS..`, `study solid` (what the encoder reads),
//! `study margins TASK CSV STRANGERS.csv.. [--encoder FILE]`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool for those who build the models: it may stop"
)]
use language::table::Task;
use language::{Reader, eval, train};
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args[0] == "time" {
        return time(&args[1..]);
    }
    if args[0] == "solid" {
        // One text a line from standard input; what the encoder reads of it to standard output.
        for line in std::io::stdin().lines() {
            println!("{}", language::views::Views::of(&line.unwrap()).solid);
        }
        return;
    }
    if args[0] == "logits" {
        // What an encoder's heads add for each text: `study logits ENCODER WORDS..`.
        let encoder = language::model::Encoder::from_bytes(&std::fs::read(&args[1]).unwrap()).unwrap();
        for text in &args[2..] {
            let at = std::time::Instant::now();
            let sentence = encoder.sentence(text, "");
            let took = at.elapsed();
            for part in language::model::Part::ALL {
                if let Some(head) = encoder.head(part) {
                    println!("{text} {} {:?}", part.name(), head.adds(&sentence, head.labels()));
                }
            }
            println!("{text} {took:?}");
        }
        return;
    }
    if args[0] == "margins" {
        let encoder = args.iter().position(|arg| arg == "--encoder").map(|at| args[at + 1].clone());
        let files: Vec<String> = args[2..].iter().take_while(|arg| *arg != "--encoder").cloned().collect();
        return margins(args[1].parse().unwrap(), &files, encoder.as_deref());
    }
    if args[0] == "explain" {
        for text in &args[1..] {
            println!("{text} {:?}", language::danger::explain(text));
        }
        return;
    }
    let task: Task =
        args.iter().position(|a| a == "--task").map_or(&args[1], |at| &args[at + 1]).parse().unwrap();
    let named = |name: &str| args.iter().position(|a| a == name).map(|at| args[at + 1].clone());
    let input = named("--input").unwrap_or_else(|| args[2].clone());
    let out = named("--out").unwrap_or_else(|| args[3].clone());
    let (input, out) = (Path::new(&input), Path::new(&out));
    match args[0].as_str() {
        "train" => {
            let encoder = named("--encoder").map(|file| std::fs::read(file).unwrap());
            let encoder = encoder.map(|bytes| language::model::Encoder::from_bytes(&bytes).unwrap());
            let rows = language::table::read(task, input).unwrap();
            for trained in train::intent(task, &rows, out, encoder).unwrap() {
                println!("{}", serde_json::to_string(&trained).unwrap());
            }
        }
        how => {
            let reader = match (how, args.get(4)) {
                ("rules", _) => Reader::rules_only(),
                (_, Some(folder)) => Reader::load(Path::new(folder)).unwrap(),
                _ => Reader::builtin(),
            };
            println!("{}", serde_json::to_string(&eval::intent(&reader, task, input, out).unwrap()).unwrap());
        }
    }
}

/// How long whole readings take, the best of five each.
fn time(files: &[String]) {
    let reader = Reader::builtin();
    let mut times: Vec<f64> = Vec::new();
    for file in files {
        for row in csv::Reader::from_path(file).unwrap().records() {
            let row = row.unwrap();
            times.push((0..5).fold(f64::MAX, |best, _| {
                let at = std::time::Instant::now();
                std::hint::black_box(reader.read(&row[0], &language::Heard::AfterAnswer));
                best.min(at.elapsed().as_secs_f64() * 1e6)
            }));
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("{} lines: p50 {:.0} us, p99 {:.0} us, longest {:.0} us", times.len(), at(50), at(99), at(100));
}

/// Linear margins, learned from the `train` lines of the first table, of its test lines and of all lines of the others: what blends
/// and thresholds are chosen by (`tools/encoder/blends.py`). With an encoder that has learned none of them, its logits stand beside.
fn margins(task: Task, files: &[String], encoder: Option<&str>) {
    let encoder =
        encoder.map(|file| language::model::Encoder::from_bytes(&std::fs::read(file).unwrap()).unwrap());
    let tables: Vec<Vec<language::table::Row>> =
        files.iter().map(|file| language::table::read(task, Path::new(file)).unwrap()).collect();
    let (test, rest): (Vec<_>, Vec<_>) = tables[0].iter().cloned().partition(|row| row.split == "test");
    for part in task.parts() {
        let model = train::fit(*part, &rest);
        for (set, rows) in std::iter::once(&test).chain(&tables[1..]).enumerate() {
            for row in rows {
                let views = language::views::Views::of(&row.text);
                let features = language::model::features::features(&views, &row.heard, &part.spec());
                let meaning = language::model::meaning::builtin().vector(&features);
                let escape = language::escape::hear_views(&views, &row.heard);
                let signs = language::danger::look_views(&views);
                let logits = encoder.as_ref().and_then(|encoder| {
                    let head = encoder.head(*part)?;
                    let before = if part.spec().place { row.heard.before() } else { "" };
                    let adds = head.adds(&encoder.sentence(&views.solid, before), &model.labels);
                    Some(adds.into_iter().map(|add| add / head.blend).collect::<Vec<f32>>())
                });
                println!(
                    "{}",
                    serde_json::json!({
                        "part": part.name(), "set": set, "text": row.text, "solid": views.solid, "heard": row.heard,
                        "label": row.label, "service": row.service, "labels": model.labels,
                        "margins": model.scores(&features, &meaning).margins, "logits": logits, "split": row.split,
                        "wish": escape.wish.map(|wish| wish.by), "refused": escape.refused,
                        "lean": signs.lean(), "certain": signs.danger.is_some() && signs.certain,
                    })
                );
            }
        }
    }
}
