//! Expansions compile wherever the user's code does, and without a warning.
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    non_camel_case_types,
    unused_qualifications
)]

use dynamo_model::Entity as _;

/// Names of the prelude and of the expansion's own, taken by the user.
mod shadowed {
    use dynamo_model::{Entity, KeyPart, Table};

    #[derive(serde::Serialize, serde::Deserialize, KeyPart, Debug, Clone, Copy, PartialEq)]
    pub(crate) enum Result {
        Ok,
        Err,
    }
    pub(crate) type Option = std::string::String;
    pub(crate) type String = u64;
    #[allow(dead_code, non_camel_case_types)]
    pub(crate) struct _dm;
    #[allow(dead_code)]
    pub(crate) struct Partition;
    #[allow(dead_code)]
    pub(crate) struct Key;
    #[allow(dead_code)]
    pub(crate) struct SortPart;
    #[allow(dead_code)]
    pub(crate) fn part() {}
    #[allow(non_snake_case, dead_code)]
    pub(crate) fn Some() {}
    #[allow(non_upper_case_globals, dead_code)]
    pub(crate) const None: () = ();
    #[allow(non_snake_case, dead_code)]
    pub(crate) fn Ok() {}

    #[derive(Table)]
    #[table(name = "shadowed", pk = "PK", sk = "SK", entities(Odd))]
    pub(crate) struct Str;

    #[derive(Entity, serde::Serialize, serde::Deserialize, Debug, PartialEq)]
    #[entity(table = Str, pk = "{id}", sk = "{result}#{number}")]
    pub(crate) struct Odd {
        pub(crate) id: Option,
        pub(crate) result: Result,
        pub(crate) number: String,
    }

    #[derive(dynamo_model::Projection, serde::Deserialize, Debug, PartialEq)]
    #[projection(of = Odd)]
    pub(crate) struct Even {
        pub(crate) id: Option,
        pub(crate) result: Result,
    }
}

#[test]
fn shadowed_names() {
    use shadowed::{Odd, Result};
    let odd = Odd {
        id: "a".into(),
        result: Result::Err,
        number: 7,
    };
    let item = odd.to_item().expect("it can be stored");
    assert_eq!(Odd::from_item(&item).expect("it can be read"), odd);
    let _ = Odd::key("a", Result::Ok, 7u64);
}

/// Raw identifiers as fields, components, variants and functions.
mod raw {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Table)]
    #[table(
        name = "raw",
        pk = "PK",
        sk = "SK",
        gsi("GSI1", pk = "GSI1PK"),
        entities(r#Struct)
    )]
    pub(crate) struct r#Mod;

    #[derive(KeyPart, Serialize, Deserialize, Debug, PartialEq, Clone, Copy)]
    #[serde(rename_all = "snake_case")]
    pub(crate) enum Kind {
        r#Fn,
    }

    #[derive(Entity, Serialize, Deserialize, Debug, PartialEq)]
    #[entity(
        table = r#Mod, pk = "T#{type}", sk = "M#{match}",
        index(r#impl, on = "GSI1", pk = "F#{fn}", when = *r#fn > 0),
    )]
    pub(crate) struct r#Struct {
        pub(crate) r#type: Kind,
        #[entity(key_only)]
        pub(crate) r#match: String,
        pub(crate) r#fn: u8,
    }

    #[derive(Projection, Deserialize, Debug, PartialEq)]
    #[projection(of = r#Struct)]
    pub(crate) struct r#Trait {
        pub(crate) r#type: Kind,
        pub(crate) r#match: String,
    }
}

#[test]
fn raw_identifiers() {
    use raw::{Kind, Struct};
    let value = Struct {
        r#type: Kind::Fn,
        r#match: "m".into(),
        r#fn: 1,
    };
    let item = value.to_item().expect("it can be stored");
    assert_eq!(Struct::from_item(&item).expect("it can be read"), value);
    assert!(item.contains_key("type") && item.contains_key("fn") && !item.contains_key("match"));
    assert_eq!(item["PK"].as_s().map(String::as_str), Ok("T#fn"));
    let _ = Struct::of(Kind::Fn).sort(|k| k.r#match.starts_with("m"));
    let _ = Struct::r#impl(1u8);
    assert_eq!(Struct::SCHEMA.name, "Struct");
}

/// Parameters with bounds, a constant one, and a where clause.
mod generic {
    use dynamo_model::KeyPart as Part;
    use dynamo_model::prelude::*;
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Serialize};

    #[derive(Table)]
    #[table(name = "generic", pk = "PK", sk = "SK", entities(Envelope<Payload, u32, 3>))]
    pub(crate) struct Boxes;

    #[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
    pub(crate) struct Payload {
        pub(crate) text: String,
    }

    #[derive(Entity, Serialize, Deserialize, Debug, PartialEq)]
    #[entity(table = Boxes, pk = "E#{id}", sk = "{part}#{at}")]
    #[serde(bound = "")]
    pub(crate) struct Envelope<T: Serialize + DeserializeOwned, P, const N: usize>
    where
        T: Send + 'static,
        P: Part + Serialize + DeserializeOwned + Send + 'static,
    {
        pub(crate) id: String,
        pub(crate) part: P,
        pub(crate) at: u64,
        pub(crate) payload: T,
    }

    /// An instance has projections, which have no parameters of their own.
    #[derive(Projection, Deserialize, Debug, PartialEq)]
    #[projection(of = Envelope::<Payload, u32, 3>)]
    pub(crate) struct Letter {
        pub(crate) payload: Option<Payload>,
        pub(crate) part: u32,
    }

    #[derive(Part, Serialize, Deserialize, Debug, PartialEq, Clone)]
    pub(crate) struct Id<T: Part>(pub(crate) T);
}

#[test]
fn generics() {
    use generic::{Envelope, Id, Payload};
    let envelope = Envelope::<Payload, u32, 3> {
        id: "e".into(),
        part: 7,
        at: 1,
        payload: Payload { text: "t".into() },
    };
    let item = envelope.to_item().expect("it can be stored");
    assert_eq!(
        Envelope::from_item(&item).expect("it can be read"),
        envelope
    );
    let _ = Envelope::<Payload, u32, 3>::key("e", 7u32, 1u64);
    let _ = Envelope::<Payload, u32, 3>::of("e").sort(|k| k.part.eq(7u32).then(k.at.ge(1u64)));
    let _ = Id(1u8);
}

#[test]
fn inside_a_function() {
    use dynamo_model::prelude::*;

    #[derive(Table)]
    #[table(name = "local", pk = "PK", entities(Local))]
    struct Here;

    #[derive(Entity, serde::Serialize, serde::Deserialize)]
    #[entity(table = Here, pk = "{id}")]
    struct Local {
        id: String,
    }

    let item = Local { id: "a".into() }.to_item();
    assert_eq!(item.expect("it can be stored").len(), 3);
}

/// Table and entity in different modules, each as private as can be.
mod apart {
    mod table {
        #[derive(dynamo_model::Table)]
        #[table(
            name = "apart",
            pk = "PK",
            sk = "SK",
            entities(super::entity::inner::Inner, super::entity::Outer)
        )]
        pub(super) struct Shelf;
    }

    mod entity {
        #[derive(dynamo_model::Entity, serde::Serialize, serde::Deserialize)]
        #[entity(table = super::table::Shelf, pk = "{id}", sk = "OUTER#{at}")]
        pub(super) struct Outer {
            id: String,
            at: u64,
        }

        pub(super) mod inner {
            #[derive(dynamo_model::Entity, serde::Serialize, serde::Deserialize)]
            #[entity(table = super::super::table::Shelf, pk = "{id}", sk = "INNER")]
            pub(in super::super) struct Inner {
                pub(super) id: String,
            }
        }

        pub(super) fn all() -> (Outer, inner::Inner) {
            let outer = Outer {
                id: "a".into(),
                at: 1,
            };
            (outer, inner::Inner { id: "a".into() })
        }
    }

    #[test]
    fn private_modules() {
        use dynamo_model::Entity as _;
        let (outer, inner) = entity::all();
        assert!(outer.to_item().is_ok() && inner.to_item().is_ok());
        let _ = entity::Outer::key("a", 1u64);
    }
}

/// The crate under another name.
mod renamed {
    pub(crate) mod vendored {
        pub(crate) use dynamo_model as ddb;
    }
    use vendored::ddb;

    #[derive(ddb::Table)]
    #[table(
        name = "renamed",
        pk = "PK",
        entities(Thing),
        crate = "crate::renamed::vendored::ddb"
    )]
    pub(crate) struct Things;

    #[derive(ddb::KeyPart, serde::Serialize, serde::Deserialize)]
    #[key_part(crate = "crate::renamed::vendored::ddb")]
    pub(crate) struct Id(pub(crate) String);

    #[derive(ddb::Entity, serde::Serialize, serde::Deserialize)]
    #[entity(table = Things, pk = "{id}", crate = "crate::renamed::vendored::ddb")]
    pub(crate) struct Thing {
        pub(crate) id: Id,
    }

    #[derive(ddb::Projection, serde::Deserialize)]
    #[projection(of = Thing, crate = "crate::renamed::vendored::ddb")]
    pub(crate) struct Part {
        #[allow(dead_code)]
        id: Id,
    }
}

#[test]
fn a_renamed_crate() {
    let thing = renamed::Thing {
        id: renamed::Id("a".into()),
    };
    assert!(thing.to_item().is_ok());
}

/// Entities that a macro writes.
mod generated {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    macro_rules! shelf {
        ($table:ident, $name:literal, { $($entity:ident($field:ident: $ty:ty, $template:literal),)* }) => {
            #[derive(Table)]
            #[table(name = $name, pk = "PK", entities($($entity),*))]
            pub(crate) struct $table;
            $(
                #[derive(Entity, Serialize, Deserialize)]
                #[entity(table = $table, pk = $template)]
                pub(crate) struct $entity {
                    pub(crate) $field: $ty,
                }
            )*
        };
    }

    shelf!(Shelf, "generated", {
        Book(isbn: String, "BOOK#{isbn}"),
        Disc(number: u64, "DISC#{number}"),
    });
}

#[test]
fn macro_rules() {
    let _ = generated::Book::key("1");
    let disc = generated::Disc { number: 1 };
    let item = disc.to_item().expect("it can be stored");
    assert!(item["PK"].as_s().is_ok_and(|pk| pk.starts_with("DISC#")));
    assert!(generated::Book { isbn: "1".into() }.to_item().is_ok());
}

/// serde's derives before and after ours, on one line or on their own, with attributes behind `cfg_attr`.
mod orders {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Table)]
    #[table(name = "orders", pk = "PK", entities(Before, After, Between))]
    pub(crate) struct Orders;

    #[derive(Serialize, Deserialize, Entity)]
    #[serde(rename_all = "camelCase")]
    #[entity(table = Orders, pk = "BEFORE#{the_id}")]
    pub(crate) struct Before {
        pub(crate) the_id: String,
    }

    #[derive(Entity)]
    #[serde(rename_all = "camelCase")]
    #[entity(table = Orders, pk = "AFTER#{the_id}")]
    #[derive(Serialize, Deserialize)]
    pub(crate) struct After {
        pub(crate) the_id: String,
    }

    #[derive(Serialize, Entity, Deserialize)]
    #[cfg_attr(all(), serde(rename_all = "camelCase"))]
    #[cfg_attr(any(), serde(rename_all = "UPPERCASE"))]
    #[entity(table = Orders, pk = "BETWEEN#{the_id}")]
    pub(crate) struct Between {
        #[cfg_attr(all(), serde(rename = "ID"))]
        pub(crate) the_id: String,
        #[cfg_attr(any(), serde(rename = "never"))]
        pub(crate) an_other: u8,
    }
}

#[test]
fn derive_orders_and_cfg_attr() {
    fn names<E: dynamo_model::Entity>(entity: &E) -> (Vec<String>, Vec<&'static str>) {
        let item = entity.to_item().expect("it can be stored");
        let mut stored: Vec<String> = item
            .into_keys()
            .filter(|name| name != "PK" && name != "_type")
            .collect();
        stored.sort();
        (
            stored,
            E::SCHEMA.fields.iter().map(|f| f.attribute).collect(),
        )
    }
    let id = || "1".to_owned();
    let (stored, said) = names(&orders::Before { the_id: id() });
    assert_eq!((stored, said), (vec!["theId".to_owned()], vec!["theId"]));
    let (stored, said) = names(&orders::After { the_id: id() });
    assert_eq!((stored, said), (vec!["theId".to_owned()], vec!["theId"]));
    let (stored, said) = names(&orders::Between {
        the_id: id(),
        an_other: 1,
    });
    assert_eq!(stored, ["ID", "anOther"]);
    assert_eq!(said, ["ID", "anOther"]);
}

/// A table that names no entities, used from elsewhere.
mod open {
    #[derive(dynamo_model::Table)]
    #[table(name = "open", pk = "PK", sk = "SK", delimiters = "#|")]
    pub(crate) struct Open;
}

mod elsewhere {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Entity, Serialize, Deserialize)]
    #[entity(table = crate::open::Open, pk = "{a}|{b}", sk = "{c}#{d}")]
    pub(crate) struct Guest {
        pub(crate) a: String,
        pub(crate) b: String,
        pub(crate) c: String,
        pub(crate) d: String,
    }
}

#[test]
fn an_open_table() {
    let guest = |a: &str| elsewhere::Guest {
        a: a.into(),
        b: "b".into(),
        c: "c".into(),
        d: "d".into(),
    };
    assert!(guest("a").to_item().is_ok());
    assert!(guest("a#").to_item().is_err(), "a declared delimiter");
}

/// Templates that meet only if text could hold a delimiter, which it cannot.
mod delimited {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Table)]
    #[table(name = "delimited", pk = "PK", sk = "SK", entities(Order, Line, Note))]
    pub(crate) struct Delimited;

    #[derive(Entity, Serialize, Deserialize)]
    #[entity(table = Delimited, pk = "C#{c}", sk = "ORDER#{id}")]
    pub(crate) struct Order {
        c: String,
        id: String,
    }

    #[derive(Entity, Serialize, Deserialize)]
    #[entity(table = Delimited, pk = "C#{c}", sk = "ORDER#{id}#LINE#{n}")]
    pub(crate) struct Line {
        c: String,
        id: String,
        n: u8,
    }

    #[derive(Entity, Serialize, Deserialize)]
    #[entity(table = Delimited, pk = "C#{c}", sk = "{{NOTE}}#{n:04}")]
    pub(crate) struct Note {
        c: String,
        n: u8,
    }
}

#[test]
fn delimiters_keep_templates_apart() {
    let _ = delimited::Order::key("c", "1");
    let _ = delimited::Line::key("c", "1", 1u8);
    let key = delimited::Note::key("c", 1u8).to_item();
    let key = key.expect("it is a key");
    assert_eq!(key["SK"].as_s().map(String::as_str), Ok("{NOTE}#0001"));
}

/// Public items with their documentation, so that `missing_docs` looks at what is generated.
pub mod documented {
    use dynamo_model::prelude::*;
    use serde::{Deserialize, Serialize};

    /// A table.
    #[derive(Table, Debug)]
    #[table(
        name = "documented",
        pk = "PK",
        sk = "SK",
        gsi("GSI1", pk = "G", sk = "H"),
        entities(Thing)
    )]
    pub struct Things;

    /// An entity.
    #[derive(Entity, Serialize, Deserialize, Debug)]
    #[entity(
        table = Things, pk = "{id}", sk = "{at}#{code}",
        index(by_code, on = "GSI1", pk = "{code}", sk = "{at}#{id}"),
    )]
    pub struct Thing {
        /// Identifier.
        pub id: String,
        /// Time.
        pub at: u64,
        /// Code.
        pub code: Option<String>,
    }
}

#[test]
fn an_optional_component_is_given_without_its_option() {
    let _ = documented::Thing::by_code("x").sort(|k| k.at.eq(1u64).then(k.id.starts_with("a")));
    let _ = documented::Thing::key("a", 1u64, "x");
}
