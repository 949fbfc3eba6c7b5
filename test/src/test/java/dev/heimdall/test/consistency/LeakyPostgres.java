package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One for PostgreSQL's protocol. */
final class LeakyPostgres extends LeakyProxy {
  private final BlockingQueue<RawClient> pool;

  LeakyPostgres(Target server, int connections) throws IOException {
    this.pool = new ArrayBlockingQueue<>(connections);
    for (int i = 0; i < connections; i++) {
      pool.add(opened(RawClient.logIn(server)));
    }
    start();
  }

  @Override
  void serve(Socket client) {
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
}
