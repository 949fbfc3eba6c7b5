package dev.heimdall.engine.session;

import dev.heimdall.engine.net.LoopContext;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Holds back what goes to a session's client until all nodes know of the writes that it
 * acknowledges, and everything behind it, so that nothing overtakes.
 */
final class Withheld {
  /** With more than this, nothing more is asked of servers for the client. */
  private static final int LARGE = 64 * 1024;

  private final ClientSession session;
  private final LoopContext loop;
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(0);
  private CompletableFuture<Void> told;
  private int bytes;

  Withheld(ClientSession session, LoopContext loop) {
    this.session = session;
    this.loop = loop;
  }

  /** What is written from now on waits for this, too. */
  void until(CompletableFuture<Void> next) {
    if (next.isDone() || session.closed()) {
      return;
    }
    CompletableFuture<Void> all = told == null ? next : CompletableFuture.allOf(told, next);
    told = all;
    all.whenComplete((done, never) -> loop.soon(this::pass, session::failed));
  }

  /** Takes what is to go to the client, if that has to wait. */
  boolean takes(ByteBuf consumed) {
    if (told == null) {
      return false;
    }
    held.add(consumed);
    bytes += consumed.readableBytes();
    return true;
  }

  /** Whether so much waits that no more should come. */
  boolean large() {
    return bytes > LARGE;
  }

  private void pass() {
    if (told == null || !told.isDone()) {
      return;
    }
    told = null;
    bytes = 0;
    for (ByteBuf next = held.poll(); next != null; next = held.poll()) {
      session.send(next);
    }
    session.lease().resumePaused();
    session.foreign().clientWritable();
    session.requests().clientWritable();
  }

  /** The client is gone. */
  void end() {
    told = null;
    held.forEach(ByteBuf::release);
    held.clear();
  }
}
