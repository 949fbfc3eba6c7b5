package dev.heimdall.engine.share;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store of publish and subscribe that says of itself what a test wants, and knows the few
 * commands that nodes send. Its port stays the same while it is away.
 */
final class FakeStore implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final Map<String, String> refusals = new ConcurrentHashMap<>();
  private final Queue<String> published = new ConcurrentLinkedQueue<>();
  private final AtomicInteger roles = new AtomicInteger();
  private volatile boolean primary = true;
  private volatile boolean away;
  private volatile String muting;
  private volatile long delayMillis;

  FakeStore() throws IOException {
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "fake-store");
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** What it says of itself from now on. */
  void primary(boolean is) {
    primary = is;
  }

  /** How often it was asked what it is. */
  int roles() {
    return roles.get();
  }

  /** Answers this command with an error from now on; none takes that back. */
  void refuse(String command, String error) {
    if (error == null) {
      refusals.remove(command);
    } else {
      refusals.put(command, error);
    }
  }

  /** Connections on which this command arrives answer nothing any more; null for none. */
  void muteAt(String command) {
    muting = command;
  }

  /** Answers everything so much later from now on. */
  void delay(Duration by) {
    delayMillis = by.toMillis();
  }

  /** Ends its connections, and whatever connects, until it is back. */
  void away(boolean is) {
    away = is;
    if (is) {
      cut();
    }
  }

  /** Ends its connections of now. */
  void cut() {
    lines.forEach(Line::end);
  }

  int connections() {
    return lines.size();
  }

  boolean listensTo(String channel) {
    return lines.stream().anyMatch(line -> line.channels.contains(channel));
  }

  /** What it was told, as CHANNEL=TEXT. */
  List<String> published() {
    return List.copyOf(published);
  }

  /** As if another node had told this. */
  void tell(String channel, String text) throws IOException {
    for (Line line : lines) {
      if (line.channels.contains(channel)) {
        line.send("*3\r\n" + bulk("message") + bulk(channel) + bulk(text));
      }
    }
  }

  private static String bulk(String text) {
    return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        if (away) {
          socket.close();
          continue;
        }
        Line line = new Line(socket);
        lines.add(line);
        start(line::serve);
      }
    } catch (IOException closed) {
      // the end
    }
  }

  /** One connection. */
  private final class Line {
    private final Socket socket;
    private final Set<String> channels = ConcurrentHashMap.newKeySet();

    Line(Socket socket) {
      this.socket = socket;
    }

    void serve() {
      try (socket;
          DataInputStream in =
              new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
        boolean mute = false;
        while (true) {
          List<String> command = command(in);
          mute |= command.get(0).equalsIgnoreCase(muting);
          if (!mute) {
            TimeUnit.MILLISECONDS.sleep(delayMillis);
            send(answer(command));
          }
        }
      } catch (IOException | InterruptedException ended) {
        // the node went, or the test wants it so
      } finally {
        lines.remove(this);
      }
    }

    private List<String> command(DataInputStream in) throws IOException {
      List<String> words = new ArrayList<>();
      for (int left = Integer.parseInt(line(in).substring(1)); left > 0; left--) {
        byte[] word = new byte[Integer.parseInt(line(in).substring(1))];
        in.readFully(word);
        line(in);
        words.add(new String(word, StandardCharsets.UTF_8));
      }
      return words;
    }

    private String line(DataInputStream in) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    private String answer(List<String> command) {
      String name = command.get(0).toUpperCase(Locale.ROOT);
      if (name.equals("ROLE")) {
        roles.incrementAndGet();
      }
      if (refusals.containsKey(name)) {
        return "-" + refusals.get(name) + "\r\n";
      }
      return switch (name) {
        case "PING" -> "+PONG\r\n";
        case "CLIENT" -> "+OK\r\n";
        case "GET" -> "$-1\r\n";
        case "ROLE" ->
            primary
                ? "*3\r\n" + bulk("master") + ":0\r\n*0\r\n"
                : "*5\r\n"
                    + bulk("slave")
                    + bulk("10.0.0.1")
                    + ":6379\r\n"
                    + bulk("connected")
                    + ":0\r\n";
        case "PUBLISH" -> {
          published.add(command.get(1) + "=" + command.get(2));
          yield ":0\r\n";
        }
        case "SUBSCRIBE" -> {
          channels.add(command.get(1));
          yield "*3\r\n" + bulk("subscribe") + bulk(command.get(1)) + ":1\r\n";
        }
        case "UNSUBSCRIBE" -> {
          channels.remove(command.get(1));
          yield "*3\r\n" + bulk("unsubscribe") + bulk(command.get(1)) + ":0\r\n";
        }
        default -> "-ERR unknown command '" + name + "'\r\n";
      };
    }

    synchronized void send(String answer) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(answer.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    void end() {
      try {
        socket.close();
      } catch (IOException gone) {
        // closed already
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
