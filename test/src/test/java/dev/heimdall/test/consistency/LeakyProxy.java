package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the product must never be: a proxy that gives each transaction any server connection, as the
 * last client left it.
 */
final class LeakyProxy implements AutoCloseable {
  private final Target server;
  private final ServerSocket listener;
  private final BlockingQueue<RawClient> pool;
  private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

  LeakyProxy(Target server, int connections) throws IOException {
    this.server = server;
    this.pool = new ArrayBlockingQueue<>(connections);
    for (int i = 0; i < connections; i++) {
      pool.add(connect());
    }
    this.listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private RawClient connect() throws IOException {
    RawClient connection = RawClient.logIn(server);
    open.add(connection);
    return connection;
  }

  Target target() {
    return new Target(
        "127.0.0.1",
        listener.getLocalPort(),
        server.database(),
        server.user(),
        server.password(),
        false);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(null, task, "leaky-proxy", 256 * 1024);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        open.add(client);
        start(() -> serve(client));
      }
    } catch (IOException closed) {
      // the end of the proxy
    }
  }

  private void serve(Socket client) {
    RawClient held = null;
    char status = 'I';
    try (client) {
      client.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
      byte[] startup = new byte[in.readInt() - 4];
      in.readFully(startup);
      setName(startup);
      client
          .getOutputStream()
          .write(
              Frontend.all(
                  Frontend.message('R', new byte[4]),
                  Frontend.message('K', new byte[8]),
                  Frontend.message('Z', new byte[] {'I'})));
      ByteArrayOutputStream group = new ByteArrayOutputStream();
      while (true) {
        int type = in.read();
        if (type < 0 || type == 'X') {
          return;
        }
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        group.writeBytes(Frontend.message((char) type, body));
        if (type != 'Q' && type != 'S') {
          continue;
        }
        if (held == null) {
          held = pool.take();
        }
        held.send(group.toByteArray());
        group.reset();
        Message message;
        do {
          message = held.receive();
          client.getOutputStream().write(Frontend.message(message.type(), message.body()));
        } while (message.type() != 'Z');
        status = message.status();
        if (status == 'I') {
          pool.add(held);
          held = null;
        }
      }
    } catch (IOException | InterruptedException gone) {
      // the client has disconnected, or the proxy is at its end
    } finally {
      giveBack(held);
    }
  }

  /** Any server connection takes the client's name, and keeps it for whoever comes next. */
  private void setName(byte[] startup) throws IOException, InterruptedException {
    List<String> parameters =
        List.of(new String(startup, 4, startup.length - 4, StandardCharsets.UTF_8).split("\0"));
    int name = parameters.indexOf("application_name");
    if (name >= 0) {
      RawClient any = pool.take();
      any.query("SET application_name = '" + parameters.get(name + 1) + "'");
      pool.add(any);
    }
  }

  private void giveBack(RawClient held) {
    if (held != null) {
      try {
        held.query("ROLLBACK");
        pool.add(held);
      } catch (IOException broken) {
        // one server connection less
      }
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
