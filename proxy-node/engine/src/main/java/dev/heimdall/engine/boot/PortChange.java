package dev.heimdall.engine.boot;

import java.util.ArrayList;
import java.util.List;

/**
 * Moves a node from the ports and sockets that it listens on to others: all of them, or none. Ports
 * that the node does not hold are bound while the old listeners still listen; one that goes from
 * one listener to another is first given up, and taken back when a later one cannot be had.
 */
final class PortChange {
  private final List<VdbListener> before;
  private final List<VdbListener> after;
  private final List<VdbListener> opened = new ArrayList<>();
  private final List<VdbListener> closed = new ArrayList<>();

  /**
   * @param after those that are to be open; may be among those before
   */
  PortChange(List<VdbListener> before, List<VdbListener> after) {
    this.before = before;
    this.after = after;
  }

  /**
   * Opens what is to be open, and closes the rest.
   *
   * @throws StartupException when a port is not to be had; then all is as before
   */
  void carryOut() throws StartupException {
    try {
      for (VdbListener listener : after) {
        if (!listener.isOpen() && holders(listener).isEmpty()) {
          open(listener);
        }
      }
      for (VdbListener listener : after) {
        if (!listener.isOpen()) {
          for (VdbListener holder : holders(listener)) {
            closed.add(holder);
            holder.close();
          }
          open(listener);
        }
      }
    } catch (StartupException | RuntimeException e) {
      undo(e);
      throw e;
    }
    before.stream().filter(listener -> !after.contains(listener)).forEach(VdbListener::close);
  }

  private void open(VdbListener listener) throws StartupException {
    listener.open();
    opened.add(listener);
  }

  /** Listeners that go and hold the port, or the socket's file, now. */
  private List<VdbListener> holders(VdbListener wanting) {
    return before.stream()
        .filter(listener -> listener.isOpen() && listener.excludes(wanting))
        .filter(listener -> !after.contains(listener))
        .toList();
  }

  private void undo(Exception cause) {
    opened.forEach(VdbListener::close);
    for (VdbListener listener : closed) {
      try {
        listener.open();
        listener.accept();
      } catch (StartupException | RuntimeException gone) {
        cause.addSuppressed(gone);
      }
    }
  }
}
