package dev.heimdall.engine.takeover;

import dev.heimdall.engine.handover.StateWriter;
import io.netty.channel.unix.UnixChannel;

/** The connection to the process that clients go to. For any thread. */
public interface ClientLink extends Frames {
  /**
   * Sends a client's socket, and behind it the frame.
   *
   * @param closed runs instead if the socket is closed
   */
  void sendClient(UnixChannel socket, StateWriter client, Runnable closed);
}
