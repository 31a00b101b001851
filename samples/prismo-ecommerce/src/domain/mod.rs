//! What the shop is made of: products, customers, orders and the state an order is in.

mod catalogue;
mod customer;
pub mod generate;
mod money;
mod order;
mod order_id;
mod popularity;
mod product;
mod seed;
mod shortage;
mod status;

pub use self::{
    catalogue::Catalogue,
    customer::{Address, Customer, PaymentMethod},
    money::{Money, ParseMoneyError},
    order::{Order, OrderLine},
    order_id::{OrderId, ParseOrderIdError},
    product::{ParseProductIdError, Product, ProductId},
    seed::Seed,
    shortage::Shortage,
    status::{CancelReason, Status},
};
