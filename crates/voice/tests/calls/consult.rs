//! A colleague in a call: asked at a desk telephone or a browser, three together, and the call handed over.

use std::time::Duration;

use contact::Phones as _;
use kernel::{ContactId, StaffId};
use voice::audio::tone;
use voice::caller::Caller;

use super::SOON;
use super::browser::line;
use super::rig::{Rig, Wanted, agent_ctx, hears, pitch_of};

const CALLER: f32 = 1000.0;
const AGENT: f32 = 700.0;
const COLLEAGUE: f32 = 1500.0;

fn talk(at: f32) -> Vec<i16> {
    tone::tone(at, 60_000, 0.25)
}

/// A caller who speaks with an agent at a desk telephone, who speaks too.
async fn in_a_call(rig: &Rig) -> (Caller, StaffId, Caller) {
    let (agent, telephone) = rig.agent("wang").await;
    let caller = rig.dial("13800001111", "12345").await;
    let desk = tokio::spawn(telephone.lift(SOON * 3, Duration::from_millis(200)));
    tokio::time::sleep(Duration::from_millis(500)).await;
    caller.press('0');
    let desk = desk.await.unwrap().expect("the desk telephone rings");
    rig.until("talking", || async { rig.house.phone(&agent).talking }).await;
    caller.say(&talk(CALLER));
    desk.say(&talk(AGENT));
    assert!(hears(&desk, CALLER, SOON).await.is_some(), "the agent hears the caller");
    assert!(hears(&caller, AGENT, SOON).await.is_some(), "the caller hears the agent");
    (caller, agent, desk)
}

/// A share of a pitch in what somebody hears over the next second.
async fn share(who: &Caller, hertz: f32) -> f32 {
    drop(who.heard().await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = who.heard().await;
    voice::audio::tone_share(&heard, hertz)
}

async fn contact_of(rig: &Rig) -> ContactId {
    let row = sqlx::query("SELECT id FROM contacts").fetch_one(rig.hotline.store().read()).await.unwrap();
    ContactId(sqlx::Row::get(&row, 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_at_a_desk_telephone_is_asked_joins_and_takes_the_call_over() {
    let rig = Rig::new(Wanted::default()).await;
    let (caller, agent, desk) = in_a_call(&rig).await;
    let (colleague, telephone) = rig.agent("li").await;
    let ringing = tokio::spawn(telephone.lift(SOON, Duration::from_millis(300)));
    rig.house.consult(&agent, &colleague).expect("asked");
    let other = ringing.await.unwrap().expect("the colleague's telephone rings");
    other.say(&talk(COLLEAGUE));
    assert!(hears(&desk, COLLEAGUE, SOON).await.is_some(), "the agent hears the colleague");
    assert!(hears(&other, AGENT, SOON).await.is_some(), "the colleague hears the agent");
    assert!(
        share(&caller, AGENT).await < 0.1 && share(&caller, COLLEAGUE).await < 0.1,
        "the caller hears music"
    );
    assert!(share(&other, CALLER).await < 0.1, "the caller is not overheard");
    assert!(rig.house.consult(&agent, &colleague).is_err(), "one at a time");

    rig.house.consult_together(&agent).expect("three");
    assert!(
        share(&caller, COLLEAGUE).await > 0.2 && share(&caller, AGENT).await > 0.2,
        "the caller hears both"
    );
    assert!(share(&other, CALLER).await > 0.2 && share(&desk, CALLER).await > 0.2, "both hear the caller");

    let contact = contact_of(&rig).await;
    let ctx = agent_ctx(&rig.hotline, &agent);
    rig.hotline
        .desk_transfer(&ctx, &contact, None, Some(colleague.as_str()), Some("材料都说过了"))
        .await
        .unwrap();
    assert!(desk.ended(SOON).await, "the agent is out");
    rig.until("with the colleague", || async { rig.house.phone(&colleague).talking }).await;
    assert!(share(&caller, COLLEAGUE).await > 0.8, "caller and colleague speak on");
    assert!(share(&other, CALLER).await > 0.8);
    assert_eq!(rig.hotline.call_view(&contact, 0).await.unwrap().agent, Some(colleague.clone()));
    caller.hang_up().await;
    assert!(other.ended(SOON).await, "the end reaches the colleague");
    rig.until("nothing is left over", || async {
        let counts = rig.house.counts();
        counts.sides == 0 && counts.legs == 0 && counts.dialogs == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lays_the_handset_down_leaves_the_call_to_the_colleague() {
    let rig = Rig::new(Wanted::default()).await;
    let (caller, agent, desk) = in_a_call(&rig).await;
    let (colleague, telephone) = rig.agent("li").await;
    let ringing = tokio::spawn(telephone.lift(SOON, Duration::from_millis(100)));
    rig.house.consult(&agent, &colleague).expect("asked");
    let other = ringing.await.unwrap().expect("the colleague's telephone rings");
    other.say(&talk(COLLEAGUE));
    assert!(hears(&desk, COLLEAGUE, SOON).await.is_some());
    desk.hang_up().await;
    rig.until("with the colleague", || async { rig.house.phone(&colleague).talking }).await;
    assert!(hears(&caller, COLLEAGUE, SOON).await.is_some(), "the caller is not lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_does_not_come_or_goes_leaves_agent_and_caller_together() {
    let rig = Rig::new(Wanted::default()).await;
    let (caller, agent, desk) = in_a_call(&rig).await;
    let (colleague, telephone) = rig.agent("li").await;
    assert!(rig.house.consult(&agent, &agent).is_err(), "not oneself");
    assert!(
        rig.house.consult(&agent, &StaffId::from("nobody")).is_err(),
        "who has no telephone cannot be asked"
    );
    // Nobody lifts; the agent thinks better of it.
    rig.house.consult(&agent, &colleague).expect("asked");
    assert!(hears(&caller, pitch_of(voice::call::HELD), SOON).await.is_some(), "the caller is told");
    rig.house.consult_end(&agent).expect("in a call");
    assert!(hears(&caller, AGENT, SOON).await.is_some(), "together again");
    drop(telephone);

    // At a browser: asked, comes, goes.
    let (third, _) = rig.member("zhao").await;
    let page = line(&rig, &third).await;
    rig.until("the line is up", || async { rig.house.phone(&third).line.is_some() }).await;
    rig.house.consult(&agent, &third).expect("asked");
    rig.until("asked", || async { rig.house.phone(&third).asked_by.is_some() }).await;
    page.say(&talk(COLLEAGUE));
    assert!(share(&desk, COLLEAGUE).await < 0.1, "who has only been asked is not heard");
    rig.house.consult_answer(&third, true).expect("asked");
    assert!(hears(&desk, COLLEAGUE, SOON).await.is_some(), "the agent hears the colleague");
    assert!(hears(&page, AGENT, SOON).await.is_some(), "the colleague hears the agent");
    rig.house.consult_answer(&third, false).expect("there");
    assert!(hears(&caller, AGENT, SOON).await.is_some(), "together again");
    rig.until("nobody is asked any more", || async {
        rig.house.phone(&agent).guest.is_none() && rig.house.phone(&third).asked_by.is_none()
    })
    .await;
}
