//! `eval_retrieval KB.csv QUERIES.csv`: the retrieval measurement without the rest of the house.
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, entries, queries] = arguments.as_slice() else {
        return Err("eval_retrieval KB.csv QUERIES.csv".into());
    };
    let report = knowledge::search::eval::retrieval(Path::new(entries), Path::new(queries), None)?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
