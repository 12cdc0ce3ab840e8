//! What strangers send.

use std::time::Duration;

use tokio::net::UdpSocket;

use super::rig::{Rig, Wanted, hears, pitch_of};
use super::{NOTICE, SOON};

pub const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 46000 RTP/AVP 8\r\n";

pub fn request(
    method: &str,
    server: std::net::SocketAddr,
    own: std::net::SocketAddr,
    call: &str,
    sequence: u32,
    to: &str,
    body: &str,
) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "{method} sip:12345@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{call}{sequence}{method}\r\nFrom: <sip:a@{own}>;tag=x1\r\n\
         To: {to}\r\nCall-ID: {call}\r\nCSeq: {sequence} {method}\r\nContact: <sip:a@{own}>\r\nMax-Forwards: 70\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub async fn replies(socket: &UdpSocket, within: Duration) -> Vec<String> {
    let mut replies = Vec::new();
    let mut buffer = [0_u8; 4096];
    while let Ok(Ok(length)) = tokio::time::timeout(within, socket.recv(&mut buffer)).await {
        replies.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    }
    replies
}

pub async fn stranger(rig: &Rig) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(rig.house.address()).await.unwrap();
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_invite_is_no_second_call() {
    let rig = Rig::new(Wanted::default()).await;
    let (socket, server) = (stranger(&rig).await, rig.house.address());
    let own = socket.local_addr().unwrap();
    let to = format!("<sip:12345@{server}>");
    let invite = request("INVITE", server, own, "ghost", 1, &to, SDP);
    socket.send(invite.as_bytes()).await.unwrap();
    let first = replies(&socket, Duration::from_millis(500)).await;
    let ok = first.iter().find(|reply| reply.starts_with("SIP/2.0 200")).expect("answered");
    let tagged = ok.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned();
    socket.send(request("ACK", server, own, "ghost", 1, &tagged, "").as_bytes()).await.unwrap();
    rig.until("a call", || async { rig.house.counts().answered == 1 }).await;
    socket.send(invite.as_bytes()).await.unwrap();
    drop(replies(&socket, Duration::from_millis(500)).await);
    socket.send(request("BYE", server, own, "ghost", 2, &tagged, "").as_bytes()).await.unwrap();
    let bye = replies(&socket, Duration::from_millis(500)).await;
    assert!(bye.iter().any(|reply| reply.starts_with("SIP/2.0 200") && reply.contains("BYE")), "{bye:?}");
    socket.send(invite.as_bytes()).await.unwrap();
    drop(replies(&socket, Duration::from_millis(700)).await);
    let counts = rig.house.counts();
    assert_eq!((counts.answered, counts.legs), (1, 0), "{counts:?}");
    assert_eq!(rig.phases().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_never_confirms_leaves_no_contact() {
    let rig = Rig::new(Wanted::default()).await;
    let (socket, server) = (stranger(&rig).await, rig.house.address());
    let own = socket.local_addr().unwrap();
    let invite = request("INVITE", server, own, "half", 1, &format!("<sip:12345@{server}>"), SDP);
    socket.send(invite.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(rig.phases().await.len(), 0);
    rig.until("nothing is left", || async { rig.house.counts().legs == 0 && rig.house.counts().sides == 0 })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_that_cannot_be_served_are_declined() {
    let rig = Rig::new(Wanted::default()).await;
    let (socket, server) = (stranger(&rig).await, rig.house.address());
    let own = socket.local_addr().unwrap();
    let offers = [
        ("bad1", "garbage", "400"),
        ("bad2", &*SDP.replace("RTP/AVP 8", "RTP/AVP 18"), "488"),
        ("bad3", &*SDP.replace("46000", "999999"), "400"),
        ("bad4", &*SDP.replace("RTP/AVP", "RTP/SAVP"), "488"),
    ];
    for (call, body, status) in offers {
        let invite = request("INVITE", server, own, call, 1, &format!("<sip:12345@{server}>"), body);
        socket.send(invite.as_bytes()).await.unwrap();
        let got = replies(&socket, Duration::from_millis(400)).await;
        assert!(got.iter().any(|reply| reply.starts_with(&format!("SIP/2.0 {status}"))), "{call}: {got:?}");
    }
    assert_eq!(rig.house.counts().answered, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_answers_503_with_a_time() {
    let rig = Rig::new(Wanted { change: |config| config.max_calls = 1, ..Wanted::default() }).await;
    let caller = rig.dial("13800001111", "12345").await;
    let (socket, server) = (stranger(&rig).await, rig.house.address());
    let own = socket.local_addr().unwrap();
    let invite = request("INVITE", server, own, "full", 1, &format!("<sip:12345@{server}>"), SDP);
    socket.send(invite.as_bytes()).await.unwrap();
    let got = replies(&socket, Duration::from_millis(400)).await;
    assert!(
        got.iter().any(|reply| reply.starts_with("SIP/2.0 503") && reply.contains("Retry-After: 10")),
        "{got:?}"
    );
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some(), "the call that is up is not harmed");
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_packets_are_neither_heard_nor_answered() {
    let rig = Rig::new(Wanted::default()).await;
    let caller = rig.dial("13800001111", "12345").await;
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some());
    // Another port of the same host presses 0 and shouts at every port that may be ours.
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let from = 20_000 + (std::process::id() % 200) * 200;
    for port in (from..from + 2_000).step_by(2) {
        for sequence in 0..4_u16 {
            let mut packet = vec![0x80, 101, 0, sequence as u8, 0, 0, 0, 9, 1, 2, 3, 4, 0, 10, 0, 160];
            packet[3] = sequence as u8;
            stranger.send_to(&packet, ("127.0.0.1", port as u16)).await.unwrap();
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(rig.phases().await[0].0, "listening", "no key was taken");
    caller.press('0');
    rig.until("queued", || async { rig.phases().await[0].0 == "queued" }).await;
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_telephone_needs_its_secret() {
    let rig = Rig::new(Wanted::default()).await;
    let telephone = rig.telephone("wang").await;
    assert_eq!(telephone.register("not the secret", 300).await.unwrap(), 401);
    let secret = rig.hotline.keys().device_secret("wang");
    assert_eq!(telephone.register(secret.expose(), 300).await.unwrap(), 200);
    let other = rig.telephone("li").await;
    assert_eq!(other.register(secret.expose(), 300).await.unwrap(), 401, "another's secret");
}

/// Messages in the manner of RFC 4475 (torture tests), and worse.
#[tokio::test(flavor = "multi_thread")]
async fn torture_messages_do_no_harm() {
    let rig = Rig::new(Wanted::default()).await;
    let socket = stranger(&rig).await;
    let server = rig.house.address();
    let own = socket.local_addr().unwrap();
    let good = request("INVITE", server, own, "torture", 1, &format!("<sip:12345@{server}>"), SDP);
    let mut messages: Vec<Vec<u8>> = [
        // 3.1.1.1: folded lines, odd spaces and cases.
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\nfrom   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 0\r\ncseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\nContact: \"Quoted string \\\"\\\"\" <sip:jdrosen@example.com>\r\n\r\n",
        // 3.1.2.1: extraneous separators. 3.1.2.2: content length too long. 3.1.2.3: negative. 3.1.2.4: overlarge values.
        "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=134161461246\r\nMax-Forwards: 7\r\nCall-ID: badinv01.0ha0isndaksdjasdf3234nas\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/UDP 192.0.2.15;;,;,,\r\nContact: \"Joe\" <sip:joe@example.org>;;;;\r\nContent-Length: 152\r\n\r\nv=0\r\n",
        "INVITE sip:user@example.com SIP/2.0\r\nMax-Forwards: 80\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=93942939o2\r\nContact: <sip:caller@hungry.example.net>\r\nCall-ID: clerr.0ha0isndaksdjweiafasdk3\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523\r\nContent-Type: application/sdp\r\nContent-Length: 9999\r\n\r\nv=0\r\n",
        "INVITE sip:user@example.com SIP/2.0\r\nMax-Forwards: 254\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=32394234\r\nCall-ID: ncl.0ha0isndaksdj2193423r542w35\r\nCSeq: 0 INVITE\r\nVia: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bKkdjuw\r\nContact: <sip:caller@example53.example.net>\r\nContent-Type: application/sdp\r\nContent-Length: -999\r\n\r\nv=0\r\n",
        "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3\r\nTo: <sip:user@example.com>\r\nFrom: <sip:user@example.com>;tag=239232jh3\r\nCSeq: 36893488147419103232 REGISTER\r\nCall-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32\r\nMax-Forwards: 300\r\nExpires: 10000000000000000000000000000000000000000\r\nContact: <sip:user@host129.example.com>;expires=280297596632815\r\nContent-Length: 0\r\n\r\n",
        // 3.1.2.6 to 3.1.2.19 in spirit: unterminated quotes, angle brackets, spaces in the address, wrong version, unknown method.
        "INVITE <sip:user@example.com> SIP/2.0\r\nTo: sip:user@example.com\r\n\r\n",
        "INVITE sip:user@example.com; lr SIP/2.0\r\nTo: \"unterminated <sip:user@example.com>\r\nFrom: x\r\nCall-ID: q\r\nCSeq: 1 INVITE\r\nVia: SIP/2.0/UDP 1.2.3.4\r\n\r\n",
        "OPTIONS sip:t.watson@example.org SIP/7.0\r\nVia: SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw\r\nMax-Forwards: 70\r\nFrom: A <sip:a@example.com>;tag=1\r\nTo: B <sip:b@example.org>\r\nCall-ID: badvers.1\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n",
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\nVia: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\r\nTo: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f\" <sip:1@example.com>\r\nFrom: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;tag=1\r\nCall-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\r\nCSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\nMax-Forwards: 255\r\n\r\n",
        "SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\nCall-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\r\nCSeq: 353494 INVITE\r\nFrom: <sip:user@example.com>;tag=39ansfi3\r\nTo: <sip:user@example.edu>;tag=902jndnke3\r\nContent-Length: 0\r\n\r\n",
        "INVITE nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:c@e.net;tag=1\r\nMax-Forwards: 3\r\nCall-ID: unkscm.n\r\nCSeq: 3 INVITE\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx\r\nContent-Length: 0\r\n\r\n",
        "\r\n\r\n", "\r\n", "\0\0\0\0", "INVITE", "INVITE sip:", " ", "SIP/2.0", "SIP/2.0 200", "GET / HTTP/1.1\r\n\r\n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    // Every header of a good INVITE taken away, doubled, emptied and cut short; every byte of its head bent.
    let lines: Vec<&str> = good.split("\r\n").collect();
    for at in 0..lines.len() {
        for change in 0..4 {
            let mut bent: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            match change {
                0 => drop(bent.remove(at)),
                1 => bent.insert(at, lines[at].to_owned()),
                2 => bent[at] = lines[at].split(':').next().unwrap_or_default().to_owned() + ":",
                _ => bent[at] = lines[at].chars().take(lines[at].len() / 2).collect(),
            }
            messages.push(bent.join("\r\n").into_bytes());
        }
    }
    for at in (0..good.len()).step_by(3) {
        let mut bent = good.clone().into_bytes();
        bent[at] = bent[at].wrapping_add(13) | 0x80;
        messages.push(bent);
    }
    let long = format!("OPTIONS sip:{} SIP/2.0\r\nVia: {}\r\n\r\n", "a".repeat(20_000), ";x".repeat(10_000));
    messages.push(long.into_bytes());
    for message in &messages {
        socket.send(message.get(..message.len().min(60_000)).unwrap()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(replies(&socket, Duration::from_millis(500)).await);
    // The house still takes calls.
    let caller = rig.dial("13800001111", "12345").await;
    assert!(
        hears(&caller, pitch_of(NOTICE), SOON).await.is_some(),
        "a call after {} messages",
        messages.len()
    );
    caller.hang_up().await;
}
