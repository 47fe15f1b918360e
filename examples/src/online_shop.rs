//! An online shop: customers, products, warehouses, orders and what belongs to an order.
//!
//! A published model of ten entities. It is an *existing* table: hyphens in attribute names, numbers stored as text,
//! ids that exist only inside keys, and times without a zone.
//!
//! | Access pattern | Answered by |
//! |---|---|
//! | customer, product, warehouse by id | `get` |
//! | inventory of a product over warehouses | the product's partition |
//! | a whole order; its products, invoice, shipments | the order's partition, whole or by entity |
//! | orders of a product in a date range | `GSI1` |
//! | an invoice by id, its payments; a shipment and its items | `GSI1` |
//! | shipments and inventory of a warehouse | `GSI2` |
//! | invoices and products of a customer in a date range | `GSI2` |

use dynamo_model::{Item, prelude::*};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::rows::{self, Failure, Row};

/// The one table of the shop.
#[derive(Table)]
#[table(
    name = "OnlineShop",
    pk = "PK",
    sk = "SK",
    gsi("GSI1", pk = "GSI1-PK", sk = "GSI1-SK"),
    gsi("GSI2", pk = "GSI2-PK", sk = "GSI2-SK"),
    type_attribute = "EntityType",
    entities(
        Customer,
        Product,
        Warehouse,
        WarehouseItem,
        Order,
        OrderItem,
        Invoice,
        Payment,
        Shipment,
        ShipmentItem
    )
)]
pub struct OnlineShop;

/// Who buys.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "customer",
    pk = "c#{customer_id}", sk = "c#{customer_id}",
)]
pub struct Customer {
    #[entity(key_only)]
    pub customer_id: String,
    pub name: String,
    pub email: String,
}

/// What is sold.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(table = OnlineShop, type = "product", pk = "p#{product_id}", sk = "p#{product_id}")]
pub struct Product {
    #[entity(key_only)]
    pub product_id: String,
    pub detail: ProductDetail,
    #[serde(with = "as_text")]
    pub price: u64,
}

/// What a product's page says.
#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct ProductDetail {
    pub name: String,
    pub description: String,
}

/// Where products lie.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "warehouse",
    pk = "w#{warehouse_id}", sk = "w#{warehouse_id}",
)]
pub struct Warehouse {
    #[entity(key_only)]
    pub warehouse_id: String,
    pub address: Address,
}

/// Where something is, or goes.
#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Address {
    pub country: String,
    pub county: String,
    pub city: String,
    pub street: String,
    pub number: String,
    pub zip_code: String,
}

/// How many of a product lie in a warehouse.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "warehouseItem",
    pk = "p#{product_id}", sk = "w#{warehouse_id}",
    index(in_warehouse, on = "GSI2", pk = "w#{warehouse_id}", sk = "p#{product_id}"),
)]
pub struct WarehouseItem {
    #[entity(key_only)]
    pub product_id: String,
    #[entity(key_only)]
    pub warehouse_id: String,
    #[serde(with = "as_text")]
    pub quantity: u64,
}

/// That a customer ordered, and when.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(table = OnlineShop, type = "order", pk = "o#{order_id}", sk = "c#{customer_id}")]
pub struct Order {
    #[entity(key_only)]
    pub order_id: String,
    #[entity(key_only)]
    pub customer_id: String,
    pub date: DateTime,
}

/// A product of an order. Its date exists in keys only, and so does its customer.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "orderItem",
    pk = "o#{order_id}", sk = "p#{product_id}",
    index(of_product, on = "GSI1", pk = "p#{product_id}", sk = "{date:%Y-%m-%dT%H:%M:%S}"),
    index(of_customer, on = "GSI2", pk = "c#{customer_id}", sk = "{date:%Y-%m-%dT%H:%M:%S}"),
)]
pub struct OrderItem {
    #[entity(key_only)]
    pub order_id: String,
    #[entity(key_only)]
    pub product_id: String,
    #[entity(key_only)]
    pub customer_id: String,
    #[entity(key_only)]
    pub date: DateTime,
    #[serde(with = "as_text")]
    pub price: u64,
    #[serde(with = "as_text")]
    pub quantity: u64,
}

/// What a customer has to pay for an order, and how that was done.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "invoice",
    pk = "o#{order_id}", sk = "i#{invoice_id}",
    index(by_id, on = "GSI1", pk = "i#{invoice_id}", sk = "i#{invoice_id}"),
    index(of_customer, on = "GSI2", pk = "c#{customer_id}", sk = "{date:%Y-%m-%dT%H:%M:%S}"),
)]
pub struct Invoice {
    #[entity(key_only)]
    pub order_id: String,
    #[entity(key_only)]
    pub invoice_id: String,
    #[entity(key_only)]
    pub customer_id: String,
    pub date: DateTime,
    #[serde(with = "as_text")]
    pub amount: u64,
    pub detail: InvoiceDetail,
}

/// What an invoice holds beside its amount.
#[derive(Document, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct InvoiceDetail {
    pub payments: Vec<PaymentDetail>,
}

/// A payment inside of an invoice.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct PaymentDetail {
    pub r#type: String,
    pub amount: u64,
    pub data: String,
}

/// A payment as an item of its own, next to its invoice in `GSI1`.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "payment",
    pk = "o#{order_id}", sk = "pmn#{payment_id}",
    index(of_invoice, on = "GSI1", pk = "i#{invoice_id}", sk = "pmn#{payment_id}"),
)]
pub struct Payment {
    #[entity(key_only)]
    pub order_id: String,
    #[entity(key_only)]
    pub payment_id: String,
    #[entity(key_only)]
    pub invoice_id: String,
    pub r#type: String,
    #[serde(with = "as_text")]
    pub amount: u64,
    pub date: DateTime,
}

/// A parcel from a warehouse to a customer.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "shipment",
    pk = "o#{order_id}", sk = "sh#{shipment_id}",
    index(by_id, on = "GSI1", pk = "sh#{shipment_id}", sk = "sh#{shipment_id}"),
    index(from_warehouse, on = "GSI2", pk = "w#{warehouse_id}", sk = "sh#{shipment_id}"),
)]
pub struct Shipment {
    #[entity(key_only)]
    pub order_id: String,
    #[entity(key_only)]
    pub shipment_id: String,
    #[entity(key_only)]
    pub warehouse_id: String,
    pub r#type: String,
    pub date: DateTime,
    pub address: Address,
}

/// How many of a product a shipment holds.
#[derive(Entity, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "PascalCase")]
#[entity(
    table = OnlineShop, type = "shipmentItem",
    pk = "o#{order_id}", sk = "shp#{shipment_item_id}",
    index(in_shipment, on = "GSI1", pk = "sh#{shipment_id}", sk = "p#{product_id}"),
)]
pub struct ShipmentItem {
    #[entity(key_only)]
    pub order_id: String,
    #[entity(key_only)]
    pub shipment_item_id: String,
    #[entity(key_only)]
    pub shipment_id: String,
    #[entity(key_only)]
    pub product_id: String,
    #[serde(with = "as_text")]
    pub quantity: u64,
}

/// A shipment and what is in it.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(on = "GSI1")]
pub struct Parcel {
    pub shipment: Shipment,
    pub items: Vec<ShipmentItem>,
}

/// What a customer has bought and has to pay.
#[derive(Collection, Debug, Clone, PartialEq)]
#[collection(on = "GSI2", sort(date: DateTime))]
pub enum Account {
    Invoice(Invoice),
    Bought(OrderItem),
}

/// A number that is stored as text, for `#[serde(with = "as_text")]`.
mod as_text {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    // serde gives a reference, whatever the type.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature is serde's"
    )]
    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The published rows, or our own few.
///
/// # Errors
///
/// If a file cannot be read.
pub fn load() -> Result<Vec<Row>, Failure> {
    rows::from_workbench(&rows::published_or("AnOnlineShop_14.json", OWN)?)
}

/// Rows of our own, in the format of NoSQL Workbench.
const OWN: &str = include_str!("../data/online-shop.json");

/// Reads a row as the entity that its type attribute names, and puts it.
///
/// # Errors
///
/// If the row is none of the ten entities, or cannot be put.
pub async fn put_row(shop: &Handle<OnlineShop>, row: &Row) -> Result<(), Failure> {
    let item = Item::<OnlineShop>::from_attribute_values(row);
    let put = put_if::<Customer>(shop, &item).await?
        || put_if::<Product>(shop, &item).await?
        || put_if::<Warehouse>(shop, &item).await?
        || put_if::<WarehouseItem>(shop, &item).await?
        || put_if::<Order>(shop, &item).await?
        || put_if::<OrderItem>(shop, &item).await?
        || put_if::<Invoice>(shop, &item).await?
        || put_if::<Payment>(shop, &item).await?
        || put_if::<Shipment>(shop, &item).await?
        || put_if::<ShipmentItem>(shop, &item).await?;
    if put {
        Ok(())
    } else {
        Err("a row of an entity that the shop does not know".into())
    }
}

async fn put_if<E: Entity<Table = OnlineShop>>(
    shop: &Handle<OnlineShop>,
    item: &Item<OnlineShop>,
) -> Result<bool, Error> {
    if !item.is::<E>() {
        return Ok(false);
    }
    shop.put(&item.decode::<E>()?).send().await?;
    Ok(true)
}
