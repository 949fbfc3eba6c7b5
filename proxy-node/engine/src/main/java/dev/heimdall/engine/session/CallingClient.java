package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ReplyOwner;

/** A session as its COPY data and function calls see it; all on its loop. */
interface CallingClient {

  /** To whom replies go. */
  ReplyOwner owner();

  /** Groups of messages that are not answered. */
  int outstanding();

  /** A group of messages was sent. */
  void groupSent();

  void pin(String reason);
}
