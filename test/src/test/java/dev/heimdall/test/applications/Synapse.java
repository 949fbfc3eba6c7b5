package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A server of Matrix: accounts, rooms, messages and searches over its REST interface. */
final class Synapse implements Application {
  private static final String API = "/_matrix/client/v3";

  @Override
  public String name() {
    return "synapse";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.postgres(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) throws IOException {
    Files.writeString(
        home.resolve("homeserver.yaml"),
        """
        server_name: example.com
        pid_file: %1$s/homeserver.pid
        listeners: [{port: %2$d, tls: false, type: http, bind_addresses: ['127.0.0.1'], resources: [{names: [client]}]}]
        database:
          name: psycopg2
          args: {user: '%3$s', password: '%4$s', dbname: '%5$s', host: '%6$s', port: %7$d, cp_min: 2, cp_max: 5}
        media_store_path: %1$s/media
        signing_key_path: %1$s/signing.key
        macaroon_secret_key: a
        form_secret: b
        registration_shared_secret: c
        enable_registration: true
        enable_registration_without_verification: true
        report_stats: false
        trusted_key_servers: []
        rc_message: {per_second: 1000, burst_count: 1000}
        rc_registration: {per_second: 1000, burst_count: 1000}
        rc_login: {address: {per_second: 1000, burst_count: 1000}, account: {per_second: 1000, burst_count: 1000}}
        """
            .formatted(
                home,
                port,
                database.user(),
                database.password(),
                database.name(),
                database.host(),
                database.port()));
    return List.of(
        Command.of(
            home,
            python(),
            "-m",
            "synapse.app.homeserver",
            "--generate-keys",
            "-c",
            "homeserver.yaml"));
  }

  private static String python() {
    return Toolchain.built("synapse").resolve("bin/python").toString();
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    return Command.of(home, python(), "-m", "synapse.app.homeserver", "-c", "homeserver.yaml");
  }

  @Override
  public String ready() {
    return "/_matrix/client/versions";
  }

  /**
   * What it does in the background after each event, and how old events are when they are read; the
   * order of events that two users make at once.
   */
  @Override
  public Pattern timed() {
    return Pattern.compile(
        "(age|last_active_ago)\":|stream_ordering: \\d+$|^table devices: (ip|last_seen|user_agent): |^table (user_ips|stream_positions|room_forgetter_stream_pos|background_updates|device_lists_changes\\w*|event_auth_chain\\w*): ");
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    Visitor other = visitor.another();
    register(visitor, "alice");
    register(other, "bob");
    visitor.json(
        "POST",
        API + "/createRoom",
        "{\"name\": \"A room\", \"topic\": \"it's a topic\", \"preset\": \"public_chat\", \"room_alias_name\": \"room\"}");
    String room = visitor.find("\"room_id\":\"([^\"]+)\"");
    other.json("POST", API + "/join/%23room:example.com", "{}");
    for (int i = 1; i <= 10; i++) {
      Visitor speaker = i % 2 == 0 ? visitor : other;
      speaker.json(
          "PUT",
          API + "/rooms/" + room + "/send/m.room.message/t" + i,
          "{\"msgtype\": \"m.text\", \"body\": \"message %d, \\\\ 'quoted' 😀\"}".formatted(i));
      speaker.shows("event_id");
    }
    visitor.get(API + "/rooms/" + room + "/messages?dir=b&limit=20");
    visitor.shows("message 10");
    visitor.get(API + "/rooms/" + room + "/joined_members");
    visitor.shows("bob");
    visitor.get(API + "/rooms/" + room + "/state");
    visitor.get(API + "/sync?timeout=0");
    other.get(API + "/sync?timeout=0");
    other.shows("message 10");
    visitor.json(
        "POST",
        API + "/search",
        "{\"search_categories\": {\"room_events\": {\"search_term\": \"quoted\"}}}");
    visitor.json(
        "PUT", API + "/profile/@alice:example.com/displayname", "{\"displayname\": \"Alice A.\"}");
    other.get(API + "/profile/@alice:example.com");
    other.shows("Alice A.");
    visitor.json(
        "PUT", API + "/user/@alice:example.com/account_data/com.example.note", "{\"n\": 1}");
    visitor.get(API + "/user/@alice:example.com/account_data/com.example.note");
    visitor.json("PUT", API + "/directory/list/room/" + room, "{\"visibility\": \"public\"}");
    other.get(API + "/publicRooms");
    visitor.json("POST", API + "/user_directory/search", "{\"search_term\": \"bob\"}");
    visitor.json(
        "PUT", API + "/rooms/" + room + "/state/m.room.topic", "{\"topic\": \"another topic\"}");
    other.json("POST", API + "/rooms/" + room + "/leave", "{}");
    visitor.get(API + "/rooms/" + room + "/members");
    visitor.json("POST", API + "/logout", "{}");
    visitor.get(API + "/sync?timeout=0");
    visitor.shows("M_UNKNOWN_TOKEN");
  }

  private static void register(Visitor visitor, String name) {
    visitor.json(
        "POST",
        API + "/register",
        "{\"username\": \"%s\", \"password\": \"a-long-passphrase\", \"device_id\": \"D\", \"auth\": {\"type\": \"m.login.dummy\"}}"
            .formatted(name));
    visitor.bearer(visitor.find("\"access_token\":\"([^\"]+)\""));
  }
}
