//! The expansion of an entity: a constant schema and a few one-line functions.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned as _;

use self::attributes::{attributes, lifecycle, moment};
use self::keys::{functions, keyed};
pub(super) use self::schema::component;
use self::schema::schema;
use super::parse::{Entity, Field, LifeKind};
use crate::template::{Segment, Template};

mod attributes;
mod keys;
mod schema;

pub(super) fn entity(entity: &Entity, with_checks: bool) -> TokenStream {
    let numbers = Components::of(entity);
    let krate = &entity.krate;
    let (ident, table) = (&entity.ident, &entity.table);
    let (impl_generics, ty_generics, where_clause) = entity.generics.split_for_impl();
    let schema = schema(entity, &numbers, with_checks);
    let upgrade = entity.upgrade.as_ref().map(|function| {
        let call = quote_spanned!(function.span()=> |item| _dm::upgraded(#function(item)));
        quote!(const UPGRADE: _dm::Option<_dm::Upgrade> = _dm::Some(#call);)
    });
    let part = part(&numbers);
    let restore = restore(entity, &numbers);
    let belongs = belongs(entity);
    let keyed = entity
        .keys
        .iter()
        .enumerate()
        .filter(|(number, _)| is_first_of_its_name(entity, *number))
        .map(|(number, key)| keyed(entity, number, key));
    let functions = functions(entity, &numbers);
    let predicates = predicates(entity);
    let lifecycle = lifecycle(entity);
    let attributes = attributes(entity, &numbers);
    let checks = if with_checks && entity.generics.params.is_empty() {
        checks(entity)
    } else {
        TokenStream::new()
    };
    let without = entity.uniques().next().is_none();
    let without = without.then(
        || quote!(impl #impl_generics _dm::WithoutUniques for #ident #ty_generics #where_clause {}),
    );
    // Paths are in full whatever is in scope, and nobody has to use every function.
    quote! {
        #[allow(dead_code, missing_docs, non_camel_case_types, unused_qualifications)]
        const _: () = {
            use #krate::__private as _dm;
            #[automatically_derived]
            impl #impl_generics _dm::Entity for #ident #ty_generics #where_clause {
                type Table = #table;
                #schema
                #upgrade
                #part
                #restore
                #belongs
                #lifecycle
            }
            #without
            #attributes
            #(#keyed)*
            impl #impl_generics #ident #ty_generics #where_clause {
                #functions
                #predicates
            }
            #checks
        };
    }
}

/// The fields that stand in keys, numbered by their first appearance.
struct Components<'e>(Vec<&'e Field>);

impl<'e> Components<'e> {
    fn of(entity: &'e Entity) -> Self {
        let mut all: Vec<&Field> = Vec::new();
        let mut add = |name: &str| {
            if let Some(field) = entity.field(name)
                && !all.iter().any(|f| f.name == name)
            {
                all.push(field);
            }
        };
        for key in &entity.keys {
            for (name, _) in key.pk.iter().chain(&key.sk).flat_map(Template::parts) {
                add(name);
            }
        }
        for (_, unique) in entity.uniques() {
            for (name, _) in unique.template.parts() {
                add(name);
            }
        }
        Self(all)
    }

    fn number(&self, name: &str) -> Option<Literal> {
        let number = self.0.iter().position(|field| field.name == name)?;
        Some(Literal::usize_unsuffixed(number))
    }
}

/// Two functions of one name are an error already; the first is printed.
fn is_first_of_its_name(entity: &Entity, number: usize) -> bool {
    let name = &entity.keys[number].ident;
    *name != entity.key_fn && !entity.keys[..number].iter().any(|key| key.ident == *name)
}

fn part(numbers: &Components<'_>) -> TokenStream {
    let arms = numbers.0.iter().enumerate().map(|(number, field)| {
        let (ident, component) = (&field.ident, component(&field.ty));
        let number = Literal::usize_unsuffixed(number);
        let part = quote!(#component::part(&self.#ident));
        let is_ttl = field
            .life
            .as_ref()
            .is_some_and(|life| life.kind == LifeKind::Ttl);
        if is_ttl {
            quote!(#number => #part.map(_dm::life::whole),)
        } else {
            quote!(#number => #part,)
        }
    });
    quote! {
        fn part(&self, component: usize) -> _dm::Option<_dm::KeyPartValue<'_>> {
            match component {
                #(#arms)*
                _ => _dm::None,
            }
        }
    }
}

/// A component as its field is stored: of one that is not stored on its own, and of one that an index holds in its keys
/// alone. Which of them are read back, the runtime knows from schema and table.
fn restore(entity: &Entity, numbers: &Components<'_>) -> TokenStream {
    let arms: Vec<TokenStream> = numbers
        .0
        .iter()
        .enumerate()
        .map(|(number, field)| {
            let (component, attribute) = (component(&field.ty), &field.serde.attribute);
            let number = Literal::usize_unsuffixed(number);
            // Not the function itself, of which the compiler would say a second time that there is none.
            let read = quote!(#component::reader());
            match &field.serde.serialize_with {
                None => quote!(#number => key.field(#attribute, #read),),
                Some(path) => {
                    quote!(#number => key.field_with(#attribute, #read, |v, s| #path(v, s)),)
                }
            }
        })
        .chain(moments(entity))
        .collect();
    if arms.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn restore(key: _dm::Restore<'_, '_>) -> _dm::Restored {
            match key.component() {
                #(#arms)*
                _ => key.nothing(),
            }
        }
    }
}

/// Fields that are made from a time: the one of the write, or the number that the time to live is stored as.
fn moments(entity: &Entity) -> impl Iterator<Item = TokenStream> {
    let kinds = [
        (LifeKind::Ttl, quote!(TTL)),
        (LifeKind::UpdatedAt, quote!(UPDATED_AT)),
    ];
    kinds.into_iter().filter_map(|(kind, number)| {
        let field = entity.living(kind)?;
        let (ty, attribute) = (&field.ty, &field.serde.attribute);
        let moment = moment(ty);
        // Not the function itself, of which the compiler would say a second time that there is none.
        let read = quote!(|part| #moment::at(part));
        Some(match &field.serde.serialize_with {
            None => {
                quote_spanned!(ty.span()=> _dm::life::#number => key.field(#attribute, #read),)
            }
            Some(path) => {
                quote!(_dm::life::#number => key.field_with(#attribute, #read, |v, s| #path(v, s)),)
            }
        })
    })
}

/// Whether the field is the whole of some template, so that its own attribute may be the key attribute.
fn stands_alone(entity: &Entity, name: &str) -> bool {
    entity
        .keys
        .iter()
        .flat_map(|key| key.pk.iter().chain(&key.sk))
        .any(|template| matches!(template.segments.as_slice(), [Segment::Part { field, .. }] if field == name))
}

/// The fields that an expression names. A predicate has them in scope as references.
pub(super) fn inputs<'e>(entity: &'e Entity, when: &Expr) -> Vec<&'e Field> {
    fn walk<'e>(entity: &'e Entity, tokens: TokenStream, found: &mut Vec<&'e Field>) {
        let (mut after_dot, mut after_range) = (false, false);
        for token in tokens {
            match token {
                TokenTree::Group(group) => walk(entity, group.stream(), found),
                TokenTree::Ident(ident) => {
                    if let Some(field) = entity.fields.iter().find(|f| f.ident == ident)
                        && !after_dot
                        && !found.iter().any(|f| f.name == field.name)
                    {
                        found.push(field);
                    }
                }
                TokenTree::Punct(punct) => {
                    let is_dot = punct.as_char() == '.';
                    // Behind `..` stands a value, behind one dot a member.
                    (after_dot, after_range) =
                        (is_dot && !after_dot && !after_range, is_dot && after_dot);
                    continue;
                }
                TokenTree::Literal(_) => {}
            }
            (after_dot, after_range) = (false, false);
        }
    }
    let mut found = Vec::new();
    walk(entity, when.to_token_stream(), &mut found);
    found
}

/// The predicates of `when = ..`, as functions of the fields that they read.
fn predicates(entity: &Entity) -> TokenStream {
    let keys = entity.keys.iter().enumerate();
    let all = keys.filter_map(|(number, key)| {
        let when = key.when.as_ref()?;
        let name = predicate(number);
        let inputs = inputs(entity, when);
        let idents = inputs.iter().map(|field| &field.ident);
        let types = inputs.iter().map(|field| &field.ty);
        // Fields are in scope as references whatever their types are.
        Some(quote! {
            #[allow(clippy::ptr_arg, clippy::ref_option, clippy::trivially_copy_pass_by_ref)]
            fn #name(#(#idents: &#types),*) -> bool { #when }
        })
    });
    quote!(#(#all)*)
}

fn predicate(number: usize) -> Ident {
    format_ident!("__when_{number}")
}

fn belongs(entity: &Entity) -> TokenStream {
    let primary = &entity.keys[0];
    let numbers = Components::of(entity);
    let mut now = TokenStream::new();
    let mut then = TokenStream::new();
    for (number, key) in entity.keys.iter().enumerate() {
        let Some(when) = &key.when else { continue };
        let (name, number) = (predicate(number), Literal::usize_unsuffixed(number));
        let inputs = inputs(entity, when);
        let idents = inputs.iter().map(|field| &field.ident);
        now.extend(quote!(#number => Self::#name(#(&self.#idents),*),));
        let said = inputs.iter().map(|field| {
            let (ty, name) = (&field.ty, &field.name);
            let mut parts = primary
                .pk
                .iter()
                .chain(&primary.sk)
                .flat_map(Template::parts);
            let is_primary = parts.any(|(part, _)| part == *name);
            match numbers.number(name).filter(|_| is_primary) {
                Some(number) => quote!(&_dm::said_of_key::<#ty>(said, #number)?),
                None => quote!(_dm::said::<#ty>(said, #name)?),
            }
        });
        then.extend(quote!(#number => Self::#name(#(#said),*),));
    }
    if now.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn belongs(&self, number: usize) -> bool {
            match number {
                #now
                _ => true,
            }
        }
        fn would_belong(number: usize, said: &dyn _dm::Said) -> _dm::Option<bool> {
            _dm::Some(match number {
                #then
                _ => true,
            })
        }
    }
}

fn checks(entity: &Entity) -> TokenStream {
    let (ident, table) = (&entity.ident, &entity.table);
    let mut all = TokenStream::new();
    let mut check = |span: Span, call: TokenStream| {
        all.extend(quote_spanned!(span=> const _: () = _dm::check::#call;));
    };
    check(
        table.span(),
        quote_spanned!(table.span()=> listed::<#table, #ident>()),
    );
    check(
        ident.span(),
        quote_spanned!(ident.span()=> entity::<#ident>()),
    );
    for field in &entity.fields {
        if let Some(token) = &field.key_only {
            let (at, name) = (token.span(), &field.name);
            check(at, quote_spanned!(at=> key_only::<#ident>(#name)));
        }
    }
    if let Some(life) = entity.living(LifeKind::Ttl).and_then(|f| f.life.as_ref()) {
        let at = life.token.span();
        check(at, quote_spanned!(at=> ttl::<#ident>()));
    }
    for (number, (_, unique)) in entity.uniques().enumerate() {
        let (at, number) = (unique.span, Literal::usize_unsuffixed(number));
        check(at, quote_spanned!(at=> unique::<#ident>(#number)));
    }
    for (number, key) in entity.keys.iter().enumerate() {
        let number = Literal::usize_unsuffixed(number);
        let at = key.on.as_ref().map_or(ident.span(), syn::LitStr::span);
        if key.on.is_some() {
            check(at, quote_spanned!(at=> index::<#ident>(#number)));
        }
        let pk = key
            .pk
            .first()
            .map_or(at, |template| template.literal.span());
        check(pk, quote_spanned!(pk=> pk::<#ident>(#number)));
        let sk = key
            .sk
            .first()
            .map_or(at, |template| template.literal.span());
        check(sk, quote_spanned!(sk=> sk::<#ident>(#number)));
    }
    all
}
