//! What a request says: who it comes from, which number it wants, which key it holds. Text from strangers, bounded.

use std::net::SocketAddr;

use rsipstack::dialog::DialogId;
use rsipstack::sip::prelude::*;
use rsipstack::sip::{self as sip, Header, Request};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::{SipAddr, SipConnection};

use super::CallRef;
use super::registrar::{LONGEST_SECS, Over};

/// Longest number taken from a request.
const LONGEST_NUMBER: usize = 32;

pub(super) fn in_dialog(tx: &Transaction) -> bool {
    tx.original.to_header().ok().and_then(|to| to.tag().ok()).flatten().is_some()
}

pub(super) fn name(id: &DialogId) -> CallRef {
    // The call's own identifier is the same before and after the far side's tag is known; ours makes it unique.
    CallRef(format!("{}/{}", id.call_id, id.local_tag))
}

/// Where a request came from, and over what.
pub(super) fn source_of(tx: &Transaction) -> Option<(SocketAddr, Over)> {
    let over = match &tx.connection {
        Some(SipConnection::Tcp(_)) => Over::Tcp,
        Some(SipConnection::Tls(_)) => Over::Tls,
        _ => return Some((received_from(&tx.original)?, Over::Udp)),
    };
    let remote = tx.connection.as_ref()?.get_remote_addr()?.get_socketaddr().ok()?;
    Some((remote, over))
}

/// Where a datagram came from: the stack has noted it in the topmost Via (RFC 3261, 18.2.1; RFC 3581).
pub(super) fn received_from(request: &Request) -> Option<SocketAddr> {
    let (_, host) = SipConnection::parse_target_from_via(request.via_header().ok()?).ok()?;
    SipAddr { r#type: None, addr: host }.get_socketaddr().ok()
}

pub(super) fn user_of(user: Option<String>) -> String {
    let user = user.unwrap_or_default();
    user.chars().filter(char::is_ascii_graphic).take(LONGEST_NUMBER).collect()
}

/// The caller's number: asserted by the trunk (RFC 3325), else claimed.
pub(super) fn caller_of(request: &Request) -> String {
    let asserted = request.headers.iter().find_map(|header| match header {
        Header::Other(name, value) if name.eq_ignore_ascii_case("P-Asserted-Identity") => Some(value.clone()),
        _ => None,
    });
    let user = match asserted {
        Some(value) => sip::Uri::try_from(address_of(&value).as_str())
            .ok()
            .and_then(|uri| uri.user().map(ToString::to_string)),
        None => request
            .from_header()
            .ok()
            .and_then(|from| from.uri().ok())
            .and_then(|uri| uri.user().map(ToString::to_string)),
    };
    let user = user_of(user);
    if user.eq_ignore_ascii_case("anonymous") { String::new() } else { user }
}

/// The address inside `"name" <sip:...>;parameters`.
pub(super) fn address_of(value: &str) -> String {
    match value.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((address, _)) => address.to_owned(),
        None => value.split(';').next().unwrap_or_default().trim().to_owned(),
    }
}

pub(super) fn expires_of(request: &Request, contact: &str) -> u32 {
    let of_contact = contact
        .rsplit_once('>')
        .map_or(contact, |(_, parameters)| parameters)
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("expires=")?.parse().ok());
    let of_request = request.headers.iter().find_map(|header| match header {
        Header::Expires(expires) => expires.value().trim().parse().ok(),
        _ => None,
    });
    of_contact.or(of_request).unwrap_or(LONGEST_SECS)
}

/// `Signal=0` of `application/dtmf-relay`.
pub(super) fn key_of(request: &Request) -> Option<char> {
    let text = std::str::from_utf8(&request.body).ok()?;
    let value = text.lines().find_map(|line| line.trim().strip_prefix("Signal"))?;
    let key = value.trim_start_matches(['=', ' ']).chars().next()?;
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D').then_some(key)
}
