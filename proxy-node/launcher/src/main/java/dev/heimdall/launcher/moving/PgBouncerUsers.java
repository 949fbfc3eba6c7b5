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

/**
 * The users of {@code userlist.txt}: {@code "name" "password"} on a line, where the password may be
 * a verifier, and two quotes stand for one.
 */
final class PgBouncerUsers {
  private static final Pattern LINE =
      Pattern.compile("\\s*\"((?:[^\"]|\"\")*)\"\\s+\"((?:[^\"]|\"\")*)\".*");
  private static final Pattern MD5 = Pattern.compile("md5[0-9a-f]{32}");

  private final Path ini;
  private final Map<String, Entry> settings;
  private final Documents documents;
  private final Notes notes;

  PgBouncerUsers(Path ini, Map<String, Entry> settings, Documents documents, Notes notes) {
    this.ini = ini;
    this.settings = settings;
    this.documents = documents;
    this.notes = notes;
  }

  void read(Optional<Path> given) throws CommandFailure {
    Entry named = settings.get("auth_file");
    if (given.isPresent()) {
      lines(given.get());
      return;
    }
    if (named == null) {
      return;
    }
    Path file = ini.toAbsolutePath().resolveSibling(named.value()).normalize();
    if (Files.exists(file)) {
      lines(file);
    } else {
      notes.left(named, "the file is not there: give it by --userlist");
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
      notes.at(at, "not carried over: user " + name + ": the name is that of its file, too");
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
}
