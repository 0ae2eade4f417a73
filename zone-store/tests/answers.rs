//! Questions and the answers expected, read from `tests/answers/*.txt`.
//!
//! A file has sources, each begun by a line `=== zone`, `=== data` or `=== map NAME`, then `=== ask` and
//! cases. `=== new` throws the sources away. A case is a title (`##`, with the number of its line of the
//! checklist), a question (`?`) and the reply: RCODE and flags (`>`), records by section (`an`, `ns`, `ar`, in
//! any order), and the ECS scope where there is one (`scope`). What is not listed must not be there.

mod common;

use common::{Question, Shown, Source, compile};
use zone_store::{Combine, CompileOptions, Image, Overrides, Policy};

fn run(text: &str) {
    let mut sources: Vec<(String, String)> = Vec::new();
    let mut combine = Combine::Union;
    let mut image: Option<Image<Vec<u8>>> = None;
    let mut asking = false;
    let mut title = String::new();
    let mut case: Option<(Question, String, Shown)> = None;
    let mut failures = Vec::new();
    let mut cases = 0;
    let empty = || Shown {
        status: String::new(),
        answer: vec![],
        authority: vec![],
        additional: vec![],
        scope: None,
    };
    let mut check = |image: &Option<Image<Vec<u8>>>,
                     title: &str,
                     case: Option<(Question, String, Shown)>| {
        let Some((question, words, mut expected)) = case else { return };
        cases += 1;
        let image = image.as_ref().expect("an image");
        let (_, reply) =
            common::ask_with(image, &question, &Policy::default(), &Overrides::NONE, 1);
        let shown = Shown::of(&reply);
        for section in [&mut expected.answer, &mut expected.authority, &mut expected.additional] {
            section.sort();
        }
        if shown != expected {
            failures.push(format!("{title}\n? {words}\nexpected {expected:#?}\ngot {shown:#?}"));
        }
    };
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("=== ") {
            check(&image, &title, case.take());
            match rest {
                "ask" => {
                    let sources: Vec<Source<'_>> = sources
                        .iter()
                        .map(|(kind, text)| match kind.as_str() {
                            "zone" => Source::Zone(text),
                            "data" => Source::Data(text),
                            map => Source::Map(map.strip_prefix("map ").expect("a kind"), text),
                        })
                        .collect();
                    let options = CompileOptions { combine, ..CompileOptions::default() };
                    let compiled =
                        compile(options, &sources).unwrap_or_else(|p| panic!("{title}: {p:#?}"));
                    image = Some(Image::open(compiled.image).unwrap_or_else(|e| panic!("{e}")));
                    asking = true;
                }
                "new" => {
                    sources.clear();
                    combine = Combine::Union;
                    asking = false;
                }
                "override" => combine = Combine::Override,
                kind => {
                    sources.push((kind.to_string(), String::new()));
                    asking = false;
                }
            }
        } else if !asking {
            if let Some((_, text)) = sources.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        } else if let Some(rest) = line.strip_prefix("## ") {
            check(&image, &title, case.take());
            title = rest.to_string();
        } else if let Some(rest) = line.strip_prefix("? ") {
            check(&image, &title, case.take());
            case = Some((Question::read(rest), rest.to_string(), empty()));
        } else if let Some((_, _, expected)) = &mut case {
            let (key, rest) = line.split_once(' ').unwrap_or((line, ""));
            match key {
                ">" => expected.status = rest.to_string(),
                "an" => expected.answer.push(rest.to_string()),
                "ns" => expected.authority.push(rest.to_string()),
                "ar" => expected.additional.push(rest.to_string()),
                "scope" => expected.scope = Some(rest.parse().unwrap()),
                "" | "#" => {}
                other => panic!("{other}?"),
            }
        }
    }
    check(&image, &title, case.take());
    assert!(failures.is_empty(), "{} of {cases} failed:\n{}", failures.len(), failures.join("\n"));
    assert!(cases > 0);
}

macro_rules! files {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(include_str!(concat!("answers/", stringify!($name), ".txt")));
            }
        )*
    };
}

files! { basics wildcards names located nsec nsec3 chains order }
