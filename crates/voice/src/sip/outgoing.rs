//! What we do with calls: answer, refuse, ring a desk telephone, end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{self as sip, Header, StatusCode, StatusCodeKind};
use rsipstack::transport::SipAddr;

use super::reading::name;
use super::stack::{Stack, locked, signalling};
use super::{CallRef, Signal, Signalling};
use crate::VoiceError;

/// A desk telephone is rung at most this long.
const RING_AT_MOST: Duration = Duration::from_mins(1);

#[async_trait]
impl Signalling for Stack {
    fn answer(&self, call: &CallRef, description: String) -> Result<(), VoiceError> {
        let id = locked(&self.0.calls).get(call).cloned().ok_or_else(|| signalling("the call is gone"))?;
        let dialog = self.0.dialog(&id).ok_or_else(|| signalling("the call is gone"))?;
        let headers = vec![Header::ContentType("application/sdp".into())];
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
        let transport = if binding.tcp { sip::Transport::Tcp } else { sip::Transport::Udp };
        let option = InviteOption {
            caller: sip::Uri::try_from(format!("sip:{shown}@{}", self.0.address).as_str())
                .map_err(signalling)?,
            callee: sip::Uri::try_from(binding.contact.as_str()).map_err(signalling)?,
            destination: Some(SipAddr { r#type: Some(transport), addr: binding.source.into() }),
            content_type: Some("application/sdp".to_owned()),
            offer: Some(offer.into_bytes()),
            contact: self.0.contact.clone(),
            headers: Some(vec![Header::Other("X-Contact".to_owned(), contact.to_owned())]),
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
        let id = locked(&self.0.calls).remove(call);
        let Some(id) = id else { return };
        let Some(dialog) = self.0.dialog(&id) else { return };
        let inner = Arc::clone(&self.0);
        // A far side that is dead is asked for half a minute; nobody waits for that.
        tokio::spawn(async move {
            if let Err(error) = dialog.hangup().await {
                tracing::debug!(%error, "a call could not be ended in order");
            }
            drop(dialog.reject(Some(StatusCode::TemporarilyUnavailable), None));
            inner.dialogs.remove_dialog(&id);
        });
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
