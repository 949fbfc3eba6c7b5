package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.vdb.VdbContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Timing for sending a session's failed statement again, or the next one: after a pause, or when
 * there is a writer.
 */
public final class Resending {
  private final ServerLease lease;
  private final SessionContext session;
  private final SessionStatements statements;
  private final VdbContext vdb;
  private final LoopContext loop;

  /** True if a statement is to be sent again, and how often one was: each is sent once. */
  private boolean pending;

  private long pauses;

  /** Done when a server says that it is the writer; null where none is awaited. */
  private CompletableFuture<Void> writerAwaited;

  Resending(SessionContext session, ServerLease lease) {
    this.session = session;
    this.lease = lease;
    this.statements = session.statements();
    this.vdb = session.vdb();
    this.loop = session.loop();
  }

  /** Sends it again after a pause, over whatever connection is there then. */
  public void after(Duration pause) {
    takeBack();
    long pausing = ++pauses;
    pending = true;
    loop.later(() -> sendAgain(pausing), pause.toMillis(), TimeUnit.MILLISECONDS, session::failed);
  }

  /**
   * Sends it again when a server has reported that it is the writer, or the time for that is over.
   */
  public void atWriter() {
    WriterWatch watch = vdb.pools().watch();
    if (watch == null) {
      after(Duration.ZERO);
      return;
    }
    takeBack();
    long pausing = ++pauses;
    pending = true;
    confirmed(watch)
        .whenComplete((done, late) -> loop.soon(() -> sendAgain(pausing), session::failed));
  }

  private CompletableFuture<Void> confirmed(WriterWatch watch) {
    Duration timeout = vdb.pools().plan().source().cluster().failover().queueTimeout();
    return watch.confirmed().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * The server that is taken for the writer has rejected what cannot be sent again: what the client
   * begins next waits, instead of being rejected, too, until a server has said that it is the
   * writer, or the time for that is over.
   */
  public void doubtWriter() {
    WriterWatch watch = vdb.pools().watch();
    if (watch == null || !vdb.pools().led() || writerAwaited != null) {
      return;
    }
    CompletableFuture<Void> awaited = confirmed(watch);
    writerAwaited = awaited;
    awaited.whenComplete((done, late) -> loop.soon(this::writerConfirmed, session::failed));
  }

  private void writerConfirmed() {
    writerAwaited = null;
    if (!lease.closed()) {
      session.requests().process();
    }
  }

  /** True if a server is to say first that it is the writer; the client goes on by itself then. */
  boolean awaitsWriter() {
    return writerAwaited != null;
  }

  private void takeBack() {
    statements.takeBack();
    lease.putDownIfFree();
  }

  private void sendAgain(long pausing) {
    if (!lease.closed() && pending && pausing == pauses) {
      pending = false;
      session.sent().alone().tryAgain();
    }
  }

  /** True if a statement is to be sent again after a pause, or when there is a writer. */
  public boolean pending() {
    return pending;
  }

  /** Does not send it again; says whether it was to be. */
  public boolean cancel() {
    boolean did = pending;
    pending = false;
    return did;
  }
}
