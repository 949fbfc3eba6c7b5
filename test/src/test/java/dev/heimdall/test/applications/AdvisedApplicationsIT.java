package dev.heimdall.test.applications;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.Heimdall;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MetricsPage;
import dev.heimdall.test.fixture.Toolchain;
import dev.heimdall.test.manager.Started;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recommendations of what to cache, from a site's readers and editors: they find most of what a
 * rule for every statement does.
 */
@Tag("long")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class AdvisedApplicationsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  /** Enough for samples of one in sixteen. */
  private static final int VIEWS = 400;

  private static final int MEASURED = 60;

  /** Share of the hits that a rule for every statement gives. */
  private static final double MOST = 0.85;

  @TempDir private Path directory;

  private final int port = FreePort.any();
  private final int http = FreePort.any();
  private final int manager = FreePort.any();

  /** Readers and editors at work. */
  private interface Day {
    void goesOn(Visitor visitor, int view);
  }

  @Test
  void wordPress() throws Exception {
    WordPress site = new WordPress();
    List<String> advised =
        recommended(
            site,
            "mysql",
            (visitor, view) -> {
              visitor.get("/");
              visitor.get("/?p=" + (4 + view % 3));
              visitor.get("/?p=1");
              if (view % 5 == 0) {
                visitor.get("/?feed=rss2");
                visitor.get("/?cat=1");
              }
              if (view % 10 == 0) {
                remark(visitor.another(), view);
              }
            });

    assertThat(advised)
        .anyMatch(text -> text.startsWith("select option_value from wp_options where option_name"))
        .anyMatch(text -> text.startsWith("select wp_posts.* from wp_posts"))
        .noneMatch(text -> text.contains("FOUND_ROWS"));
  }

  private static void remark(Visitor reader, int view) {
    reader.get("/?p=1");
    reader.submit(
        "comment_post_ID",
        "comment",
        "Remark " + view + ", " + System.nanoTime(),
        "author",
        "A reader",
        "email",
        "reader" + view + "@example.com",
        "url",
        "");
  }

  @Test
  void wagtail() throws Exception {
    List<String> advised =
        recommended(
            new Wagtail(),
            "postgresql",
            (visitor, view) -> {
              visitor.get("/");
              visitor.get("/page-1/");
              visitor.get("/page-2/");
              if (view % 5 == 0) {
                visitor.get("/search/?query=Page");
              }
              if (view % 20 == 0) {
                visitor.get("/admin/pages/5/edit/");
                visitor.submit(
                    "id=\"page-edit-form\"",
                    "title",
                    "Title " + view,
                    "action-publish",
                    "action-publish");
              }
            });

    assertThat(advised)
        .anyMatch(text -> text.contains("from \"wagtailcore_site\""))
        .anyMatch(text -> text.contains("from \"auth_user\""))
        .noneMatch(text -> text.contains("django_session"));
  }

  /** The statements that are recommended, with the site's days compared. */
  private List<String> recommended(Application application, String scheme, Day day)
      throws Exception {
    Toolchain.need(application.name());
    try (Stage stage = application.stage(Way.DIRECT);
        Connection owner = stage.connect()) {
      if (scheme.equals("mysql")) {
        Jdbc.execute(owner, "GRANT SLAVE MONITOR ON *.* TO " + stage.database().user());
      }
      configure(stage.database(), scheme);
      rules(JSON.createArrayNode());
      try (Started both =
          Started.start(
              directory.resolve("output"),
              Map.of("STATE_DIRECTORY", directory.resolve("state").toString()),
              List.of(
                  "both",
                  "--config=" + directory.resolve("configuration"),
                  "--manager-port=" + manager))) {
        both.awaitOutput("managing on port");
        both.awaitOutput("serving app on");
        Database through = stage.database().at(port);
        Path home = Files.createDirectory(directory.resolve("home"));
        try (Running running = Running.of(application, through, home)) {
          Visitor visitor = new Visitor(running.site(), new Transcript(application.timed()));
          application.walk(visitor, through);
          passes(visitor, day, VIEWS);
          JsonNode advice = advice();
          ArrayNode rules = JSON.createArrayNode();
          advice.forEach(one -> rules.add(one.path("rule")));
          double advised = hits(rules, visitor, day);
          ObjectNode all = JSON.createObjectNode().put("action", "cache");
          double most = hits(JSON.createArrayNode().add(all), visitor, day);
          ApplicationsIT.note(
              "%s: %d rules that are recommended have %.0f hits, one for all has %.0f"
                  .formatted(application.name(), advice.size(), advised, most));
          assertThat(advised).isGreaterThan(MOST * most);
          return advice.findValuesAsText("statement");
        }
      }
    }
  }

  private static void passes(Visitor visitor, Day day, int views) {
    for (int view = 0; view < views; view++) {
      day.goesOn(visitor, view);
    }
  }

  /** Hits of one more day with these rules. */
  private double hits(ArrayNode rules, Visitor visitor, Day day) throws Exception {
    double loads = metric("heimdall_config_reloads_total");
    rules(rules);
    Await.until("the node has the rules", () -> metric("heimdall_config_reloads_total") > loads);
    double before = metric("heimdall_query_cache_hits_total");
    passes(visitor, day, MEASURED);
    return metric("heimdall_query_cache_hits_total") - before;
  }

  private double metric(String series) {
    return MetricsPage.of(http).sumOrZero(series);
  }

  private JsonNode advice() throws IOException {
    StringWriter out = new StringWriter();
    PrintWriter printed = new PrintWriter(out);
    Heimdall.run(
        printed,
        printed,
        "cache",
        "advise",
        "--json",
        "--manager=http://127.0.0.1:" + manager,
        "--password-file=" + directory.resolve("state/manager-password"));
    return JSON.readTree(out.toString());
  }

  private void rules(ArrayNode rules) throws IOException {
    write("rules/mine.json", JSON.createObjectNode().set("rules", rules).toString());
  }

  private void configure(Database database, String scheme) throws IOException {
    write(
        "node.json",
        """
        {"http": {"port": %d}, "warmUp": "0", "drainTimeout": "2s", "manager": {
          "urls": ["http://127.0.0.1:%d"], "key": "%s", "every": "2500ms"}}
        """
            .formatted(http, manager, KEY));
    write(
        "sources/main.json",
        """
        {"url": "jdbc:%s://%s:%d/%s", "user": "%s", "password": "%s",
         "tls": {"mode": "disable"}, "cluster": {"kind": "%s"}}
        """
            .formatted(
                scheme,
                database.host(),
                database.port(),
                database.name(),
                database.user(),
                database.password(),
                scheme.startsWith("postgres") ? "postgres" : "mysql"));
    write(
        "vdbs/app.json",
        """
        {"source": "main", "address": "127.0.0.1", "ports": [%d], "rules": ["mine"],
         "cache": {"enabled": true, "ttl": "10m"}}
        """
            .formatted(port));
    write(
        "users/%s.json".formatted(database.user()),
        "{\"password\": \"%s\"}".formatted(database.password()));
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve("configuration").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
