package dev.heimdall.engine.dialect.sqlserver.answer;

import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;

/**
 * Part of a client's LOGIN7 that decides how its session begins, and in what form it is answered:
 * its server connections are logged in with the same.
 *
 * @param version that tokens have: strict encryption (TDS 8.0) is each side's own
 * @param packetSize bytes of the longest packet; 0 for the server's own choice
 * @param zone minutes
 * @param lcid the client's collation
 * @param language empty for the user's own
 * @param application name of the client's program, which a server learns at log-in alone
 */
public record TdsAgreement(
    TdsVersion version,
    int packetSize,
    Login7.Flags flags,
    int zone,
    int lcid,
    String language,
    String application)
    implements Capabilities {
  /** Name of a program for connections of no client, and of clients that share them. */
  public static final String NODE = "heimdall";

  /** Agreement for connections that are made for no client. */
  public static final TdsAgreement USUAL =
      new TdsAgreement(TdsVersion.V7_4, 0, Login7.Flags.ODBC, 0, 0, "", NODE);

  @Override
  public boolean readsByIntent() {
    return flags.readOnly();
  }

  /** Agreement with a client, whose server connections log in with this name of a program. */
  public static TdsAgreement of(Login7 login, String application) {
    return new TdsAgreement(
        login.tds().ofTokens(),
        login.client().packetSize(),
        login.flags(),
        login.client().zone(),
        login.client().lcid(),
        login.names().language(),
        application);
  }

  /** Returns what was agreed with a client, or the usual where none was. */
  public static TdsAgreement of(Capabilities agreed) {
    return agreed instanceof TdsAgreement those ? those : USUAL;
  }
}
