//! An online shop on an existing table: every access pattern of a published model.
//!
//! Runs on the embedded engine with a few rows of its own: `cargo run --example online_shop`. With
//! `DYNAMO_MODEL_SAMPLES` set to the folder of the published rows, it loads those instead.

use dynamo_model::embedded;
use dynamo_model_examples::online_shop::{
    Account, Customer, Invoice, OnlineShop, Order, OrderItem, Parcel, Payment, Product, Shipment,
    Warehouse, WarehouseItem, load, put_row,
};
use dynamo_model_examples::rows::Failure;
use jiff::civil::DateTime;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let shop = OnlineShop::on(embedded::client()?);
    shop.create_table().send().await?;
    let rows = load()?;
    for row in &rows {
        put_row(&shop, row).await?;
    }
    println!("{} rows loaded", rows.len());

    // Ids exist inside keys only; they are fields all the same.
    let orders = shop.scan::<Order>().collect().await?;
    let Some(order) = orders.first() else {
        return Err("nobody has ordered anything".into());
    };
    let customer = shop.get(Customer::key(&order.customer_id)).send().await?;
    println!(
        "\norder {} of {}, by {customer:#?}",
        order.order_id, order.date
    );

    // A whole order: one query, whatever the entities.
    println!("\nall of order {}:", order.order_id);
    let mut items = shop.query_all(Order::of(&order.order_id)).items();
    while let Some(item) = items.try_next().await? {
        if item.is::<OrderItem>() {
            let bought: OrderItem = item.decode()?;
            println!(
                "  {} of product {} at {}",
                bought.quantity, bought.product_id, bought.price
            );
        } else if item.is::<Invoice>() {
            let invoice: Invoice = item.decode()?;
            println!("  invoice {} over {}", invoice.invoice_id, invoice.amount);
        } else if item.is::<Shipment>() {
            let shipment: Shipment = item.decode()?;
            println!(
                "  shipment {} to {}",
                shipment.shipment_id, shipment.address.city
            );
        }
    }

    // Parts of it, each by its entity: the rest of the partition is not read.
    let bought = shop.query(OrderItem::of(&order.order_id)).collect().await?;
    let invoices = shop.query(Invoice::of(&order.order_id)).collect().await?;
    let shipments = shop.query(Shipment::of(&order.order_id)).collect().await?;

    // An invoice by its own id, and its payments: inside of it, and as items next to it.
    for invoice in &invoices {
        let invoice = shop
            .query(Invoice::by_id(&invoice.invoice_id))
            .first()
            .await?;
        println!("\n{invoice:#?}");
    }
    for invoice in &invoices {
        let payments = shop
            .query(Payment::of_invoice(&invoice.invoice_id))
            .collect()
            .await?;
        println!("{} payments are items of their own", payments.len());
    }

    // What a product is, who ordered it when, and how many are left where.
    for item in &bought {
        let id = &item.product_id;
        if let Some(product) = shop.get(Product::key(id)).send().await? {
            println!("\nproduct {id}, {}:", product.detail.name);
        }
        let (from, to): (DateTime, DateTime) = (
            "2020-06-01T00:00:00".parse()?,
            "2026-03-31T23:59:59".parse()?,
        );
        let in_range = OrderItem::of_product(id).sort(|k| k.date.between(from, to));
        for order in shop.query(in_range).collect().await? {
            println!(
                "  customer {} ordered {} at {}",
                order.customer_id, order.quantity, order.date
            );
        }
        for stock in shop.query(WarehouseItem::of(id)).collect().await? {
            println!("  {} in warehouse {}", stock.quantity, stock.warehouse_id);
        }
    }

    // A shipment and what is in it: one query of the index.
    for shipment in &shipments {
        let id = &shipment.shipment_id;
        let Some(parcel) = shop.query(Parcel::of(id)).send().await? else {
            continue;
        };
        println!("\nshipment {id}, {} on {}:", shipment.r#type, shipment.date);
        for item in parcel.items {
            println!("  {} of product {}", item.quantity, item.product_id);
        }
    }

    // What leaves a warehouse, and what lies in it.
    for warehouse in shop.scan::<Warehouse>().collect().await? {
        let id = &warehouse.warehouse_id;
        let shipments = shop.query(Shipment::from_warehouse(id)).collect().await?;
        let inventory = shop
            .query(WarehouseItem::in_warehouse(id))
            .collect()
            .await?;
        println!("\nwarehouse {id} in {}:", warehouse.address.city);
        println!(
            "  {} shipments, {} products in stock",
            shipments.len(),
            inventory.len()
        );
    }

    // Invoices and products of a customer, newest first, with one query.
    let since: DateTime = "2020-01-01T00:00:00".parse()?;
    println!("\nof customer {} since {since}:", order.customer_id);
    let recent = Account::of(&order.customer_id).sort(|k| k.date.ge(since));
    for entry in shop.query(recent).descending().collect().await? {
        match entry {
            Account::Invoice(invoice) => {
                println!("  {}: invoice {}", invoice.date, invoice.invoice_id);
            }
            Account::Bought(item) => println!(
                "  {}: {} of product {}",
                item.date, item.quantity, item.product_id
            ),
        }
    }
    Ok(())
}
