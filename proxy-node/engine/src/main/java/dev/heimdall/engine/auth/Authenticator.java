package dev.heimdall.engine.auth;

import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.User;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Decides for one VDB of one configuration what a client has to prove. Thread-safe, never blocks.
 */
public final class Authenticator {

  private static final Set<AuthMethod> PASSWORDS =
      EnumSet.of(AuthMethod.SCRAM_SHA_256, AuthMethod.MD5, AuthMethod.PASSWORD);

  private final String vdb;
  private final AuthTable table;
  private final UserDirectory users;
  private final boolean passesThrough;
  private final boolean readableForLdap;
  private final boolean knowsNativeHashes;

  /**
   * @param vdb its name, for messages and for the users' rights
   */
  public Authenticator(String vdb, AuthTable table, UserDirectory users) {
    this(vdb, table, users, false);
  }

  /**
   * @param vdb its name, for messages and for the users' rights
   * @param passesThrough whether server connections log in with what the client proved: then the
   *     server may check a clear-text password that nothing here can be checked against
   */
  public Authenticator(String vdb, AuthTable table, UserDirectory users, boolean passesThrough) {
    this(vdb, table, users, passesThrough, false);
  }

  /**
   * @param vdb its name, for messages and for the users' rights
   * @param passesThrough whether server connections log in with what the client proved: then the
   *     server may check a clear-text password that nothing here can be checked against
   * @param readableForLdap whether passwords for the method {@code ldap} may come in clear text
   *     without TLS
   */
  public Authenticator(
      String vdb,
      AuthTable table,
      UserDirectory users,
      boolean passesThrough,
      boolean readableForLdap) {
    this(vdb, table, users, passesThrough, readableForLdap, users.knowsNativeHashes(vdb));
  }

  private Authenticator(
      String vdb,
      AuthTable table,
      UserDirectory users,
      boolean passesThrough,
      boolean readableForLdap,
      boolean knowsNativeHashes) {
    this.vdb = vdb;
    this.table = table;
    this.users = users;
    this.passesThrough = passesThrough;
    this.readableForLdap = readableForLdap;
    this.knowsNativeHashes = knowsNativeHashes;
  }

  /** True if the client's rule asks for something that only its own user's secret answers. */
  public boolean asksForPassword(LogInRequest request) {
    return table
        .match(request.tls(), request.address(), request.database(), request.user())
        .map(match -> match.rule().method())
        .filter(PASSWORDS::contains)
        .isPresent();
  }

  /** Returns this authenticator for a client whose user was looked up in the database. */
  public Authenticator with(Optional<User> found, FoundUsers others) {
    return new Authenticator(
        vdb, table, users.with(found, others), passesThrough, readableForLdap, knowsNativeHashes);
  }

  /**
   * True if there are users whose passwords are known by {@link NativePassword}'s hashes alone: of
   * theirs only proofs of that kind can be judged.
   *
   * @param atServer whether servers take what such a proof reveals, where log-ins are passed
   *     through
   */
  public boolean judgesByNativeHashes(boolean atServer) {
    return knowsNativeHashes && (atServer || !passesThrough);
  }

  /** Decides the next step for this client. */
  public AuthDecision decide(LogInRequest request) {
    Optional<AuthTable.Match> match =
        table.match(request.tls(), request.address(), request.database(), request.user());
    if (match.isEmpty()) {
      return decision(request, AuthDecision.Exchange.REFUSED, AuthFailure.noRule(vdb, request));
    }
    AuthMethod method = match.get().rule().method();
    switch (method) {
      case TRUST:
        return decision(request, AuthDecision.Exchange.ACCEPTED, null);
      case SCRAM_SHA_256:
        return decision(request, AuthDecision.Exchange.SCRAM, null);
      case MD5:
        return decision(request, md5OrScram(request.user()), null);
      case PASSWORD:
        return request.tls() || request.hidesPasswords()
            ? decision(request, AuthDecision.Exchange.CLEAR_TEXT, null)
            : decision(request, AuthDecision.Exchange.REFUSED, AuthFailure.clearTextNeedsTls());
      case LDAP:
        return request.tls() || request.hidesPasswords() || readableForLdap
            ? new AuthDecision(
                vdb,
                request,
                users,
                AuthDecision.Exchange.DIRECTORY,
                null,
                passesThrough,
                match.get().rule().groups())
            : decision(request, AuthDecision.Exchange.REFUSED, AuthFailure.ldapNeedsTls());
      case CERT:
        AuthFailure failure = certificateFailure(request);
        return decision(
            request,
            failure == null ? AuthDecision.Exchange.ACCEPTED : AuthDecision.Exchange.REFUSED,
            failure);
      case REJECT:
        return decision(request, AuthDecision.Exchange.REFUSED, AuthFailure.rejected(vdb, request));
    }
    throw new AssertionError(method);
  }

  /**
   * As in PostgreSQL, the method md5 means SCRAM for those who have a SCRAM verifier. Strangers get
   * one or the other, as users here do.
   */
  private AuthDecision.Exchange md5OrScram(String user) {
    UserAccount account = users.account(user);
    boolean md5 =
        account == null || account.hasNothing() ? users.asksStrangerForMd5(user) : account.hasMd5();
    return md5 ? AuthDecision.Exchange.MD5 : AuthDecision.Exchange.SCRAM;
  }

  private static AuthFailure certificateFailure(LogInRequest request) {
    if (!request.tls() || request.certificate() == null) {
      return AuthFailure.certificateMissing();
    }
    return request.user().equals(CommonName.of(request.certificate()))
        ? null
        : AuthFailure.wrongCertificate(request.user());
  }

  private AuthDecision decision(
      LogInRequest request, AuthDecision.Exchange exchange, AuthFailure failure) {
    return new AuthDecision(vdb, request, users, exchange, failure, passesThrough);
  }
}
