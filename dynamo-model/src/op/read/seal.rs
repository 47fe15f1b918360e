//! Cursors that only the holder of a key can read or make.

use std::fmt;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::cursor::Cursor;
use crate::CursorError;
use crate::CursorErrorKind::{Malformed, Seal};
use crate::wire::{from_base64_url, to_base64_url};

/// The first byte of every sealed cursor, which is authenticated too.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// The key that cursors are sealed with: 32 secret bytes, the same for every process that reads the cursors of another.
///
/// `Debug` does not show it.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl CursorKey {
    /// A key of these bytes, which should be random, from where the application keeps its secrets. Cursors that were sealed
    /// with another key can no longer be read.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(..)")
    }
}

impl Cursor {
    /// The cursor as a text that fits into a URL, encrypted and authenticated with the key: XChaCha20-Poly1305 with a random
    /// nonce.
    ///
    /// A client that has it sees no keys, and can make no other. It works for the query it was made for and for no other: a
    /// tenant's cursor does not read another tenant's partition. It does not expire. One that was tampered with, or is of
    /// another query, is [`Error::Cursor`](crate::Error::Cursor): the client's mistake, not the service's.
    ///
    /// # Errors
    ///
    /// [`CursorError`] if the operating system has no random bytes.
    ///
    /// # Examples
    ///
    /// The latest 50 messages of a room, or those before them:
    ///
    /// ```
    /// # use dynamo_model::{Cursor, CursorKey, prelude::*};
    /// # #[derive(Table)] #[table(name = "chat", pk = "PK", sk = "SK", entities(Message))] struct Chat;
    /// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
    /// # #[entity(table = Chat, pk = "ROOM#{room_id}", sk = "MSG#{number}")]
    /// # struct Message { room_id: u32, number: u64 }
    /// async fn latest(
    ///     chat: &Handle<Chat>,
    ///     room_id: u32,
    ///     older: Option<&str>, // as the client returns it
    ///     key: &CursorKey,
    /// ) -> Result<(Vec<Message>, Option<String>), Error> {
    ///     let mut messages = chat.query(Message::of(room_id)).descending().take(50);
    ///     if let Some(text) = older {
    ///         messages = messages.after(&Cursor::unseal(text, key)?);
    ///     }
    ///     let page = messages.page().await?;
    ///     let older = page.cursor().map(|cursor| cursor.seal(key)).transpose()?;
    ///     Ok((page.items, older))
    /// }
    /// ```
    pub fn seal(&self, key: &CursorKey) -> Result<String, CursorError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| CursorError::new(Seal))?;
        let plain = self.to_bytes();
        let payload = Payload {
            msg: &plain,
            aad: &[VERSION],
        };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| CursorError::new(Seal))?;
        let mut bytes = vec![VERSION];
        bytes.extend(nonce);
        bytes.extend(sealed);
        Ok(to_base64_url(&bytes))
    }

    /// Reads what [`seal`](Self::seal) wrote with the same key.
    ///
    /// # Errors
    ///
    /// [`CursorError`] if the text is not one, or was sealed with another key, or changed since.
    pub fn unseal(text: &str, key: &CursorKey) -> Result<Self, CursorError> {
        let bytes = from_base64_url(text).ok_or(CursorError::new(Malformed))?;
        let [VERSION, rest @ ..] = &*bytes else {
            return Err(CursorError::new(Malformed));
        };
        let (nonce, sealed) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(CursorError::new(Malformed))?;
        let payload = Payload {
            msg: sealed,
            aad: &[VERSION],
        };
        let plain = key.cipher().decrypt(&XNonce::from(*nonce), payload);
        Self::from_bytes(&plain.map_err(|_| CursorError::new(Seal))?)
    }
}
