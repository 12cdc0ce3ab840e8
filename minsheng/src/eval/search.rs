//! `minsheng eval retrieval|passages|abstention`: what the search finds, how fast, and when it keeps silent.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;
use knowledge::search::eval;

use crate::parts;

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
        /// 句子编码：none 或 builtin
        #[arg(long, default_value = "none")]
        embedder: String,
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
        Search::Retrieval { entries, queries, embedder } => {
            let deep = parts::embedder(&embedder, Path::new(""))?;
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
