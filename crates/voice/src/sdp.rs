//! Session descriptions (RFC 8866) as far as a telephone call needs them: one audio stream of G.711 with telephone events,
//! offered and answered (RFC 3264). Other streams are declined in their place. Text from strangers: bounded, never trusted.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use crate::audio::g711::Law;
use crate::media::srtp::{self, Key};

/// Longest description read.
const LONGEST: usize = 16 * 1024;
/// Most streams answered.
const STREAMS: usize = 8;

/// Where and how the far side wants its audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Where to send.
    pub address: SocketAddr,
    /// In which law.
    pub law: Law,
    /// The payload type of telephone events, where it takes them.
    pub event_type: Option<u8>,
    /// It wants to hear us: false on hold.
    pub receives: bool,
    /// It sends to us.
    pub sends: bool,
    /// Sealed (RFC 4568): the number of its line and the key of what it sends.
    pub secure: Option<(u32, Key)>,
}

/// A description that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The audio taken.
    pub media: Media,
    /// All streams in order: the one taken is true, others are declined by name.
    streams: Vec<Stream>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stream {
    taken: bool,
    kind: String,
    protocol: String,
    format: String,
}

/// Why a description cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// It is not a session description.
    #[error("not a session description")]
    Malformed,
    /// It holds no G.711 audio over RTP, or none in a way that is taken here.
    #[error("no G.711 audio over RTP that is taken here")]
    NothingShared,
}

#[derive(Debug, Default)]
struct Section<'a> {
    kind: &'a str,
    port: u16,
    protocol: &'a str,
    formats: Vec<&'a str>,
    address: Option<IpAddr>,
    direction: Option<&'a str>,
    event_type: Option<u8>,
    key: Option<(u32, Key)>,
}

/// Reads an offer or an answer; sound is in the clear.
///
/// # Errors
/// [`SdpError`] says what is missing.
pub fn read(body: &[u8]) -> Result<Offer, SdpError> {
    read_secured(body, false)
}

/// Reads an offer or an answer; where keys travel safely (`secured`) sealed sound is taken, and before any other.
///
/// # Errors
/// [`SdpError`] says what is missing.
pub fn read_secured(body: &[u8], secured: bool) -> Result<Offer, SdpError> {
    if body.len() > LONGEST {
        return Err(SdpError::Malformed);
    }
    let text = std::str::from_utf8(body).map_err(|_| SdpError::Malformed)?;
    if !text.trim_start().starts_with("v=0") {
        return Err(SdpError::Malformed);
    }
    let (mut address, mut direction) = (None, None);
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in text.lines() {
        let Some((kind, value)) = line.trim_end().split_once('=') else { continue };
        match kind {
            "m" => {
                if sections.len() >= STREAMS {
                    return Err(SdpError::Malformed);
                }
                sections.push(section(value).ok_or(SdpError::Malformed)?);
            }
            "c" => {
                let read = connection(value);
                match sections.last_mut() {
                    Some(section) => section.address = read,
                    None => address = read,
                }
            }
            "a" => match sections.last_mut() {
                Some(section) => attribute(section, value),
                None if is_direction(value) => direction = Some(value),
                None => {}
            },
            _ => {}
        }
    }
    let sealed = sections.iter().position(|section| secured && is_sealed(section) && usable(section));
    let taken = sealed
        .or_else(|| sections.iter().position(|section| is_plain(section) && usable(section)))
        .ok_or(SdpError::NothingShared)?;
    let section = sections.get(taken).ok_or(SdpError::NothingShared)?;
    let law = section
        .formats
        .iter()
        .find_map(|format| Law::of_payload_type(format.parse().ok()?))
        .ok_or(SdpError::NothingShared)?;
    let ip = section.address.or(address).ok_or(SdpError::Malformed)?;
    // An address of zeros is the old way to hold (RFC 3264, 8.4).
    let direction =
        if ip.is_unspecified() { "inactive" } else { section.direction.or(direction).unwrap_or("sendrecv") };
    let media = Media {
        address: SocketAddr::new(ip, section.port),
        law,
        event_type: section.event_type,
        receives: matches!(direction, "sendrecv" | "recvonly"),
        sends: matches!(direction, "sendrecv" | "sendonly"),
        secure: section.key.filter(|_| is_sealed(section)),
    };
    let streams = sections
        .iter()
        .enumerate()
        .map(|(at, section)| Stream {
            taken: at == taken,
            kind: token(section.kind),
            protocol: token(section.protocol),
            format: token(section.formats.first().copied().unwrap_or("0")),
        })
        .collect();
    Ok(Offer { media, streams })
}

fn is_plain(section: &Section<'_>) -> bool {
    matches!(section.protocol, "RTP/AVP" | "RTP/AVPF")
}

fn is_sealed(section: &Section<'_>) -> bool {
    matches!(section.protocol, "RTP/SAVP" | "RTP/SAVPF") && section.key.is_some()
}

fn usable(section: &Section<'_>) -> bool {
    section.kind == "audio"
        && section.port != 0
        && section.formats.iter().any(|format| matches!(*format, "0" | "8"))
}

fn section(value: &str) -> Option<Section<'_>> {
    let mut parts = value.split_whitespace();
    let kind = parts.next()?;
    let port = parts.next()?.split('/').next()?.parse().ok()?;
    let protocol = parts.next()?;
    Some(Section { kind, port, protocol, formats: parts.take(32).collect(), ..Section::default() })
}

fn connection(value: &str) -> Option<IpAddr> {
    let mut parts = value.split_whitespace();
    if parts.next()? != "IN" {
        return None;
    }
    let version = parts.next()?;
    let ip: IpAddr = parts.next()?.split('/').next()?.parse().ok()?;
    let fits = match version {
        "IP4" => ip.is_ipv4(),
        "IP6" => ip.is_ipv6(),
        _ => false,
    };
    (fits && !ip.is_multicast()).then_some(ip)
}

fn is_direction(value: &str) -> bool {
    matches!(value, "sendrecv" | "sendonly" | "recvonly" | "inactive")
}

/// `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:...` (RFC 4568, section 9.1). Parameters that change how packets are sealed are
/// not taken, and so the line is not.
fn crypto(value: &str) -> Option<(u32, Key)> {
    let mut words = value.split_whitespace();
    let number = words.next()?.parse().ok()?;
    if words.next()? != srtp::SUITE {
        return None;
    }
    let key = Key::read(words.next()?)?;
    words.next().is_none().then_some((number, key))
}

fn attribute<'a>(section: &mut Section<'a>, value: &'a str) {
    if let Some(value) = value.strip_prefix("crypto:") {
        section.key = section.key.or_else(|| crypto(value));
    } else if is_direction(value) {
        section.direction = Some(value);
    } else if let Some((number, name)) = value.strip_prefix("rtpmap:").and_then(|map| map.split_once(' '))
        && name.trim().to_ascii_lowercase().starts_with("telephone-event/8000")
        && let Ok(number @ 96..=127) = number.trim().parse::<u8>()
    {
        section.event_type = section.event_type.or(Some(number));
    }
}

/// Only what may stand in a line of our own.
fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.')).take(32).collect()
}

/// The answer: our port for the stream taken, 0 for the others.
pub fn answer(offer: &Offer, ip: IpAddr, port: u16, session: u64, version: u64) -> String {
    answer_secured(offer, ip, port, (session, version), None)
}

/// The answer to an offer of sealed sound, with our key.
pub fn answer_secured(
    offer: &Offer,
    ip: IpAddr,
    port: u16,
    (session, version): (u64, u64),
    key: Option<&Key>,
) -> String {
    let mut text = head(ip, session, version);
    for stream in &offer.streams {
        if stream.taken {
            let direction = match (offer.media.receives, offer.media.sends) {
                (true, true) => "sendrecv",
                (true, false) => "sendonly",
                (false, true) => "recvonly",
                (false, false) => "inactive",
            };
            let law = offer.media.law;
            body(&mut text, port, &stream.protocol, &[law], offer.media.event_type, direction);
            if let (Some((number, _)), Some(key)) = (&offer.media.secure, key) {
                crypto_line(&mut text, *number, key);
            }
        } else {
            let _infallible = write!(text, "m={} 0 {} {}\r\n", stream.kind, stream.protocol, stream.format);
        }
    }
    text
}

/// An offer of our own: A-law first.
pub fn offer(ip: IpAddr, port: u16, session: u64, version: u64) -> String {
    let mut text = head(ip, session, version);
    body(&mut text, port, "RTP/AVP", &[Law::A, Law::Mu], Some(101), "sendrecv");
    text
}

/// An offer of our own of sealed sound, with our key.
pub fn offer_secured(ip: IpAddr, port: u16, session: u64, version: u64, key: &Key) -> String {
    let mut text = head(ip, session, version);
    body(&mut text, port, "RTP/SAVP", &[Law::A, Law::Mu], Some(101), "sendrecv");
    crypto_line(&mut text, 1, key);
    text
}

fn crypto_line(text: &mut String, number: u32, key: &Key) {
    let _infallible = write!(text, "a=crypto:{number} {} {}\r\n", srtp::SUITE, key.written());
}

fn head(ip: IpAddr, session: u64, version: u64) -> String {
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    format!("v=0\r\no=- {session} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n")
}

fn body(text: &mut String, port: u16, protocol: &str, laws: &[Law], event_type: Option<u8>, direction: &str) {
    let _infallible = write!(text, "m=audio {port} {protocol}");
    for law in laws {
        let _infallible = write!(text, " {}", law.payload_type());
    }
    if let Some(number) = event_type {
        let _infallible = write!(text, " {number}");
    }
    text.push_str("\r\n");
    for law in laws {
        let _infallible = write!(text, "a=rtpmap:{} {}/8000\r\n", law.payload_type(), law.name());
    }
    if let Some(number) = event_type {
        let _infallible = write!(text, "a=rtpmap:{number} telephone-event/8000\r\na=fmtp:{number} 0-15\r\n");
    }
    let _infallible = write!(text, "a=ptime:20\r\na={direction}\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = "v=0\r\no=user1 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        m=audio 40000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n";

    #[test]
    fn a_plain_offer_is_answered_in_kind() {
        let offer = read(PLAIN.as_bytes()).unwrap();
        assert_eq!(offer.media.address, "192.0.2.1:40000".parse().unwrap());
        assert_eq!((offer.media.law, offer.media.event_type), (Law::A, Some(96)));
        let answer = answer(&offer, "192.0.2.9".parse().unwrap(), 20_000, 7, 1);
        assert!(answer.contains("m=audio 20000 RTP/AVP 8 96\r\n"), "{answer}");
        let back = read(answer.as_bytes()).unwrap();
        assert_eq!(back.media.address, "192.0.2.9:20000".parse().unwrap());
        assert!(back.media.receives && back.media.sends);
    }

    #[test]
    fn the_first_law_the_caller_names_is_taken() {
        let offer = read(PLAIN.replace("AVP 8 96", "AVP 0 8 96").as_bytes()).unwrap();
        assert_eq!(offer.media.law, Law::Mu);
    }

    #[test]
    fn hold_is_understood_in_both_ways() {
        let held = read(format!("{PLAIN}a=sendonly\r\n").as_bytes()).unwrap();
        assert!(!held.media.receives && held.media.sends);
        assert!(answer(&held, "192.0.2.9".parse().unwrap(), 2, 1, 1).contains("a=recvonly"));
        let zeros = read(PLAIN.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0").as_bytes()).unwrap();
        assert!(!zeros.media.receives && !zeros.media.sends);
    }

    #[test]
    fn video_is_declined_in_its_place() {
        let text = PLAIN.replace("m=audio", "m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\nm=audio");
        let answer = answer(&read(text.as_bytes()).unwrap(), "192.0.2.9".parse().unwrap(), 20_000, 1, 1);
        let streams: Vec<&str> = answer.lines().filter(|line| line.starts_with("m=")).collect();
        assert_eq!(streams, ["m=video 0 RTP/AVP 99", "m=audio 20000 RTP/AVP 8 96"]);
    }

    #[test]
    fn what_cannot_be_served_is_said() {
        assert_eq!(read(b""), Err(SdpError::Malformed));
        assert_eq!(read(b"hello"), Err(SdpError::Malformed));
        assert_eq!(read(&[0xFF; 40]), Err(SdpError::Malformed));
        assert_eq!(read(PLAIN.replace(" 8 96", " 18 96").as_bytes()), Err(SdpError::NothingShared));
        assert_eq!(read(PLAIN.replace("RTP/AVP", "RTP/SAVP").as_bytes()), Err(SdpError::NothingShared));
        assert_eq!(read(PLAIN.replace("audio 40000", "audio 0").as_bytes()), Err(SdpError::NothingShared));
        assert_eq!(read(PLAIN.replace("audio 40000", "audio 99999").as_bytes()), Err(SdpError::Malformed));
        assert_eq!(read(PLAIN.replace("c=IN", "x=IN").as_bytes()), Err(SdpError::Malformed));
        assert_eq!(
            read(PLAIN.replace("IP4 192.0.2.1\r\nt", "IP4 224.0.0.1\r\nt").as_bytes()),
            Err(SdpError::Malformed)
        );
        assert_eq!(
            read(format!("{PLAIN}{}", "m=audio 1 RTP/AVP 8\r\n".repeat(9)).as_bytes()),
            Err(SdpError::Malformed)
        );
        assert_eq!(read(vec![b'v'; 20_000].as_slice()), Err(SdpError::Malformed));
    }

    #[test]
    fn sealed_sound_is_taken_where_keys_travel_safely() {
        let key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31";
        let other = "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:x\r\n";
        let text =
            format!("{}{other}a=crypto:2 {} {key}\r\n", PLAIN.replace("RTP/AVP", "RTP/SAVP"), srtp::SUITE);
        assert_eq!(read(text.as_bytes()), Err(SdpError::NothingShared), "never in the open");
        let offer = read_secured(text.as_bytes(), true).unwrap();
        assert_eq!(offer.media.secure, Some((2, Key::read(key).unwrap())));
        let ours = Key::new([7; 30]);
        let answer = answer_secured(&offer, "192.0.2.9".parse().unwrap(), 20_000, (7, 1), Some(&ours));
        assert!(answer.contains("m=audio 20000 RTP/SAVP 8 96\r\n"), "{answer}");
        let back = read_secured(answer.as_bytes(), true).unwrap();
        assert_eq!(back.media.secure, Some((2, ours)));
        // Both offered: sealed where it may be, plain where not.
        let both = text.clone() + "m=audio 42000 RTP/AVP 8\r\n";
        assert!(read_secured(both.as_bytes(), true).unwrap().media.secure.is_some());
        assert_eq!(read(both.as_bytes()).unwrap().media.address.port(), 42_000);
        let odd = text.replace("|2^31", "|2^31 UNENCRYPTED_SRTP");
        assert_eq!(read_secured(odd.as_bytes(), true), Err(SdpError::NothingShared));
        assert_eq!(read_secured(PLAIN.as_bytes(), true).unwrap().media.secure, None, "plain is taken too");
    }

    #[test]
    fn nothing_of_the_callers_text_can_break_a_line_of_ours() {
        let text = PLAIN.replace("m=audio", "m=a%x=1 9 RTP/AVP 1=\r\nm=audio");
        let answer = answer(&read(text.as_bytes()).unwrap(), "192.0.2.9".parse().unwrap(), 2, 1, 1);
        assert!(answer.lines().all(|line| line.chars().nth(1) == Some('=')), "{answer}");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(v=0\r\n)?([mcaos]=[ -~]{0,40}\r\n){0,12}") {
            if let Ok(offer) = read(text.as_bytes()) {
                let answer = answer(&offer, "192.0.2.9".parse().unwrap(), 2, 1, 1);
                prop_assert!(read(answer.as_bytes()).is_ok());
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            drop(read(&bytes));
        }

        #[test]
        fn a_bent_offer_is_survived(at in 0..200_usize, byte: u8) {
            let mut bytes = PLAIN.as_bytes().to_vec();
            if let Some(slot) = bytes.get_mut(at) { *slot = byte; }
            drop(read(&bytes));
        }
    }
}
