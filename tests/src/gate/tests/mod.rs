//! The gate, before a service that says what it heard.

mod faults;
mod passing;
mod scene;
