//! Collects every finding, so that one compilation shows all of them.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// What is wrong with one use of a macro, in the order it was found.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: Vec<Error>,
}

impl Diagnostics {
    /// Reports `message` at one place.
    pub(crate) fn error(&mut self, span: Span, message: impl Display) {
        self.errors.push(Error::new(span, message));
    }

    /// Reports `message` under the whole of `tokens`.
    pub(crate) fn error_under(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.errors.push(Error::new_spanned(tokens, message));
    }

    /// Takes over what `syn` found.
    pub(crate) fn push(&mut self, error: Error) {
        self.errors.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// One `compile_error!` for each finding.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.errors.iter().map(Error::to_compile_error).collect()
    }
}
