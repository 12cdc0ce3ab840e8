//! Training and measuring for those who work on the models: `study train TASK CSV DIR`, `study eval TASK CSV OUT [DIR]`,
//! `study rules TASK CSV OUT` (no model at all).
use language::table::Task;
use language::{Reader, eval, train};
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args[0] == "explain" {
        for text in &args[1..] {
            println!("{text} {:?}", language::danger::explain(text));
        }
        return;
    }
    let task: Task = args[1].parse().unwrap();
    let (input, out) = (Path::new(&args[2]), Path::new(&args[3]));
    match args[0].as_str() {
        "train" => {
            for trained in train::intent(task, input, out).unwrap() {
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
