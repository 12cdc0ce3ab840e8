//! What closed tickets teach, on every engine: too few, a training that wins, another node that follows, the way back.

use std::sync::Arc;

use casework::dispatch::Asked;
use casework::{Casework, Kind, StepForm, TicketDraft};
use kernel::{Role, TestClock, UnitId};
use serde_json::json;
use store::testing::for_each_engine;

use crate::support::{district, is_forbidden, monday, reply, system, unit, with_catalogue};

fn form(fields: serde_json::Value) -> StepForm {
    serde_json::from_value(fields).unwrap()
}

const ROADS: [&str; 7] = ["鄞县大道", "天童南路", "嵩江中路", "潘火路", "钱湖北路", "泰安中路", "惠风东路"];

/// Settled by a unit that the catalogue would not have thought of: lamps on village roads by the town.
async fn settle(casework: &Casework, count: usize) {
    let said = [
        ("村道边上的路灯不亮", "jiangshan-zhen"),
        ("主干道路灯坏了一排", "shizheng"),
        ("烧烤摊占道经营", "zhifa"),
    ];
    let lives = said.iter().cycle().zip(ROADS.iter().cycle()).take(count).enumerate();
    for (at, ((words, settler), road)) in lives {
        let draft = TicketDraft {
            domain: "城管市容".to_owned(),
            title: format!("{road}{at}号{words}"),
            words: vec![format!("{words}，就在{at}号旁边")],
            ..TicketDraft::blank(Kind::Help)
        };
        let ticket = casework.ticket_open(&system(), &format!("closed-{at}"), draft).await.unwrap();
        let (number, settler) = (ticket.row.number, UnitId::from(*settler));
        // The town takes what a rule would keep from it: a supervisor insists, as in life.
        let sent = form(json!({"step": "dispatch", "unit": settler, "note": "一直由镇里修", "forced": true}));
        casework.ticket_step(&district(Role::Dispatcher), &number, sent).await.unwrap();
        let handler = unit(settler.as_str());
        casework.ticket_step(&handler, &number, form(json!({"step": "accept"}))).await.unwrap();
        reply(casework, &handler, &number, "已派人修好，请您放心。").await.unwrap();
        casework.ticket_archive(&district(Role::Agent), &number, "满意").await.unwrap();
    }
}

async fn proposed(casework: &Casework) -> String {
    let asked = Asked {
        text: "蔡郎桥村道边上的路灯不亮", domain: "城管市容", place: "", category: ""
    };
    let found = casework.dispatch_try(&district(Role::Administrator), &asked, None).await.unwrap();
    found.proposals.first().map(|best| best.unit.0.clone()).unwrap_or_default()
}

#[tokio::test]
async fn closed_tickets_teach_who_gets_what_and_the_way_back_is_open() {
    for_each_engine(async |db| {
        let (casework, admin) = (with_catalogue(db), district(Role::Administrator));
        let clock = Arc::new(TestClock::at(monday()));
        assert!(is_forbidden(&casework.lessons(&district(Role::Agent)).await.unwrap_err()));
        let few = casework.lesson_begin(&admin, clock.clone()).await.unwrap_err();
        assert!(few.to_string().contains("0件"), "{few}");

        settle(&casework, 240).await;
        assert_eq!(proposed(&casework).await, "shizheng");
        casework.lesson_begin(&admin, clock.clone()).await.unwrap();
        let busy = casework.lesson_begin(&admin, clock).await.unwrap_err();
        assert!(busy.to_string().contains("正在"), "{busy}");
        let mut lessons = casework.lessons(&admin).await.unwrap();
        while lessons.runs[0].state == "running" {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            lessons = casework.lessons(&admin).await.unwrap();
        }
        let run = &lessons.runs[0];
        assert_eq!((run.state.as_str(), lessons.version, lessons.closed), ("won", 1, 240), "{run:?}");
        let report = run.report.as_ref().unwrap();
        assert!(report.after > report.before, "{report:?}");
        // The end of a training is told a moment before the node that trained has read what it made.
        casework.follow_lessons().await.unwrap();
        assert_eq!(proposed(&casework).await, "jiangshan-zhen");

        let other = with_catalogue(db);
        assert_eq!(proposed(&other).await, "shizheng", "another node has not looked yet");
        other.follow_lessons().await.unwrap();
        assert_eq!(proposed(&other).await, "jiangshan-zhen");

        assert!(casework.lesson_use(&admin, 7).await.is_err());
        casework.lesson_use(&admin, 0).await.unwrap();
        assert_eq!(proposed(&casework).await, "shizheng");
        assert_eq!(casework.lessons(&admin).await.unwrap().version, 0);
    })
    .await;
}
