//! Key templates: `"ORDER#{placed_at}#{order_id:lower}"`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::ctxt::Ctxt;

/// A parsed template. Parts that could not be understood are left out; their errors are recorded.
pub(crate) struct Template {
    pub(crate) literal: LitStr,
    pub(crate) segments: Vec<Segment>,
    /// Whether all of it was understood.
    pub(crate) is_whole: bool,
}

pub(crate) enum Segment {
    Lit(String),
    Part { field: String, format: Format },
}

/// How a component is written; the counterpart of `dynamo_model::key::Format`.
#[derive(Clone, PartialEq)]
pub(crate) enum Format {
    Default,
    Width(u16),
    Named(&'static str),
    Pattern(String),
    Shard(u16),
}

/// Names in templates, and the variants they stand for.
const NAMED: [(&str, &str); 8] = [
    ("raw", "Raw"),
    ("lower", "Lower"),
    ("upper", "Upper"),
    ("desc", "Desc"),
    ("date", "Date"),
    ("epoch", "Epoch"),
    ("epoch_ms", "EpochMillis"),
    ("escape", "Escape"),
];

impl Template {
    pub(crate) fn parse(ctxt: &Ctxt, literal: &LitStr) -> Self {
        let text = literal.value();
        let mut segments: Vec<Segment> = Vec::new();
        let mut plain = String::new();
        let mut rest = text.as_str();
        let mut is_whole = true;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '{' | '}' if rest.starts_with(c) => {
                    plain.push(c);
                    rest = &rest[1..];
                }
                '{' => {
                    let Some((inside, after)) = rest.split_once('}') else {
                        ctxt.error(
                            literal,
                            format!(
                                "`{{{rest}` is not closed: write `{{field}}`, or `{{{{` for a brace"
                            ),
                        );
                        is_whole = false;
                        break;
                    };
                    rest = after;
                    if !plain.is_empty() {
                        segments.push(Segment::Lit(std::mem::take(&mut plain)));
                    }
                    let part = part(ctxt, literal, inside);
                    is_whole &= part.is_some();
                    segments.extend(part);
                }
                '}' => {
                    ctxt.error(literal, "`}` closes nothing: write `}}` for a brace");
                    is_whole = false;
                }
                c => plain.push(c),
            }
        }
        if !plain.is_empty() {
            segments.push(Segment::Lit(plain));
        }
        if text.is_empty() {
            ctxt.error(
                literal,
                "a key template is not empty: DynamoDB has no empty keys",
            );
        }
        if text.contains('\u{10FFFF}') {
            ctxt.error(
                literal,
                "U+10FFFF is kept free to mark the upper end of ranges",
            );
        }
        Self {
            literal: literal.clone(),
            segments,
            is_whole,
        }
    }

    /// The template that is one field, in its own format.
    pub(crate) fn of(at: &proc_macro2::Ident, field: &str) -> Self {
        Self {
            literal: LitStr::new("", at.span()),
            segments: vec![Segment::Part {
                field: field.to_owned(),
                format: Format::Default,
            }],
            is_whole: true,
        }
    }

    /// The fields it names, in order, with their formats.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, &Format)> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Part { field, format } => Some((field.as_str(), format)),
            Segment::Lit(_) => None,
        })
    }

    /// Whether the template ends with this field, which does not stand before as well.
    pub(crate) fn ends_with(&self, name: &str) -> bool {
        matches!(self.segments.last(), Some(Segment::Part { field, .. }) if field == name)
            && self.parts().filter(|(field, _)| *field == name).count() == 1
    }
}

fn part(ctxt: &Ctxt, literal: &LitStr, inside: &str) -> Option<Segment> {
    let (field, format) = inside.split_once(':').unwrap_or((inside, ""));
    if syn::parse_str::<syn::Ident>(field).is_err()
        && syn::parse_str::<syn::Ident>(&format!("r#{field}")).is_err()
    {
        ctxt.error(
            literal,
            format!("`{{{inside}}}` names no field: write `{{field}}` or `{{field:format}}`"),
        );
        return None;
    }
    let format = match Format::parse(format) {
        Ok(format) => format,
        Err(reason) => {
            ctxt.error(literal, format!("`{{{inside}}}`: {reason}"));
            Format::Default
        }
    };
    Some(Segment::Part {
        field: field.to_owned(),
        format,
    })
}

impl Format {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Format::Default);
        }
        if let Some((_, variant)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(Format::Named(variant));
        }
        if text == "any" {
            return Ok(Format::Named("Any"));
        }
        if text.contains('%') {
            return pattern(text);
        }
        if let Some(count) = text
            .strip_prefix("shard(")
            .and_then(|t| t.strip_suffix(')'))
        {
            return match count.parse() {
                Ok(count @ 2..=1_000) => Ok(Format::Shard(count)),
                _ => Err("the number of shards is 2 to 1000".to_owned()),
            };
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return match text.parse() {
                Ok(width @ 1..=38) => Ok(Format::Width(width)),
                _ => Err("a width is 1 to 38 digits".to_owned()),
            };
        }
        let allowed = NAMED.iter().map(|(name, _)| *name);
        Err(format!(
            "there is no format `{text}`; {}",
            crate::ctxt::known(
                text,
                allowed.chain(["any", "shard(8)", "04", "%Y-%m-%dT%H:%M:%S"])
            )
        ))
    }

    pub(crate) fn print(&self) -> TokenStream {
        match self {
            Format::Default => quote!(_dm::Format::Default),
            Format::Width(width) => quote!(_dm::Format::Width(#width)),
            Format::Named(variant) => {
                let variant = quote::format_ident!("{variant}");
                quote!(_dm::Format::#variant)
            }
            Format::Pattern(pattern) => quote!(_dm::Format::Pattern(#pattern)),
            Format::Shard(shards) => quote!(_dm::Format::Shard(#shards)),
        }
    }

    /// Whether what is written may be no more than a part of the value; the counterpart of `Format::is_part`.
    pub(crate) fn is_part(&self) -> bool {
        matches!(
            self,
            Format::Shard(_) | Format::Pattern(_) | Format::Named("Lower" | "Upper" | "Date")
        )
    }

    /// The marker of `dynamo_model::expr` that says whether ranges on such a component are exact.
    pub(crate) fn slot(&self, is_last: bool) -> &'static str {
        match self {
            Format::Default | Format::Named("Any") if is_last => "Last",
            Format::Default => "Mid",
            Format::Width(_) | Format::Named("Desc" | "Epoch" | "EpochMillis") => "Always",
            Format::Pattern(pattern) if is_sorted(pattern) => "Always",
            Format::Shard(_) => "Hashed",
            _ => "Never",
        }
    }
}

/// The units of a pattern, greatest first.
const UNITS: [&str; 6] = ["%Y", "%m", "%d", "%H", "%M", "%S"];

fn pattern(text: &str) -> Result<Format, String> {
    if !text.is_ascii() {
        return Err("a time pattern is ASCII".to_owned());
    }
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let unit = &rest[at..];
        rest = match unit.as_bytes() {
            [_, b'Y' | b'm' | b'd' | b'H' | b'M' | b'S' | b'%', ..] => &unit[2..],
            [_, b'1'..=b'9', b'f', ..] => &unit[3..],
            _ => {
                return Err(
                    "a time pattern is made of `%Y %m %d %H %M %S`, a fraction from `%1f` to `%9f`, and other characters"
                        .to_owned(),
                );
            }
        };
    }
    Ok(Format::Pattern(text.to_owned()))
}

/// Whether a pattern goes down to the second with its units from the greatest to the smallest, so that its
/// text sorts as times do.
fn is_sorted(pattern: &str) -> bool {
    let mut next = 0;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        let unit = &rest[at..];
        if let Some(behind) = unit.strip_prefix("%%") {
            rest = behind;
            continue;
        }
        let rank = UNITS
            .iter()
            .position(|u| unit.starts_with(u))
            .unwrap_or(UNITS.len());
        if rank != next {
            return false;
        }
        next += 1;
        rest = &unit[2..];
    }
    next >= UNITS.len()
}
