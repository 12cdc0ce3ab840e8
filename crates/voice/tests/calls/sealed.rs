//! Sealed sound (SRTP) over plain signalling, where a trunk is trusted with it; over TLS see e2e/sealed.test.mjs.

use std::time::Duration;

use voice::audio::tone;

use super::rig::{Rig, Wanted, hears, pitch_of};
use super::{NOTICE, SOON, WISH, greeting};

#[tokio::test(flavor = "multi_thread")]
async fn sealed_sound_and_keys_both_ways_with_an_agent_in_the_clear() {
    let rig = Rig::new(Wanted {
        change: |config| config.srtp_trunks = vec!["127.0.0.1".to_owned()],
        ..Wanted::default()
    })
    .await;
    let (_agent, telephone) = rig.agent("wang").await;
    let caller =
        rig.telephone("13800001111").await.sealed().dial("12345").await.expect("an answer").expect("taken");
    assert!(hears(&caller, pitch_of(&greeting(&rig)), SOON).await.is_some(), "the greeting, opened");
    assert!(hears(&caller, pitch_of(NOTICE), SOON).await.is_some());
    let desk = tokio::spawn(telephone.lift(SOON, Duration::from_millis(1_500)));
    caller.press('0');
    assert!(hears(&caller, pitch_of(WISH), SOON).await.is_some(), "the key was sealed and opened");
    let desk = desk.await.unwrap().expect("the desk telephone rings");
    caller.say(&tone::tone(1000.0, 10_000, 0.3));
    desk.say(&tone::tone(700.0, 10_000, 0.3));
    assert!(hears(&desk, 1000.0, SOON).await.is_some(), "the agent hears the caller");
    assert!(hears(&caller, 700.0, SOON).await.is_some(), "the caller hears the agent");
    // A plain call on the same trunk is taken as ever.
    let plain = rig.dial("13800002222", "12345").await;
    assert!(hears(&plain, pitch_of(&greeting(&rig)), SOON).await.is_some());
    plain.hang_up().await;
    caller.hang_up().await;
    assert!(desk.ended(SOON).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_came_in_the_open_are_not_used() {
    let rig = Rig::new(Wanted::default()).await;
    let telephone = rig.telephone("13800001111").await.sealed();
    assert_eq!(telephone.dial("12345").await.expect("an answer").err(), Some(488));
}
