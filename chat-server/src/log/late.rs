//! Rings the readers of busy logs a little later (`pace.rs`).

use super::RoomLog;
use super::pace::GATHER;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Logs whose readers are to be rung.
#[derive(Debug)]
pub(super) struct Late {
    /// Bounded by the number of logs: each waits here once at the most.
    queue: mpsc::UnboundedSender<Arc<RoomLog>>,
}

impl Late {
    /// Starts the task; it ends when the handle is gone.
    pub(super) fn start() -> Self {
        let (queue, inbox) = mpsc::unbounded_channel();
        tokio::spawn(run(inbox));
        Self { queue }
    }

    /// The readers of this log are rung within [`GATHER`].
    pub(super) fn add(&self, log: Arc<RoomLog>) {
        // Without the task the node is going away, and so are its readers.
        let _ = self.queue.send(log);
    }
}

async fn run(mut inbox: mpsc::UnboundedReceiver<Arc<RoomLog>>) {
    while let Some(first) = inbox.recv().await {
        tokio::time::sleep(GATHER).await;
        let now = Instant::now();
        first.ring_late(now);
        while let Ok(log) = inbox.try_recv() {
            log.ring_late(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::pace::Turn;
    use crate::log::room::tests::{log, reader};
    use crate::log::{Frame, Reader};
    use crate::people::People;
    use chat_proto::Seq;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn nothing_said_in_a_busy_room_stays_unrung() {
        let (people, log, late) = (People::default(), Arc::new(log()), Late::start());
        let readers: Vec<_> = (0..40).map(|user| reader(&people, user)).collect();
        for reader in &readers {
            log.subscribe(reader.clone());
        }
        let mut head = Seq::ZERO;
        let mut turns = Vec::new();
        for pause in [0, 1, 2, 3, 30, 1, 1] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            head = head.next();
            let turn = log.publish(head, Frame::text("{}"), Instant::now());
            match turn {
                Some(Turn::Later) => late.add(Arc::clone(&log)),
                Some(Turn::Now) => assert!(readers.iter().all(rung), "{pause}"),
                _ => {}
            }
            turns.extend(turn);
        }
        use Turn::{Later, Now, WithOthers};
        let told = [Now, Later, WithOthers, WithOthers, Now, Later, WithOthers];
        assert_eq!(turns, told);
        tokio::time::sleep(2 * GATHER).await;
        assert!(readers.iter().all(rung));
        assert!(!readers.iter().any(rung));
    }

    fn rung(reader: &Reader) -> bool {
        let mut slots = Vec::new();
        reader.bell.take(&mut slots, &mut Vec::new());
        slots == [reader.slot]
    }
}
