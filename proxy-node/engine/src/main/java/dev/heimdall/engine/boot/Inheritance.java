package dev.heimdall.engine.boot;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets that another process has handed over, by where they listen; none for a node
 * that takes no other's place. Thread-safe.
 */
final class Inheritance {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  private final Map<String, List<FileDescriptor>> sockets = new HashMap<>();
  private volatile boolean held;

  /** As both processes name it. */
  static String name(String vdb, ListeningPlace place) {
    return place instanceof ListeningPlace.UnixSocket socket
        ? vdb + " unix " + socket.path()
        : vdb
            + " port "
            + ((ListeningPlace.Port) place).address()
            + " "
            + ((ListeningPlace.Port) place).port();
  }

  synchronized void add(String place, FileDescriptor socket) {
    held = true;
    sockets.computeIfAbsent(place, none -> new ArrayList<>()).add(socket);
  }

  /** Those that listen there, which are the caller's from now on; none where no process does. */
  synchronized List<FileDescriptor> take(String vdb, ListeningPlace place) {
    List<FileDescriptor> found = sockets.remove(name(vdb, place));
    return found == null ? List.of() : found;
  }

  /** True if the other process still accepts clients on its sockets, and this one does not. */
  boolean held() {
    return held;
  }

  /** From now on this process accepts them; sockets that were not taken are closed. */
  synchronized void release() {
    held = false;
    close();
  }

  synchronized void close() {
    for (List<FileDescriptor> left : sockets.values()) {
      for (FileDescriptor socket : left) {
        try {
          socket.close();
        } catch (IOException e) {
          LOG.debug("a socket that was handed over cannot be closed", e);
        }
      }
    }
    sockets.clear();
  }
}
