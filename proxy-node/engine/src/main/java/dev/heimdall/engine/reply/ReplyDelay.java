package dev.heimdall.engine.reply;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Delays what goes to a client until all nodes know of the writes that it acknowledges, or until
 * what its client has notified itself of has come, and everything behind it, so that nothing
 * overtakes. It belongs to the thread of its client's event loop.
 */
public final class ReplyDelay implements ReplyStage {
  /** With more than this, nothing more is requested of servers for the client. */
  private static final int LARGE = 64 * 1024;

  private final Consumer<Runnable> loop;
  private final Consumer<ByteBuf> client;
  private final Runnable passed;
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(0);
  private CompletableFuture<Void> over;
  private int bytes;

  /**
   * @param loop runs a task on the client's event loop, from any thread
   * @param client takes what need not wait any more
   * @param passed runs when nothing waits any more
   */
  public ReplyDelay(Consumer<Runnable> loop, Consumer<ByteBuf> client, Runnable passed) {
    this.loop = loop;
    this.client = client;
    this.passed = passed;
  }

  /** Makes what is written from now on wait for this, too. */
  public void until(CompletableFuture<Void> next) {
    if (next.isDone()) {
      return;
    }
    CompletableFuture<Void> all = over == null ? next : CompletableFuture.allOf(over, next);
    over = all;
    all.whenComplete((done, never) -> loop.accept(this::pass));
  }

  @Override
  public boolean takes(ReplySource from, ByteBuf consumed) {
    if (over == null) {
      return false;
    }
    held.add(consumed);
    bytes += consumed.readableBytes();
    return true;
  }

  /**
   * Puts something in front of the first held piece that is such an end of an answer, or behind
   * everything.
   */
  public void beforeEnd(ByteBuf consumed, Predicate<ByteBuf> end) {
    List<ByteBuf> all = new ArrayList<>(held);
    int at = 0;
    while (at < all.size() && !end.test(all.get(at))) {
      at++;
    }
    all.add(at, consumed);
    bytes += consumed.readableBytes();
    held.clear();
    held.addAll(all);
  }

  /** True if so much waits that no more should come. */
  public boolean large() {
    return bytes > LARGE;
  }

  /** True if what is written now would wait. */
  public boolean waits() {
    return over != null;
  }

  /** True if something waits. */
  public boolean holds() {
    return !held.isEmpty();
  }

  private void pass() {
    if (over == null || !over.isDone()) {
      return;
    }
    over = null;
    bytes = 0;
    for (ByteBuf next = held.poll(); next != null; next = held.poll()) {
      client.accept(next);
    }
    passed.run();
  }

  /** The client has disconnected. */
  public void end() {
    over = null;
    bytes = 0;
    held.forEach(ByteBuf::release);
    held.clear();
  }
}
