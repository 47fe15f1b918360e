//! Every access pattern, against a plain reading of the raw rows.

use super::*;

#[tokio::test]
async fn customers_products_and_warehouses_by_id() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    for row in all(&rows, "customer", "PK", |_| true) {
        let customer = shop
            .get(Customer::key(id(&row, "PK")))
            .send()
            .await
            .expect("a read");
        let customer = customer.expect("the customer is there");
        assert_eq!(customer.customer_id, id(&row, "PK"));
        assert_eq!(customer.email, text(&row, "Email"));
        assert_eq!(customer.to_item().expect("it encodes"), row);
    }
    for row in all(&rows, "product", "PK", |_| true) {
        let product = shop
            .get(Product::key(id(&row, "PK")))
            .send()
            .await
            .expect("a read");
        let product = product.expect("the product is there");
        assert_eq!(product.price.to_string(), text(&row, "Price"));
        assert_eq!(product.to_item().expect("it encodes"), row);
    }
    for row in all(&rows, "warehouse", "PK", |_| true) {
        let warehouse = shop
            .get(Warehouse::key(id(&row, "PK")))
            .send()
            .await
            .expect("a read");
        let warehouse = warehouse.expect("the warehouse is there");
        assert_eq!(warehouse.to_item().expect("it encodes"), row);
    }
    assert!(
        shop.get(Customer::key("0"))
            .send()
            .await
            .expect("a read")
            .is_none()
    );
}

#[tokio::test]
async fn inventory_of_a_product_over_warehouses() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    for product in all(&rows, "product", "PK", |_| true) {
        let raw = all(&rows, "warehouseItem", "SK", |row| {
            row["PK"] == product["PK"]
        });
        assert!(!raw.is_empty());
        assert_eq!(
            rows_of(shop.query(WarehouseItem::of(id(&product, "PK")))).await,
            raw
        );
        for item in raw {
            let one = WarehouseItem::key(id(&item, "PK"), id(&item, "SK"));
            let one = shop
                .get(one)
                .send()
                .await
                .expect("a read")
                .expect("the item is there");
            assert_eq!(one.to_item().expect("it encodes"), item);
        }
    }
}

#[tokio::test]
async fn a_whole_order_and_its_parts() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    for order in all(&rows, "order", "PK", |_| true) {
        let number = id(&order, "PK");
        let within = |row: &Row| row["PK"] == order["PK"];
        // One query for the whole order.
        let whole = items_of(shop.query_all(Order::of(number))).await;
        let found: Vec<Row> = whole
            .iter()
            .map(|item| item.to_attribute_values().expect("an item"))
            .collect();
        assert_eq!(found, sorted_by(&rows, "SK", within));
        for (item, row) in whole.iter().zip(&found) {
            assert_eq!(decode_any(item), *row);
        }
        // Each of its parts for itself: nothing else in the partition is read.
        let of = |entity| all(&rows, entity, "SK", within);
        assert_eq!(rows_of(shop.query(Order::of(number))).await, of("order"));
        assert_eq!(
            rows_of(shop.query(OrderItem::of(number))).await,
            of("orderItem")
        );
        assert_eq!(
            rows_of(shop.query(Invoice::of(number))).await,
            of("invoice")
        );
        assert_eq!(
            rows_of(shop.query(Shipment::of(number))).await,
            of("shipment")
        );
        assert_eq!(
            rows_of(shop.query(ShipmentItem::of(number))).await,
            of("shipmentItem")
        );
        assert_eq!(
            rows_of(shop.query(Payment::of(number))).await,
            of("payment")
        );
        let owner = shop.query(Order::of(number)).first().await.expect("a read");
        assert_eq!(owner.expect("the order").customer_id, id(&order, "SK"));
        assert!(!of("orderItem").is_empty() && !of("shipment").is_empty());
    }
}

/// The item as whatever entity it says it is, and back; it is one entity only.
fn decode_any(item: &Item<OnlineShop>) -> Row {
    fn one<E: Entity<Table = OnlineShop>>(item: &Item<OnlineShop>) -> Option<Row> {
        let decoded = item
            .is::<E>()
            .then(|| item.decode::<E>().expect("it says so"));
        decoded.map(|entity| entity.to_item().expect("it encodes"))
    }
    let mut rows = [
        one::<Customer>(item),
        one::<Product>(item),
        one::<Warehouse>(item),
        one::<WarehouseItem>(item),
        one::<Order>(item),
        one::<OrderItem>(item),
        one::<Invoice>(item),
        one::<Payment>(item),
        one::<Shipment>(item),
        one::<ShipmentItem>(item),
    ]
    .into_iter()
    .flatten();
    let row = rows.next().expect("some entity");
    assert!(rows.next().is_none());
    row
}

/// The times in the rows, as bounds of ranges.
fn times(rows: &[Row], attribute: &str) -> Vec<DateTime> {
    let mut times: Vec<DateTime> = rows
        .iter()
        .filter_map(|row| text(row, attribute).parse().ok())
        .collect();
    times.push(time("2000-01-01T00:00:00"));
    times.push(time("2100-01-01T00:00:00"));
    times
}

#[tokio::test]
async fn orders_of_a_product_in_a_date_range() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    let times = times(&rows, "GSI1-SK");
    let mut found = 0;
    for product in all(&rows, "product", "PK", |_| true) {
        let number = id(&product, "PK");
        for &from in &times {
            for &to in &times {
                let raw = all(&rows, "orderItem", "GSI1-SK", |row| {
                    let date = time(text(row, "GSI1-SK"));
                    row["SK"] == product["PK"] && from <= date && date <= to
                });
                found += raw.len();
                let orders = OrderItem::of_product(number).sort(|k| k.date.between(from, to));
                assert_eq!(rows_of(shop.query(orders)).await, raw, "{from} to {to}");
            }
            let raw = all(&rows, "orderItem", "GSI1-SK", |row| {
                row["SK"] == product["PK"] && time(text(row, "GSI1-SK")) < from
            });
            let orders = OrderItem::of_product(number).sort(|k| k.date.lt(from));
            assert_eq!(rows_of(shop.query(orders)).await, raw, "before {from}");
        }
    }
    assert!(found > 0);
}

#[tokio::test]
async fn an_invoice_by_id_and_its_payments() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    for row in all(&rows, "invoice", "SK", |_| true) {
        let number = id(&row, "SK");
        let invoice = shop
            .query(Invoice::by_id(number))
            .first()
            .await
            .expect("a read");
        let invoice = invoice.expect("the invoice is there");
        assert_eq!(invoice.to_item().expect("it encodes"), row);
        assert_eq!(invoice.order_id, id(&row, "PK"));
        assert_eq!(invoice.customer_id, id(&row, "GSI2-PK"));
        // Payments stand in the invoice, and what they add up to is its amount.
        let AttributeValue::M(detail) = &row["Detail"] else {
            panic!("a map")
        };
        let AttributeValue::L(payments) = &detail["Payments"] else {
            panic!("a list")
        };
        assert_eq!(invoice.detail.payments.len(), payments.len());
        let paid: u64 = invoice
            .detail
            .payments
            .iter()
            .map(|payment| payment.amount)
            .sum();
        assert_eq!(paid.to_string(), text(&row, "Amount"));
        // Or as items of their own, next to the invoice.
        let raw = all(&rows, "payment", "SK", |payment| {
            payment["GSI1-PK"] == row["GSI1-PK"]
        });
        assert_eq!(rows_of(shop.query(Payment::of_invoice(number))).await, raw);
        let both = items_of(shop.query_all(Invoice::by_id(number))).await;
        assert_eq!(both.len(), 1 + raw.len());
    }
}

#[tokio::test]
async fn a_shipment_and_what_is_in_it() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    for row in all(&rows, "shipment", "SK", |_| true) {
        let number = id(&row, "SK");
        let raw = sorted_by(&rows, "GSI1-SK", |item| {
            item.get("GSI1-PK") == Some(&row["SK"])
        });
        // One query for the shipment and its items.
        let whole = items_of(shop.query_all(Shipment::by_id(number))).await;
        let found: Vec<Row> = whole.iter().map(decode_any).collect();
        assert_eq!(found, raw);
        assert_eq!(
            rows_of(shop.query(Shipment::by_id(number))).await,
            std::slice::from_ref(&row)
        );
        let items = all(&raw, "shipmentItem", "GSI1-SK", |_| true);
        assert_eq!(items.len() + 1, raw.len());
        assert_eq!(
            rows_of(shop.query(ShipmentItem::in_shipment(number))).await,
            items
        );
    }
}

#[tokio::test]
async fn shipments_and_inventory_of_a_warehouse() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    for warehouse in all(&rows, "warehouse", "PK", |_| true) {
        let number = id(&warehouse, "PK");
        let within = |row: &Row| row.get("GSI2-PK") == Some(&warehouse["PK"]);
        let whole = items_of(shop.query_all(Shipment::from_warehouse(number))).await;
        let found: Vec<Row> = whole.iter().map(decode_any).collect();
        assert_eq!(found, sorted_by(&rows, "GSI2-SK", within));
        assert_eq!(
            rows_of(shop.query(Shipment::from_warehouse(number))).await,
            all(&rows, "shipment", "GSI2-SK", within)
        );
        assert_eq!(
            rows_of(shop.query(WarehouseItem::in_warehouse(number))).await,
            all(&rows, "warehouseItem", "GSI2-SK", within)
        );
        // Written through the library, a warehouse finds all that lies in it.
        let copy = create(&client, &format!("copy-{number}")).await;
        for row in &rows {
            model::put_row(&copy, row)
                .await
                .expect("the row can be put");
        }
        let inventory = rows_of(copy.query(WarehouseItem::in_warehouse(number))).await;
        assert_eq!(
            inventory,
            all(&rows, "warehouseItem", "PK", |row| row["SK"]
                == warehouse["PK"])
        );
    }
}

#[tokio::test]
async fn invoices_and_products_of_a_customer_in_a_date_range() {
    let (client, rows) = (client().await, load());
    let shop = table(&client, &rows).await;
    let times = times(&rows, "GSI2-SK");
    let mut found = 0;
    for customer in all(&rows, "customer", "PK", |_| true) {
        let number = id(&customer, "PK");
        for &from in &times {
            for &to in &times {
                let within = |row: &Row| {
                    row.get("GSI2-PK") == Some(&customer["PK"])
                        && (from..=to).contains(&time(text(row, "GSI2-SK")))
                };
                let raw = sorted_by(&rows, "GSI2-SK", within);
                found += raw.len();
                // One query for both.
                let both = Invoice::of_customer(number).sort(|k| k.date.between(from, to));
                let both = items_of(shop.query_all(both)).await;
                let decoded: Vec<Row> = both.iter().map(decode_any).collect();
                // An invoice has the time of a product: which of the two is first is up to the engine.
                assert_same(&by_key(decoded), &by_key(raw.clone()));
                let dates = both
                    .iter()
                    .map(|item| item.fields::<Dated>().expect("a date").date);
                assert!(dates.is_sorted());
                // Both have nothing but a date in their sort keys: they are told apart by their types.
                let invoices = Invoice::of_customer(number).sort(|k| k.date.between(from, to));
                let invoices = shop.query(invoices).collect().await.expect("a read");
                assert_eq!(
                    by_key(
                        invoices
                            .iter()
                            .map(|one| one.to_item().expect("it encodes"))
                    ),
                    by_key(all(&raw, "invoice", "GSI2-SK", |_| true))
                );
                let products = OrderItem::of_customer(number).sort(|k| k.date.between(from, to));
                let products = shop.query(products).collect().await.expect("a read");
                assert_eq!(
                    by_key(
                        products
                            .iter()
                            .map(|one| one.to_item().expect("it encodes"))
                    ),
                    by_key(all(&raw, "orderItem", "GSI2-SK", |_| true))
                );
            }
        }
    }
    assert!(found > 0);
}

#[derive(serde::Deserialize)]
struct Dated {
    #[serde(rename = "GSI2-SK")]
    date: DateTime,
}
