package dev.heimdall.test.consistency;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the product must never be: a proxy that gives each transaction any server connection, as the
 * last client left it.
 */
abstract class LeakyProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

  LeakyProxy() throws IOException {
    this.listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
  }

  /** Serves a client until it goes. */
  abstract void serve(Socket client);

  final int port() {
    return listener.getLocalPort();
  }

  /** Has this closed at the end. */
  final <C extends AutoCloseable> C opened(C connection) {
    open.add(connection);
    return connection;
  }

  /** Takes clients from now on. */
  final void start() {
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(null, task, "leaky-proxy", 256 * 1024);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = opened(listener.accept());
        start(() -> serve(client));
      }
    } catch (IOException closed) {
      // the end of the proxy
    }
  }

  @Override
  public void close() throws Exception {
    listener.close();
    for (AutoCloseable socket : open) {
      socket.close();
    }
  }
}
