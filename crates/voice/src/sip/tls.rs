//! SIP over TLS: where, and with which certificate. Read when the program starts; a new certificate is taken at a restart.

use std::net::SocketAddr;

use config::Voice;

use crate::VoiceError;

/// Where SIP over TLS is listened for, and what we show.
#[derive(Clone)]
pub struct Tls {
    /// The address.
    pub address: SocketAddr,
    /// The certificate and those above it, PEM.
    pub certificate: Vec<u8>,
    /// Its key, PEM: PKCS #8, or PKCS #1 of RSA.
    pub key: Vec<u8>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Tls {
    /// As the configuration has it; none when no address is set.
    ///
    /// # Errors
    /// When the address or a file cannot be used.
    pub fn configured(config: &Voice) -> Result<Option<Self>, VoiceError> {
        if config.sip_tls_address.is_empty() {
            return Ok(None);
        }
        let setting = |key, reason: String| VoiceError::Setting { key, reason };
        let address: SocketAddr = config
            .sip_tls_address
            .parse()
            .map_err(|_| setting("sip_tls_address", "应写成“IP:端口”，如 0.0.0.0:5061".to_owned()))?;
        let read = |key, path: &str, marks: &[&str], what: &str| {
            let bytes = std::fs::read(path)
                .map_err(|error| setting(key, format!("读不到文件“{path}”（{error}），请检查路径和权限")))?;
            let text = String::from_utf8_lossy(&bytes);
            if marks.iter().any(|mark| text.contains(mark)) {
                Ok(bytes)
            } else {
                Err(setting(key, format!("文件“{path}”里没有{what}")))
            }
        };
        let certificate = read(
            "sip_tls_certificate",
            &config.sip_tls_certificate,
            &["-----BEGIN CERTIFICATE-----"],
            "PEM 格式的证书",
        )?;
        let key = read(
            "sip_tls_key",
            &config.sip_tls_key,
            &["-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----"],
            "可用的私钥；请用 openssl pkcs8 -topk8 -nocrypt 转成 PKCS#8 格式",
        )?;
        Ok(Some(Self { address, certificate, key }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_key() {
        assert!(Tls::configured(&Voice::default()).unwrap().is_none());
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        std::fs::write(&certificate, "-----BEGIN CERTIFICATE-----").unwrap();
        std::fs::write(&key, "-----BEGIN EC PRIVATE KEY-----").unwrap();
        let mut config = Voice { sip_tls_address: "5061".to_owned(), ..Voice::default() };
        let told = |config: &Voice| Tls::configured(config).unwrap_err().to_string();
        assert!(told(&config).contains("sip_tls_address"), "{}", told(&config));
        config.sip_tls_address = "127.0.0.1:5061".to_owned();
        assert!(told(&config).contains("sip_tls_certificate"), "{}", told(&config));
        config.sip_tls_certificate = certificate.display().to_string();
        assert!(told(&config).contains("sip_tls_key"), "{}", told(&config));
        config.sip_tls_key = key.display().to_string();
        assert!(told(&config).contains("pkcs8"), "{}", told(&config));
        std::fs::write(&key, "-----BEGIN PRIVATE KEY-----").unwrap();
        assert!(Tls::configured(&config).unwrap().is_some());
    }
}
