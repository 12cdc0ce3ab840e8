//! From draft to use by two people; reports, upkeep, withdrawal; tests that block; gaps that become answers.

use crate::common::{clause, editor, entry, library, now, staff, system};
use jiff::civil::date;
use kernel::{Actor, Coded as _, ContactId, Ctx, ErrorCode, Micros, Role, Scope, StaffId};
use knowledge::entry::{Region, Vocabulary};
use knowledge::review::{DraftState, DueKind};
use knowledge::service::{DraftOrigin, GapWhy};
use knowledge::{Ask, Entry, KnowledgeError, Library, Target};
use proptest::prelude::*;
use store::testing::for_each_engine;

/// Another editor.
fn second() -> Ctx {
    let actor = Actor::Staff { id: StaffId::from("s2"), role: Role::KnowledgeEditor, scope: Scope::District };
    Ctx { actor, ..editor() }
}

fn at(ctx: Ctx, now: Micros) -> Ctx {
    Ctx { now, ..ctx }
}

fn first(library: &Library, text: &str) -> Option<Target> {
    let ask = Ask { text, ..Ask::default() };
    library.search(&ask, now(), 5).into_iter().next().map(|found| found.target)
}

fn none() -> DraftOrigin {
    DraftOrigin::default()
}

#[tokio::test]
async fn a_draft_comes_into_use_by_a_second_person_only() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let wanted = entry("gjj-a", "租房提取住房公积金", "可以提取。");
        let draft = library.draft_create(&editor(), &wanted, &none()).await.unwrap();
        assert_eq!((draft.state, draft.base_revision), (DraftState::Draft, 0));
        assert!(first(&library, "租房提取住房公积金").is_none());
        let twice = library.draft_create(&second(), &wanted, &none()).await.unwrap_err();
        assert!(twice.advice().contains("草稿"));
        let early = library.draft_approve(&second(), draft.seq, None, None, "").await.unwrap_err();
        assert_eq!(early.code(), ErrorCode::Conflict);

        library.draft_submit(&editor(), draft.seq, "请看").await.unwrap();
        let own = library.draft_approve(&editor(), draft.seq, None, None, "").await.unwrap_err();
        assert_eq!(own.code(), ErrorCode::Forbidden);
        let silent = library.draft_return(&second(), draft.seq, " ").await.unwrap_err();
        assert!(silent.advice().contains("原因"));
        let back = library.draft_return(&second(), draft.seq, "写明次数").await.unwrap();
        assert_eq!(back.state, DraftState::Draft);
        let better = entry("gjj-a", "租房提取住房公积金", "每年可以提取一次。");
        let stale = library.draft_save(&editor(), draft.seq, &better, draft.version).await.unwrap_err();
        assert!(matches!(stale, KnowledgeError::Conflict(_)));
        library.draft_save(&editor(), draft.seq, &better, back.version).await.unwrap();
        library.draft_submit(&editor(), draft.seq, "").await.unwrap();
        let passed =
            library.draft_approve(&second(), draft.seq, None, Some("2099-01-01"), "好").await.unwrap();
        assert_eq!(passed.state, DraftState::Published);
        assert_eq!(library.card("gjj-a", None, now()).unwrap().text, "每年可以提取一次。");
        assert_eq!(library.care(&editor(), "gjj-a").await.unwrap().recheck_on.as_deref(), Some("2099-01-01"));
        let notes = library.notes(&editor(), "gjj-a").await.unwrap();
        let kinds: Vec<&str> = notes.iter().map(|note| note.kind.as_str()).collect();
        assert_eq!(kinds, ["published", "submitted", "returned", "submitted"]);
        assert!(library.draft_list(&editor()).await.unwrap().is_empty());
        let again = library.draft_approve(&second(), draft.seq, None, None, "").await.unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_draft_waits_for_its_time_and_says_when_it_cannot() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let later = now().plus_secs(3_600);
        let pass = async |entry: &Entry| {
            let draft = library.draft_create(&editor(), entry, &none()).await.unwrap();
            library.draft_submit(&editor(), draft.seq, "").await.unwrap();
            library.draft_approve(&second(), draft.seq, Some(later), None, "").await.unwrap()
        };
        let one = pass(&entry("gjj-a", "离职提取公积金", "可以提取。")).await;
        assert_eq!(one.state, DraftState::Scheduled);
        assert_eq!(library.drafts_publish_due(&kernel::TestClock::at(now())).await.unwrap(), 0);
        assert!(library.card("gjj-a", None, now()).is_none());
        // Somebody publishes the same id in a hurry meanwhile: the draft must not overwrite it.
        let two = pass(&entry("gjj-b", "路灯不亮报修", "请报位置。")).await;
        library.entry_create(&second(), entry("gjj-b", "路灯不亮报修", "请说路名。")).await.unwrap();
        let clock = kernel::TestClock::at(later.plus_secs(1));
        assert_eq!(library.drafts_publish_due(&clock).await.unwrap(), 1);
        assert_eq!(library.card("gjj-a", None, now()).unwrap().text, "可以提取。");
        assert_eq!(library.card("gjj-b", None, now()).unwrap().text, "请说路名。");
        let blocked = library.draft_get(&editor(), two.seq).await.unwrap();
        assert_eq!(blocked.state, DraftState::Review);
        assert!(blocked.blocked.contains("改过"), "{}", blocked.blocked);
        assert_eq!(library.drafts_publish_due(&clock).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_published_in_a_hurry_waits_for_a_second_person() {
    for_each_engine(async |db| {
        let library = library(db).await;
        library.entry_create(&editor(), entry("gjj-a", "公积金", "可以。")).await.unwrap();
        library.entry_create(&system(), entry("gjj-b", "路灯", "报位置。")).await.unwrap();
        let list = library.upkeep(&editor()).await.unwrap();
        assert_eq!((list.unconfirmed, list.rows.len()), (1, 1));
        let own = library.entry_confirm(&editor(), "gjj-a", "").await.unwrap_err();
        assert_eq!(own.code(), ErrorCode::Forbidden);
        library.entry_confirm(&second(), "gjj-a", "核对过").await.unwrap();
        assert!(library.upkeep(&editor()).await.unwrap().rows.is_empty());
    })
    .await;
}

#[tokio::test]
async fn reports_and_days_land_on_the_list_until_somebody_has_dealt_with_them() {
    for_each_engine(async |db| {
        let library = library(db).await;
        library.entry_create(&system(), entry("gjj-a", "公积金", "可以。")).await.unwrap();
        let agent = staff(Role::Agent, Scope::District);
        library.report(&agent, "gjj-a", "电话13812345678说比例改了").await.unwrap();
        assert!(library.report(&agent, "gjj-a", "").await.is_err());
        assert_eq!(library.upkeep(&agent).await.unwrap_err().code(), ErrorCode::Forbidden);
        library.keep_entry(&editor(), "gjj-a", true).await.unwrap();
        let list = library.upkeep(&editor()).await.unwrap();
        assert_eq!((list.reported, list.rows[0].keeper.as_deref()), (1, Some("staff:s1")));
        let open = library.reports_open(&editor()).await.unwrap();
        assert!(!open[0].words.contains("13812345678"));
        assert!(library.report_handle(&agent, open[0].seq, "改了").await.is_err());
        library.report_handle(&editor(), open[0].seq, "已按新比例修改").await.unwrap();
        assert!(library.report_handle(&editor(), open[0].seq, "再来").await.is_err());
        assert!(library.upkeep(&editor()).await.unwrap().rows.is_empty());

        // Half a year on it is to be looked at again; whoever does says when next.
        let later = now().plus_secs(200 * 86_400);
        let due = library.upkeep(&at(editor(), later)).await.unwrap();
        assert_eq!(due.rows[0].due.unwrap().kind, DueKind::Recheck);
        assert!(library.recheck(&at(editor(), later), "gjj-a", Some("2020-01-01"), "").await.is_err());
        library.recheck(&at(editor(), later), "gjj-a", None, "仍然有效").await.unwrap();
        assert!(library.upkeep(&at(editor(), later)).await.unwrap().rows.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_rests_on_a_document_falls_silent_with_it() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let mut two = entry("gjj-a", "租房提取", "凭合同提取，也可以按年提取。");
        two.clauses = vec![clause("1", "凭合同提取。"), clause("2", "按年提取。")];
        two.clauses[1].source = "关于租房提取的通知".to_owned();
        two.tests = vec!["租房怎么提取".to_owned()];
        library.entry_create(&system(), two).await.unwrap();
        let mut only = entry("gjj-b", "离职提取", "离职半年后提取。");
        only.clauses[0].source = "关于租房提取的通知".to_owned();
        library.entry_create(&system(), only).await.unwrap();
        let yaml = "id: zufang\ntitle: 租房\ndomain: 公积金\ntriggers: [租房提公积金]\nstart: a\nnodes:\n  a: {answer: 'gjj-a#2', next: b}\n  b: {answer: gjj-b, next: c}\n";
        library.scenario_put(&system(), "zufang", yaml, 0).await.unwrap();

        let sources = library.sources(&editor(), "租房").unwrap();
        assert_eq!((sources[0].entries, sources[0].clauses), (2, 2));
        let (day, name) = (now().day(), "关于租房提取的通知");
        let plan = library.repeal(&editor(), name, day, "", true).await.unwrap();
        assert_eq!(plan.answers.iter().map(|answer| answer.silent).collect::<Vec<_>>(), [false, true]);
        assert_eq!((plan.nodes.len(), plan.tests.len()), (2, 1));
        assert!(library.card("gjj-b", None, now()).is_some(), "a dry run changes nothing");
        library.repeal(&editor(), name, day, "已废止", false).await.unwrap();
        assert_eq!(library.card("gjj-a", None, now()).unwrap().text, "凭合同提取。");
        assert!(library.card("gjj-b", None, now()).is_none());
        assert_ne!(first(&library, "离职提取"), Some(Target::Entry("gjj-b".to_owned())));
        assert_eq!(library.silent_nodes(&editor()).unwrap().len(), 2);
        assert!(library.repeal(&editor(), name, day, "又一次", false).await.is_err());

        library.entry_withdraw(&editor(), "gjj-a", "重写").await.unwrap();
        let rest = library.dependents(&editor(), "gjj-a").await.unwrap();
        assert_eq!((rest.nodes.len(), rest.tests.len(), rest.answers[0].silent), (1, 1, true));
    })
    .await;
}

#[tokio::test]
async fn publishing_that_breaks_a_test_is_refused_and_names_it() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let mut known = entry("gjj-a", "租房提取住房公积金", "可以提取。");
        known.tests = vec!["租的房子能提公积金不".to_owned()];
        library.entry_create(&system(), known.clone()).await.unwrap();
        library.entry_create(&system(), entry("deng-a", "路灯不亮报修", "请报位置。")).await.unwrap();
        let mut thief = entry("gjj-b", "租的房子能提公积金不", "不一样的回答。");
        thief.questions = vec!["租的房子能提公积金吗".to_owned()];
        let refused = library.entry_create(&system(), thief.clone()).await.unwrap_err();
        assert!(refused.advice().contains("租的房子能提公积金不"), "{}", refused.advice());
        assert!(library.card("gjj-b", None, now()).is_none());
        let draft = library.draft_create(&editor(), &thief, &none()).await.unwrap();
        library.draft_submit(&editor(), draft.seq, "").await.unwrap();
        assert!(matches!(
            library.draft_approve(&second(), draft.seq, None, None, "").await,
            Err(KnowledgeError::Breaks(tests)) if tests[0].entry_id == "gjj-a"
        ));
        // A new test that fails is a break too; one that failed before is told and blocks nothing.
        let mut hopeless = known.clone();
        hopeless.tests.push("路灯不亮找谁修".to_owned());
        assert!(library.entry_create(&system(), Entry { id: "gjj-c".to_owned(), ..hopeless }).await.is_err());
        let all = library.tests_all(now());
        assert_eq!((all.tests, all.right, all.broken.len()), (1, 1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_gap_becomes_an_answer_and_its_questions_become_tests() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let began = now().plus_secs(-10 * 3_600);
        let asked = ["共享单车乱停放归谁管", "共享单车乱停谁管", "共享单车乱停放找谁管"];
        for (minute, number) in (0..6).enumerate() {
            let contact = ContactId::from(format!("c{number}").as_str());
            let words = asked[number % asked.len()];
            let when = began.plus_secs(minute as i64 * 60);
            library.gap_note(words, Some("城管市容"), &contact, GapWhy::Unanswered, when).await.unwrap();
        }
        library.gap_note(asked[0], None, &ContactId::from("c0"), GapWhy::LowRated, began).await.unwrap();
        let gaps = library.gap_list(&editor(), 10).await.unwrap();
        assert_eq!((gaps.len(), gaps[0].contacts, gaps[0].also.len()), (1, 6, 2), "{gaps:?}");
        assert_eq!(gaps[0].why.get("low_rated"), Some(&1));
        assert_eq!(gaps[0].fifth_us, Some(began.plus_secs(240).0));
        assert_eq!(library.gap_figures(&editor()).await.unwrap().waiting, 1);

        let draft = library.gap_draft(&editor(), &gaps[0].keys, "danche-luanting", "公积金").await.unwrap();
        assert_eq!(draft.entry.tests.len(), 3);
        assert_eq!(library.gap_list(&editor(), 10).await.unwrap()[0].draft, Some(draft.seq));
        let written = Entry {
            answer: "由综合行政执法局管。".to_owned(),
            clauses: vec![clause("1", "由综合行政执法局管。")],
            ..draft.entry.clone()
        };
        let draft = library.draft_save(&editor(), draft.seq, &written, draft.version).await.unwrap();
        library.draft_submit(&editor(), draft.seq, "").await.unwrap();
        library.draft_approve(&second(), draft.seq, None, None, "").await.unwrap();
        assert!(library.gap_list(&editor(), 10).await.unwrap().is_empty());
        let figures = library.gap_figures(&editor()).await.unwrap();
        assert!((9.8..10.1).contains(&figures.hours_p50.unwrap()), "{figures:?}");
        let run = library.tests_all(now());
        assert_eq!((run.tests, run.right), (3, 3));
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_a_draft_out_of_scope() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let towns = ["330212110", "330212111"];
        let region = |code: &str| Region {
            path: format!("浙江省/{code}"),
            scope: Scope::Place(code.to_owned()),
            aliases: Vec::new(),
        };
        let regions = towns.iter().map(|code| (format!("镇{code}"), region(code))).collect();
        library.set_vocabulary(Vocabulary { regions, ..Vocabulary::default() });
        let of = |code: &str| staff(Role::KnowledgeEditor, Scope::Place(code.to_owned()));
        for code in towns {
            let mut own = entry(&format!("e-{code}"), "办公时间", "八点半。");
            own.region = format!("镇{code}");
            library.draft_create(&of(code), &own, &none()).await.unwrap();
            let other = Entry { region: "全国".to_owned(), id: format!("n-{code}"), ..own };
            assert!(library.draft_create(&of(code), &other, &none()).await.is_err());
        }
        assert_eq!(library.draft_list(&editor()).await.unwrap().len(), 2);
        for (mine, theirs) in [(0, 1), (1, 0)] {
            let seen = library.draft_list(&of(towns[mine])).await.unwrap();
            assert_eq!(
                seen.iter().map(|row| row.region.as_str()).collect::<Vec<_>>(),
                [format!("镇{}", towns[mine])]
            );
            let all = library.draft_list(&editor()).await.unwrap();
            let hidden = all.iter().find(|row| row.region.ends_with(towns[theirs])).unwrap();
            let ctx = of(towns[mine]);
            assert_eq!(library.draft_get(&ctx, hidden.seq).await.unwrap_err().code(), ErrorCode::NotFound);
            assert_eq!(
                library.draft_submit(&ctx, hidden.seq, "").await.unwrap_err().code(),
                ErrorCode::NotFound
            );
            assert_eq!(
                library.draft_drop(&ctx, hidden.seq, "").await.unwrap_err().code(),
                ErrorCode::NotFound
            );
            assert_eq!(library.notes(&ctx, &hidden.entry_id).await.unwrap_err().code(), ErrorCode::NotFound);
        }
        assert!(library.draft_list(&staff(Role::Agent, Scope::District)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_towns_own_answer_comes_before_the_nations_where_the_town_is_named() {
    for_each_engine(async |db| {
        let library = library(db).await;
        let region = |name: &str, code: &str| {
            let path = format!("浙江省/宁波市/鄞州区/{name}");
            (name.to_owned(), Region { path, scope: Scope::Place(code.to_owned()), aliases: Vec::new() })
        };
        let regions = [region("姜山镇", "330212110"), region("横溪镇", "330212111")].into_iter().collect();
        library.set_vocabulary(Vocabulary { regions, ..Vocabulary::default() });
        let hours = |id: &str, region: &str, answer: &str| {
            let mut own = entry(id, "便民服务中心办公时间", answer);
            own.region = region.to_owned();
            own.questions = vec!["便民服务中心几点上班".to_owned()];
            own
        };
        for own in [
            hours("shijian", "全国", "一般早上九点到下午五点。"),
            hours("shijian-js", "姜山镇", "早上八点半到下午四点半，周六上午也开。"),
            hours("shijian-hx", "横溪镇", "早上八点到下午四点。"),
            entry("gaoling", "高龄津贴申领", "满八十周岁可以申领。"),
        ] {
            library.entry_create(&system(), own).await.unwrap();
        }
        let ask = |text: &'static str, region: Option<&'static str>| {
            library.search(&Ask { text, region, ..Ask::default() }, now(), 5)
        };
        let entry_id = |target: &Target| match target {
            Target::Entry(id) | Target::Scenario(id) => id.clone(),
        };
        for (found, own, place) in [
            (ask("姜山镇便民服务中心几点上班", None), "shijian-js", "姜山镇"),
            (ask("便民服务中心几点上班", Some("横溪镇")), "shijian-hx", "横溪镇"),
        ] {
            assert_eq!(entry_id(&found[0].target), own, "{found:?}");
            let card = found[0].card.as_ref().unwrap();
            assert!(card.text.starts_with(place) && card.title.contains(place));
            assert!(
                found.iter().all(|one| entry_id(&one.target) != "shijian"),
                "the nation's must not answer"
            );
        }
        // What the town has nothing of its own about is answered by what holds everywhere.
        assert_eq!(entry_id(&ask("姜山镇高龄津贴怎么申领", None)[0].target), "gaoling");
    })
    .await;
}

proptest! {
    /// Whatever the days: a card cites only what is in force that day, each citation resolves, and without one there is no card.
    #[test]
    fn no_card_cites_what_is_not_in_force(
        days in proptest::collection::vec((0i32..40, -5i32..40, any::<bool>(), any::<bool>()), 1..6), asked in 0i32..50,
    ) {
        let start = date(2026, 1, 1);
        let day = |offset: i32| start.saturating_add(jiff::Span::new().days(offset));
        let mut known = entry("gjj-a", "公积金", "可以。");
        known.clauses = days.iter().enumerate().map(|(at, (from, long, open, ended))| {
            let mut clause = clause(&at.to_string(), &format!("第{at}条"));
            clause.in_force_from = open.then(|| day(*from));
            clause.in_force_until = ended.then(|| day(from + long));
            clause
        }).collect();
        let today = day(asked);
        let card = known.card(None, today);
        let holds = known.clauses.iter().filter(|clause| clause.in_force(today)).count();
        prop_assert_eq!(card.as_ref().map_or(0, |card| card.citations.len()), holds);
        for cited in card.iter().flat_map(|card| &card.citations) {
            let clause = known.clauses.iter().find(|clause| clause.id == cited.clause_id);
            prop_assert!(clause.is_some_and(|clause| clause.in_force(today) && clause.text == cited.text));
            prop_assert!(known.card(Some(&cited.clause_id), today).is_some());
        }
        if let Some(card) = card {
            prop_assert!(holds == known.clauses.len() || card.text != known.answer);
        }
    }
}
