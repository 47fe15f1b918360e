//! A collection that is a struct.

use dynamo_model::schema::Occurs;
use dynamo_model::{CollectionProblem, Error, Item, prelude::*};

use super::{
    Address, Customer, Invoice, Line, Order, Shop, address, customer, invoice, line, order, shop,
};

#[derive(Collection, Debug, PartialEq)]
struct CustomerView {
    customer: Customer,
    address: Option<Address>,
    orders: Vec<Order>,
    r#lines: Vec<Line>,
}

/// With what is of no member.
#[derive(Collection, Debug)]
struct Whole {
    orders: Vec<Order>,
    addresses: Vec<Address>,
    #[collection(other)]
    others: Vec<Item<Shop>>,
}

#[tokio::test]
async fn a_struct_is_put_together() {
    let shop = shop().await;
    let view = shop.query(CustomerView::of("c")).send().await.unwrap();
    let wanted = CustomerView {
        customer: customer(),
        address: Some(address("home")),
        orders: vec![order(1, 10), order(2, 20)],
        lines: vec![line(1, 1), line(1, 2), line(2, 1)],
    };
    assert_eq!(view, Some(wanted));
    let view = shop
        .query(CustomerView::of("c"))
        .descending()
        .page_size(1)
        .filter_member::<Line>(|l| l.line.eq(7))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(view.orders, [order(2, 20), order(1, 10)]);
    assert_eq!(view.lines, []);
    let nobody = shop.query(CustomerView::of("nobody")).send().await;
    assert_eq!(nobody.unwrap(), None);
}

#[tokio::test]
async fn a_field_without_its_item_is_an_error() {
    let shop = shop().await;
    // Somebody who has an order and no profile.
    let error = shop.query(CustomerView::of("d")).send().await.unwrap_err();
    let Error::Collection(missing) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(missing.problem(), CollectionProblem::Missing);
    assert_eq!(missing.collection(), "CustomerView");
    assert_eq!(
        (missing.field(), missing.entity()),
        (Some("customer"), Some("Customer"))
    );
    let text = error.to_string();
    assert!(
        text.contains("`customer`") && text.contains("`Customer`"),
        "{text}"
    );
}

#[tokio::test]
async fn two_items_for_one_place_are_an_error() {
    let shop = shop().await;
    shop.put(&address("work")).send().await.unwrap();
    let error = shop.query(CustomerView::of("c")).send().await.unwrap_err();
    let Error::Collection(repeated) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(repeated.problem(), CollectionProblem::Repeated);
    assert_eq!(
        (repeated.field(), repeated.entity()),
        (Some("address"), Some("Address"))
    );
}

#[tokio::test]
async fn unknown_items_of_a_struct_are_an_error_or_kept() {
    let shop = shop().await;
    shop.put(&invoice(1)).send().await.unwrap();
    let error = shop.query(CustomerView::of("c")).send().await.unwrap_err();
    assert!(matches!(error, Error::Collection(_)), "{error}");
    let view = shop
        .query(CustomerView::of("c"))
        .skip_unknown()
        .send()
        .await;
    assert_eq!(view.unwrap().unwrap().orders.len(), 2);
    let whole = shop.query(Whole::of("c")).send().await.unwrap().unwrap();
    assert_eq!((whole.orders.len(), whole.addresses.len()), (2, 1));
    let invoices = whole.others.iter().filter(|item| item.is::<Invoice>());
    assert_eq!((invoices.count(), whole.others.len()), (1, 5));
}

#[test]
fn the_definition_says_how_many_there_may_be() {
    let def = <CustomerView as Collection>::DEF;
    let occurs: Vec<_> = def.members.iter().map(|m| (m.name, m.occurs)).collect();
    assert_eq!(
        occurs,
        [
            ("customer", Occurs::Once),
            ("address", Occurs::AtMostOnce),
            ("orders", Occurs::Many),
            ("lines", Occurs::Many),
        ]
    );
}
