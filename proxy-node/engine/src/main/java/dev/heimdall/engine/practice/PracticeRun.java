package dev.heimdall.engine.practice;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;

/**
 * The clients and the server of one dialect while they practise. Threads of their own wait for the
 * bytes, so that on event loops there is nothing but the node.
 */
public final class PracticeRun implements AutoCloseable {
  /** Of each port of the node. */
  public static final int CLIENTS = 8;

  /**
   * Server connections with which they wait for one another, and yet go on: at most half of them
   * are in transactions at one time.
   */
  public static final int FEW_SERVERS = CLIENTS / 2 + 1;

  /** Of clients and server together; the node needs fewer. */
  private static final int MOST_ENDS = 5 * CLIENTS;

  /** After which one of them leaves, and another one logs in. */
  private static final int TURNS = 10;

  private static final int CONNECT_MILLIS = 2000;
  private static final int LEAVING_MILLIS = 1000;

  private final Practice practice;
  private final ServerSocket listening;
  private final Set<PracticeEnd> ends = ConcurrentHashMap.newKeySet();
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicInteger statements = new AtomicInteger();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile boolean over;

  /** Takes server connections on a free port of this machine alone. */
  public PracticeRun(Practice practice) throws IOException {
    this.practice = practice;
    listening = new ServerSocket();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    start("server", this::accept);
  }

  /** Port on which the server listens. */
  public int port() {
    return listening.getLocalPort();
  }

  /**
   * Has clients come in.
   *
   * @param ports of the node
   * @param enough whether they may leave after so many statements of all of them together; it is
   *     asked after each turn, by a thread of theirs
   */
  public void begin(List<Integer> ports, Practice.Account account, IntPredicate enough) {
    start("clients", () -> clients(ports, account, enough));
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(work, "heimdall-practice-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    int number = 0;
    while (!over) {
      try {
        Socket socket = listening.accept();
        if (ends.size() >= MOST_ENDS) {
          socket.close(); // the node has no use for as many
          continue;
        }
        PracticeEnd end = opened(socket);
        int connection = ++number;
        start("server-" + connection, () -> serve(end, connection));
      } catch (IOException e) {
        failed(e);
        return;
      }
    }
  }

  private void serve(PracticeEnd end, int number) {
    try {
      practice.serve(end, number);
    } catch (IOException e) {
      // the node has closed it
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      closed(end);
    }
  }

  /** One thread for all: what they send comes in together, as under load. */
  private void clients(List<Integer> ports, Practice.Account account, IntPredicate enough) {
    List<Guest> guests = new ArrayList<>();
    try {
      for (int port : ports) {
        for (int i = 0; i < CLIENTS; i++) {
          guests.add(guest(port, i, account));
        }
      }
      for (int turn = 1; !over && !enough.test(statements.get()); turn++) {
        take(turn, guests);
        if (turn % TURNS == 0) {
          replaceFirst(guests, account);
        }
      }
      for (Guest guest : guests) {
        guest.client().leave();
      }
    } catch (IOException | RuntimeException e) {
      failed(e);
    } finally {
      guests.forEach(guest -> closed(guest.end()));
      done.countDown();
    }
  }

  /**
   * @param ahead how many requests of a turn it has behind it when others begin with the first:
   *     they are not all in a transaction at once
   */
  private record Guest(int port, int ahead, PracticeEnd end, Practice.Client client) {}

  private void take(int turn, List<Guest> guests) throws IOException {
    int requests = guests.get(0).client().requests();
    for (int request = 0; request < requests; request++) {
      for (Guest guest : guests) {
        guest.client().send((request + guest.ahead()) % requests, turn);
      }
      for (Guest guest : guests) {
        guest.client().receive();
      }
    }
    statements.addAndGet(requests * guests.size());
  }

  /** The first of each port is at the beginning of its requests, so it may leave. */
  private void replaceFirst(List<Guest> guests, Practice.Account account) throws IOException {
    for (int i = 0; i < guests.size(); i += CLIENTS) {
      Guest leaving = guests.get(i);
      leaving.client().leave();
      closed(leaving.end());
      guests.set(i, guest(leaving.port(), leaving.ahead(), account));
    }
  }

  private Guest guest(int port, int ahead, Practice.Account account) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
    PracticeEnd end = opened(socket);
    try {
      return new Guest(port, ahead, end, practice.logIn(end, account));
    } catch (IOException | RuntimeException e) {
      closed(end);
      throw e;
    }
  }

  /**
   * Waits until the clients have done all that they were to do.
   *
   * @throws IOException what one of them met instead
   */
  public void await(long nanos) throws IOException, InterruptedException {
    done.await(nanos, TimeUnit.NANOSECONDS);
    Exception met = failure.get();
    if (met != null) {
      throw new IOException(met.toString(), met);
    }
  }

  /** Number of statements that clients have run. */
  public int statements() {
    return statements.get();
  }

  /** Has clients end after the turn that they are in, and waits for them, a moment at most. */
  public void leave() {
    over = true;
    try {
      done.await(LEAVING_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all threads of it. */
  @Override
  public void close() {
    over = true;
    try {
      listening.close();
    } catch (IOException e) {
      // it is not used any more
    }
    ends.forEach(PracticeEnd::close);
  }

  private PracticeEnd opened(Socket socket) throws IOException {
    PracticeEnd end = new PracticeEnd(socket);
    ends.add(end);
    if (over) {
      end.close();
    }
    return end;
  }

  private void closed(PracticeEnd end) {
    end.close();
    ends.remove(end);
  }

  private void failed(Exception e) {
    if (!over) {
      failure.compareAndSet(null, e);
    }
  }
}
