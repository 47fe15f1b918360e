//! Which attributes of an item serde gets to see.

/// The attributes of items of one kind that serde does not get to see, and how an item says of which kind it is.
pub(crate) struct Screen {
    names: Vec<&'static str>,
    /// A bit for each length of a name, so that most others are told apart by theirs.
    lengths: u64,
    /// Whether the names are those that are shown.
    shows_named: bool,
    kind: Option<Kind>,
}

/// The attribute that says what an item is.
struct Kind {
    attribute: &'static str,
    accepts: fn(&str) -> bool,
}

impl Screen {
    /// Shows all attributes but these.
    pub(crate) fn hiding(names: Vec<&'static str>) -> Self {
        Self::with(names, false)
    }

    /// Shows these attributes only.
    pub(crate) fn showing(names: Vec<&'static str>) -> Self {
        Self::with(names, true)
    }

    fn with(names: Vec<&'static str>, shows_named: bool) -> Self {
        let lengths = names.iter().map(|name| bit(name));
        Self {
            lengths: lengths.fold(0, |all, one| all | one),
            names,
            shows_named,
            kind: None,
        }
    }

    /// Refuses items whose attribute of this name is no string that is accepted. It has to be one that is hidden.
    pub(crate) fn with_kind(mut self, attribute: &'static str, accepts: fn(&str) -> bool) -> Self {
        self.kind = Some(Kind { attribute, accepts });
        self
    }

    #[inline]
    pub(super) fn hides(&self, name: &str) -> bool {
        let is_named = self.lengths & bit(name) != 0 && self.names.contains(&name);
        is_named != self.shows_named
    }

    /// What the attribute of this name has to be, if it says what the item is.
    #[inline]
    pub(super) fn kind(&self, name: &str) -> Option<fn(&str) -> bool> {
        let kind = self.kind.as_ref()?;
        (kind.attribute == name).then_some(kind.accepts)
    }
}

#[inline]
fn bit(name: &str) -> u64 {
    1 << (name.len() % 64)
}
