//! What an exchange does: sends, takes, gives up, compares, shows.

use crate::support::{API_KEY, Mood, Peer, casework, exchange, open_ticket, setup, system, until};
use casework::{Kind, TicketDraft};
use exchange::open311::{Form, Format, Query};
use exchange::{ExchangeError, Setup};
use kernel::{Actor, Ctx, Role, Scope, StaffId};
use serde_json::{Value, json};
use store::testing::test_db;

fn administrator() -> Ctx {
    Ctx {
        actor: Actor::Staff { id: StaffId::from("s1"), role: Role::Administrator, scope: Scope::District },
        ..system()
    }
}

fn manager() -> Ctx {
    Ctx {
        actor: Actor::Staff { id: StaffId::from("s2"), role: Role::Manager, scope: Scope::District },
        ..system()
    }
}

#[tokio::test]
async fn what_is_refused_becomes_a_letter_that_staff_send_again_or_drop() {
    let db = test_db().await;
    let (peer, base) = Peer::open(Mood::Refusing).await;
    let exchange = exchange(&db, setup(&base, "all", 3).unwrap());
    let tasks = exchange.start();
    until("the cursor", 10, async || exchange.overview(&manager()).await.is_ok()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let ticket = open_ticket(&casework(&db), 1).await;
    until("two letters", 20, async || exchange.letters(&administrator(), "open").await.unwrap().len() == 2)
        .await;

    let letters = exchange.letters(&administrator(), "open").await.unwrap();
    assert!(letters.iter().all(|letter| letter.failure.starts_with("状态4")), "{letters:?}");
    let text = format!("{letters:?}");
    assert!(!text.contains("路灯") && !text.contains("13812345678") && !text.contains("张"), "{text}");
    let push = letters.iter().find(|letter| letter.topic == "exchange.push").unwrap();
    let hook = letters.iter().find(|letter| letter.topic == "exchange.hook").unwrap();

    assert_eq!(exchange.letters(&manager(), "open").await.unwrap(), letters, "a manager sees them");
    assert!(exchange.letter_resend(&manager(), push.id).await.is_err(), "a manager may not settle");

    peer.set(Mood::Well);
    exchange.letter_resend(&administrator(), push.id).await.unwrap();
    assert!(matches!(exchange.letter_resend(&administrator(), push.id).await, Err(ExchangeError::Settled)));
    assert!(matches!(
        exchange.letter_drop(&administrator(), hook.id, " ").await,
        Err(ExchangeError::Invalid(_))
    ));
    exchange.letter_drop(&administrator(), hook.id, "对方停用").await.unwrap();
    until("the ticket at the peer", 20, async || peer.of_kind("ticket").len() == 1).await;
    let told = peer.of_kind("ticket").remove(0);
    assert_eq!(told["body"]["caseNo"], ticket.row.number.as_str());
    assert_eq!((&told["body"]["caseType"], &told["body"]["mobile"]), (&json!("02"), &json!("13812345678")));

    // What happens later goes to both.
    casework(&db).ticket_note(&system(), &ticket.row.number, "又坏了一盏").await.unwrap();
    until("the event at both", 20, async || {
        peer.of_kind("event").len() == 1 && peer.events.lock().unwrap().len() == 1
    })
    .await;
    let event = peer.events.lock().unwrap().remove(0);
    assert_eq!(
        (&event["specversion"], &event["type"]),
        (&json!("1.0"), &json!("cn.minsheng.ticket.appended"))
    );
    assert!(!event.to_string().contains("路灯") && !event.to_string().contains("又坏"), "{event}");

    until("everything settled", 20, async || exchange.overview(&manager()).await.unwrap().waiting == 0).await;
    let today = kernel::Clock::now(&kernel::SystemClock).day().to_string();
    let report = exchange.reconcile(&manager(), &today).await.unwrap();
    assert_eq!((report.same, report.differences.len()), (2, 0), "{report:?}");
    peer.taken.lock().unwrap().clear();
    let report = exchange.reconcile(&manager(), &today).await.unwrap();
    assert_eq!((report.same, report.differences.len()), (0, 2), "{report:?}");
    assert!(exchange.reconcile(&manager(), "昨天").await.is_err());
    for task in tasks {
        task.abort();
    }
}

fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

#[tokio::test]
async fn a_message_is_taken_once_and_a_stale_status_not_at_all() {
    let db = test_db().await;
    let exchange = exchange(&db, setup("http://127.0.0.1:9", "received", 3).unwrap());
    let ticket = body(&json!({"id": "p-1", "kind": "ticket", "body": {
        "caseNo": "S100", "caseTitle": "河水发黑", "content": "村口的河水发黑有臭味", "caseType": "03", "field": "环保噪音",
        "person": "李大力", "mobile": "13900001111", "unknown": 7}}));
    let first = exchange.receive(&ticket).await.unwrap();
    let again = exchange.receive(&ticket).await.unwrap();
    assert!(!first.repeated && again.repeated && first.number == again.number);
    // The same ticket under another id of a message, as after a fall of the peer.
    let other = String::from_utf8(ticket.clone()).unwrap().replace("p-1", "p-1b");
    assert_eq!(exchange.receive(other.as_bytes()).await.unwrap().number, first.number);

    let status = |id: &str, seq: i64, state: &str| {
        body(&json!({"id": id, "kind": "status", "seq": seq, "body": {"caseNo": "S100", "status": state}}))
    };
    exchange.receive(&status("p-3", 3, "督办")).await.unwrap();
    exchange.receive(&status("p-2", 2, "受理")).await.unwrap();
    exchange.receive(&status("p-3", 3, "督办")).await.unwrap();
    let reply = json!({"id": "p-4", "kind": "reply", "body": {"caseNo": "S100", "detail": "已约谈企业"}});
    exchange.receive(&body(&reply)).await.unwrap();
    let file = json!({"id": "p-5", "kind": "attachment", "body": {"number": "S100", "name": "..\\照片.png", "media_type": "image/png", "data": "iVBORw0KGgo="}});
    exchange.receive(&body(&file)).await.unwrap();

    let shown = casework(&db).ticket_get(&system(), &first.number).await.unwrap();
    let words: String = shown.events.iter().map(|event| event.words.clone()).collect();
    assert_eq!(words.matches("督办").count(), 1, "{words}");
    assert!(!words.contains("受理") && words.contains("已约谈企业") && words.contains("照片.png"), "{words}");
    assert!(!format!("{shown:?}").contains("13900001111"), "masked in view");
    let files = exchange.files(&manager(), &first.number).await.unwrap();
    assert_eq!((files.len(), files[0].name.as_str(), files[0].bytes), (1, "照片.png", 8));

    for (wrong, what) in [
        (json!({"id": "x", "kind": "ticket", "body": {"caseTitle": "无编号"}}), "caseNo"),
        (
            json!({"id": "x", "kind": "ticket", "body": {"caseNo": "S1", "caseTitle": "甲", "caseType": "99"}}),
            "99",
        ),
        (json!({"id": "x", "kind": "order", "body": {}}), "不认识消息种类"),
        (json!({"id": "x", "kind": "reply", "body": {"caseNo": "S999", "detail": "无"}}), "没有这张工单"),
        (json!({"id": "x y", "kind": "reply", "body": {}}), "消息编号"),
        (
            json!({"id": "x", "kind": "attachment", "body": {"number": "S100", "name": "a.exe", "media_type": "application/x-msdownload", "data": "AA=="}}),
            "附件只收",
        ),
    ] {
        let error = exchange.receive(&body(&wrong)).await.unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    assert!(exchange.receive(b"not json").await.is_err());
}

#[tokio::test]
async fn a_signature_that_does_not_fit_is_refused_whatever_is_wrong() {
    let db = test_db().await;
    let exchange = exchange(&db, setup("http://127.0.0.1:9", "none", 3).unwrap());
    let now = kernel::Clock::now(&kernel::SystemClock).0 / 1_000_000;
    let secret = hex::decode(crate::support::SECRET).unwrap();
    let try_it = |time: i64, site: &str, signed: &[u8], sent: &[u8]| {
        let time = time.to_string();
        let made = security::sign(&secret, &[b"POST", b"/exchange/v1/messages", time.as_bytes(), signed]);
        exchange.check_signature(
            "POST",
            "/exchange/v1/messages",
            |name| match name {
                exchange::TIME => time.clone(),
                exchange::SITE => site.to_owned(),
                _ => format!("sm3-hmac={made}"),
            },
            sent,
        )
    };
    assert!(try_it(now, "province", b"{}", b"{}").is_ok());
    assert!(try_it(now, "other", b"{}", b"{}").is_err());
    assert!(try_it(now - 900, "province", b"{}", b"{}").is_err());
    assert!(try_it(now, "province", b"{}", b"{ }").is_err());
    assert!(exchange.check_signature("POST", "/exchange/v1/messages", |_| String::new(), b"").is_err());
}

#[tokio::test]
async fn who_wants_to_stay_unknown_is_never_told_to_the_platform() {
    let db = test_db().await;
    let (peer, base) = Peer::open(Mood::Well).await;
    let house = casework(&db);
    // Older than the exchange: registered there when something happens to it.
    let old = open_ticket(&house, 7).await;
    let mut tx = db.begin(&system()).await.unwrap();
    sqlx::query("UPDATE ticket_events SET at_us = at_us - 3600000000").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let exchange = exchange(&db, setup(&base, "all", 3).unwrap());
    let tasks = exchange.start();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for (n, kind, confidential) in [(1, Kind::Help, true), (2, Kind::Report, false), (3, Kind::Help, false)] {
        let draft = TicketDraft {
            kind,
            confidential,
            title: format!("第{n}件"),
            name: "赵铁柱".to_owned(),
            phone: "13700007777".to_owned(),
            place: "某某新村9幢101室".to_owned(),
            domain: "城管市容".to_owned(),
            words: vec!["我住9幢101室，我是赵铁柱，有人乱倒垃圾".to_owned()],
            ..TicketDraft::blank(Kind::Help)
        };
        let ticket = house.ticket_open(&system(), &format!("c{n}"), draft).await.unwrap();
        house.ticket_note(&system(), &ticket.row.number, "赵铁柱又打来电话").await.unwrap();
    }
    house.ticket_note(&system(), &old.row.number, "又来问").await.unwrap();
    until("four tickets with an event each", 30, async || {
        peer.of_kind("ticket").len() == 4 && peer.of_kind("event").len() >= 4
    })
    .await;
    let messages = [peer.of_kind("ticket"), peer.of_kind("event")].concat();
    let of = |title: &str| -> Vec<Value> {
        let number = peer
            .of_kind("ticket")
            .into_iter()
            .find(|message| message["body"]["caseTitle"] == title)
            .map(|message| message["body"]["caseNo"].clone());
        messages.iter().filter(|m| Some(&m["body"]["caseNo"]) == number.as_ref()).cloned().collect()
    };
    for hidden in ["第1件", "第2件"] {
        let told = format!("{:?}", of(hidden));
        for secret in ["赵", "铁柱", "13700007777", "137*", "9幢", "垃圾"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        assert!(told.contains("保密"), "{told}");
    }
    let open = format!("{:?}", of("第3件"));
    assert!(open.contains("13700007777") && open.contains("赵铁柱") && open.contains("垃圾"), "{open}");
    for task in tasks {
        task.abort();
    }
}

#[tokio::test]
async fn open311_files_lists_and_follows_and_shows_nothing_personal() {
    let db = test_db().await;
    let mut tx = db.begin(&system()).await.unwrap();
    let domains = json!([{"code": "chengguan", "name": "城管市容", "skill": "城管", "on_site": true}]);
    tx.setting_put("domains", &domains, 0).await.unwrap();
    tx.commit().await.unwrap();
    let exchange = exchange(&db, setup("http://127.0.0.1:9", "none", 3).unwrap());
    let tasks = exchange.start();
    let form = |pairs: &[(&str, &str)]| -> Form {
        let whole = [
            ("api_key", API_KEY),
            ("service_code", "chengguan"),
            ("description", "中河街道宋诏桥社区门口路灯不亮，联系13912345678，我叫王小二"),
            ("address_string", "中河街道宋诏桥社区8幢302室"),
            ("lat", "29.81634"),
            ("long", "121.54721"),
            ("first_name", "小二"),
            ("last_name", "王"),
            ("phone", "13912345678"),
            ("email", "wang@example.com"),
        ];
        let mut form: Form =
            whole.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        form.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        form
    };
    let filed = exchange.open311_file(Format::Json, &form(&[]), Some("k1")).await.unwrap();
    let again = exchange.open311_file(Format::Json, &form(&[]), Some("k1")).await.unwrap();
    assert_eq!(filed, again, "an idempotency key files once");
    let filed: Value = serde_json::from_str(&filed.body).unwrap();
    let number = filed[0]["service_request_id"].as_str().unwrap().to_owned();
    let reply = json!({ "step": "reply", "words": "已修好，给王小二回过电话", "anyway": true });
    casework(&db).ticket_step(&system(), &number, serde_json::from_value(reply).unwrap()).await.unwrap();
    let query = Query { service_request_id: Some(number.clone()), ..Query::default() };
    until("the update", 20, async || {
        exchange.open311_updates(Format::Json, &query).await.unwrap().body.contains("update_id\":\"")
            && exchange.open311_request(Format::Json, None, &number).await.unwrap().body.contains("replied")
    })
    .await;
    let update =
        form(&[("service_request_id", &number), ("update_id", "u1"), ("description", "又坏了，13912345678")]);
    exchange.open311_add(Format::Json, &update).await.unwrap();
    exchange.open311_add(Format::Json, &update).await.unwrap();
    let notes = casework(&db).ticket_get(&system(), &number).await.unwrap();
    assert_eq!(notes.events.iter().filter(|event| event.words.contains("又坏了")).count(), 1);

    let mut pages = vec![
        exchange.open311_discovery(Format::Xml, "http://here").unwrap(),
        exchange.open311_services(Format::Xml, Some("test.cn")).await.unwrap(),
        exchange.open311_definition(Format::Json, None, "chengguan").await.unwrap(),
    ];
    for format in [Format::Json, Format::Xml] {
        pages.push(exchange.open311_requests(format, &Query::default()).await.unwrap());
        pages.push(exchange.open311_request(format, None, &number).await.unwrap());
        pages.push(exchange.open311_updates(format, &query).await.unwrap());
    }
    for page in &pages {
        for secret in ["王", "小二", "139", "wang@", "302", "8幢", "29.8163", "不亮", "修好"] {
            assert!(!page.body.contains(secret), "{secret} in {}", page.body);
        }
    }
    let listed: Value = serde_json::from_str(&pages[3].body).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!((&listed[0]["lat"], &listed[0]["address"]), (&json!(29.816), &json!("中河街道")));

    for (wrong, status) in [
        (form(&[("api_key", "")]), 400),
        (form(&[("api_key", "guess")]), 403),
        (form(&[("service_code", "nothing")]), 404),
        (form(&[("lat", "91")]), 400),
        (form(&[("description", "")]), 400),
        (form(&[("jurisdiction_id", "elsewhere")]), 404),
        (form(&[("attribute[kind]", "report")]), 400),
    ] {
        assert_eq!(exchange.open311_file(Format::Json, &wrong, None).await.unwrap_err().status, status);
    }
    let page = |page: &str, size: &str| Query {
        page: Some(page.to_owned()),
        page_size: Some(size.to_owned()),
        ..Query::default()
    };
    let of_page = async |query: Query| -> usize {
        let body = exchange.open311_requests(Format::Json, &query).await.unwrap().body;
        serde_json::from_str::<Value>(&body).unwrap().as_array().unwrap().len()
    };
    assert_eq!((of_page(page("1", "1")).await, of_page(page("2", "1")).await), (1, 0));
    assert_eq!(exchange.open311_requests(Format::Json, &page("0", "")).await.unwrap_err().status, 400);
    let long = Query {
        start_date: Some("2020-01-01T00:00:00Z".into()),
        end_date: Some("2021-01-01T00:00:00Z".into()),
        ..Query::default()
    };
    assert_eq!(exchange.open311_requests(Format::Json, &long).await.unwrap_err().status, 400);
    let none = exchange.open311_request(Format::Xml, None, "YZ0").await.unwrap_err();
    assert!(none.page(Format::Xml).body.contains("<errors><error><code>404</code>"));
    for task in tasks {
        task.abort();
    }
}

#[test]
fn a_faulty_file_is_told_all_at_once_with_places() {
    let faults = Setup::read(
        "f.yaml",
        r#"
peer: {name: 省平台, code: "a b", url: "https://10.0.0.8/x", site: "", secret_file: s, attempts: 0}
receive: {kind: halp}
ticket:
  - {from: numbr, to: caseNo}
  - {from: title, to: caseNo}
  - {from: kind, to: t, values: {consult: "1", help: "1"}}
webhooks:
  - {id: a, url: "ftp://x", events: [], secret_file: s}
  - {id: a, url: "http://x/y", events: ["case.closed"], secret_file: s}
open311: {jurisdiction: x, keys: [{name: n, sm3: short}]}
"#,
    )
    .unwrap_err()
    .to_string();
    for told in [
        "peer.code：",
        "peer.site：不能为空",
        "前置机",
        "peer.attempts：0超出范围",
        "是不是“number”",
        "对方字段“caseNo”用了两次",
        "“1”对应了两个值",
        "没有写“complaint”（投诉）",
        "ticket：缺少 number 的对照",
        "receive.kind：没有叫“halp”的，是不是“help”",
        "webhooks[0].url",
        "webhooks[0].events：没有写",
        "webhooks[1].id：“a”用了两次",
        "“case.closed”不是事件名",
        "open311.keys[0].sm3",
    ] {
        assert!(faults.contains(told), "{told} not in {faults}");
    }
    let form = |text: &str| Setup::read("f.yaml", text).unwrap_err().to_string();
    let unknown = form("push:\n  ticket: all\n");
    assert!(
        unknown.contains("第2行")
            && unknown.contains("不认识“ticket”")
            && unknown.contains("tickets、domains"),
        "{unknown}"
    );
    assert!(form("push: {tickets: some}").contains("没有“some”这种取值"));
    assert!(form("peer: {name: 甲}").contains("缺少“code”"));
    let torn = form("peer: \"省平台\npush: {}\n");
    assert!(torn.contains("不是正确的 YAML"), "{torn}");
    assert!(Setup::read("f.yaml", "").is_ok());
    assert!(
        Setup::load(std::path::Path::new("/nowhere.yaml")).unwrap_err().to_string().contains("读不到文件")
    );
}
