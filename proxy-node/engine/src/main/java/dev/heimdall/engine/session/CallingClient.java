package dev.heimdall.engine.session;

import dev.heimdall.engine.sql.PinReason;

/** A session as its COPY data and function calls see it; all on its loop. */
public interface CallingClient {

  /** To whom replies go. */
  StatementOwner owner();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** A group of messages was sent. */
  void groupSent();

  void pin(PinReason reason);
}
