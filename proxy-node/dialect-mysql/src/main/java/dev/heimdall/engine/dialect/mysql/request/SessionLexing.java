package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.sql.ModeChanges;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters.Signs;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PossibleReadings;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Splitting of a session's texts into tokens, by its sql_mode and its character set. */
final class SessionLexing {
  private static final PossibleReadings READINGS = new PossibleReadings(MysqlSql.DIALECT);
  private static final String MODES = "sql_mode";

  /** Character sets that have all of ASCII, as others need not. */
  private static final Set<String> WITH_ASCII =
      Set.of("ascii", "binary", "latin1", "utf8", "utf8mb3", "utf8mb4");

  /** All ways there are, while it is unknown which one it is. */
  private static final List<LexerMode> ANY =
      List.of(
          MysqlSql.USUAL_MODE,
          new LexerMode(false, false, true),
          new LexerMode(true, true, true),
          new LexerMode(false, true, true));

  private final HandledClient client;
  private final SessionState carried;
  private final ClientAnswers answers;
  private final Signs ofLogIn;

  /** Result found last while the session had a server connection, and another while it had none. */
  private final Found held = new Found();

  private final Found apart = new Found();

  /** True if the settings may be others than those that were reported. */
  private boolean unreported;

  /**
   * @param collation the number of the one that the client has logged in with
   */
  SessionLexing(HandledClient client, SessionState carried, ClientAnswers answers, int collation) {
    this.client = client;
    this.carried = carried;
    this.answers = answers;
    this.ofLogIn = SessionCharacters.signsOf(collation);
  }

  /** A statement may have changed the settings in a way that the server does not report. */
  void changedUnreported() {
    unreported = true;
  }

  /** The session is as new. */
  void forget() {
    unreported = false;
  }

  void write(StateWriter out) {
    out.flag(unreported);
  }

  void read(StateReader in) {
    unreported = in.flag();
  }

  /** As the session's settings have it, whatever a text does to them in its middle. */
  LexerMode mode() {
    return found().mode;
  }

  /**
   * Returns the mode for reading a text of the session; doubtful where its server may read it
   * otherwise: settings are not known for sure, they have characters with bytes that look like
   * others, or one of its statements changes them for those behind it.
   */
  LexerMode mode(byte[] text, int offset, int length) {
    Found found = found();
    LexerMode mode = found.mode;
    if (found.misleads(text, offset, length) || ModeChanges.within(text, offset, length, mode)) {
      return mode.doubted();
    }
    return unreported || found.possible.size() > 1
        ? READINGS.of(text, offset, length, unreported ? ANY : found.possible)
        : mode;
  }

  /** True if BEGIN may begin a block and no transaction: in MariaDB by Oracle's grammar. */
  boolean hasBlocks() {
    return found().blocks || unreported;
  }

  /** True if literals and parameters of plain ASCII are the same in the set of the connection. */
  boolean keepsAscii() {
    ServerConnection server = client.server();
    String characters = value(server, SessionCharacters.CONNECTION);
    String collation = value(server, SessionCharacters.COLLATION);
    boolean known = !StateChanges.doubtful(characters) || !StateChanges.doubtful(collation);
    return known && !unreported && keepsAscii(characters) && keepsAscii(collation);
  }

  /**
   * True for what a fresh connection has, which is the client's own, and for an unknown one: the
   * other of the two says it.
   */
  private static boolean keepsAscii(String value) {
    return value == null
        || StateChanges.doubtful(value)
        || WITH_ASCII.contains(SessionCharacters.charsetOf(value));
  }

  private Found found() {
    ServerConnection server = client.server();
    Found found = server == null ? apart : held;
    found.read(value(server, MODES), value(server, SessionCharacters.CLIENT));
    return found;
  }

  /**
   * Returns the value of a variable: a report of the present server takes precedence over a carried
   * value; without a server, a carried value takes precedence over the session's initial value.
   */
  private String value(ServerConnection server, String name) {
    String value = server == null ? null : server.reported().get(name);
    if (value == null) {
      value = SessionCharacters.charset(carried.variables()::get, name);
    }
    return value == null && name.equals(MODES) ? answers.began(name) : value;
  }

  /** Conclusions from values that seldom change. */
  private final class Found {
    private String modes;
    private String charset;
    private boolean plain;
    private LexerMode mode = MysqlSql.USUAL_MODE;
    private List<LexerMode> possible = List.of(MysqlSql.USUAL_MODE);
    private Signs signs = ofLogIn;
    private boolean brackets;
    private boolean blocks;

    void read(String modesNow, String charsetNow) {
      boolean plainNow = answers.plainStrings();
      if (plainNow != plain
          || !Objects.equals(modesNow, modes)
          || !Objects.equals(charsetNow, charset)) {
        modes = modesNow;
        charset = charsetNow;
        plain = plainNow;
        decide();
      }
    }

    private void decide() {
      String set = modes == null ? "" : modes.toUpperCase(Locale.ROOT);
      brackets = set.contains("MSSQL");
      blocks = set.contains("ORACLE");
      signs =
          charset == null
              ? ofLogIn
              : StateChanges.doubtful(charset) ? Signs.HIDING : SessionCharacters.signs(charset);
      boolean quotedNames = set.contains("ANSI_QUOTES");
      boolean escapes = modes == null ? !plain : !set.contains("NO_BACKSLASH_ESCAPES");
      mode = new LexerMode(escapes, quotedNames, signs == Signs.HIDING);
      if (StateChanges.doubtful(modes)) {
        possible = ANY;
      } else if (escapes == plain) { // the flag of the last answer has it otherwise
        possible = List.of(mode, new LexerMode(!escapes, quotedNames, mode.hiddenSigns()));
      } else {
        possible = List.of(mode);
      }
    }

    boolean misleads(byte[] text, int offset, int length) {
      boolean bracketed = brackets || unreported;
      if (signs == Signs.PLAIN && !bracketed) {
        return false;
      }
      for (int i = offset; i < offset + length; i++) {
        if (signs.mislead(text[i]) || (bracketed && text[i] == '[')) {
          return true;
        }
      }
      return false;
    }
  }
}
