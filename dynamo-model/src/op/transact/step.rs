//! One operation of a transaction, as the caller counts them.

use std::fmt;

use crate::op::action::Action;

/// One operation: its own action, and the actions on other items that go with it.
///
/// All of them count towards the limits of a transaction, and what the service says of any of them is told as the
/// operation's one outcome.
pub(crate) struct Step {
    own: Action,
    /// On what field's account, whether it claims a value or releases one, and how.
    beside: Vec<(&'static str, bool, Action)>,
}

impl Step {
    pub(crate) fn new(own: Action, beside: Vec<(&'static str, bool, Action)>) -> Self {
        Self { own, beside }
    }

    pub(super) fn own(&self) -> &Action {
        &self.own
    }

    pub(super) fn actions(&self) -> impl Iterator<Item = &Action> {
        let beside = self.beside.iter().map(|(_, _, action)| action);
        std::iter::once(&self.own).chain(beside)
    }

    /// What the actions beside the own one are for: a field, and whether its value is claimed.
    pub(super) fn claims(&self) -> Vec<(&'static str, bool)> {
        let all = self.beside.iter();
        all.map(|(field, claims, _)| (*field, *claims)).collect()
    }
}

impl From<Action> for Step {
    fn from(action: Action) -> Self {
        Self::new(action, Vec::new())
    }
}

/// The action and the entity: "Put of `Order`", with back quotes.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Action { kind, entity, .. } = &self.own;
        write!(f, "{} of `{}`", kind.member(), entity.name)
    }
}
