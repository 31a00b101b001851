//! The arguments of an attribute before they have types: `flag`, `key = value` and `key(..)`.
//!
//! They are split at the commas first and read one by one, so that one that cannot be read does not
//! hide what is wrong with the others.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Ident, Lit, LitStr, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    token,
};

use crate::diagnostics::Diagnostics;

/// The arguments of one attribute, or of one list in it; each key at most once.
#[derive(Debug)]
pub(crate) struct Arguments {
    arguments: Vec<Argument>,
}

/// One argument and its key.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// What follows the key.
#[derive(Debug)]
pub(crate) enum Value {
    /// `key`
    Nothing,
    /// `key = tokens`
    Assigned(TokenStream),
    /// `key(tokens)`
    List(TokenStream),
}

impl Arguments {
    /// Reads the arguments of `owner`; reports those it cannot read, does not know or has seen before.
    pub(crate) fn parse(
        owner: impl std::fmt::Display,
        keys: &[&str],
        tokens: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let expected = keys.join(", ");
        let mut arguments: Vec<Argument> = Vec::new();
        for segment in split(tokens) {
            let Ok(argument) = argument.parse2(segment.clone()) else {
                diagnostics.error_under(
                    &segment,
                    format_args!(
                        "cannot read this argument of {owner}; write `key = value`, `key(..)` or \
                         `flag`, where the key is one of: {expected}"
                    ),
                );
                continue;
            };
            let key = argument.key.unraw().to_string();
            if !keys.contains(&key.as_str()) {
                diagnostics.error(
                    argument.key.span(),
                    format_args!("unknown {owner} argument `{key}`; expected one of: {expected}"),
                );
            } else if arguments.iter().any(|seen| seen.key == argument.key) {
                diagnostics.error(
                    argument.key.span(),
                    format_args!("duplicate {owner} argument `{key}`; write it once"),
                );
            } else {
                arguments.push(argument);
            }
        }
        Self { arguments }
    }

    /// Hands out the argument called `key`.
    pub(crate) fn take(&mut self, key: &str) -> Option<Argument> {
        let index = self
            .arguments
            .iter()
            .position(|argument| argument.key == key)?;
        Some(self.arguments.swap_remove(index))
    }
}

/// What stands first and has no key.
#[derive(Debug)]
pub(crate) enum Leading {
    Text(LitStr),
    /// What should be one: another literal, or a name with a dash and without quotes.
    NotText(TokenStream),
    Nothing,
}

/// Parts what stands first and has no key from the rest.
pub(crate) fn take_leading(tokens: TokenStream) -> (Leading, TokenStream) {
    let mut rest = tokens.clone().into_iter();
    let first: TokenStream = rest.by_ref().take_while(|token| !is_comma(token)).collect();
    if let Ok(text) = syn::parse2(first.clone()) {
        return (Leading::Text(text), rest.collect());
    }
    let has_dash = matches!(
        first.clone().into_iter().nth(1),
        Some(TokenTree::Punct(punct)) if punct.as_char() == '-'
    );
    if has_dash || syn::parse2::<Lit>(first.clone()).is_ok() {
        return (Leading::NotText(first), rest.collect());
    }
    (Leading::Nothing, tokens)
}

/// The parts between the commas; a comma at the end opens no further part.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut segments = vec![Vec::new()];
    for token in tokens {
        if is_comma(&token) {
            segments.push(Vec::new());
        } else if let Some(segment) = segments.last_mut() {
            segment.push(token);
        }
    }
    segments
        .into_iter()
        .filter(|segment| !segment.is_empty())
        .map(|segment| segment.into_iter().collect())
        .collect()
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

fn argument(input: ParseStream<'_>) -> syn::Result<Argument> {
    let key = input.call(Ident::parse_any)?;
    let value = if input.is_empty() {
        Value::Nothing
    } else if input.peek(token::Paren) {
        let list;
        parenthesized!(list in input);
        Value::List(list.parse()?)
    } else {
        input.parse::<Token![=]>()?;
        Value::Assigned(input.parse()?)
    };
    Ok(Argument { key, value })
}
