package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OthersAccounts;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.oidc.OpenId;
import dev.heimdall.manager.oidc.OpenIdSettings;
import dev.heimdall.manager.oidc.TestProvider;
import dev.heimdall.manager.people.PeopleSubject;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins at a provider, as browsers go through them. */
class ProviderPagesTest {
  private static final String CALLBACK = "/login/provider/callback";
  private static final Map<String, Object> ALICE =
      Map.of("email", "alice@example.com", "groups", List.of("admins"));

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path directory;
  private TestProvider provider;
  private Path secret;
  private Path password;
  private AuditLog audit;
  private Manager manager;

  private record Manager(LogIn logIn, Editor editor, OpenId openId, WebServer server) {
    void close() {
      server.close();
      openId.close();
      logIn.close();
      editor.close();
    }
  }

  /** A browser's cookies are sent by hand: some are not sent where it comes from elsewhere. */
  private record Went(HttpResponse<String> last, String cookie) {
    String location() {
      return last.headers().firstValue("Location").orElse("");
    }
  }

  @BeforeEach
  void open() throws Exception {
    provider = new TestProvider();
    Files.createDirectory(directory.resolve("configuration"));
    secret = own("secret", TestProvider.SECRET);
    password = own("password", "right");
    audit =
        new AuditLog(
            Optional.of(
                DocumentStore.open(new StoreLocation.Directory(directory.resolve("audit")))),
            Clock.systemUTC());
    manager = manager("groups");
  }

  @AfterEach
  void close() {
    manager.close();
    audit.close();
    provider.close();
  }

  private Path own(String name, String text) throws Exception {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private Manager manager(String roles) throws Exception {
    LogIn logIn =
        LogIn.with(
            new PasswordPlace.InFile(password), Optional.empty(), new PasswordHash(10), audit);
    Editor editor =
        new Editor(
            DocumentStore.open(new StoreLocation.Directory(directory.resolve("configuration"))));
    OpenId openId =
        OpenId.open(
            new OpenIdSettings(
                URI.create("https://manager.example"),
                URI.create(provider.issuer()),
                TestProvider.CLIENT,
                Optional.of(new PasswordPlace.InFile(secret)),
                List.of("openid"),
                "email",
                roles,
                Map.of(Role.ADMIN, Set.of("admins"), Role.READ_ONLY, Set.of("readers")),
                "the <company>"),
            Pages.pathsOfProvider());
    DocumentStore own =
        DocumentStore.open(new StoreLocation.Directory(directory.resolve("sessions")));
    return new Manager(
        logIn,
        editor,
        openId,
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Pages(
                editor,
                logIn,
                Optional.of(openId),
                Optional.empty(),
                new SessionBook(Optional.of(own), Clock.systemUTC(), System::nanoTime),
                audit,
                new MaskedText(),
                List.of(
                    new PeopleSubject(
                        new OthersAccounts(Optional.empty(), audit),
                        new OwnTokens(logIn, Optional.empty(), audit),
                        audit)))));
  }

  private Went get(String path, String cookie, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + manager.server().port() + path))
            .header("Accept", "text/html");
    if (!cookie.isEmpty()) {
      request.header("Cookie", cookie);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> last = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Went(
        last, last.headers().firstValue("Set-Cookie").map(set -> set.split(";")[0]).orElse(""));
  }

  private static String query(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&", CALLBACK + "?", ""));
  }

  private Went logIn(Map<String, Object> claims) throws Exception {
    Went begun = get("/login/provider", "");
    Map<String, String> sent = provider.logIn(URI.create(begun.location()), "a1", claims);
    return get(query(sent), begun.cookie());
  }

  private List<String> audited() throws Exception {
    return audit.entries(100).stream()
        .map(entry -> entry.action() + " " + entry.user() + " " + entry.subject())
        .toList();
  }

  @Test
  void fromThePageToASessionAndOutAgain() throws Exception {
    assertThat(get("/login", "").last().body())
        .contains("href=\"/login/provider\"", "Log in with the &lt;company&gt;", "password")
        .contains("Everybody else logs in with the &lt;company&gt;, or with an account");
    Went begun = get("/login/provider", "");
    assertThat(begun.last().statusCode()).isEqualTo(303);
    assertThat(begun.location())
        .startsWith(provider.issuer() + "/authorize?")
        .contains("redirect_uri=https%3A%2F%2Fmanager.example%2Flogin%2Fprovider%2Fcallback");
    assertThat(begun.last().headers().firstValue("Set-Cookie").orElseThrow())
        .contains("heimdall-provider=", "HttpOnly", "SameSite=Lax", "Max-Age=600");

    Map<String, String> sent = provider.logIn(URI.create(begun.location()), "a1", ALICE);
    Went in = get(query(sent), begun.cookie());
    assertThat(in.last().statusCode()).isEqualTo(200);
    assertThat(in.last().headers().firstValue("Refresh")).contains("0; url=/");
    assertThat(in.last().headers().firstValue("Set-Cookie").orElseThrow())
        .contains("heimdall-session=", "HttpOnly", "SameSite=Strict");
    String page = get("/", in.cookie()).last().body();
    assertThat(page).contains("oidc:alice@example.com", "/accounts").doesNotContain("/account\"");
    assertThat(get("/accounts", in.cookie()).last().statusCode()).isEqualTo(200);

    String csrf = page.split("name=\"csrf\" value=\"")[1].split("\"")[0];
    HttpResponse<String> out = logOut(in.cookie(), csrf);
    assertThat(out.body())
        .contains("You are logged out", provider.issuer() + "/logout?", "id_token_hint=ey");
    assertThat(get("/", in.cookie()).location()).isEqualTo("/login");
    assertThat(audited())
        .contains(
            "log_in oidc:alice@example.com provider's subject a1",
            "log_out oidc:alice@example.com ");
    assertThat(audit.entries(100).toString())
        .doesNotContain(sent.get("code"), sent.get("state"), TestProvider.SECRET);
  }

  private HttpResponse<String> logOut(String cookie, String csrf) throws Exception {
    return http.send(
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + manager.server().port() + "/logout"))
            .header("Cookie", cookie)
            .header("Accept", "text/html")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("csrf=" + csrf))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void hisPasswordFactorAndTokensAreNotHere() throws Exception {
    String cookie = logIn(ALICE).cookie();
    for (String path : List.of("/password", "/second-factor", "/account")) {
      HttpResponse<String> page = get(path, cookie).last();
      assertThat(page.statusCode()).as(path).isEqualTo(403);
      assertThat(page.body()).as(path).contains("You log in with a provider");
    }
  }

  @Test
  void whoHasNoRoleSeesAPageThatSaysSo() throws Exception {
    Went refused = logIn(Map.of("email", "<b>bob@example.com"));
    assertThat(refused.last().statusCode()).isEqualTo(403);
    assertThat(refused.last().body())
        .contains("You are not logged in", "oidc:_b_bob@example.com", "no role here");
    assertThat(refused.cookie()).isEqualTo("heimdall-provider=");
    assertThat(audited()).contains("log_in_refused oidc:_b_bob@example.com provider: no role");
  }

  @Test
  void aTokenThatCannotBeTrustedGivesNoSession() throws Exception {
    Map<String, Consumer<JWTClaimsSet.Builder>> flaws =
        Map.of(
            "several audiences, no azp",
            claims -> claims.audience(List.of(TestProvider.CLIENT, "another")),
            "azp of another",
            claims -> claims.claim("azp", "another"),
            "not valid yet",
            claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(300))),
            "no end",
            claims -> claims.expirationTime(null),
            "of the future",
            claims -> claims.issueTime(Date.from(Instant.now().plusSeconds(300))),
            "another issuer",
            claims -> claims.issuer(provider.issuer() + "/"));
    for (Map.Entry<String, Consumer<JWTClaimsSet.Builder>> flaw : flaws.entrySet()) {
      provider.says(flaw.getValue());
      Went refused = logIn(ALICE);
      assertThat(refused.last().statusCode()).as(flaw.getKey()).isEqualTo(403);
      assertThat(refused.last().body()).as(flaw.getKey()).contains("cannot be trusted");
      assertThat(refused.cookie()).as(flaw.getKey()).isEqualTo("heimdall-provider=");
    }
    assertThat(audited()).containsOnly("log_in_refused unknown provider: token");
  }

  @Test
  void anotherBrowserCannotEndALogIn() throws Exception {
    Went begun = get("/login/provider", "");
    Map<String, String> sent = provider.logIn(URI.create(begun.location()), "a1", ALICE);
    assertThat(get(query(sent), "").last().statusCode()).isEqualTo(403);
    assertThat(get(query(sent), "heimdall-provider=s.forged").last().statusCode()).isEqualTo(403);
    // What is sealed for something else is nothing here, and this is nothing there.
    String session = logIn(ALICE).cookie();
    String asProvider = session.replace("heimdall-session", "heimdall-provider");
    assertThat(get(query(sent), asProvider).last().statusCode()).isEqualTo(403);
    String asSession = begun.cookie().replace("heimdall-provider", "heimdall-session");
    assertThat(get("/", asSession).location()).isEqualTo("/login");
    Went other = get("/login/provider", "");
    Went mixed = get(query(sent), other.cookie());
    assertThat(mixed.last().statusCode()).isEqualTo(403);
    assertThat(mixed.cookie()).isEqualTo("heimdall-provider=");
    assertThat(get(query(sent), begun.cookie()).last().statusCode()).as("his own").isEqualTo(200);
  }

  @Test
  void aSessionThatWasThereBeforeEnds() throws Exception {
    Went before = logIn(Map.of("email", "bob@example.com", "groups", "readers"));
    assertThat(get("/", before.cookie()).last().body()).contains("oidc:bob@example.com");
    Went begun = get("/login/provider", before.cookie());
    assertThat(get("/", before.cookie()).last().statusCode()).isEqualTo(200);
    Map<String, String> sent = provider.logIn(URI.create(begun.location()), "a1", ALICE);
    // A browser that is sent back does not show its session.
    assertThat(get(query(sent), begun.cookie()).last().statusCode()).isEqualTo(200);
    assertThat(get("/", before.cookie()).location()).isEqualTo("/login");
  }

  @Test
  void browsersAreSentBackWhereTheSettingsSay() throws Exception {
    String answer;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), manager.server().port())) {
      String asked =
          "GET /login/provider?redirect_uri=https://evil.example HTTP/1.1\r\nHost: localhost\r\n"
              + "X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"
              + "Accept: text/html\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(answer).contains("303").doesNotContain("evil");
    Went in = logIn(ALICE);
    assertThat(in.last().headers().firstValue("Refresh")).contains("0; url=/");
  }

  @Test
  void pagesOfOthersLeadToPagesAndTheCallbackAndNowhereElse() throws Exception {
    Went begun = get("/login/provider", "");
    Map<String, String> sent = provider.logIn(URI.create(begun.location()), "a1", ALICE);
    // Java's client sends no such headers.
    assertThat(fetched(CALLBACK, "navigate", "iframe")).isEqualTo(403);
    assertThat(fetched("/login/provider", "navigate", "document")).isEqualTo(403);
    assertThat(fetched("/", "navigate", "document")).isEqualTo(200);
    assertThat(fetched("/", "navigate", "iframe")).isEqualTo(403);
    assertThat(fetched("/", "no-cors", "image")).isEqualTo(403);
    assertThat(fetched("/api/v1/configuration", "navigate", "document")).isEqualTo(403);
    assertThat(fetched("/login", "cors", "empty")).isEqualTo(403);
    assertThat(fetched("/login", "cors", "document")).isEqualTo(403);
    assertThat(fetched("/login", "navigate", "iframe")).isEqualTo(403);
    assertThat(fetched("/login", "navigate", "document")).isEqualTo(200);
    assertThat(fetched(query(sent), "navigate", "document", "Cookie: " + begun.cookie()))
        .isEqualTo(200);
  }

  private int fetched(String path, String mode, String what, String... more) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), manager.server().port())) {
      StringBuilder asked =
          new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n")
              .append("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: " + mode + "\r\n")
              .append("Sec-Fetch-Dest: " + what + "\r\nConnection: close\r\n");
      for (String header : more) {
        asked.append(header).append("\r\n");
      }
      socket.getOutputStream().write((asked + "\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Integer.parseInt(answer.split(" ")[1]);
    }
  }

  @Test
  void whoTriesCodesIsSlowedDownAndSoIsNobodyElse() throws Exception {
    int last = 0;
    for (int i = 0; i < 400 && last != HttpURLConnection.HTTP_UNAVAILABLE; i++) {
      Went begun = get("/login/provider", "");
      String state = TestProvider.fields(URI.create(begun.location()).getRawQuery()).get("state");
      last =
          get(query(Map.of("state", state, "code", "guess")), begun.cookie()).last().statusCode();
      if (last == 429) {
        assertThat(i)
            .as("many are let pass: all who come from the provider are one")
            .isGreaterThanOrEqualTo(300);
        break;
      }
    }
    assertThat(last).isEqualTo(429);
    assertThat(audited()).contains("log_in_refused unknown provider: code");
  }

  @Test
  void withTheProviderAwayOneLogsInWithAPassword() throws Exception {
    manager.close();
    provider.stop();
    manager = manager("groups"); // one that has never reached it
    for (int i = 0; i < 8; i++) {
      Went away = get("/login/provider", "");
      assertThat(away.last().statusCode()).isEqualTo(503);
      assertThat(away.last().body()).contains("is unavailable", "Log in with a password");
    }
    PageClient admin = new PageClient(manager.server().port()).logIn("admin", "right");
    assertThat(admin.path()).isEqualTo("/");
    assertThat(audited()).noneMatch(entry -> entry.startsWith("log_in_refused"));
  }

  @Test
  void withOtherSettingsHisSessionIsOver() throws Exception {
    String cookie = logIn(ALICE).cookie();
    manager.close();
    manager = manager("groups");
    assertThat(get("/", cookie).last().statusCode()).as("after a restart").isEqualTo(200);
    manager.close();
    manager = manager("others");
    assertThat(get("/", cookie).location()).isEqualTo("/login");
    AuditEntry ended = audit.entries(1).get(0);
    assertThat(ended.action()).isEqualTo("session_ended");
  }
}
