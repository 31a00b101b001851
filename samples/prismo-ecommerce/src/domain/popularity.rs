//! How much customers like each product.

use std::num::NonZeroU32;

use super::ProductId;
use crate::draws::Draws;

/// The weight of the best seller. Large enough that the ten-thousandth product still weighs
/// something distinct; small enough that the weights of four billion products add up without
/// overflow.
const WEIGHT_MAX: u64 = 1_000_000_000;

/// The popularity of a catalogue's products, after Zipf: the n-th sells a n-th of what the first
/// does.
///
/// All in integers, because a draw must come out the same on every platform.
#[derive(Clone, Debug)]
pub(crate) struct Popularity {
    /// For each product, the weight of it and of all before it.
    cumulative: Vec<u64>,
}

impl Popularity {
    /// The popularity of this many products.
    pub(crate) fn new(products: NonZeroU32) -> Self {
        let weights = (1..=products.get()).map(|rank| Self::weight(ProductId::new(rank)));
        let cumulative = weights
            .scan(0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        Self { cumulative }
    }

    /// The product's weight, out of [`total`](Self::total).
    pub(crate) fn weight(product: ProductId) -> u64 {
        WEIGHT_MAX / u64::from(product.number().max(1))
    }

    /// The weight of all products together.
    pub(crate) fn total(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    /// Draws `count` different products, or all if there are fewer, in catalogue order.
    ///
    /// Each draw skips the products already taken, so it needs no second try.
    pub(crate) fn draw(&self, draws: &mut Draws, count: usize) -> Vec<ProductId> {
        let mut taken: Vec<usize> = Vec::with_capacity(count);
        while taken.len() < count.min(self.cumulative.len()) {
            let taken_weight: u64 = taken.iter().map(|&place| self.span(place).1).sum();
            let mut point = draws.below(self.total() - taken_weight);
            for &place in &taken {
                let (start, weight) = self.span(place);
                if point >= start {
                    point += weight;
                }
            }
            let place = self.cumulative.partition_point(|&end| end <= point);
            let position = taken.partition_point(|&other| other < place);
            taken.insert(position, place);
        }
        taken
            .into_iter()
            .filter_map(|place| u32::try_from(place + 1).ok())
            .map(ProductId::new)
            .collect()
    }

    /// Where the product at `place` begins among the cumulative weights, and what it weighs.
    fn span(&self, place: usize) -> (u64, u64) {
        let start = place
            .checked_sub(1)
            .map_or(0, |before| self.cumulative[before]);
        (start, self.cumulative[place] - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Seed;

    fn popularity(products: u32) -> Popularity {
        Popularity::new(NonZeroU32::new(products).unwrap())
    }

    #[test]
    fn a_draw_of_all_products_takes_each_once() {
        let mut draws = Draws::new("test", Seed::new(1), "all");
        for products in 1..=5 {
            let drawn = popularity(products).draw(&mut draws, 5);
            let all: Vec<_> = (1..=products).map(ProductId::new).collect();
            assert_eq!(drawn, all);
        }
    }

    #[test]
    fn the_first_product_sells_about_twice_as_often_as_the_second() {
        let mut draws = Draws::new("test", Seed::new(1), "skew");
        let popularity = popularity(50);
        let drawn: Vec<_> = (0..10_000)
            .flat_map(|_| popularity.draw(&mut draws, 1))
            .collect();
        let sold = |number| drawn.iter().filter(|id| id.number() == number).count();
        assert!(
            (180..=220).contains(&(sold(1) * 100 / sold(2))),
            "{} against {}",
            sold(1),
            sold(2)
        );
        assert!(sold(50) > 0);
    }
}
