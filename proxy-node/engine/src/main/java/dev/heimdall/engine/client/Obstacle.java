package dev.heimdall.engine.client;

import java.util.Arrays;
import java.util.Locale;

/** Reason that another process does not have a client yet; most need no more words, some do. */
public enum Obstacle {
  MOVING("moving"),
  LOG_IN("log-in"),
  TRANSACTION("transaction"),
  STATEMENT("statement in progress"),
  UNIX_SOCKET("Unix domain socket"),
  TLS("TLS"),
  COMPRESSION("compression"),
  LISTEN("LISTEN"),
  PINNED("pinned: "),
  RULE("pinned by a rule"),
  SESSION_MODE("session mode"),
  CONSOLE("console"),
  TOO_LARGE("state larger than 16 MiB"),
  REJECTED("rejected by the new process: "),
  /** Reason reported by a process of another version. */
  OTHER("other");

  private final String text;

  Obstacle(String text) {
    this.text = text;
  }

  /** For operators. */
  public String text() {
    return text;
  }

  /** Returns the text for operators, with the part that differs from client to client. */
  public String text(String more) {
    return text + more;
  }

  /** That of such a text. */
  public static Obstacle of(String said) {
    return Arrays.stream(values())
        .filter(one -> one.text.endsWith(" ") ? said.startsWith(one.text) : said.equals(one.text))
        .findFirst()
        .orElse(OTHER);
  }

  /** The label in metrics, lower case with underscores. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
