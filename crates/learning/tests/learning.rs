//! What learning does on every engine.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::sync::Arc;

use kernel::{Actor, Clock, Coded as _, Ctx, ErrorCode, Micros, Rng, Role, Scope, StaffId};
use language::table::Task;
use language::{MedicalLine, Reader};
use learning::{Given, LabelFilter, Learning, LearningError, Overview, TaskView};
use store::testing::for_each_engine;

/// A clock that stands still.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Micros {
        noon()
    }
}

/// 2026-11-23, noon in China.
fn noon() -> Micros {
    Micros("2026-11-23T12:00:00+08:00".parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

fn staff(role: Role) -> Ctx {
    let actor = Actor::Staff { id: StaffId::from("s1"), role, scope: Scope::District };
    Ctx { actor, now: noon(), trace: "t".to_owned() }
}

fn given<'a>(task: Task, text: &'a str, label: &'a str) -> Given<'a> {
    Given { task, text, context: "", label, was: Some("not_medical"), contact: None }
}

fn of(overview: &Overview, task: Task) -> TaskView {
    overview.tasks.iter().find(|view| view.task == task.name()).unwrap().clone()
}

/// A site where people call the booklet for reimbursement 蓝本本, which nobody else does.
fn sayings() -> Vec<String> {
    let wants = [
        "咋用",
        "丢了",
        "在哪领",
        "能报多少",
        "要带身份证吗",
        "去年的还行不行",
        "给我妈办",
        "几天到账",
        "填错了",
        "过期没",
    ];
    let heads = ["我的蓝本本", "蓝本本", "村里发的蓝本本", "那个蓝本本"];
    heads.iter().flat_map(|head| wants.iter().map(move |want| format!("{head}{want}"))).collect()
}

#[tokio::test]
async fn a_correction_is_masked_checked_and_counted() {
    for_each_engine(async |db| {
        let learning = Learning::new((**db).clone(), Rng::seeded(1));
        let (agent, trainer) = (staff(Role::Agent), staff(Role::Trainer));
        let said = "我手机13812345678，想问问退休金";
        learning.label_add(&agent, &given(Task::Domain, said, "社保")).await.unwrap();
        let wrong = learning.label_add(&agent, &given(Task::Domain, said, "天气")).await.unwrap_err();
        assert!(matches!(&wrong, LearningError::Faulty(told) if told.contains("天气")), "{wrong}");
        assert!(learning.label_add(&agent, &given(Task::Domain, " ", "社保")).await.is_err());
        let filter = LabelFilter::default();
        assert_eq!(learning.labels(&agent, &filter).await.unwrap_err().code(), ErrorCode::Forbidden);
        let labels = learning.labels(&trainer, &filter).await.unwrap();
        assert_eq!((labels.total, labels.rows.len()), (1, 1));
        let label = &labels.rows[0];
        assert!(!label.text.contains("13812345678"), "{}", label.text);
        assert_eq!((label.label.as_str(), label.state.as_str()), ("社保", "new"));

        assert_eq!(
            learning.label_check(&agent, &label.id, true, "社保").await.unwrap_err().code(),
            ErrorCode::Forbidden
        );
        assert!(learning.label_check(&trainer, "nobody", true, "社保").await.is_err());
        learning.label_check(&trainer, &label.id, true, "养老助老").await.unwrap();
        let kept = LabelFilter { state: "kept".to_owned(), ..LabelFilter::default() };
        let labels = learning.labels(&trainer, &kept).await.unwrap();
        assert_eq!(labels.rows[0].label, "养老助老");
        let view = of(&learning.overview(&trainer).await.unwrap(), Task::Domain);
        assert_eq!((view.new, view.kept, view.version), (0, 1, 0));
        let few = learning.train(&trainer, Task::Domain, Arc::new(Still)).await.unwrap_err();
        assert!(few.to_string().contains("至少要20条"), "{few}");
        // An emergency is labelled with whom to call.
        learning.label_add(&agent, &given(Task::Emergency, "河里有人喊救命", "119")).await.unwrap();
        let labels = learning.labels(&trainer, &LabelFilter::default()).await.unwrap();
        assert!(labels.rows.iter().any(|label| label.label == "119"));
    })
    .await;
}

/// One engine is enough for the contest itself, which takes seconds; the statements are prepared on both.
#[tokio::test]
async fn a_site_teaches_its_own_word_and_can_go_back() {
    let db = store::testing::sqlite_db().await;
    let learning = Learning::new((*db).clone(), Rng::seeded(1));
    let trainer = staff(Role::Trainer);
    for text in sayings() {
        learning.label_add(&trainer, &given(Task::MedicalLine, &text, "reimburse_maternity")).await.unwrap();
    }
    let labels = learning.labels(&trainer, &LabelFilter::default()).await.unwrap();
    for label in &labels.rows {
        learning.label_check(&trainer, &label.id, true, &label.label).await.unwrap();
    }
    let asked = "蓝本本怎么交给你们";
    let before = Reader::builtin().medical_line(asked);
    assert_ne!(before, Some(MedicalLine::ReimburseMaternity), "the word means nothing yet");

    learning.train(&trainer, Task::MedicalLine, Arc::new(Still)).await.unwrap();
    let second = learning.train(&trainer, Task::MedicalLine, Arc::new(Still)).await.unwrap_err();
    assert!(matches!(second, LearningError::Busy), "{second}");
    let view = loop {
        let view = of(&learning.overview(&trainer).await.unwrap(), Task::MedicalLine);
        if view.run.as_ref().unwrap().state != "running" {
            break view;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let run = view.run.unwrap();
    assert_eq!(run.state, "won", "{run:?}");
    let report = run.report.unwrap();
    assert!(report.challenger > report.champion && report.held_out > 3, "{report:?}");
    assert_eq!((view.version, view.versions.len()), (1, 2));
    let reader = learning.reader().await.unwrap();
    assert_eq!(reader.medical_line(asked), Some(MedicalLine::ReimburseMaternity));

    assert!(learning.use_version(&trainer, Task::MedicalLine, 7).await.is_err());
    assert!(learning.use_version(&staff(Role::Agent), Task::MedicalLine, 0).await.is_err());
    learning.use_version(&trainer, Task::MedicalLine, 0).await.unwrap();
    assert_eq!(learning.reader().await.unwrap().medical_line(asked), before);
}

#[tokio::test]
async fn turns_are_counted_over_restarts_and_held_against_the_weeks_before() {
    for_each_engine(async |db| {
        let learning = Learning::new((**db).clone(), Rng::seeded(1));
        let trainer = staff(Role::Trainer);
        let reader = Reader::builtin().quick();
        let (usual, new) = (
            reader.read("公积金怎么提取", &Default::default()),
            reader.read("我要投诉，隔壁工地半夜施工吵死人", &Default::default()),
        );
        let weeks_ago = noon().plus_secs(-14 * 86_400);
        for _ in 0..400 {
            learning.count(&usual, weeks_ago);
        }
        learning.flush(&Ctx { now: weeks_ago, ..trainer.clone() }).await.unwrap();
        for _ in 0..250 {
            learning.count(&usual, noon());
        }
        learning.flush(&trainer).await.unwrap();
        let again = Learning::new((**db).clone(), Rng::seeded(2));
        let drift = of(&again.overview(&trainer).await.unwrap(), Task::RequestKind).drift;
        assert_eq!((drift.verdict, drift.recent, drift.before), (learning::Verdict::Steady, 250, 400));
        for _ in 0..250 {
            again.count(&new, noon());
        }
        again.flush(&trainer).await.unwrap();
        let drift = of(&again.overview(&trainer).await.unwrap(), Task::RequestKind).drift;
        assert_eq!(drift.verdict, learning::Verdict::Shifted, "{drift:?}");
        assert_eq!(drift.recent, 500);
    })
    .await;
}
