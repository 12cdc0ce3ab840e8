//! The whole workflow: steps, clocks, merging, confidentiality, files, boards.

use casework::{
    Casework, CaseworkError, CitizenForm, CitizenStep, Paging, Proof, Refusal, State, StepForm, Ticket,
    TicketDraft, TicketFilter, WindowMatter,
};
use kernel::{Coded as _, ContactId, Ctx, Micros, Rng, Role, Scope, UnitId};
use serde_json::json;
use store::testing::for_each_engine;

use crate::support::{self, district, later, monday, staff, system, unit, with_catalogue};

fn form(value: serde_json::Value) -> StepForm {
    serde_json::from_value(value).unwrap()
}

fn draft(contact: &str) -> TicketDraft {
    TicketDraft {
        category: String::new(),
        place: "中河街道宋诏桥社区".to_owned(),
        facts: Vec::new(),
        words: vec!["路灯坏了三天，晚上很黑".to_owned()],
        ..support::draft(contact)
    }
}

async fn open(casework: &Casework, contact: &str) -> Ticket {
    casework.ticket_open(&system(), "1", draft(contact)).await.unwrap()
}

async fn step(casework: &Casework, ctx: &Ctx, number: &str, value: serde_json::Value) -> Ticket {
    let shown = value.to_string();
    match casework.ticket_step(ctx, number, form(value)).await {
        Ok(ticket) => ticket,
        Err(error) => panic!("{shown}: {error:?} {}", error.advice()),
    }
}

const REPLY: &str =
    "您好，经现场查看，路灯电缆破损，已于今天更换电缆并恢复照明，晚上不黑了。如再有问题请联系市政中心。";

#[tokio::test]
async fn objection_question_extension_reply_call_back_archive() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let (dispatcher, shizheng, agent) =
            (district(Role::Dispatcher), unit("shizheng"), district(Role::Agent));
        let number = open(&casework, "c1").await.row.number;
        let best = casework.recommendations(&dispatcher, &number).await.unwrap().proposals.remove(0);
        assert_eq!(best.unit.as_str(), "shizheng", "{best:?}");

        step(&casework, &dispatcher, &number, json!({"step": "dispatch", "unit": "zhifa"})).await;
        // The unit is told; another one sees nothing.
        let told = casework.notices(&unit("zhifa")).await.unwrap();
        assert!(told.unread == 1 && told.rows[0].words.contains("请签收"));
        assert_eq!(casework.notices(&shizheng).await.unwrap().unread, 0);
        let object =
            json!({"step": "object", "reason": "路灯归市政", "evidence": "三定规定", "suggest": "shizheng"});
        let ticket = step(&casework, &unit("zhifa"), &number, object).await;
        assert_eq!((ticket.row.state, ticket.row.owner.as_str()), (State::Objected, "arbitration"));
        let uphold = json!({"step": "uphold", "unit": "shizheng", "reason": "属实"});
        step(&casework, &dispatcher, &number, uphold).await;
        assert!(casework.ticket_get(&unit("zhifa"), &number).await.is_err(), "it is no longer its ticket");
        let back = form(json!({"step": "dispatch", "unit": "zhifa", "note": "还是你"}));
        let barred = casework.ticket_step(&dispatcher, &number, back).await.unwrap_err();
        assert!(matches!(barred, CaseworkError::Refused(Refusal::Barred)));

        step(&casework, &shizheng, &number, json!({"step": "accept"})).await;
        let ticket = step(&casework, &shizheng, &number, json!({"step": "ask", "words": "是哪个门？"})).await;
        assert_eq!(ticket.row.state, State::Suspended);
        let proof = Proof::Contact(ContactId::from("c1"));
        let seen = casework.ticket_progress(&system(), &number, &proof).await.unwrap();
        assert!(seen.paused && seen.steps.contains(&"answer".to_owned()) && seen.question.is_some());
        let answer = CitizenForm {
            step: CitizenStep::Answer,
            words: "南门，电话13812345678".to_owned(),
            solved: None,
            satisfied: None,
            in_time: None,
        };
        casework.citizen_step(&later(&system(), 24), &number, &proof, answer).await.unwrap();
        let ticket = casework.ticket_get(&shizheng, &number).await.unwrap();
        assert_eq!(ticket.row.state, State::Handling);
        assert!(!format!("{ticket:?}").contains("13812345678"), "what the citizen adds is masked");
        let extend = json!({"step": "extend", "days": 3, "reason": "要开挖"});
        step(&casework, &shizheng, &number, extend).await;
        let before = ticket.row.due_us;
        let ticket = step(&casework, &dispatcher, &number, json!({"step": "extend_grant"})).await;
        assert!(ticket.row.due_us > before && ticket.row.flags.contains(&"extended".to_owned()));

        let weak = form(json!({"step": "reply", "words": "已办。"}));
        let weak = casework.ticket_step(&shizheng, &number, weak).await.unwrap_err();
        assert!(matches!(weak, CaseworkError::WeakReply(_)) && weak.advice().contains("太短"));
        step(&casework, &shizheng, &number, json!({"step": "reply", "words": REPLY})).await;
        let rate = |solved| CitizenForm {
            step: CitizenStep::Rate,
            words: String::new(),
            solved: Some(solved),
            satisfied: Some(solved),
            in_time: None,
        };
        let progress = casework.citizen_step(&system(), &number, &proof, rate(false)).await.unwrap();
        assert_eq!(progress.state, State::Handling, "not solved: worked on again");
        step(&casework, &shizheng, &number, json!({"step": "reply", "words": REPLY})).await;
        let said = json!({"step": "callback", "reached": true, "solved": true, "satisfied": true});
        step(&casework, &agent, &number, said).await;
        let ticket = step(&casework, &agent, &number, json!({"step": "archive"})).await;
        assert_eq!((ticket.row.state, ticket.row.owner.as_str()), (State::Archived, ""));

        let figures = casework.indicators(&dispatcher, Micros(0), monday().plus_secs(1)).await.unwrap();
        let own = figures.units.iter().find(|one| one.unit == "shizheng").unwrap();
        assert_eq!((own.replied, own.in_time, own.called_back, own.solved, own.reopened), (2, 2, 2, 1, 1));
        assert_eq!(figures.rates.timely_dispatch, Some(1.0));
        let verdict = casework.unsolved(&dispatcher).await.unwrap();
        assert_eq!(verdict.len(), 1, "it took two rounds");
        // What the objection taught.
        let other = open(&casework, "c2").await.row.number;
        let proposals = casework.recommendations(&dispatcher, &other).await.unwrap().proposals;
        let refused = proposals.iter().find(|one| one.unit.as_str() == "zhifa").unwrap();
        assert!(refused.reasons.iter().any(|reason| reason.contains("异议成立")), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn two_people_at_once_get_a_clear_answer() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let dispatcher = district(Role::Dispatcher);
        let ticket = open(&casework, "c1").await;
        let number = ticket.row.number;
        let one = json!({"step": "dispatch", "unit": "shizheng", "version": ticket.version});
        step(&casework, &dispatcher, &number, one).await;
        let other = json!({"step": "dispatch", "unit": "zhifa", "note": "x", "version": ticket.version});
        let error = casework.ticket_step(&dispatcher, &number, form(other)).await.unwrap_err();
        assert!(matches!(error, CaseworkError::Refused(Refusal::Stale)));
        assert!(error.advice().contains("刷新"));
    })
    .await;
}

#[tokio::test]
async fn merged_tickets_are_answered_together_and_each_caller_is_told() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let (dispatcher, shizheng) = (district(Role::Dispatcher), unit("shizheng"));
        let lead = open(&casework, "c1").await.row.number;
        let (two, three) = (open(&casework, "c2").await.row.number, open(&casework, "c3").await.row.number);
        for number in [&two, &three] {
            step(&casework, &dispatcher, number, json!({"step": "merge", "into": lead})).await;
        }
        let cycle = form(json!({"step": "merge", "into": two}));
        assert!(casework.ticket_step(&dispatcher, &lead, cycle).await.is_err());
        step(&casework, &dispatcher, &lead, json!({"step": "dispatch", "unit": "shizheng"})).await;
        let followed = casework.ticket_get(&dispatcher, &two).await.unwrap();
        assert_eq!((followed.row.state, followed.row.owner.as_str()), (State::Merged, "unit:shizheng"));
        step(&casework, &dispatcher, &three, json!({"step": "unmerge", "reason": "不是一回事"})).await;
        step(&casework, &shizheng, &lead, json!({"step": "reply", "words": REPLY})).await;
        let proof = Proof::Contact(ContactId::from("c2"));
        let told = casework.ticket_progress(&system(), &two, &proof).await.unwrap();
        assert!(told.events.iter().any(|event| event.words.contains("更换电缆")), "{told:?}");
        assert_eq!(told.state, State::Replied);
        let apart = casework.ticket_get(&dispatcher, &three).await.unwrap();
        assert_eq!(apart.row.state, State::Registered);

        let parts = json!({"step": "split", "parts": [
            {"title": "路灯不亮", "words": "路灯"}, {"title": "邻居漏水", "words": "漏水", "domain": "物业小区"}]});
        let split = step(&casework, &dispatcher, &three, parts).await;
        assert_eq!(split.split.len(), 2);
        let part = casework.ticket_get(&dispatcher, &split.split[1]).await.unwrap();
        assert_eq!((part.split_from.as_deref(), part.row.domain.as_str()), (Some(three.as_str()), "物业小区"));
    })
    .await;
}

#[tokio::test]
async fn clocks_warn_escalate_once_and_end_the_waiting() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let (dispatcher, shizheng) = (district(Role::Dispatcher), unit("shizheng"));
        let number = open(&casework, "c1").await.row.number;
        step(&casework, &dispatcher, &number, json!({"step": "dispatch", "unit": "shizheng"})).await;
        let before = casework.notices(&shizheng).await.unwrap().rows.len();
        // Eight unit hours from Monday 09:00 end on Tuesday 09:00.
        for hours in [25, 26, 50, 51, 200] {
            casework.clocks_run(monday().plus_secs(hours * 3_600)).await.unwrap();
        }
        let told: Vec<String> =
            casework.notices(&shizheng).await.unwrap().rows.into_iter().map(|notice| notice.words).collect();
        let late = told.iter().filter(|words| words.contains("超过时限")).count();
        assert!(told.len() > before && late == 1, "{told:?}");
        let manager = casework.notices(&district(Role::Manager)).await.unwrap();
        assert!(manager.rows.iter().any(|notice| notice.words.contains("严重超时")), "{manager:?}");

        step(&casework, &shizheng, &number, json!({"step": "ask", "words": "哪个门？"})).await;
        casework.clocks_run(monday().plus_secs(40 * 86_400)).await.unwrap();
        let ticket = casework.ticket_get(&dispatcher, &number).await.unwrap();
        assert_eq!(ticket.row.state, State::Handling, "nobody waits for ever");
    })
    .await;
}

#[tokio::test]
async fn who_asked_to_stay_hidden_is_hidden_from_units_and_towns() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let dispatcher = district(Role::Dispatcher);
        let number = open(&casework, "c1").await.row.number;
        step(&casework, &dispatcher, &number, json!({"step": "conceal"})).await;
        let photo = b"\xff\xd8\xff\xe0 a picture";
        let proof = Proof::Contact(ContactId::from("c1"));
        let file = casework.citizen_attach(&system(), &number, &proof, "张三丰家.jpg", photo).await.unwrap();
        step(&casework, &dispatcher, &number, json!({"step": "dispatch", "unit": "shizheng"})).await;
        for reader in [unit("shizheng"), staff(Role::UnitHandler, Scope::Place("330212005".to_owned()))] {
            let shown = casework.ticket_get(&reader, &number).await.unwrap();
            let text = serde_json::to_string(&shown).unwrap();
            for secret in ["张", "138", "5678", "\"c1\""] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
            assert!(casework.ticket_personal(&reader, &number, "phone").await.is_err());
            assert!(casework.ticket_file(&reader, &number, &file.id).await.is_err());
            for text in ["13812345678", "张三丰"] {
                let filter = TicketFilter { text: Some(text.to_owned()), ..TicketFilter::default() };
                assert_eq!(casework.ticket_list(&reader, &filter, Paging::default()).await.unwrap().total, 0);
            }
            let told = format!("{:?}", casework.notices(&reader).await.unwrap());
            assert!(!told.contains('张') && !told.contains("138"));
        }
        let (kind, content) = casework.ticket_file(&dispatcher, &number, &file.id).await.unwrap();
        assert_eq!((kind.as_str(), content.as_slice()), ("image/jpeg", photo.as_slice()));
        let other = open(&casework, "c2").await.row.number;
        let merge = form(json!({"step": "merge", "into": other}));
        assert!(casework.ticket_step(&dispatcher, &number, merge).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn files_are_few_small_known_and_clean() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let number = open(&casework, "c1").await.row.number;
        let agent = district(Role::Agent);
        let eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat();
        let refused =
            casework.ticket_attach(&agent, &number, "票据.txt", eicar.as_bytes()).await.unwrap_err();
        assert!(matches!(refused, CaseworkError::FileUnsafe) && refused.advice().contains("安全检查"));
        let big = vec![b'a'; casework::FILE_MAX_BYTES + 1];
        assert!(matches!(
            casework.ticket_attach(&agent, &number, "a", &big).await.unwrap_err(),
            CaseworkError::FileSize
        ));
        for at in 0..1_000 {
            let kept = casework.ticket_attach(&agent, &number, "a.txt", "说明".as_bytes()).await;
            if at < casework::FILES_MAX {
                kept.unwrap();
            } else {
                assert!(matches!(kept.unwrap_err(), CaseworkError::TooManyFiles));
                break;
            }
        }
        assert_eq!(casework.ticket_get(&agent, &number).await.unwrap().attachments.len(), 20);
    })
    .await;
}

#[tokio::test]
async fn a_matter_of_the_window_ends_with_a_call_back() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let (dispatcher, agent) = (district(Role::Dispatcher), district(Role::Agent));
        let matter = WindowMatter {
            refused: "办理居住证".to_owned(),
            place: "办事大厅3号窗口".to_owned(),
            by_whom: "工作人员".to_owned(),
            papers: "身份证、租房合同".to_owned(),
            cause: String::new(),
        };
        let draft = TicketDraft { window: Some(matter), ..draft("c1") };
        let ticket = casework.ticket_open(&system(), "1", draft).await.unwrap();
        // Three working days from Monday.
        assert_eq!(casework::due_words_exact(ticket.row.due().unwrap()), "11月26日17:30");
        let number = ticket.row.number;
        step(&casework, &dispatcher, &number, json!({"step": "dispatch", "unit": "gongan"})).await;
        let bare = form(json!({"step": "reply", "words": REPLY}));
        assert!(casework.ticket_step(&unit("gongan"), &number, bare).await.is_err(), "solved or explained?");
        let reply = json!({"step": "reply", "words": REPLY, "result": "solved", "cause": "材料清单没写清"});
        step(&casework, &unit("gongan"), &number, reply).await;
        let early = casework.ticket_archive(&agent, &number, "好").await.unwrap_err();
        assert!(matches!(early, CaseworkError::Refused(Refusal::NotCalledBack)));
        let said = json!({"step": "callback", "reached": true, "solved": true});
        step(&casework, &agent, &number, said).await;
        step(&casework, &agent, &number, json!({"step": "archive"})).await;
        let month = casework.window_month(&dispatcher, "2026-11").await.unwrap();
        assert_eq!((month.total, month.open), (1, 0));
        assert_eq!(month.causes, [("材料清单没写清".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_departments_duty_is_not_pushed_to_a_town_and_sure_ones_go_by_themselves() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let dispatcher = district(Role::Dispatcher);
        let wage = TicketDraft {
            domain: "就业劳动".to_owned(),
            title: "工地拖欠工资".to_owned(),
            words: vec!["老板欠薪三个月，讨薪没人理".to_owned()],
            place: "姜山镇".to_owned(),
            ..draft("c1")
        };
        let number = casework.ticket_open(&system(), "1", wage.clone()).await.unwrap().row.number;
        let town = form(json!({"step": "dispatch", "unit": "jiangshan-zhen"}));
        let blocked = casework.ticket_step(&dispatcher, &number, town).await.unwrap_err();
        assert!(blocked.advice().contains("法定职责") && blocked.advice().contains("条例"), "{blocked:?}");
        let forced =
            json!({"step": "dispatch", "unit": "jiangshan-zhen", "note": "区里协调会明确", "forced": true});
        step(&casework, &dispatcher, &number, forced).await;

        let mut tx = db.begin(&system()).await.unwrap();
        tx.setting_put("casework", &json!({"auto_dispatch": 0.75}), 0).await.unwrap();
        tx.commit().await.unwrap();
        let wage = TicketDraft { contact: Some(ContactId::from("c9")), ..wage };
        let sent = casework.ticket_open(&system(), "2", wage).await.unwrap();
        assert_eq!(sent.row.state, State::Dispatched);
        assert_eq!(sent.row.unit.as_ref().map(UnitId::as_str), Some("renshe"));
        assert!(sent.events.iter().any(|event| event.words.contains("自动派单")));
    })
    .await;
}

#[tokio::test]
async fn the_board_counts_and_search_finds() {
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let dispatcher = district(Role::Dispatcher);
        for at in 0..3 {
            open(&casework, &format!("c{at}")).await;
        }
        let number = open(&casework, "c9").await.row.number;
        step(&casework, &dispatcher, &number, json!({"step": "dispatch", "unit": "shizheng"})).await;
        let board = casework.board(&later(&dispatcher, 100)).await.unwrap();
        assert_eq!((board.lights.red, board.states.len()), (4, 2));
        assert_eq!(board.units[0].name, "区市政设施管理中心");
        let find = async |text: &str| {
            let filter = TicketFilter { text: Some(text.to_owned()), ..TicketFilter::default() };
            casework.ticket_list(&dispatcher, &filter, Paging::default()).await.unwrap().total
        };
        assert_eq!(find("路灯").await, 4);
        assert_eq!(find("灯").await, 4);
        assert_eq!(find(&number).await, 1);
        assert_eq!(find("宋诏桥").await, 4);
        assert_eq!(find("噪音").await, 0);
        let repeats = casework.repeats(&dispatcher).await.unwrap();
        assert_eq!((repeats.callers[0].count, repeats.places[0].count), (4, 4));
        assert!(casework.board(&unit("shizheng")).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn random_steps_leave_every_ticket_with_an_owner_and_a_time() {
    use sqlx::Row as _;
    for_each_engine(async |db| {
        let casework = with_catalogue(db);
        let mut rng = Rng::seeded(20_261_123);
        let mut numbers = Vec::new();
        for at in 0..6 {
            numbers.push(open(&casework, &format!("c{at}")).await.row.number);
        }
        let units = ["shizheng", "zhifa", "renshe"];
        let mut taken = 0;
        for turn in 0..150_i64 {
            let pick = |rng: &mut Rng, most: usize| (rng.next_u64() % most as u64) as usize;
            let number = numbers[pick(&mut rng, numbers.len())].clone();
            let other = numbers[pick(&mut rng, 6)].clone();
            let who = units[pick(&mut rng, 3)];
            let (solved, reached) = (rng.next_u64().is_multiple_of(2), !rng.next_u64().is_multiple_of(3));
            let value = match pick(&mut rng, 19) {
                0..=2 => json!({"step": "dispatch", "unit": who, "note": "派"}),
                3 => json!({"step": "accept"}),
                4 => json!({"step": "object", "reason": "不是", "evidence": "规定"}),
                5 => json!({"step": "uphold", "unit": who, "reason": "是"}),
                6 => json!({"step": "overrule", "reason": "不是"}),
                7 => json!({"step": "ask", "words": "哪里？"}),
                8 => json!({"step": "answer", "words": "那里"}),
                9 => json!({"step": "extend", "days": 2, "reason": "要时间"}),
                10 => json!({"step": "extend_grant"}),
                11 | 12 => json!({"step": "reply", "words": REPLY}),
                13 => json!({"step": "callback", "reached": reached, "solved": solved}),
                14 => json!({"step": "archive", "note": "好"}),
                15 => json!({"step": "reopen", "reason": "又坏了"}),
                16 => json!({"step": "merge", "into": other}),
                17 => json!({"step": "unmerge", "reason": "分开"}),
                _ => json!({"step": "split", "parts": [{"title": "一件", "words": "事"}]}),
            };
            let now = monday().plus_secs(turn * 3_600);
            let actor = Ctx { now, ..system() };
            match casework.ticket_step(&actor, &number, form(value.clone())).await {
                Ok(ticket) => {
                    taken += 1;
                    if numbers.len() < 12 {
                        numbers.extend(ticket.split);
                    }
                    numbers.sort();
                    numbers.dedup();
                }
                // The state forbids it, or there is no unit yet that could take it.
                Err(CaseworkError::Refused(_) | CaseworkError::Security(_)) => {}
                Err(error) => panic!("{value}: {error:?}"),
            }
            casework.clocks_run(now).await.unwrap();
            let bad: i64 = sqlx::query(
                "SELECT COUNT(*) FROM tickets WHERE (state IN ('archived', 'cancelled', 'withdrawn'))
                    <> (next_us IS NULL AND owner = '')",
            )
            .fetch_one(db.read())
            .await
            .unwrap()
            .try_get(0)
            .unwrap();
            assert_eq!(bad, 0, "after {value}");
        }
        assert!(taken > 40, "only {taken} steps were taken");
    })
    .await;
}
