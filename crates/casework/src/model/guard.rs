//! Which step a state allows. What a step's words must be is looked at in `decide`.

use kernel::Micros;

use super::{Case, Refusal, State, Step, Terms};

/// Whether a step can be taken now, whoever takes it.
///
/// # Errors
/// [`Refusal`] saying what to do instead.
pub fn guard(case: &Case, step: Step, terms: Terms<'_>, now: Micros) -> Result<(), Refusal> {
    use State::{CalledBack, Dispatched, Handling, Merged, Objected, Registered, Replied, Suspended};
    let state = case.state;
    let rules = terms.deadlines;
    if step == Step::Reopen && state == State::Archived {
        let days = rules.reopen_days;
        let long = case.closed.is_some_and(|at| now.secs_since(at) > i64::from(days) * 86_400);
        return if long { Err(Refusal::ClosedLong(days)) } else { Ok(()) };
    }
    if state.is_closed() {
        return Err(Refusal::Closed(state));
    }
    let within = |states: &[State]| {
        if states.contains(&state) { Ok(()) } else { Err(Refusal::NotNow { step, state }) }
    };
    let unanswered = |states: &[State]| {
        if state.is_answered() { Err(Refusal::AlreadyReplied) } else { within(states) }
    };
    let refuse = |when: bool, why: Refusal| if when { Err(why) } else { Ok(()) };
    match step {
        Step::Dispatch => within(&[Registered, Dispatched, Handling, Replied, CalledBack]),
        Step::Accept => within(&[Dispatched]),
        Step::Object => {
            within(&[Dispatched])?;
            let before = case.unit.as_ref().is_some_and(|unit| case.objectors.contains(unit));
            refuse(before, Refusal::ObjectedBefore)?;
            refuse(case.step_due.is_some_and(|due| due.at < now), Refusal::ObjectedLate)
        }
        Step::Uphold | Step::Overrule => within(&[Objected]),
        Step::Forward => within(&[Dispatched, Handling]),
        Step::CoReply => {
            within(&[Dispatched, Handling, Suspended])?;
            refuse(case.co_units.is_empty(), Refusal::NotCoUnit)
        }
        Step::Ask => {
            within(&[Dispatched, Handling])?;
            refuse(case.asks >= rules.suspend_most, Refusal::AskedOften(rules.suspend_most))
        }
        Step::Answer | Step::Resume => within(&[Suspended]),
        Step::Extend => {
            within(&[Dispatched, Handling])?;
            refuse(case.extension.is_some(), Refusal::ExtensionOpen)?;
            let most = rules.extension_most;
            refuse(case.extensions >= most, Refusal::ExtendedOften(most))?;
            refuse(case.due.is_some_and(|due| due.at < now), Refusal::PastDue)
        }
        Step::ExtendGrant | Step::ExtendRefuse => {
            within(&[Dispatched, Handling])?;
            refuse(case.extension.is_none(), Refusal::NoExtension)
        }
        Step::Reply => unanswered(&[Registered, Dispatched, Handling, Suspended]),
        Step::Callback => {
            refuse(!state.is_answered(), Refusal::NotReplied)?;
            within(&[Replied])
        }
        Step::Archive => {
            refuse(!state.is_answered(), Refusal::NotReplied)?;
            refuse(case.window && state == Replied, Refusal::NotCalledBack)
        }
        Step::Reopen => within(&[Replied, CalledBack]),
        Step::Urge => unanswered(&[Registered, Dispatched, Objected, Handling, Suspended, Merged]),
        Step::Supervise => {
            unanswered(&[Registered, Dispatched, Objected, Handling, Suspended, Merged])?;
            // An empty name waits for a person to be named.
            refuse(case.supervisor.as_ref().is_some_and(|who| !who.is_empty()), Refusal::SupervisedAlready)
        }
        Step::Merge => {
            unanswered(&[Registered, Dispatched, Handling])?;
            refuse(case.confidential, Refusal::MergeConfidential)?;
            refuse(!case.merged.is_empty(), Refusal::LeadsOthers)
        }
        Step::Absorb => {
            let fits = matches!(state, Registered | Dispatched | Objected | Handling | Suspended);
            refuse(!fits, Refusal::MergeTarget)?;
            refuse(case.confidential, Refusal::MergeConfidential)
        }
        Step::Unmerge | Step::Follow => within(&[Merged]),
        Step::Split => {
            unanswered(&[Registered, Dispatched, Handling])?;
            refuse(!case.merged.is_empty(), Refusal::LeadsOthers)
        }
        Step::Cancel | Step::Withdraw => {
            unanswered(&[Registered, Dispatched, Objected, Handling, Suspended, Merged])
        }
        Step::Note => Ok(()),
        Step::Conceal => refuse(case.confidential, Refusal::ConfidentialAlready)
            .and_then(|()| refuse(state == Merged || !case.merged.is_empty(), Refusal::MergeConfidential)),
    }
}
