//! Generated code finds its names where nothing is in scope; `async_trait` alone asks for `Box`.

#![no_implicit_prelude]

use ::std::boxed::Box;
use ::std::result::Result;

use ::beehive_core::prelude::{ActorError, Counter, Event, EventBody, actor, pulser};

#[derive(::serde::Serialize, ::serde::Deserialize, EventBody)]
#[event(subject = order)]
enum Settled {
    Paid { order: ::std::string::String },
}

#[actor(
    "Settled-Audit",
    parallelism = 2,
    lease = "1s",
    timeout = "1s",
    retry(immediate = 1, delayed = 1, base = "1s", max = "1s"),
    emits(Settled)
)]
async fn audit(_settled: Settled, _stock: Counter, _event: Event) -> Result<(), ActorError> {
    Result::Ok(())
}

#[actor("Settled-Print", blocking)]
fn print(_settled: Settled, _stock: Counter) -> Result<(), ActorError> {
    Result::Ok(())
}

#[pulser("Tick", every = "1s", jitter = 1)]
async fn tick(_stock: Counter) -> Result<(), ActorError> {
    Result::Ok(())
}

fn main() {}
