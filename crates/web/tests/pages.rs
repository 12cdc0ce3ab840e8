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
    // Files of ours, and data for search engines, which no browser runs.
    assert_eq!(
        page.text.matches("<script").count(),
        page.text.matches("<script type=\"module\" src=\"/assets/").count()
            + page.text.matches("<script type=\"application/ld+json\">{\"@context\":").count()
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
        ("/window", "办不成事"),
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

/// A ticket of somebody with a number, as the desk opens it.
async fn opened(house: &House, kind: &str) -> String {
    let form = serde_json::json!({
        "kind": kind, "category": "路灯", "domain": "城管市容", "title": "路灯不亮", "place": "中河街道宋诏桥社区88号",
        "phone": "13812345678", "name": "王小明", "detail": "门口的路灯坏了三天，什么时候能修好？", "urgent": false,
        "client_id": kind,
    });
    let form = serde_json::from_value(form).expect("a form");
    let ticket = house.hotline.desk_ticket_open(&system(house), None, form).await.expect("a ticket");
    ticket.row.number
}

fn system(house: &House) -> kernel::Ctx {
    kernel::Ctx::system("test", house.hotline.clock())
}

async fn step(house: &House, number: &str, form: serde_json::Value) {
    let form = serde_json::from_value(form).expect("a form");
    house.hotline.casework().ticket_step(&system(house), number, form).await.expect("a step");
}

/// A form with files, as a browser sends it.
async fn sent(house: &House, address: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, content) in files {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    let request = Request::post(address).header("content-type", "multipart/form-data; boundary=b");
    house.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn a_citizen_follows_a_ticket_to_its_end_without_scripts() {
    let house = House::new(web::routes).await;
    let number = opened(&house, "help").await;
    let own = format!("number={number}&proof=5678");
    let page = house.form("/tickets", own.clone()).await;
    sound(&page);
    for words in ["已登记", "aria-current=\"step\"", "催一催", "不用办了，撤回", "补充情况和照片"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("13812345678") && !page.text.contains("王小明"), "{}", page.text);

    // Words and files, the good ones of them.
    let fields = [("number", number.as_str()), ("proof", "5678"), ("words", "灯杆编号A-17")];
    let files: [(&str, &[u8]); 2] =
        [("灯杆.txt", "灯杆在门口东边。".as_bytes()), ("x.exe", b"MZ\x90\x00\x03\x00")];
    let page = sent(&house, "/tickets/words", &fields, &files).await;
    sound(&page);
    for words in ["补充的情况已经记下", "收到1个文件", "“x.exe”没有收下", "灯杆.txt（1KB）", "A-17"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let nothing = sent(&house, "/tickets/words", &fields[..2], &[("", b"")]).await;
    assert_eq!(nothing.status, 400);
    assert!(nothing.text.contains("还没有写内容，也没有选照片"), "{}", nothing.text);
    let stranger = sent(&house, "/tickets/words", &[("number", &number), ("proof", "0000")], &files).await;
    assert_eq!(stranger.status, 404);
    assert!(!stranger.text.contains("路灯"), "{}", stranger.text);
    let huge = vec![b'a'; 25 * 1024 * 1024];
    let huge = sent(&house, "/tickets/words", &fields, &[("a.txt", &huge)]).await;
    assert_eq!(huge.status, 413);
    assert!(huge.text.contains("一次最多4个"), "{}", huge.text);

    // Urged once; the second time it is said when.
    step(&house, &number, serde_json::json!({ "step": "dispatch", "unit": "zhifa" })).await;
    step(&house, &number, serde_json::json!({ "step": "accept" })).await;
    let urge = format!("{own}&step=urge&words=");
    let urged = house.form("/tickets/steps", urge.clone()).await;
    assert!(urged.text.contains("已经替您催了") && urged.text.contains("以后可以再催一次"), "{}", urged.text);
    let again = house.form("/tickets/steps", urge).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("已经催过了"), "{}", again.text);

    // A question and its answer.
    step(&house, &number, serde_json::json!({ "step": "ask", "words": "灯杆上有没有编号？" })).await;
    let asked = house.form("/tickets", own.clone()).await;
    assert!(asked.text.contains("承办单位想请您说明") && asked.text.contains("灯杆上有没有编号"));
    let answered =
        house.form("/tickets/steps", format!("{own}&step=answer&words=%E6%9C%89%EF%BC%8CA17")).await;
    assert!(answered.text.contains("谢谢您的补充") && answered.text.contains("有，A17"), "{}", answered.text);

    // The reply with a file; the citizen saves it, a stranger does not.
    let casework = house.hotline.casework();
    let file = casework.ticket_attach(&system(&house), &number, "修好了.txt", "灯亮了。".as_bytes()).await;
    let inside = casework.ticket_attach(&system(&house), &number, "内部.txt", "请示件。".as_bytes()).await;
    let (file, inside) = (file.expect("a file").id, inside.expect("a file").id);
    let words = "您好，宋诏桥社区88号门口路灯已于今天更换灯泡，恢复照明，有问题请联系市政中心。";
    step(&house, &number, serde_json::json!({ "step": "reply", "words": words, "files": [file] })).await;
    let page = house.form("/tickets", own.clone()).await;
    sound(&page);
    assert!(page.text.contains("修好了.txt") && page.text.contains("办得怎么样"), "{}", page.text);
    assert!(!page.text.contains("内部.txt"), "what stays inside stays inside");
    let saved = house.form(&format!("/tickets/files/{file}"), own.clone()).await;
    assert_eq!((saved.status.as_u16(), saved.text.as_str()), (200, "灯亮了。"));
    assert!(saved.header("content-disposition").starts_with("attachment"));
    for (id, proof) in [(&inside, "5678"), (&file, "0000")] {
        let address = format!("/tickets/files/{id}");
        assert_eq!(house.form(&address, format!("number={number}&proof={proof}")).await.status, 404);
    }

    // Rated: without a verdict it is asked for; a bad one reopens, and says so.
    let rate = format!("{own}&step=rate&words=%E8%BF%98%E6%98%AF%E4%B8%8D%E4%BA%AE");
    let unsaid = house.form("/tickets/steps", rate.clone()).await;
    assert_eq!(unsaid.status, 400);
    assert!(
        unsaid.text.contains("问题解决了没有") && unsaid.text.contains("还是不亮</textarea>"),
        "{}",
        unsaid.text
    );
    let bad = house.form("/tickets/steps", format!("{rate}&solved=false&satisfied=false")).await;
    assert!(bad.text.contains("很抱歉没有给您办好") && bad.text.contains("退回重新办理"), "{}", bad.text);
    assert!(!bad.text.contains("办得怎么样"), "a ticket in work is not rated");
    step(&house, &number, serde_json::json!({ "step": "reply", "words": words })).await;
    let good = format!("{own}&step=rate&solved=true&satisfied=true&in_time=true&words=");
    let good = house.form("/tickets/steps", good).await;
    assert!(
        good.text.contains("谢谢您的评价") && good.text.contains("您评价了：已解决，满意，及时"),
        "{}",
        good.text
    );
    let late = house.form("/tickets/steps", format!("{own}&step=withdraw&words=")).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("已经答复您了"), "{}", late.text);
}

#[tokio::test]
async fn a_citizen_takes_a_ticket_back_and_registers_what_was_refused() {
    let house = House::new(web::routes).await;
    let number = opened(&house, "report").await;
    let own = format!("number={number}&proof=5678");
    let back = house.form("/tickets/steps", format!("{own}&step=withdraw&words=")).await;
    assert_eq!(back.status, 200);
    for words in ["已按您的意思撤回", "已撤回"] {
        assert!(back.text.contains(words), "{words}: {}", back.text);
    }
    assert!(!back.text.contains("催一催") && !back.text.contains("提交补充"), "nothing is left to do");

    let empty = house.get("/window").await;
    sound(&empty);
    let form = "client_id=a&refused=%E5%B1%85%E4%BD%8F%E8%AF%81&place=%E7%AA%97%E5%8F%A3&phone=";
    let unsaid = house.form("/window", form).await;
    assert_eq!(unsaid.status, 400);
    assert!(
        unsaid.text.contains("能接通的电话") && unsaid.text.contains(">居住证</textarea>"),
        "{}",
        unsaid.text
    );
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let made = house.form("/window", format!("{form}13812345678")).await;
        sound(&made);
        assert!(made.text.contains("登记好了") && made.text.contains("一定会回访您"), "{}", made.text);
        let (_, rest) = made.text.split_once("/tickets?number=").expect("a number");
        numbers.push(rest.split('"').next().expect("a number").to_owned());
    }
    assert_eq!(numbers[0], numbers[1], "a form sent twice registers once");
    assert!(house.get(&format!("/tickets?number={}", numbers[0])).await.text.contains(&numbers[0]));
}

/// An entry that holds from a day to a day.
fn entry(id: &str, title: &str, until: Option<&str>) -> knowledge::Entry {
    knowledge::Entry {
        id: id.to_owned(),
        title: title.to_owned(),
        domain: "公积金".to_owned(),
        kind: knowledge::EntryKind::Guide,
        region: "全国".to_owned(),
        tags: Vec::new(),
        owner: "公积金".to_owned(),
        answer: "热气球飞行要提前三日备案。".to_owned(),
        questions: Vec::new(),
        clauses: vec![knowledge::Clause {
            id: "1".to_owned(),
            text: "热气球飞行应当提前三日备案。".to_owned(),
            source: "热气球运动管理办法".to_owned(),
            document_number: Some("体规〔2020〕1号".to_owned()),
            article: Some("第三条".to_owned()),
            in_force_from: None,
            in_force_until: until.map(|day| day.parse().expect("a day")),
            local: false,
        }],
        tests: Vec::new(),
    }
}

#[tokio::test]
async fn an_entry_is_found_by_search_engines_and_printed() {
    let house = House::new(web::routes).await;
    let ctx = kernel::Ctx::system("test", house.hotline.clock());
    let hostile = "热气球</script><script>alert(1)</script>备案";
    house.hotline.library().entry_create(&ctx, entry("balloon", hostile, None)).await.expect("an entry");
    let get = async |address: &str| {
        let request = Request::get(address).header("host", "12345.example.cn").body(Body::empty());
        house.send(request.expect("a request")).await
    };
    for address in ["/k/balloon", "/k/balloon/print"] {
        let page = get(address).await;
        assert_eq!(page.status, 200, "{address}");
        sound(&page);
        assert!(page.text.contains("<link rel=\"canonical\" href=\"http://12345.example.cn/k/balloon\">"));
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
    }
    let page = get("/k/balloon").await.text;
    assert!(page.contains("<meta name=\"description\" content=\"热气球飞行要提前三日备案。\">"), "{page}");
    assert!(page.contains("href=\"/k/balloon/print\"") && !page.contains("noindex"), "{page}");
    let (_, data) = page.split_once("<script type=\"application/ld+json\">").expect("data");
    let data = data.split("</script>").next().expect("an end");
    let graph: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(graph["@graph"][0]["mainEntity"][0]["name"], hostile);
    assert_eq!(graph["@graph"][0]["isBasedOn"][0]["legislationIdentifier"], "体规〔2020〕1号");
    assert_eq!(graph["@graph"][2]["@type"], "GovernmentService");

    let sheet = get("/k/balloon/print").await.text;
    for words in
        ["文号：体规〔2020〕1号；现行有效", "打印日期", "http://12345.example.cn/k/balloon", "noindex"]
    {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }
    assert!(
        !sheet.contains("<header class=\"top\"") && !sheet.contains("class=\"foot\""),
        "a sheet has no navigation"
    );
    let found = house.get("/k?q=%E7%83%AD%E6%B0%94%E7%90%83").await;
    assert!(found.text.contains("noindex"), "what somebody looked for is no page of its own");
}

#[tokio::test]
async fn the_map_of_the_site_holds_what_may_be_read_and_nothing_else() {
    let house = House::new(web::routes).await;
    let ctx = kernel::Ctx::system("test", house.hotline.clock());
    let library = house.hotline.library();
    for (id, until) in [("balloon-now", None), ("balloon-over", Some("2020-01-01")), ("balloon-gone", None)] {
        library.entry_create(&ctx, entry(id, &format!("热气球{id}"), until)).await.expect("an entry");
    }
    let before = house.get("/sitemap.xml").await;
    assert!(before.text.contains("/k/balloon-gone</loc>"));
    library.entry_withdraw(&ctx, "balloon-gone", "试").await.expect("withdrawn");
    let map = house.get("/sitemap.xml").await;
    assert!(map.header("content-type").starts_with("application/xml"), "{}", map.header("content-type"));
    assert_ne!(map.header("etag"), before.header("etag"));
    assert!(map.text.contains("/k/balloon-now</loc><lastmod>") && map.text.contains("/k</loc>"));
    for hidden in ["balloon-over", "balloon-gone"] {
        assert!(!map.text.contains(hidden), "{hidden}");
        for page in [format!("/k/{hidden}"), format!("/k/{hidden}/print")] {
            let gone = house.get(&page).await;
            assert_eq!(gone.status, 404, "{page}");
            sound(&gone);
        }
        let listed = house.get("/k?domain=%E5%85%AC%E7%A7%AF%E9%87%91").await;
        assert!(!listed.text.contains(hidden), "{hidden}");
    }
    let today = house.hotline.now().day();
    assert!(map.text.matches("<loc>").count() > library.public_addresses(today).len());
    assert_eq!(house.get("/sitemap/1.xml").await.text, map.text);
    for none in ["/sitemap/2.xml", "/sitemap/0.xml", "/sitemap/x.xml", "/sitemap/1"] {
        assert_eq!(house.get(none).await.status, 404, "{none}");
    }
    let robots = house.get("/robots.txt").await.text;
    assert!(robots.contains("Sitemap: ") && robots.contains("Disallow: /chat"), "{robots}");
}

#[tokio::test]
async fn a_long_domain_is_read_page_by_page() {
    let house = House::new(web::routes).await;
    let domain = "%E5%85%AC%E7%A7%AF%E9%87%91";
    let all = house.hotline.library().public_domains(house.hotline.now().day())["公积金"];
    let mut seen = 0;
    for number in 1..=all.div_ceil(50) {
        let page = house.get(&format!("/k?domain={domain}&page={number}")).await;
        sound(&page);
        seen += page.text.matches("<li><a href=\"/k/").count();
        assert_eq!(page.text.contains("rel=\"next\""), number < all.div_ceil(50), "{number}");
        assert_eq!(page.text.contains("rel=\"prev\""), number > 1, "{number}");
    }
    assert_eq!(seen, all);
    for odd in ["0", "-1", "x", "99999999999"] {
        assert_eq!(house.get(&format!("/k?domain={domain}&page={odd}")).await.status, 200, "{odd}");
    }
}
