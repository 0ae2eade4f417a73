//! Where a client is and for whom that holds, against a slow and obvious reading of RFC 7871: every prefix of a map
//! is looked at for every question, and the scope is found by trying all lengths.

mod common;
mod places;

use std::collections::BTreeSet;

use common::{Question, Shown, ask_with};
use places::{NAMES, PLACES, question, world};
use proptest::prelude::*;
use zone_store::{Combine, Overrides, Policy};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn located_answers_agree_with_a_scan(
        world in world(),
        combine in prop_oneof![Just(Combine::Union), Just(Combine::Override)],
        asked in prop::collection::vec(question(), 40),
    ) {
        let (image, sources) = world.compile(combine);
        for (name, resolver, subnet) in asked {
            let mut words = format!("{} TXT from={resolver}", NAMES[name]);
            if let Some((address, source)) = subnet {
                words.push_str(&format!(" ecs={address}/{source}"));
            }
            let (answered, reply) =
                ask_with(&image, &Question::read(&words), &Policy::default(), &Overrides::NONE, 0);
            let shown = Shown::of(&reply);
            let is_located = world.rows.iter().any(|(owner, _)| *owner == name);
            let (place, scope) = world.locate(name, resolver, subnet);
            let has_own = place.is_some_and(|p| world.rows.iter().any(|(n, i)| *n == name && PLACES[*i] == p));
            let mut expected = BTreeSet::new();
            if has_own {
                expected.insert(format!("{} 60 TXT \"{}\"", NAMES[name], place.unwrap()));
            }
            if !has_own || combine == Combine::Union {
                expected.insert(format!("{} 60 TXT \"default\"", NAMES[name]));
            }
            let told = format!("{words}\n{sources}");
            prop_assert_eq!(shown.answer.into_iter().collect::<BTreeSet<_>>(), expected, "{}", told);
            prop_assert_eq!(shown.scope, subnet.map(|_| if is_located { scope } else { 0 }), "{}", told);
            let location = is_located.then(|| place.unwrap_or_default());
            let found = answered.location.map(|l| image.store().location_name(l).unwrap());
            prop_assert_eq!(found, location.map(str::as_bytes), "{}", told);
            // What is not there is not tailored.
            let (answered, _) = ask_with(
                &image,
                &Question::read(&words.replace(" TXT ", " A ")),
                &Policy::default(),
                &Overrides::NONE,
                0,
            );
            prop_assert_eq!((answered.location, answered.scope), (None, subnet.map(|_| 0)), "{}", told);
        }
    }
}
