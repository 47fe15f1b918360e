//! A second pass for the few types that need more than serde's buffer keeps.
//!
//! Under `#[serde(flatten)]`, in internally tagged and in untagged enums, serde first reads values into a
//! buffer of its own, which knows neither sets nor numbers beyond `u64`, `i64` and `f64`. Ordinary types do
//! not notice. [`Attributes`](super::Attributes) and [`Number`](crate::types::Number) do: when one of them is
//! read out of that buffer, it says what it wants here, and [`read_item`](super::read_item) reads the item
//! once more, with that granted. So nobody else pays more than a look at a thread-local.

use std::cell::{Cell, RefCell};

use super::cursor::Cursor;
use super::raw::RawItem;

/// What a type could not get from serde's buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// The text of attributes, found by their names.
    Text = 1,
    /// Numbers that `f64` cannot hold, as strings.
    Numbers = 2,
}

/// A read is under way on this thread.
const READING: u8 = 4;
/// It is the second pass.
const AGAIN: u8 = 8;

thread_local! {
    static STATE: Cell<u8> = const { Cell::new(0) };
    static SOURCES: RefCell<Vec<Source>> = const { RefCell::new(Vec::new()) };
}

/// A copy of a text that is being read, and where the original lies.
struct Source {
    address: usize,
    text: String,
}

// A thread that is being torn down has no state any more; it reads without a second pass.
fn state() -> u8 {
    STATE.try_with(Cell::get).unwrap_or(0)
}

fn set_state(bits: u8) {
    let _ = STATE.try_with(|state| state.set(bits));
}

/// Called by a type that is being read from serde's buffer. Returns whether a second pass will follow, so
/// that any value will do for now.
pub(crate) fn want(what: Want) -> bool {
    let bits = state();
    if bits & READING == 0 || bits & AGAIN != 0 {
        return false;
    }
    set_state(bits | what as u8);
    true
}

/// The state of one read; what an enclosing read had is put back when it ends.
pub(super) struct Session {
    outer_state: u8,
    outer_sources: Vec<Source>,
    again: bool,
}

impl Session {
    pub(super) fn begin() -> Self {
        let outer_state = state();
        set_state(READING);
        Self {
            outer_state,
            outer_sources: Vec::new(),
            again: false,
        }
    }

    /// Prepares the second pass, if one is wanted; tells whether numbers are to be exact.
    pub(super) fn again(&mut self, texts: [&str; 2]) -> Option<bool> {
        let wanted = state();
        if wanted & (Want::Text as u8 | Want::Numbers as u8) == 0 {
            return None;
        }
        set_state(READING | AGAIN);
        let mut sources = Vec::new();
        if wanted & Want::Text as u8 != 0 {
            sources.extend(texts.map(|text| Source {
                address: text.as_ptr().addr(),
                text: text.to_owned(),
            }));
        }
        self.again = true;
        self.outer_sources = swap_sources(sources);
        Some(wanted & Want::Numbers as u8 != 0)
    }
}

fn swap_sources(sources: Vec<Source>) -> Vec<Source> {
    SOURCES
        .try_with(|current| current.replace(sources))
        .unwrap_or_default()
}

impl Drop for Session {
    fn drop(&mut self) {
        set_state(self.outer_state);
        if self.again {
            swap_sources(std::mem::take(&mut self.outer_sources));
        }
    }
}

/// The raw value of the member that has this name, in the second pass.
///
/// serde keeps names that it can borrow, so the address of a name says which member of which map it is. A
/// name with escapes cannot be borrowed; it is looked up among the attributes of the item itself.
pub(super) fn lookup(name: &str, borrowed: bool) -> Option<String> {
    SOURCES
        .try_with(|sources| {
            let sources = sources.borrow();
            sources.iter().find_map(|source| {
                if borrowed {
                    let offset = name.as_ptr().addr().checked_sub(source.address)?;
                    value_of(&source.text, offset, name)
                } else {
                    RawItem::new(&source.text)
                        .attribute(name)
                        .ok()?
                        .map(str::to_owned)
                }
            })
        })
        .ok()
        .flatten()
}

/// The value of the member whose name begins at `offset`.
fn value_of(text: &str, offset: usize, name: &str) -> Option<String> {
    let quote = offset.checked_sub(1)?;
    if !text.get(offset..)?.starts_with(name) || !text.get(quote..)?.starts_with('"') {
        return None;
    }
    let mut cursor = Cursor::at(text, quote);
    let (found, _) = cursor.key().ok()?;
    if found != name {
        return None;
    }
    cursor.value().ok().map(str::to_owned)
}
