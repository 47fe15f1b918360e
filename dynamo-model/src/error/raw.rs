//! Finding members of a service answer without building a tree.
//!
//! A failure's body is small, but it may hold a whole item. What is kept of that item is its text as DynamoDB sent it,
//! to be decoded straight into the user's type later; so this only finds where a value begins and ends.

/// The raw text of the first member of `object` that has one of `names`.
///
/// Names are compared as they are written: the members of service answers are plain ASCII.
pub(super) fn member<'t>(object: &'t str, names: &[&str]) -> Option<&'t str> {
    let mut cursor = Cursor {
        text: object,
        at: 0,
    };
    cursor.eat(b'{')?;
    loop {
        let name = cursor.value()?;
        cursor.eat(b':')?;
        let value = cursor.value()?;
        if names.contains(&name.trim_matches('"')) {
            return Some(value);
        }
        cursor.eat(b',')?;
    }
}

/// The raw texts of the elements of `array`; what is not an array has none.
pub(super) fn elements(array: &str) -> Vec<&str> {
    let mut cursor = Cursor { text: array, at: 0 };
    let mut found = Vec::new();
    if cursor.eat(b'[').is_none() {
        return found;
    }
    while let Some(value) = cursor.value() {
        found.push(value);
        if cursor.eat(b',').is_none() {
            break;
        }
    }
    found
}

/// The text of a JSON string; `None` for any other value, and for an escape that JSON does not know.
pub(super) fn string(value: &str) -> Option<String> {
    let inside = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            text.push(char);
            continue;
        }
        text.push(match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => unicode(&mut chars)?,
            plain @ ('"' | '\\' | '/') => plain,
            _ => return None,
        });
    }
    Some(text)
}

fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let high = unit(chars)?;
    if !(0xD800..0xDC00).contains(&high) {
        return char::from_u32(high);
    }
    if (chars.next()?, chars.next()?) != ('\\', 'u') {
        return None;
    }
    let low = unit(chars)?
        .checked_sub(0xDC00)
        .filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + low)
}

fn unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let mut unit = 0;
    for _ in 0..4 {
        unit = unit * 16 + chars.next()?.to_digit(16)?;
    }
    Some(unit)
}

/// A position in JSON text. It moves by bytes, and stops at ASCII only, so every slice is at character boundaries.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn eat(&mut self, wanted: u8) -> Option<()> {
        self.space();
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// Steps over one value and returns its text. Depth is counted, not recursed into: hostile nesting costs no stack.
    fn value(&mut self) -> Option<&'t str> {
        self.space();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => self.quoted()?,
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                Some(b'}' | b']') if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(b',' | b':') if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                Some(byte) if byte.is_ascii_whitespace() && depth > 0 => {
                    self.at += 1;
                    continue;
                }
                Some(_) => self.scalar()?,
                None => return None,
            }
            if depth == 0 {
                return self.text.get(start..self.at);
            }
        }
    }

    fn quoted(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn scalar(&mut self) -> Option<()> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{elements, member, string};

    #[test]
    fn members_are_found_whatever_stands_before_them() {
        let body = r#" { "__type" : "a#B" , "x":[1,{"Item":2},"}\"]"], "Item":{"pk":{"S":"ü}"},"n":{"N":"-1.5e3"}} ,"t":true} "#;
        assert_eq!(
            member(body, &["Item"]),
            Some(r#"{"pk":{"S":"ü}"},"n":{"N":"-1.5e3"}}"#)
        );
        assert_eq!(member(body, &["t"]), Some("true"));
        assert_eq!(member(body, &["absent"]), None);
        assert_eq!(member("{}", &["Item"]), None);
        assert_eq!(member("[]", &["Item"]), None);
    }

    #[test]
    fn elements_are_listed_in_order() {
        assert_eq!(
            elements(r#"[ {"a":[1]} , null,"x"]"#),
            [r#"{"a":[1]}"#, "null", r#""x""#]
        );
        assert!(elements("[]").is_empty());
        assert!(elements("3").is_empty());
    }

    #[test]
    fn strings_are_unescaped() {
        assert_eq!(
            string(r#""a\"\\\/\n\u00e4\ud83d\ude00""#).as_deref(),
            Some("a\"\\/\nä😀")
        );
        assert_eq!(string("null"), None);
        assert_eq!(string(r#""\ud83d""#), None);
        assert_eq!(string(r#"""#), None);
    }

    #[test]
    fn broken_text_ends_the_search_and_nothing_else() {
        let body = r#"{"message":"m","Item":{"pk":{"S":"ü\"é"}},"list":[1,2,{"a":"b"}]}"#;
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
            let cut = &body[..end];
            let _ = (
                member(cut, &["Item"]),
                member(cut, &["list"]),
                elements(cut),
                string(cut),
            );
        }
        assert_eq!(
            member(&format!("{{\"a\":{}", "[".repeat(100_000)), &["Item"]),
            None
        );
        assert_eq!(member("{\"a\\", &["Item"]), None);
    }
}
