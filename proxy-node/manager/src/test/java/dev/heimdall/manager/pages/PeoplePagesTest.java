package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OthersAccounts;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.people.PeopleSubject;
import dev.heimdall.manager.revisions.RevisionsSubject;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.store.OwnStore;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History, accounts of others and the audit log on pages, and who may see which page. */
class PeoplePagesTest {
  private static final String CANARY = "canary-secret";
  private static final String OWN = "canary of an own password";
  private static final String VDB = "vdbs/shop.json";

  @TempDir private Path directory;

  private final AtomicLong ahead = new AtomicLong();
  private Path configuration;
  private Access access;
  private AuditLog audit;
  private LogIn logIn;
  private Editor editor;
  private Pages pages;
  private WebServer server;

  /** What is known of the shared documents is old at each look. */
  private long nanos() {
    return ahead.addAndGet(Duration.ofSeconds(2).toNanos());
  }

  @BeforeEach
  void open() throws Exception {
    configuration = Files.createDirectory(directory.resolve("configuration"));
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db\", \"user\": \"app\", \"password\": \"%s\"}");
    write(VDB, "{\"ports\": [5050], \"source\": \"main\"}");
    Path password = Files.writeString(directory.resolve("password"), "right");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    OwnStore own = OwnStore.open(new StoreLocation.Directory(directory.resolve("own")));
    Clock clock = Clock.systemUTC();
    audit = new AuditLog(Optional.of(own.audit()), clock);
    PasswordHash hashes = new PasswordHash(10);
    access = Access.of(own.access(), hashes, true, clock, this::nanos);
    Optional<Access> there = Optional.of(access);
    logIn = LogIn.with(new PasswordPlace.InFile(password), there, hashes, audit);
    editor =
        new Editor(
            DocumentStore.open(new StoreLocation.Directory(configuration)),
            Optional.of(new History(own.history(), History.Kept.standard(), clock)),
            audit);
    MaskedText masks = new MaskedText();
    pages =
        new Pages(
            editor,
            logIn,
            Optional.empty(),
            there,
            new SessionBook(Optional.of(own.access()), clock, this::nanos),
            audit,
            masks,
            List.of(
                new RevisionsSubject(editor, masks),
                new PeopleSubject(
                    new OthersAccounts(there, audit), new OwnTokens(logIn, there, audit), audit)));
    server =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), pages);
  }

  @AfterEach
  void close() {
    server.close();
    logIn.close();
    editor.close();
    audit.close();
  }

  private void write(String name, String text) throws Exception {
    Path file = configuration.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text.formatted(CANARY));
  }

  private String written(String name) throws Exception {
    return Files.readString(configuration.resolve(name));
  }

  private void commit(String name, String text, String comment) throws Exception {
    editor.commit(
        List.of(
            new Change(
                name,
                Optional.of(Content.of(text.formatted(CANARY))),
                editor.read().versionOf(name))),
        new Author("bob", "10.0.0.9", comment));
  }

  private PageClient client(String user, String password) throws Exception {
    return new PageClient(server.port()).logIn(user, password);
  }

  private PageClient admin() throws Exception {
    return client("admin", "right");
  }

  @Test
  void aRevisionIsShownLineByLineWithoutItsSecretsAndAnyTwoAreCompared() throws Exception {
    commit(VDB, "{\"ports\": [5051], \"source\": \"main\"}", "<i>another port");
    commit(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db2\", \"user\": \"app\", \"password\": \"%s-2\"}",
        "moved");
    PageClient admin = admin();
    assertThat(admin.get("/history").page())
        .contains("&lt;i", "moved", "bob", "10.0.0.9", VDB)
        .doesNotContain("<i>", CANARY);
    admin.get("/history/3");
    assertThat(admin.page()).contains("db2", "••••").doesNotContain(CANARY);
    admin.get("/history/compare?from=1&to=now");
    assertThat(admin.page()).contains("5050", "5051", "db2").doesNotContain(CANARY);
    admin.get("/history/compare?from=3&to=3");
    assertThat(admin.page()).contains("Nothing differs");
    for (String none : List.of("/history/99", "/history/x", "/history/compare?from=99&to=now")) {
      assertThat(admin.get(none).status()).as(none).isEqualTo(404);
    }
    assertThat(admin.get("/history/compare").status()).isEqualTo(400);
  }

  @Test
  void aRollbackIsLookedAtFirstAndNotMadeOverWhatNobodyHasSeen() throws Exception {
    commit(VDB, "{\"ports\": [5051], \"source\": \"main\"}", "another port");
    PageClient admin = admin();
    admin.get("/history/1/rollback");
    assertThat(admin.page()).contains("5050", "5051", "Nothing is written yet");
    assertThat(written(VDB)).contains("5051");

    commit(VDB, "{\"ports\": [5052], \"source\": \"main\"}", "somebody is faster");
    admin.submit("/history/1/rollback", "comment", "back");
    assertThat(admin.status()).isEqualTo(409);
    assertThat(admin.page()).contains("has changed since you have looked", "5052");
    assertThat(written(VDB)).contains("5052");
    admin.submit("/history/1/rollback", "comment", "back");
    assertThat(admin.path()).isEqualTo("/history");
    assertThat(admin.page()).contains("what it was after revision 1", "back to 1", "admin");
    assertThat(written(VDB)).contains("5050");
    assertThat(admin.get("/history/1/rollback").page()).contains("Nothing differs");
  }

  @Test
  void whatWouldBeWrongIsNotRolledBackTo() throws Exception {
    write(VDB, "{\"ports\": [\"none\"], \"source\": \"main\"}");
    editor.revisions();
    commit(VDB, "{\"ports\": [5051], \"source\": \"main\"}", "right again");
    PageClient admin = admin().get("/history/1/rollback");
    assertThat(admin.page()).contains("nodes would reject this").doesNotContain("name=\"version\"");
  }

  @Test
  void accountsAreMadeChangedAndDeletedAndItIsTakenDown() throws Exception {
    PageClient admin = admin().get("/accounts");
    admin.submit("/accounts", "name", "Eve!", "role", "admin", "password", "long enough for one");
    assertThat(admin.status()).isEqualTo(422);
    admin.submit("/accounts", "name", "eve", "role", "audit", "password", "given by somebody");
    assertThat(admin.page()).contains("eve has an account", "password to be changed");
    assertThat(client("eve", "given by somebody").path()).isEqualTo("/password");
    access.accounts().changeOwn("eve", "given by somebody", OWN);
    PageClient eve = client("eve", OWN);
    assertThat(eve.path()).isEqualTo("/");

    admin.get("/accounts/eve").submit("/accounts/eve/role", "role", "read_only");
    assertThat(admin.page()).contains("eve has the role read_only");
    assertThat(eve.get("/audit").status()).isEqualTo(403);
    admin.get("/accounts/eve").submit("/accounts/eve/role", "role", "read_only", "disabled", "yes");
    assertThat(eve.get("/").path()).isEqualTo("/login");
    admin.get("/accounts/eve").submit("/accounts/eve/role", "role", "admin");
    admin.get("/accounts/eve").submit("/accounts/eve/password", "password", "another given one");
    assertThat(client("eve", "another given one").path()).isEqualTo("/password");
    admin.get("/accounts").submit("/second-factor-roles", "audit", "yes");
    assertThat(access.accounts().twoFactors()).containsExactly(Role.AUDIT);
    admin.get("/accounts/eve").submit("/accounts/eve/delete");
    assertThat(admin.page()).contains("The account eve is deleted");
    assertThat(admin.get("/accounts/eve").status()).isEqualTo(404);

    admin.get("/audit?user=admin&subject=EVE");
    assertThat(admin.page())
        .contains("account created", "account removed", "password changed")
        .doesNotContain("given", "login refused");
    admin.get("/audit?action=account_removed");
    assertThat(rows(admin)).isEqualTo(1);
    assertThat(rows(admin.get("/audit?action=account_removed&to=2020-01-01T00:00"))).isZero();
    assertThat(rows(admin.get("/audit?action=account_removed&from=2020-01-01T00:00"))).isEqualTo(1);
    assertThat(rows(admin.get("/audit?user=%22%3E%3Cscript%3E"))).isZero();
    assertThat(admin.page()).doesNotContain("<script>");
    assertThat(admin.get("/audit?from=yesterday").status()).isEqualTo(400);
  }

  private static long rows(PageClient page) {
    return page.page().lines().filter(line -> line.startsWith("<tr><td class=\"at\">")).count();
  }

  private static final String ALL = "admin read_only audit";
  private static final Map<String, String> MATRIX = matrix();

  /** Who may see which page. */
  private static Map<String, String> matrix() {
    Map<String, String> matrix = new TreeMap<>();
    for (String page :
        List.of(
            "GET /",
            "GET /documents/{name...}",
            "GET /schemas/{kind}",
            "GET /account",
            "GET /password",
            "POST /password",
            "GET /second-factor",
            "GET /second-factor/picture.svg",
            "POST /second-factor",
            "POST /second-factor/confirm",
            "POST /second-factor/remove",
            "POST /account/tokens",
            "POST /account/tokens/{id}/revoke",
            "GET /history",
            "GET /history/compare",
            "GET /history/{revision}",
            "POST /logout")) {
      matrix.put(page, ALL);
    }
    for (String page :
        List.of(
            "GET /new",
            "POST /new",
            "POST /check",
            "POST /review",
            "GET /draft",
            "GET /draft/edit",
            "POST /draft/commit",
            "POST /draft/over",
            "POST /draft/merge",
            "GET /history/{revision}/rollback",
            "POST /history/{revision}/rollback",
            "GET /accounts",
            "POST /accounts",
            "GET /accounts/{name}",
            "POST /accounts/{name}/role",
            "POST /accounts/{name}/password",
            "POST /accounts/{name}/second-factor/remove",
            "POST /accounts/{name}/delete",
            "POST /accounts/{name}/tokens/{id}/revoke",
            "POST /second-factor-roles")) {
      matrix.put(page, "admin");
    }
    matrix.put("GET /audit", "admin audit");
    return matrix;
  }

  @Test
  void eachRoleSeesThePagesOfItsTableAndNoOthers() throws Exception {
    Map<Role, PageClient> clients = new EnumMap<>(Role.class);
    Map<Role, String> words = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      String name = "the-" + role.spelling();
      access.accounts().create(name, role, "given by somebody", "admin");
      access.accounts().changeOwn(name, "given by somebody", OWN);
      PageClient client = client(name, OWN).get("/account");
      clients.put(role, client);
      words.put(role, client.page().split("name=\"csrf\" value=\"")[1].split("\"")[0]);
    }
    List<String> table =
        pages.table().stream().map(page -> page.method() + " " + page.path()).sorted().toList();
    assertThat(table).containsExactlyElementsOf(MATRIX.keySet().stream().sorted().toList());

    List<String> wrong = new ArrayList<>();
    List<String> lastly = new ArrayList<>(table);
    lastly.remove("POST /logout");
    lastly.add("POST /logout");
    for (String page : lastly) {
      for (Role role : Role.values()) {
        String path = page.split(" ")[1].replaceAll("\\{[a-z.]+}", "x");
        PageClient client = clients.get(role);
        for (String method : List.of("PUT", "DELETE")) {
          if (client.send(path, method).status() != 405) {
            wrong.add(role + " " + method + " " + path + ": " + client.status());
          }
        }
        if (page.startsWith("GET")) {
          client.get(path);
        } else {
          assertThat(client.post(path).status()).as("without its form: " + page).isEqualTo(403);
          client.post(path, "csrf", words.get(role));
        }
        boolean may = List.of(MATRIX.get(page).split(" ")).contains(role.spelling());
        if (may == (client.status() == 403)) {
          wrong.add(role + " " + page + ": " + client.status());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }
}
