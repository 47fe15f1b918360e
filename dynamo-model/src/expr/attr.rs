//! Attribute handles, and the conditions that can be said of them.

use std::fmt;
use std::marker::PhantomData;

use super::class::{Encodes, Orders, Stored};
use super::kind::{AttributeType, Beginning, Holding, KindOf, Measured, Named, Sequence};
use super::node::{Node, Operand, equals};
use super::value::{Comparand, Value, encode};
use super::{Condition, Free, Member, Path, Size};
use crate::wire::EncodeError;

/// An attribute of entity `E`, or a part of one, that is declared as `W`; `C` says what it is to the entity's keys.
///
/// The closures of conditions and updates receive a struct with one handle for each field.
pub struct Attr<E, W, C = Free> {
    path: Path,
    of: Marks<E, W, C>,
}

type Marks<E, W, C> = PhantomData<fn() -> (E, W, C)>;

/// What names an attribute in an update: an [`Attr`], or the handle of a document.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an attribute",
    label = "return a handle from the closure: `|o| o.status`"
)]
pub trait Attribute {
    /// The entity.
    type Entity;
    /// The declared type.
    type Value;
    /// What it is to the entity's keys.
    type Class;
    /// Where it is.
    #[doc(hidden)]
    fn place(&self) -> &Path;
    /// Where it is.
    #[doc(hidden)]
    fn into_path(self) -> Path
    where
        Self: Sized,
    {
        self.place().clone()
    }
}

impl<E, W, C> Attribute for Attr<E, W, C> {
    type Entity = E;
    type Value = W;
    type Class = C;

    fn place(&self) -> &Path {
        &self.path
    }
}

impl<E, W, C> Attr<E, W, C> {
    /// The handle of an attribute.
    #[doc(hidden)]
    pub const fn at_path(path: Path) -> Self {
        Self {
            path,
            of: PhantomData,
        }
    }

    /// Where it is.
    #[doc(hidden)]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

// Bounds stand at the methods: unlike those of an `impl`, they are reported in the words of their traits.
impl<E, W, C> Attr<E, W, C> {
    /// The item has the attribute: `attribute_exists`. A stored `NULL` counts.
    pub fn exists(&self) -> Condition<E>
    where
        C: Stored,
    {
        Condition::new(Node::exists(self.path.clone()))
    }

    /// The item does not have the attribute: `attribute_not_exists`.
    pub fn not_exists(&self) -> Condition<E>
    where
        C: Stored,
    {
        Condition::new(Node::not_exists(self.path.clone()))
    }

    /// The attribute is there and of this type: `attribute_type`.
    pub fn is_type(&self, ty: Type) -> Condition<E>
    where
        C: Stored,
    {
        let ty = Operand::text(ty.as_str());
        Condition::new(Node::Call("attribute_type", self.path.clone(), Some(ty)))
    }

    /// Equal: `=`. `None` asks whether the attribute is absent (or `NULL`).
    pub fn eq(&self, value: impl Comparand<E, W>) -> Condition<E>
    where
        C: Encodes<W>,
    {
        Condition::made(self.comparand(value).map(|operand| match operand {
            Some(operand) => Node::Compare(self.operand(), "=", operand),
            None => self.nothing(),
        }))
    }

    /// Not equal: `<>`, which also holds if the attribute is absent. `None` asks whether the attribute is there.
    pub fn ne(&self, value: impl Comparand<E, W>) -> Condition<E>
    where
        C: Encodes<W>,
    {
        Condition::made(self.comparand(value).map(|operand| match operand {
            Some(operand) => Node::Compare(self.operand(), "<>", operand),
            None => self.nothing().not(),
        }))
    }

    /// One of these values: `IN`, which takes up to 100. No value at all is refused when the request is made, since the
    /// service knows no empty list.
    pub fn is_in<V: Value<W>>(&self, values: impl IntoIterator<Item = V>) -> Condition<E>
    where
        C: Encodes<W>,
    {
        let mut none = false;
        let mut operands = Vec::new();
        for value in values {
            match encode::<W, C, V>(&value) {
                Ok(Some(json)) => operands.push(Operand::Value(json)),
                Ok(None) => none = true,
                Err(error) => return Condition::made(Err(self.locate(error))),
            }
        }
        Condition::new(match (none, operands.is_empty()) {
            (true, true) => self.nothing(),
            (true, false) => self.nothing().or(Node::In(self.operand(), operands)),
            (false, _) => Node::In(self.operand(), operands),
        })
    }

    /// Less than: `<`. Never holds if the attribute is absent.
    pub fn lt(&self, value: impl Comparand<E, W>) -> Condition<E>
    where
        W: AttributeType,
        C: Encodes<W> + Orders<KindOf<W>>,
    {
        self.compare("<", value)
    }

    /// At most: `<=`. Never holds if the attribute is absent.
    pub fn le(&self, value: impl Comparand<E, W>) -> Condition<E>
    where
        W: AttributeType,
        C: Encodes<W> + Orders<KindOf<W>>,
    {
        self.compare("<=", value)
    }

    /// Greater than: `>`. Never holds if the attribute is absent.
    pub fn gt(&self, value: impl Comparand<E, W>) -> Condition<E>
    where
        W: AttributeType,
        C: Encodes<W> + Orders<KindOf<W>>,
    {
        self.compare(">", value)
    }

    /// At least: `>=`. Never holds if the attribute is absent.
    pub fn ge(&self, value: impl Comparand<E, W>) -> Condition<E>
    where
        W: AttributeType,
        C: Encodes<W> + Orders<KindOf<W>>,
    {
        self.compare(">=", value)
    }

    /// From the first value to the second, both included: `BETWEEN`. Reversed values hold for nothing.
    pub fn between(&self, low: impl Comparand<E, W>, high: impl Comparand<E, W>) -> Condition<E>
    where
        W: AttributeType,
        C: Encodes<W> + Orders<KindOf<W>>,
    {
        Condition::made(self.ordered(low).and_then(|low| {
            let high = self.ordered(high)?;
            // The service refuses bounds that it can see are reversed, instead of finding nothing.
            Ok(if is_reversed(&low, &high) {
                let from = Node::Compare(self.operand(), ">=", low);
                from.and(Node::Compare(self.operand(), "<=", high))
            } else {
                Node::Between(self.operand(), low, high)
            })
        }))
    }

    /// The value begins with this: `begins_with`. An empty beginning holds for every value.
    pub fn begins_with(&self, value: impl Value<W>) -> Condition<E>
    where
        W: AttributeType,
        KindOf<W>: Beginning,
        C: Encodes<W>,
    {
        Condition::made(match encode::<W, C, _>(&value) {
            Ok(Some(json)) => {
                let beginning = Some(Operand::Value(json));
                Ok(Node::Call("begins_with", self.path.clone(), beginning))
            }
            Ok(None) => Err(self.locate(EncodeError::new("`None` begins nothing"))),
            Err(error) => Err(self.locate(error)),
        })
    }

    /// The text contains this text, the list or set this element: `contains`.
    pub fn contains(&self, element: impl Value<<KindOf<W> as Holding>::Element>) -> Condition<E>
    where
        W: AttributeType,
        KindOf<W>: Holding,
        C: Stored,
    {
        let json = encode::<<KindOf<W> as Holding>::Element, Free, _>(&element);
        Condition::made(match json {
            Ok(json) => {
                let json = json.unwrap_or_else(|| "{\"NULL\":true}".to_owned());
                let element = Some(Operand::Value(json));
                Ok(Node::Call("contains", self.path.clone(), element))
            }
            Err(error) => Err(self.locate(error)),
        })
    }

    /// The size, to be compared with a number: `size`.
    ///
    /// Of text the number of UTF-16 code units, of bytes their number, of a list, set or map the number of its
    /// elements.
    pub fn size(&self) -> Size<E>
    where
        W: AttributeType,
        KindOf<W>: Measured,
        C: Stored,
    {
        Size::of(self.path.clone())
    }

    /// The element at a place, from 0 on: `lines[2]`.
    pub fn at<T>(&self, index: u32) -> T::Attr<E, T, Member>
    where
        W: AttributeType,
        KindOf<W>: Sequence<Element = T>,
        T: AttributeType,
    {
        T::attr(self.path.element(index))
    }

    /// The member of this name: `prices.eur`.
    pub fn entry<T>(&self, name: impl fmt::Display) -> T::Attr<E, T, Member>
    where
        W: AttributeType,
        KindOf<W>: Named<Member = T>,
        T: AttributeType,
    {
        T::attr(self.path.member(name.to_string()))
    }
}

/// What the conditions are made of.
impl<E, W, C> Attr<E, W, C> {
    fn operand(&self) -> Operand {
        Operand::Path(self.path.clone())
    }

    fn locate(&self, error: EncodeError) -> EncodeError {
        error.under_name(&self.path.to_string())
    }

    /// What reading takes for `None`.
    fn nothing(&self) -> Node {
        equals(self.path.clone(), None)
    }

    fn comparand(&self, value: impl Comparand<E, W>) -> Result<Option<Operand>, EncodeError>
    where
        C: Encodes<W>,
    {
        value.operand::<C>().map_err(|error| self.locate(error))
    }

    /// A comparand that has a place in the order.
    fn ordered(&self, value: impl Comparand<E, W>) -> Result<Operand, EncodeError>
    where
        C: Encodes<W>,
    {
        if !C::is_ordered() {
            let error = "it is stored as a key, in a format whose order is not that of the values: ask with `eq`, or by a \
                         condition on a sort key";
            return Err(self.locate(EncodeError::new(error)));
        }
        let operand = self.comparand(value)?;
        operand.ok_or_else(|| {
            let error = "`None` has no place in the order: ask with `eq` or `ne`";
            self.locate(EncodeError::new(error))
        })
    }

    fn compare(&self, operator: &'static str, value: impl Comparand<E, W>) -> Condition<E>
    where
        C: Encodes<W>,
    {
        let operand = self.ordered(value);
        Condition::made(operand.map(|operand| Node::Compare(self.operand(), operator, operand)))
    }
}

fn is_reversed(low: &Operand, high: &Operand) -> bool {
    match (low, high) {
        (Operand::Value(low), Operand::Value(high)) => crate::wire::is_greater(low, high),
        _ => false,
    }
}

impl<E, W, C> fmt::Debug for Attr<E, W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attr({})", self.path)
    }
}

/// DynamoDB's types, for [`Attr::is_type`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A string.
    S,
    /// A number.
    N,
    /// Binary.
    B,
    /// A truth value.
    Bool,
    /// `NULL`.
    Null,
    /// A list.
    L,
    /// A map.
    M,
    /// A set of strings.
    Ss,
    /// A set of numbers.
    Ns,
    /// A set of binaries.
    Bs,
}

impl Type {
    /// The name in DynamoDB JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::L => "L",
            Self::M => "M",
            Self::Ss => "SS",
            Self::Ns => "NS",
            Self::Bs => "BS",
        }
    }
}
