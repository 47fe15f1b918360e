//! `#[derive(Table)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{DeriveInput, Expr, LitStr, Path, Type};

use crate::args::{self, Arg, Once, Value};
use crate::ctxt::Ctxt;

mod print;

const ARGS: [&str; 11] = [
    "name",
    "pk",
    "sk",
    "gsi",
    "lsi",
    "ttl",
    "type_attribute",
    "no_type_attribute",
    "entities",
    "delimiters",
    "crate",
];

struct Table {
    name: LitStr,
    pk: Attribute,
    sk: Option<Attribute>,
    indexes: Vec<Index>,
    ttl: Option<LitStr>,
    type_attribute: Option<String>,
    entities: Option<Vec<Type>>,
    delimiters: String,
    krate: Path,
}

#[derive(Clone)]
struct Attribute {
    name: LitStr,
    kind: &'static str,
}

struct Index {
    name: LitStr,
    local: bool,
    pk: Vec<Attribute>,
    sk: Vec<Attribute>,
    projection: Projection,
}

enum Projection {
    All,
    KeysOnly,
    Include(Vec<LitStr>),
}

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let table = understand(&ctxt, input);
    if let Some(table) = &table {
        check(&ctxt, table);
    }
    let with_checks = ctxt.is_empty();
    let printed = table.map(|table| print::table(input, &table, with_checks));
    let errors = ctxt.finish();
    quote! { #errors #printed }
}

fn understand(ctxt: &Ctxt, input: &DeriveInput) -> Option<Table> {
    if !input.generics.params.is_empty() {
        ctxt.error(&input.generics, "a table has no parameters");
        return None;
    }
    let mut name = Once::<LitStr>::EMPTY;
    let mut pk = Once::<Vec<Attribute>>::EMPTY;
    let mut sk = Once::<Vec<Attribute>>::EMPTY;
    let mut ttl = Once::<LitStr>::EMPTY;
    let mut type_attribute = Once::<LitStr>::EMPTY;
    let mut entities = Once::<Vec<Type>>::EMPTY;
    let mut delimiters = Once::<LitStr>::EMPTY;
    let mut krate = Once::<Path>::EMPTY;
    let mut no_type = None;
    let mut indexes = Vec::new();
    for arg in args::attribute_args(ctxt, &input.attrs, "table") {
        let (arg, value) = match arg {
            Arg::Named(arg, value) => (arg, value),
            Arg::Literal(literal) => {
                ctxt.error(literal, "expected an argument such as `name = \"shop\"`");
                continue;
            }
        };
        let Some(known) = args::expect(ctxt, &arg, "table", &ARGS) else {
            continue;
        };
        match known {
            "name" => name.set(ctxt, &arg, args::string(ctxt, &arg, value)),
            "pk" => pk.set(ctxt, &arg, attributes(ctxt, &arg, value)),
            "sk" => sk.set(ctxt, &arg, attributes(ctxt, &arg, value)),
            "ttl" => ttl.set(ctxt, &arg, args::string(ctxt, &arg, value)),
            "type_attribute" => {
                type_attribute.set(ctxt, &arg, args::string(ctxt, &arg, value));
            }
            "no_type_attribute" => {
                args::flag(ctxt, &arg, &value);
                no_type = Some(arg);
            }
            "entities" => match value {
                Value::List(tokens) => {
                    entities.set(ctxt, &arg, Some(args::parse_list(ctxt, tokens)));
                }
                value => {
                    entities.set(ctxt, &arg, None);
                    args::wrong(ctxt, &arg, &value, "`entities(Customer, Order)`");
                }
            },
            "delimiters" => delimiters.set(ctxt, &arg, args::string(ctxt, &arg, value)),
            "gsi" | "lsi" => match value {
                Value::List(tokens) => indexes.push((index(ctxt, &arg, tokens, known), arg)),
                value => args::wrong(
                    ctxt,
                    &arg,
                    &value,
                    &format!("`{known}(\"{}1\", ..)`", known.to_uppercase()),
                ),
            },
            _ => krate.set(ctxt, &arg, args::path(ctxt, &arg, value)),
        }
    }
    let one = |attributes: Vec<Attribute>| -> Option<Attribute> {
        if let [_, second, ..] = attributes.as_slice() {
            ctxt.error(&second.name, "a table's key has one partition and one sort attribute; only global indexes have more");
        }
        attributes.into_iter().next()
    };
    if !input.attrs.iter().any(|attr| attr.path().is_ident("table")) {
        ctxt.error(
            &input.ident,
            "a table says what it is called and what its keys are: `#[table(name = \"shop\", pk = \"PK\", sk = \"SK\")]`",
        );
        return None;
    }
    name.require(
        ctxt,
        &input.ident,
        "a table has a name: `#[table(name = \"shop\", ..)]`",
    );
    pk.require(
        ctxt,
        &input.ident,
        "a table has a partition key: `#[table(pk = \"PK\", ..)]`",
    );
    let unknown = |what| LitStr::new(what, Span::call_site());
    let pk = pk.value.and_then(one).unwrap_or_else(|| Attribute {
        name: unknown("PK"),
        kind: "S",
    });
    if let (Some(flag), Some(_)) = (&no_type, &type_attribute.value) {
        ctxt.error(
            flag,
            "`no_type_attribute` and `type_attribute` exclude each other",
        );
    }
    if let (Some(delimiters), Some(_)) = (&delimiters.value, &entities.value) {
        ctxt.error(delimiters, "`delimiters` is for a table whose entities live in other crates: with `entities(..)` they follow from the templates");
    }
    let sk = sk.value.and_then(one);
    let indexes = indexes
        .into_iter()
        .filter_map(|(found, arg)| {
            let mut found = found?;
            if found.local {
                found.pk = vec![pk.clone()];
                if sk.is_none() {
                    ctxt.error(&arg, "a local index needs a table with a sort key: give the table one, `sk = \"SK\"`, or make this a `gsi`");
                }
            }
            Some(found)
        })
        .collect();
    Some(Table {
        name: name.value.unwrap_or_else(|| unknown("unnamed")),
        pk,
        sk,
        indexes,
        ttl: ttl.value,
        type_attribute: match no_type {
            Some(_) => None,
            None => Some(
                type_attribute
                    .value
                    .map_or_else(|| "_type".to_owned(), |name| name.value()),
            ),
        },
        entities: entities.value.map(|listed| once_each(ctxt, listed)),
        delimiters: delimiters
            .value
            .map_or_else(|| "#".to_owned(), |text| text.value()),
        krate: args::crate_path(krate.value),
    })
}

/// The entities without those that were listed before.
fn once_each(ctxt: &Ctxt, listed: Vec<Type>) -> Vec<Type> {
    let mut all: Vec<Type> = Vec::new();
    for entity in listed {
        if all.contains(&entity) {
            let name = entity.to_token_stream();
            ctxt.error(&entity, format!("`{name}` is listed twice"));
        } else {
            all.push(entity);
        }
    }
    all
}

/// `"PK"`, `N("id")`, or `["a", N("b")]`.
fn attributes(ctxt: &Ctxt, arg: &Ident, value: Value) -> Option<Vec<Attribute>> {
    if let Value::Expr(expr) = &value {
        let found = match &**expr {
            Expr::Array(array) => array.elems.iter().map(attribute).collect(),
            expr => attribute(expr).map(|one| vec![one]),
        };
        if found.is_some() {
            return found;
        }
    }
    args::wrong(
        ctxt,
        arg,
        &value,
        "a key attribute: `\"PK\"` for a string, `N(\"id\")` for a number, `B(\"hash\")` for binary",
    );
    None
}

fn attribute(expr: &Expr) -> Option<Attribute> {
    if let Some(name) = args::literal(expr) {
        return Some(Attribute { name, kind: "S" });
    }
    let Expr::Call(call) = expr else {
        return None;
    };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let kind = ["S", "N", "B"]
        .into_iter()
        .find(|kind| path.path.is_ident(kind))?;
    match call.args.iter().collect::<Vec<_>>().as_slice() {
        [name] => Some(Attribute {
            name: args::literal(name)?,
            kind,
        }),
        _ => None,
    }
}

fn index(ctxt: &Ctxt, arg: &Ident, tokens: TokenStream, kind: &str) -> Option<Index> {
    let local = kind == "lsi";
    let example = format!("`{kind}(\"{}1\", ..)`", kind.to_uppercase());
    let allowed: &[&str] = if local {
        &["sk", "projection"]
    } else {
        &["pk", "sk", "projection"]
    };
    let mut name = Once::<LitStr>::EMPTY;
    let mut pk = Once::<Vec<Attribute>>::EMPTY;
    let mut sk = Once::<Vec<Attribute>>::EMPTY;
    let mut projection = Once::<Projection>::EMPTY;
    for (i, inner) in args::list_args(ctxt, tokens).into_iter().enumerate() {
        match inner {
            Arg::Literal(literal) if i == 0 => name.set(ctxt, arg, Some(literal)),
            Arg::Literal(literal) => {
                ctxt.error(literal, "expected an argument such as `sk = \"..\"`");
            }
            Arg::Named(what, Value::None) if i == 0 => {
                ctxt.error(&what, format!("an index's name is a string: {example}"));
                name.set(ctxt, &what, None);
            }
            Arg::Named(what, _) if local && what == "pk" => ctxt.error(
                what,
                "a local index has the table's partition key: drop `pk`, or make this a `gsi`",
            ),
            Arg::Named(what, value) => match args::expect(ctxt, &what, kind, allowed) {
                Some("pk") => pk.set(ctxt, &what, attributes(ctxt, &what, value)),
                Some("sk") => sk.set(ctxt, &what, attributes(ctxt, &what, value)),
                Some(_) => projection.set(ctxt, &what, self::projection(ctxt, &what, value)),
                None => {}
            },
        }
    }
    name.require(
        ctxt,
        arg,
        &format!("an index begins with its name: {example}"),
    );
    if local {
        sk.require(ctxt, arg, "a local index has a sort key: `sk = \"LSI1SK\"`");
    } else {
        pk.require(
            ctxt,
            arg,
            "a global index has a partition key: `pk = \"GSI1PK\"`",
        );
    }
    let (pk, sk) = (pk.value.unwrap_or_default(), sk.value.unwrap_or_default());
    if let [_, second, ..] = sk.as_slice()
        && local
    {
        ctxt.error(&second.name, "a local index has one sort key attribute");
    }
    for attributes in [&pk, &sk] {
        if let Some(fifth) = attributes.get(4) {
            ctxt.error(
                &fifth.name,
                "an index key has at most four partition and four sort attributes",
            );
        }
    }
    Some(Index {
        name: name.value?,
        local,
        pk,
        sk,
        projection: projection.value.unwrap_or(Projection::All),
    })
}

fn projection(ctxt: &Ctxt, arg: &Ident, value: Value) -> Option<Projection> {
    if let Value::Expr(expr) = &value {
        match &**expr {
            Expr::Path(path) if path.path.is_ident("all") => return Some(Projection::All),
            Expr::Path(path) if path.path.is_ident("keys_only") => {
                return Some(Projection::KeysOnly);
            }
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func
                    && path.path.is_ident("include")
                {
                    let names: Vec<LitStr> = call.args.iter().filter_map(args::literal).collect();
                    if names.len() == call.args.len() && !names.is_empty() {
                        return Some(Projection::Include(names));
                    }
                }
            }
            _ => {}
        }
    }
    args::wrong(
        ctxt,
        arg,
        &value,
        "`all`, `keys_only` or `include(\"name\", ..)`",
    );
    None
}

fn check(ctxt: &Ctxt, table: &Table) {
    check_name(ctxt, &table.name, "a table");
    let mut seen: Vec<String> = Vec::new();
    for index in &table.indexes {
        check_name(ctxt, &index.name, "an index");
        if seen.contains(&index.name.value()) {
            ctxt.error(
                &index.name,
                format!(
                    "there is another index `{}`: an index's name is its own",
                    index.name.value()
                ),
            );
        }
        seen.push(index.name.value());
    }
    let all = std::iter::once(&table.pk).chain(&table.sk).chain(
        table
            .indexes
            .iter()
            .flat_map(|index| index.pk.iter().chain(&index.sk)),
    );
    let mut kinds: Vec<(String, &str)> = Vec::new();
    for attribute in all {
        let name = attribute.name.value();
        if name.is_empty() || name.len() > 255 {
            ctxt.error(
                &attribute.name,
                "the name of a key attribute has 1 to 255 bytes",
            );
        }
        match kinds.iter().find(|(known, _)| *known == name) {
            Some((_, kind)) if *kind != attribute.kind => ctxt.error(
                &attribute.name,
                format!(
                    "`{name}` is of type `{kind}` in another key, and an attribute has one type"
                ),
            ),
            Some(_) => {}
            None => kinds.push((name, attribute.kind)),
        }
    }
    if let Some(sk) = &table.sk
        && sk.name.value() == table.pk.name.value()
    {
        ctxt.error(&sk.name, "partition and sort key are two attributes");
    }
}

/// DynamoDB: 3 to 255 characters out of `a-z A-Z 0-9 _ - .`
fn check_name(ctxt: &Ctxt, name: &LitStr, what: &str) {
    let text = name.value();
    let fits = (3..=255).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if !fits {
        ctxt.error(
            name,
            format!(
                "the name of {what} has 3 to 255 characters: letters, digits, `_`, `-` and `.`"
            ),
        );
    }
}
