//! What a store backend can do, as data.

use crate::error::{Error, ErrorKind, Result};
use crate::store::Precondition;

/// What a store backend can do, and its limits.
///
/// What it cannot do fails with [`ErrorKind::Unsupported`], what is
/// too large with [`ErrorKind::Limit`], before anything happens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreCapabilities {
    /// Writes take [`Precondition::Absent`].
    pub write_absent: bool,
    /// Writes take [`Precondition::Match`].
    pub write_match: bool,
    /// Deletes take [`Precondition::Match`].
    pub delete_match: bool,
    /// The largest value, entity or item, in bytes; `None` is any.
    pub value_max: Option<u64>,
    /// The longest key, id or item name, in bytes.
    pub key_max: usize,
}

impl StoreCapabilities {
    /// A store that takes every precondition and values of any size.
    #[must_use]
    pub fn full() -> Self {
        Self {
            write_absent: true,
            write_match: true,
            delete_match: true,
            value_max: None,
            key_max: 1024,
        }
    }

    /// For backends: whether a key, id, name or item is within the limits.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is empty, [`ErrorKind::Limit`] if it is too long.
    pub fn check_key(&self, key: &str) -> Result<()> {
        if key.is_empty() {
            return Err(Error::new(
                ErrorKind::Invalid,
                "a key has at least one byte",
            ));
        }
        if key.len() > self.key_max {
            return Err(Error::new(ErrorKind::Limit, "the key is too long")
                .with_context("length", key.len())
                .with_context("limit", self.key_max));
        }
        Ok(())
    }

    /// For backends: whether a value of this many bytes is within the limits.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if it is not.
    pub fn check_value(&self, length: usize) -> Result<()> {
        match self.value_max {
            Some(max) if length as u64 > max => {
                Err(Error::new(ErrorKind::Limit, "the value is too large")
                    .with_context("length", length)
                    .with_context("limit", max))
            }
            _ => Ok(()),
        }
    }

    /// For backends: whether writes can take this precondition.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if they cannot.
    pub fn check_write(&self, precondition: &Precondition) -> Result<()> {
        match precondition {
            Precondition::Absent if !self.write_absent => {
                Err(Error::unsupported("write if absent"))
            }
            Precondition::Match(_) if !self.write_match => {
                Err(Error::unsupported("write if match"))
            }
            _ => Ok(()),
        }
    }

    /// For backends: whether deletes can take this precondition.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if they cannot, [`ErrorKind::Invalid`] for
    /// [`Precondition::Absent`], which no delete can mean.
    pub fn check_delete(&self, precondition: &Precondition) -> Result<()> {
        match precondition {
            Precondition::Absent => Err(Error::new(
                ErrorKind::Invalid,
                "a delete cannot expect that there is nothing",
            )),
            Precondition::Match(_) if !self.delete_match => {
                Err(Error::unsupported("delete if match"))
            }
            _ => Ok(()),
        }
    }
}
