//! What every handler has at hand.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use config::Config;
use contact::Hotline;
use exchange::Exchange;
use kernel::{Clock, Micros, Rng};
use notifier::Notifier;

use crate::headers::Transport;
use crate::rate::{Limits, Rates};
use crate::sse::Closing;
use crate::staff::Staffed;
use crate::trace::Edge;

/// The application: cheap to clone, clones share everything.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hotline: Hotline,
    config: Arc<Config>,
    rates: Arc<Rates>,
    edge: Edge,
    closing: Closing,
    rooms: Rooms,
}

/// What is not on every site.
#[derive(Debug, Clone, Default)]
pub struct Rooms {
    /// Other systems.
    pub exchange: Option<Exchange>,
    /// Short messages.
    pub notifier: Option<Notifier>,
}

/// The clock of a hotline, as the edge wants it.
struct ClockOf(Hotline);

impl Clock for ClockOf {
    fn now(&self) -> Micros {
        self.0.now()
    }
}

impl App {
    /// An application whose streams end with their connections.
    pub fn new(hotline: Hotline, config: Arc<Config>) -> Self {
        Self::closing_with(hotline, config, Closing::never())
    }

    /// An application whose streams end when `closing` says so: a graceful stop does not wait for them.
    pub fn closing_with(hotline: Hotline, config: Arc<Config>, closing: Closing) -> Self {
        let limits = Limits {
            chats: Some(config.chat.contacts_per_minute),
            messages: Some(config.chat.messages_per_minute),
            ..Limits::default()
        };
        let proxies: Vec<IpAddr> =
            config.server.trusted_proxies.iter().filter_map(|proxy| proxy.trim().parse().ok()).collect();
        let longest = Duration::from_secs(u64::from(config.server.request_timeout_secs));
        // Names of requests need not be secret: a machine without randomness still serves.
        let rng = Rng::from_system().unwrap_or_else(|_| Rng::seeded(hotline.now().0.unsigned_abs()));
        let edge = Edge::new(Arc::new(ClockOf(hotline.clone())), rng, proxies, longest);
        Self(Arc::new(Inner {
            hotline,
            config,
            rates: Arc::new(Rates::new(limits)),
            edge,
            closing,
            rooms: Rooms::default(),
        }))
    }

    /// The same application, with what this site has besides.
    #[must_use]
    pub fn with(self, rooms: Rooms) -> Self {
        self.made(Arc::clone(&self.0.rates), rooms)
    }

    fn made(&self, rates: Arc<Rates>, rooms: Rooms) -> Self {
        let Inner { hotline, config, edge, closing, .. } = self.0.as_ref();
        Self(Arc::new(Inner {
            hotline: hotline.clone(),
            config: Arc::clone(config),
            rates,
            edge: edge.clone(),
            closing: closing.clone(),
            rooms,
        }))
    }

    /// Other systems, where they are set up.
    pub fn exchange(&self) -> Option<&Exchange> {
        self.0.rooms.exchange.as_ref()
    }

    /// The same application with other limits of rate and counters of its own.
    #[must_use]
    pub fn limited(&self, limits: Limits) -> Self {
        self.made(Arc::new(Rates::new(limits)), self.0.rooms.clone())
    }

    /// The hotline.
    pub fn hotline(&self) -> &Hotline {
        &self.0.hotline
    }

    /// What the operator set.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// How often one may ask.
    pub fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// The signal that the program stops.
    pub fn closing(&self) -> Closing {
        self.0.closing.clone()
    }

    pub(crate) fn staffed(&self) -> Staffed {
        let Inner { hotline, config, closing, rooms, .. } = self.0.as_ref();
        Staffed {
            hotline: hotline.clone(),
            config: Arc::clone(config),
            closing: closing.clone(),
            rooms: rooms.clone(),
        }
    }

    pub(crate) fn edge(&self) -> Edge {
        self.0.edge.clone()
    }

    /// Whether citizens reach the site over https.
    pub fn transport(&self) -> Transport {
        if self.0.config.server.public_url.starts_with("https://") {
            Transport::Encrypted
        } else {
            Transport::Plain
        }
    }
}
