package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Log-ins of clients: {@code auth_type}, and the lines of {@code auth_hba_file}. */
final class PgBouncerLogIns {
  private static final String SCRAM = "scram-sha-256";

  private final PgBouncerIni ini;
  private final List<Group> groups;
  private final Documents documents;
  private final Notes notes;

  /** True if clients can use TLS. */
  private final boolean tls;

  /**
   * @param documents with all users
   */
  PgBouncerLogIns(PgBouncerIni ini, List<Group> groups, Documents documents, Notes notes) {
    this.ini = ini;
    this.groups = groups;
    this.documents = documents;
    this.notes = notes;
    this.tls = ini.said("client_tls_cert_file").isPresent();
  }

  void write() throws CommandFailure {
    String type = ini.value("auth_type", "md5");
    if (type.equals("hba")) {
      linesOfHba();
      return;
    }
    boolean inTls = Set.of("plain", "cert").contains(type);
    boolean ldap = type.equals("ldap") && hasDirectory();
    String method =
        switch (type) {
          case "md5" -> "md5";
          case "plain" -> tls ? "password" : SCRAM;
          case "cert" -> tls ? "cert" : SCRAM;
          case "ldap" -> ldap ? "ldap" : SCRAM;
          // Without an address it let in who could reach its Unix socket: a port is for more.
          case "trust", "any" -> ini.listens() ? "trust" : SCRAM;
          default -> SCRAM;
        };
    for (Group group : groups) {
      ObjectNode rule = documents.vdb(group.name()).putArray("auth").addObject();
      if (inTls && tls) {
        rule.put("type", "hostssl");
      }
      rule.put("method", method);
    }
    ini.said("auth_type").ifPresent(this::about);
    if (!ldap) {
      withoutUse(type);
    }
  }

  /** True if the directory of {@code auth_ldap_options} could be written. */
  private boolean hasDirectory() {
    Optional<Entry> options = ini.said("auth_ldap_options");
    Entry named = options.orElseGet(() -> ini.said("auth_type").orElseThrow());
    Optional<String> problem =
        new PgBouncerDirectory(documents, tls, notes)
            .write(options.map(Entry::value).orElse(""), named.at());
    problem.ifPresent(why -> notes.left(named, why + "; scram-sha-256 was written"));
    return problem.isEmpty();
  }

  private void linesOfHba() throws CommandFailure {
    Entry type = ini.said("auth_type").orElseThrow();
    Entry named =
        ini.said("auth_hba_file")
            .orElseThrow(
                () ->
                    new CommandFailure(
                        ExitCode.CONFIGURATION,
                        type.at() + ": auth_type is hba, and there is no auth_hba_file"));
    HbaFile hba = HbaFile.read(ini.named(named), documents, tls, notes);
    for (Group group : groups) {
      ObjectNode vdb = documents.vdb(group.name());
      ArrayNode auth = vdb.putArray("auth");
      hba.rules().forEach(rule -> rule.into(auth, group));
      if (hba.hasLocalLines() && vdb.remove("unixSocket") != null) {
        notes.differs(
            named, "its lines for the Unix socket have no counterpart: there is no socket");
      }
    }
  }

  /** Leaves out users that the method never lets in, because a node takes them for a mistake. */
  private void withoutUse(String type) {
    if (Set.of("trust", "any", "cert").contains(type)) {
      return;
    }
    for (String name : documents.users()) {
      ObjectNode user = documents.user(name);
      boolean md5 = user.path("verifier").asText().startsWith("md5");
      if (user.isEmpty() || md5 && !type.equals("md5") && !type.equals("plain")) {
        documents.withoutUser(name);
        notes.say(
            "user "
                + name
                + " is left out: auth_type "
                + type
                + (md5 ? " does not take an md5 verifier" : " needs a password"));
      }
    }
  }

  private void about(Entry type) {
    switch (type.value()) {
      case "plain", "cert" ->
          notes.differs(
              type,
              tls
                  ? "it is taken inside TLS only"
                  : "it is taken inside TLS only, and clients have none: scram-sha-256 was written");
      case "trust", "any" ->
          notes.differs(
              type,
              ini.listens()
                  ? "nobody has to prove anything, as before; users need a document"
                  : "it was for the Unix socket alone: scram-sha-256 was written");
      case "pam" -> notes.left(type, "there is no such method; scram-sha-256 was written");
      default -> {}
    }
  }
}
