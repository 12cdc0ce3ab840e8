//! A chat that nobody goes on with: it ends by itself, late, and the next words open it again.

use std::sync::Arc;

use contact::{Opening, Said};
use kernel::{Clock, Micros, Rng, TestClock};
use store::testing::for_each_engine;

#[tokio::test]
async fn a_quiet_chat_ends_after_a_day_and_goes_on_with_the_next_words() {
    for_each_engine(async |database| {
        let clock = TestClock::at(Micros(
            "2026-11-23T09:00:00+08:00".parse::<jiff::Timestamp>().expect("as it should be").as_microsecond(),
        ));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let hotline = contact::testing::hotline(database, shared, Rng::seeded(3)).await;
        let said = |words: &str| Said::Text(words.to_owned());
        let asked = hotline.chat_open(Opening::default()).await.expect("as it should be");
        hotline.chat_say(&asked.token, "1", said("身份证丢了怎么补办")).await.expect("as it should be");
        let idle = hotline.chat_open(Opening::default()).await.expect("as it should be");

        clock.advance_secs(23 * 3_600);
        hotline.reconcile().await.expect("as it should be");
        assert_ne!(
            hotline.chat_get(&asked.token, 0).await.expect("as it should be").phase,
            "ended",
            "a slow typist is not cut off"
        );
        clock.advance_secs(2 * 3_600);
        hotline.reconcile().await.expect("as it should be");
        for token in [&asked.token, &idle.token] {
            let chat = hotline.chat_get(token, 0).await.expect("as it should be");
            assert_eq!(chat.phase, "ended");
            assert!(
                chat.messages.iter().all(|message| message.author != "bot" || !message.text.contains("再见")),
                "nothing is said into the quiet"
            );
        }
        let again = hotline.chat_say(&asked.token, "2", said("转人工")).await.expect("as it should be");
        assert_eq!(again.phase, "queued");
        clock.advance_secs(30 * 3_600);
        hotline.reconcile().await.expect("as it should be");
        assert_eq!(
            hotline.chat_get(&asked.token, 0).await.expect("as it should be").phase,
            "queued",
            "who waits for a person is never closed"
        );
    })
    .await;
}
