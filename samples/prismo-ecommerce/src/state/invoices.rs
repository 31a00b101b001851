//! The invoices.

use beehive_core::{
    Error, Result,
    actor::{Service, Services},
    page::Cursor,
    prelude::*,
    store::ListOptions,
};

use crate::domain::{Money, Order, OrderId};

const FOLDER: &str = "invoices/";

/// Longer than any invoice of so few lines.
const LENGTH_MAX: usize = 64 * 1024;

/// What the last line of an invoice begins with.
const TOTAL: &str = "Total: ";

/// One document per order, written once.
#[derive(Clone, Debug)]
pub struct Invoices(KeyValue);

impl Invoices {
    /// The invoices kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no key-value store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.key_value().map(Self)
    }

    /// Writes the invoice of an order, unless there is one, and says where it is found.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn write(&self, order: &Order) -> Result<String> {
        let key = key(order.id);
        let options = PutOptions::insert().with_content_type("text/plain; charset=utf-8");
        match self.0.put(&key, text(order), options).await {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(self.0.url(&key)),
        }
    }

    /// The orders of a page of invoices, and where the next page starts.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if something else is among them.
    pub async fn orders(&self, page: PageRequest) -> Result<(Vec<OrderId>, Option<Cursor>)> {
        let options = ListOptions {
            page,
            ..ListOptions::default()
        };
        let listing = self.0.list(FOLDER, &options).await?;
        let orders = listing.entries.iter().map(|entry| order_of(&entry.key));
        Ok((orders.collect::<Result<_>>()?, listing.next))
    }

    /// What the invoice of an order adds up to, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it cannot be read.
    pub async fn total(&self, order: OrderId) -> Result<Option<Money>> {
        let key = key(order);
        let Some(entry) = self.0.get(&key).await? else {
            return Ok(None);
        };
        let document = entry.value.into_bytes(LENGTH_MAX).await?;
        let total = std::str::from_utf8(&document).ok().and_then(total_of);
        total.map(Some).ok_or_else(|| {
            Error::new(ErrorKind::Invalid, "the invoice has no readable total")
                .with_context("key", &key)
        })
    }
}

impl Service for Invoices {
    fn resolve(services: &Services) -> Result<Self> {
        Self::of(services.stores())
    }
}

fn key(order: OrderId) -> String {
    format!("{FOLDER}{order}.txt")
}

fn order_of(key: &str) -> Result<OrderId> {
    let order = key
        .strip_prefix(FOLDER)
        .and_then(|rest| rest.strip_suffix(".txt"))
        .and_then(|order| order.parse().ok());
    order.ok_or_else(|| {
        Error::new(ErrorKind::Invalid, "this is not the key of an invoice").with_context("key", key)
    })
}

fn text(order: &Order) -> String {
    let mut lines = vec![
        format!("Invoice {}", order.id),
        String::new(),
        order.customer.name.clone(),
        order.address.to_string(),
        String::new(),
    ];
    lines.extend(order.lines.iter().map(|line| {
        format!(
            "{} x {} at {} = {}",
            line.quantity,
            line.product,
            line.unit_price,
            line.total()
        )
    }));
    lines.push(String::new());
    lines.push(format!("{TOTAL}{}", order.total));
    lines.join("\n") + "\n"
}

fn total_of(document: &str) -> Option<Money> {
    document.lines().last()?.strip_prefix(TOTAL)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::domain::{Seed, generate::Generator};

    #[tokio::test]
    async fn an_invoice_is_written_once_and_tells_its_total() {
        let invoices = Invoices::of(&Stores::memory()).unwrap();
        let mut order = Generator::new(Seed::new(1), NonZeroU32::new(3).unwrap()).order(1);
        let total = order.total;
        let url = invoices.write(&order).await.unwrap();
        assert!(url.ends_with("invoices/s1-0000001.txt"), "{url}");
        order.total = Money::from_minor_units(1);
        assert_eq!(invoices.write(&order).await.unwrap(), url);
        assert_eq!(invoices.total(order.id).await.unwrap(), Some(total));
        let (orders, _) = invoices.orders(PageRequest::default()).await.unwrap();
        assert_eq!(orders, [order.id]);
    }
}
