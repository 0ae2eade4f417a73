//! The image that the example embeds is what the compiler makes of its zone today.

mod common;

use common::Source;

#[test]
fn the_embedded_image_is_current() {
    let image = common::image(&[Source::Zone(include_str!("../examples/embedded.zone"))]);
    assert!(
        image.as_bytes() == include_bytes!("../examples/embedded.img"),
        "make it again: cargo run -p zone-store --example embedded -- --make"
    );
    let shown = common::ask(&image, "www.example. A");
    assert_eq!(shown.answer, ["www.example. 3600 A 192.0.2.80"]);
}
