//! Attributes of an entity, understood.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Expr, Fields, Generics, LitStr, Path, Type};

use crate::args::{self, Arg, Once, Value};
use crate::ctxt::{Ctxt, nearest};
use crate::serde_attr;
use crate::template::{Segment, Template};

pub(super) struct Entity {
    pub(super) ident: Ident,
    pub(super) vis: syn::Visibility,
    pub(super) generics: Generics,
    pub(super) doc: String,
    pub(super) krate: Path,
    pub(super) table: Type,
    pub(super) type_name: String,
    pub(super) type_aliases: Vec<String>,
    pub(super) key_fn: Ident,
    /// The function that turns older shapes into today's.
    pub(super) upgrade: Option<Path>,
    pub(super) fields: Vec<Field>,
    /// The primary key, then the indexes.
    pub(super) keys: Vec<Key>,
    /// It has no fields that could be understood, so nothing can be said of its templates.
    pub(super) inert: bool,
}

pub(super) struct Field {
    pub(super) ident: Ident,
    /// Without `r#`.
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) serde: serde_attr::Field,
    /// The `key_only` token.
    pub(super) key_only: Option<Ident>,
    pub(super) opaque: bool,
    pub(super) unique: Option<Unique>,
    pub(super) life: Option<Life>,
    /// Makes a value where there is none: `default = ..`, or `generate`.
    pub(super) fill: Option<Fill>,
}

/// `unique`, or `unique = "TENANT#{tenant}#{email}"`.
pub(super) struct Unique {
    /// The template, or the token `unique` alone.
    pub(super) span: Span,
    pub(super) template: Template,
}

/// What the library makes of a field.
pub(super) struct Life {
    pub(super) token: Ident,
    pub(super) kind: LifeKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LifeKind {
    Version,
    CreatedAt,
    UpdatedAt,
    Ttl,
}

pub(super) enum Fill {
    Generate(Ident),
    Default(Expr),
}

pub(super) struct Key {
    /// The function that queries it.
    pub(super) ident: Ident,
    /// The index's name.
    pub(super) on: Option<LitStr>,
    pub(super) pk: Vec<Template>,
    pub(super) sk: Vec<Template>,
    pub(super) when: Option<Expr>,
}

impl Entity {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Puts the field that was probably meant in place of one that does not exist, so that the functions whose
    /// arguments it is are still there. The mistake has been reported.
    pub(super) fn take_guesses(&mut self) {
        let Self { fields, keys, .. } = self;
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let of_keys = keys
            .iter_mut()
            .map(|key| key.pk.iter_mut().chain(&mut key.sk));
        let uniques = fields.iter_mut().filter_map(|field| field.unique.as_mut());
        let uniques = uniques.map(|unique| &mut unique.template);
        {
            for template in of_keys.flatten().chain(uniques) {
                for segment in &mut template.segments {
                    if let Segment::Part { field, .. } = segment
                        && !names.contains(&field.as_str())
                        && let Some(guess) = nearest(field, &names)
                    {
                        *field = guess.to_owned();
                    }
                }
            }
        }
    }

    /// The field with this part in the item's life.
    pub(super) fn living(&self, kind: LifeKind) -> Option<&Field> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.life.as_ref().is_some_and(|life| life.kind == kind))
    }

    /// Templates of unique values.
    pub(super) fn uniques(&self) -> impl Iterator<Item = (&Field, &Unique)> {
        let all = self.fields.iter();
        all.filter_map(|field| Some((field, field.unique.as_ref()?)))
    }

    /// Templates of a key's partition: a local index has the table's.
    pub(super) fn pk_of<'e>(&'e self, key: &'e Key) -> &'e [Template] {
        if key.pk.is_empty() {
            &self.keys[0].pk
        } else {
            &key.pk
        }
    }
}

const ARGS: [&str; 10] = [
    "table",
    "pk",
    "sk",
    "index",
    "type",
    "type_aliases",
    "upgrade",
    "key_fn",
    "of_fn",
    "crate",
];

pub(super) fn entity(ctxt: &Ctxt, input: &DeriveInput) -> Option<Entity> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields),
            _ => {
                ctxt.error(
                    &input.ident,
                    "an entity is a struct with named fields: each is an attribute of the item",
                );
                None
            }
        },
        _ => {
            ctxt.error(
                &input.ident,
                "an entity is a struct: give each kind of item a struct of its own, and query several with a collection",
            );
            None
        }
    };
    if let Some(lifetime) = input.generics.lifetimes().next() {
        ctxt.error(
            lifetime,
            "an entity owns its values, because they outlive the response they were read from: use `String` instead of `&str`",
        );
        return None;
    }
    let container = serde_attr::Container::of_entity(ctxt, &input.attrs);
    if container.foreign {
        return None;
    }
    let mut table = Once::<Type>::EMPTY;
    let mut type_name = Once::<LitStr>::EMPTY;
    let mut krate = Once::<Path>::EMPTY;
    let mut upgrade = Once::<Path>::EMPTY;
    let mut key_fn = Once::<Ident>::EMPTY;
    let mut of_fn = Once::<Ident>::EMPTY;
    let mut pk = Once::<Vec<Template>>::EMPTY;
    let mut sk = Once::<Vec<Template>>::EMPTY;
    let mut type_aliases = Vec::new();
    let mut indexes = Vec::new();
    // Without fields nothing can be right about the templates.
    let quiet = Ctxt::new();
    let all = ctxt;
    let ctxt = if fields.is_some() { all } else { &quiet };
    for arg in args::attribute_args(ctxt, &input.attrs, "entity") {
        let (name, value) = match arg {
            Arg::Named(name, value) => (name, value),
            Arg::Literal(literal) => {
                ctxt.error(literal, "expected an argument such as `pk = \"..\"`");
                continue;
            }
        };
        match args::expect(ctxt, &name, "entity", &ARGS).unwrap_or_default() {
            "table" => table.set(
                ctxt,
                &name,
                args::type_path(ctxt, &name, value, "the table's type, `table = Shop`"),
            ),
            "pk" => pk.set(ctxt, &name, templates(ctxt, &name, value)),
            "sk" => sk.set(ctxt, &name, templates(ctxt, &name, value)),
            "type" => type_name.set(ctxt, &name, args::string(ctxt, &name, value)),
            "type_aliases" => {
                type_aliases.extend(args::strings(ctxt, &name, value).iter().map(LitStr::value));
            }
            "upgrade" => upgrade.set(ctxt, &name, function_path(ctxt, &name, value)),
            "key_fn" => key_fn.set(ctxt, &name, function(ctxt, &name, value)),
            "of_fn" => of_fn.set(ctxt, &name, function(ctxt, &name, value)),
            "crate" => krate.set(ctxt, &name, args::path(ctxt, &name, value)),
            "index" => match value {
                Value::List(tokens) => indexes.extend(index(ctxt, &name, tokens)),
                value => args::wrong(
                    ctxt,
                    &name,
                    &value,
                    "`index(name, on = \"GSI1\", pk = \"..\", sk = \"..\")`",
                ),
            },
            _ => {}
        }
    }
    drop(quiet.finish());
    let ctxt = all;
    if !input
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("entity"))
        && fields.is_some()
    {
        ctxt.error(
            &input.ident,
            "an entity says which table it is in and what its keys are made of: `#[entity(table = Shop, pk = \"CUSTOMER#{customer_id}\", sk = \"PROFILE\")]`",
        );
        return None;
    }
    table.require(
        ctxt,
        &input.ident,
        "an entity names its table: `#[entity(table = Shop, ..)]`",
    );
    pk.require(
        ctxt,
        &input.ident,
        "an entity has a partition key template: `#[entity(pk = \"CUSTOMER#{customer_id}\", ..)]`",
    );
    let krate = args::crate_path(krate.value);
    let inert = fields.is_none();
    let of_fn = of_fn
        .value
        .unwrap_or_else(|| Ident::new("of", Span::call_site()));
    let mut keys = vec![Key {
        ident: of_fn,
        on: None,
        pk: pk.value.unwrap_or_default(),
        sk: sk.value.unwrap_or_default(),
        when: None,
    }];
    keys.append(&mut indexes);
    Some(Entity {
        vis: input.vis.clone(),
        generics: input.generics.clone(),
        doc: args::doc_text(&input.attrs),
        table: table
            .value
            .unwrap_or_else(|| syn::parse_quote!(#krate::__private::NoTable)),
        krate,
        type_name: type_name
            .value
            .map_or_else(|| input.ident.unraw().to_string(), |name| name.value()),
        type_aliases,
        key_fn: key_fn
            .value
            .unwrap_or_else(|| Ident::new("key", Span::call_site())),
        upgrade: upgrade.value,
        fields: fields
            .into_iter()
            .flat_map(|fields| &fields.named)
            .filter_map(|f| field(ctxt, &container, f))
            .collect(),
        keys,
        inert,
        ident: input.ident.clone(),
    })
}

fn function_path(ctxt: &Ctxt, name: &Ident, value: Value) -> Option<Path> {
    if let Value::Expr(expr) = &value
        && let Expr::Path(path) = &**expr
        && path.qself.is_none()
    {
        return Some(path.path.clone());
    }
    args::wrong(
        ctxt,
        name,
        &value,
        "the path of a function, `upgrade = from_v1`",
    );
    None
}

fn function(ctxt: &Ctxt, name: &Ident, value: Value) -> Option<Ident> {
    let text = args::string(ctxt, name, value)?;
    match text.parse_with(Ident::parse_any) {
        Ok(ident) => Some(ident),
        Err(_) => {
            ctxt.error(text, "expected the name of a function");
            None
        }
    }
}

/// `"one"`, or `["one", "two"]` for native multi-attribute keys.
fn templates(ctxt: &Ctxt, name: &Ident, value: Value) -> Option<Vec<Template>> {
    if let Value::Expr(expr) = &value {
        if let Some(text) = args::literal(expr) {
            return Some(vec![Template::parse(ctxt, &text)]);
        }
        if let Expr::Array(array) = &**expr {
            let literals: Vec<LitStr> = array.elems.iter().filter_map(args::literal).collect();
            if literals.len() == array.elems.len() && (1..=4).contains(&literals.len()) {
                let all = literals.iter().map(|text| Template::parse(ctxt, text));
                return Some(all.collect());
            }
        }
    }
    args::wrong(
        ctxt,
        name,
        &value,
        &format!(
            "a key template, `{name} = \"ORDER#{{order_id}}\"`, or one to four of them, `{name} = [\"{{a}}\", \"{{b}}\"]`"
        ),
    );
    None
}

const INDEX_ARGS: [&str; 4] = ["on", "pk", "sk", "when"];

fn index(ctxt: &Ctxt, index: &Ident, tokens: TokenStream) -> Option<Key> {
    let mut ident = None;
    let mut on = Once::<LitStr>::EMPTY;
    let mut pk = Once::<Vec<Template>>::EMPTY;
    let mut sk = Once::<Vec<Template>>::EMPTY;
    let mut when = Once::<Expr>::EMPTY;
    for (i, arg) in args::list_args(ctxt, tokens).into_iter().enumerate() {
        match arg {
            Arg::Named(name, Value::None) if i == 0 => ident = Some(name),
            Arg::Named(name, value) => {
                match args::expect(ctxt, &name, "index", &INDEX_ARGS).unwrap_or_default() {
                    "on" => on.set(ctxt, &name, args::string(ctxt, &name, value)),
                    "pk" => pk.set(ctxt, &name, templates(ctxt, &name, value)),
                    "sk" => sk.set(ctxt, &name, templates(ctxt, &name, value)),
                    "when" => match value {
                        Value::Expr(expr) => when.set(ctxt, &name, Some(*expr)),
                        value => args::wrong(ctxt, &name, &value, "`when = condition over fields`"),
                    },
                    _ => {}
                }
            }
            Arg::Literal(literal) => ctxt.error(
                literal,
                "expected the name of the function that queries the index, then `on = \"GSI1\"`: `index(by_status, on = \"GSI1\", ..)`",
            ),
        }
    }
    if ident.is_none() {
        ctxt.error(index, "an index begins with the name of the function that queries it: `index(by_status, on = \"GSI1\", ..)`");
    }
    on.require(
        ctxt,
        index,
        "an index says which of the table's indexes it is on: `on = \"GSI1\"`",
    );
    if sk.value.is_none() {
        pk.require(ctxt, index, "an index has key templates: `pk = \"..\"` and, if the index has a sort key, `sk = \"..\"`");
    }
    Some(Key {
        ident: ident?,
        on: Some(on.value.unwrap_or_else(|| LitStr::new("", index.span()))),
        pk: pk.value.unwrap_or_default(),
        sk: sk.value.unwrap_or_default(),
        when: when.value,
    })
}

const FIELD_ARGS: [&str; 9] = [
    "key_only",
    "opaque",
    "unique",
    "version",
    "created_at",
    "updated_at",
    "ttl",
    "generate",
    "default",
];

fn field(ctxt: &Ctxt, container: &serde_attr::Container, field: &syn::Field) -> Option<Field> {
    let ident = field.ident.clone()?;
    let mut all = Field {
        name: ident.unraw().to_string(),
        ty: field.ty.clone(),
        serde: serde_attr::Field::read(ctxt, container, &ident, &field.attrs),
        key_only: None,
        opaque: false,
        unique: None,
        life: None,
        fill: None,
        ident,
    };
    for arg in args::attribute_args(ctxt, &field.attrs, "entity") {
        let (name, value) = match arg {
            Arg::Named(name, value) => (name, value),
            Arg::Literal(literal) => {
                ctxt.error(
                    literal,
                    "expected an argument such as `key_only` or `unique`",
                );
                continue;
            }
        };
        let Some(known) = args::expect(ctxt, &name, "entity", &FIELD_ARGS) else {
            continue;
        };
        match (known, value) {
            ("unique", Value::Expr(expr)) => {
                if let Some(text) = args::literal(&expr) {
                    let template = Template::parse(ctxt, &text);
                    let span = text.span();
                    all.unique = Some(Unique { span, template });
                } else {
                    ctxt.error(
                        expr,
                        "expected a template of what is unique, `unique = \"TENANT#{tenant_id}#{email}\"`, or `unique` alone",
                    );
                }
            }
            ("default", Value::Expr(expr)) => all.fill = Some(Fill::Default(*expr)),
            ("default", value) => args::wrong(
                ctxt,
                &name,
                &value,
                "`default = ..` with an expression for the field's value",
            ),
            (known, value) => {
                args::flag(ctxt, &name, &value);
                let life = |kind| {
                    Some(Life {
                        token: name.clone(),
                        kind,
                    })
                };
                match known {
                    "key_only" => all.key_only = Some(name),
                    "opaque" => all.opaque = true,
                    "unique" => {
                        let template = Template::of(&all.ident, &all.name);
                        let span = name.span();
                        all.unique = Some(Unique { span, template });
                    }
                    "version" => all.life = life(LifeKind::Version),
                    "created_at" => all.life = life(LifeKind::CreatedAt),
                    "updated_at" => all.life = life(LifeKind::UpdatedAt),
                    "ttl" => all.life = life(LifeKind::Ttl),
                    "generate" => all.fill = Some(Fill::Generate(name)),
                    _ => {}
                }
            }
        }
    }
    Some(all)
}
