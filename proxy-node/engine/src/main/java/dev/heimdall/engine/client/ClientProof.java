package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalLong;

/**
 * Progress of a client that has to prove its identity: its proof is judged when its turn has come,
 * as clients that guess passwords have to wait, and wrong proofs are counted.
 */
final class ClientProof implements PasswordExchange.Outcome {
  private final NodeAccess node;
  private final LoopAccess loop;
  private final Refusals refusals;
  private final InetSocketAddress address;
  private final String user;
  private final ClientLogin login;

  /** Of a wrong proof whose client may still send the password; null for none. */
  private AuthFailure doubt;

  private long judgedAt;

  private List<String> groups = List.of();

  ClientProof(
      NodeAccess node,
      LoopAccess loop,
      Refusals refusals,
      InetSocketAddress address,
      String user,
      ClientLogin login) {
    this.node = node;
    this.loop = loop;
    this.refusals = refusals;
    this.address = address;
    this.user = user;
    this.login = login;
    this.judgedAt = loop.context().nanoTime();
  }

  /** Time of the last judgement, by {@link System#nanoTime}. */
  long judgedAt() {
    return judgedAt;
  }

  @Override
  public void judge(PasswordExchange.Judgement judgement) {
    OptionalLong wait =
        node.failedLogIns().turn(address.getAddress(), user, node.settings().failedLogIns());
    if (wait.isEmpty()) {
      login.refuse(AuthFailure.tooManyFailures(user));
    } else if (wait.getAsLong() == 0) {
      judgeNow(judgement);
    } else {
      login.pause();
      login.later(() -> turnCame(judgement), wait.getAsLong());
    }
  }

  /** Others as the same user from the same address have guessed; this one had to wait. */
  private void turnCame(PasswordExchange.Judgement judgement) {
    if (login.resume()) {
      judgeNow(judgement);
    }
  }

  private void judgeNow(PasswordExchange.Judgement judgement) {
    judgedAt = loop.context().nanoTime();
    try {
      judgement.run();
    } catch (AuthException e) {
      login.refuse(e.failure());
    }
  }

  @Override
  public void checking() {
    login.pause();
  }

  @Override
  public boolean awaited() {
    return login.awaited();
  }

  @Override
  public void doubted(AuthFailure failure) {
    doubt = failure;
  }

  /** Of a directory that has admitted it. */
  List<String> groups() {
    return groups;
  }

  @Override
  public void groups(List<String> in) {
    groups = in;
  }

  @Override
  public void admitted(ServerCredential credential) {
    doubt = null;
    login.admitted(credential);
  }

  @Override
  public void refused(AuthFailure failure) {
    login.refuse(failure);
  }

  @Override
  public void refused(ServerError error) {
    login.refuse(error);
  }

  /** The client is let in. */
  void succeeded() {
    node.failedLogIns().succeeded(address.getAddress(), user);
  }

  /** The client is not let in, and gets this error. */
  void failed(ServerError error) {
    if (doubt != null || error.sqlState().equals(Sqlstate.INVALID_PASSWORD)) {
      refusals.guessed(address, user);
    }
    doubt = null;
  }

  /**
   * The client has left.
   *
   * @return what its wrong proof has told it; null where it has had none, or has sent more
   */
  AuthFailure unanswered() {
    return doubt;
  }
}
