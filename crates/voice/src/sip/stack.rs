//! The port over rsipstack. Gaps of the stack that are filled here: dialogs are taken out by hand when they end, the receive
//! buffer of the socket is enlarged, and a request that names a dialog nobody has is answered 481.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kernel::Rng;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{
    Dialog, DialogState, DialogStateReceiver, DialogStateSender, TransactionHandle,
};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::*;
use rsipstack::sip::{self as sip, Header, Method, Request, StatusCode, StatusCodeKind};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::Endpoint;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::tcp_listener::TcpListenerConnection;
use rsipstack::transport::udp::{UdpConnection, UdpInner};
use rsipstack::transport::{SipAddr, SipConnection, TransportLayer};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::digest::{Challenger, Nonce};
use super::gate::{Gate, Refusal};
use super::registrar::{Binding, LONGEST_SECS, Registrar, SHORTEST_SECS};
use super::{CallRef, Invited, Signal, Signalling};
use crate::VoiceError;

/// The realm of desk telephones.
const REALM: &str = "minsheng";
/// A stack's default of 212 kB overflows in a burst of calls.
const RECEIVE_BUFFER: usize = 4 << 20;
/// Longest number taken from a request.
const LONGEST_NUMBER: usize = 32;
/// A desk telephone is rung at most this long.
const RING_AT_MOST: Duration = Duration::from_mins(1);

/// The secret of a desk telephone, by its user; None when there is no such user.
pub type Secrets = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// SIP over UDP and TCP.
pub struct Stack(Arc<Inner>);

struct Inner {
    dialogs: Arc<DialogLayer>,
    states: DialogStateSender,
    contact: sip::Uri,
    address: SocketAddr,
    signals: UnboundedSender<Signal>,
    calls: Mutex<HashMap<CallRef, DialogId>>,
    gate: Mutex<Gate>,
    registrar: Mutex<Registrar>,
    challenger: Challenger,
    secrets: Secrets,
    started: Instant,
    stop: CancellationToken,
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("address", &self.0.address).finish_non_exhaustive()
    }
}

fn signalling(error: impl std::fmt::Display) -> VoiceError {
    VoiceError::Signalling(error.to_string())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stack {
    /// Listens on an address, UDP and TCP. `told` is the address that far sides are told.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(
        address: SocketAddr,
        told: IpAddr,
        gate: Gate,
        secrets: Secrets,
        rng: &mut Rng,
        signals: UnboundedSender<Signal>,
    ) -> Result<Self, VoiceError> {
        let stop = CancellationToken::new();
        let layer = TransportLayer::new(stop.clone());
        let socket = std::net::UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER)?;
        let address = socket.local_addr()?;
        let told = SocketAddr::new(told, address.port());
        let inner = UdpInner {
            conn: Arc::new(tokio::net::UdpSocket::from_std(socket)?),
            addr: SipAddr { r#type: Some(sip::Transport::Udp), addr: told.into() },
        };
        layer.add_transport(UdpConnection::attach(inner, None, Some(stop.child_token())).await.into());
        let tcp = TcpListenerConnection::new(address, Some(told)).await.map_err(signalling)?;
        layer.add_transport(tcp.into());
        let endpoint = EndpointBuilder::new()
            .with_user_agent("minsheng")
            .with_cancel_token(stop.clone())
            .with_transport_layer(layer)
            .build();
        let incoming = endpoint.incoming_transactions().map_err(signalling)?;
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let (states, changes) = dialogs.new_dialog_state_channel();
        let contact = sip::Uri::try_from(format!("sip:minsheng@{told}").as_str()).map_err(signalling)?;
        let mut key = [0_u8; 16];
        rng.fill(&mut key);
        let inner = Arc::new(Inner {
            dialogs,
            states,
            contact,
            address: told,
            signals,
            calls: Mutex::default(),
            gate: Mutex::new(gate),
            registrar: Mutex::default(),
            challenger: Challenger::new(key),
            secrets,
            started: Instant::now(),
            stop,
        });
        inner.spawn(endpoint, incoming, changes);
        Ok(Self(inner))
    }
}

impl Inner {
    fn spawn(
        self: &Arc<Self>,
        endpoint: Endpoint,
        incoming: TransactionReceiver,
        changes: DialogStateReceiver,
    ) {
        tokio::spawn(async move { endpoint.serve().await });
        tokio::spawn(Arc::clone(self).requests(incoming));
        tokio::spawn(Arc::clone(self).changes(changes));
        let registrar = Arc::clone(self);
        tokio::spawn(async move {
            while !registrar.stop.is_cancelled() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                for user in locked(&registrar.registrar).expire(registrar.now_secs()) {
                    registrar.tell(Signal::Phone(user, false));
                }
            }
        });
    }

    fn now_secs(&self) -> u64 {
        self.started.elapsed().as_secs() + 1
    }

    fn tell(&self, signal: Signal) {
        // Nobody listens only while the program ends.
        drop(self.signals.send(signal));
    }

    async fn requests(self: Arc<Self>, mut incoming: TransactionReceiver) {
        while let Some(tx) = incoming.recv().await {
            let inner = Arc::clone(&self);
            // New calls are admitted in order; everything else may take its time.
            if tx.original.method == Method::Invite && !in_dialog(&tx) {
                inner.invited(tx).await;
            } else {
                tokio::spawn(async move { inner.request(tx).await });
            }
        }
    }

    async fn request(self: Arc<Self>, mut tx: Transaction) {
        let done = if in_dialog(&tx) {
            match self.dialogs.match_dialog(&tx) {
                Some(mut dialog) => dialog.handle(&mut tx).await,
                None if tx.original.method == Method::Ack => Ok(()),
                None => tx.reply(StatusCode::CallTransactionDoesNotExist).await,
            }
        } else {
            match tx.original.method {
                Method::Register => self.register(&mut tx).await,
                Method::Options => tx.reply(StatusCode::OK).await,
                Method::Ack | Method::Cancel => Ok(()),
                _ => tx.reply(StatusCode::MethodNotAllowed).await,
            }
        };
        if let Err(error) = done {
            tracing::debug!(%error, "a request could not be answered");
        }
    }

    async fn invited(self: Arc<Self>, mut tx: Transaction) {
        let Some((source, _)) = source_of(&tx) else { return };
        let calls = locked(&self.calls).len();
        let now_ms = self.started.elapsed().as_millis() as u64 + 1000;
        let admitted = locked(&self.gate).admit(source.ip(), calls, now_ms);
        let refused = match admitted {
            Ok(()) => None,
            Err(Refusal::Stranger) => Some(tx.reply(StatusCode::Forbidden).await),
            Err(Refusal::Full { retry_secs }) => {
                let header = Header::RetryAfter(retry_secs.to_string().into());
                Some(tx.reply_with(StatusCode::ServiceUnavailable, vec![header], None).await)
            }
        };
        if let Some(done) = refused {
            tracing::debug!(%source, ok = done.is_ok(), "a call was not let in");
            return;
        }
        let created = self.dialogs.get_or_create_server_invite(
            &tx,
            self.states.clone(),
            None,
            Some(self.contact.clone()),
        );
        match created {
            Ok(mut dialog) => {
                tokio::spawn(async move {
                    if let Err(error) = dialog.handle(&mut tx).await {
                        tracing::debug!(%error, "a call's first transaction ended badly");
                    }
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a call could not be taken");
                drop(tx.reply(StatusCode::BadRequest).await);
            }
        }
    }

    async fn register(&self, tx: &mut Transaction) -> rsipstack::Result<()> {
        let now = self.now_secs();
        let Some((source, tcp)) = source_of(tx) else { return Ok(()) };
        let user = tx
            .original
            .to_header()
            .ok()
            .and_then(|to| to.uri().ok())
            .and_then(|uri| uri.user().map(ToString::to_string))
            .unwrap_or_default();
        let stale = match self.proven(&tx.original, &user, now) {
            Proof::Good => None,
            Proof::Stale => Some(true),
            Proof::None => Some(false),
        };
        if let Some(stale) = stale {
            let nonce = self.challenger.nonce(now);
            let stale = if stale { ", stale=true" } else { "" };
            let text = format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\", algorithm=MD5{stale}");
            let header = Header::WwwAuthenticate(text.into());
            return tx.reply_with(StatusCode::Unauthorized, vec![header], None).await;
        }
        let contact =
            tx.original.contact_header().map(|contact| contact.value().to_owned()).unwrap_or_default();
        let expires = expires_of(&tx.original, &contact);
        if expires == 0 {
            if locked(&self.registrar).take(&user) {
                self.tell(Signal::Phone(user, false));
            }
            return tx.reply(StatusCode::OK).await;
        }
        let secs = expires.clamp(SHORTEST_SECS, LONGEST_SECS);
        let uri = address_of(&contact);
        let binding = Binding { contact: uri.clone(), source, tcp, until: now + u64::from(secs) };
        let fresh = locked(&self.registrar).put(&user, binding);
        if fresh {
            self.tell(Signal::Phone(user, true));
        }
        let header = Header::Contact(format!("<{uri}>;expires={secs}").into());
        tx.reply_with(StatusCode::OK, vec![header, Header::Expires(secs.to_string().into())], None).await
    }

    fn proven(&self, request: &Request, user: &str, now: u64) -> Proof {
        let header = request.headers.iter().find_map(|header| match header {
            Header::Authorization(given) => Some(given.value().to_owned()),
            _ => None,
        });
        let Some(raw) = header else { return Proof::None };
        let Ok(given) = sip::typed::Authorization::parse(&raw) else { return Proof::None };
        let Some(secret) = (self.secrets)(user) else { return Proof::None };
        match self.challenger.judge(&given.nonce, now) {
            Nonce::Foreign => Proof::None,
            Nonce::Stale => Proof::Stale,
            Nonce::Fresh => {
                let right = given.username == user
                    && given.realm == REALM
                    && rsipstack::dialog::authenticate::verify_digest(&given, &secret, &request.method, &raw);
                if right { Proof::Good } else { Proof::None }
            }
        }
    }

    async fn changes(self: Arc<Self>, mut changes: DialogStateReceiver) {
        while let Some(state) = changes.recv().await {
            match state {
                DialogState::Calling(id) => self.calling(&id),
                DialogState::Confirmed(id, _) => self.confirmed(&id),
                DialogState::Updated(id, request, handle) => {
                    tokio::spawn(Arc::clone(&self).updated(id, request, handle));
                }
                DialogState::Info(id, request, handle) => {
                    if let Some(key) = key_of(&request) {
                        self.tell(Signal::Key(name(&id), key));
                    }
                    tokio::spawn(async move { drop(handle.reply(StatusCode::OK).await) });
                }
                DialogState::Options(_, _, handle) | DialogState::Message(_, _, handle) => {
                    tokio::spawn(async move { drop(handle.reply(StatusCode::OK).await) });
                }
                DialogState::Refer(_, _, handle)
                | DialogState::Notify(_, _, handle)
                | DialogState::Publish(_, _, handle) => {
                    tokio::spawn(async move { drop(handle.reply(StatusCode::NotImplemented).await) });
                }
                DialogState::Terminated(id, _) => {
                    let call = name(&id);
                    let known = locked(&self.calls).remove(&call);
                    self.dialogs.remove_dialog(&id);
                    if known.is_some() {
                        self.tell(Signal::Ended(call));
                    }
                }
                DialogState::Trying(_) | DialogState::Early(..) | DialogState::WaitAck(..) => {}
            }
        }
    }

    fn dialog(&self, id: &DialogId) -> Option<InviteDialog> {
        match self.dialogs.get_dialog(id) {
            Some(Dialog::Invite(dialog)) => Some(dialog),
            _ => None,
        }
    }

    fn calling(&self, id: &DialogId) {
        // Calls of ours pass here too; they are named when they are made.
        let Some(dialog) = self.dialog(id) else { return };
        if !matches!(dialog.role(), rsipstack::transaction::key::TransactionRole::Server) {
            return;
        }
        let request = dialog.initial_request();
        let call = name(id);
        locked(&self.calls).insert(call.clone(), id.clone());
        drop(dialog.ringing(None, None));
        self.tell(Signal::Invited(Invited {
            call,
            dialled: user_of(request.uri.user().map(ToString::to_string)),
            caller: caller_of(&request),
            source: received_from(&request).map_or(IpAddr::from([0, 0, 0, 0]), |source| source.ip()),
            offer: request.body,
        }));
    }

    fn confirmed(&self, id: &DialogId) {
        let Some(dialog) = self.dialog(id) else { return };
        if matches!(dialog.role(), rsipstack::transaction::key::TransactionRole::Server) {
            let body = dialog.last_remote_ack().map(|ack| ack.body).unwrap_or_default();
            self.tell(Signal::Confirmed(name(id), body));
        }
    }

    async fn updated(self: Arc<Self>, id: DialogId, request: Request, handle: TransactionHandle) {
        // A refresh of the session without media is simply accepted.
        if request.body.is_empty() {
            drop(handle.reply(StatusCode::OK).await);
            return;
        }
        let (answer, answered) = oneshot::channel();
        self.tell(Signal::Changed(name(&id), request.body, answer));
        match tokio::time::timeout(Duration::from_secs(3), answered).await {
            Ok(Ok(Ok(description))) => {
                let headers = vec![Header::ContentType("application/sdp".into())];
                drop(handle.respond(StatusCode::OK, Some(headers), Some(description.into_bytes())).await);
            }
            Ok(Ok(Err(status))) => drop(handle.reply(StatusCode::from(status)).await),
            _ => drop(handle.reply(StatusCode::ServerInternalError).await),
        }
    }
}

/// The answer to a challenge, as a desk telephone gives it.
pub fn digest_answer(user: &str, secret: &str, nonce: &str, uri: &str) -> String {
    let response = rsipstack::dialog::authenticate::compute_digest(
        user,
        secret,
        REALM,
        nonce,
        &Method::Register,
        uri,
        sip::headers::auth::Algorithm::Md5,
        None,
    );
    format!(
        "Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm=MD5"
    )
}

enum Proof {
    Good,
    Stale,
    None,
}

fn in_dialog(tx: &Transaction) -> bool {
    tx.original.to_header().ok().and_then(|to| to.tag().ok()).flatten().is_some()
}

fn name(id: &DialogId) -> CallRef {
    // The call's own identifier is the same before and after the far side's tag is known; ours makes it unique.
    CallRef(format!("{}/{}", id.call_id, id.local_tag))
}

/// Where a request came from, and whether over TCP.
fn source_of(tx: &Transaction) -> Option<(SocketAddr, bool)> {
    if let Some(SipConnection::Tcp(connection)) = &tx.connection {
        let remote = SipConnection::Tcp(connection.clone()).get_remote_addr()?.get_socketaddr().ok()?;
        return Some((remote, true));
    }
    Some((received_from(&tx.original)?, false))
}

/// Where a datagram came from: the stack has noted it in the topmost Via (RFC 3261, 18.2.1; RFC 3581).
fn received_from(request: &Request) -> Option<SocketAddr> {
    let (_, host) = SipConnection::parse_target_from_via(request.via_header().ok()?).ok()?;
    SipAddr { r#type: None, addr: host }.get_socketaddr().ok()
}

fn user_of(user: Option<String>) -> String {
    let user = user.unwrap_or_default();
    user.chars().filter(char::is_ascii_graphic).take(LONGEST_NUMBER).collect()
}

/// The caller's number: asserted by the trunk (RFC 3325), else claimed.
fn caller_of(request: &Request) -> String {
    let asserted = request.headers.iter().find_map(|header| match header {
        Header::Other(name, value) if name.eq_ignore_ascii_case("P-Asserted-Identity") => Some(value.clone()),
        _ => None,
    });
    let user = match asserted {
        Some(value) => sip::Uri::try_from(address_of(&value).as_str())
            .ok()
            .and_then(|uri| uri.user().map(ToString::to_string)),
        None => request
            .from_header()
            .ok()
            .and_then(|from| from.uri().ok())
            .and_then(|uri| uri.user().map(ToString::to_string)),
    };
    let user = user_of(user);
    if user.eq_ignore_ascii_case("anonymous") { String::new() } else { user }
}

/// The address inside `"name" <sip:...>;parameters`.
fn address_of(value: &str) -> String {
    match value.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((address, _)) => address.to_owned(),
        None => value.split(';').next().unwrap_or_default().trim().to_owned(),
    }
}

fn expires_of(request: &Request, contact: &str) -> u32 {
    let of_contact = contact
        .rsplit_once('>')
        .map_or(contact, |(_, parameters)| parameters)
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("expires=")?.parse().ok());
    let of_request = request.headers.iter().find_map(|header| match header {
        Header::Expires(expires) => expires.value().trim().parse().ok(),
        _ => None,
    });
    of_contact.or(of_request).unwrap_or(LONGEST_SECS)
}

/// `Signal=0` of `application/dtmf-relay`.
fn key_of(request: &Request) -> Option<char> {
    let text = std::str::from_utf8(&request.body).ok()?;
    let value = text.lines().find_map(|line| line.trim().strip_prefix("Signal"))?;
    let key = value.trim_start_matches(['=', ' ']).chars().next()?;
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D').then_some(key)
}

#[async_trait]
impl Signalling for Stack {
    fn answer(&self, call: &CallRef, description: String) -> Result<(), VoiceError> {
        let id = locked(&self.0.calls).get(call).cloned().ok_or_else(|| signalling("the call is gone"))?;
        let dialog = self.0.dialog(&id).ok_or_else(|| signalling("the call is gone"))?;
        let headers = vec![Header::ContentType("application/sdp".into())];
        dialog.accept(Some(headers), Some(description.into_bytes())).map_err(signalling)
    }

    fn refuse(&self, call: &CallRef, status: u16, _retry_secs: Option<u32>) {
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
