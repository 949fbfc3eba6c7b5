package dev.heimdall.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.store.OwnStore;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every page and every operation that a running manager has, by its own tables, asked for by
 * everybody: a new one is tested by being there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("ci")
class EveryRouteTest {
  private static final String CANARY = "canary";
  private static final String ADMIN = "canary-of-admin";
  private static final String GIVEN = "canary given by somebody";
  private static final String OWN = "canary chosen by himself";

  /** What a node says of itself, with markup wherever it has words. */
  private static final String REPORT =
      """
      {"run": "X", "number": 1, "version": "X", "started": "2026-01-01T00:00:00Z",
       "everyMillis": 60000,
       "sections": {
        "state": {
         "ready": false, "reasons": ["X"], "detail": "X",
         "configuration": {"hash": "X", "refused": "X", "problems": ["X"], "error": "X"},
         "vdbs": [{"name": "X", "reachable": false, "detail": "X",
          "pools": [{"database": "X", "user": "X", "server": "X", "serversActive": 1}]}],
         "clusters": [{"source": "X", "consistency": "X",
          "nodes": [
           {"address": "X", "name": "X", "role": "writer", "state": "X", "zone": "X", "why": "X"},
           {"address": "X:1", "name": "X", "role": "X", "state": "up", "zone": "X", "lagMillis": 9}],
          "events": [{"at": "X", "kind": "X", "alarming": true, "server": "X", "cause": "X"}]}]},
        "figures": {"started": 1, "upMillis": 9000, "cpuMicros": 9,
         "vdbs": {"X": {"queries": 100, "queryMicros": 100, "times": [10, 100]}}},
        "patterns": {
         "vdbs": [{"name": "X", "calls": 9, "micros": 9}],
         "patterns": [{"vdb": "X", "text": "SELECT X", "since": %1$d, "last": %1$d, "calls": 9,
          "micros": 9, "mostMicros": 9, "uncached": [{"reason": "X", "words": "X", "count": 9}],
          "onWriter": [{"reason": "X", "words": "X", "count": 9}],
          "rules": [{"list": "X", "number": 1, "action": "X"}], "reads": ["X"], "writes": ["X"],
          "plan": {"taken": "X", "format": "X", "text": "X"}}]},
        "events": {"events": [{"at": "X", "kind": "X", "about": "X", "words": "X"}]}}}
      """;

  /** Breaks out of text, of an attribute in either quotes, and of a script. */
  private static final String MARKUP = "\"'></script><b id=xss>";

  private static final String MARKUP_ENCODED =
      URLEncoder.encode(MARKUP.replace("/", ""), StandardCharsets.UTF_8);

  private static final Pattern NAME = Pattern.compile(" name=\"([^\"]+)\"");
  private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
  private static final Pattern VARIABLE = Pattern.compile("\\{\\w+(\\.\\.\\.)?}");

  /** What stands in the place of variable segments: what is there, what is not, what is hostile. */
  private static final List<String> PARTS =
      List.of(
          "main",
          "1",
          "reader",
          "sources/main.json",
          "no-such",
          "-1",
          "99999999999999999999",
          MARKUP_ENCODED,
          "%E2%80%AE%00x",
          "x%0D%0ASet-Cookie:%20xss=1");

  private Path directory;
  private ControlPlane manager;
  private final Map<String, Caller> callers = new LinkedHashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * Somebody.
   *
   * @param role empty: nobody
   * @param due whether he has to change his password first
   */
  private record Caller(
      String name, Optional<Role> role, boolean due, String basic, String cookie, String csrf) {
    boolean may(Permission permission) {
      return role.isPresent()
          && (due ? permission == Permission.OWN_ACCOUNT : role.get().may(permission));
    }
  }

  @BeforeAll
  void start(@TempDir Path made) throws Exception {
    directory = made;
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db.example\", \"password\": \"canary-1\"}");
    write("vdbs/main.json", "{\"ports\": [5050], \"source\": \"main\", \"rules\": [\"main\"]}");
    write("users/main.json", "{\"password\": \"canary-2\"}");
    write("rules/main.json", "{\"rules\": [{\"match\": \"a\", \"action\": \"drop\"}]}");
    try (OwnStore store = OwnStore.open(LoneManager.own(directory))) {
      // A hash of few rounds is one as well, and costs nothing.
      Access access =
          Access.of(
              store.access(), new PasswordHash(10), true, Clock.systemUTC(), System::nanoTime);
      access.accounts().create("reader", Role.READ_ONLY, GIVEN, "admin");
      access.accounts().changeOwn("reader", GIVEN, OWN);
      access.accounts().create("auditor", Role.AUDIT, GIVEN, "admin");
      access.accounts().changeOwn("auditor", GIVEN, OWN);
      access.accounts().create("newcomer", Role.ADMIN, GIVEN, "admin");
    }
    manager = LoneManager.start(directory, ADMIN, RegionFacts.unknown());
    report();
    callers.put("nobody", new Caller("nobody", Optional.empty(), false, "", "", ""));
    logIn("admin", Role.ADMIN, false, ADMIN);
    logIn("reader", Role.READ_ONLY, false, OWN);
    logIn("auditor", Role.AUDIT, false, OWN);
    logIn("newcomer", Role.ADMIN, true, GIVEN);
  }

  @Test
  void everyPartOfTheApiSaysWhatItIsAbout() throws Exception {
    HttpResponse<String> described =
        http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + manager.port() + "/api/v1/openapi.json"))
                .header("Authorization", callers.get("admin").basic())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    JsonNode tags = Answer.JSON.readTree(described.body()).path("tags");
    assertThat(tags).hasSizeGreaterThan(20);
    assertThat(tags).allSatisfy(tag -> assertThat(tag.path("description").asText()).isNotEmpty());
  }

  @AfterAll
  void stop() {
    manager.close();
  }

  /** A node called main is heard of, which somebody else has got hold of. */
  private void report() throws Exception {
    String escaped = MARKUP.replace("\\", "\\\\").replace("\"", "\\\"");
    byte[] body =
        REPORT
            .formatted(System.currentTimeMillis())
            .replace("X", escaped)
            .getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> answer =
        http.send(
            LoneManager.report(manager.port(), "main", System.currentTimeMillis(), body).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private void write(String name, String text) throws IOException {
    Path file = LoneManager.configuration(directory).resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void logIn(String user, Role role, boolean due, String password) throws Exception {
    HttpResponse<String> form = page("GET", "/login", "", Map.of());
    String word = found(CSRF, form.body());
    HttpResponse<String> in =
        page(
            "POST",
            "/login",
            LoneManager.cookie(form, "heimdall-form"),
            Map.of("csrf", word, "user", user, "password", password));
    assertThat(in.statusCode()).as(user).isEqualTo(303);
    String session = LoneManager.cookie(in, "heimdall-session");
    String csrf = found(CSRF, page("GET", "/password", session, Map.of()).body());
    String basic = RestClient.basic(user, password);
    callers.put(user, new Caller(user, Optional.of(role), due, basic, session, csrf));
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + manager.port() + path));
  }

  private HttpResponse<String> page(
      String method, String path, String cookie, Map<String, String> form) throws Exception {
    HttpRequest.Builder request = request(path).header("Accept", "text/html");
    if (!cookie.isEmpty()) {
      request.header("Cookie", cookie);
    }
    if (method.equals("GET")) {
      return http.send(request.GET().build(), HttpResponse.BodyHandlers.ofString());
    }
    request.header("Content-Type", "application/x-www-form-urlencoded");
    return http.send(
        request.method(method, HttpRequest.BodyPublishers.ofString(query(form))).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String query(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8)
                    + "="
                    + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private HttpResponse<String> operation(String method, String path, String basic, String body)
      throws Exception {
    HttpRequest.Builder request = request(path);
    if (!basic.isEmpty()) {
      request.header("Authorization", basic);
    }
    if (!body.isEmpty()) {
      request.header(
          "Content-Type",
          method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
    }
    return http.send(
        request.method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** A route with this in the place of each variable segment. */
  private static String path(String route, String part) {
    return VARIABLE.matcher(route).replaceAll(Matcher.quoteReplacement(part));
  }

  private static List<String> paths(String route) {
    return VARIABLE.matcher(route).find()
        ? PARTS.stream().map(part -> path(route, part)).toList()
        : List.of(route);
  }

  private List<Page> pages(String method) {
    return manager.pages().stream().filter(page -> page.method().equals(method)).toList();
  }

  /** All that is kept, but for who did what, when sessions ended, and what is wrong. */
  private Map<Path, String> kept() throws IOException {
    Map<Path, String> all = new TreeMap<>();
    for (String part : List.of("configuration", "own")) {
      try (Stream<Path> files = Files.walk(directory.resolve(part))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (!file.toString().contains("audit")
              && !file.endsWith("sessions.json")
              && !file.toString().contains("firing")) { // alerts write it by themselves
            all.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
          }
        }
      }
    }
    return all;
  }

  /** What is wrong with any answer. */
  private static List<String> faults(String what, HttpResponse<String> answer) {
    List<String> faults = new ArrayList<>();
    if (answer.statusCode() >= 500) {
      faults.add(what + ": " + answer.statusCode());
    }
    if (answer.body().contains(CANARY)) {
      faults.add(what + ": a secret");
    }
    // Nobody takes JSON for a page: its type says what it is, and nosniff that this is so.
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (answer.body().contains("<b id=xss") && !type.equals("application/json")) {
      faults.add(what + ": somebody else's markup");
    }
    if (answer.headers().allValues("Set-Cookie").stream().anyMatch(set -> set.startsWith("xss"))) {
      faults.add(what + ": somebody else's cookie");
    }
    Map<String, List<String>> headers = answer.headers().map();
    expect(faults, what, headers, "x-content-type-options", "nosniff");
    expect(faults, what, headers, "cache-control", "no-store");
    if (!answer.body().isEmpty() && !headers.containsKey("content-type")) {
      faults.add(what + ": no type");
    }
    String policy = String.join("; ", headers.getOrDefault("content-security-policy", List.of()));
    if (!policy.contains("default-src 'none'")
        || !policy.contains("frame-ancestors 'none'")
        || !policy.contains("base-uri 'none'")
        || !policy.contains("form-action '")
        || policy.contains("unsafe")) {
      faults.add(what + ": the policy " + policy);
    }
    boolean page = answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html");
    if (page) {
      expect(faults, what, headers, "referrer-policy", "same-origin");
      expect(faults, what, headers, "x-frame-options", "DENY");
    } else if (!headers.containsKey("referrer-policy")) {
      faults.add(what + ": no Referrer-Policy");
    }
    for (String set : answer.headers().allValues("Set-Cookie")) {
      if (!set.contains("; HttpOnly") || !set.contains("; SameSite=Strict")) {
        faults.add(what + ": " + set.split("=")[0]);
      }
    }
    return faults;
  }

  private static List<String> faultsOfPage(String what, HttpResponse<String> answer) {
    List<String> faults = faults(what, answer);
    if (answer.statusCode() / 100 == 3) {
      String to = answer.headers().firstValue("Location").orElse("");
      if (!to.startsWith("/") || to.startsWith("//") || to.contains("\\")) {
        faults.add(what + ": leads to " + to);
      }
    }
    return faults;
  }

  private static void expect(
      List<String> faults,
      String what,
      Map<String, List<String>> headers,
      String name,
      String value) {
    if (!headers.getOrDefault(name, List.of()).equals(List.of(value))) {
      faults.add("%s: %s is %s".formatted(what, name, headers.get(name)));
    }
  }

  @Test
  void everyOperationSaysWhatItAnswersAndEveryListHasPages() {
    assertThat(manager.operations()).hasSizeGreaterThan(60);
    for (Operation operation : manager.operations()) {
      assertThat(operation.words().outcomes())
          .as("%s %s", operation.method(), operation.path())
          .isNotEmpty();
      boolean pages =
          operation.words().query().stream().anyMatch(query -> query.name().equals("after"));
      boolean list =
          operation
                  .words()
                  .summary()
                  .matches("(Lists|The nodes|The servers|The last|Statements by).*")
              && !operation.path().endsWith("second-factor-roles");
      assertThat(pages).as("%s %s", operation.method(), operation.path()).isEqualTo(list);
    }
  }

  @Test
  @Order(1)
  void pagesAreSeenByThoseWhoMay() throws Exception {
    List<String> faults = new ArrayList<>();
    for (Page page : pages("GET")) {
      for (Caller caller : callers.values()) {
        String path = path(page.path(), "main");
        String what = caller.name() + " GET " + path;
        HttpResponse<String> answer = page("GET", path, caller.cookie(), Map.of());
        faults.addAll(faultsOfPage(what, answer));
        String to = answer.headers().firstValue("Location").orElse("");
        int status = answer.statusCode();
        boolean right =
            caller.may(page.permission())
                ? status != 401 && status != 403 && !to.startsWith("/login")
                : caller.role().isEmpty()
                    ? status == 303 && to.equals("/login")
                    : caller.due() ? status == 303 && to.equals("/password") : status == 403;
        if (!right) {
          faults.add(what + ": " + status + " " + to);
        }
      }
    }
    assertThat(faults).isEmpty();
  }

  @Test
  @Order(2)
  void formsNeedTheWordOfTheirSessionAndThePermission() throws Exception {
    List<String> faults = new ArrayList<>();
    Map<Path, String> before = kept();
    String foreign = callers.get("auditor").csrf();
    for (Page page : pages("POST")) {
      for (Caller caller : callers.values()) {
        String path = path(page.path(), "main");
        String other = caller.name().equals("auditor") ? callers.get("reader").csrf() : foreign;
        List<Map<String, String>> forms = new ArrayList<>();
        forms.add(Map.of());
        forms.add(Map.of("csrf", ""));
        forms.add(Map.of("csrf", other));
        if (!caller.may(page.permission())) {
          forms.add(Map.of("csrf", caller.csrf()));
        }
        for (Map<String, String> form : forms) {
          String what = caller.name() + " POST " + path + " " + form.keySet();
          HttpResponse<String> answer = page("POST", path, caller.cookie(), form);
          faults.addAll(faultsOfPage(what, answer));
          String to = answer.headers().firstValue("Location").orElse("");
          int status = answer.statusCode();
          boolean mine = caller.csrf().equals(form.get("csrf"));
          boolean right =
              caller.role().isEmpty()
                  ? status == 401 || status == 413 || status == 303 && to.equals("/login")
                  : mine && caller.due() ? status == 303 && to.equals("/password") : status == 403;
          if (!right) {
            faults.add(what + ": " + status + " " + to);
          }
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(kept()).isEqualTo(before);
    HttpResponse<String> still = page("GET", "/", callers.get("admin").cookie(), Map.of());
    assertThat(still.statusCode()).as("nobody was logged out").isEqualTo(200);
  }

  @Test
  @Order(3)
  void operationsAreForThoseWhoMayAndAreDescribed() throws Exception {
    List<String> faults = new ArrayList<>();
    // The first secret that is shown makes the key of masks.
    operation("GET", "/api/v1/sources/main", callers.get("admin").basic(), "");
    Map<Path, String> before = kept();
    for (Operation operation : manager.operations()) {
      if (operation.words().summary().isBlank()) {
        faults.add("nothing is said of " + operation.method() + " " + operation.path());
      }
      for (Caller caller : callers.values()) {
        // An empty body: who may is told that it is wrong; nothing is to change.
        String path = path(operation.path(), "no-such");
        String what = caller.name() + " " + operation.method() + " " + path;
        HttpResponse<String> answer =
            operation(
                operation.method(), path, caller.basic(), operation.largestBody() > 0 ? "x" : "");
        faults.addAll(faults(what, answer));
        int status = answer.statusCode();
        boolean right =
            caller.may(operation.permission())
                ? status != 401 && status != 403
                : caller.role().isEmpty() ? status == 401 : status == 403;
        if (!right) {
          faults.add(what + ": " + status + " " + answer.body());
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(kept()).isEqualTo(before);
  }

  @Test
  @Order(4)
  void whateverStandsInPathsAndQueriesIsShownAsText() throws Exception {
    Caller admin = callers.get("admin");
    List<String> faults = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>();
    for (Page page : pages("GET")) {
      for (String path : paths(page.path())) {
        HttpResponse<String> answer = page("GET", path, admin.cookie(), Map.of());
        faults.addAll(faultsOfPage("GET " + path, answer));
        NAME.matcher(answer.body()).results().forEach(name -> names.add(name.group(1)));
      }
    }
    for (String path : List.of("/nodes", "/nodes/main", "/analytics", "/dashboard")) {
      HttpResponse<String> shown = page("GET", path, admin.cookie(), Map.of());
      assertThat(shown.body()).as("what the node has said, on " + path).contains("&lt;b id=xss");
    }
    assertThat(names).as("fields of forms").contains("csrf", "comment", "q", "action");
    for (Page page : pages("GET")) {
      for (String value :
          List.of(
              MARKUP, "-1", "1", "main", "99999999999999999999", "\r\nx: y\0", "javascript:x")) {
        Map<String, String> all = new TreeMap<>();
        names.forEach(name -> all.put(name, value));
        String path = path(page.path(), "main");
        faults.addAll(
            faultsOfPage(
                "GET " + path + " with " + value,
                page("GET", path + "?" + query(all), admin.cookie(), Map.of())));
      }
    }
    for (Operation operation : manager.operations()) {
      for (String path : paths(operation.path())) {
        if (operation.method().equals("GET")) {
          faults.addAll(faults("GET " + path, operation("GET", path, admin.basic(), "")));
        }
      }
    }
    assertThat(faults).isEmpty();
  }

  @Test
  @Order(5)
  void whateverIsSentInFormsIsShownAsText() throws Exception {
    Caller admin = callers.get("admin");
    TreeSet<String> names = new TreeSet<>();
    for (Page page : pages("GET")) {
      String body = page("GET", path(page.path(), "main"), admin.cookie(), Map.of()).body();
      NAME.matcher(body).results().forEach(name -> names.add(name.group(1)));
    }
    List<String> faults = new ArrayList<>();
    for (Page page : pages("POST")) {
      if (page.path().equals("/logout")) {
        continue; // it would end the session
      }
      for (String value :
          List.of("", MARKUP, "-1", "1", "main", "99999999999999999999", "{\"x\": [", "\r\n\0")) {
        Map<String, String> all = new TreeMap<>();
        names.forEach(name -> all.put(name, value));
        all.put("csrf", admin.csrf());
        for (String part : List.of("main", MARKUP_ENCODED)) {
          String path = path(page.path(), part);
          faults.addAll(
              faultsOfPage(
                  "POST " + path + " with " + value, page("POST", path, admin.cookie(), all)));
        }
      }
    }
    for (Page page : pages("GET")) {
      String path = path(page.path(), "main");
      faults.addAll(
          faultsOfPage("afterwards GET " + path, page("GET", path, admin.cookie(), Map.of())));
    }
    assertThat(faults).isEmpty();
  }

  @Test
  @Order(6)
  void whoHasLoggedOutSeesNothingMore() throws Exception {
    Caller admin = callers.get("admin");
    HttpResponse<String> out =
        page("POST", "/logout", admin.cookie(), Map.of("csrf", admin.csrf()));
    assertThat(out.headers().firstValue("Location")).hasValue("/login");
    List<String> faults = new ArrayList<>();
    for (Page page : manager.pages()) {
      String path = path(page.path(), "main");
      HttpResponse<String> answer =
          page(page.method(), path, admin.cookie(), Map.of("csrf", admin.csrf()));
      String to = answer.headers().firstValue("Location").orElse("");
      if (!to.equals("/login") && answer.statusCode() < 400) {
        faults.add(page.method() + " " + path + ": " + answer.statusCode() + " " + to);
      }
    }
    assertThat(faults).isEmpty();
  }
}
