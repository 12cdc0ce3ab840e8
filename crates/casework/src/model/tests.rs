//! Random histories against a plain reading of the rules.

use kernel::{Coded as _, HolidayList};
use proptest::prelude::*;

use super::*;

fn calendar() -> WorkCalendar {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter/holidays.yaml");
    let list: HolidayList = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    WorkCalendar::new(&list).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[一-龥]{1,20}",
        1 => Just(String::new()),
        1 => Just(" \n\u{202e}".to_owned()),
        1 => Just("长".repeat(WORDS_MAX_CHARS + 1)),
    ]
}

fn unit() -> impl Strategy<Value = UnitId> {
    "[abc]".prop_map(UnitId)
}

fn command() -> impl Strategy<Value = Command> {
    let one = prop_oneof![
        4 => (unit(), proptest::collection::vec(unit(), 0..2), text(), any::<bool>())
            .prop_map(|(unit, co_units, note, forced)| Command::Dispatch { unit, co_units, note, forced }),
        3 => Just(Command::Accept),
        2 => (text(), text()).prop_map(|(reason, evidence)| Command::Object { reason, evidence, suggest: None }),
        2 => (text(), unit(), any::<bool>())
            .prop_map(|(reason, unit, forced)| Command::Uphold { reason, unit, forced }),
        1 => text().prop_map(|reason| Command::Overrule { reason }),
        1 => text().prop_map(|office| Command::Forward { office }),
        1 => (unit(), text()).prop_map(|(unit, words)| Command::CoReply { unit, words }),
        2 => text().prop_map(|question| Command::Ask { question }),
        2 => text().prop_map(|words| Command::Answer { words }),
        1 => Just(Command::Resume),
        1 => (0_u32..30, text()).prop_map(|(days, reason)| Command::Extend { days, reason }),
        1 => text().prop_map(|reason| Command::ExtendGrant { reason }),
        1 => text().prop_map(|reason| Command::ExtendRefuse { reason }),
    ];
    let other = prop_oneof![
        4 => text().prop_map(|words| Command::Reply { words, result: Some(WindowResult::Solved), files: Vec::new() }),
        4 => (any::<bool>(), any::<Option<bool>>(), any::<Option<bool>>(), text()).prop_map(
            |(reached, solved, satisfied, note)| {
                Command::Callback(CallbackForm { reached, solved, satisfied, in_time: None, note })
            }
        ),
        1 => text().prop_map(|words| Command::Append { words }),
        2 => text().prop_map(|note| Command::Archive { note }),
        1 => text().prop_map(|reason| Command::Reopen { reason }),
        1 => (text(), any::<bool>()).prop_map(|(note, citizen)| Command::Urge { note, citizen }),
        1 => text().prop_map(|note| Command::Supervise { note, supervisor: "某".to_owned() }),
        1 => proptest::option::of(unit()).prop_map(|unit| Command::Merge { into: "1".to_owned(), unit }),
        1 => Just(Command::Absorb { number: "2".to_owned() }),
        1 => text().prop_map(|reason| Command::Unmerge { reason }),
        1 => proptest::option::of(unit()).prop_map(|unit| Command::Follow { unit }),
        1 => text().prop_map(|words| Command::FollowReply { words, files: Vec::new() }),
        1 => proptest::collection::vec("[0-9]", 0..7).prop_map(|numbers| Command::Split { numbers }),
        1 => text().prop_map(|reason| Command::Cancel { reason }),
        1 => text().prop_map(|reason| Command::Withdraw { reason }),
        1 => Just(Command::Conceal),
    ];
    prop_oneof![one, other]
}

fn opening() -> impl Strategy<Value = Opening> {
    (0..6_usize, any::<bool>(), any::<bool>(), any::<bool>(), proptest::option::of(unit())).prop_map(
        |(kind, urgent, callback, window, proposed)| Opening {
            kind: Kind::ALL[kind],
            urgency: if urgent { Urgency::Urgent } else { Urgency::Normal },
            callback,
            proposed,
            domain: "其他".to_owned(),
            category: String::new(),
            window,
            confidential: false,
        },
    )
}

/// Where a step may lead from a state: the diagram of docs/casework.md, by name.
#[expect(clippy::match_same_arms, reason = "one line a step, as the table in the docs has it")]
fn arrows(state: State, step: Step) -> &'static [State] {
    use State::{
        Archived, CalledBack, Cancelled, Dispatched, Handling, Merged, Objected, Registered, Replied,
        Suspended, Withdrawn,
    };
    match (step, state) {
        (Step::Dispatch, Registered | Dispatched | Handling | Replied | CalledBack) => &[Dispatched],
        (Step::Accept, Dispatched) => &[Handling],
        (Step::Object, Dispatched) => &[Objected],
        (Step::Uphold | Step::Overrule, Objected) => &[Dispatched],
        (Step::Ask, Dispatched | Handling) => &[Suspended],
        (Step::Answer | Step::Resume, Suspended) => &[Handling],
        (Step::Reply, Registered | Dispatched | Handling | Suspended) | (Step::Follow, Merged) => {
            if matches!(step, Step::Follow) { &[Merged, Replied] } else { &[Replied] }
        }
        (Step::Callback, Replied) => &[CalledBack, Replied, Handling, Registered],
        (Step::Archive, Replied | CalledBack) => &[Archived],
        (Step::Reopen, Replied | CalledBack | Archived) => &[Handling, Registered],
        (Step::Merge, Registered | Dispatched | Handling) => &[Merged],
        (Step::Unmerge, Merged) => &[Registered],
        (Step::Cancel, Registered | Dispatched | Objected | Handling | Suspended | Merged) => &[Cancelled],
        (Step::Withdraw, Registered | Dispatched | Objected | Handling | Suspended | Merged) => &[Withdrawn],
        (_, Archived | Cancelled | Withdrawn) => &[],
        (
            Step::Forward | Step::CoReply | Step::Extend | Step::ExtendGrant | Step::ExtendRefuse,
            Dispatched | Handling | Suspended,
        )
        | (
            Step::Urge | Step::Supervise | Step::Absorb | Step::Split,
            Registered | Dispatched | Objected | Handling | Suspended | Merged,
        )
        | (Step::Note | Step::Conceal, _) => {
            &[Registered, Dispatched, Objected, Handling, Suspended, Merged, Replied, CalledBack]
        }
        _ => &[],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_history_keeps_to_the_diagram_and_can_be_replayed(
        opening in opening(),
        // 2024 to 2033: within the holiday list and beyond it.
        start in 1_704_067_200_i64..2_000_000_000,
        steps in proptest::collection::vec((command(), 0_i64..3 * 86_400), 0..30),
    ) {
        let (calendar, deadlines) = (calendar(), Deadlines::default());
        let terms = Terms { calendar: &calendar, deadlines: &deadlines };
        let mut now = Micros(start * Micros::SECOND);
        let (mut case, first) = open(opening, terms, now);
        let mut history = vec![(first, now)];
        for (command, pause) in steps {
            now = now.plus_secs(pause);
            let before = case.clone();
            let step = command.step();
            let may = arrows(before.state, step);
            match decide(&before, command.clone(), terms, now) {
                Ok(event) => {
                    apply(&mut case, &event, now);
                    prop_assert!(may.contains(&case.state), "{:?} {:?} -> {:?}", before.state, step, case.state);
                    prop_assert!(guard(&before, step, terms, now).is_ok());
                    history.push((event, now));
                }
                Err(refusal) => {
                    let advice = refusal.advice();
                    prop_assert!(advice.ends_with('。') && advice.chars().count() >= 5, "{}", advice);
                }
            }
            // Every open matter has somebody who must act, and a time; a closed one neither.
            prop_assert_eq!(case.owner().is_none(), case.state.is_closed());
            prop_assert_eq!(case.next_due().is_none(), case.state.is_closed());
            prop_assert_eq!(case.due.is_none(), case.state.is_closed());
            prop_assert_eq!(case.pause.is_some(), case.state == State::Suspended, "{:?}", case.state);
            prop_assert_eq!(case.objection.is_some(), case.state == State::Objected);
            prop_assert_eq!(case.leading.is_some(), case.state == State::Merged);
            if matches!(case.state, State::Dispatched | State::Objected | State::Handling | State::Suspended) {
                prop_assert!(case.unit.is_some(), "{:?} without a unit", case.state);
            }
            if let Some(unit) = &case.unit {
                prop_assert!(case.co_units.iter().all(|co| co.unit != *unit));
            }
            if before.confidential {
                prop_assert!(case.confidential, "what was hidden stays hidden");
            }
            if before.window && case.state == State::Archived {
                prop_assert!(before.state != State::Replied, "the window ends with a call-back");
            }
        }
        let mut replayed = Case { unit: Some(UnitId::from("x")), ..case.clone() };
        for (event, at) in &history {
            let stored = serde_json::to_string(event).unwrap();
            apply(&mut replayed, &serde_json::from_str(&stored).unwrap(), *at);
        }
        prop_assert_eq!(replayed, case);
    }

    #[test]
    fn a_pause_gives_back_what_was_left(hours in 0_i64..200, waited in 0_i64..100) {
        let (calendar, deadlines) = (calendar(), Deadlines::default());
        let terms = Terms { calendar: &calendar, deadlines: &deadlines };
        let now = monday();
        let mut case = handled(now, terms);
        let promised = case.due.unwrap().at;
        let asked = now.plus_secs(hours * 3_600);
        let left = calendar.working_us_between(asked, promised).unwrap();
        step(&mut case, Command::Ask { question: "门牌号？".to_owned() }, terms, asked);
        prop_assert_eq!(case.shown_due(), case.step_due);
        let answered = asked.plus_secs(waited * 3_600);
        step(&mut case, Command::Answer { words: "88号".to_owned() }, terms, answered);
        let due = case.due.unwrap().at;
        prop_assert!(due >= promised);
        if asked <= promised && waited > 0 && due > promised {
            prop_assert_eq!(calendar.working_us_between(answered, due).unwrap(), left);
        }
    }
}

fn monday() -> Micros {
    Micros("2026-11-23T09:00:00+08:00".parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

fn plain(kind: Kind) -> Opening {
    Opening {
        kind,
        urgency: Urgency::Normal,
        callback: false,
        proposed: None,
        domain: String::new(),
        category: String::new(),
        window: false,
        confidential: false,
    }
}

fn to(unit: &str, note: &str) -> Command {
    Command::Dispatch { unit: UnitId::from(unit), co_units: Vec::new(), note: note.to_owned(), forced: false }
}

fn step(case: &mut Case, command: Command, terms: Terms<'_>, now: Micros) {
    let event = decide(case, command, terms, now).unwrap();
    apply(case, &event, now);
}

fn handled(now: Micros, terms: Terms<'_>) -> Case {
    let (mut case, _) = open(plain(Kind::Help), terms, now);
    step(&mut case, to("a", ""), terms, now);
    step(&mut case, Command::Accept, terms, now);
    case
}

#[test]
fn who_gets_it_does_not_change_what_was_promised_and_a_loop_is_stopped() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = monday();
    let (mut case, _) = open(plain(Kind::Complaint), terms, now);
    let promised = case.due;
    for (unit, note) in [("a", ""), ("b", "转办"), ("a", "退回"), ("c", "再转")] {
        step(&mut case, to(unit, note), terms, now.plus_secs(3_600));
        assert_eq!(case.due, promised);
    }
    assert_eq!(decide(&case, to("b", "又转"), terms, now), Err(Refusal::Loop(3)));
    let forced =
        Command::Dispatch { unit: UnitId::from("b"), co_units: vec![], note: "协调".into(), forced: true };
    step(&mut case, forced, terms, now);
}

#[test]
fn an_upheld_objection_bars_the_unit() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = monday();
    let (mut case, _) = open(plain(Kind::Help), terms, now);
    step(&mut case, to("a", ""), terms, now);
    let object =
        || Command::Object { reason: "不归我局".into(), evidence: "三定规定".into(), suggest: None };
    let late = case.step_due.unwrap().at.plus_secs(1);
    assert_eq!(decide(&case, object(), terms, late), Err(Refusal::ObjectedLate));
    step(&mut case, object(), terms, now);
    assert_eq!(case.owner(), Some(Owner::Arbitration));
    let uphold = Command::Uphold { reason: "成立".into(), unit: UnitId::from("b"), forced: false };
    step(&mut case, uphold, terms, now);
    assert_eq!(decide(&case, to("a", "还是你"), terms, now), Err(Refusal::Barred));
}

#[test]
fn a_bad_call_back_reopens_then_escalates_and_silence_ends() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = monday();
    let mut case = handled(now, terms);
    let reply = || Command::Reply { words: "修好了".into(), result: None, files: Vec::new() };
    let said = |solved| {
        Command::Callback(CallbackForm { reached: true, solved: Some(solved), ..CallbackForm::default() })
    };
    step(&mut case, reply(), terms, now);
    step(&mut case, said(false), terms, now);
    assert_eq!((case.state, case.reopened, case.supervisor.clone()), (State::Handling, 1, None));
    step(&mut case, reply(), terms, now);
    step(&mut case, said(false), terms, now);
    // Watched from now on; by whom is to be named.
    assert_eq!((case.state, case.supervisor.clone()), (State::Handling, Some(String::new())));
    step(&mut case, Command::Supervise { note: "盯办".into(), supervisor: "某".into() }, terms, now);
    step(&mut case, reply(), terms, now);
    for _ in 0..2 {
        step(&mut case, Command::Callback(CallbackForm::default()), terms, now);
        assert_eq!(case.state, State::Replied);
    }
    step(&mut case, Command::Callback(CallbackForm::default()), terms, now);
    assert_eq!(case.state, State::CalledBack);
}

#[test]
fn an_extension_moves_the_promise_once() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = monday();
    let mut case = handled(now, terms);
    let before = case.due.unwrap().at;
    let ask = |days| Command::Extend { days, reason: "要开挖".into() };
    assert_eq!(decide(&case, ask(21), terms, now), Err(Refusal::Days(20)));
    step(&mut case, ask(5), terms, now);
    assert_eq!(decide(&case, ask(5), terms, now), Err(Refusal::ExtensionOpen));
    step(&mut case, Command::ExtendGrant { reason: String::new() }, terms, now);
    assert_eq!(case.due.unwrap().at, calendar.add_working_days(before, 5).unwrap());
    assert_eq!(decide(&case, ask(1), terms, now), Err(Refusal::ExtendedOften(1)));
}

#[test]
fn an_urgent_reply_knows_whether_it_came_in_time() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = monday();
    let opening = Opening { urgency: Urgency::Urgent, ..plain(Kind::Help) };
    let (case, _) = open(opening, terms, now);
    let due = case.due.unwrap().at;
    assert_eq!(due, now.plus_secs(24 * 3600));
    for (at, expected) in [(due, true), (due.plus_secs(1), false)] {
        match decide(
            &case,
            Command::Reply { words: "好了".into(), result: None, files: Vec::new() },
            terms,
            at,
        )
        .unwrap()
        {
            Event::Replied { in_time, .. } => assert_eq!(in_time, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_row_of_the_first_version_is_still_a_case() {
    let old = r#"{"kind":"help","urgency":"normal","callback":false,"state":"dispatched","proposed":null,
        "unit":"zhifa","due":{"at":1795599000000000},"replied":null}"#;
    let case: Case = serde_json::from_str(old).unwrap();
    assert_eq!(case.owner(), Some(Owner::Unit(UnitId::from("zhifa"))));
    let event = r#"{"event":"dispatched","unit":"a","from":null,"note":"","due":{"at":1}}"#;
    assert_eq!(serde_json::from_str::<Event>(event).unwrap().name(), "dispatched");
}

#[test]
fn stable_names_are_what_is_serialised() {
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert_eq!(Kind::read(kind.as_str()), Some(kind));
    }
    for state in State::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        assert_eq!(State::read(state.as_str()), Some(state));
    }
    for urgency in [Urgency::Normal, Urgency::Urgent] {
        assert_eq!(serde_json::to_value(urgency).unwrap(), urgency.as_str());
        assert_eq!(Urgency::read(urgency.as_str()), Some(urgency));
    }
}
