//! The annotated item: kept as it was written, and read into a model.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Fields, Generics, Ident, ItemStruct, Meta, Path, Safety, Signature, Token,
    Visibility,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{attribute::AttributeMacro, diagnostics::Diagnostics};

/// An item and the further attributes of the same macro that stood on it.
#[derive(Debug)]
pub(crate) struct Annotated {
    /// The item as the user wrote it, without the stacked attributes.
    pub(crate) item: TokenStream,
    /// What is between the parentheses of each stacked attribute, and where that attribute is.
    pub(crate) stacked: Vec<(Span, TokenStream)>,
}

/// What the macros need to know about an item they accept.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) kind: ItemKind,
}

/// The two kinds of items that can be annotated.
#[derive(Debug)]
pub(crate) enum ItemKind {
    Struct(Fields),
    Function(Box<Signature>),
}

impl Annotated {
    /// Takes the stacked attributes off; an item that cannot be read is kept whole.
    pub(crate) fn new(
        attribute: AttributeMacro,
        item: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let Ok((attributes, rest)) = outer_attributes.parse2(item.clone()) else {
            return Self {
                item,
                stacked: Vec::new(),
            };
        };
        let mut kept = TokenStream::new();
        let mut stacked = Vec::new();
        for candidate in attributes {
            if is_called(candidate.path(), attribute.name()) {
                let span = candidate.path().span();
                stacked.push((span, list_of(candidate.meta, attribute, diagnostics)));
            } else {
                candidate.to_tokens(&mut kept);
            }
        }
        kept.extend(rest);
        Self {
            item: kept,
            stacked,
        }
    }
}

impl Item {
    /// Reads a struct or a function; reports any other item, and those the macros cannot serve.
    pub(crate) fn parse(
        attribute: AttributeMacro,
        tokens: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let read = |input: ParseStream<'_>| read(attribute, input);
        match read.parse2(tokens) {
            Ok(item) => {
                item.check_generics(attribute, diagnostics);
                item.check_signature(attribute, diagnostics);
                Some(item)
            }
            Err(error) => {
                diagnostics.push(error);
                None
            }
        }
    }

    /// The name as users say it, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// `#[cfg(..)]` of the item, which holds for what is generated as well.
    pub(crate) fn cfgs(&self) -> Vec<&Attribute> {
        cfgs(&self.attributes)
    }

    /// Whether a type of the item's name can be named where the item stands.
    pub(crate) fn can_be_a_type(&self) -> bool {
        let is_method = match &self.kind {
            ItemKind::Struct(_) => false,
            ItemKind::Function(signature) => signature.receiver().is_some(),
        };
        self.generics.params.is_empty() && self.generics.where_clause.is_none() && !is_method
    }

    fn check_generics(&self, attribute: AttributeMacro, diagnostics: &mut Diagnostics) {
        let clause = match &self.generics.where_clause {
            _ if !self.generics.params.is_empty() => self.generics.to_token_stream(),
            Some(clause) => clause.to_token_stream(),
            None => return,
        };
        diagnostics.error_under(
            clause,
            format_args!(
                "`{}` is generic, and {} is one type that the hive can make by itself; write concrete \
                 types, and `Arc<dyn Trait>` for what differs",
                self.name(),
                attribute.noun(),
            ),
        );
    }

    fn check_signature(&self, attribute: AttributeMacro, diagnostics: &mut Diagnostics) {
        let ItemKind::Function(signature) = &self.kind else {
            return;
        };
        let noun = attribute.noun();
        if let Some(receiver) = signature.receiver() {
            diagnostics.error_under(
                receiver,
                format_args!(
                    "`{}` takes `self`, and {noun} is a free function or a struct; move it out of its \
                     `impl` or `trait`, or put {attribute} on a struct",
                    self.name(),
                ),
            );
        }
        if let Safety::Unsafe(keyword) = &signature.safety {
            diagnostics.error(
                keyword.span(),
                format_args!(
                    "`{}` is `unsafe`, and {noun} is called by the hive; remove `unsafe`",
                    self.name(),
                ),
            );
        }
    }
}

/// Those of `attributes` that are `#[cfg(..)]`.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect()
}

/// Reads a struct, or a function up to its body; the body is the compiler's to judge.
fn read(attribute: AttributeMacro, input: ParseStream<'_>) -> syn::Result<Item> {
    let ahead = input.fork();
    let attributes = ahead.call(Attribute::parse_outer)?;
    let visibility = ahead.parse()?;
    if ahead.peek(Token![struct]) {
        let item: ItemStruct = input.parse()?;
        return Ok(Item {
            attributes,
            visibility,
            ident: item.ident,
            generics: item.generics,
            kind: ItemKind::Struct(item.fields),
        });
    }
    let start = ahead.fork();
    let Ok(signature) = ahead.parse::<Signature>() else {
        return Err(start.error(format_args!(
            "{attribute} stands on a struct or on a free function, and this is neither; \
             move it to one of these"
        )));
    };
    input.parse::<TokenStream>()?;
    Ok(Item {
        attributes,
        visibility,
        ident: signature.ident.clone(),
        generics: signature.generics.clone(),
        kind: ItemKind::Function(Box::new(signature)),
    })
}

fn outer_attributes(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, TokenStream)> {
    Ok((input.call(Attribute::parse_outer)?, input.parse()?))
}

fn is_called(path: &Path, name: &str) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

fn list_of(meta: Meta, attribute: AttributeMacro, diagnostics: &mut Diagnostics) -> TokenStream {
    match meta {
        Meta::List(list) => return list.tokens,
        Meta::Path(_) => {}
        Meta::NameValue(pair) => diagnostics.error_under(
            pair,
            format_args!(
                "{attribute} takes a list; write `#[{}(..)]`",
                attribute.name()
            ),
        ),
    }
    TokenStream::new()
}
