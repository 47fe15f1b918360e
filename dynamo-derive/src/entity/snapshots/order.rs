#[allow(dead_code, unused_qualifications)]
const _: () = {
    use ::dynamo_model::__private as _dm;
    #[automatically_derived]
    impl _dm::Entity for Order {
        type Table = Shop;
        const SCHEMA: &'static _dm::EntityDef = &_dm::EntityDef {
            name: "Order",
            doc: "What a customer bought.",
            type_name: "Order",
            type_aliases: &[],
            fields: &[
                _dm::FieldDef::stored("customer_id", "customer_id"),
                _dm::FieldDef::stored("order_id", "order_id"),
                _dm::FieldDef::stored("placed_at", "placed_at"),
                _dm::FieldDef::stored("status", "status"),
                _dm::FieldDef::stored("total_cents", "total_cents"),
                _dm::FieldDef::stored("note", "note"),
            ],
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
                1 => key.field("placed_at", <Timestamp as _dm::Component>::from_part),
                _ => key.nothing(),
            }
        }
    }
    #[doc(hidden)]
    pub struct __SortKey_of {
        pub placed_at: _dm::SortPart<Order, 0, 0, _dm::Mid<Timestamp>>,
        pub order_id: _dm::SortPart<Order, 0, 1, _dm::Last<Uuid>>,
    }
    impl _dm::Keyed<0> for Order {
        type Parts = __SortKey_of;
        const PARTS: Self::Parts = __SortKey_of {
            placed_at: _dm::at(),
            order_id: _dm::at(),
        };
    }
    #[doc(hidden)]
    pub struct __SortKey_by_status {
        pub placed_at: _dm::SortPart<Order, 1, 0, _dm::Last<Timestamp>>,
    }
    impl _dm::Keyed<1> for Order {
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
            _dm::Key::new(
                &[(0, customer_id.part()), (1, placed_at.part()), (2, order_id.part())],
            )
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
