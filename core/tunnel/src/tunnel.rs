use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use p2svpn_openvpn::{ChallengeId, Connection, Credentials, PushReply};
use p2svpn_system::Clock;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle};
use zeroize::Zeroizing;

use crate::device::Device;
use crate::error::TunnelError;
use crate::event::TunnelEvent;
use crate::pump::{
    Command, Control, FromPump, Inbound, LastEvent, Outbound, Task, ToInbound, ToOutbound,
};
use crate::statistics::{Counters, TunnelStatistics};
use crate::transport::{PacketReader, PacketWriter, Transport, datagrams, stream};

/// A connection that runs: it handshakes, keeps itself alive, and carries the packets of a device, in either role.
///
/// Dropping it ends it at once, without a word to the peer; [`close`](Self::close) is the polite way.
pub struct Tunnel {
    commands: mpsc::Sender<Command>,
    inbound: mpsc::Sender<ToInbound>,
    counters: Arc<Counters>,
    attached: AtomicBool,
    tasks: [AbortHandle; 3],
    peer: SocketAddr,
    local: SocketAddr,
}

/// Events that wait for the owner; a handshake makes about ten.
const EVENTS: usize = 64;

/// Commands and control packets that wait; the peer has at most a few packets of the handshake under way.
const QUEUE: usize = 32;

/// How long [`Tunnel::close`] waits: half a second each for the last bytes and the last events, and a little.
const CLOSE: Duration = Duration::from_millis(1_500);

impl Tunnel {
    /// Starts the connection over a transport, on a runtime with I/O and time.
    ///
    /// The transport must fit the connection's framing, or the peer will not be understood. The events come in order; the
    /// last one is [`TunnelEvent::Closed`]. An owner that takes no events holds the peer
    /// back; one that drops their receiver hears nothing more. `clock` is the one that the connection was started with.
    pub fn start(
        connection: Connection,
        transport: impl Into<Transport>,
        clock: Clock,
        runtime: &Handle,
    ) -> (Tunnel, mpsc::Receiver<TunnelEvent>) {
        let transport = transport.into();
        let (peer, local) = (transport.peer_addr(), transport.local_addr());
        let counters = Arc::new(Counters::default());
        let (commands, command_queue) = mpsc::channel(QUEUE);
        let (to_control, from_pump) = mpsc::channel(QUEUE);
        let (to_outbound, outbound_queue) = mpsc::channel(QUEUE);
        // One opener and one sink are all that is ever sent.
        let (to_inbound, inbound_queue) = mpsc::channel(2);
        let (events, event_queue) = mpsc::channel(EVENTS);

        let (to_device, answers) = mpsc::channel(QUEUE);

        let pump = Pump {
            answers,
            to_device,
            inbound_queue,
            outbound_queue,
            to_control,
            clock,
            counters: Arc::clone(&counters),
        };
        let is_datagram = matches!(transport, Transport::Udp(_));
        let (reader, writer) = match transport {
            Transport::Tcp(transport) => {
                pump.start(stream::split(transport.into_stream(), &counters), runtime)
            }
            Transport::Udp(transport) => pump.start(
                datagrams::split(transport.into_socket(), &counters),
                runtime,
            ),
        };
        let (writer_abort, reader_abort) = (writer.abort_handle(), reader.abort_handle());
        let control_counters = Arc::clone(&counters);
        let control_inbound = to_inbound.clone();
        let control = async move {
            // The queue is empty: there is room.
            let Ok(last_event) = events.clone().reserve_owned().await else {
                return;
            };
            let control = Control {
                connection,
                clock,
                is_datagram,
                counters: control_counters,
                commands: command_queue,
                pump: from_pump,
                outbound: to_outbound,
                inbound: control_inbound,
                events,
                last_event: LastEvent::new(last_event),
                writer: Task::new(writer),
                reader: Task::new(reader),
            };
            control.run().await;
        };
        let control = runtime.spawn(control).abort_handle();

        let tasks = [control, writer_abort, reader_abort];
        let attached = AtomicBool::new(false);
        (
            Tunnel {
                commands,
                inbound: to_inbound,
                counters,
                attached,
                tasks,
                peer,
                local,
            },
            event_queue,
        )
    }

    /// Carries the packets of a device from now on; received packets were dropped, and counted, until then. Every packet
    /// that comes after this has returned reaches the device.
    ///
    /// # Errors
    /// [`TunnelError::Attached`] when there is a device already, [`TunnelError::Ended`] when the tunnel is over.
    pub async fn attach(&self, device: Device) -> Result<(), TunnelError> {
        let place = self.commands.reserve().await;
        let place = place.map_err(|_| TunnelError::Ended)?;
        if self.attached.swap(true, Ordering::Relaxed) {
            return Err(TunnelError::Attached);
        }
        // Straight to the reader: by way of the commands it would come after packets that are being read just now.
        let sink = self.inbound.try_send(ToInbound::Sink(device.sink));
        sink.map_err(|_| TunnelError::Ended)?;
        place.send(Command::Attach(device.source, device.mtu));
        Ok(())
    }

    /// Gateway role: lets the client in that [`TunnelEvent::Admission`] told of, with these settings.
    ///
    /// # Errors
    /// [`TunnelError::Ended`] when the tunnel is over.
    pub async fn admit(&self, settings: PushReply) -> Result<(), TunnelError> {
        self.command(Command::Admit(Box::new(settings))).await
    }

    /// Gateway role: turns the client away; `text` is shown to its user.
    ///
    /// # Errors
    /// [`TunnelError::Ended`] when the tunnel is over.
    pub async fn refuse(&self, text: impl Into<String>) -> Result<(), TunnelError> {
        self.command(Command::Refuse(text.into())).await
    }

    /// Gateway role: sends the client a message of any kind, such as `INFO_PRE,...` while it waits to be let in, or
    /// `PUSH_UPDATE,...` later. It goes out as it is.
    ///
    /// # Errors
    /// [`TunnelError::Ended`] when the tunnel is over.
    pub async fn send_message(&self, message: impl Into<String>) -> Result<(), TunnelError> {
        self.command(Command::Message(message.into())).await
    }

    /// Begins to replace the keys, unless that is under way already: [`TunnelEvent::Rekeyed`] follows. It also happens by
    /// itself when their time has come.
    ///
    /// # Errors
    /// [`TunnelError::Ended`] when the tunnel is over.
    pub async fn rekey(&self) -> Result<(), TunnelError> {
        self.command(Command::Rekey).await
    }

    /// Client role: shows these credentials from the next rekey on, unless the gateway has given a token in their place.
    ///
    /// # Errors
    /// [`TunnelError::Ended`] when the tunnel is over.
    pub async fn set_credentials(&self, credentials: Credentials) -> Result<(), TunnelError> {
        self.command(Command::Credentials(credentials)).await
    }

    /// Client role: answers a question that [`TunnelEvent::Challenge`] told of, by text.
    ///
    /// # Errors
    /// [`TunnelError::Answer`] when the answer was not sent, [`TunnelError::Ended`] when the tunnel is over.
    pub async fn answer(
        &self,
        id: ChallengeId,
        response: Zeroizing<String>,
    ) -> Result<(), TunnelError> {
        let (sent, outcome) = oneshot::channel();
        self.command(Command::Answer(id, response, sent)).await?;
        Ok(outcome.await.map_err(|_| TunnelError::Ended)??)
    }

    /// Ends the tunnel: tells the peer, lets the last bytes out, and returns once everything has stopped, as a rule within
    /// a second, at the latest after three. [`TunnelEvent::Closed`] has been sent then, also where the tunnel had to be cut off
    /// because the machine was too busy for a goodbye.
    pub async fn close(&self) {
        let closed = async {
            let _ = self.commands.send(Command::Close).await;
            // The other end of the channel goes with the task.
            self.commands.closed().await;
        };
        if tokio::time::timeout(CLOSE, closed).await.is_err() {
            tracing::warn!("the tunnel did not close in time");
            self.abort();
            // A task that is stopped lets go at its next step, and the last event is sent then.
            let _ = tokio::time::timeout(CLOSE, self.commands.closed()).await;
        }
    }

    /// What the tunnel has carried and dropped.
    pub fn statistics(&self) -> TunnelStatistics {
        self.counters.snapshot()
    }

    /// The other side's address.
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// Our own address towards it.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    async fn command(&self, command: Command) -> Result<(), TunnelError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| TunnelError::Ended)
    }

    fn abort(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// What the two tasks that move bytes are given.
struct Pump {
    answers: mpsc::Receiver<Vec<u8>>,
    to_device: mpsc::Sender<Vec<u8>>,
    inbound_queue: mpsc::Receiver<ToInbound>,
    outbound_queue: mpsc::Receiver<ToOutbound>,
    to_control: mpsc::Sender<FromPump>,
    clock: Clock,
    counters: Arc<Counters>,
}

impl Pump {
    fn start(
        self,
        (reader, writer): (impl PacketReader, impl PacketWriter),
        runtime: &Handle,
    ) -> (JoinHandle<()>, JoinHandle<()>) {
        let inbound = Inbound::new(
            reader,
            self.inbound_queue,
            self.answers,
            self.to_control.clone(),
            self.clock,
            Arc::clone(&self.counters),
        );
        let outbound = Outbound::new(
            writer,
            self.outbound_queue,
            self.to_control,
            self.to_device,
            self.clock,
            self.counters,
        );
        (runtime.spawn(inbound.run()), runtime.spawn(outbound.run()))
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.abort();
    }
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Tunnel")
            .field("peer", &self.peer)
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}
