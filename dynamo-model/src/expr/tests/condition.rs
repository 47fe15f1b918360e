use proptest::prelude::*;

use super::parser::{Parser, Tree, number, tokens};
use crate::expr::{Aliases, Node, Operand, Path};

/// The atoms of random conditions: each kind once.
const ATOMS: usize = 6;

fn atom(number_of: usize) -> Node {
    const NAMES: [&str; ATOMS] = ["a", "b", "c", "d", "e", "f"];
    let path = Path::of(NAMES[number_of]);
    match number_of {
        0 => Node::Compare(Operand::Path(path), "<=", number(1)),
        1 => Node::Between(Operand::Path(path.member("x")), number(1), number(2)),
        2 => Node::In(
            Operand::Path(path),
            vec![number(1), number(2), Operand::Path(Path::of("z"))],
        ),
        3 => Node::exists(path.element(3)),
        4 => Node::Call("contains", path, Some(number(1))),
        _ => Node::Compare(Operand::Size(path), "<>", number(3)),
    }
}

fn conditions() -> impl Strategy<Value = Node> {
    let atoms = (0..ATOMS).prop_map(atom);
    atoms.prop_recursive(6, 40, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            2 => inner.prop_map(Node::not),
        ]
    })
}

/// The condition as the reader would see it. Atoms are told apart by the attribute that they begin with.
fn meant(node: &Node) -> Tree {
    match node {
        Node::Not(inner) => Tree::Not(Box::new(meant(inner))),
        Node::And(all) => Tree::And(all.iter().map(meant).collect()),
        Node::Or(all) => Tree::Or(all.iter().map(meant).collect()),
        Node::Compare(Operand::Path(path) | Operand::Size(path), ..)
        | Node::Between(Operand::Path(path), ..)
        | Node::In(Operand::Path(path), _)
        | Node::Call(_, path, _) => Tree::Atom(path.attribute().to_owned()),
        _ => unreachable!("no atom begins with a value"),
    }
}

fn read(text: &str, aliases: &Aliases) -> Tree {
    let mut parser = Parser::new(text);
    let tree = parser.condition();
    parser.end();
    named(tree, aliases)
}

fn named(tree: Tree, aliases: &Aliases) -> Tree {
    let all = |nodes: Vec<Tree>| nodes.into_iter().map(|node| named(node, aliases)).collect();
    match tree {
        Tree::Atom(text) => {
            let words = tokens(&text);
            let alias = words.iter().find_map(|word| {
                let declared = word.strip_prefix("#n");
                declared.or(word.strip_prefix("#e"))
            });
            let alias: usize = alias.unwrap().parse().unwrap();
            Tree::Atom(aliases.names()[alias].to_owned())
        }
        Tree::Not(inner) => Tree::Not(Box::new(named(*inner, aliases))),
        Tree::Parentheses(inner) => Tree::Parentheses(Box::new(named(*inner, aliases))),
        Tree::And(nodes) => Tree::And(all(nodes)),
        Tree::Or(nodes) => Tree::Or(all(nodes)),
    }
}

/// The text without one pair of parentheses after the other, those of functions and lists aside.
fn without_each_pair(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut texts = Vec::new();
    for open in 0..bytes.len() {
        let before = &text[..open];
        let groups = before.is_empty() || before.ends_with("NOT ") || before.ends_with(['(', ' ']);
        if bytes[open] != b'(' || !groups || before.ends_with("IN ") {
            continue;
        }
        let mut depth = 0;
        let closing = (open..bytes.len()).find(|&at| {
            depth += i32::from(bytes[at] == b'(') - i32::from(bytes[at] == b')');
            depth == 0
        });
        let mut shorter = text.to_owned();
        shorter.remove(closing.unwrap());
        shorter.remove(open);
        texts.push(shorter);
    }
    texts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_written_is_what_was_meant(node in conditions()) {
        let mut aliases = Aliases::default();
        let text = node.render(&mut aliases).unwrap();
        let tree = read(&text, &aliases);
        prop_assert_eq!(tree.flat(), meant(&node).flat(), "{}", text);
        for holding in 0..1_u32 << ATOMS {
            let atom = |name: &str| holding >> (name.as_bytes()[0] - b'a') & 1 == 1;
            prop_assert_eq!(tree.holds(&atom), meant(&node).holds(&atom), "{}", text);
        }
        // The same condition is always the same text.
        prop_assert_eq!(node.render(&mut Aliases::default()).unwrap(), text);
    }

    #[test]
    fn no_parentheses_can_be_left_out(node in conditions()) {
        let mut aliases = Aliases::default();
        let text = node.render(&mut aliases).unwrap();
        let tree = read(&text, &aliases).flat();
        for shorter in without_each_pair(&text) {
            prop_assert_ne!(read(&shorter, &aliases).flat(), tree.clone(), "{} is {}", shorter, text);
        }
    }
}

#[test]
fn the_pairs_that_the_test_leaves_out() {
    let texts = without_each_pair("NOT (a IN (b) AND f(c)) OR (d)");
    assert_eq!(
        texts,
        [
            "NOT a IN (b) AND f(c) OR (d)",
            "NOT (a IN (b) AND f(c)) OR d"
        ]
    );
}

#[test]
fn precedence() {
    let text = |node: Node| node.render(&mut Aliases::default()).unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| Node::exists(Path::of(name)));
    let of = |shape: &str| {
        let written = |c: char| match "XYZ".find(c) {
            Some(at) => format!("attribute_exists(#n{at})"),
            None => c.to_string(),
        };
        shape.chars().map(written).collect::<String>()
    };
    let or = || b.clone().or(c.clone());
    let and = || b.clone().and(c.clone());
    assert_eq!(text(a.clone().or(and())), of("X OR Y AND Z"));
    assert_eq!(text(a.clone().and(or())), of("X AND (Y OR Z)"));
    assert_eq!(text(a.clone().and(and())), of("X AND Y AND Z"));
    assert_eq!(text(a.clone().or(or())), of("X OR Y OR Z"));
    assert_eq!(
        text(a.clone().not().and(or().not())),
        of("NOT X AND NOT (Y OR Z)")
    );
    assert_eq!(text(a.clone().not().not()), of("X"));
    assert_eq!(text(a.and(and().not())), of("X AND NOT (Y AND Z)"));
}

#[test]
fn paths_of_a_condition() {
    let mut names = Vec::new();
    let all = (0..ATOMS).map(atom).reduce(Node::or).unwrap();
    let all = all.and(Node::compare(Path::of("y"), "=", "{}").not());
    all.each_path(&mut |path| names.push(path.to_string()));
    assert_eq!(names, ["a", "b.x", "c", "z", "d[3]", "e", "f", "y"]);
}

/// Operators are counted as the service counts them: comparators, functions, `AND`, `OR`, `NOT`, `BETWEEN`, `IN`.
#[test]
fn limits() {
    let atom = || Node::exists(Path::of("X"));
    let many = |n: usize| (1..n).fold(atom(), |node, _| node.or(atom()));
    let render = |node: &Node| node.render(&mut Aliases::default());
    // `attribute_exists(#n0) OR ` has 25 bytes.
    assert!(render(&many(150)).is_ok());
    assert!(render(&many(150).not()).is_ok());
    let error = render(&many(151)).unwrap_err().to_string();
    assert!(error.contains("301 operators"), "{error}");
    let sizes = Node::Compare(
        Operand::Size(Path::of("X")),
        "=",
        Operand::Size(Path::of("Y")),
    );
    let all = |n: usize| (1..n).fold(sizes.clone(), |node, _| node.and(sizes.clone()));
    assert!(render(&all(75)).is_ok());
    let error = render(&all(76)).unwrap_err().to_string();
    assert!(error.contains("303 operators"), "{error}");

    let list = |n: usize| Node::In(Operand::Path(Path::of("X")), vec![number(1); n]);
    let fits = (1..41).fold(list(99), |node, _| node.or(list(99)));
    let error = render(&fits).unwrap_err().to_string();
    assert!(error.contains("bytes"), "{error}");
    for (count, is_taken) in [(0, false), (1, true), (100, true), (101, false)] {
        assert_eq!(render(&list(count)).is_ok(), is_taken, "{count}");
    }
}
