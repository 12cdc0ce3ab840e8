//! `minsheng bench casework`: board, lists, search and a step where there are very many tickets.
//!
//! Some hundred tickets are opened and taken through their lives by the service itself; the others are copies of these, their
//! events, figures and search terms included, made inside the database and spread over ten years.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use casework::{Casework, Kind, Paging, StepForm, TicketDraft, TicketFilter};
use kernel::{Actor, Clock, Ctx, Role, Scope, StaffId, SystemClock, UnitId};
use serde_json::{Value, json};
use sqlx::Row as _;
use store::{Dialect, Store};

use super::measured::{Measured, rounded};
use crate::eval::rig::config_in;

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// 工单数
    #[arg(long, default_value_t = 200_000)]
    tickets: i64,
    /// 空的 PostgreSQL 数据库地址；不填用临时的 SQLite
    #[arg(long)]
    database: Option<String>,
    /// 每种操作测几次
    #[arg(long, default_value_t = 300)]
    probes: usize,
    /// 每多少张里有一张未办结
    #[arg(long, default_value_t = 200)]
    one_open_in: i64,
    /// 知识包目录
    #[arg(long, default_value = "packs/starter")]
    pack: PathBuf,
}

/// Lives that are copied: of each matter, at each place, one that is over and one that waits for its unit.
const MATTERS: [(&str, &str, &str); 8] = [
    ("路灯不亮", "路灯维修", "城管市容"),
    ("井盖松动，车子一过就响", "井盖", "城管市容"),
    ("垃圾两天没人清", "环境卫生", "城管市容"),
    ("楼上装修漏水", "房屋漏水", "物业小区"),
    ("电梯老是停", "电梯", "物业小区"),
    ("夜里工地打桩", "施工噪声", "环保噪音"),
    ("饭店油烟往屋里吹", "油烟", "环保噪音"),
    ("水管爆了", "供水抢修", "水电气热"),
];
const ROADS: [&str; 12] = [
    "天童南路",
    "嵩江中路",
    "潘火路",
    "盛莫路",
    "金达南路",
    "钱湖北路",
    "四明中路",
    "鄞县大道",
    "泰安中路",
    "惠风东路",
    "宁南北路",
    "下应南路",
];
/// Copies are made so many rounds at a time.
const ROUNDS: i64 = 250;
const TEN_YEARS_US: i64 = 10 * 365 * 86_400 * 1_000_000;

/// Fills a database, measures, and prints one JSON line.
///
/// # Errors
/// When the database refuses, or holds tickets already.
pub async fn run(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut config = config_in(folder.path(), &options.pack);
    if let Some(url) = &options.database {
        config.store.url = config::DatabaseUrl(url.clone());
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (hotline, _) = crate::boot::hotline(&config, Arc::clone(&clock), false).await?;
    let casework = hotline.casework();
    let store = casework.store();
    let started = Instant::now();
    // What an earlier run of this command filled is measured again; nothing else is touched.
    if count(store, "SELECT COUNT(*) FROM tickets WHERE request_key = 'system:bench/bench-0-0-true'").await?
        == 0
    {
        ensure!(
            count(store, "SELECT COUNT(*) FROM tickets").await? == 0,
            "这个数据库里已经有工单，请换一个空的"
        );
        lives(casework, &clock).await?;
        copies(store, options).await?;
    }
    let fill_s = started.elapsed().as_secs_f64();
    let tickets = count(store, "SELECT COUNT(*) FROM tickets").await?;
    let open = count(store, "SELECT COUNT(*) FROM tickets WHERE next_us IS NOT NULL").await?;
    let dialect = match store.dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    let mut told =
        json!({ "database": dialect, "tickets": tickets, "open": open, "fill_s": rounded(fill_s) });
    for (name, measured) in measure(casework, &clock, options.probes).await? {
        if let Some(told) = told.as_object_mut() {
            told.insert(name.to_owned(), json!({ "p50_ms": measured.at(0.5), "p99_ms": measured.at(0.99) }));
        }
    }
    println!("{told}");
    Ok(())
}

fn staff(clock: &Arc<dyn Clock>, role: Role, scope: Scope) -> Ctx {
    Ctx {
        actor: Actor::Staff { id: StaffId::from("bench"), role, scope },
        now: clock.now(),
        trace: "bench".to_owned(),
    }
}

fn form(fields: Value) -> Result<StepForm> {
    Ok(serde_json::from_value(fields)?)
}

async fn lives(casework: &Casework, clock: &Arc<dyn Clock>) -> Result<()> {
    let agent = staff(clock, Role::Agent, Scope::District);
    let dispatcher = staff(clock, Role::Dispatcher, Scope::District);
    for (at, road) in ROADS.iter().enumerate() {
        for (which, (title, category, domain)) in MATTERS.iter().enumerate() {
            for over in [true, false] {
                let number = 1 + at * 40 + which * 3;
                let draft = TicketDraft {
                    category: (*category).to_owned(),
                    domain: (*domain).to_owned(),
                    title: format!("{road}{number}号{title}"),
                    place: format!("{road}{number}号"),
                    phone: format!("138{:08}", at * 100_000 + which * 1_000 + usize::from(over)),
                    words: vec![format!("{road}{number}号{title}，有几天了，麻烦来看看")],
                    ..TicketDraft::blank(Kind::Help)
                };
                let request = format!("bench-{at}-{which}-{over}");
                let opened =
                    casework.ticket_open(&Ctx::system("bench", clock.as_ref()), &request, draft).await?;
                let number = opened.row.number;
                let unit = opened.row.proposed_unit.unwrap_or_else(|| UnitId::from("zhzhzf"));
                casework.ticket_dispatch(&dispatcher, &number, &unit, "").await?;
                if over {
                    let handler = staff(clock, Role::UnitHandler, Scope::Unit(unit));
                    casework.ticket_step(&handler, &number, form(json!({"step": "accept"}))?).await?;
                    let words = "已派人到现场处理完毕，依据有关规定恢复正常，如有问题请再来电。";
                    let reply = json!({"step": "reply", "words": words, "anyway": true});
                    casework.ticket_step(&handler, &number, form(reply)?).await?;
                    casework.ticket_archive(&agent, &number, "来电人表示满意").await?;
                }
            }
        }
    }
    Ok(())
}

/// The tables of which a ticket's rows are copied. `{id}` is the copy's id, `{n}` the round, `{us}` how much earlier it was.
const COPIES: [&str; 4] = [
    "INSERT INTO tickets (id, number, contact_id, kind, category, domain, title, body, place, unit, state, urgency, due_us,
            created_us, updated_us, version, caller_key, request_key, proposed_unit, place_code, next_us, owner, flags)
        SELECT {id}, {number}, NULL, t.kind, t.category, t.domain, t.title, t.body, t.place, t.unit, t.state, t.urgency,
            t.due_us, t.created_us - {us}, t.updated_us - {us}, t.version, NULL, NULL, t.proposed_unit, t.place_code,
            t.next_us, t.owner, t.flags
        FROM tickets t, rounds WHERE t.request_key IS NOT NULL AND {chosen}",
    "INSERT INTO ticket_events (ticket_id, seq, kind, actor, body, at_us)
        SELECT {id}, e.seq, e.kind, e.actor, e.body, e.at_us - {us}
        FROM tickets t JOIN ticket_events e ON e.ticket_id = t.id, rounds WHERE t.request_key IS NOT NULL AND {chosen}",
    "INSERT INTO ticket_figures (ticket_id, seq, measure, unit, good, at_us)
        SELECT {id}, f.seq, f.measure, f.unit, f.good, f.at_us - {us}
        FROM tickets t JOIN ticket_figures f ON f.ticket_id = t.id, rounds WHERE t.request_key IS NOT NULL AND {chosen}",
    "INSERT INTO ticket_terms (term, ticket_id)
        SELECT w.term, {id}
        FROM tickets t JOIN ticket_terms w ON w.ticket_id = t.id, rounds WHERE t.request_key IS NOT NULL AND {chosen}",
];

async fn copies(store: &Store, options: &Options) -> Result<()> {
    let lives = count(store, "SELECT COUNT(*) FROM tickets").await?;
    let over = lives / 2;
    // Over ones are copied in every round; waiting ones as often as makes the wanted share.
    let rounds = (options.tickets - lives).max(0) / over.max(1);
    let every = (options.one_open_in - 1).max(1);
    let step_us = TEN_YEARS_US / rounds.max(1);
    let (padded, series) = match store.dialect() {
        Dialect::Sqlite => (
            "printf('%08d', rounds.n)",
            "WITH RECURSIVE rounds(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM rounds WHERE n < {to})",
        ),
        Dialect::Postgres => (
            "lpad(rounds.n::text, 8, '0')",
            "WITH rounds(n) AS (SELECT generate_series({from}::bigint, {to}::bigint))",
        ),
    };
    let system = Ctx::system("bench", &SystemClock);
    let mut done = 0;
    while done < rounds {
        let to = (done + ROUNDS).min(rounds);
        let mut tx = store.begin(&system).await?;
        for statement in COPIES {
            // The dearest last: a ticket's id sorts by time, and a higher round was longer ago.
            let text = statement
                .replace(
                    "{id}",
                    &format!("('0' || {} || t.id)", padded.replace("rounds.n", "(99999999 - rounds.n)")),
                )
                .replace("{number}", &format!("(t.number || {padded})"))
                .replace("{us}", &format!("(rounds.n * {step_us})"))
                .replace("{chosen}", &format!("(t.next_us IS NULL OR rounds.n % {every} = 0)"));
            let head = series.replace("{from}", &(done + 1).to_string()).replace("{to}", &to.to_string());
            let (insert, select) = text.split_once("SELECT").context("a copy selects")?;
            let text = format!("{insert} {head} SELECT {select}");
            sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        done = to;
        eprintln!("已生成{}张", lives + done * over);
    }
    let mut tx = store.begin(&system).await?;
    sqlx::query("ANALYZE").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn count(store: &Store, text: &'static str) -> Result<i64> {
    Ok(sqlx::query(text).fetch_one(store.read()).await?.try_get(0)?)
}

/// What people do all day, each with its times.
async fn measure(
    casework: &Casework,
    clock: &Arc<dyn Clock>,
    probes: usize,
) -> Result<Vec<(&'static str, Measured)>> {
    let manager = staff(clock, Role::Manager, Scope::District);
    let text = |words: String| TicketFilter { text: Some(words), ..TicketFilter::default() };
    let [mut board, mut first, mut words, mut number, mut inbox, mut step] =
        std::array::from_fn::<Measured, 6, _>(|_| Measured::default());
    let waiting = sqlx::query(
        "SELECT number, unit FROM tickets WHERE state = 'dispatched' ORDER BY next_us, id LIMIT $1",
    )
    .bind(i64::try_from(probes)?)
    .fetch_all(casework.store().read())
    .await?;
    let places = ROADS.iter().cycle().zip(MATTERS.iter().cycle());
    for (row, (road, (title, ..))) in waiting.iter().zip(places) {
        let (ticket, unit): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let handler = staff(clock, Role::UnitHandler, Scope::Unit(UnitId::from(unit.as_str())));
        let begun = Instant::now();
        casework.board(&manager).await?;
        board.add(begun.elapsed(), None);
        let begun = Instant::now();
        casework.ticket_list(&manager, &TicketFilter::default(), Paging::default()).await?;
        first.add(begun.elapsed(), None);
        let asked = text(format!("{road}{title}"));
        let begun = Instant::now();
        casework.ticket_list(&manager, &asked, Paging::default()).await?;
        words.add(begun.elapsed(), None);
        let asked = text(ticket.clone());
        let begun = Instant::now();
        casework.ticket_list(&manager, &asked, Paging::default()).await?;
        number.add(begun.elapsed(), None);
        let own = TicketFilter { owner: Some(format!("unit:{unit}")), ..TicketFilter::default() };
        let begun = Instant::now();
        casework.ticket_list(&handler, &own, Paging::default()).await?;
        inbox.add(begun.elapsed(), None);
        let accept = form(json!({"step": "accept"}))?;
        let begun = Instant::now();
        casework.ticket_step(&handler, &ticket, accept).await?;
        step.add(begun.elapsed(), None);
    }
    Ok(vec![
        ("board", board),
        ("list", first),
        ("search_words", words),
        ("search_number", number),
        ("inbox", inbox),
        ("step", step),
    ])
}
