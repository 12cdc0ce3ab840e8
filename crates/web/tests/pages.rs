//! The citizen's pages over real parts and a real database, as a browser without scripts asks for them.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

#[path = "../../api/tests/support/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of it")]
mod support;

use axum::body::Body;
use axum::http::Request;
use support::{Answer, House};

/// What holds for every page.
fn sound(page: &Answer) {
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(page.text.contains("<html lang=\"zh-CN\""));
    assert!(page.text.contains("<title>"));
    for forbidden in [" style=", "<style", "onclick=", "onload=", "javascript:"] {
        assert!(!page.text.contains(forbidden), "{forbidden}");
    }
    assert_eq!(
        page.text.matches("<script").count(),
        page.text.matches("<script type=\"module\" src=\"/assets/").count()
    );
}

async fn begun(house: &House, form: &'static str) -> String {
    let answer = house.form("/chat", form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("ms_chat=") && cookie.contains("HttpOnly"), "{cookie}");
    answer.header("location").split('#').next().expect("an address").to_owned()
}

#[tokio::test]
async fn a_chat_works_without_scripts() {
    let house = House::new(web::routes).await;
    let home = house.get("/").await;
    sound(&home);
    for words in ["您好，请直接说您的问题", "是机器", "转人工", "大字版"] {
        assert!(home.text.contains(words), "{words}");
    }

    let chat = begun(&house, "client_id=a&text=%E7%A7%9F%E6%88%BF%E6%8F%90%E5%8F%96%E4%BD%8F%E6%88%BF%E5%85%AC%E7%A7%AF%E9%87%91&do=say").await;
    let page = house.get(&chat).await;
    sound(&page);
    assert!(
        page.text.contains("class=\"source\"") && page.text.contains("《住房公积金管理条例》"),
        "{}",
        page.text
    );
    assert!(page.text.contains("noindex"));

    let wished = house.form(&format!("{chat}/say"), "client_id=b&text=&key=0").await;
    assert_eq!(wished.status, 303);
    let page = house.get(&chat).await;
    assert!(page.text.contains("正在为您接工作人员") && page.text.contains("/live?after="), "{}", page.text);
    let live = house.get(&format!("{chat}/live?after=1")).await;
    assert!(live.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert_eq!(live.header("x-frame-options"), "SAMEORIGIN");
    assert!(live.text.contains("http-equiv=\"refresh\""));
    let part = house.get(&format!("{chat}/part?after=1")).await;
    assert!(part.text.contains("id=\"card\"") && !part.text.contains("<html"));

    assert_eq!(house.form(&format!("{chat}/end"), "").await.status, 303);
    let page = house.get(&chat).await;
    assert!(page.text.contains("您满意吗") && !page.text.contains("id=\"say\""), "{}", page.text);
    let rated = house.form(&format!("{chat}/rating"), "stars=5&solved=true&words=").await;
    assert!(
        house
            .get(rated.header("location").split('#').next().expect("an address"))
            .await
            .text
            .contains("谢谢")
    );
    assert_eq!(house.form(&format!("{chat}/rating"), "words=a").await.status, 400);
}

#[tokio::test]
async fn hostile_words_are_shown_as_words() {
    let house = House::new(web::routes).await;
    let chat = begun(&house, "client_id=a&text=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%3E%E2%80%AEabc%00%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9").await;
    let page = house.get(&chat).await;
    sound(&page);
    assert!(
        !page.text.contains("<script>alert") && page.text.contains("&#60;script&#62;alert(1)"),
        "{}",
        page.text
    );
    assert!(page.text.contains("👨\u{200d}👩") && !page.text.contains('\0'));

    for address in ["/k?q=%3Cimg%20src=x%20onerror=alert(1)%3E", "/chat/%3Cb%3E", "/nowhere/%22%3E%3Cb%3E"] {
        let page = house.get(address).await;
        sound(&page);
        assert!(!page.text.contains("<img src=x") && !page.text.contains("<b>\""), "{address}");
    }
}

#[tokio::test]
async fn nothing_written_is_lost_when_it_is_refused() {
    let house = House::new(web::routes).await;
    let empty = house.form("/chat", "client_id=a&text=+").await;
    assert_eq!(empty.status, 400);
    assert!(empty.text.contains("还没有写内容"));

    let chat = begun(&house, "client_id=a&text=%E4%BD%A0%E5%A5%BD").await;
    let long = format!("client_id=b&text={}", "a".repeat(9_000));
    let refused = house.form(&format!("{chat}/say"), long).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.text.contains(&"a".repeat(9_000)), "the words come back");
    sound(&refused);

    let picked =
        house.form(&format!("{chat}/say"), "client_id=c&text=half+a+thought&pick=%E4%BD%A0%E5%A5%BD").await;
    assert_eq!(picked.status, 200);
    assert!(picked.text.contains("half a thought"));

    let line = format!("client_id=d&text={}", "a".repeat(1_000_000));
    let huge = house.form(&format!("{chat}/say"), line).await;
    assert_eq!(huge.status, 413);
    assert!(huge.text.contains("返回键"), "{}", huge.text);
    let bytes = Request::post(format!("{chat}/say")).header("content-type", "text/plain");
    let odd = house.send(bytes.body(Body::from("x")).expect("a request")).await;
    assert!(odd.status.is_client_error() && odd.text.contains("请"));
}

#[tokio::test]
async fn a_form_sent_twice_counts_once() {
    let house = House::new(web::routes).await;
    let chat = begun(&house, "client_id=a&text=%E4%BD%A0%E5%A5%BD").await;
    for _ in 0..2 {
        assert_eq!(
            house.form(&format!("{chat}/say"), "client_id=b&text=%E8%B7%AF%E7%81%AF").await.status,
            303
        );
    }
    let page = house.get(&chat).await;
    assert_eq!(page.text.matches("data-cid=\"b\"").count(), 1);
}

#[tokio::test]
async fn the_other_pages_are_there() {
    let house = House::new(web::routes).await;
    for (address, words) in [
        ("/k", "办事知识"),
        ("/k?domain=%E5%85%AC%E7%A7%AF%E9%87%91", "条"),
        ("/k?q=%E7%A7%9F%E6%88%BF", "class=\"hits\""),
        ("/k/gjj-zufang-tiqu", "第二十四条"),
        ("/tickets", "登记手机号的后四位"),
        ("/accessibility", "WCAG"),
    ] {
        let page = house.get(address).await;
        assert_eq!(page.status, 200, "{address}");
        sound(&page);
        assert!(page.text.contains(words), "{address}: {}", page.text);
    }
    let missing = house.get("/k/none").await;
    assert_eq!(missing.status, 404);
    sound(&missing);
    let judged = house.form("/k/gjj-zufang-tiqu/feedback", "helpful=true").await;
    assert_eq!(
        (judged.status.as_u16(), judged.header("location")),
        (303, "/k/gjj-zufang-tiqu?thanks=true#helpful")
    );
    let unknown = house.form("/tickets", "number=YZ2026010100001&proof=1234").await;
    assert_eq!(unknown.status, 404);
    sound(&unknown);
    assert!(unknown.text.contains("value=\"YZ2026010100001\""), "what was typed stays");
    let wrong = house.form("/k", "").await;
    assert_eq!(wrong.status, 405);
    sound(&wrong);

    let elder = house.get("/elder?on=1&back=/k").await;
    assert!(elder.header("set-cookie").starts_with("ms_elder=1") && elder.header("location") == "/k");
    let request = Request::get("/").header("cookie", "ms_elder=1").body(Body::empty()).expect("a request");
    assert!(house.send(request).await.text.contains("class=\"elder\""));

    let style = house.get("/assets/app.css").await;
    assert!(style.header("content-type").starts_with("text/css") && !style.header("etag").is_empty());
    assert_eq!(house.get("/assets/none.css").await.status, 404);
    let console = house.get("/console/").await;
    assert!(console.header("content-type").starts_with("text/html"));
    assert_eq!(house.get("/console/assets/none.js").await.status, 404);
}
