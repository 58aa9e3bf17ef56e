use std::net::Ipv6Addr;
use std::time::{Duration, Instant};

use smoltcp::wire::{
    Icmpv6DstUnreachable, Icmpv6Message, Icmpv6Packet, IpProtocol, Ipv6Address, Ipv6Packet,
};

/// Refuses the IPv6 packets of a device on behalf of a tunnel that must not carry them (`block-ipv6`): as OpenVPN does,
/// it answers that there is no route, so that programs fall back to IPv4 at once instead of waiting.
///
/// Packets are hostile input. As RFC 4443 section 2.4 wants it, no answer goes to an ICMPv6 error, to what was sent to
/// several or comes from nobody in particular, and answers have a limited rate.
pub(crate) struct Ipv6Refusal {
    /// Whom the answers come from.
    router: Ipv6Addr,
    /// How many answers may be given at once.
    credit: u32,
    credited: Instant,
}

/// Answers that may be given at once, and again for each second that passes.
const ANSWERS: u32 = 100;

const IP_HEADER: usize = 40;
const ICMP_HEADER: usize = 8;

/// More extension headers than any honest packet has.
const MOST_EXTENSIONS: usize = 8;

impl Ipv6Refusal {
    /// The smallest MTU of IPv6: no answer is longer.
    pub(crate) const LONGEST_ANSWER: usize = 1_280;

    /// Answers come from the address where OpenVPN has them come from, if none is known of the tunnel's other end.
    pub(crate) fn new(router: Option<Ipv6Addr>, now: Instant) -> Self {
        Self {
            router: router.unwrap_or(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 7)),
            credit: ANSWERS,
            credited: now,
        }
    }

    /// Whether a packet must not be carried.
    pub(crate) fn concerns(packet: &[u8]) -> bool {
        packet.first().is_some_and(|first| first >> 4 == 6)
    }

    /// The packet, of at most `longest` bytes, that answers a refused one, if it is to be answered.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        refused: &[u8],
        longest: usize,
    ) -> Option<Vec<u8>> {
        let sender = may_be_answered(refused)?;
        if !self.take_credit(now) {
            return None;
        }
        let room = longest
            .min(Self::LONGEST_ANSWER)
            .checked_sub(IP_HEADER + ICMP_HEADER)?;
        let quoted = refused.get(..room).unwrap_or(refused);
        let mut answer = vec![0; IP_HEADER + ICMP_HEADER + quoted.len()];
        let mut packet = Ipv6Packet::new_unchecked(&mut answer);
        packet.set_version(6);
        packet.set_payload_len(u16::try_from(ICMP_HEADER + quoted.len()).ok()?);
        packet.set_next_header(IpProtocol::Icmpv6);
        packet.set_hop_limit(64);
        packet.set_src_addr(self.router);
        packet.set_dst_addr(sender);
        let mut message = Icmpv6Packet::new_unchecked(packet.payload_mut());
        message.set_msg_type(Icmpv6Message::DstUnreachable);
        message.set_msg_code(Icmpv6DstUnreachable::NoRoute.into());
        message
            .payload_mut()
            .get_mut(..quoted.len())?
            .copy_from_slice(quoted);
        message.fill_checksum(&self.router, &sender);
        Some(answer)
    }

    fn take_credit(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.credited);
        let earned = (passed.as_millis() * u128::from(ANSWERS) / 1_000).min(ANSWERS.into()) as u32;
        if earned > 0 {
            self.credit = (self.credit + earned).min(ANSWERS);
            // What is not enough for a whole answer yet is not forgotten.
            self.credited += Duration::from_secs(1) * earned / ANSWERS;
            if passed > Duration::from_secs(1) {
                self.credited = now;
            }
        }
        let has_credit = self.credit > 0;
        self.credit = self.credit.saturating_sub(1);
        has_credit
    }
}

/// Whom to answer, if the packet is one that may be.
fn may_be_answered(refused: &[u8]) -> Option<Ipv6Address> {
    let packet = Ipv6Packet::new_checked(refused).ok()?;
    let (sender, receiver) = (packet.src_addr(), packet.dst_addr());
    let one_sender = !sender.is_unspecified() && !sender.is_multicast();
    if !one_sender || receiver.is_multicast() || may_be_error(refused, packet.next_header()) {
        return None;
    }
    Some(sender)
}

/// Whether the packet is an ICMPv6 error or a redirect, or cannot be told from one.
fn may_be_error(packet: &[u8], mut next: IpProtocol) -> bool {
    let mut rest = packet.get(IP_HEADER..).unwrap_or_default();
    for _ in 0..MOST_EXTENSIONS {
        let length = match (next, rest) {
            (IpProtocol::Icmpv6, [kind, ..]) => return *kind < 128 || *kind == REDIRECT,
            (
                IpProtocol::HopByHop | IpProtocol::Ipv6Route | IpProtocol::Ipv6Opts,
                [_, length, ..],
            ) => (usize::from(*length) + 1) * 8,
            (IpProtocol::IpSecAh, [_, length, ..]) => (usize::from(*length) + 2) * 4,
            // Only the first fragment shows what it is part of.
            (IpProtocol::Ipv6Frag, [_, _, high, low, ..]) if *high == 0 && *low < 8 => 8,
            (
                IpProtocol::Icmpv6
                | IpProtocol::HopByHop
                | IpProtocol::Ipv6Route
                | IpProtocol::Ipv6Opts
                | IpProtocol::IpSecAh
                | IpProtocol::Ipv6Frag,
                _,
            ) => return true,
            _ => return false,
        };
        let Some((header, behind)) = rest.split_at_checked(length) else {
            return true;
        };
        next = header.first().copied().unwrap_or_default().into();
        rest = behind;
    }
    true
}

/// The type of a redirect, which RFC 4443 puts beside the errors.
const REDIRECT: u8 = 137;

#[cfg(test)]
mod tests;
