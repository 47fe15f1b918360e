//! The attribute handles.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Generics, Type};

use super::{Components, stands_alone};
use crate::entity::class::Classes;
use crate::entity::parse::{Entity, Field, Fill, LifeKind};

pub(super) fn attributes(entity: &Entity, numbers: &Components<'_>) -> TokenStream {
    let ident = &entity.ident;
    let (impl_generics, ty_generics, where_clause) = entity.generics.split_for_impl();
    let classes = Classes::of(entity);
    let this = quote!(#ident #ty_generics);
    let mut codecs = TokenStream::new();
    // Components come last: their handles are the same whatever their types are, and whether a struct has a size is
    // asked of its last field.
    let (mut fields, mut components) = (TokenStream::new(), TokenStream::new());
    let mut made = TokenStream::new();
    let shown = entity.fields.iter().filter(|field| !field.serde.skip);
    for field in shown {
        let (name, ty, attribute) = (&field.ident, &field.ty, &field.serde.attribute);
        let mut class = classes.class(field, numbers.number(&field.name));
        let is_ttl = field
            .life
            .as_ref()
            .is_some_and(|life| life.kind == LifeKind::Ttl);
        if is_ttl {
            class = quote!(_dm::With<_dm::Epoch, #class>);
        } else if let Some(path) = &field.serde.serialize_with
            && field.key_only.is_none()
        {
            let codec = format_ident!("__With_{}", field.name);
            codecs.extend(codec_of(&codec, ty, path, &entity.generics));
            class = quote!(_dm::With<#codec #ty_generics, #class>);
        }
        let number = numbers.number(&field.name);
        let is_component = number.is_some();
        if let Some(number) = number
            && !is_ttl
            && field.key_only.is_none()
            && stands_alone(entity, &field.name)
        {
            class = quote!(_dm::AsKey<#this, #number, #class>);
        }
        let is_plain = is_component
            || is_ttl
            || field.serde.serialize_with.is_some()
            || field.opaque
            || mentions_parameter(ty, &entity.generics);
        let path = if field.serde.flatten {
            class = quote!(_dm::Flat);
            quote!(_dm::Path::root())
        } else {
            quote!(_dm::path(#attribute))
        };
        if is_plain {
            let declared = quote!(pub #name: _dm::Attr<#this, #ty, #class>,);
            if is_component {
                components.extend(declared);
            } else {
                fields.extend(declared);
            }
            made.extend(quote!(#name: _dm::Attr::at_path(#path),));
        } else {
            // Always in these words and with the type's span, so that a type without `AttributeType` is reported once.
            let span = ty.span();
            let attr = quote_spanned!(span=> <#ty as _dm::Type>::Attr<#this, #ty, #class>);
            let make = quote_spanned!(span=> <#ty as _dm::Type>::attr);
            fields.extend(quote!(pub #name: #attr,));
            let mut name = name.clone();
            name.set_span(span);
            made.extend(quote_spanned!(span=> #name: #make(#path),));
        }
    }
    let (markers, gate) = classes.gate();
    let markers = markers.iter().map(|field| {
        let marker = &field.ident;
        quote!(pub enum #marker {})
    });
    let attributes = format_ident!("__Attributes");
    quote! {
        #codecs
        #(#markers)*
        pub struct #attributes #impl_generics #where_clause { #fields #components }
        impl #impl_generics _dm::Handles for #this #where_clause {
            type Attributes = #attributes #ty_generics;
            type Gate = #gate;
            fn attributes() -> Self::Attributes { #attributes { #made } }
        }
    }
}

/// A type that writes a field as its `#[serde(with = ..)]` does.
fn codec_of(codec: &Ident, ty: &Type, path: &syn::ExprPath, generics: &Generics) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let parameters = generics.type_params().map(|parameter| &parameter.ident);
    quote! {
        pub struct #codec #impl_generics (_dm::PhantomData<fn() -> (#(#parameters,)*)>) #where_clause;
        impl #impl_generics _dm::Codec<#ty> for #codec #ty_generics #where_clause {
            fn encode(value: &#ty, serializer: _dm::ValueSerializer<'_>) -> _dm::Encoded {
                #path(value, serializer)
            }
        }
    }
}

/// Whether the type is made of one of the entity's own type parameters, of which nothing is known.
fn mentions_parameter(ty: &Type, generics: &Generics) -> bool {
    struct Finder<'g>(&'g Generics, bool);
    impl Visit<'_> for Finder<'_> {
        fn visit_ident(&mut self, ident: &Ident) {
            self.1 |= self
                .0
                .type_params()
                .any(|parameter| parameter.ident == *ident);
        }
    }
    let mut finder = Finder(generics, false);
    finder.visit_type(ty);
    finder.1
}

/// The type as a version. Always in these words and with the type's span, so that a type that is none is reported once.
fn version(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as _dm::life::Version>)
}

/// The type as a point in time, in the same way.
pub(super) fn moment(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as _dm::life::Moment>)
}

/// The functions of lifecycle attributes, where there are any.
pub(super) fn lifecycle(entity: &Entity) -> TokenStream {
    let (mut steps, mut fills) = (TokenStream::new(), TokenStream::new());
    for field in &entity.fields {
        let (ident, ty) = (&field.ident, &field.ty);
        let step = match (field.life.as_ref().map(|life| life.kind), &field.fill) {
            (Some(LifeKind::Version), _) => {
                let version = version(ty);
                quote!(#version::count(&mut copy.#ident);)
            }
            (Some(LifeKind::UpdatedAt), _) => {
                let moment = moment(ty);
                quote!(#moment::stamp(&mut copy.#ident, now);)
            }
            (Some(LifeKind::CreatedAt), _) => {
                let moment = moment(ty);
                quote!(#moment::stamp_once(&mut copy.#ident, now);)
            }
            (_, Some(Fill::Generate(token))) => {
                let generate =
                    quote_spanned!(token.span()=> <#ty as _dm::life::Generate>::generate);
                quote!(_dm::life::fill(&mut copy.#ident, || #generate(now));)
            }
            (_, Some(Fill::Default(expr))) => {
                quote_spanned!(ty.span()=> _dm::life::fill(&mut copy.#ident, || #expr);)
            }
            _ => continue,
        };
        match field.life.as_ref().map(|life| life.kind) {
            Some(LifeKind::Version | LifeKind::UpdatedAt) => steps.extend(step),
            _ => fills.extend(step),
        }
    }
    // An item that is there has had its first values, and may have lost them on purpose.
    if !fills.is_empty() {
        steps.extend(quote!(if may_be_new { #fills }));
    }
    let mut all = TokenStream::new();
    if !steps.is_empty() {
        let copy = quote_spanned!(entity.ident.span()=> _dm::life::copy);
        all.extend(quote! {
            fn stamped(&self, now: _dm::SystemTime, may_be_new: bool) -> _dm::Option<Self> {
                let mut copy = #copy(self);
                #steps
                _dm::Some(copy)
            }
        });
    }
    let of = |kind| {
        entity
            .living(kind)
            .map(|field: &Field| (&field.ident, &field.ty))
    };
    if let Some((ident, ty)) = of(LifeKind::Version) {
        let version = version(ty);
        all.extend(quote! {
            fn version(&self) -> _dm::Option<u64> {
                _dm::Some(#version::number(self.#ident))
            }
        });
    }
    if let Some((ident, ty)) = of(LifeKind::Ttl) {
        let moment = moment(ty);
        all.extend(quote! {
            fn expires(&self) -> _dm::Option<i64> {
                #moment::seconds(&self.#ident)
            }
        });
    }
    all
}
