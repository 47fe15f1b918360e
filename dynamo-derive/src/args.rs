//! Attribute arguments as a small tree: `name`, `name = value`, `name(..)` and plain string literals.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, LitStr, Path, Token, Type, parenthesized};

use crate::ctxt::{Ctxt, known, nearest};

pub(crate) enum Arg {
    Literal(LitStr),
    Named(Ident, Value),
}

pub(crate) enum Value {
    /// `name`
    None,
    /// `name = value`
    Expr(Box<Expr>),
    /// `name(..)`
    List(TokenStream),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Arg::Literal);
        }
        // Keywords such as `type` and `crate` are names here.
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Expr(Box::new(input.parse()?))
        } else if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            Value::List(content.parse()?)
        } else {
            Value::None
        };
        Ok(Arg::Named(name, value))
    }
}

/// The arguments of all attributes of this name. What does not parse is recorded and left out.
pub(crate) fn attribute_args(ctxt: &Ctxt, attrs: &[Attribute], name: &str) -> Vec<Arg> {
    let mut all = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        match attr.parse_args_with(Punctuated::<Arg, Token![,]>::parse_terminated) {
            Ok(args) => all.extend(args),
            Err(error) => ctxt.syn_error(error),
        }
    }
    all
}

/// The arguments inside `name(..)`.
pub(crate) fn list_args(ctxt: &Ctxt, tokens: TokenStream) -> Vec<Arg> {
    parse_list::<Arg>(ctxt, tokens)
}

pub(crate) fn parse_list<T: Parse>(ctxt: &Ctxt, tokens: TokenStream) -> Vec<T> {
    match Punctuated::<T, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(list) => list.into_iter().collect(),
        Err(error) => {
            ctxt.syn_error(error);
            Vec::new()
        }
    }
}

/// A slot that an argument may fill once.
pub(crate) struct Once<T> {
    pub(crate) value: Option<T>,
    /// Also by a value that could not be understood, which is reported where it stands.
    given: bool,
}

impl<T> Once<T> {
    pub(crate) const EMPTY: Self = Self {
        value: None,
        given: false,
    };

    pub(crate) fn set(&mut self, ctxt: &Ctxt, name: &Ident, value: Option<T>) {
        if self.given {
            ctxt.error(name, format!("`{name}` is given twice"));
        } else {
            self.value = value;
            self.given = true;
        }
    }

    /// Records that the argument must be there, unless somebody tried.
    pub(crate) fn require(&self, ctxt: &Ctxt, at: impl ToTokens, message: &str) {
        if !self.given {
            ctxt.error(at, message);
        }
    }
}

/// The string of `name = "text"`.
pub(crate) fn string(ctxt: &Ctxt, name: &Ident, value: Value) -> Option<LitStr> {
    if let Value::Expr(expr) = &value
        && let Some(text) = literal(expr)
    {
        return Some(text);
    }
    wrong(ctxt, name, &value, &format!("`{name} = \"..\"`"));
    None
}

/// The strings of `name("a", "b")`.
pub(crate) fn strings(ctxt: &Ctxt, name: &Ident, value: Value) -> Vec<LitStr> {
    match value {
        Value::List(tokens) => parse_list(ctxt, tokens),
        value => {
            wrong(ctxt, name, &value, &format!("`{name}(\"..\", \"..\")`"));
            Vec::new()
        }
    }
}

/// Nothing behind the name.
pub(crate) fn flag(ctxt: &Ctxt, name: &Ident, value: &Value) {
    if !matches!(value, Value::None) {
        wrong(ctxt, name, value, &format!("`{name}` alone"));
    }
}

/// The path of `crate = "path"`.
pub(crate) fn path(ctxt: &Ctxt, name: &Ident, value: Value) -> Option<Path> {
    let text = string(ctxt, name, value)?;
    match text.parse_with(Path::parse_mod_style) {
        Ok(path) => Some(path),
        Err(_) => {
            ctxt.error(
                &text,
                format!("`{name}` is a path such as \"my_crate::dynamo_model\""),
            );
            None
        }
    }
}

/// The type of `name = Type`.
pub(crate) fn type_path(ctxt: &Ctxt, name: &Ident, value: Value, expected: &str) -> Option<Type> {
    if let Value::Expr(expr) = &value
        && let Expr::Path(path) = &**expr
    {
        return Some(syn::parse_quote!(#path));
    }
    wrong(ctxt, name, &value, expected);
    None
}

pub(crate) fn literal(expr: &Expr) -> Option<LitStr> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text.clone()),
            _ => None,
        },
        // A literal that came through `macro_rules!` is wrapped in an invisible group.
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Records that an argument has the wrong form.
pub(crate) fn wrong(ctxt: &Ctxt, name: &Ident, value: &Value, expected: &str) {
    let message = format!("expected {expected}");
    match value {
        Value::Expr(expr) => ctxt.error(expr, message),
        Value::List(tokens) if !tokens.is_empty() => ctxt.error(tokens, message),
        _ => ctxt.error(name, message),
    }
}

/// The argument of this name, out of those that are allowed. One that is not is recorded, and the argument that was
/// probably meant is taken in its place, so that it is not missed as well.
pub(crate) fn expect(
    ctxt: &Ctxt,
    name: &Ident,
    attribute: &str,
    allowed: &[&'static str],
) -> Option<&'static str> {
    let text = name.to_string();
    if let Some(known) = allowed.iter().find(|known| **known == text) {
        return Some(known);
    }
    ctxt.error(
        name,
        format!(
            "`{attribute}` has no argument `{text}`: {}",
            known(&text, allowed.iter().copied())
        ),
    );
    nearest(&text, allowed)
}

/// The `crate = ".."` of an attribute, or where the crate usually is.
pub(crate) fn crate_path(path: Option<Path>) -> Path {
    path.unwrap_or_else(|| syn::parse_quote!(::dynamo_model))
}

/// The text of a type's doc comments, lines joined.
pub(crate) fn doc_text(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => literal(&meta.value),
            _ => None,
        })
        .map(|line| line.value().trim().to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}
