package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.accounts.Role;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages as a browser asks for them, without its scripts. */
class PagesTest {
  private static final String CANARY = "canary-secret";
  private static final String SOURCE =
      "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \""
          + CANARY
          + "\"}";
  private static final String VDB = "{\"ports\": [5050], \"source\": \"main\"}";
  private static final Pattern FIELD = Pattern.compile("name=\"(\\w+)\" value=\"([^\"]*)\"");

  @TempDir private Path directory;
  private SmallManager manager;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withAccounts(directory);
    manager.write("sources/main.json", SOURCE);
    manager.write("vdbs/shop.json", VDB);
    manager.servePages();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** A browser, which keeps cookies and goes where it is sent. */
  private final class Browser {
    private final HttpClient http =
        HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private HttpResponse<String> last;

    private HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create("http://localhost:" + manager.port() + path))
          .header("Accept", "text/html");
    }

    private Browser send(HttpRequest.Builder request) throws Exception {
      last = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return this;
    }

    Browser get(String path) throws Exception {
      return send(request(path).GET());
    }

    /** Sends a form of the page that it is on: its hidden fields, and these. */
    Browser submit(String action, String... fields) throws Exception {
      String form = page().substring(page().indexOf("action=\"" + action + "\""));
      form = form.substring(0, form.indexOf("</form>"));
      Matcher hidden = FIELD.matcher(form);
      StringBuilder body = new StringBuilder();
      while (hidden.find()) {
        if (!List.of("user", "delete").contains(hidden.group(1))) {
          body.append(encoded(hidden.group(1), hidden.group(2))).append('&');
        }
      }
      return post(action, body + fields(fields));
    }

    Browser post(String path, String body) throws Exception {
      return send(
          request(path)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Browser logIn() throws Exception {
      return logIn("admin", "right", "/");
    }

    Browser logIn(String user, String word, String to) throws Exception {
      get("/");
      assertThat(path()).isEqualTo("/login");
      submit("/login", "user", user, "password", word);
      assertThat(path()).isEqualTo(to);
      return this;
    }

    String csrf() throws Exception {
      Matcher field = FIELD.matcher(get("/").page());
      assertThat(field.find()).isTrue();
      return field.group(2);
    }

    String page() {
      return last.body();
    }

    String path() {
      return last.uri().getPath();
    }

    int status() {
      return last.statusCode();
    }

    /** What the editor shows. */
    String text() {
      Matcher text = Pattern.compile("(?s)<textarea[^>]*>\n?(.*?)</textarea>").matcher(page());
      assertThat(text.find()).as(page()).isTrue();
      return text.group(1).replace("&#34;", "\"").replace("&lt;", "<").replace("&amp;", "&");
    }
  }

  private static String encoded(String name, String value) {
    return name + '=' + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static String fields(String... fields) {
    return java.util.stream.IntStream.range(0, fields.length / 2)
        .mapToObj(i -> encoded(fields[2 * i], fields[2 * i + 1]))
        .collect(Collectors.joining("&"));
  }

  @Test
  void whoHasAPasswordOfSomebodyElseChangesItBeforeHeSeesAnything() throws Exception {
    manager.access().accounts().create("alice", Role.ADMIN, "given by somebody", "admin");
    Browser alice = new Browser().logIn("alice", "given by somebody", "/password");
    assertThat(alice.get("/documents/vdbs/shop.json").path()).isEqualTo("/password");
    assertThat(alice.page()).doesNotContain("5050");

    alice.submit(
        "/password", "current", "no", "password", "her own password", "again", "her own password");
    assertThat(alice.page()).contains("The current password is wrong");
    String word = "given by somebody";
    alice.submit("/password", "current", word, "password", "her own password", "again", "other");
    assertThat(alice.page()).contains("not typed the same way twice");
    alice.submit("/password", "current", word, "password", word, "again", word);
    assertThat(alice.page()).contains("The new password is the old one");
    alice.submit(
        "/password", "current", word, "password", "her own password", "again", "her own password");

    assertThat(alice.path()).isEqualTo("/login");
    assertThat(new Browser().logIn("alice", "her own password", "/").page())
        .contains("shop", "New…");
  }

  @Test
  void aRoleThatOnlyLooksSeesNoSecretsAndChangesNothing() throws Exception {
    manager.account("bob", Role.READ_ONLY, "his own password");
    Browser bob = new Browser().logIn("bob", "his own password", "/");
    assertThat(bob.page()).contains("shop").doesNotContain("New…");
    bob.get("/documents/sources/main.json");
    assertThat(bob.page()).contains("readonly").doesNotContain(CANARY, "/review");
    Browser admin = new Browser().logIn();
    admin.get("/documents/vdbs/shop.json");

    for (String path : List.of("/review", "/check", "/new", "/draft/commit", "/draft/over")) {
      // A form that an admin was shown, sent by somebody else's session.
      bob.post(
          path,
          fields("csrf", bob.csrf(), "document", "vdbs/shop.json", "version", "", "text", "{}"));
      assertThat(bob.last.statusCode()).as(path).isEqualTo(403);
    }
    for (String path : List.of("/new", "/draft", "/draft/edit")) {
      assertThat(bob.get(path).last.statusCode()).as(path).isEqualTo(403);
    }
    assertThat(manager.written("vdbs/shop.json")).isEqualTo(VDB);
  }

  @Test
  void aSessionFollowsItsAccount() throws Exception {
    manager.account("carol", Role.ADMIN, "her own password");
    Browser carol = new Browser().logIn("carol", "her own password", "/");
    assertThat(carol.get("/new").last.statusCode()).isEqualTo(200);

    manager.access().accounts().change("carol", Role.AUDIT, false, "admin");
    assertThat(carol.get("/new").last.statusCode()).isEqualTo(403);
    manager.access().accounts().change("carol", Role.AUDIT, true, "admin");
    assertThat(carol.get("/").path()).isEqualTo("/login");
  }

  @Test
  void whoHasNotLoggedInSeesTheFormAndNothingElse() throws Exception {
    Browser browser = new Browser();
    for (String path : List.of("/", "/documents/sources/main.json", "/draft", "/new", "/x")) {
      assertThat(browser.get(path).path()).isEqualTo("/login");
      assertThat(browser.page()).contains("The first time").doesNotContain("main.json");
    }
    assertThat(browser.post("/review", "document=a").path()).isEqualTo("/login");
    HttpResponse<String> part =
        browser.http.send(
            browser.request("/check").header("HX-Request", "true").GET().build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(part.statusCode()).isEqualTo(401);
    assertThat(part.headers().firstValue("HX-Redirect")).contains("/login");
  }

  @Test
  void whoFollowsALinkOfSomebodyElseIsLedOnWithinTheManager() throws Exception {
    HttpResponse<String> led = led("/documents/vdbs/shop.json?a=%2F&b");
    assertThat(led.statusCode()).isEqualTo(200);
    assertThat(led.headers().firstValue("Refresh"))
        .contains("0; url=/documents/vdbs/shop.json?a=%2F&b");
    assertThat(led.headers().firstValue("Set-Cookie")).as("a session stays").isEmpty();
    assertThat(led.body()).contains("href=\"/documents/vdbs/shop.json?a=%2F&amp;b\"");
    for (String path : List.of("//evil.example/", "/%2Fevil.example/", "/%5Cevil.example", "/x")) {
      HttpResponse<String> refused = led(path);
      assertThat(refused.statusCode()).as(path).isIn(400, 403);
      assertThat(refused.headers().firstValue("Refresh")).as(path).isEmpty();
    }
  }

  /** A link to this path on a page of somebody else is followed; no cookie is sent. */
  private HttpResponse<String> led(String path) throws Exception {
    return new Browser()
        .send(
            new Browser()
                .request(path)
                .header("Sec-Fetch-Site", "cross-site")
                .header("Sec-Fetch-Mode", "navigate")
                .header("Sec-Fetch-Dest", "document")
                .GET())
        .last;
  }

  /** Without TLS browsers do not say that a link was somebody else's, and keep the cookie back. */
  @Test
  void whoComesWithoutACookieLosesNoSession() throws Exception {
    HttpResponse<String> sent =
        HttpClient.newHttpClient()
            .send(
                new Browser().request("/").header("Accept", "text/html").GET().build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(sent.headers().firstValue("Location")).contains("/login");
    assertThat(sent.headers().firstValue("Set-Cookie")).isEmpty();
  }

  @Test
  void aLogInNeedsThePasswordAndItsOwnForm() throws Exception {
    Browser browser = new Browser();
    browser.get("/login").submit("/login", "user", "admin", "password", "wrong");
    assertThat(browser.status()).isEqualTo(401);
    assertThat(browser.page()).contains("User or password is wrong.").doesNotContain("wrong\"");

    Browser stranger = new Browser();
    stranger.post("/login", "csrf=x&user=admin&password=right");
    assertThat(stranger.status()).isEqualTo(403);
    assertThat(stranger.get("/").path()).isEqualTo("/login");

    browser.submit("/login", "user", "admin", "password", "right");
    assertThat(browser.path()).isEqualTo("/");
  }

  @Test
  void aSessionEndsWithItsLogOutAndWithItsPassword() throws Exception {
    Browser one = new Browser().logIn();
    one.submit("/logout");
    assertThat(one.path()).isEqualTo("/login");
    assertThat(one.get("/").path()).isEqualTo("/login");

    Browser two = new Browser().logIn();
    Files.writeString(manager.password(), "another");
    // Somebody shows the new one: it is read, and sessions of the old one end.
    long deadline = System.nanoTime() + 30_000_000_000L;
    do {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Browser other = new Browser();
      other.get("/login").submit("/login", "user", "admin", "password", "another");
      Thread.sleep(200);
    } while (!two.get("/").path().equals("/login"));
  }

  @Test
  void theOverviewHasWhatIsThereAndNoSecrets() throws Exception {
    manager.write("users/alice.json", "{\"password\": \"" + CANARY + "\"}");
    manager.write("rules/first.json", "{\"comment\": \"<b>&\", \"rules\": []}");
    manager.write(
        "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\", \"rules\": [\"first\"]}");
    Browser browser = new Browser().logIn();
    assertThat(browser.page())
        .contains(
            "shop",
            "5050",
            "db.example",
            "alice",
            "kept here",
            "Valid: nodes accept this configuration.")
        .contains("&lt;b&gt;&amp;")
        .doesNotContain("<b>&", CANARY);

    manager.write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"nain\"}");
    assertThat(browser.get("/").page()).contains("nain", "nodes would reject this", "shop");
  }

  @Test
  void ofManyProblemsTheFirstTwentyAreShownAtOnce() throws Exception {
    String rules = "{\"action\": \"nothing\"}, ".repeat(24) + "{\"action\": \"nothing\"}";
    manager.write(
        "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\", \"rules\": [\"first\"]}");
    manager.write("rules/first.json", "{\"rules\": [" + rules + "]}");
    String page = new Browser().logIn().page();
    int folded = page.indexOf("<details><summary>");
    assertThat(folded).isPositive();
    assertThat(page.substring(0, folded).split("<li>")).hasSize(1 + 20);
    assertThat(page.substring(folded)).contains("$.rules[24]");
  }

  @Test
  void aPageThatIsNotThereIsCalledSo() throws Exception {
    Browser browser = new Browser().logIn().get("/nowhere");
    assertThat(browser.status()).isEqualTo(404);
    assertThat(browser.page()).contains("<h1>Page not found</h1>");
  }

  @Test
  void aDocumentIsEditedLookedOverAndCommittedWithItsSecretKept() throws Exception {
    Browser browser = new Browser().logIn();
    browser.get("/documents/sources/main.json");
    String shown = browser.text();
    assertThat(browser.page()).doesNotContain(CANARY);
    assertThat(shown).contains("••••••••", "db.example");

    browser.submit("/review", "text", shown.replace("db.example", "db2.example"));
    assertThat(browser.path()).isEqualTo("/draft");
    assertThat(browser.page()).contains("Commit", "db2.example").doesNotContain(CANARY);
    assertThat(manager.written("sources/main.json")).isEqualTo(SOURCE);

    browser.submit("/draft/commit", "comment", "moved");
    assertThat(browser.page()).contains("is written.").doesNotContain(CANARY);
    assertThat(manager.written("sources/main.json")).isEqualTo(SOURCE.replace("db.", "db2."));
    assertThat(browser.get("/draft").status()).isEqualTo(404);
  }

  @Test
  void aNewSecretIsTakenAndNeverSentBack() throws Exception {
    Browser browser = new Browser().logIn();
    browser.get("/documents/sources/main.json");
    String typed = browser.text().replaceFirst("\"•+ \\w+\"", "\"other-canary\"");
    browser.submit("/review", "text", typed);
    assertThat(browser.page()).contains("Commit").doesNotContain("canary");
    browser.get("/draft/edit");
    assertThat(browser.page()).doesNotContain("canary");
    // From there on, too.
    browser.submit("/review", "text", browser.text().replace("db.", "db3."));
    browser.submit("/draft/commit", "comment", "");
    assertThat(manager.written("sources/main.json"))
        .isEqualTo(SOURCE.replace("db.", "db3.").replace(CANARY, "other-canary"));
  }

  @Test
  void aMaskThatStandsForNothingIsNotWritten() throws Exception {
    Browser browser = new Browser().logIn();
    browser.get("/documents/sources/main.json");
    for (String mask :
        List.of("•••••••• 000000000000", "\\u2022\\u2022\\u2022", " •••• 0123", "***")) {
      browser.submit("/review", "text", "{\"password\": \"" + mask + "\"}");
      assertThat(browser.status()).as(mask).isEqualTo(400);
      assertThat(browser.page()).contains("Type the value itself.", "$.password");
      browser.get("/documents/sources/main.json");
    }
  }

  @Test
  void whatIsWrongIsSaidWhileItIsTypedAndCannotBeCommitted() throws Exception {
    Browser browser = new Browser().logIn();
    browser.get("/documents/vdbs/shop.json");
    String csrf = csrf(browser);
    String wrong = VDB.replace("main", "nain");
    String fields = fields("csrf", csrf, "document", "vdbs/shop.json", "text", wrong);
    assertThat(browser.post("/check", fields).page())
        .contains("nain", "nodes would reject this")
        .doesNotContain("<html");
    assertThat(browser.post("/check", fields.replace("nain", "main")).page()).contains("Valid");
    assertThat(browser.post("/check", fields.replace("%7B", "")).page()).contains("reject this");

    browser.get("/documents/vdbs/shop.json").submit("/review", "text", wrong);
    assertThat(browser.page()).contains("nain").doesNotContain("/draft/commit");
    String id = "x";
    assertThat(browser.post("/draft/commit", fields("csrf", csrf, "draft", id)).status())
        .isEqualTo(409);
    assertThat(manager.written("vdbs/shop.json")).isEqualTo(VDB);
  }

  @Test
  void whoWasSlowerSeesBothAndLosesNothing() throws Exception {
    Browser slow = new Browser().logIn();
    slow.get("/documents/vdbs/shop.json");
    slow.submit("/review", "text", VDB.replace("5050", "5051"));

    Browser fast = new Browser().logIn();
    fast.get("/documents/vdbs/shop.json");
    fast.submit("/review", "text", VDB.replace("5050", "5052")).submit("/draft/commit");
    assertThat(manager.written("vdbs/shop.json")).contains("5052");

    slow.submit("/draft/commit");
    assertThat(slow.status()).isEqualTo(409);
    assertThat(slow.page()).contains("Someone else has changed this document", "5051", "5052");
    assertThat(manager.written("vdbs/shop.json")).contains("5052");

    slow.submit("/draft/over");
    assertThat(slow.path()).isEqualTo("/draft");
    slow.submit("/draft/commit");
    assertThat(manager.written("vdbs/shop.json")).contains("5051");
  }

  @Test
  void fieldsThatOnlyOneHasChangedGoTogether() throws Exception {
    Browser slow = new Browser().logIn();
    slow.get("/documents/vdbs/shop.json");
    slow.submit("/review", "text", VDB.replace("5050", "5051"));

    Browser fast = new Browser().logIn();
    fast.get("/documents/vdbs/shop.json");
    fast.submit("/review", "text", VDB.replaceFirst("\\{", "{\"pool\": {\"size\": 7}, "));
    fast.submit("/draft/commit");

    slow.submit("/draft/commit");
    assertThat(slow.status()).isEqualTo(409);
    assertThat(slow.page())
        .contains(">pool<", ">ports<", "both changes go together", "Merge both changes")
        .doesNotContain("type=\"radio\"");
    slow.submit("/draft/merge");
    assertThat(slow.path()).isEqualTo("/draft");
    slow.submit("/draft/commit");
    assertThat(manager.written("vdbs/shop.json")).contains("5051", "\"size\" : 7");
  }

  @Test
  void whereBothHaveChangedAFieldTheOtherOnesCountsUnlessItIsChosen() throws Exception {
    List<String> choices = List.of("theirs", "mine", "");
    for (int i = 0; i < choices.size(); i++) {
      Browser slow = new Browser().logIn();
      slow.get("/documents/vdbs/shop.json");
      slow.submit("/review", "text", VDB.replace("5050", "506" + i));
      Browser fast = new Browser().logIn();
      fast.get("/documents/vdbs/shop.json");
      fast.submit("/review", "text", VDB.replace("5050", "507" + i)).submit("/draft/commit");

      slow.submit("/draft/commit");
      assertThat(slow.page()).contains("both changed it", "choose whose counts");
      String choice = choices.get(i);
      if (choice.isEmpty()) {
        slow.submit("/draft/merge");
      } else {
        slow.submit("/draft/merge", "$.ports", choice);
      }
      slow.submit("/draft/commit");
      assertThat(manager.written("vdbs/shop.json"))
          .as(choice)
          .contains((choice.equals("mine") ? "506" : "507") + i);
    }
  }

  @Test
  void aMergeOverWhatHasChangedOnceMoreIsShownAgain() throws Exception {
    Browser slow = new Browser().logIn();
    slow.get("/documents/vdbs/shop.json");
    slow.submit("/review", "text", VDB.replace("5050", "5051"));
    Browser fast = new Browser().logIn();
    fast.get("/documents/vdbs/shop.json");
    fast.submit("/review", "text", VDB.replace("5050", "5052")).submit("/draft/commit");
    slow.submit("/draft/commit");
    fast.get("/documents/vdbs/shop.json");
    fast.submit("/review", "text", VDB.replace("5050", "5053")).submit("/draft/commit");

    slow.submit("/draft/merge", "$.ports", "mine");
    assertThat(slow.status()).isEqualTo(409);
    assertThat(slow.page()).contains("5053");
    assertThat(manager.written("vdbs/shop.json")).contains("5053");
  }

  @Test
  void documentsAreMadeAndDeleted() throws Exception {
    Browser browser = new Browser().logIn();
    browser.get("/new").submit("/new", "folder", "users", "name", "al/ice");
    assertThat(browser.status()).isEqualTo(400);
    browser.get("/new").submit("/new", "folder", "users", "name", "alice");
    assertThat(browser.path()).isEqualTo("/forms/users/alice.json");
    browser.get("/documents/users/alice.json");
    browser.submit("/review", "text", "{\"password\": \"canary-new\"}");
    assertThat(browser.page()).contains("Create").doesNotContain("canary-new");
    browser.submit("/draft/commit");
    assertThat(manager.written("users/alice.json")).contains("canary-new");

    browser.get("/documents/users/alice.json");
    String version = browser.page().replaceAll("(?s).*name=\"version\" value=\"(\\w+)\".*", "$1");
    browser.post(
        "/review",
        fields(
            "csrf",
            csrf(browser),
            "document",
            "users/alice.json",
            "version",
            version,
            "delete",
            "yes"));
    assertThat(browser.page()).contains("Delete <code>users/alice.json");
    browser.submit("/draft/commit");
    assertThat(manager.configuration().resolve("users/alice.json")).doesNotExist();
  }

  private static String csrf(Browser browser) {
    return browser.page().replaceAll("(?s).*name=\"csrf\" value=\"([^\"]+)\".*", "$1");
  }

  @Test
  void aFormOfAnotherSessionDoesNothing() throws Exception {
    Browser browser = new Browser().logIn();
    String foreign = csrf(new Browser().logIn());
    for (String path :
        List.of("/review", "/check", "/draft/commit", "/draft/over", "/logout", "/new")) {
      for (String csrf : List.of("", foreign)) {
        browser.post(path, fields("csrf", csrf, "folder", "users", "name", "a"));
        assertThat(browser.status()).as(path).isEqualTo(403);
      }
    }
    assertThat(browser.get("/").path()).isEqualTo("/");
  }

  @Test
  void documentsThatAreNoJsonAreNotShown() throws Exception {
    manager.write("tls/key.pem", CANARY);
    manager.write("users/broken.json", "{\"password\": \"" + CANARY);
    Browser browser = new Browser().logIn();
    for (String name : List.of("tls/key.pem", "users/broken.json")) {
      browser.get("/documents/" + name);
      assertThat(browser.status()).isEqualTo(200);
      assertThat(browser.page()).contains(name).doesNotContain(CANARY, "<textarea");
    }
  }

  @Test
  void pagesRunNoScriptsButTheirOwnAndAreInNobodysFrame() throws Exception {
    Browser browser = new Browser().logIn();
    for (String path : List.of("/login", "/", "/documents/vdbs/shop.json", "/new", "/x")) {
      HttpResponse<String> page = browser.get(path).last;
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(page.headers().firstValue("Referrer-Policy")).contains("same-origin");
      assertThat(page.headers().firstValue("Cross-Origin-Opener-Policy")).contains("same-origin");
      assertThat(page.body())
          .doesNotContain("style=\"", "<style", "onclick", "hx-on", "javascript:")
          .doesNotContainPattern("<script[^>]*>[^<]")
          .doesNotContainPattern("\\shx-[a-z]"); // HTML knows no such attributes; data-hx- it does
      Matcher assets = Pattern.compile("(?:href|src)=\"(/assets/[^\"]+)\"").matcher(page.body());
      while (assets.find()) {
        HttpResponse<String> asset = browser.get(assets.group(1)).last;
        assertThat(asset.statusCode()).isEqualTo(200);
        assertThat(asset.headers().firstValue("Cache-Control").orElseThrow()).contains("immutable");
      }
    }
    assertThat(browser.get("/assets/../x").status()).isIn(400, 404);
  }

  @Test
  void cookiesAreForThisServerAndForNoScript() throws Exception {
    Browser browser = new Browser();
    browser.get("/login");
    List<String> cookies = browser.last.headers().allValues("Set-Cookie");
    assertThat(cookies)
        .isNotEmpty()
        .allSatisfy(
            cookie ->
                assertThat(Arrays.asList(cookie.split("; ")))
                    .contains("HttpOnly", "SameSite=Strict", "Path=/"));
  }
}
