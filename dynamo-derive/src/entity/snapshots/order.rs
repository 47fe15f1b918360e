#[allow(dead_code, missing_docs, non_camel_case_types, unused_qualifications)]
const _: () = {
    use ::dynamo_model::__private as _dm;
    #[automatically_derived]
    impl _dm::Entity for Order {
        type Table = Shop;
        const SCHEMA: &'static _dm::EntityDef = &_dm::EntityDef {
            fields: &_dm::fields::<
                6,
            >("customer_id order_id placed_at status total_cents note"),
            components: &[
                <String as _dm::Component>::DEF.named("customer_id"),
                <Timestamp as _dm::Component>::DEF.named("placed_at"),
                <Uuid as _dm::Component>::DEF.named("order_id"),
                <Status as _dm::Component>::DEF.named("status"),
            ],
            keys: &[
                _dm::KeyDef::primary(
                    "of",
                    &[_dm::Template(&_dm::segments::<2>("CUSTOMER#{0}"))],
                    &[_dm::Template(&_dm::segments::<4>("ORDER#{1}#{2}"))],
                ),
                _dm::KeyDef::on(
                    "GSI1",
                    "by_status",
                    &[_dm::Template(&_dm::segments::<2>("STATUS#{3}"))],
                    &[_dm::Template(&_dm::segments::<1>("{1}"))],
                ),
            ],
            .._dm::EntityDef::new("Order", "What a customer bought.", "Order")
        };
        fn part(&self, component: usize) -> _dm::Option<_dm::KeyPartValue<'_>> {
            match component {
                0 => <String as _dm::Component>::part(&self.customer_id),
                1 => <Timestamp as _dm::Component>::part(&self.placed_at),
                2 => <Uuid as _dm::Component>::part(&self.order_id),
                3 => <Status as _dm::Component>::part(&self.status),
                _ => _dm::None,
            }
        }
        fn restore(key: _dm::Restore<'_, '_>) -> _dm::Restored {
            match key.component() {
                0 => key.field("customer_id", <String as _dm::Component>::reader()),
                1 => key.field("placed_at", <Timestamp as _dm::Component>::reader()),
                2 => key.field("order_id", <Uuid as _dm::Component>::reader()),
                3 => key.field("status", <Status as _dm::Component>::reader()),
                _ => key.nothing(),
            }
        }
    }
    impl _dm::WithoutUniques for Order {}
    pub struct __Attributes {
        pub total_cents: <u64 as _dm::Type>::Attr<Order, u64, _dm::Free>,
        pub note: <Option<String> as _dm::Type>::Attr<Order, Option<String>, _dm::Free>,
        pub customer_id: _dm::Attr<Order, String, _dm::Primary>,
        pub order_id: _dm::Attr<Order, Uuid, _dm::Primary>,
        pub placed_at: _dm::Attr<Order, Timestamp, _dm::AsKey<Order, 1, _dm::Primary>>,
        pub status: _dm::Attr<Order, Status, _dm::KeyedBy<3>>,
    }
    impl _dm::Handles for Order {
        type Attributes = __Attributes;
        type Gate = ();
        fn attributes() -> Self::Attributes {
            __Attributes {
                customer_id: _dm::Attr::at_path(_dm::path("customer_id")),
                order_id: _dm::Attr::at_path(_dm::path("order_id")),
                placed_at: _dm::Attr::at_path(_dm::path("placed_at")),
                status: _dm::Attr::at_path(_dm::path("status")),
                total_cents: <u64 as _dm::Type>::attr(_dm::path("total_cents")),
                note: <Option<String> as _dm::Type>::attr(_dm::path("note")),
            }
        }
    }
    impl _dm::KeyTypes<0, (String,), (Timestamp, (Uuid, ()))> for Order {}
    pub struct __SortKey_of {
        pub placed_at: _dm::SortPart<Order, 0, 0, _dm::Mid<Timestamp>>,
        pub order_id: _dm::SortPart<Order, 0, 1, _dm::Last<Uuid>>,
    }
    impl _dm::Keyed<0> for Order {
        type Reads = _dm::Reads<true>;
        type Parts = __SortKey_of;
        const PARTS: Self::Parts = __SortKey_of {
            placed_at: _dm::at(),
            order_id: _dm::at(),
        };
    }
    impl _dm::KeyTypes<1, (Status,), (Timestamp, ())> for Order {}
    pub struct __SortKey_by_status {
        pub placed_at: _dm::SortPart<Order, 1, 0, _dm::Last<Timestamp>>,
    }
    impl _dm::Keyed<1> for Order {
        type Reads = _dm::Reads<{ _dm::is_consistent::<Shop>("GSI1") }>;
        type Parts = __SortKey_by_status;
        const PARTS: Self::Parts = __SortKey_by_status {
            placed_at: _dm::at(),
        };
    }
    impl Order {
        ///The primary key of one `Order`.
        pub fn key(
            customer_id: impl _dm::KeyArg<String>,
            placed_at: impl _dm::KeyArg<Timestamp>,
            order_id: impl _dm::KeyArg<Uuid>,
        ) -> _dm::Key<Self> {
            _dm::Key::in_order([customer_id.part(), placed_at.part(), order_id.part()])
        }
        ///The items in one partition of the table: for `query`.
        pub fn of(customer_id: impl _dm::KeyArg<String>) -> _dm::Partition<Self, 0> {
            _dm::Partition::new(&[(0, customer_id.part())])
        }
        ///The items in one partition of index `GSI1`: for `query`.
        pub fn by_status(status: impl _dm::KeyArg<Status>) -> _dm::Partition<Self, 1> {
            _dm::Partition::new(&[(3, status.part())])
        }
    }
    const _: () = _dm::check::listed::<Shop, Order>();
    const _: () = _dm::check::entity::<Order>();
    const _: () = _dm::check::pk::<Order>(0);
    const _: () = _dm::check::sk::<Order>(0);
    const _: () = _dm::check::index::<Order>(1);
    const _: () = _dm::check::pk::<Order>(1);
    const _: () = _dm::check::sk::<Order>(1);
};
