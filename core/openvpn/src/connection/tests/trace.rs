//! A notation for packets, one a line, in which a run is written down, compared with a script, and interfered with.
//!
//! ```text
//! > client_reset k0 #0            the client sends: kind, key id, message id
//! < server_reset k0 #0 +0         the gateway sends, and acknowledges message 0
//! > control k0 #1 +0
//! < ack k0 +1,0 lost              the link lost it (also: corrupted, doubled, held)
//! > data k0                       a data packet (data_v2 with a peer id)
//! ...                             any number of packets
//! ```
//!
//! In a script a field that is left out matches anything; `+` alone matches a packet without acknowledgements.
//! Forged packets may add `from=stranger` (another sender's session id), `to=stranger` (another receiver's) and
//! `payload=HEX`.

use std::fmt::{self, Write as _};

use super::link::Fate;
use crate::packet::{KeyId, Opcode};

/// Which way a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    ToGateway,
    ToClient,
}

/// One line of the notation; what is none was not written, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) way: Way,
    pub(super) opcode: Opcode,
    pub(super) key_id: Option<KeyId>,
    pub(super) message_id: Option<u32>,
    pub(super) acks: Option<Vec<u32>>,
    pub(super) fate: Option<Fate>,
    pub(super) from_stranger: bool,
    pub(super) to_stranger: bool,
    pub(super) payload: Vec<u8>,
}

const KINDS: [(&str, Opcode); 9] = [
    ("soft_reset", Opcode::SoftResetV1),
    ("control", Opcode::ControlV1),
    ("ack", Opcode::AckV1),
    ("data", Opcode::DataV1),
    ("client_reset", Opcode::HardResetClientV2),
    ("server_reset", Opcode::HardResetServerV2),
    ("data_v2", Opcode::DataV2),
    ("client_reset_v3", Opcode::HardResetClientV3),
    ("control_wkc", Opcode::ControlWkcV1),
];

const FATES: [(&str, Fate); 5] = [
    ("carried", Fate::Carried),
    ("lost", Fate::Lost),
    ("corrupted", Fate::Corrupted),
    ("doubled", Fate::Duplicated),
    ("held", Fate::Held),
];

impl Line {
    /// A packet of which only the kind is known yet.
    pub(super) fn of(way: Way, opcode: Opcode) -> Self {
        Self {
            way,
            opcode,
            key_id: None,
            message_id: None,
            acks: None,
            fate: None,
            from_stranger: false,
            to_stranger: false,
            payload: Vec::new(),
        }
    }

    /// Reads a line; a test that writes nonsense fails.
    pub(super) fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let way = match words.next() {
            Some(">") => Way::ToGateway,
            Some("<") => Way::ToClient,
            _ => panic!("{text:?} has no direction"),
        };
        let kind = words.next().unwrap_or_default();
        let (_, opcode) = KINDS
            .iter()
            .find(|(name, _)| *name == kind)
            .unwrap_or_else(|| panic!("{text:?} is of no known kind"));
        let mut line = Self::of(way, *opcode);
        for word in words {
            line.take_word(word);
        }
        line
    }

    /// Whether a packet that was seen is the one that this line of a script means.
    pub(super) fn matches(&self, seen: &Self) -> bool {
        fn fits<T: PartialEq>(wanted: &Option<T>, seen: &Option<T>) -> bool {
            wanted.is_none() || wanted == seen
        }
        self.way == seen.way
            && self.opcode == seen.opcode
            && fits(&self.key_id, &seen.key_id)
            && fits(&self.message_id, &seen.message_id)
            && fits(&self.acks, &seen.acks)
            && fits(&self.fate, &seen.fate)
    }

    fn take_word(&mut self, word: &str) {
        if let Some((_, fate)) = FATES.iter().find(|(name, _)| *name == word) {
            self.fate = Some(*fate);
        } else if let Some(number) = word.strip_prefix('k') {
            self.key_id = KeyId::new(number.parse().unwrap());
        } else if let Some(number) = word.strip_prefix('#') {
            self.message_id = Some(number.parse().unwrap());
        } else if let Some(list) = word.strip_prefix('+') {
            let ids = list.split(',').filter(|id| !id.is_empty());
            self.acks = Some(ids.map(|id| id.parse().unwrap()).collect());
        } else if let Some(hex) = word.strip_prefix("payload=") {
            let bytes = hex
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
            self.payload = bytes.collect();
        } else if word == "from=stranger" {
            self.from_stranger = true;
        } else if word == "to=stranger" {
            self.to_stranger = true;
        } else {
            panic!("{word:?} means nothing");
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = match self.way {
            Way::ToGateway => '>',
            Way::ToClient => '<',
        };
        let kind = KINDS.iter().find(|(_, opcode)| *opcode == self.opcode);
        write!(formatter, "{arrow} {}", kind.map_or("?", |(name, _)| name))?;
        if let Some(key_id) = self.key_id {
            write!(formatter, " k{}", key_id.number())?;
        }
        if let Some(id) = self.message_id {
            write!(formatter, " #{id}")?;
        }
        if let Some(acks) = self.acks.as_ref().filter(|acks| !acks.is_empty()) {
            let ids: Vec<_> = acks.iter().map(u32::to_string).collect();
            write!(formatter, " +{}", ids.join(","))?;
        }
        match FATES.iter().find(|(_, fate)| Some(*fate) == self.fate) {
            Some((_, Fate::Carried)) | None => Ok(()),
            Some((name, _)) => write!(formatter, " {name}"),
        }
    }
}

/// The packets of a run so far, in the order in which they were sent.
#[derive(Default)]
pub(super) struct Trace {
    seen: Vec<(Line, Vec<u8>)>,
}

impl Trace {
    pub(super) fn note(&mut self, line: Line, wire: Vec<u8>) {
        self.seen.push((line, wire));
    }

    /// Begins anew: what was seen is not compared with a script any more.
    pub(super) fn clear(&mut self) {
        self.seen.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// How many packets were seen that this line means.
    pub(super) fn count(&self, line: &str) -> usize {
        let wanted = Line::parse(line);
        self.lines().filter(|seen| wanted.matches(seen)).count()
    }

    /// The first packet that this line means, as it was sent.
    pub(super) fn wire_of(&self, line: &str) -> Vec<u8> {
        let wanted = Line::parse(line);
        let found = self.seen.iter().find(|(seen, _)| wanted.matches(seen));
        let (_, wire) = found.unwrap_or_else(|| panic!("no {line:?} in:\n{}", self.render()));
        wire.clone()
    }

    /// Compares all that was seen with a script.
    pub(super) fn expect(&self, script: &str) {
        let script: Vec<_> = script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let seen: Vec<_> = self.lines().collect();
        if let Err(furthest) = follow(&script, &seen) {
            let line = script.get(furthest).unwrap_or(&"the end");
            panic!(
                "the run leaves the script at {line:?}; it was:\n{}",
                self.render()
            );
        }
    }

    /// All packets of one way, as they were sent.
    pub(super) fn wires(&self, way: Way) -> impl Iterator<Item = &[u8]> {
        let seen = self.seen.iter().filter(move |(line, _)| line.way == way);
        seen.map(|(_, wire)| wire.as_slice())
    }

    /// The message id after the highest of those that this line means.
    pub(super) fn next_id(&self, line: &str) -> u32 {
        let wanted = Line::parse(line);
        let meant = self.lines().filter(|seen| wanted.matches(seen));
        meant.filter_map(|seen| seen.message_id).max().unwrap() + 1
    }

    /// The length of the longest control packet, as it was sent.
    pub(super) fn longest(&self) -> usize {
        self.seen.iter().map(|(_, wire)| wire.len()).max().unwrap()
    }

    /// The most acknowledgements in one packet.
    pub(super) fn most_acknowledged(&self) -> usize {
        let acks = self.lines().filter_map(|line| line.acks.as_ref());
        acks.map(Vec::len).max().unwrap()
    }

    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        for line in self.lines() {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.seen.iter().map(|(line, _)| line)
    }
}

/// Follows a script with gaps; the error is the furthest line of the script that was reached.
fn follow(script: &[&str], seen: &[&Line]) -> Result<(), usize> {
    let (mut at, mut next, mut furthest) = (0, 0, 0);
    // Where the latest gap is in the script, and how much of the run it spans.
    let mut gap = None;
    while next < seen.len() {
        furthest = furthest.max(at);
        match script.get(at) {
            Some(&"...") => {
                gap = Some((at + 1, next));
                at += 1;
            }
            Some(line) if Line::parse(line).matches(seen[next]) => {
                at += 1;
                next += 1;
            }
            _ => {
                let (after, start) = gap.ok_or(furthest)?;
                gap = Some((after, start + 1));
                (at, next) = (after, start + 1);
            }
        }
    }
    match script[at..].iter().all(|line| *line == "...") {
        true => Ok(()),
        false => Err(furthest.max(at)),
    }
}

mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_it_is_written() {
        for text in [
            "> client_reset k0 #0",
            "< server_reset k0 #0 +0",
            "< control k7 #12 +3,2,1",
            "> ack k1 +0 lost",
            "> data_v2 k3",
        ] {
            assert_eq!(Line::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_script_is_followed_line_by_line_with_gaps() {
        let run = trace(
            "> client_reset k0 #0\n< server_reset k0 #0 +0\n> control k0 #1 +0\n> data k0\n> data k1\n> data k0",
        );
        run.expect("> client_reset k0 #0\n...\n> data\n> data k1\n...");
        run.expect("...\n> data k0");
        assert_eq!(run.count("> data k0"), 2);
    }

    #[test]
    fn a_run_that_leaves_the_script_is_told_where() {
        let run = ["> client_reset k0 #0", "> control k0 #1 +0", "> data k0"].map(Line::parse);
        let seen: Vec<_> = run.iter().collect();

        assert_eq!(follow(&["> client_reset", "> control #2"], &seen), Err(1));
        assert_eq!(follow(&["> client_reset", "> control #1 +"], &seen), Err(1));
        assert_eq!(follow(&["> client_reset"], &seen), Err(1));
        assert_eq!(follow(&["...", "> data", "> data"], &seen), Err(2));
        assert_eq!(follow(&["...", "> data", "..."], &seen), Ok(()));
    }

    fn trace(text: &str) -> Trace {
        let seen = text.lines().map(|line| (Line::parse(line), Vec::new()));
        Trace {
            seen: seen.collect(),
        }
    }
}
