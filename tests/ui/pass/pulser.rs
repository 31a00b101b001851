//! Functions and structs that are started by time.

use beehive_core::prelude::*;

#[pulser("StockCheckDue", every = "5m", jitter = 0.1)]
async fn check_stock(stock: &Counter) -> Result<Vec<Event>, ActorError> {
    let _ = stock;
    Ok(Vec::new())
}

#[pulser("Tick", every = "1s", growth = fixed)]
fn tick(_stock: Counter) -> Option<Event> {
    None
}

#[pulser("CountDue", name = "count", every = "1m", growth = increasing(step = "1m", max = "1h"))]
#[pulser("AuditDue", every = "1m", growth = doubly_increasing(max = "1day"))]
struct Count {
    stock: Counter,
}

#[async_trait]
impl Pulse for Count {
    async fn pulse(&self) -> Result<Vec<Event>, ActorError> {
        let _ = &self.stock;
        Ok(Vec::new())
    }
}

fn main() {
    assert_eq!(check_stock::descriptors().len(), 1);
    assert_eq!(tick::descriptors().len(), 1);
    assert_eq!(Count::descriptors().len(), 2);
}
