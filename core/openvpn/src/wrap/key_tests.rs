#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
//! The keys of OpenVPN's unit tests test_pkt.c and test_tls_crypt.c, and damaged ones.

use super::config::{Digest, UnknownDigest, Wrapping};
use super::key_error::KeyError;
use super::static_key::StaticKey;
use super::tls_crypt_v2::{TlsCryptV2ClientKey, TlsCryptV2ServerKey};

pub(super) const KEY: &str = "
37268ea8f95d7f71f9fb8fc03770c460
daf714a483d815c013ce0a537efc18f2
8f4f172669d9e6a413bac6741d8ea054
00f49b7fd6326470f23798c606bf53d4
de63ebc64ec59d57ce5d04d5b62e68b5
3ca6e5354351097fa370446c4d269f18
7bb6ae54af2dc70ff7317fe2f8754b82
82aad4202f9fa42c8640245d883e2c54
a0c1c489a036cf3a8964d8d289c1583b
9447c262b1da5fd167a5d27bd5ac5143
17bc2343a31a2efc38dd920d910375f5
1c2e27f3afd36c49269da079f7ce466e
bb0f9ad13e9bbb4665974e6bc24b513c
5700393bf4a3e7f967e2f384069ac8a8
e78b18b15604993fd16515cce9c0f3e4
2b4126b999005ade802797b0eeb8b9e6
";

const SERVER_KEY_PEM: &str = "-----BEGIN OpenVPN tls-crypt-v2 server key-----
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
MDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5f
YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8=
-----END OpenVPN tls-crypt-v2 server key-----
";

const CLIENT_KEY_PEM: &str = "-----BEGIN OpenVPN tls-crypt-v2 client key-----
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
MDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5f
YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6P
kJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/
wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v
8PHy8/T19vf4+fr7/P3+/xd9pcB0qUYZsWvkrLcfGmzPJPM8a7r0mEWdXwbDadSV
LHg5bv2TwlmPR3HgaMr8o9LTh9hxUTkrH3S0PfKRNwcso86ua/dBFTyXsM9tg4aw
3dS6ogH9AkaT+kRRDgNcKWkQCbwmJK2JlfkXHBwbAtmn78AkNuho6QCFqCdqGab3
zh2vheFqGMPdGpukbFrT3rcO3VLxUeG+RdzXiMTCpJSovFBP1lDkYwYJPnz6daEh
j0TzJ3BVru9W3CpotdNt7u09knxAfpCxjtrP3semsDew/gTBtcfQ/OoTFyFHnN5k
RZ+q17SC4nba3Pp8/Fs0+hSbv2tJozoD8SElFq7SIWJsciTYh8q8f5yQxjdt4Wxu
/Z5wtPCAZ0tOzj4ItTI77fBOYRTfEayzHgEr
-----END OpenVPN tls-crypt-v2 client key-----
";

const CLIENT_KEY_WITH_METADATA_PEM: &str = "-----BEGIN OpenVPN tls-crypt-v2 client key-----
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
MDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5f
YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6P
kJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/
wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v
8PHy8/T19vf4+fr7/P3+/2ntp1WCqhcLjJQY/igkjNt3Yb6i0neqFkfrOp2UCDcz
6RSJtPLZbvOOKUHk2qwxPYUsFCnz/IWV6/ZiLRrabzUpS8oSN1HS6P7qqAdrHKgf
hVTHasdSf2UdMTPC7HBgnP9Ll0FhKN0h7vSzbbt7QM7wH9mr1ecc/Mt0SYW2lpwA
aJObYGTyk6hTgWm0g/MLrworLrezTqUHBZzVsu+LDyqLWK1lzJNd66MuNOsGA4YF
fbCsDh8n3H+Cw1k5YNBZDYYJOtVUgBWXheO6vgoOmqDdI0dAQ3hVo9DE+SkCFjgf
l4FY2yLEh9ZVZZrl1eD1Owh/X178CkHrBJYl9LNQSyQEKlDGWwBLQ/pY3qtjctr3
pV62MPQdBo+1lcsjDCJVQA6XUyltas4BKQ==
-----END OpenVPN tls-crypt-v2 client key-----
";

#[test]
fn a_key_file_is_read_whatever_surrounds_and_divides_it() {
    let spread = KEY.replace('\n', " \r\n\t");
    let file = format!(
        "# 2048 bit OpenVPN static key\n-----BEGIN OpenVPN Static key V1-----{spread}-----END OpenVPN Static key V1-----\n#"
    );

    let key = StaticKey::from_pem(&file).unwrap();

    assert_eq!(key.as_bytes(), unhex(KEY));
    assert_eq!(
        StaticKey::from_hex(&KEY.to_uppercase()).unwrap().as_bytes(),
        unhex(KEY)
    );
}

#[test]
fn a_damaged_key_file_is_refused() {
    let file = |body: &str| {
        format!(
            "-----BEGIN OpenVPN Static key V1-----\n{body}\n-----END OpenVPN Static key V1-----"
        )
    };
    let refused = |text: &str| StaticKey::from_pem(text).unwrap_err();
    let length = |found| KeyError::Length {
        expected: 256,
        found,
    };

    assert!(matches!(refused(KEY), KeyError::NoKey(_)));
    assert!(matches!(
        refused(&file(KEY).replace("-----END", "-----")),
        KeyError::NoKey(_)
    ));
    assert!(matches!(refused(SERVER_KEY_PEM), KeyError::NoKey(_)));
    assert!(matches!(
        refused(&file(&KEY.replace('3', "x"))),
        KeyError::Encoding(_)
    ));
    assert!(matches!(
        refused(&file(&KEY.replace('3', "é"))),
        KeyError::Encoding(_)
    ));
    assert!(matches!(
        refused(&file(&format!("{KEY}0"))),
        KeyError::Encoding(_)
    ));
    assert_eq!(refused(&file("")), length(0));
    assert_eq!(refused(&file(&format!("{KEY}00"))), length(257));
    assert_eq!(refused(&file(&KEY.repeat(3))), length(768));
}

#[test]
fn the_published_client_key_unwraps_with_the_published_server_key() {
    let wrapped = client_key().wrapped().as_bytes().to_vec();

    let unwrapped = server_key().unwrap(&wrapped).unwrap();

    assert_eq!(wrapped.len(), 299);
    assert_eq!(
        wrapped[..32],
        unhex("177da5c074a94619b16be4acb71f1a6ccf24f33c6bbaf498459d5f06c369d495")
    );
    assert_eq!(unwrapped.key.as_bytes(), client_key().key().as_bytes());
    assert_eq!(unwrapped.metadata, unhex("010000000000000000"));
}

#[test]
fn the_published_client_key_with_metadata_unwraps_with_the_published_server_key() {
    let client_key = TlsCryptV2ClientKey::from_pem(CLIENT_KEY_WITH_METADATA_PEM).unwrap();
    let wrapped = client_key.wrapped().as_bytes();

    let unwrapped = server_key().unwrap(wrapped).unwrap();

    assert_eq!(wrapped.len(), 297);
    assert_eq!(
        wrapped[..32],
        unhex("69eda75582aa170b8c9418fe28248cdb7761bea2d277aa1647eb3a9d94083733")
    );
    assert_eq!(unwrapped.metadata, unhex("000000410820c3"));
}

#[test]
fn client_keys_are_wrapped_as_published() {
    let with_time = server_key()
        .wrap(client_key().key(), &unhex("010000000000000000"))
        .unwrap();
    let with_metadata = server_key()
        .wrap(client_key().key(), &unhex("000000410820c3"))
        .unwrap();

    assert_eq!(with_time.wrapped(), client_key().wrapped());
    let published = TlsCryptV2ClientKey::from_pem(CLIENT_KEY_WITH_METADATA_PEM).unwrap();
    assert_eq!(with_metadata.wrapped(), published.wrapped());
}

#[test]
fn metadata_fills_a_wrapped_key_up_to_its_limit_and_no_further() {
    let key = StaticKey::from_bytes(&[5; 256]);

    let fullest = server_key().wrap(&key, &[7; 734]).unwrap();

    assert_eq!(fullest.wrapped().as_bytes().len(), 1024);
    assert_eq!(
        server_key()
            .unwrap(fullest.wrapped().as_bytes())
            .unwrap()
            .metadata,
        [7; 734]
    );
    assert_eq!(
        server_key().wrap(&key, &[7; 735]).unwrap_err(),
        KeyError::MetadataTooLong
    );
    let bare = server_key().wrap(&key, &[]).unwrap();
    assert!(
        server_key()
            .unwrap(bare.wrapped().as_bytes())
            .unwrap()
            .metadata
            .is_empty()
    );
}

#[test]
fn a_wrong_server_key_or_a_changed_byte_does_not_unwrap() {
    let wrapped = client_key().wrapped().as_bytes().to_vec();
    let wrong = TlsCryptV2ServerKey::from_bytes(&[0; 128]);

    assert_eq!(
        wrong.unwrap(&wrapped).unwrap_err(),
        KeyError::ForeignClientKey
    );
    for place in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[place] ^= 0x23;
        assert!(server_key().unwrap(&changed).is_err(), "byte {place}");
    }
}

#[test]
fn wrapped_keys_of_a_wrong_length_are_refused() {
    let wrapped = client_key().wrapped().as_bytes().to_vec();
    let refused = |bytes: &[u8]| {
        let key = StaticKey::from_bytes(&[1; 256]);
        TlsCryptV2ClientKey::from_parts(key, bytes).unwrap_err()
    };
    let longer = [&[0], wrapped.as_slice()].concat();
    let sized = |len: u16| [vec![0; usize::from(len) - 2], len.to_be_bytes().to_vec()].concat();

    assert_eq!(refused(&[]), KeyError::WrappedClientKey);
    assert_eq!(refused(&wrapped[1..]), KeyError::WrappedClientKey);
    assert_eq!(refused(&longer), KeyError::WrappedClientKey);
    assert_eq!(refused(&sized(289)), KeyError::WrappedClientKey);
    assert_eq!(refused(&sized(1025)), KeyError::WrappedClientKey);
    assert!(matches!(
        TlsCryptV2ClientKey::from_pem(SERVER_KEY_PEM),
        Err(KeyError::NoKey(_))
    ));
    let short = CLIENT_KEY_PEM
        .lines()
        .take(3)
        .chain(CLIENT_KEY_PEM.lines().skip(13));
    let short = short.collect::<Vec<_>>().join("\n");
    assert!(matches!(
        TlsCryptV2ClientKey::from_pem(&short),
        Err(KeyError::Length { .. })
    ));
    let garbled = CLIENT_KEY_PEM.replace("AAEC", "A*EC");
    assert!(matches!(
        TlsCryptV2ClientKey::from_pem(&garbled),
        Err(KeyError::Encoding(_))
    ));
    let doubled = SERVER_KEY_PEM.replace("AAEC", "AAAAAAEC");
    assert!(matches!(
        TlsCryptV2ServerKey::from_pem(&doubled),
        Err(KeyError::Length { .. })
    ));
}

#[test]
fn no_key_is_ever_printed() {
    let key = StaticKey::from_bytes(&[0xa7; 256]);
    let everything = [
        format!("{key:?}"),
        format!("{:?}", client_key()),
        format!("{:?}", server_key()),
        format!(
            "{:?}",
            server_key()
                .unwrap(client_key().wrapped().as_bytes())
                .unwrap()
        ),
        format!("{:?}", Wrapping::TlsCrypt { key }),
    ];

    for text in everything {
        // The bytes of the keys as Debug would print them.
        assert!(!text.contains("167, 167"), "{text}");
        assert!(!text.contains("1, 2, 3, 4"), "{text}");
    }
}

#[test]
fn digests_are_known_by_the_names_of_openvpn() {
    assert_eq!("SHA256".parse(), Ok(Digest::Sha256));
    assert_eq!("sha1".parse(), Ok(Digest::Sha1));
    assert_eq!(Digest::Sha512.to_string().parse(), Ok(Digest::Sha512));
    assert_eq!("SHA384".parse(), Ok(Digest::Sha384));
    assert_eq!("MD5".parse::<Digest>(), Err(UnknownDigest));
}

pub(super) fn client_key() -> TlsCryptV2ClientKey {
    TlsCryptV2ClientKey::from_pem(CLIENT_KEY_PEM).unwrap()
}

pub(super) fn server_key() -> TlsCryptV2ServerKey {
    TlsCryptV2ServerKey::from_pem(SERVER_KEY_PEM).unwrap()
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digits = text.chars().filter(|character| !character.is_whitespace());
    let digits: Vec<u8> = digits
        .map(|digit| digit.to_digit(16).unwrap() as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
