package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import java.util.function.Consumer;

/**
 * A waiter whose errors are its own: they end it, and neither those behind it in the queue nor who
 * gave the connection back suffer from them.
 */
class GuardedWaiter implements Waiter {
  final Waiter waiter;
  private final LoopContext loop;

  GuardedWaiter(Waiter waiter, LoopContext loop) {
    this.waiter = waiter;
    this.loop = loop;
  }

  @Override
  public Variables variables() {
    try {
      return waiter.variables();
    } catch (RuntimeException e) {
      failed(e);
      return Variables.NONE;
    }
  }

  @Override
  public boolean wouldShare() {
    try {
      return waiter.wouldShare();
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
  }

  @Override
  public long sharesFor(ServerConnection connection) {
    try {
      return waiter.sharesFor(connection);
    } catch (RuntimeException e) {
      failed(e);
      return -1;
    }
  }

  @Override
  public void placed(Lane lane) {
    given(waiter::placed, lane, lane.connection());
  }

  @Override
  public void acquired(ServerConnection connection) {
    given(waiter::acquired, connection, connection);
  }

  private <T> void given(Consumer<T> taker, T what, ServerConnection connection) {
    try {
      taker.accept(what);
    } catch (RuntimeException e) {
      // It is unknown what the waiter has done with it.
      connection.close("error in the node: " + e);
      failed(e);
    }
  }

  @Override
  public void refused(ServerError error) {
    try {
      waiter.refused(error);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  @Override
  public void writerLost() {
    try {
      waiter.writerLost();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  @Override
  public void writerSilent() {
    try {
      waiter.writerSilent();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  @Override
  public boolean waitsLong() {
    try {
      return waiter.waitsLong();
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
  }

  /** Later, when the pool has done what it is at: a waiter that ends leaves its queue. */
  @Override
  public void failed(Throwable cause) {
    loop.soon(() -> waiter.failed(cause), waiter::failed);
  }
}
