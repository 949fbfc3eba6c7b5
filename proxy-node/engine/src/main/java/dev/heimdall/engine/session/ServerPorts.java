package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.console.ConsoleCommands;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.LeaseClient;
import dev.heimdall.engine.pool.Lane;
import dev.heimdall.engine.pool.LaneUser;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sharing.PipelineSharing;
import dev.heimdall.engine.sharing.SharingClient;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** A session as those see it that get its statements to servers: each by an interface. */
final class ServerPorts implements LeaseClient, SharingClient {
  private final StatementOwner owner;
  private final Waiter waiter;
  private final LaneUser user;
  private final Login login;
  private final ClientTransaction transaction;
  private final SessionMemory memory;
  private final Losses losses;
  private final ClientOutput output;
  private final SessionStart start;
  private final Consumer<PinReason> pin;
  private final Consumer<Throwable> failed;
  private final StatementLifecycle lifecycle;

  // Made with this port, and therefore after it.
  private PendingReplies pending;
  private PipelineSharing sharing;
  private ConsoleCommands console;
  private ForeignCalls foreign;
  private SessionEnd end;
  private RequestReader requests;
  private SentUnits sent;
  private SessionControl control;
  private Departure departure;

  ServerPorts(
      StatementOwner owner,
      Waiter waiter,
      LaneUser user,
      Login login,
      ClientTransaction transaction,
      SessionMemory memory,
      Losses losses,
      ClientOutput output,
      SessionStart start,
      Consumer<PinReason> pin,
      Consumer<Throwable> failed,
      StatementLifecycle lifecycle) {
    this.owner = owner;
    this.waiter = waiter;
    this.user = user;
    this.login = login;
    this.transaction = transaction;
    this.memory = memory;
    this.losses = losses;
    this.output = output;
    this.start = start;
    this.pin = pin;
    this.failed = failed;
    this.lifecycle = lifecycle;
  }

  /** Before anything is asked of it. */
  void connect(
      PendingReplies pending,
      PipelineSharing sharing,
      ConsoleCommands console,
      ForeignCalls foreign,
      SessionEnd end,
      RequestReader requests,
      SentUnits sent,
      SessionControl control,
      Departure departure) {
    this.pending = pending;
    this.sharing = sharing;
    this.console = console;
    this.foreign = foreign;
    this.end = end;
    this.requests = requests;
    this.sent = sent;
    this.control = control;
    this.departure = departure;
  }

  @Override
  public ReplyOwner owner() {
    return owner;
  }

  @Override
  public Waiter waiter() {
    return waiter;
  }

  @Override
  public boolean dedicated() {
    return login.dedicated();
  }

  // ---- what it has sent

  @Override
  public void process() {
    requests.process();
  }

  @Override
  public void refuse(ServerError error) {
    requests.refuse(error);
  }

  @Override
  public void block() {
    requests.block();
  }

  @Override
  public boolean streaming() {
    return requests.input().streaming();
  }

  @Override
  public boolean midMessage() {
    return requests.input().midMessage();
  }

  @Override
  public boolean waiting() {
    return requests.blocked()
        || console.busy()
        || foreign.busy()
        || lifecycle.held()
        || lifecycle.side().busy()
        || sent.transaction().active();
  }

  @Override
  public boolean sentBefore() {
    return sharing.again();
  }

  @Override
  public Decision decision() {
    return lifecycle.decision();
  }

  @Override
  public void takeBack() {
    lifecycle.takeBack();
  }

  @Override
  public void settingsKnown() {
    lifecycle.settingsKnown();
  }

  @Override
  public void tryAgain() {
    sent.alone().tryAgain();
  }

  @Override
  public void forgetSequences(ServerConnection connection) {
    requests.handler().forgetSequences(connection);
  }

  @Override
  public void endCutMessage(ServerConnection connection) {
    requests.endCutMessage(connection);
  }

  // ---- pending replies

  @Override
  public int outstanding() {
    return pending.outstanding();
  }

  @Override
  public boolean awaitsRest(ServerConnection server) {
    return requests.handler().awaitsRest(server);
  }

  @Override
  public void endingSent() {
    pending.endingSent();
  }

  @Override
  public boolean takesMore() {
    return output.takesMore();
  }

  @Override
  public void notice(ServerError notice) {
    output.notice(notice);
  }

  @Override
  public void parameter(String name, String value) {
    output.parameter(name, value);
  }

  // ---- shared pipelines

  @Override
  public ServerConnection placeShared(LoopPool pool) {
    return sharing.place(pool);
  }

  @Override
  public ServerConnection takeShared(Lane lane) {
    return sharing.take(lane);
  }

  @Override
  public void alone() {
    sharing.alone();
  }

  @Override
  public boolean transactionLost() {
    return losses.transactionLost();
  }

  // ---- its beginning and its end

  @Override
  public Greeting learn(ServerConnection server, boolean away) {
    return start.learn(server, away);
  }

  @Override
  public void welcome(Greeting greeting) {
    start.welcome(greeting);
  }

  @Override
  public boolean endsDrained() {
    return control.endsDrained();
  }

  @Override
  public boolean drained() {
    if (!control.leaves()) {
      return false;
    }
    if (control.drains()) {
      control.drain();
      return true;
    }
    return departure.leaves();
  }

  @Override
  public void pin(PinReason reason) {
    pin.accept(reason);
  }

  @Override
  public void settingsHeld(long bytes) {
    memory.settings(bytes);
  }

  @Override
  public void fatal(ServerError error) {
    end.fatal(error);
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  @Override
  public void pinsRead(ServerConnection connection) {
    requests.handler().pinEnded(connection);
  }

  // ---- what it has in a shared pipeline

  @Override
  public LaneUser user() {
    return user;
  }

  @Override
  public boolean runsOn(ServerConnection connection) {
    return requests.handler().runsOn(connection);
  }

  @Override
  public boolean shareable(int most) {
    return requests.handler().shareable(most);
  }

  @Override
  public void undoNothing(ServerConnection connection) {
    requests.handler().undoNothing(connection);
  }

  @Override
  public boolean pipelines() {
    return sent.alone().pipelines();
  }

  @Override
  public void keepBatch() {
    sent.alone().keepShared(requests.input().bytes());
  }

  @Override
  public boolean nothingGiven(ServerConnection from) {
    return sent.alone().nothingGiven(from);
  }

  @Override
  public void repeatBatch() {
    sent.alone().repeat();
  }

  @Override
  public void forgetBatch() {
    sent.alone().forget();
  }

  @Override
  public void groupTakenBack() {
    pending.takeBack();
  }

  @Override
  public boolean mayGoOn() {
    return losses.mayGoOn();
  }

  @Override
  public void answer(ServerError error) {
    ByteBuf out = output.alloc().buffer(128);
    output.encoder().failure(error, transaction.status(), out);
    output.write(out);
  }
}
