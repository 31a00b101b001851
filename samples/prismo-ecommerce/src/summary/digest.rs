//! One value for how all orders of a run ended.

use std::{collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};

use crate::{audit::OrderFacts, domain::OrderId};

/// The SHA-256, in lower-case hex, over one line per order, sorted by order id:
///
/// ```text
/// order-id status charged refunded shipments emails
/// ```
///
/// in UTF-8, the words parted by one space, each line (the last as well) ended by `\n`. The status
/// is `placed`, `shipped` or `cancelled`; the four figures say, in decimal, how often the order was
/// charged, refunded, shipped and mailed. For example `s1-0000042 shipped 1 0 1 1`.
///
/// Only what follows from seed, orders and products goes in, so that the digest is the same on
/// every backend, with any parallelism, whatever went wrong on the way.
pub fn digest(facts: &BTreeMap<OrderId, OrderFacts>) -> String {
    let mut hash = Sha256::new();
    for (order, facts) in facts {
        let OrderFacts {
            status,
            charges,
            refunds,
            shipments,
            emails,
            ..
        } = facts;
        hash.update(format!(
            "{order} {status} {charges} {refunds} {shipments} {emails}\n"
        ));
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
