package dev.heimdall.engine.client;

import dev.heimdall.directory.DirectoryAnswer;
import dev.heimdall.engine.auth.AuthDecision;
import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.AuthenticationFailed;
import dev.heimdall.engine.auth.PasswordProof;
import dev.heimdall.engine.auth.ScramServer;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.pool.LoginChecks;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;

/**
 * A client proves who it is by a password, in the way that was decided: from what it is asked to
 * what its session may use at the server. The dialogue of its protocol asks the client, and hands
 * over what the client answers.
 */
public final class PasswordExchange {
  /** PostgreSQL's limits: a password may be a token of some identity provider. */
  private static final int MAX_PROOF = 1024;

  private static final int MAX_PASSWORD = 64 * 1024;

  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopAccess loop;
  private final AuthDecision decision;
  private final String database;
  private final LogInDialogue dialogue;
  private final Outcome outcome;
  private final ScramServer scram;

  /** A client's proof, to be judged when its turn has come. */
  interface Judgement {
    void run() throws AuthException;
  }

  /** Told on the client's loop, perhaps when the client has gone. */
  interface Outcome {
    /** The client has sent its proof. */
    void judge(Judgement judgement);

    /** The password is being checked elsewhere; one of the others follows. */
    void checking();

    /** True if the client is still there. */
    boolean awaited();

    /**
     * The client's proof was wrong, but it may still send the password: if it does not, or sends a
     * wrong one, that was one wrong guess.
     */
    void doubted(AuthFailure failure);

    /** The client is in these groups of a directory; {@link #admitted} follows. */
    void groups(List<String> groups);

    /** The client is who it says. */
    void admitted(ServerCredential credential);

    void refused(AuthFailure failure);

    /** The server did, or could not be asked. */
    void refused(ServerError error);
  }

  /**
   * @param decision that a password is asked for
   * @param database the client's name of it, for a server that is to check the password
   * @param tlsServerEndPoint what binds the exchange to the TLS channel; null without TLS
   */
  PasswordExchange(
      LogInServices services,
      AuthDecision decision,
      String database,
      byte[] tlsServerEndPoint,
      LogInDialogue dialogue,
      Outcome outcome) {
    this.node = services.node();
    this.vdb = services.vdb();
    this.loop = services.loop();
    this.decision = decision;
    this.database = database;
    this.dialogue = dialogue;
    this.outcome = outcome;
    this.scram =
        decision.exchange() == AuthDecision.Exchange.SCRAM
            ? decision.scram(tlsServerEndPoint, node.nonces(), loop.scram())
            : null;
  }

  /** Kind of proof to request from the client: SCRAM, MD5, CLEAR_TEXT or DIRECTORY. */
  public AuthDecision.Exchange kind() {
    return decision.exchange();
  }

  /** The mechanisms to offer for SCRAM, the preferred one first. */
  public List<String> mechanisms() {
    return scram.mechanisms();
  }

  /** Maximum length of the client's next message: its sender has proved nothing yet. */
  public int longestAnswer() {
    return decision.wantsPassword() ? MAX_PASSWORD : MAX_PROOF;
  }

  /**
   * SCRAM's first message from the client.
   *
   * @param mechanism the one that it chose
   */
  public void scramFirst(String mechanism, byte[] message) {
    byte[] challenge;
    try {
      challenge = scram.first(mechanism, message);
    } catch (AuthException e) {
      outcome.refused(e.failure());
      return;
    }
    dialogue.challenge(challenge);
  }

  /** SCRAM's last message from the client, its proof. */
  public void scramLast(byte[] message) {
    outcome.judge(
        () -> {
          byte[] proof = scram.last(message);
          ServerCredential credential = decision.admit(scram.keys());
          dialogue.proved(proof);
          outcome.admitted(credential);
        });
  }

  /**
   * The MD5 hash of the password's hash and the challenge.
   *
   * @param salt the challenge, 4 bytes
   */
  public void md5(byte[] salt, byte[] response) {
    outcome.judge(() -> outcome.admitted(decision.admitMd5(salt, response)));
  }

  /** The password itself. */
  public void clearText(byte[] password) {
    outcome.judge(() -> check(password));
  }

  /**
   * A proof in a way of the dialect's own by which the password itself is not sent.
   *
   * @param otherwise it cannot be judged, or not be used, or was wrong and does not {@linkplain
   *     PasswordProof#decides decide}: the client has been told nothing, and is to send the
   *     password
   */
  public void proof(PasswordProof proof, Runnable otherwise) {
    if (decision.judges(proof)) {
      outcome.judge(() -> judge(proof, otherwise));
    } else {
      otherwise.run();
    }
  }

  private void judge(PasswordProof proof, Runnable otherwise) throws AuthException {
    ServerCredential credential;
    try {
      credential = decision.admitProof(proof);
    } catch (AuthenticationFailed e) {
      if (proof.decides()) {
        throw e;
      }
      outcome.doubted(e.failure());
      otherwise.run();
      return;
    }
    outcome.admitted(credential);
  }

  private void check(byte[] password) throws AuthException {
    if (decision.exchange() == AuthDecision.Exchange.DIRECTORY) {
      directoryDecides(decision.forTheDirectory(password));
      return;
    }
    if (decision.serverDecides()) {
      ServerCredential credential = decision.forTheServer(password);
      outcome.checking();
      serverDecides(credential);
      return;
    }
    if (!decision.clearTextDerives(password)) {
      outcome.admitted(decision.admitClearText(password));
      return;
    }
    outcome.checking();
    node.offLoop()
        .execute(
            () -> {
              try {
                ServerCredential credential = decision.admitClearText(password);
                loop.context().loop().execute(() -> outcome.admitted(credential));
              } catch (AuthException e) {
                loop.context().loop().execute(() -> outcome.refused(e.failure()));
              }
            });
  }

  private void directoryDecides(String password) {
    outcome.checking();
    node.directory()
        .check(
            decision.request(),
            password,
            outcome::awaited,
            answer -> loop.context().loop().execute(() -> directoryHasDecided(answer, password)));
  }

  private void directoryHasDecided(DirectoryAnswer answer, String password) {
    String user = decision.request().user();
    if (answer instanceof DirectoryAnswer.Accepted accepted) {
      try {
        ServerCredential credential = decision.admitKnown(password, accepted.groups());
        outcome.groups(accepted.groups());
        outcome.admitted(credential);
      } catch (AuthException e) {
        outcome.refused(e.failure());
      }
    } else if (answer instanceof DirectoryAnswer.Rejected) {
      outcome.refused(AuthFailure.wrongPassword(user));
    } else if (answer instanceof DirectoryAnswer.Crowded) {
      outcome.refused(AuthFailure.directoryCrowded());
    } else {
      outcome.refused(AuthFailure.directoryUnavailable(user));
    }
  }

  /**
   * Pools come only after the server's decision: a guess must not make one, and a password that was
   * changed at the server must not live on in one.
   */
  private void serverDecides(ServerCredential credential) {
    String atServer = vdb.serverDatabase(database);
    if (atServer == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(database);
      outcome.refused(ServerError.fatal(unknown.sqlState(), unknown.message()));
      return;
    }
    vdb.pools()
        .logins()
        .checkNow(
            loop.context(),
            new PoolKey(atServer, credential, dialogue.capabilities()),
            loop.context().nanoTime(),
            new LoginChecks.Outcome() {
              @Override
              public void accepted(long revision) {
                outcome.admitted(credential);
              }

              @Override
              public void rejected(ServerError why) {
                outcome.refused(why);
              }

              @Override
              public boolean awaited() {
                return outcome.awaited();
              }
            });
  }
}
