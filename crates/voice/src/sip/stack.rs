//! The port over rsipstack. Gaps of the stack that are filled here: dialogs are taken out by hand when they end, the receive
//! buffer of the socket is enlarged, and a request that names a dialog nobody has is answered 481.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kernel::Rng;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{
    Dialog, DialogState, DialogStateReceiver, DialogStateSender, TransactionHandle,
};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{self as sip, Header, Method, Request, StatusCode};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::Endpoint;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::tcp_listener::TcpListenerConnection;
use rsipstack::transport::tls::{TlsConfig, TlsListenerConnection};
use rsipstack::transport::udp::{UdpConnection, UdpInner};
use rsipstack::transport::{SipAddr, TransportLayer};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::digest::Challenger;
use super::gate::{Gate, Refusal};
use super::reading::{caller_of, in_dialog, key_of, name, received_from, source_of, user_of};
use super::refresh::{Session, agreeing, said};
use super::registrar::{Over, Registrar};
use super::tls::Tls;
use super::{CallRef, Invited, Signal, timer};
use crate::VoiceError;

/// A stack's default of 212 kB overflows in a burst of calls.
const RECEIVE_BUFFER: usize = 4 << 20;

/// The secret of a desk telephone, by its user; None when there is no such user.
pub type Secrets = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// SIP over UDP and TCP.
pub struct Stack(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) dialogs: Arc<DialogLayer>,
    pub(super) states: DialogStateSender,
    contact: sip::Uri,
    /// Where we are called over TLS.
    contact_tls: Option<sip::Uri>,
    /// Dialogs whose signalling is sealed, while they are let in.
    sealed: Mutex<HashSet<CallRef>>,
    pub(super) address: SocketAddr,
    signals: UnboundedSender<Signal>,
    pub(super) calls: Mutex<HashMap<CallRef, DialogId>>,
    gate: Mutex<Gate>,
    pub(super) timers: timer::Terms,
    pub(super) sessions: Mutex<HashMap<CallRef, Session>>,
    pub(super) registrar: Mutex<Registrar>,
    pub(super) challenger: Challenger,
    pub(super) secrets: Secrets,
    pub(super) started: Instant,
    pub(super) stop: CancellationToken,
}

/// How a stack is to be set up.
pub struct Setup {
    /// Where it listens, UDP and TCP.
    pub address: SocketAddr,
    /// The host far sides are told.
    pub told: IpAddr,
    /// Who is let in.
    pub gate: Gate,
    /// Of desk telephones.
    pub secrets: Secrets,
    /// Of sessions.
    pub timers: timer::Terms,
    /// SIP over TLS besides; none: not.
    pub tls: Option<Tls>,
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("address", &self.0.address).finish_non_exhaustive()
    }
}

pub(super) fn signalling(error: impl std::fmt::Display) -> VoiceError {
    VoiceError::Signalling(error.to_string())
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stack {
    /// Listens.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(
        setup: Setup,
        rng: &mut Rng,
        signals: UnboundedSender<Signal>,
    ) -> Result<Self, VoiceError> {
        let Setup { address, told, gate, secrets, timers, tls } = setup;
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
        let mut contact_tls = None;
        if let Some(tls) = &tls {
            // Taken once for a moment, so that an address in use is told and not only logged by the stack.
            drop(std::net::TcpListener::bind(tls.address)?);
            let at = SocketAddr::new(told.ip(), tls.address.port());
            let config = TlsConfig {
                cert: Some(tls.certificate.clone()),
                key: Some(tls.key.clone()),
                ..TlsConfig::default()
            };
            let listener =
                TlsListenerConnection::new(tls.address, Some(at), config).await.map_err(signalling)?;
            layer.add_transport(listener.into());
            let uri = format!("sip:minsheng@{at};transport=tls");
            contact_tls = Some(sip::Uri::try_from(uri.as_str()).map_err(signalling)?);
        }
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
            contact_tls,
            sealed: Mutex::default(),
            address: told,
            signals,
            calls: Mutex::default(),
            gate: Mutex::new(gate),
            timers,
            sessions: Mutex::default(),
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
        tokio::spawn(Arc::clone(self).look_after_sessions());
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

    pub(super) fn now_secs(&self) -> u64 {
        self.started.elapsed().as_secs() + 1
    }

    pub(super) fn tell(&self, signal: Signal) {
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
        let Some((source, over)) = source_of(&tx) else { return };
        let calls = locked(&self.calls).len();
        let admitted = locked(&self.gate).admit(source.ip(), calls, self.now_ms());
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
        if let Err(least) = timer::answer(self.timers, &said(&tx.original.headers)) {
            let header = Header::MinSE(least.to_string().into());
            drop(tx.reply_with(StatusCode::SessionIntervalTooSmall, vec![header], None).await);
            return;
        }
        let created = self.dialogs.get_or_create_server_invite(
            &tx,
            self.states.clone(),
            None,
            Some(self.contact_over(over)),
        );
        match created {
            Ok(mut dialog) => {
                if over == Over::Tls {
                    locked(&self.sealed).insert(name(&dialog.id()));
                }
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
                    locked(&self.sessions).remove(&call);
                    locked(&self.sealed).remove(&call);
                    self.dialogs.remove_dialog(&id);
                    if known.is_some() {
                        self.tell(Signal::Ended(call));
                    }
                }
                DialogState::Trying(_) | DialogState::Early(..) | DialogState::WaitAck(..) => {}
            }
        }
    }

    /// Where far sides call us, over what they came.
    pub(super) fn contact_over(&self, over: Over) -> sip::Uri {
        match &self.contact_tls {
            Some(contact) if over == Over::Tls => contact.clone(),
            _ => self.contact.clone(),
        }
    }

    pub(super) fn dialog(&self, id: &DialogId) -> Option<InviteDialog> {
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
        let secured = locked(&self.sealed).remove(&call);
        self.tell(Signal::Invited(Invited {
            call,
            secured,
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
        let call = name(&id);
        let agreed = match timer::answer(self.timers, &said(&request.headers)) {
            Ok(agreed) => agreed,
            Err(least) => {
                let header = Header::MinSE(least.to_string().into());
                drop(handle.respond(StatusCode::SessionIntervalTooSmall, Some(vec![header]), None).await);
                return;
            }
        };
        let mut headers = agreeing(agreed);
        if request.body.is_empty() {
            // A refresh without media is simply accepted; a re-INVITE without an offer gets ours as it stands.
            self.refreshed(&call, agreed, None);
            let ours = self.description(&call).filter(|_| request.method == Method::Invite);
            headers.extend(ours.is_some().then(|| Header::ContentType("application/sdp".into())));
            drop(handle.respond(StatusCode::OK, Some(headers), ours.map(String::into_bytes)).await);
            return;
        }
        let (answer, answered) = oneshot::channel();
        self.tell(Signal::Changed(call.clone(), request.body, answer));
        match tokio::time::timeout(Duration::from_secs(3), answered).await {
            Ok(Ok(Ok(description))) => {
                self.refreshed(&call, agreed, Some(description.clone()));
                headers.push(Header::ContentType("application/sdp".into()));
                drop(handle.respond(StatusCode::OK, Some(headers), Some(description.into_bytes())).await);
            }
            Ok(Ok(Err(status))) => drop(handle.reply(StatusCode::from(status)).await),
            _ => drop(handle.reply(StatusCode::ServerInternalError).await),
        }
    }
}
