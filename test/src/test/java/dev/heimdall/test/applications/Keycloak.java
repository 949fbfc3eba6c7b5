package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A provider of single sign-on: realms, clients, users and groups over its REST interface. */
final class Keycloak implements Application {
  private static final String ADMIN = "/admin/realms";

  @Override
  public String name() {
    return "keycloak";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.postgres(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) throws IOException {
    // It builds itself in its own folder.
    Command copy =
        Command.of(
            home,
            "cp",
            "-r",
            Toolchain.built("keycloak").resolve("keycloak").toRealPath().toString(),
            home.resolve("keycloak").toString());
    Files.createDirectories(home.resolve("tmp"));
    return List.of(copy);
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    return Command.of(
            home,
            home.resolve("keycloak/bin/kc.sh").toString(),
            "start-dev",
            "--http-host=127.0.0.1",
            "--http-port=" + port,
            "--db=postgres",
            "--db-url=jdbc:postgresql://"
                + database.host()
                + ":"
                + database.port()
                + "/"
                + database.name(),
            "--db-username=" + database.user(),
            "--db-password=" + database.password(),
            "--cache=local")
        .with(
            Map.of(
                "KC_BOOTSTRAP_ADMIN_USERNAME", "admin",
                "KC_BOOTSTRAP_ADMIN_PASSWORD", "a-long-passphrase",
                "JAVA_OPTS_APPEND", "-Xmx700m"));
  }

  @Override
  public String ready() {
    return "/realms/master";
  }

  /**
   * The secrets of keys and salts of passwords, which need not have a digit; what is left of a
   * time.
   */
  @Override
  public Pattern timed() {
    return Pattern.compile(
        "^table component_config: value: [\\w-]{20,}$"
            + "|^table credential: secret_data: "
            + "|\"(refresh_)?expires_in\":\\d+$");
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    logIn(visitor);
    visitor.json(
        "POST",
        ADMIN,
        "{\"realm\": \"shop\", \"enabled\": true, \"registrationAllowed\": true, \"eventsEnabled\": true}");
    visitor.get(ADMIN + "/shop");
    for (int i = 1; i <= 3; i++) {
      visitor.json(
          "POST",
          ADMIN + "/shop/users",
          "{\"username\": \"user%d\", \"enabled\": true, \"firstName\": \"It's\", \"lastName\": \"Person %d\", \"email\": \"u%d@example.com\", \"emailVerified\": true, \"credentials\": [{\"type\": \"password\", \"value\": \"secret-%d\", \"temporary\": false}]}"
              .formatted(i, i, i, i));
      visitor.json("POST", ADMIN + "/shop/groups", "{\"name\": \"group%d\"}".formatted(i));
      visitor.json(
          "POST",
          ADMIN + "/shop/roles",
          "{\"name\": \"role%d\", \"description\": \"of %d\"}".formatted(i, i));
    }
    visitor.json(
        "POST",
        ADMIN + "/shop/clients",
        "{\"clientId\": \"web\", \"publicClient\": true, \"directAccessGrantsEnabled\": true, \"redirectUris\": [\"*\"]}");
    visitor.get(ADMIN + "/shop/users?search=user");
    visitor.get(ADMIN + "/shop/users/count");
    String user = id(visitor, ADMIN + "/shop/users?username=user1&exact=true");
    String group = id(visitor, ADMIN + "/shop/groups?search=group2");
    visitor.json("PUT", ADMIN + "/shop/users/" + user + "/groups/" + group, "{}");
    visitor.get(ADMIN + "/shop/groups/" + group + "/members");
    visitor.json(
        "PUT",
        ADMIN + "/shop/users/" + user,
        "{\"lastName\": \"Renamed\", \"attributes\": {\"locale\": [\"de\"]}}");
    visitor.get(ADMIN + "/shop/users/" + user);
    visitor.shows("Renamed");
    visitor.get(ADMIN + "/shop/roles");
    visitor.get(ADMIN + "/shop/clients?clientId=web");
    visitor.get(ADMIN + "/shop/client-scopes");
    visitor.get(ADMIN + "/shop/authentication/flows");
    Visitor customer = visitor.another();
    customer.post(
        "/realms/shop/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "web",
            "username",
            "user2",
            "password",
            "secret-2",
            "scope",
            "openid"));
    customer.shows("access_token");
    customer.post(
        "/realms/shop/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "web",
            "username",
            "user2",
            "password",
            "wrong"));
    customer.shows("invalid_grant");
    logIn(visitor);
    visitor.get(ADMIN + "/shop/events");
    visitor.get(ADMIN + "/shop/client-session-stats");
    visitor.json("DELETE", ADMIN + "/shop/users/" + user, "");
    visitor.get(ADMIN + "/shop/users");
    visitor.json(
        "POST", ADMIN + "/shop/partial-export?exportClients=true&exportGroupsAndRoles=true", "");
    visitor.json("DELETE", ADMIN + "/shop/groups/" + group, "");
    visitor.get(ADMIN + "/shop/groups");
  }

  private static void logIn(Visitor visitor) {
    visitor.bearer("");
    visitor.post(
        "/realms/master/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "admin-cli",
            "username",
            "admin",
            "password",
            "a-long-passphrase"));
    visitor.bearer(visitor.find("\"access_token\":\"([^\"]+)\""));
  }

  private static String id(Visitor visitor, String path) {
    visitor.get(path);
    return visitor.find("\"id\":\"([^\"]+)\"");
  }
}
