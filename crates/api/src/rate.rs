//! How often one address, chat or ticket may be asked for. Generous towards people, deaf to machines.
//!
//! Counters live in this process: with several nodes the limits are per node.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::{DefaultKeyedRateLimiter, Quota};
use kernel::ErrorCode;

use crate::error::{ApiError, ApiResult};

/// Limits per minute. `None` switches one off (a bench, a test).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// New chats of one address.
    pub chats: Option<u32>,
    /// Messages of one chat.
    pub messages: Option<u32>,
    /// Logins of one address.
    pub logins: Option<u32>,
    /// Questions after one ticket, or from one address after tickets: a proof of four digits must not be guessed.
    pub proofs: Option<u32>,
    /// Searches of one address.
    pub searches: Option<u32>,
    /// Public entries and lists read by one address through the interface.
    pub readings: Option<u32>,
}

impl Limits {
    /// No limit at all.
    pub const OFF: Self =
        Self { chats: None, messages: None, logins: None, proofs: None, searches: None, readings: None };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            chats: Some(20),
            messages: Some(30),
            logins: Some(20),
            proofs: Some(10),
            searches: Some(120),
            readings: Some(600),
        }
    }
}

/// The counters.
#[derive(Debug)]
pub struct Rates {
    chats: Keyed<IpAddr>,
    messages: Keyed<String>,
    logins: Keyed<IpAddr>,
    proofs: Keyed<String>,
    searches: Keyed<IpAddr>,
    readings: Keyed<IpAddr>,
}

impl Rates {
    /// Fresh counters.
    pub fn new(limits: Limits) -> Self {
        Self {
            chats: Keyed::new(limits.chats),
            messages: Keyed::new(limits.messages),
            logins: Keyed::new(limits.logins),
            proofs: Keyed::new(limits.proofs),
            searches: Keyed::new(limits.searches),
            readings: Keyed::new(limits.readings),
        }
    }

    /// A new chat.
    pub fn chat(&self, from: IpAddr) -> ApiResult<()> {
        self.chats.take(&network(from), "从您这里新开的会话太多，请稍等一分钟再试；着急请直接拨打12345。")
    }

    /// A message of a chat.
    pub fn message(&self, token: &str) -> ApiResult<()> {
        self.messages.take(&token.to_owned(), "您发得太快了，请稍等几秒再发；您写的内容没有丢。")
    }

    /// An attempt to log in.
    pub fn login(&self, from: IpAddr) -> ApiResult<()> {
        self.logins.take(&network(from), "登录太频繁，请稍等一分钟再试。")
    }

    /// A question after a ticket with a proof.
    pub fn proof(&self, from: IpAddr, number: &str) -> ApiResult<()> {
        const WORDS: &str = "查询太频繁，请稍等几分钟再试；着急请拨打12345。";
        self.proofs.take(&format!("from {}", network(from)), WORDS)?;
        self.proofs.take(&format!("number {number}"), WORDS)
    }

    /// A search.
    pub fn search(&self, from: IpAddr) -> ApiResult<()> {
        self.searches.take(&network(from), "搜索太频繁，请稍等几秒再试。")
    }

    /// A public entry or list, read by a program.
    pub fn reading(&self, from: IpAddr) -> ApiResult<()> {
        self.readings.take(&network(from), "读取太频繁，请稍等几秒再试。")
    }
}

/// The part of an address that one household or office holds: all of IPv4, the first 64 bits of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            six.to_ipv4_mapped().map_or_else(|| IpAddr::V6((u128::from(six) >> 64 << 64).into()), IpAddr::V4)
        }
    }
}

#[derive(Debug)]
struct Keyed<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    taken: AtomicU32,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    /// How many checks pass between two clearings of counters that are full again.
    const SWEEP: u32 = 4096;

    fn new(per_minute: Option<u32>) -> Self {
        let quota = per_minute.and_then(NonZeroU32::new).map(Quota::per_minute);
        Self { limiter: quota.map(DefaultKeyedRateLimiter::keyed), taken: AtomicU32::new(0) }
    }

    fn take(&self, key: &K, refusal: &str) -> ApiResult<()> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.taken.fetch_add(1, Ordering::Relaxed) % Self::SWEEP == Self::SWEEP - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|_| ApiError::new(ErrorCode::Busy, refusal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_per_key() {
        let rates = Rates::new(Limits { messages: Some(2), ..Limits::OFF });
        assert!(rates.message("a").is_ok() && rates.message("a").is_ok());
        assert_eq!(rates.message("a").expect_err("third").code(), ErrorCode::Busy);
        assert!(rates.message("b").is_ok());
    }

    #[test]
    fn one_household_of_ipv6_counts_as_one() {
        let rates = Rates::new(Limits { chats: Some(1), ..Limits::OFF });
        assert!(rates.chat("2001:db8::1".parse().expect("address")).is_ok());
        assert!(rates.chat("2001:db8::2".parse().expect("address")).is_err());
        assert!(rates.chat("2001:db8:0:1::1".parse().expect("address")).is_ok());
    }

    #[test]
    fn off_is_off() {
        let rates = Rates::new(Limits::OFF);
        assert!((0..1000).all(|_| rates.message("a").is_ok()));
    }
}
