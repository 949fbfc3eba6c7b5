package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Secret;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Rejection by a server: its message, and what to do about it. */
record Refused(DataSource source) {
  private static final String MASK = "•••";

  /** Rights that are missing, as MySQL and MariaDB number it, and SQL Server. */
  private static final Set<Integer> MISSING_RIGHTS = Set.of(1044, 1142, 1227, 229, 297, 300);

  static boolean isDenied(SQLException failure) {
    return MISSING_RIGHTS.contains(failure.getErrorCode()) || "42501".equals(failure.getSQLState());
  }

  /** The innermost of what went wrong in SQL: it has the server's words. */
  static SQLException cause(Throwable failure) {
    SQLException found = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        found = sql;
      }
    }
    return found == null ? new SQLException(String.valueOf(failure.getMessage())) : found;
  }

  /** In the server's words, without the password, wherever that may stand in them. */
  String words(Throwable failure) {
    SQLException cause = cause(failure);
    String words = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    Optional<String> password =
        source.password().map(Secret::value).filter(value -> !value.isEmpty());
    if (password.isPresent()) {
      words = words.replace(password.get(), MASK);
    }
    String inner = innermost(failure);
    return inner.isEmpty() || words.contains(inner) ? words : words + " (" + inner + ")";
  }

  /** Message of TLS: drivers keep it to themselves. */
  private static String innermost(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof SQLException || cause.getMessage() == null
        ? ""
        : cause.getMessage().lines().findFirst().orElse("");
  }

  CheckResult finding(String subject, String what, Throwable failure) {
    String words = words(failure);
    SQLException cause = cause(failure);
    String state = String.valueOf(cause.getSQLState());
    String lower = words.toLowerCase(Locale.ROOT);
    if (source.credentials().kept() && (state.startsWith("08") && !lower.contains("ssl"))) {
      return CheckResult.skipped(
          subject,
          what,
          words,
          "The manager itself could not get the credentials from AWS. Nodes use their own role:"
              + " templates/iam/node.json lets them read them. heimdall doctor on a node tests"
              + " it.");
    }
    return CheckResult.bad(subject, what, words, advice(cause, state, lower));
  }

  private String advice(SQLException cause, String state, String lower) {
    if (JdbcDrivers.isRefusal(source.engine(), cause)) {
      return lower.contains("pg_hba.conf")
          ? "Let this user in from this machine in pg_hba.conf, or use TLS if the server wants it."
          : "Check user and password. The user has to be allowed to log in from this machine.";
    }
    if (state.equals("3D000")
        || state.equals("42000") && lower.contains("unknown database")
        || lower.startsWith("cannot open database")) {
      return "Name a database that there is.";
    }
    if (lower.contains("certif") || lower.contains("pkix") || lower.contains("hostname")) {
      return "Name the file with the server's certificate authority, and connect by the name that"
          + " is in its certificate.";
    }
    if (lower.contains("ssl") || lower.contains("tls")) {
      return "The server and this TLS setting do not agree: choose another one, or switch TLS on at"
          + " the server.";
    }
    if (state.startsWith("53") || lower.contains("too many connections")) {
      return "The server has no connection to spare: raise its limit, or end some.";
    }
    return "The words are the server's own; its log may say more.";
  }
}
