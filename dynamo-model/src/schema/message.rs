//! Strings in constant evaluation: comparing them, and building the messages of compile errors.

use crate::key::{ComponentDef, Format, Segment, Template};

pub(crate) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Splits off the first character.
pub(super) const fn next_char(text: &str) -> Option<(char, &str)> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return None;
    }
    let first = bytes[0] as u32;
    let (mut code, len) = match first {
        0..0x80 => (first, 1),
        0x80..0xE0 => (first & 0x1F, 2),
        0xE0..0xF0 => (first & 0x0F, 3),
        _ => (first & 0x07, 4),
    };
    let mut i = 1;
    while i < len {
        code = (code << 6) | (bytes[i] as u32 & 0x3F);
        i += 1;
    }
    match char::from_u32(code) {
        Some(c) => Some((c, text.split_at(len).1)),
        None => None,
    }
}

/// The text of a compile error, put together in constant evaluation.
pub(super) struct Message {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Message {
    const MAX: usize = 2_048;

    pub(super) const fn new(text: &str) -> Self {
        Self {
            bytes: [0; Self::MAX],
            len: 0,
        }
        .push(text)
    }

    /// Appends a text. What no longer fits is left out as a whole, so that the message stays valid UTF-8.
    pub(super) const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.len + text.len() <= Self::MAX {
            let mut i = 0;
            while i < text.len() {
                self.bytes[self.len] = text[i];
                self.len += 1;
                i += 1;
            }
        }
        self
    }

    pub(super) const fn number(self, n: u16) -> Self {
        let digit = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let rest = if n > 9 { self.number(n / 10) } else { self };
        rest.push(digit[(n % 10) as usize])
    }

    /// Appends a template as it was written, in quotes.
    pub(super) const fn template(
        mut self,
        template: Template,
        components: &[ComponentDef],
    ) -> Self {
        self = self.push("\"");
        let mut i = 0;
        while i < template.0.len() {
            self = match template.0[i] {
                Segment::Lit(text) => self.literal(text),
                Segment::Part(component, format) => self
                    .push("{")
                    .push(components[component].name)
                    .format(format)
                    .push("}"),
            };
            i += 1;
        }
        self.push("\"")
    }

    /// Appends a literal with its braces doubled.
    const fn literal(mut self, mut text: &str) -> Self {
        while let Some((c, rest)) = next_char(text) {
            let mut utf8 = [0; 4];
            let c: &str = c.encode_utf8(&mut utf8);
            self = self.push(c);
            if equal(c, "{") || equal(c, "}") {
                self = self.push(c);
            }
            text = rest;
        }
        self
    }

    pub(super) const fn format(self, format: Format) -> Self {
        match format {
            Format::Default => self,
            Format::Width(width) => self.push(":0").number(width),
            Format::Raw => self.push(":raw"),
            Format::Lower => self.push(":lower"),
            Format::Upper => self.push(":upper"),
            Format::Desc => self.push(":desc"),
            Format::Date => self.push(":date"),
            Format::Epoch => self.push(":epoch"),
            Format::EpochMillis => self.push(":epoch_ms"),
            Format::Pattern(pattern) => self.push(":").push(pattern),
            Format::Escape => self.push(":escape"),
            Format::Any => self.push(":any"),
            Format::Shard(shards) => self.push(":shard(").number(shards).push(")"),
        }
    }

    #[track_caller]
    pub(super) const fn fail(&self) -> ! {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("the model is wrong"),
        }
    }
}
