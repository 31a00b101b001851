//! All products of the shop.

use std::num::NonZeroU32;

use super::{Money, Product, ProductId, Seed, popularity::Popularity};
use crate::draws::Draws;

/// The units the shop stocks before the first order, all products together.
///
/// A thousand orders, a tenth of them unpaid, ask for about 5,400 units. Stocking three quarters of
/// it leaves the first hundreds of orders undisturbed, and sends the shop to its supplier well
/// before the last.
const INITIAL_STOCK_TOTAL: u64 = 4_000;

/// The products of a shop, best sellers first.
#[derive(Clone, Debug)]
pub struct Catalogue {
    products: Vec<Product>,
}

impl Catalogue {
    /// The catalogue with this many products that follows from the seed.
    pub fn new(seed: Seed, products: NonZeroU32) -> Self {
        Self::with_popularity(seed, products, &Popularity::new(products))
    }

    /// The same, by popularity figures the caller has already.
    pub(super) fn with_popularity(
        seed: Seed,
        products: NonZeroU32,
        popularity: &Popularity,
    ) -> Self {
        let product = |number| {
            let id = ProductId::new(number);
            let mut draws = Draws::new("product", seed, &id.to_string());
            Product {
                id,
                unit_price: unit_price(&mut draws),
                initial_stock: initial_stock(&mut draws, popularity, id),
            }
        };
        Self {
            products: (1..=products.get()).map(product).collect(),
        }
    }

    /// The products, in the order of their numbers.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product of this name, if the shop has it.
    pub fn get(&self, id: ProductId) -> Option<&Product> {
        let place = id.number().checked_sub(1)?;
        self.products.get(usize::try_from(place).ok()?)
    }
}

/// From 0.95 to 149.95: prices end in 95 cents, as prices do.
fn unit_price(draws: &mut Draws) -> Money {
    Money::from_minor_units(u64::from(draws.between(0, 149)) * 100 + 95)
}

/// The buyers stock what sells, but misjudge each product by up to a third.
fn initial_stock(draws: &mut Draws, popularity: &Popularity, id: ProductId) -> u32 {
    let percent = u128::from(draws.between(67, 133));
    let share = u128::from(INITIAL_STOCK_TOTAL) * u128::from(Popularity::weight(id))
        / u128::from(popularity.total());
    u32::try_from((share * percent / 100).max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_and_stock_follow_from_the_seed() {
        let catalogue = |seed| Catalogue::new(Seed::new(seed), NonZeroU32::new(50).unwrap());
        assert_eq!(catalogue(1).products(), catalogue(1).products());
        assert_ne!(catalogue(1).products(), catalogue(2).products());
    }

    #[test]
    fn a_product_is_found_by_its_id_only() {
        let catalogue = Catalogue::new(Seed::new(1), NonZeroU32::new(3).unwrap());
        assert_eq!(
            catalogue.get(ProductId::new(3)).map(|product| product.id),
            Some(ProductId::new(3))
        );
        assert_eq!(catalogue.get(ProductId::new(0)), None);
        assert_eq!(catalogue.get(ProductId::new(4)), None);
    }

    #[test]
    fn price_does_not_depend_on_the_size_of_the_catalogue() {
        let price = |products| {
            let catalogue = Catalogue::new(Seed::new(1), NonZeroU32::new(products).unwrap());
            catalogue.get(ProductId::new(2)).unwrap().unit_price
        };
        assert_eq!(price(2), price(500));
    }
}
