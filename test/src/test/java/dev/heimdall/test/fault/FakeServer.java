package dev.heimdall.test.fault;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does what a test tells it, on each connection in a thread of its own. */
public final class FakeServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Script script;

  /** What a connection does; its end closes the connection. */
  public interface Script {
    void play(Talk talk) throws IOException, InterruptedException;
  }

  /** One connection from the node. */
  public static final class Talk {
    private final Socket socket;
    private final DataInputStream in;
    private final int number;

    Talk(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      this.number = number;
    }

    /** 1 for the first connection of the server. */
    int number() {
      return number;
    }

    public void send(byte[]... pieces) throws IOException {
      socket.getOutputStream().write(Frontend.all(pieces));
      socket.getOutputStream().flush();
    }

    /** Reads the packet before the log-in; says whether it is a start-up packet. */
    public boolean startup() throws IOException {
      byte[] packet = new byte[in.readInt() - 4];
      in.readFully(packet);
      return packet[0] == 0 && packet[1] == 3;
    }

    /** Reads the start-up packet and lets the node in; ends the talk when it is a cancel. */
    public void logIn() throws IOException {
      if (!startup()) {
        throw new IOException("a cancel request");
      }
      send(Backend.greeting());
    }

    /** Reads a message, but not the node's own query for the server's limits, which has none. */
    public Message receive() throws IOException {
      while (true) {
        char type = (char) in.readUnsignedByte();
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        if (type != 'Q'
            || !new String(body, StandardCharsets.UTF_8).contains("'max_connections'")) {
          return new Message(type, body);
        }
        send(Backend.answer("none"));
      }
    }

    /** Waits for a simple query and returns its text. */
    public String query() throws IOException {
      while (true) {
        Message message = receive();
        if (message.type() == 'Q') {
          return new String(message.body(), 0, message.body().length - 1, StandardCharsets.UTF_8);
        }
        if (message.type() == 'X') {
          throw new IOException("the node ended the connection");
        }
      }
    }

    /** Answers every query with one row until the node goes. */
    public void answerAll() throws IOException {
      while (true) {
        query();
        send(Backend.answer("fine"));
      }
    }

    /** Waits until the node goes. */
    public void untilClosed() throws IOException {
      while (in.read() >= 0) {}
    }
  }

  public FakeServer(Script script) throws IOException {
    this.script = script;
    this.listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** What connections from now on do. */
  public void script(Script next) {
    script = next;
  }

  int port() {
    return listener.getLocalPort();
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/app";
  }

  /** Connections so far, cancel requests among them. */
  int connections() {
    return connections.get();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(null, task, "fake-server", 128 * 1024);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        int number = connections.incrementAndGet();
        Script play = script;
        start(() -> serve(socket, number, play));
      }
    } catch (IOException closed) {
      // the end
    }
  }

  private static void serve(Socket socket, int number, Script play) {
    try (socket) {
      socket.setTcpNoDelay(true);
      play.play(new Talk(socket, number));
    } catch (IOException ended) {
      // the node went, or the script did
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
