import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Both ends of a measurement of SQL Server's protocol (TDS 7.4): a server that answers each batch from memory, so that it is no limit,
 * and clients that send the next batch when they have the answer. Each end is one thread.
 *
 * <p>Usage: {@code TdsEnds server PORT}, or {@code TdsEnds clients PORT NUMBER SECONDS}, which prints what it measured as JSON.
 */
public final class TdsEnds {
  private static final int HEADER = 8;
  private static final int BATCH = 1;
  private static final int REPLY = 4;
  private static final int ATTENTION = 6;
  private static final int LOGIN7 = 16;
  private static final int PRELOGIN = 18;
  private static final int SIZE = 4096;

  public static void main(String[] given) throws IOException {
    int port = Integer.parseInt(given[1]);
    if (given[0].equals("server")) {
      serve(port);
    } else {
      System.out.println(measure(port, Integer.parseInt(given[2]), Double.parseDouble(given[3])));
    }
  }

  /** One socket, whose messages are complete when they are looked at. */
  private static final class End {
    final SocketChannel channel;
    final int number;
    final ByteBuffer in = ByteBuffer.allocate(2 * SIZE);
    int message;
    int asked;
    long sent;

    End(SocketChannel channel, int number) throws IOException {
      this.channel = channel;
      this.number = number;
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Reads; true once a message is here, whose packets, of which there is one, begin at 0. */
    boolean read() throws IOException {
      if (channel.read(in) < 0) {
        throw new IOException("the other end has closed");
      }
      if (in.position() < HEADER || in.position() < in.getShort(2)) {
        return false;
      }
      message = in.get(0);
      return true;
    }

    void write(ByteBuffer packet) throws IOException {
      while (packet.hasRemaining()) {
        channel.write(packet); // one packet at a time fits into the socket
      }
    }
  }

  private static ByteBuffer begin(int type) {
    return ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN).put((byte) type).put((byte) 1).position(HEADER);
  }

  private static ByteBuffer end(ByteBuffer packet) {
    packet.put(2, (byte) (packet.position() >> 8)).put(3, (byte) packet.position());
    return packet.flip();
  }

  private static void text(ByteBuffer out, String text) {
    out.put((byte) text.length()).put(text.getBytes(StandardCharsets.UTF_16LE));
  }

  // ---- the server

  private static void serve(int port) throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
    listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
    int number = 0;
    while (true) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.isAcceptable()) {
          SocketChannel channel = listener.accept();
          if (channel != null) {
            channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, new End(channel, ++number));
          }
          continue;
        }
        End end = (End) key.attachment();
        try {
          if (end.read()) {
            ByteBuffer answer = answer(end, selector.keys().size() - 1);
            end.in.clear();
            end.write(answer);
          }
        } catch (IOException e) {
          end.channel.close();
        }
      }
      selector.selectedKeys().clear();
    }
  }

  private static ByteBuffer answer(End end, int connections) throws IOException {
    ByteBuffer out = begin(REPLY);
    switch (end.message) {
      case PRELOGIN -> prelogin(out);
      case LOGIN7 -> {
        changed(out, 1, "bench", "master");
        changed(out, 4, "4096", "4096");
        out.put((byte) 0xAD).putShort((short) 16).put((byte) 1).put(new byte[] {0x74, 0, 0, 4});
        text(out, "TDS");
        out.put(new byte[] {16, 0, 0, 0});
        done(out, 0, 0);
      }
      case BATCH -> {
        if ((end.in.get(1) & 8) != 0) {
          out.put((byte) 0xE3).putShort((short) 3).put((byte) 18).put((byte) 0).put((byte) 0);
        }
        out.put((byte) 0x81).putShort((short) 3);
        for (String column : new String[] {"number", "connection", "connections"}) {
          out.putInt(0).putShort((short) 0).put((byte) 0x38);
          text(out, column);
        }
        out.put((byte) 0xD1).putInt(lastNumber(end.in)).putInt(end.number).putInt(connections);
        done(out, 0x10, 1);
      }
      case ATTENTION -> done(out, 0x20, 0);
      default -> throw new IOException("a message of type " + end.message);
    }
    return end(out);
  }

  private static void changed(ByteBuffer out, int type, String now, String before) {
    out.put((byte) 0xE3).putShort((short) (3 + 2 * (now.length() + before.length()))).put((byte) type);
    text(out, now);
    text(out, before);
  }

  private static void done(ByteBuffer out, int status, long rows) {
    out.put((byte) 0xFD).putShort((short) status).putShort((short) 0).putLong(rows);
  }

  /** The number at the end of a batch. */
  private static int lastNumber(ByteBuffer packet) {
    int number = 0;
    int scale = 1;
    for (int at = packet.getShort(2) - 2; at >= HEADER; at -= 2) {
      int digit = packet.get(at) - '0';
      if (digit < 0 || digit > 9 || packet.get(at + 1) != 0) {
        break;
      }
      number += digit * scale;
      scale *= 10;
    }
    return number;
  }

  // ---- the clients

  private static String measure(int port, int clients, double seconds) throws IOException {
    Selector selector = Selector.open();
    End[] ends = new End[clients];
    for (int i = 0; i < clients; i++) {
      ends[i] = logIn(port, i);
      ends[i].channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, ends[i]);
    }
    long[] nanos = new long[1 << 16];
    int count = 0;
    long begin = System.nanoTime();
    long until = begin + (long) (seconds * 1e9);
    for (End end : ends) {
      ask(end);
    }
    int open = clients;
    while (open > 0) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        End end = (End) key.attachment();
        if (!end.read()) {
          continue;
        }
        long now = System.nanoTime();
        int got = numberOf(end.in);
        if (got != end.asked) {
          throw new IOException("client " + end.number + " asked for " + end.asked + " and was given " + got);
        }
        end.in.clear();
        if (count == nanos.length) {
          nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = now - end.sent;
        if (now < until) {
          ask(end);
        } else {
          open--;
        }
      }
      selector.selectedKeys().clear();
    }
    double took = (System.nanoTime() - begin) / 1e9;
    for (End end : ends) {
      end.channel.close();
    }
    Arrays.sort(nanos, 0, count);
    return String.format(
        Locale.ROOT,
        "{\"transactions\": %d, \"seconds\": %.3f, \"average_ms\": %.4f, \"p99_ms\": %.4f}",
        count,
        took,
        Arrays.stream(nanos, 0, count).average().orElse(0) / 1e6,
        nanos[Math.max(0, (int) (count * 0.99) - 1)] / 1e6);
  }

  /** Of the only row in an answer, whose DONE is behind it. */
  private static int numberOf(ByteBuffer packet) throws IOException {
    int done = packet.position() - 13;
    if (packet.getShort(2) != packet.position() || packet.get(done) != (byte) 0xFD || packet.get(done - 13) != (byte) 0xD1) {
      throw new IOException("no answer of one row");
    }
    return Integer.reverseBytes(packet.getInt(done - 12));
  }

  private static void ask(End end) throws IOException {
    end.asked = (end.asked + 1) % 1_000_000_000;
    ByteBuffer out = begin(BATCH);
    out.putInt(22).putInt(18).putShort((short) 2).putLong(0).putInt(1);
    out.put(("SELECT " + end.asked).getBytes(StandardCharsets.UTF_16LE));
    end.sent = System.nanoTime();
    end.write(end(out));
  }

  private static End logIn(int port, int number) throws IOException {
    End end = new End(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)), number);
    end.asked = number * 1000;
    ByteBuffer out = begin(PRELOGIN);
    prelogin(out);
    end.write(end(out));
    await(end);
    String[] names = {"load", "bench", "", "load", "localhost", null, "load", "", "bench", null, "", "", ""};
    out = begin(LOGIN7);
    int start = out.position();
    out.putInt(0).putInt(0x74000004).putInt(SIZE).putInt(7).putInt(0).putInt(0).put(new byte[] {(byte) 0xE0, 3, 0, 0}).putInt(0).putInt(0x409);
    int at = start + 94;
    for (String name : names) {
      if (name == null && out.position() == start + 72) {
        out.put(new byte[6]);
        continue;
      }
      int length = name == null ? 0 : name.length();
      out.putShort((short) (at - start)).putShort((short) length);
      if (length > 0) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_16LE);
        for (int i = 0; i < bytes.length; i++) {
          out.put(at + i, bytes[i]);
        }
        at += bytes.length;
      }
    }
    out.putInt(start + 90, 0).putInt(start, at - start).position(at);
    end.write(end(out));
    await(end);
    if (end.in.get(HEADER) == (byte) 0xAA) {
      throw new IOException("client " + number + " could not log in");
    }
    end.in.clear();
    return end;
  }

  private static void await(End end) throws IOException {
    end.in.clear();
    while (!end.read()) {
      continue;
    }
  }

  private static void prelogin(ByteBuffer out) {
    out.order(ByteOrder.BIG_ENDIAN);
    out.put((byte) 0).putShort((short) 11).putShort((short) 6).put((byte) 1).putShort((short) 17).putShort((short) 1).put((byte) 0xFF);
    out.put(new byte[] {16, 0, 0, 0, 0, 0}).put((byte) 2);
    out.order(ByteOrder.LITTLE_ENDIAN);
  }
}
