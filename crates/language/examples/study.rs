//! Training and measuring for those who work on the models: `study train TASK CSV DIR`, `study eval TASK CSV OUT [DIR]`,
//! `study rules TASK CSV OUT` (no model at all), `study time CSV..` (whole readings), `study explain WORDS..`.
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
            for trained in train::intent(task, &language::table::read(task, input).unwrap(), out).unwrap() {
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
