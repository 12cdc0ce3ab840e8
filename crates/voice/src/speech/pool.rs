//! A bounded way to a recogniser: so many at once, the others wait, and whoever would wait beyond the deadline is told at
//! once. A recogniser that is slow or down must never leave a caller in silence.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{Recognised, Recogniser, SpeechError};

/// The pool.
#[derive(Clone)]
pub struct Pool {
    recogniser: Arc<dyn Recogniser>,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    deadline: Duration,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("free", &self.places.available_permits()).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool of so many workers; eight times as many may wait.
    pub fn new(recogniser: Arc<dyn Recogniser>, workers: usize, deadline: Duration) -> Self {
        Self {
            recogniser,
            places: Arc::new(Semaphore::new(workers.max(1))),
            queue: Arc::new(Semaphore::new(workers.max(1) * 9)),
            deadline,
        }
    }

    /// Recognises within the deadline.
    ///
    /// # Errors
    /// [`SpeechError::Slow`] when it takes longer or too many wait.
    pub async fn recognise(&self, sound: &[i16]) -> Result<Recognised, SpeechError> {
        let _waiting = self.queue.try_acquire().map_err(|_| SpeechError::Slow)?;
        let work = async {
            let _place = self.places.acquire().await.map_err(|_| SpeechError::None)?;
            self.recogniser.recognise(sound).await
        };
        tokio::time::timeout(self.deadline, work).await.unwrap_or(Err(SpeechError::Slow))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scripted::ScriptedEar;
    use super::*;

    #[tokio::test]
    async fn who_would_wait_too_long_is_told() {
        let slow = ScriptedEar { takes: Duration::from_millis(200), ..ScriptedEar::default() };
        let pool = Pool::new(Arc::new(slow), 1, Duration::from_millis(300));
        let (one, two) = tokio::join!(pool.recognise(&[0; 160]), pool.recognise(&[0; 160]));
        assert!(one.is_ok());
        assert_eq!(two, Err(SpeechError::Slow));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let slow = ScriptedEar { takes: Duration::from_secs(5), ..ScriptedEar::default() };
        let pool = Pool::new(Arc::new(slow), 1, Duration::from_millis(500));
        let many = (0..12).map(|_| {
            let pool = pool.clone();
            async move {
                (tokio::time::Instant::now(), pool.recognise(&[0; 160]).await, tokio::time::Instant::now())
            }
        });
        let done = futures::future::join_all(many).await;
        let at_once = done.iter().filter(|(from, _, to)| *to - *from < Duration::from_millis(100)).count();
        assert_eq!(at_once, 3);
        assert!(done.iter().all(|(_, outcome, _)| *outcome == Err(SpeechError::Slow)));
    }
}
