//! What a signed request carries, and whether it is signed.

use kernel::Micros;
use security::{sign, signed};

use crate::setup::Secret;
use crate::{Exchange, ExchangeError};

/// The header with `sm3-hmac=HEX`.
pub const SIGNATURE: &str = "x-exchange-signature";
/// The header with the seconds since 1970.
pub const TIME: &str = "x-exchange-time";
/// The header with the site's code.
pub const SITE: &str = "x-exchange-site";

/// How far clocks may differ, in seconds.
const SKEW_SECS: i64 = 300;
const SCHEME: &str = "sm3-hmac=";

/// The signature of a request.
pub fn signature(secret: &Secret, method: &str, path: &str, time: &str, body: &[u8]) -> String {
    let parts = [method.as_bytes(), path.as_bytes(), time.as_bytes(), body];
    format!("{SCHEME}{}", sign(secret.expose(), &parts))
}

impl Exchange {
    /// Whether the peer signed a request. `path` is what the client asked for, its query included.
    ///
    /// # Errors
    /// [`ExchangeError::Unsigned`] when it did not; [`ExchangeError::Off`] when there is no peer.
    pub fn check_signature(
        &self,
        method: &str,
        path: &str,
        header: impl Fn(&str) -> String,
        body: &[u8],
    ) -> Result<(), ExchangeError> {
        let peer = self.0.setup.peer.as_ref().ok_or(ExchangeError::Off("peer"))?;
        let time = header(TIME);
        let at: i64 = time.parse().map_err(|_| ExchangeError::Unsigned)?;
        let apart = self.0.clock.now().0 / Micros::SECOND - at;
        let given = header(SIGNATURE);
        let given = given.strip_prefix(SCHEME).unwrap_or_default();
        let parts = [method.as_bytes(), path.as_bytes(), time.as_bytes(), body];
        let right = signed(peer.secret.expose(), &parts, given);
        if right && apart.abs() <= SKEW_SECS && header(SITE) == peer.code {
            Ok(())
        } else {
            Err(ExchangeError::Unsigned)
        }
    }
}
