//! Queries answered together get what each gets by itself.

mod common;

use common::{Question as Asked, Source};
use zone_store::{
    Answered, Batch, Client, Dropped, Image, Location, OverrideTable, Overrides, Policy, Question,
};

const ZONE: &str = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ MX 1 ns\nns A 192.0.2.1\n*.w TXT wild\n\
    alias CNAME ns\nsub NS ns.sub\nns.sub A 192.0.2.3\nold DNAME w\n";
const LINES: &str = ".d:192.0.2.1:a\n+www.d:198.51.100.1:60::\n+www.d:198.51.100.2:60::fr:5\n\
    +www.d:198.51.100.3:60::fr:2\n+pool.d:198.51.100.4:60:::1\n+pool.d:198.51.100.5:60:::1\n8www.d:m\nM*.d:m\n";

fn sample() -> Image<Vec<u8>> {
    let map = Source::Map("m", "10.0.0.0/8 fr\n10.1.0.0/16 uk\n2001:db8::/32 fr\n");
    common::image(&[Source::Zone(ZONE), Source::Data(LINES), map])
}

/// What is asked, and how many octets the reply may take.
fn queries() -> Vec<(Vec<u8>, usize)> {
    let mut queries: Vec<(Vec<u8>, usize)> = Vec::new();
    for words in [
        "ns.e. A",
        "e. MX do",
        "e. ANY do tcp",
        "x.w.e. TXT do",
        "nothing.e. A edns",
        "alias.e. A edns",
        "www.sub.e. A do",
        "x.old.e. TXT do",
        "www.d. A ecs=10.0.0.0/24 nsid",
        "www.d. A ecs=2001:db8::/56",
        "pool.d. A",
        "x.d. A from=10.1.0.1",
        "elsewhere. A edns",
        "e. AXFR",
        "e. A version=3",
        "e. A opcode=4",
    ] {
        let query = Asked::read(words).to_wire();
        queries.extend([(query.clone(), 4096), (query, 40)]);
    }
    // Not queries, or not whole.
    let response = [0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1];
    queries.push((response.to_vec(), 512));
    queries.push((b"\0\x01\0\0\0\x01\0\0\0\0\0\0\x03ww".to_vec(), 512));
    queries.extend((0..14).map(|len| (vec![0; len], 512)));
    queries
}

fn asked<'q>(query: &'q [u8], random: u64, out: &'q mut [u8]) -> Question<'q> {
    let client = Client { address: [10, 0, 0, 7].into(), ..Client::default() };
    Question { query, client, random, out, answered: Err(Dropped::TooShort) }
}

#[test]
fn a_batch_answers_as_one_by_one() {
    let image = sample();
    let store = image.store();
    let mut table = OverrideTable::default();
    let fr = store.find_location(b"fr").unwrap();
    table.shed(fr, 32_768, &[(Location::DEFAULT, 1)]).unwrap();
    let policy = Policy { max_weighted: 2, ..Policy::default() };
    let queries = queries();
    assert!(queries.len() > Batch::SIZE && !queries.len().is_multiple_of(Batch::SIZE));
    let mut batch = Batch::new();
    for overrides in [Overrides::NONE, table.as_overrides()] {
        for count in [0, 1, Batch::SIZE, queries.len()] {
            let queries = &queries[..count];
            let mut singles: Vec<Vec<u8>> = queries.iter().map(|(_, n)| vec![0xaa; *n]).collect();
            let mut together = singles.clone();
            let outs = singles.iter_mut().zip(0..);
            let expected: Vec<Result<Answered, Dropped>> = queries
                .iter()
                .zip(outs)
                .map(|((query, _), (out, random))| {
                    let single = asked(query, random, out);
                    store.answer(query, &single.client, &policy, &overrides, random, single.out)
                })
                .collect();
            let outs = together.iter_mut().zip(0..);
            let mut questions: Vec<Question<'_>> = queries
                .iter()
                .zip(outs)
                .map(|((query, _), (out, random))| asked(query, random, out))
                .collect();
            store.answer_batch(&mut batch, &mut questions, &policy, &overrides);
            let answered: Vec<_> = questions.iter().map(|question| question.answered).collect();
            assert_eq!(answered, expected);
            assert!(together == singles, "a reply differs");
        }
    }
}

/// What is left of one store's names in a batch is nothing to the next store.
#[test]
fn a_batch_serves_any_store() {
    let (first, second) = (sample(), common::image(&[Source::Zone(ZONE)]));
    let mut batch = Batch::new();
    let query = Asked::read("www.d. A").to_wire();
    for (image, answers) in [(&first, true), (&second, false), (&first, true)] {
        let mut out = [0; 512];
        let mut questions = [asked(&query, 1, &mut out)];
        let policy = Policy::default();
        image.store().answer_batch(&mut batch, &mut questions, &policy, &Overrides::NONE);
        assert_eq!(questions[0].answered.unwrap().authoritative, answers);
    }
}
