//! JSON strings: found eight bytes at a time, copied only where they are escaped.

use super::DecodeError;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const BACKSLASHES: u64 = ONES * 0x5c;

/// Marks the quotes, backslashes and control bytes of a word. Marks above the lowest one may be wrong (the borrow runs
/// upwards), so only the lowest may be used.
#[inline]
const fn specials(word: u64) -> u64 {
    // A byte below 0x80 that is less than `n` has its high bit set when `n` is taken from it. Changing one bit makes the quote the
    // byte behind the control bytes, and leaves those among themselves.
    let below_quote = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ BACKSLASHES).wrapping_sub(ONES);
    (below_quote | backslash) & !word & HIGHS
}

/// The index, from `from` on, of the first quote, backslash or control byte; the length if there is none.
#[inline]
pub(super) fn find_special(bytes: &[u8], from: usize) -> usize {
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return bytes.len() - rest.len() + (found.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let len = rest
        .iter()
        .copied()
        .position(is_special)
        .unwrap_or(rest.len());
    bytes.len() - rest.len() + len
}

/// Whether a JSON string holds these bytes as they are.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let of_words = words
        .iter()
        .fold(0, |found, word| found | specials(u64::from_le_bytes(*word)));
    let of_rest = match (
        bytes.last_chunk::<8>(),
        rest.first_chunk::<4>(),
        rest.last_chunk::<4>(),
    ) {
        // The last word, some of which has been looked at.
        (Some(word), ..) => specials(u64::from_le_bytes(*word)),
        (None, Some(low), Some(high)) => {
            let (low, high) = (u32::from_le_bytes(*low), u32::from_le_bytes(*high));
            specials(u64::from(high) << 32 | u64::from(low))
        }
        _ => u64::from(rest.iter().copied().any(is_special)),
    };
    of_words | of_rest == 0
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// Appends `s` as a JSON string, with its quotes.
pub(crate) fn write_json_str(out: &mut String, s: &str) {
    out.reserve(s.len() + 2);
    out.push('"');
    if is_plain(s.as_bytes()) {
        out.push_str(s);
    } else {
        write_escaped(out, s);
    }
    out.push('"');
}

#[cold]
fn write_escaped(out: &mut String, s: &str) {
    let mut rest = s;
    loop {
        let at = find_special(rest.as_bytes(), 0);
        let Some((plain, special)) = rest.split_at_checked(at) else {
            break;
        };
        out.push_str(plain);
        let Some(byte) = special.bytes().next() else {
            break;
        };
        write_escape(out, byte);
        rest = special.get(1..).unwrap_or_default();
    }
}

#[cold]
fn write_escape(out: &mut String, byte: u8) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        _ => {
            out.push_str("\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        }
    }
}

/// The text between the quotes of a JSON string, with its escapes resolved.
#[cold]
pub(super) fn unescape(raw: &str) -> Result<String, DecodeError> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        let plain = match chars.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let (c, after) = unicode(chars.as_str())?;
                out.push(c);
                rest = after;
                continue;
            }
            _ => return Err(DecodeError::malformed("invalid escape in a JSON string")),
        };
        out.push(plain);
        rest = chars.as_str();
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads what follows `\u`: four hex digits, and the second half of a surrogate pair.
fn unicode(text: &str) -> Result<(char, &str), DecodeError> {
    let bad = || DecodeError::malformed("invalid unicode escape in a JSON string");
    let (first, rest) = hex4(text).ok_or_else(bad)?;
    if let Some(c) = char::from_u32(first) {
        return Ok((c, rest));
    }
    let (second, rest) = rest.strip_prefix("\\u").and_then(hex4).ok_or_else(bad)?;
    if !(0xD800..0xDC00).contains(&first) || !(0xDC00..0xE000).contains(&second) {
        return Err(bad());
    }
    let c = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    Ok((c.ok_or_else(bad)?, rest))
}

fn hex4(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}
