package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The users of {@code userlist.txt}: {@code "name" "password"} on a line, where the password may be
 * a verifier, and two quotes stand for one. What {@code pgbouncer.ini} says of them goes with them.
 */
final class PgBouncerUsers {
  private static final Pattern LINE =
      Pattern.compile("\\s*\"((?:[^\"]|\"\")*)\"\\s+\"((?:[^\"]|\"\")*)\".*");
  private static final Pattern MD5 = Pattern.compile("md5[0-9a-f]{32}");

  private final PgBouncerIni ini;
  private final Documents documents;
  private final Notes notes;

  PgBouncerUsers(PgBouncerIni ini, Documents documents, Notes notes) {
    this.ini = ini;
    this.documents = documents;
    this.notes = notes;
  }

  void read(Optional<Path> given) throws CommandFailure {
    if (given.isPresent()) {
      lines(given.get());
      return;
    }
    Optional<Entry> named = ini.said("auth_file");
    if (named.isEmpty()) {
      return;
    }
    Path file = ini.named(named.get());
    if (Files.exists(file)) {
      lines(file);
    } else {
      notes.left(named.get(), "the file is not there: give it by --userlist");
    }
  }

  private void lines(Path file) throws CommandFailure {
    List<String> lines = IniFile.lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith(";") || line.startsWith("#")) {
        continue;
      }
      Matcher user = LINE.matcher(line);
      if (!user.matches()) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, new Line(file, i + 1) + ": expected \"user\" \"password\"");
      }
      user(
          user.group(1).replace("\"\"", "\""),
          user.group(2).replace("\"\"", "\""),
          new Line(file, i + 1));
    }
  }

  private void user(String name, String password, Line at) {
    if (documents.hasUser(name)) {
      notes.at(at, "user " + name + " stands twice: the first line counts");
      return;
    }
    if (!Documents.namesUser(name)) {
      notes.left(at, "user " + name + ": the name is that of its file, too");
      return;
    }
    ObjectNode user = documents.user(name);
    if (password.isEmpty()) {
      notes.at(at, "user " + name + " has no password: only `trust` and `cert` let it in");
    } else if (password.startsWith("SCRAM-SHA-256$") || MD5.matcher(password).matches()) {
      user.put("verifier", password);
    } else {
      user.put("password", password);
    }
  }

  /**
   * Carries over the settings of users from elsewhere: who may use the console, and limits of
   * single ones.
   */
  void saidElsewhere() {
    ini.said("admin_users").ifPresent(entry -> right(entry, "admin"));
    ini.said("stats_users").ifPresent(entry -> right(entry, "stats"));
    ini.section("users").forEach(this::ofUser);
    if (documents.users().isEmpty() && ini.said("auth_user").isEmpty()) {
      notes.say("there is no user yet: write a document for each, or nobody can log in");
    }
  }

  private void right(Entry entry, String setting) {
    Stream.of(entry.value().split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .distinct()
        .forEach(
            name -> {
              if (documents.hasUser(name)) {
                documents.user(name).put(setting, true);
              } else {
                notes.left(
                    entry,
                    "there is no user " + name + " in the file of users: it has no password");
              }
            });
  }

  private void ofUser(Entry entry) {
    ConnectString.parse(entry.value())
        .map(ConnectString::values)
        .orElse(Map.of())
        .forEach(
            (key, value) ->
                limit(entry.key(), key, new Entry(entry.key() + ": " + key, value, entry.at())));
  }

  private void limit(String user, String key, Entry said) {
    String setting =
        switch (key) {
          case "max_user_connections" -> "maxServerConnections";
          case "max_user_client_connections" -> "maxClients";
          default -> null;
        };
    if (setting == null) {
      notes.left(said, "it is a setting of the virtual database, for all users");
    } else if (!documents.hasUser(user)) {
      notes.left(said, "there is no such user in the file of users");
    } else {
      try {
        documents.user(user).put(setting, Integer.parseInt(said.value()));
      } catch (NumberFormatException e) {
        notes.left(said, "the value is no number");
      }
    }
  }
}
