package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Requests of strangers and slow ones, and TLS. */
@Tag("long")
class DoorIT {
  @TempDir private Path directory;

  private Running start(String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--config=" + directory.resolve("configuration"));
    return Running.start(directory, Map.of(), all.toArray(String[]::new));
  }

  /** The first line of what raw lines are answered with. */
  private static String raw(Running manager, String... lines) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), manager.port())) {
      socket.setSoTimeout((int) Started.PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.lines().findFirst().orElse("");
    }
  }

  private static String authorization(Running manager) throws IOException {
    return "Authorization: " + Rest.basic("admin", Files.readString(manager.passwordFile()));
  }

  @Test
  void pagesOfOtherOriginsGetNothingDone() throws Exception {
    try (Running manager = start()) {
      String host = "Host: localhost:" + manager.port();
      String in = authorization(manager);
      String close = "Connection: close";

      assertThat(raw(manager, "GET /version HTTP/1.1", host, in, close)).contains(" 200 ");
      assertThat(
              raw(
                  manager,
                  "GET /version HTTP/1.1",
                  host,
                  in,
                  close,
                  "Origin: http://localhost:" + manager.port()))
          .contains(" 200 ");
      assertThat(
              raw(
                  manager,
                  "GET /version HTTP/1.1",
                  host,
                  in,
                  close,
                  "Origin: https://evil.example"))
          .contains(" 403 ");
      assertThat(raw(manager, "GET /version HTTP/1.1", host, in, close, "Origin: null"))
          .contains(" 403 ");
      assertThat(
              raw(manager, "GET /version HTTP/1.1", host, in, close, "Sec-Fetch-Site: cross-site"))
          .contains(" 403 ");
      assertThat(raw(manager, "GET /version HTTP/1.1", "Host: evil.example", in, close))
          .contains(" 421 ");
      assertThat(
              raw(
                  manager,
                  "OPTIONS /api/v1/commit HTTP/1.1",
                  host,
                  close,
                  "Origin: https://evil.example"))
          .contains(" 403 ");
      assertThat(
              raw(
                  manager,
                  "POST /api/v1/commit HTTP/1.1",
                  host,
                  in,
                  close,
                  "Content-Type: text/plain",
                  "Content-Length: 0"))
          .contains(" 415 ");
    }
  }

  @Test
  void healthIsToldWithoutALogInAndOnlyThat() throws Exception {
    try (Running manager = start()) {
      String host = "Host: 10.1.2.3";
      assertThat(raw(manager, "GET /livez HTTP/1.1", host, "Connection: close")).contains(" 200 ");
      for (String path : List.of("/", "/version", "/api/v1/documents", "/livez/..", "/nothing")) {
        assertThat(raw(manager, "GET " + path + " HTTP/1.1", host, "Connection: close"))
            .as(path)
            .contains(" 401 ");
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT) // with the others: it waits for half a minute
  void slowClientsAreDroppedAndOthersServedMeanwhile() throws Exception {
    TestCertificate certificate = TestCertificate.localhost();
    Path pem = Files.writeString(directory.resolve("cert.pem"), certificate.certificate());
    Path key = Files.writeString(directory.resolve("key.pem"), certificate.key());
    try (Running manager = start();
        Running withTls = start("--manager-certificate=" + pem, "--manager-key=" + key)) {
      List<Socket> slow = new ArrayList<>();
      try {
        for (int i = 0; i < 10; i++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), manager.port());
          slow.add(socket);
          String begun =
              i % 2 == 0
                  ? "GET /version HT"
                  : "PUT /api/v1/documents/users/a.json HTTP/1.1\r\nHost: localhost\r\n"
                      + authorization(manager)
                      + "\r\n"
                      + "If-None-Match: *\r\n"
                      + "Content-Type: application/json\r\n"
                      + "Content-Length: 100\r\n\r\n"
                      + "{";
          socket.getOutputStream().write(begun.getBytes(StandardCharsets.UTF_8));
        }
        for (byte[] begun : List.of(new byte[0], new byte[] {22, 3, 1, 1})) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), withTls.port());
          slow.add(socket);
          socket.getOutputStream().write(begun);
        }
        assertThat(manager.rest().get("/version").status()).isEqualTo(200);
        assertThat(shows(withTls, certificate)).isTrue();
        for (Socket socket : slow) {
          socket.setSoTimeout((int) Started.PATIENCE.multipliedBy(2).toMillis());
          assertThat(ended(socket)).isTrue();
        }
        assertThat(manager.rest().get("/version").status()).isEqualTo(200);
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
    }
  }

  private static boolean ended(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        // an answer, perhaps
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static SSLContext trusting(TestCertificate certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "it",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    certificate.certificate().getBytes(StandardCharsets.UTF_8))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void withACertificateItSpeaksTlsAndNothingElse() throws Exception {
    for (String algorithm : List.of("EC", "RSA")) {
      TestCertificate certificate = TestCertificate.create("localhost", algorithm);
      Path pem = Files.writeString(directory.resolve("cert.pem"), certificate.certificate());
      Path key = Files.writeString(directory.resolve("key.pem"), certificate.key());
      try (Running manager =
          start(
              "--manager-address=0.0.0.0",
              "--manager-certificate=" + pem,
              "--manager-key=" + key)) {
        HttpResponse<String> answer =
            HttpClient.newBuilder()
                .sslContext(trusting(certificate))
                .build()
                .send(
                    HttpRequest.newBuilder(
                            URI.create("https://localhost:" + manager.port() + "/livez"))
                        .build(),
                    HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Strict-Transport-Security").orElse(""))
            .startsWith("max-age=");
        assertThat(takes(manager, certificate, "AES_256_GCM_SHA384")).isTrue();
        assertThat(takes(manager, certificate, "AES_256_CBC_SHA384")).isFalse();
        assertThat(cookie(manager, certificate))
            .startsWith("__Host-")
            .contains("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/");
        assertThatThrownBy(() -> manager.rest().get("/livez")).isInstanceOf(IOException.class);
        assertThat(manager.process().output())
            .contains("listens on https://0.0.0.0:")
            .doesNotContain("without TLS");
      }
    }
  }

  /** What the log-in's page has a browser keep. */
  private static String cookie(Running manager, TestCertificate certificate) throws Exception {
    return HttpClient.newBuilder()
        .sslContext(trusting(certificate))
        .build()
        .send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + manager.port() + "/login"))
                .header("Accept", "text/html")
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .headers()
        .firstValue("Set-Cookie")
        .orElse("");
  }

  /** Whether a client is served that knows TLS 1.2, and of its suites those with this cipher. */
  private static boolean takes(Running manager, TestCertificate certificate, String cipher)
      throws Exception {
    String[] suites = {"TLS_ECDHE_RSA_WITH_" + cipher, "TLS_ECDHE_ECDSA_WITH_" + cipher};
    HttpClient client =
        HttpClient.newBuilder()
            .sslContext(trusting(certificate))
            .sslParameters(new SSLParameters(suites, new String[] {"TLSv1.2"}))
            .build();
    try {
      URI livez = URI.create("https://localhost:" + manager.port() + "/livez");
      return client
              .send(HttpRequest.newBuilder(livez).build(), HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (SSLHandshakeException e) {
      return false;
    }
  }

  /** Whether a client that trusts this certificate alone is served. */
  private static boolean shows(Running manager, TestCertificate certificate) throws Exception {
    try {
      return HttpClient.newBuilder()
              .sslContext(trusting(certificate))
              .build()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("https://localhost:" + manager.port() + "/livez"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .statusCode()
          == 200;
    } catch (SSLHandshakeException e) {
      return false;
    }
  }

  @Test
  void aCertificateThatIsRenewedNeedsNoRestart() throws Exception {
    TestCertificate first = TestCertificate.create("localhost", "EC");
    TestCertificate second = TestCertificate.create("localhost", "RSA");
    Path pem = Files.writeString(directory.resolve("cert.pem"), first.certificate());
    Path key = Files.writeString(directory.resolve("key.pem"), first.key());
    try (Running manager = start("--manager-certificate=" + pem, "--manager-key=" + key)) {
      assertThat(shows(manager, first)).isTrue();

      // Half of a pair is none.
      Files.writeString(pem, second.certificate());
      Await.until(
          "it says so",
          () ->
              manager
                  .process()
                  .output()
                  .contains("New connections are shown the certificate from before."));
      assertThat(shows(manager, first)).isTrue();

      Files.writeString(key, second.key());
      Await.until("the new one is shown", () -> shows(manager, second));
      assertThat(shows(manager, first)).isFalse();

      Files.delete(pem);
      Await.until("it says so", () -> manager.process().output().contains("cannot be read"));
      assertThat(shows(manager, second)).isTrue();
    }
  }

  @Test
  void whoListensBeyondLoopbackWithoutTlsIsWarned() throws Exception {
    try (Running manager = start("--manager-address=0.0.0.0")) {
      assertThat(manager.process().output())
          .contains("WARN", "the manager listens on 0.0.0.0 without TLS");
      // Names of its own lead to it then.
      assertThat(
              raw(
                  manager,
                  "GET /version HTTP/1.1",
                  "Host: manager.example",
                  authorization(manager),
                  "Connection: close"))
          .contains(" 200 ");
    }
  }

  @Test
  void aPortThatIsTakenAndAKeyThatIsNoneAreToldAtTheStart() throws Exception {
    try (Running manager = start();
        Started second =
            Started.start(
                directory.resolve("second"),
                Map.of(),
                List.of(
                    "server",
                    "--config=" + directory.resolve("configuration"),
                    "--state=" + directory.resolve("state"),
                    "--manager-port=" + manager.port()))) {
      assertThat(second.exitCode()).isEqualTo(4);
      assertThat(second.output())
          .contains("the manager cannot listen on 127.0.0.1:" + manager.port(), "managerPort");
    }
    Path pem =
        Files.writeString(directory.resolve("cert.pem"), TestCertificate.localhost().certificate());
    try (Running manager =
        Running.begin(
            directory,
            Map.of(),
            "--config=" + directory.resolve("configuration"),
            "--manager-certificate=" + pem,
            "--manager-key=" + pem)) {
      assertThat(manager.process().exitCode()).isEqualTo(4);
      assertThat(manager.process().output()).contains("managerKey " + pem, "PKCS #8");
    }
  }

  @Test
  void sigtermEndsItInGoodOrder() throws Exception {
    try (Running manager = start()) {
      manager.process().terminate();
      assertThat(manager.process().exitCode()).isZero();
      Await.until(
          "it has said so", () -> manager.process().output().contains("the manager has ended"));
    }
  }
}
