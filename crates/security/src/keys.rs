//! The site's master key and what is made with it: sealed values and caller keys.

use std::io::Write as _;
use std::path::Path;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use kernel::Rng;
use sm3::Sm3;
use sm4::Sm4;

use crate::{Masked, SecurityError};

/// SM4 in Galois/counter mode, as RFC 8998 fixes it.
type Sm4Gcm = AesGcm<Sm4, U12>;

const NONCE_BYTES: usize = 12;
/// Before sealed text, so that another algorithm can follow.
const SEAL_MARK: &str = "s1.";

/// Keys derived from the site's master key (32 bytes), one per use.
#[derive(Clone)]
pub struct Keys {
    seal: Masked<[u8; 16]>,
    caller: Masked<[u8; 32]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    /// Keys under a master key.
    pub fn new(master: &[u8; 32]) -> Self {
        let seal = hmac_sm3(master, b"minsheng seal 1");
        let mut short = [0_u8; 16];
        short.iter_mut().zip(seal).for_each(|(to, from)| *to = from);
        Self { seal: Masked::new(short), caller: Masked::new(hmac_sm3(master, b"minsheng caller 1")) }
    }

    /// Reads the master key's file (64 hexadecimal digits), or makes it, readable by its owner only.
    ///
    /// # Errors
    /// When the file holds anything else, or cannot be read or made.
    pub fn load_or_create(path: &Path, rng: &mut Rng) -> Result<Self, SecurityError> {
        let failed = |error: std::io::Error| SecurityError::KeyFile(format!("{}: {error}", path.display()));
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mut master = [0_u8; 32];
                hex::decode_to_slice(text.trim(), &mut master).map_err(|_| {
                    SecurityError::KeyFile(format!("{}: not 64 hexadecimal digits", path.display()))
                })?;
                Ok(Self::new(&master))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut master = [0_u8; 32];
                rng.fill(&mut master);
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder).map_err(failed)?;
                }
                let mut options = std::fs::OpenOptions::new();
                // Never over a file that another process has just made.
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(path).map_err(failed)?;
                file.write_all(format!("{}\n", hex::encode(master)).as_bytes()).map_err(failed)?;
                file.sync_all().map_err(failed)?;
                Ok(Self::new(&master))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Seals a small secret for one purpose (`callback.phone`); it opens for the same purpose only.
    ///
    /// # Errors
    /// When the text is beyond the mode's limit of 64 GiB.
    pub fn seal(&self, purpose: &str, plain: &str, rng: &mut Rng) -> Result<String, SecurityError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        rng.fill(&mut nonce);
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: plain.as_bytes(), aad: purpose.as_bytes() })
            .map_err(|_| SecurityError::Tampered)?;
        Ok(format!("{SEAL_MARK}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what [`Keys::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`SecurityError::Tampered`] when any bit of it, the purpose or the key differs.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Masked<String>, SecurityError> {
        let bytes = sealed
            .strip_prefix(SEAL_MARK)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .ok_or(SecurityError::Tampered)?;
        let (nonce, body) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SecurityError::Tampered)?;
        let plain = self
            .cipher()
            .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: purpose.as_bytes() })
            .map_err(|_| SecurityError::Tampered)?;
        String::from_utf8(plain).map(Masked::new).map_err(|_| SecurityError::Tampered)
    }

    /// Seals bytes (a stretch of a recording) for one purpose; it opens for the same purpose only.
    ///
    /// # Errors
    /// When there is more than the mode's limit of 64 GiB.
    pub fn seal_bytes(&self, purpose: &str, plain: &[u8], rng: &mut Rng) -> Result<Vec<u8>, SecurityError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        rng.fill(&mut nonce);
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: purpose.as_bytes() })
            .map_err(|_| SecurityError::Tampered)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Keys::seal_bytes`] made for the same purpose.
    ///
    /// # Errors
    /// [`SecurityError::Tampered`] when any bit of it, the purpose or the key differs.
    pub fn open_bytes(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, SecurityError> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SecurityError::Tampered)?;
        self.cipher()
            .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: purpose.as_bytes() })
            .map_err(|_| SecurityError::Tampered)
    }

    /// A secret for a device that needs one in plain, such as a desk telephone: made from the master key, stored nowhere.
    pub fn device_secret(&self, device: &str) -> Masked<String> {
        let made = hmac_sm3(self.caller.expose(), format!("device:{device}").as_bytes());
        Masked::new(hex::encode(made).chars().take(20).collect())
    }

    /// The key by which a caller is recognised without the number: 32 hexadecimal digits of HMAC-SM3 over the bare number, so
    /// that `+86 138-1234-5678` and `013812345678` are one caller. None when there is no digit.
    pub fn caller_key(&self, phone: &str) -> Option<String> {
        let number = bare_number(phone);
        if number.is_empty() {
            return None;
        }
        Some(hex::encode(hmac_sm3(self.caller.expose(), number.as_bytes())).chars().take(32).collect())
    }

    fn cipher(&self) -> Sm4Gcm {
        Sm4Gcm::new(self.seal.expose().into())
    }
}

/// Digits alone, without the country code, and without the 0 dialled before a mobile from afar.
fn bare_number(phone: &str) -> String {
    let digits: String = phone
        .chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
            _ => None,
        })
        .collect();
    let is_mobile = |text: &str| text.len() == 11 && text.starts_with('1') && !text.starts_with("10");
    let national = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(&digits);
    let mobile = national.strip_prefix('0').unwrap_or(national);
    if is_mobile(mobile) {
        mobile.to_owned()
    } else if digits.len() >= 12 && national.len() < digits.len() {
        // A landline with the country code: its area code's 0 comes back.
        format!("0{mobile}")
    } else {
        digits
    }
}

pub(crate) fn hmac_sm3(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC fills a short key up with zeros to the hash's block (RFC 2104), here so that the length is right by type.
    let mut block = [0_u8; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sm3>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sm3::Digest as _;

    #[test]
    fn sm4_gcm_gives_the_published_vector() {
        // RFC 8998, appendix A.1.
        let key: [u8; 16] = hex::decode("0123456789ABCDEFFEDCBA9876543210").unwrap().try_into().unwrap();
        let nonce: [u8; 12] = hex::decode("00001234567800000000ABCD").unwrap().try_into().unwrap();
        let plain = hex::decode(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
             EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        )
        .unwrap();
        let aad = hex::decode("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2").unwrap();
        let sealed = Sm4Gcm::new((&key).into())
            .encrypt(&Nonce::from(nonce), Payload { msg: &plain, aad: &aad })
            .unwrap();
        assert_eq!(
            hex::encode_upper(sealed),
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
             D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D\
             83DE3541E4C2B58177E065A9BF7B62EC"
        );
    }

    #[test]
    fn hmac_is_built_over_sm3_as_rfc_2104_says() {
        let key = [7_u8; 32];
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().zip(key).for_each(|(to, from)| *to ^= from);
            block
        };
        let inner = Sm3::new().chain_update(pad(0x36)).chain_update(b"text").finalize();
        let outer = Sm3::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
        assert_eq!(hmac_sm3(&key, b"text").as_slice(), outer.as_slice());
    }

    #[test]
    fn a_sealed_value_opens_for_its_purpose_and_key_only() {
        let mut rng = Rng::seeded(1);
        let keys = Keys::new(&[1; 32]);
        let sealed = keys.seal("callback.phone", "13812345678", &mut rng).unwrap();
        assert!(!sealed.contains("138"));
        assert_ne!(
            sealed,
            keys.seal("callback.phone", "13812345678", &mut rng).unwrap(),
            "a fresh nonce each time"
        );
        assert_eq!(keys.open("callback.phone", &sealed).unwrap().expose(), "13812345678");
        assert!(keys.open("ticket.phone", &sealed).is_err());
        assert!(Keys::new(&[2; 32]).open("callback.phone", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut bent: Vec<char> = sealed.chars().collect();
            bent[at] = if bent[at] == 'A' { 'B' } else { 'A' };
            let bent: String = bent.into_iter().collect();
            assert!(keys.open("callback.phone", &bent).is_err(), "{at}");
        }
        for odd in ["", "s1.", "s1.AAAA", "plain", "s1.民声"] {
            assert!(keys.open("callback.phone", odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn sealed_bytes_open_for_their_purpose_only() {
        let mut rng = Rng::seeded(1);
        let keys = Keys::new(&[1; 32]);
        let sealed = keys.seal_bytes("recording:1:0", &[7; 300], &mut rng).unwrap();
        assert_eq!(keys.open_bytes("recording:1:0", &sealed).unwrap(), [7; 300]);
        assert!(keys.open_bytes("recording:1:1", &sealed).is_err());
        assert!(keys.open_bytes("recording:1:0", &sealed[1..]).is_err());
        assert_ne!(keys.device_secret("agent1").expose(), keys.device_secret("agent2").expose());
    }

    #[test]
    fn one_caller_has_one_key_however_the_number_is_written() {
        let keys = Keys::new(&[1; 32]);
        let key = keys.caller_key("13812345678").unwrap();
        assert_eq!(key.len(), 32);
        for same in [
            "138 1234 5678",
            "+86-138-1234-5678",
            "013812345678",
            "008613812345678",
            "１３８１２３４５６７８",
        ] {
            assert_eq!(keys.caller_key(same).unwrap(), key, "{same}");
        }
        assert_ne!(keys.caller_key("13812345679").unwrap(), key);
        assert_eq!(keys.caller_key("0574-87412345"), keys.caller_key("+86 574 87412345"));
        assert_ne!(
            keys.caller_key("0574-87412345"),
            keys.caller_key("87412345"),
            "no area code: another number"
        );
        assert_ne!(keys.caller_key("86123456"), None, "a local number may begin with 86");
        assert_eq!(keys.caller_key("匿名"), None);
        assert_ne!(Keys::new(&[2; 32]).caller_key("13812345678").unwrap(), key);
    }

    #[test]
    fn the_key_file_is_made_once_and_private() {
        let folder = std::env::temp_dir().join(format!("minsheng-keys-{}", std::process::id()));
        let path = folder.join("secret.key");
        let mut rng = Rng::from_system().unwrap();
        let first = Keys::load_or_create(&path, &mut rng).unwrap();
        let second = Keys::load_or_create(&path, &mut rng).unwrap();
        assert_eq!(first.caller_key("1"), second.caller_key("1"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "too short").unwrap();
        assert!(matches!(Keys::load_or_create(&path, &mut rng), Err(SecurityError::KeyFile(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
