//! The expansion of an entity: a constant schema and a few one-line functions.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Expr, Type};

use super::parse::{Entity, Field, Key};
use crate::template::{Format, Segment, Template};

pub(super) fn entity(entity: &Entity, with_checks: bool) -> TokenStream {
    let numbers = Components::of(entity);
    let krate = &entity.krate;
    let (ident, table) = (&entity.ident, &entity.table);
    let (impl_generics, ty_generics, where_clause) = entity.generics.split_for_impl();
    let schema = schema(entity, &numbers, with_checks);
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
    let checks = if with_checks && entity.generics.params.is_empty() {
        checks(entity)
    } else {
        TokenStream::new()
    };
    // Paths are in full whatever is in scope, and nobody has to use every function.
    quote! {
        #[allow(dead_code, unused_qualifications)]
        const _: () = {
            use #krate::__private as _dm;
            #[automatically_derived]
            impl #impl_generics _dm::Entity for #ident #ty_generics #where_clause {
                type Table = #table;
                #schema
                #part
                #restore
                #belongs
            }
            #(#keyed)*
            impl #impl_generics #ident #ty_generics #where_clause {
                #functions
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

fn schema(entity: &Entity, numbers: &Components<'_>, is_sound: bool) -> TokenStream {
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
fn component(ty: &Type) -> TokenStream {
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

fn part(numbers: &Components<'_>) -> TokenStream {
    let arms = numbers.0.iter().enumerate().map(|(number, field)| {
        let (ident, component) = (&field.ident, component(&field.ty));
        let number = Literal::usize_unsuffixed(number);
        quote!(#number => #component::part(&self.#ident),)
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

/// A field that is not stored on its own, or whose attribute is a key attribute, is read back from a key.
/// Which of them are, the runtime knows from schema and table: the function serves all that can be.
fn restore(entity: &Entity, numbers: &Components<'_>) -> TokenStream {
    let arms: Vec<TokenStream> = numbers
        .0
        .iter()
        .enumerate()
        .filter(|(_, field)| field.key_only.is_some() || stands_alone(entity, &field.name))
        .map(|(number, field)| {
            let (component, attribute) = (component(&field.ty), &field.serde.attribute);
            let number = Literal::usize_unsuffixed(number);
            match &field.serde.serialize_with {
                None => quote!(#number => key.field(#attribute, #component::from_part),),
                Some(path) => quote!(#number => key.field_with(#attribute, #component::from_part, |v, s| #path(v, s)),),
            }
        })
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
        let mut after_dot = false;
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
                    after_dot = punct.as_char() == '.';
                    continue;
                }
                TokenTree::Literal(_) => {}
            }
            after_dot = false;
        }
    }
    let mut found = Vec::new();
    walk(entity, when.to_token_stream(), &mut found);
    found
}

fn belongs(entity: &Entity) -> TokenStream {
    let arms: Vec<TokenStream> = entity
        .keys
        .iter()
        .enumerate()
        .filter_map(|(number, key)| {
            let when = key.when.as_ref()?;
            let number = Literal::usize_unsuffixed(number);
            let idents: Vec<&Ident> = inputs(entity, when).iter().map(|f| &f.ident).collect();
            Some(quote! {
                #number => {
                    let Self { #(#idents,)* .. } = self;
                    #when
                }
            })
        })
        .collect();
    if arms.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn belongs(&self, number: usize) -> bool {
            match number {
                #(#arms)*
                _ => true,
            }
        }
    }
}

/// The names of a key's components: those of its partition, and those of its sort key that are not there.
fn names_of<'e>(entity: &'e Entity, key: &'e Key) -> (Vec<&'e str>, Vec<&'e str>) {
    let mut pk: Vec<&str> = Vec::new();
    for (name, format) in entity.pk_of(key).iter().flat_map(Template::parts) {
        // A shard is made of a component, and stands for all of its values.
        if !matches!(format, Format::Shard(_))
            && !pk.contains(&name)
            && entity.field(name).is_some()
        {
            pk.push(name);
        }
    }
    let mut sk: Vec<&str> = Vec::new();
    for (name, _) in key.sk.iter().flat_map(Template::parts) {
        if !pk.contains(&name) && !sk.contains(&name) && entity.field(name).is_some() {
            sk.push(name);
        }
    }
    (pk, sk)
}

fn keyed(entity: &Entity, number: usize, key: &Key) -> TokenStream {
    let ident = &entity.ident;
    let (impl_generics, ty_generics, where_clause) = entity.generics.split_for_impl();
    let (_, sk) = names_of(entity, key);
    if sk.is_empty() {
        let number = Literal::usize_unsuffixed(number);
        return quote! {
            impl #impl_generics _dm::Keyed<#number> for #ident #ty_generics #where_clause {
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
        #[doc(hidden)]
        pub struct #parts #impl_generics #where_clause {
            #(pub #idents: #types,)*
        }
        impl #impl_generics _dm::Keyed<#number> for #ident #ty_generics #where_clause {
            type Parts = #parts #ty_generics;
            const PARTS: Self::Parts = #parts { #(#idents: _dm::at(),)* };
        }
    }
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

fn functions(entity: &Entity, numbers: &Components<'_>) -> TokenStream {
    let vis = &entity.vis;
    let key_fn = &entity.key_fn;
    let primary = &entity.keys[0];
    let (mut all, sk) = names_of(entity, primary);
    all.extend(sk);
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
            _dm::Key::new(&[#parts])
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
