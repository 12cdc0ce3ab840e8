//! Random histories against a plain reading of the rules.

use kernel::{HolidayList, UnitHours};
use proptest::prelude::*;

use super::*;

fn calendar() -> WorkCalendar {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter/holidays.yaml");
    let list: HolidayList = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    WorkCalendar::new(&list, UnitHours::default()).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[一-龥]{1,20}",
        1 => Just(String::new()),
        1 => Just(" \n\u{202e}".to_owned()),
        1 => Just("长".repeat(WORDS_MAX_CHARS + 1)),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => ("[ab]", text()).prop_map(|(unit, note)| Command::Dispatch { unit: UnitId(unit), note }),
        3 => text().prop_map(|words| Command::Reply { words }),
        1 => text().prop_map(|words| Command::Append { words }),
        2 => text().prop_map(|note| Command::Archive { note }),
        1 => text().prop_map(|reason| Command::Cancel { reason }),
    ]
}

fn opening() -> impl Strategy<Value = Opening> {
    (0..6_usize, any::<bool>(), any::<bool>(), proptest::option::of("[ab]")).prop_map(
        |(kind, urgent, callback, proposed)| Opening {
            kind: Kind::ALL[kind],
            urgency: if urgent { Urgency::Urgent } else { Urgency::Normal },
            callback,
            proposed: proposed.map(UnitId),
        },
    )
}

/// The state diagram, as drawn at the head of the module, by name.
fn allowed(state: State, command: &Command) -> Option<State> {
    let to = match command {
        Command::Dispatch { .. } => State::Dispatched,
        Command::Reply { .. } => State::Replied,
        Command::Append { .. } => state,
        Command::Archive { .. } => State::Archived,
        Command::Cancel { .. } => State::Cancelled,
    };
    let arrows = [
        (State::Registered, State::Dispatched),
        (State::Registered, State::Replied),
        (State::Registered, State::Cancelled),
        (State::Dispatched, State::Dispatched),
        (State::Dispatched, State::Replied),
        (State::Dispatched, State::Cancelled),
        (State::Replied, State::Dispatched),
        (State::Replied, State::Archived),
    ];
    let stays = matches!(command, Command::Append { .. }) && !state.is_closed();
    (stays || arrows.contains(&(state, to))).then_some(to)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_history_keeps_to_the_diagram_and_can_be_replayed(
        opening in opening(),
        // 2024 to 2033: within the holiday list and beyond it.
        start in 1_704_067_200_i64..2_000_000_000,
        steps in proptest::collection::vec((command(), 0_i64..10 * 86_400), 0..12),
    ) {
        let (calendar, deadlines) = (calendar(), Deadlines::default());
        let terms = Terms { calendar: &calendar, deadlines: &deadlines };
        let mut now = Micros(start * Micros::SECOND);
        let (mut case, first) = open(opening, terms, now);
        let mut history = vec![(first, now)];
        for (command, pause) in steps {
            now = now.plus_secs(pause);
            let before = case.clone();
            let may = allowed(before.state, &command);
            match decide(&before, command.clone(), terms, now) {
                Ok(event) => {
                    apply(&mut case, &event, now);
                    prop_assert_eq!(Some(case.state), may, "{:?}", command);
                    history.push((event, now));
                }
                Err(Refusal::NoWords | Refusal::TooLong(_) | Refusal::NoReason) => {
                    prop_assert!(may.is_some());
                }
                Err(Refusal::SameUnit) => {
                    prop_assert_eq!(before.state, State::Dispatched);
                }
                Err(Refusal::Closed(_) | Refusal::NotReplied | Refusal::AlreadyReplied) => {
                    prop_assert!(may.is_none(), "{:?} {:?}", before.state, command);
                }
            }
            // Something is owed until the ticket is closed, and not before it was asked for.
            prop_assert_eq!(case.due.is_none(), case.state.is_closed());
            if case.state == State::Dispatched {
                prop_assert!(case.unit.is_some(), "a dispatched ticket has a unit");
            }
            if case.state == State::Replied {
                prop_assert!(case.replied.is_some());
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
    fn who_gets_it_does_not_change_what_was_promised(opening in opening(), pause in 0_i64..30 * 86_400) {
        let (calendar, deadlines) = (calendar(), Deadlines::default());
        let terms = Terms { calendar: &calendar, deadlines: &deadlines };
        let now = Micros(1_772_000_000 * Micros::SECOND);
        let (mut case, _) = open(opening, terms, now);
        let promised = case.due;
        for (unit, note) in [("a", ""), ("b", "转办"), ("a", "退回")] {
            let command = Command::Dispatch { unit: UnitId::from(unit), note: note.to_owned() };
            let event = decide(&case, command, terms, now.plus_secs(pause)).unwrap();
            apply(&mut case, &event, now.plus_secs(pause));
            prop_assert_eq!(case.due, promised);
        }
    }
}

#[test]
fn a_reply_knows_whether_it_came_in_time() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = Micros(1_772_000_000 * Micros::SECOND);
    let opening = Opening { kind: Kind::Help, urgency: Urgency::Urgent, callback: false, proposed: None };
    let (case, _) = open(opening, terms, now);
    let due = case.due.unwrap().at;
    assert_eq!(due, now.plus_secs(24 * 3600));
    for (at, expected) in [(due, true), (due.plus_secs(1), false)] {
        match decide(&case, Command::Reply { words: "好了".to_owned() }, terms, at).unwrap() {
            Event::Replied { in_time, .. } => assert_eq!(in_time, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_ticket_that_comes_back_to_work_gets_a_new_term() {
    let (calendar, deadlines) = (calendar(), Deadlines::default());
    let terms = Terms { calendar: &calendar, deadlines: &deadlines };
    let now = Micros(1_772_000_000 * Micros::SECOND);
    let opening = Opening { kind: Kind::Consult, urgency: Urgency::Normal, callback: false, proposed: None };
    let (mut case, _) = open(opening, terms, now);
    let first = case.due.unwrap();
    let later = now.plus_secs(20 * 86_400);
    for command in [
        Command::Reply { words: "答复".to_owned() },
        Command::Dispatch { unit: UnitId::from("a"), note: "没有解决".to_owned() },
    ] {
        let event = decide(&case, command, terms, later).unwrap();
        apply(&mut case, &event, later);
    }
    assert!(case.due.unwrap().at > later && case.due.unwrap() != first);
    let no_reason = Command::Dispatch { unit: UnitId::from("b"), note: " ".to_owned() };
    assert_eq!(decide(&case, no_reason, terms, later), Err(Refusal::NoReason));
}

#[test]
fn every_refusal_says_what_to_do() {
    for refusal in [
        Refusal::Closed(State::Archived),
        Refusal::Closed(State::Cancelled),
        Refusal::SameUnit,
        Refusal::NotReplied,
        Refusal::AlreadyReplied,
        Refusal::NoReason,
        Refusal::NoWords,
        Refusal::TooLong(1),
    ] {
        let advice = refusal.advice();
        assert!(advice.ends_with('。') && advice.chars().count() >= 5, "{refusal:?}: {advice}");
    }
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
