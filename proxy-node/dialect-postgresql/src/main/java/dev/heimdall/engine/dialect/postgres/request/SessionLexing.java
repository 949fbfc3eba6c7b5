package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.sql.PostgresLexer;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PossibleReadings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Splitting of texts into tokens by the server of a session: by {@code standard_conforming_strings}
 * and {@code client_encoding}, of which servers report each change at the end of the group of
 * messages that made it. Between a statement that may change them and that report a text with more
 * than one reading is a doubtful one.
 */
final class SessionLexing {
  static final String STRINGS = "standard_conforming_strings";
  static final String ENCODING = "client_encoding";
  private static final String SERVER_ENCODING = "server_encoding";

  private static final byte[] EXECUTE = "execute".getBytes(StandardCharsets.US_ASCII);

  private static final PossibleReadings READINGS = new PossibleReadings(PostgresSql.DIALECT);
  private static final List<LexerMode> EITHER = List.of(LexerMode.STANDARD, LexerMode.ESCAPES);

  /** Encodings whose characters may hold bytes of ASCII. */
  static final Set<String> HIDING =
      Set.of("sjis", "big5", "gbk", "gb18030", "uhc", "johab", "shift_jis_2004", "shiftjis");

  /** Nature of bytes above ASCII. */
  private enum Characters {
    /** UTF-8, as names are kept here. */
    KNOWN,
    /** Characters of another encoding: what a name is called is not known here. */
    FOREIGN,
    /** Possibly parts of characters whose other bytes look like ASCII. */
    HIDING
  }

  private final HandledClient client;
  private final SessionState carried;
  private final NameResolution resolution;

  private String encoding;
  private Characters ofEncoding = Characters.KNOWN;

  SessionLexing(HandledClient client, SessionState carried, NameResolution resolution) {
    this.client = client;
    this.carried = carried;
    this.resolution = resolution;
  }

  /**
   * Returns the mode for reading the text that is sent next; a doubtful one where that is
   * uncertain.
   */
  LexerMode mode(byte[] sql, int offset, int length) {
    String strings = value(STRINGS);
    Characters characters = characters(value(ENCODING));
    LexerMode likely = mode(strings);
    if (strings == null) {
      likely = runsPrepared(sql, offset, length) ? likely.doubted() : either(sql, offset, length);
    }
    return characters == Characters.KNOWN || !hides(characters, sql, offset, length, likely)
        ? likely
        : likely.doubted();
  }

  /** True if it runs something by name, and how it is read will be known by what is unanswered. */
  boolean awaitsWhatItRuns(byte[] sql, int offset, int length) {
    return isUnsettled() && runsPrepared(sql, offset, length);
  }

  /**
   * Returns the mode in which the server connected meanwhile reads a text of a session that had
   * none when it was judged; null where that was not in question.
   */
  private LexerMode modeAt(ServerConnection server) {
    if (resolution.mayReadOtherwise()) {
      return null;
    }
    String own = carried.variables().get(STRINGS);
    return mode(own == null ? server.reported().usual(STRINGS) : own);
  }

  /**
   * True if a text that was judged before its server was known is read otherwise there, as a
   * default of the role was changed.
   */
  boolean isMisjudged(
      ServerConnection server, LexerMode judgedIn, byte[] sql, int offset, int length) {
    return !judgedIn.doubtful()
        && differs(server, judgedIn)
        && either(sql, offset, length).doubtful();
  }

  /** Notes that a server default differs from the one reported to sessions at log-in. */
  void defaultsChanged(ServerConnection server) {
    client.reportedOtherwise(STRINGS, server.reported().usual(STRINGS));
  }

  /** True if it is worth asking for {@link #isMisjudged}. */
  boolean differs(ServerConnection server, LexerMode judgedIn) {
    LexerMode there = modeAt(server);
    return there != null && there.backslashEscapes() != judgedIn.backslashEscapes();
  }

  private static LexerMode mode(String strings) {
    return "off".equalsIgnoreCase(strings) ? LexerMode.ESCAPES : LexerMode.STANDARD;
  }

  /**
   * True if a text that was judged in one mode may be another one to a server that reads it now.
   */
  boolean mayBeReadOtherwise(LexerMode judgedIn, byte[] sql, int length) {
    if (judgedIn.doubtful()) {
      return false;
    }
    String strings = value(STRINGS);
    return (strings == null || mode(strings).backslashEscapes() != judgedIn.backslashEscapes())
        && isAmbiguous(sql, length);
  }

  /** True if a text whose earlier judgement is unknown may be read otherwise by the server. */
  boolean isUnsettled() {
    return value(STRINGS) == null;
  }

  /** True if there is more than one way to read it. */
  boolean isAmbiguous(byte[] sql, int length) {
    return either(sql, 0, length).doubtful();
  }

  private LexerMode either(byte[] sql, int offset, int length) {
    return READINGS.of(sql, offset, length, EITHER);
  }

  /** True if the text contains an EXECUTE, whose statement may be prepared anew for it. */
  private static boolean runsPrepared(byte[] sql, int offset, int length) {
    for (int at = offset; at + EXECUTE.length <= offset + length; at++) {
      int i = 0;
      while (i < EXECUTE.length && ByteClass.lower(sql[at + i]) == EXECUTE[i]) {
        i++;
      }
      if (i == EXECUTE.length) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the setting's value by which the server reads the next text; null where none can be
   * determined.
   */
  private String value(String name) {
    ServerConnection server = client.server();
    if (server == null) {
      String own = carried.variables().get(name);
      return own == null ? client.reportedAtStart(name) : own;
    }
    String now = server.reported().get(name);
    if (resolution.mayReadOtherwise()) {
      return resolution.awaitsReading() ? null : now;
    }
    String own = carried.variables().get(name);
    if (own != null) {
      return own;
    }
    String usual = server.reported().usual(name);
    if (usual == null || usual.equals(now)) {
      return now;
    }
    if (!server.quiet()) {
      return usual; // another session's value is being put back
    }
    server.reported().usual(name, now); // its configuration was changed
    return now;
  }

  private Characters characters(String now) {
    if (now == null) {
      return Characters.HIDING;
    }
    if (!now.equals(encoding)) {
      encoding = now;
      ofEncoding = characters(now.toLowerCase(Locale.ROOT), serverEncoding());
    }
    return ofEncoding;
  }

  private String serverEncoding() {
    ServerConnection server = client.server();
    Map<String, String> reported = server == null ? Map.of() : server.reported().values();
    String own = reported.get(SERVER_ENCODING);
    return own == null ? client.reportedAtStart(SERVER_ENCODING) : own;
  }

  private static Characters characters(String name, String ofServer) {
    if (HIDING.contains(name)) {
      return Characters.HIDING;
    }
    boolean utf = name.startsWith("utf") || name.equals("unicode");
    boolean asServer =
        name.equals("sql_ascii")
            && (ofServer == null || ofServer.equals("UTF8") || ofServer.equals("SQL_ASCII"));
    return utf || asServer ? Characters.KNOWN : Characters.FOREIGN;
  }

  /** True if bytes above ASCII stand where they decide on tokens or names. */
  private boolean hides(
      Characters characters, byte[] sql, int offset, int length, LexerMode likely) {
    if (isAscii(sql, offset, offset + length)) {
      return false;
    }
    if (characters == Characters.HIDING) {
      return true;
    }
    Lexer lexer = new PostgresLexer();
    lexer.reset(sql, offset, length, likely);
    int token = lexer.next();
    while (token != Lexer.END) {
      boolean named =
          switch (token) {
            case Lexer.STRING, Lexer.ESCAPE_STRING, Lexer.UNICODE_STRING, Lexer.BIT_STRING -> false;
            default -> true;
          };
      if (token == Lexer.BROKEN || (named && !isAscii(sql, lexer.start(), lexer.end()))) {
        return true;
      }
      token = lexer.next();
    }
    return false;
  }

  private static boolean isAscii(byte[] sql, int from, int to) {
    for (int at = from; at < to; at++) {
      if (sql[at] < 0) {
        return false;
      }
    }
    return true;
  }
}
