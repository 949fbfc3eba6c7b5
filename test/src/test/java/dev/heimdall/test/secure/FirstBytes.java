package dev.heimdall.test.secure;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A relay to a server that keeps how each connection begins, as anyone on the way could. */
final class FirstBytes implements AutoCloseable {
  private static final int KEPT = 9;

  private final ServerSocket listener;
  private final int server;
  private final List<byte[]> beginnings = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  FirstBytes(int serverPort) throws IOException {
    this.server = serverPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What the client's side sent first, a connection each: up to nine bytes. */
  List<byte[]> beginnings() {
    return beginnings;
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "first-bytes");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket target = new Socket(InetAddress.getLoopbackAddress(), server);
        open.addAll(List.of(client, target));
        byte[] beginning = new byte[KEPT];
        beginnings.add(beginning);
        start(() -> copy(client, target, beginning));
        start(() -> copy(target, client, new byte[0]));
      }
    } catch (IOException closed) {
      // the end of the relay
    }
  }

  private static void copy(Socket from, Socket to, byte[] beginning) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      byte[] buffer = new byte[8192];
      int seen = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        int keep = Math.min(n, beginning.length - seen);
        System.arraycopy(buffer, 0, beginning, seen, keep);
        seen += keep;
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException gone) {
      // one side has closed
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
