//! Sizes of attributes, and the conditions that can be said of them.

use std::fmt;
use std::marker::PhantomData;

use super::node::{Node, Operand};
use super::{Condition, Path};

/// The size of an attribute, as an operand. Made by [`Attr::size`](super::Attr::size).
pub struct Size<E> {
    path: Path,
    entity: PhantomData<fn() -> E>,
}

impl<E> Size<E> {
    pub(super) fn of(path: Path) -> Self {
        Self {
            path,
            entity: PhantomData,
        }
    }

    fn compare(&self, operator: &'static str, size: u64) -> Condition<E> {
        Condition::new(Node::Compare(
            Operand::Size(self.path.clone()),
            operator,
            number(size),
        ))
    }

    /// Exactly so many: `=`.
    pub fn eq(&self, size: u64) -> Condition<E> {
        self.compare("=", size)
    }

    /// Any other number: `<>`.
    pub fn ne(&self, size: u64) -> Condition<E> {
        self.compare("<>", size)
    }

    /// Less: `<`.
    pub fn lt(&self, size: u64) -> Condition<E> {
        self.compare("<", size)
    }

    /// At most: `<=`.
    pub fn le(&self, size: u64) -> Condition<E> {
        self.compare("<=", size)
    }

    /// More: `>`.
    pub fn gt(&self, size: u64) -> Condition<E> {
        self.compare(">", size)
    }

    /// At least: `>=`.
    pub fn ge(&self, size: u64) -> Condition<E> {
        self.compare(">=", size)
    }

    /// From one number to another: `BETWEEN`. Reversed numbers hold for nothing.
    pub fn between(&self, low: u64, high: u64) -> Condition<E> {
        if low > high {
            return self.ge(low).and(self.le(high));
        }
        Condition::new(Node::Between(
            Operand::Size(self.path.clone()),
            number(low),
            number(high),
        ))
    }
}

impl<E> fmt::Debug for Size<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Size({})", self.path)
    }
}

fn number(n: u64) -> Operand {
    Operand::Value(format!("{{\"N\":\"{n}\"}}"))
}
