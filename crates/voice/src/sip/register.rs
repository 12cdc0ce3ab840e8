//! Desk telephones register: challenge, proof, binding (RFC 3261, section 10; RFC 8760 for what MD5 is still good for).

use rsipstack::sip::prelude::*;
use rsipstack::sip::{self as sip, Header, Method, Request, StatusCode};
use rsipstack::transaction::transaction::Transaction;

use super::Signal;
use super::digest::Nonce;
use super::reading::{address_of, expires_of, source_of};
use super::registrar::{Binding, LONGEST_SECS, SHORTEST_SECS};
use super::stack::{Inner, locked};

/// The realm of desk telephones.
const REALM: &str = "minsheng";

enum Proof {
    Good,
    Stale,
    None,
}

impl Inner {
    pub(super) async fn register(&self, tx: &mut Transaction) -> rsipstack::Result<()> {
        let now = self.now_secs();
        let Some((source, over)) = source_of(tx) else { return Ok(()) };
        let user = tx
            .original
            .to_header()
            .ok()
            .and_then(|to| to.uri().ok())
            .and_then(|uri| uri.user().map(ToString::to_string))
            .unwrap_or_default();
        let stale = match self.proven(&tx.original, &user, now) {
            Proof::Good => None,
            Proof::Stale => Some(true),
            Proof::None => Some(false),
        };
        if let Some(stale) = stale {
            let nonce = self.challenger.nonce(now);
            let stale = if stale { ", stale=true" } else { "" };
            let text = format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\", algorithm=MD5{stale}");
            let header = Header::WwwAuthenticate(text.into());
            return tx.reply_with(StatusCode::Unauthorized, vec![header], None).await;
        }
        let contact =
            tx.original.contact_header().map(|contact| contact.value().to_owned()).unwrap_or_default();
        let expires = expires_of(&tx.original, &contact);
        if expires == 0 {
            if locked(&self.registrar).take(&user) {
                self.tell(Signal::Phone(user, false));
            }
            return tx.reply(StatusCode::OK).await;
        }
        let secs = expires.clamp(SHORTEST_SECS, LONGEST_SECS);
        let uri = address_of(&contact);
        let binding = Binding { contact: uri.clone(), source, over, until: now + u64::from(secs) };
        let fresh = locked(&self.registrar).put(&user, binding);
        if fresh {
            self.tell(Signal::Phone(user, true));
        }
        let header = Header::Contact(format!("<{uri}>;expires={secs}").into());
        tx.reply_with(StatusCode::OK, vec![header, Header::Expires(secs.to_string().into())], None).await
    }

    fn proven(&self, request: &Request, user: &str, now: u64) -> Proof {
        let header = request.headers.iter().find_map(|header| match header {
            Header::Authorization(given) => Some(given.value().to_owned()),
            _ => None,
        });
        let Some(raw) = header else { return Proof::None };
        let Ok(given) = sip::typed::Authorization::parse(&raw) else { return Proof::None };
        let Some(secret) = (self.secrets)(user) else { return Proof::None };
        match self.challenger.judge(&given.nonce, now) {
            Nonce::Foreign => Proof::None,
            Nonce::Stale => Proof::Stale,
            Nonce::Fresh => {
                let right = given.username == user
                    && given.realm == REALM
                    && rsipstack::dialog::authenticate::verify_digest(&given, &secret, &request.method, &raw);
                if right { Proof::Good } else { Proof::None }
            }
        }
    }
}

/// The answer to a challenge, as a desk telephone gives it.
pub fn digest_answer(user: &str, secret: &str, nonce: &str, uri: &str) -> String {
    let response = rsipstack::dialog::authenticate::compute_digest(
        user,
        secret,
        REALM,
        nonce,
        &Method::Register,
        uri,
        sip::headers::auth::Algorithm::Md5,
        None,
    );
    format!(
        "Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm=MD5"
    )
}
