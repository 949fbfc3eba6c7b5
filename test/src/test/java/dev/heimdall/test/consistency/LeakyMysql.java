package dev.heimdall.test.consistency;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One for MySQL's protocol, with clients that have the capabilities of {@link RawMysqlClient}. */
final class LeakyMysql extends LeakyProxy {
  private static final int IN_TRANSACTION = 1;
  private static final int MORE_RESULTS = 8;
  private static final byte[] WELCOME = {0, 0, 0, 2, 0, 0, 0};

  private final byte[] greeting;
  private final BlockingQueue<RawMysqlClient> pool;

  LeakyMysql(MysqlTarget server, int connections) throws IOException {
    try (RawMysqlClient first = RawMysqlClient.connect(server)) {
      this.greeting = first.receive();
    }
    this.pool = new ArrayBlockingQueue<>(connections);
    for (int i = 0; i < connections; i++) {
      pool.add(opened(RawMysqlClient.logIn(server)));
    }
    start();
  }

  private static byte[] read(DataInputStream in) throws IOException {
    byte[] header = new byte[4];
    in.readFully(header);
    byte[] payload =
        new byte[header[0] & 0xFF | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16];
    in.readFully(payload);
    return payload;
  }

  @Override
  void serve(Socket client) {
    RawMysqlClient held = null;
    try (client) {
      client.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
      client.getOutputStream().write(RawMysqlClient.packet(0, greeting));
      read(in);
      client.getOutputStream().write(RawMysqlClient.packet(2, WELCOME));
      while (true) {
        byte[] command = read(in);
        if (command[0] == Command.QUIT) {
          return;
        }
        if (held == null) {
          held = pool.take();
        }
        held.send(RawMysqlClient.packet(0, command));
        int status = 0;
        if (command[0] != Command.STMT_CLOSE) {
          ByteArrayOutputStream answer = new ByteArrayOutputStream();
          status = new Answer(held, answer).relay(command[0] == Command.STMT_PREPARE);
          client.getOutputStream().write(answer.toByteArray());
        }
        if ((status & IN_TRANSACTION) == 0) {
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

  private void giveBack(RawMysqlClient held) {
    if (held != null) {
      try {
        held.query(RawMysqlClient.query("ROLLBACK"));
        pool.add(held);
      } catch (IOException broken) {
        // one server connection less
      }
    }
  }

  /** An answer that is passed on, packet by packet. */
  private static final class Answer {
    private final RawMysqlClient from;
    private final ByteArrayOutputStream to;
    private int number;

    Answer(RawMysqlClient from, ByteArrayOutputStream to) {
      this.from = from;
      this.to = to;
    }

    private byte[] pass() throws IOException {
      byte[] packet = from.receive();
      to.writeBytes(RawMysqlClient.packet(++number, packet));
      return packet;
    }

    /** Up to its end; returns the status of the session behind it, 0 where it is not told. */
    int relay(boolean prepares) throws IOException {
      byte[] first = pass();
      if ((first[0] & 0xFF) == 0xFF) {
        return 0;
      }
      if (prepares) {
        ByteBuf in = Unpooled.wrappedBuffer(first).skipBytes(5);
        for (int i = in.readUnsignedShortLE() + in.readUnsignedShortLE(); i > 0; i--) {
          pass();
        }
        return 0;
      }
      byte[] last = first;
      if (first[0] != 0) {
        for (int i = 0; i < first[0]; i++) {
          pass();
        }
        do {
          last = pass();
          if ((last[0] & 0xFF) == 0xFF) {
            return 0;
          }
        } while ((last[0] & 0xFF) != 0xFE);
      }
      ByteBuf ok = Unpooled.wrappedBuffer(last).skipBytes(1);
      LengthEncoded.read(ok);
      LengthEncoded.read(ok);
      int status = ok.readUnsignedShortLE();
      return (status & MORE_RESULTS) == 0 ? status : relay(false);
    }
  }
}
