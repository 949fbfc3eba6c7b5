package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.rest.Api;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint of the manager as bytes: slow clients, odd requests, and where bodies end. */
class WebServerTest {
  private static final int MANY = 64;
  private static final String HOST = "Host: localhost\r\n";
  private static final String IN =
      HOST + "Authorization: " + RestClient.basic("admin", "right") + "\r\n";
  private static final String CLOSE = "Connection: close\r\n";
  private static final String LAST = "GET /livez HTTP/1.1\r\n" + HOST + CLOSE + "\r\n";
  private static final String NEW_DOCUMENT =
      "PUT /api/v1/documents/users/a.json HTTP/1.1\r\n"
          + IN
          + "If-None-Match: *\r\nContent-Type: application/json\r\n";

  @TempDir private Path directory;
  private SmallManager manager;
  private WebServer door;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.alone(directory);
    manager.write(
        "large",
        "-----BEGIN CERTIFICATE-----%s-----END CERTIFICATE-----".formatted("A".repeat(1_000_000)));
    door = door(Bounds.Connections.standard());
  }

  @AfterEach
  void close() {
    door.close();
    manager.close();
  }

  private WebServer door(Bounds.Connections bounds) throws IOException {
    return WebServer.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        new Api(manager.editor(), manager.logIn(), "test"),
        bounds);
  }

  /** What a client does that holds a connection. */
  private enum Slowness {
    SILENT(""),
    HEADERS("GET /version HTTP/1.1\r\nHost: "),
    BODY(NEW_DOCUMENT + "Content-Length: 100\r\n\r\n{"),
    CHUNKS(NEW_DOCUMENT + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
    READING(("GET /api/v1/documents/large HTTP/1.1\r\n" + IN + "\r\n").repeat(10));

    private final String bytes;

    Slowness(String bytes) {
      this.bytes = bytes;
    }
  }

  private Socket connect(String from, int receiveBuffer) throws IOException {
    return connect(door, from, receiveBuffer);
  }

  private static Socket connect(WebServer to, String from, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(20_000);
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.port()));
    return socket;
  }

  private static void send(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Everything until the other side ends the connection. */
  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private String exchange(String bytes) throws IOException {
    return exchange(door, "127.0.0.1", bytes);
  }

  private static String exchange(WebServer door, String from, String bytes) throws IOException {
    try (Socket socket = connect(door, from, 0)) {
      send(socket, bytes);
      return readAll(socket);
    }
  }

  private static List<Integer> statuses(String replies) {
    return java.util.regex.Pattern.compile("HTTP/1\\.1 (\\d{3}) ")
        .matcher(replies)
        .results()
        .map(result -> Integer.valueOf(result.group(1)))
        .toList();
  }

  private static void closeAll(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Writes as much as the other side takes, without waiting for it. */
  private static Thread sending(Socket socket, String bytes) {
    Thread sender =
        new Thread(
            () -> {
              try {
                send(socket, bytes);
              } catch (IOException e) {
                // The test has ended, or the manager has had enough.
              }
            });
    sender.setDaemon(true);
    sender.start();
    return sender;
  }

  @ParameterizedTest
  @EnumSource(Slowness.class)
  void slowClientsKeepNeitherHealthChecksNorOperatorsOut(Slowness slowness) throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        // Requests that are whole are carried out, and one address has not that many at a time.
        String from = slowness == Slowness.READING ? "127.0.0." + (1 + i % 2) : "127.0.0.1";
        Socket socket = connect(from, slowness == Slowness.READING ? 2048 : 0);
        slow.add(socket);
        sending(socket, slowness.bytes);
      }
      for (String from : List.of("127.0.0.1", "127.0.0.2")) {
        assertThat(statuses(exchange(door, from, LAST))).containsExactly(200);
        assertThat(
                statuses(exchange(door, from, "GET /version HTTP/1.1\r\n" + IN + CLOSE + "\r\n")))
            .containsExactly(200);
      }
    } finally {
      closeAll(slow);
    }
  }

  /** A connection that has its slot, and whose client owes the body of its request. */
  private static Socket owing(WebServer to, String from) throws IOException {
    Socket socket = connect(to, from, 0);
    send(socket, NEW_DOCUMENT + CLOSE + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assertThat(new String(socket.getInputStream().readNBytes(25), StandardCharsets.US_ASCII))
        .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
    return socket;
  }

  @Test
  void whereAllSlotsAreTakenTheSlowestOfTheBusiestAddressMakesRoom() throws Exception {
    try (WebServer small =
            door(
                new Bounds.Connections(
                    4,
                    3,
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(1)));
        Socket other = owing(small, "127.0.0.2")) {
      List<Socket> slow = new ArrayList<>();
      try {
        for (int i = 0; i < 4; i++) {
          slow.add(owing(small, "127.0.0.1"));
        }
        // Of its address's own slots the fourth took that of the first.
        assertThat(slow.get(0).getInputStream().read()).isEqualTo(-1);
        assertThat(statuses(exchange(small, "127.0.0.3", LAST))).containsExactly(200);
        assertThat(slow.get(1).getInputStream().read()).isEqualTo(-1);
        send(slow.get(3), "{}");
        assertThat(statuses(readAll(slow.get(3)))).containsExactly(422);
        send(other, "{}");
        assertThat(statuses(readAll(other))).containsExactly(422);
      } finally {
        closeAll(slow);
      }
    }
  }

  /** Browsers and load balancers keep connections open for what may come. */
  @Test
  void aStopWaitsForRequestsAndNotForConnectionsWithoutOne() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Site site =
        request ->
            new Site.Admission(
                0,
                whole -> {
                  working.countDown();
                  try {
                    done.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Answer.json(200, Answer.JSON.createObjectNode());
                });
    Duration minute = Duration.ofMinutes(1);
    WebServer ending =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            site,
            new Bounds.Connections(8, 8, minute, minute, minute, minute));
    try (Socket silent = connect(ending, "127.0.0.1", 0);
        Socket idle = connect(ending, "127.0.0.1", 0);
        Socket busy = connect(ending, "127.0.0.1", 0)) {
      send(idle, LAST.replace(CLOSE, ""));
      assertThat(idle.getInputStream().read()).isEqualTo('H');
      send(busy, "GET /version HTTP/1.1\r\n" + HOST + "\r\n");
      working.await();

      Thread stop = new Thread(ending::close);
      stop.start();

      readAll(idle);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      done.countDown();
      assertThat(statuses(readAll(busy))).containsExactly(200);
      stop.join();
    } finally {
      done.countDown();
      ending.close();
    }
  }

  @Test
  void whateverAClientIsAwaitedForHasADeadline() throws Exception {
    Duration moment = Duration.ofMillis(150);
    Duration long_ = Duration.ofMinutes(1);
    Duration second = Duration.ofSeconds(1);
    try (WebServer headers = door(new Bounds.Connections(8, 8, moment, long_, long_, second));
        WebServer body = door(new Bounds.Connections(8, 8, long_, moment, long_, second));
        WebServer reply = door(new Bounds.Connections(8, 8, long_, long_, moment, second))) {
      assertThat(exchange(headers, "127.0.0.1", "")).isEmpty();
      // Between two requests, too.
      assertThat(statuses(exchange(headers, "127.0.0.1", LAST.replace(CLOSE, ""))))
          .containsExactly(200);
      assertThat(exchange(headers, "127.0.0.1", Slowness.HEADERS.bytes)).isEmpty();
      assertThat(exchange(body, "127.0.0.1", Slowness.BODY.bytes)).isEmpty();
      assertThat(exchange(body, "127.0.0.1", Slowness.CHUNKS.bytes)).isEmpty();
      try (Socket reader = connect(reply, "127.0.0.1", 2048)) {
        // Who reads nothing can send on until the connection is closed on the other side.
        Thread sender = sending(reader, Slowness.READING.bytes.repeat(10_000));
        sender.join(20_000);
        assertThat(sender.isAlive()).isFalse();
      }
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    String all =
        exchange(
            "GET /version HTTP/1.1\r\n"
                + IN
                + "\r\n"
                + NEW_DOCUMENT
                + "Content-Length: 2\r\n\r\n{}"
                + "HEAD /version HTTP/1.1\r\n"
                + IN
                + "\r\nGET /nothing HTTP/1.1\r\n"
                + IN
                + "\r\n"
                + LAST);
    assertThat(statuses(all)).containsExactly(200, 422, 200, 404, 200);
  }

  @Test
  void headHasTheHeadersOfGetAndNoBody() throws Exception {
    String head = exchange("HEAD /version HTTP/1.1\r\n" + IN + CLOSE + "\r\n");
    String get = exchange("GET /version HTTP/1.1\r\n" + IN + CLOSE + "\r\n");
    assertThat(head).endsWith("\r\n\r\n").containsPattern("(?i)content-length: [1-9]");
    assertThat(withoutDate(get)).startsWith(withoutDate(head));
    assertThat(get)
        .containsIgnoringCase("\r\ndate: ")
        .containsIgnoringCase("\r\ncache-control: no-store\r\n")
        .containsIgnoringCase("\r\nx-content-type-options: nosniff\r\n")
        .containsIgnoringCase("\r\ncontent-type: application/json\r\n")
        .endsWith("}");
  }

  private static String withoutDate(String reply) {
    return reply.replaceFirst("(?i)date: [^\r]*", "");
  }

  @Test
  void http10IsAnsweredAndItsConnectionClosed() throws Exception {
    assertThat(statuses(exchange("GET /livez HTTP/1.0\r\n\r\n"))).containsExactly(200);
    assertThat(statuses(exchange("GET /version HTTP/1.0\r\n" + IN + "\r\n"))).containsExactly(200);
    // Everything else has to say whom it wants.
    assertThat(
            statuses(exchange("GET /version HTTP/1.1\r\n" + CLOSE + IN.replace(HOST, "") + "\r\n")))
        .containsExactly(400);
  }

  @Test
  void bodiesComeWithALengthOrInChunks() throws Exception {
    assertThat(statuses(exchange(NEW_DOCUMENT + CLOSE + "Content-Length: 2\r\n\r\n{}")))
        .containsExactly(422);
    assertThat(
            statuses(
                exchange(
                    NEW_DOCUMENT
                        + CLOSE
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "1;a=b\r\n"
                        + "{\r\n"
                        + "1\r\n"
                        + "}\r\n"
                        + "0\r\n"
                        + "X: y\r\n\r\n")))
        .containsExactly(422);
  }

  @Test
  void whoAsksBeforeSendingIsToldToGoOnOrNot() throws Exception {
    String expecting = NEW_DOCUMENT + CLOSE + "Expect: 100-continue\r\n";
    try (Socket socket = connect("127.0.0.1", 0)) {
      send(socket, expecting + "Content-Length: 2\r\n\r\n");
      InputStream in = socket.getInputStream();
      String go = new String(in.readNBytes(25), StandardCharsets.US_ASCII);
      assertThat(go).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      send(socket, "{}");
      assertThat(statuses(readAll(socket))).containsExactly(422);
    }
    assertThat(statuses(exchange(expecting + "Content-Length: 2000000\r\n\r\n")))
        .containsExactly(413);
    assertThat(
            statuses(
                exchange(
                    expecting.replace("admin", "x").replaceFirst("Authorization[^\r]*\r\n", "")
                        + "Content-Length: 2\r\n\r\n")))
        .containsExactly(401);
    assertThat(statuses(exchange(NEW_DOCUMENT + "Expect: tea\r\nContent-Length: 2\r\n\r\n")))
        .containsExactly(417);
  }

  @ParameterizedTest
  @ValueSource(ints = {(1 << 20) + 1, 5 << 20, 9 << 20})
  void aBodyThatIsTooLargeIsRefusedInWords(int size) throws Exception {
    String body = " ".repeat(size);
    for (String framed :
        List.of(
            "Content-Length: " + size + "\r\n\r\n" + body,
            "Transfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(size)
                + "\r\n"
                + body
                + "\r\n0\r\n\r\n")) {
      try (Socket socket = connect("127.0.0.1", 0)) {
        sending(socket, NEW_DOCUMENT + CLOSE + framed);
        String reply = readAll(socket);
        assertThat(statuses(reply)).containsExactly(413);
        assertThat(reply).contains("content_too_large", "1,048,576");
      }
    }
  }

  @Test
  void aBodyThatNobodyWantsIsPassedOver() throws Exception {
    String got =
        exchange("GET /version HTTP/1.1\r\n" + IN + "Content-Length: 9\r\n\r\nGET / HTT" + LAST);
    assertThat(statuses(got)).containsExactly(200, 200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Content-Length: 2\\r\\nContent-Length: 3\\r\\n\\r\\n{}|400",
        "Content-Length: 2\\r\\nContent-Length: 2\\r\\n\\r\\n{}|400",
        "Content-Length: 2, 2\\r\\n\\r\\n{}|400",
        "Content-Length: -1\\r\\n\\r\\n{}|400",
        "Content-Length: x\\r\\n\\r\\n{}|400",
        "Content-Length: 2\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n|400",
        "Transfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n|501",
        "Transfer-Encoding: xchunked\\r\\n\\r\\n0\\r\\n\\r\\n|400",
        "Transfer-Encoding: identity\\r\\n\\r\\n{}|400",
        "Transfer-Encoding: chunked\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n|400",
        "Transfer-Encoding: chunked\\r\\n\\r\\nxyz\\r\\n{}\\r\\n0\\r\\n\\r\\n|400",
        "Transfer-Encoding: chunked\\r\\n\\r\\n-2\\r\\n{}\\r\\n0\\r\\n\\r\\n|400",
        "Host: other\\r\\nContent-Length: 2\\r\\n\\r\\n{}|400",
        "Bad Header: x\\r\\nContent-Length: 2\\r\\n\\r\\n{}|400",
        "Bad\\1: x\\r\\nContent-Length: 2\\r\\n\\r\\n{}|400"
      })
  void whereABodyEndsIsBeyondDoubtOrTheConnectionEnds(String framing, int status) throws Exception {
    String request = NEW_DOCUMENT + framing.translateEscapes();
    String replies = exchange(request + LAST);
    assertThat(statuses(replies)).containsExactly(status);
    assertThat(replies).containsIgnoringCase("\r\nconnection: close\r\n");
  }

  @Test
  void whatIsNoRequestIsRefused() throws Exception {
    assertThat(statuses(exchange("GARBAGE\r\n\r\n"))).containsExactly(400);
    assertThat(statuses(exchange("\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n")))
        .containsExactly(400);
    assertThat(statuses(exchange("GET /version HTTP/9.9\r\n\r\n"))).containsExactly(505);
    assertThat(statuses(exchange("GET /a b HTTP/1.1\r\n" + HOST + "\r\n"))).containsExactly(400);
    assertThat(statuses(exchange("GET /%zz HTTP/1.1\r\n" + HOST + "\r\n"))).containsExactly(400);
    assertThat(
            statuses(
                exchange(
                    "GET /" + "a".repeat(Bounds.LONGEST_LINE) + " HTTP/1.1\r\n" + HOST + "\r\n")))
        .containsExactly(414);
    assertThat(
            statuses(
                exchange(
                    "GET /livez HTTP/1.1\r\n"
                        + HOST
                        + "X: "
                        + "a".repeat(Bounds.LONGEST_HEADERS)
                        + "\r\n")))
        .containsExactly(431);
    assertThat(
            statuses(
                exchange(
                    "GET /livez HTTP/1.1\r\n"
                        + HOST
                        + "X: y\r\n".repeat(Bounds.MOST_HEADERS + 1)
                        + "\r\n")))
        .containsExactly(431);
  }

  @Test
  void targetsMayNameSchemeAndHostAndNeverLeaveTheConfiguration() throws Exception {
    String end = " HTTP/1.1\r\n" + IN + CLOSE + "\r\n";
    assertThat(statuses(exchange("GET http://localhost/version" + end))).containsExactly(200);
    assertThat(statuses(exchange("GET /version?a=b" + end))).containsExactly(200);
    Path secret = Files.writeString(directory.resolve("secret.json"), "{\"canary\": 1}");
    assertThat(secret).exists();
    for (String name :
        List.of(
            "../secret.json",
            "%2e%2e/secret.json",
            "..%2fsecret.json",
            "users/../../secret.json",
            directory + "/secret.json",
            "..%5csecret.json",
            "%00")) {
      String target = "/api/v1/documents/" + name;
      String read = exchange("GET " + target + end);
      assertThat(statuses(read)).as(name).hasSize(1).isSubsetOf(400, 404);
      assertThat(read).doesNotContain("canary");
      assertThat(
              statuses(
                  exchange(
                      NEW_DOCUMENT.replace("/api/v1/documents/users/a.json", target)
                          + CLOSE
                          + "Content-Length: 2\r\n\r\n{}")))
          .as(name)
          .isSubsetOf(400, 404, 422, 415);
    }
    assertThat(secret).hasContent("{\"canary\": 1}");
  }
}
