package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.sql.LexerMode;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** How a session has its texts cut into tokens, by its sql_mode and its character set. */
final class SessionLexing {
  /** In these, a byte of a character may look like a backslash. */
  private static final Set<String> HIDING = Set.of("big5", "cp932", "gbk", "sjis", "gb18030");

  private final HandledClient client;
  private final SessionState carried;
  private final ClientAnswers answers;

  /** What was found last while the session had a server connection, and while it had none. */
  private final Found held = new Found();

  private final Found apart = new Found();

  SessionLexing(HandledClient client, SessionState carried, ClientAnswers answers) {
    this.client = client;
    this.carried = carried;
    this.answers = answers;
  }

  LexerMode mode() {
    ServerConnection server = client.server();
    return (server == null ? apart : held)
        .mode(
            value(server, "sql_mode"),
            value(server, SessionCharacters.CLIENT),
            answers.plainStrings());
  }

  /** What the present server has reported counts more than what was carried there. */
  private String value(ServerConnection server, String name) {
    String reported = server == null ? null : server.reported().get(name);
    return reported == null ? SessionCharacters.charset(carried.variables()::get, name) : reported;
  }

  /** What follows from values that seldom change. */
  private static final class Found {
    private String modes;
    private String charset;
    private boolean plain;
    private LexerMode mode = LexerMode.MYSQL;

    LexerMode mode(String modesNow, String charsetNow, boolean plainNow) {
      if (plainNow != plain
          || !Objects.equals(modesNow, modes)
          || !Objects.equals(charsetNow, charset)) {
        modes = modesNow;
        charset = charsetNow;
        plain = plainNow;
        String set = modes == null ? "" : modes.toUpperCase(Locale.ROOT);
        mode =
            new LexerMode(
                modes == null ? !plain : !set.contains("NO_BACKSLASH_ESCAPES"),
                set.contains("ANSI_QUOTES"),
                charset != null && HIDING.contains(charset));
      }
      return mode;
    }
  }
}
