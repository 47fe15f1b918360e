//! The types an attribute value can have.

/// The type tag of an attribute value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    S,
    N,
    B,
    Bool,
    Null,
    M,
    L,
    Ss,
    Ns,
    Bs,
    Unknown,
}

impl Tag {
    /// The letter of a tag whose payload is a JSON string.
    #[inline]
    pub(super) fn letter(self) -> Option<u8> {
        match self {
            Self::S => Some(b'S'),
            Self::N => Some(b'N'),
            Self::B => Some(b'B'),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::M => "M",
            Self::L => "L",
            Self::Ss => "SS",
            Self::Ns => "NS",
            Self::Bs => "BS",
            Self::Unknown => "an unknown type tag",
        }
    }

    pub(super) fn of(name: &str) -> Self {
        match name {
            "S" => Self::S,
            "N" => Self::N,
            "B" => Self::B,
            "BOOL" => Self::Bool,
            "NULL" => Self::Null,
            "M" => Self::M,
            "L" => Self::L,
            "SS" => Self::Ss,
            "NS" => Self::Ns,
            "BS" => Self::Bs,
            _ => Self::Unknown,
        }
    }
}

/// How the value at the cursor is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// An object of attributes without a tag: the item itself.
    Item,
    /// `{"TAG":…}`.
    Tagged,
    /// An untagged element of a set whose elements would have this tag.
    Member(Tag),
}
