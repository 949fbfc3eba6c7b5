package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Authenticator;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.store.OwnStore;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * People who use two managers over one directory: who may do what, and what is taken down of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AccountsOfTwoManagersTest {
  private static final String GIVEN = "canary-password given";
  private static final String OWN = "canary-password of their own";

  private static final String CANARY = "canary-password";
  private static final String SOURCE =
      "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \""
          + CANARY
          + "\"}";

  private Path configuration;
  private Running one;
  private Running other;
  private Rest admin;

  /** A manager; its hashes are cheap. */
  private static final class Running {
    private final PasswordHash hashes = new PasswordHash(10);
    private final Path password;
    private final AuditLog audit;
    private final LogIn logIn;
    private final Editor editor;
    private final WebServer server;

    Running(Path directory, String name) throws Exception {
      OwnStore own =
          OwnStore.open(new StoreLocation.Directory(directory.resolve("configuration-manager")));
      password = directory.resolve(name).resolve("manager-password");
      audit = new AuditLog(Optional.of(own.audit()), Clock.systemUTC());
      Optional<Access> access =
          Optional.of(Access.of(own.access(), hashes, false, Clock.systemUTC(), System::nanoTime));
      logIn = LogIn.with(new PasswordPlace.Made(directory.resolve(name)), access, hashes, audit);
      editor =
          new Editor(
              DocumentStore.open(new StoreLocation.Directory(directory.resolve("configuration"))),
              Optional.of(new History(own.history(), History.Kept.standard(), Clock.systemUTC())),
              audit);
      server =
          WebServer.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              Optional.empty(),
              new Api(editor, logIn, "test", access, audit, new MaskedText(), List.of()));
    }

    Rest as(String user, String word) {
      return new Rest(server.port(), user, word);
    }

    Rest first() throws IOException {
      return as("admin", Files.readString(password));
    }

    void close() {
      server.close();
      logIn.close();
      editor.close();
      audit.close();
    }
  }

  private record Said(int status, String etag, String body) {
    JsonNode json() throws IOException {
      return Answer.JSON.readTree(body);
    }
  }

  private record Rest(int port, String user, String password) {
    Said send(String method, String path, String body, String... headers) throws Exception {
      HttpResponse<String> said =
          new RestClient(port, user, password).send(method, path, body, headers);
      return new Said(said.statusCode(), said.headers().firstValue("ETag").orElse(""), said.body());
    }

    Said get(String path) throws Exception {
      return send("GET", path, "");
    }
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    configuration = directory.resolve("configuration");
    Files.createDirectories(configuration.resolve("sources"));
    Files.createDirectories(configuration.resolve("vdbs"));
    Files.writeString(configuration.resolve("sources/db.json"), SOURCE);
    Files.writeString(
        configuration.resolve("vdbs/shop.json"), "{\"ports\": [5050], \"source\": \"db\"}");
    one = new Running(directory, "one");
    other = new Running(directory, "other");
    admin = one.first();
  }

  @AfterAll
  void end() {
    one.close();
    other.close();
  }

  private static void until(String what, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static Said put(Rest rest, String path, String body) throws Exception {
    return rest.send("PUT", path, body);
  }

  private static Said delete(Rest rest, String path) throws Exception {
    return rest.send("DELETE", path, "");
  }

  private static Said changeOwn(Rest rest, String current, String password) throws Exception {
    return put(
        rest,
        "/api/v1/account/password",
        "{\"current\": \"%s\", \"password\": \"%s\"}".formatted(current, password));
  }

  @Test
  @Order(1)
  void somebodyNewChangesHisPasswordBeforeAnythingElseAtAnyManager() throws Exception {
    for (String role : List.of("read_only", "audit")) {
      String body =
          "{\"name\": \"%s\", \"role\": \"%s\", \"password\": \"%s\"}".formatted(role, role, GIVEN);
      Said made = admin.send("POST", "/api/v1/accounts", body);
      assertThat(made.status()).as(made.toString()).isEqualTo(201);
      assertThat(made.body()).doesNotContain("canary", "pbkdf2");
      assertThat(admin.send("POST", "/api/v1/accounts", body).status()).isEqualTo(409);

      Rest given = other.as(role, GIVEN);
      until("the other manager knows the account", () -> status(given, "/api/v1/account") == 200);
      assertThat(given.get("/api/v1/documents").json().path("code").asText())
          .isEqualTo("password_change_required");
      assertThat(changeOwn(given, GIVEN + "x", OWN).status()).isEqualTo(422);
      assertThat(changeOwn(given, GIVEN, GIVEN).status()).isEqualTo(422);
      assertThat(changeOwn(given, GIVEN, OWN).status()).isEqualTo(204);
      assertThat(other.as(role, OWN).get("/api/v1/documents").status()).isEqualTo(200);
      assertThat(given.get("/api/v1/documents").status()).isEqualTo(401);
    }
  }

  private static int status(Rest rest, String path) {
    try {
      return rest.get(path).status();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A request, and who may make it. */
  private record Route(String method, String path, String roles) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private static final List<Route> ROUTES =
      List.of(
          new Route("GET", "/version", "admin read_only audit"),
          new Route("GET", "/api/v1/documents", "admin read_only audit"),
          new Route("POST", "/api/v1/check", "admin read_only audit"),
          new Route("GET", "/api/v1/history", "admin read_only audit"),
          new Route("GET", "/api/v1/account", "admin read_only audit"),
          new Route("PUT", "/api/v1/account/password", "admin read_only audit"),
          new Route("GET", "/api/v1/audit", "admin audit"),
          new Route("GET", "/api/v1/documents/sources/db.json", "admin read_only audit"),
          new Route("PUT", "/api/v1/documents/sources/db.json", "admin"),
          new Route("DELETE", "/api/v1/documents/sources/db.json", "admin"),
          new Route("POST", "/api/v1/commit", "admin"),
          new Route("GET", "/api/v1/history/1", "admin read_only audit"),
          new Route("POST", "/api/v1/history/1/rollback", "admin"),
          new Route("GET", "/api/v1/accounts", "admin"),
          new Route("POST", "/api/v1/accounts", "admin"),
          new Route("GET", "/api/v1/accounts/audit", "admin"),
          new Route("PUT", "/api/v1/accounts/audit", "admin"),
          new Route("DELETE", "/api/v1/accounts/nobody", "admin"),
          new Route("PUT", "/api/v1/accounts/audit/password", "admin"),
          new Route("DELETE", "/api/v1/accounts/nobody/second-factor", "admin"),
          new Route("GET", "/api/v1/second-factor-roles", "admin"),
          new Route("PUT", "/api/v1/second-factor-roles", "admin"),
          new Route("GET", "/api/v1/tokens", "admin"),
          new Route("DELETE", "/api/v1/tokens/none", "admin"),
          new Route("GET", "/api/v1/account/tokens", "admin read_only audit"),
          new Route("POST", "/api/v1/account/tokens", "admin read_only audit"),
          new Route("DELETE", "/api/v1/account/tokens/none", "admin read_only audit"),
          new Route("GET", "/api/v1/account/second-factor", "admin read_only audit"),
          new Route("POST", "/api/v1/account/second-factor", "admin read_only audit"),
          new Route("PUT", "/api/v1/account/second-factor", "admin read_only audit"));

  @Test
  @Order(2)
  void eachRoleMayDoWhatItsTableSaysAndNothingElse() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String role : List.of("admin", "read_only", "audit")) {
      Rest rest = role.equals("admin") ? admin : one.as(role, OWN);
      for (Route route : ROUTES) {
        // The body is one that nothing comes of.
        Said said =
            rest.send(
                route.method(), route.path(), route.method().equals("GET") ? "" : "{\"none\": 1}");
        boolean may = List.of(route.roles().split(" ")).contains(role);
        if (may ? List.of(401, 403, 429).contains(said.status()) : said.status() != 403) {
          wrong.add(role + " " + route + ": " + said.status());
        }
        assertThat(said.body()).doesNotContain(CANARY);
      }
    }
    assertThat(wrong).isEmpty();
  }

  private Said bearer(String word, String method, String path, String body) throws Exception {
    return one.as("nobody", "none").send(method, path, body, "Authorization", "Bearer " + word);
  }

  @Test
  @Order(3)
  void aTokenIsForRestAndChangesNothingOfPeople() throws Exception {
    String tokens = "/api/v1/account/tokens";
    Rest audit = one.as("audit", OWN);
    assertThat(audit.send("POST", tokens, "{\"name\": \"ci\", \"role\": \"admin\"}").status())
        .as("more than its owner")
        .isEqualTo(422);
    Said made = admin.send("POST", tokens, "{\"name\": \"ci\", \"days\": 1}");
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    String word = made.json().get("token").asText();
    assertThat(admin.get(tokens).body()).contains("\"ci\"").doesNotContain(word);

    assertThat(bearer(word, "GET", "/api/v1/documents/vdbs/shop.json", "").status()).isEqualTo(200);
    assertThat(bearer(word, "GET", "/api/v1/account", "").json().get("permissions").toString())
        .contains("change_configuration")
        .doesNotContain("manage_accounts", "own_tokens", "own_factor");
    for (String path :
        List.of("/api/v1/accounts", tokens, "/api/v1/tokens", "/api/v1/account/second-factor")) {
      assertThat(bearer(word, "GET", path, "").status()).as(path).isEqualTo(403);
      assertThat(bearer(word, "POST", path, "{}").status()).as(path).isIn(403, 405);
    }
    assertThat(
            bearer(
                    word,
                    "PUT",
                    "/api/v1/account/password",
                    "{\"current\": \"x\", \"password\": \"long enough to be one\"}")
                .status())
        .isEqualTo(403);
    assertThat(bearer(word + "x", "GET", "/version", "").status()).isEqualTo(401);
    assertThat(delete(admin, tokens + "/" + made.json().get("id").asText()).status())
        .isEqualTo(204);
    until(
        "the token has ended",
        () -> {
          try {
            return bearer(word, "GET", "/version", "").status() == 401;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  @Order(3)
  void basicNeedsACodeOnceThereIsASecondFactor() throws Exception {
    String factor = "/api/v1/account/second-factor";
    Rest audit = one.as("audit", OWN);
    String secret = audit.send("POST", factor, "{}").json().get("secret").asText();
    Clock clock = Clock.systemUTC();
    assertThat(audit.get("/version").status()).as("nothing is on yet").isEqualTo(200);
    assertThat(audit.send("PUT", factor, "{\"code\": \"none\"}").status()).isEqualTo(422);
    String code = Authenticator.code(secret, clock);
    Said on = audit.send("PUT", factor, "{\"code\": \"%s\"}".formatted(code));
    assertThat(on.status()).as(on.toString()).isEqualTo(200);
    assertThat(on.json().get("recoveryCodes")).hasSize(10);
    String recovery = on.json().get("recoveryCodes").get(0).asText();

    assertThat(audit.get("/version").json().get("code").asText()).isEqualTo("code_required");
    assertThat(audit.send("GET", "/version", "", "Heimdall-Code", code).status())
        .as("a code that was used")
        .isEqualTo(401);
    assertThat(audit.send("GET", factor, "", "Heimdall-Code", recovery).body())
        .contains("\"on\":true", "\"recoveryCodesLeft\":9")
        .doesNotContain(secret);
    assertThat(admin.get("/api/v1/accounts/audit").body())
        .contains("\"secondFactor\":true")
        .doesNotContain(secret);
    assertThat(delete(admin, "/api/v1/accounts/audit/second-factor").status()).isEqualTo(204);
    assertThat(audit.get("/version").status()).isEqualTo(200);
  }

  @Test
  @Order(4)
  void anAccountThatIsDisabledOrRemovedEndsAtBothManagers() throws Exception {
    Rest readOnly = other.as("read_only", OWN);
    assertThat(readOnly.get("/version").status()).isEqualTo(200);

    Said disabled =
        put(admin, "/api/v1/accounts/read_only", "{\"role\": \"read_only\", \"disabled\": true}");
    assertThat(disabled.status()).as(disabled.toString()).isEqualTo(200);
    until("the other manager has heard of it", () -> status(readOnly, "/version") == 401);

    assertThat(delete(admin, "/api/v1/accounts/read_only").status()).isEqualTo(204);
    assertThat(admin.get("/api/v1/accounts/read_only").status()).isEqualTo(404);
    assertThat(delete(admin, "/api/v1/accounts/admin").status()).isEqualTo(422);
  }

  @Test
  @Order(5)
  void whatWasDoneIsTakenDownByBothManagersAndSaysNoSecrets() throws Exception {
    assertThat(other.as("admin", OWN).get("/version").status()).isEqualTo(401);
    String document = "/api/v1/documents/vdbs/shop.json";
    Said written =
        admin.send(
            "PUT",
            document,
            "{\"ports\": [5052], \"source\": \"db\"}",
            "If-Match",
            admin.get(document).etag());
    assertThat(written.status()).as(written.toString()).isEqualTo(200);

    until(
        "the one has written it where the other reads",
        () -> {
          try {
            return other.as("audit", OWN).get("/api/v1/audit").body().contains("revision");
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    Said audit = other.as("audit", OWN).get("/api/v1/audit");

    assertThat(audit.status()).as(audit.toString()).isEqualTo(200);
    assertThat(audit.body()).doesNotContain("canary", "pbkdf2");
    List<String> entries = new ArrayList<>();
    for (JsonNode entry : audit.json().get("entries")) {
      assertThat(entry.get("address").asText()).isEqualTo("127.0.0.1");
      entries.add(
          "%s %s %s"
              .formatted(
                  entry.get("user").asText(),
                  entry.get("action").asText(),
                  entry.get("subject").asText()));
    }
    assertThat(entries)
        .contains(
            "admin log_in ",
            "audit log_in ",
            "admin account_created audit audit",
            "audit password_changed audit",
            "read_only not_permitted change_configuration",
            "admin log_in_refused ",
            "admin account_changed read_only read_only disabled",
            "admin account_removed read_only")
        .anyMatch(entry -> entry.startsWith("admin configuration_changed vdbs/shop.json revision"));

    JsonNode some =
        other
            .as("audit", OWN)
            .get(
                "/api/v1/audit?user=admin&action=account_changed&subject=READ_only&from=2020-01-02T03:04")
            .json();
    assertThat(some.get("found").asInt()).isEqualTo(some.get("entries").size()).isPositive();
    for (JsonNode entry : some.get("entries")) {
      assertThat(entry.get("user").asText()).isEqualTo("admin");
      assertThat(entry.get("action").asText()).isEqualTo("account_changed");
      assertThat(entry.get("subject").asText()).contains("read_only");
    }
    assertThat(
            other
                .as("audit", OWN)
                .get("/api/v1/audit?to=2020-01-02T03:04:05Z")
                .json()
                .get("found")
                .asInt())
        .isZero();
    assertThat(other.as("audit", OWN).get("/api/v1/audit?action=nothing").body())
        .contains("bad_request", "expected one of", "log_in_refused");
    assertThat(other.as("audit", OWN).get("/api/v1/audit?from=yesterday").status()).isEqualTo(400);
  }

  @Test
  @Order(6)
  void theFirstUsersOwnPasswordEndsThoseThatBothManagersHaveMade() throws Exception {
    Rest madeByTheOther = other.first();
    assertThat(madeByTheOther.get("/version").status()).isEqualTo(200);
    String made = Files.readString(one.password);

    assertThat(changeOwn(admin, made, OWN).status()).isEqualTo(204);

    assertThat(admin.get("/version").status()).isEqualTo(401);
    until("the other manager has heard of it", () -> status(madeByTheOther, "/version") == 401);
    assertThat(other.as("admin", OWN).get("/version").status()).isEqualTo(200);
    assertThat(one.password).doesNotExist();
  }
}
