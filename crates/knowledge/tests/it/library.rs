//! The library over both engines: what is written is found, kept, refused when stale, and followed by other nodes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::{clause, editor, entry, library, now, other_node, staff, system};
use kernel::{Coded as _, ContactId, ErrorCode, Role, Scope, SystemClock};
use knowledge::entry::{Region, Vocabulary};
use knowledge::service::{EntryFilter, GapWhy};
use knowledge::{Ask, KnowledgeError, Library, Status, Target};
use store::testing::for_each_engine;

fn first(library: &Library, text: &str) -> Option<Target> {
    let ask = Ask { text, ..Ask::default() };
    library.search(&ask, now(), 5).into_iter().next().map(|found| found.target)
}

#[tokio::test]
async fn an_entry_lives_from_creation_to_withdrawal() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let ctx = editor();
        let made =
            library.entry_create(&ctx, entry("gjj-a", "租房提取住房公积金", "可以提取。")).await.unwrap();
        assert_eq!(first(&library, "租房子能不能提取公积金"), Some(Target::Entry("gjj-a".to_owned())));
        assert_eq!(library.card("gjj-a", None, now()).unwrap().text, "可以提取。");
        assert!(library.card("gjj-a", Some("2"), now()).is_none());

        let taken = library.entry_create(&ctx, entry("gjj-a", "又一条", "可以。")).await.unwrap_err();
        assert_eq!(taken.code(), ErrorCode::Conflict);

        let changed = entry("gjj-a", "租房提取住房公积金", "每年可以提取一次。");
        let put = library.entry_put(&ctx, changed.clone(), made.revision).await.unwrap();
        assert!(put.revision > made.revision);
        let stale = library.entry_put(&ctx, changed.clone(), made.revision).await.unwrap_err();
        assert!(matches!(stale, KnowledgeError::Conflict(_)));
        assert!(stale.advice().contains("刷新"));
        assert_eq!(library.card("gjj-a", Some("1"), now()).unwrap().text, "每年可以提取一次。");

        let withdrawn = library.entry_withdraw(&ctx, "gjj-a", "条例修订").await.unwrap();
        assert_eq!(withdrawn.status, Status::Withdrawn);
        assert!(library.card("gjj-a", None, now()).is_none());
        assert!(library.entry_public("gjj-a", now()).is_none());
        assert_eq!(first(&library, "租房提取住房公积金"), None);

        let history = library.entry_history(&ctx, "gjj-a").await.unwrap();
        let told: Vec<_> =
            history.iter().map(|version| (version.status, version.entry.answer.as_str())).collect();
        assert_eq!(
            told,
            [
                (Status::Withdrawn, "每年可以提取一次。"),
                (Status::Published, "每年可以提取一次。"),
                (Status::Published, "可以提取。"),
            ]
        );
        library.entry_put(&ctx, changed, withdrawn.revision).await.unwrap();
        assert!(first(&library, "租房提取住房公积金").is_some());
        assert_eq!(library.entry_get(&ctx, "gjj-b").await.unwrap_err().code(), ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_one_node_writes_every_node_finds_within_two_seconds() {
    for_each_engine(async |db| {
        let (here, there) = (library(db).await, other_node(db).await);
        let follower = there.follow(Duration::from_millis(500), Arc::new(SystemClock));
        let wait = async |what: &str, done: &dyn Fn() -> bool| {
            let began = Instant::now();
            while !done() {
                assert!(
                    began.elapsed() < Duration::from_secs(2),
                    "{what} was not followed within two seconds"
                );
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            println!("{what} followed after {:?}", began.elapsed());
        };
        let made = here.entry_create(&editor(), entry("gjj-a", "离职公积金", "可以转移。")).await.unwrap();
        wait("a new entry", &|| first(&there, "离职了公积金").is_some()).await;
        here.entry_put(&editor(), entry("gjj-a", "路灯不亮报修", "请报位置。"), made.revision).await.unwrap();
        wait("a change", &|| there.card("gjj-a", None, now()).is_some_and(|card| card.text == "请报位置。"))
            .await;
        here.entry_withdraw(&editor(), "gjj-a", "重复").await.unwrap();
        wait("a withdrawal", &|| first(&there, "路灯不亮报修").is_none()).await;
        let yaml = "id: ludeng\ntitle: 路灯报修\ndomain: 公积金\ntriggers: [路灯坏了]\nnodes: {}\n";
        here.scenario_put(&editor(), "ludeng", yaml, 0).await.unwrap();
        wait("a scenario", &|| first(&there, "路灯坏了") == Some(Target::Scenario("ludeng".to_owned())))
            .await;
        follower.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_changes_on_one_revision_one_wins_and_all_nodes_agree() {
    for_each_engine(async |db| {
        let (here, there) = (library(db).await, other_node(db).await);
        let made = here.entry_create(&editor(), entry("gjj-a", "公积金", "零。")).await.unwrap();
        there.catch_up().await.unwrap();
        let changes = (0..12).map(|n| {
            let node = if n % 2 == 0 { here.clone() } else { there.clone() };
            tokio::spawn(async move {
                node.entry_put(&editor(), entry("gjj-a", "公积金", &format!("第{n}个。")), made.revision)
                    .await
            })
        });
        let mut won = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            match change.await.unwrap() {
                Ok(record) => won.push(record.entry.answer),
                Err(error) => assert_eq!(error.code(), ErrorCode::Conflict, "{error}"),
            }
        }
        assert_eq!(won.len(), 1);
        for node in [&here, &there] {
            node.catch_up().await.unwrap();
            assert_eq!(node.card("gjj-a", None, now()).unwrap().text, won[0]);
        }
        assert_eq!(here.entry_history(&system(), "gjj-a").await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn views_are_counted_and_none_is_lost_on_a_clean_stop() {
    for_each_engine(async |db| {
        let (here, there) = (library(db).await, other_node(db).await);
        for n in 0..3 {
            let title = format!("事项{n}");
            here.entry_create(&editor(), entry(&format!("gjj-{n}"), &title, "可以。")).await.unwrap();
        }
        there.catch_up().await.unwrap();
        let clock = Arc::new(SystemClock);
        let followers = [&here, &there].map(|node| node.follow(Duration::from_millis(200), clock.clone()));
        for n in 0..300 {
            here.view_count(&format!("gjj-{}", n % 2));
            there.view_count("gjj-1");
            there.view_count("made-up");
            if n % 50 == 0 {
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        }
        for follower in followers {
            follower.stop().await;
        }
        let views = async |id: &str| here.entry_get(&system(), id).await.unwrap().views;
        assert_eq!([views("gjj-0").await, views("gjj-1").await, views("gjj-2").await], [150, 450, 0]);
    })
    .await;
}

#[tokio::test]
async fn only_those_who_may_change_the_library() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let region = Region {
            path: "鄞州区/姜山镇".to_owned(),
            scope: Scope::Place("330212110".to_owned()),
            aliases: vec![],
        };
        let regions = [("姜山镇".to_owned(), region)].into();
        library.set_vocabulary(Vocabulary { regions, ..Vocabulary::default() });
        let made = library.entry_create(&editor(), entry("gjj-a", "公积金", "可以。")).await.unwrap();
        let refused = async |ctx: kernel::Ctx| {
            let changed = library.entry_put(&ctx, made.entry.clone(), made.revision).await;
            let withdrawn = library.entry_withdraw(&ctx, "gjj-a", "试").await;
            for code in [changed.unwrap_err().code(), withdrawn.unwrap_err().code()] {
                assert_eq!(code, ErrorCode::Forbidden);
            }
        };
        refused(staff(Role::Agent, Scope::District)).await;
        refused(staff(Role::Administrator, Scope::District)).await;
        let town = staff(Role::KnowledgeEditor, Scope::Place("330212110".to_owned()));
        refused(town.clone()).await;
        let own = knowledge::Entry {
            region: "姜山镇".to_owned(),
            ..entry("jiangshan-a", "办事时间", "周一至周五。")
        };
        library.entry_create(&town, own.clone()).await.unwrap();
        // Their own entry they may not make everybody's.
        let wider = knowledge::Entry { region: "全国".to_owned(), ..own };
        assert_eq!(library.entry_put(&town, wider, 2).await.unwrap_err().code(), ErrorCode::Forbidden);
        let citizen =
            kernel::Ctx { actor: kernel::Actor::Citizen { contact: ContactId::from("c1") }, ..system() };
        refused(citizen.clone()).await;
        assert_eq!(library.entry_get(&citizen, "gjj-a").await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(library.gap_list(&citizen, 10).await.unwrap_err().code(), ErrorCode::Forbidden);
    })
    .await;
}

#[tokio::test]
async fn faulty_entries_are_refused_with_what_to_do() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let domains = ["公积金".to_owned()].into();
        library.set_vocabulary(Vocabulary { domains, ..Vocabulary::default() });
        let mut bad = entry("Bad Id", "", &"长".repeat(400));
        bad.domain = "天文".to_owned();
        bad.region = String::new();
        let mut second = clause("1", "<script>alert(1)</script>");
        second.source = " ".to_owned();
        second.in_force_from = Some(jiff::civil::date(2026, 1, 2));
        second.in_force_until = Some(jiff::civil::date(2026, 1, 1));
        bad.clauses.push(second);
        bad.questions = vec!["带\u{0}零".to_owned()];
        let KnowledgeError::Faulty(faults) = library.entry_create(&editor(), bad).await.unwrap_err() else {
            panic!("faults expected")
        };
        let mut fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "answer",
                "clauses[1].id",
                "clauses[1].in_force_until",
                "clauses[1].source",
                "domain",
                "id",
                "questions[0]",
                "region",
                "title"
            ]
        );
        assert!(faults.iter().all(|fault| !fault.message.is_ascii() && fault.message.ends_with('。')));
        let reason = library.entry_withdraw(&editor(), "gjj-a", " ").await.unwrap_err();
        assert_eq!(reason.code(), ErrorCode::Invalid);
        // Markup is text like any other; showing it is the pages' task.
        let markup = entry("gjj-x", "<b>公积金</b>\u{202e}", "可以😀。");
        library.entry_create(&editor(), markup).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn lists_filter_and_count() {
    for_each_engine(async |db| {
        let library = library(db).await;
        for (id, title) in [("gjj-a", "公积金100%提取"), ("gjj-b", "公积金1000元"), ("gjj-c", "离职_转移")]
        {
            library.entry_create(&editor(), entry(id, title, "可以。")).await.unwrap();
        }
        library.entry_withdraw(&editor(), "gjj-b", "过期").await.unwrap();
        let list = async |text: Option<&str>, status: Option<&str>, page, per_page| {
            let (text, status) = (text.map(str::to_owned), status.map(str::to_owned));
            let filter = EntryFilter { text, status, page, per_page, ..EntryFilter::default() };
            let page = library.entry_list(&editor(), &filter).await.unwrap();
            (page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), page.total)
        };
        assert_eq!(list(Some("100%"), None, 1, 0).await, (vec!["gjj-a".to_owned()], 1));
        assert_eq!(list(Some("_"), None, 1, 0).await, (vec!["gjj-c".to_owned()], 1));
        assert_eq!(list(Some("'; DROP TABLE entries; --"), None, 1, 0).await, (vec![], 0));
        assert_eq!(list(None, Some("withdrawn"), 1, 0).await, (vec!["gjj-b".to_owned()], 1));
        assert_eq!(list(None, None, 2, 2).await.1, 3);
        assert_eq!(list(None, None, 2, 2).await.0.len(), 1);
        assert_eq!(list(None, None, i64::MAX, 2).await.0.len(), 0);
        assert_eq!(list(None, None, -5, -5).await.0.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn feedback_and_gaps_are_kept_without_personal_data() {
    for_each_engine(async |db| {
        let library = library(db).await;
        library.entry_create(&editor(), entry("gjj-a", "公积金提取", "可以。")).await.unwrap();
        let citizen =
            kernel::Ctx { actor: kernel::Actor::Citizen { contact: ContactId::from("c1") }, ..system() };
        library.feedback(&citizen, "gjj-a", false, Some("不对，请打13812345678")).await.unwrap();
        library.feedback(&citizen, "gjj-a", true, None).await.unwrap();
        assert!(library.feedback(&citizen, "none", true, None).await.is_err());
        assert!(library.feedback(&citizen, "gjj-a", true, Some(&"长".repeat(600))).await.is_err());
        let given = library.feedback_list(&editor(), "gjj-a", 10).await.unwrap();
        assert_eq!(given.len(), 2);
        assert!(given.iter().all(|one| !one.words.contains("13812345678") && one.given_by == "citizen:c1"));

        let contact = ContactId::from("c2");
        let asked = [
            ("c2", "共享单车乱停放归谁管"),
            ("c2", "共享单车乱停放归谁管，"),
            ("c3", "共享单车乱停放归谁管？"),
            ("c2", "共享单车乱停放谁管"),
            ("c2", "我电话13812345678想问彩票"),
            ("c2", "嗯"),
            ("c2", "?!"),
        ];
        for (by, question) in asked {
            let by = ContactId::from(by);
            library.gap_note(question, Some("城管市容"), &by, GapWhy::Unanswered, now()).await.unwrap();
        }
        let gaps = library.gap_list(&editor(), 10).await.unwrap();
        assert_eq!(gaps.len(), 2, "{gaps:?}");
        assert_eq!((gaps[0].times, gaps[0].keys.len(), gaps[0].contacts), (3, 2, 2));
        assert!(gaps.iter().all(|gap| !gap.question.contains("13812345678")));
        library.gap_close(&editor(), &gaps[0].keys, Some("gjj-a")).await.unwrap();
        assert_eq!(library.gap_list(&editor(), 10).await.unwrap().len(), 1);
        // An answered question that is asked again was not answered.
        library.gap_note("共享单车乱停放谁管", None, &contact, GapWhy::Unanswered, now()).await.unwrap();
        assert_eq!(library.gap_list(&editor(), 10).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn scenarios_are_versioned_like_entries() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let yaml = |title: &str| {
            format!("id: s1\ntitle: {title}\ndomain: 公积金\ntriggers: [我要修路灯]\nnodes: {{}}\n")
        };
        let made = library.scenario_put(&editor(), "s1", &yaml("路灯"), 0).await.unwrap();
        assert!(matches!(
            library.scenario_put(&editor(), "s1", &yaml("灯"), 0).await,
            Err(KnowledgeError::Conflict(_))
        ));
        let put = library.scenario_put(&editor(), "s1", &yaml("路灯报修"), made.revision).await.unwrap();
        assert!(library.scenario_put(&editor(), "s1", &yaml("灯"), made.revision).await.is_err());
        assert_eq!(library.scenarios_in_use(), [("s1".to_owned(), put.yaml.clone())]);
        let found = library.search(&Ask { text: "我要修路灯", ..Ask::default() }, now(), 3);
        assert_eq!((found[0].title.as_str(), found[0].card.is_none()), ("路灯报修", true));
        let rejected = ["s1".to_owned()];
        let ask = Ask { text: "我要修路灯", except: &rejected, ..Ask::default() };
        assert!(library.search(&ask, now(), 3).is_empty());
        for (id, text) in [("s2", yaml("路灯")), ("s2", "id: [".to_owned()), ("s2", "id: s2\n".to_owned())]
        {
            let error = library.scenario_put(&editor(), id, &text, 0).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::Invalid, "{error}");
        }
        library.scenario_withdraw(&editor(), "s1", "合并").await.unwrap();
        assert!(library.scenarios_in_use().is_empty());
        assert_eq!(library.scenario_list(&editor()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_restart_loads_what_was_written() {
    for_each_engine(async |db| {
        let before = library(db).await;
        for n in 0..30 {
            before
                .entry_create(&editor(), entry(&format!("e{n}"), &format!("第{n}号窗口"), "可以。"))
                .await
                .unwrap();
        }
        before.entry_withdraw(&editor(), "e7", "撤销").await.unwrap();
        let after = other_node(db).await;
        assert_eq!(after.entry_ids().len(), 29);
        assert_eq!(first(&after, "第12号窗口"), Some(Target::Entry("e12".to_owned())));
        assert!(after.card("e7", None, now()).is_none());
    })
    .await;
}
