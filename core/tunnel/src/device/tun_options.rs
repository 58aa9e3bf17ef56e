/// How `Device::tun` creates its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunOptions {
    /// Name of the interface; `None` takes the next free one of `p2svpn0`, `p2svpn1`, ...
    pub name: Option<String>,
    /// The largest packet, in bytes.
    pub mtu: u16,
}
