//! The expansion: the table's definition and its model as constants.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Type};

use super::{Attribute, Index, Projection, Table};
use crate::args;

pub(super) fn table(input: &DeriveInput, table: &Table, with_checks: bool) -> TokenStream {
    let (vis, ident) = (&input.vis, &input.ident);
    let (krate, name) = (&table.krate, &table.name);
    let doc = args::doc_text(&input.attrs);
    let pk = print_attribute(&table.pk);
    let sk = option(table.sk.as_ref().map(print_attribute));
    let ttl = option(table.ttl.as_ref().map(|ttl| quote!(#ttl)));
    let type_attribute = option(table.type_attribute.as_ref().map(|name| quote!(#name)));
    let indexes = table.indexes.iter().map(print_index);
    let (model, lists, checks) = match &table.entities {
        None => {
            let delimiters = &table.delimiters;
            (
                quote!(_dm::Model::open(#delimiters)),
                quote!(impl<E: _dm::Entity> _dm::Lists<E> for #ident {}),
                TokenStream::new(),
            )
        }
        Some(entities) => {
            let checks = entities.iter().enumerate().map(|(number, entity)| {
                let number = Literal::usize_unsuffixed(number);
                let span = entity.span();
                let whole = is_generic(entity)
                    .then(|| quote_spanned!(span=> const _: () = _dm::check::whole::<#entity>();));
                quote_spanned! {span=>
                    #whole
                    const _: () = _dm::check::member::<#ident>(
                        #number,
                        <<#entity as _dm::Entity>::Table as _dm::Table>::DEF,
                    );
                }
            });
            (
                quote!(_dm::Model::of(&[#(<#entities as _dm::Entity>::SCHEMA),*])),
                quote!(#(impl _dm::Lists<#entities> for #ident {})*),
                if with_checks {
                    quote!(#(#checks)*)
                } else {
                    TokenStream::new()
                },
            )
        }
    };
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            use #krate::__private as _dm;
            #[automatically_derived]
            impl _dm::Table for #ident {
                const DEF: &'static _dm::TableDef = &_dm::TableDef {
                    name: #name,
                    doc: #doc,
                    pk: #pk,
                    sk: #sk,
                    indexes: &[#(#indexes),*],
                    ttl: #ttl,
                    type_attribute: #type_attribute,
                };
                const MODEL: &'static _dm::Model = &#model;
            }
            #lists
            #[allow(dead_code)]
            impl #ident {
                /// A handle to the table, at the endpoint that the client talks to. Nothing is sent.
                #vis fn on(client: _dm::Client) -> _dm::Handle<Self> {
                    _dm::Handle::new(client)
                }
            }
            #checks
        };
    }
}

fn is_generic(entity: &Type) -> bool {
    match entity {
        Type::Path(path) => path
            .path
            .segments
            .iter()
            .any(|segment| !segment.arguments.is_empty()),
        _ => false,
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(_dm::Some(#value)),
        None => quote!(_dm::None),
    }
}

fn print_attribute(attribute: &Attribute) -> TokenStream {
    let name = &attribute.name;
    let kind = quote::format_ident!("{}", attribute.kind);
    quote!(_dm::AttributeDef { name: #name, kind: _dm::KeyKind::#kind })
}

fn print_index(index: &Index) -> TokenStream {
    let name = &index.name;
    let scope = if index.local {
        quote!(Local)
    } else {
        quote!(Global)
    };
    let pk = index.pk.iter().map(print_attribute);
    let sk = index.sk.iter().map(print_attribute);
    let projection = match &index.projection {
        Projection::All => quote!(All),
        Projection::KeysOnly => quote!(KeysOnly),
        Projection::Include(names) => quote!(Include(&[#(#names),*])),
    };
    quote! {
        _dm::IndexDef {
            name: #name,
            scope: _dm::IndexScope::#scope,
            pk: &[#(#pk),*],
            sk: &[#(#sk),*],
            projection: _dm::Projection::#projection,
        }
    }
}
