//! Sessions are kept alive and dead ones ended: [`timer`] decides, this carries it out. Refreshed by UPDATE where the far side
//! allows it, else by a re-INVITE with the same description.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::{Header, Headers, Response, StatusCode};

use super::stack::{Inner, locked};
use super::timer::{self, Agreed, Due, Refresher, Said, Timer};
use super::{CallRef, Signal};

/// What we take in a dialog.
const ALLOWED: &str = "INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS";
/// How often sessions are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is kept of a session that is up.
pub(super) struct Session {
    timer: Timer,
    /// Our description, for re-INVITEs that change nothing.
    description: String,
    /// The far side takes UPDATE.
    updates: bool,
}

/// What a message says about timers.
pub(super) fn said(headers: &Headers) -> Said {
    timer::read(headers.iter().map(|header| (header.name(), header.value())))
}

/// The headers of a response that agrees.
pub(super) fn agreeing(agreed: Agreed) -> Vec<Header> {
    let mut headers = vec![
        Header::SessionExpires(timer::for_response(agreed).into()),
        Header::Supported("timer".into()),
        Header::Allow(ALLOWED.into()),
    ];
    if agreed.supported && agreed.refresher == Refresher::They {
        headers.push(Header::Require("timer".into()));
    }
    headers
}

/// The headers of a call of ours.
pub(super) fn offering() -> Vec<Header> {
    vec![Header::Supported("timer".into()), Header::Allow(ALLOWED.into())]
}

impl Inner {
    pub(super) fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64 + 1000
    }

    /// A session is up.
    pub(super) fn keep(&self, call: &CallRef, agreed: Agreed, description: String, updates: bool) {
        let timer = Timer::new(agreed, self.now_ms());
        locked(&self.sessions).insert(call.clone(), Session { timer, description, updates });
    }

    /// Our description in a session.
    pub(super) fn description(&self, call: &CallRef) -> Option<String> {
        locked(&self.sessions).get(call).map(|session| session.description.clone())
    }

    /// The far side has refreshed it, perhaps with another description.
    pub(super) fn refreshed(&self, call: &CallRef, agreed: Agreed, description: Option<String>) {
        let now = self.now_ms();
        if let Some(session) = locked(&self.sessions).get_mut(call) {
            session.timer.answered(agreed, now);
            if let Some(description) = description {
                session.description = description;
            }
        }
    }

    /// Looks after all sessions until the stack stops.
    pub(super) async fn look_after_sessions(self: Arc<Self>) {
        while !self.stop.is_cancelled() {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.now_ms();
            let due: Vec<(CallRef, Due)> = locked(&self.sessions)
                .iter_mut()
                .map(|(call, session)| (call.clone(), session.timer.due(now)))
                .filter(|(_, due)| *due != Due::Nothing)
                .collect();
            for (call, due) in due {
                if due == Due::Over {
                    self.over(&call);
                } else {
                    tokio::spawn(Arc::clone(&self).refresh(call));
                }
            }
        }
    }

    /// Asks now whether the far side lives.
    pub(super) fn ask_far_side(self: &Arc<Self>, call: &CallRef) {
        let asks = locked(&self.sessions).get_mut(call).is_some_and(|session| session.timer.ask());
        if asks {
            tokio::spawn(Arc::clone(self).refresh(call.clone()));
        }
    }

    async fn refresh(self: Arc<Self>, call: CallRef) {
        let known = locked(&self.sessions)
            .get(&call)
            .map(|session| (session.timer.agreed(), session.description.clone(), session.updates));
        let Some((agreed, description, updates)) = known else { return };
        let id = locked(&self.calls).get(&call).cloned();
        let Some(dialog) = id.and_then(|id| self.dialog(&id)) else { return };
        // Another request is under way in this dialog; it proves life by itself.
        if !dialog.state().is_confirmed() {
            return self.try_later(&call);
        }
        let mut headers = offering();
        headers.push(Header::SessionExpires(timer::for_request(agreed.secs, agreed.refresher).into()));
        headers.push(Header::MinSE(self.timers.least_secs.to_string().into()));
        let answer = if updates {
            dialog.update(Some(headers), None).await
        } else {
            headers.push(Header::ContentType("application/sdp".into()));
            dialog.reinvite(Some(headers), Some(description.into_bytes())).await
        };
        match answer {
            Ok(Some(response)) => self.answered(&call, agreed, &response),
            // Nobody answers, or nobody can be reached.
            Ok(None) | Err(_) => self.over(&call),
        }
    }

    fn answered(self: &Arc<Self>, call: &CallRef, agreed: Agreed, response: &Response) {
        let said = said(&response.headers);
        let now = self.now_ms();
        let mut sessions = locked(&self.sessions);
        let Some(session) = sessions.get_mut(call) else { return };
        match u16::from(response.status_code.clone()) {
            200..=299 => session.timer.answered(timer::settled(self.timers, &said), now),
            408 | 481 => {
                drop(sessions);
                self.over(call);
            }
            422 => {
                let secs = said.least_secs.unwrap_or(agreed.secs).max(agreed.secs);
                session.timer.answered(Agreed { secs, ..agreed }, now);
                session.timer.later(now);
            }
            405 | 501 if session.updates => {
                session.updates = false;
                session.timer.later(now);
            }
            491 | 500 | 503 => session.timer.later(now),
            // It refuses, and so it lives.
            _ => session.timer.answered(agreed, now),
        }
    }

    fn try_later(&self, call: &CallRef) {
        let now = self.now_ms();
        if let Some(session) = locked(&self.sessions).get_mut(call) {
            session.timer.later(now);
        }
    }

    /// Nobody is there any more.
    fn over(self: &Arc<Self>, call: &CallRef) {
        if self.hang_up(call) {
            tracing::info!(%call, "a far side no longer answers; the call is over");
            self.tell(Signal::Ended(call.clone()));
        }
    }

    /// Ends a dialog; false when it had ended.
    pub(super) fn hang_up(self: &Arc<Self>, call: &CallRef) -> bool {
        locked(&self.sessions).remove(call);
        let Some(id) = locked(&self.calls).remove(call) else { return false };
        let Some(dialog) = self.dialog(&id) else { return true };
        let inner = Arc::clone(self);
        // A far side that is dead is asked for half a minute; nobody waits for that.
        tokio::spawn(async move {
            if let Err(error) = dialog.hangup().await {
                tracing::debug!(%error, "a call could not be ended in order");
            }
            drop(dialog.reject(Some(StatusCode::TemporarilyUnavailable), None));
            inner.dialogs.remove_dialog(&id);
        });
        true
    }
}
