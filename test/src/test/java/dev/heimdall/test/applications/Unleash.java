package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.Toolchain;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A server of feature toggles, in Node.js: toggles, strategies and segments over its REST
 * interface.
 */
final class Unleash implements Application {
  private static final String FEATURES = "/api/admin/projects/default/features";

  @Override
  public String name() {
    return "unleash";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.postgres(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) {
    return List.of();
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    Path packages = Toolchain.built("unleash");
    return Command.of(
            home, "node", packages.resolve("node_modules/unleash-server/dist/server.js").toString())
        .with(
            Map.of(
                "DATABASE_URL",
                "postgres://%s:%s@%s:%d/%s"
                    .formatted(
                        database.user(),
                        database.password(),
                        database.host(),
                        database.port(),
                        database.name()),
                "DATABASE_SSL",
                "false",
                "HTTP_HOST",
                "127.0.0.1",
                "HTTP_PORT",
                Integer.toString(port),
                "CHECK_VERSION",
                "false",
                "SEND_TELEMETRY",
                "false",
                "UNLEASH_DEFAULT_ADMIN_USERNAME",
                "admin",
                "UNLEASH_DEFAULT_ADMIN_PASSWORD",
                "a-long-passphrase"));
  }

  @Override
  public String ready() {
    return "/health";
  }

  /** Once a second it announces what happened; revisions and stages of toggles follow from that. */
  @Override
  public Pattern timed() {
    return Pattern.compile(
        "^table (events: announced|feature_lifecycles): "
            + "|\"(etag|revisionId|enteredStageAt|lifecycle|stage)\":");
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    visitor.json(
        "POST",
        "/auth/simple/login",
        "{\"username\": \"admin\", \"password\": \"a-long-passphrase\"}");
    visitor.get("/api/admin/user");
    for (int i = 1; i <= 3; i++) {
      visitor.json(
          "POST",
          FEATURES,
          "{\"name\": \"toggle%d\", \"type\": \"release\", \"description\": \"it's %d\"}"
              .formatted(i, i));
      visitor.json(
          "POST",
          FEATURES + "/toggle" + i + "/environments/development/strategies",
          "{\"name\": \"flexibleRollout\", \"parameters\": {\"rollout\": \"%d0\", \"stickiness\": \"default\", \"groupId\": \"g\"}}"
              .formatted(i));
      visitor.json("POST", FEATURES + "/toggle" + i + "/environments/development/on", "");
    }
    visitor.get(FEATURES);
    visitor.shows("toggle3");
    visitor.get(FEATURES + "/toggle1");
    visitor.json(
        "POST",
        "/api/admin/segments",
        "{\"name\": \"segment\", \"constraints\": [{\"contextName\": \"userId\", \"operator\": \"IN\", \"values\": [\"1\", \"2\"]}]}");
    visitor.get("/api/admin/segments");
    visitor.json("POST", "/api/admin/tags", "{\"type\": \"simple\", \"value\": \"mine\"}");
    visitor.json(
        "POST", "/api/admin/features/toggle2/tags", "{\"type\": \"simple\", \"value\": \"mine\"}");
    visitor.get("/api/admin/features/toggle2/tags");
    visitor.shows("mine");
    visitor.json(
        "PUT",
        FEATURES + "/toggle2",
        "{\"description\": \"another\", \"type\": \"experiment\", \"stale\": true}");
    visitor.json("DELETE", FEATURES + "/toggle3", "");
    visitor.get("/api/admin/archive/features");
    visitor.get("/api/admin/events");
    visitor.get("/api/admin/environments");
    visitor.get("/api/admin/projects");
    visitor.get("/api/admin/projects/default/overview");
    visitor.json(
        "POST",
        "/api/admin/user-admin",
        "{\"email\": \"u@example.com\", \"name\": \"User\", \"rootRole\": 2, \"sendEmail\": false}");
    visitor.get("/api/admin/user-admin");
    visitor.json(
        "POST",
        "/api/admin/api-tokens",
        "{\"tokenName\": \"client\", \"type\": \"client\", \"environment\": \"development\", \"projects\": [\"*\"]}");
    Visitor client = visitor.another();
    String secret = visitor.find("\"secret\":\"([^\"]+)\"");
    client.key(secret);
    client.json(
        "POST",
        "/api/client/register",
        "{\"appName\": \"app\", \"instanceId\": \"i\", \"strategies\": [\"default\"], \"interval\": 10000, \"started\": \"2026-01-01T00:00:00Z\"}");
    client.get("/api/client/features");
    client.shows("toggle1");
    visitor.get("/api/admin/search/features?query=toggle");
  }
}
