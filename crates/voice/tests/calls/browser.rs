//! Calls in browsers, without a browser: the program's own offering side over real ICE, DTLS and SRTP.

use std::time::Duration;

use contact::{CallState, Phones as _};
use kernel::StaffId;
use voice::audio::tone;
use voice::caller::Page;

use super::rig::{Rig, Wanted, hears, pitch_of};
use super::{NOTICE, SOON, WISH, greeting};

async fn citizen(rig: &Rig) -> (Page, String) {
    let mut call = String::new();
    let page = Page::connect(&rig.wheel, async |offer| {
        let rung = rig.house.call_in("12345", &offer).await?;
        call = rung.call;
        Ok(rung.answer)
    })
    .await
    .expect("a call");
    (page, call)
}

pub async fn line(rig: &Rig, agent: &StaffId) -> Page {
    let page = Page::connect(&rig.wheel, async |offer| Ok(rig.house.line_open(agent, &offer).await?.answer));
    page.await.expect("a line")
}

/// A call with an agent at a browser, both speaking.
pub async fn in_a_call(rig: &Rig, login: &str) -> (Page, String, StaffId, Page) {
    let (agent, ctx) = rig.member(login).await;
    let desk = line(rig, &agent).await;
    rig.hotline.desk_set_state(&ctx, "ready", None).await.expect("ready");
    let (page, call) = citizen(rig).await;
    assert!(hears(&page, pitch_of(&greeting(rig)), SOON).await.is_some(), "the greeting");
    rig.house.call_key(&call, '0').expect("a key");
    assert!(hears(&page, pitch_of(WISH), SOON).await.is_some(), "the bot says that it calls a person");
    rig.until("an offer", || async { !rig.hotline.router().desk_of(&agent).await.unwrap().is_empty() }).await;
    let (contact, ..) = rig.hotline.router().desk_of(&agent).await.unwrap().remove(0);
    rig.hotline.desk_accept(&ctx, &contact).await.expect("accepted");
    rig.until("talking", || async { rig.house.phone(&agent).talking }).await;
    page.say(&tone::tone(1000.0, 60_000, 0.3));
    desk.say(&tone::tone(700.0, 60_000, 0.3));
    assert!(hears(&desk, 1000.0, SOON).await.is_some(), "the agent hears the caller");
    assert!(hears(&page, 700.0, SOON).await.is_some(), "the caller hears the agent");
    (page, call, agent, desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_hold_a_drop_and_the_way_back() {
    let rig = Rig::new(Wanted { change: |config| config.lost_secs = 6, ..Wanted::default() }).await;
    let (page, call, agent, desk) = in_a_call(&rig, "wang").await;
    assert!(matches!(rig.house.call_state(&call), CallState::Up(_)));

    rig.house.hold(&agent, true).expect("a call");
    page.forget().await;
    assert!(hears(&page, pitch_of(voice::call::HELD), SOON).await.is_some(), "a kind sentence");
    rig.house.hold(&agent, false).expect("a call");
    page.forget().await;
    assert!(hears(&page, 700.0, SOON).await.is_some(), "taken back");
    rig.house.key(&agent, '5').expect("a call");

    // The agent's window is gone: the caller is told and hears music; the agent comes back into the same call.
    drop(desk);
    page.forget().await;
    assert!(hears(&page, pitch_of(voice::call::AWAY), SOON).await.is_some(), "a kind sentence");
    assert!(!rig.house.phone(&agent).talking);
    let desk = line(&rig, &agent).await;
    desk.say(&tone::tone(700.0, 60_000, 0.3));
    assert!(hears(&page, 700.0, SOON).await.is_some(), "joined again");
    assert!(hears(&desk, 1000.0, SOON).await.is_some());
    assert_eq!(rig.phases().await[0].0, "with_agent");

    // The caller comes back over another connection too.
    let again =
        Page::connect(&rig.wheel, async |offer| rig.house.call_media(&call, &offer).await).await.unwrap();
    drop(page);
    assert!(hears(&again, 700.0, SOON).await.is_some(), "the same call over another connection");

    // Gone for good: back into the queue, in place.
    drop(desk);
    rig.until("queued again", || async { rig.phases().await[0].0 == "queued" }).await;
    rig.house.call_end(&call);
    rig.until("ended", || async { rig.phases().await[0].0 == "ended" }).await;
    rig.until("nothing is left over", || async {
        let counts = rig.house.counts();
        counts.sides == 0 && counts.legs == 0
    })
    .await;
    assert_eq!(rig.house.call_state(&call), CallState::Over);
    assert!(rig.house.call_key(&call, '0').is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_listens_whispers_and_joins() {
    let rig = Rig::new(Wanted::default()).await;
    let (page, call, agent, desk) = in_a_call(&rig, "wang").await;
    let (supervisor, _) = rig.member("ban").await;
    assert!(rig.house.assist(&supervisor, &agent, Some("listen")).is_err(), "not without a line");
    let third = line(&rig, &supervisor).await;
    third.say(&tone::tone(1500.0, 60_000, 0.3));
    rig.house.assist(&supervisor, &agent, Some("listen")).expect("a call");
    rig.until("the agent is shown it", || async { rig.house.phone(&agent).others == 1 }).await;
    let silent = Duration::from_secs(1);
    assert!(hears(&page, 1500.0, silent).await.is_none() && hears(&desk, 1500.0, silent).await.is_none());
    // Of two tones at once each is less than half: the third tone is known by being there at all.
    rig.house.assist(&supervisor, &agent, Some("whisper")).expect("a call");
    assert!(has(&desk, 1500.0).await, "the agent hears a whisper");
    assert!(!has(&page, 1500.0).await, "the caller does not");
    rig.house.assist(&supervisor, &agent, Some("join")).expect("a call");
    assert!(has(&page, 1500.0).await, "everybody hears who joins");
    assert!(has(&third, 1000.0).await && has(&third, 700.0).await);
    rig.house.assist(&supervisor, &agent, None).expect("the end");
    assert!(!has(&page, 1500.0).await && !has(&desk, 1500.0).await);
    assert!(hears(&page, 700.0, SOON).await.is_some(), "the call itself goes on");
    rig.house.assist(&supervisor, &agent, Some("listen")).expect("a call");
    rig.house.call_end(&call);
    rig.until("left", || async { !rig.house.phone(&supervisor).assisting }).await;
    assert!(rig.house.phone(&supervisor).line.is_some(), "the supervisor's line stays");
    drop((page, desk));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_recogniser_0_calls_a_person_and_the_notice_is_heard() {
    let rig = Rig::new(Wanted { recogniser: None, ..Wanted::default() }).await;
    let (page, call) = citizen(&rig).await;
    assert!(hears(&page, pitch_of(NOTICE), SOON).await.is_some());
    rig.house.call_key(&call, '0').expect("a key");
    rig.until("queued", || async { rig.phases().await[0].0 == "queued" }).await;
    rig.house.call_end(&call);
    rig.until("ended", || async { rig.phases().await[0].0 == "ended" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_whose_browser_never_comes_leaves_no_contact() {
    let rig = Rig::new(Wanted::default()).await;
    for garbage in ["", "x", "v=0\r\nm=audio 9 RTP/AVP 8\r\n"] {
        assert!(rig.house.call_in("12345", garbage).await.is_err());
    }
    let mut call = String::new();
    let refused = Page::connect(&rig.wheel, async |offer| {
        call = rig.house.call_in("12345", &offer).await?.call;
        Err(contact::ContactError::NotFound)
    });
    assert!(refused.await.is_err());
    assert_eq!(rig.house.call_state(&call), CallState::Connecting);
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(rig.house.call_state(&call), CallState::Over);
    assert_eq!(rig.phases().await.len(), 0);
    assert_eq!(rig.house.counts().legs, 0);
}

/// Whether a frequency is in what is heard during the next second, beside others.
pub async fn has(page: &Page, hertz: f32) -> bool {
    tokio::time::sleep(Duration::from_millis(400)).await;
    page.forget().await;
    let mut heard = Vec::new();
    while heard.len() < voice::audio::RATE {
        heard.extend(page.next_frame().await.expect("sound"));
    }
    voice::audio::tone_share(&heard, hertz) > 0.15
}
