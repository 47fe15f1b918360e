//! Key templates as data.

use std::fmt;

use super::{Component, Format, OrderClass, Shape};

/// The type of a key attribute. Keys are top-level strings, numbers or binaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A string, `S`.
    S,
    /// A number, `N`.
    N,
    /// Binary, `B`.
    B,
}

impl KeyKind {
    /// DynamoDB's name of the type: `S`, `N` or `B`.
    pub const fn as_str(self) -> &'static str {
        match self {
            KeyKind::S => "S",
            KeyKind::N => "N",
            KeyKind::B => "B",
        }
    }
}

/// One piece of a key template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Text that stands in every key.
    Lit(&'static str),
    /// A component, by its number in the entity, and how it is written.
    Part(usize, Format),
}

/// A field that stands in some key of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentDef {
    /// The field's name in Rust.
    pub name: &'static str,
    /// What its type is.
    pub shape: Shape,
    /// The order that its type declares for the default format.
    pub order: OrderClass,
    /// Whether the field is an `Option`.
    pub optional: bool,
}

impl ComponentDef {
    /// The component that a field of type `T` is.
    pub const fn of<T: Component>(name: &'static str) -> Self {
        T::DEF.named(name)
    }

    /// The same component under a field's name.
    #[doc(hidden)]
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

/// A key template: what one key attribute of an entity is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template(pub &'static [Segment]);

impl Template {
    /// The component, if the template is nothing but one: `"{user_id}"`.
    pub const fn single(self) -> Option<usize> {
        match self.0 {
            [Segment::Part(component, _)] => Some(*component),
            _ => None,
        }
    }

    /// The text all keys of this template begin with.
    pub const fn prefix(self) -> &'static str {
        match self.0 {
            [Segment::Lit(text), ..] => text,
            _ => "",
        }
    }

    /// Whether the component stands in this template.
    pub const fn contains(self, component: usize) -> bool {
        let mut i = 0;
        while i < self.0.len() {
            if let Segment::Part(number, _) = self.0[i]
                && number == component
            {
                return true;
            }
            i += 1;
        }
        false
    }

    /// The components in the order in which they stand.
    pub fn components(self) -> impl Iterator<Item = (usize, Format)> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Part(component, format) => Some((*component, *format)),
            Segment::Lit(_) => None,
        })
    }

    /// The template as it was written, `ORDER#{placed_at}`.
    pub fn display(self, components: &[ComponentDef]) -> impl fmt::Display {
        struct Text<'a>(Template, &'a [ComponentDef]);
        impl fmt::Display for Text<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for segment in self.0.0 {
                    match *segment {
                        Segment::Lit(text) => {
                            f.write_str(&text.replace('{', "{{").replace('}', "}}"))?;
                        }
                        Segment::Part(component, format) => {
                            let name = self.1.get(component).map_or("?", |c| c.name);
                            write!(f, "{{{name}{format}}}")?;
                        }
                    }
                }
                Ok(())
            }
        }
        Text(self, components)
    }
}
