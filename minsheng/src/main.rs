//! The `minsheng` program: serves a hotline, loads packs, measures itself.

mod bench;
mod boot;
mod call;
mod classifier;
mod eval;
mod exchanging;
mod intent;
mod pack;
mod parts;
mod serve;
mod telephone;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use config::Config;

/// 民声：开放的政务服务热线平台
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// 配置文件
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 启动服务
    Serve {
        /// 同时创建知识包里的演示账号
        #[arg(long)]
        demo: bool,
    },
    /// 建立或升级数据库
    Migrate,
    /// 打印带说明的默认配置
    Config,
    /// 检查各部件是否就绪
    Doctor,
    /// 检查知识包
    Pack {
        /// 知识包目录
        #[arg(default_value = "packs/starter")]
        dir: PathBuf,
        /// 同时用句子编码读一遍全部标题和问法，把句向量存成 DIR/vectors.bin，启动时不用再读
        #[arg(long)]
        vectors: bool,
    },
    /// 打印场景文件的 JSON Schema
    Schema,
    /// 导入问答或条目（xlsx、CSV、JSONL、YAML）
    Import {
        /// 文件
        file: PathBuf,
        /// 哪一列是什么（YAML）；不填按 id、question、answer 三列
        #[arg(long)]
        mapping: Option<PathBuf>,
        /// 只试不写
        #[arg(long)]
        dry_run: bool,
    },
    /// 打一通测试电话：按脚本说话、按键、停顿、插话，写下听到的话和各处用时
    Call(call::Options),
    /// 打印一部座席话机的 SIP 账号
    Phone {
        /// 座席的登录名
        login: String,
    },
    /// 导出一次通话的录音（WAV，左来电人右平台），并记入审计
    Recording {
        /// 会话编号
        contact: String,
        /// 写到哪里
        file: PathBuf,
    },
    /// 对外交换
    Exchange {
        #[command(subcommand)]
        what: exchanging::Exchanging,
    },
    /// 审计
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
    /// 评测
    Eval {
        #[command(subcommand)]
        what: Eval,
    },
    /// 用标注数据训练识别模型
    Train {
        #[command(subcommand)]
        what: Train,
    },
    /// 性能测量
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// 校验审计链
    Verify,
}

#[derive(Debug, Subcommand)]
enum Eval {
    /// 证明来电人宪章，或打印违反它的最短对话
    Charter {
        /// 每次遍历最多走多少个状态
        #[arg(long, default_value_t = 200_000)]
        states: usize,
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
    },
    /// 按脚本对话
    Dialogues {
        /// 脚本文件
        #[arg(long)]
        scripts: PathBuf,
        /// 输出
        #[arg(long)]
        out: PathBuf,
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
    },
    /// 按脚本对话，并在每个状态试要人工、查重复提问
    Conversations {
        /// 脚本文件或目录
        #[arg(long, default_value = "evals/conversations")]
        scripts: PathBuf,
        /// 输出
        #[arg(long)]
        out: PathBuf,
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
    },
    /// 按脚本打电话：真的 SIP 和声音，座席有话机
    Calls(eval::calls::Options),
    /// 逐句提问
    Ask {
        /// CSV，列 text
        #[arg(long)]
        input: PathBuf,
        /// 输出
        #[arg(long)]
        out: PathBuf,
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
        /// 先导入这个问答表再提问
        #[arg(long)]
        import: Option<PathBuf>,
    },
    /// 知识的测试问题：每个都要找到自己的条目
    Knowledge {
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
    },
    #[command(flatten)]
    Search(eval::search::Search),
    /// 工单分类
    Classifier {
        /// 模型文件
        #[arg(long)]
        model: PathBuf,
        #[command(flatten)]
        table: classifier::Table,
    },
    /// 识别
    Intent {
        /// 任务：human_request、emergency、request_kind、domain、medical_line、dialect、crisis
        #[arg(long)]
        task: language::table::Task,
        /// CSV
        #[arg(long)]
        input: PathBuf,
        /// 输出
        #[arg(long)]
        out: PathBuf,
        /// 模型目录；不填用内置模型
        #[arg(long)]
        models: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum Train {
    /// 用本站有标签的工单训练分类模型
    Classifier {
        #[command(flatten)]
        table: classifier::Table,
        /// 模型文件
        #[arg(long)]
        out: PathBuf,
    },
    /// 训练一个识别任务
    Intent {
        /// 任务，同 eval intent
        #[arg(long)]
        task: language::table::Task,
        /// CSV，列同 eval intent，另有 family、split
        #[arg(long)]
        input: PathBuf,
        /// 本站更正过的标注，同样的列；填了就与现用模型比较，更好才换
        #[arg(long)]
        site: Option<PathBuf>,
        /// 知识包目录；条目的问法也当作其业务领域的例子（仅 domain）
        #[arg(long)]
        pack: Option<PathBuf>,
        /// 句子编码模型文件；给出时连同它一起测（它不能学过测试行）
        #[arg(long)]
        encoder: Option<PathBuf>,
        /// 模型目录
        #[arg(long)]
        out: PathBuf,
    },
    /// 换用某一版模型，0为内置模型
    Use {
        /// 任务，同 eval intent
        #[arg(long)]
        task: language::table::Task,
        /// 版本
        #[arg(long)]
        version: u32,
        /// 模型目录
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// 电话：按键、打断、应答的时延，以及同时通话的负载（需要 sipp）
    Voice {
        /// 同时通话数；0 只测时延
        #[arg(long, default_value_t = 1000)]
        calls: usize,
        /// 每通多少秒
        #[arg(long, default_value_t = 30)]
        secs: usize,
        /// 每秒新来电
        #[arg(long, default_value_t = 100)]
        rate: usize,
        /// 每种时延测几通
        #[arg(long, default_value_t = 10)]
        probes: usize,
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
    },
    /// 知识检索：快慢、准不准、发布多久能搜到，与别的检索比较
    Knowledge(bench::knowledge::Options),
    /// 工单很多时：看板、列表、搜索和办理一步各要多久
    Casework(bench::casework::Options),
    /// 同时进行的网上会话
    Chat {
        /// 会话数
        #[arg(long, default_value_t = 1000)]
        chats: usize,
        /// 每个会话的轮数
        #[arg(long, default_value_t = 6)]
        turns: usize,
        /// 两轮之间的间隔，秒
        #[arg(long, default_value_t = 8.0)]
        think_secs: f64,
        /// 知识包目录
        #[arg(long, default_value = "packs/starter")]
        pack: PathBuf,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The whole chain of reasons on one line.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join("：")
}

fn run(cli: Cli) -> Result<ExitCode> {
    let config = Config::load(cli.config.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match cli.command {
        Command::Serve { demo } => runtime.block_on(serve::run(config, demo))?,
        Command::Migrate => runtime.block_on(parts::migrate(&config))?,
        Command::Config => println!("{}", Config::document()),
        Command::Doctor => runtime.block_on(parts::doctor(&config))?,
        Command::Pack { dir, vectors } => {
            parts::check_pack(&dir)?;
            if vectors {
                parts::write_vectors(&dir)?;
            }
        }
        Command::Schema => println!("{}", serde_json::to_string_pretty(&dialogue::scenario::json_schema())?),
        Command::Import { file, mapping, dry_run } => {
            runtime.block_on(parts::import(&config, &file, mapping.as_deref(), dry_run))?;
        }
        Command::Phone { login } => telephone::account(&config, &login)?,
        Command::Recording { contact, file } => {
            runtime.block_on(telephone::export(&config, &contact, &file))?;
        }
        Command::Exchange { what } => runtime.block_on(exchanging::command(what, &config))?,
        Command::Audit { what: Audit::Verify } => {
            let intact = runtime.block_on(parts::audit_verify(&config))?;
            return Ok(if intact { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Train { what: Train::Intent { task, input, site, pack, encoder, out } } => {
            intent::train(task, &input, &out, site, pack.as_deref(), encoder.as_deref())?;
        }
        Command::Train { what: Train::Classifier { table, out } } => classifier::learn(&table, &out)?,
        Command::Train { what: Train::Use { task, version, out } } => intent::promote(task, version, &out)?,
        Command::Call(options) => runtime.block_on(call::run(&options, &config.voice))?,
        Command::Eval { what } => return evaluate(&runtime, what, config),
        Command::Bench { what: Bench::Voice { calls, secs, rate, probes, pack } } => {
            let load = bench::voice::Load { calls, secs, rate, probes };
            runtime.block_on(bench::voice::run(&load, &pack))?;
        }
        Command::Bench { what: Bench::Knowledge(options) } => {
            runtime.block_on(bench::knowledge::run(&options))?;
        }
        Command::Bench { what: Bench::Casework(options) } => {
            runtime.block_on(bench::casework::run(&options))?;
        }
        Command::Bench { what: Bench::Chat { chats, turns, think_secs, pack } } => {
            runtime.block_on(bench::chat::run(chats, turns, think_secs, &pack))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn evaluate(runtime: &tokio::runtime::Runtime, what: Eval, config: Config) -> Result<ExitCode> {
    match what {
        Eval::Charter { pack, states } => {
            let holds = eval::charter::run(&pack, states)?;
            return Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Eval::Dialogues { scripts, out, pack } => {
            runtime.block_on(eval::dialogues::run(&scripts, &out, &pack))?;
        }
        Eval::Conversations { scripts, out, pack } => {
            let kept = runtime.block_on(eval::conversations::run(&scripts, &out, &pack))?;
            return Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Eval::Calls(options) => {
            let made = runtime.block_on(eval::calls::run(&options, config.voice))?;
            return Ok(if made { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Eval::Ask { input, out, pack, import } => {
            runtime.block_on(eval::ask::run(&input, &out, &pack, import.as_deref()))?;
        }
        Eval::Intent { task, input, out, models } => intent::eval(task, &input, &out, models.as_deref())?,
        Eval::Classifier { model, table } => classifier::measure(&model, &table)?,
        Eval::Knowledge { pack } => runtime.block_on(eval::knowledge::run(&pack))?,
        Eval::Search(what) => eval::search::run(what)?,
    }
    Ok(ExitCode::SUCCESS)
}
