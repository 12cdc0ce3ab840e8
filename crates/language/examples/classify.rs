//! Cross-validates the classifier on a table: `classify TABLE.csv TEXT LABEL [TEST.csv TEXT LABEL]`.
#![expect(clippy::print_stdout, reason = "it is a command")]

use std::path::Path;

use language::classify::{Columns, evaluate, samples, train};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let table = |at: usize| -> Option<(String, Columns)> {
        let columns = Columns { text: args.get(at + 1)?.clone(), label: args.get(at + 2)?.clone() };
        Some((args.get(at)?.clone(), columns))
    };
    let (file, columns) = table(0).ok_or("TABLE TEXT LABEL")?;
    let trained = train(&samples(Path::new(&file), &columns)?.0)?;
    println!("{}", serde_json::to_string(&trained)?);
    if let Some((file, columns)) = table(3) {
        let rows = samples(Path::new(&file), &columns)?.0;
        println!("{}", serde_json::to_string(&evaluate(&trained.classifier, &rows))?);
    }
    Ok(())
}
