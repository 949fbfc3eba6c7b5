package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.manager.Rest.Changes;
import dev.heimdall.test.manager.Rest.Said;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
class AccountsIT {
  private static final String GIVEN = "canary-password given";
  private static final String OWN = "canary-password of their own";

  private Running one;
  private Running other;
  private Rest admin;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    String place = "--config=" + directory.resolve("configuration");
    one = Running.start(directory, Map.of(), place);
    other = Running.start(directory, Map.of(), place);
    admin = one.rest();
    Changes first =
        new Changes()
            .write("sources/db.json", ManagerContract.SOURCE, null)
            .write("vdbs/shop.json", ManagerContract.VDB, null);
    assertThat(admin.post("/api/v1/commit", first).status()).isEqualTo(200);
  }

  @AfterAll
  void end() throws InterruptedException {
    one.close();
    other.close();
  }

  private Rest at(Running manager, String user, String password) {
    return new Rest(manager.port(), user, password);
  }

  private static Said put(Rest rest, String path, String body) throws Exception {
    return rest.send(
        rest.request(path)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static Said delete(Rest rest, String path) throws Exception {
    return rest.send(rest.request(path).DELETE());
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
      Said made = admin.post("/api/v1/accounts", body);
      assertThat(made.status()).as(made.toString()).isEqualTo(201);
      assertThat(made.body()).doesNotContain("canary", "pbkdf2");
      assertThat(admin.post("/api/v1/accounts", body).status()).isEqualTo(409);

      Rest given = at(other, role, GIVEN);
      Await.until(
          "the other manager knows the account",
          Started.PATIENCE,
          () -> status(given, "/api/v1/account") == 200,
          () -> "");
      assertThat(given.get("/api/v1/documents").code()).isEqualTo("password_change_required");
      assertThat(changeOwn(given, GIVEN + "x", OWN).status()).isEqualTo(422);
      assertThat(changeOwn(given, GIVEN, GIVEN).status()).isEqualTo(422);
      assertThat(changeOwn(given, GIVEN, OWN).status()).isEqualTo(204);
      assertThat(at(other, role, OWN).get("/api/v1/documents").status()).isEqualTo(200);
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
          new Route("GET", "/api/v1/documents/sources/db.json", "admin"),
          new Route("PUT", "/api/v1/documents/sources/db.json", "admin"),
          new Route("DELETE", "/api/v1/documents/sources/db.json", "admin"),
          new Route("POST", "/api/v1/commit", "admin"),
          new Route("GET", "/api/v1/history/1", "admin"),
          new Route("POST", "/api/v1/history/1/rollback", "admin"),
          new Route("GET", "/api/v1/accounts", "admin"),
          new Route("POST", "/api/v1/accounts", "admin"),
          new Route("GET", "/api/v1/accounts/audit", "admin"),
          new Route("PUT", "/api/v1/accounts/audit", "admin"),
          new Route("DELETE", "/api/v1/accounts/nobody", "admin"),
          new Route("PUT", "/api/v1/accounts/audit/password", "admin"));

  @Test
  @Order(2)
  void eachRoleMayDoWhatItsTableSaysAndNothingElse() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String role : List.of("admin", "read_only", "audit")) {
      Rest rest = role.equals("admin") ? admin : at(one, role, OWN);
      for (Route route : ROUTES) {
        // The body is one that nothing comes of.
        Said said =
            rest.send(
                rest.request(route.path())
                    .header("Content-Type", "application/json")
                    .method(
                        route.method(),
                        route.method().equals("GET")
                            ? HttpRequest.BodyPublishers.noBody()
                            : HttpRequest.BodyPublishers.ofString("{\"none\": 1}")));
        boolean may = List.of(route.roles().split(" ")).contains(role);
        if (may ? said.status() == 403 || said.status() == 401 : said.status() != 403) {
          wrong.add(role + " " + route + ": " + said.status());
        }
        if (!may) {
          assertThat(said.body()).doesNotContain(ManagerContract.CANARY);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  @Order(3)
  void anAccountThatIsDisabledOrRemovedEndsAtBothManagers() throws Exception {
    Rest readOnly = at(other, "read_only", OWN);
    assertThat(readOnly.get("/version").status()).isEqualTo(200);

    Said disabled =
        put(admin, "/api/v1/accounts/read_only", "{\"role\": \"read_only\", \"disabled\": true}");
    assertThat(disabled.status()).as(disabled.toString()).isEqualTo(200);
    Await.until(
        "the other manager has heard of it",
        Started.PATIENCE,
        () -> status(readOnly, "/version") == 401,
        () -> "");

    assertThat(delete(admin, "/api/v1/accounts/read_only").status()).isEqualTo(204);
    assertThat(admin.get("/api/v1/accounts/read_only").status()).isEqualTo(404);
    assertThat(delete(admin, "/api/v1/accounts/admin").status()).isEqualTo(422);
  }

  @Test
  @Order(4)
  void whatWasDoneIsTakenDownByBothManagersAndSaysNoSecrets() throws Exception {
    Said etag = admin.document("vdbs/shop.json");
    assertThat(at(other, "admin", OWN).get("/version").status()).isEqualTo(401);
    assertThat(
            admin
                .put(
                    "vdbs/shop.json",
                    ManagerContract.VDB.replace("5050", "5052"),
                    Optional.of(etag.etag()))
                .status())
        .isEqualTo(200);

    Said audit = at(other, "audit", OWN).get("/api/v1/audit");

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
            "read_only not_permitted read_secrets",
            "admin log_in_refused ",
            "admin account_changed read_only read_only disabled",
            "admin account_removed read_only")
        .anyMatch(entry -> entry.startsWith("admin configuration_changed vdbs/shop.json revision"));
  }

  @Test
  @Order(5)
  void theFirstUsersOwnPasswordEndsThoseThatBothManagersHaveMade() throws Exception {
    Rest madeByTheOther = other.rest();
    assertThat(madeByTheOther.get("/version").status()).isEqualTo(200);
    String made = Files.readString(one.passwordFile());

    assertThat(changeOwn(admin, made, OWN).status()).isEqualTo(204);

    assertThat(admin.get("/version").status()).isEqualTo(401);
    Await.until(
        "the other manager has heard of it",
        Started.PATIENCE,
        () -> status(madeByTheOther, "/version") == 401,
        () -> "");
    assertThat(at(other, "admin", OWN).get("/version").status()).isEqualTo(200);
    assertThat(one.passwordFile()).doesNotExist();
  }
}
