package dev.heimdall.routing.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstanceMetadataTest {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final AtomicInteger tokens = new AtomicInteger();
  private volatile String valid;
  private volatile int tokenStatus = 200;
  private HttpServer server;
  private InstanceMetadata metadata;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    metadata =
        new InstanceMetadata(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), PATIENCE);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/latest/api/token")) {
      boolean asked =
          exchange.getRequestMethod().equals("PUT")
              && exchange.getRequestHeaders().containsKey("X-aws-ec2-metadata-token-ttl-seconds");
      valid = "token-" + tokens.incrementAndGet();
      send(exchange, asked ? tokenStatus : 400, valid);
    } else if (!String.valueOf(valid)
        .equals(exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token"))) {
      send(exchange, 401, "");
    } else {
      String value = values.get(path.replace("/latest/meta-data/", ""));
      send(exchange, value == null ? 404 : 200, value == null ? "none" : value);
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Test
  void anInstanceSaysWhichItIsForOneToken() throws Exception {
    values.put("instance-id", "i-1");
    values.put("placement/region", "eu-west-1");
    values.put("placement/availability-zone", "eu-west-1b");

    assertThat(metadata.instance()).isEqualTo(new Instance("i-1", "eu-west-1", "eu-west-1b"));
    assertThat(tokens).hasValue(1);
  }

  @Test
  void groupsOfAllItsInterfacesAreItsGroups() throws Exception {
    values.put("network/interfaces/macs/", "02:aa/\n02:bb/");
    values.put("network/interfaces/macs/02:aa/security-group-ids", "sg-1\nsg-2");
    values.put("network/interfaces/macs/02:bb/security-group-ids", "sg-2\nsg-3");

    assertThat(metadata.securityGroups()).containsExactly("sg-1", "sg-2", "sg-3");
  }

  @Test
  void anInstanceOfNoGroupHasNoLifecycleState() throws Exception {
    assertThat(metadata.targetLifecycleState()).isEmpty();
    values.put("autoscaling/target-lifecycle-state", "Terminated\n");
    assertThat(metadata.targetLifecycleState()).contains("Terminated");
  }

  @Test
  void aTokenThatIsTooOldIsReplaced() throws Exception {
    values.put("instance-id", "i-1");
    metadata.read("instance-id");
    valid = "another";

    assertThat(metadata.read("instance-id")).contains("i-1");
    assertThat(tokens).hasValue(2);
  }

  @Test
  void metadataThatAreSwitchedOffAreAbsent() {
    tokenStatus = 403;

    assertThat(
            catchThrowableOfType(MetadataException.class, () -> metadata.read("instance-id"))
                .absent())
        .isTrue();
  }

  @Test
  void aServiceThatFailsIsToldNotTakenForAbsent() {
    tokenStatus = 500;

    assertThatThrownBy(metadata::instance)
        .hasMessageContaining("500")
        .isInstanceOfSatisfying(
            MetadataException.class, e -> assertThat(e.absent()).as(e.getMessage()).isFalse());
  }

  @Test
  void whereNobodyListensOrAnswersTheyAreAbsent() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InstanceMetadata nobody =
          new InstanceMetadata(
              URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofMillis(50));
      assertThat(
              catchThrowableOfType(MetadataException.class, () -> nobody.read("instance-id"))
                  .absent())
          .isTrue();
    }
    server.stop(0);
    assertThat(
            catchThrowableOfType(MetadataException.class, () -> metadata.read("instance-id"))
                .absent())
        .isTrue();
  }

  @Test
  void theEnvironmentSaysWhereTheyAreAndWhetherToAsk() {
    assertThat(InstanceMetadata.ofMachine(Map.of("AWS_EC2_METADATA_DISABLED", "true"))).isEmpty();
    assertThat(InstanceMetadata.ofMachine(Map.of())).isPresent();
    InstanceMetadata there =
        InstanceMetadata.ofMachine(
                Map.of(
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                    "http://127.0.0.1:" + server.getAddress().getPort()))
            .orElseThrow();
    values.put("instance-id", "i-2");
    assertThat(read(there)).isEqualTo("i-2");
  }

  private static String read(InstanceMetadata metadata) {
    try {
      return metadata.read("instance-id").orElseThrow();
    } catch (MetadataException e) {
      throw new AssertionError(e);
    }
  }
}
