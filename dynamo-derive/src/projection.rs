//! `#[derive(Projection)]`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, Path, Type};

use crate::args::{self, Arg, Once};
use crate::ctxt::Ctxt;
use crate::serde_attr;

struct Projection {
    ident: Ident,
    krate: Path,
    of: Type,
    fields: Vec<Field>,
}

struct Field {
    ident: Ident,
    /// Without `r#`.
    name: String,
    ty: Type,
    serde: serde_attr::Field,
}

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let projection = understand(&ctxt, input);
    // Of fields that were not understood nothing is asked.
    let printed = projection.filter(|_| ctxt.is_empty()).map(|p| print(&p));
    let errors = ctxt.finish();
    quote! { #errors #printed }
}

fn understand(ctxt: &Ctxt, input: &DeriveInput) -> Option<Projection> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(&fields.named),
            _ => None,
        },
        _ => None,
    };
    let Some(fields) = fields else {
        ctxt.error(
            &input.ident,
            "a projection is a struct with named fields: each is a field of the entity",
        );
        return None;
    };
    if let Some(parameter) = input.generics.params.first() {
        ctxt.error(
            parameter,
            "a projection has no parameters: its fields have the types of the entity's, and it owns its values",
        );
    }
    let (mut of, mut krate) = (Once::<Type>::EMPTY, Once::<Path>::EMPTY);
    for arg in args::attribute_args(ctxt, &input.attrs, "projection") {
        let (name, value) = match arg {
            Arg::Named(name, value) => (name, value),
            Arg::Literal(literal) => {
                ctxt.error(literal, "expected an argument such as `of = Order`");
                continue;
            }
        };
        match args::expect(ctxt, &name, "projection", &["of", "crate"]).unwrap_or_default() {
            "of" => of.set(
                ctxt,
                &name,
                args::type_path(ctxt, &name, value, "the entity's type, `of = Order`"),
            ),
            "crate" => krate.set(ctxt, &name, args::path(ctxt, &name, value)),
            _ => {}
        }
    }
    of.require(
        ctxt,
        &input.ident,
        "a projection names its entity: `#[projection(of = Order)]`",
    );
    let container = serde_attr::Container::of_projection(ctxt, &input.attrs);
    let fields = fields
        .iter()
        .filter_map(|field| understand_field(ctxt, &container, field));
    Some(Projection {
        fields: fields.collect(),
        ident: input.ident.clone(),
        krate: args::crate_path(krate.value),
        of: of.value?,
    })
}

fn understand_field(
    ctxt: &Ctxt,
    container: &serde_attr::Container,
    field: &syn::Field,
) -> Option<Field> {
    let ident = field.ident.clone()?;
    let serde = serde_attr::Field::read(ctxt, container, &ident, &field.attrs);
    if serde.flatten {
        ctxt.error(
            &ident,
            "a projection has no flattened fields: it asks for attributes by the names of the entity's fields",
        );
    }
    // What serde does not read is not asked for.
    serde.is_read().then(|| Field {
        name: ident.unraw().to_string(),
        ty: field.ty.clone(),
        serde,
        ident,
    })
}

fn print(projection: &Projection) -> TokenStream {
    let Projection {
        ident,
        krate,
        of,
        fields,
    } = projection;
    let defs = fields.iter().map(|field| {
        let (name, attribute) = (&field.name, &field.serde.attribute);
        quote!(_dm::FieldDef::stored(#name, #attribute))
    });
    let places = fields.iter().enumerate().map(|(place, field)| {
        let (name, place) = (&field.ident, Literal::usize_unsuffixed(place));
        quote! {
            pub enum #name {}
            impl _dm::FieldAt<#place> for #ident { type Name = #name; }
        }
    });
    let checks = fields.iter().map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        let asked = if field.serde.reads_with {
            format_ident!("asked_with")
        } else {
            format_ident!("asked")
        };
        let asked = quote_spanned!(name.span()=> _dm::#asked(&of.#name));
        let by = quote_spanned!(ty.span()=> by::<#ty>());
        quote!(#asked.#by;)
    });
    // Always in these words and with the type's span, so that what is no entity is reported once.
    let entity = quote_spanned!(of.span()=> type Entity = <#of as _dm::Whose>::Entity;);
    let check = quote_spanned!(of.span()=> fn __asked(of: &<#of as _dm::Whose>::Attributes) { #(#checks)* });
    quote! {
        #[allow(dead_code, missing_docs, non_camel_case_types, unused_qualifications)]
        const _: () = {
            use #krate::__private as _dm;
            #[automatically_derived]
            impl _dm::Projects for #ident {
                #entity
                const FIELDS: &'static [_dm::FieldDef] = &[#(#defs),*];
                type Lacks = _dm::lacks!(#ident);
            }
            #check
            // Apart, because the fields' names are types here.
            const _: () = { #(#places)* };
        };
    }
}
