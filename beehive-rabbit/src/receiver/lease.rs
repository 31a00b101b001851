//! Settles one delivery.
