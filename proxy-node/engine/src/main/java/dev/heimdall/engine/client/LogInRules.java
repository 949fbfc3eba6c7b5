package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthDecision;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.LogInRequest;
import dev.heimdall.engine.auth.UserLookup;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;

/** Rules for who may log in to a virtual database, and by what proof, from its settings. */
final class LogInRules {
  private final VdbAccess vdb;
  private final LoopAccess loop;
  private final ClientProtocol protocol;

  LogInRules(VdbAccess vdb, LoopAccess loop, ClientProtocol protocol) {
    this.vdb = vdb;
    this.loop = loop;
    this.protocol = protocol;
  }

  /**
   * Decides at once, or when the database was queried for a user that no file names.
   *
   * @param certificate that the client has shown; null for none
   * @param client is paused while the database is queried
   */
  void decide(
      SessionRequest wanted,
      InetAddress from,
      boolean tls,
      X509Certificate certificate,
      ClientLogin client,
      Consumer<AuthDecision> decided,
      Consumer<Throwable> failed) {
    VdbAccess.Settings settings = vdb.settings();
    LogInRequest asked =
        new LogInRequest(
            tls, protocol.hidesPasswords(), from, wanted.database(), wanted.user(), certificate);
    Authenticator authenticator = settings.authenticator();
    if (settings.query() == null
        || settings.users().find(wanted.user()).isPresent()
        || !authenticator.asksForPassword(asked)) {
      decided.accept(authenticator.decide(asked));
      return;
    }
    client.pause();
    settings
        .query()
        .find(
            wanted.user(),
            answer ->
                loop.context()
                    .soon(
                        () -> {
                          if (client.resume()) {
                            found(authenticator, asked, answer, client, decided);
                          }
                        },
                        failed));
  }

  private static void found(
      Authenticator authenticator,
      LogInRequest asked,
      UserLookup.Answer answer,
      ClientLogin client,
      Consumer<AuthDecision> decided) {
    if (answer.failed()) {
      client.refuse(
          ServerError.fatal(
                  Sqlstate.CONNECTION_FAILURE,
                  "users cannot be looked up in the database at present")
              .withHint("The log of the node has the reason: authQuery of the virtual database."));
    } else {
      decided.accept(authenticator.with(answer.user(), answer.others()).decide(asked));
    }
  }
}
