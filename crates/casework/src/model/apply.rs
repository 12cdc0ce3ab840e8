//! What an event makes of a case.

use kernel::{Micros, UnitId};

use super::{Case, CoUnit, Event, ExtensionAsked, Next, Objection, State};
use crate::deadlines::Due;

/// What an event makes of a case. `at` is when it happened.
pub fn apply(case: &mut Case, event: &Event, at: Micros) {
    match event {
        Event::Registered {
            kind,
            urgency,
            callback,
            proposed,
            due,
            step,
            domain,
            category,
            window,
            confidential,
        } => {
            *case = Case::blank(*kind, *urgency);
            case.callback = *callback;
            case.proposed.clone_from(proposed);
            case.due = Some(*due);
            case.step_due = *step;
            case.domain.clone_from(domain);
            case.category.clone_from(category);
            case.window = *window;
            case.confidential = *confidential;
        }
        Event::Dispatched { unit, from, due, step, co_units, .. } => {
            if case.state.is_answered() {
                back_to_work(case);
            }
            if from.as_ref().is_some_and(|from| from != unit) {
                case.hops += 1;
            }
            given_to(case, unit, *step);
            case.due = Some(*due);
            if !co_units.is_empty() {
                case.co_units =
                    co_units.iter().map(|unit| CoUnit { unit: unit.clone(), replied: false }).collect();
            }
        }
        Event::Accepted { .. } => {
            case.state = State::Handling;
            case.step_due = None;
        }
        Event::Objected { reason, evidence, suggest, step } => {
            case.state = State::Objected;
            case.objectors.extend(case.unit.clone());
            case.objection = Some(Objection {
                reason: reason.clone(),
                evidence: evidence.clone(),
                suggest: suggest.clone(),
            });
            case.step_due = Some(*step);
        }
        Event::Upheld { unit, from, step, .. } => {
            case.barred.push(from.clone());
            case.hops += 1;
            given_to(case, unit, Some(*step));
        }
        Event::Overruled { step, .. } => {
            case.state = State::Dispatched;
            case.objection = None;
            case.step_due = Some(*step);
        }
        Event::Forwarded { office } => case.office.clone_from(office),
        Event::CoReplied { unit, .. } => {
            for co in case.co_units.iter_mut().filter(|co| co.unit == *unit) {
                co.replied = true;
            }
        }
        Event::Asked { question, step, pause } => {
            case.state = State::Suspended;
            case.question = Some(question.clone());
            case.step_due = Some(*step);
            case.pause = Some(*pause);
            case.asks += 1;
        }
        Event::Answered { due, .. } | Event::Resumed { due } => {
            case.state = State::Handling;
            run_on(case, *due);
        }
        Event::ExtensionAsked { days, reason } => {
            case.extension = Some(ExtensionAsked { days: *days, reason: reason.clone() });
        }
        Event::ExtensionGranted { due, .. } => {
            case.extension = None;
            case.extensions += 1;
            case.due = Some(*due);
        }
        Event::ExtensionRefused { .. } => case.extension = None,
        Event::Replied { due, step, result, .. } => {
            case.state = State::Replied;
            case.replied = Some(at);
            run_on(case, *due);
            case.step_due = *step;
            case.extension = None;
            case.objection = None;
            case.leading = None;
            case.tries = 0;
            case.outcome = None;
            case.result = result.or(case.result);
        }
        Event::CalledBack { form, next } => called_back(case, form, next),
        Event::Appended { .. } => {}
        Event::Archived { .. } => close(case, State::Archived, at),
        Event::Reopened { due, step, .. } => {
            back_to_work(case);
            taken_up(case, *due, *step);
        }
        Event::Urged { citizen, .. } => {
            case.urges += 1;
            if *citizen {
                case.urged = Some(at);
            }
        }
        Event::Supervised { supervisor, .. } => case.supervisor = Some(supervisor.clone()),
        Event::Merged { into, unit } => {
            case.state = State::Merged;
            case.leading = Some(into.clone());
            case.unit.clone_from(unit);
            case.step_due = None;
            case.extension = None;
            case.co_units.clear();
        }
        Event::Absorbed { number } => case.merged.push(number.clone()),
        Event::Unmerged { step, .. } => {
            case.state = State::Registered;
            case.leading = None;
            case.unit = None;
            case.step_due = Some(*step);
        }
        Event::Followed { unit } => case.unit.clone_from(unit),
        Event::Split { numbers } => case.split.extend(numbers.iter().cloned()),
        Event::Cancelled { .. } => close(case, State::Cancelled, at),
        Event::Withdrawn { .. } => close(case, State::Withdrawn, at),
        Event::Concealed => case.confidential = true,
    }
}

fn called_back(case: &mut Case, form: &super::CallbackForm, next: &Next) {
    if form.reached {
        case.outcome = Some(form.clone());
    } else {
        case.tries += 1;
    }
    match next {
        Next::Close => {
            case.state = State::CalledBack;
            case.step_due = None;
        }
        Next::Again { step } => case.step_due = Some(*step),
        Next::Reopen { due, step, escalate } => {
            back_to_work(case);
            if *escalate {
                case.supervisor = Some(String::new());
            }
            taken_up(case, *due, *step);
        }
    }
}

fn taken_up(case: &mut Case, due: Due, step: Option<Due>) {
    case.state = if case.unit.is_some() { State::Handling } else { State::Registered };
    case.due = Some(due);
    case.step_due = step;
}

/// A new round of work begins: what limited the one before does not limit it.
fn back_to_work(case: &mut Case) {
    case.reopened += 1;
    case.hops = 0;
    case.asks = 0;
    case.extensions = 0;
    case.extension = None;
    case.tries = 0;
    case.closed = None;
    // Who followed was answered and has a life of its own.
    case.merged.clear();
    for co in &mut case.co_units {
        co.replied = false;
    }
}

fn given_to(case: &mut Case, unit: &UnitId, step: Option<Due>) {
    case.state = State::Dispatched;
    case.unit = Some(unit.clone());
    case.step_due = step;
    case.objection = None;
    case.extension = None;
    case.office.clear();
    case.co_units.retain(|co| co.unit != *unit);
}

fn run_on(case: &mut Case, due: Due) {
    case.due = Some(due);
    case.step_due = None;
    case.pause = None;
    case.question = None;
}

fn close(case: &mut Case, state: State, at: Micros) {
    case.state = state;
    case.due = None;
    case.step_due = None;
    case.pause = None;
    case.question = None;
    case.extension = None;
    case.objection = None;
    case.leading = None;
    case.closed = Some(at);
}
