//! Calls over real SIP and RTP on loopback. Every test asserts what is heard, in both directions where there are two.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail their test"
)]

mod browser;
mod consult;
mod hostile;
mod rig;
mod sealed;
mod takeover;
mod timers;

use std::time::Duration;

use rig::{Rig, Wanted, hears, pitch_of};
use voice::audio::tone;
use voice::speech::scripted::ScriptedEar;

const SOON: Duration = Duration::from_secs(10);
const WISH: &str = "好的，马上为您转人工。";
const DOWN: &str = "系统有一处出了点问题，不耽误您，马上为您转人工。";
const NOTICE: &str = "为保证服务质量，本次通话将被录音。";

fn greeting(rig: &Rig) -> String {
    let site = rig.hotline.site();
    let brain = rig.hotline.brain();
    brain.guards.greeting(&site.lines["12345"].greeting)
}

/// Speech of so many steps of 200 ms, as the scripted ear counts them.
fn speech(steps: usize) -> Vec<i16> {
    tone::tone(300.0, steps * 200, 0.4)
}

#[tokio::test(flavor = "multi_thread")]
async fn greeting_notice_key_music_agent_and_hang_up() {
    let rig = Rig::new(Wanted::default()).await;
    let (agent, telephone) = rig.agent("wang").await;
    let caller = rig.dial("13800001111", "12345").await;
    assert!(hears(&caller, pitch_of(&greeting(&rig)), SOON).await.is_some(), "the greeting");
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some(), "the notice");
    let desk = tokio::spawn(telephone.lift(SOON, Duration::from_millis(1500)));
    caller.press('0');
    assert!(hears(&caller, pitch_of(WISH), SOON).await.is_some(), "the bot says that it calls a person");
    let agent_side = desk.await.unwrap().expect("the desk telephone rings");
    rig.until("with the agent", || async { rig.phases().await[0].0 == "with_agent" }).await;
    // Each hears the other.
    caller.say(&tone::tone(1000.0, 3000, 0.3));
    agent_side.say(&tone::tone(700.0, 3000, 0.3));
    assert!(hears(&agent_side, 1000.0, SOON).await.is_some(), "the agent hears the caller");
    assert!(hears(&caller, 700.0, SOON).await.is_some(), "the caller hears the agent");
    tokio::time::sleep(Duration::from_secs(1)).await;
    agent_side.hang_up().await;
    assert!(caller.ended(SOON).await, "the caller's side ends when the agent hangs up");
    rig.until("ended", || async {
        rig.phases().await[0] == ("ended".to_owned(), Some("handed_over".to_owned()))
    })
    .await;
    rig.until("nothing is left over", || async {
        let counts = rig.house.counts();
        counts.sides == 0 && counts.legs == 0 && counts.dialogs == 0
    })
    .await;
    drop(agent);
    // The recording holds both voices.
    let contact =
        sqlx::query("SELECT contact_id FROM recordings").fetch_one(rig.hotline.store().read()).await.unwrap();
    let contact = kernel::ContactId(sqlx::Row::get(&contact, 0));
    let mut heard = (false, false);
    rig.until("the recording is written", || async {
        sqlx::query("SELECT 1 FROM recordings WHERE ended_us IS NOT NULL")
            .fetch_optional(rig.hotline.store().read())
            .await
            .unwrap()
            .is_some()
    })
    .await;
    let (one, two) = voice::recording::open(rig.hotline.store(), rig.hotline.keys(), &contact).await.unwrap();
    for (one, two) in one.chunks(800).zip(two.chunks(800)) {
        heard.0 |= voice::audio::tone_share(one, 1000.0) > 0.8;
        heard.1 |= voice::audio::tone_share(two, 700.0) > 0.8;
    }
    assert_eq!(heard, (true, true), "caller's and agent's voices on tracks of their own");
    let file = std::fs::read_dir(rig.folder.path().join("rec")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(
        voice::recording::open(rig.hotline.store(), rig.hotline.keys(), &contact).await.is_err(),
        "changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoken_question_is_answered_and_a_spoken_wish_reaches_the_queue() {
    let rig = Rig::new(Wanted::default()).await;
    let caller = rig.dial("13800002222", "12345").await;
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    caller.say(&speech(5));
    rig.until("an answer", || async {
        rig.transcript().await.iter().any(|(author, text)| author == "citizen" && text.contains("公积金"))
    })
    .await;
    rig.until("words of the bot", || async { rig.transcript().await.last().unwrap().0 == "bot" }).await;
    let answer = rig.transcript().await.last().unwrap().1.clone();
    assert!(hears(&caller, pitch_of(&answer), SOON).await.is_some(), "{answer}");
    // The wish interrupts the answer.
    caller.say(&speech(3));
    assert!(hears(&caller, pitch_of(WISH), SOON).await.is_some(), "{:?}", rig.transcript().await);
    rig.until("queued", || async { rig.phases().await[0].0 == "queued" }).await;
    // The caller gives up: a call-back is promised.
    caller.hang_up().await;
    rig.until("a call-back", || async {
        rig.phases().await[0] == ("ended".to_owned(), Some("callback".to_owned()))
    })
    .await;
    let rows = sqlx::query("SELECT 1 FROM callbacks WHERE state = 'open'")
        .fetch_all(rig.hotline.store().read())
        .await
        .unwrap();
    assert!(!rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_greeting_can_be_interrupted_and_the_notice_cannot() {
    let rig = Rig::new(Wanted {
        synthesiser: Some(voice::speech::scripted::ScriptedVoice { millis: 4000 }),
        ..Wanted::default()
    })
    .await;
    let caller = rig.dial("13800003333", "12345").await;
    assert!(hears(&caller, pitch_of(&greeting(&rig)), SOON).await.is_some());
    caller.say(&speech(5));
    let stopped = hears(&caller, pitch_of(NOTICE), SOON).await.expect("the notice");
    assert!(stopped < Duration::from_secs(3), "the greeting was stopped: {stopped:?}");
    caller.say(&speech(5));
    tokio::time::sleep(Duration::from_secs(2)).await;
    drop(caller.heard().await);
    assert!(hears(&caller, pitch_of(NOTICE), Duration::from_secs(1)).await.is_some(), "the notice goes on");
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_model_tones_and_a_person_at_once() {
    let rig = Rig::new(Wanted { recogniser: None, synthesiser: None, ..Wanted::default() }).await;
    let (_, telephone) = rig.agent("li").await;
    let desk = tokio::spawn(telephone.lift(SOON, Duration::from_millis(500)));
    let caller = rig.dial("13800004444", "12345").await;
    assert!(hears(&caller, 523.25, SOON).await.is_some(), "a tone");
    let agent_side = desk.await.unwrap().expect("it rings");
    agent_side.say(&tone::tone(700.0, 3000, 0.3));
    assert!(hears(&caller, 700.0, SOON).await.is_some(), "the caller hears the agent");
    caller.say(&tone::tone(1000.0, 3000, 0.3));
    assert!(hears(&agent_side, 1000.0, SOON).await.is_some(), "the agent hears the caller");
    caller.hang_up().await;
    assert!(agent_side.ended(SOON).await, "the agent's side ends when the caller hangs up");
    let none = sqlx::query("SELECT 1 FROM recordings").fetch_all(rig.hotline.store().read()).await.unwrap();
    assert!(none.is_empty(), "nothing is recorded that was not announced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_recogniser_is_told_plainly_and_a_person_is_called() {
    let broken = ScriptedEar { broken: true, ..ScriptedEar::default() };
    let rig = Rig::new(Wanted { recogniser: Some(broken), ..Wanted::default() }).await;
    let caller = rig.dial("13800005555", "12345").await;
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    caller.say(&speech(5));
    assert!(hears(&caller, pitch_of(DOWN), SOON).await.is_some(), "{:?}", rig.transcript().await);
    rig.until("queued", || async { rig.phases().await[0].0 == "queued" }).await;
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_asked_about_once_and_then_a_person_is_called() {
    let rig = Rig::new(Wanted::default()).await;
    let caller = rig.dial("13800006666", "12345").await;
    let asked = "您好，我在听。请直接说您的事；不方便说也没关系，按0就转人工。";
    assert!(hears(&caller, pitch_of(asked), Duration::from_secs(20)).await.is_some());
    assert!(
        hears(&caller, pitch_of("我这边没有听到声音，为您转人工，请稍等。"), Duration::from_secs(20))
            .await
            .is_some()
    );
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_told_before_anything_else_and_not_interrupted() {
    let rig = Rig::new(Wanted::default()).await;
    let caller = rig.dial("13800007777", "12345").await;
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    caller.say(&speech(8));
    rig.until("danger", || async { rig.transcript().await.iter().any(|(_, text)| text.contains("119")) })
        .await;
    let advice = rig.transcript().await.into_iter().find(|(_, text)| text.contains("119")).unwrap().1;
    assert!(hears(&caller, pitch_of(&advice), SOON).await.is_some(), "{advice}");
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_elderly_one_key_call_hears_no_prompt_and_rings_at_once() {
    let rig = Rig::new(Wanted {
        change: |config| config.elderly_numbers = vec!["05741111".to_owned()],
        ..Wanted::default()
    })
    .await;
    let (_, telephone) = rig.agent("zhao").await;
    let desk = tokio::spawn(telephone.lift(SOON, Duration::ZERO));
    let caller = rig.dial("05741111", "12345").await;
    let agent_side = desk.await.unwrap().expect("it rings");
    agent_side.say(&tone::tone(700.0, 2000, 0.3));
    assert!(hears(&caller, 700.0, SOON).await.is_some());
    assert!(!rig.transcript().await.iter().any(|(_, text)| text.contains("机器")), "no bot");
    caller.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_accepts_in_the_console_gets_the_call_on_the_telephone() {
    let rig = Rig::new(Wanted::default()).await;
    let (agent, telephone) = rig.agent("sun").await;
    let caller = rig.dial("13800008888", "12345").await;
    caller.press('0');
    let desk = tokio::spawn(telephone.lift(SOON, Duration::from_millis(2500)));
    let ctx = rig::agent_ctx(&rig.hotline, &agent);
    rig.until("an offer", || async {
        let held = rig.hotline.router().desk_of(&agent).await.unwrap();
        held.iter().any(|(_, state, _)| *state == "ringing")
    })
    .await;
    let (contact, ..) = rig.hotline.router().desk_of(&agent).await.unwrap().remove(0);
    let view = rig.hotline.desk_accept(&ctx, &contact).await.unwrap();
    assert_eq!(
        (view.channel.as_str(), view.messages.is_empty()),
        ("voice", false),
        "the transcript comes along"
    );
    let agent_side = desk.await.unwrap().expect("it goes on ringing");
    agent_side.say(&tone::tone(700.0, 3000, 0.3));
    assert!(hears(&caller, 700.0, SOON).await.is_some());
    // Hanging up in the console ends both telephones.
    rig.hotline.desk_hang_up(&ctx, &contact).await.unwrap();
    assert!(agent_side.ended(SOON).await);
    assert!(caller.ended(Duration::from_secs(20)).await);
}
