//! The macros from the outside: what they generate, what they refuse, what they leave alone.

mod errors;
mod snapshots;
mod untouched;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};

/// A macro as its entry point calls it.
type Macro = fn(TokenStream, TokenStream) -> TokenStream;

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

/// Expands `#[macro(arguments)] item`.
fn expand(expansion: Macro, arguments: &str, item: &str) -> TokenStream {
    expansion(tokens(arguments), tokens(item))
}

/// The derive macro, with the signature of the other two.
fn event_body(_: TokenStream, item: TokenStream) -> TokenStream {
    crate::event_body::event_body(item)
}

/// What an expansion reports, in order.
fn messages(expansion: TokenStream) -> Vec<String> {
    let mut messages = Messages::default();
    messages.visit_file(&syn::parse2(expansion).unwrap());
    messages.0
}

#[derive(Default)]
struct Messages(Vec<String>);

impl<'ast> Visit<'ast> for Messages {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.segments.last().unwrap().ident == "compile_error" {
            let message: syn::LitStr = call.parse_body().unwrap();
            self.0.push(message.value());
        }
        visit::visit_macro(self, call);
    }
}
