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
 */
public record TdsAgreement(
    TdsVersion version, int packetSize, Login7.Flags flags, int zone, int lcid, String language)
    implements Capabilities {
  /** Agreement for connections that are made for no client. */
  public static final TdsAgreement USUAL =
      new TdsAgreement(TdsVersion.V7_4, 0, Login7.Flags.ODBC, 0, 0, "");

  @Override
  public boolean readsByIntent() {
    return flags.readOnly();
  }

  public static TdsAgreement of(Login7 login) {
    return new TdsAgreement(
        login.tds().ofTokens(),
        login.client().packetSize(),
        login.flags(),
        login.client().zone(),
        login.client().lcid(),
        login.names().language());
  }

  /** Returns what was agreed with a client, or the usual where none was. */
  public static TdsAgreement of(Capabilities agreed) {
    return agreed instanceof TdsAgreement those ? those : USUAL;
  }
}
