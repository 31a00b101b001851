//! Names of the user's do not meet names of the generated code.

use beehive_core::prelude::*;

#[actor("A-Body")]
async fn body(event: Event) -> Result<Event, ActorError> {
    Ok(event)
}

#[actor("A-Event")]
async fn event(body: Event, resolver: &Counter, build: &Counter) -> Result<Event, ActorError> {
    let _ = (resolver, build);
    Ok(body)
}

#[actor("A-Build")]
async fn build(r#type: Event, f: &Counter, r#fn: &Counter) -> Result<Event, ActorError> {
    let _ = (f, r#fn);
    Ok(r#type)
}

#[actor("A-Resolver")]
struct Resolver {
    resolver: Counter,
    other: Counter,
}

#[async_trait]
impl ProcessorActor for Resolver {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        let _ = (&self.resolver, &self.other);
        Ok(Vec::new())
    }
}

fn main() {}
