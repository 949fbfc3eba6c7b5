package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The session variables that a client asks for when it logs in.
 *
 * @param all that it gave
 * @param profiled those of them that decide what a server reports to its session
 * @param carried those that the session's server connections must have
 * @param transaction those that the server has to be asked about before any query, and that are not
 *     carried
 * @param user those that the server has to be asked about when all else is set
 * @param notices what servers say of the values when a session begins
 */
public record StartupVariables(
    Variables all,
    Variables profiled,
    Variables carried,
    Variables transaction,
    Variables user,
    List<ServerError> notices) {
  /** With nothing to say. */
  public StartupVariables(
      Variables all, Variables profiled, Variables carried, Variables transaction, Variables user) {
    this(all, profiled, carried, transaction, user, List.of());
  }

  /** Levels of messages to clients that leave out notices. */
  private static final Set<String> QUIET = Set.of("warning", "error", "fatal", "panic");

  /** A client asks for something impossible. */
  public static final class Rejected extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ServerError error;

    public Rejected(ServerError error) {
      super(error.message(), null, false, false);
      this.error = error;
    }

    /** Error to send to the client. */
    public ServerError error() {
      return error;
    }
  }

  /** True if the client is to be told what servers say by the way when a session begins. */
  public boolean wantsNotices() {
    String least = all.get("client_min_messages");
    return least == null || !QUIET.contains(least.toLowerCase(Locale.ROOT));
  }

  /** True if the server has to be asked about values that are not carried. */
  public boolean checks() {
    return !transaction.isEmpty() || !user.isEmpty();
  }

  /**
   * The change, which fails as well if the server does not take what is not carried: the
   * transaction's comes before any query, the user comes when all else is set.
   */
  public StateChange checked(StateChange change) {
    return change.trying(transaction, user);
  }
}
