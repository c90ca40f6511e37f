//! Tests of the queries, and of their errors if a name matches no symbol or several.

use super::*;
use crate::graph::Via;
use crate::test_graph::TestGraph;

fn shop() -> Graph {
    TestGraph::new()
        .define("shop/cart.py::Cart", "")
        .define("shop/cart.py::Cart.constructor(items)", "self.items = items")
        .define("shop/cart.py::Cart.total()", "return price(self)")
        .define("shop/cart.py::Cart.total#2(tax)", "return price(self) * tax")
        .define("shop/price.py::price(cart)", "return sum(cart)")
        .define("shop/price.py::unused()", "return 0")
        .define("web/view.py::show()", "return Cart([]).total()")
        .define("web/view.py::main()", "show()")
        .calls("web/view.py::show", "shop/cart.py::Cart.constructor")
        .calls("web/view.py::show", "shop/cart.py::Cart.total")
        .calls("shop/cart.py::Cart.total", "shop/price.py::price")
        .edge(EdgeKind::Calls, "web/view.py::main", "web/view.py::show", Via::UniqueName)
        .edge(EdgeKind::UsesType, "shop/price.py::price", "shop/cart.py::Cart", Via::Type)
        .unresolved("web/view.py::main", "thing.price", &[])
        .unresolved("web/view.py::main", "price", &["shop/price.py::price"])
        .graph()
}

fn found(neighbours: &Neighbours) -> Vec<(&str, u32)> {
    neighbours.found.iter().map(|n| (n.symbol.id.as_str(), n.distance)).collect()
}

#[test]
fn a_symbol_is_found_by_its_id_or_an_end_of_it() {
    let graph = shop();
    for (name, id) in [
        ("shop/price.py::price", "shop/price.py::price"),
        ("price", "shop/price.py::price"),
        ("price.py::price", "shop/price.py::price"),
        ("Cart::constructor", "shop/cart.py::Cart.constructor"),
        ("Cart.total#2", "shop/cart.py::Cart.total#2"),
        ("shop/cart.py::Cart.total", "shop/cart.py::Cart.total"),
        ("view.py", "web/view.py"),
    ] {
        assert_eq!(symbol(&graph, name).map(|n| graph.id(n)), Ok(id.to_owned()), "{name}");
    }
}

#[test]
fn the_name_of_a_class_is_not_its_constructors() {
    let constructor = |n: &mut crate::graph::Node| n.kind = NodeKind::Constructor;
    let graph = TestGraph::new()
        .define("Cart.java::Cart", "")
        .define_with("Cart.java::Cart.Cart()", "this(1);", constructor)
        .define_with("Cart.java::Cart.Cart#2(n)", "this.n = n;", constructor)
        .graph();
    assert_eq!(symbol(&graph, "Cart").map(|n| graph.id(n)), Ok("Cart.java::Cart".to_owned()));
    assert_eq!(symbol(&graph, "Cart.Cart").map_err(|e| e.code()), Err("ambiguous_symbol"));
}

#[test]
fn an_ambiguous_name_is_an_error_with_candidates() {
    let candidates = vec!["shop/cart.py::Cart.total".to_owned(), "shop/cart.py::Cart.total#2".to_owned()];
    for name in ["total", "Cart.total"] {
        let error = Error::AmbiguousSymbol { symbol: name.into(), candidates: candidates.clone() };
        assert_eq!(symbol(&shop(), name), Err(error));
    }
}

#[test]
fn an_unknown_name_is_an_error_with_suggestions() {
    for (name, suggestion) in [
        ("prise", Some("shop/price.py::price")),
        ("unuse", Some("shop/price.py::unused")),
        ("zzz", None),
        ("", None),
    ] {
        match symbol(&shop(), name) {
            Err(Error::NoSuchSymbol { suggestions, .. }) => {
                assert_eq!(suggestions.first().map(String::as_str), suggestion, "{name}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn callers_are_sorted_by_distance_and_possible_further_calls_are_counted() {
    let graph = shop();
    let callers = neighbours(&graph, "price", Direction::Callers, 0, 0.0).unwrap();
    assert_eq!(
        found(&callers),
        [("shop/cart.py::Cart.total", 1), ("web/view.py::show", 2), ("web/view.py::main", 3)]
    );
    assert_eq!((callers.unresolved_sites, callers.ambiguous_sites), (1, 1));
    assert_eq!(found(&neighbours(&graph, "price", Direction::Callers, 0, 0.5).unwrap()).len(), 2);
    assert_eq!(found(&neighbours(&graph, "price", Direction::Callers, 1, 0.0).unwrap()).len(), 1);
    assert_eq!(
        found(&neighbours(&graph, "Cart", Direction::Callers, 1, 0.0).unwrap()),
        [("web/view.py::show", 1)]
    );
}

#[test]
fn calls_without_an_edge_are_counted_for_callees() {
    let graph = shop();
    let callees = neighbours(&graph, "main", Direction::Callees, 2, 0.0).unwrap();
    assert_eq!(
        found(&callees),
        [("web/view.py::show", 1), ("shop/cart.py::Cart.constructor", 2), ("shop/cart.py::Cart.total", 2)]
    );
    assert_eq!((callees.unresolved_sites, callees.ambiguous_sites), (1, 1));
    assert_eq!(neighbours(&graph, "main", Direction::Callees, 2, 7.0).unwrap_err().code(), "bad_option");
    assert_eq!("up".parse::<Direction>().unwrap_err().code(), "bad_option");
}

#[test]
fn a_path_is_the_shortest_over_calls_and_else_over_types() {
    let graph = shop();
    let steps = |from, to| {
        let path = path(&graph, from, to, 0.0).unwrap();
        (path.found, path.steps.iter().map(|s| s.to.clone()).collect::<Vec<_>>())
    };
    let way =
        ["web/view.py::show", "shop/cart.py::Cart.total", "shop/price.py::price"].map(str::to_owned).to_vec();
    assert_eq!(steps("main", "price"), (true, way));
    assert_eq!(steps("price", "Cart"), (true, vec!["shop/cart.py::Cart".to_owned()]));
    assert_eq!(steps("price", "main"), (false, vec![]));
    assert_eq!(steps("price", "price"), (true, vec![]));
}
