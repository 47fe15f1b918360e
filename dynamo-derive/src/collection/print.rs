//! The expansion: the collection's definition as a constant, and what is made of each member's items.

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Type};

use super::{Collection, Handle, Member, entity_in};
use crate::args;

pub(super) fn collection(input: &DeriveInput, collection: &Collection) -> TokenStream {
    let (vis, ident, krate) = (&input.vis, &input.ident, &collection.krate);
    let entities: Vec<TokenStream> = collection
        .members
        .iter()
        .map(|member| entity(collection, member))
        .collect();
    let Some(first) = entities.first() else {
        return TokenStream::new();
    };
    let index = match &collection.index {
        Some(name) => quote!(_dm::Some(#name)),
        None => quote!(_dm::None),
    };
    let reads = match &collection.index {
        Some(name) => quote!(_dm::Reads<{ _dm::is_consistent::<__Table>(#name) }>),
        None => quote!(_dm::Reads<true>),
    };
    let key = match &collection.index {
        Some(_) => quote!({ _dm::key_on(<#first as _dm::Entity>::SCHEMA, #index) }),
        None => quote!(0),
    };
    let def = def(input, collection, &entities, &index);
    let (parts, declared, made) = parts(ident, &collection.sort);
    let (item, query) = if collection.is_struct {
        (quote!(__Item), quote!(_dm::Assemble<Self>))
    } else {
        (
            quote!(Self),
            quote!(_dm::Query<Self, _dm::ItemCollection<Self>>),
        )
    };
    let variants = collection.members.iter().zip(&entities);
    let variants = variants.map(|(Member { ident, ty }, entity)| {
        // Always in these words, so that a type that is no entity is reported once.
        let member = quote_spanned!(ty.span()=> <#entity as _dm::Entity>::member);
        quote!(.member(#member(Self::Item::#ident)))
    });
    let other = collection.other.iter();
    let other = other.map(|other| quote!(.other::<Self::Table>(Self::Item::#other)));
    let assembled = if collection.is_struct {
        assembled(ident, collection, &entities)
    } else {
        TokenStream::new()
    };
    // Not what a field's type says, of which the compiler does not know that it differs from the others'.
    let has = collection.members.iter().map(|member| {
        let entity = entity_in(&member.ty);
        quote!(impl _dm::Has<#entity> for #ident {})
    });
    let checks = checks(ident, collection, &entities);
    let types = types(&collection.sort, first, &key);
    let doc = match &collection.index {
        None => "The items in one partition of the table: for `query`.".to_owned(),
        Some(on) => format!(
            "The items in one partition of index `{}`: for `query`.",
            on.value()
        ),
    };
    quote! {
        #[allow(dead_code, missing_docs, non_camel_case_types, unused_qualifications)]
        const _: () = {
            use #krate::__private as _dm;
            type __Table = <#first as _dm::Entity>::Table;
            #def
            #declared
            #[automatically_derived]
            impl _dm::Collection for #ident {
                type Table = __Table;
                type Item = #item;
                type Reads = #reads;
                type Parts = #parts;
                type Query = #query;
                const PARTS: Self::Parts = #made;
                const DEF: &'static _dm::CollectionDef = __DEF;
                fn readers() -> _dm::Readers<Self::Item> {
                    _dm::Readers::none()#(#variants)*#(#other)*
                }
            }
            #assembled
            #(#has)*
            impl #ident {
                #[doc = #doc]
                #vis fn of<__P, __S>(
                    partition: impl _dm::PartitionValue<__P>,
                ) -> _dm::ItemCollection<Self>
                where
                    #first: _dm::KeyTypes<#key, __P, __S>,
                {
                    _dm::ItemCollection::new(partition.parts())
                }
            }
            #checks
            #types
        };
    }
}

/// The member's entity. A field's is what its type says.
fn entity(collection: &Collection, member: &Member) -> TokenStream {
    let ty = &member.ty;
    if collection.is_struct {
        // All at one place, so that a type that is no field is reported once.
        let (at, ty) = (ty.span(), at_one_place(ty));
        quote_spanned!(at=> <#ty as _dm::Field>::Entity)
    } else {
        ty.to_token_stream()
    }
}

/// The type, of which every token stands where its first does.
fn at_one_place(ty: &Type) -> TokenStream {
    fn respan(tokens: TokenStream, span: Span) -> TokenStream {
        let one = |mut token: TokenTree| {
            if let TokenTree::Group(group) = &token {
                let inner = respan(group.stream(), span);
                token = TokenTree::Group(Group::new(group.delimiter(), inner));
            }
            token.set_span(token.span().resolved_at(token.span()).located_at(span));
            token
        };
        tokens.into_iter().map(one).collect()
    }
    respan(ty.to_token_stream(), ty.span())
}

fn def(
    input: &DeriveInput,
    collection: &Collection,
    entities: &[TokenStream],
    index: &TokenStream,
) -> TokenStream {
    let name = input.ident.unraw().to_string();
    let doc = args::doc_text(&input.attrs);
    let sort = collection.sort.iter();
    let sort = sort.map(|handle| handle.ident.unraw().to_string());
    let other = match &collection.other {
        Some(other) => {
            let name = other.unraw().to_string();
            quote!(_dm::Some(#name))
        }
        None => quote!(_dm::None),
    };
    let members = collection.members.iter().zip(entities);
    let members = members.map(|(Member { ident, ty }, entity)| {
        let name = ident.unraw().to_string();
        let occurs = if collection.is_struct {
            let (at, ty) = (ty.span(), at_one_place(ty));
            quote_spanned!(at=> <#ty as _dm::Field>::OCCURS)
        } else {
            quote!(_dm::Occurs::Many)
        };
        let schema = quote_spanned!(ty.span()=> <#entity as _dm::Entity>::SCHEMA);
        quote!(_dm::MemberDef::new(#name, #schema, #index, #occurs))
    });
    quote! {
        const __DEF: &_dm::CollectionDef = &_dm::CollectionDef {
            name: #name,
            doc: #doc,
            index: #index,
            members: &[#(#members),*],
            sort: &[#(#sort),*],
            other: #other,
        };
    }
}

/// The type of the sort handles, its declaration and its value.
fn parts(ident: &Ident, sort: &[Handle]) -> (TokenStream, TokenStream, TokenStream) {
    if sort.is_empty() {
        return (quote!(()), TokenStream::new(), quote!(()));
    }
    let idents: Vec<&Ident> = sort.iter().map(|handle| &handle.ident).collect();
    let types = sort.iter().enumerate().map(|(position, handle)| {
        let (position, ty) = (Literal::usize_unsuffixed(position), &handle.ty);
        quote! {
            _dm::SortPart<#ident, 0, #position, _dm::Shared<
                #ty,
                { _dm::check::handle(__DEF, #position).0 },
                { _dm::check::handle(__DEF, #position).1 },
            >>
        }
    });
    (
        quote!(__SortKey),
        quote!(pub struct __SortKey { #(pub #idents: #types,)* }),
        quote!(__SortKey { #(#idents: _dm::at(),)* }),
    )
}

/// The handles have the types of the sort key's components.
fn types(sort: &[Handle], first: &TokenStream, key: &TokenStream) -> TokenStream {
    let Some(handle) = sort.first() else {
        return TokenStream::new();
    };
    let list = sort.iter().rev().map(|handle| &handle.ty);
    let list = list.fold(quote!(()), |rest, ty| quote!((#ty, #rest)));
    quote_spanned! {handle.ty.span()=>
        const _: () = {
            const fn types<__P, __S: _dm::Begins<#list>>()
            where
                #first: _dm::KeyTypes<#key, __P, __S>,
            {
            }
            types();
        };
    }
}

/// One item of a collection that is a struct, and how the struct is put together.
fn assembled(ident: &Ident, collection: &Collection, entities: &[TokenStream]) -> TokenStream {
    let names: Vec<&Ident> = collection.members.iter().map(|m| &m.ident).collect();
    let others: Vec<&Ident> = collection.other.iter().collect();
    let lists: Vec<Ident> = (0..names.len())
        .map(|n| format_ident!("list_{n}"))
        .collect();
    let filled = collection.members.iter().zip(&lists).enumerate();
    let filled = filled.map(|(number, (Member { ty, .. }, list))| {
        let (at, ty) = (ty.span(), at_one_place(ty));
        let number = Literal::usize_unsuffixed(number);
        quote_spanned!(at=> <#ty as _dm::Field>::filled(__DEF, #number, #list))
    });
    let pushed = collection.members.iter().zip(&lists);
    let pushed = pushed.map(|(Member { ident, ty }, list)| {
        quote_spanned!(ty.span()=> __Item::#ident(item) => #list.push(item))
    });
    let rest: Vec<Ident> = others.iter().map(|_| format_ident!("rest")).collect();
    quote! {
        pub enum __Item {
            #(#names(#entities),)*
            #(#others(_dm::Item<__Table>),)*
        }
        #[automatically_derived]
        impl _dm::Assembled for #ident {
            fn assemble(items: _dm::Vec<__Item>) -> _dm::Result<Self, _dm::Error> {
                #(let mut #lists = _dm::Vec::new();)*
                #(let mut #rest = _dm::Vec::new();)*
                for item in items {
                    match item {
                        #(#pushed,)*
                        #(__Item::#others(item) => #rest.push(item),)*
                    }
                }
                _dm::Ok(Self {
                    #(#names: #filled?,)*
                    #(#others: #rest,)*
                })
            }
        }
    }
}

fn checks(ident: &Ident, collection: &Collection, entities: &[TokenStream]) -> TokenStream {
    let mut all = TokenStream::new();
    if let Some(on) = &collection.index {
        all.extend(quote_spanned! {on.span()=>
            const _: () = _dm::check::collection_index::<#ident>();
        });
    }
    for (number, (member, entity)) in collection.members.iter().zip(entities).enumerate() {
        let number = Literal::usize_unsuffixed(number);
        all.extend(quote_spanned! {member.ty.span()=>
            const _: () = _dm::check::gathered::<#ident>(
                #number,
                <<#entity as _dm::Entity>::Table as _dm::Table>::DEF,
            );
        });
        if collection.is_struct {
            // The variants of an enum cannot be the same: there is one impl of `Has` for each.
            all.extend(quote_spanned! {member.ty.span()=>
                const _: () = _dm::check::gathered_once::<#ident>(#number);
            });
        }
    }
    for (position, handle) in collection.sort.iter().enumerate() {
        let position = Literal::usize_unsuffixed(position);
        all.extend(quote_spanned! {handle.ident.span()=>
            const _: () = _dm::check::sort_handle::<#ident>(#position);
        });
    }
    all
}
