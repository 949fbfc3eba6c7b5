package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that wait for something, or take long, and those that come meanwhile. */
class WaitingRequestsTest {
  private static final int LIMIT_SECONDS = 60;

  private final CompletableFuture<Void> event = new CompletableFuture<>();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final Semaphore working = new Semaphore(0);
  private final Semaphore waiting = new Semaphore(0);
  private final List<Socket> sockets = new ArrayList<>();
  private WebServer door;

  /** Waits before the body is read, or afterwards; or keeps its thread. */
  private final class Waits implements Site {
    @Override
    public boolean isReport(String path) {
      return path.equals("/report");
    }

    @Override
    public Admission admit(Request request) {
      if (request.path().equals("/admitted-later")) {
        await(request);
      }
      return new Admission(100, this::work);
    }

    private Answer work(Request request) {
      switch (request.path()) {
        case "/later" -> await(request);
        case "/busy" -> {
          working.release();
          try {
            busy.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
        case "/pause" -> {
          if (request.waited().compareTo(Duration.ofMillis(50)) < 0) {
            throw DeferredRequest.after(Duration.ofMillis(20));
          }
        }
        default -> {}
      }
      return Answer.json(200, Answer.JSON.createObjectNode());
    }

    private void await(Request request) {
      if (!event.isDone()) {
        assertThat(request.waited()).isZero();
        waiting.release();
        throw new DeferredRequest(event);
      }
      assertThat(request.waited()).isPositive();
    }
  }

  @BeforeEach
  void open() throws IOException {
    door =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Waits());
  }

  @AfterEach
  void close() throws IOException {
    busy.countDown();
    for (Socket socket : sockets) {
      socket.close();
    }
    door.close();
  }

  private Socket send(String from, String path) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port()));
    sockets.add(socket);
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                .formatted(path)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String status(Socket socket) throws IOException {
    String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return all.lines().findFirst().orElse("");
  }

  @Test
  void whoWaitsKeepsNoSlot() throws Exception {
    List<Socket> late = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      late.add(send("127.0.0.2", "/later"));
      late.add(send("127.0.0.3", "/admitted-later"));
    }
    assertThat(waiting.tryAcquire(160, LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    for (String from : List.of("127.0.0.1", "127.0.0.2", "127.0.0.3")) {
      assertThat(status(send(from, "/now"))).contains(" 200 ");
    }
    event.complete(null);
    for (Socket one : late) {
      assertThat(status(one)).contains(" 200 ");
    }
  }

  @Test
  void aRequestMayWaitSeveralTimes() throws Exception {
    assertThat(status(send("127.0.0.1", "/pause"))).contains(" 200 ");
  }

  @Test
  void nodesReportWhileAllSlotsAreTaken() throws Exception {
    List<Socket> all = new ArrayList<>();
    for (int i = 0; i < Bounds.REQUESTS; i++) {
      all.add(send(i % 2 == 0 ? "127.0.0.2" : "127.0.0.3", "/busy"));
    }
    assertThat(working.tryAcquire(Bounds.REQUESTS, LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(status(send("127.0.0.1", "/now"))).contains(" 503 ");
    assertThat(status(send("127.0.0.1", "/report"))).contains(" 200 ");
    assertThat(status(send("127.0.0.1", "/livez"))).contains(" 200 ");
    busy.countDown();
    for (Socket one : all) {
      assertThat(status(one)).contains(" 200 ");
    }
  }
}
