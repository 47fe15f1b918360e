//! What serde's attributes say of names and of what is stored.
//!
//! serde's own derive reports malformed attributes, so whatever does not parse is passed over here.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{Attribute, ExprPath, LitStr, Path};

use crate::args::{self, Arg, Value};
use crate::case;
use crate::ctxt::Ctxt;

/// serde's container attributes, as far as names depend on them.
#[derive(Default)]
pub(crate) struct Container {
    rename_all: Option<String>,
    /// serde's derives do not implement their traits for the struct itself, or refuse it.
    pub(crate) foreign: bool,
}

/// Attributes of a container whose serialized form is not its own fields.
///
/// serde itself refuses `untagged` and `content` on structs.
const REFUSED: [&str; 6] = ["from", "into", "try_from", "transparent", "remote", "tag"];

fn serde_args(attrs: &[Attribute]) -> Vec<(Ident, Value)> {
    let quiet = Ctxt::new();
    let args = args::attribute_args(&quiet, attrs, "serde");
    // serde's derive reports these.
    drop(quiet.finish());
    args.into_iter()
        .filter_map(|arg| match arg {
            Arg::Named(name, value) => Some((name, value)),
            Arg::Literal(_) => None,
        })
        .collect()
}

/// One name for reading and writing: `rename = ".."`, or `rename(..)` with twice the same.
fn one_name(ctxt: &Ctxt, what: &Ident, value: Value) -> Option<String> {
    match value {
        Value::Expr(expr) => args::literal(&expr).map(|text| text.value()),
        Value::List(tokens) => {
            let quiet = Ctxt::new();
            let pairs = args::list_args(&quiet, tokens.clone());
            drop(quiet.finish());
            let mut names = Vec::new();
            for pair in pairs {
                if let Arg::Named(_, Value::Expr(expr)) = pair
                    && let Some(text) = args::literal(&expr)
                {
                    names.push(text.value());
                }
            }
            match names.as_slice() {
                [a, b] if a == b => Some(a.clone()),
                _ => {
                    ctxt.error(
                        tokens,
                        format!(
                            "an entity has one name for reading and writing: use `{what} = \"..\"`"
                        ),
                    );
                    None
                }
            }
        }
        Value::None => None,
    }
}

impl Container {
    /// Reads the attributes of a struct that is to be an entity.
    pub(crate) fn of_entity(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut container = Self::default();
        for (name, value) in serde_args(attrs) {
            if REFUSED.contains(&name.to_string().as_str()) {
                ctxt.error(
                    &name,
                    format!(
                        "`#[serde({name})]` makes serde store something else than the entity's fields, and its keys are made of them: drop it, or make the other type the entity"
                    ),
                );
            }
            container.foreign |= name == "remote" || name == "untagged";
            container.read(ctxt, &name, value);
        }
        container
    }

    /// Reads the attributes of a struct of some of an entity's fields.
    pub(crate) fn of_projection(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut container = Self::default();
        for (name, value) in serde_args(attrs) {
            if REFUSED.contains(&name.to_string().as_str()) {
                ctxt.error(
                    &name,
                    format!("`#[serde({name})]` makes serde read something else than the fields that are asked for: drop it"),
                );
            }
            container.read(ctxt, &name, value);
        }
        container
    }

    /// Reads the attributes of a document. What serde makes of one that is not its own fields is not known.
    pub(crate) fn of_document(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut container = Self::default();
        for (name, value) in serde_args(attrs) {
            container.foreign |= REFUSED.contains(&name.to_string().as_str()) || name == "untagged";
            container.read(ctxt, &name, value);
        }
        container
    }

    /// Reads the attributes of an enum that is to be a key part.
    pub(crate) fn of_enum(ctxt: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut container = Self::default();
        for (name, value) in serde_args(attrs) {
            container.read(ctxt, &name, value);
        }
        container
    }

    fn read(&mut self, ctxt: &Ctxt, name: &Ident, value: Value) {
        if name == "rename_all" {
            self.rename_all = one_name(ctxt, name, value);
        }
    }
}

/// What serde says of one field.
pub(crate) struct Field {
    /// The attribute's name.
    pub(crate) attribute: String,
    pub(crate) flatten: bool,
    /// Neither read nor written.
    pub(crate) skip: bool,
    /// Written or read under a condition only, with the token that says so.
    pub(crate) sometimes: Option<Ident>,
    /// The function that writes the value.
    pub(crate) serialize_with: Option<ExprPath>,
    /// Whether a function reads the value.
    pub(crate) reads_with: bool,
}

impl Field {
    /// Whether serde reads the field.
    pub(crate) fn is_read(&self) -> bool {
        let never = self
            .sometimes
            .as_ref()
            .is_some_and(|token| token == "skip_deserializing");
        !self.skip && !never
    }

    pub(crate) fn read(
        ctxt: &Ctxt,
        container: &Container,
        ident: &Ident,
        attrs: &[Attribute],
    ) -> Self {
        let plain = ident.unraw().to_string();
        let by_rule = container
            .rename_all
            .as_deref()
            .and_then(|rule| case::field(rule, &plain));
        let mut field = Self {
            attribute: by_rule.unwrap_or(plain),
            flatten: false,
            skip: false,
            sometimes: None,
            serialize_with: None,
            reads_with: false,
        };
        for (name, value) in serde_args(attrs) {
            field.reads_with |= name == "with" || name == "deserialize_with";
            match name.to_string().as_str() {
                "rename" => {
                    if let Some(new) = one_name(ctxt, &name, value) {
                        field.attribute = new;
                    }
                }
                "flatten" => field.flatten = true,
                "skip" => field.skip = true,
                "skip_serializing" | "skip_deserializing" => field.sometimes = Some(name),
                "skip_serializing_if" if !is_option_is_none(&value) => field.sometimes = Some(name),
                "with" => {
                    field.serialize_with = path_of(&value)
                        .map(|module: ExprPath| syn::parse_quote!(#module::serialize));
                }
                "serialize_with" => field.serialize_with = path_of(&value),
                _ => {}
            }
        }
        field
    }
}

fn path_of(value: &Value) -> Option<ExprPath> {
    match value {
        Value::Expr(expr) => args::literal(expr)?.parse().ok(),
        _ => None,
    }
}

/// `None` is never stored, so this predicate changes nothing.
fn is_option_is_none(value: &Value) -> bool {
    match value {
        Value::Expr(expr) => args::literal(expr)
            .and_then(|text: LitStr| text.parse::<Path>().ok())
            .is_some_and(|path| {
                path.to_token_stream()
                    .to_string()
                    .ends_with("Option :: is_none")
            }),
        _ => false,
    }
}

/// A unit variant's names: the one that is written, and all that are read.
pub(crate) fn variant_names(
    ctxt: &Ctxt,
    container: &Container,
    ident: &Ident,
    attrs: &[Attribute],
) -> (String, Vec<String>) {
    let plain = ident.unraw().to_string();
    let mut name = container
        .rename_all
        .as_deref()
        .and_then(|rule| case::variant(rule, &plain))
        .unwrap_or(plain);
    let mut aliases = Vec::new();
    for (what, value) in serde_args(attrs) {
        if what == "rename" {
            if let Some(new) = one_name(ctxt, &what, value) {
                name = new;
            }
        } else if what == "alias"
            && let Value::Expr(expr) = value
            && let Some(alias) = args::literal(&expr)
        {
            aliases.push(alias.value());
        }
    }
    (name, aliases)
}
