//! Reads an argument as a value of the type its key asks for, or reports what to write instead.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::{Lit, LitInt, LitStr, parse::Parse};

use crate::{
    arguments::{Argument, Value},
    diagnostics::Diagnostics,
    duration,
};

impl Argument {
    /// `key = "text"`, where the text is not blank.
    pub(crate) fn text(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        let text: LitStr = self.assigned("a string", &format!("\"{example}\""), diagnostics)?;
        if text.value().trim().is_empty() {
            let key = &self.key;
            diagnostics.error(
                text.span(),
                format_args!("`{key}` is empty; write `{key} = \"{example}\"`"),
            );
            return None;
        }
        Some(text)
    }

    /// `key = "30s"`, longer than zero.
    pub(crate) fn duration(
        &self,
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Duration> {
        let text: LitStr = self.assigned("a duration", &format!("\"{example}\""), diagnostics)?;
        match duration::parse(&text.value()) {
            Ok(duration) => Some(duration),
            Err(reason) => {
                let key = &self.key;
                diagnostics.error(
                    text.span(),
                    format_args!(
                        "`{key}` takes a duration longer than zero, and {reason}; \
                         write one such as \"{example}\" or \"1h 30m\""
                    ),
                );
                None
            }
        }
    }

    /// `key = 8`, from zero up.
    pub(crate) fn count(&self, example: u32, diagnostics: &mut Diagnostics) -> Option<u32> {
        let number: LitInt = self.assigned("a whole number", &example.to_string(), diagnostics)?;
        let count = number.base10_parse().ok();
        if count.is_none() {
            self.refuse(
                number.span(),
                "a whole number",
                &example.to_string(),
                diagnostics,
            );
        }
        count
    }

    /// `key = 0.1`, from nought to one.
    pub(crate) fn fraction(&self, example: f64, diagnostics: &mut Diagnostics) -> Option<f64> {
        const WHAT: &str = "a number from 0 to 1";
        let literal: Lit = self.assigned(WHAT, &example.to_string(), diagnostics)?;
        let number = match &literal {
            Lit::Float(number) => number.base10_parse().ok(),
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        };
        let fraction = number.filter(|number| (0.0..=1.0).contains(number));
        if fraction.is_none() {
            self.refuse(literal.span(), WHAT, &example.to_string(), diagnostics);
        }
        fraction
    }

    /// `key`, alone.
    pub(crate) fn flag(&self, diagnostics: &mut Diagnostics) -> Option<Span> {
        if matches!(self.value, Value::Nothing) {
            return Some(self.key.span());
        }
        let key = &self.key;
        diagnostics.error(
            key.span(),
            format_args!("`{key}` is a flag and takes no value; write `{key}`, or leave it out"),
        );
        None
    }

    /// `key(..)`, with something in the list.
    pub(crate) fn list(&self, example: &str, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
        let key = &self.key;
        match &self.value {
            Value::List(list) if list.is_empty() => diagnostics.error(
                key.span(),
                format_args!("`{key}()` is empty; write `{key}({example})`, or leave it out"),
            ),
            Value::List(list) => return Some(list.clone()),
            Value::Nothing | Value::Assigned(_) => diagnostics.error(
                key.span(),
                format_args!("`{key}` takes a list; write `{key}({example})`"),
            ),
        }
        None
    }

    /// Where the value stands, or the key when there is none.
    pub(crate) fn value_span(&self) -> Span {
        let first = match &self.value {
            Value::Assigned(tokens) => tokens.clone().into_iter().next(),
            Value::Nothing | Value::List(_) => None,
        };
        first.map_or_else(|| self.key.span(), |token| token.span())
    }

    /// The value of `key = value`, read as a `T`; otherwise says `what` belongs there.
    fn assigned<T: Parse>(
        &self,
        what: &str,
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<T> {
        if let Value::Assigned(tokens) = &self.value
            && let Ok(value) = syn::parse2(tokens.clone())
        {
            return Some(value);
        }
        self.refuse(self.value_span(), what, example, diagnostics);
        None
    }

    fn refuse(&self, span: Span, what: &str, example: &str, diagnostics: &mut Diagnostics) {
        let key = &self.key;
        diagnostics.error(
            span,
            format_args!("`{key}` takes {what}; write `{key} = {example}`"),
        );
    }
}
