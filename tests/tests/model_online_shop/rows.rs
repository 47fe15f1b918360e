//! Every published row is read and written back as it was.

use super::*;

async fn copy_all(
    from: &Handle<OnlineShop>,
    to: &Handle<OnlineShop>,
    expected: &dyn Fn(&Row) -> Row,
    rows: &[Row],
) -> [usize; 10] {
    [
        copy::<Customer>(from, to, expected, rows).await,
        copy::<Product>(from, to, expected, rows).await,
        copy::<Warehouse>(from, to, expected, rows).await,
        copy::<WarehouseItem>(from, to, expected, rows).await,
        copy::<Order>(from, to, expected, rows).await,
        copy::<OrderItem>(from, to, expected, rows).await,
        copy::<Invoice>(from, to, expected, rows).await,
        copy::<Payment>(from, to, expected, rows).await,
        copy::<Shipment>(from, to, expected, rows).await,
        copy::<ShipmentItem>(from, to, expected, rows).await,
    ]
}

#[tokio::test]
async fn every_row_is_read_and_written_back_as_it_was() {
    let (client, rows) = (client().await, load());
    let from = table(&client, &rows).await;
    let to = create(&client, "copy").await;
    let counts = copy_all(&from, &to, &as_stored, &rows).await;
    assert_eq!(counts.iter().sum::<usize>(), rows.len());
    if samples().is_some() {
        assert_eq!(counts, [3, 2, 2, 3, 1, 2, 1, 0, 2, 3]);
    }
    let (found, published) = (contents(&client, &to).await, by_key(rows));
    let differ: Vec<_> = published
        .iter()
        .filter(|(key, row)| found.get(*key) != Some(row))
        .collect();
    assert_eq!(differ.len(), usize::from(samples().is_some()));
    for (_, row) in differ {
        assert!(is_contradictory(row));
    }
    assert_same(&found, &by_key(published.values().map(as_stored)));
}

#[tokio::test]
async fn the_model_s_own_loader_writes_the_same_table() {
    let (client, rows) = (client().await, load());
    let table = create(&client, "loaded").await;
    for row in &rows {
        model::put_row(&table, row)
            .await
            .expect("the row can be put");
    }
    assert_same(
        &contents(&client, &table).await,
        &by_key(rows.iter().map(as_stored)),
    );
}

/// The same model was published a second time, as facets. Three of those rows are of another shape.
#[tokio::test]
async fn the_rows_of_the_facets_load_too() {
    let Some(folder) = samples() else { return };
    let file = folder.join("AnOnlineShop_facets.json");
    let text_of_file = std::fs::read_to_string(file).expect("the file is there");
    let rows = from_workbench(&text_of_file).expect("a model");
    assert_eq!(rows.len(), 20);
    // An invoice there has no date and no payments of its own: it is no invoice of this model.
    let (invoices, rows): (Vec<Row>, Vec<Row>) =
        rows.into_iter().partition(|row| is_a(row, "invoice"));
    assert_eq!(invoices.len(), 1);
    let refused = Invoice::from_item(&invoices[0]).expect_err("the date is missing");
    assert!(matches!(refused, Error::Decode(_)), "{refused}");
    // What a customer bought has its sort key in `GSI2` after `p#`; the date is the same in `GSI1`, without.
    let expected = |row: &Row| {
        let mut row = row.clone();
        if is_a(&row, "orderItem") {
            let date = text(&row, "GSI1-SK").to_owned();
            let old = row.insert("GSI2-SK".to_owned(), AttributeValue::S(date.clone()));
            assert_eq!(old, Some(AttributeValue::S(format!("p#{date}"))));
        }
        row
    };
    let client = client().await;
    let from = table(&client, &rows).await;
    let to = create(&client, "copy").await;
    let counts = copy_all(&from, &to, &expected, &rows).await;
    assert_eq!(counts, [3, 2, 2, 3, 0, 2, 0, 2, 2, 3]);
    assert_same(
        &contents(&client, &to).await,
        &by_key(rows.iter().map(expected)),
    );
    // Payments of an invoice, each an item of its own.
    let raw = all(&rows, "payment", "SK", |row| {
        text(row, "GSI1-PK") == "i#55443"
    });
    assert_eq!(raw.len(), 2);
    assert_eq!(rows_of(to.query(Payment::of_invoice("55443"))).await, raw);
}
