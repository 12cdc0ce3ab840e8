//! What we do with calls: answer, refuse, ring a desk telephone, end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{self as sip, Header, StatusCode, StatusCodeKind};
use rsipstack::transport::SipAddr;

use super::reading::name;
use super::refresh::{agreeing, offering, said};
use super::registrar::Over;
use super::stack::{Stack, locked, signalling};
use super::{CallRef, Signal, Signalling, timer};
use crate::VoiceError;

/// A desk telephone is rung at most this long.
const RING_AT_MOST: Duration = Duration::from_mins(1);

#[async_trait]
impl Signalling for Stack {
    fn answer(&self, call: &CallRef, description: String) -> Result<(), VoiceError> {
        let id = locked(&self.0.calls).get(call).cloned().ok_or_else(|| signalling("the call is gone"))?;
        let dialog = self.0.dialog(&id).ok_or_else(|| signalling("the call is gone"))?;
        let asked = said(&dialog.initial_request().headers);
        // What asks for too short an interval was refused at the gate.
        let agreed = timer::answer(self.0.timers, &asked).map_err(signalling)?;
        let mut headers = agreeing(agreed);
        headers.push(Header::ContentType("application/sdp".into()));
        self.0.keep(call, agreed, description.clone(), asked.updates);
        dialog.accept(Some(headers), Some(description.into_bytes())).map_err(signalling)
    }

    fn refuse(&self, call: &CallRef, status: u16) {
        let id = locked(&self.0.calls).get(call).cloned();
        if let Some(dialog) = id.and_then(|id| self.0.dialog(&id)) {
            drop(dialog.reject(Some(StatusCode::from(status)), None));
        }
    }

    async fn ring(
        &self,
        phone: &str,
        caller: &str,
        contact: &str,
        offer: String,
    ) -> Result<(CallRef, IpAddr), VoiceError> {
        let binding = locked(&self.0.registrar)
            .get(phone, self.0.now_secs())
            .cloned()
            .ok_or_else(|| signalling("the telephone is not registered"))?;
        let shown = if caller.is_empty() { "anonymous" } else { caller };
        let transport = match binding.over {
            Over::Udp => sip::Transport::Udp,
            Over::Tcp => sip::Transport::Tcp,
            Over::Tls => sip::Transport::Tls,
        };
        let ours = offer.clone();
        let mut headers = offering();
        headers.push(Header::Other("X-Contact".to_owned(), contact.to_owned()));
        let option = InviteOption {
            caller: sip::Uri::try_from(format!("sip:{shown}@{}", self.0.address).as_str())
                .map_err(signalling)?,
            callee: sip::Uri::try_from(binding.contact.as_str()).map_err(signalling)?,
            destination: Some(SipAddr { r#type: Some(transport), addr: binding.source.into() }),
            content_type: Some("application/sdp".to_owned()),
            offer: Some(offer.into_bytes()),
            contact: self.0.contact_over(binding.over),
            headers: Some(headers),
            ..InviteOption::default()
        };
        let (dialog, done) =
            self.0.dialogs.do_invite_async(option, self.0.states.clone()).map_err(signalling)?;
        let call = name(&dialog.id());
        locked(&self.0.calls).insert(call.clone(), dialog.id());
        let (inner, rung) = (Arc::clone(&self.0), call.clone());
        tokio::spawn(async move {
            let limit = tokio::time::sleep(RING_AT_MOST);
            tokio::pin!(limit);
            tokio::pin!(done);
            let outcome = tokio::select! {
                outcome = &mut done => Some(outcome),
                () = &mut limit => None,
            };
            let answer = match outcome {
                Some(Ok(Ok((id, Some(response)))))
                    if response.status_code.kind() == StatusCodeKind::Successful =>
                {
                    if let Some(known) = locked(&inner.calls).get_mut(&rung) {
                        *known = id;
                    }
                    let said = said(&response.headers);
                    inner.keep(&rung, timer::settled(inner.timers, &said), ours, said.updates);
                    Ok(response.body)
                }
                Some(Ok(Ok((_, Some(response))))) => Err(u16::from(response.status_code)),
                Some(_) => Err(480),
                None => {
                    drop(dialog.cancel().await);
                    Err(408)
                }
            };
            match answer {
                Ok(body) => inner.tell(Signal::Answered(rung, body)),
                Err(status) => {
                    let known = locked(&inner.calls).remove(&rung);
                    inner.dialogs.remove_dialog(&dialog.id());
                    if known.is_some() {
                        inner.tell(Signal::Refused(rung, status));
                    }
                }
            }
        });
        Ok((call, binding.source.ip()))
    }

    fn end(&self, call: &CallRef) {
        self.0.hang_up(call);
    }

    fn ask(&self, call: &CallRef) {
        self.0.ask_far_side(call);
    }

    fn address(&self) -> SocketAddr {
        self.0.address
    }

    fn dialogs(&self) -> usize {
        self.0.dialogs.len()
    }

    fn stop(&self) {
        self.0.stop.cancel();
    }
}
