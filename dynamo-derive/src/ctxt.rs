//! Collects mistakes, so that all are reported at once.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Errors found so far. Panics when dropped with errors nobody asked for.
#[derive(Default)]
pub(crate) struct Ctxt(RefCell<Option<Vec<syn::Error>>>);

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Some(Vec::new())))
    }

    /// Records a mistake at the user's tokens.
    pub(crate) fn error(&self, at: impl ToTokens, message: impl Display) {
        self.syn_error(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn syn_error(&self, error: syn::Error) {
        if let Some(errors) = self.0.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// All errors as `compile_error!`s.
    pub(crate) fn finish(self) -> TokenStream {
        let errors = self.0.borrow_mut().take().unwrap_or_default();
        errors.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        assert!(
            std::thread::panicking() || self.0.borrow().is_none(),
            "forgot to report the errors"
        );
    }
}

/// ``known: `a`, `b` ``, with a guess at what was meant.
pub(crate) fn known<'a>(wrong: &str, allowed: impl IntoIterator<Item = &'a str>) -> String {
    let allowed: Vec<&str> = allowed.into_iter().collect();
    let list = allowed
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    match (nearest(wrong, &allowed), allowed.as_slice()) {
        (Some(guess), [_]) => format!("did you mean `{guess}`?"),
        (Some(guess), _) => format!("did you mean `{guess}`? There are {list}"),
        (None, []) => "there are none".to_owned(),
        (None, [_]) => format!("there is only {list}"),
        (None, _) => format!("there are {list}"),
    }
}

/// The name that was probably meant.
pub(crate) fn nearest<'a>(wrong: &str, allowed: &[&'a str]) -> Option<&'a str> {
    allowed
        .iter()
        .map(|name| (distance(wrong, name), name.len().max(wrong.len()), *name))
        .filter(|(distance, len, _)| *distance < *len && *distance <= (len / 3).max(1))
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., name)| name)
}

/// Levenshtein's edit distance, in which swapping two neighbours is one edit as well.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut least = (rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                .min(rows[i - 1][j] + 1)
                .min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
