//! Moving past what nobody asks for.

use super::DecodeError;
use super::cursor::{Cursor, EOF, SYNTAX};
use super::json::find_special;

/// Brackets that may be open at once in text that is only skipped: one bit each.
const MAX_SKIPPED: u32 = 128;

impl Cursor<'_> {
    /// Moves past any JSON value, without recursion and without building anything. Brackets are matched and
    /// strings are read; commas are not looked at.
    pub(crate) fn skip(&mut self) -> Result<(), DecodeError> {
        let bytes = self.text.as_bytes();
        if let Some(end) = past_scalar(bytes, self.pos)? {
            self.pos = end;
            return Ok(());
        }
        let mut at = self.pos;
        let mut depth = 0_u32;
        let mut arrays = 0_u128;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    at = past_string(bytes, at + 1)?;
                    if depth > 0 && bytes.get(at) == Some(&b':') {
                        at = past_scalar(bytes, at + 1)?.unwrap_or(at + 1);
                    }
                }
                Some(&open @ (b'{' | b'[')) => {
                    if depth == MAX_SKIPPED {
                        return Err(DecodeError::malformed("the value is nested too deeply"));
                    }
                    depth += 1;
                    arrays = arrays << 1 | u128::from(open == b'[');
                    at += 1;
                    continue;
                }
                Some(&close @ (b'}' | b']')) => {
                    if depth == 0 || (arrays & 1 == 1) != (close == b']') {
                        return Err(DecodeError::malformed(SYNTAX));
                    }
                    depth -= 1;
                    arrays >>= 1;
                    at += 1;
                }
                Some(b' ' | b'\n' | b'\r' | b'\t') => {
                    at += 1;
                    continue;
                }
                Some(b',' | b':') if depth > 0 => {
                    at += 1;
                    continue;
                }
                Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => {
                    while let Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E') =
                        bytes.get(at)
                    {
                        at += 1;
                    }
                }
                Some(_) => return Err(DecodeError::malformed(SYNTAX)),
                None => return Err(DecodeError::malformed(EOF)),
            }
            if depth == 0 {
                self.pos = at;
                return Ok(());
            }
        }
    }
}

/// The place behind the closing quote of the string whose content begins at `from`.
#[inline]
pub(super) fn past_string(bytes: &[u8], from: usize) -> Result<usize, DecodeError> {
    let mut at = from;
    loop {
        at = find_special(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += 2,
            Some(_) => {
                return Err(DecodeError::malformed("control character in a JSON string"));
            }
            None => return Err(DecodeError::malformed(EOF)),
        }
    }
}

/// The place behind `{"S":"…"}`, or `N` or `B`, if that is what stands at `from`, byte for byte.
#[inline]
fn past_scalar(bytes: &[u8], from: usize) -> Result<Option<usize>, DecodeError> {
    let Some([b'{', b'"', b'S' | b'N' | b'B', b'"', b':', b'"']) =
        bytes.get(from..).and_then(<[u8]>::first_chunk::<6>)
    else {
        return Ok(None);
    };
    let end = past_string(bytes, from + 6)?;
    Ok((bytes.get(end) == Some(&b'}')).then_some(end + 1))
}
