//! Signatures between machines that share a secret: HMAC over SM3 (GB/T 32905, RFC 2104).

use crate::keys::hmac_sm3;

/// The signature of parts under a secret of any length, in hexadecimal. Each part is covered with its length, so that no two
/// divisions of one text sign alike.
pub fn sign(secret: &[u8], parts: &[&[u8]]) -> String {
    // The secret is first drawn to the length of a key.
    let key = hmac_sm3(&[0x5a; 32], secret);
    let mut message = Vec::with_capacity(parts.iter().map(|part| part.len() + 16).sum());
    for part in parts {
        message.extend(part.len().to_string().as_bytes());
        message.push(b'\n');
        message.extend(*part);
        message.push(b'\n');
    }
    hex::encode(hmac_sm3(&key, &message))
}

/// Whether a signature is that of the parts; takes the same time wherever it differs.
pub fn signed(secret: &[u8], parts: &[&[u8]], signature: &str) -> bool {
    let made = sign(secret, parts);
    let given = signature.trim().as_bytes();
    made.len() == given.len() && made.bytes().zip(given).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_its_secret_and_its_parts_only() {
        let made = sign(b"secret", &[b"POST", b"/messages", b"{}"]);
        assert!(signed(b"secret", &[b"POST", b"/messages", b"{}"], &made));
        assert!(!signed(b"Secret", &[b"POST", b"/messages", b"{}"], &made));
        assert!(!signed(b"secret", &[b"POST/", b"messages", b"{}"], &made));
        assert!(!signed(b"secret", &[b"POST", b"/messages", b"{}"], ""));
        assert!(
            !signed(b"secret", &[b"POST", b"/messages", b"{}"], &made.replace('a', "b"))
                || !made.contains('a')
        );
    }
}
