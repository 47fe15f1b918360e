//! The constant schema.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::{Components, inputs};
use crate::entity::parse::Entity;
use crate::template::{Format, Segment, Template};

pub(super) fn schema(entity: &Entity, numbers: &Components<'_>, is_sound: bool) -> TokenStream {
    let (name, doc, type_name) = (
        entity.ident.unraw().to_string(),
        &entity.doc,
        &entity.type_name,
    );
    let type_aliases = &entity.type_aliases;
    let fields = entity
        .fields
        .iter()
        .filter(|field| !field.serde.flatten && !field.serde.skip)
        .map(|field| {
            let (name, attribute) = (&field.name, &field.serde.attribute);
            let kind = if field.key_only.is_some() {
                quote!(key_only)
            } else {
                quote!(stored)
            };
            quote!(_dm::FieldDef::#kind(#name, #attribute))
        });
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
    quote! {
        const SCHEMA: &'static _dm::EntityDef = &_dm::EntityDef {
            name: #name,
            doc: #doc,
            type_name: #type_name,
            type_aliases: &[#(#type_aliases),*],
            fields: &[#(#fields),*],
            components: &[#(#components),*],
            keys: &[#(#keys),*],
        };
    }
}

/// The type as a component. Always in these words and with the type's span, so that the complaints about a type
/// that is none are all the same, and the compiler prints one of them.
pub(super) fn component(ty: &Type) -> TokenStream {
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
