//! A condition on a sort key, narrowed to what lies behind a position.

use super::bounds::ceiling;
use super::{KeyValue, SortCondition};

impl SortCondition {
    /// Whether a key satisfies the condition.
    pub(crate) fn holds(&self, key: &KeyValue) -> bool {
        match self {
            Self::Eq(value) => key == value,
            Self::Lt(value) => key < value,
            Self::Le(value) => key <= value,
            Self::Gt(value) => key > value,
            Self::Ge(value) => key >= value,
            Self::Between(low, high) => low <= key && key <= high,
            Self::BeginsWith(prefix) => match (prefix, key) {
                (KeyValue::S(prefix), KeyValue::S(key)) => key.starts_with(prefix),
                (KeyValue::B(prefix), KeyValue::B(key)) => key.starts_with(prefix),
                _ => false,
            },
        }
    }

    /// Whether nothing of the condition lies behind this key, in the order in which it is read.
    pub(crate) fn ends_at(&self, key: &KeyValue, descending: bool) -> bool {
        match self {
            Self::Eq(last) => key == last,
            Self::Between(low, high) => key == if descending { low } else { high },
            Self::Le(high) => !descending && key == high,
            Self::Ge(low) => descending && key == low,
            Self::Lt(_) | Self::Gt(_) | Self::BeginsWith(_) => false,
        }
    }

    /// The keys of the condition from a position on, the position itself included; `None` if there are none. With
    /// `descending`, those up to it.
    ///
    /// A strict bound at the other end becomes an inclusive one, since DynamoDB takes one condition: whoever reads by it
    /// asks [`holds`](Self::holds) as well.
    pub(crate) fn narrowed(this: Option<&Self>, from: &KeyValue, descending: bool) -> Option<Self> {
        let (low, high) = match this {
            None => (None, None),
            Some(Self::Eq(value)) => (Some(value.clone()), Some(value.clone())),
            Some(Self::Lt(value) | Self::Le(value)) => (None, Some(value.clone())),
            Some(Self::Gt(value) | Self::Ge(value)) => (Some(value.clone()), None),
            Some(Self::Between(low, high)) => (Some(low.clone()), Some(high.clone())),
            Some(Self::BeginsWith(KeyValue::S(prefix))) => (
                Some(KeyValue::S(prefix.clone())),
                Some(KeyValue::S(ceiling(prefix))),
            ),
            // Bytes have no greatest one to end a range with.
            Some(whole @ Self::BeginsWith(_)) => return Some(whole.clone()),
        };
        let (low, high) = if descending {
            (
                low,
                Some(high.map_or_else(|| from.clone(), |high| high.min(from.clone()))),
            )
        } else {
            (
                Some(low.map_or_else(|| from.clone(), |low| low.max(from.clone()))),
                high,
            )
        };
        match (low, high) {
            (Some(low), Some(high)) if low > high => None,
            (Some(low), Some(high)) if low == high => Some(Self::Eq(low)),
            (Some(low), Some(high)) => Some(Self::Between(low, high)),
            (Some(low), None) => Some(Self::Ge(low)),
            (None, Some(high)) => Some(Self::Le(high)),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = KeyValue> {
        "[ab]{1,3}".prop_map(KeyValue::S)
    }

    fn condition() -> impl Strategy<Value = Option<SortCondition>> {
        let two = (text(), text()).prop_map(|(a, b)| (a.clone().min(b.clone()), a.max(b)));
        prop_oneof![
            Just(None),
            text().prop_map(|v| Some(SortCondition::Eq(v))),
            text().prop_map(|v| Some(SortCondition::Lt(v))),
            text().prop_map(|v| Some(SortCondition::Le(v))),
            text().prop_map(|v| Some(SortCondition::Gt(v))),
            text().prop_map(|v| Some(SortCondition::Ge(v))),
            text().prop_map(|v| Some(SortCondition::BeginsWith(v))),
            two.prop_map(|(low, high)| Some(SortCondition::Between(low, high))),
        ]
    }

    proptest! {
        #[test]
        fn what_lies_behind_a_position_is_kept_and_what_lies_before_it_is_not(
            condition in condition(), from in text(), key in text(), descending: bool,
        ) {
            let narrowed = SortCondition::narrowed(condition.as_ref(), &from, descending);
            let whole = condition.as_ref().is_none_or(|condition| condition.holds(&key));
            let behind = if descending { key <= from } else { key >= from };
            let kept = narrowed.is_some_and(|narrowed| narrowed.holds(&key));
            prop_assert_eq!(whole && behind, kept && whole);
            prop_assert!(!kept || behind);
        }
    }
}
