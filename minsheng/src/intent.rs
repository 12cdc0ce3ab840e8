//! `minsheng eval intent` and `minsheng train intent`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use language::Reader;
use language::table::{Task, read};

/// Measures the built-in models, or those of a folder, on a labelled table; one JSON line on standard output.
pub fn eval(task: Task, input: &Path, out: &Path, models: Option<&Path>) -> Result<()> {
    let reader = models.map_or_else(|| Ok(Reader::builtin()), Reader::load)?;
    let report = language::eval::intent(&reader, task, input, out)?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// Trains a task's models. With a site's corrections, the present weights of the folder give way only to better ones.
pub fn train(task: Task, input: &Path, out: &Path, site: Option<PathBuf>) -> Result<()> {
    if let Some(site) = site {
        let contest = language::train::site(task, &read(task, input)?, &read(task, &site)?, out)?;
        println!("{}", serde_json::to_string(&contest)?);
    } else {
        for trained in language::train::intent(task, input, out)? {
            println!("{}", serde_json::to_string(&trained)?);
        }
    }
    Ok(())
}

/// Makes a version of a task's weights the present one; 0 goes back to the built-in ones.
pub fn promote(task: Task, version: u32, out: &Path) -> Result<()> {
    language::train::promote(task, version, out)?;
    println!("{}：现用第{version}版", task.name());
    Ok(())
}
