package dev.heimdall.test.operate;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network load balancer: new connections go to the target that is registered, old ones stay where
 * they are.
 */
final class Balancer implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "balancer");
            thread.setDaemon(true);
            return thread;
          });
  private volatile int target;

  Balancer(int target) throws IOException {
    this.target = target;
    threads.execute(this::accept);
  }

  /** From now on new connections go there. */
  void register(int port) {
    target = port;
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Socket node = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        node.setTcpNoDelay(true);
        threads.execute(() -> copy(client, node));
        threads.execute(() -> copy(node, client));
      } catch (IOException e) {
        // The test is over, or the client sees that it was not let in.
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        to.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One side is gone: so is the other.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
