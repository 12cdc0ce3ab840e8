//! Recordings: two tracks (the caller, and what the caller hears), announced before the first sound is kept, sealed at rest.
//!
//! A file is a row of chunks of five seconds: length (4 bytes, big endian), then SM4-GCM over the caller's A-law codes
//! followed by as many of ours. A chunk opens only as the chunk of its number of its contact, so that none can be exchanged,
//! moved or taken out unseen; how many there are stands in the row.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use kernel::{Clock, ContactId, Ctx, Rng};
use security::Keys;
use sqlx::Row as _;
use store::Store;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::audio::g711::Law;
use crate::audio::{FRAME, Frame, RATE};
use crate::{VoiceError, sql};

/// Samples of a chunk, a track.
const CHUNK: usize = 5 * RATE;

/// What a tape hands to the archive.
#[derive(Debug)]
pub enum Reel {
    /// A recording begins.
    Begin(ContactId),
    /// Sound: the caller's codes, then as many of ours.
    Chunk(ContactId, Vec<u8>),
    /// It is over.
    End(ContactId),
}

/// Collects frames on the sender's thread; full chunks go to the archive. Dropped, it hands over the rest.
#[derive(Debug)]
pub struct Tape {
    contact: ContactId,
    caller: Vec<u8>,
    ours: Vec<u8>,
    chunk: usize,
    archive: UnboundedSender<Reel>,
}

impl Tape {
    /// A tape for a contact.
    pub fn new(contact: ContactId, archive: UnboundedSender<Reel>) -> Self {
        Self::in_chunks(contact, archive, CHUNK)
    }

    /// A tape that hands over so many samples at a time.
    pub(crate) fn in_chunks(contact: ContactId, archive: UnboundedSender<Reel>, chunk: usize) -> Self {
        drop(archive.send(Reel::Begin(contact.clone())));
        Self { contact, caller: Vec::new(), ours: Vec::new(), chunk, archive }
    }

    /// One frame of each side.
    pub fn add(&mut self, caller: &Frame, ours: &Frame) {
        self.caller.extend(caller.iter().map(|sample| Law::A.encode(*sample)));
        self.ours.extend(ours.iter().map(|sample| Law::A.encode(*sample)));
        if self.caller.len() >= self.chunk / FRAME * FRAME {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let mut both = std::mem::take(&mut self.caller);
        both.append(&mut self.ours);
        if !both.is_empty() {
            drop(self.archive.send(Reel::Chunk(self.contact.clone(), both)));
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        self.hand_over();
        drop(self.archive.send(Reel::End(self.contact.clone())));
    }
}

/// Writes recordings.
#[derive(Debug)]
pub struct Archive {
    store: Store,
    keys: Keys,
    folder: PathBuf,
    rng: Rng,
}

fn purpose(contact: &ContactId, chunk: i64) -> String {
    format!("recording:{contact}:{chunk}")
}

fn file_of(folder: &Path, contact: &ContactId) -> PathBuf {
    let name: String =
        contact.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    folder.join(format!("{name}.rec"))
}

impl Archive {
    /// An archive in a folder.
    pub const fn new(store: Store, keys: Keys, folder: PathBuf, rng: Rng) -> Self {
        Self { store, keys, folder, rng }
    }

    /// Writes until every tape is gone. A failure is told and costs this chunk only.
    pub async fn run(mut self, clock: &dyn Clock, mut reels: UnboundedReceiver<Reel>) {
        while let Some(reel) = reels.recv().await {
            if let Err(error) = self.take(clock, reel).await {
                tracing::error!(%error, "a recording could not be written");
            }
        }
    }

    async fn take(&mut self, clock: &dyn Clock, reel: Reel) -> Result<(), VoiceError> {
        let ctx = Ctx::system("voice", clock);
        match reel {
            Reel::Begin(contact) => {
                let file = file_of(&self.folder, &contact);
                let mut tx = self.store.begin(&ctx).await?;
                sqlx::query(sql::RECORDING_ADD)
                    .bind(contact.as_str())
                    .bind(file.display().to_string())
                    .bind(ctx.now.0)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
            }
            Reel::Chunk(contact, sound) => {
                let row = sqlx::query(sql::RECORDING_GET)
                    .bind(contact.as_str())
                    .fetch_one(self.store.read())
                    .await?;
                let number: i64 = row.try_get("chunks")?;
                let sealed = self.keys.seal_bytes(&purpose(&contact, number), &sound, &mut self.rng)?;
                let millis = (sound.len() / 2 * 1000 / RATE) as i64;
                let file = PathBuf::from(row.try_get::<String, _>("file")?);
                tokio::task::spawn_blocking(move || append(&file, &sealed))
                    .await
                    .map_err(std::io::Error::other)??;
                let mut tx = self.store.begin(&ctx).await?;
                sqlx::query(sql::RECORDING_GROW)
                    .bind(millis)
                    .bind(contact.as_str())
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
            }
            Reel::End(contact) => {
                let mut tx = self.store.begin(&ctx).await?;
                sqlx::query(sql::RECORDING_END)
                    .bind(ctx.now.0)
                    .bind(contact.as_str())
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

fn append(file: &Path, sealed: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    out.write_all(&[(sealed.len() as u32).to_be_bytes().as_slice(), sealed].concat())
}

/// A recording opened: the caller's track and ours, A-law made linear.
///
/// # Errors
/// When there is none, or any byte of it has been changed or taken away.
pub async fn open(
    store: &Store,
    keys: &Keys,
    contact: &ContactId,
) -> Result<(Vec<i16>, Vec<i16>), VoiceError> {
    let row = sqlx::query(sql::RECORDING_GET).bind(contact.as_str()).fetch_optional(store.read()).await?;
    let row = row.ok_or(VoiceError::NoRecording)?;
    let chunks: i64 = row.try_get("chunks")?;
    let bytes = tokio::fs::read(row.try_get::<String, _>("file")?).await?;
    let (mut caller, mut ours) = (Vec::new(), Vec::new());
    let mut rest = bytes.as_slice();
    for number in 0..chunks {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(VoiceError::Tampered)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (sealed, after) = after.split_at_checked(length).ok_or(VoiceError::Tampered)?;
        rest = after;
        let sound = keys.open_bytes(&purpose(contact, number), sealed)?;
        let (one, two) = sound.split_at_checked(sound.len() / 2).ok_or(VoiceError::Tampered)?;
        caller.extend(one.iter().map(|code| Law::A.decode(*code)));
        ours.extend(two.iter().map(|code| Law::A.decode(*code)));
    }
    if !rest.is_empty() {
        return Err(VoiceError::Tampered);
    }
    Ok((caller, ours))
}
