//! `#[derive(Document)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields};

use crate::args::{self, Arg, Once};
use crate::ctxt::Ctxt;
use crate::serde_attr;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let mut krate = Once::EMPTY;
    for arg in args::attribute_args(&ctxt, &input.attrs, "document") {
        match arg {
            Arg::Named(name, value) => {
                if args::expect(&ctxt, &name, "document", &["crate"]).is_some() {
                    krate.set(&ctxt, &name, args::path(&ctxt, &name, value));
                }
            }
            Arg::Literal(literal) => ctxt.error(literal, "expected `crate = \"..\"`"),
        }
    }
    let container = serde_attr::Container::of_document(&ctxt, &input.attrs);
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !container.foreign => {
                Some(members(&ctxt, &container, input, &fields.named))
            }
            _ => None,
        },
        Data::Enum(_) => None,
        Data::Union(_) => {
            ctxt.error(
                &input.ident,
                "a document is a struct or an enum that serde reads and writes",
            );
            None
        }
    };
    let krate = args::crate_path(krate.value);
    let body = body.unwrap_or_else(|| opaque(input));
    let errors = ctxt.finish();
    quote! {
        #errors
        #[allow(dead_code, missing_docs, non_camel_case_types, unused_qualifications)]
        const _: () = {
            use #krate::__private as _dm;
            #body
        };
    }
}

/// What serde makes of it is not known: it is set and compared as a whole.
fn opaque(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics _dm::Type for #ident #ty_generics #where_clause {
            type Kind = _dm::Opaque;
            type Attr<__E, __W, __C> = _dm::Attr<__E, __W, __C>;
            fn attr<__E, __W, __C>(path: _dm::Path) -> Self::Attr<__E, __W, __C> {
                _dm::Attr::at_path(path)
            }
        }
    }
}

/// A struct whose fields are the members of a map: a handle for each.
fn members(
    ctxt: &Ctxt,
    container: &serde_attr::Container,
    input: &DeriveInput,
    fields: &syn::punctuated::Punctuated<syn::Field, syn::Token![,]>,
) -> TokenStream {
    let ident = &input.ident;
    let (_, ty_generics, where_clause) = input.generics.split_for_impl();
    let (impl_generics, _, _) = input.generics.split_for_impl();
    // A document with parameters of its own is named as a whole, because nothing is known of them.
    if !input.generics.params.is_empty() {
        return opaque(input);
    }
    let mut codecs = TokenStream::new();
    let mut declared = TokenStream::new();
    let mut made = TokenStream::new();
    for field in fields {
        let (Some(name), ty) = (&field.ident, &field.ty) else {
            continue;
        };
        let mut is_opaque = false;
        for arg in args::attribute_args(ctxt, &field.attrs, "document") {
            match arg {
                Arg::Named(arg, value) => {
                    if args::expect(ctxt, &arg, "document", &["opaque"]).is_some() {
                        args::flag(ctxt, &arg, &value);
                        is_opaque = true;
                    }
                }
                Arg::Literal(literal) => ctxt.error(literal, "expected `opaque`"),
            }
        }
        let serde = serde_attr::Field::read(ctxt, container, name, &field.attrs);
        if serde.skip {
            continue;
        }
        let attribute = &serde.attribute;
        let path = if serde.flatten {
            quote!(_dm::Path::clone(&path))
        } else {
            quote!(path.member(#attribute))
        };
        if let Some(with) = &serde.serialize_with {
            let codec = format_ident!("__With_{}", name);
            codecs.extend(quote! {
                pub enum #codec {}
                impl _dm::Codec<#ty> for #codec {
                    fn encode(value: &#ty, serializer: _dm::ValueSerializer<'_>) -> _dm::Encoded {
                        #with(value, serializer)
                    }
                }
            });
            declared.extend(quote!(pub #name: _dm::Attr<__E, #ty, _dm::With<#codec, _dm::Free>>,));
            made.extend(quote!(#name: _dm::Attr::at_path(#path),));
        } else if is_opaque {
            declared.extend(quote!(pub #name: _dm::Attr<__E, #ty, _dm::Free>,));
            made.extend(quote!(#name: _dm::Attr::at_path(#path),));
        } else {
            let class = if serde.flatten {
                quote!(_dm::Flat)
            } else {
                quote!(_dm::Free)
            };
            // Always in these words and with the type's span, so that a type without `AttributeType` is reported once.
            let span = ty.span();
            let attr = quote_spanned!(span=> <#ty as _dm::Type>::Attr<__E, #ty, #class>);
            let make = quote_spanned!(span=> <#ty as _dm::Type>::attr);
            declared.extend(quote!(pub #name: #attr,));
            let mut name = name.clone();
            name.set_span(span);
            made.extend(quote_spanned!(span=> #name: #make(#path),));
        }
    }
    let attributes = format_ident!("__{}Attributes", ident);
    quote! {
        #codecs
        pub struct #attributes<__E, __W, __C> {
            #declared
            __whole: _dm::Attr<__E, __W, __C>,
        }
        impl<__E, __W, __C> _dm::Deref for #attributes<__E, __W, __C> {
            type Target = _dm::Attr<__E, __W, __C>;
            fn deref(&self) -> &Self::Target {
                &self.__whole
            }
        }
        impl<__E, __W, __C> _dm::Attribute for #attributes<__E, __W, __C> {
            type Entity = __E;
            type Value = __W;
            type Class = __C;
            fn place(&self) -> &_dm::Path {
                self.__whole.path()
            }
        }
        #[automatically_derived]
        impl #impl_generics _dm::Type for #ident #ty_generics #where_clause {
            type Kind = _dm::Members;
            type Attr<__E, __W, __C> = #attributes<__E, __W, __C>;
            fn attr<__E, __W, __C>(path: _dm::Path) -> Self::Attr<__E, __W, __C> {
                #attributes { #made __whole: _dm::Attr::at_path(path) }
            }
        }
    }
}
