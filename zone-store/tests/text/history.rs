//! Two root zones, years apart: the delta between them, and their text made from their images.

use zone_store::text;
use zone_store::{Delta, Image};

use crate::common::{self, Source};
use crate::peer::data;

fn root(name: &str) -> Option<Image<Vec<u8>>> {
    let text = String::from_utf8(data(name)?).expect("a zone in ASCII");
    Some(common::image(&[Source::Zone(&text)]))
}

#[test]
fn root_zones_years_apart() {
    let (Some(old), Some(new)) =
        (root("root-2021051901-signed.zone.xz"), root("root-2026082201-norrsig.zone.xz"))
    else {
        return;
    };
    for (from, to) in [(&old, &new), (&new, &old)] {
        let octets = Delta::between(from, to).unwrap().to_bytes();
        let made = Delta::read(&octets).unwrap().apply(from).unwrap();
        assert!(made.as_bytes() == to.as_bytes());
        let mut lines = String::new();
        let store = to.store();
        for zone in store.zones() {
            text::image::zone_lines(&store, &zone, &mut |line| lines.push_str(line));
        }
        let again = common::image(&[Source::Data(&lines)]);
        assert!(again.as_bytes() == to.as_bytes());
    }
}
