//! `#[derive(Entity)]`.

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::ctxt::Ctxt;

mod check;
mod class;
#[cfg(test)]
mod expansion;
mod parse;
mod print;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let mut entity = parse::entity(&ctxt, input);
    if let Some(entity) = entity.as_mut().filter(|entity| !entity.inert) {
        check::entity(&ctxt, entity);
        entity.take_guesses();
    }
    // The constant checks speak of a model that was understood as a whole.
    let with_checks = ctxt.is_empty();
    let printed = entity.map(|entity| print::entity(&entity, with_checks));
    let errors = ctxt.finish();
    quote::quote! { #errors #printed }
}
