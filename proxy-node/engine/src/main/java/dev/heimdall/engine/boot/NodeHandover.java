package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.share.Overlap;
import dev.heimdall.engine.takeover.ArrivingClients;
import dev.heimdall.engine.takeover.Remaining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Handover of a node with other processes that serve the same clients: the one that it replaces at
 * its start, and the one that replaces it.
 */
final class NodeHandover implements AutoCloseable {
  private static final Set<PosixFilePermission> OWN_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private final Overlap overlap = new Overlap();

  /** Null where no process can take the node's place. */
  private final Path socket;

  /** Process that the node replaces; null for none. */
  private final TakeOver before;

  private final Inheritance inheritance;

  /** Null before a process can take its place. */
  private Handover after;

  private boolean closed;

  private NodeHandover(Path socket, TakeOver before) {
    this.socket = socket;
    this.before = before;
    inheritance = before == null ? new Inheritance() : before.inheritance();
  }

  /**
   * @param place where it meets other processes, if anywhere
   * @param node its number
   */
  static NodeHandover of(Optional<HandoverPlace> place, int node, Transport transport)
      throws StartupException {
    boolean takesOver = place.isPresent() && place.get().takesOver();
    if (transport != Transport.EPOLL) {
      if (takesOver) {
        throw new StartupException(
            "--take-over needs the transport epoll (\"transport\" in node.json), which this node"
                + " does not run with");
      }
      return new NodeHandover(null, null);
    }
    Path socket = place.map(known -> known.socket(node)).orElse(null);
    return new NodeHandover(socket, takesOver ? new TakeOver(socket) : null);
  }

  Overlap overlap() {
    return overlap;
  }

  Inheritance inheritance() {
    return inheritance;
  }

  /** True if it takes the place of another process, which has been ready until now. */
  boolean succeeds() {
    return before != null;
  }

  /** Other process that knows cancel keys unknown here. */
  CancelRegistry.OtherProcess cancels() {
    return before == null ? CancelRegistry.OtherProcess.NONE : before;
  }

  /** Gets the listening sockets of the process before, if there is one. */
  void begin() throws StartupException {
    if (before != null) {
      overlap.begin();
      before.begin();
    }
  }

  /** The HTTP endpoint's address is needed now. */
  void releaseHttp() throws StartupException {
    if (before != null) {
      before.releaseHttp();
    }
  }

  /**
   * Everything is there to serve clients: those of the process before may come, and another process
   * may take this one's place, when that is over.
   *
   * @param door where those go on
   * @param end ends the node: the process before goes on
   */
  void ready(
      ArrivingClients.Door door,
      Handover.Serving serving,
      CancelRegistry cancels,
      EventLog log,
      Executor offLoop,
      Runnable end) {
    if (before == null) {
      open(serving, cancels, log, offLoop);
      return;
    }
    before.ready(door, cancels);
    inheritance.release();
    serving.accept();
    log.node("took over", "process=" + before.process());
    before
        .over()
        .thenAcceptAsync(
            gone -> {
              log.node("take-over ended", "clients=" + before.taken() + " gone=" + gone);
              if (gone) {
                overlap.end();
                serving.alone();
                open(serving, cancels, log, offLoop);
              } else {
                end.run();
              }
            },
            offLoop);
  }

  /** The clients that the process before still has. */
  Remaining remaining() {
    return before == null ? Remaining.NONE : before.remaining();
  }

  /** True if the process before still has clients. */
  boolean takesOver() {
    return before != null && !before.over().isDone();
  }

  private synchronized void open(
      Handover.Serving serving, CancelRegistry cancels, EventLog log, Executor offLoop) {
    if (socket == null || closed) {
      return;
    }
    try {
      makeFolder();
      after = new Handover(socket, serving, cancels, overlap, log, offLoop);
      after.open();
    } catch (IOException e) {
      log.node("cannot be taken over", "reason=\"" + e.getMessage() + "\"");
    }
  }

  /** A node that was started by hand is the first to need it. */
  private void makeFolder() throws IOException {
    Path folder = socket.getParent();
    if (Files.isDirectory(folder)) {
      return;
    }
    try {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWN_DIRECTORY));
    } catch (IOException e) {
      throw new IOException(
          "the folder %s does not exist and cannot be made (%s): make it for the node's user, or give another --state"
              .formatted(folder, e),
          e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (after != null) {
      after.close();
    }
    if (before != null) {
      before.close();
    }
  }
}
