package dev.heimdall.test.fault;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** Passes TCP connections on to a target, well or badly. */
public final class TcpFaults implements AutoCloseable {
  private final String host;
  private final int port;
  private final ServerSocket listener;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private volatile int latencyMillis;
  private volatile LongSupplier delayNanos;
  private volatile int bytesPerSecond;
  private volatile boolean hole;
  private volatile boolean refuses;
  private volatile long cutAfter = -1;
  private volatile int corruptEvery;
  private volatile UnaryOperator<byte[]> mangle;
  private final AtomicReference<Swap> swap = new AtomicReference<>();
  private final AtomicReference<Cut> cut = new AtomicReference<>();

  /** One connection: two sockets and two pumps. */
  private record Link(Socket client, Socket server) {
    void cut(boolean reset) {
      for (Socket socket : List.of(client, server)) {
        try {
          if (reset) {
            socket.setSoLinger(true, 0);
          }
          socket.close();
        } catch (IOException gone) {
          // closed already
        }
      }
    }
  }

  public TcpFaults(String host, int port) throws IOException {
    this(InetAddress.getLoopbackAddress(), 0, host, port);
  }

  /**
   * At an address of its own.
   *
   * @param listening the port there; 0 for any
   */
  public TcpFaults(InetAddress address, int listening, String host, int port) throws IOException {
    this.host = host;
    this.port = port;
    this.listener = new ServerSocket(listening, 1000, address);
    start(this::accept);
  }

  /** From now on nobody gets through, or everybody again. */
  public void refuse(boolean on) {
    refuses = on;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Each piece waits this long. */
  public void latency(int millis) {
    latencyMillis = millis;
  }

  /** Each piece waits as long as is said for it, in nanoseconds; null for not at all. */
  public void delays(LongSupplier nanos) {
    delayNanos = nanos;
  }

  /** At most about this many bytes a second and direction; 0 for no limit. */
  public void throttle(int bytes) {
    bytesPerSecond = bytes;
  }

  /** From now on bytes go nowhere, and nobody is told; or they flow again. */
  void blackHole(boolean on) {
    hole = on;
  }

  /** Each connection is cut when this many more bytes have come back from the target. */
  public void cutAfterBytesFromTarget(long bytes) {
    cutAfter = bytes;
  }

  /** Of what comes from the target, one byte in so many is flipped; 0 for none. */
  void corrupt(int every) {
    corruptEvery = every;
  }

  /** The first time that this comes from the target in one piece, that comes instead of it. */
  public void swapOnce(byte[] what, byte[] with) {
    swap.set(new Swap(what.clone(), with.clone()));
  }

  /** What comes from the target is made something else of, piece by piece; null for nothing. */
  public void mangle(UnaryOperator<byte[]> by) {
    mangle = by;
  }

  /** Whether {@link #swapOnce} has happened. */
  public boolean swapped() {
    return swap.get() == null;
  }

  /**
   * Of the first piece from the target in which this is, so many bytes pass, and then its
   * connection is cut.
   */
  public void cutOnce(byte[] what, int passed) {
    cut.set(new Cut(what.clone(), passed));
  }

  /** Whether {@link #cutOnce} has happened. */
  public boolean cutDone() {
    return cut.get() == null;
  }

  private record Cut(byte[] what, int passed) {}

  /** Bytes, and as many others in their place. */
  private record Swap(byte[] what, byte[] with) {}

  private static int find(byte[] what, byte[] piece, int size) {
    for (int at = 0; at + what.length <= size; at++) {
      if (Arrays.equals(piece, at, at + what.length, what, 0, what.length)) {
        return at;
      }
    }
    return -1;
  }

  /** How many bytes of the piece pass before its connection is cut; negative if it is not. */
  private int passes(byte[] piece, int size) {
    Cut wanted = cut.get();
    return wanted != null
            && find(wanted.what(), piece, size) >= 0
            && cut.compareAndSet(wanted, null)
        ? Math.min(size, wanted.passed())
        : -1;
  }

  private void swapIn(byte[] piece, int size) {
    Swap wanted = swap.get();
    int at = wanted == null ? -1 : find(wanted.what(), piece, size);
    if (at >= 0 && swap.compareAndSet(wanted, null)) {
      System.arraycopy(wanted.with(), 0, piece, at, wanted.with().length);
    }
  }

  /** Ends all connections of now. */
  public void cutAll(boolean reset) {
    List<Link> now = List.copyOf(links); // another may come at once
    links.removeAll(now);
    now.forEach(link -> link.cut(reset));
  }

  /** Cuts all server connections of a node, and waits until the node knows. */
  void cutAllOf(RunningNode node) {
    List<String> before = node.servers().stream().map(row -> row.get("remote_pid")).toList();
    cutAll(false);
    Await.until(
        "the node knows of the loss",
        () -> node.servers().stream().noneMatch(row -> before.contains(row.get("remote_pid"))));
  }

  /** The target ends its half of every connection; what comes from the client still goes there. */
  void halfCloseTowardsClients() throws IOException {
    for (Link link : links) {
      link.client().shutdownOutput();
    }
  }

  int connections() {
    return links.size();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(null, task, "tcp-faults", 128 * 1024);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        try {
          if (refuses) {
            throw new IOException("nobody gets through");
          }
          Socket server = new Socket(host, port);
          client.setTcpNoDelay(true);
          server.setTcpNoDelay(true);
          Link link = new Link(client, server);
          links.add(link);
          start(() -> pump(link, client, server, false));
          start(() -> pump(link, server, client, true));
        } catch (IOException refused) {
          client.close();
        }
      }
    } catch (IOException closed) {
      // the end
    }
  }

  private void pump(Link link, Socket from, Socket to, boolean back) {
    byte[] piece = new byte[16 * 1024];
    long passed = 0;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (true) {
        int size = in.read(piece);
        while (hole) {
          Thread.sleep(5);
        }
        if (size < 0) {
          to.shutdownOutput();
          return;
        }
        if (latencyMillis > 0) {
          Thread.sleep(latencyMillis);
        }
        LongSupplier delay = delayNanos;
        if (delay != null) {
          LockSupport.parkNanos(delay.getAsLong());
        }
        if (bytesPerSecond > 0) {
          Thread.sleep(1000L * size / bytesPerSecond);
        }
        if (back && corruptEvery > 0) {
          for (int i = 0; i < size; i++) {
            if ((passed + i) % corruptEvery == corruptEvery - 1) {
              piece[i] ^= 0x55;
            }
          }
        }
        if (back) {
          swapIn(piece, size);
          int passes = passes(piece, size);
          if (passes >= 0) {
            out.write(piece, 0, passes);
            out.flush();
            link.cut(false);
            return;
          }
        }
        // Counted before it is written: whoever has read it may set the next limit at once.
        long limit = back ? cutAfter : -1;
        if (limit >= 0 && size >= limit) {
          cutAfter = -1;
          out.write(piece, 0, (int) limit);
          out.flush();
          link.cut(false);
          return;
        }
        if (limit >= 0) {
          cutAfter = limit - size;
        }
        passed += size;
        UnaryOperator<byte[]> by = back ? mangle : null;
        if (by == null) {
          out.write(piece, 0, size);
        } else {
          out.write(by.apply(Arrays.copyOf(piece, size)));
        }
      }
    } catch (IOException ended) {
      link.cut(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (from.isClosed() || to.isClosed()) {
        links.remove(link);
      }
    }
  }

  @Override
  public void close() throws IOException {
    hole = false;
    listener.close();
    cutAll(false);
    for (Link link : new ArrayList<>(links)) {
      link.cut(true);
    }
  }
}
