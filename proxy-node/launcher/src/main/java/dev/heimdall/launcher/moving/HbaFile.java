package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file like {@code pg_hba.conf} (PostgreSQL's documentation, section 20.1). */
final class HbaFile {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|([^\\s,]+)");
  private static final Set<String> METHODS =
      Set.of("scram-sha-256", "md5", "password", "trust", "reject", "cert");

  private final Path file;
  private final Documents documents;
  private final boolean tls;
  private final Notes notes;

  /**
   * @param documents with all users
   * @param tls whether clients can use TLS
   */
  HbaFile(Path file, Documents documents, boolean tls, Notes notes) {
    this.file = file;
    this.documents = documents;
    this.tls = tls;
    this.notes = notes;
  }

  /** Adds a rule for each line that has a counterpart, in their order. */
  void into(ArrayNode auth) throws CommandFailure {
    List<String> lines = IniFile.lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*$", "").strip();
      if (!line.isEmpty()) {
        rule(line, new Line(file, i + 1), auth);
      }
    }
  }

  private void rule(String line, Line at, ArrayNode auth) {
    // Lists are written with commas and without blanks.
    List<List<String>> fields = new ArrayList<>();
    for (String field : line.split("\\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")) {
      List<String> words = new ArrayList<>();
      Matcher word = WORD.matcher(field);
      while (word.find()) {
        words.add(word.group(1) == null ? word.group(2) : word.group(1));
      }
      fields.add(words);
    }
    String type = fields.get(0).get(0);
    boolean local = type.equals("local");
    int expected = local ? 4 : 5;
    boolean mask = fields.size() > expected && fields.get(4).get(0).matches("[0-9.]+");
    if (fields.size() < expected
        || mask
        || !Set.of("local", "host", "hostssl", "hostnossl").contains(type)) {
      left(line, at, "it is not read; a network is written with its length");
      return;
    }
    String method = fields.get(expected - 1).get(0);
    if (local) {
      left(line, at, "clients of the Unix socket go by the lines for their address");
      return;
    }
    if (!METHODS.contains(method)) {
      left(line, at, "there is no method " + method);
      return;
    }
    boolean inTls = type.equals("hostssl") || method.equals("password") || method.equals("cert");
    if (inTls && !tls) {
      left(line, at, "it is for clients with TLS, and there is no client_tls_cert_file");
      return;
    }
    List<String> users =
        fields.get(2).stream()
            .filter(user -> user.equals("all") || documents.hasUser(user))
            .toList();
    if (users.size() < fields.get(2).size()) {
      left(line, at, "users without a line in the file of users are left out");
    }
    if (users.isEmpty()) {
      return;
    }
    ObjectNode rule = auth.addObject();
    rule.put("type", inTls ? "hostssl" : type);
    fields.get(1).forEach(rule.putArray("databases")::add);
    users.forEach(rule.putArray("users")::add);
    rule.put("address", fields.get(3).get(0));
    rule.put("method", method);
  }

  private void left(String line, Line at, String why) {
    notes.left(new Entry("line", line, at), why);
  }
}
