//! The constant schema.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::{Components, inputs};
use crate::entity::parse::{Entity, Field, LifeKind};
use crate::template::{Format, Segment, Template};

pub(super) fn schema(entity: &Entity, numbers: &Components<'_>, is_sound: bool) -> TokenStream {
    let (name, doc, type_name) = (
        entity.ident.unraw().to_string(),
        &entity.doc,
        &entity.type_name,
    );
    let stored = entity
        .fields
        .iter()
        .filter(|field| !field.serde.flatten && !field.serde.skip);
    let fields = if stored.clone().all(is_short) {
        let list: Vec<String> = stored.clone().map(short_field).collect();
        let (count, list) = (Literal::usize_unsuffixed(list.len()), list.join(" "));
        quote!(&_dm::fields::<#count>(#list))
    } else {
        let fields = stored.map(|field| {
            let (name, attribute) = (&field.name, &field.serde.attribute);
            let kind = if field.key_only.is_some() {
                quote!(key_only)
            } else {
                quote!(stored)
            };
            quote!(_dm::FieldDef::#kind(#name, #attribute))
        });
        quote!(&[#(#fields),*])
    };
    let components = numbers.0.iter().map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        let component = component(ty);
        quote!(#component::DEF.named(#name))
    });
    let keys = entity.keys.iter().map(|key| {
        let name = key.ident.unraw().to_string();
        // A key that is not sound has no partition templates: its table's checks leave it out, but still see its
        // delimiters.
        let (pk, sk) = if is_sound {
            (key.pk.as_slice(), key.sk.iter().collect::<Vec<_>>())
        } else {
            (&[][..], key.pk.iter().chain(&key.sk).collect())
        };
        let pk = pk.iter().map(|t| template(t, numbers));
        let sk = sk.into_iter().map(|t| template(t, numbers));
        let when = key.when.iter().flat_map(|when| inputs(entity, when));
        let when: Vec<&String> = when.map(|field| &field.name).collect();
        let when = (!when.is_empty()).then(|| quote!(.when(&[#(#when),*])));
        let (pk, sk) = (quote!(&[#(#pk),*]), quote!(&[#(#sk),*]));
        match &key.on {
            None => quote!(_dm::KeyDef::primary(#name, #pk, #sk)),
            Some(on) => quote!(_dm::KeyDef::on(#on, #name, #pk, #sk) #when),
        }
    });
    let aliases = &entity.type_aliases;
    let aliases = (!aliases.is_empty()).then(|| quote!(type_aliases: &[#(#aliases),*],));
    let uniques: Vec<TokenStream> = entity
        .uniques()
        .map(|(field, unique)| {
            let (name, template) = (&field.name, template(&unique.template, numbers));
            quote!(_dm::UniqueDef { field: #name, template: #template })
        })
        .collect();
    let uniques = (is_sound && !uniques.is_empty()).then(|| quote!(uniques: &[#(#uniques),*],));
    let lifecycle = lifecycle(entity);
    quote! {
        const SCHEMA: &'static _dm::EntityDef = &_dm::EntityDef {
            #aliases
            fields: #fields,
            components: &[#(#components),*],
            keys: &[#(#keys),*],
            #uniques
            #lifecycle
            .._dm::EntityDef::new(#name, #doc, #type_name)
        };
    }
}

fn lifecycle(entity: &Entity) -> Option<TokenStream> {
    let of = |kind| {
        let field = entity.living(kind)?;
        let name = match kind {
            LifeKind::Version => quote!(version),
            LifeKind::CreatedAt => quote!(created_at),
            LifeKind::UpdatedAt => quote!(updated_at),
            LifeKind::Ttl => quote!(ttl),
        };
        let attribute = &field.serde.attribute;
        Some(quote!(#name: _dm::Some(#attribute),))
    };
    let all: Vec<TokenStream> = [
        LifeKind::Version,
        LifeKind::CreatedAt,
        LifeKind::UpdatedAt,
        LifeKind::Ttl,
    ]
    .into_iter()
    .filter_map(of)
    .collect();
    (!all.is_empty())
        .then(|| quote!(lifecycle: _dm::Lifecycle { #(#all)* .._dm::Lifecycle::NONE },))
}

/// Whether the field can stand in a list of fields in one string.
fn is_short(field: &Field) -> bool {
    let attribute = &field.serde.attribute;
    !attribute.is_empty() && !attribute.contains([' ', '=', '!'])
}

/// `name`, `name=attribute`, and `!name` for one that is in keys only.
fn short_field(field: &Field) -> String {
    let (name, attribute) = (&field.name, &field.serde.attribute);
    let mark = if field.key_only.is_some() { "!" } else { "" };
    if name == attribute {
        format!("{mark}{name}")
    } else {
        format!("{mark}{name}={attribute}")
    }
}

/// The type as a component. Always in these words and with the type's span, so that the complaints about a type
/// that is none are all the same, and the compiler prints one of them.
pub(in crate::entity) fn component(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as _dm::Component>)
}

fn template(template: &Template, numbers: &Components<'_>) -> TokenStream {
    if let Some(text) = short(template, numbers) {
        let len = Literal::usize_unsuffixed(template.segments.len());
        return quote!(_dm::Template(&_dm::segments::<#len>(#text)));
    }
    let segments = template
        .segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Lit(text) => Some(quote!(_dm::Lit(#text))),
            Segment::Part { field, format } => {
                let number = numbers.number(field)?;
                Some(match format {
                    Format::Default => quote!(_dm::plain(#number)),
                    format => {
                        let format = format.print();
                        quote!(_dm::Part(#number, #format))
                    }
                })
            }
        });
    quote!(_dm::Template(&[#(#segments),*]))
}

/// The template with numbers for names, which the runtime takes apart while compiling. Only without formats and
/// braces, which are not worth a parser there.
fn short(template: &Template, numbers: &Components<'_>) -> Option<String> {
    let mut text = String::new();
    for segment in &template.segments {
        match segment {
            Segment::Lit(plain) if !plain.contains(['{', '}']) => text.push_str(plain),
            Segment::Part { field, format } if *format == Format::Default => {
                text.push('{');
                text.push_str(&numbers.number(field)?.to_string());
                text.push('}');
            }
            _ => return None,
        }
    }
    Some(text)
}
