package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** The directory that log-ins go to: a node has one. */
final class PgBouncerDirectory {
  private final Documents documents;
  private final boolean tls;
  private final Notes notes;

  /**
   * @param tls whether clients can use TLS
   */
  PgBouncerDirectory(Documents documents, boolean tls, Notes notes) {
    this.documents = documents;
    this.tls = tls;
    this.notes = notes;
  }

  /**
   * Writes it, unless it is written already.
   *
   * @param at where it is named
   * @return why it cannot be written
   */
  Optional<String> write(String options, Line at) {
    LdapOptions read = LdapOptions.read(options);
    Optional<String> problem = read.problem();
    if (problem.isPresent()) {
      return problem;
    }
    ObjectNode wanted = documents.node().objectNode();
    read.into(wanted);
    if (!tls) {
      wanted.put("clearText", true);
    }
    if (documents.node().has("ldap")) {
      return documents.node().get("ldap").equals(wanted)
          ? Optional.empty()
          : Optional.of("a node has one directory, and another one is named before");
    }
    documents.node().set("ldap", wanted);
    notes.at(
        at,
        tls
            ? "passwords for the directory are taken inside TLS only"
            : "clients send passwords for the directory without TLS, as before: there is no"
                + " client_tls_cert_file");
    if (read.inClearText()) {
      notes.at(at, "passwords go to the directory without TLS, as before (startTls)");
    }
    return Optional.empty();
  }
}
