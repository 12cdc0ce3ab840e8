//! Labelled texts out of a CSV file.

use std::path::Path;

/// A labelled text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// The label.
    pub label: String,
}

/// Which columns hold what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The text; several, by commas, are read one after another.
    pub text: String,
    /// The label.
    pub label: String,
}

/// A table cannot be used. The sentences are for the person at the command.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It cannot be opened.
    #[error("读不到 {0}：{1}。请检查文件名和权限")]
    Unreadable(String, std::io::Error),
    /// It is no CSV.
    #[error("{file} 第{line}行读不出来：{reason}")]
    Row {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A column is missing.
    #[error("{file} 缺少列“{column}”；文件里有这些列：{present}")]
    Column {
        /// The file.
        file: String,
        /// What was looked for.
        column: String,
        /// What there is.
        present: String,
    },
    /// There is nothing in it.
    #[error("{0} 是空的：除表头外没有一行有标签的数据")]
    Empty(String),
}

/// The rows of a table that have a label, and how many had none.
///
/// # Errors
/// When the file cannot be read, a column is missing or no row is left.
pub fn samples(file: &Path, columns: &Columns) -> Result<(Vec<Sample>, usize), TableError> {
    let name = || file.display().to_string();
    let opened = std::fs::File::open(file).map_err(|error| TableError::Unreadable(name(), error))?;
    let mut reader = csv::ReaderBuilder::new().from_reader(opened);
    let headers = reader.headers().map_err(|error| fault(&name(), &error))?.clone();
    if headers.is_empty() || headers.iter().all(str::is_empty) {
        return Err(TableError::Empty(name()));
    }
    let place = |column: &str| {
        headers.iter().position(|header| header.trim() == column).ok_or_else(|| TableError::Column {
            file: name(),
            column: column.to_owned(),
            present: headers.iter().collect::<Vec<_>>().join("、"),
        })
    };
    let texts: Vec<usize> =
        columns.text.split(',').map(|column| place(column.trim())).collect::<Result<_, _>>()?;
    let label = place(columns.label.trim())?;
    let mut samples = Vec::new();
    let mut unlabelled = 0;
    for record in reader.records() {
        let record = record.map_err(|error| fault(&name(), &error))?;
        let text: Vec<&str> = texts.iter().filter_map(|at| record.get(*at)).collect();
        let label = record.get(label).unwrap_or_default().trim();
        if label.is_empty() {
            unlabelled += 1;
        } else {
            samples.push(Sample { text: text.join("\n").trim().to_owned(), label: label.to_owned() });
        }
    }
    if samples.is_empty() {
        return Err(TableError::Empty(name()));
    }
    Ok((samples, unlabelled))
}

fn fault(file: &str, error: &csv::Error) -> TableError {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "不是 UTF-8 编码，请用“CSV UTF-8”格式另存".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("应有{expected_len}列，实有{len}列，请检查逗号和引号")
        }
        _ => error.to_string(),
    };
    TableError::Row { file: file.to_owned(), line, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<(Vec<Sample>, usize), TableError> {
        let file = std::env::temp_dir().join(format!("minsheng-table-{}-{name}.csv", std::process::id()));
        std::fs::write(&file, bytes).unwrap();
        let read = samples(&file, &Columns { text: "title,body".into(), label: "label".into() });
        std::fs::remove_file(file).unwrap();
        read
    }

    #[test]
    fn columns_are_found_by_name_and_joined() {
        let table = "\u{feff}title,id,label,body\n停水,1,水务,三天没水\n停电,2,,\n";
        let (rows, unlabelled) = read("good", table.as_bytes()).unwrap();
        assert_eq!(rows, [Sample { text: "停水\n三天没水".into(), label: "水务".into() }]);
        assert_eq!(unlabelled, 1);
    }

    #[test]
    fn a_faulty_table_is_refused_with_its_place() {
        let refused = |name: &str, bytes: &[u8]| read(name, bytes).unwrap_err().to_string();
        assert!(refused("empty", b"").contains("是空的"));
        assert!(refused("head", "title,body,label\n".as_bytes()).contains("是空的"));
        assert!(refused("column", "title,text,label\n甲,乙,丙\n".as_bytes()).contains("缺少列“body”"));
        let ragged = refused("ragged", "title,body,label\n甲,乙\n".as_bytes());
        assert!(ragged.contains("第2行") && ragged.contains("应有3列"), "{ragged}");
        // GB18030, as office programs save it.
        let office = refused("office", b"title,body,label\n\xb5\xe7\xcc\xdd,\xb5\xe7,\xb5\xe7\n");
        assert!(office.contains("UTF-8"), "{office}");
        let nowhere = samples(Path::new("/nowhere.csv"), &Columns { text: "a".into(), label: "b".into() });
        assert!(nowhere.unwrap_err().to_string().contains("读不到"));
    }
}
