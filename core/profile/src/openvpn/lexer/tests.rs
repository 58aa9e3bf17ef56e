#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
use proptest::prelude::*;

use super::*;

/// Lists options with their words, and their blocks after `=`.
fn lexed(text: &str) -> Result<Vec<Vec<String>>, ImportError> {
    let mut lexer = Lexer::new(text);
    let mut found = Vec::new();
    while let Some(item) = lexer.next()? {
        found.push(match item {
            Item::Directive(directive) => std::iter::once(&directive.name)
                .chain(&directive.arguments)
                .map(|word| word.to_string())
                .chain(directive.block.map(|block| format!("={block}")))
                .collect(),
            Item::ConnectionBegins(_) => vec!["(".to_owned()],
            Item::ConnectionEnds => vec![")".to_owned()],
        });
    }
    Ok(found)
}

fn failure(text: &str) -> String {
    lexed(text).unwrap_err().to_string()
}

#[test]
fn words_are_cut_at_white_space_and_comments_are_left_out() {
    let text = "# a\n; b\n\n  remote\thost 443 # a gateway\r\n--dev tun ;x\rverb 3";

    assert_eq!(
        lexed(text).unwrap(),
        [
            &["remote", "host", "443"][..],
            &["dev", "tun"],
            &["verb", "3"]
        ]
    );
}

#[test]
fn a_comment_begins_only_before_a_word() {
    assert_eq!(lexed("setenv A b#c;d").unwrap(), [["setenv", "A", "b#c;d"]]);
}

#[test]
fn quotes_and_backslashes_keep_what_they_stand_before() {
    let text = r#"a 'b "c" \d' "e \"f\" \\ 'g'" h\ i \\j """#;

    assert_eq!(
        lexed(text).unwrap(),
        [["a", "b \"c\" \\d", "e \"f\" \\ 'g'", "h i", "\\j", ""]]
    );
}

#[test]
fn a_block_is_kept_as_it_stands() {
    let text = "<ca>\r\n# not a comment\r\n <cert>\r\n  </ca>\r\nnobind\r\n<key>\n</key>";

    assert_eq!(
        lexed(text).unwrap(),
        [
            &["ca", "=# not a comment\r\n <cert>\r\n"][..],
            &["nobind"],
            &["key", "="]
        ]
    );
}

#[test]
fn options_of_a_connection_stand_between_its_ends() {
    let text = "<connection>\nremote a\n</connection>\nverb 1";

    assert_eq!(
        lexed(text).unwrap(),
        [&["("][..], &["remote", "a"], &[")"], &["verb", "1"]]
    );
}

#[test]
fn what_breaks_the_language_is_told_with_its_place() {
    let cases = [
        (
            "a\n  b 'c\n",
            "line 2, column 5: a quotation mark is not closed",
        ),
        ("b \"c\\", "line 1, column 3: a backslash stands alone"),
        (
            "ca C:\\ca.crt",
            "line 1, column 4: a backslash stands alone; write two",
        ),
        (
            "é <x\n<ca>\nabc",
            "line 2, column 1: the block <ca> is not closed",
        ),
        ("</ca>", "line 1, column 1: this closes a block"),
        (
            "<connection>\n<connection>",
            "line 2, column 1: a block <connection> stands in another",
        ),
        (
            "<connection>\n",
            "line 1, column 1: the block <connection> is not",
        ),
        (
            "</connection>",
            "line 1, column 1: </connection> closes no block",
        ),
    ];
    for (text, expected) in cases {
        let failure = failure(text);
        assert!(failure.starts_with(expected), "{failure}");
    }
}

#[test]
fn a_tag_that_could_be_a_secret_is_not_repeated() {
    assert_eq!(
        failure("<MIIEvQIBADANBgkq>\n"),
        "line 1, column 1: this block is not closed"
    );
}

#[test]
fn lines_words_and_their_number_are_bounded() {
    let longest = format!("a {}", "b".repeat(16 * 1024 - 2));
    assert!(lexed(&longest).is_ok());
    assert!(failure(&format!("{longest}b")).contains("longer than 16384 bytes"));

    let most = format!("a {}", "b ".repeat(64));
    assert!(lexed(&most).is_ok());
    assert!(failure(&format!("{most} b")).contains("more than 64 words"));

    let longest = "\n".repeat(20_000);
    assert!(lexed(&longest).is_ok());
    assert!(failure(&format!("{longest}\n")).contains("line 20001, column 1"));
    assert!(failure(&format!("<ca>{longest}</ca>")).contains("more than 20000 lines"));
}

proptest! {
    #[test]
    fn any_words_in_quotes_come_back(words in prop::collection::vec("[^\r\n\0]{0,20}", 1..8)) {
        let quoted: Vec<String> = words
            .iter()
            .map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")))
            .collect();

        let lexed = lexed(&format!("a {}", quoted.join(" "))).unwrap();

        prop_assert_eq!(&lexed[0][1..], &words[..]);
    }

    #[test]
    fn no_text_makes_the_lexer_panic(text in "([a-z<>/'\"\\\\#; \t\r\n]|</?ca>|</?connection>){0,60}") {
        let _ = lexed(&text);
    }
}
