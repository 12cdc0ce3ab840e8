//! A supervisor who takes part in a call takes it over.

use kernel::{Ctx, Role, Scope};

use contact::Phones as _;
use voice::audio::{FRAME, tone, tone_share};

use super::browser::{has, in_a_call, line};
use super::rig::{Rig, Wanted};

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_takes_a_call_over_and_the_caller_hears_no_pause() {
    let rig = Rig::new(Wanted::default()).await;
    let (page, call, agent, desk) = in_a_call(&rig, "wang").await;
    let (supervisor, _) = rig.member("ban").await;
    let third = line(&rig, &supervisor).await;
    third.say(&tone::tone(1500.0, 60_000, 0.3));
    let ctx = |role| Ctx {
        actor: kernel::Actor::Staff { id: supervisor.clone(), role, scope: Scope::District },
        now: rig.hotline.now(),
        trace: "test".to_owned(),
    };
    let take = async |role| rig.hotline.call_take_over(&ctx(role), &agent).await;
    assert!(take(Role::Supervisor).await.is_err(), "not without taking part");
    rig.house.assist(&supervisor, &agent, Some("join")).expect("a call");
    assert!(has(&page, 1500.0).await, "everybody hears who joins");
    assert!(take(Role::Agent).await.is_err(), "an agent may not");

    page.forget().await;
    let mut heard = Vec::new();
    let listening = async {
        while heard.len() < 2 * voice::audio::RATE {
            heard.extend(page.next_frame().await.expect("sound"));
        }
    };
    let (taken, ()) = tokio::join!(take(Role::Supervisor), listening);
    taken.expect("taken over");
    let without: Vec<bool> =
        heard.chunks_exact(2 * FRAME).map(|frames| tone_share(frames, 1500.0) < 0.15).collect();
    let pause = without.split(|without| !without).map(<[bool]>::len).max().unwrap_or(0) * 40;
    println!("the caller was without the supervisor's voice for {pause} ms at most");
    assert!(pause <= 120, "{pause} ms");

    rig.until("the call is the supervisor's", || async { rig.house.phone(&supervisor).talking }).await;
    assert!(!rig.house.phone(&supervisor).assisting && !rig.house.phone(&agent).talking);
    let contact = sqlx::query("SELECT id FROM contacts").fetch_one(rig.hotline.store().read()).await.unwrap();
    let contact = kernel::ContactId(sqlx::Row::get(&contact, 0));
    rig.until("the contact is the supervisor's", || async {
        rig.hotline.call_view(&contact, 0).await.unwrap().agent == Some(supervisor.clone())
    })
    .await;
    assert!(
        has(&third, 1000.0).await && !has(&third, 700.0).await,
        "caller and supervisor, without the agent"
    );
    assert!(!has(&page, 700.0).await && !has(&desk, 1000.0).await, "the agent is out");
    let states: Vec<_> = rig.hotline.router().desk_of(&agent).await.unwrap();
    assert_eq!(states.len(), 1, "the agent writes it up: {states:?}");
    let audits = sqlx::query("SELECT 1 FROM audit WHERE action = 'call.take_over'")
        .fetch_all(rig.hotline.store().read())
        .await
        .unwrap();
    assert_eq!(audits.len(), 1);
    // It can be held like any other call of one's own, and ends like one.
    rig.house.hold(&supervisor, true).expect("a call");
    rig.until("held", || async { rig.house.phone(&supervisor).held }).await;
    rig.house.hold(&supervisor, false).expect("a call");
    rig.until("taken back", || async { rig.house.phone(&supervisor).talking }).await;
    rig.house.call_end(&call);
    rig.until("ended", || async { rig.phases().await[0].0 == "ended" }).await;
    assert!(rig.house.phone(&supervisor).line.is_some(), "the supervisor's line stays");
}
