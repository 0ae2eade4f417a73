//! Sessions taken up at another edge of the same fleet.

use rustls::HandshakeKind::{self, Full, Resumed};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::support::Server;
use crate::world::{Client, H2, HTTP11, World, text};

const A: &str = "7c7b6a0f2d9e4f3fb0e1a5c0d3b2e4f6";
const B: &str = "0123456789abcdef0123456789abcdef";

fn kind(world: &World, client: &Client, edge: &Server) -> HandshakeKind {
    world.runtime.block_on(client.get(edge.port(), "/")).0
}

fn each_version(test: impl Fn(&'static SupportedProtocolVersion, &[u8])) {
    test(&TLS12, HTTP11);
    test(&TLS13, H2);
}

#[test]
fn another_edge_with_the_same_seeds_takes_up_the_session() {
    let world = World::new(&[H2, HTTP11]);
    let ours = world.seeds("ours", &format!(r#"{{"Old":[],"Current":["{A}"],"New":[]}}"#));
    let theirs = world.seeds("theirs", &format!(r#"{{"Old":[],"Current":["{B}"],"New":[]}}"#));
    let [first, second] = [(); 2].map(|()| world.edge(&["--tickets", text(&ours)]));
    let strange = world.edge(&["--tickets", text(&theirs)]);
    let alone = world.edge(&[]);
    each_version(|version, alpn| {
        let client = world.client(version, alpn);
        assert_eq!(kind(&world, &client, &first), Full);
        assert_eq!(kind(&world, &client, &second), Resumed);
        assert_eq!(kind(&world, &client, &strange), Full);
        let client = world.client(version, alpn);
        assert_eq!(kind(&world, &client, &alone), Full);
        assert_eq!(kind(&world, &client, &alone), Resumed, "by rustls' own tickets");
        assert_eq!(kind(&world, &client, &first), Full);
    });
}

#[test]
fn seeds_change_while_the_edge_runs() {
    each_version(|version, alpn| {
        let world = World::new(&[H2, HTTP11]);
        let before = format!(r#"{{"Old":[],"Current":["{A}"],"New":["{B}"]}}"#);
        let seeds = world.seeds("seeds", &before);
        let behind = world.seeds("behind", &before);
        let mut edge = world.edge(&["--tickets", text(&seeds)]);
        let late = world.edge(&["--tickets", text(&behind)]);
        let change = |edge: &mut Server, text: &str, said: &str| {
            world.seeds("seeds", text);
            edge.signal("HUP");
            let line = edge.line();
            assert!(line.contains(said), "{line}");
        };
        let client = world.client(version, alpn);
        assert_eq!(kind(&world, &client, &late), Full);
        let rotated = format!(r#"{{"Old":["{A}"],"Current":["{B}"],"New":[]}}"#);
        change(&mut edge, &rotated, "2 keys");
        assert_eq!(kind(&world, &client, &edge), Resumed, "the old seed opens");
        assert_eq!(kind(&world, &client, &late), Resumed, "the new seed opens before it seals");
        for broken in ["{", r#"{"Current":[]}"#] {
            change(&mut edge, broken, "stay as they were");
            assert_eq!(kind(&world, &client, &edge), Resumed);
        }
        let client = world.client(version, alpn);
        assert_eq!(kind(&world, &client, &late), Full);
        change(&mut edge, &format!(r#"{{"Current":["{B}"]}}"#), "1 keys");
        assert_eq!(kind(&world, &client, &edge), Full, "the old seed is gone");
    });
}
