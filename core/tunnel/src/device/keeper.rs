//! A device that outlives the tunnels that carry its packets.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::Notify;

use super::halves::{Device, PacketSink, PacketSource};
use crate::batch::Batch;

/// Keeps a device open from one tunnel to the next, as a session does that connects again.
///
/// A tunnel gets the device from [`lend`](Self::lend), and gives it back when it ends. Meanwhile the device is open, with its
/// name, addresses and routes: what programs send waits in it, as far as it has room, and goes out through the next tunnel.
/// The device is closed when its keeper and the tunnel that has it are gone.
#[derive(Debug)]
pub struct DeviceKeeper {
    source: Arc<Home<dyn PacketSource>>,
    sink: Arc<Home<dyn PacketSink>>,
    mtu: u16,
    name: Option<String>,
}

impl DeviceKeeper {
    /// Takes a device.
    pub fn new(device: Device) -> DeviceKeeper {
        DeviceKeeper {
            source: Arc::new(Home::with(device.source)),
            sink: Arc::new(Home::with(device.sink)),
            mtu: device.mtu,
            name: device.name,
        }
    }

    /// Waits until the tunnel that has the device gives it back, which it does when it ends, and lends it anew.
    ///
    /// A future that is dropped leaves the device where it is.
    pub async fn lend(&self) -> Device {
        let source = Home::leave(&self.source).await;
        let sink = Home::leave(&self.sink).await;
        Device {
            source: Box::new(source),
            sink: Box::new(sink),
            mtu: self.mtu,
            name: self.name.clone(),
        }
    }

    /// The largest packet of the device, in bytes.
    pub fn mtu(&self) -> u16 {
        self.mtu
    }

    /// The name of its network interface, if it is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// Where one half of the device is while no tunnel has it.
struct Home<T: ?Sized> {
    half: Mutex<Option<Box<T>>>,
    returned: Notify,
}

impl<T: ?Sized> Home<T> {
    fn with(half: Box<T>) -> Self {
        Self {
            half: Mutex::new(Some(half)),
            returned: Notify::new(),
        }
    }

    async fn leave(home: &Arc<Self>) -> Lent<T> {
        loop {
            let half = home.place().take();
            if half.is_some() {
                let home = Arc::clone(home);
                return Lent { half, home };
            }
            // A return between the look and this wait has left its mark.
            home.returned.notified().await;
        }
    }

    fn place(&self) -> std::sync::MutexGuard<'_, Option<Box<T>>> {
        self.half.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> std::fmt::Debug for Home<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Home")
            .field("is_there", &self.place().is_some())
            .finish()
    }
}

/// A half that goes home when it is dropped.
struct Lent<T: ?Sized> {
    /// There until then.
    half: Option<Box<T>>,
    home: Arc<Home<T>>,
}

impl<T: ?Sized> Drop for Lent<T> {
    fn drop(&mut self) {
        *self.home.place() = self.half.take();
        self.home.returned.notify_one();
    }
}

impl PacketSource for Lent<dyn PacketSource> {
    fn poll_read(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        match &mut self.half {
            Some(half) => half.poll_read(context, batch),
            None => Poll::Pending,
        }
    }
}

impl PacketSink for Lent<dyn PacketSink> {
    fn poll_write(&mut self, context: &mut Context<'_>, batch: &mut Batch) -> Poll<io::Result<()>> {
        match &mut self.half {
            Some(half) => half.poll_write(context, batch),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Waker;

    use super::*;

    /// Counts how often it was read, and written.
    #[derive(Clone, Default)]
    struct Counting(Arc<AtomicU32>);

    impl PacketSource for Counting {
        fn poll_read(&mut self, _: &mut Context<'_>, _: &mut Batch) -> Poll<io::Result<()>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Poll::Pending
        }
    }

    impl PacketSink for Counting {
        fn poll_write(&mut self, _: &mut Context<'_>, _: &mut Batch) -> Poll<io::Result<()>> {
            self.0.fetch_add(100, Ordering::Relaxed);
            Poll::Pending
        }
    }

    fn keeper(count: &Counting) -> DeviceKeeper {
        DeviceKeeper::new(Device {
            source: Box::new(count.clone()),
            sink: Box::new(count.clone()),
            mtu: 1_400,
            name: Some("tunnel".to_owned()),
        })
    }

    fn use_once(device: &mut Device) {
        let mut context = Context::from_waker(Waker::noop());
        let mut batch = Batch::new(4_096, 1_400, crate::Margin::default());
        let _ = device.source.poll_read(&mut context, &mut batch);
        let _ = device.sink.poll_write(&mut context, &mut batch);
    }

    #[tokio::test]
    async fn one_tunnel_after_the_other_has_the_same_device() {
        let count = Counting::default();
        let keeper = keeper(&count);
        for turn in 1..=3 {
            let mut device = keeper.lend().await;
            assert_eq!(
                (device.mtu, device.name.as_deref()),
                (1_400, Some("tunnel"))
            );
            use_once(&mut device);
            assert_eq!(count.0.load(Ordering::Relaxed), 101 * turn);
        }
    }

    /// What a future has come to so far.
    fn now<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn it_is_lent_to_one_at_a_time() {
        let keeper = keeper(&Counting::default());
        let Device { source, sink, .. } = keeper.lend().await;
        let mut next = pin!(keeper.lend());

        assert!(now(next.as_mut()).is_none());
        drop(sink);
        assert!(now(next.as_mut()).is_none(), "half of it is still away");
        drop(source);

        assert!(now(next).is_some());
    }

    #[tokio::test]
    async fn whoever_stops_waiting_takes_nothing_along() {
        let keeper = keeper(&Counting::default());
        let Device { source, sink, .. } = keeper.lend().await;
        {
            let mut given_up = pin!(keeper.lend());
            assert!(now(given_up.as_mut()).is_none());
            drop(source);
            assert!(now(given_up).is_none(), "half of it is still away");
        }
        drop(sink);

        assert!(now(pin!(keeper.lend())).is_some());
    }

    #[tokio::test]
    async fn it_is_closed_when_its_keeper_and_the_tunnel_are_gone() {
        let count = Counting::default();
        let keeper = keeper(&count);
        let device = keeper.lend().await;

        drop(keeper);
        assert!(Arc::strong_count(&count.0) > 1);
        drop(device);

        assert_eq!(Arc::strong_count(&count.0), 1);
    }
}
