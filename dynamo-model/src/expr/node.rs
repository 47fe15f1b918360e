//! Conditions as a tree, and how it is written: with the parentheses that its shape needs and no others, which the
//! service would refuse.

use super::{Aliases, Path, Raw};
use crate::wire::write_json_str;
use crate::{Error, InvalidRequest};

/// What a comparison compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Path(Path),
    /// An attribute value as DynamoDB JSON.
    Value(String),
    /// `size(path)`
    Size(Path),
}

impl Operand {
    /// A string.
    pub(crate) fn text(text: &str) -> Self {
        let mut json = String::from("{\"S\":");
        write_json_str(&mut json, text);
        json.push('}');
        Self::Value(json)
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// `a = b`, with the operator as it is written.
    Compare(Operand, &'static str, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    /// `name(path)` or `name(path, operand)`
    Call(&'static str, Path, Option<Operand>),
    Not(Box<Node>),
    /// At least two, none of them an `And`.
    And(Vec<Node>),
    /// At least two, none of them an `Or`.
    Or(Vec<Node>),
    /// In the user's words.
    Raw(Raw),
}

/// Bytes that the service takes for one expression.
const MAX_TEXT: usize = 4_096;
/// Operators and functions that it takes in one.
const MAX_OPERATORS: usize = 300;
/// Operands that it takes in one `IN`.
const MAX_IN: usize = 100;

impl Node {
    pub(crate) fn exists(path: Path) -> Self {
        Self::Call("attribute_exists", path, None)
    }

    pub(crate) fn not_exists(path: Path) -> Self {
        Self::Call("attribute_not_exists", path, None)
    }

    pub(crate) fn compare(path: Path, operator: &'static str, json: impl Into<String>) -> Self {
        Self::Compare(Operand::Path(path), operator, Operand::Value(json.into()))
    }

    /// Both conditions.
    pub(crate) fn and(self, other: Self) -> Self {
        let (mut all, other) = match (self, other) {
            (Self::And(all), other) => (all, other),
            (first, other) => (vec![first], other),
        };
        match other {
            Self::And(more) => all.extend(more),
            one => all.push(one),
        }
        Self::And(all)
    }

    /// One of the conditions at least.
    pub(crate) fn or(self, other: Self) -> Self {
        let (mut all, other) = match (self, other) {
            (Self::Or(all), other) => (all, other),
            (first, other) => (vec![first], other),
        };
        match other {
            Self::Or(more) => all.extend(more),
            one => all.push(one),
        }
        Self::Or(all)
    }

    pub(crate) fn not(self) -> Self {
        match self {
            // Twice turned is the thing itself.
            Self::Not(inner) => *inner,
            node => Self::Not(Box::new(node)),
        }
    }

    /// All the conditions together, in this order; `None` if there are none.
    pub(crate) fn all(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        nodes.into_iter().reduce(Self::and)
    }

    /// Calls the function with every path that the condition names.
    pub(crate) fn each_path(&self, each: &mut dyn FnMut(&Path)) {
        let mut operand = |operand: &Operand| match operand {
            Operand::Path(path) | Operand::Size(path) => each(path),
            Operand::Value(_) => {}
        };
        match self {
            Self::Compare(left, _, right) => [left, right].into_iter().for_each(operand),
            Self::Between(tested, low, high) => [tested, low, high].into_iter().for_each(operand),
            Self::In(tested, list) => std::iter::once(tested).chain(list).for_each(operand),
            Self::Call(_, path, argument) => {
                argument.iter().for_each(&mut operand);
                each(path);
            }
            Self::Not(inner) => inner.each_path(each),
            Self::Raw(raw) => raw.each_path(each),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|node| node.each_path(each)),
        }
    }

    /// Writes the condition.
    ///
    /// Before anything is sent, it is held to the limits of DynamoDB's "Expressions" documentation: 4 KB of text, 300
    /// operators and functions, 100 operands of `IN`.
    pub(crate) fn render(&self, aliases: &mut Aliases) -> Result<String, Error> {
        let mut writer = Writer {
            aliases,
            out: String::with_capacity(64),
            operators: 0,
        };
        writer.node(self)?;
        let Writer { out, operators, .. } = writer;
        check_size(&out, operators)?;
        Ok(out)
    }
}

/// The attribute has this value; `None` is what reading takes for `None`: absence, or `NULL`.
pub(crate) fn equals(path: Path, json: Option<String>) -> Node {
    match json {
        Some(json) => Node::compare(path, "=", json),
        None => {
            let null = Operand::Value("{\"S\":\"NULL\"}".to_owned());
            Node::not_exists(path.clone()).or(Node::Call("attribute_type", path, Some(null)))
        }
    }
}

/// Refuses an expression that is larger than the service takes.
pub(crate) fn check_size(text: &str, operators: usize) -> Result<(), Error> {
    if operators > MAX_OPERATORS {
        return Err(InvalidRequest::new(format!(
            "an expression has {operators} operators and functions, DynamoDB takes up to {MAX_OPERATORS}: say less in one request"
        ))
        .into());
    }
    if text.len() > MAX_TEXT {
        return Err(InvalidRequest::new(format!(
            "an expression has {} bytes, DynamoDB takes up to {MAX_TEXT}: say less in one request",
            text.len()
        ))
        .into());
    }
    Ok(())
}

/// Whether it binds less than `AND`.
fn may_be_or(node: &Node) -> bool {
    match node {
        Node::Or(_) => true,
        Node::Raw(raw) => raw.joins(),
        _ => false,
    }
}

struct Writer<'a> {
    aliases: &'a mut Aliases,
    out: String,
    operators: usize,
}

impl Writer<'_> {
    fn node(&mut self, node: &Node) -> Result<(), Error> {
        match node {
            Node::Compare(left, operator, right) => {
                self.operators += 1;
                self.operand(left)?;
                self.out.push(' ');
                self.out.push_str(operator);
                self.out.push(' ');
                self.operand(right)
            }
            Node::Between(operand, low, high) => {
                self.operators += 1;
                self.operand(operand)?;
                self.out.push_str(" BETWEEN ");
                self.operand(low)?;
                self.out.push_str(" AND ");
                self.operand(high)
            }
            Node::In(operand, list) => {
                self.operators += 1;
                if list.is_empty() || list.len() > MAX_IN {
                    return Err(InvalidRequest::new(format!(
                        "`is_in` has {} values, DynamoDB takes 1 to {MAX_IN}: ask without it, or join several with `or`",
                        list.len()
                    ))
                    .into());
                }
                self.operand(operand)?;
                self.out.push_str(" IN (");
                for (at, operand) in list.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.operand(operand)?;
                }
                self.out.push(')');
                Ok(())
            }
            Node::Call(name, path, argument) => {
                self.operators += 1;
                self.out.push_str(name);
                self.out.push('(');
                self.path(path)?;
                if let Some(argument) = argument {
                    self.out.push_str(", ");
                    self.operand(argument)?;
                }
                self.out.push(')');
                Ok(())
            }
            Node::Not(inner) => {
                self.operators += 1;
                self.out.push_str("NOT ");
                self.inner(inner, matches!(**inner, Node::And(_)) || may_be_or(inner))
            }
            Node::And(all) => self.list(all, " AND ", may_be_or),
            Node::Or(all) => self.list(all, " OR ", |_| false),
            Node::Raw(raw) => {
                self.operators += raw.render(self.aliases, &mut self.out)?;
                Ok(())
            }
        }
    }

    fn list(
        &mut self,
        nodes: &[Node],
        operator: &str,
        in_parentheses: impl Fn(&Node) -> bool,
    ) -> Result<(), Error> {
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                self.operators += 1;
                self.out.push_str(operator);
            }
            self.inner(node, in_parentheses(node))?;
        }
        Ok(())
    }

    fn inner(&mut self, node: &Node, in_parentheses: bool) -> Result<(), Error> {
        if in_parentheses {
            self.out.push('(');
        }
        self.node(node)?;
        if in_parentheses {
            self.out.push(')');
        }
        Ok(())
    }

    fn operand(&mut self, operand: &Operand) -> Result<(), Error> {
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Value(json) => {
                self.aliases.push_value(json, &mut self.out);
                Ok(())
            }
            Operand::Size(path) => {
                self.operators += 1;
                self.out.push_str("size(");
                self.path(path)?;
                self.out.push(')');
                Ok(())
            }
        }
    }

    fn path(&mut self, path: &Path) -> Result<(), Error> {
        if let Some(fault) = path.fault() {
            return Err(InvalidRequest::new(fault).into());
        }
        path.render(self.aliases, &mut self.out);
        Ok(())
    }
}
