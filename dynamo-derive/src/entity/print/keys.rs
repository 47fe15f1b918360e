//! The functions that make keys, and the handles for conditions on sort keys.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Type;
use syn::ext::IdentExt as _;

use super::{Components, is_first_of_its_name};
use crate::entity::parse::{Entity, Field, Key};
use crate::template::{Format, Template};

/// The names of a key's components: those of its partition, and those of its sort key whose values the partition
/// leaves open.
fn names_of<'e>(entity: &'e Entity, key: &'e Key) -> (Vec<&'e str>, Vec<&'e str>) {
    let mut pk: Vec<&str> = Vec::new();
    let mut fixed: Vec<&str> = Vec::new();
    for (name, format) in entity.pk_of(key).iter().flat_map(Template::parts) {
        // A shard is made of a component, and stands for all of its values.
        if !matches!(format, Format::Shard(_))
            && !pk.contains(&name)
            && entity.field(name).is_some()
        {
            pk.push(name);
        }
        // A date says which partition, and leaves the times in it open.
        if !format.is_part() {
            fixed.push(name);
        }
    }
    let mut sk: Vec<&str> = Vec::new();
    for (name, _) in key.sk.iter().flat_map(Template::parts) {
        if !fixed.contains(&name) && !sk.contains(&name) && entity.field(name).is_some() {
            sk.push(name);
        }
    }
    (pk, sk)
}

pub(super) fn keyed(entity: &Entity, number: usize, key: &Key) -> TokenStream {
    let ident = &entity.ident;
    let (impl_generics, ty_generics, where_clause) = entity.generics.split_for_impl();
    let (pk, sk) = names_of(entity, key);
    let (pk_types, sk_types) = types(entity, &pk, &sk);
    let index = Literal::usize_unsuffixed(number);
    // Arguments of the trait and no associated type, which could not have types that are more private than the entity.
    let key_types = quote! {
        impl #impl_generics _dm::KeyTypes<#index, #pk_types, #sk_types> for #ident #ty_generics #where_clause {}
    };
    let table = &entity.table;
    let reads = match &key.on {
        None => quote!(_dm::Reads<true>),
        Some(index) => quote!(_dm::Reads<{ _dm::is_consistent::<#table>(#index) }>),
    };
    if sk.is_empty() {
        let number = Literal::usize_unsuffixed(number);
        return quote! {
            #key_types
            impl #impl_generics _dm::Keyed<#number> for #ident #ty_generics #where_clause {
                type Reads = #reads;
                type Parts = ();
                const PARTS: () = ();
            }
        };
    }
    // Not at the user's token, where its spelling would be linted.
    let parts = format_ident!("__SortKey_{}", key.ident, span = Span::call_site());
    let number = Literal::usize_unsuffixed(number);
    let fields: Vec<&Field> = sk.iter().filter_map(|name| entity.field(name)).collect();
    let idents: Vec<&Ident> = fields.iter().map(|field| &field.ident).collect();
    let types = fields.iter().enumerate().map(|(position, field)| {
        let ty = &field.ty;
        let slot = format_ident!("{}", slot(key, &field.name));
        let position = Literal::usize_unsuffixed(position);
        quote!(_dm::SortPart<#ident #ty_generics, #number, #position, _dm::#slot<#ty>>)
    });
    quote! {
        #key_types
        pub struct #parts #impl_generics #where_clause {
            #(pub #idents: #types,)*
        }
        impl #impl_generics _dm::Keyed<#number> for #ident #ty_generics #where_clause {
            type Reads = #reads;
            type Parts = #parts #ty_generics;
            const PARTS: Self::Parts = #parts { #(#idents: _dm::at(),)* };
        }
    }
}

/// The types of the components: of the partition's as a tuple, of the sort key's as a list of pairs.
fn types(entity: &Entity, pk: &[&str], sk: &[&str]) -> (TokenStream, TokenStream) {
    let ty = |name: &&str| entity.field(name).map(|field| &field.ty);
    let pk = pk.iter().filter_map(ty);
    let sk = sk.iter().rev().filter_map(ty);
    let sk = sk.fold(quote!(()), |rest, ty| quote!((#ty, #rest)));
    (quote!((#(#pk,)*)), sk)
}

fn slot(key: &Key, name: &str) -> &'static str {
    let templates = key.sk.iter();
    for template in templates {
        if let Some((_, format)) = template.parts().find(|(field, _)| *field == name) {
            return format.slot(template.ends_with(name));
        }
    }
    "Never"
}

pub(super) fn functions(entity: &Entity, numbers: &Components<'_>) -> TokenStream {
    let vis = &entity.vis;
    let key_fn = &entity.key_fn;
    let primary = &entity.keys[0];
    let (mut all, sk) = names_of(entity, primary);
    for name in sk {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    // A sharded partition key names components that only the whole key has.
    for (name, _) in primary
        .pk
        .iter()
        .chain(&primary.sk)
        .flat_map(Template::parts)
    {
        if !all.contains(&name) && entity.field(name).is_some() {
            all.push(name);
        }
    }
    let (params, parts) = arguments(entity, numbers, &all);
    // The components of the primary key are the first, and mostly in the order of the arguments.
    let in_order = all.iter().enumerate().all(|(place, name)| {
        numbers
            .0
            .get(place)
            .is_some_and(|field| field.name == *name)
    });
    let parts = if in_order {
        let idents = all
            .iter()
            .filter_map(|name| Some(&entity.field(name)?.ident));
        quote!(_dm::Key::in_order([#(#idents.part()),*]))
    } else {
        quote!(_dm::Key::new(&[#parts]))
    };
    let doc = format!("The primary key of one `{}`.", entity.ident.unraw());
    let keys = entity.keys.iter().enumerate();
    let queries = keys.filter(|(number, _)| is_first_of_its_name(entity, *number));
    let queries = queries.map(|(number, key)| {
        let index = Literal::usize_unsuffixed(number);
        let (pk, _) = names_of(entity, key);
        let (params, parts) = arguments(entity, numbers, &pk);
        let ident = &key.ident;
        let doc = match &key.on {
            None => "The items in one partition of the table: for `query`.".to_owned(),
            Some(on) => format!(
                "The items in one partition of index `{}`: for `query`.",
                on.value()
            ),
        };
        quote! {
            #[doc = #doc]
            #vis fn #ident(#params) -> _dm::Partition<Self, #index> {
                _dm::Partition::new(&[#parts])
            }
        }
    });
    quote! {
        #[doc = #doc]
        #vis fn #key_fn(#params) -> _dm::Key<Self> {
            #parts
        }
        #(#queries)*
    }
}

fn arguments(
    entity: &Entity,
    numbers: &Components<'_>,
    names: &[&str],
) -> (TokenStream, TokenStream) {
    let fields: Vec<(&Ident, &Type, Literal)> = names
        .iter()
        .filter_map(|name| {
            let field = entity.field(name)?;
            Some((&field.ident, &field.ty, numbers.number(name)?))
        })
        .collect();
    let idents = fields.iter().map(|(ident, ..)| ident);
    let types = fields.iter().map(|(_, ty, _)| ty);
    let parts = fields
        .iter()
        .map(|(ident, _, number)| quote!((#number, #ident.part())));
    (
        quote!(#(#idents: impl _dm::KeyArg<#types>),*),
        quote!(#(#parts),*),
    )
}
