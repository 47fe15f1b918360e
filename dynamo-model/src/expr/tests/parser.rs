//! A reader of DynamoDB's condition and update expressions, by the grammar of its documentation: `NOT` binds stronger than
//! `AND`, and that stronger than `OR`.

use crate::expr::{Aliases, Change, Operand, Path, Term};

/// A condition as it stands in a text, parentheses included.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// The text of a comparison or function.
    Atom(String),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Parentheses(Box<Tree>),
}

impl Tree {
    /// The same without parentheses, a conjunction of conjunctions as one, and likewise for disjunctions.
    pub(super) fn flat(&self) -> Self {
        let all = |nodes: &[Self], inner: fn(Self) -> Result<Vec<Self>, Self>| {
            let nodes = nodes.iter().map(Self::flat);
            nodes
                .flat_map(|node| inner(node).unwrap_or_else(|one| vec![one]))
                .collect()
        };
        match self {
            Self::Atom(text) => Self::Atom(text.clone()),
            Self::Not(inner) => Self::Not(Box::new(inner.flat())),
            Self::Parentheses(inner) => inner.flat(),
            Self::And(nodes) => Self::And(all(nodes, |node| match node {
                Self::And(nodes) => Ok(nodes),
                one => Err(one),
            })),
            Self::Or(nodes) => Self::Or(all(nodes, |node| match node {
                Self::Or(nodes) => Ok(nodes),
                one => Err(one),
            })),
        }
    }

    /// Whether it holds if exactly these atoms do.
    pub(super) fn holds(&self, atom: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Atom(text) => atom(text),
            Self::Not(inner) => !inner.holds(atom),
            Self::Parentheses(inner) => inner.holds(atom),
            Self::And(nodes) => nodes.iter().all(|node| node.holds(atom)),
            Self::Or(nodes) => nodes.iter().any(|node| node.holds(atom)),
        }
    }
}

/// Words, aliases and signs, without the blanks between them.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | ':');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if ["<>", "<=", ">="].iter().any(|sign| rest.starts_with(sign)) {
            2
        } else {
            1
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    tokens
}

pub(super) struct Parser<'t> {
    tokens: Vec<&'t str>,
    at: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            tokens: tokens(text),
            at: 0,
        }
    }

    pub(super) fn peek(&self) -> &'t str {
        self.tokens.get(self.at).copied().unwrap_or("")
    }

    fn next(&mut self) -> &'t str {
        self.at += 1;
        self.tokens[self.at - 1]
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) {
        assert!(self.eat(token), "expected {token}, found {}", self.peek());
    }

    pub(super) fn end(&self) {
        assert_eq!(self.peek(), "", "nothing follows");
    }

    pub(super) fn condition(&mut self) -> Tree {
        let mut all = vec![self.conjunction()];
        while self.eat("OR") {
            all.push(self.conjunction());
        }
        one_or(all, Tree::Or)
    }

    fn conjunction(&mut self) -> Tree {
        let mut all = vec![self.negation()];
        while self.eat("AND") {
            all.push(self.negation());
        }
        one_or(all, Tree::And)
    }

    fn negation(&mut self) -> Tree {
        if self.eat("NOT") {
            return Tree::Not(Box::new(self.negation()));
        }
        if self.eat("(") {
            let inner = self.condition();
            self.expect(")");
            return Tree::Parentheses(Box::new(inner));
        }
        let start = self.at;
        self.atom();
        Tree::Atom(self.tokens[start..self.at].join(" "))
    }

    fn atom(&mut self) {
        let is_function = ["attribute_", "begins_with", "contains"]
            .iter()
            .any(|name| self.peek().starts_with(name));
        if is_function {
            self.next();
            self.expect("(");
            self.names();
            if self.eat(",") {
                self.operand();
            }
            return self.expect(")");
        }
        self.operand();
        match self.next() {
            "BETWEEN" => {
                self.operand();
                self.expect("AND");
                self.operand();
            }
            "IN" => {
                self.expect("(");
                self.operand();
                while self.eat(",") {
                    self.operand();
                }
                self.expect(")");
            }
            "=" | "<>" | "<" | "<=" | ">" | ">=" => self.operand(),
            other => panic!("{other} compares nothing"),
        }
    }

    fn operand(&mut self) {
        if self.eat("size") {
            self.expect("(");
            self.names();
            self.expect(")");
        } else if self.peek().starts_with(':') {
            self.next();
        } else {
            self.names();
        }
    }

    fn names(&mut self) {
        self.name();
        loop {
            if self.eat(".") {
                self.name();
            } else if self.eat("[") {
                let index = self.next();
                assert!(index.parse::<u32>().is_ok(), "{index} is no place");
                self.expect("]");
            } else {
                return;
            }
        }
    }

    fn name(&mut self) {
        let name = self.next();
        assert!(name.starts_with("#n"), "{name} is no alias of a name");
    }

    /// The changes of an update, clause by clause, each clause at most once.
    pub(super) fn update(&mut self, aliases: &Aliases) -> Vec<Change> {
        let mut changes = Vec::new();
        for clause in ["SET", "REMOVE", "ADD", "DELETE"] {
            if !self.eat(clause) {
                continue;
            }
            loop {
                let path = self.path(aliases);
                changes.push(match clause {
                    "SET" => {
                        self.expect("=");
                        Change::Set(path, self.sum(aliases))
                    }
                    "REMOVE" => Change::Remove(path),
                    "ADD" => Change::Add(path, self.value(aliases)),
                    _ => Change::Delete(path, self.value(aliases)),
                });
                if !self.eat(",") {
                    break;
                }
            }
        }
        changes
    }

    fn sum(&mut self, aliases: &Aliases) -> Term {
        let first = Box::new(self.term(aliases));
        if self.eat("+") {
            Term::Plus(first, Box::new(self.term(aliases)))
        } else if self.eat("-") {
            Term::Minus(first, Box::new(self.term(aliases)))
        } else {
            *first
        }
    }

    fn term(&mut self, aliases: &Aliases) -> Term {
        if self.eat("if_not_exists") {
            self.expect("(");
            let path = self.path(aliases);
            self.expect(",");
            let term = self.term(aliases);
            self.expect(")");
            Term::IfNotExists(path, Box::new(term))
        } else if self.eat("list_append") {
            self.expect("(");
            let first = self.term(aliases);
            self.expect(",");
            let second = self.term(aliases);
            self.expect(")");
            Term::Append(Box::new(first), Box::new(second))
        } else if self.peek().starts_with(':') {
            Term::Value(self.value(aliases))
        } else {
            Term::Path(self.path(aliases))
        }
    }

    fn value(&mut self, aliases: &Aliases) -> String {
        let alias = self.next();
        let number = alias.strip_prefix(":v").expect("an alias of a value");
        aliases.values()[number.parse::<usize>().unwrap()].clone()
    }

    fn path(&mut self, aliases: &Aliases) -> Path {
        let name = |alias: &str| {
            // That of a declared name, or of an entry's.
            let number = alias.strip_prefix("#n").or(alias.strip_prefix("#e"));
            let number = number.expect("an alias of a name");
            aliases.names()[number.parse::<usize>().unwrap()].to_owned()
        };
        let mut path = Path::root().member(name(self.next()));
        loop {
            if self.eat(".") {
                path = path.member(name(self.next()));
            } else if self.eat("[") {
                path = path.element(self.next().parse().unwrap());
                self.expect("]");
            } else {
                return path;
            }
        }
    }
}

fn one_or(mut all: Vec<Tree>, join: impl FnOnce(Vec<Tree>) -> Tree) -> Tree {
    if all.len() == 1 {
        all.remove(0)
    } else {
        join(all)
    }
}

/// A value as an operand.
pub(super) fn number(n: usize) -> Operand {
    Operand::Value(format!("{{\"N\":\"{n}\"}}"))
}
