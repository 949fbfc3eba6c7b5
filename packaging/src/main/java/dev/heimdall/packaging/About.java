package dev.heimdall.packaging;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Information in packages about their contents.
 *
 * @param version such as {@code 0.1.0}, or {@code 0.1.0-SNAPSHOT} before there is one
 * @param time of all files, and of the packages
 * @param maintainer a name and an address, as mail has them
 */
record About(String version, Instant time, String maintainer) {
  String summary() {
    return "proxy for PostgreSQL, MySQL, MariaDB and SQL Server, and its manager";
  }

  List<String> description() {
    return List.of(
        "Applications connect to a node as if it were their database. It pools",
        "connections, sends reads to replicas without breaking read-your-writes,",
        "answers from a cache that invalidates itself, applies rules, and follows",
        "failovers without dropping clients. A manager with a web interface edits",
        "the configuration of all nodes.");
  }

  /** As Debian's tools read it; what has changed is told elsewhere. */
  String changelog() {
    return """
        heimdall (%s) stable; urgency=medium

          * See CHANGELOG.md of the release.

         -- %s  %s
        """
        .formatted(
            DebianPackage.version(version),
            maintainer,
            DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC)));
  }
}
