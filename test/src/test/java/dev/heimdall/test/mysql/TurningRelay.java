package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.SocketRelay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A load balancer that gives each connection to the next of its targets, and keeps what it saw. */
final class TurningRelay extends SocketRelay {
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private final int[] targets;
  private int connections;

  /**
   * @param targets ports
   */
  TurningRelay(int... targets) throws IOException {
    super(targets[0]);
    this.targets = targets.clone();
    start();
  }

  @Override
  protected synchronized int target() {
    return targets[connections++ % targets.length];
  }

  @Override
  protected void forth(InputStream client, OutputStream server) throws IOException {
    byte[] buffer = new byte[8192];
    for (int n = client.read(buffer); n >= 0; n = client.read(buffer)) {
      synchronized (seen) {
        seen.write(buffer, 0, n);
      }
      server.write(buffer, 0, n);
    }
  }

  /** The next connection goes to the first target. */
  synchronized void startAnew() {
    connections = 0;
  }

  /** How many have come since. */
  synchronized int connections() {
    return connections;
  }

  /** All that clients have sent. */
  byte[] sentByClient() {
    synchronized (seen) {
      return seen.toByteArray();
    }
  }
}
