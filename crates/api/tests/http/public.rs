//! The public knowledge as other programs read it.

use api::rate::Limits;
use axum::body::Body;
use axum::http::Request;
use kernel::Ctx;
use knowledge::{Clause, Entry, EntryKind};

use crate::support::{Answer, House};

const LOAN: &str = "/api/v1/knowledge/entries/gjj-daikuan-shenqing";

async fn asking(house: &House, address: &str, tag: &str) -> Answer {
    let request = Request::get(address).header("if-none-match", tag).body(Body::empty());
    house.send(request.expect("a request")).await
}

fn refused(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let message = answer.json()["message"].as_str().expect("a sentence").to_owned();
    assert!(message.contains('请') && message.contains(words), "{message}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

fn entry(id: &str, from: Option<&str>, until: Option<&str>) -> Entry {
    let day = |text: &str| text.parse().expect("a day");
    Entry {
        id: id.to_owned(),
        title: format!("热气球飞行备案{id}"),
        domain: "公积金".to_owned(),
        kind: EntryKind::Guide,
        region: "全国".to_owned(),
        tags: Vec::new(),
        owner: "公积金".to_owned(),
        answer: "热气球飞行要提前三日备案。".to_owned(),
        questions: Vec::new(),
        clauses: vec![Clause {
            id: "1".to_owned(),
            text: "热气球飞行应当提前三日备案。".to_owned(),
            source: "热气球运动管理办法".to_owned(),
            document_number: None,
            article: Some("第三条".to_owned()),
            in_force_from: from.map(day),
            in_force_until: until.map(day),
            local: false,
        }],
        tests: Vec::new(),
    }
}

#[tokio::test]
async fn an_entry_is_read_for_a_day() {
    let house = House::new(api::routes).await;
    let today = house.get(LOAN).await.json();
    assert_eq!(today["kind"], "policy");
    assert!(today["url"].as_str().expect("an address").ends_with("/k/gjj-daikuan-shenqing"));
    let before = house.get(&format!("{LOAN}?on=2026-01-01")).await.json();
    let later = house.get(&format!("{LOAN}?on=2027-01-01")).await.json();
    assert_eq!((before["on"].as_str(), later["on"].as_str()), (Some("2026-01-01"), Some("2027-01-01")));
    let clauses = |entry: &serde_json::Value| entry["clauses"].as_array().expect("clauses").len();
    assert_eq!((clauses(&before), clauses(&later)), (2, 3), "the wording of September was not in force");
    assert_ne!(before["answer"], later["answer"], "what rests on it is not said either");
    for odd in ["2026-02-30", "20260101", "%E6%98%8E%E5%A4%A9"] {
        refused(&house.get(&format!("{LOAN}?on={odd}")).await, 400, "日期");
    }
    refused(&house.get("/api/v1/knowledge/entries/none?on=2026-01-01").await, 404, "没有找到");
}

#[tokio::test]
async fn a_copy_is_kept_only_while_it_holds() {
    let house = House::new(api::routes).await;
    for address in [LOAN, "/api/v1/knowledge/domains", "/api/v1/knowledge/entries?limit=3"] {
        let fresh = house.get(address).await;
        assert_eq!(fresh.status, 200, "{address}: {}", fresh.text);
        assert_eq!(fresh.header("cache-control"), "public, no-cache");
        assert_eq!(fresh.header("access-control-allow-origin"), "*");
        let known = asking(&house, address, fresh.header("etag")).await;
        assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""), "{address}");
    }
    let tag = house.get(LOAN).await.header("etag").to_owned();
    let ctx = Ctx::system("test", house.hotline.clock());
    house.hotline.library().entry_withdraw(&ctx, "gjj-daikuan-shenqing", "修订").await.expect("withdrawn");
    refused(&asking(&house, LOAN, &tag).await, 404, "没有找到");
}

#[tokio::test]
async fn everything_in_force_is_listed_and_nothing_else() {
    let house = House::new(api::routes).await;
    let ctx = Ctx::system("test", house.hotline.clock());
    for (id, from, until) in [
        ("balloon-now", None, None),
        ("balloon-over", None, Some("2020-01-01")),
        ("balloon-to-come", Some("2999-01-01"), None),
        ("balloon-gone", None, None),
    ] {
        house.hotline.library().entry_create(&ctx, entry(id, from, until)).await.expect(id);
    }
    house.hotline.library().entry_withdraw(&ctx, "balloon-gone", "试").await.expect("withdrawn");
    let mut seen = Vec::new();
    let mut page = 1;
    let domain = "%E5%85%AC%E7%A7%AF%E9%87%91";
    let total = loop {
        let address = format!("/api/v1/knowledge/entries?domain={domain}&limit=20&page={page}");
        let part = house.get(&address).await.json();
        let rows = part["entries"].as_array().expect("entries").clone();
        let ids = rows.iter().map(|row| row["entry_id"].as_str().expect("an id").to_owned());
        seen.extend(ids);
        page += 1;
        if rows.is_empty() {
            break part["total"].as_u64().expect("a number") as usize;
        }
    };
    assert_eq!(seen.len(), total);
    assert!(seen.is_sorted() && seen.contains(&"balloon-now".to_owned()));
    for hidden in ["balloon-over", "balloon-to-come", "balloon-gone"] {
        assert!(!seen.contains(&hidden.to_owned()), "{hidden}");
        assert_eq!(house.get(&format!("/api/v1/knowledge/entries/{hidden}")).await.status, 404);
    }
    let domains = house.get("/api/v1/knowledge/domains").await.json();
    let of = domains["domains"].as_array().expect("domains").iter().find(|one| one["name"] == "公积金");
    assert_eq!(of.expect("the domain")["entries"], total);
    let found = house
        .get("/api/v1/knowledge/search?q=%E7%83%AD%E6%B0%94%E7%90%83%E9%A3%9E%E8%A1%8C%E5%A4%87%E6%A1%88")
        .await
        .json();
    let hits: Vec<&str> =
        found["hits"].as_array().expect("hits").iter().filter_map(|hit| hit["entry_id"].as_str()).collect();
    assert!(hits.contains(&"balloon-now"), "{hits:?}");
    assert!(
        !hits.iter().any(|hit| ["balloon-over", "balloon-to-come", "balloon-gone"].contains(hit)),
        "{hits:?}"
    );
}

#[tokio::test]
async fn a_search_is_paged_and_knows_places() {
    let house = House::new(api::routes).await;
    let q = "q=%E5%85%AC%E7%A7%AF%E9%87%91";
    let first = house.get(&format!("/api/v1/knowledge/search?{q}&limit=3")).await.json();
    let second = house.get(&format!("/api/v1/knowledge/search?{q}&limit=3&page=2")).await.json();
    assert_eq!((first["page"].as_u64(), second["page"].as_u64()), (Some(1), Some(2)));
    assert_eq!(first["total"], second["total"]);
    assert!(first["total"].as_u64() > Some(3) && first["hits"][0] != second["hits"][0]);
    let far = house.get(&format!("/api/v1/knowledge/search?{q}&limit=3&page=4000000000")).await;
    assert_eq!((far.status.as_u16(), far.json()["hits"].as_array().map(Vec::len)), (200, Some(0)));
    let here = format!("/api/v1/knowledge/search?{q}&region=%E5%A7%9C%E5%B1%B1%E9%95%87");
    assert_eq!(house.get(&here).await.status, 200);
    let nowhere = format!("/api/v1/knowledge/search?{q}&region=%E6%9C%88%E7%90%83");
    refused(&house.get(&nowhere).await, 400, "地区");
    refused(&house.get(&format!("/api/v1/knowledge/search?{q}&page=x")).await, 400, "查询条件");
}

#[tokio::test]
async fn a_program_reads_at_a_measured_pace() {
    let limits = Limits { readings: Some(2), ..Limits::OFF };
    let house = House::limited(limits, api::routes).await;
    for _ in 0..2 {
        assert_eq!(house.get(LOAN).await.status, 200);
    }
    refused(&house.get("/api/v1/knowledge/domains").await, 429, "频繁");
}
