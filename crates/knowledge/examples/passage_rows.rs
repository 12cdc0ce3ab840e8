//! Signs that documents are judged by, to a CSV: `passage_rows DOCUMENTS.csv QUESTIONS.csv OUT.csv` (tables of `eval passages`).
//!
//! Each row is `question,right,signs...`; documents that were not considered have no row.

use std::error::Error;

use knowledge::search::passages::{Passages, SIGNS};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, documents, questions, out] = arguments.as_slice() else {
        return Err("see the head of this file".into());
    };
    let rows = csv::Reader::from_path(documents)?.into_records().collect::<Result<Vec<_>, _>>()?;
    let passages = Passages::build(rows.iter().map(|row| row.get(1).unwrap_or_default()));
    let mut file = csv::Writer::from_path(out)?;
    file.write_record(["question", "right"].into_iter().chain(SIGNS))?;
    for (number, row) in csv::Reader::from_path(questions)?.into_records().enumerate() {
        let row = row?;
        let (question, gold) = (row.get(1).unwrap_or_default(), row.get(2).unwrap_or_default());
        for (document, signs, _) in passages.candidates(question) {
            let right = rows.get(document).and_then(|row| row.get(0)) == Some(gold);
            let signs = signs.iter().map(ToString::to_string);
            let head = [number.to_string(), u8::from(right).to_string()];
            file.write_record(head.into_iter().chain(signs))?;
        }
    }
    Ok(())
}
