package dev.heimdall.test.mysql;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A load balancer that gives each connection to the next of its targets, and keeps what it saw. */
final class TurningRelay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private final int[] targets;
  private int connections;

  /**
   * @param targets ports
   */
  TurningRelay(int... targets) throws IOException {
    this.targets = targets.clone();
    daemon(this::accept);
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "turning-relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), next());
        open.add(client);
        open.add(server);
        daemon(() -> copy(client, server, true));
        daemon(() -> copy(server, client, false));
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private synchronized int next() {
    return targets[connections++ % targets.length];
  }

  private void copy(Socket from, Socket to, boolean ofClient) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (ofClient) {
          synchronized (seen) {
            seen.write(buffer, 0, n);
          }
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One of them has left: the other one learns of it.
    }
  }

  int port() {
    return listener.getLocalPort();
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

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
