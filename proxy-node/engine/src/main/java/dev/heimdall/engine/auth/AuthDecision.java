package dev.heimdall.engine.auth;

import dev.heimdall.model.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

/**
 * Proof that a client has to give, and the check of it. Whichever way, a client is in when one of
 * the {@code admit} methods returned: what they return is its own log-in for the server, for VDBs
 * that pass it through. Until then nothing tells whether the user exists.
 */
public final class AuthDecision {

  /** The messages to exchange. */
  public enum Exchange {
    /** None: go on with {@link AuthDecision#admit()}. */
    ACCEPTED,
    /** SASL, with {@link AuthDecision#scram}, then {@link AuthDecision#admit(ScramKeys)}. */
    SCRAM,
    /** AuthenticationMD5Password with a random salt, then {@link AuthDecision#admitMd5}. */
    MD5,
    /** AuthenticationCleartextPassword, then {@link AuthDecision#admitClearText}. */
    CLEAR_TEXT,
    /**
     * AuthenticationCleartextPassword, and a directory's answer; then {@link
     * AuthDecision#admitKnown}.
     */
    DIRECTORY,
    /** None: {@link AuthDecision#failure()} is the answer. */
    REFUSED
  }

  /** Dummy password: proofs of users without a password are compared with it, to take as long. */
  private static final String STRANGERS = "none at all";

  private final String vdb;
  private final LogInRequest request;
  private final UserDirectory users;
  private final UserAccount account;
  private final Exchange exchange;
  private final AuthFailure failure;
  private final boolean passesThrough;
  private final List<String> groups;

  AuthDecision(
      String vdb,
      LogInRequest request,
      UserDirectory users,
      Exchange exchange,
      AuthFailure failure,
      boolean passesThrough) {
    this(vdb, request, users, exchange, failure, passesThrough, List.of());
  }

  /**
   * @param groups of which a user must be in one whom a directory accepts; none for anyone
   */
  AuthDecision(
      String vdb,
      LogInRequest request,
      UserDirectory users,
      Exchange exchange,
      AuthFailure failure,
      boolean passesThrough,
      List<String> groups) {
    this.vdb = vdb;
    this.request = request;
    this.users = users;
    this.account = users.account(request.user());
    this.exchange = exchange;
    this.failure = failure;
    this.passesThrough = passesThrough;
    this.groups = groups;
  }

  public Exchange exchange() {
    return exchange;
  }

  /** True if the client is to send its password. */
  public boolean wantsPassword() {
    return exchange == Exchange.CLEAR_TEXT || exchange == Exchange.DIRECTORY;
  }

  /** Log-in request that this decision is for. */
  public LogInRequest request() {
    return request;
  }

  /** Reason that the client is rejected; null unless {@link Exchange#REFUSED}. */
  public AuthFailure failure() {
    return failure;
  }

  /**
   * The server's side of the SASL exchange.
   *
   * @param tlsServerEndPoint the binding data of our certificate; null without TLS
   * @param arithmetic of the thread that the exchange belongs to
   */
  public ScramServer scram(
      byte[] tlsServerEndPoint, NonceSource nonces, ScramArithmetic arithmetic) {
    require(Exchange.SCRAM);
    ScramVerifier verifier = account == null ? null : account.verifier();
    return verifier == null
        ? ScramServer.forUnknownUser(
            request.user(),
            users.mockVerifier(request.user()),
            tlsServerEndPoint,
            nonces,
            arithmetic)
        : new ScramServer(request.user(), verifier, tlsServerEndPoint, nonces, arithmetic);
  }

  /** Lets a client in that need not prove anything here: trusted, or known by its certificate. */
  public ServerCredential admit() throws AuthException {
    require(Exchange.ACCEPTED);
    checkRights();
    return account.ownPassword().orElseGet(() -> ServerCredential.withoutSecret(request.user()));
  }

  /** Lets a client in that proved these keys to {@link #scram}. */
  public ServerCredential admit(ScramKeys proven) throws AuthException {
    require(Exchange.SCRAM);
    checkRights();
    return account
        .ownPassword()
        .orElseGet(() -> ServerCredential.scramKeys(request.user(), proven));
  }

  /**
   * Lets a client in that knows the password.
   *
   * @param salt the 4 bytes that were sent to it
   * @param response its answer without the final zero byte
   * @throws AuthenticationFailed when it does not know it
   */
  public ServerCredential admitMd5(byte[] salt, byte[] response) throws AuthException {
    require(Exchange.MD5);
    boolean exists = account != null && account.hasMd5();
    String hash = exists ? account.md5Hash() : users.salts().mockMd5Hash(request.user());
    if (!(Md5Password.matches(hash, salt, response) & exists)) {
      throw new AuthenticationFailed(request.user());
    }
    checkRights();
    return account
        .ownPassword()
        .orElseGet(() -> ServerCredential.md5Hash(request.user(), new Secret(hash)));
  }

  /**
   * True if {@link #admitProof} can tell a right proof from a wrong one. Of strangers, whose proofs
   * are all wrong, nothing shows that they are; where the client's own log-in is passed through,
   * the server decides on them. There only a proof of a password that is known will do, or one that
   * reveals what servers take.
   */
  public boolean judges(PasswordProof proof) {
    if (exchange == Exchange.DIRECTORY) {
      return false;
    }
    if (account == null) {
      return !passesThrough && users.judgesStranger(request.user(), proof);
    }
    return account.judges(proof)
        && (!passesThrough || account.ownPassword().isPresent() || proof.opensServers());
  }

  /**
   * Lets a client in that proves the password without sending it; {@link #judges} given.
   *
   * @throws AuthenticationFailed when it does not know it
   */
  public ServerCredential admitProof(PasswordProof proof) throws AuthException {
    require(Exchange.CLEAR_TEXT);
    boolean right =
        account == null
            ? proof.isOf(STRANGERS.getBytes(StandardCharsets.UTF_8))
            : account.accepts(proof);
    if (!right || account == null) {
      throw new AuthenticationFailed(request.user());
    }
    checkRights();
    return account
        .ownPassword()
        .orElseGet(() -> proof.atServer(request.user(), account.storedHash().text()));
  }

  /** True if {@link #admitClearText} will take milliseconds: then call it off the event loop. */
  public boolean clearTextDerives(byte[] password) {
    require(Exchange.CLEAR_TEXT);
    if (password.length == 0 || decode(password) == null) {
      return false;
    }
    ScramVerifier verifier = verifierForClearText();
    return users
            .cache()
            .known(SaslPrep.prepare(decode(password)), verifier.salt(), verifier.iterations())
        == null;
  }

  /**
   * Lets a client in that sent the password. Takes milliseconds unless the same password was right
   * before; strangers and wrong passwords take as long.
   *
   * @param password as it came, without the final zero byte
   * @throws AuthenticationFailed when it is wrong
   */
  public ServerCredential admitClearText(byte[] password) throws AuthException {
    require(Exchange.CLEAR_TEXT);
    if (password.length == 0) {
      throw new AuthException(AuthFailure.emptyPassword());
    }
    String text = decode(password);
    if (text == null || !isRight(text)) {
      throw new AuthenticationFailed(request.user());
    }
    checkRights();
    return ServerCredential.password(request.user(), new Secret(text));
  }

  /**
   * True if only the server can tell if a clear-text password is right: it is passed through, and
   * the node knows nothing of this user to check it against. Then {@link #forTheServer} goes in the
   * place of {@link #admitClearText}. Where the database was queried for users, only those whom the
   * query returns with a verifier may come in.
   */
  public boolean serverDecides() {
    require(Exchange.CLEAR_TEXT);
    return passesThrough && !users.queried() && (account == null || account.hasNothing());
  }

  /**
   * The log-in that the server has to accept before the client may come in.
   *
   * @param password as it came, without the final zero byte
   */
  public ServerCredential forTheServer(byte[] password) throws AuthException {
    if (password.length == 0) {
      throw new AuthException(AuthFailure.emptyPassword());
    }
    String text = decode(password);
    if (text == null) {
      throw new AuthenticationFailed(request.user());
    }
    if (account != null) {
      checkRights();
    }
    return ServerCredential.password(request.user(), new Secret(text));
  }

  /**
   * The password that a directory is to check.
   *
   * @param password as it came, without the final zero byte
   */
  public String forTheDirectory(byte[] password) throws AuthException {
    require(Exchange.DIRECTORY);
    if (password.length == 0) {
      throw new AuthException(AuthFailure.emptyPassword());
    }
    String text = decode(password);
    if (text == null) {
      throw new AuthenticationFailed(request.user());
    }
    return text;
  }

  /**
   * Lets a client in whose password a directory has accepted; it need have no document here.
   *
   * @param in the groups that its user is in
   */
  public ServerCredential admitKnown(String password, List<String> in) throws AuthException {
    require(Exchange.DIRECTORY);
    if (!groups.isEmpty() && Collections.disjoint(groups, in)) {
      throw new AuthException(AuthFailure.notInGroups(vdb, request.user()));
    }
    if (account != null) {
      checkRights();
    }
    return ServerCredential.password(request.user(), new Secret(password));
  }

  private boolean isRight(String password) {
    if (hash() != null) {
      if (!hash().slow()) {
        // As much work as for everyone else: time must not tell who has such a hash.
        ScramVerifier mock = verifierForClearText();
        new ScramArithmetic().derive(SaslPrep.prepare(password), mock.salt(), mock.iterations());
      }
      return hash().isOf(request.user(), password);
    }
    ScramVerifier verifier = verifierForClearText();
    byte[] prepared = SaslPrep.prepare(password);
    ScramKeyCache cache = users.cache();
    ScramKeys known = cache.known(prepared, verifier.salt(), verifier.iterations());
    ScramKeys keys =
        known == null
            ? new ScramArithmetic().derive(prepared, verifier.salt(), verifier.iterations())
            : known;
    if (!verifier.accepts(keys)) {
      return false;
    }
    if (known == null) {
      // Only what was right: guesses must not push other keys out.
      cache.remember(prepared, verifier.salt(), verifier.iterations(), keys);
    }
    return true;
  }

  /** Hash that a clear-text password is compared with; null where that is a SCRAM verifier. */
  private StoredHash hash() {
    return account == null ? null : account.storedHash();
  }

  private ScramVerifier verifierForClearText() {
    ScramVerifier verifier = account == null ? null : account.verifier();
    return verifier == null ? users.mockVerifier(request.user()) : verifier;
  }

  private void checkRights() throws AuthException {
    if (account == null) {
      throw new AuthException(AuthFailure.unknownRole(request.user()));
    }
    if (!account.mayEnter(vdb)) {
      throw new AuthException(AuthFailure.notPermitted(vdb, request));
    }
  }

  private void require(Exchange expected) {
    if (exchange != expected) {
      throw new IllegalStateException("the client was told " + exchange + ", not " + expected);
    }
  }

  /** Null for what is no UTF-8: no configured password is. */
  private static String decode(byte[] password) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
