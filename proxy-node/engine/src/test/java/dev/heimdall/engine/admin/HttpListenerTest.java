package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.TopologyDocument;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpListenerTest {
  private final FakeNode node = new FakeNode();
  private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(2);
  private final Metrics metrics = new Metrics("1.2.3", 2, 10);
  private final LoopWatch watch = new LoopWatch(loops, metrics, Duration.ofMillis(100));
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener listener;

  @BeforeEach
  void open() throws IOException {
    listener = listener(0, 8, Duration.ofSeconds(20));
    listener.start();
  }

  @AfterEach
  void close() {
    listener.close();
    watch.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    metrics.close();
  }

  @Test
  void aLiveNodeIsLiveWhateverItsDatabasesDo() throws Exception {
    node.health =
        new NodeHealth(
            true,
            false,
            List.of(),
            List.of(new NodeHealth.VdbHealth("shop", false, "refused", Duration.ZERO)));
    HttpResponse<String> live = get("/livez");
    assertThat(live.statusCode()).isEqualTo(200);
    assertThat(json(live).get("live").asBoolean()).isTrue();
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void aNodeThatDoesNotTakeClientsSaysWhy() throws Exception {
    node.health = new NodeHealth(false, false, List.of("starting: no listener is open"), List.of());
    HttpResponse<String> ready = get("/readyz");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(json(ready).get("reasons").get(0).asText())
        .isEqualTo("starting: no listener is open");
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void theStatusShowsPoolsAndAProbeThroughThem() throws Exception {
    JsonNode status = json(get("/status"));
    assertThat(status.get("node").asText()).isEqualTo("node-1");
    assertThat(status.get("version").asText()).isEqualTo("1.2.3");
    JsonNode vdb = status.get("vdbs").get(0);
    assertThat(vdb.get("name").asText()).isEqualTo("shop");
    assertThat(vdb.get("probe").get("ok").asBoolean()).isTrue();
    assertThat(vdb.get("probe").get("micros").asLong()).isEqualTo(850);
    assertThat(vdb.get("pools")).hasSize(2);
  }

  @Test
  void aDatabaseThatHangsDelaysTheStatusNoLongerThanThePatience() throws Exception {
    node.probe = new CompletableFuture<>();
    node.pools = new CompletableFuture<>();
    HttpResponse<String> response = get("/status");
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode vdb = json(response).get("vdbs").get(0);
    assertThat(vdb.get("probe").get("ok").asBoolean()).isFalse();
    assertThat(vdb.get("probe").get("error").asText()).isEqualTo("no answer within 300 ms");
    assertThat(vdb.get("pools")).isEmpty();
  }

  @Test
  void probesOfADatabaseThatHangsDoNotPileUp() throws Exception {
    CompletableFuture<ProbeResult> hanging = new CompletableFuture<>();
    node.probe = hanging;
    get("/status");
    get("/status");
    assertThat(node.probes).hasValue(1);
    hanging.complete(new ProbeResult(true, 5_000_000, null));
    node.probe = CompletableFuture.completedFuture(new ProbeResult(true, 850, null));
    JsonNode vdb = json(get("/status")).get("vdbs").get(0);
    assertThat(vdb.get("probe").get("micros").asLong()).isEqualTo(850);
    assertThat(node.probes).hasValue(2);
  }

  @Test
  void whereThereIsNoPoolYetNothingIsSaidToHaveBeenAsked() throws Exception {
    node.probe = CompletableFuture.completedFuture(ProbeResult.NOTHING_SENT);
    JsonNode vdb = json(get("/status")).get("vdbs").get(0);
    assertThat(vdb.has("reachable")).isTrue();
    assertThat(vdb.has("probe")).isFalse();
  }

  @Test
  void aProbeThatCannotBeginIsReported() throws Exception {
    node.probe = CompletableFuture.failedFuture(new AdminException("3D000", "gone"));
    JsonNode vdb = json(get("/status")).get("vdbs").get(0);
    assertThat(vdb.get("probe").get("ok").asBoolean()).isFalse();
    assertThat(vdb.get("probe").get("error").asText()).contains("gone");
  }

  @Test
  void metricsComeInTheFormatThatIsAskedFor() throws Exception {
    HttpResponse<String> plain = get("/metrics");
    assertThat(plain.headers().firstValue("content-type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(plain.body())
        .contains("heimdall_pool_clients{", "heimdall_ready 1.0")
        .contains("heimdall_vdb_reachable{vdb=\"shop\"} 1.0")
        .contains("heimdall_take_over_clients{reason=\"tls\"} 1.0")
        .contains("heimdall_take_over_clients{reason=\"pinned\"} 2.0")
        .contains("heimdall_take_over_clients{reason=\"log_in\"} 1.0")
        .contains("heimdall_take_over_clients{reason=\"console\"} 0.0");
    HttpResponse<String> open =
        client.send(
            request("/metrics").header("Accept", "application/openmetrics-text").build(),
            BodyHandlers.ofString());
    assertThat(open.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @Test
  void drainIsBegunByPostOnly() throws Exception {
    HttpResponse<String> get = get("/drain");
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).contains("POST");
    assertThat(node.orders).isEmpty();

    assertThat(post("/drain").statusCode()).isEqualTo(202);
    assertThat(node.orders).containsExactly("drain");
    HttpResponse<String> ready = get("/readyz");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(json(ready).get("draining").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"Origin,http://evil.example", "X-Forwarded-For,203.0.113.9"})
  void drainIsRefusedToWebPagesAndRelays(String header, String value) throws Exception {
    HttpResponse<String> response =
        client.send(
            request("/drain").header(header, value).POST(BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(node.orders).isEmpty();
  }

  @Test
  void drainIsRefusedToOtherMachines() {
    HttpEndpoints endpoints =
        new HttpEndpoints(
            node, metrics, watch, new KeyValueLog(), loops.next(), Duration.ofMillis(300));
    assertThat(reply(endpoints, "POST", "/drain", "192.0.2.1").join().status()).isEqualTo(403);
    assertThat(node.orders).isEmpty();
  }

  /** A node that stood still, as one without a processor, finds all of them silent. */
  @Test
  void loopsThatTurnAtTheSecondLookAreAlive() {
    AtomicLong now = new AtomicLong();
    Duration interval = Duration.ofHours(1); // which never comes
    try (LoopWatch silent = new LoopWatch(loops, metrics, interval, now::get)) {
      HttpEndpoints endpoints =
          new HttpEndpoints(
              node, metrics, silent, new KeyValueLog(), loops.next(), Duration.ofMillis(300));
      assertThat(live(endpoints).join().status()).isEqualTo(200);

      now.set(Duration.ofSeconds(11).toNanos());
      CompletableFuture<HttpReply> reply = live(endpoints);
      assertThat(reply).isNotDone();
      now.set(0); // they have turned
      assertThat(reply.join().status()).isEqualTo(200);

      now.set(Duration.ofSeconds(11).toNanos());
      assertThat(live(endpoints).join().status()).isEqualTo(503);
    }
  }

  private static CompletableFuture<HttpReply> live(HttpEndpoints endpoints) {
    return reply(endpoints, "GET", "/livez", "127.0.0.1");
  }

  private static CompletableFuture<HttpReply> reply(
      HttpEndpoints endpoints, String method, String path, String from) {
    InetSocketAddress peer = new InetSocketAddress(from, 40000);
    return endpoints
        .answer(method, path, EmptyHttpHeaders.INSTANCE, new byte[0], peer)
        .toCompletableFuture();
  }

  @Test
  void anUnknownPathListsTheKnownOnes() throws Exception {
    HttpResponse<String> response = get("/health");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("/livez", "/readyz", "/status", "/metrics", "/drain");
  }

  @Test
  void aQueryStringIsNoPartOfThePath() throws Exception {
    assertThat(get("/livez?verbose=1").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz", "/status", "/metrics"})
  void headHasTheHeadersOfGetAndNoBody(String path) throws Exception {
    try (Socket socket = connect()) {
      send(socket, "HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + GET_AND_CLOSE);
      String all = readAll(socket);
      assertThat(statusLines(all)).containsExactly("HTTP/1.1 200 OK", "HTTP/1.1 200 OK");
      String head = all.substring(0, all.indexOf("\r\n\r\n"));
      assertThat(head).containsPattern("content-length: [1-9]");
      assertThat(all.substring(head.length() + 4)).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void otherMethodsAreRefusedWithThoseAllowed() throws Exception {
    HttpResponse<String> response = post("/livez");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).contains("GET, HEAD");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    node.probe = new CompletableFuture<>();
    try (Socket socket = connect()) {
      send(
          socket,
          "GET /status HTTP/1.1\r\nHost: x\r\n\r\n"
              + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
              + GET_AND_CLOSE);
      String all = readAll(socket);
      assertThat(statusLines(all))
          .containsExactly("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK");
      assertThat(all.indexOf("no answer within")).isPositive().isLessThan(all.indexOf("404"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "|\0\0\0\10\4\322\26\57|,400",
        "|GARBAGE\r\n\r\n|,400",
        "|GET /livez HTTP/9.x\r\n\r\n|,400",
        "|GET /livez HTTP/1.1\r\nBad Header\u0001: x\r\n\r\n|,400",
        "|POST /drain HTTP/1.1\r\nContent-Length: x\r\n\r\n|,400",
        "|POST /drain HTTP/1.1\r\nContent-Length: 100000\r\n\r\n|,413"
      })
  void badInputIsRefusedAndTheConnectionClosed(String bytes, int status) throws Exception {
    try (Socket socket = connect()) {
      send(socket, bytes + "\r\n\r\n");
      assertThat(readAll(socket)).startsWith("HTTP/1.1 " + status);
    }
    assertThat(node.orders).isEmpty();
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void tooLongLinesAndHeadersAreRefused() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /" + "a".repeat(HttpListener.LONGEST_LINE) + " HTTP/1.1\r\n\r\n");
      assertThat(readAll(socket)).startsWith("HTTP/1.1 414");
    }
    try (Socket socket = connect()) {
      send(
          socket,
          "GET /livez HTTP/1.1\r\nX: " + "a".repeat(HttpListener.LONGEST_HEADERS) + "\r\n\r\n");
      assertThat(readAll(socket)).startsWith("HTTP/1.1 431");
    }
  }

  @Test
  void connectionsThatSendNothingOrSlowlyKeepNoHealthCheckOut() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 70; i++) {
        Socket socket = connect();
        sockets.add(socket);
        if (i % 3 == 1) {
          send(socket, "GET /livez HTTP/1.1\r\nHost: ");
        } else if (i % 3 == 2) {
          send(socket, "POST /topology HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
        }
      }
      try (Socket check = connect()) {
        send(check, GET_AND_CLOSE);
        assertThat(readAll(check)).startsWith("HTTP/1.1 200");
      }
      assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void aRequestThatTricklesInIsCutOff() throws Exception {
    try (HttpListener hasty = listener(0, 8, Duration.ofMillis(200))) {
      hasty.start();
      try (Socket idle = connect(hasty);
          Socket half = connect(hasty)) {
        send(half, "GET /livez HT");
        assertThat(half.getInputStream().read()).isEqualTo(-1);
        assertThat(idle.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void headersAndBodiesHaveDeadlinesOfTheirOwn() throws Exception {
    HttpListener.Settings hasty =
        new HttpListener.Settings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            8,
            8,
            Duration.ofMinutes(1),
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            Duration.ofMillis(300));
    try (HttpListener strict = new HttpListener(hasty, node, metrics, watch, new KeyValueLog())) {
      strict.start();
      try (Socket idle = connect(strict);
          Socket headers = connect(strict);
          Socket body = connect(strict)) {
        send(headers, "GET /livez HTTP/1.1\r\nHost: ");
        send(body, "POST /topology HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
        assertThat(headers.getInputStream().read()).isEqualTo(-1);
        assertThat(body.getInputStream().read()).isEqualTo(-1);
        send(idle, GET_AND_CLOSE);
        assertThat(readAll(idle)).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void aBusyPortIsNamedWithTheRemedy() {
    int port = listener.address().getPort();
    try (HttpListener second = listener(port, 8, Duration.ofSeconds(1))) {
      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(":" + port)
          .hasMessageContaining("another http.port");
    }
  }

  @Test
  void aClosedDoorFreesItsPort() throws Exception {
    int port = listener.address().getPort();
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    listener.close();
    listener = listener(port, 8, Duration.ofSeconds(20));
    listener.start();
    assertThat(listener.address().getPort()).isEqualTo(port);
  }

  private HttpResponse<String> push(Instant at, String nonce, byte[] body, byte[] signed)
      throws Exception {
    PushSignature signature = new PushSignature(FakeNode.KEY);
    // Who is refused for the length of a body must not be sending it then, or may miss the answer.
    return client.send(
        request("/topology")
            .expectContinue(body.length > TopologyDocument.LONGEST)
            .header(PushSignature.TIMESTAMP, "" + at.getEpochSecond())
            .header(PushSignature.NONCE, nonce)
            .header(PushSignature.SIGNATURE, signature.of(at, nonce, signed))
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void whereTheConfigurationComesFromIsShown() throws Exception {
    JsonNode shown = json(get("/status")).get("configuration");
    assertThat(shown.get("place").asText()).isEqualTo("s3://conf/fleet");
    assertThat(shown.get("version").asText()).isEqualTo("v7");
    assertThat(shown.get("onCopy").asBoolean()).isTrue();
    assertThat(shown.get("trouble").asText()).isEqualTo("AWS does not answer");
    assertThat(get("/metrics").body())
        .contains(
            "heimdall_config_info{hash=\"0123456789abcdef\",place=\"s3://conf/fleet\",version=\"v7\"}"
                + " 1")
        .contains("heimdall_config_store_up 0.0")
        .contains("heimdall_config_store_looked_seconds 90.5")
        .contains("heimdall_config_valid 0.0")
        .contains("heimdall_config_on_copy 1.0");
  }

  private static final byte[] DOCUMENT = TopologyDocument.none("eu-west-1").json();

  @Test
  void aDocumentThatIsPushedIsTakenOnceAndShown() throws Exception {
    assertThat(json(get("/topology")).get("documents")).isEmpty();

    HttpResponse<String> taken = push(Instant.now(), "0123456789abcdef", DOCUMENT, DOCUMENT);
    assertThat(taken.statusCode()).isEqualTo(200);
    assertThat(json(taken).get("taken").asBoolean()).isTrue();
    HttpResponse<String> again = push(Instant.now(), "0123456789abcdeg", DOCUMENT, DOCUMENT);
    assertThat(json(again).get("taken").asBoolean()).isFalse();

    JsonNode shown = json(get("/topology")).get("documents").get(0);
    assertThat(shown.get("by").asText()).isEqualTo("push");
    assertThat(shown.get("document").get("source").asText()).isEqualTo("eu-west-1");

    JsonNode store = json(get("/status")).get("store");
    assertThat(store.get("state").asText()).isEqualTo("connected");
    assertThat(store.get("keyEvents").asText()).isEqualTo("off");
    JsonNode summary = json(get("/status")).get("topology");
    assertThat(summary.at("/documents/0/source").asText()).isEqualTo("eu-west-1");
    assertThat(summary.at("/documents/0/by").asText()).isEqualTo("push");
    assertThat(summary.at("/pushes/taken").asInt()).isEqualTo(1);
    assertThat(summary.at("/pushes/known").asInt()).isEqualTo(1);
    assertThat(summary.at("/pushes/wrong_signature").asInt()).isZero();
    assertThat(get("/metrics").body())
        .contains("heimdall_topology_pushes_total{outcome=\"taken\"} 1.0")
        .contains("heimdall_topology_age_seconds{by=\"push\",source=\"eu-west-1\"}");
  }

  @Test
  void aPushThatIsNotRightIsRefusedWithItsReason() throws Exception {
    Instant now = Instant.now();
    byte[] other = TopologyDocument.none("us-east-1").json();
    assertThat(push(now, "0123456789abcdef", DOCUMENT, other))
        .satisfies(r -> assertThat(r.statusCode()).isEqualTo(401))
        .satisfies(r -> assertThat(r.body()).contains("does not fit"));
    assertThat(push(now, "short", DOCUMENT, DOCUMENT))
        .satisfies(r -> assertThat(r.statusCode()).isEqualTo(401))
        .satisfies(r -> assertThat(r.body()).contains("16 to 64"));
    assertThat(push(now.minusSeconds(600), "0123456789abcdef", DOCUMENT, DOCUMENT))
        .satisfies(r -> assertThat(r.statusCode()).isEqualTo(401))
        .satisfies(r -> assertThat(r.body()).contains("s ago by this node's clock"));
    assertThat(push(now.plusSeconds(600), "0123456789abcdef", DOCUMENT, DOCUMENT).statusCode())
        .isEqualTo(401);
    byte[] none = "{}".getBytes(StandardCharsets.UTF_8);
    assertThat(push(now, "0123456789abcdef", none, none))
        .satisfies(r -> assertThat(r.statusCode()).isEqualTo(400))
        .satisfies(r -> assertThat(r.body()).contains("$.schema: missing"));
    assertThat(push(now, "0123456789abcdef", DOCUMENT, DOCUMENT).statusCode()).isEqualTo(409);
    byte[] tooLong = new byte[TopologyDocument.LONGEST + 1];
    assertThat(push(now, "0123456789abcdeg", tooLong, tooLong).statusCode()).isEqualTo(413);
    assertThat(json(get("/topology")).get("documents")).isEmpty();

    node.feed =
        new TopologyFeed(
            Optional.empty(), Optional.empty(), Duration.ofSeconds(15), Clock.systemUTC());
    assertThat(push(now, "0123456789abcdeh", DOCUMENT, DOCUMENT))
        .satisfies(r -> assertThat(r.statusCode()).isEqualTo(403))
        .satisfies(r -> assertThat(r.body()).contains("topology.key"));
  }

  private static final String GET_AND_CLOSE =
      "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  private HttpListener listener(int port, int connections, Duration deadline) {
    return new HttpListener(
        new HttpListener.Settings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            connections,
            connections,
            deadline,
            deadline,
            deadline,
            Duration.ofMillis(300)),
        node,
        metrics,
        watch,
        new KeyValueLog());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // LOCAL, as before a health check; with bytes of its own; a client's address
        "\u0020\u0000\u0000\u0000",
        "\u0020\u0000\u0000\u0003abc",
        "\u0021\u0011\u0000\u000c\u007f\u0000\u0000\u0001\u007f\u0000\u0000\u0001\u0001\u0002\u0003\u0004"
      })
  void aProxyHeaderBeforeAHealthCheckIsPassedOver(String header) throws IOException {
    String signature = "\r\n\r\n\0\r\nQUIT\n";
    String whole =
        signature + header + "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    try (Socket socket = connect()) {
      send(socket, whole);
      assertThat(readAll(socket)).startsWith("HTTP/1.1 200 ");
    }
    try (Socket socket = connect()) {
      socket.setTcpNoDelay(true);
      for (char sign : whole.toCharArray()) {
        send(socket, String.valueOf(sign));
      }
      assertThat(readAll(socket)).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void aProxyHeaderOfAnotherVersionEndsTheConnection() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "\r\n\r\n\0\r\nQUIT\n\u0030\u0000\u0000\u0000");
      assertThat(readAll(socket)).isEmpty();
    }
  }

  private Socket connect() throws IOException {
    return connect(listener);
  }

  private static Socket connect(HttpListener listener) throws IOException {
    Socket socket = new Socket(listener.address().getAddress(), listener.address().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static String readAll(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static List<String> statusLines(String responses) {
    return responses
        .lines()
        .flatMap(line -> java.util.stream.Stream.of(line.split("(?=HTTP/1.1 )")))
        .filter(line -> line.startsWith("HTTP/1.1 "))
        .toList();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + listener.address().getPort() + path))
        .version(HttpClient.Version.HTTP_1_1);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path) throws Exception {
    return client.send(
        request(path).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }
}
