//! What the process may do.

/// Answers whether the calling thread may change addresses and routes.
///
/// On Linux that is the effective capability CAP_NET_ADMIN; whether it holds in this network namespace shows only when
/// something is changed. On other systems it is `false`, because this version cannot configure them. Hosts use it to choose
/// between a TUN device and the userspace device.
pub fn can_configure_network() -> bool {
    #[cfg(target_os = "linux")]
    {
        has_effective_capability(CAP_NET_ADMIN)
    }
    #[cfg(not(target_os = "linux"))]
    {
        false
    }
}

/// Number of the capability, from capabilities(7).
#[cfg(target_os = "linux")]
const CAP_NET_ADMIN: u32 = 12;

#[cfg(target_os = "linux")]
fn has_effective_capability(capability: u32) -> bool {
    /// `struct __user_cap_header_struct` of capget(2).
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    /// `struct __user_cap_data_struct` of capget(2).
    #[repr(C)]
    #[derive(Clone, Copy, Default)]
    struct Data {
        effective: u32,
        permitted: u32,
        inheritable: u32,
    }
    /// `_LINUX_CAPABILITY_VERSION_3`, which takes two data structures for 64 capabilities.
    const VERSION_3: u32 = 0x2008_0522;

    let mut header = Header {
        version: VERSION_3,
        pid: 0,
    };
    let mut data = [Data::default(); 2];
    // SAFETY: the structures are laid out as capget(2) demands, version 3 writes exactly two of the second kind, and both
    // outlive the call. Pid 0 is the calling thread.
    let result = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, data.as_mut_ptr()) };
    result == 0
        && data
            .first()
            .is_some_and(|low| low.effective & (1 << capability) != 0)
}
