//! Which desk telephone is where.

use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Longest registration, in seconds.
pub const LONGEST_SECS: u32 = 3600;
/// Shortest: a telephone that dies is noticed within this.
pub const SHORTEST_SECS: u32 = 30;

/// Where a telephone is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The address it named: goes into the request line.
    pub contact: String,
    /// Where its packets come from: behind NAT the only way back.
    pub source: SocketAddr,
    /// Over what it came.
    pub over: Over,
    /// Until when, in seconds.
    pub until: u64,
}

/// Over what signalling travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
    /// A sealed connection.
    Tls,
}

/// Telephones by user.
#[derive(Debug, Clone, Default)]
pub struct Registrar {
    phones: BTreeMap<String, Binding>,
}

impl Registrar {
    /// Notes a registration. True when the telephone was not there before.
    pub fn put(&mut self, user: &str, binding: Binding) -> bool {
        self.phones.insert(user.to_owned(), binding).is_none()
    }

    /// Takes a telephone off. True when it was there.
    pub fn take(&mut self, user: &str) -> bool {
        self.phones.remove(user).is_some()
    }

    /// Where a telephone is.
    pub fn get(&self, user: &str, now_secs: u64) -> Option<&Binding> {
        self.phones.get(user).filter(|binding| binding.until > now_secs)
    }

    /// Removes what has run out, and names it.
    pub fn expire(&mut self, now_secs: u64) -> Vec<String> {
        let gone: Vec<String> = self
            .phones
            .iter()
            .filter(|(_, binding)| binding.until <= now_secs)
            .map(|(user, _)| user.clone())
            .collect();
        for user in &gone {
            self.phones.remove(user);
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_is_there_until_it_leaves_or_runs_out() {
        let mut registrar = Registrar::default();
        let binding = Binding {
            contact: "sip:agent1@192.0.2.5".to_owned(),
            source: "192.0.2.5:5060".parse().unwrap(),
            over: Over::Udp,
            until: 100,
        };
        assert!(registrar.put("agent1", binding.clone()));
        assert!(!registrar.put("agent1", Binding { until: 200, ..binding.clone() }));
        assert!(registrar.get("agent1", 150).is_some());
        assert!(registrar.get("agent1", 200).is_none());
        assert_eq!(registrar.expire(150), Vec::<String>::new());
        assert_eq!(registrar.expire(200), ["agent1"]);
        registrar.put("agent1", binding);
        assert!(registrar.take("agent1"));
        assert!(!registrar.take("agent1"));
    }
}
