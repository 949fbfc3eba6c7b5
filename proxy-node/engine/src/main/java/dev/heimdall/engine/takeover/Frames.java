package dev.heimdall.engine.takeover;

import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateWriter;

/** The connection to the other process, for frames about clients. For any thread. */
public interface Frames {
  void send(FrameType type, StateWriter body);
}
