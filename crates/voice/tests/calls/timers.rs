//! Session timers on the wire (RFC 4028), and who is asked whether they live.

use std::time::Duration;

use super::hostile::{SDP, replies, request, stranger};
use super::rig::{Rig, Wanted, hears, pitch_of};
use super::{SOON, greeting};

/// Intervals that no real far side would ask for, so that tests do not last half an hour.
fn brisk(config: &mut config::Voice) {
    config.session_secs = 9;
    config.session_least_secs = 3;
    config.quiet_ask_secs = 2;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_sends_nothing_but_answers_is_kept() {
    let rig = Rig::new(Wanted { change: brisk, ..Wanted::default() }).await;
    let caller = rig.dial("13800001111", "12345").await;
    assert!(hears(&caller, pitch_of(&greeting(&rig)), SOON).await.is_some());
    caller.mute();
    rig.until("asked again and again", || async { caller.asked() >= 4 }).await;
    assert!(!caller.is_over(), "silent, but there");
    assert_ne!(rig.phases().await[0].0, "ended");
    caller.hang_up().await;
    rig.until("ended", || async { rig.phases().await[0].0 == "ended" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_whose_plug_was_pulled_is_not_waited_for() {
    let rig = Rig::new(Wanted { change: brisk, ..Wanted::default() }).await;
    let caller = rig.dial("13800001111", "12345").await;
    assert!(hears(&caller, pitch_of(&greeting(&rig)), SOON).await.is_some());
    caller.die();
    rig.until("over", || async { rig.house.counts().sides == 0 && rig.house.counts().legs == 0 }).await;
    assert_eq!(rig.phases().await[0].0, "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_far_side_that_refreshes_is_kept_and_ended_when_it_stops() {
    let rig = Rig::new(Wanted {
        change: |config| {
            brisk(config);
            config.quiet_ask_secs = 60;
        },
        ..Wanted::default()
    })
    .await;
    let (socket, server) = (stranger(&rig).await, rig.house.address());
    let own = socket.local_addr().unwrap();
    let with = |message: String, headers: &str| {
        message.replace("Max-Forwards: 70\r\n", &format!("Max-Forwards: 70\r\n{headers}"))
    };
    let short = |least| format!("Supported: timer\r\nSession-Expires: {least};refresher=uac\r\n");
    let to = format!("<sip:12345@{server}>");

    let invite = with(request("INVITE", server, own, "hasty", 1, &to, SDP), &short(1));
    socket.send(invite.as_bytes()).await.unwrap();
    let got = replies(&socket, Duration::from_millis(500)).await;
    assert!(
        got.iter().any(|reply| reply.starts_with("SIP/2.0 422") && reply.contains("Min-SE: 3")),
        "too short an interval is refused with the least: {got:?}"
    );

    let invite = with(request("INVITE", server, own, "timed", 1, &to, SDP), &short(6));
    socket.send(invite.as_bytes()).await.unwrap();
    let got = replies(&socket, Duration::from_millis(700)).await;
    let ok = got.iter().find(|reply| reply.starts_with("SIP/2.0 200")).expect("answered");
    assert!(ok.contains("Session-Expires: 6;refresher=uac") && ok.contains("Require: timer"), "{ok}");
    let tagged = ok.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned();
    socket.send(request("ACK", server, own, "timed", 1, &tagged, "").as_bytes()).await.unwrap();
    rig.until("a call", || async { rig.house.counts().answered == 1 }).await;
    for sequence in 2..6 {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let update = with(request("UPDATE", server, own, "timed", sequence, &tagged, ""), &short(6));
        socket.send(update.as_bytes()).await.unwrap();
        let got = replies(&socket, Duration::from_millis(300)).await;
        let fits = |reply: &String| {
            reply.starts_with("SIP/2.0 200") && reply.contains("Session-Expires: 6;refresher=uac")
        };
        assert!(got.iter().any(fits), "refresh {sequence}: {got:?}");
    }
    // A re-INVITE without an offer gets ours (RFC 3261, 14.2).
    let again = with(request("INVITE", server, own, "timed", 7, &tagged, ""), &short(6));
    socket.send(again.as_bytes()).await.unwrap();
    let got = replies(&socket, Duration::from_millis(300)).await;
    assert!(got.iter().any(|reply| reply.starts_with("SIP/2.0 200") && reply.contains("m=audio")), "{got:?}");
    socket.send(request("ACK", server, own, "timed", 7, &tagged, "").as_bytes()).await.unwrap();
    // It stops: a BYE comes, and the call is over.
    let got = replies(&socket, Duration::from_secs(6)).await;
    assert!(got.iter().any(|reply| reply.starts_with("BYE ")), "{got:?}");
    rig.until("ended", || async { rig.phases().await[0].0 == "ended" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_way_sound_is_no_reason_to_hang_up() {
    // Nothing of the caller's ever arrives (a firewall lets only one direction through); the signalling lives.
    let rig = Rig::new(Wanted { change: brisk, ..Wanted::default() }).await;
    let telephone = rig.telephone("13800001111").await;
    let caller = telephone.dial("12345").await.expect("an answer").expect("taken");
    caller.mute();
    assert!(hears(&caller, pitch_of(&greeting(&rig)), SOON).await.is_some(), "the caller hears us");
    // Two silences, and a person is called: the caller is not left with a machine that hears nothing.
    rig.until("queued for a person", || async { rig.phases().await[0].0 == "queued" }).await;
    assert!(!caller.is_over());
    caller.hang_up().await;
}
