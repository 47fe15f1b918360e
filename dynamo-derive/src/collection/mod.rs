//! `#[derive(Collection)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, GenericArgument, LitStr, Path, PathArguments,
    Type, Variant,
};

use crate::args::{self, Arg, Once, Value};
use crate::ctxt::Ctxt;

mod print;

const ARGS: [&str; 3] = ["on", "sort", "crate"];

struct Collection {
    index: Option<LitStr>,
    /// The handles for what the members' sort keys begin with.
    sort: Vec<Handle>,
    krate: Path,
    /// Whether its items are put together, instead of being one item each.
    is_struct: bool,
    members: Vec<Member>,
    /// The variant or field that keeps items of other entities.
    other: Option<Ident>,
}

/// A component of the members' sort keys, and its type.
struct Handle {
    ident: Ident,
    ty: Type,
}

impl Parse for Handle {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ident = input.call(Ident::parse_any)?;
        if !input.peek(syn::Token![:]) {
            let message = format!("a handle has the type of its field: `{ident}: u32`");
            return Err(syn::Error::new(ident.span(), message));
        }
        input.parse::<syn::Token![:]>()?;
        let ty = input.parse()?;
        Ok(Self { ident, ty })
    }
}

/// A variant or field, and its type.
struct Member {
    ident: Ident,
    ty: Type,
}

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let collection = understand(&ctxt, input);
    if let Some(collection) = &collection {
        check(&ctxt, collection);
    }
    let is_right = ctxt.is_empty();
    let printed = collection
        .filter(|collection| is_right && !collection.members.is_empty())
        .map(|collection| print::collection(input, &collection));
    let errors = ctxt.finish();
    quote! { #errors #printed }
}

fn understand(ctxt: &Ctxt, input: &DeriveInput) -> Option<Collection> {
    if !input.generics.params.is_empty() {
        ctxt.error(&input.generics, "a collection has no parameters");
        return None;
    }
    let mut index = Once::<LitStr>::EMPTY;
    let mut sort = Once::<Vec<Handle>>::EMPTY;
    let mut krate = Once::<Path>::EMPTY;
    for arg in args::attribute_args(ctxt, &input.attrs, "collection") {
        let (arg, value) = match arg {
            Arg::Named(arg, value) => (arg, value),
            Arg::Literal(literal) => {
                ctxt.error(literal, "expected an argument such as `on = \"GSI1\"`");
                continue;
            }
        };
        match args::expect(ctxt, &arg, "collection", &ARGS) {
            Some("on") => index.set(ctxt, &arg, args::string(ctxt, &arg, value)),
            Some("sort") => match value {
                Value::List(tokens) => sort.set(ctxt, &arg, Some(args::parse_list(ctxt, tokens))),
                value => {
                    sort.set(ctxt, &arg, None);
                    args::wrong(ctxt, &arg, &value, "`sort(order_id: u32)`");
                }
            },
            Some(_) => krate.set(ctxt, &arg, args::path(ctxt, &arg, value)),
            None => {}
        }
    }
    let (members, other) = match &input.data {
        Data::Enum(data) if !data.variants.is_empty() => variants(ctxt, &data.variants),
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => of_fields(ctxt, &fields.named),
            _ => return expected(ctxt, input),
        },
        _ => return expected(ctxt, input),
    };
    Some(Collection {
        index: index.value,
        sort: sort.value.unwrap_or_default(),
        krate: args::crate_path(krate.value),
        is_struct: matches!(input.data, Data::Struct(_)),
        members,
        other: other.value,
    })
}

fn expected(ctxt: &Ctxt, input: &DeriveInput) -> Option<Collection> {
    ctxt.error(
        &input.ident,
        "a collection is an enum with a variant for each entity, `Order(Order)`, or a struct with a field for each, `orders: Vec<Order>`",
    );
    None
}

type Understood = (Vec<Member>, Once<Ident>);

fn variants(ctxt: &Ctxt, variants: &Punctuated<Variant, syn::Token![,]>) -> Understood {
    let mut members = Vec::new();
    let mut other = Once::EMPTY;
    for variant in variants {
        let is_other = is_other(ctxt, &variant.attrs);
        let ident = variant.ident.clone();
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                if is_other {
                    other.set(ctxt, &ident.clone(), Some(ident));
                } else {
                    let ty = fields.unnamed[0].ty.clone();
                    members.push(Member { ident, ty });
                }
            }
            _ => ctxt.error(
                variant,
                "a variant of a collection holds one entity: `Order(Order)`",
            ),
        }
    }
    (members, other)
}

fn of_fields(ctxt: &Ctxt, fields: &Punctuated<Field, syn::Token![,]>) -> Understood {
    let mut members = Vec::new();
    let mut other = Once::EMPTY;
    for field in fields {
        let Some(ident) = field.ident.clone() else {
            continue;
        };
        if is_other(ctxt, &field.attrs) {
            other.set(ctxt, &ident.clone(), Some(ident));
        } else {
            let ty = field.ty.clone();
            members.push(Member { ident, ty });
        }
    }
    (members, other)
}

/// Whether a variant or field is marked as `#[collection(other)]`.
fn is_other(ctxt: &Ctxt, attrs: &[Attribute]) -> bool {
    let mut is_other = false;
    for arg in args::attribute_args(ctxt, attrs, "collection") {
        match arg {
            Arg::Named(arg, value) => {
                if args::expect(ctxt, &arg, "collection", &["other"]).is_some() {
                    args::flag(ctxt, &arg, &value);
                    is_other = true;
                }
            }
            Arg::Literal(literal) => ctxt.error(literal, "expected `other`"),
        }
    }
    is_other
}

fn check(ctxt: &Ctxt, collection: &Collection) {
    if collection.members.is_empty()
        && let Some(other) = &collection.other
        && ctxt.is_empty()
    {
        ctxt.error(
            other,
            "a collection has at least one entity: `query_all` reads items of any",
        );
    }
    let mut seen: Vec<String> = Vec::new();
    for member in &collection.members {
        // A spelling that is not seen through is found by the compiler, if in its own words.
        let entity = entity_in(&member.ty).to_token_stream().to_string();
        if seen.contains(&entity) {
            ctxt.error(
                &member.ty,
                format!("`{entity}` is in this collection already: an item belongs to one member"),
            );
        }
        seen.push(entity);
    }
    let mut seen: Vec<&Ident> = Vec::new();
    for Handle { ident, .. } in &collection.sort {
        if seen.contains(&ident) {
            ctxt.error(ident, format!("`{ident}` is given twice"));
        }
        seen.push(ident);
    }
}

/// The type inside `Vec<..>` or `Option<..>`.
fn entity_in(ty: &Type) -> &Type {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && (last.ident == "Vec" || last.ident == "Option")
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        return inner;
    }
    ty
}
