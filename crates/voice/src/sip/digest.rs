//! Challenges to desk telephones (RFC 2617): a nonce is made from the time and a key of this node, so that nothing is stored
//! and an old answer cannot be used again for longer than a minute.

use sm3::{Digest as _, Sm3};

/// How long an answer to a challenge is taken, in seconds.
const FRESH_SECS: u64 = 60;

/// Makes and judges nonces.
#[derive(Debug, Clone)]
pub struct Challenger {
    key: [u8; 16],
}

/// What a nonce is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// Ours, and fresh.
    Fresh,
    /// Ours, and too old: ask again.
    Stale,
    /// Not ours.
    Foreign,
}

impl Challenger {
    /// A challenger with a key of this start.
    pub const fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    fn mark(&self, secs: u64) -> String {
        let hash = Sm3::new().chain_update(self.key).chain_update(secs.to_be_bytes()).chain_update(self.key);
        hex::encode(hash.finalize()).chars().take(32).collect()
    }

    /// A nonce of this second.
    pub fn nonce(&self, now_secs: u64) -> String {
        format!("{now_secs:x}.{}", self.mark(now_secs))
    }

    /// Judges a nonce that came back.
    pub fn judge(&self, nonce: &str, now_secs: u64) -> Nonce {
        let Some((made, mark)) = nonce.split_once('.') else { return Nonce::Foreign };
        let Ok(made) = u64::from_str_radix(made, 16) else { return Nonce::Foreign };
        if mark != self.mark(made) || made > now_secs + 1 {
            return Nonce::Foreign;
        }
        if now_secs.saturating_sub(made) > FRESH_SECS { Nonce::Stale } else { Nonce::Fresh }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_fresh_nonces_are_taken() {
        let challenger = Challenger::new([7; 16]);
        let nonce = challenger.nonce(1000);
        assert_eq!(challenger.judge(&nonce, 1030), Nonce::Fresh);
        assert_eq!(challenger.judge(&nonce, 1100), Nonce::Stale);
        assert_eq!(challenger.judge(&nonce, 900), Nonce::Foreign, "from the future");
        assert_eq!(Challenger::new([8; 16]).judge(&nonce, 1000), Nonce::Foreign);
        for odd in ["", ".", "zz.1", "3e8", "3e8.", &nonce.to_uppercase()] {
            assert_eq!(challenger.judge(odd, 1000), Nonce::Foreign, "{odd}");
        }
    }
}
