package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.ProxyHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * A TCP load balancer that behaves as a network load balancer of AWS does: it asks each target
 * every now and then by HTTP, believes what it was answered twice in a row, sends new connections
 * to healthy targets only (to all where none is), leaves those alone that are there, and puts a
 * PROXY header of version 2 before what clients send.
 */
final class CheckingBalancer implements AutoCloseable {
  private static final int IN_A_ROW = 2;

  /** A node behind it, and what its last checks said. */
  private static final class Member {
    private final ProxyProcess node;
    private volatile boolean healthy = true;
    private int otherwise;

    Member(ProxyProcess node) {
      this.node = node;
    }

    void check(String path) throws InterruptedException {
      boolean well;
      try {
        well = node.door().get(path).statusCode() == 200;
      } catch (IOException e) {
        well = false;
      }
      otherwise = well == healthy ? 0 : otherwise + 1;
      if (otherwise == IN_A_ROW) {
        healthy = well;
        otherwise = 0;
      }
    }
  }

  private final List<Member> members;
  private final ToIntFunction<ProxyProcess> port;
  private final ServerSocket door;
  private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param path what it asks targets for
   * @param pauseMillis between two checks of a target
   */
  CheckingBalancer(List<ProxyProcess> nodes, String path, long pauseMillis) throws IOException {
    this(nodes, node -> node.target().port(), path, pauseMillis);
  }

  /**
   * @param port of a node, to which clients are sent
   */
  CheckingBalancer(
      List<ProxyProcess> nodes, ToIntFunction<ProxyProcess> port, String path, long pauseMillis)
      throws IOException {
    this.port = port;
    members = nodes.stream().map(Member::new).toList();
    door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    inBackground(
        () -> {
          while (!door.isClosed()) {
            for (Member member : members) {
              member.check(path);
            }
            Thread.sleep(pauseMillis);
          }
        });
    inBackground(
        () -> {
          while (!door.isClosed()) {
            Socket client = door.accept();
            inBackground(() -> connect(client));
          }
        });
  }

  int port() {
    return door.getLocalPort();
  }

  /** Connections that no target took. */
  int refused() {
    return refused.get();
  }

  void awaitHealthy(ProxyProcess node) {
    Member member = members.stream().filter(m -> m.node == node).findFirst().orElseThrow();
    Await.until("the balancer finds it healthy", () -> member.healthy);
  }

  private Member choose() {
    List<Member> healthy = members.stream().filter(member -> member.healthy).toList();
    List<Member> among = healthy.isEmpty() ? members : healthy;
    return among.get(Math.floorMod(next.getAndIncrement(), among.size()));
  }

  private void connect(Socket client) throws IOException {
    sockets.add(client);
    Socket server;
    try {
      server = new Socket(InetAddress.getLoopbackAddress(), port.applyAsInt(choose().node));
    } catch (IOException e) {
      refused.incrementAndGet();
      client.setSoLinger(true, 0);
      client.close();
      return;
    }
    sockets.add(server);
    server.setTcpNoDelay(true);
    client.setTcpNoDelay(true);
    server.getOutputStream().write(ProxyHeader.of(client.getInetAddress().getHostAddress()));
    inBackground(() -> pass(server, client));
    pass(client, server);
  }

  private static void pass(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void inBackground(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // one of both ends has closed
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "balancer");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      door.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
