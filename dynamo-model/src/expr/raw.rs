//! Expressions in DynamoDB's own words, where the handles do not say what is meant.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::{Aliases, Condition, Node, Path};
use crate::InvalidRequest;
use crate::wire::{EncodeError, write_value};

/// An expression in DynamoDB's own words: a condition, or the new value of an attribute.
///
/// Names and values are placeholders, `#name` and `:value`, which are given with [`name`](Raw::name) and
/// [`value`](Raw::value); where the request is written, they become the request's own, so that they meet no others.
/// An attribute's name may also stand as it is, even if it is a reserved word.
///
/// A condition is made of it by [`and`](Raw::and) and [`or`](Raw::or), or by `into()`; it may stand wherever a
/// [`Condition`] does, and keeps its own meaning there: parentheses are put around it where they are needed. The new value
/// of an attribute is given with [`Update::set_raw`](crate::Update::set_raw).
///
/// What is wrong with the text as far as it can be told here (a placeholder that is not given, or given and not used;
/// parentheses that do not match; a character that expressions do not have) ends the operation with
/// [`Error::Invalid`](crate::Error::Invalid) before anything is sent. Whether names are attributes, and values of the right
/// type, nobody checks.
///
/// # Examples
///
/// ```
/// # use dynamo_model::{expr, prelude::*};
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Order))] struct Shop;
/// # #[derive(Entity, serde::Serialize, serde::Deserialize)]
/// # #[entity(table = Shop, pk = "ORDER#{id}")]
/// # struct Order { id: u32, tags: Vec<String>, paid: bool }
/// # fn doc(shop: Handle<Shop>) {
/// let few_tags = expr::raw("size(#tags) < :n").name("#tags", "tags").value(":n", 3);
/// let delete = shop.delete(Order::key(7)).condition(|o| few_tags.and(o.paid.eq(false)));
/// # }
/// ```
pub fn raw(text: impl Into<Cow<'static, str>>) -> Raw {
    Raw {
        text: text.into(),
        names: Vec::new(),
        values: Vec::new(),
        failed: None,
    }
}

/// See [`raw`].
#[must_use = "an expression does nothing until it is given to an operation"]
#[derive(Clone)]
pub struct Raw {
    text: Cow<'static, str>,
    names: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// Values as DynamoDB JSON.
    values: Vec<(Cow<'static, str>, String)>,
    /// Why a value cannot be written.
    failed: Option<EncodeError>,
}

impl Raw {
    /// Says what attribute, or member of a map, `#placeholder` names.
    pub fn name(
        mut self,
        placeholder: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.names.push((placeholder.into(), name.into()));
        self
    }

    /// Says what value `:placeholder` stands for, as serde writes it. `None` is `NULL`.
    pub fn value(
        mut self,
        placeholder: impl Into<Cow<'static, str>>,
        value: impl Serialize,
    ) -> Self {
        let (placeholder, mut json) = (placeholder.into(), String::new());
        match write_value(&mut json, |serializer| value.serialize(serializer)) {
            Ok(written) => {
                if !written {
                    "{\"NULL\":true}".clone_into(&mut json);
                }
                self.values.push((placeholder, json));
            }
            Err(error) => {
                self.failed
                    .get_or_insert_with(|| error.under_name(&placeholder));
            }
        }
        self
    }

    /// Both conditions: `AND`.
    pub fn and<E>(self, other: Condition<E>) -> Condition<E> {
        Condition::from(self).and(other)
    }

    /// One of the conditions at least: `OR`.
    pub fn or<E>(self, other: Condition<E>) -> Condition<E> {
        Condition::from(self).or(other)
    }

    /// The condition does not hold: `NOT`.
    #[expect(
        clippy::should_implement_trait,
        reason = "it makes another type: `and`, `or` and `not` read alike"
    )]
    pub fn not<E>(self) -> Condition<E> {
        Condition::from(self).not()
    }

    /// The expression, if all its values can be written.
    pub(crate) fn written(self) -> Result<Self, EncodeError> {
        match self.failed {
            None => Ok(self),
            Some(error) => Err(error),
        }
    }

    /// Whether it is several conditions at its outermost, which bind less than what is put before or behind it.
    pub(super) fn joins(&self) -> bool {
        let mut depth = 0_usize;
        Tokens(&self.text).any(|token| match token {
            Token::Other('(') => {
                depth += 1;
                false
            }
            Token::Other(')') => {
                depth = depth.saturating_sub(1);
                false
            }
            Token::Word(word) => {
                depth == 0 && ["AND", "OR"].iter().any(|k| k.eq_ignore_ascii_case(word))
            }
            _ => false,
        })
    }

    /// Calls the function with every attribute that the expression names.
    pub(super) fn each_path(&self, each: &mut dyn FnMut(&Path)) {
        let mut is_member = false;
        for token in Tokens(&self.text) {
            let name = match token {
                Token::Name(name) => Some(Cow::Owned(name.to_owned())),
                Token::NameOf(placeholder) => self.given_name(placeholder).cloned(),
                _ => None,
            };
            if let Some(name) = name.filter(|_| !is_member) {
                each(&Path::root().member(name));
            }
            is_member = match token {
                Token::Other('.') => true,
                Token::Other(other) if other.is_ascii_whitespace() => is_member,
                _ => false,
            };
        }
    }

    fn given_name(&self, placeholder: &str) -> Option<&Cow<'static, str>> {
        let given = self.names.iter().find(|(known, _)| known == placeholder);
        given.map(|(_, name)| name)
    }

    /// Writes the expression with the request's own placeholders. Says how many operators and functions it has.
    pub(super) fn render(
        &self,
        aliases: &mut Aliases,
        out: &mut String,
    ) -> Result<usize, InvalidRequest> {
        self.check()?;
        let mut operators = 0;
        let mut last = ' ';
        for token in Tokens(&self.text) {
            match token {
                Token::Name(name) => {
                    aliases.push_name(name, matches!(self.text, Cow::Owned(_)), out);
                }
                Token::NameOf(placeholder) => match self.given_name(placeholder) {
                    Some(name) => aliases.push_name(name, matches!(name, Cow::Owned(_)), out),
                    None => return Err(not_given(placeholder, "name")),
                },
                Token::ValueOf(placeholder) => {
                    let mut values = self.values.iter();
                    match values.find(|(known, _)| known == placeholder) {
                        Some((_, json)) => aliases.push_value(json, out),
                        None => return Err(not_given(placeholder, "value")),
                    }
                }
                Token::Word(word) => {
                    operators += 1;
                    out.push_str(word);
                }
                Token::Number(digits) => out.push_str(digits),
                Token::Other(other) => {
                    // `<=`, `>=` and `<>` are one operator each.
                    operators += usize::from(
                        "=<>+-".contains(other) && !(last == '<' || (last == '>' && other == '=')),
                    );
                    out.push(other);
                }
            }
            last = match token {
                Token::Other(other) => other,
                _ => ' ',
            };
        }
        Ok(operators)
    }

    /// Writes it as the new value of an attribute: one operand, so that no other assignment hides behind it.
    pub(super) fn render_term(
        &self,
        aliases: &mut Aliases,
        out: &mut String,
    ) -> Result<usize, InvalidRequest> {
        let mut depth = 0_usize;
        for token in Tokens(&self.text) {
            match token {
                Token::Other('(') => depth += 1,
                Token::Other(')') => depth = depth.saturating_sub(1),
                Token::Other(',') if depth == 0 => {
                    return Err(InvalidRequest::new(
                        "a raw expression for `set_raw` is the new value of one attribute, without a comma outside of \
                         parentheses: say what becomes of other attributes with further calls",
                    ));
                }
                Token::Other('=' | '<' | '>') => {
                    return Err(InvalidRequest::new(
                        "a raw expression for `set_raw` is what stands behind `SET .. =`, and compares nothing: leave out the \
                         attribute that is set, and its `=`",
                    ));
                }
                _ => {}
            }
        }
        self.render(aliases, out)
    }

    fn check(&self) -> Result<(), InvalidRequest> {
        let mut depth = 0_usize;
        let mut used = Vec::new();
        for token in Tokens(&self.text) {
            match token {
                Token::NameOf(placeholder) | Token::ValueOf(placeholder) => used.push(placeholder),
                Token::Other('(') => depth += 1,
                Token::Other(')') => depth = depth.checked_sub(1).ok_or_else(unbalanced)?,
                Token::Other(other) if !is_expected(other) => {
                    return Err(InvalidRequest::new(format!(
                        "a raw expression has `{}`, which DynamoDB's expressions do not have: give a name that holds it as \
                         `#placeholder`, and a value as `:placeholder`",
                        other.escape_debug()
                    )));
                }
                _ => {}
            }
        }
        if depth > 0 {
            return Err(unbalanced());
        }
        if self.text.trim_ascii().is_empty() {
            return Err(InvalidRequest::new(
                "a raw expression is empty: say what it asks for, or leave it out",
            ));
        }
        let names = self.names.iter().map(|(given, _)| (given, '#'));
        let values = self.values.iter().map(|(given, _)| (given, ':'));
        let mut seen: Vec<&str> = Vec::new();
        for (given, sign) in names.chain(values) {
            if !given.starts_with(sign) {
                return Err(InvalidRequest::new(format!(
                    "`{given}` of a raw expression is no placeholder: write `{sign}{}`, here and in the expression",
                    given.trim_start_matches(['#', ':'])
                )));
            }
            if seen.contains(&&**given) {
                return Err(InvalidRequest::new(format!(
                    "`{given}` of a raw expression is given twice: keep one of them"
                )));
            }
            if !used.contains(&&**given) {
                return Err(InvalidRequest::new(format!(
                    "`{given}` is given for a raw expression that does not use it: use it, or leave it out"
                )));
            }
            seen.push(given);
        }
        Ok(())
    }
}

fn not_given(placeholder: &str, what: &str) -> InvalidRequest {
    InvalidRequest::new(format!(
        "a raw expression uses `{placeholder}`, which is not given: add `.{what}(\"{placeholder}\", ..)`"
    ))
}

fn unbalanced() -> InvalidRequest {
    InvalidRequest::new("the parentheses of a raw expression do not match")
}

fn is_expected(other: char) -> bool {
    other.is_ascii_whitespace() || "()[].,=<>+-".contains(other)
}

/// A condition on items of any entity.
impl<E> From<Raw> for Condition<E> {
    fn from(raw: Raw) -> Self {
        Self::made(raw.written().map(Node::Raw))
    }
}

/// Values are the user's, and so are names that are not text of the program.
impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Cow::Borrowed(text) => write!(f, "Raw({text})"),
            Cow::Owned(_) => f.write_str("Raw(..)"),
        }
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.names == other.names && self.values == other.values
    }
}

#[derive(Clone, Copy)]
enum Token<'t> {
    /// A name that stands as it is.
    Name(&'t str),
    /// `#name`, with its sign.
    NameOf(&'t str),
    /// `:value`, with its sign.
    ValueOf(&'t str),
    /// A function, or a word of the language.
    Word(&'t str),
    Number(&'t str),
    Other(char),
}

/// The tokens of an expression, white space included.
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let first = self.0.chars().next()?;
        let name_ends = |text: &str| {
            let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
            text.find(is_end).unwrap_or(text.len())
        };
        let is_sign = matches!(first, '#' | ':');
        let length = match first {
            '#' | ':' => 1 + name_ends(self.0.split_at(1).1),
            _ if first.is_ascii_alphanumeric() || first == '_' => name_ends(self.0),
            _ => first.len_utf8(),
        };
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(match first {
            _ if is_sign && length == 1 => Token::Other(first),
            '#' => Token::NameOf(token),
            ':' => Token::ValueOf(token),
            _ if first.is_ascii_digit() => Token::Number(token),
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let is_word = ["AND", "OR", "NOT", "IN", "BETWEEN"]
                    .iter()
                    .any(|word| word.eq_ignore_ascii_case(token));
                if is_word || rest.trim_ascii_start().starts_with('(') {
                    Token::Word(token)
                } else {
                    Token::Name(token)
                }
            }
            _ => Token::Other(first),
        })
    }
}
