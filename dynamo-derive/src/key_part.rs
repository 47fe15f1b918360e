//! `#[derive(KeyPart)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields};

use crate::args::{self, Arg, Once};
use crate::ctxt::Ctxt;
use crate::serde_attr::{self, variant_names};

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let mut krate = Once::EMPTY;
    for arg in args::attribute_args(&ctxt, &input.attrs, "key_part") {
        match arg {
            Arg::Named(name, value) => {
                if args::expect(&ctxt, &name, "key_part", &["crate"]).is_some() {
                    krate.set(&ctxt, &name, args::path(&ctxt, &name, value));
                }
            }
            Arg::Literal(literal) => ctxt.error(literal, "expected `crate = \"..\"`"),
        }
    }
    let mut kind = quote!(_dm::Symbol);
    let body = match &input.data {
        Data::Enum(data) if !data.variants.is_empty() => Some(choice(&ctxt, input, data)),
        Data::Struct(data) => {
            // Of a parameter of its own nothing is known.
            if !input.generics.params.is_empty() {
                kind = quote!(_dm::Opaque);
            } else if let Some(field) = data.fields.iter().next() {
                let ty = &field.ty;
                kind = quote_spanned!(ty.span()=> <#ty as _dm::Type>::Kind);
            }
            newtype(&ctxt, input, &data.fields)
        }
        _ => {
            ctxt.error(&input.ident, EXPECTED);
            None
        }
    };
    let printed = body.map(|body| {
        let krate = args::crate_path(krate.value);
        let ident = &input.ident;
        let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
        quote! {
            #[allow(unused_qualifications)]
            const _: () = {
                use #krate::__private as _dm;
                #[automatically_derived]
                impl #impl_generics _dm::KeyPart for #ident #ty_generics #where_clause {
                    #body
                }
                #[automatically_derived]
                impl #impl_generics _dm::Type for #ident #ty_generics #where_clause {
                    type Kind = #kind;
                    type Attr<__E, __W, __C> = _dm::Attr<__E, __W, __C>;
                    fn attr<__E, __W, __C>(path: _dm::Path) -> Self::Attr<__E, __W, __C> {
                        _dm::Attr::at_path(path)
                    }
                }
            };
        }
    });
    let errors = ctxt.finish();
    quote! { #errors #printed }
}

const EXPECTED: &str =
    "a key part is an enum whose variants have no fields, or a newtype: `struct UserId(String);`";

fn choice(ctxt: &Ctxt, input: &DeriveInput, data: &syn::DataEnum) -> TokenStream {
    let container = serde_attr::Container::of_enum(ctxt, &input.attrs);
    let mut write = Vec::new();
    let mut read = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            ctxt.error(&variant.fields, EXPECTED);
            let ident = &variant.ident;
            // The match stays exhaustive, so that this is the only error.
            write.push(quote!(Self::#ident { .. } => "",));
            continue;
        }
        let ident = &variant.ident;
        let (name, aliases) = variant_names(ctxt, &container, ident, &variant.attrs);
        if name.is_empty() {
            ctxt.error(ident, "the name of a variant is not empty in a key");
        }
        for name in std::iter::once(&name).chain(&aliases) {
            if seen.contains(name) {
                ctxt.error(
                    ident,
                    format!(
                        "`{name}` is another variant's name too: a key is read back as one of them"
                    ),
                );
            }
        }
        write.push(quote!(Self::#ident => #name,));
        read.push(quote!(#name #(| #aliases)* => _dm::Ok(Self::#ident),));
        seen.push(name);
        seen.extend(aliases);
    }
    quote! {
        const SHAPE: _dm::Shape = _dm::Shape::Choice;
        type Order = _dm::Unordered;
        fn to_part(&self) -> _dm::KeyPartValue<'_> {
            _dm::KeyPartValue::from(match self {
                #(#write)*
            })
        }
        fn from_part(part: _dm::KeyPartValue<'_>) -> _dm::Result<Self, _dm::Unreadable> {
            match &*part.into_text()? {
                #(#read)*
                _ => _dm::Err(_dm::Unreadable),
            }
        }
    }
}

fn newtype(ctxt: &Ctxt, input: &DeriveInput, fields: &Fields) -> Option<TokenStream> {
    let inner = match fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
        _ => {
            ctxt.error(&input.ident, EXPECTED);
            return None;
        }
    };
    // Always in these words and with the type's span, so that a type without `KeyPart` is reported once.
    let span = inner.span();
    let inner = quote_spanned!(span=> <#inner as _dm::KeyPart>);
    Some(quote_spanned! {span=>
        const SHAPE: _dm::Shape = #inner::SHAPE;
        type Order = #inner::Order;
        fn to_part(&self) -> _dm::KeyPartValue<'_> {
            #inner::to_part(&self.0)
        }
        fn from_part(part: _dm::KeyPartValue<'_>) -> _dm::Result<Self, _dm::Unreadable> {
            #inner::from_part(part).map(Self)
        }
    })
}
