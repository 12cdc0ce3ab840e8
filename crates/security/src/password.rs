//! Password hashes: Argon2id, with the cost kept in each hash so that it can be raised later.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use kernel::Rng;

use crate::SecurityError;

/// What one guess costs. The default is OWASP's second recommendation (19 MiB, 2 passes, 1 lane).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

impl PasswordCost {
    fn params(self) -> Result<Params, SecurityError> {
        Params::new(self.memory_kib, self.passes, self.lanes, None)
            .map_err(|error| SecurityError::Hash(error.to_string()))
    }
}

/// The hash of a password under a fresh salt. Takes tens of milliseconds: off the async threads.
pub(crate) fn hash(password: &str, cost: PasswordCost, rng: &mut Rng) -> Result<String, SecurityError> {
    let mut salt = [0_u8; 16];
    rng.fill(&mut salt);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    let hash: PasswordHash = argon
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| SecurityError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password belongs to the hash, whatever the hash's cost. An unreadable hash fits nothing.
pub(crate) fn fits(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// Whether a hash was made at another cost and should be made again at the next login.
pub(crate) fn is_outdated(hash: &str, cost: PasswordCost) -> bool {
    let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    params.is_none_or(|params| {
        (params.m_cost(), params.t_cost(), params.p_cost()) != (cost.memory_kib, cost.passes, cost.lanes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: PasswordCost = PasswordCost { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn a_hash_fits_its_password_only() {
        let mut rng = Rng::seeded(1);
        let text = hash("民声 12345 !", CHEAP, &mut rng).unwrap();
        assert!(text.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{text}");
        assert!(fits("民声 12345 !", &text));
        assert!(!fits("民声 12345", &text));
        assert!(!fits("", &text));
        assert!(!fits("x", "not a hash"));
        assert_ne!(text, hash("民声 12345 !", CHEAP, &mut rng).unwrap(), "salted");
    }

    #[test]
    fn another_cost_makes_a_hash_outdated() {
        let text = hash("p", CHEAP, &mut Rng::seeded(1)).unwrap();
        assert!(!is_outdated(&text, CHEAP));
        assert!(is_outdated(&text, PasswordCost { passes: 2, ..CHEAP }));
        assert!(is_outdated("garbage", CHEAP));
    }
}
