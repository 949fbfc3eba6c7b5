package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.test.fixture.Await;
import java.net.CookieManager;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody guesses passwords beside honest people who share his address. */
@Tag("long")
class GuessesBesideOthersIT {
  private static final int PEOPLE = 25;
  private static final int TOO_MANY = 429;

  @TempDir private Path directory;

  /** Guesses on until it is closed, at the names that it is given. */
  private static final class Attacker implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger delayed = new AtomicInteger();
    private final Thread thread;

    Attacker(int port, IntFunction<String> names) {
      HttpClient http = HttpClient.newHttpClient();
      URI version = URI.create("http://localhost:" + port + "/version");
      thread =
          new Thread(
              () -> {
                for (int i = 0; !over.get(); i++) {
                  try {
                    HttpRequest guess =
                        HttpRequest.newBuilder(version)
                            .header("Authorization", Rest.basic(names.apply(i), "a guess"))
                            .build();
                    int status =
                        http.send(guess, HttpResponse.BodyHandlers.discarding()).statusCode();
                    (status == TOO_MANY ? delayed : seen).incrementAndGet();
                  } catch (Exception e) {
                    return; // the manager has ended
                  }
                }
              });
      thread.start();
    }

    @Override
    public void close() throws InterruptedException {
      over.set(true);
      thread.join();
    }
  }

  /** A browser without scripts, which keeps what it is given. */
  private static final class Plain {
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

    private final HttpClient http =
        HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final String base;

    Plain(int port) {
      base = "http://localhost:" + port;
    }

    int logIn(String user, String password) throws Exception {
      HttpResponse<String> form =
          http.send(
              HttpRequest.newBuilder(URI.create(base + "/login"))
                  .header("Accept", "text/html")
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      Matcher csrf = CSRF.matcher(form.body());
      assertThat(csrf.find()).as(form.body()).isTrue();
      String body =
          "csrf=%s&user=%s&password=%s"
              .formatted(csrf.group(1), user, URLEncoder.encode(password, StandardCharsets.UTF_8));
      return http.send(
              HttpRequest.newBuilder(URI.create(base + "/login"))
                  .header("Accept", "text/html")
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  private static String password(int i) {
    return "the password of number " + i;
  }

  /** People whose passwords take less time to look at than the real ones: their hashes say so. */
  private void writePeople() throws Exception {
    ObjectNode book = Rest.JSON.createObjectNode();
    for (int i = 0; i < PEOPLE; i++) {
      ObjectNode one = book.withArray("accounts").addObject().put("name", "user" + i);
      one.put("role", "read_only").put("password", hash(password(i)));
      for (String mark : List.of("created", "changed")) {
        one.putObject(mark).put("by", "admin").put("at", "2026-01-02T03:04:05Z");
      }
    }
    Path own = Files.createDirectories(directory.resolve("configuration-manager/access"));
    Files.writeString(own.resolve("accounts.json"), book.toString());
  }

  private static String hash(String password) throws GeneralSecurityException {
    byte[] salt = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, 1000, 256);
    byte[] hash =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(key).getEncoded();
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "pbkdf2-sha256$1000$%s$%s"
        .formatted(base64.encodeToString(salt), base64.encodeToString(hash));
  }

  @Test
  void everyHonestOneLogsInAtTheFirstTry() throws Exception {
    writePeople();
    try (Running manager =
        Running.startWithAccounts(directory, "--config=" + directory.resolve("configuration"))) {
      Plain attacked = new Plain(manager.port());
      assertThat(attacked.logIn("user0", password(0))).isEqualTo(303);
      try (Attacker atAdmin = new Attacker(manager.port(), i -> "admin");
          Attacker atOne = new Attacker(manager.port(), i -> "user0");
          Attacker atNames = new Attacker(manager.port(), i -> "name" + i)) {
        Await.until(
            "the guesses have to wait",
            Started.PATIENCE,
            () -> atAdmin.delayed.get() > 0 && atOne.delayed.get() > 0 && atNames.seen.get() > 5,
            () -> "");

        List<Integer> statuses = new ArrayList<>();
        ExecutorService people = Executors.newFixedThreadPool(4);
        try {
          List<Future<Integer>> answers = new ArrayList<>();
          for (int i = 1; i < PEOPLE; i++) {
            int number = i;
            answers.add(
                people.submit(
                    () -> new Plain(manager.port()).logIn("user" + number, password(number))));
          }
          for (Future<Integer> answer : answers) {
            statuses.add(answer.get());
          }
        } finally {
          people.shutdown();
        }
        assertThat(statuses).hasSize(PEOPLE - 1).containsOnly(303);
        assertThat(attacked.logIn("user0", password(0))).as("on his own device").isEqualTo(303);
        assertThat(atOne.seen.get() + atAdmin.seen.get()).isLessThan(2 * 20);
      }
    }
  }

  /** The status of a request, and from which of this machine's addresses it comes. */
  private static int status(Running manager, String local, String forwarded, String authorization)
      throws Exception {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout((int) Started.PATIENCE.toMillis());
      socket.bind(new InetSocketAddress(local, 0));
      socket.connect(new InetSocketAddress("127.0.0.1", manager.port()));
      String request =
          "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + "X-Forwarded-For: %s\r\nAuthorization: %s\r\n\r\n"
                  .formatted(forwarded, authorization);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Integer.parseInt(answer.split(" ", 3)[1]);
    }
  }

  @Test
  void behindATrustedProxyEachHasHisOwnAddressAndElsewhereNobodyChoosesOne() throws Exception {
    try (Running manager =
        Running.start(
            directory,
            Map.of(),
            "--config=" + directory.resolve("configuration"),
            "--manager-trusted-proxies=127.0.0.3, 10.0.0.0/8")) {
      String right = Rest.basic("admin", Files.readString(manager.passwordFile()));
      String guess = Rest.basic("admin", "a guess");
      String attacker = "203.0.113.9, 10.0.0.1";
      Await.until(
          "the guesses have to wait",
          Started.PATIENCE,
          () -> status(manager, "127.0.0.3", attacker, guess) == TOO_MANY,
          () -> "");
      assertThat(status(manager, "127.0.0.3", "203.0.113.8", right)).isEqualTo(200);

      // Who is no proxy has one address, whatever he writes.
      AtomicInteger claimed = new AtomicInteger();
      Await.until(
          "the guesses have to wait",
          Started.PATIENCE,
          () ->
              status(manager, "127.0.0.4", "192.0.2." + claimed.incrementAndGet() % 250, guess)
                  == TOO_MANY,
          () -> "");
      String log = manager.process().output();
      assertThat(log)
          .contains("login refused user=admin addr=203.0.113.9")
          .contains("login refused user=admin addr=127.0.0.4")
          .doesNotContain("addr=192.0.2.");
      for (String malformed : List.of("", ",,", "localhost", "1.2.3", "[::", "\u0000")) {
        assertThat(status(manager, "127.0.0.3", malformed, right)).isIn(200, 400);
      }
      assertThat(manager.rest().get("/api/v1/audit").body())
          .contains("203.0.113.8", "203.0.113.9", "127.0.0.3")
          .doesNotContain("192.0.2.");
    }
  }
}
