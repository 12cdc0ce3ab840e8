//! `minsheng eval intent` and `minsheng train intent`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use language::Heard;
use language::Reader;
use language::model::Encoder;
use language::table::{Row, Task, read};

/// Measures the built-in models, or those of a folder, on a labelled table; one JSON line on standard output.
pub fn eval(task: Task, input: &Path, out: &Path, models: Option<&Path>) -> Result<()> {
    let reader = models.map_or_else(|| Ok(Reader::builtin()), Reader::load)?;
    let report = language::eval::intent(&reader, task, input, out)?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// Trains a task's models. With a site's corrections, the present weights of the folder give way only to better ones.
/// With a pack, the questions of its entries are further examples of their domain.
///
/// The test lines are judged by rules and linear models, and with an encoder that has not learned them where one is given.
pub fn train(
    task: Task,
    input: &Path,
    out: &Path,
    site: Option<PathBuf>,
    pack: Option<&Path>,
    encoder: Option<&Path>,
) -> Result<()> {
    let encoder = match encoder {
        Some(file) => Some(Encoder::from_bytes(&std::fs::read(file)?)?),
        None => None,
    };
    let mut rows = read(task, input)?;
    if let Some(pack) = pack {
        rows.extend(of_pack(task, pack)?);
    }
    if let Some(site) = site {
        let contest = language::train::site(task, &rows, &read(task, &site)?, out)?;
        println!("{}", serde_json::to_string(&contest)?);
    } else {
        for trained in language::train::intent(task, &rows, out, encoder)? {
            println!("{}", serde_json::to_string(&trained)?);
        }
    }
    Ok(())
}

/// What callers ask of each entry, labelled with the entry's domain. An entry is a family, so that none stands on both
/// sides of a division; its lines count half, for nobody labelled them one by one.
fn of_pack(task: Task, pack: &Path) -> Result<Vec<Row>> {
    anyhow::ensure!(task == Task::Domain, "--pack 只用于 domain：条目只注明业务领域，没有别的标注");
    let pack = knowledge::pack::load(pack)?;
    let rows = pack.entries.into_iter().flat_map(|entry| {
        let family = format!("{}{}", language::train::BACKGROUND, entry.id);
        let asked = std::iter::once(entry.title).chain(entry.questions).chain(entry.tests);
        asked.map(move |text| Row {
            text,
            heard: Heard::Opening,
            label: entry.domain.clone(),
            service: String::new(),
            family: family.clone(),
            split: "train".into(),
        })
    });
    Ok(rows.collect())
}

/// Makes a version of a task's weights the present one; 0 goes back to the built-in ones.
pub fn promote(task: Task, version: u32, out: &Path) -> Result<()> {
    language::train::promote(task, version, out)?;
    println!("{}：现用第{version}版", task.name());
    Ok(())
}
