package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Cidr;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file like {@code pg_hba.conf} (PostgreSQL's documentation, section 20.1). The first line that
 * fits decides there as here, so that a line must not vanish: whom one lets in that has no
 * counterpart is rejected, and a line whose match cannot be written ends the command.
 */
final class HbaFile {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|([^\\s,]+)");
  private static final Pattern BETWEEN_FIELDS =
      Pattern.compile("\\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
  private static final Set<String> METHODS =
      Set.of("scram-sha-256", "md5", "password", "ldap", "trust", "reject", "cert");

  private final Documents documents;
  private final boolean tls;
  private final Notes notes;
  private final List<HbaRule> rules = new ArrayList<>();
  private boolean local;

  private HbaFile(Documents documents, boolean tls, Notes notes) {
    this.documents = documents;
    this.tls = tls;
    this.notes = notes;
  }

  /**
   * @param documents with all users
   * @param tls whether clients can use TLS
   */
  static HbaFile read(Path file, Documents documents, boolean tls, Notes notes)
      throws CommandFailure {
    HbaFile read = new HbaFile(documents, tls, notes);
    List<String> lines = IniFile.lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*$", "").strip();
      if (!line.isEmpty()) {
        read.line(line, new Line(file, i + 1));
      }
    }
    return read;
  }

  List<HbaRule> rules() {
    return List.copyOf(rules);
  }

  /** True if there are lines for the Unix socket, which has no rules of its own here. */
  boolean hasLocalLines() {
    return local;
  }

  private void line(String line, Line at) throws CommandFailure {
    // Lists are written with commas and without blanks.
    String[] written = BETWEEN_FIELDS.split(line);
    List<List<String>> fields = new ArrayList<>();
    for (String field : written) {
      fields.add(words(field));
    }
    String type = fields.get(0).get(0);
    if (type.equals("local")) {
      local = true;
      notes.left(at, "a line for the Unix socket, which has no rules of its own");
      return;
    }
    if (!Set.of("host", "hostssl", "hostnossl").contains(type) || fields.size() < 5) {
      throw unreadable(at, "it is no line of pg_hba.conf");
    }
    boolean mask = fields.get(4).get(0).matches("[0-9.]+");
    if (mask && fields.size() < 6) {
      throw unreadable(at, "it has no method");
    }
    List<String> databases = new ArrayList<>(fields.get(1));
    if (databases.remove("replication")) {
      notes.at(at, "replication clients go by the lines for their database");
    }
    if (!databases.isEmpty()) {
      HbaRule rule =
          new HbaRule(
              type,
              databases,
              fields.get(2),
              address(fields.get(3).get(0), mask ? fields.get(4).get(0) : null, at),
              fields.get(mask ? 5 : 4).get(0));
      matchIsKnown(rule, at);
      int options = mask ? 6 : 5;
      add(rule, at, String.join(" ", Arrays.asList(written).subList(options, written.length)));
    }
  }

  private static List<String> words(String field) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(field);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return words;
  }

  /** With its length, where a mask stands beside it. */
  private static String address(String address, String mask, Line at) throws CommandFailure {
    String written = address;
    if (mask != null) {
      int bits = 0;
      for (String part : mask.split("[.]")) {
        bits += Integer.bitCount(Integer.parseInt(part));
      }
      written = address + "/" + bits;
    } else if (!address.equals("all") && !address.contains("/")) {
      written = address + (address.contains(":") ? "/128" : "/32");
    }
    if (!written.equals("all") && Optional.of(written).flatMap(Cidr::read).isEmpty()) {
      throw unreadable(at, "its address is no network; names of hosts are not looked up here");
    }
    return written;
  }

  private static void matchIsKnown(HbaRule rule, Line at) throws CommandFailure {
    List<String> names = new ArrayList<>(rule.databases());
    names.addAll(rule.users());
    for (String name : names) {
      if (name.matches("[@+/].*") || Set.of("sameuser", "samerole", "samegroup").contains(name)) {
        throw unreadable(at, name + " stands for names that are not known here: write them out");
      }
    }
  }

  private static CommandFailure unreadable(Line at, String why) {
    return new CommandFailure(
        ExitCode.CONFIGURATION,
        at + ": " + why + ". Change the line, or take it out, and import again");
  }

  /**
   * @param options what stands behind the method
   */
  private void add(HbaRule rule, Line at, String options) {
    String type = rule.type();
    if (type.equals("hostssl") && !tls) {
      notes.left(at, "it is for clients with TLS, and none has: there is no client_tls_cert_file");
      return;
    }
    if (rule.method().equals("reject")) {
      rules.add(rule);
      return;
    }
    if (!METHODS.contains(rule.method())) {
      notes.at(at, "whom this lets in is rejected: there is no method " + rule.method());
      rules.add(rule.rejecting(type, rule.users()));
      return;
    }
    if (rule.method().equals("ldap")) {
      ofDirectory(rule, at, options);
      return;
    }
    List<String> known =
        rule.users().stream()
            .filter(user -> user.equals("all") || documents.hasUser(user))
            .toList();
    List<String> unknown = rule.users().stream().filter(user -> !known.contains(user)).toList();
    if (!unknown.isEmpty()) {
      notes.at(
          at, "who has no line in the file of users is rejected: " + String.join(", ", unknown));
      rules.add(rule.rejecting(type, unknown));
    }
    if (!known.isEmpty()) {
      allow(new HbaRule(type, rule.databases(), known, rule.address(), rule.method()), at);
    }
  }

  /** Users of a directory need not be in the file of users. */
  private void ofDirectory(HbaRule rule, Line at, String options) {
    Optional<String> problem = new PgBouncerDirectory(documents, tls, notes).write(options, at);
    problem.ifPresent(why -> notes.at(at, "whom this lets in is rejected: " + why));
    rules.add(problem.isEmpty() ? rule : rule.rejecting(rule.type(), rule.users()));
  }

  /** Clear text and certificates are taken inside TLS only. */
  private void allow(HbaRule rule, Line at) {
    boolean inTls = Set.of("password", "cert").contains(rule.method());
    if (!inTls || rule.type().equals("hostssl")) {
      rules.add(rule);
      return;
    }
    notes.at(
        at, "clients without TLS are rejected: " + rule.method() + " is taken inside TLS only");
    if (tls && rule.type().equals("host")) {
      rules.add(
          new HbaRule("hostssl", rule.databases(), rule.users(), rule.address(), rule.method()));
    }
    rules.add(rule.rejecting("hostnossl", rule.users()));
  }
}
