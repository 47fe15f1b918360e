//! The derive macros of [`dynamo-model`](https://docs.rs/dynamo-model); use them from there.
//!
//! Each macro works in three steps: *understand* the attributes into a tree of our own, *check* it,
//! *print* it. Mistakes are collected and reported together, each at the token that made it, and the
//! printer then still prints what was understood, so that one mistake does not become thirty.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod args;
mod case;
mod collection;
mod ctxt;
mod document;
mod entity;
mod key_part;
mod projection;
mod serde_attr;
mod table;
mod template;

/// Declares a DynamoDB table: its key, its indexes and its entities.
///
/// ```
/// use dynamo_model::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Table)]
/// #[table(
///     name = "shop", pk = "PK", sk = "SK",
///     gsi("GSI1", pk = "GSI1PK", sk = "GSI1SK"),
///     entities(Customer),
/// )]
/// pub struct Shop;
///
/// #[derive(Entity, Serialize, Deserialize)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
/// pub struct Customer {
///     pub customer_id: String,
/// }
/// ```
///
/// # `#[table(..)]`
///
/// | argument | meaning |
/// |---|---|
/// | `name = "shop"` | name of the table; a handle can be given another |
/// | `pk = "PK"` | the partition key attribute; `pk = N("id")` or `B("id")` for a number or binary |
/// | `sk = "SK"` | the sort key attribute; left out for a table without one |
/// | `gsi("GSI1", pk = "..", sk = "..")` | a global index; `pk = ["a", N("b")]` names up to four native key attributes |
/// | `lsi("LSI1", sk = "..")` | a local index |
/// | `projection = keys_only` | inside an index: `all` (the default), `keys_only` or `include("a", "b")` |
/// | `ttl = "expires_at"` | the time-to-live attribute, which `create_table` enables |
/// | `type_attribute = "_type"` | the attribute that holds an item's entity type (this is the default) |
/// | `no_type_attribute` | items carry no type; keys alone tell entities apart |
/// | `entities(A, B<C>)` | the table's entities |
/// | `delimiters = "#"` | for a table without `entities`: what separates key components in all crates |
/// | `crate = "path"` | where `dynamo_model` is, if it was renamed |
#[proc_macro_derive(Table, attributes(table))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    table::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a serde struct an entity of a table, with templates for its keys.
///
/// # `#[entity(..)]` on the struct
///
/// | argument | meaning |
/// |---|---|
/// | `table = Shop` | the table |
/// | `pk = "ORDER#{id}"`, `sk = ".."` | key templates: literals and `{field}`s, each with an optional format |
/// | `index(by_status, on = "GSI1", pk = "..", sk = "..")` | an index the entity is in, and the function that queries it; `pk = ["{a}", "{b}"]` for native multi-attribute keys; no `pk` for a local index |
/// | `when = status.is_open()` | inside an index: only items for which this holds are in it; fields are in scope as references |
/// | `type = "order"` | the value of the type attribute; by default the struct's name |
/// | `type_aliases("Order", "ORDER")` | other values accepted when reading |
/// | `upgrade = path::to::function` | turns an older stored shape into today's whenever an item is read, see below |
/// | `key_fn = "name"`, `of_fn = "name"` | other names for the generated functions `key` and `of` |
/// | `crate = "path"` | where `dynamo_model` is, if it was renamed |
///
/// # `#[entity(..)]` on a field
///
/// | argument | meaning |
/// |---|---|
/// | `key_only` | it is kept out of the stored attributes, and read back from a key |
/// | `unique` | no two items have the same value; `unique = "TENANT#{tenant_id}#{email:lower}"` says what is unique by a template |
/// | `version` | counts the writes of the item: a write that read an older version fails |
/// | `created_at`, `updated_at` | the time of the first and of the last write |
/// | `ttl` | when the item expires, stored as epoch seconds in the table's TTL attribute |
/// | `generate` | a new `Uuid` or `Ulid` where it is nil when the item is written |
/// | `default = expr` | a value where it is its type's `Default` when the item is written |
/// | `opaque` | a type without `AttributeType`: it is set and compared as a whole |
///
/// An entity with `version`, `created_at`, `updated_at`, `generate` or `default` is `Clone`.
///
/// # Unique values
///
/// Every value of a `unique` field is claimed by a *marker*, an item of the same table that is written in the transaction
/// that writes its owner: on create, change, replacing put and delete. What the item claimed before is read first, and the
/// transaction is made conditional on it. A write that changes no unique value is a plain one.
///
/// | table key | partition key of a marker |
/// |---|---|
/// | `S` | `U+10FFFF` + `unique#<type>#<field>#<value>` |
/// | `B` | the bytes of the same text |
/// | `N` | 120 bits of the text's SHA-256 hash, times 10⁸⁰ |
///
/// The sort key, if the table has one, is always `U+10FFFF` + `unique#` (or its bytes, or 10⁸⁰). No entity has such keys,
/// because components refuse U+10FFFF, and integers do not reach 10⁸⁰. A marker holds its owner's primary key in `_unique_owner` and its owner's
/// time to live; it has no type attribute and no index keys, so that neither scans nor queries take it for an entity. Each
/// marker is an action of its own in a transaction, of at most 100. Markers are written for the items that this library
/// writes: items that were there before `unique` was declared claim nothing until they are put again.
///
/// A write that claims or releases a value costs a consistent read of the item and a transaction: twice the write units, for
/// the item and for each marker. `None` claims nothing. An operation that writes no transaction, `batch_write`, does not compile for such an entity.
///
/// # Upgrades
///
/// `upgrade = from_v1` names a `fn(&mut HashMap<String, AttributeValue>) -> Result<(), E>`, with the SDK's
/// `AttributeValue`, that is called with every stored item of the entity before it is decoded: wherever one is read, be it
/// by an operation, as the evidence of an error, or by `from_item`. `E` is whatever becomes a
/// `Box<dyn Error + Send + Sync>`: an error type, a `String`, a `&str`. The type `Upgrade` has an example.
///
/// - The stored item stays as it is until it is put again, and an update changes only what it names. So the function must
///   leave alone what has today's shape, also in part. Conditions and filters see what is stored.
/// - The item has its key attributes and its type attribute. The primary key is for life: a function that changes it is
///   refused with `Error::Decode`, as is one that fails; the error names entity and key attributes, and only
///   `DecodeError::detail` tells what the function said, because that may quote values.
/// - An item of an index that does not project everything has only what the index holds. A projection of the entity asks
///   for all attributes, because nobody knows which of them the function reads.
/// - A call makes the item into the SDK's map and back. Entities without `upgrade` pay nothing.
///
/// Attribute names and everything else about the stored form come from the struct's serde attributes.
///
/// # What is generated
///
/// An impl of `Entity`; `Self::key(..)`, which takes the components of the primary key;
/// `Self::of(..)`, the items of one partition; and one function per index, named in `index(..)`.
#[proc_macro_derive(Entity, attributes(entity, serde))]
pub fn derive_entity(input: TokenStream) -> TokenStream {
    entity::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes several entities of one partition one query, whose items are told apart as they are read.
///
/// An enum has a variant for each entity, and a query of it yields the items one by one, in the order of their sort keys.
/// A struct has a field for each, and a query puts it together.
///
/// ```
/// use dynamo_model::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Table)]
/// # #[table(name = "shop", pk = "PK", sk = "SK", entities(Customer, Address, Order))]
/// # struct Shop;
///
/// #[derive(Entity, Serialize, Deserialize)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "PROFILE")]
/// struct Customer {
///     customer_id: String,
/// }
/// # #[derive(Entity, Serialize, Deserialize)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ADDRESS")]
/// # struct Address { customer_id: String, city: String }
///
/// #[derive(Entity, Serialize, Deserialize)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
/// struct Order {
///     customer_id: String,
///     number: u32,
/// }
///
/// #[derive(Collection)]
/// enum CustomerItem {
///     Customer(Customer),
///     Address(Address),
///     Order(Order),
/// }
///
/// #[derive(Collection)]
/// struct CustomerView {
///     customer: Customer,
///     address: Option<Address>,
///     orders: Vec<Order>,
/// }
///
/// # async fn doc(shop: Handle<Shop>) -> Result<(), Error> {
/// let all: Vec<CustomerItem> = shop.query(CustomerItem::of("c-1")).collect().await?;
/// let view: Option<CustomerView> = shop.query(CustomerView::of("c-1")).send().await?;
/// # Ok(()) }
/// ```
///
/// The members are entities of one table, and the templates of their partition keys are the same but for the fields'
/// names; what is not does not compile. A query reads what their sort keys begin with in common: `ORDER#{number}` and
/// `ORDER#{number}#LINE#{line}` are read without what stands beside them, `PROFILE` and `ORDER#{number}` are read with the
/// whole partition.
///
/// # `#[collection(..)]` on the type
///
/// | argument | meaning |
/// |---|---|
/// | `on = "GSI1"` | the index that is queried, of which every member has a key |
/// | `sort(number: u32)` | handles for the components that all sort keys begin with, each with the type of its field, for `sort` |
/// | `crate = "path"` | where `dynamo_model` is, if it was renamed |
///
/// # `#[collection(other)]`
///
/// An item of an entity that is no member is an error. A variant `#[collection(other)] Other(Item<Shop>)`, or a field
/// `#[collection(other)] others: Vec<Item<Shop>>`, keeps it as it is; `skip_unknown` passes over it. That is said of what the
/// query reads: it does not widen it.
///
/// # What is generated
///
/// Impls of `Collection` and of `Has` for every member; `Self::of(..)`, the items of one partition, which takes the
/// component of the partition key, or a tuple if there are several.
#[proc_macro_derive(Collection, attributes(collection))]
pub fn derive_collection(input: TokenStream) -> TokenStream {
    collection::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct or an enum usable inside entities: its members have handles, so that conditions and updates reach into
/// it.
///
/// ```
/// use dynamo_model::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Document, Serialize, Deserialize, Clone)]
/// pub struct Address {
///     pub street: String,
///     pub city: String,
/// }
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", entities(Customer))] struct Shop;
/// # #[derive(Entity, Serialize, Deserialize)]
/// # #[entity(table = Shop, pk = "CUSTOMER#{id}")]
/// # struct Customer { id: u32, address: Address, others: Vec<Address> }
/// # fn doc(shop: Handle<Shop>) {
/// let moved = shop
///     .update(Customer::key(7))
///     .set(|c| c.address.city, "Graz")
///     .set(|c| c.others.at(0).street, "Hauptplatz 1");
/// # }
/// ```
///
/// Of a struct with named fields every member has a handle, by serde's names; other structs, generic ones and enums are
/// set and compared as a whole. A member whose type has no `AttributeType` is `#[document(opaque)]`.
/// `#[document(crate = "path")]` says where `dynamo_model` is, if it was renamed.
#[proc_macro_derive(Document, attributes(document, serde))]
pub fn derive_document(input: TokenStream) -> TokenStream {
    document::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct of some of an entity's fields what a read asks for instead of the whole item.
///
/// ```
/// use dynamo_model::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// # #[derive(Table)] #[table(name = "shop", pk = "PK", sk = "SK", entities(Order))] pub struct Shop;
/// #[derive(Entity, Serialize, Deserialize)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer_id}", sk = "ORDER#{number}")]
/// #[serde(rename_all = "camelCase")]
/// pub struct Order {
///     pub customer_id: String,
///     pub number: u32,
///     pub total_cents: u64,
///     pub lines: Vec<String>,
/// }
///
/// #[derive(Projection, Deserialize)]
/// #[projection(of = Order)]
/// pub struct OrderLine {
///     pub number: u32,
///     pub total_cents: u64,
/// }
/// # fn doc(shop: Handle<Shop>) {
/// let lines = shop.query(Order::of("c-1")).project::<OrderLine>().items();
/// # }
/// ```
///
/// Every field is a field of the entity, by its name in Rust and with its type, or an `Option` of that. The attribute is
/// the one that the entity stores it as, whatever serde calls the field here; a field of `#[serde(with = ..)]` needs the
/// same here. What the fields of a nested document are is the document's business: it is asked for as a whole.
///
/// A query of an index that does not hold all that is asked for does not compile. A field that stands reversibly in a key
/// that the index holds is read from there.
///
/// # `#[projection(..)]`
///
/// | argument | meaning |
/// |---|---|
/// | `of = Order` | the entity; an instance of a generic one is written `Envelope::<Payload>` |
/// | `crate = "path"` | where `dynamo_model` is, if it was renamed |
#[proc_macro_derive(Projection, attributes(projection, serde))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    projection::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a unit enum or a newtype usable as a component of a key.
///
/// An enum is written by its variants' names, after serde's `rename` and `rename_all`; a newtype like
/// the type inside. `#[key_part(crate = "path")]` says where `dynamo_model` is, if it was renamed.
#[proc_macro_derive(KeyPart, attributes(key_part, serde))]
pub fn derive_key_part(input: TokenStream) -> TokenStream {
    key_part::derive(&parse_macro_input!(input as DeriveInput)).into()
}
