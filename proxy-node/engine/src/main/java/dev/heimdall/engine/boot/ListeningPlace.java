package dev.heimdall.engine.boot;

import dev.heimdall.model.VirtualDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Address on which clients of a virtual database connect. */
sealed interface ListeningPlace {
  /**
   * @param port 0 for any free one
   */
  record Port(String address, int port) implements ListeningPlace {}

  /**
   * A Unix domain socket.
   *
   * @param mode of its file, in octal digits
   */
  record UnixSocket(Path path, String mode) implements ListeningPlace {}

  /** All that a virtual database asks for, ports first. */
  static List<ListeningPlace> of(VirtualDatabase vdb) {
    List<ListeningPlace> places = new ArrayList<>();
    vdb.ports().forEach(port -> places.add(new Port(vdb.address(), port)));
    vdb.unixSocket()
        .ifPresent(path -> places.add(new UnixSocket(Path.of(path), vdb.unixSocketMode())));
    return places;
  }
}
