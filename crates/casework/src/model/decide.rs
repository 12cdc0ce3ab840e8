//! What a command does to a ticket, or why not.

use kernel::{Micros, UnitId};

use super::{
    CO_UNITS_MAX, CallbackForm, Case, Command, Event, NOTE_MAX_CHARS, Next, PARTS_MAX, Pause, Refusal, State,
    Terms, Urgency, WORDS_MAX_CHARS, guard,
};
use crate::deadlines::Due;

/// What a command does to a ticket, or why not.
///
/// # Errors
/// [`Refusal`] when the state does not allow it or the words do not do.
pub fn decide(case: &Case, command: Command, terms: Terms<'_>, now: Micros) -> Result<Event, Refusal> {
    let in_time = case.due.is_none_or(|due| now <= due.at);
    let step_in_time = case.step_due.is_none_or(|due| now <= due.at);
    let (rules, calendar) = (terms.deadlines, terms.calendar);
    if matches!(&command, Command::Archive { .. } | Command::Callback(_)) && case.state.is_closed() {
        return Err(Refusal::Closed(case.state));
    }
    guard(case, command.step(), terms, now)?;
    match command {
        Command::Dispatch { unit, co_units, note, forced } => {
            dispatch(case, unit, co_units, &note, forced, terms, now)
        }
        Command::Accept => Ok(Event::Accepted { in_time: step_in_time }),
        Command::Object { reason, evidence, suggest } => Ok(Event::Objected {
            reason: why(&reason)?,
            evidence: written(&evidence, NOTE_MAX_CHARS)?,
            suggest,
            step: rules.arbitration_due(calendar, &case.matter(), now),
        }),
        Command::Uphold { reason, unit, forced } => {
            let Some(from) = case.unit.clone() else { return Err(Refusal::NotReplied) };
            if unit == from {
                return Err(Refusal::SameUnit);
            }
            movable(case, &unit, forced, terms)?;
            let step = rules.accept_due(calendar, &case.matter(), now);
            Ok(Event::Upheld { reason: why(&reason)?, unit, from, step })
        }
        Command::Overrule { reason } => Ok(Event::Overruled {
            reason: why(&reason)?,
            step: rules.accept_due(calendar, &case.matter(), now),
        }),
        Command::Forward { office } => Ok(Event::Forwarded { office: written(&office, 60)? }),
        Command::CoReply { unit, words } => match case.co_units.iter().find(|co| co.unit == unit) {
            None => Err(Refusal::NotCoUnit),
            Some(co) if co.replied => Err(Refusal::CoReplied),
            Some(_) => Ok(Event::CoReplied { unit, words: written(&words, WORDS_MAX_CHARS)? }),
        },
        Command::Ask { question } => {
            let left_us = case.due.and_then(|due| left(case, due, terms, now));
            let pause = Pause { since: now, left_us, by_clock: case.urgency == Urgency::Urgent };
            let step = rules.suspend_due(calendar, now);
            Ok(Event::Asked { question: written(&question, NOTE_MAX_CHARS)?, step, pause })
        }
        Command::Answer { words } => {
            Ok(Event::Answered { words: written(&words, WORDS_MAX_CHARS)?, due: resumed(case, terms, now) })
        }
        Command::Resume => Ok(Event::Resumed { due: resumed(case, terms, now) }),
        Command::Extend { days, reason } => {
            if !(1..=rules.extension_days).contains(&days) {
                return Err(Refusal::Days(rules.extension_days));
            }
            Ok(Event::ExtensionAsked { days, reason: why(&reason)? })
        }
        Command::ExtendGrant { reason } => {
            let Some(asked) = &case.extension else { return Err(Refusal::NoExtension) };
            let from = case.due.map_or(now, |due| due.at);
            let due = rules.extended(calendar, from, asked.days);
            Ok(Event::ExtensionGranted { days: asked.days, reason: optional(&reason)?, due })
        }
        Command::ExtendRefuse { reason } => Ok(Event::ExtensionRefused { reason: why(&reason)? }),
        Command::Reply { words, result, files } => {
            if case.window && result.is_none() {
                return Err(Refusal::NoResult);
            }
            // While the clock stands still nothing becomes late.
            let in_time = in_time || case.state == State::Suspended && paused_in_time(case);
            Ok(with_files(replied(case, &words, in_time, result, terms, now)?, files))
        }
        Command::FollowReply { words, files } => {
            Ok(with_files(replied(case, &words, in_time, None, terms, now)?, files))
        }
        Command::Callback(form) => called_back(case, &form, terms, now),
        Command::Append { words } => Ok(Event::Appended { words: written(&words, WORDS_MAX_CHARS)? }),
        Command::Archive { note } => {
            let note = if case.state == State::CalledBack {
                optional(&note)?
            } else {
                written(&note, NOTE_MAX_CHARS)?
            };
            Ok(Event::Archived { note, in_time })
        }
        Command::Reopen { reason } => {
            let (due, step) = again(case, terms, now);
            Ok(Event::Reopened { reason: why(&reason)?, due, step })
        }
        Command::Urge { note, citizen } => {
            let again = case.urged.map(|at| at.plus_secs(i64::from(rules.urge_hours) * 3600));
            if let Some(until) = again.filter(|until| citizen && *until > now) {
                return Err(Refusal::UrgedLately(until));
            }
            Ok(Event::Urged { note: optional(&note)?, citizen })
        }
        Command::Supervise { note, supervisor } => Ok(Event::Supervised { note: why(&note)?, supervisor }),
        Command::Merge { into, unit } => Ok(Event::Merged { into, unit }),
        Command::Absorb { number } => Ok(Event::Absorbed { number }),
        Command::Unmerge { reason } => Ok(Event::Unmerged {
            reason: why(&reason)?,
            step: rules.dispatch_due(calendar, &case.matter(), now),
        }),
        Command::Follow { unit } => Ok(Event::Followed { unit }),
        Command::Split { numbers } => {
            if numbers.is_empty() || numbers.len() > PARTS_MAX {
                return Err(Refusal::Parts(PARTS_MAX));
            }
            Ok(Event::Split { numbers })
        }
        Command::Cancel { reason } => Ok(Event::Cancelled { reason: written(&reason, NOTE_MAX_CHARS)? }),
        Command::Withdraw { reason } => Ok(Event::Withdrawn { reason: optional(&reason)? }),
        Command::Conceal => Ok(Event::Concealed),
    }
}

fn dispatch(
    case: &Case,
    unit: UnitId,
    co_units: Vec<UnitId>,
    note: &str,
    forced: bool,
    terms: Terms<'_>,
    now: Micros,
) -> Result<Event, Refusal> {
    let note = match written(note, NOTE_MAX_CHARS) {
        Ok(note) => note,
        // The first time the ticket speaks for itself; after that somebody has already had it and must be told why.
        Err(Refusal::NoWords) if case.state == State::Registered && !forced => String::new(),
        Err(Refusal::NoWords) => return Err(Refusal::NoReason),
        Err(refusal) => return Err(refusal),
    };
    let working = matches!(case.state, State::Dispatched | State::Handling);
    if working && case.unit.as_ref() == Some(&unit) {
        return Err(Refusal::SameUnit);
    }
    let doubled = co_units.iter().enumerate().any(|(at, co)| co_units.iter().skip(at + 1).any(|it| it == co));
    if co_units.len() > CO_UNITS_MAX || doubled || co_units.contains(&unit) {
        return Err(Refusal::CoUnits);
    }
    movable(case, &unit, forced, terms)?;
    // What the citizen was promised stands, whoever does it. What was answered and goes back to work has a new term.
    let kept = if case.state.is_answered() { None } else { case.due };
    let due = kept.unwrap_or_else(|| terms.deadlines.reply_due(terms.calendar, &case.matter(), now));
    let step = Some(terms.deadlines.accept_due(terms.calendar, &case.matter(), now));
    let in_time = case.state != State::Registered || case.step_due.is_none_or(|due| now <= due.at);
    Ok(Event::Dispatched { unit, from: case.unit.clone(), note, due, step, co_units, forced, in_time })
}

/// Whether it may go to that unit: a ticket is not pushed round.
fn movable(case: &Case, unit: &UnitId, forced: bool, terms: Terms<'_>) -> Result<(), Refusal> {
    if forced {
        return Ok(());
    }
    if case.barred.contains(unit) {
        return Err(Refusal::Barred);
    }
    let moves = case.unit.as_ref().is_some_and(|had| had != unit);
    let most = terms.deadlines.reassign_most;
    if moves && !case.state.is_answered() && case.hops >= most { Err(Refusal::Loop(most)) } else { Ok(()) }
}

fn replied(
    case: &Case,
    words: &str,
    in_time: bool,
    result: Option<super::WindowResult>,
    terms: Terms<'_>,
    now: Micros,
) -> Result<Event, Refusal> {
    let due = terms.deadlines.archive_due(terms.calendar, now);
    let step = Some(terms.deadlines.callback_due(terms.calendar, now));
    let result = result.filter(|_| case.window);
    Ok(Event::Replied {
        words: written(words, WORDS_MAX_CHARS)?,
        in_time,
        due,
        step,
        result,
        files: Vec::new(),
    })
}

/// A reply with what goes to the citizen beside its words.
fn with_files(event: Event, with: Vec<String>) -> Event {
    match event {
        Event::Replied { words, in_time, due, step, result, .. } => {
            Event::Replied { words, in_time, due, step, result, files: with }
        }
        other => other,
    }
}

fn called_back(case: &Case, form: &CallbackForm, terms: Terms<'_>, now: Micros) -> Result<Event, Refusal> {
    let note = optional(&form.note)?;
    let rules = terms.deadlines;
    if !form.reached {
        let form = CallbackForm { note, ..CallbackForm::default() };
        let next = if case.tries + 1 >= rules.callback_tries {
            Next::Close
        } else {
            Next::Again { step: rules.callback_again(terms.calendar, now) }
        };
        return Ok(Event::CalledBack { form, next });
    }
    let Some(solved) = form.solved else { return Err(Refusal::NoOutcome) };
    let next = if solved && form.satisfied != Some(false) {
        Next::Close
    } else {
        let (due, step) = again(case, terms, now);
        Next::Reopen { due, step, escalate: case.reopened > 0 && case.supervisor.is_none() }
    };
    Ok(Event::CalledBack { form: CallbackForm { note, ..form.clone() }, next })
}

/// The terms of work taken up again.
fn again(case: &Case, terms: Terms<'_>, now: Micros) -> (Due, Option<Due>) {
    let due = terms.deadlines.reply_due(terms.calendar, &case.matter(), now);
    let step = case.unit.is_none().then(|| terms.deadlines.dispatch_due(terms.calendar, &case.matter(), now));
    (due, step)
}

/// What is left of a term; none when it has run out.
fn left(case: &Case, due: Due, terms: Terms<'_>, now: Micros) -> Option<u64> {
    if due.at < now {
        return None;
    }
    if case.urgency == Urgency::Urgent {
        return u64::try_from(due.at.0 - now.0).ok();
    }
    terms.calendar.provisional().working_us_between(now, due.at).ok()
}

fn paused_in_time(case: &Case) -> bool {
    case.pause.is_some_and(|pause| pause.left_us.is_some())
}

/// The term of a clock that runs on.
fn resumed(case: &Case, terms: Terms<'_>, now: Micros) -> Due {
    let before = case.due.unwrap_or(Due { at: now, provisional: false });
    let Some(pause) = case.pause else { return before };
    match pause.left_us {
        // It was late before, and the citizen's answer does not change that.
        None => before,
        Some(left) if pause.by_clock => Due { at: Micros(now.0.saturating_add_unsigned(left)), ..before },
        // Nobody loses time by an answer: at the same instant the old term stands.
        Some(_) if pause.since == now => before,
        Some(left) => {
            if let Ok(at) = terms.calendar.add_working_us(now, left) {
                return Due { at: at.max(before.at), provisional: before.provisional };
            }
            let at = terms.calendar.provisional().add_working_us(now, left).unwrap_or(before.at);
            Due { at: at.max(before.at), provisional: true }
        }
    }
}

/// A reason, which must be given.
fn why(text: &str) -> Result<String, Refusal> {
    match written(text, NOTE_MAX_CHARS) {
        Err(Refusal::NoWords) => Err(Refusal::NoReason),
        other => other,
    }
}

/// A note that may be empty.
fn optional(text: &str) -> Result<String, Refusal> {
    match written(text, NOTE_MAX_CHARS) {
        Err(Refusal::NoWords) => Ok(String::new()),
        other => other,
    }
}

/// Text as it is kept, or why not.
fn written(text: &str, most: usize) -> Result<String, Refusal> {
    let text = crate::words::clean(text);
    match text.chars().count() {
        0 => Err(Refusal::NoWords),
        length if length > most => Err(Refusal::TooLong(most)),
        _ => Ok(text),
    }
}
