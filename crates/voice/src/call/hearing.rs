//! Who hears whom: caller, agent, and those who listen in. Pure.

/// How somebody takes part in another agent's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Hears both, is heard by nobody.
    Listen,
    /// Is heard by the agent alone.
    Whisper,
    /// Is heard by both.
    Join,
    /// Speaks with the agent alone, and does not hear the caller.
    Consult,
}

/// A side of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who called.
    Caller,
    /// Whose call it is.
    Agent,
    /// One of those who listen in, by their place.
    Listener(usize),
}

/// Whom each side hears. While the two are parted (hold, a browser that is away) the caller is left to the music, and what
/// is said reaches the agent alone.
pub fn hearing(bridged: bool, parts: &[Part]) -> Vec<(Side, Vec<Side>)> {
    let speakers = |whom: &[Part]| {
        let heard = parts.iter().enumerate().filter(|(_, part)| whom.contains(part));
        heard.map(|(at, _)| Side::Listener(at)).collect::<Vec<_>>()
    };
    let mut caller = Vec::new();
    let mut agent = speakers(&[Part::Whisper, Part::Join, Part::Consult]);
    if bridged {
        caller.push(Side::Agent);
        caller.extend(speakers(&[Part::Join]));
        agent.push(Side::Caller);
    }
    let mut all = vec![(Side::Caller, caller), (Side::Agent, agent)];
    for (at, part) in parts.iter().enumerate() {
        let consults = *part == Part::Consult;
        let mut heard = if consults { vec![Side::Agent] } else { vec![Side::Caller, Side::Agent] };
        // A whisper is for the agent and for those who listen in, not for a colleague who was asked.
        let speaking = if consults {
            speakers(&[Part::Consult])
        } else {
            speakers(&[Part::Whisper, Part::Join, Part::Consult])
        };
        heard.extend(speaking.into_iter().filter(|one| *one != Side::Listener(at)));
        all.push((Side::Listener(at), heard));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard_by(side: Side, all: &[(Side, Vec<Side>)]) -> Vec<Side> {
        all.iter().find(|(one, _)| *one == side).map(|(_, heard)| heard.clone()).unwrap_or_default()
    }

    #[test]
    fn a_whisper_reaches_the_agent_and_never_the_caller() {
        let all = hearing(true, &[Part::Whisper]);
        assert_eq!(heard_by(Side::Caller, &all), [Side::Agent]);
        assert_eq!(heard_by(Side::Agent, &all), [Side::Listener(0), Side::Caller]);
        assert_eq!(heard_by(Side::Listener(0), &all), [Side::Caller, Side::Agent]);
    }

    proptest! {
        #[test]
        fn laws(bridged: bool, parts in proptest::collection::vec(
            prop_oneof![Just(Part::Listen), Just(Part::Whisper), Just(Part::Join), Just(Part::Consult)], 0..5)) {
            let all = hearing(bridged, &parts);
            prop_assert_eq!(all.len(), parts.len() + 2);
            for (side, heard) in &all {
                prop_assert!(!heard.contains(side), "nobody hears themselves");
            }
            let caller = heard_by(Side::Caller, &all);
            prop_assert_eq!(caller.contains(&Side::Agent), bridged);
            prop_assert_eq!(heard_by(Side::Agent, &all).contains(&Side::Caller), bridged);
            for (at, part) in parts.iter().enumerate() {
                prop_assert_eq!(caller.contains(&Side::Listener(at)), bridged && *part == Part::Join);
                prop_assert_eq!(heard_by(Side::Agent, &all).contains(&Side::Listener(at)), *part != Part::Listen);
                let hears = heard_by(Side::Listener(at), &all);
                prop_assert_eq!(hears.contains(&Side::Caller), *part != Part::Consult, "the caller is not overheard");
                prop_assert!(hears.contains(&Side::Agent));
            }
        }
    }
}
